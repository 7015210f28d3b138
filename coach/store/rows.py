"""A plan's row and the nouns in it: what its columns hold of a context, a page and a criticism."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Sequence
from itertools import takewhile

from pydantic import JsonValue
from sqlalchemy import Connection, RowMapping, select

from coach.errors import InputError
from coach.schema import AccountContext, Critique, Draft, Failure, Groundwork, MeetingPlan, Run, Suggestion
from coach.store import tables
from coach.store.columns import read, read_all
from coach.store.database import now
from coach.store.page import Page, blocks_of, differences, ids_of
from coach.store.pages import COACH, UNDONE, lineage, page_at, page_of, touch
from coach.store.records import KeptPlan, Status

TAKEN_BACK = (UNDONE, "suggestion undone")
"""What the history calls an act that only takes back another."""


def locked(connection: Connection, plan_id: str) -> RowMapping:
    query = select(tables.plans).where(tables.plans.c.id == plan_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise InputError("There is no such plan.", hint="It may have been opened from an old link.")
    return row


def put_suggestions(connection: Connection, plan_id: str, suggestions: Sequence[Suggestion]) -> None:
    """Each in the place of the one of its id. Raises InputError when the plan has none of one's id."""
    known = read_all(Suggestion, locked(connection, plan_id)["suggestions"])
    new = {one.id: one for one in suggestions}
    if not new.keys() <= {one.id for one in known}:
        raise InputError("This suggestion is no longer there.")
    touch(connection, plan_id, suggestions=[new.get(one.id, one) for one in known])


def suggestions_of(connection: Connection, plan_id: str, ids: Collection[str]) -> list[JsonValue]:
    """Those of these ids, as they are kept."""
    return [one for one in locked(connection, plan_id)["suggestions"] if one["id"] in ids]


def from_context(context: AccountContext, *, purpose: str, title: str = "") -> dict[str, object]:
    meeting = context.meeting
    found_by = searched(context, purpose, title)
    return {"context": context, "date": meeting.date, "start": meeting.start, "searched": found_by}


def from_plan(row: RowMapping, plan: MeetingPlan) -> dict[str, object]:
    context = read(AccountContext, row["context"])
    kept = plan.model_copy(update={"blocks": ()})
    return {"plan": kept, "title": plan.title, "searched": searched(context, row["purpose"], plan.title)}


def from_critique(connection: Connection, critique: Critique, revision: int, *, by_reader: bool) -> dict[str, object]:
    values: dict[str, object] = {"critique": critique, "critique_revision": revision, "score": critique.total}
    return {**values, "checked_at": now(connection), "checked_revision": revision} if by_reader else values


def blank() -> dict[str, object]:
    lists = ("suggestions", "drafts", "decisions", "questions", "warnings", "failures", "runs")
    return {
        **{name: [] for name in lists},
        "plan": MeetingPlan(),
        "groundwork": Groundwork(),
        "critique": Critique(),
        "status": "new",
        "title": "",
        "revision": 0,
        "pulse": 0,
        "critique_revision": 0,
        "checked_revision": 0,
    }


def kept_plan(connection: Connection, row: RowMapping) -> KeptPlan:
    page = page_of(connection, row["id"])
    plan = read(MeetingPlan, row["plan"]).model_copy(update={"blocks": blocks_of(page)})
    return KeptPlan(
        id=row["id"],
        account_id=row["account_id"] or "",
        context=read(AccountContext, row["context"]),
        purpose=row["purpose"],
        status=shown_status(row["status"], _running(connection, row["id"])),
        revision=row["revision"],
        pulse=row["pulse"],
        blocks=page,
        plan=plan,
        groundwork=read(Groundwork, row["groundwork"]),
        critique=read(Critique, row["critique"]),
        suggestions=read_all(Suggestion, row["suggestions"]),
        drafts=read_all(Draft, row["drafts"]),
        decisions=tuple(row["decisions"]),
        questions=tuple(row["questions"]),
        warnings=tuple(row["warnings"]),
        failures=read_all(Failure, row["failures"]),
        runs=read_all(Run, row["runs"]),
        checked_at=row["checked_at"],
        checked_revision=row["checked_revision"],
        edits_since_check=_edits_since(connection, row, page),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def drafting_since(connection: Connection, plan_id: str) -> dt.datetime | None:
    """When the job that is running on a plan began."""
    table = tables.jobs
    query = select(table.c.started_at).where(table.c.plan_id == plan_id, table.c.state == "running")
    moment: dt.datetime | None = connection.execute(query).scalar_one_or_none()
    return moment


def shown_status(kept: Status, running: str | None) -> Status:
    """`running`: the kind of the job that is running on the plan. A page the rep has touched stays `edited`."""
    return "drafting" if running == "draft" and kept != "edited" else kept


def searched(context: AccountContext, purpose: str, title: str) -> str:
    """All words by which a plan is found, folded."""
    people = (f"{person.name} {person.title}" for person in context.meeting.attendees)
    return folded(" ".join((context.account, context.opportunity, purpose, title, context.meeting.place, *people)))


def folded(text: str) -> str:
    """Without case, compatibility forms and doubled spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _running(connection: Connection, plan_id: str) -> str | None:
    table = tables.jobs
    query = select(table.c.kind).where(table.c.plan_id == plan_id, table.c.state == "running")
    kind: str | None = connection.execute(query).scalar_one_or_none()
    return kind


def _edits_since(connection: Connection, row: RowMapping, page: Page) -> int:
    """How many acts of people stand since reader and judge last saw the page.

    No more than blocks that differ from that page; 0 where none does, and when nobody has ever judged it.
    """
    if row["checked_at"] is None:
        return 0
    acts = _acts_since(connection, row["id"], row["checked_revision"])
    if not acts:
        return 0
    differing = _differing(page_at(connection, row["id"], row["checked_revision"]), page)
    has_typed_on = any(act["first_revision"] <= row["checked_revision"] and not act["is_undone"] for act in acts)
    standing = sum(not act["is_undone"] and act["what"] not in TAKEN_BACK for act in acts)
    return max(1, min(standing, differing)) if differing or has_typed_on else 0


def _acts_since(connection: Connection, plan_id: str, revision: int) -> list[RowMapping]:
    """What people did after a revision, of all that led to the page of now; bringing that back does not count."""
    names = ("revision", "first_revision", "by", "asked_by", "what", "is_undone")
    led_here = lineage(connection, plan_id, *names)
    since = list(takewhile(lambda act: act["revision"] > revision, led_here))
    ids = {act["id"] for act in since}
    return [act for act in since if (act["by"] != COACH or act["asked_by"]) and act["back_to"] not in ids]


def _differing(before: Page, page: Page) -> int:
    """In how many blocks two pages differ; 1 where they differ in their order alone."""
    return len(differences(before, page)) or int(ids_of(before) != ids_of(page))
