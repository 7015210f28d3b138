"""The customer agenda and the calendar file: what of a page becomes a line the customer may read."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from docx import Document
from icalendar import Calendar, Event, Timezone
from pypdf import PdfReader

from coach.errors import InputError
from coach.export.calendar import to_ics, zone_named
from coach.export.customer_agenda import CustomerAgenda, customer_agenda, to_docx, to_markdown, to_pdf
from coach.schema import AccountContext, Block, Kind, MeetingPlan, NoteLine
from tests.support.leaky import page_of
from tests.support.moment import NOW
from tests.support.plans import example

CONTEXT = example("renewal")


def _plan(*blocks: tuple[str, str], language: str = "en") -> MeetingPlan:
    kinds: dict[str, Kind] = {"-": "item", ">": "quote", "|": "table", "#": "heading"}
    made = (
        Block(id=f"B{n}", kind=kinds.get(text[0], "text"), text=text, part=part)
        for n, (text, part) in enumerate(blocks, 1)
    )
    return MeetingPlan(title="Hold Gwen until the board", blocks=tuple(made), language=language)


WOVEN = _plan(
    (
        '**14:00, all.** "I\'d like to settle what the board can read. I hope we agree what the board can read."',
        "opening",
    ),
    ("**14:05, Hester.** Share the wording. “Which sentence would the board not accept?”", "agenda"),
    ("> On 14 October results were late.", "bring"),
    ("**14:14, Piotr.** “The report was due.” Say what support found.", "agenda"),
    ("**14:22, what the board can read.** Stay silent afterwards.", "agenda"),
    ("**14:30, price.** “The price is £192,000.”", "agenda"),
    ("**14:40, the ask.** “You sign by Tuesday.”", "best"),
    ("- **14:50 Gwen gives notice:** stop selling.", "answers"),
)


def _lines(agenda: CustomerAgenda) -> list[tuple[str, int | None, str]]:
    return [(item.hours.text, item.minutes, item.topic.text) for item in agenda.items]


def test_an_agenda_woven_into_the_room_becomes_times_and_topics() -> None:
    assert _lines(customer_agenda(WOVEN, CONTEXT)) == [
        ("14:00–14:05", 5, "Welcome, and what you would like to settle"),
        ("14:05–14:14", 9, "A sheet that we go through together"),
        ("14:14–14:22", 8, "Points and questions of Piotr Walczak"),
        ("14:22–14:30", 8, "What the board can read"),
        ("14:30–14:40", 10, "Price and terms"),
        ("14:40–14:45", 5, "Next steps: who does what, and by when"),
    ]


def test_purpose_and_aims_come_from_what_the_opening_says_to_them() -> None:
    agenda = customer_agenda(WOVEN, CONTEXT)
    assert agenda.purpose.text == "Settle what the board can read."
    assert agenda.together[0].text == "Agree what the board can read."


def test_the_page_s_own_purpose_goes_before_the_opening() -> None:
    page = _plan(("**Purpose:** Find out what the board needs.", "purpose"), ("I'd like to decide.", "opening"))
    assert customer_agenda(page, CONTEXT).purpose.text == "Find out what the board needs."


def test_without_a_purpose_that_may_be_shown_it_is_what_the_page_has_to_settle() -> None:
    page = _plan(
        ("Come out with: she signs, or a no.", "purpose"),
        ("**14:00** \"I hope we leave knowing what the board can read.\"", "opening"),
        ("**14:05 What has changed.** Listen.", "find_out"),
        ("**14:20 Her view.** Ask twice.", "find_out"),
        ("**14:30 Skarvane.** Say nothing.", "find_out"),
    )  # fmt: skip
    agenda = customer_agenda(page, CONTEXT)
    assert agenda.purpose.text == "To settle together: What has changed; Your view"
    assert agenda.together[0].text == "What the board can read."
    assert [item.topic.text for item in agenda.items][1:] == [
        "What has changed", "Your view", "Your view: what works, what has changed, what matters to you",
    ]  # fmt: skip


def test_what_was_left_out_is_told_to_the_rep_with_its_reason() -> None:
    left_out = customer_agenda(WOVEN, CONTEXT).left_out
    assert ("B2", "words and directions for the room stay with you") in {(one.block, one.why) for one in left_out}
    page = _plan(("**Purpose:** Keep Skarvane out.", "purpose"))
    (refused, *_) = customer_agenda(page, CONTEXT).left_out
    assert (refused.block, refused.text) == ("B1", "Keep Skarvane out.")
    assert "skarvane" in refused.why


def test_the_page_s_title_and_what_stands_outside_the_room_are_not_read() -> None:
    text = to_markdown(customer_agenda(WOVEN, CONTEXT))
    assert "Hold Gwen" not in text
    assert "14:50" not in text


def test_counted_minutes_are_set_on_the_meeting_s_clock() -> None:
    page = _plan(("- 0–5 opening", "agenda"), ("- 5–45 what is open", "agenda"))
    assert [line[0] for line in _lines(customer_agenda(page, CONTEXT))] == ["14:00–14:05", "14:05–14:45"]


def test_minutes_that_are_counted_without_their_ends_are_minutes() -> None:
    page = _plan(
        ("**0 Open.** “Is our time still right?”", "opening"),
        ("3 “Which sentence would the board not accept?”", "find_out"),
        ("**10, what the board can read (15 min).** Ask, then wait.", "agenda"),
        ("45 minutes are too long for them.", "agenda"),
        ("**35 Close.** Who does what.", "agenda"),
    )
    hours = [line[0] for line in _lines(customer_agenda(page, CONTEXT))]
    assert hours == ["14:00–14:03", "14:03–14:10", "14:10–14:35", "14:35–14:45"]


def test_what_is_asked_early_on_is_not_announced_as_the_next_steps() -> None:
    page = _plan(
        ("14:00 Open.", "opening"),
        ("14:03 Ask, then wait.", "agenda"),
        ("14:10 What the board can read.", "agenda"),
        ("14:35 Close.", "agenda"),
    )
    assert [topic for _, _, topic in _lines(customer_agenda(page, CONTEXT))] == [
        "Welcome, and what you would like to settle",
        "Your view: what works, what has changed, what matters to you",
        "What the board can read",
        "Next steps: who does what, and by when",
    ]


def test_numbers_that_do_not_count_on_from_nought_are_no_minutes() -> None:
    page = _plan(("3 reports came late.", "agenda"), ("10 are open.", "agenda"), ("25 people read them.", "agenda"))
    assert not any(line[0] for line in _lines(customer_agenda(page, CONTEXT)))


def test_counted_minutes_stay_lengths_where_no_start_is_known() -> None:
    page = _plan(("- 0–5 opening", "agenda"), ("- 5–15 what is open", "agenda"))
    found = _lines(customer_agenda(page, example("thin_lead")))
    assert [(hours, minutes) for hours, minutes, _ in found] == [("", 5), ("", 10)]


def test_a_page_without_times_gets_the_four_things_that_every_meeting_has() -> None:
    topics = [topic for _, _, topic in _lines(customer_agenda(_plan(("Nothing here.", "other")), CONTEXT))]
    assert topics == [
        "Welcome, and what you would like to settle",
        "Your questions",
        "Open points",
        "Next steps: who does what, and by when",
    ]


def test_minutes_that_a_comma_or_a_colon_follows_are_minutes() -> None:
    page = _plan(
        ("**0–5, opening:** “I'd like to hear you.”", "opening"),
        ("**5–20, what the board can read:** ask twice.", "agenda"),
        ("**20–45:** Piotr: what is still open.", "agenda"),
    )
    assert _lines(customer_agenda(page, CONTEXT)) == [
        ("14:00–14:05", 5, "Welcome, and what you would like to settle"),
        ("14:05–14:20", 15, "What the board can read"),
        ("14:20–14:45", 25, "What is still open"),
    ]


@pytest.mark.parametrize(
    "page",
    [
        _plan(("- 0–5 opening", "agenda"), ("- 5–35 what is open", "agenda"), ("- 35–45 Piotr writes it", "best")),
        _plan(("- 0–5 opening", "agenda"), ("- 5–35 what is open", "agenda"), ("- Ten minutes: Piotr writes", "best")),
        _plan(("14:00 opening", "agenda"), ("14:05 what is open", "agenda"), ("> 14:35 “Piotr, will you?”", "best")),
        _plan(("0–5 opening\n5–35 what is open\n35–45 decide", "agenda")),
        _plan(("| Min | What |\n|---|---|\n| 0–5 | Opening |\n| 5–35 | What is open |\n| 35–45 | Decide |", "agenda")),
    ],
)
def test_an_agenda_ends_with_the_next_steps_wherever_the_page_has_its_end(page: MeetingPlan) -> None:
    assert _lines(customer_agenda(page, CONTEXT)) == [
        ("14:00–14:05", 5, "Welcome, and what you would like to settle"),
        ("14:05–14:35", 30, "What is open"),
        ("14:35–14:45", 10, "Next steps: who does what, and by when"),
    ]


def test_stretches_on_one_line_are_each_a_line() -> None:
    page = _plan(("0–5 opening · 5–20 what the board can read · 20–45 decide, who writes what", "agenda"))
    assert [line[:2] for line in _lines(customer_agenda(page, CONTEXT))] == [
        ("14:00–14:05", 5), ("14:05–14:20", 15), ("14:20–14:45", 25),
    ]  # fmt: skip


def test_the_question_that_we_put_to_them_is_not_announced_as_theirs() -> None:
    page = _plan(
        ("- 0–5 opening", "agenda"),
        ("- 5–20 the question. Both answer first.", "agenda"),
        ("- 20–30 her questions", "agenda"),
        ("- 30–45 Skarvane: “What should the board decide first?”", "agenda"),
    )
    assert [topic for _, _, topic in _lines(customer_agenda(page, CONTEXT))][1:] == [
        "Your view: what works, what has changed, what matters to you",
        "Your questions",
        "What should the board decide first?",
    ]


def test_ready_words_that_hold_more_than_a_plain_question_are_no_topic() -> None:
    for said in ("What would make you sign for £192,000?", "Would Skarvane do that?", "We could. Could we? No."):
        page = _plan(("- 0–5 opening", "agenda"), (f"- 5–45 Skarvane: “{said}”", "agenda"))
        assert _lines(customer_agenda(page, CONTEXT))[1][2] == "Your questions"


def test_an_agenda_without_times_keeps_the_topics_that_may_be_shown_and_tells_the_rest() -> None:
    page = _plan(
        ("- **What the board can read.** Ask twice.", "agenda"),
        ("- Skarvane: say nothing.", "agenda"),
        ("- **Close:** one sentence; then send it.", "agenda"),
    )
    agenda = customer_agenda(page, CONTEXT)
    assert [item.topic.text for item in agenda.items] == [
        "Welcome, and what you would like to settle", "What the board can read",
        "Next steps: who does what, and by when",
    ]  # fmt: skip
    assert agenda.own_topics == 1
    assert [one.block for one in agenda.left_out] == ["B2", "B3"]


def test_a_demonstration_stays_one_though_its_topics_are_ours() -> None:
    plan = _plan(
        ("**14:00** Welcome. After the demo, ask for two measures.", "opening"),
        ("**14:05** Then our warning, or none.", "agenda"),
        ("**14:30 the ask.** “Shall we?”", "best"),
    )
    noted = NoteLine(label="L99", text="They asked for a custom demo.", voice="customer")
    context = CONTEXT.model_copy(update={"notes": (*CONTEXT.notes, noted)})
    topics = {of: [item.topic.text for item in customer_agenda(plan, one).items] for of, one in (
        ("demo", context), ("meeting", CONTEXT),
    )}  # fmt: skip
    assert topics["demo"][1] == "What you would like to see"
    assert topics["meeting"][1] == "Your questions"


def test_neighbours_with_the_same_topic_are_one_line() -> None:
    page = _plan(("- 0–5 opening", "agenda"), ("- 5–30 decide together", "agenda"), ("- 30–45 next steps", "agenda"))
    assert [line[0] for line in _lines(customer_agenda(page, CONTEXT))] == ["14:00–14:05", "14:05–14:45"]


def test_who_has_left_is_not_said_to_come() -> None:
    text = to_markdown(customer_agenda(page_of("demo_for_five"), example("demo_for_five")))
    assert "Odette Marsh" in text
    assert "Denise" not in text


@pytest.mark.parametrize(
    ("language", "heading"), [("de", "Zweck"), ("fr", "Objet"), ("es", "Objetivo"), ("nl", "Purpose")]
)
def test_fixed_words_are_in_the_plan_s_language(language: str, heading: str) -> None:
    page = WOVEN.model_copy(update={"language": language, "blocks": ()})
    assert f"## {heading}\n" in to_markdown(customer_agenda(page, CONTEXT))


def test_every_word_stands_in_word_and_pdf_too() -> None:
    agenda = customer_agenda(WOVEN, CONTEXT)
    document = Document(io.BytesIO(to_docx(agenda)))
    cells = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert cells[1] == ["14:05–14:14", "A sheet that we go through together", "9 min"]
    assert document.core_properties.title == "Brackwell Pathology and Osmere Systems: our meeting"
    pages = PdfReader(io.BytesIO(to_pdf(agenda))).pages
    shown = "".join(pages[0].extract_text().split())
    assert len(pages) == 1
    for line in to_markdown(agenda).replace("#", "").replace(" · ", "\n").splitlines():
        assert "".join(line.strip("- ").split()) in shown


def test_an_agenda_of_many_lines_is_one_page() -> None:
    page = _plan(*((f"- {5 * n}–{5 * n + 5} what the board can read", "agenda") for n in range(9)))
    assert len(PdfReader(io.BytesIO(to_pdf(customer_agenda(page, CONTEXT)))).pages) == 1


# --- the calendar file -------------------------------------------------------------------------------------------


def _event(context: AccountContext = CONTEXT, *, plan_id: str = "", now: dt.datetime = NOW) -> Event:
    data = to_ics(WOVEN, context, customer_agenda(WOVEN, context), now=now, plan_id=plan_id)
    calendar = Calendar.from_ical(data)
    assert calendar["METHOD"] == "PUBLISH"
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, Event)
    return event


def _at(context: AccountContext, **fields: object) -> AccountContext:
    return context.model_copy(update={"meeting": context.meeting.model_copy(update=fields)})


def test_the_event_has_the_meeting_s_time_as_it_is_said_there() -> None:
    event = _event()
    assert event.decoded("DTSTART") == dt.datetime(2026, 11, 25, 14, 0)
    assert event.decoded("DTEND") == dt.datetime(2026, 11, 25, 14, 45)
    assert str(event["LOCATION"]) == "Teams"


def test_a_start_with_a_zone_is_that_moment_everywhere() -> None:
    start = dt.time(14, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert _event(_at(CONTEXT, start=start)).decoded("DTSTART") == dt.datetime(2026, 11, 25, 13, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(("day", "hours"), [(dt.date(2026, 11, 25), 1), (dt.date(2026, 7, 1), 2)])
def test_an_hour_of_a_zone_is_that_of_its_clocks_on_that_day(day: dt.date, hours: int) -> None:
    context = _at(CONTEXT, date=day)
    data = to_ics(WOVEN, context, customer_agenda(WOVEN, context), now=NOW, zone=zone_named("Europe/Berlin"))
    calendar = Calendar.from_ical(data)
    (event,), (described,) = calendar.walk("VEVENT"), calendar.walk("VTIMEZONE")
    start = event["DTSTART"]
    assert (start.params["TZID"], start.dt.replace(tzinfo=None)) == (
        "Europe/Berlin",
        dt.datetime.combine(day, dt.time(14)),
    )
    assert isinstance(described, Timezone)
    offsets = {start.dt.utcoffset(), start.dt.replace(tzinfo=described.to_tz(lookup_tzid=False)).utcoffset()}
    assert offsets == {dt.timedelta(hours=hours)}
    assert event["DTEND"].dt - start.dt == dt.timedelta(minutes=45)


def test_without_a_zone_the_hour_is_that_of_any_clock() -> None:
    data = to_ics(WOVEN, CONTEXT, customer_agenda(WOVEN, CONTEXT), now=NOW)
    assert b"DTSTART:20261125T140000\r\n" in data
    assert b"VTIMEZONE" not in data


def test_without_a_start_the_event_is_the_day() -> None:
    event = _event(_at(CONTEXT, start=None))
    assert event.decoded("DTSTART") == dt.date(2026, 11, 25)
    assert "DTEND" not in event


def test_the_description_is_the_customer_agenda_and_nothing_else() -> None:
    description = str(_event()["DESCRIPTION"])
    agenda = to_markdown(customer_agenda(WOVEN, CONTEXT))
    assert description.split() == agenda.replace("#", "").split()
    assert str(_event()["SUMMARY"]) == "Brackwell Pathology and Osmere Systems: our meeting"


def test_a_later_file_of_the_same_meeting_replaces_the_earlier_one() -> None:
    first, later = _event(), _event(now=NOW + dt.timedelta(hours=1))
    assert first["UID"] == later["UID"]
    assert first["SEQUENCE"] < later["SEQUENCE"]
    assert _event(plan_id="p1")["UID"] == _event(_at(CONTEXT, date=dt.date(2026, 12, 2)), plan_id="p1")["UID"]
    assert _event(plan_id="p2")["UID"] != _event(plan_id="p1")["UID"]


def test_a_meeting_without_a_day_has_no_calendar_file() -> None:
    with pytest.raises(InputError, match="needs the day"):
        _event(_at(CONTEXT, date=None))
