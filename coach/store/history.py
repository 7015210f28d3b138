"""Who changed what when, and any version brought back. Nothing here ever takes a version away."""

from __future__ import annotations

from sqlalchemy import RowMapping, Select, select

from coach.errors import InputError
from coach.schema import Block
from coach.store import tables
from coach.store.columns import cleaned, read
from coach.store.database import Database
from coach.store.page import Page, block_of, is_same
from coach.store.pages import REDONE, Deed, blocks_of, keep_page, page_before, page_of, page_of_version, standing
from coach.store.records import KeptBlock, Version


def versions(db: Database, plan_id: str) -> tuple[Version, ...]:
    """All versions, the newest first, without their blocks.

    `clash` and `gone` are words that did not come onto the page; restoring one puts them there.
    """
    table = tables.versions
    columns = [table.c[name] for name in ("revision", "at", "by", "what", "changed")]
    query = select(*columns).where(table.c.plan_id == plan_id).order_by(table.c.id.desc())
    with db.reading() as connection:
        return tuple(_version(row) for row in connection.execute(query).mappings())


def version(db: Database, plan_id: str, revision: int) -> Version:
    """The page at a revision; typing that went on is shown at its end. Raises InputError when there is none."""
    with db.reading() as connection:
        row = connection.execute(_at(plan_id, revision)).mappings().first()
    if row is None:
        raise InputError(f"There is no version {revision} of this plan.")
    return _version(row, blocks=page_of_version(row["blocks"]))


def restore(db: Database, plan_id: str, revision: int, *, by: str) -> int:
    """Bring a version back as a new revision, which is returned; the present page stays in the history.

    What comes back is the rep's choice: no redraft replaces it. Raises InputError when there is no such version.
    """
    with db.writing() as connection:
        here = standing(connection, plan_id)
        row = connection.execute(_at(plan_id, revision)).mappings().first()
        if row is None:
            raise InputError(f"There is no version {revision} of this plan.")
        page = tuple(_brought_back(here.page, kept) for kept in page_of_version(row["blocks"]))
        return keep_page(connection, here, page, Deed(cleaned(by), "restored")).revision


def as_first_said(db: Database, plan_id: str) -> tuple[Block, ...]:
    """The page with the words that its touched blocks had before a person changed them, where the history has them."""
    with db.reading() as connection:
        here = page_of(connection, plan_id)
        wanted = {kept.block.id for kept in here if kept.is_touched}
        query = select(tables.versions.c.blocks).where(tables.versions.c.plan_id == plan_id)
        found: dict[str, Block] = {}
        for row in connection.execute(query.order_by(tables.versions.c.id.desc())) if wanted else ():
            page = page_of_version(row.blocks)
            found |= {one.block.id: one.block for one in page if not one.is_touched and one.block.id not in found}
            if wanted <= set(found):
                break
    return tuple(found.get(kept.block.id, kept.block) if kept.is_touched else kept.block for kept in here)


def deleted_by_rep(db: Database, plan_id: str) -> tuple[Block, ...]:
    """Blocks that a person took off the page and that have not come back: no redraft brings them again."""
    table = tables.versions
    may_be = table.c.what.in_(["deleted", REDONE]) & ~table.c.is_aside & ~table.c.is_undone
    query = select(table.c.id, table.c.block, table.c.blocks).where(table.c.plan_id == plan_id, may_be)
    with db.reading() as connection:
        here = page_of(connection, plan_id)
        gone = [row for row in connection.execute(query) if block_of(page_of_version(row.blocks), row.block) is None]
        found = [block_of(page_before(connection, plan_id, row.id), row.block) for row in gone]
    return tuple(kept.block for kept in found if kept is not None and block_of(here, kept.block.id) is None)


def _at(plan_id: str, revision: int) -> Select[tuple[object, ...]]:
    table = tables.versions
    is_within = (table.c.first_revision <= revision) & (table.c.revision >= revision)
    return select(table).where(table.c.plan_id == plan_id, is_within).order_by(table.c.id.desc())


def _brought_back(now: Page, kept: KeptBlock) -> KeptBlock:
    here = block_of(now, kept.block.id)
    if here is not None and is_same(here.block, kept.block):
        return here
    return kept.model_copy(update={"is_touched": True})


def _version(row: RowMapping, *, blocks: Page = ()) -> Version:
    known = {name: row[name] for name in ("revision", "at", "by", "what", "changed")}
    return read(Version, {**known, "blocks": [block.model_dump() for block in blocks_of(blocks)]})
