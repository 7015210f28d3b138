"""Read-only links to a plan, each of which can be revoked."""

from __future__ import annotations

import secrets

from sqlalchemy import insert, select, update

from coach.errors import InputError
from coach.store import tables
from coach.store.database import Database, now
from coach.store.pages import standing
from coach.store.records import Share

TOKEN_BYTES = 24
"""192 bits: nobody guesses a link."""


def share(db: Database, plan_id: str) -> Share:
    """A new link. Raises InputError when there is no such plan."""
    with db.writing() as connection:
        standing(connection, plan_id)
        made = Share(token=secrets.token_urlsafe(TOKEN_BYTES), plan_id=plan_id, created_at=now(connection))
        connection.execute(insert(tables.shares).values(dict(made)))
    return made


def shared(db: Database, token: str) -> str:
    """Id of the plan that a link opens. Raises InputError for an unknown or revoked one."""
    table = tables.shares
    query = select(table.c.plan_id).where(table.c.token == token, table.c.revoked_at.is_(None))
    with db.reading() as connection:
        plan_id: str | None = connection.execute(query).scalar_one_or_none()
    if plan_id is None:
        raise InputError("This link does not work any more.", hint="Ask whoever sent it for a new one.")
    return plan_id


def shares_of(db: Database, plan_id: str) -> tuple[Share, ...]:
    """All links ever made to a plan, the newest first."""
    table = tables.shares
    query = select(table).where(table.c.plan_id == plan_id).order_by(table.c.created_at.desc())
    with db.reading() as connection:
        return tuple(Share(**row) for row in connection.execute(query).mappings())


def revoke(db: Database, token: str) -> None:
    """From now on the link opens nothing; for one that is revoked or unknown nothing changes."""
    table = tables.shares
    with db.writing() as connection:
        living = update(table).where(table.c.token == token, table.c.revoked_at.is_(None))
        connection.execute(living.values(revoked_at=now(connection)))
