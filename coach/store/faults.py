"""What a database driver reports, as one sentence a person understands and what to do about it."""

from __future__ import annotations

import re
import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from coach.errors import StoreError
from coach.excerpt import excerpt

_SQLITE = {
    sqlite3.SQLITE_BUSY: (
        "is locked by another program",
        "Close other programs that have it open (a backup, a database viewer) and try again.",
    ),
    sqlite3.SQLITE_READONLY: ("may not be written", "Check the permissions of the file and of its folder."),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "Check that its folder exists and may be written."),
    sqlite3.SQLITE_FULL: ("has no room: the disk is full", "Free some space and try again; what was saved is safe."),
    sqlite3.SQLITE_IOERR: (
        "cannot be read or written: the disk is full or failing",
        "Free some space and try again; what was saved is safe.",
    ),
    sqlite3.SQLITE_CORRUPT: ("is damaged", "Put back a backup, or move the file away to start with an empty one."),
    sqlite3.SQLITE_NOTADB: (
        "is no database, or is damaged",
        "Put back a backup, or move the file away to start with an empty one.",
    ),
}
_SQLITE[sqlite3.SQLITE_LOCKED] = _SQLITE[sqlite3.SQLITE_BUSY]
_SQLITE[sqlite3.SQLITE_PERM] = _SQLITE[sqlite3.SQLITE_READONLY]
_POSTGRES = {
    "53100": ("has no room: the server's disk is full", "Free some space on the server; what was saved is safe."),
    "53300": ("has no connection free", "Fewer app processes, or more `max_connections` on the server."),
    "55P03": ("is locked by another program", "Try again; if it stays so, look for long transactions on the server."),
    "25006": ("may not be written", "The server is read-only: a standby, or `default_transaction_read_only`."),
    "42501": ("may not be used by this user", "Grant the user the rights to make, read and change tables."),
    "3D000": ("does not exist on this server", "Create it with `createdb`, or correct COACH_DATABASE_URL."),
    "28P01": ("refuses this user or password", "Correct COACH_DATABASE_URL."),
    "28000": ("refuses this user", "Correct COACH_DATABASE_URL, or allow the user in pg_hba.conf."),
}
_REFUSALS = (
    (r'role ".*" does not exist', "28000"),
    (r'database ".*" does not exist', "3D000"),
    (r"authentication failed|no password supplied", "28P01"),
    (r"too many (clients|connections)|connection slots are reserved", "53300"),
)
_UNREACHABLE = ("cannot be reached", "Check that the server runs and that COACH_DATABASE_URL names it.")


def explained(error: SQLAlchemyError, name: str) -> StoreError:
    """`name` is how the database is called to a person; it holds no password."""
    original = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return _said(name, _SQLITE.get(code & 0xFF), str(original))
    if isinstance(original, psycopg.OperationalError) and original.sqlstate is None:
        return _said(name, _refused(str(original)), "")
    if isinstance(original, psycopg.Error):
        state = original.sqlstate or ""
        return _said(name, _POSTGRES.get(state) or (_UNREACHABLE if state[:2] in ("08", "57") else None), str(original))
    if isinstance(error, NoConnectionFree):
        return _said(name, ("is too busy", "Try again in a moment."), "")
    return _said(name, None, str(error))


def _refused(report: str) -> tuple[str, str]:
    """A refused login has no state of its own while the connection is being made: its words tell."""
    return next((_POSTGRES[state] for words, state in _REFUSALS if re.search(words, report)), _UNREACHABLE)


def _said(name: str, known: tuple[str, str] | None, report: str) -> StoreError:
    if known is None:
        first = report.strip().splitlines()[0] if report.strip() else "an unknown fault"
        return StoreError(f"{name} reports: {excerpt(first, 200)}")
    return StoreError(f"{name} {known[0]}.", hint=known[1])
