from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.support.exports import facts, imported, notes, table


def deal(**more: object) -> dict[str, object]:
    return {
        "Record Id": "zcrm_1", "Deal Owner.id": "zcrm_9", "Deal Owner": "Riya Shah", "Amount": "120000",
        "Deal Name": "Dock scanners", "Closing Date": "2026-12-31", "Account Name.id": "zcrm_5",
        "Account Name": "Harrowgate", "Stage": "Proposal", "Contact Name.id": "zcrm_7", "Contact Name": "Maria Lopez",
        "Next Step": "send quote", "Description": "", **more,
    }  # fmt: skip


def test_modules_are_joined_by_id_with_or_without_its_prefix(tmp_path: Path) -> None:
    table(tmp_path / "Deals.csv", [deal()])
    table(
        tmp_path / "Accounts.csv",
        [{"Record Id": "5", "Account Owner": "Riya Shah", "Account Name": "Harrowgate Foods"}],
    )
    table(
        tmp_path / "Contacts.csv",
        [{"Record Id": "zcrm_7", "Contact Owner.id": "9", "First Name": "Maria", "Last Name": "Lopez", "Title": "VP"}],
    )
    table(
        tmp_path / "Notes.csv",
        [
            {"Record Id": "1", "Note Owner.id": "9", "Note Owner": "Riya Shah", "Note Title": "Report",
             "Note Content": "Tom waits", "Parent ID.id": "zcrm_1", "Parent ID": "Dock scanners",
             "Created Time": "2026-11-12 09:00:00"},
        ],
    )  # fmt: skip
    table(
        tmp_path / "Meetings.csv",
        [
            {"Record Id": "3", "Title": "Cut-over", "From": "2026-12-03 10:00:00", "To": "2026-12-03 10:45:00",
             "Related To.id": "zcrm_1", "Related To": "Dock scanners", "Contact Name.id": "zcrm_7",
             "Location": "Teams"},
        ],
    )  # fmt: skip
    found = imported(tmp_path)
    one = found.only
    assert found.problems == ()
    assert (one.id, one.context.account) == ("zoho:1@2026-12-03T10:00", "Harrowgate Foods")
    assert (one.context.meeting.date, one.context.meeting.minutes) == (dt.date(2026, 12, 3), 45)
    assert [person.name for person in one.context.meeting.attendees] == ["Maria Lopez"]
    assert notes(one) == ["2026-11-12 Note, Riya Shah: Report. Tom waits"]
    assert "Contact: Maria Lopez, VP" in facts(one)


def test_deals_alone_are_enough(tmp_path: Path) -> None:
    table(tmp_path / "Deals.csv", [deal()])
    one = imported(tmp_path).only
    assert (one.system, one.context.account, one.context.meeting.date) == ("zoho", "Harrowgate", None)
