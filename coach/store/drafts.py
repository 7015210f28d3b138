"""What the coach brings forth, and what is decided on it: pages, criticism, marks, suggestions.

None of it ever replaces words of the rep's that it has not seen. Knows nothing about how two pages are merged.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from coach.errors import ChangedMeanwhile
from coach.excerpt import excerpt
from coach.schema import Block, Critique, Drafted, MeetingPlan, Suggestion
from coach.store.columns import cleaned
from coach.store.database import Database, First
from coach.store.known import origin_of, put_known, put_origin
from coach.store.page import Page, block_of, ids_of, is_same, replaced
from coach.store.pages import (
    COACH,
    Deed,
    Standing,
    call_last,
    keep_marks,
    keep_page,
    page_at,
    standing,
    touch,
    version_at,
)
from coach.store.records import KeptBlock, Status
from coach.store.rows import drafting_since, from_critique, from_plan, locked, put_suggestions, suggestions_of

DRAFTING = "drafting"
"""What the history calls a page of which not all has come yet."""


def replace_blocks(
    db: Database,
    plan_id: str,
    blocks: Sequence[Block],
    *,
    by: str = COACH,
    what: str,
    touched: frozenset[str] = frozenset(),
    seen: int = 0,
    asked_by: str = "",
    known_at: int = 0,
) -> int:
    """The whole page anew, as merged from the page at revision `seen`; returns the new revision.

    Blocks keep their revision where their words stay. `touched`: ids of those that are the rep's from now on; one that
    is already stays so while its words stay. `asked_by`: who may undo it. What one job writes under one name is one
    version. `known_at`: the revision whose page comes back with it, and so what was known of that as a whole.

    Raises:
        ChangedMeanwhile: it would drop, change or bring back what the rep wrote or deleted after `seen`.
        InputError: there is no such plan.
    """
    with db.writing() as connection:
        before = standing(connection, plan_id)
        after = _replace(connection, before, blocks, Deed(by, what, asked_by=asked_by), touched, seen)
        old = version_at(connection, plan_id, known_at) if known_at and after is not before else None
        if old is not None and old["known"] is not None:
            put_known(connection, after, old, around=True)
    return after.revision


def keep_drafted(
    db: Database,
    plan_id: str,
    drafted: Drafted,
    blocks: Sequence[Block],
    *,
    what: str = "drafted",
    touched: frozenset[str] = frozenset(),
    seen: int = 0,
    asked_by: str = "",
    first: First | None = None,
    last: First | None = None,
) -> int:
    """All that drafting brought forth, with the merged page, in one step; returns the new revision.

    The context is the rep's and stays. `touched`, `seen` and errors as for `replace_blocks`.
    """
    with db.writing() as connection:
        if first:
            first(connection)
        before = standing(connection, plan_id)
        after = _replace(connection, before, blocks, Deed(COACH, what, asked_by=asked_by), touched, seen)
        if after is before:
            since = drafting_since(connection, plan_id)
            call_last(connection, plan_id, what, instead_of=DRAFTING, since=since)
        is_by_model = drafted.critique.judged_by not in ("", "rules")
        touch(
            connection,
            plan_id,
            status=_status(after.page),
            groundwork=drafted.groundwork,
            **from_plan(locked(connection, plan_id), drafted.plan),
            **from_critique(connection, drafted.critique, after.revision, by_reader=is_by_model),
        )
        put_origin(connection, plan_id, origin_of(drafted))
        if last:
            last(connection)
    return after.revision


def set_critique(db: Database, plan_id: str, critique: Critique, *, revision: int, by_reader: bool) -> bool:
    """Keep a criticism of the page at `revision`; False: a newer one is there, and this one is dropped.

    By the reader and judge it counts against the last of theirs, by the rules against any. Raises InputError.
    """
    with db.writing() as connection:
        row = locked(connection, plan_id)
        if revision < row["checked_revision" if by_reader else "critique_revision"]:
            return False
        touch(connection, plan_id, **from_critique(connection, critique, revision, by_reader=by_reader))
    return True


def set_checks(db: Database, plan_id: str, plan: MeetingPlan, critique: Critique, *, seen: int) -> bool:
    """What the rules found on the page at revision `seen`, kept with its blocks; the page's revision stays.

    A block whose words have changed meanwhile keeps its own marks. False: a newer criticism is there, and that stays.
    """
    found = {block.id: block for block in plan.blocks}
    with db.writing() as connection:
        before = standing(connection, plan_id)
        page = tuple(_marked(kept, found.get(kept.block.id)) for kept in before.page)
        keep_marks(connection, before, page)
        row = locked(connection, plan_id)
        if seen < row["critique_revision"]:
            return False
        values = from_critique(connection, critique, seen, by_reader=False)
        touch(connection, plan_id, **values, **from_plan(row, plan))
    return True


def keep_decision(
    db: Database,
    plan_id: str,
    suggestion: Suggestion,
    *,
    block: Block | None = None,
    seen: int,
    by: str,
    what: str = "applied",
) -> int:
    """`keep_decisions` for one suggestion and its block (None: unchanged)."""
    blocks = () if block is None else (block,)
    return keep_decisions(db, plan_id, (suggestion,), blocks=blocks, seen=seen, by=by, what=what)


def keep_decisions(
    db: Database,
    plan_id: str,
    suggestions: Sequence[Suggestion],
    *,
    blocks: Sequence[Block],
    seen: int,
    by: str,
    what: str = "applied",
) -> int:
    """Suggestions as decided, and the blocks as they read with them, in one step and one version; the page's revision.

    The rep has decided on these words: no redraft replaces them.

    Raises:
        ChangedMeanwhile: a block is not the one of revision `seen` any more; load and decide again.
        InputError: there is no such plan or suggestion.
    """
    with db.writing() as connection:
        before = standing(connection, plan_id)
        old = suggestions_of(connection, plan_id, {one.id for one in suggestions})
        page = before.page
        for block in blocks:
            here = block_of(page, block.id)
            if here is None or here.revision > seen:
                raise ChangedMeanwhile("The words of this suggestion have changed since.")
            page = replaced(page, KeptBlock(block=block, revision=here.revision, is_touched=True))
        about = blocks[0].id if len(blocks) == 1 else ""
        after = keep_page(connection, before, page, Deed(by, what, about, suggestions=old))
        put_suggestions(connection, plan_id, suggestions)
    return after.revision


def _replace(
    connection: Connection, before: Standing, blocks: Sequence[Block], deed: Deed, touched: frozenset[str], seen: int
) -> Standing:
    blocks = [block.model_copy(update={"text": cleaned(block.text)}) for block in blocks]
    _refuse_loss(connection, before, blocks, seen)
    page = tuple(
        KeptBlock(
            block=block, revision=before.revision, is_touched=block.id in touched or _stays_touched(before, block)
        )
        for block in blocks
    )
    status = _status(page)
    joins_since = drafting_since(connection, before.plan_id)
    full = Deed(deed.by, deed.what, status=status, asked_by=deed.asked_by, joins_since=joins_since)
    return keep_page(connection, before, page, full)


def _refuse_loss(connection: Connection, before: Standing, blocks: Sequence[Block], seen: int) -> None:
    new = {block.id: block for block in blocks}
    for kept in before.page:
        stays = kept.block.id in new and is_same(new[kept.block.id], kept.block)
        if kept.is_touched and kept.revision > seen and not stays:
            raise ChangedMeanwhile(f"The rep has changed “{excerpt(kept.block.text, 40)}” meanwhile.")
    if 0 < seen < before.revision:
        deleted = set(ids_of(page_at(connection, before.plan_id, seen))) - set(ids_of(before.page))
        if deleted & set(new):
            raise ChangedMeanwhile("The rep has deleted a part of the page meanwhile.")


def _stays_touched(before: Standing, block: Block) -> bool:
    here = block_of(before.page, block.id)
    return here is not None and here.is_touched and is_same(here.block, block)


def _status(page: Page) -> Status:
    if not page:
        return "new"
    return "edited" if any(kept.is_touched for kept in page) else "drafted"


def _marked(kept: KeptBlock, found: Block | None) -> KeptBlock:
    return kept.model_copy(update={"block": found}) if found and is_same(found, kept.block) else kept
