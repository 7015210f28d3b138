from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.support.exports import facts, imported, notes, table


def deal(**more: object) -> dict[str, object]:
    return {
        "Deal - ID": "1", "Deal - Title *": "Dock scanners", "Deal - Owner": "Riya Shah", "Deal - Value": "120000",
        "Deal - Currency of value": "GBP", "Deal - Organization": "Harrowgate", "Deal - Contact person": "Maria Lopez",
        "Deal - Stage": "Proposal", "Deal - Status": "Open", "Deal - Next activity date": "2026-12-02",
        "Deal - Expected close date": "2026-12-31", "Deal - Lead source": "fair", **more,
    }  # fmt: skip


def activity(**more: object) -> dict[str, object]:
    return {
        "Activity - ID": "1", "Activity - Subject": "Cut-over plan", "Activity - Type": "Meeting",
        "Activity - Due date": "2026-12-03", "Activity - Due time": "10:00", "Activity - Duration": "00:45",
        "Activity - Done": "To do", "Activity - Note": "", "Activity - Assigned to user": "Riya Shah",
        "Deal": "Dock scanners", "Organization": "Harrowgate", "Contact person": "Maria Lopez", **more,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    table(tmp_path / "deals.csv", [deal()])
    table(tmp_path / "organizations.csv", [{"Organization - ID": "5", "Organization - Name": "Harrowgate"}])
    person = {"Person - ID": "7", "Person - Name": "Maria Lopez", "Person - Organization": "Harrowgate"}
    table(tmp_path / "people.csv", [{**person, "Person - Job title": "VP Operations"}])
    return tmp_path


def test_a_required_heading_s_asterisk_and_the_entity_before_it_do_not_matter(folder: Path) -> None:
    one = imported(folder).only
    assert (one.context.opportunity, one.context.amount, one.stage) == ("Dock scanners", "120000 GBP", "Proposal")
    assert one.context.meeting.date == dt.date(2026, 12, 2)
    assert "Lead source: fair" in facts(one)
    assert "Contact: Maria Lopez, VP Operations" in facts(one)


def test_a_meeting_among_the_activities_goes_before_the_next_activity_s_day(folder: Path) -> None:
    table(folder / "activities.csv", [activity()])
    meeting = imported(folder).only.context.meeting
    assert (meeting.date, meeting.start, meeting.minutes) == (dt.date(2026, 12, 3), dt.time(10), 45)
    assert [(person.name, person.title) for person in meeting.attendees] == [("Maria Lopez", "VP Operations")]


def test_tasks_and_what_is_done_are_notes_and_no_meetings(folder: Path) -> None:
    table(
        folder / "activities.csv",
        [
            activity(**{"Activity - Type": "Task", "Activity - Subject": "Send the report"}),
            activity(
                **{
                    "Activity - Done": "Done",
                    "Activity - Due date": "2026-11-12",
                    "Activity - Note": "<p>sceptical</p>",
                }
            ),
        ],
    )
    one = imported(folder).only
    assert one.context.meeting.date == dt.date(2026, 12, 2)
    assert notes(one) == [
        "2026-11-12 Meeting, Riya Shah: Cut-over plan. sceptical",
        "2026-12-03 Task, Riya Shah: Send the report",
    ]


def test_two_deals_of_one_title_are_told_apart_by_their_organisation(folder: Path) -> None:
    other = deal(**{"Deal - ID": "2", "Deal - Organization": "Aldermoor"})
    table(folder / "deals.csv", [deal(), other])
    table(
        folder / "activities.csv", [activity(), activity(**{"Organization": "Aldermoor", "Activity - Note": "canary"})]
    )
    first, second = imported(folder).opportunities
    assert notes(first) == []
    assert [line for line in notes(second) if "canary" in line]
    table(folder / "notes.csv", [{"Note - Content": "whose is it", "Note - Deal": "Dock scanners"}])
    assert "whose is it" not in "".join(one.model_dump_json() for one in imported(folder).opportunities)


def test_won_and_lost_deals_are_closed(folder: Path) -> None:
    rows = [deal(**{"Deal - ID": str(n), "Deal - Status": status}) for n, status in enumerate(["Open", "Won", "Lost"])]
    table(folder / "deals.csv", rows)
    assert [one.id.partition("@")[0] for one in imported(folder, with_all_open=True).opportunities] == ["pipedrive:0"]
