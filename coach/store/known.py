"""What was known of a page with a version of it: put back with that version, as it stood when the page was left.

Notes and groundwork are no part of a page: they stay as they are now.
"""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, null, select, update

from coach.schema import Drafted, MeetingPlan, Suggestion
from coach.store import tables
from coach.store.columns import read, read_all
from coach.store.page import Page, block_of, is_same
from coach.store.pages import Deed, Standing, keep_page, page_of_version, touch, version_now
from coach.store.records import KeptBlock, KeptPlan, Known, Origin
from coach.store.rows import from_critique, from_plan, locked


def bring_back(connection: Connection, here: Standing, version: RowMapping, deed: Deed) -> Standing:
    """The page of a version again, exactly as it stood; nothing where it stands already.

    Of a version from before what was known was kept, the words come back, and they count as the rep's.
    """
    now = version_now(connection, here.plan_id)
    if now is not None and now["id"] == version["id"]:
        return here
    deed = Deed(deed.by, deed.what, deed.block, back_to=version["id"])
    page = page_of_version(version["blocks"])
    if version["known"] is None:
        return keep_page(connection, here, tuple(_as_reps(here.page, kept) for kept in page), deed)
    after = keep_page(connection, here, page, deed)
    put_known(connection, after, version)
    return after


def put_known(connection: Connection, here: Standing, version: RowMapping, *, around: bool = False) -> None:
    """What is known of the page is what was known of that version, with which it came.

    `around`: words of the rep's stand in it that have come since; so what was decided on since stays decided.
    """
    known = read(Known, version["known"])
    row = locked(connection, here.plan_id)
    decided = {one.id: one for one in read_all(Suggestion, row["suggestions"])} if around else {}
    touch(
        connection,
        here.plan_id,
        status="edited" if any(kept.is_touched for kept in here.page) else known.status,
        suggestions=[decided.get(one.id, one) for one in known.suggestions],
        **from_plan(row, known.plan),
        **from_critique(connection, known.critique, here.revision, by_reader=False),
        checked_at=known.checked_at,
        checked_revision=known.checked_revision,
    )
    if origin := _origin_at(connection, here.plan_id, version["id"]):
        put_origin(connection, here.plan_id, origin)


def put_origin(connection: Connection, plan_id: str, origin: Origin) -> None:
    """What came with the page that stands now; what had come with the one before is kept with its first version."""
    table, row = tables.versions, locked(connection, plan_id)
    if now := version_now(connection, plan_id):
        first = update(table).where(table.c.id == now["id"], table.c.origin.is_(null()))
        connection.execute(first.values(origin={name: row[name] for name in Origin.model_fields}))
    touch(connection, plan_id, **dict(origin))


def origin_of(whole: Drafted | KeptPlan) -> Origin:
    return Origin(
        drafts=whole.drafts,
        questions=whole.questions,
        warnings=whole.warnings,
        failures=whole.failures,
        runs=whole.runs,
    )


def put_outcomes(connection: Connection, here: Standing, before: Page, known: MeetingPlan) -> None:
    """Each outcome as it was known of the page `before`, if its part reads on the page as it did there."""
    row = locked(connection, here.plan_id)
    plan = read(MeetingPlan, row["plan"])
    if _says(here.page, "best") == _says(before, "best"):
        plan = plan.model_copy(update={"best_outcome": known.best_outcome})
    if _says(here.page, "fallback") == _says(before, "fallback"):
        plan = plan.model_copy(update={"fallback": known.fallback})
    touch(connection, here.plan_id, **from_plan(row, plan))


def _origin_at(connection: Connection, plan_id: str, version_id: int) -> Origin | None:
    """None: what came with that version's page is what the plan has now."""
    table = tables.versions
    query = select(table.c.origin).where(
        table.c.plan_id == plan_id, table.c.id > version_id, table.c.origin.is_not(null())
    )
    found = connection.execute(query.order_by(table.c.id).limit(1)).scalar_one_or_none()
    return None if found is None else read(Origin, found)


def _as_reps(now: Page, kept: KeptBlock) -> KeptBlock:
    here = block_of(now, kept.block.id)
    if here is not None and is_same(here.block, kept.block):
        return here
    return kept.model_copy(update={"is_touched": True})


def _says(page: Page, part: str) -> list[str]:
    return [kept.block.text for kept in page if kept.block.part == part]
