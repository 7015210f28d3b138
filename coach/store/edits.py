"""What people do to a page: compare-and-set a block, so that nothing is overwritten and no word is lost.

An edit made on an older text than stands there is a clash: the page stays, the sent words go into the history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update

from coach.errors import InputError
from coach.schema import Block, Check, Suggestion
from coach.store import tables
from coach.store.columns import as_json, cleaned, read, read_all
from coach.store.database import Database
from coach.store.known import bring_back, put_outcomes
from coach.store.page import (
    Page,
    block_of,
    ids_of,
    is_same,
    is_same_page,
    placed,
    predecessor,
    replaced,
    undone,
    without,
)
from coach.store.pages import (
    COACH,
    REDONE,
    UNDONE,
    Deed,
    Standing,
    keep_aside,
    keep_page,
    last_version_with,
    page_before,
    page_of_version,
    standing,
    version_before,
)
from coach.store.records import Edit, EditResult, KeptBlock, Known, Result
from coach.store.rows import put_suggestions, suggestions_of


def apply_edits(db: Database, plan_id: str, edits: Sequence[Edit], *, by: str) -> tuple[EditResult, ...]:
    """Do what one person did to the page, in order and in one step; one result an edit.

    The same edit sent again gets its first result. An edit of what this person has just saved counts as based on it,
    whatever its base: the browser may not know the new revision yet.

    Raises:
        InputError: there is no such plan. Clashes are results.
    """
    with db.writing() as connection:
        editing = _Editing(connection, standing(connection, plan_id), cleaned(by))
        return tuple(editing.do(_cleaned(edit)) for edit in edits)


def undo_last(db: Database, plan_id: str, *, by: str) -> int:
    """Take back this person's last change that is not taken back yet, as a new revision, which is returned.

    What others have changed since in other blocks stays; so does a block that somebody has changed further. A redraft
    counts as a change of who asked for it. Suggestions applied are open again, all that one click applied.

    Raises:
        InputError: there is nothing of this person's to undo, or all of it has been changed since.
    """
    with db.writing() as connection:
        here = standing(connection, plan_id)
        row, before, after = _last_change(connection, plan_id, cleaned(by))
        return _take_back(connection, here, row, before, after, Deed(cleaned(by), UNDONE, row["block"]))


def redo_last(db: Database, plan_id: str, *, by: str) -> int:
    """Bring back what this person's last undo took away, as a new revision, which is returned: the undo, undone.

    What has been changed since stays, as for `undo_last`. What is brought back can be undone again.

    Raises:
        InputError: this person has undone nothing, or has changed something since, or all of it has been changed since.
    """
    with db.writing() as connection:
        here = standing(connection, plan_id)
        row = _last_undo(connection, plan_id, cleaned(by))
        before, after = page_before(connection, plan_id, row["id"]), page_of_version(row["blocks"])
        return _take_back(connection, here, row, before, after, Deed(cleaned(by), REDONE, row["block"]))


def _take_back(connection: Connection, here: Standing, row: RowMapping, before: Page, after: Page, deed: Deed) -> int:
    """The page without the change of that version, and what was decided and known with it as it stood before."""
    old = version_before(connection, here.plan_id, row["id"])
    if old is not None and row["back_to"] and is_same_page(here.page, after):
        now = bring_back(connection, here, old, deed)
    else:
        page = _taken_back(here.page, before, after, deed)
        decided = [one for one in _decided_on(row) if _stands_as(page, before, one.block)]
        of_now = suggestions_of(connection, here.plan_id, {one.id for one in decided})
        now = keep_page(connection, here, page, replace(deed, suggestions=of_now))
        put_suggestions(connection, here.plan_id, decided)
        if old is not None and old["known"] is not None:
            put_outcomes(connection, now, before, read(Known, old["known"]).plan)
    connection.execute(update(tables.versions).where(tables.versions.c.id == row["id"]).values(is_undone=True))
    return now.revision


def _taken_back(now: Page, before: Page, after: Page, deed: Deed) -> Page:
    page = undone(now, before, after)
    if page == now:
        act = "change" if deed.what == UNDONE else "undo"
        raise InputError(
            f"Your last {act} has been written over since: nothing was {deed.what}.",
            hint="The history has every version, also yours.",
        )
    return page


def _last_change(connection: Connection, plan_id: str, by: str) -> tuple[RowMapping, Page, Page]:
    """The version, and the page before and after it; typing that came to nothing is passed over."""
    table = tables.versions
    query = select(table.c.id).where(_is_of(plan_id, by), ~table.c.is_undone, table.c.what != UNDONE)
    for version_id in connection.execute(query.order_by(table.c.id.desc())).scalars().all():
        row = connection.execute(select(table).where(table.c.id == version_id)).mappings().one()
        before, after = page_before(connection, plan_id, version_id), page_of_version(row["blocks"])
        if row["back_to"] or undone(after, before, after) != after:
            return row, before, after
    raise InputError("There is nothing of yours to undo.")


def _last_undo(connection: Connection, plan_id: str, by: str) -> RowMapping:
    """The version, if nothing that this person has changed is newer."""
    table = tables.versions
    changed = select(func.max(table.c.id)).where(_is_of(plan_id, by), table.c.what.not_in([UNDONE, REDONE]))
    query = select(table).where(_is_of(plan_id, by), ~table.c.is_undone, table.c.what == UNDONE)
    since = query.where(table.c.id > func.coalesce(changed.scalar_subquery(), 0))
    row = connection.execute(since.order_by(table.c.id.desc()).limit(1)).mappings().one_or_none()
    if row is None:
        raise InputError("There is nothing of yours to redo.")
    return row


def _is_of(plan_id: str, by: str) -> ColumnElement[bool]:
    """This person's versions, also what the coach redrafted for them; not words that did not come onto the page."""
    table = tables.versions
    is_asked_for = (table.c.by == COACH) & (table.c.what == "redrafted") & table.c.asked_by.in_(["", by])
    return (table.c.plan_id == plan_id) & ~table.c.is_aside & ((table.c.by == by) | is_asked_for)


def _decided_on(row: RowMapping) -> tuple[Suggestion, ...]:
    """As they stood before; rows of older versions hold one alone."""
    kept = row["suggestion"]
    return read_all(Suggestion, kept if isinstance(kept, list) else [kept] if kept is not None else [])


def _stands_as(page: Page, before: Page, block_id: str) -> bool:
    here, old = block_of(page, block_id), block_of(before, block_id)
    return here is not None and old is not None and is_same(here.block, old.block)


@dataclass
class _Editing:
    connection: Connection
    here: Standing
    by: str
    own: dict[str, int] = field(default_factory=dict)
    """Block to the revision that this person saved it with, just now or when sending the same before."""

    def do(self, edit: Edit) -> EditResult:
        result = self._known(edit)
        if result is None:
            result = self._done(edit)
            self._remember(edit, result)
        if result.result == "saved":
            self.own[edit.block] = result.revision
        return result

    def _done(self, edit: Edit) -> EditResult:
        match edit.action:
            case "text":
                return self._write(edit)
            case "insert":
                return self._insert(edit)
            case "delete":
                return self._delete(edit)
            case "move":
                return self._move(edit)

    def _write(self, edit: Edit) -> EditResult:
        kept = block_of(self.here.page, edit.block)
        if kept is None:
            return self._gone(edit)
        written = _written(kept, edit.text)
        if kept.block.text == edit.text:
            return self._result(edit, "saved", kept)
        page = replaced(self.here.page, written)
        if self._is_stale(edit, kept):
            return self._clash(edit, kept, page)
        self._keep(page, edit, "edited", is_typing=True)
        return self._result(edit, "saved")

    def _insert(self, edit: Edit) -> EditResult:
        kept = block_of(self.here.page, edit.block)
        if kept is not None and kept.block.text == edit.text:
            return self._result(edit, "saved", kept)
        if kept is not None:
            return self._clash(edit, kept, replaced(self.here.page, _written(kept, edit.text)))
        self._keep(self._put(_new(edit, self.here.page), edit.after), edit, "added")
        return self._result(edit, "saved")

    def _delete(self, edit: Edit) -> EditResult:
        kept = block_of(self.here.page, edit.block)
        if kept is None:
            return self._result(edit, "saved")
        if self._is_stale(edit, kept):
            return self._result(edit, "clash", kept)
        self._keep(without(self.here.page, edit.block), edit, "deleted")
        return self._result(edit, "saved")

    def _move(self, edit: Edit) -> EditResult:
        kept = block_of(self.here.page, edit.block)
        if kept is None:
            return self._result(edit, "gone")
        if edit.after != edit.block:
            self._keep(self._put(kept, edit.after), edit, "moved")
        return self._result(edit, "saved", kept)

    def _is_stale(self, edit: Edit, kept: KeptBlock) -> bool:
        return edit.base != kept.revision and self.own.get(edit.block) != kept.revision

    def _put(self, kept: KeptBlock, after: str) -> Page:
        is_known = not after or block_of(self.here.page, after) is not None
        order = () if is_known else ids_of(last_version_with(self.connection, self.here.plan_id, after))
        return placed(self.here.page, kept, after=after, order=order)

    def _clash(self, edit: Edit, kept: KeptBlock, wanted: Page) -> EditResult:
        self._keep_aside(wanted, edit, "clash")
        return self._result(edit, "clash", kept)

    def _gone(self, edit: Edit) -> EditResult:
        """The words are kept as the page would be with them, where the block last stood."""
        last = last_version_with(self.connection, self.here.plan_id, edit.block)
        kept = block_of(last, edit.block)
        lost = _written(kept, edit.text) if kept else _new(edit, self.here.page)
        order = ids_of(last)
        wanted = placed(self.here.page, lost, after=predecessor(order, edit.block), order=order)
        self._keep_aside(wanted, edit, "gone")
        return self._result(edit, "gone")

    def _keep(self, page: Page, edit: Edit, what: str, *, is_typing: bool = False) -> None:
        deed = Deed(self.by, what, edit.block, is_typing=is_typing)
        self.here = keep_page(self.connection, self.here, page, deed)

    def _keep_aside(self, wanted: Page, edit: Edit, what: str) -> None:
        deed = Deed(self.by, what, edit.block, is_typing=True)
        self.here = keep_aside(self.connection, self.here, wanted, deed)

    def _result(self, edit: Edit, result: Result, kept: KeptBlock | None = None) -> EditResult:
        """`kept`: the block as it stood before; without it, as it stands now."""
        stands = kept or block_of(self.here.page, edit.block)
        revision = stands.revision if stands else self.here.revision
        if result != "clash" or kept is None:
            return EditResult(op=edit.op, result=result, block=edit.block, revision=revision)
        by = self._who_wrote(kept)
        return EditResult(op=edit.op, result=result, block=edit.block, revision=revision, theirs=kept.block.text, by=by)

    def _who_wrote(self, kept: KeptBlock) -> str:
        table = tables.versions
        query = select(table.c.by).where(
            table.c.plan_id == self.here.plan_id,
            table.c.first_revision <= kept.revision,
            table.c.revision >= kept.revision,
            ~table.c.is_aside,
        )
        return self.connection.execute(query.limit(1)).scalar_one_or_none() or ""

    def _known(self, edit: Edit) -> EditResult | None:
        table = tables.operations
        query = select(table.c.result).where(
            table.c.plan_id == self.here.plan_id, table.c.op == edit.op, table.c.words == _hash(edit)
        )
        kept = self.connection.execute(query).scalar_one_or_none()
        return None if kept is None else read(EditResult, kept)

    def _remember(self, edit: Edit, result: EditResult) -> None:
        values = {"plan_id": self.here.plan_id, "op": edit.op, "words": _hash(edit), "result": result}
        self.connection.execute(insert(tables.operations).values(values))


def _written(kept: KeptBlock, text: str) -> KeptBlock:
    """The block in the rep's words: whether they hold has to be looked at again."""
    update = {"text": text, "written_by": "rep", "check": Check(), "not_carried": ()}
    return kept.model_copy(update={"block": kept.block.model_copy(update=update), "is_touched": True})


def _new(edit: Edit, page: Page) -> KeptBlock:
    """An inserted block; it belongs to the part of the one before unless the edit names another."""
    before = block_of(page, edit.after)
    part = edit.part or (before.block.part if before else "") or "other"
    block = Block(id=edit.block, kind=edit.kind, text=edit.text, part=part, written_by="rep")
    return KeptBlock(block=block, revision=0, is_touched=True)


def _cleaned(edit: Edit) -> Edit:
    names = ("op", "block", "text", "part", "after")
    return edit.model_copy(update={name: cleaned(getattr(edit, name)) for name in names})


def _hash(edit: Edit) -> str:
    return hashlib.sha256(as_json(edit).encode("utf-8")).hexdigest()
