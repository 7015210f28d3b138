"""Settings that a person makes on the screen, and the secret that links are signed with."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, select, update

from coach.store import tables
from coach.store.database import Database, add_if_missing

_SECRET = "secret"
SECRET_BYTES = 32


def preference(db: Database, key: str, default: str = "") -> str:
    """`default`: what holds as long as nobody has set it."""
    with db.reading() as connection:
        value = _value(connection, _shown(key))
    return default if value is None else value


def set_preference(db: Database, key: str, value: str) -> None:
    table = tables.preferences
    with db.writing() as connection:
        add_if_missing(connection, table, key=_shown(key), value=value)
        connection.execute(update(table).where(table.c.key == _shown(key)).values(value=value))


def secret(db: Database) -> bytes:
    """32 bytes, made once and the same for every process that uses this database."""
    with db.reading() as connection:
        value = _value(connection, _SECRET)
    return bytes.fromhex(value) if value is not None else _made(db)


def _made(db: Database) -> bytes:
    with db.writing() as connection:
        add_if_missing(connection, tables.preferences, key=_SECRET, value=secrets.token_hex(SECRET_BYTES))
        return bytes.fromhex(_value(connection, _SECRET) or "")


def _shown(key: str) -> str:
    """Settings have names of their own, so that none can read or write the secret."""
    return f"setting:{key}"


def _value(connection: Connection, key: str) -> str | None:
    table = tables.preferences
    found: str | None = connection.execute(select(table.c.value).where(table.c.key == key)).scalar_one_or_none()
    return found
