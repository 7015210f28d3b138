"""Plans: one meeting each, with its page and all that belongs to it. Each change raises the plan's `pulse`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, insert, select

from coach.errors import InputError
from coach.schema import AccountContext, Groundwork, MeetingPlan, Suggestion
from coach.store import tables
from coach.store.accounts import account, account_for
from coach.store.columns import read
from coach.store.database import Database, First, now
from coach.store.drafts import keep_decision, keep_drafted, replace_blocks, set_checks, set_critique
from coach.store.listing import list_plans
from coach.store.pages import touch
from coach.store.records import KeptPlan
from coach.store.rows import blank, from_context, from_plan, kept_plan, locked, put_suggestions, searched

__all__ = [
    "archive_plan", "change_context", "create_plan", "insert_plan", "keep_decision", "keep_drafted", "list_plans",
    "load_plan",
    "pulses", "replace_blocks", "revisions", "set_checks", "set_context", "set_critique", "set_decisions",
    "set_groundwork", "set_plan", "set_purpose", "set_suggestions", "unarchive_plan", "update_suggestion",
]  # fmt: skip


def create_plan(db: Database, context: AccountContext, *, purpose: str = "", account_id: str = "") -> KeptPlan:
    """A plan with an empty page, in the account named, else in the one that the context names.

    Raises:
        InputError: there is no account `account_id`.
    """
    if account_id:
        account(db, account_id)
    with db.writing() as connection:
        plan_id = insert_plan(connection, context, purpose=purpose, account_id=account_id)
    return load_plan(db, plan_id)


def insert_plan(connection: Connection, context: AccountContext, *, purpose: str = "", account_id: str = "") -> str:
    """`create_plan` within a transaction; the new plan's id."""
    plan_id, at = secrets.token_hex(8), now(connection)
    connection.execute(
        insert(tables.plans).values(
            **blank(),
            id=plan_id,
            account_id=account_id or account_for(connection, context.account),
            purpose=purpose,
            created_at=at,
            updated_at=at,
            **from_context(context, purpose=purpose),
        )
    )
    return plan_id


def load_plan(db: Database, plan_id: str) -> KeptPlan:
    """Raises InputError when there is no such plan."""
    with db.reading() as connection:
        row = connection.execute(select(tables.plans).where(tables.plans.c.id == plan_id)).mappings().one_or_none()
        if row is None:
            raise InputError("There is no such plan.", hint="It may have been opened from an old link.")
        return kept_plan(connection, row)


def set_context(db: Database, plan_id: str, context: AccountContext) -> None:
    change_context(db, plan_id, lambda known: context)


def change_context(
    db: Database,
    plan_id: str,
    change: Callable[[AccountContext], AccountContext],
    *,
    first: First | None = None,
    last: First | None = None,
) -> AccountContext:
    """The context as changed from what it is now: two changes at once both hold. Raises InputError."""
    with db.writing() as connection:
        if first:
            first(connection)
        row = locked(connection, plan_id)
        known = read(AccountContext, row["context"])
        context = change(known)
        values = from_context(context, purpose=row["purpose"], title=row["title"])
        if context.account.strip() and context.account != known.account:
            values["account_id"] = account_for(connection, context.account)
        touch(connection, plan_id, **values)
        if last:
            last(connection)
    return context


def set_purpose(db: Database, plan_id: str, purpose: str) -> None:
    with db.writing() as connection:
        row = locked(connection, plan_id)
        context = read(AccountContext, row["context"])
        touch(connection, plan_id, purpose=purpose, searched=searched(context, purpose, row["title"]))


def set_plan(db: Database, plan_id: str, plan: MeetingPlan) -> None:
    """Title, commitments, language, depth and drafted_by; its blocks are ignored."""
    with db.writing() as connection:
        touch(connection, plan_id, **from_plan(locked(connection, plan_id), plan))


def set_groundwork(db: Database, plan_id: str, groundwork: Groundwork) -> None:
    _set(db, plan_id, groundwork=groundwork)


def set_decisions(db: Database, plan_id: str, decisions: Sequence[str]) -> None:
    _set(db, plan_id, decisions=list(decisions))


def set_suggestions(db: Database, plan_id: str, suggestions: Sequence[Suggestion]) -> None:
    _set(db, plan_id, suggestions=list(suggestions))


def update_suggestion(db: Database, plan_id: str, suggestion: Suggestion) -> None:
    """Raises InputError when the plan has no suggestion of this id."""
    with db.writing() as connection:
        put_suggestions(connection, plan_id, (suggestion,))


def archive_plan(db: Database, plan_id: str) -> None:
    """Out of the list; nothing is deleted."""
    with db.writing() as connection:
        touch(connection, plan_id, archived_at=now(connection))


def unarchive_plan(db: Database, plan_id: str) -> None:
    _set(db, plan_id, archived_at=None)


def revisions(db: Database, plan_ids: Sequence[str]) -> dict[str, int]:
    """Revision of the page of each plan that exists, in one cheap query."""
    return _numbers(db, plan_ids, "revision")


def pulses(db: Database, plan_ids: Sequence[str]) -> dict[str, int]:
    """A number for each plan that rises with everything a screen shows of it, marks and suggestions too."""
    return _numbers(db, plan_ids, "pulse")


def _numbers(db: Database, plan_ids: Sequence[str], column: str) -> dict[str, int]:
    table = tables.plans
    with db.reading() as connection:
        rows = connection.execute(select(table.c.id, table.c[column]).where(table.c.id.in_(list(plan_ids))))
        return {row[0]: row[1] for row in rows}


def _set(db: Database, plan_id: str, **values: object) -> None:
    with db.writing() as connection:
        touch(connection, plan_id, **values)
