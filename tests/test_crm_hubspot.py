"""HubSpot read live, against a server that behaves as its documented API does."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coach.crm.connect import configured, examined, is_source, open_source, write_note
from coach.crm.hubspot import meetings
from coach.crm.hubspot_client import HubSpot
from coach.crm.logins import HubSpotLogin
from coach.crm.opportunity import Opportunity, Problem
from coach.crm.patience import CrmForbids, CrmRefused, CrmUnavailable, Patience, seconds_of
from coach.crm.written_back import plan_text
from coach.doctor import Examined, examine
from coach.errors import InputError
from coach.schema import Block, MeetingPlan, NoteLine, Seller
from coach.web import web_text
from tests.support.crm_servers import Fault
from tests.support.hubspot_server import HUBSPOT_TOKEN, HubSpotServer

TODAY = dt.date(2026, 11, 29)
UNTIL = dt.date(2026, 12, 6)

Read = Callable[..., list[Opportunity]]


@pytest.fixture(autouse=True)
def no_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("HUBSPOT_", "SALESFORCE_")):
            monkeypatch.delenv(name)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubSpotServer]:
    with HubSpotServer() as running:
        monkeypatch.setenv("HUBSPOT_API_URL", running.url)
        monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", HUBSPOT_TOKEN)
        yield running


@pytest.fixture
def waits() -> list[float]:
    """Seconds that were waited; nobody waits in a test."""
    return []


@pytest.fixture
def read(server: HubSpotServer, waits: list[float]) -> Read:
    def reading(problems: list[Problem] | None = None, **patience: float) -> list[Opportunity]:
        found: list[Problem] = [] if problems is None else problems
        with HubSpot(HubSpotLogin(), patience=Patience(sleep=waits.append, **patience)) as hub:  # type: ignore[arg-type]
            return list(meetings(hub, since=TODAY, until=UNTIL, on_problem=found.append, today=TODAY))

    return reading


def put_deal(server: HubSpotServer, number: int = 1, *, start: str = "2026-12-03T09:00:00Z", **meeting: str) -> None:
    """A deal with a meeting of 45 minutes, a company and a contact who comes."""
    end = (dt.datetime.fromisoformat(start) + dt.timedelta(minutes=45)).isoformat()
    deal = server.put(
        "deals", str(number), dealname=f"Dock scanners {number}", dealstage="s1", amount="120000", hubspot_owner_id="7"
    )
    times = {"hs_meeting_start_time": start, "hs_meeting_end_time": end}
    server.put("meetings", str(1000 + number), **{"hs_meeting_title": "Renewal"} | times | meeting)
    server.put("contacts", str(2000 + number), firstname="Maria", lastname="Lopez", jobtitle="VP Operations")
    server.put("companies", str(3000 + number), name=f"Northwind Foods {number}")
    server.link("meetings", str(1000 + number), "deals", deal)
    server.link("meetings", str(1000 + number), "contacts", str(2000 + number))
    server.link("deals", deal, "contacts", str(2000 + number))
    server.link("deals", deal, "companies", str(3000 + number))


def put_note(server: HubSpotServer, one: str, body: str, *, deal: str = "1", day: str = "2026-11-12") -> None:
    server.put("notes", one, hs_note_body=body, hs_timestamp=f"{day}T10:00:00Z")
    server.link("deals", deal, "notes", one)


def bare(opportunity: Opportunity) -> str:
    """Its id without the meeting."""
    return opportunity.id.partition("@")[0]


def texts(opportunity: Opportunity) -> str:
    return "\n".join(line.text for line in opportunity.context.lines.values())


def test_deal_with_a_meeting_becomes_a_context(server: HubSpotServer, read: Read) -> None:
    server.owners = [{"id": "7", "firstName": "Riya", "lastName": "Shah"}]
    put_deal(server, hs_meeting_location="Teams", hs_meeting_body="<p>Agenda: the pilot</p>")
    put_note(server, "51", "<p>They want 14 sites.</p><p>Budget is open.</p>")
    [found] = read()
    context = found.context
    assert (found.id, found.system, found.owner, found.stage) == (
        "hubspot:1@2026-12-03T10:00", "hubspot", "Riya Shah", "Negotiation",
    )  # fmt: skip
    assert (found.amount, found.currency, context.amount) == (120000.0, "EUR", "120000 EUR")
    assert (context.account, context.opportunity) == ("Northwind Foods 1", "Dock scanners 1")
    assert (context.meeting.date, context.meeting.start) == (dt.date(2026, 12, 3), dt.time(10))
    assert (context.meeting.minutes, context.meeting.place) == (45, "Teams")
    assert [(one.name, one.title) for one in context.meeting.attendees] == [("Maria Lopez", "VP Operations")]
    assert [line.text for line in context.notes] == [
        "2026-11-12 Note: They want 14 sites.", "Budget is open.",
        "2026-12-03 Invitation: Renewal. Agenda: the pilot",
    ]  # fmt: skip
    assert "Attendee: Maria Lopez, VP Operations" in [line.text for line in context.fields]


def test_mails_tasks_calls_and_past_meetings_are_history(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    server.owners = [{"id": "7", "firstName": "Riya", "lastName": "Shah"}]
    mail = {"hs_email_from_email": "maria@northwind.example", "hs_email_from_firstname": "Maria"}
    server.put(
        "emails", "61", **mail, hs_email_from_lastname="Lopez", hs_email_subject="Scanners", hs_email_status="SENT",
        hs_email_text="The scanners fail in the cold store every week.", hs_timestamp="2026-11-20T08:00:00Z",
    )  # fmt: skip
    server.put("emails", "62", hs_email_text="Never sent.", hs_email_status="SCHEDULED", hs_timestamp="")
    server.put("tasks", "71", hs_task_subject="Send the price list", hs_task_status="NOT_STARTED",
               hs_timestamp="2026-12-01T12:00:00Z")  # fmt: skip
    server.put(
        "calls",
        "81",
        hs_call_title="Intro",
        hs_call_body="<p>Budget is open.</p>",
        hs_timestamp="1794481200000",
        hubspot_owner_id="7",
    )
    server.put("meetings", "99", hs_meeting_title="Kick-off", hs_internal_meeting_notes="They liked it.",
               hs_meeting_start_time="2026-10-01T09:00:00Z")  # fmt: skip
    for kind, one in (("emails", "61"), ("emails", "62"), ("tasks", "71"), ("calls", "81"), ("meetings", "99")):
        server.link("deals", "1", kind, one)
    [found] = read()
    said = {line.text: line for line in found.context.notes}
    assert "2026-10-01 Meeting: Kick-off. They liked it." in said
    assert "2026-11-12 Call, Riya Shah: Intro. Budget is open." in said
    assert "2026-12-01 Task (open, due 2026-12-01): Send the price list" in said
    mail_line = said["The scanners fail in the cold store every week."]
    assert (mail_line.voice, mail_line.speaker) == ("customer", "Maria Lopez")
    assert "Never sent" not in texts(found)


def test_search_lists_and_associations_are_paged(server: HubSpotServer, read: Read) -> None:
    for number in range(1, 8):
        put_deal(server, number)
    server.page, server.link_page = 3, 2
    server.owners = [{"id": str(one), "firstName": "Rep", "lastName": str(one)} for one in range(3, 8)]
    for one in range(51, 56):
        put_note(server, str(one), f"Fact number {one}.")
    found = read()
    assert [bare(one) for one in found] == [f"hubspot:{number}" for number in range(1, 8)]
    assert [sum(f"Fact number {one}" in line.text for line in found[0].context.notes) for one in range(51, 56)] == [
        1
    ] * 5
    assert found[0].owner == "Rep 7"
    assert len(server.paths("meetings/search")) == 3
    assert len(server.paths("associations/2026-03/deals/notes")) == 3


def test_more_meetings_than_a_search_reaches_are_all_found_once(
    server: HubSpotServer, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.crm.hubspot_client.SEARCH_REACHES", 4)
    server.page, server.search_reaches = 2, 4
    for number in range(1, 12):
        put_deal(server, number, start=f"2026-12-03T{6 + number:02d}:00:00Z")
    assert [bare(one) for one in read()] == [f"hubspot:{number}" for number in range(1, 12)]


def test_rate_limit_is_waited_for_as_long_as_it_says(server: HubSpotServer, read: Read, waits: list[float]) -> None:
    put_deal(server)
    server.fail(Fault("meetings/search", 429, {"policyName": "SECONDLY"}, {"Retry-After": "7"}, times=2))
    assert len(read()) == 1
    assert waits == [7.0, 7.0]


def test_rolling_limit_without_retry_after_is_waited_out(server: HubSpotServer, read: Read, waits: list[float]) -> None:
    put_deal(server)
    server.fail(Fault("/batch/read", 429, {"policyName": "TEN_SECONDLY_ROLLING"}))
    assert len(read()) == 1
    assert waits == [10.0]


def test_daily_limit_ends_the_reading_at_once(server: HubSpotServer, read: Read, waits: list[float]) -> None:
    server.fail(Fault("meetings/search", 429, {"policyName": "DAILY"}))
    with pytest.raises(CrmRefused, match="calls of today are used up") as raised:
        read()
    assert "midnight" in raised.value.hint
    assert waits == []


def test_limit_that_asks_for_hours_is_told_not_waited_for(
    server: HubSpotServer, read: Read, waits: list[float]
) -> None:
    server.fail(Fault("meetings/search", 429, {}, {"Retry-After": "7200"}))
    with pytest.raises(CrmUnavailable, match="too many calls") as raised:
        read()
    assert raised.value.retry_after_s == 7200
    assert waits == []


@pytest.mark.parametrize("status", [500, 502, 503, 504, 423, 477])
def test_server_errors_pass(server: HubSpotServer, read: Read, waits: list[float], status: int) -> None:
    put_deal(server)
    server.fail(Fault("meetings/search", status, b"<html>Bad gateway</html>", times=2))
    assert len(read()) == 1
    assert 0.75 <= waits[0] <= 1.0
    assert 1.5 <= waits[1] <= 2.0


def test_server_that_stays_broken_is_given_up(server: HubSpotServer, read: Read, waits: list[float]) -> None:
    server.fail(Fault("meetings/search", 503, times=99))
    with pytest.raises(CrmUnavailable, match="HTTP 503"):
        read()
    assert len(server.paths("meetings/search")) == 5
    assert len(waits) == 4


def test_silence_and_a_broken_connection_are_asked_again(server: HubSpotServer, read: Read, waits: list[float]) -> None:
    put_deal(server)
    server.fail(Fault("meetings/search", kind="hang"), Fault("deals/batch/read", kind="reset"))
    assert len(read(call_timeout_s=0.2)) == 1
    assert len(waits) == 2


def test_silence_has_an_end(server: HubSpotServer, read: Read) -> None:
    server.fail(Fault("/account-info", kind="hang"))
    with pytest.raises(CrmUnavailable, match=r"did not answer within 0\.2 s"):
        read(call_timeout_s=0.2, attempts=1)


def test_address_that_is_not_hubspot_is_told(server: HubSpotServer, read: Read) -> None:
    server.fail(Fault("/account-info", 200, b"<html>Sign in</html>", times=9))
    with pytest.raises(CrmUnavailable, match="not HubSpot, perhaps a login page"):
        read()


@pytest.mark.parametrize("body", [b"{}", b'{"total": 0}', b'{"results": 7}', b"[]"])
def test_odd_answer_is_an_error_and_not_an_empty_list(server: HubSpotServer, read: Read, body: bytes) -> None:
    put_deal(server)
    server.fail(Fault("meetings/search", 200, body, times=9))
    with pytest.raises(CrmUnavailable, match="HubSpot"):
        read()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"errors": 7}', b'{"errors": [{"context": []}], "category": {}}'])
def test_malformed_error_is_an_error_in_words(server: HubSpotServer, read: Read, body: bytes) -> None:
    server.fail(Fault("meetings/search", 400, body))
    with pytest.raises(CrmRefused, match=r"HubSpot refuses /crm/objects/2026-03/meetings/search \(HTTP 400"):
        read()


def test_ended_token_is_renewed_once_and_the_call_repeated(
    server: HubSpotServer, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_deal(server)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "has-ended")
    monkeypatch.setenv("HUBSPOT_CLIENT_ID", "client-test")
    monkeypatch.setenv("HUBSPOT_CLIENT_SECRET", "secret-test")
    monkeypatch.setenv("HUBSPOT_REFRESH_TOKEN", "refresh-test")
    assert len(read()) == 1
    assert len(server.paths("/oauth/2026-03/token")) == 1


def test_new_token_that_is_refused_too_ends_the_reading(
    server: HubSpotServer, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"):
        monkeypatch.setenv(f"HUBSPOT_{name}", {"CLIENT_SECRET": "secret-test"}.get(name, "refresh-test"))
    server.fail(Fault("/account-info", 401, {"category": "EXPIRED_AUTHENTICATION"}, times=9))
    with pytest.raises(CrmRefused, match="does not accept the access token"):
        read()
    assert len(server.paths("/oauth/2026-03/token")) == 1


def test_token_without_a_way_to_renew_it_is_told(server: HubSpotServer, read: Read) -> None:
    server.tokens = set()
    with pytest.raises(CrmRefused, match="ended or was revoked") as raised:
        read()
    assert "docs/connectors.md" in raised.value.hint


def test_refused_refresh_token_is_told(server: HubSpotServer, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUBSPOT_ACCESS_TOKEN")
    monkeypatch.setenv("HUBSPOT_CLIENT_ID", "client-test")
    monkeypatch.setenv("HUBSPOT_CLIENT_SECRET", "secret-test")
    monkeypatch.setenv("HUBSPOT_REFRESH_TOKEN", "revoked-long-ago")
    with pytest.raises(CrmRefused, match="refresh token") as raised:
        read()
    assert "revoked-long-ago" not in str(raised.value)


def test_property_without_permission_is_named_once_and_left_out(server: HubSpotServer, read: Read) -> None:
    for number in (1, 2):
        put_deal(server, number)
    server.records["deals"]["1"]["hs_next_step"] = "secret step"
    server.hidden = {("deals", "hs_next_step")}
    problems: list[Problem] = []
    found = read(problems)
    assert len(found) == 2
    assert "secret step" not in texts(found[0])
    assert problems == [Problem("HubSpot deals", 0, "hs_next_step", "not visible to this token, so left out")]


def test_kind_without_its_scope_is_named_once_and_left_out(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    server.put("emails", "61", hs_email_text="Not for you.")
    server.link("deals", "1", "emails", "61")
    server.scopes -= {"sales-email-read", "crm.objects.owners.read"}
    problems: list[Problem] = []
    [found] = read(problems)
    assert "Not for you" not in texts(found)
    assert [(one.file, one.column) for one in problems] == [("HubSpot owners", ""), ("HubSpot emails", "")]
    assert "the token lacks sales-email-read" in problems[1].reason


def test_deals_without_their_scope_end_the_reading(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    server.scopes.remove("crm.objects.deals.read")
    with pytest.raises(CrmForbids, match=r"the token lacks crm\.objects\.deals\.read"):
        read()


def test_archived_records_are_left_out(server: HubSpotServer, read: Read) -> None:
    for number in (1, 2, 3):
        put_deal(server, number)
    put_note(server, "51", "Archived words.", deal="3")
    server.archived = {("meetings", "1001"), ("deals", "2"), ("notes", "51"), ("contacts", "2003")}
    [found] = read()
    assert bare(found) == "hubspot:3"
    assert "Archived words" not in texts(found)
    assert found.context.meeting.attendees == ()


@pytest.mark.parametrize("title", ["Private", "private appointment", "Busy", "Privat", "[Private]"])
def test_private_meetings_are_left_out(server: HubSpotServer, read: Read, title: str) -> None:
    put_deal(server, hs_meeting_title=title)
    assert read() == []


def test_meeting_about_something_private_is_kept(server: HubSpotServer, read: Read) -> None:
    put_deal(server, hs_meeting_title="Private cloud migration")
    assert len(read()) == 1


def test_meetings_called_off_or_without_a_deal_are_left_out(server: HubSpotServer, read: Read) -> None:
    put_deal(server, hs_meeting_outcome="CANCELED")
    server.put("meetings", "7", hs_meeting_title="Team lunch", hs_meeting_start_time="2026-12-03T11:00:00Z")
    assert read() == []


def test_window_counts_in_the_accounts_time_zone(server: HubSpotServer, read: Read) -> None:
    server.zone = "Pacific/Auckland"
    put_deal(server, 1, start="2026-11-28T11:30:00Z")  # 29 November, 00:30 there
    put_deal(server, 2, start="2026-12-06T11:30:00Z")  # 7 December there
    [found] = read()
    assert (bare(found), found.context.meeting.date) == ("hubspot:1", TODAY)


def test_several_meetings_of_one_deal_are_one_opportunity_each(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    server.put("meetings", "1500", hs_meeting_title="Terms", hs_meeting_start_time="2026-12-04T13:30:00Z")
    server.link("meetings", "1500", "deals", "1")
    assert [one.id for one in read()] == ["hubspot:1@2026-12-03T10:00", "hubspot:1@2026-12-04T14:30"]


def test_no_accounts_words_reach_another(server: HubSpotServer, read: Read) -> None:
    for number in range(1, 6):
        put_deal(server, number)
        put_note(server, str(50 + number), f"canary-{number} sings.", deal=str(number))
    for number, found in enumerate(read(), start=1):
        heard = [other for other in range(1, 6) if f"canary-{other}" in texts(found)]
        assert heard == [number]


def test_plan_is_written_as_a_note_once(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    [found] = read()
    assert write_note(found, text="# Plan\n\nAsk Maria for the date.") == "created"
    assert write_note(found, text="# Plan\n\nAsk Maria for the date.") == "unchanged"
    assert write_note(found, text="# Plan\n\nAsk Maria for the site list.") == "updated"
    [note] = server.records["notes"].values()
    assert "site list" in str(note["hs_note_body"])
    assert "[meeting-coach hubspot:1@2026-12-03T10:00 " in str(note["hs_note_body"])


def test_note_that_a_person_changed_is_left_alone(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    [found] = read()
    write_note(found, text="Ask Maria.")
    [note] = server.records["notes"].values()
    note["hs_note_body"] = str(note["hs_note_body"]).replace("Ask Maria.", "Ask Tom first.")
    assert write_note(found, text="Ask somebody else.") == "left_alone"
    assert "Ask Tom first." in str(note["hs_note_body"])


def test_note_whose_answer_was_lost_is_not_written_twice(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    [found] = read()
    server.fail(Fault("/crm/objects/2026-03/notes", kind="done_but_silent"))
    assert write_note(found, text="Ask Maria.", patience=Patience(call_timeout_s=0.2)) == "unchanged"
    assert len(server.records["notes"]) == 1


def test_coachs_own_note_is_not_read_as_news(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    [found] = read()
    write_note(found, text="Ask Maria for the moon.")
    assert "for the moon" not in texts(read()[0])


def test_text_of_a_plan_is_written_as_text(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    [found] = read()
    write_note(found, text='<script>alert(1)</script> <a href="https://evil.example">click</a>')
    [note] = server.records["notes"].values()
    assert "<script" not in str(note["hs_note_body"])
    assert "<a " not in str(note["hs_note_body"])


def test_page_is_written_in_words(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    [found] = read()
    page = (("heading", "## Opening"), ("item", "- **Maria**: ask for the date"))
    blocks = tuple(Block(id=f"B{at}", kind=kind, text=text) for at, (kind, text) in enumerate(page))  # type: ignore[arg-type]
    write_note(found, text=plan_text(MeetingPlan(title="Northwind, 3 Dec", blocks=blocks)))
    [note] = server.records["notes"].values()
    assert web_text(str(note["hs_note_body"])).startswith(
        "Northwind, 3 Dec\n\nOpening\n\nMaria: ask for the date\n\n[meeting-coach "
    )


def test_very_long_page_is_cut_to_what_a_note_holds(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    [found] = read()
    long = "\n\n".join(f"Fact {number} & more" for number in range(9000))
    assert [write_note(found, text=long) for _ in range(2)] == ["created", "unchanged"]
    [note] = server.records["notes"].values()
    assert len(str(note["hs_note_body"])) < 65_536


def test_writing_without_the_scope_is_refused(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    [found] = read()
    server.scopes.remove("crm.objects.contacts.write")
    with pytest.raises(CrmForbids, match=r"the token lacks crm\.objects\.contacts\.write"):
        write_note(found, text="Ask Maria.")


def test_reading_writes_nothing(server: HubSpotServer, read: Read) -> None:
    put_deal(server)
    read()
    assert all(one.method == "GET" or one.path.endswith(("/search", "/batch/read")) for one in server.requests)


def test_token_shows_in_no_error_or_login(server: HubSpotServer, read: Read) -> None:
    assert HUBSPOT_TOKEN not in repr(HubSpotLogin())
    server.fail(Fault("/account-info", 400, {"category": "X", "message": f"bad token {HUBSPOT_TOKEN}"}))
    with pytest.raises(CrmRefused) as raised:
        read()
    chain = [raised.value, raised.value.__cause__, raised.value.__context__]
    assert all(HUBSPOT_TOKEN not in repr(one) for one in chain)


def test_source_is_opened_by_its_name_with_the_seller(server: HubSpotServer) -> None:
    put_deal(server)
    seller = Seller(company="Fernhill Systems", offer="Scanners for cold stores")
    proofs = (NoteLine(label="P1", text="Used in 40 sites."),)
    [found] = open_source(
        "HubSpot:", since=TODAY, until=UNTIL, on_problem=print, today=TODAY, seller=seller, proofs=proofs
    )
    assert found.context.seller == seller
    assert found.context.proofs == proofs
    assert is_source("hubspot:")
    assert configured() == ("hubspot:",)


def test_doctor_hears_whether_it_answers(server: HubSpotServer) -> None:
    assert examined("hubspot:") == "HubSpot: answers"
    server.tokens = set()
    with pytest.raises(CrmRefused):
        examined("hubspot:")


def test_guide_names_every_scope(server: HubSpotServer) -> None:
    guide = (Path(__file__).parents[1] / "docs" / "connectors.md").read_text(encoding="utf-8")
    assert all(f"`{scope}`" in guide for scope in server.scopes)


async def test_doctor_lists_the_crm_that_is_configured(server: HubSpotServer) -> None:
    assert [one for one in await examine() if "HubSpot" in one.what] == [Examined("HubSpot: answers")]
    server.tokens = set()
    [found] = [one for one in await examine() if "HubSpot" in one.what]
    assert (found.is_fine, found.exit_code) == (False, 2)
    assert "docs/connectors.md" in found.hint


def test_sign_in_that_is_not_set_is_told() -> None:
    assert configured() == ()
    with pytest.raises(CrmRefused, match="Set HUBSPOT_ACCESS_TOKEN"):
        next(open_source("hubspot:", since=TODAY, until=UNTIL, on_problem=print))


def test_address_in_the_clear_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", HUBSPOT_TOKEN)
    monkeypatch.setenv("HUBSPOT_API_URL", "http://api.hubapi.example")
    with pytest.raises(CrmRefused, match="https://"):
        next(open_source("hubspot:", since=TODAY, until=UNTIL, on_problem=print))


def test_unknown_source_is_told() -> None:
    with pytest.raises(InputError, match="no live CRM"):
        next(open_source("siebel:", since=TODAY, until=UNTIL, on_problem=print))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0), (" 0 ", 0.0), ("Sun, 29 Nov 2026 10:00:30 GMT", 30.0), ("Sun, 29 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", None), ("-5", None), ("", None), (None, None), ("٣", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert seconds_of(header, now=dt.datetime(2026, 11, 29, 10, tzinfo=dt.UTC)) == seconds
