"""Batches that a server of the app runs: whose they are, whether that one still lives, and how they go on.

By the database's clock. A batch of the command line or of the queue is held by nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select, update

from coach.store.database import Database, now
from coach.store.tables import batches, slots


@dataclass(frozen=True)
class Held:
    batch_id: str
    owner: str


def hold(db: Database, batch_id: str, *, owner: str, instead: str = "") -> bool:
    """The running batch is `owner`'s; False: it is not running, or another one's. `instead`: of one that is gone."""
    with db.writing() as connection:
        free = or_(batches.c.owner.in_(("", owner, instead)))
        mine = update(batches).where(batches.c.id == batch_id, batches.c.state == "running", free)
        return connection.execute(mine.values(owner=owner, beat_at=now(connection))).rowcount == 1


def still_held(db: Database, batch_id: str, *, owner: str) -> bool:
    """Says that its process lives; False: it was stopped, has ended, or another one has it."""
    with db.writing() as connection:
        mine = update(batches).where(batches.c.id == batch_id, batches.c.state == "running", batches.c.owner == owner)
        return connection.execute(mine.values(beat_at=now(connection))).rowcount == 1


def let_go(db: Database, batch_id: str, *, owner: str) -> None:
    with db.writing() as connection:
        connection.execute(
            update(batches).where(batches.c.id == batch_id, batches.c.owner == owner).values(owner="", beat_at=None)
        )


def held(db: Database, *, silent_s: float = 0.0) -> tuple[Held, ...]:
    """The running batches that some process holds; with `silent_s` those whose process has been silent for so long."""
    query = select(batches.c.id, batches.c.owner).where(batches.c.state == "running", batches.c.owner != "")
    with db.reading() as connection:
        if silent_s:
            query = query.where(batches.c.beat_at < now(connection) - dt.timedelta(seconds=silent_s))
        return tuple(Held(row[0], row[1]) for row in connection.execute(query))


def go_on(db: Database, batch_id: str, *, budget_usd: float | None) -> None:
    """A batch that was stopped runs again, with the budget as given now; what failed is tried again."""
    with db.writing() as connection:
        running = {"state": "running", "error": "", "hint": "", "ended_at": None, "budget_usd": budget_usd}
        connection.execute(update(batches).where(batches.c.id == batch_id).values(running))
        failed = update(slots).where(slots.c.batch_id == batch_id, slots.c.state == "failed")
        connection.execute(failed.values(state="waiting", attempts=0, not_before=None))


def set_options(db: Database, batch_id: str, options: Mapping[str, str]) -> None:
    with db.writing() as connection:
        connection.execute(update(batches).where(batches.c.id == batch_id).values(options=dict(options)))
