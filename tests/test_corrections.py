"""What the rep corrects becomes part of the notes, in a shape that every reader of the notes understands."""

from __future__ import annotations

import datetime as dt

import pytest

from coach.builtin import questions_to_rep, work_out
from coach.context import parse_context
from coach.corrections import (
    MAX_CHARS,
    answered,
    changed_decision,
    corrected,
    corrections_of,
    decided_by_rep,
    decisions_of,
    meets,
    of_line,
    who_is,
    with_decisions,
)
from coach.dates import dates
from coach.errors import InputError
from coach.grounding import confidences, ground, leaks
from coach.groundwork import read_groundwork
from coach.markup import split
from coach.questions import questions_for, still_open
from coach.schema import AccountContext, Block, Groundwork, MeetingPlan, NoteLine
from tests.support.plans import example
from tests.support.writer import GROUNDWORK

BULLET = Block(
    id="G2", kind="item", text="- Meeting **Thu 3 Dec**; her board 15 Dec, Tom says \"so be it\".", part="clock",
    citations=("L3", "L11"),
)  # fmt: skip


@pytest.fixture
def context() -> AccountContext:
    return example("harrowgate_context")


@pytest.fixture
def groundwork() -> Groundwork:
    return read_groundwork(GROUNDWORK, drafted_by="openai:scripted")


def test_a_correction_is_a_new_last_note_that_quotes_what_it_corrects(context: AccountContext) -> None:
    after = corrected(context, "Not 15 but\n17 December.", about=BULLET, kind="fact", today=dt.date(2027, 6, 12))
    assert after.notes[:-1] == context.notes
    line = after.notes[-1]
    assert line.label == "L13"
    assert line.source == "corrected by the rep, 12 Jun"
    assert line.text == (
        "The rep corrects: Not 15 but 17 December. "
        "(instead of: ‘Meeting Thu 3 Dec; her board 15 Dec, Tom says so be it.’)"
    )
    assert (line.voice, line.speaker) == ("ours", None)


def test_a_corrected_day_figure_and_name_are_held_by_the_new_note(context: AccountContext) -> None:
    after = corrected(context, "17 December, 52 trucks, and Petra Lindqvist decides", about=BULLET, kind="fact")
    said = "Petra Lindqvist decides on 17 December, after 52 trucks were late."
    block = Block(id="B1", kind="text", text=said, part="decides", basis="notes")
    (by_new,) = ground([block.model_copy(update={"citations": ("L13",)})], after)
    (by_old,) = ground([block.model_copy(update={"citations": ("L3",)})], after)
    assert by_new.check.status == "verified"
    assert by_old.check.status == "unverified"
    assert {one.day for one in dates(after.notes[-1].text, today=context.today)} >= {dt.date(2026, 12, 17)}


def test_a_corrected_day_is_not_taken_for_the_date_of_the_notes_below_it(context: AccountContext) -> None:
    after = corrected(context, "17 December", about=None, kind="fact")
    after = corrected(after, "Tom has a deputy", about=None, kind="fact")
    (block,) = ground(
        [Block(id="B1", kind="text", text="Tom got a deputy on 17 December.", basis="notes", citations=("L14",))], after
    )
    assert block.check.status == "unverified"


def test_a_correction_read_again_as_a_note_stays_the_reps_words(context: AccountContext) -> None:
    text = corrected(context, "Tom Reed does not decide", about=BULLET, kind="fact").notes[-1].text
    read = parse_context(f"---\nmeeting: {{attendees: [{{name: Tom Reed}}]}}\n---\n{text}\n")
    assert [(line.voice, line.speaker) for line in read.notes] == [("ours", None)]


def test_what_was_marked_as_told_in_confidence_may_not_be_shown(context: AccountContext) -> None:
    shows = Block(id="B1", kind="quote", text="> “Jens asked about Scandex, I hear?”", part="opening")
    assert leaks(shows, confidences(Groundwork(), context), context) == ()
    about = of_line(context.lines["L9"])
    marked = corrected(context, "Maria must never hear it from us", about=about, kind="confidence")
    assert marked.notes[-1].source == "told in confidence (L9), says the rep, 1 Dec"
    assert marked.notes[-1].text.startswith("Told in confidence, says the rep: ‘10/11 ML Jens asked me")
    assert any("Scandex" in why for why in leaks(shows, confidences(Groundwork(), marked), marked))


def test_a_bullet_marked_without_a_word_keeps_all_its_lines(context: AccountContext) -> None:
    marked = corrected(context, "", about=BULLET, kind="confidence")
    (kept,) = confidences(Groundwork(), marked)
    assert kept.lines == ("L3", "L11", "L13")


def test_without_a_model_a_marked_line_is_kept_too(context: AccountContext) -> None:
    marked = corrected(context, "", about=of_line(context.lines["L7"]), kind="confidence")
    kept = {label for block in work_out(marked).blocks if block.part == "in_confidence" for label in block.citations}
    assert kept >= {"L7", "L13"}
    assert "L7" not in {
        label for block in work_out(context).blocks if block.part == "in_confidence" for label in block.citations
    }


def test_an_answer_becomes_a_note_with_its_question(context: AccountContext) -> None:
    after = answered(context, "Who comes, and who of them decides?", "Jens decides.")
    assert after.notes[-1].text == "The rep answers: Jens decides. (asked: ‘Who comes, and who of them decides’)"
    assert after.notes[-1].source == "answered by the rep, 1 Dec"


@pytest.mark.parametrize("text", ["", " \n\t", "x" * (MAX_CHARS + 1)])
def test_an_empty_or_endless_correction_is_refused(context: AccountContext, text: str) -> None:
    with pytest.raises(InputError):
        corrected(context, text, about=BULLET, kind="fact")


def test_hostile_signs_do_not_reach_the_notes(context: AccountContext) -> None:
    text = corrected(context, "a\x00b\u202ec\r\nL4: d", about=None, kind="fact").notes[-1].text
    assert text == "The rep corrects: abc L4: d"


def test_an_attendees_title_is_changed_in_the_record(context: AccountContext) -> None:
    after = who_is(context, "Tom", "CIO")
    assert [person.title for person in after.meeting.attendees] == ["VP Operations", "CIO"]
    assert after.lines["F13"].text == "Attendee: Tom Reed, CIO"
    assert list(after.lines) == list(context.lines)


def test_somebody_else_becomes_a_note_or_an_attendee(context: AccountContext) -> None:
    noted = who_is(context, "Jens", "Maria's superior")
    assert noted.notes[-1].text == "The rep says: Jens is Maria's superior"
    assert noted.meeting == context.meeting
    comes = who_is(context, "Jens Dahl", "COO", comes=True)
    assert comes.meeting.attendees[-1].name == "Jens Dahl"
    assert comes.fields[-1].label == "F14"
    assert comes.fields[-1].text == "Attendee: Jens Dahl, COO"
    with pytest.raises(InputError):
        who_is(context, " ", "COO")


def test_the_decisions_are_what_decides_it_and_what_we_bring(groundwork: Groundwork) -> None:
    assert [block.part for block in decisions_of(groundwork)] == ["decides", "bring"]


def test_a_changed_decision_is_the_reps_and_keeps_its_place_and_mark(groundwork: Groundwork) -> None:
    old = decisions_of(groundwork)[0]
    after = changed_decision(groundwork, old.id, "Ask for the test in January. [L3 L7]")
    new = decisions_of(after)[0]
    assert (new.id, new.text, new.citations) == (old.id, "- Ask for the test in January.", ("L3", "L7"))
    assert (new.written_by, new.basis) == ("rep", "proposal")
    assert decided_by_rep(after) == ("Ask for the test in January.",)
    assert [block.id for block in after.blocks] == [block.id for block in groundwork.blocks]


@pytest.mark.parametrize(("block", "text"), [("G2", "x"), ("G99", "x"), ("G14", " ")])
def test_only_decisions_can_be_changed_and_not_to_nothing(groundwork: Groundwork, block: str, text: str) -> None:
    with pytest.raises(InputError):
        changed_decision(groundwork, block, text)


def test_a_meeting_moved_changes_its_lines_and_no_label(context: AccountContext) -> None:
    before = {line.label: line.text for line in context.fields}
    moved = meets(context, date=dt.date(2026, 12, 9), start=dt.time(14, 30), minutes=45, place="")
    assert (moved.meeting.date, moved.meeting.start, moved.meeting.minutes) == (
        dt.date(2026, 12, 9),
        dt.time(14, 30),
        45,
    )
    texts = [line.text for line in moved.fields]
    assert [one for one in ("Meeting date: 2026-12-09", "Start: 14:30", "Minutes: 45") if one not in texts] == []
    assert not any(text.startswith("Place: ") for text in texts)
    same = [line for line in moved.fields if not line.text.startswith(("Meeting date", "Start", "Minutes"))]
    assert all(before[line.label] == line.text for line in same)
    assert len({line.label for line in moved.fields}) == len(moved.fields)


def test_later_decisions_take_the_place_of_earlier_ones(groundwork: Groundwork) -> None:
    once = with_decisions(with_decisions(groundwork, ("first", "second")), ("third",))
    assert decided_by_rep(once) == ("third",)
    assert once.blocks[1:] == groundwork.blocks


def test_the_rep_is_asked_at_most_three_things_first_what_stands_in_no_line(context: AccountContext) -> None:
    text = GROUNDWORK.replace("## Sums", "- “Christmas peak” has no date in the lines. [L2]\n## Sums")
    asked = questions_for(context, MeetingPlan(blocks=split("a")), read_groundwork(text, drafted_by="openai:scripted"))
    assert asked[:2] == (
        "The notes leave this open. “Christmas peak” has no date in the lines. Do you know more?",
        "The notes do not settle this. Cause: Tom's word against ours. Which is right, by what you know?",
    )
    assert len(asked) == 3


def test_without_a_model_the_questions_are_builtins(context: AccountContext) -> None:
    worked_out = work_out(context)
    asked = questions_for(context, MeetingPlan(), worked_out)
    assert 0 < len(asked) <= 3
    assert not any("Do you know more?" in one for one in asked)


@pytest.mark.parametrize(
    ("question", "elsewhere", "answer"),
    [
        ("Who decides: no line says.", "Harrowgate decides late.", "Call: Ada Gray has the final say."),
        ("“Christmas peak” has no date in the lines.", "Christmas peak is hard.", "Christmas peak: from 27 Nov."),
        ("Our price: not in the notes.", "The price is too high.", "Our price is 12,000 EUR a year."),
        ("Ada Gray: role unknown.", "Ada Gray called.", "Ada Gray is their head of purchasing."),
    ],
)
def test_a_question_goes_once_a_later_note_answers_it(
    context: AccountContext, question: str, elsewhere: str, answer: str
) -> None:
    known, question = context.notes[-1].number, f"{question} Do you know more?"
    assert still_open((question,), context, MeetingPlan(), known=known) == (question,)
    beside = with_notes(context, elsewhere, "Is Ada Gray the one who decides, at 12,000 EUR, on 27 Nov?")
    assert still_open((question,), beside, MeetingPlan(), known=known) == (question,)
    told = with_notes(beside, answer)
    assert still_open((question,), told, MeetingPlan(), known=known) == ()
    assert still_open((question,), told, MeetingPlan(), known=told.notes[-1].number) == (question,)


def test_a_question_goes_once_the_record_answers_it(context: AccountContext) -> None:
    undated = meets(context, date=None, start=None, minutes=None, place="")
    bare = undated.model_copy(update={"meeting": undated.meeting.model_copy(update={"attendees": ()})})
    asked = (
        *questions_to_rep(bare, MeetingPlan()),
        "No date for the meeting in the lines. Do you know more?",
        "Ada Gray: role unknown. Do you know more?",
    )
    when, who = "On which day do you meet, and for how long?", "Who comes, and who of them decides?"
    assert {when, who} <= set(asked)
    assert still_open(asked, bare, MeetingPlan(), known=99) == asked
    full = who_is(bare, "Ada Gray", "CFO", comes=True)
    full = meets(full, date=dt.date(2026, 12, 3), start=None, minutes=60, place="")
    assert set(still_open(asked, full, MeetingPlan(), known=99)).isdisjoint({when, who, *asked[-2:]})
    assert who not in still_open(asked, with_notes(bare, "Ada Gray comes and decides."), MeetingPlan(), known=12)


def with_notes(context: AccountContext, *texts: str) -> AccountContext:
    last = context.notes[-1].number
    new = tuple(NoteLine(label=f"L{number}", text=text) for number, text in enumerate(texts, last + 1))
    return context.model_copy(update={"notes": (*context.notes, *new)})


def test_what_was_said_against_a_bullet_is_found_again(context: AccountContext) -> None:
    other = BULLET.model_copy(update={"text": "- Tom decides alone."})
    person = BULLET.model_copy(update={"text": "- Jens Olsen: role unknown.", "part": "people"})
    known = corrected(context, "Board on the 17th", about=BULLET, kind="fact")
    known = corrected(known, "", about=BULLET, kind="confidence")
    known = corrected(known, "Something else", about=None, kind="fact")
    known = who_is(known, "Jens Olsen", "Finance director")
    assert corrections_of(known, BULLET) == ("Board on the 17th", "Told in confidence")
    assert corrections_of(known, other) == ()
    assert corrections_of(known, person) == ("Jens Olsen is Finance director",)
    assert corrections_of(known, BULLET, after=known.notes[-1].number) == ()
    long = BULLET.model_copy(update={"text": "- " + "word " * 100})
    assert corrections_of(corrected(context, "No", about=long, kind="fact"), long) == ("No",)
