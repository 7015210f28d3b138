"""Salesforce read live, against a server that behaves as its documented REST API does."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coach.crm.connect import configured, examined, open_source, write_note
from coach.crm.logins import SalesforceLogin
from coach.crm.opportunity import Opportunity, Problem
from coach.crm.patience import CrmForbids, CrmRefused, CrmUnavailable, Patience
from coach.crm.salesforce import meetings
from coach.crm.salesforce_client import SalesforceOrg
from tests.support.crm_servers import Fault
from tests.support.salesforce_server import SESSION, SalesforceServer, make_certificate, sf_id

TODAY = dt.date(2026, 11, 29)
UNTIL = dt.date(2026, 12, 6)
LIMIT = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
CONCURRENT = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests Limit exceeded."}]

Read = Callable[..., list[Opportunity]]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(autouse=True)
def no_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("HUBSPOT_", "SALESFORCE_")):
            monkeypatch.delenv(name)


@pytest.fixture
def server(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SalesforceServer]:
    with SalesforceServer(certificate) as running:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        monkeypatch.setenv("SALESFORCE_INSTANCE_URL", running.url)
        monkeypatch.setenv("SALESFORCE_ACCESS_TOKEN", SESSION)
        yield running


@pytest.fixture
def waits() -> list[float]:
    """Seconds that were waited; nobody waits in a test."""
    return []


@pytest.fixture
def read(server: SalesforceServer, waits: list[float]) -> Read:
    def reading(problems: list[Problem] | None = None, **patience: float) -> list[Opportunity]:
        found: list[Problem] = [] if problems is None else problems
        with SalesforceOrg(SalesforceLogin(), patience=Patience(sleep=waits.append, **patience)) as org:  # type: ignore[arg-type]
            return list(meetings(org, since=TODAY, until=UNTIL, on_problem=found.append, today=TODAY))

    return reading


@pytest.fixture
def can_renew(monkeypatch: pytest.MonkeyPatch, server: SalesforceServer) -> None:
    """The way of a service: client credentials at the org's own address."""
    monkeypatch.setenv("SALESFORCE_CLIENT_ID", "client-test")
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", "secret-test")


def opp_id(number: int) -> str:
    return sf_id("006", number)


def put_opportunity(
    server: SalesforceServer, number: int = 1, *, start: str = "2026-12-03T09:00:00.000+0000", **event: object
) -> str:
    """An opportunity with an event of 45 minutes, an account and a contact who is invited."""
    one, owner, contact = opp_id(number), sf_id("005", 7), sf_id("003", number)
    if not server.objects.get("User"):
        server.put("User", Id=owner, Name="Riya Shah", TimeZoneSidKey="Europe/Berlin")
    server.put("Account", Id=sf_id("001", number), Name=f"Northwind Foods {number}", Industry="Food")
    server.put(
        "Opportunity", Id=one, AccountId=sf_id("001", number), OwnerId=owner, Name=f"Dock scanners {number}",
        StageName="Negotiation", Amount=120000.0, NextStep="Agree the pilot", CloseDate="2026-12-31",
    )  # fmt: skip
    server.put("Contact", Id=contact, Name="Maria Lopez", Title="VP Operations")
    server.put("OpportunityContactRole", OpportunityId=one, ContactId=contact, Role="Decision Maker")
    appointment = {
        "Id": sf_id("00U", number), "WhatId": one, "WhoId": contact, "OwnerId": owner, "Subject": "Renewal",
        "StartDateTime": start, "DurationInMinutes": 45, "Location": "Teams", "IsPrivate": False, "IsChild": False,
    }  # fmt: skip
    server.put("Event", **(appointment | event))
    return one


def put_note(server: SalesforceServer, number: int, html: str, *, opportunity: str, **fields: object) -> None:
    note = sf_id("069", number)
    server.put("ContentNote", Id=note, Title="Call", Content=html, CreatedDate="2026-11-12T10:00:00.000+0000", **fields)
    server.put("ContentDocumentLink", Id=sf_id("06A", number), LinkedEntityId=opportunity, ContentDocumentId=note)


def bare(opportunity: Opportunity) -> str:
    """Its id without the meeting."""
    return opportunity.id.partition("@")[0]


def texts(opportunity: Opportunity) -> str:
    return "\n".join(line.text for line in opportunity.context.lines.values())


def test_opportunity_with_an_event_becomes_a_context(server: SalesforceServer, read: Read) -> None:
    one = put_opportunity(server, Description="Agenda: the pilot")
    put_note(server, 1, "<p>They want 14 sites.</p><p>Budget is open.</p>", opportunity=one)
    [found] = read()
    context = found.context
    assert (bare(found), found.system, found.owner) == (f"salesforce:{one}", "salesforce", "Riya Shah")
    assert (found.stage, found.amount, context.amount) == ("Negotiation", 120000.0, "120000")
    assert (context.account, context.opportunity) == ("Northwind Foods 1", "Dock scanners 1")
    assert (context.meeting.date, context.meeting.start) == (dt.date(2026, 12, 3), dt.time(10))
    assert (context.meeting.minutes, context.meeting.place) == (45, "Teams")
    assert [(one.name, one.title) for one in context.meeting.attendees] == [("Maria Lopez", "VP Operations")]
    assert [line.text for line in context.notes] == [
        "2026-11-12 Note: Call. They want 14 sites.", "Budget is open.",
        "2026-12-03 Invitation: Renewal. Agenda: the pilot",
    ]  # fmt: skip
    assert "Next step: Agree the pilot" in [line.text for line in context.fields]


def test_mails_tasks_calls_classic_notes_and_past_events_are_history(server: SalesforceServer, read: Read) -> None:
    one = put_opportunity(server)
    moment = "2026-11-20T08:00:00.000+0000"
    mail = {"FromName": "Maria Lopez", "FromAddress": "maria@northwind.example", "MessageDate": moment, "Status": "3"}
    server.put("EmailMessage", RelatedToId=one, TextBody="The scanners fail in the cold store every week.", **mail)
    server.put("EmailMessage", RelatedToId=one, TextBody="Only a draft.", Status="5", MessageDate=moment)
    server.put("Task", WhatId=one, Subject="Send the price list", Status="Not Started", ActivityDate="2026-12-01",
               CreatedDate=moment)  # fmt: skip
    server.put("Task", WhatId=one, Subject="Intro", TaskSubtype="Call", Status="Completed", IsClosed=True,
               ActivityDate="2026-11-18", Description="Budget is open.")  # fmt: skip
    server.put("Task", WhatId=one, Subject="Email: Scanners", TaskSubtype="Email", Description="A copy of the mail.")
    server.put("Note", ParentId=one, Title="Visit", Body="Two docks\nare closed.", IsPrivate=False, CreatedDate=moment)
    server.put("Event", Id=sf_id("00U", 99), WhatId=one, Subject="Kick-off", Description="They liked it.",
               OwnerId=sf_id("005", 7), StartDateTime="2026-10-01T09:00:00.000+0000", IsPrivate=False)  # fmt: skip
    [found] = read()
    said = {line.text: line for line in found.context.notes}
    assert "2026-10-01 Meeting, Riya Shah: Kick-off. They liked it." in said
    assert "2026-11-18 Call: Intro. Budget is open." in said
    assert "2026-11-20 Task (open, due 2026-12-01): Send the price list" in said
    assert "2026-11-20 Note: Visit. Two docks" in said
    mail_line = said["The scanners fail in the cold store every week."]
    assert (mail_line.voice, mail_line.speaker) == ("customer", "Maria Lopez")
    assert "draft" not in texts(found)
    assert "copy of the mail" not in texts(found)


def test_invited_people_come_unless_they_declined(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server)
    server.put("Contact", Id=sf_id("003", 50), Name="Tom Reed", Title="IT")
    server.put("Contact", Id=sf_id("003", 51), Name="Ann Gray")
    server.put("User", Id=sf_id("005", 8), Name="Kim West")
    for number, who, status in ((1, sf_id("003", 50), "Accepted"), (2, sf_id("003", 51), "Declined"),
                                (3, sf_id("005", 8), "New")):  # fmt: skip
        server.put("EventRelation", Id=sf_id("0RE", number), EventId=sf_id("00U", 1), RelationId=who, Status=status)
    [found] = read()
    assert [one.name for one in found.context.meeting.attendees] == ["Maria Lopez", "Tom Reed"]
    assert "With us: Kim West" in texts(found)


def test_queries_are_paged(server: SalesforceServer, read: Read) -> None:
    for number in range(1, 8):
        put_opportunity(server, number)
    for number in range(5):
        put_note(server, number, f"<p>Fact number {number}.</p>", opportunity=opp_id(1))
    server.page = 2
    found = read()
    assert [bare(one) for one in found] == [f"salesforce:{opp_id(number)}" for number in range(1, 8)]
    assert all(f"Fact number {number}." in texts(found[0]) for number in range(5))
    assert server.paths("/query/01g")


def test_page_that_fails_is_asked_for_again_and_not_the_query(
    server: SalesforceServer, read: Read, waits: list[float]
) -> None:
    for number in range(1, 8):
        put_opportunity(server, number)
    server.page = 4
    server.fail(Fault("/query/01g", 503))
    assert len(read()) == 7
    assert len([query for query in server.queries if "FROM Event " in query and "ORDER BY" in query]) == 1
    assert len(waits) == 1


def test_next_page_elsewhere_is_not_followed(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server)
    page = {"done": False, "records": [], "nextRecordsUrl": "@evil.example/services/data/v62.0/query/01g-1"}
    server.fail(Fault("/query/", 200, page))
    with pytest.raises(CrmUnavailable, match="no next page"):
        read()


def test_ended_session_is_renewed_once_and_the_call_repeated(
    server: SalesforceServer, read: Read, can_renew: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_opportunity(server)
    monkeypatch.setenv("SALESFORCE_ACCESS_TOKEN", "has-ended")
    assert len(read()) == 1
    assert server.paths("/oauth2/token") == ["/services/oauth2/token"]


def test_session_that_ends_in_the_middle_is_renewed(server: SalesforceServer, read: Read, can_renew: None) -> None:
    put_opportunity(server)
    server.fail(Fault("/Contact/describe", 401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired"}]))
    assert len(read()) == 1
    assert len(server.paths("/oauth2/token")) == 1


def test_new_session_that_is_refused_too_ends_the_reading(
    server: SalesforceServer, read: Read, can_renew: None
) -> None:
    server.fail(Fault("/describe", 401, b"<html>no JSON</html>", times=9))
    with pytest.raises(CrmRefused, match="session has ended"):
        read()
    assert len(server.paths("/oauth2/token")) == 1


def test_session_without_a_way_to_renew_it_is_told(server: SalesforceServer, read: Read) -> None:
    server.sessions = set()
    with pytest.raises(CrmRefused, match="session has ended, or it is not permitted") as raised:
        read()
    assert "docs/connectors.md" in raised.value.hint


def test_refresh_token_signs_in_at_the_login_address(
    server: SalesforceServer, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_opportunity(server)
    monkeypatch.delenv("SALESFORCE_INSTANCE_URL")
    monkeypatch.delenv("SALESFORCE_ACCESS_TOKEN")
    monkeypatch.setenv("SALESFORCE_LOGIN_URL", server.url)
    monkeypatch.setenv("SALESFORCE_CLIENT_ID", "client-test")
    monkeypatch.setenv("SALESFORCE_REFRESH_TOKEN", "refresh-test")
    assert len(read()) == 1
    [request] = [one for one in server.requests if one.path.endswith("/token")]
    assert request.form["grant_type"] == "refresh_token"


def test_refresh_token_that_is_renewed_each_time_is_followed(
    server: SalesforceServer, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_opportunity(server)
    server.rotates = True
    monkeypatch.delenv("SALESFORCE_ACCESS_TOKEN")
    monkeypatch.setenv("SALESFORCE_LOGIN_URL", server.url)
    monkeypatch.setenv("SALESFORCE_CLIENT_ID", "client-test")
    monkeypatch.setenv("SALESFORCE_REFRESH_TOKEN", "refresh-test")
    server.fail(Fault("/Contact/describe", 401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired"}]))
    assert len(read()) == 1
    assert len(server.paths("/oauth2/token")) == 2


def test_refused_sign_in_is_told_without_the_secret(
    server: SalesforceServer, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SALESFORCE_ACCESS_TOKEN")
    monkeypatch.setenv("SALESFORCE_CLIENT_ID", "client-test")
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", "wrong-secret")
    with pytest.raises(CrmRefused, match=r"does not sign in \(invalid_grant\)") as raised:
        read()
    chain = [raised.value, raised.value.__cause__, raised.value.__context__]
    assert all("wrong-secret" not in repr(one) for one in chain)


def test_used_up_calls_end_the_reading_at_once(server: SalesforceServer, read: Read, waits: list[float]) -> None:
    put_opportunity(server)
    server.fail(Fault("/query", 403, LIMIT))
    with pytest.raises(CrmRefused, match="REQUEST_LIMIT_EXCEEDED") as raised:
        read()
    assert "later" in raised.value.hint
    assert waits == []


def test_too_many_calls_at_once_pass(server: SalesforceServer, read: Read, waits: list[float]) -> None:
    put_opportunity(server)
    server.fail(Fault("/query", 403, CONCURRENT, times=2))
    assert len(read()) == 1
    assert len(waits) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_server_errors_pass(server: SalesforceServer, read: Read, waits: list[float], status: int) -> None:
    put_opportunity(server)
    server.fail(Fault("/query", status, b"<html>Bad gateway</html>", times=2))
    assert len(read()) == 1
    assert 0.75 <= waits[0] <= 1.0 <= waits[1] <= 2.0


def test_server_that_stays_broken_is_given_up(server: SalesforceServer, read: Read, waits: list[float]) -> None:
    server.fail(Fault("/query", 503, times=99))
    with pytest.raises(CrmUnavailable, match="HTTP 503"):
        read()
    assert len(server.paths("/query")) == 5
    assert len(waits) == 4


def test_busy_server_is_waited_for_as_long_as_it_says(server: SalesforceServer, read: Read, waits: list[float]) -> None:
    put_opportunity(server)
    server.fail(Fault("/query", 503, b"", {"Retry-After": "11"}))
    assert len(read()) == 1
    assert waits == [11.0]


def test_busy_sign_in_waits_as_long_as_it_says(
    server: SalesforceServer, read: Read, waits: list[float], can_renew: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_opportunity(server)
    monkeypatch.delenv("SALESFORCE_ACCESS_TOKEN")
    server.fail(Fault("/oauth2/token", 429, b"", {"Retry-After": "9"}))
    assert len(read()) == 1
    assert waits == [9.0]


def test_silence_and_a_broken_connection_are_asked_again(
    server: SalesforceServer, read: Read, waits: list[float]
) -> None:
    put_opportunity(server)
    server.fail(Fault("/Event/describe", kind="hang"), Fault("/query", kind="reset"))
    assert len(read(call_timeout_s=0.3)) == 1
    assert len(waits) == 2


def test_silence_has_an_end(server: SalesforceServer, read: Read) -> None:
    server.fail(Fault("/Event/describe", kind="hang"))
    with pytest.raises(CrmUnavailable, match="did not answer in time"):
        read(call_timeout_s=0.3, attempts=1)


def test_address_that_leads_elsewhere_is_refused(server: SalesforceServer, read: Read) -> None:
    server.fail(Fault("/describe", 302, b"", {"Location": "https://127.0.0.1:1/elsewhere"}))
    with pytest.raises(CrmRefused, match="leads elsewhere"):
        read()


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"[]", b'{"done": false}', b'{"records": 7}', b""])
def test_odd_answer_is_an_error_and_not_an_empty_list(server: SalesforceServer, read: Read, body: bytes) -> None:
    put_opportunity(server)
    server.fail(Fault("/query/", 200, body, times=9))
    with pytest.raises(CrmUnavailable, match="Salesforce"):
        read()


@pytest.mark.parametrize("body", [b"", b"<p>no</p>", b"[]", b"[7]", b'[{"errorCode": "<script>"}]', b'{"error": 1}'])
def test_malformed_error_is_an_error_in_words(server: SalesforceServer, read: Read, body: bytes) -> None:
    server.fail(Fault("/query", 400, body))
    with pytest.raises(CrmRefused, match=r"HTTP 400, no reason given"):
        read()


def test_field_without_permission_is_named_once_and_left_out(server: SalesforceServer, read: Read) -> None:
    for number in (1, 2):
        put_opportunity(server, number)
    server.hidden = {"Opportunity.NextStep", "User.TimeZoneSidKey"}
    problems: list[Problem] = []
    found = read(problems)
    assert len(found) == 2
    assert "Agree the pilot" not in texts(found[0])
    reason = "not visible to this user, so left out"
    assert problems == [
        Problem("Salesforce User", 0, "TimeZoneSidKey", reason),
        Problem("Salesforce Opportunity", 0, "NextStep", reason),
    ]


def test_object_without_permission_is_named_once_and_left_out(server: SalesforceServer, read: Read) -> None:
    one = put_opportunity(server)
    put_note(server, 1, "<p>Not for you.</p>", opportunity=one)
    server.hidden = {"ContentNote", "EmailMessage"}
    problems: list[Problem] = []
    [found] = read(problems)
    assert "Not for you" not in texts(found)
    assert sorted((one.file, one.column) for one in problems) == [
        ("Salesforce ContentNote", ""), ("Salesforce EmailMessage", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("hidden", ["Event", "Opportunity", "Event.WhatId"])
def test_nothing_is_read_without_events_and_opportunities(server: SalesforceServer, read: Read, hidden: str) -> None:
    put_opportunity(server)
    server.hidden = {hidden}
    with pytest.raises(CrmRefused, match=hidden.split(".")[0]):
        read()


def test_nothing_is_read_when_private_cannot_be_told(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server)
    server.hidden = {"Event.IsPrivate"}
    with pytest.raises(CrmRefused, match="IsPrivate"):
        read()


def test_classic_notes_are_left_out_when_private_cannot_be_told(server: SalesforceServer, read: Read) -> None:
    one = put_opportunity(server)
    server.put("Note", ParentId=one, Title="Visit", Body="Perhaps private.", CreatedDate="2026-11-12T10:00:00Z")
    server.hidden = {"Note.IsPrivate"}
    problems: list[Problem] = []
    [found] = read(problems)
    assert "Perhaps private" not in texts(found)
    assert [one.file for one in problems] == ["Salesforce Note"]


def test_private_events_notes_and_opportunities_are_left_out(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server, 1, IsPrivate=True)
    put_opportunity(server, 2, Subject="Private")
    put_opportunity(server, 3)
    server.objects["Opportunity"][-1]["IsPrivate"] = True
    one = put_opportunity(server, 4)
    server.put("Note", ParentId=one, Body="Private words.", IsPrivate=True)
    server.put("Event", Id=sf_id("00U", 98), WhatId=one, Subject="Doctor", Description="Private words.",
               StartDateTime="2026-10-01T09:00:00.000+0000", IsPrivate=True)  # fmt: skip
    put_note(server, 1, "<p>Private words.</p>", opportunity=one, SharingPrivacy="P")
    [found] = read()
    assert bare(found) == f"salesforce:{one}"
    assert "Private words" not in texts(found)


@pytest.mark.parametrize("mark", ["IsPrivate", "IsDeleted"])
def test_private_or_deleted_event_is_left_out_whatever_the_query_answers(
    server: SalesforceServer, read: Read, mark: str
) -> None:
    one = put_opportunity(server)
    event = {"Id": sf_id("00U", 1), "WhatId": one, "StartDateTime": "2026-12-03T09:00:00Z", mark: True}
    server.fail(Fault("/query/", 200, {"done": True, "records": [event]}))
    assert read() == []


def test_deleted_records_are_left_out(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server, 1, IsDeleted=True)
    put_opportunity(server, 2)
    server.objects["Opportunity"][-1]["IsDeleted"] = True
    one = put_opportunity(server, 3)
    put_note(server, 1, "<p>Deleted words.</p>", opportunity=one, IsDeleted=True)
    server.put("Task", WhatId=one, Subject="Deleted words", IsDeleted=True)
    server.objects["Contact"][-1]["IsDeleted"] = True
    [found] = read()
    assert bare(found) == f"salesforce:{one}"
    assert "Deleted words" not in texts(found)
    assert found.context.meeting.attendees == ()


@pytest.mark.parametrize("other", [{"WhatId": sf_id("500", 1)}, {"IsChild": True}, {"IsRecurrence": True}])
def test_events_of_other_records_invitees_copies_and_series_are_left_out(
    server: SalesforceServer, read: Read, other: dict[str, object]
) -> None:
    put_opportunity(server, **other)
    assert read() == []


def test_two_events_at_the_same_time_are_one_meeting(server: SalesforceServer, read: Read) -> None:
    one = put_opportunity(server)
    server.put("Event", **(server.objects["Event"][0] | {"Id": sf_id("00U", 77), "Subject": "Renewal, copy"}))
    [found] = read()
    assert found.id == f"salesforce:{one}@2026-12-03T10:00"
    assert "Meeting: Renewal" in [line.text for line in found.context.fields]


def test_object_that_is_refused_after_all_is_left_out(server: SalesforceServer, read: Read) -> None:
    one = put_opportunity(server)
    server.put("Task", WhatId=one, Subject="Send the price list")
    put_note(server, 1, "<p>They want 14 sites.</p>", opportunity=one)
    refused = [{"errorCode": "INSUFFICIENT_ACCESS_OR_READONLY", "message": ""}]
    server.fail(Fault("/ContentNote/069", 404, [{"errorCode": "NOT_FOUND", "message": ""}]))
    server.refuse["Task"] = refused
    problems: list[Problem] = []
    [found] = read(problems)
    assert "price list" not in texts(found)
    assert "14 sites" not in texts(found)
    assert [one.file for one in problems] == ["Salesforce Task", "Salesforce ContentNote"]


def test_object_whose_description_is_refused_is_left_out(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server)
    server.fail(Fault("/EmailMessage/describe", 403, [{"errorCode": "FUNCTIONALITY_NOT_ENABLED", "message": ""}]))
    problems: list[Problem] = []
    assert len(read(problems)) == 1
    assert [one.file for one in problems] == ["Salesforce EmailMessage"]


def test_window_counts_in_the_owners_time_zone(server: SalesforceServer, read: Read) -> None:
    server.put("User", Id=sf_id("005", 7), Name="Riya Shah", TimeZoneSidKey="Pacific/Auckland")
    put_opportunity(server, 1, start="2026-11-28T11:30:00.000+0000")  # 29 November, 00:30 there
    put_opportunity(server, 2, start="2026-12-06T11:30:00.000+0000")  # 7 December there
    [found] = read()
    assert (bare(found), found.context.meeting.date) == (f"salesforce:{opp_id(1)}", TODAY)


def test_event_of_a_whole_day_stays_on_its_day(server: SalesforceServer, read: Read) -> None:
    server.put("User", Id=sf_id("005", 7), Name="Riya Shah", TimeZoneSidKey="America/Los_Angeles")
    put_opportunity(server, start="2026-12-03T00:00:00.000+0000", IsAllDayEvent=True, DurationInMinutes=1440)
    [found] = read()
    assert (found.context.meeting.date, found.context.meeting.start) == (dt.date(2026, 12, 3), None)


def test_meetings_before_the_window_are_history_only_when_they_are_past(server: SalesforceServer, read: Read) -> None:
    one = put_opportunity(server, start="2026-12-05T09:00:00.000+0000")
    for number, start in ((91, "2026-12-02T09:00:00Z"), (92, "2026-11-25T09:00:00Z")):
        server.put("Event", Id=sf_id("00U", number), WhatId=one, Subject=f"Call {number}", StartDateTime=start,
                   IsPrivate=False)  # fmt: skip
    with SalesforceOrg(SalesforceLogin()) as org:
        window = {"since": dt.date(2026, 12, 4), "until": UNTIL, "today": TODAY}
        [found] = meetings(org, on_problem=print, **window)
    assert "Call 92" in texts(found)
    assert "Call 91" not in texts(found)


def test_event_without_a_time_is_listed_and_the_rest_read(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server, 1)
    put_opportunity(server, 2)
    rows = [dict(event) | {"StartDateTime": "soon"} if at == 0 else event
            for at, event in enumerate(server.objects["Event"])]  # fmt: skip
    server.fail(Fault("/query/", 200, {"done": True, "records": rows}))
    problems: list[Problem] = []
    assert [bare(one) for one in read(problems)] == [f"salesforce:{opp_id(2)}"]
    assert [(one.column, one.reason) for one in problems] == [
        ("StartDateTime", f"{sf_id('00U', 1)}: no time that can be read, so left out")
    ]


def test_several_meetings_of_one_opportunity_are_one_each(server: SalesforceServer, read: Read) -> None:
    one = put_opportunity(server)
    server.put("Event", Id=sf_id("00U", 77), WhatId=one, OwnerId=sf_id("005", 7), Subject="Terms", IsPrivate=False,
               StartDateTime="2026-12-04T13:30:00.000+0000")  # fmt: skip
    assert [found.id for found in read()] == [
        f"salesforce:{one}@2026-12-03T10:00", f"salesforce:{one}@2026-12-04T14:30",
    ]  # fmt: skip


def test_no_accounts_words_reach_another(server: SalesforceServer, read: Read) -> None:
    for number in range(1, 6):
        one = put_opportunity(server, number)
        put_note(server, number, f"<p>canary-{number} sings.</p>", opportunity=one)
        server.put("Task", WhatId=one, Subject=f"task-canary-{number}")
    for number, found in enumerate(read(), start=1):
        assert [other for other in range(1, 6) if f"canary-{other}" in texts(found)] == [number]


def test_many_opportunities_are_read_in_few_calls(server: SalesforceServer, read: Read) -> None:
    for number in range(1, 61):
        put_opportunity(server, number)
    assert len(read()) == 60
    assert len(server.requests) < 60
    assert max(len(query) for query in server.queries) < 4000


def test_plan_is_written_as_a_note_once(server: SalesforceServer, read: Read) -> None:
    one = put_opportunity(server)
    [found] = read()
    assert write_note(found, text="# Plan\n\nAsk Maria\nfor the date.") == "created"
    assert write_note(found, text="# Plan\n\nAsk Maria\nfor the date.") == "unchanged"
    assert write_note(found, text="# Plan\n\nAsk Maria for the site list.") == "updated"
    [note], [link] = server.objects["ContentNote"], server.objects["ContentDocumentLink"]
    assert "site list" in str(note["Content"])
    assert note["Title"] == f"Meeting plan [salesforce:{one}@2026-12-03T10:00]"
    assert (link["LinkedEntityId"], link["ContentDocumentId"]) == (one, note["Id"])
    assert (link["ShareType"], link["Visibility"]) == ("I", "InternalUsers")


def test_note_that_a_person_changed_is_left_alone(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server)
    [found] = read()
    write_note(found, text="Ask Maria.")
    [note] = server.objects["ContentNote"]
    note["Content"] = str(note["Content"]).replace("Ask Maria.", "Ask Tom first.")
    assert write_note(found, text="Ask somebody else.") == "left_alone"
    assert "Ask Tom first." in str(note["Content"])


def test_note_whose_answer_was_lost_is_not_written_twice(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server)
    [found] = read()
    server.fail(Fault("/sobjects/ContentNote", kind="done_but_silent"))
    assert write_note(found, text="Ask Maria.", patience=Patience(call_timeout_s=0.3)) == "unchanged"
    assert len(server.objects["ContentNote"]) == len(server.objects["ContentDocumentLink"]) == 1


def test_note_that_lacks_its_link_gets_it(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server)
    [found] = read()
    server.fail(Fault("/sobjects/ContentDocumentLink", 400, [{"errorCode": "UNKNOWN_EXCEPTION", "message": ""}]))
    with pytest.raises(CrmRefused):
        write_note(found, text="Ask Maria.")
    assert write_note(found, text="Ask Maria.") == "unchanged"
    assert len(server.objects["ContentNote"]) == len(server.objects["ContentDocumentLink"]) == 1


def test_coachs_own_note_is_not_read_as_news(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server)
    [found] = read()
    write_note(found, text="Ask Maria for the moon.")
    assert "for the moon" not in texts(read()[0])


def test_writing_without_permission_is_refused(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server)
    [found] = read()
    refused = [{"errorCode": "INSUFFICIENT_ACCESS_OR_READONLY", "message": "insufficient access rights on object id"}]
    server.fail(Fault("/sobjects/ContentNote", 403, refused))
    with pytest.raises(CrmForbids, match="INSUFFICIENT_ACCESS_OR_READONLY"):
        write_note(found, text="Ask Maria.")


def test_reading_writes_nothing(server: SalesforceServer, read: Read) -> None:
    put_opportunity(server)
    read()
    assert {one.method for one in server.requests} == {"GET"}


def test_session_shows_in_no_error_or_login(server: SalesforceServer, read: Read) -> None:
    assert SESSION not in repr(SalesforceLogin())
    server.fail(Fault("/describe", 400, [{"errorCode": "ODD", "message": f"bad session {SESSION}"}]))
    with pytest.raises(CrmRefused) as raised:
        read()
    assert SESSION not in str(raised.value) + raised.value.hint


def test_source_is_opened_by_its_name(server: SalesforceServer) -> None:
    one = put_opportunity(server)
    [found] = open_source("salesforce:", since=TODAY, until=UNTIL, on_problem=print, today=TODAY)
    assert bare(found) == f"salesforce:{one}"
    assert found.context.today == TODAY
    assert configured() == ("salesforce:",)


def test_doctor_hears_how_many_calls_are_left(server: SalesforceServer) -> None:
    assert examined("salesforce:") == "Salesforce: answers; 14,000 of the org's 15,000 API calls are left today"
    server.fail(Fault("/limits", 403, [{"errorCode": "API_DISABLED_FOR_ORG", "message": ""}]))
    assert examined("salesforce:") == "Salesforce: answers"
    server.sessions = set()
    with pytest.raises(CrmRefused):
        examined("salesforce:")


def test_sign_in_that_is_not_set_is_told() -> None:
    with pytest.raises(CrmRefused, match="Set SALESFORCE_INSTANCE_URL"):
        next(open_source("salesforce:", since=TODAY, until=UNTIL, on_problem=print))


def test_address_in_the_clear_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESFORCE_INSTANCE_URL", "http://northwind.my.salesforce.example")
    monkeypatch.setenv("SALESFORCE_ACCESS_TOKEN", SESSION)
    with pytest.raises(CrmRefused, match="https://"):
        next(open_source("salesforce:", since=TODAY, until=UNTIL, on_problem=print))
