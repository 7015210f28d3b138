"""The slots of a batch: one meeting each, over all batches, and exactly one plan a slot.

A slot is claimed by one process at a time; one whose owner has fallen silent is anybody's. Every claim has a number,
and whoever comes back with an old one writes nothing. Knows nothing about how a plan is made.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, insert, or_, select, update

from coach.schema import AccountContext, Depth
from coach.store import made
from coach.store.columns import read
from coach.store.database import Database, now
from coach.store.plans import insert_plan
from coach.store.tables import slots

SlotState = Literal["waiting", "running", "done", "failed"]
STALE_AFTER_S = 60.0
"""Six beats missed: its process is gone."""
PAGE = 500
"""Rows read at a time: memory stays flat whatever a batch's size."""

_LARGEST_FIRST = (slots.c.amount.desc().nulls_last(), slots.c.id)
_SOONEST_FIRST = (slots.c.date.nulls_last(), *_LARGEST_FIRST)


class TakenOver(Exception):
    """The slot has been claimed anew, or is done: nothing was written."""


@dataclass(frozen=True)
class Wish:
    """A meeting that a batch is asked to plan."""

    key: str
    """The meeting's, the same in every export: `Opportunity.id`."""
    context: AccountContext
    wanted: str
    """Hash of the context and of how it is to be drafted; a plan that was drafted from the same is left alone."""
    depth: Depth | None = None
    rep: str = ""
    stage: str = ""
    amount: float | None = None
    currency: str = ""


@dataclass(frozen=True)
class Filled:
    """What became of wishes: `same` have their plan, or are waiting for it, unchanged."""

    new: int = 0
    changed: int = 0
    same: int = 0

    @property
    def total(self) -> int:
        return self.new + self.changed + self.same

    def __add__(self, other: Filled) -> Filled:
        return Filled(self.new + other.new, self.changed + other.changed, self.same + other.same)


@dataclass(frozen=True)
class Slot:
    """A claimed slot, with all that drafting it needs."""

    id: str
    key: str
    batch_id: str
    owner: str
    claim: int
    """The number of this claim; a higher one takes the slot away."""
    attempts: int
    """Times that it was tried, this one among them."""
    plan_id: str
    """Empty: no plan yet."""
    depth: Depth | None
    context: AccountContext
    wanted: str
    given: Mapping[str, JsonValue]
    """What the plan was given of an earlier context: see `coach.batch.news`. Empty: nothing yet."""


@dataclass(frozen=True)
class Outcome:
    """How the drafting of a slot ended, for the table at the end."""

    calls: int = 0
    cost_usd: float = 0.0
    score: float | None = None
    gates: tuple[str, ...] = ()
    unverified: int = 0
    error: str = ""
    hint: str = ""


@dataclass(frozen=True)
class SlotRow:
    """A slot as the table at the end shows it."""

    id: str
    key: str
    state: SlotState
    plan_id: str
    account: str
    opportunity: str
    rep: str
    stage: str
    amount: float | None
    currency: str
    date: dt.date | None
    attempts: int
    calls: int
    cost_usd: float
    score: float | None
    gates: tuple[str, ...]
    unverified: int
    error: str
    hint: str


def put_slots(db: Database, batch_id: str, wishes: Sequence[Wish]) -> Filled:
    """Slots for the wishes, in one transaction; asked for twice it is done once.

    One that is drafted, or waits, from the same context stays as it is; one that failed waits again.
    """
    filled = Filled()
    with db.writing() as connection:
        keys = [wish.key for wish in wishes]
        columns = [slots.c.key, slots.c.wanted, slots.c.drafted, slots.c.state]
        query = select(*columns).where(slots.c.key.in_(keys)).order_by(slots.c.key).with_for_update()
        known: dict[str, tuple[str, str, str]] = {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}
        for wish in wishes:
            filled += _put(connection, batch_id, wish, known.get(wish.key))
            known[wish.key] = (wish.wanted, known[wish.key][1] if wish.key in known else "", "waiting")
    return filled


def claim_next(db: Database, batch_id: str, *, owner: str, most: int) -> tuple[str, ...]:
    """Ids of so many slots as wait, `owner`'s from now on: the soonest meetings first, then the largest amounts."""
    with db.writing() as connection:
        at = now(connection)
        ready = select(slots.c.id).where(slots.c.batch_id == batch_id, slots.c.state == "waiting", _is_due(at))
        dated = ready.where(slots.c.date.is_not(None)).order_by(slots.c.date, *_LARGEST_FIRST)
        undated = ready.where(slots.c.date.is_(None)).order_by(*_LARGEST_FIRST)
        ids: list[str] = []
        for query in (dated, undated):
            some = query.limit(most - len(ids)).with_for_update(skip_locked=True)
            ids.extend(connection.execute(some).scalars())
        if ids:
            mine = {"state": "running", "owner": owner, "beat_at": at}
            connection.execute(update(slots).where(slots.c.id.in_(ids)).values(mine))
    return tuple(ids)


def next_due_s(db: Database, batch_id: str) -> float | None:
    """Seconds until the next waiting slot may be claimed, at least 0; None: none waits."""
    with db.reading() as connection:
        waiting = [slots.c.batch_id == batch_id, slots.c.state == "waiting"]
        if connection.execute(select(slots.c.id).where(*waiting, slots.c.not_before.is_(None)).limit(1)).first():
            return 0.0
        query = select(slots.c.not_before).where(*waiting).order_by(slots.c.not_before).limit(1)
        due: dt.datetime | None = connection.execute(query).scalar_one_or_none()
        return None if due is None else max(0.0, (due - now(connection)).total_seconds())


def claim(db: Database, slot_id: str, *, owner: str) -> Slot | None:
    """The slot, `owner`'s from now on; None: it is done, another process is at it, or there is none of this id.

    A slot that `owner` has already is claimed again; so is one whose owner has not been heard of for STALE_AFTER_S.
    What an earlier claim still wants to write is refused.
    """
    with db.writing() as connection:
        at = now(connection)
        is_stale = slots.c.beat_at < at - dt.timedelta(seconds=STALE_AFTER_S)
        is_free = or_(
            slots.c.state == "waiting", and_(slots.c.state == "running", or_(slots.c.owner == owner, is_stale))
        )
        values = {"state": "running", "owner": owner, "beat_at": at}
        values |= {"claim": slots.c.claim + 1, "attempts": slots.c.attempts + 1}
        query = update(slots).where(slots.c.id == slot_id, is_free).values(values).returning(slots)
        row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _slot(row)


def beat(db: Database, owner: str, *, at_work: Collection[str] | None = None) -> frozenset[str]:
    """Say that a process lives; ids of the slots that are still its own.

    `at_work`: the slots that it really works on; others that it seems to have fall silent, and are anybody's then.
    """
    with db.writing() as connection:
        mine = update(slots).where(slots.c.owner == owner, slots.c.state == "running")
        if at_work is not None:
            mine = mine.where(slots.c.id.in_(at_work))
        return frozenset(connection.execute(mine.values(beat_at=now(connection)).returning(slots.c.id)).scalars())


def plan_for(
    db: Database, slot: Slot, context: AccountContext, *, given: Mapping[str, JsonValue], purpose: str = ""
) -> str:
    """Id of the slot's one plan, made now if it has none. Raises TakenOver."""
    with db.writing() as connection:
        row = _still_mine(connection, slot)
        plan_id: str = row["plan_id"] or insert_plan(connection, context, purpose=purpose)
        if not row["plan_id"]:
            made.begin(connection, row, plan_id, is_new=True)
            connection.execute(update(slots).where(slots.c.id == slot.id).values(plan_id=plan_id, given=dict(given)))
    return plan_id


def give(connection: Connection, slot: Slot, given: Mapping[str, JsonValue]) -> None:
    """What the plan is given now, in the transaction that gives it. Raises TakenOver."""
    row = _still_mine(connection, slot)
    made.begin(connection, row, row["plan_id"])
    connection.execute(update(slots).where(slots.c.id == slot.id).values(given=dict(given)))


def end_slot(db: Database, slot: Slot, state: Literal["done", "failed"], outcome: Outcome) -> None:
    """`end_within` in a transaction of its own: the slot has failed, or has its plan already."""
    with db.writing() as connection:
        end_within(connection, slot, state, outcome)


def end_within(connection: Connection, slot: Slot, state: Literal["done", "failed"], outcome: Outcome) -> None:
    """The slot is done, in the transaction that keeps its plan: one is never there without the other.

    Asked for anew from other notes meanwhile, it waits again. Raises TakenOver.
    """
    row = _still_mine(connection, slot)
    is_changed = row["wanted"] != slot.wanted
    if row["plan_id"]:
        made.begin(connection, row, row["plan_id"])
    values = {**vars(outcome), "gates": list(outcome.gates), "owner": "", "not_before": None}
    values |= {"state": "waiting" if is_changed else state, "drafted": slot.wanted if state == "done" else ""}
    values |= {"attempts": 0} if is_changed else {}
    values["updated_at"] = now(connection)
    connection.execute(update(slots).where(slots.c.id == slot.id).values(values))


def put_back(
    db: Database, slot: Slot, *, error: str = "", hint: str = "", wait_s: float = 0.0, counts: bool = True
) -> None:
    """The slot waits again, at least `wait_s`; `counts`: whether this was an attempt."""
    with db.writing() as connection:
        row = _mine(connection, slot)
        if row is None:
            return
        at = now(connection)
        values: dict[str, object] = {"state": "waiting", "owner": "", "error": error, "hint": hint}
        values |= {"not_before": at + dt.timedelta(seconds=wait_s) if wait_s else None, "updated_at": at}
        values |= {} if counts else {"attempts": max(0, row["attempts"] - 1)}
        connection.execute(update(slots).where(slots.c.id == slot.id).values(values))


def put_all_back(db: Database, owner: str) -> int:
    """All that a process has claimed and will not draft any more; how many."""
    with db.writing() as connection:
        mine = update(slots).where(slots.c.owner == owner, slots.c.state == "running")
        return connection.execute(mine.values(state="waiting", owner="")).rowcount


def take_back(db: Database, batch_id: str, *, is_gone: Callable[[str], bool]) -> int:
    """Slots of processes that are gone, or silent for STALE_AFTER_S, wait again; how many."""
    with db.writing() as connection:
        running = [slots.c.batch_id == batch_id, slots.c.state == "running"]
        owners = tuple(connection.execute(select(slots.c.owner).where(*running).distinct()).scalars())
        gone = slots.c.owner.in_([owner for owner in owners if is_gone(owner)])
        is_stale = slots.c.beat_at < now(connection) - dt.timedelta(seconds=STALE_AFTER_S)
        lost = update(slots).where(*running, or_(gone, is_stale))
        return connection.execute(lost.values(state="waiting", owner="")).rowcount


def rows_of(
    db: Database, batch_id: str, *, state: SlotState | None = None, most: int | None = None, skip: int = 0
) -> Iterator[SlotRow]:
    """The slots of a batch, or those in a state, the soonest meeting first, a few hundred in memory at a time."""
    columns = [slots.c[name] for name in SlotRow.__dataclass_fields__]
    query = select(*columns).where(slots.c.batch_id == batch_id)
    query = query.where(slots.c.state == state) if state else query
    query = query.order_by(*_SOONEST_FIRST).limit(most).offset(skip or None)
    with db.reading() as connection:
        rows = connection.execution_options(yield_per=PAGE).execute(query)
        for row in rows.mappings():
            yield SlotRow(**{**row, "plan_id": row["plan_id"] or "", "gates": tuple(row["gates"])})


def ids_of(db: Database, batch_id: str, *, state: SlotState = "waiting") -> Iterator[str]:
    """Ids of a batch's slots in a state, the soonest meeting first."""
    query = select(slots.c.id).where(slots.c.batch_id == batch_id, slots.c.state == state)
    query = query.order_by(*_SOONEST_FIRST)
    with db.reading() as connection:
        yield from connection.execution_options(yield_per=PAGE).execute(query).scalars()


def _put(connection: Connection, batch_id: str, wish: Wish, known: tuple[str, str, str] | None) -> Filled:
    if known is None:
        connection.execute(
            insert(slots).values(
                **_blank(), **_wished(batch_id, wish), id=secrets.token_hex(8), key=wish.key, updated_at=now(connection)
            )
        )
        return Filled(new=1)
    wanted, drafted, state = known
    mine = update(slots).where(slots.c.key == wish.key)
    if wanted == wish.wanted:
        again = {"state": "waiting", "attempts": 0, "not_before": None} if state == "failed" else {}
        connection.execute(mine.values(batch_id=batch_id, **again))
        return Filled(same=1)
    ready = "running" if state == "running" else "done" if drafted == wish.wanted else "waiting"
    connection.execute(mine.values(**_wished(batch_id, wish), state=ready, attempts=0, not_before=None))
    return Filled(changed=1)


def _wished(batch_id: str, wish: Wish) -> dict[str, object]:
    context = wish.context
    return {
        "batch_id": batch_id,
        "account": context.account,
        "opportunity": context.opportunity,
        "rep": wish.rep or context.rep,
        "stage": wish.stage or context.stage,
        "amount": wish.amount,
        "currency": wish.currency,
        "date": context.meeting.date,
        "depth": wish.depth or "",
        "context": context,
        "wanted": wish.wanted,
    }


def _blank() -> dict[str, object]:
    words = ("owner", "drafted", "error", "hint")
    counts = {"attempts": 0, "calls": 0, "cost_usd": 0.0, "unverified": 0}
    return {"state": "waiting", "gates": [], "given": {}, **dict.fromkeys(words, ""), **counts}


def _is_due(at: dt.datetime) -> ColumnElement[bool]:
    return or_(slots.c.not_before.is_(None), slots.c.not_before <= at)


def _mine(connection: Connection, slot: Slot) -> RowMapping | None:
    mine = [slots.c.id == slot.id, slots.c.state == "running", slots.c.claim == slot.claim]
    return connection.execute(select(slots).where(*mine).with_for_update()).mappings().one_or_none()


def _still_mine(connection: Connection, slot: Slot) -> RowMapping:
    row = _mine(connection, slot)
    if row is None:
        raise TakenOver(slot.id)
    return row


def _slot(row: RowMapping) -> Slot:
    return Slot(
        id=row["id"],
        key=row["key"],
        batch_id=row["batch_id"],
        owner=row["owner"],
        claim=row["claim"],
        attempts=row["attempts"],
        plan_id=row["plan_id"] or "",
        depth=cast("Depth", row["depth"]) if row["depth"] else None,
        context=read(AccountContext, row["context"]),
        wanted=row["wanted"],
        given=row["given"],
    )
