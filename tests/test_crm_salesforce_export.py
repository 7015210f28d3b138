from __future__ import annotations

import base64
import datetime as dt
import zipfile
from pathlib import Path

import pytest

from coach.crm.export import Counts, Wishes, look, opportunities
from coach.crm.joining import MAX_NOTES
from coach.crm.loading import Loaded
from coach.crm.mapping import Mapping
from coach.crm.salesforce_export import content_of, full_id
from coach.schema import Person
from tests.support.exports import TODAY, facts, imported, lines, notes, table

DEAL, OTHER, ACCOUNT, MARIA, TOM, RIYA = (
    "006Ax00000B1cDE", "006Ax00000B1cDF", "001Ax00000B1cDE", "003Ax00000B1cDE", "003Ax00000B1cDF", "005Ax00000B1cDE",
)  # fmt: skip


def opportunity(ident: str = DEAL, **more: object) -> dict[str, object]:
    return {
        "Id": ident, "IsDeleted": "0", "AccountId": full_id(ACCOUNT), "IsPrivate": "0",
        "Name": "Dock scanners, renewal",
        "StageName": "Negotiation", "Amount": "120000", "CloseDate": "2026-12-31", "NextStep": "send renewal quote",
        "IsClosed": "0", "OwnerId": RIYA, "SystemModstamp": "2026-11-30T10:00:00.000Z", **more,
    }  # fmt: skip


def event(ident: str = "00UAx00000B1cDE", **more: object) -> dict[str, object]:
    return {
        "Id": ident, "WhoId": MARIA, "WhatId": DEAL, "Subject": "Cut-over plan", "Location": "Harrowgate",
        "IsAllDayEvent": "0", "ActivityDate": "2026-12-03", "StartDateTime": "2026-12-03T09:00:00.000Z",
        "DurationInMinutes": "45", "Description": "", "IsPrivate": "0", "IsDeleted": "0", "IsChild": "0", **more,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    table(tmp_path / "Opportunity.csv", [opportunity()])
    table(tmp_path / "Event.csv", [event()])
    table(
        tmp_path / "Account.csv",
        [
            {
                "Id": ACCOUNT,
                "IsDeleted": "0",
                "Name": "Harrowgate Chilled Foods",
                "Industry": "Food",
                "AccountNumber": "7",
            }
        ],
    )
    person = {"IsDeleted": "0", "AccountId": ACCOUNT, "Email": ""}
    table(
        tmp_path / "Contact.csv",
        [
            {**person, "Id": full_id(MARIA), "FirstName": "Maria", "LastName": "Lopez", "Title": "VP Operations"},
            {**person, "Id": full_id(TOM), "FirstName": "Tom", "LastName": "Reed", "Title": "IT Director"},
        ],
    )
    table(
        tmp_path / "User.csv",
        [
            {
                "Id": RIYA,
                "Username": "riya@fernhill.example",
                "Name": "Riya Shah",
                "FirstName": "Riya",
                "LastName": "Shah",
            }
        ],
    )
    table(
        tmp_path / "OpportunityContactRole.csv",
        [
            {
                "Id": "00K1",
                "OpportunityId": DEAL,
                "ContactId": TOM,
                "Role": "Evaluator",
                "IsPrimary": "1",
                "IsDeleted": "0",
            }
        ],
    )
    return tmp_path


def test_the_objects_of_an_export_are_joined_into_one_context(folder: Path) -> None:
    found = imported(folder)
    one = found.only
    assert found.problems == ()
    assert one.id == f"salesforce:{full_id(DEAL)}@2026-12-03T09:00"
    assert (one.system, one.owner, one.stage, one.amount) == ("salesforce", "Riya Shah", "Negotiation", 120000)
    context = one.context
    assert (context.account, context.opportunity) == ("Harrowgate Chilled Foods", "Dock scanners, renewal")
    assert (context.meeting.date, context.meeting.start) == (dt.date(2026, 12, 3), dt.time(9))
    assert (context.meeting.minutes, context.meeting.place) == (45, "Harrowgate")
    assert context.meeting.attendees == (Person(name="Maria Lopez", title="VP Operations"),)
    assert context.seller.company == "Fernhill Systems"
    told = facts(one)
    for line in (
        "Close date: 2026-12-31", "Next step: send renewal quote", "Industry: Food", "Meeting: Cut-over plan",
        "Contact: Tom Reed, IT Director (Evaluator)",
    ):  # fmt: skip
        assert line in told


def test_ids_of_15_and_18_characters_are_the_same(folder: Path) -> None:
    short = imported(folder).only
    table(folder / "Opportunity.csv", [opportunity(full_id(DEAL), AccountId=ACCOUNT)])
    assert imported(folder).only == short


def test_the_checksum_of_an_id_tells_its_capitals() -> None:
    assert full_id("0015500000Xyy06") == "0015500000Xyy06AAB"
    assert full_id("short") == "short"


def test_times_are_told_in_the_zone_of_the_mapping(folder: Path) -> None:
    one = imported(folder, mapping=Mapping(timezone="Europe/Berlin")).only
    assert one.context.meeting.start == dt.time(10)


def test_a_private_event_is_left_out_with_every_word_of_it(folder: Path) -> None:
    past = event("00U2", ActivityDate="2026-11-02", StartDateTime="", Description="my salary talk", IsPrivate="1")
    coming = event("00U3", StartDateTime="2026-12-04T09:00:00.000Z", Subject="Dentist", IsPrivate="true")
    table(folder / "Event.csv", [event(), past, coming])
    one = imported(folder).only
    assert "salary" not in one.model_dump_json()
    assert "Dentist" not in one.model_dump_json()


def test_how_many_rows_were_private_or_deleted_is_told_by_file(folder: Path) -> None:
    table(folder / "Event.csv", [event(), event("00U2", IsPrivate="1"), event("00U3", IsDeleted="1")])
    counts, wishes = Counts(), Wishes(TODAY)
    parts = look([folder], mapping=Mapping(), on_problem=print)
    assert len(list(opportunities(parts, wishes=wishes, counts=counts, on_problem=print))) == 1
    assert counts.loaded["Event.csv"] == Loaded(rows=3, deleted=1, private=1)


def test_deleted_rows_are_left_out(folder: Path) -> None:
    table(folder / "Opportunity.csv", [opportunity(), opportunity(OTHER, IsDeleted="1")])
    table(folder / "Event.csv", [event(), event("00U2", StartDateTime="2026-12-09T09:00:00Z", IsDeleted="true")])
    assert len(imported(folder).opportunities) == 1


def test_every_meeting_to_come_gives_an_opportunity_and_a_past_one_a_note(folder: Path) -> None:
    later = event("00U2", StartDateTime="2026-12-10T13:00:00.000Z", ActivityDate="2026-12-10")
    past = event(
        "00U3", StartDateTime="2026-11-10T13:00:00.000Z", Subject="First look", Description="Tom was sceptical"
    )
    table(folder / "Event.csv", [event(), later, past])
    found = imported(folder).opportunities
    assert [one.id.partition("@")[2] for one in found] == ["2026-12-03T09:00", "2026-12-10T13:00"]
    assert "2026-11-10 Meeting: First look. Tom was sceptical" in notes(found[0])


def test_an_invitee_s_copy_of_a_meeting_is_no_second_one(folder: Path) -> None:
    table(folder / "Event.csv", [event(), event("00U2", WhoId=TOM)])
    assert len(imported(folder).opportunities) == 1
    table(folder / "Event.csv", [event(), event("00U2", IsChild="1", StartDateTime="2026-12-03T09:30:00.000Z")])
    assert len(imported(folder).opportunities) == 1


def test_event_relations_name_who_else_comes(folder: Path) -> None:
    table(
        folder / "EventRelation.csv", [{"Id": "1", "EventId": "00UAx00000B1cDE", "RelationId": TOM, "IsDeleted": "0"}]
    )
    names = [person.name for person in imported(folder).only.context.meeting.attendees]
    assert names == ["Maria Lopez", "Tom Reed"]


def test_tasks_notes_and_content_notes_become_notes_in_the_order_of_their_days(folder: Path) -> None:
    table(
        folder / "Task.csv",
        [
            {"Id": "00T1", "WhoId": TOM, "WhatId": DEAL, "Subject": "Call", "ActivityDate": "2026-11-12",
             "Status": "Completed", "Description": "Tom: still waiting for the report", "TaskSubtype": "Call",
             "OwnerId": RIYA, "IsDeleted": "0", "AccountId": ACCOUNT},
        ],
    )  # fmt: skip
    table(
        folder / "Note.csv",
        [{"Id": "0021", "ParentId": ACCOUNT, "Title": "Board", "Body": "Board on 15 December", "IsPrivate": "0",
          "CreatedDate": "2026-10-12T08:00:00.000Z", "IsDeleted": "0"}],
    )  # fmt: skip
    html = "<p>Outage on <b>19 Sep</b></p><p>41 trucks late</p><script>alert(1)</script>"
    encoded = base64.b64encode(html.encode()).decode()
    table(
        folder / "ContentNote.csv",
        [{"Id": "0691", "CreatedDate": "2026-09-20T08:00:00.000Z", "Title": "Outage", "Content": encoded,
          "TextPreview": "Outage on", "IsDeleted": "0"}],
    )  # fmt: skip
    table(
        folder / "ContentDocumentLink.csv",
        [{"Id": "06A1", "LinkedEntityId": full_id(DEAL), "ContentDocumentId": "0691", "IsDeleted": "0"}],
    )
    one = imported(folder).only
    told = " / ".join(notes(one))
    assert told == (
        "2026-09-20 Note: Outage on 19 Sep / 41 trucks late / 2026-10-12 Note: Board on 15 December / "
        "2026-11-12 Call, Riya Shah (Completed): Call. Tom: still waiting for the report"
    )


def test_a_note_that_names_nobody_is_told(folder: Path) -> None:
    note = {"Id": "0021", "ParentId": "", "Title": "Board", "Body": "Board on 15 December", "IsPrivate": "0"}
    table(folder / "Note.csv", [note, {**note, "ParentId": DEAL}])
    found = imported(folder)
    assert [(problem.file, problem.row) for problem in found.problems] == [("Note.csv", 2)]
    assert notes(found.only) == ["Note: Board on 15 December"]


def test_a_mail_keeps_its_sender_so_that_the_customer_s_words_are_theirs(folder: Path) -> None:
    table(
        folder / "EmailMessage.csv",
        [{"Id": "02s1", "RelatedToId": DEAL, "Subject": "Weekend crew", "TextBody": "Who pays for the weekend crew?",
          "FromAddress": "tom.reed@harrowgate.example", "FromName": "Tom Reed", "ToAddress": "riya@fernhill.example",
          "MessageDate": "2026-11-20T08:00:00.000Z", "IsDeleted": "0"}],
    )  # fmt: skip
    table(
        folder / "Task.csv",
        [{"Id": "00T1", "WhatId": DEAL, "WhoId": "", "Subject": "Answer Tom", "ActivityDate": "2026-11-21",
          "Status": "Open", "Description": "", "IsDeleted": "0", "TaskSubtype": "Task"}],
    )  # fmt: skip
    table(folder / "Event.csv", [event(WhoId=TOM)])
    asked = next(line for line in imported(folder).only.context.notes if "weekend crew?" in line.text)
    assert (asked.voice, asked.speaker) == ("customer", "Tom Reed")
    after = next(line for line in imported(folder).only.context.notes if "Answer Tom" in line.text)
    assert after.voice == "ours"


def test_a_content_note_that_is_no_base64_is_told(folder: Path) -> None:
    note = {"Id": "0691", "Title": "Outage", "Content": "!!not base64!!", "IsDeleted": "0"}
    table(folder / "ContentNote.csv", [note])
    link = {"Id": "06A1", "LinkedEntityId": DEAL, "ContentDocumentId": "0691", "IsDeleted": "0"}
    table(folder / "ContentDocumentLink.csv", [link])
    found = imported(folder)
    assert [(one.file, one.row, one.column) for one in found.problems] == [("ContentNote.csv", 2, "Content")]
    assert content_of("!!not base64!!") is None
    assert found.only


def test_a_meeting_with_the_account_alone_goes_to_its_only_open_opportunity(folder: Path) -> None:
    table(folder / "Event.csv", [event(WhatId=ACCOUNT)])
    assert imported(folder).only.context.opportunity == "Dock scanners, renewal"
    table(folder / "Opportunity.csv", [opportunity(), opportunity(OTHER, Name="Labels")])
    found = imported(folder)
    assert found.opportunities == ()
    assert found.reasons == ["a meeting on 2026-12-03 could belong to several opportunities of the export"]


def test_closed_opportunities_and_those_without_a_meeting_are_left_out_unless_all_open_are_wanted(folder: Path) -> None:
    table(
        folder / "Opportunity.csv",
        [opportunity(), opportunity(OTHER, Name="Labels"), opportunity("0063", StageName="Closed Won", IsClosed="1")],
    )
    assert [one.context.opportunity for one in imported(folder).opportunities] == ["Dock scanners, renewal"]
    names = [one.context.opportunity for one in imported(folder, with_all_open=True).opportunities]
    assert names == ["Dock scanners, renewal", "Labels"]


def test_the_export_s_zip_gives_what_its_folder_gives(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    zipped = tmp_path_factory.mktemp("zip") / "WE_1.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.glob("*.csv"):
            archive.write(file, file.name)
    assert imported(zipped).opportunities == imported(folder).opportunities


def test_a_report_reads_by_its_labels_and_tells_its_footer(tmp_path: Path) -> None:
    lines(
        tmp_path / "report1234.csv",
        [
            [
                "Opportunity Owner",
                "Account Name",
                "Opportunity Name",
                "Stage",
                "Amount Currency",
                "Amount",
                "Close Date",
            ],
            ["Riya Shah", "Harrowgate", "Dock scanners", "Negotiation", "GBP", "120,000.00", "12/31/2026"],
            ["", "", "", "", "", "", ""],
            ["Confidential Information - Do Not Distribute"],
        ],
    )
    found = imported(tmp_path)
    one = found.only
    assert (one.amount, one.currency, one.context.amount) == (120000, "GBP", "120000 GBP")
    assert "Close date: 2026-12-31" in facts(one)
    assert one.id.startswith("salesforce:")
    assert [(problem.row, problem.reason) for problem in found.problems] == [(4, "neither an account nor a name")]


@pytest.mark.parametrize("heading", ["Meeting Date", "Next Activity Date"])
def test_a_report_s_column_of_meeting_days_is_the_meeting_s_day(tmp_path: Path, heading: str) -> None:
    lines(
        tmp_path / "report.csv",
        [
            ["Opportunity Owner", "Account Name", "Opportunity Name", "Stage", "Close Date", heading],
            ["Riya Shah", "Harrowgate", "Dock scanners", "Negotiation", "12/31/2026", "12/3/2026"],
            ["Riya Shah", "Aldermoor", "Labels", "Negotiation", "12/31/2026", ""],
        ],
    )
    one = imported(tmp_path).only
    assert (one.context.account, one.context.meeting.date) == ("Harrowgate", dt.date(2026, 12, 3))


def test_a_german_report_reads_too(tmp_path: Path) -> None:
    lines(
        tmp_path / "bericht.csv",
        [
            ["Opportunity-Inhaber", "Accountname", "Opportunity-Name", "Phase", "Betrag", "Schlusstermin"],
            ["Riya Shah", "Harrowgate", "Lesegeräte", "Verhandlung", "120.000,00", "31.12.2026"],
        ],
        ";",
        "cp1252",
    )
    one = imported(tmp_path).only
    assert (one.owner, one.stage, one.amount) == ("Riya Shah", "Verhandlung", 120000)
    assert one.context.opportunity == "Lesegeräte"


def test_of_many_notes_the_newest_are_used_and_it_is_told(folder: Path) -> None:
    task = {"WhatId": DEAL, "WhoId": "", "Subject": "Call", "Status": "Completed", "IsDeleted": "0"}
    days = [dt.date(2026, 11, 30) - dt.timedelta(days=n) for n in range(MAX_NOTES + 20)]
    table(folder / "Task.csv", [{**task, "Id": f"00T{n}", "ActivityDate": day} for n, day in enumerate(days)])
    found = imported(folder)
    told = notes(found.only)
    assert (len(told), told[-1][:10], told[0][:10]) == (MAX_NOTES, "2026-11-30", days[MAX_NOTES - 1].isoformat())
    assert found.reasons == ["more than 300 notes; the newest are used"]


def test_the_primary_contact_comes_first(folder: Path) -> None:
    role = {"Id": "00K1", "OpportunityId": DEAL, "IsDeleted": "0"}
    roles = [{**role, "ContactId": TOM, "IsPrimary": "0"}, {**role, "ContactId": MARIA, "IsPrimary": "1"}]
    table(folder / "OpportunityContactRole.csv", roles)
    contacts = [line for line in facts(imported(folder).only) if line.startswith("Contact")]
    assert contacts == ["Contact: Maria Lopez, VP Operations", "Contact: Tom Reed, IT Director"]


def test_two_systems_exports_in_one_folder_never_join(folder: Path) -> None:
    deal = {"Record ID": DEAL, "Deal Name": "Labels", "Deal Stage": "Offer", "Amount": "1", "Deal owner": "Kim West"}
    table(folder / "hubspot-crm-exports-deals.csv", [{**deal, "Associated Company IDs": ACCOUNT}])
    table(folder / "hubspot-notes.csv", [{"Record ID": "1", "Note body": "canary", "Associated Deal IDs": DEAL}])
    hubspot, salesforce = imported(folder, with_all_open=True).opportunities
    assert (hubspot.system, hubspot.context.account, notes(hubspot)) == ("hubspot", "", ["Note: canary"])
    assert "canary" not in salesforce.model_dump_json()


def both(folder: Path, *, heading: str = "Meeting Date") -> Path:
    """A report in which the next activity is filled more often than the meeting."""
    return lines(
        folder / "report.csv",
        [
            ["Opportunity Owner", "Account Name", "Opportunity Name", "Stage", heading, "Next Activity Date"],
            ["Riya Shah", "Harrowgate", "Dock scanners", "Negotiation", "12/13/2026", "12/2/2026"],
            ["Riya Shah", "Aldermoor", "Labels", "Negotiation", "", "12/4/2026"],
            ["Riya Shah", "Tarnbeck", "Chillers", "Negotiation", "", "11/4/2026"],
        ],
    )


def test_a_column_that_says_meeting_goes_before_a_fuller_one_of_activities(tmp_path: Path) -> None:
    one = imported(both(tmp_path)).only
    assert (one.context.account, one.context.meeting.date) == ("Harrowgate", dt.date(2026, 12, 13))
    assert "Next Activity Date: 12/2/2026" in facts(one)


def test_the_day_of_an_activity_is_told_and_not_taken_for_a_meeting(tmp_path: Path) -> None:
    found = imported(both(tmp_path), with_all_open=True)
    days = {one.context.account: one.context.meeting.date for one in found.opportunities}
    assert days == {"Harrowgate": dt.date(2026, 12, 13), "Aldermoor": None, "Tarnbeck": None}
    (problem,) = found.problems
    assert (problem.row, problem.column) == (3, "Next Activity Date")
    assert problem.reason == "no day under Meeting Date; 2026-12-04 is not taken for a meeting's: it may be a call's"
