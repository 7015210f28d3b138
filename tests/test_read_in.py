"""What is read from typed, pasted and dropped text, and the context that comes of it once it is corrected."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.documents import Document, Paragraph, cleaned
from coach.errors import InputError
from coach.schema import Person
from coach.ui.defaults import Preferences
from coach.ui.read_in import (
    FIELDS,
    SETTINGS,
    TOP,
    TYPED,
    Found,
    Material,
    context_from,
    left_out_proofs,
    meant,
    read_in,
)

TODAY = dt.date(2026, 11, 23)
EXAMPLE = (Path(__file__).parent.parent / "examples" / "renewal.md").read_text(encoding="utf-8")
NOBODY = Preferences()


def read(
    text: str, *, accounts: tuple[str, ...] = (), preferences: Preferences = NOBODY, **typed: str
) -> dict[str, Found]:
    return read_in(typed, Material(text), accounts=accounts, preferences=preferences, today=TODAY)


def test_front_matter_is_read_as_it_stands() -> None:
    found = read(EXAMPLE)
    assert found["account"] == Found("Brackwell Pathology", TOP)
    assert found["start"] == Found("14:00", TOP)
    assert found["attendees"].value.splitlines()[0] == "Hester Vane, Medical Director"


def test_what_was_typed_comes_before_the_notes() -> None:
    found = read(EXAMPLE, day="2026-12-01", who="Elsewhere Ltd: Kim West")
    assert found["date"] == Found("2026-12-01", TYPED)
    assert found["account"] == Found("Elsewhere Ltd", TYPED)
    assert found["attendees"] == Found("Kim West", TYPED)


def test_day_hour_place_and_length_are_read_from_the_line_about_the_meeting() -> None:
    found = read(
        "Budget due 30 November.\nMaria: see you on 3 December at 10:30 on Teams, 45 min.\nGo-live 9 December."
    )
    assert [found[name].value for name in ("date", "start", "place", "minutes")] == [
        "2026-12-03",
        "10:30",
        "Teams",
        "45",
    ]
    assert "see you on 3 December" in found["date"].source


def test_a_deadline_alone_is_no_meeting() -> None:
    assert read("Offer valid until 30 November 2026.")["date"].value == ""


@pytest.mark.parametrize(
    "deadline",
    ["wants 40 looms by 3 December", "needs it before Thursday 3 December", "braucht es bis zum 3. Dezember"],
)
def test_a_day_by_which_something_is_wanted_is_no_meeting(deadline: str) -> None:
    assert read(f"Call with Joss Penhale: {deadline}.")["date"].value == ""
    assert read(f"Call on 2 December with Joss Penhale, who {deadline}.")["date"].value == "2026-12-02"


def test_who_writes_by_mail_is_named_and_not_addressed() -> None:
    notes = "\n\n".join(
        f"From: {one}\nTo: riya.shah@fernhill.example\nDate: Mon, 23 Nov 2026\n\nWe want 41 scanners before the peak."
        for one in ("maria.lopez@northwind.example", "info@northwind.example")
    )
    people = read(notes, preferences=Preferences(rep="Riya Shah", company="Fernhill"))["attendees"].value
    assert "Maria Lopez" in people
    assert "maria.lopez@" not in people


def test_a_known_account_is_recognised_in_the_notes() -> None:
    assert (
        read("call with the people of northwind foods", accounts=("Northwind Foods",))["account"].value
        == "Northwind Foods"
    )


def test_customers_who_speak_in_the_notes_are_taken_for_attendees_with_their_titles() -> None:
    notes = EXAMPLE.split("---\n", 2)[2] + "\nHester Vane, Medical Director, will chair it."
    people = read(notes, preferences=Preferences(rep="Niamh Corrigan"))["attendees"].value.splitlines()
    assert "Hester Vane, Medical Director" in people
    assert not any("Niamh" in name for name in people)


def test_a_list_of_participants_tells_both_companies_and_whole_titles() -> None:
    found = read(
        "Sales Call Transcript\nDate: February 10, 2024\nParticipants:\n- Nicole (Corvane Account Executive)\n"
        "- Kevin Brown (VP Sales, Northwind)\n\nKevin: The price is higher than what we budgeted for.\n"
        "Nicole: Can I ask what you had budgeted?\nKevin: We were thinking of less."
    )
    assert found["account"].value == "Northwind"
    assert found["attendees"].value == "Kevin Brown, VP Sales"
    assert (found["company"].value, found["rep"].value) == ("Corvane", "Nicole")


def test_a_meeting_that_the_record_calls_upcoming_is_the_meeting_though_it_is_long_past() -> None:
    found = read(
        "Account: Northwind\nContact: Tom Reed\n[DONE] 2024-03-01 11:00:00 Call: he asked for a demo.\n"
        "[UPCOMING] 2024-04-08 09:00:00 Product Walkthrough: Scheduled demo for next week."
    )
    assert (found["date"].value, found["start"].value) == ("2024-04-08", "09:00")
    assert "UPCOMING" in found["date"].source


def test_the_contact_of_a_record_in_json_has_the_title_that_stands_there() -> None:
    found = read(
        '"customerName": "Northwind",\n"primaryContactName": "Patricia Lund",\n"id": "c1",\n"firstName": "Patricia",\n'
        '"lastName": "Lund",\n"title": "VP of Operations",\n"department": "Operations"'
    )
    assert found["attendees"].value == "Patricia Lund, VP of Operations"


def test_settings_fill_what_nothing_else_says() -> None:
    preferences = Preferences(company="Osmere", rep="Ada Quill")
    assert read("a note", preferences=preferences)["rep"] == Found("Ada Quill", SETTINGS)
    assert read("Rep: Kim West\n\na note", preferences=preferences)["rep"] == Found("Kim West", TOP)


@pytest.mark.parametrize(
    ("who", "account", "people"),
    [
        ("Northwind Foods", "Northwind Foods", ""),
        ("Northwind: Maria Lopez, Tom Reed", "Northwind", "Maria Lopez\nTom Reed"),
        ("Maria Lopez and Tom Reed at Northwind", "Northwind", "Maria Lopez\nTom Reed"),
        ("Northwind, Maria Lopez", "Northwind", "Maria Lopez"),
        ("", "", ""),
    ],
)
def test_whom_to_meet_is_split_into_company_and_people(who: str, account: str, people: str) -> None:
    assert meant(who) == (account, people)


def test_people_alone_are_people_when_the_notes_name_the_account() -> None:
    assert meant("Maria Lopez, Tom Reed", known="Northwind Foods") == ("", "Maria Lopez\nTom Reed")
    assert meant("northwind", known="Northwind Foods") == ("Northwind Foods", "")


def test_a_context_holds_the_corrected_fields_and_all_notes() -> None:
    material = Material(
        "Maria wants 41 scanners.", (Document("call.txt", (Paragraph("Tom agrees."),)),), "Agree the test"
    )
    fields = {
        "account": "Northwind & Sons *2*",
        "date": "2026-12-03",
        "minutes": "45",
        "attendees": "Maria Lopez (VP)\nTom",
    }
    context = context_from(fields, material, preferences=NOBODY, today=TODAY)
    assert context.account == "Northwind & Sons *2*"
    assert context.meeting.attendees == (Person(name="Maria Lopez", title="VP"), Person(name="Tom"))
    assert [line.text for line in context.notes] == [
        "Maria wants 41 scanners.", "What the meeting is for: Agree the test", "Tom agrees.",
    ]  # fmt: skip
    assert {line.source for line in context.notes} == {"", "what the meeting is for", "call.txt"}


def test_a_context_file_comes_back_as_it_was() -> None:
    material = Material(EXAMPLE)
    fields = {name: found.value for name, found in read(EXAMPLE).items()}
    context = context_from(fields, material, preferences=NOBODY, today=dt.date(2027, 1, 1))
    assert context.today == TODAY
    assert context.meeting.attendees[1] == Person(name="Piotr Walczak", title="Head of IT")
    assert left_out_proofs(material) == ("proof/osmere.md",)


def test_a_dropped_context_file_is_read_like_a_pasted_one() -> None:
    material = Material("", (Document("renewal.md", (Paragraph(EXAMPLE),)),))
    found = read_in({}, material, preferences=NOBODY, today=TODAY)
    assert found["account"].value == "Brackwell Pathology"
    context = context_from({name: one.value for name, one in found.items()}, material, preferences=NOBODY, today=TODAY)
    assert "account:" not in context.notes[0].text


def test_no_notes_at_all_is_said_in_a_line() -> None:
    with pytest.raises(InputError, match="no notes yet"):
        context_from({"account": "Northwind"}, Material(), preferences=NOBODY, today=TODAY)


@given(st.sampled_from(["account", "opportunity", "stage", "amount"]), st.text(max_size=80))
def test_any_words_in_a_field_arrive_as_they_are(name: str, words: str) -> None:
    context = context_from({name: words}, Material("a note"), preferences=NOBODY, today=TODAY)
    expected = " ".join(cleaned(words).split())
    assert getattr(context, name) == ("" if expected in {"~", "null", "Null", "NULL"} else expected)


@given(st.text(max_size=400), st.text(max_size=60))
def test_any_text_can_be_read(text: str, who: str) -> None:
    try:
        found = read_in({"who": who}, Material(text), preferences=NOBODY, today=TODAY)
    except InputError:
        return
    assert set(found) == set(FIELDS)


def test_the_contact_of_a_crm_record_is_proposed_as_who_comes() -> None:
    lead = "Account: Tarnbeck Mills\nContact: Joss Penhale <joss@…>\nStatus: New"
    assert read(lead)["attendees"] == Found("Joss Penhale", "the contact named on top of the notes")
    dump = '{\n "customerName": "Tarnbeck Mills",\n "primaryContactName": "Joss Penhale",\n "amount": 175000\n}'
    assert read(dump)["attendees"].value == "Joss Penhale"
    german = "Kunde: Tarnbeck\nAnsprechpartner: Joss Penhale, Werksleiter\nWert: 120.000 €"
    assert [read(german)[name].value for name in ("attendees", "amount")] == ["Joss Penhale, Werksleiter", "120.000 €"]


def test_a_table_of_fields_is_read_as_fields() -> None:
    table = "| Field | Value |\n|---|---|\n| **Company Name** | Tarnbeck Mills |\n| **Amount** | $45,000 |"
    assert [read(table)[name].value for name in ("account", "amount")] == ["Tarnbeck Mills", "$45,000"]


def test_the_amount_of_a_record_gets_the_currency_that_stands_beside_it() -> None:
    assert read('{\n "amount": 95000,\n "currency": "USD",\n "note": "renewal"\n}')["amount"].value == "95000 USD"
    assert read("Value: 120.000 €\nCurrency: EUR\n\na note")["amount"].value == "120.000 €"


def test_the_first_words_of_a_lead_say_what_its_contact_is() -> None:
    lead = "Account: Tarnbeck Mills\nContact: Joss Penhale\nLead notes: {}\n"
    assert read(lead.format("Head of Marketing. Needs a new press."))["attendees"].value == (
        "Joss Penhale, Head of Marketing"
    )
    assert read(lead.format("Needs a manager for the press."))["attendees"].value == "Joss Penhale"


def test_the_engineer_beside_the_account_executive_is_not_the_rep() -> None:
    both = "- Alan (Osmere Sales Engineer)\n- Lena Frost (Osmere Account Executive)\n- Joss Penhale (COO, Tarnbeck)"
    assert read(both)["rep"].value == "Lena Frost"
    assert read(both.replace("Account Executive", "Solutions Engineer"))["rep"].value == "Alan"


def test_an_item_with_an_aside_is_nobody_who_comes() -> None:
    notes = "Account: Tarnbeck\n- Limited loom features (Competitor One)\n- Slow onboarding (two months)"
    assert read(notes)["attendees"].value == ""


def test_a_far_day_without_its_year_is_no_coming_meeting() -> None:
    assert read("We will fly in on April 27th to meet with you.")["date"].value == ""
    assert read("We will meet on 27 April 2027.")["date"].value == "2027-04-27"
    assert read("Date: 2024-11-22\nTom: let us meet again on Dec 3.")["date"].value == ""


def test_the_notes_give_a_title_to_whom_the_rep_has_typed_and_say_so() -> None:
    found = read(
        "Saw Petra Lund, who runs operations, and James Thorne (Founder of a startup accelerator).",
        who="Corvane: Petra Lund, James Thorne",
    )
    assert found["attendees"] == Found(
        "Petra Lund, runs operations\nJames Thorne, Founder of a startup accelerator",
        "as you typed it; titles from the notes",
    )


def test_who_is_named_with_a_title_where_the_meeting_is_agreed_is_taken_to_come() -> None:
    notes = "Meet on 3 December at 10:00 with Petra Lund (Head of IT). Tom Reed knows nothing of it."
    assert read(notes)["attendees"].value == "Petra Lund, Head of IT"
    assert read("Meet on 3 December at 10:00. Petra Lund sends her regards.")["attendees"].value == ""


def test_one_line_about_a_meeting_is_enough() -> None:
    found = read("Lisa Tran at Kestrel Foods wants to see pricing, budget 40k, meet Thursday 10am")
    assert [found[name].value for name in ("account", "attendees", "date", "start")] == [
        "Kestrel Foods", "Lisa Tran", "2026-11-26", "10:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("See you Monday at 9:00.", "2026-11-30"),
        ("Call on Tuesday 3pm next week", "2026-12-01"),
        ("Demo tomorrow at 10:00", "2026-11-24"),
        ("Treffen am Freitag um 9:30", "2026-11-27"),
        ("Offer due by Thursday, call them", ""),
        ("2019-03-04 Call with Ann. See you Thursday.", ""),
    ],
)
def test_a_weekday_is_the_next_one_after_the_day_of_its_note(said: str, day: str) -> None:
    assert read(said)["date"].value == day


@pytest.mark.parametrize(
    "said", ["Lisa Tran wants the meeting at Heathrow.", "We met at Kestrel House.", "Anna Maria von Berg asks."]
)
def test_a_place_is_no_account(said: str) -> None:
    assert read(said)["account"].value == ""


def test_what_somebody_is_may_stand_before_the_company() -> None:
    found = read("Spoke to Lisa Tran, COO at Kestrel Foods, about prices.")
    assert (found["account"].value, found["attendees"].value) == ("Kestrel Foods", "Lisa Tran, COO")


NEXT = (
    "Call with Nell Fry of Ostwick Electric on Thu 3 Dec: he named two clauses. Next meeting Tue 8 Dec 2026, 14:00,"
    " one hour, at their office in Ostwick."
)


def test_the_meeting_to_come_is_the_one_that_is_called_next() -> None:
    found = read(NEXT)
    assert [found[name].value for name in ("date", "start", "minutes", "place")] == [
        "2026-12-08",
        "14:00",
        "60",
        "their office in Ostwick",
    ]
    assert read("Call on Thu 3 Dec.\nWe meet again on 8 December at 2pm.")["date"].value == "2026-12-08"


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("half an hour", "30"), ("an hour", "60"), ("eine halbe Stunde", "30"), ("deux heures", "120"), ("40 min", "40")],
)
def test_a_length_may_be_said_in_hours(said: str, minutes: str) -> None:
    assert read(f"Meeting on 3 December at 10:30, {said}.")["minutes"].value == minutes


def test_who_is_named_with_what_they_do_is_proposed_where_nobody_speaks() -> None:
    found = read("Met Jo Reyes (purchasing manager) on 20 November.\nWe meet again on 8 December at 2pm.")
    assert found["attendees"].value == "Jo Reyes, purchasing manager"
    assert "named in the notes" in found["attendees"].source


def test_the_amount_is_read_where_a_deal_is_priced() -> None:
    assert read("Deal: 40,000 EUR a year.")["amount"].value == "40,000 EUR"
    assert read("They'd sign at $180K annually, 12-month term.")["amount"].value == "$180K"
    wished = read("Joss: more like $50-60K annually. Your quote came in at $110K.")["amount"]
    assert wished.value == "$110K"
    assert read("They lost 40,000 EUR in spoilt goods.")["amount"].value == ""
    assert read("A deal for 40,000 parts.")["amount"].value == ""


def test_an_address_is_nobodys_name() -> None:
    mails = (
        "From: nfry@ostwick.example\nTo: kim@ours.example\nDate: Fri, 20 Nov 2026 19:00\nSubject: terms\n\nFine by me."
    )
    assert "@" not in read(mails)["attendees"].value


@pytest.mark.parametrize(
    "said",
    [
        "Ruth Lane, our head of delivery, comes too.",
        "Ruth Lane (our head of delivery) comes too.",
        "Ruth Lane is our support lead.",
        "Our solutions lead Ruth Lane joins by phone.",
        "My manager Ruth Lane wants it closed.",
        "Ruth Lane (Head of delivery, Loomco) joins.",
        "Ruth Lane, head of delivery at Loomco, joins.",
        "Ruth Lane (our support lead): “The fix is in 4.2 and ships on Friday.”",
    ],
)
def test_a_colleague_in_our_own_lines_is_nobody_who_comes_from_the_customer(said: str) -> None:
    ours = Preferences(company="Loomco")
    for text in (f"{said}\nMeeting Thu 3 Dec with Ada Gray, COO.", f"Meeting Thu 3 Dec with Ada Gray, COO. {said}"):
        found = read_in({}, Material(text), preferences=ours, today=TODAY)
        assert (found["attendees"].value, found["account"].value) == ("Ada Gray, COO", "")


@pytest.mark.parametrize(
    "said",
    [
        "Hi Sam, our head of delivery Ruth Lane can meet you on Thu 3 Dec.",
        "Our contact Ruth Lane, head of delivery, meets us on Thu 3 Dec.",
        "Meeting Thu 3 Dec with Ruth Lane, head of delivery, their manager.",
    ],
)
def test_who_is_not_plainly_ours_is_proposed_as_who_comes(said: str) -> None:
    found = read_in({}, Material(said), preferences=Preferences(company="Loomco"), today=TODAY)
    assert found["attendees"].value.startswith("Ruth Lane, head of delivery")
