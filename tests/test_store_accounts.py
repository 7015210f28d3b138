"""Accounts and their notes, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from coach.errors import InputError
from coach.schema import AccountContext, Meeting
from coach.store import plans
from coach.store.accounts import account, accounts, add_note, find_or_create_account, notes_of, plans_of
from coach.store.database import Database

TODAY = dt.date(2026, 11, 30)


def meet(db: Database, account_name: str, date: dt.date | None) -> str:
    return plans.create_plan(db, AccountContext(account=account_name, today=TODAY, meeting=Meeting(date=date))).id


def test_one_account_whatever_case_and_spaces(db: Database) -> None:
    first = find_or_create_account(db, "Northwind  Foods ")
    assert first.name == "Northwind Foods"
    assert find_or_create_account(db, " NORTHWIND foods") == first
    assert [one.name for one in accounts(db)] == ["Northwind Foods"]


def test_one_account_also_when_two_make_it_at_once(db: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: find_or_create_account(db, "Northwind").id, range(4)))
    assert len(set(made)) == 1


def test_an_account_without_a_name_is_refused(db: Database) -> None:
    with pytest.raises(InputError, match="needs a name"):
        find_or_create_account(db, " \0 ")


def test_notes_of_an_account_grow(db: Database) -> None:
    northwind = find_or_create_account(db, "Northwind")
    first = add_note(db, northwind.id, "12/10 Maria called\0", source="pasted")
    second = add_note(db, northwind.id, "She signs", source="corrected by the rep")
    assert notes_of(db, northwind.id) == (first, second)
    assert (first.text, first.source) == ("12/10 Maria called", "pasted")
    assert account(db, northwind.id).notes == 2
    assert notes_of(db, find_or_create_account(db, "Other").id) == ()


def test_an_account_knows_its_meetings(db: Database) -> None:
    for date in (dt.date(2026, 11, 2), dt.date(2026, 11, 20), dt.date(2026, 12, 9), dt.date(2026, 12, 3), None):
        last = meet(db, "Northwind", date)
    meet(db, "Other", TODAY)
    plans.archive_plan(db, meet(db, "Northwind", TODAY))
    northwind = accounts(db, today=TODAY)[0]
    assert (northwind.plans, northwind.last_meeting, northwind.next_meeting) == (
        5,
        dt.date(2026, 11, 20),
        dt.date(2026, 12, 3),
    )
    assert last in [row.id for row in plans_of(db, northwind.id, today=TODAY)]
    assert len(plans_of(db, northwind.id)) == 5


def test_accounts_are_found_by_any_part_of_their_name(db: Database) -> None:
    for name in ("Ärmel & Söhne", "Northwind", "North Star"):
        find_or_create_account(db, name)
    assert [one.name for one in accounts(db, search="north")] == ["North Star", "Northwind"]
    assert [one.name for one in accounts(db, search="söhne ÄRMEL")] == ["Ärmel & Söhne"]


def test_a_plan_without_an_account_belongs_to_none(db: Database) -> None:
    plan = plans.load_plan(db, meet(db, "", TODAY))
    assert (plan.account_id, accounts(db), plans.list_plans(db)[0].account) == ("", (), "")


def test_a_plan_can_be_made_in_an_account_of_another_name(db: Database) -> None:
    northwind = find_or_create_account(db, "Northwind")
    plan = plans.create_plan(db, AccountContext(today=TODAY), account_id=northwind.id)
    assert (plan.account_id, plans.list_plans(db)[0].account) == (northwind.id, "Northwind")


def test_what_is_no_account_is_said_by_every_call(db: Database) -> None:
    for call in (
        lambda: account(db, "x"),
        lambda: notes_of(db, "x"),
        lambda: plans_of(db, "x"),
        lambda: add_note(db, "x", "y", source="z"),
        lambda: plans.create_plan(db, AccountContext(today=TODAY), account_id="x"),
    ):
        with pytest.raises(InputError, match="no such account"):
            call()
