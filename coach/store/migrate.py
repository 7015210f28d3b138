"""Makes the tables, or brings those of an older Meeting Coach up to date, when the database is opened.

All in one transaction that one process has to itself: killed half-way, nothing has happened, and the next one does it.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from coach.errors import StoreError

KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
"""Every schema this program knows, oldest first: the revisions in migrations/versions."""
WAIT_S = 60
"""How long a process waits for another one that is bringing the tables up to date."""
_LOCK = 4_711_815
"""Of PostgreSQL's advisory locks; any number that nobody else uses."""
_one_at_a_time = threading.Lock()
"""alembic keeps its state in the module."""


def bring_up_to_date(engine: Engine) -> None:
    """Raises StoreError for a database of a newer program, SQLAlchemyError for what the driver reports."""
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if schema_of(connection) == KNOWN[-1]:
            return
    if is_sqlite:
        _keep_a_log(engine)
    with engine.connect().execution_options(is_writing=True) as connection, connection.begin():
        if not is_sqlite:
            connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if schema_of(connection) != KNOWN[-1]:
            _upgrade(connection)


def schema_of(connection: Connection) -> str:
    """Empty for a database without tables. Raises StoreError for one of a newer program."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    if found and found not in KNOWN:
        raise StoreError(
            f"A newer Meeting Coach made this database (schema {found}; this one knows up to {KNOWN[-1]}).",
            hint="Install the newer version again. Nothing was changed.",
        )
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _one_at_a_time:
        command.upgrade(config, "head")


def _keep_a_log(engine: Engine) -> None:
    """Write-ahead logging, which stays on in the file: readers never wait for a writer.

    SQLite does not wait by itself when two processes turn it on at once.
    """
    until = time.monotonic() + WAIT_S
    while True:
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
        finally:
            connection.close()
