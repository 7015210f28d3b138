"""Accounts: the customers, with notes that grow over time and the plans of every meeting with them."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, func, insert, select

from coach.errors import InputError
from coach.store import tables
from coach.store.columns import cleaned
from coach.store.database import Database, add_if_missing, now
from coach.store.listing import list_plans
from coach.store.records import Account, AccountNote, PlanRow
from coach.store.rows import folded


def accounts(db: Database, *, search: str = "", today: dt.date | None = None) -> tuple[Account, ...]:
    """All accounts, or those whose name holds every word of `search`, by name."""
    words = folded(search).split()
    conditions = [tables.accounts.c.key.contains(word, autoescape=True) for word in words]
    with db.reading() as connection:
        rows = connection.execute(select(tables.accounts).where(*conditions).order_by(tables.accounts.c.key))
        return _with_counts(connection, rows.mappings().all(), today or dt.date.today())


def account(db: Database, account_id: str, *, today: dt.date | None = None) -> Account:
    """Raises InputError when there is no such account."""
    with db.reading() as connection:
        rows = connection.execute(select(tables.accounts).where(tables.accounts.c.id == account_id))
        found = _with_counts(connection, rows.mappings().all(), today or dt.date.today())
    if not found:
        raise InputError("There is no such account.")
    return found[0]


def find_or_create_account(db: Database, name: str) -> Account:
    """The account of this name, case and spaces apart. Raises InputError for an empty name."""
    with db.writing() as connection:
        found = account_for(connection, name)
    if found is None:
        raise InputError("An account needs a name.")
    return account(db, found)


def account_for(connection: Connection, name: str) -> str | None:
    """Id of the account of this name, made if need be; None for an empty name."""
    key = folded(cleaned(name))
    if not key:
        return None
    table = tables.accounts
    shown = " ".join(cleaned(name).split())
    add_if_missing(connection, table, id=secrets.token_hex(8), name=shown, key=key, created_at=now(connection))
    found: str = connection.execute(select(table.c.id).where(table.c.key == key)).scalar_one()
    return found


def notes_of(db: Database, account_id: str) -> tuple[AccountNote, ...]:
    """All notes, the oldest first. Raises InputError when there is no such account."""
    account(db, account_id)
    table = tables.account_notes
    query = select(table).where(table.c.account_id == account_id).order_by(table.c.added_at, table.c.id)
    with db.reading() as connection:
        return tuple(AccountNote(**row) for row in connection.execute(query).mappings())


def add_note(db: Database, account_id: str, text: str, *, source: str) -> AccountNote:
    """The note as kept. Raises InputError when there is no such account."""
    account(db, account_id)
    with db.writing() as connection:
        note = AccountNote(
            id=secrets.token_hex(8),
            account_id=account_id,
            source=cleaned(source),
            text=cleaned(text),
            added_at=now(connection),
        )
        connection.execute(insert(tables.account_notes).values(dict(note)))
    return note


def plans_of(db: Database, account_id: str, *, today: dt.date | None = None) -> tuple[PlanRow, ...]:
    """Its meetings, in the order of the list of meetings. Raises InputError when there is no such account."""
    account(db, account_id)
    return list_plans(db, account_id=account_id, today=today)


def _with_counts(connection: Connection, rows: Sequence[RowMapping], today: dt.date) -> tuple[Account, ...]:
    notes, plans = tables.account_notes, tables.plans
    counted = select(notes.c.account_id, func.count()).group_by(notes.c.account_id)
    notes_by_account = {row[0]: row[1] for row in connection.execute(counted)}
    dated = select(plans.c.account_id, plans.c.date).where(plans.c.archived_at.is_(None))
    dates_by_account: dict[str, list[dt.date | None]] = {}
    for row in connection.execute(dated):
        dates_by_account.setdefault(row[0], []).append(row[1])
    return tuple(
        _account(row, notes_by_account.get(row["id"], 0), dates_by_account.get(row["id"], []), today) for row in rows
    )


def _account(row: RowMapping, notes: int, dates: list[dt.date | None], today: dt.date) -> Account:
    known = [date for date in dates if date]
    return Account(
        id=row["id"],
        name=row["name"],
        notes=notes,
        plans=len(dates),
        last_meeting=max((date for date in known if date < today), default=None),
        next_meeting=min((date for date in known if date >= today), default=None),
    )
