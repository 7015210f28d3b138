"""One server, one model endpoint and one browser for all tests of a file; a fresh plan and fresh tabs for each test.

A test fails on whatever the browser complains of, on requests to other hosts and on tracebacks of the server.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from coach.store.database import close, open_database
from tests.browser.app import MODEL, OUTAGE, App, Tabs
from tests.support.endpoint import Endpoint
from tests.support.served import running_server, started_browser
from tests.support.writer import writer

WAITS_MS = 30_000
expect.set_options(timeout=WAITS_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as started:
        yield started


@pytest.fixture(scope="module")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """One for all, so that Streamlit's files are fetched once."""
    opened = browser.new_context(accept_downloads=True, reduced_motion="reduce")
    opened.set_default_timeout(WAITS_MS)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def model() -> Iterator[Endpoint]:
    with Endpoint(writer) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, model: Endpoint) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    with running_server(folder, COACH_MODEL="builtin", OPENAI_BASE_URL=model.url, OPENAI_API_KEY="none") as server:
        db = open_database(server.database_url)
        yield App(server, db, model)
        close(db)


@pytest.fixture
def app(running: App) -> Iterator[App]:
    """The app as it drafts without a model, and where the model is there, at full speed."""
    running.model.script, running.model.tokens_per_s = writer, None
    running.drafts_with("builtin")
    said = len(running.server.log)
    yield running
    running.model.tokens_per_s = None
    assert not running.server.faults(since=said), running.server.faults(since=said)


@pytest.fixture
def scripted(app: App) -> App:
    """The app as it drafts with a model, which is scripted."""
    app.drafts_with(MODEL)
    return app


@pytest.fixture
def tabs(profile: BrowserContext, app: App) -> Iterator[Tabs]:
    opened = Tabs(profile, app.server.url)
    yield opened
    opened.close()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[App]:
    """An app of its own, and its model."""
    with Endpoint(writer) as model:
        environment = {"COACH_MODEL": MODEL, "OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "none"}
        with running_server(tmp_path, **environment) as server:
            db = open_database(server.database_url)
            yield App(server, db, model)
            close(db)


@pytest.fixture
def lasting(profile: BrowserContext, mortal: App) -> Iterator[Tabs]:
    """Tabs that outlive the server."""
    opened = Tabs(profile, mortal.server.url, expected=OUTAGE)
    yield opened
    opened.close()
