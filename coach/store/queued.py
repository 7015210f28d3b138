"""What a worker has to know of a slot before and after it drafts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import select, update

from coach.store.batches import BatchState
from coach.store.database import Database, now
from coach.store.slots import SlotState
from coach.store.tables import batches, slots


@dataclass(frozen=True)
class Standing:
    """A slot and its batch as they stand."""

    state: SlotState
    batch_id: str
    batch_state: BatchState
    budget_usd: float | None


def standing_of(db: Database, slot_id: str) -> Standing | None:
    """None: there is no such slot."""
    columns = (slots.c.state, slots.c.batch_id, batches.c.state, batches.c.budget_usd)
    query = select(*columns).join(batches, batches.c.id == slots.c.batch_id).where(slots.c.id == slot_id)
    with db.reading() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Standing(cast("SlotState", row[0]), row[1], cast("BatchState", row[2]), row[3])


def end_if_finished(db: Database, batch_id: str) -> bool:
    """Whether the batch came to its end now: none of its slots waits or is under way."""
    open_slots = [select(slots.c.id).where(slots.c.batch_id == batch_id, slots.c.state == state) for state in _OPEN]
    with db.writing() as connection:
        if any(connection.execute(query.limit(1)).first() for query in open_slots):
            return False
        running = update(batches).where(batches.c.id == batch_id, batches.c.state == "running")
        return connection.execute(running.values(state="done", ended_at=now(connection))).rowcount == 1


_OPEN = ("waiting", "running")
