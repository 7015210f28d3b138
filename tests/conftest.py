"""No outside network, no keys, no home of a person: every test starts from nothing."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from coach.context import parse_context
from coach.schema import AccountContext
from coach.settings import settings
from coach.store.database import Database, open_database
from coach.store.tables import metadata
from tests.support.endpoint import Endpoint, Script
from tests.support.postgres import Cluster, running_cluster

hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")

_HERE = {"127.0.0.1", "::1", "localhost"}
_FOREIGN = ("_API_KEY", "_PROXY", "_proxy", "_BASE_URL", "_API_BASE")
_PREFIXES = (
    "COACH_",
    "OPENAI_",
    "AZURE_",
    "ANTHROPIC_",
    "LANGSMITH_",
    "LANGCHAIN_",
    "OLLAMA_",
    "SALESFORCE_",
    "HUBSPOT_",
)


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in list(os.environ):
        if name.endswith(_FOREIGN) or name.startswith(_PREFIXES):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "coach-home"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def connect_here(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in _HERE:
            raise AssertionError(f"A test wanted to reach {address}.")
        connect(self, address)  # type: ignore[arg-type]

    def look_up_here(host: str | bytes | None, *args: object, **options: object) -> object:
        if host is not None and str(host) not in _HERE:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return getaddrinfo(host, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect_here)
    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)


@pytest.fixture
def context() -> AccountContext:
    """The Harrowgate meeting, unless a module has one of its own."""
    path = Path(__file__).parent / "plans" / "harrowgate_context.md"
    return parse_context(path.read_text(encoding="utf-8"), name=path.name, folder=path.parent)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Endpoint]]:
    """Start endpoints that end with the test; the last one is the OpenAI endpoint of the environment."""
    running: list[Endpoint] = []

    def start(script: Script, **pace: float) -> Endpoint:
        endpoint = Endpoint(script, **pace)  # type: ignore[arg-type]
        running.append(endpoint.__enter__())
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-not-a-real-key")
        return endpoint

    yield start
    for endpoint in running:
        endpoint.__exit__(None, None, None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL of this test run, with a database `ready` that has the tables."""
    with running_cluster() as cluster:
        cluster.run("CREATE DATABASE ready TEMPLATE template0")
        open_database(cluster.url("ready")).close()
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'coach.sqlite3'}"
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.emptied("ready", metadata.tables)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def fresh_desk() -> Iterator[None]:
    """The app's desk anew, on the test's own database, and closed afterwards."""
    from coach.ui.desk import desk  # Streamlit comes with it: not for the tests of everything else

    desk.cache_clear()
    yield
    desk().close()
    desk.cache_clear()
