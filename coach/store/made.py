"""What a batch did to plans, and how each of them stood before, so that it can be taken back, and that as well.

A plan that the batch made is archived, one that it drafted again becomes what it was. Whatever anybody has done with a
plan since, it stays. Knows nothing about how a plan is made.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from pydantic import Field, JsonValue
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, delete, exists, insert, or_, select, update

from coach.schema import Noun
from coach.store import tables
from coach.store.columns import read
from coach.store.database import Database, now
from coach.store.known import origin_of, put_origin
from coach.store.pages import COACH, Deed, keep_page, standing, touch
from coach.store.records import KeptPlan
from coach.store.rows import from_context, from_plan, kept_plan, locked

made = tables.made
IN_WORK, WORDS, SHARED, CHANGED = (
    "it is being drafted",
    "somebody's words are in it",
    "a link to it was shared",
    "it was changed since",
)


AS_THEY_WERE = ("groundwork", "critique", "suggestions", "decisions")


class Was(Noun):
    """A plan and its slot as they stood; `plan` None: the batch made it, so there is nothing to go back to."""

    plan: KeptPlan | None = None
    critique_revision: int = 0
    archived_at: dt.datetime | None = None
    drafted: str = ""
    given: dict[str, JsonValue] = Field(default_factory=dict)


@dataclass(frozen=True)
class Left:
    """A plan that stays as it is, and why, in words."""

    plan_id: str
    account: str
    opportunity: str
    why: str


@dataclass(frozen=True)
class Undone:
    plans: int = 0
    """Made by the batch: archived; of an undo that is taken back: in the list again."""
    older: int = 0
    """From before the batch: as they were; of an undo that is taken back: as the batch had left them."""
    left: tuple[Left, ...] = field(default=())


def begin(connection: Connection, slot: RowMapping, plan_id: str, *, is_new: bool = False) -> None:
    """Remember how a plan stands, before the batch of its slot changes it; what is known stays, if it still holds."""
    row = locked(connection, plan_id)
    mine = [made.c.batch_id == slot["batch_id"], made.c.plan_id == plan_id]
    known = connection.execute(select(made).where(*mine)).mappings().one_or_none()
    is_known = known is not None and known["pulse"] == row["pulse"]
    if known is not None and is_known and known["undone_at"] is None:
        return
    was_made = is_new or (known is not None and is_known and read(Was, known["was"]).plan is None)
    values: dict[str, object] = {"was": _as_it_is(connection, row, slot, is_made=was_made), "undone_at": None}
    if row["archived_at"] and _is_undone(connection, plan_id):
        touch(connection, plan_id, archived_at=None)
    values |= {"pulse": row["pulse"], "made_at": now(connection)}
    connection.execute(delete(made).where(*mine))
    connection.execute(insert(made).values(batch_id=slot["batch_id"], plan_id=plan_id, **values))


def note(connection: Connection, *, batch_id: str, plan_id: str) -> None:
    """The plan stands now as the batch leaves it, at the end of the transaction that changed it."""
    pulse = select(tables.plans.c.pulse).where(tables.plans.c.id == plan_id).scalar_subquery()
    mine = update(made).where(made.c.batch_id == batch_id, made.c.plan_id == plan_id)
    connection.execute(mine.values(pulse=pulse))


def knows(db: Database, batch_id: str, *, is_back: bool = False) -> bool:
    """Whether there is anything that `undo` could look at."""
    with db.reading() as connection:
        query = select(made.c.plan_id).where(made.c.batch_id == batch_id, _is_in(is_back=is_back)).limit(1)
        return connection.execute(query).first() is not None


def look(db: Database, batch_id: str, *, is_back: bool = False) -> Undone:
    """What `undo` would do now."""
    found = Undone()
    with db.reading() as connection:
        for row in connection.execute(_rows(batch_id, is_back=is_back)).mappings():
            found = _with(found, row)
    return found


def undo(db: Database, batch_id: str, *, is_back: bool = False) -> Undone:
    """Take back what a batch did, plan by plan, or, as `is_back`, take that back. Asked for again it does the rest."""
    done = Undone()
    query = select(made.c.plan_id).where(made.c.batch_id == batch_id, _is_in(is_back=is_back))
    with db.reading() as connection:
        ids = connection.execute(query.order_by(made.c.plan_id)).scalars().all()
    for plan_id in ids:
        with db.writing() as connection:
            _lock(connection, plan_id)
            one = _rows(batch_id, is_back=is_back).where(made.c.plan_id == plan_id)
            if row := connection.execute(one).mappings().one_or_none():
                done = _with(done, row)
                if not _why_not(row):
                    _swap(connection, row, is_back=is_back)
    return done


def forget_made(db: Database, *, older_than: dt.timedelta) -> int:
    """What batches did so long ago cannot be taken back any more; how many plans that are."""
    with db.writing() as connection:
        return connection.execute(delete(made).where(made.c.made_at < now(connection) - older_than)).rowcount


def _is_in(*, is_back: bool) -> ColumnElement[bool]:
    """What was taken back, or what was not."""
    return made.c.undone_at.is_not(None) if is_back else made.c.undone_at.is_(None)


def _rows(batch_id: str, *, is_back: bool) -> Select[tuple[object, ...]]:
    """What the batch did, with all that tells whether somebody has used the plan since; the soonest meeting first."""
    slots, plans, blocks, versions = tables.slots, tables.plans, tables.blocks, tables.versions
    by_people = or_(versions.c.by != COACH, versions.c.asked_by != "")
    is_of = (made.c.plan_id == versions.c.plan_id) & by_people
    jobs, shares = tables.jobs, tables.shares
    words = or_(
        exists().where(blocks.c.plan_id == made.c.plan_id, blocks.c.is_touched),
        exists(versions.c.id).where(is_of),
    )
    query = select(
        made,
        slots.c.id.label("slot_id"),
        *(slots.c[name] for name in ("account", "opportunity", "drafted", "given", "wanted")),
        plans.c.pulse.label("pulse_now"),
        or_(slots.c.state == "running", exists().where(jobs.c.plan_id == made.c.plan_id, jobs.c.state == "running"))
        .label("is_in_work"),
        words.label("has_words"),
        exists().where(shares.c.plan_id == made.c.plan_id).label("is_shared"),
    ).join(slots, slots.c.plan_id == made.c.plan_id).join(plans, plans.c.id == made.c.plan_id)  # fmt: skip
    query = query.where(made.c.batch_id == batch_id, _is_in(is_back=is_back))
    return query.order_by(slots.c.date.nulls_last(), slots.c.id)


def _lock(connection: Connection, plan_id: str) -> None:
    """Slot before plan, as whoever drafts it does."""
    slots = tables.slots
    connection.execute(select(slots.c.id).where(slots.c.plan_id == plan_id).with_for_update())
    locked(connection, plan_id)


def _with(so_far: Undone, row: RowMapping) -> Undone:
    if why := _why_not(row):
        left = Left(row["plan_id"], row["account"], row["opportunity"], why)
        return Undone(so_far.plans, so_far.older, (*so_far.left, left))
    is_made = (row["was"] or {}).get("plan") is None
    return Undone(so_far.plans + is_made, so_far.older + (not is_made), so_far.left)


def _why_not(row: RowMapping) -> str:
    if row["is_in_work"]:
        return IN_WORK
    if row["undone_at"] is None and row["has_words"]:
        return WORDS
    if row["is_shared"]:
        return SHARED
    return "" if row["pulse_now"] == row["pulse"] else CHANGED


def _swap(connection: Connection, row: RowMapping, *, is_back: bool) -> None:
    """The plan as it was, and what it is now kept in its place."""
    plan_id, was = row["plan_id"], read(Was, row["was"])
    here = _as_it_is(connection, locked(connection, plan_id), row, is_made=was.plan is None)
    if was.plan is None:
        touch(connection, plan_id, archived_at=None if is_back else now(connection))
    else:
        _put_back(connection, was, was.plan)
    is_done = is_back and was.drafted and was.drafted == row["wanted"]
    slot = {"state": "done" if is_done else "waiting", "drafted": was.drafted, "attempts": 0, "not_before": None}
    given = {"given": was.given} if was.plan is not None else {}
    connection.execute(update(tables.slots).where(tables.slots.c.id == row["slot_id"]).values(**slot, **given))
    mine = update(made).where(made.c.batch_id == row["batch_id"], made.c.plan_id == plan_id)
    connection.execute(mine.values(was=here, undone_at=None if is_back else now(connection)))
    note(connection, batch_id=row["batch_id"], plan_id=plan_id)


def _put_back(connection: Connection, was: Was, plan: KeptPlan) -> None:
    before = standing(connection, plan.id)
    status = "drafted" if plan.status == "drafting" else plan.status
    after = keep_page(connection, before, plan.blocks, Deed(COACH, "restored", status=status))
    values: dict[str, object] = {name: getattr(plan, name) for name in AS_THEY_WERE}
    values |= {"purpose": plan.purpose, "account_id": plan.account_id or None, "status": status}
    values |= {"checked_at": plan.checked_at, "archived_at": was.archived_at, "score": plan.critique.total}
    for name, seen in (("critique_revision", was.critique_revision), ("checked_revision", plan.checked_revision)):
        values[name] = after.revision if seen == plan.revision else seen
    values |= from_context(plan.context, purpose=plan.purpose, title=plan.plan.title)
    touch(connection, plan.id, **values)
    touch(connection, plan.id, **from_plan(locked(connection, plan.id), plan.plan))
    put_origin(connection, plan.id, origin_of(plan))


def _as_it_is(connection: Connection, row: RowMapping, slot: RowMapping, *, is_made: bool) -> Was:
    of_slot = {"drafted": slot["drafted"], "given": slot["given"]}
    if is_made:
        return read(Was, of_slot)
    kept = kept_plan(connection, row)
    kept = kept.model_copy(update={"plan": kept.plan.model_copy(update={"blocks": ()})})
    of_plan = {"critique_revision": row["critique_revision"], "archived_at": row["archived_at"]}
    return read(Was, of_slot).model_copy(update={"plan": kept, **of_plan})


def _is_undone(connection: Connection, plan_id: str) -> bool:
    query = select(made.c.batch_id).where(made.c.plan_id == plan_id, made.c.undone_at.is_not(None)).limit(1)
    return connection.execute(query).first() is not None
