from __future__ import annotations

import re
from contextlib import nullcontext
from io import StringIO

import pytest

from coach.crm.columns import Shape, System, guess, key, label
from coach.crm.dialects import Dialect
from coach.crm.export import SYSTEMS
from coach.crm.mapping import ROLES
from coach.crm.tables import Table
from coach.crm.values import is_closed

ALL = [(system, shape) for system in SYSTEMS for shape in system.shapes]
UNASKED = {
    "number", "created", "owner", "owner_id", "domain", "closed_as", "person", "username", "history", "converted",
    "email", "unverified", "remedy",
}  # fmt: skip
"""Roles that only tell one kind of table from another."""


def table(*headings: str, name: str = "export.csv", rows: tuple[tuple[str, ...], ...] = ()) -> Table:
    return Table(name, headings, 1, Dialect("utf-8", ","), lambda: nullcontext(StringIO()), sample=rows)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Deal Name", "deal_name"), ("StageName", "stage_name"), ("Opportunity-Name", "Opportunity Name"),
        ("(Do Not Modify) Account", "account"), ("property_dealname", "DealName"), ("Währung", "wahrung"),
        ("Deal - Title *", "DEAL - TITLE"), ("Competitor__c", "competitor"),
    ],
)  # fmt: skip
def test_headings_are_the_same_whatever_their_case_accents_and_marks(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("BillingCity", "Billing city"), ("engage_date", "Engage date"), ("Deal - Lost reason", "Lost reason"),
        ("Competitor__c", "Competitor"), ("property_industry", "Industry"), ("Customer Need", "Customer Need"),
    ],
)  # fmt: skip
def test_a_heading_is_told_in_words(heading: str, words: str) -> None:
    assert label(heading) == words


def test_facts_are_what_is_neither_a_role_nor_technical() -> None:
    found = guess(
        table("Id", "IsDeleted", "Name", "StageName", "Paid", "Issue", "Island", "RecordTypeId", "HasOverdueTask",
              "SystemModstamp", "Competitor__c", "is_open", "Visibility"),
        SYSTEMS,
    )  # fmt: skip
    assert list(found.facts) == ["Paid", "Issue", "Island", "Competitor__c", "Visibility"]


@pytest.mark.parametrize(("system", "shape"), ALL, ids=lambda one: getattr(one, "name", getattr(one, "kind", "")))
def test_every_shape_is_guessed_from_its_own_headings(system: System, shape: Shape) -> None:
    names = {**shape.from_memory, **shape.columns}
    headings = [headings.split("|")[0] for headings in names.values()]
    found = guess(table(*headings, name=_named(shape)), SYSTEMS)
    assert found.kind == shape.kind


@pytest.mark.parametrize(("system", "shape"), ALL, ids=lambda one: getattr(one, "name", getattr(one, "kind", "")))
def test_every_role_of_a_shape_can_be_said_in_a_mapping(system: System, shape: Shape) -> None:
    assert {*shape.columns, *shape.from_memory} <= {*ROLES[shape.kind], *UNASKED}


@pytest.mark.parametrize(
    "stage",
    [
        "Closed Won",
        "closedwon",
        "Won",
        "Lost",
        "Closed - Lost",
        "Closed (Won)",
        "Gewonnen",
        "Abgeschlossen / verloren",
        "Perdido",
    ],
)
def test_a_stage_that_says_so_is_closed(stage: str) -> None:
    assert is_closed({"stage": stage})


@pytest.mark.parametrize("stage", ["Won't decide yet", "Lost contact, call again", "Closing", "Negotiation", "1", ""])
def test_a_stage_that_does_not_say_so_is_open(stage: str) -> None:
    assert not is_closed({"stage": stage})


def test_a_flag_or_state_goes_before_the_stage() -> None:
    assert not is_closed({"closed": "false", "stage": "Closed Won"})
    assert is_closed({"closed": "1", "stage": "Offer"})
    assert is_closed({"state_code": "1"})
    assert is_closed({"closed_as": "Lost", "stage": "Offer"})


def _named(shape: Shape) -> str:
    """A file's name that the shape's pattern fits."""
    return f"{re.sub(r'[^a-z ]', '', shape.files.split('|')[0].replace('[sz]', 's'))}.csv"


@pytest.mark.parametrize(
    ("meeting", "activity", "more"),
    [
        ("Meeting Date", "Next Activity Date", ("Record ID", "Deal Name", "Deal Stage")),
        ("Deal - Meeting date", "Deal - Next activity date", ("Deal - Title", "Deal - Stage")),
        ("Next Meeting", "Next Activity Date", ("Opportunity Name", "Account Name", "Stage")),
        ("Termin", "Next activity date", ("Customer", "Deal", "Phase")),
    ],
)
def test_in_every_system_a_column_that_says_meeting_is_the_meeting_s_day(
    meeting: str, activity: str, more: tuple[str, ...]
) -> None:
    days = ("2026-12-03", "2026-12-04")
    given = table(*more, activity, meeting, rows=((*more, days[0], days[1]), (*more, days[0], "")))
    found = guess(given, SYSTEMS)
    assert found.places["meeting_date"] == len(more) + 1
    assert list(found.alternatives(given)) == [f"meeting_date could also be: {activity}"]


def test_a_column_of_meetings_titles_is_not_their_day() -> None:
    rows = (("Harrowgate", "Offer", "Kick-off", "2026-12-03"),)
    found = guess(table("Customer", "Stage", "Meeting", "Meeting date", rows=rows), SYSTEMS)
    assert found.places["meeting_date"] == 3
