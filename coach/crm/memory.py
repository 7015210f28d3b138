"""What a person said of a table is remembered by its headings, for the next one that has the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress

from pydantic import ValidationError

from coach.crm.columns import Columns, key
from coach.crm.mapping import ROLES, TableMapping, roles_of, said_of
from coach.crm.tables import Table
from coach.settings import settings
from coach.store.database import Database
from coach.store.remembered import keep_said, what_was_said


def remember(tables: Iterable[tuple[Table, Columns]], db: Database) -> None:
    """Keep what a person said of a table; also that a column is nothing."""
    kept: dict[str, object] = {}
    for table, columns in tables:
        if columns.told_by == "mapping":
            none = {role: "" for role in ROLES[columns.kind] if role not in columns.places}
            kept[_fingerprint(table)] = {**said_of(table, columns), "columns": {**roles_of(table, columns), **none}}
    if kept:
        keep_said(db, kept)


def remembered(table: Table, db: Database) -> TableMapping | None:
    """What a person said of a table with the same headings; None when nothing, or nothing that can be read."""
    try:
        return TableMapping.model_validate(what_was_said(db, _fingerprint(table)))
    except ValidationError:
        return None


def take_over_file(db: Database) -> None:
    """What this machine remembered in a file, before the database did; the file is read once."""
    path = settings().home / "imports" / "columns.json"
    if not path.is_file():
        return
    with suppress(OSError, ValueError):  # one that cannot be read is as good as none
        kept = json.loads(path.read_text(encoding="utf-8"))
        keep_said(db, kept if isinstance(kept, dict) else {}, is_older=True)
    with suppress(OSError):  # of a folder that may only be read: read again the next time, which changes nothing
        path.rename(path.with_name("columns.taken-over.json"))


def _fingerprint(table: Table) -> str:
    return hashlib.sha256("\x1f".join(map(key, table.headings)).encode()).hexdigest()[:24]
