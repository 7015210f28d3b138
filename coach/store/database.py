"""Opens the database and gives transactions: SQLite in a file by default, PostgreSQL by URL.

A reading transaction sees one moment; a writing one has the database (SQLite) or its plan's row (PostgreSQL) to itself.
Whatever the driver reports comes out as StoreError.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, func, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from coach.errors import StoreError
from coach.settings import settings
from coach.store.columns import as_json, from_kept_json
from coach.store.faults import explained
from coach.store.migrate import bring_up_to_date

BUSY_S = 5.0
"""How long a write waits for another program's; a save takes milliseconds, so longer means that something hangs."""
FROZEN_S = 60.0
"""A process that stands still within a transaction, asleep with its machine, gives up its locks after so long.

PostgreSQL sees to it where it counts the time, whoever drafts a batch where it does not (`end_frozen`).
"""
OURS = "meeting-coach"
"""What our sessions are called in PostgreSQL."""
CONNECT_S = 5
HEARD_OF = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
"""A PostgreSQL that is gone without a word, its machine or the network, is missed within a minute, not after hours."""
_FROZEN = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
    " AND usename = current_user AND application_name = :ours AND state <> 'idle' AND wait_event_type = 'Client'"
    " AND state_change < clock_timestamp() - :span"
)
_URL_HINT = "COACH_DATABASE_URL is `postgresql://user:password@host/name` or `sqlite:////folder/coach.sqlite3`."


First = Callable[[Connection], None]
"""What is done before, or as `last` after, anything else in a transaction; what it raises leaves all as it was."""


@dataclass(frozen=True)
class Database:
    engine: Engine
    url: str
    """With the password hidden."""

    @property
    def name(self) -> str:
        """What a person is told that fails."""
        return f"The database {self.engine.url.database if self.is_sqlite else self.url}"

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """All that is read within belongs to one moment. Raises StoreError."""
        with self._connected(isolation_level=None if self.is_sqlite else "REPEATABLE READ") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All that is written within is kept, or nothing of it. Raises StoreError."""
        with self._connected(is_writing=True) as connection:
            yield connection

    @contextmanager
    def _connected(self, **options: object) -> Iterator[Connection]:
        given = {key: value for key, value in options.items() if value is not None}
        with understood(self.name), self.engine.connect().execution_options(**given) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def understood(name: str) -> Iterator[None]:
    """What the driver reports becomes a StoreError that calls the database `name`."""
    try:
        yield
    except SQLAlchemyError as error:
        raise explained(error, name) from error


def open_database(url: str = "", *, busy_s: float = BUSY_S) -> Database:
    """The database, its tables made or brought up to date.

    `url` empty: COACH_DATABASE_URL, else a file under COACH_HOME. `busy_s`: how long a write waits for another's.

    Raises:
        StoreError: it cannot be reached, read or written, or a newer Meeting Coach made it.
    """
    parsed = _parsed(url or settings().database_url or f"sqlite:///{settings().home / 'coach.sqlite3'}")
    is_sqlite = parsed.get_backend_name() == "sqlite"
    engine = _sqlite_engine(parsed, busy_s) if is_sqlite else _postgres_engine(parsed, busy_s)
    db = Database(engine, parsed.set(drivername=parsed.get_backend_name()).render_as_string(hide_password=True))
    try:
        with understood(db.name):
            bring_up_to_date(engine)
    except StoreError:
        db.close()
        raise
    return db


def close(db: Database) -> None:
    db.close()


def end_frozen(db: Database) -> int:
    """End our sessions on PostgreSQL that have waited for their process for FROZEN_S within a transaction; how many.

    Left to `idle_in_transaction_session_timeout`, three of them would keep their locks for good. It counts from the
    end of a statement to the next message. Within a statement, when rows or a part of it are still to come or the
    answer is not fetched, it does not count; and psycopg, which sends an executemany in a pipeline, ends that with a
    message more (Sync, then Flush), which PostgreSQL takes for the next statement's first. SQLite has no sessions.
    """
    if db.is_sqlite:
        return 0
    with db.writing() as connection:
        which = {"ours": OURS, "span": dt.timedelta(seconds=FROZEN_S)}
        count: int = connection.execute(_FROZEN, which).scalar_one()
    return count


def now(connection: Connection) -> dt.datetime:
    """The database's clock, in UTC: the same for every process that uses it."""
    if connection.dialect.name == "sqlite":
        return dt.datetime.now(dt.UTC)
    moment: dt.datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(dt.UTC)


def add_if_missing(connection: Connection, table: Table, **values: object) -> None:
    """Insert a row unless one of the same key is there, whoever comes first."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(table).values(**values).on_conflict_do_nothing())


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreError("The database's URL cannot be read.", hint=_URL_HINT) from None
    driver = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}.get(url.drivername, url.drivername)
    if driver not in ("postgresql+psycopg", "sqlite"):
        raise StoreError(f"`{url.drivername}` is no database that Meeting Coach can use.", hint=_URL_HINT)
    if driver == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreError("A database in memory would lose every word: name a file.", hint=_URL_HINT)
    return url.set(drivername=driver)


def _sqlite_engine(url: URL, busy_s: float) -> Engine:
    if not (url.database or "").startswith("file:"):
        _make_folder(Path(url.database or ""))
    engine = create_engine(
        url,
        connect_args={"timeout": busy_s, "isolation_level": None},
        json_serializer=as_json,
        json_deserializer=from_kept_json,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {path.parent} of the database cannot be made: {error.strerror}.",
            hint="Set COACH_HOME to a folder that may be written.",
        ) from error


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _postgres_engine(url: URL, busy_s: float) -> Engine:
    return create_engine(
        url,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_S,
            "application_name": OURS,
            **HEARD_OF,
            "options": f"-c lock_timeout={int(busy_s * 1000)} {postgres_options()}",
        },
        json_serializer=as_json,
        json_deserializer=from_kept_json,
    )


def postgres_options() -> str:
    """What every connection to PostgreSQL is opened with."""
    return f"-c timezone=UTC -c idle_in_transaction_session_timeout={int(FROZEN_S * 1000)}"
