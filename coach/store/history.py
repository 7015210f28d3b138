"""Who changed what when, and any version brought back. Nothing here ever takes a version away."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import RowMapping, Select, null, select

from coach.errors import InputError
from coach.schema import Block
from coach.store import tables
from coach.store.columns import cleaned, read
from coach.store.database import Database
from coach.store.known import bring_back
from coach.store.page import Page, block_of, blocks_of
from coach.store.pages import REDONE, Deed, lineage, page_before, page_of, page_of_version, standing, version_now
from coach.store.records import Version

PAGE_OF_BEFORE = "page of before"
"""What the history calls that a page which was written again is taken back."""


def versions(db: Database, plan_id: str, *, most: int | None = None) -> tuple[Version, ...]:
    """All versions, or so many at most, the newest first, without their blocks.

    `clash` and `gone` are words that did not come onto the page; restoring one puts them there.
    """
    table = tables.versions
    columns = [table.c[name] for name in ("revision", "at", "by", "what", "changed")]
    query = select(*columns).where(table.c.plan_id == plan_id).order_by(table.c.id.desc()).limit(most)
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
    """Bring a version back exactly as it stood, as a new revision, which is returned; the present page stays a version.

    Raises InputError when there is no such version.
    """
    with db.writing() as connection:
        here = standing(connection, plan_id)
        row = connection.execute(_at(plan_id, revision)).mappings().first()
        if row is None:
            raise InputError(f"There is no version {revision} of this plan.")
        return bring_back(connection, here, row, Deed(cleaned(by), "restored")).revision


def stands(db: Database, plan_id: str) -> int:
    """Revision of the version that stands; words that did not come onto the page may be newer. 0: there is none."""
    with db.reading() as connection:
        version = version_now(connection, plan_id)
    return version["revision"] if version else 0


def is_draft_brought_back(db: Database, plan_id: str) -> bool:
    """Whether the drafts of the plan came back with an older page, and are not those of the last job."""
    table = tables.versions
    query = select(table.c.back_to, table.c.what).where(table.c.plan_id == plan_id, table.c.origin.is_not(null()))
    with db.reading() as connection:
        row = connection.execute(query.order_by(table.c.id.desc()).limit(1)).one_or_none()
    return row is not None and (row.back_to is not None or row.what == PAGE_OF_BEFORE)


def as_first_said(db: Database, plan_id: str) -> tuple[Block, ...]:
    """The page with the words that its touched blocks had before a person changed them, where the history has them."""
    with db.reading() as connection:
        here = page_of(connection, plan_id)
        wanted = {kept.block.id for kept in here if kept.is_touched}
        found: dict[str, Block] = {}
        for row in lineage(connection, plan_id, "blocks") if wanted else ():
            page = page_of_version(row["blocks"])
            found |= {one.block.id: one.block for one in page if not one.is_touched and one.block.id not in found}
            if wanted <= set(found):
                break
    return tuple(found.get(kept.block.id, kept.block) if kept.is_touched else kept.block for kept in here)


def deleted_by_rep(db: Database, plan_id: str) -> tuple[Block, ...]:
    """Blocks that a person took off the page and that have not come back: no redraft brings them again."""
    table = tables.versions
    with db.reading() as connection:
        here = page_of(connection, plan_id)
        acts = lineage(connection, plan_id, "what", "block", "is_undone")
        ids = [row["id"] for row in acts if row["what"] in ("deleted", REDONE) and not row["is_undone"]]
        rows = connection.execute(select(table.c.id, table.c.block, table.c.blocks).where(table.c.id.in_(ids)))
        gone = [row for row in rows if block_of(page_of_version(row.blocks), row.block) is None]
        found = [block_of(page_before(connection, plan_id, row.id), row.block) for row in gone]
    return tuple(kept.block for kept in found if kept is not None and block_of(here, kept.block.id) is None)


def deleted_of(db: Database, plan_id: str, ids: Collection[str]) -> frozenset[str]:
    """Those of these blocks that a person has ever taken off the page, and not by what was undone."""
    table = tables.versions
    is_deleted = (table.c.what == "deleted") & ~table.c.is_aside & ~table.c.is_undone & table.c.block.in_(ids)
    query = select(table.c.block).where(table.c.plan_id == plan_id, is_deleted).distinct()
    with db.reading() as connection:
        return frozenset(connection.execute(query).scalars())


def _at(plan_id: str, revision: int) -> Select[tuple[object, ...]]:
    table = tables.versions
    is_within = (table.c.first_revision <= revision) & (table.c.revision >= revision)
    return select(table).where(table.c.plan_id == plan_id, is_within).order_by(table.c.id.desc())


def _version(row: RowMapping, *, blocks: Page = ()) -> Version:
    known = {name: row[name] for name in ("revision", "at", "by", "what", "changed")}
    return read(Version, {**known, "blocks": [block.model_dump() for block in blocks_of(blocks)]})
