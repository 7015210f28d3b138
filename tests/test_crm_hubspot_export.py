from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from coach.schema import Person
from tests.support.exports import facts, imported, notes, table


def deal(**more: object) -> dict[str, object]:
    return {
        "Record ID": "9001", "Deal Name": "Dock scanners, renewal", "Deal Stage": "Contract sent", "Amount": "120000",
        "Close Date": "2026-12-31 10:00", "Deal owner": "Riya Shah", "Next Activity Date": "2026-12-03 09:30",
        "Next step": "send quote", "Deal Description": "<p>Two <b>outages</b></p>", "Associated Company": "Harrowgate",
        "Associated Company IDs": "501", "Associated Contact": "Maria Lopez (maria@harrowgate.example);Tom Reed",
        "Associated Contact IDs": "701;702", "Associated Note IDs": "801", **more,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    table(tmp_path / "all-deals.csv", [deal()], encoding="utf-8-sig")
    table(
        tmp_path / "companies.csv",
        [
            {
                "Record ID": "501",
                "Company name": "Harrowgate Chilled Foods",
                "Company owner": "Riya Shah",
                "Industry": "Food",
            }
        ],
        encoding="utf-8-sig",
    )
    table(
        tmp_path / "contacts.csv",
        [
            {"Record ID": "701", "First Name": "Maria", "Last Name": "Lopez", "Email": "maria@harrowgate.example",
             "Job Title": "VP Operations", "Contact owner": "Riya Shah", "Associated Company IDs": "501"},
            {"Record ID": "702", "First Name": "Tom", "Last Name": "Reed", "Email": "tom@harrowgate.example",
             "Job Title": "", "Contact owner": "Riya Shah", "Associated Company IDs": "501"},
        ],
        encoding="utf-8-sig",
    )  # fmt: skip
    return tmp_path


def test_lists_are_joined_by_the_ids_of_what_is_associated(folder: Path) -> None:
    table(
        folder / "notes.csv",
        [
            {
                "Record ID": "801",
                "Note body": "<div>Tom waits for the <i>report</i></div>",
                "Activity date": "2026-11-12",
            },
            {"Record ID": "802", "Note body": "of another deal", "Activity date": "2026-11-12"},
        ],
    )
    found = imported(folder)
    one = found.only
    assert (one.id, one.context.account) == ("hubspot:9001@2026-12-03T09:30", "Harrowgate Chilled Foods")
    assert notes(one) == ["Description: Two outages", "2026-11-12 Note: Tom waits for the report"]
    assert "Contact: Maria Lopez, VP Operations" in facts(one)
    assert "Contact: Tom Reed" in facts(one)
    assert found.problems == ()


def test_names_alone_are_used_where_the_other_lists_are_missing(folder: Path) -> None:
    (folder / "companies.csv").unlink()
    (folder / "contacts.csv").unlink()
    one = imported(folder).only
    assert one.context.account == "Harrowgate"
    assert [line for line in facts(one) if line.startswith("Contact")] == ["Contact: Maria Lopez", "Contact: Tom Reed"]


def test_a_meetings_list_goes_before_the_next_activity(folder: Path) -> None:
    table(
        folder / "meetings.csv",
        [
            {"hs_object_id": "601", "hs_meeting_title": "Cut-over", "hs_meeting_start_time": "2026-12-04T10:00:00Z",
             "hs_meeting_end_time": "2026-12-04T10:45:00Z", "Associated Deal IDs": "9001",
             "Associated Contact IDs": "701", "hs_meeting_outcome": "SCHEDULED", "hs_meeting_body": ""},
            {"hs_object_id": "602", "hs_meeting_title": "Off", "hs_meeting_start_time": "2026-12-05T10:00:00Z",
             "Associated Deal IDs": "9001", "hs_meeting_outcome": "CANCELED"},
        ],
    )  # fmt: skip
    meeting = imported(folder).only.context.meeting
    assert (meeting.date, meeting.start, meeting.minutes) == (dt.date(2026, 12, 4), dt.time(10), 45)
    assert meeting.attendees == (Person(name="Maria Lopez", title="VP Operations"),)


def test_a_german_list_reads_too(tmp_path: Path) -> None:
    table(
        tmp_path / "alle-deals.csv",
        [
            {"Datensatz-ID": "9001", "Deal-Name": "Lesegeräte", "Deal-Phase": "Vertrag gesendet", "Betrag": "120000",
             "Abschlussdatum": "31.12.2026 10:00", "Deal-Inhaber": "Riya Shah",
             "Datum der nächsten Aktivität": "03.12.2026 09:30", "Zugehöriges Unternehmen": "Harrowgate"},
        ],
        encoding="utf-8-sig",
    )  # fmt: skip
    one = imported(tmp_path).only
    assert (one.id, one.stage, one.owner) == ("hubspot:9001@2026-12-03T09:30", "Vertrag gesendet", "Riya Shah")
    assert one.context.account == "Harrowgate"


def test_tables_shaped_like_the_api_are_joined_through_their_tables_of_links(tmp_path: Path) -> None:
    table(
        tmp_path / "deal.csv",
        [{"deal_id": "11", "is_deleted": "false", "deal_pipeline_stage_id": "s1", "owner_id": "44", "portal_id": "1",
          "property_dealname": "Dock scanners", "property_amount": "120000",
          "property_closedate": "2026-12-31 00:00:00"}],
    )  # fmt: skip
    table(tmp_path / "deal_company.csv", [{"company_id": "51", "deal_id": "11", "type_id": "5"}])
    table(tmp_path / "deal_contact.csv", [{"contact_id": "71", "deal_id": "11", "type_id": "3"}])
    table(tmp_path / "company.csv", [{"id": "51", "is_deleted": "false", "property_name": "Harrowgate"}])
    table(
        tmp_path / "contact.csv",
        [{"id": "71", "property_email": "t@h.example", "property_firstname": "Tom", "property_lastname": "Reed"}],
    )
    table(
        tmp_path / "owner.csv", [{"owner_id": "44", "email": "r@f.example", "first_name": "Riya", "last_name": "Shah"}]
    )
    table(tmp_path / "deal_pipeline_stage.csv", [{"stage_id": "s1", "label": "Negotiation", "is_closed": "FALSE"}])
    table(
        tmp_path / "engagement_meeting.csv",
        [{"engagement_id": "61", "start_time": "2026-12-03 10:00:00", "end_time": "2026-12-03 10:30:00",
          "title": "Cut-over", "body": "", "meeting_outcome": ""}],
    )  # fmt: skip
    table(
        tmp_path / "engagement_note.csv",
        [{"engagement_id": "62", "property_hs_note_body": "waits for the report", "property_hs_timestamp": "2026-11-12",
          "type": "NOTE"}],
    )  # fmt: skip
    links = [{"engagement_id": "61", "deal_id": "11"}, {"engagement_id": "62", "deal_id": "11"}]
    table(tmp_path / "engagement_deal.csv", links)
    table(tmp_path / "engagement_contact.csv", [{"engagement_id": "61", "contact_id": "71"}])
    found = imported(tmp_path)
    one = found.only
    assert found.problems == ()
    assert (one.owner, one.stage, one.context.account) == ("Riya Shah", "Negotiation", "Harrowgate")
    assert [person.name for person in one.context.meeting.attendees] == ["Tom Reed"]
    assert notes(one) == ["2026-11-12 Note: waits for the report"]
