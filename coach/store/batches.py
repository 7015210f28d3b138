"""Batches: what was asked for at once, how far it is, and what each process has drawn of the budget.

All by the database's clock and in its transactions, so that many machines agree. Knows nothing about what is drafted.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection, RowMapping, case, delete, func, select, update

from coach.errors import InputError
from coach.store.database import Database, add_if_missing, now
from coach.store.tables import batches, purses, slots

BatchState = Literal["running", "done", "stopped"]
"""`stopped`: interrupted, out of money or refused by the model; asked for again it goes on."""


@dataclass(frozen=True)
class Batch:
    id: str
    source: str
    """In words: the files or the system it came from."""
    options: Mapping[str, str]
    """`model`, `effort`, `language`, … as asked for."""
    budget_usd: float | None
    """For all its runs together; None: no limit."""
    state: BatchState
    error: str
    hint: str
    started_at: dt.datetime
    ended_at: dt.datetime | None


@dataclass(frozen=True)
class Progress:
    """How far a batch is: its slots by state, and what all of them have cost so far."""

    waiting: int = 0
    running: int = 0
    done: int = 0
    failed: int = 0
    calls: int = 0
    cost_usd: float = 0.0
    drawn_usd: float = 0.0
    """Of the budget: spent, or set aside for calls under way."""
    owners: tuple[str, ...] = field(default=())
    """Processes that are at work."""

    @property
    def total(self) -> int:
        return self.waiting + self.running + self.done + self.failed


def open_batch(
    db: Database, key: str, *, source: str, options: Mapping[str, str], budget_usd: float | None = None
) -> Batch:
    """The batch of this key, with the budget as given now; made if there is none.

    One that had come to its end begins anew: what it cost then does not count against the budget.
    """
    values: dict[str, object] = {
        "source": source,
        "options": dict(options),
        "budget_usd": budget_usd,
        "state": "running",
    }
    values |= {"state": "running", "error": "", "hint": "", "ended_at": None}
    with db.writing() as connection:
        at = now(connection)
        blank = {"options": {}, "source": "", "state": "done", "error": "", "hint": "", "started_at": at}
        add_if_missing(connection, batches, id=secrets.token_hex(8), key=key, **blank)
        query = select(batches.c.id, batches.c.state).where(batches.c.key == key).with_for_update()
        batch_id, state = connection.execute(query).one()
        if state == "done":
            connection.execute(delete(purses).where(purses.c.batch_id == batch_id))
            values |= {"started_at": at}
        connection.execute(update(batches).where(batches.c.id == batch_id).values(values))
    return get_batch(db, batch_id)


def get_batch(db: Database, batch_id: str) -> Batch:
    """Raises InputError when there is no such batch."""
    with db.reading() as connection:
        row = connection.execute(select(batches).where(batches.c.id == batch_id)).mappings().one_or_none()
    if row is None:
        raise InputError("There is no such batch.", hint="`coach batch --status` lists them.")
    return _batch(row)


def list_batches(db: Database, *, most: int = 20) -> tuple[Batch, ...]:
    """The latest first."""
    with db.reading() as connection:
        rows = connection.execute(select(batches).order_by(batches.c.started_at.desc(), batches.c.id).limit(most))
        return tuple(_batch(row) for row in rows.mappings())


def end_batch(db: Database, batch_id: str, state: BatchState, *, error: str = "", hint: str = "") -> None:
    with db.writing() as connection:
        values = {"state": state, "error": error, "hint": hint, "ended_at": now(connection)}
        connection.execute(update(batches).where(batches.c.id == batch_id).values(values))


def progress(db: Database, batch_id: str) -> Progress:
    with db.reading() as connection:
        columns = [slots.c.state, func.count(), func.sum(slots.c.calls), func.sum(slots.c.cost_usd)]
        rows = connection.execute(select(*columns).where(slots.c.batch_id == batch_id).group_by(slots.c.state)).all()
        owners = select(slots.c.owner).where(slots.c.batch_id == batch_id, slots.c.state == "running").distinct()
        at_work = tuple(connection.execute(owners).scalars())
        drawn_usd = _drawn_usd(connection, batch_id)
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    return Progress(
        waiting=counts.get("waiting", 0),
        running=counts.get("running", 0),
        done=counts.get("done", 0),
        failed=counts.get("failed", 0),
        calls=sum(row[2] or 0 for row in rows),
        cost_usd=sum(row[3] or 0.0 for row in rows),
        drawn_usd=drawn_usd,
        owners=at_work,
    )


def draw(db: Database, batch_id: str, owner: str, *, usd: float) -> bool:
    """Take so much more of the batch's budget for this process; False: not so much is left.

    What a process has drawn and not given back counts as spent, also after it was killed.
    """
    with db.writing() as connection:
        query = select(batches.c.budget_usd).where(batches.c.id == batch_id).with_for_update()
        budget_usd = connection.execute(query).scalar_one()
        if budget_usd is not None and _drawn_usd(connection, batch_id) + usd > budget_usd:
            return False
        _add_to_purse(connection, batch_id, owner, usd)
    return True


def give_back(db: Database, batch_id: str, owner: str, *, usd: float) -> None:
    """What was drawn and is not needed."""
    with db.writing() as connection:
        connection.execute(select(batches.c.id).where(batches.c.id == batch_id).with_for_update())
        _add_to_purse(connection, batch_id, owner, -usd)


def left_usd(db: Database, batch_id: str) -> float | None:
    """What nobody has drawn yet; None: no limit."""
    with db.reading() as connection:
        budget_usd: float | None = connection.execute(
            select(batches.c.budget_usd).where(batches.c.id == batch_id)
        ).scalar_one()
        return None if budget_usd is None else budget_usd - _drawn_usd(connection, batch_id)


def forget_batch(db: Database, batch_id: str) -> None:
    """A batch without slots leaves no trace."""
    with db.writing() as connection:
        is_used = select(slots.c.id).where(slots.c.batch_id == batch_id).exists()
        connection.execute(delete(batches).where(batches.c.id == batch_id, ~is_used))


def _drawn_usd(connection: Connection, batch_id: str) -> float:
    query = select(func.sum(purses.c.drawn_usd)).where(purses.c.batch_id == batch_id)
    return connection.execute(query).scalar() or 0.0


def _add_to_purse(connection: Connection, batch_id: str, owner: str, usd: float) -> None:
    at = now(connection)
    add_if_missing(connection, purses, batch_id=batch_id, owner=owner, drawn_usd=0.0, beat_at=at)
    mine = update(purses).where(purses.c.batch_id == batch_id, purses.c.owner == owner)
    drawn = purses.c.drawn_usd + usd
    connection.execute(mine.values(drawn_usd=case((drawn > 0, drawn), else_=0.0), beat_at=at))


def _batch(row: RowMapping) -> Batch:
    return Batch(**{name: row[name] for name in Batch.__dataclass_fields__})
