"""The page in the database: read it, locked, and keep a change of it with its version, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, select, update

from coach.errors import InputError
from coach.schema import Block
from coach.store import tables
from coach.store.columns import read, read_all
from coach.store.database import now
from coach.store.page import Changed, Page, block_of, differences, taken_away, with_revisions
from coach.store.records import KeptBlock, Known, Status

COACH = "coach"
UNDONE, REDONE = "undone", "redone"
"""What the history calls a change taken back, and one brought back after that."""
ONE_VERSION = dt.timedelta(minutes=2)
"""Edits of one person to one block within it are one version. Source: the rules for saving."""
MOST_TAKEN_AWAY = 20
"""Characters of the longest text so far that may go without a version of their own: a slip of the keyboard."""

FEW = 20
"""Versions that are read at a time while one is looked for."""


@dataclass(frozen=True)
class Standing:
    """A page as it stands, the plan's row locked."""

    plan_id: str
    revision: int
    status: Status
    page: Page


@dataclass(frozen=True)
class Deed:
    """Who changes a page, and how the history calls it."""

    by: str
    what: str
    block: str = ""
    """The one block that it is about, if it is."""
    status: Status = "edited"
    asked_by: str = ""
    """Who asked the coach for it, and may undo it."""
    suggestions: Sequence[JsonValue] = ()
    """As they stood before they were decided on."""
    joins_since: dt.datetime | None = None
    """Joins the version before if that is the same deed, begun then or later."""
    is_typing: bool = False
    back_to: int | None = None
    """The version that it brings back as it stood: a version of its own even where no word differs."""


def standing(connection: Connection, plan_id: str) -> Standing:
    """Raises InputError when there is no such plan."""
    columns = select(tables.plans.c.revision, tables.plans.c.status).where(tables.plans.c.id == plan_id)
    row = connection.execute(columns.with_for_update()).one_or_none()
    if row is None:
        raise InputError("There is no such plan.", hint="It may have been opened from an old link.")
    return Standing(plan_id, row.revision, row.status, page_of(connection, plan_id))


def page_of(connection: Connection, plan_id: str) -> Page:
    rows = connection.execute(
        select(tables.blocks).where(tables.blocks.c.plan_id == plan_id).order_by(tables.blocks.c.position)
    )
    return tuple(_kept_block(row) for row in rows.mappings())


def keep_page(connection: Connection, before: Standing, page: Page, deed: Deed) -> Standing:
    """The page after the change, as the plan's next revision; as it was when nothing differs."""
    after = replace(before, revision=before.revision + 1, status=deed.status)
    after = replace(after, page=with_revisions(before.page, page, after.revision))
    if after.page == before.page and deed.back_to is None:
        return before
    _write_version(connection, before, after, deed)
    _write_blocks(connection, before, after)
    touch(connection, before.plan_id, revision=after.revision, status=after.status)
    return after


def call_last(connection: Connection, plan_id: str, what: str, *, instead_of: str, since: dt.datetime | None) -> None:
    """The coach's last version, begun by the job that is running `since`, by another name: it has come to its end."""
    last = _last_version(connection, plan_id)
    if last and since and (last["by"], last["what"]) == (COACH, instead_of) and last["begun_at"] >= since:
        row = update(tables.versions).where(tables.versions.c.id == last["id"])
        connection.execute(row.values(what=what))


def keep_aside(connection: Connection, before: Standing, wanted: Page, deed: Deed) -> Standing:
    """Keep words that cannot come onto the page: a version only; the page stays, its revision rises."""
    after = replace(before, revision=before.revision + 1)
    _write_version(connection, before, replace(after, page=wanted), deed, is_aside=True)
    touch(connection, before.plan_id, revision=after.revision)
    return after


def touch(connection: Connection, plan_id: str, **values: object) -> None:
    """Change columns of a plan; everyone who looks at it is told."""
    changed = {"pulse": tables.plans.c.pulse + 1, "updated_at": now(connection), **values}
    if not connection.execute(update(tables.plans).where(tables.plans.c.id == plan_id).values(changed)).rowcount:
        raise InputError("There is no such plan.", hint="It may have been opened from an old link.")


def keep_marks(connection: Connection, before: Standing, page: Page) -> None:
    """Keep what was found out about the blocks; their words, and so their revisions, are as before."""
    _write_blocks(connection, before, replace(before, page=page))
    touch(connection, before.plan_id)


def page_before(connection: Connection, plan_id: str, version_id: int) -> Page:
    """The page as it was before a version's change."""
    return _page(_newest(connection, plan_id, ("blocks",), tables.versions.c.id < version_id))


def page_at(connection: Connection, plan_id: str, revision: int) -> Page:
    """The page at a revision; typing that went on is seen at its end."""
    return _page(_newest(connection, plan_id, ("blocks",), tables.versions.c.first_revision <= revision))


def version_before(connection: Connection, plan_id: str, version_id: int) -> RowMapping | None:
    """With its page and what was known; None: there was no page yet."""
    return _newest(connection, plan_id, ("id", "blocks", "known"), tables.versions.c.id < version_id)


def version_at(connection: Connection, plan_id: str, revision: int) -> RowMapping | None:
    """The one that stood at a revision, with its page and what was known; None: there was no page yet."""
    return _newest(connection, plan_id, ("id", "blocks", "known"), tables.versions.c.first_revision <= revision)


def version_now(connection: Connection, plan_id: str) -> RowMapping | None:
    """Id and revision of the version that stands; None: there is no page yet."""
    return _newest(connection, plan_id, ("id", "revision"))


def lineage(connection: Connection, plan_id: str, *names: str) -> Iterator[RowMapping]:
    """These columns of the versions that led to the page of now, the newest first, a few at a time.

    What stood between a version and its being brought back is passed over.
    """
    table = tables.versions
    columns = [table.c[name] for name in ("id", "back_to", *names)]
    query = select(*columns).where(table.c.plan_id == plan_id, ~table.c.is_aside).order_by(table.c.id.desc())
    newest: int | None = None
    with connection.execute(query.execution_options(yield_per=FEW)) as rows:
        for row in rows.mappings():
            if newest is None or row["id"] <= newest:
                yield row
                newest = row["back_to"] or row["id"]


def _newest(
    connection: Connection, plan_id: str, names: Sequence[str], *conditions: ColumnElement[bool]
) -> RowMapping | None:
    """These columns of the last version, of those that have stood on the page, for which the conditions hold."""
    table = tables.versions
    query = select(*(table.c[name] for name in names)).where(table.c.plan_id == plan_id, ~table.c.is_aside, *conditions)
    return connection.execute(query.order_by(table.c.id.desc()).limit(1)).mappings().one_or_none()


def _page(version: RowMapping | None) -> Page:
    return () if version is None else page_of_version(version["blocks"])


def page_of_version(kept: JsonValue) -> Page:
    return read_all(KeptBlock, kept)


def last_version_with(connection: Connection, plan_id: str, block_id: str) -> Page:
    """The newest kept page on which this block stood; empty when it never did."""
    table = tables.versions
    query = select(table.c.blocks).where(table.c.plan_id == plan_id, ~table.c.is_aside).order_by(table.c.id.desc())
    with connection.execute(query.execution_options(yield_per=FEW)) as rows:
        pages = (page_of_version(row.blocks) for row in rows)
        return next((page for page in pages if block_of(page, block_id)), ())


def _kept_block(row: RowMapping) -> KeptBlock:
    block: dict[str, JsonValue] = {name: row[name] for name in Block.model_fields}
    return read(KeptBlock, {"block": block, "revision": row["revision"], "is_touched": row["is_touched"]})


def _write_blocks(connection: Connection, before: Standing, after: Standing) -> None:
    old = {kept.block.id: (place, kept) for place, kept in enumerate(before.page)}
    new = {kept.block.id: (place, kept) for place, kept in enumerate(after.page)}
    gone = [one for one in old if old[one] != new.get(one)]
    written = [_row(after.plan_id, *new[one]) for one in new if new[one] != old.get(one)]
    table = tables.blocks
    if gone:
        connection.execute(delete(table).where(table.c.plan_id == before.plan_id, table.c.id.in_(gone)))
    if written:
        connection.execute(insert(table), written)


def _row(plan_id: str, position: int, kept: KeptBlock) -> dict[str, object]:
    values = {name: getattr(kept.block, name) for name in Block.model_fields}
    flags = {"plan_id": plan_id, "position": position, "revision": kept.revision, "is_touched": kept.is_touched}
    return {**values, **flags}


def _write_version(
    connection: Connection, before: Standing, after: Standing, deed: Deed, *, is_aside: bool = False
) -> None:
    at = now(connection)
    text = _text(after.page, deed.block)
    values: dict[str, object] = {"revision": after.revision, "at": at, "blocks": after.page}
    last = _last_version(connection, before.plan_id)
    if last is not None and last["is_aside"] == is_aside and _joins(last, deed, at, text):
        start = page_before(connection, before.plan_id, last["id"]) if not deed.is_typing else ()
        changed = _typed(last, before, after, deed) if deed.is_typing else differences(start, after.page)
        fullest = max(text, last["fullest"], key=len)
        row = update(tables.versions).where(tables.versions.c.id == last["id"])
        connection.execute(row.values(**values, changed=changed, fullest=fullest))
        return
    if is_aside:
        values |= {"known": _known(connection, before.plan_id)}
    else:
        _leave(connection, before)
    connection.execute(
        insert(tables.versions).values(
            **values,
            plan_id=before.plan_id,
            first_revision=after.revision,
            begun_at=at,
            by=deed.by,
            asked_by=deed.asked_by,
            what=deed.what,
            block=deed.block,
            changed=differences(before.page, after.page),
            fullest=text,
            suggestion=list(deed.suggestions) or None,
            back_to=deed.back_to,
            is_aside=is_aside,
            is_undone=False,
        )
    )


def _leave(connection: Connection, before: Standing) -> None:
    """The version that stood keeps its page as it is left, with all that was found out about it meanwhile."""
    if last := version_now(connection, before.plan_id):
        left = update(tables.versions).where(tables.versions.c.id == last["id"])
        connection.execute(left.values(blocks=before.page, known=_known(connection, before.plan_id)))


def _known(connection: Connection, plan_id: str) -> dict[str, object]:
    """The `Known` of the page that stands, as the plan's row has it."""
    columns = (tables.plans.c[name] for name in Known.model_fields)
    row = connection.execute(select(*columns).where(tables.plans.c.id == plan_id)).mappings().one()
    return dict(row)


def _last_version(connection: Connection, plan_id: str) -> RowMapping | None:
    table = tables.versions
    columns = [column for column in table.c if column.name not in ("blocks", "suggestion", "known", "origin")]
    query = select(*columns).where(table.c.plan_id == plan_id).order_by(table.c.id.desc()).limit(1)
    return connection.execute(query).mappings().one_or_none()


def _joins(last: RowMapping, deed: Deed, at: dt.datetime, text: str) -> bool:
    """Whether a change belongs to the version before: a person who types on, or the coach who is still writing."""
    if (last["by"], last["what"], last["block"]) != (deed.by, deed.what, deed.block):
        return False
    if deed.joins_since is not None:
        return bool(last["begun_at"] >= deed.joins_since)
    age = at - last["begun_at"]
    is_soon = dt.timedelta(0) <= age <= ONE_VERSION
    return deed.is_typing and is_soon and taken_away(last["fullest"], text) <= MOST_TAKEN_AWAY


def _typed(last: RowMapping, before: Standing, after: Standing, deed: Deed) -> Changed:
    """What typing that goes on has changed since its beginning."""
    old = cast("Sequence[Sequence[str]]", last["changed"])
    first = old[0][0] if old else _text(before.page, deed.block)
    text = _text(after.page, deed.block)
    return ((first, text),) if first != text else ()


def _text(page: Page, block_id: str) -> str:
    kept = block_of(page, block_id)
    return kept.block.text if kept else ""
