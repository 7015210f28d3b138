"""The list of meetings: what is coming first, with what is missing of each at a glance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select

from coach.schema import MeetingPlan
from coach.store import tables
from coach.store.columns import read
from coach.store.database import Database
from coach.store.records import WHOLE_PAGE, PlanRow, Status
from coach.store.rows import folded

MOST_GAPS = 4
_COLUMNS = (
    "id",
    "account_id",
    "title",
    "purpose",
    "status",
    "date",
    "start",
    "score",
    "plan",
    "updated_at",
    "created_at",
)


def list_plans(
    db: Database,
    *,
    search: str = "",
    account_id: str = "",
    today: dt.date | None = None,
    archived: bool = False,
) -> tuple[PlanRow, ...]:
    """Coming meetings, the next one first; then those without a date, the newest first; then past ones, from the last.

    `search`: all its words must stand in account, opportunity, purpose, title, place or attendees, whatever their case.
    """
    with db.reading() as connection:
        rows = connection.execute(_query(search, account_id, archived=archived)).mappings().all()
        doubts = _doubts(connection, [row["id"] for row in rows])
    newest_first = sorted(rows, key=lambda row: (row["created_at"], row["id"]), reverse=True)
    listed = [_plan_row(row, doubts.get(row["id"], 0)) for row in newest_first]
    return tuple(_in_order(listed, today or dt.date.today()))


def _query(search: str, account_id: str, *, archived: bool) -> Select[tuple[object, ...]]:
    plans, jobs = tables.plans, tables.jobs
    running = select(jobs.c.kind).where(jobs.c.plan_id == plans.c.id, jobs.c.state == "running").scalar_subquery()
    columns = [plans.c[name] for name in _COLUMNS]
    judged_by = plans.c.critique["judged_by"].as_string().label("judged_by")
    query = select(*columns, judged_by, tables.accounts.c.name.label("account"), running.label("running"))
    query = query.join_from(plans, tables.accounts, isouter=True)
    conditions: list[ColumnElement[bool]] = [
        plans.c.archived_at.is_not(None) if archived else plans.c.archived_at.is_(None),
        *(plans.c.searched.contains(word, autoescape=True) for word in folded(search).split()),
    ]
    if account_id:
        conditions.append(plans.c.account_id == account_id)
    return query.where(*conditions)


def _plan_row(row: RowMapping, doubts: int) -> PlanRow:
    plan = read(MeetingPlan, row["plan"])
    status: Status = "drafting" if row["running"] in WHOLE_PAGE else row["status"]
    gaps = _gaps(plan, status=status, has_date=row["date"] is not None, doubts=doubts)
    return PlanRow(
        id=row["id"],
        account_id=row["account_id"] or "",
        account=row["account"] or "",
        title=row["title"],
        purpose=row["purpose"],
        status=status,
        date=row["date"],
        start=row["start"],
        score=row["score"],
        is_judged=row["judged_by"] not in (None, "", "rules"),
        gaps=tuple(gaps)[:MOST_GAPS],
        updated_at=row["updated_at"],
    )


def _gaps(plan: MeetingPlan, *, status: Status, has_date: bool, doubts: int) -> Iterator[str]:
    """Of a page that is just being drafted nothing can be missing yet."""
    has_page = status in ("drafted", "edited")
    if status == "new":
        yield "not drafted"
    if has_page and not (plan.best_outcome.what and plan.best_outcome.by):
        yield "no dated customer commitment"
    if has_page and not plan.fallback.what:
        yield "no fall-back"
    if doubts:
        yield "1 unverified fact" if doubts == 1 else f"{doubts} unverified facts"
    if not has_date:
        yield "no meeting date"


def _in_order(rows: list[PlanRow], today: dt.date) -> Iterator[PlanRow]:
    """Those of one moment, and those without a date, as they come: they keep their places while the coach works."""
    coming = [row for row in rows if row.date and row.date >= today]
    past = [row for row in rows if row.date and row.date < today]
    yield from sorted(coming, key=_moment)
    yield from (row for row in rows if not row.date)
    yield from sorted(past, key=_moment, reverse=True)


def _moment(row: PlanRow) -> tuple[dt.date, dt.time]:
    return row.date or dt.date.max, row.start or dt.time.max


def _doubts(connection: Connection, plan_ids: list[str]) -> dict[str, int]:
    """How many blocks of each plan say what their lines do not."""
    table = tables.blocks
    is_doubtful = table.c.check["status"].as_string().in_(["unverified", "contradicted"])
    query = select(table.c.plan_id, func.count()).where(table.c.plan_id.in_(plan_ids), is_doubtful)
    return {row[0]: row[1] for row in connection.execute(query.group_by(table.c.plan_id))}
