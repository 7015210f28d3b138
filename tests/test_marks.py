"""What the rep opens is no confidence any more, here and in the next plan; no other line is opened by it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from coach import builtin
from coach.builtin import work_out
from coach.builtin.evidence import gather
from coach.confidence import confidences, leaks, without_opened
from coach.context import parse_context
from coach.corrections import corrected, corrections_of, for_other_plans, may_be_said, of_line
from coach.documents import Document, Paragraph
from coach.errors import InputError
from coach.export.kept import kept_lines
from coach.export.safe import Gate
from coach.marks import opened
from coach.notes import note_lines
from coach.schema import AccountContext, Block, Groundwork, NoteLine
from coach.voices import known_voices
from tests.support.plans import example

SHOWS = Block(id="B1", kind="quote", text="> “Jens asked about Scandex, I hear?”", part="opening")
TOLD = Block(id="G1", kind="item", text="- Maria told us of Jens and Scandex.", part="in_confidence", citations=("L9",))
NOTES = (
    "12/10 call with Tom Reed",
    "Maria: between us, Jens talks with Scandex about the docks.",
    "Tom wants 41 rolls.",
    "Maria, in confidence: Scandex asks 38,500 for the docks.",
    "our floor is 36,200, not below without asking",
)


@pytest.fixture
def context() -> AccountContext:
    return example("harrowgate_context")


def of(*notes: str) -> AccountContext:
    people = "attendees: [{name: Tom Reed}, {name: Maria Lopez}]"
    return parse_context(f"---\naccount: Harrowgate\nmeeting: {{{people}}}\n---\n" + "\n\n".join(notes) + "\n")


def bullet(*labels: str, text: str = "- Keep it.") -> Groundwork:
    return Groundwork(blocks=(Block(id="G1", kind="item", text=text, part="in_confidence", citations=labels),))


def shown(text: str, context: AccountContext, groundwork: Groundwork) -> tuple[str, ...]:
    said = Block(id="B1", kind="quote", text=f"> “{text}”", part="opening")
    return leaks(said, confidences(groundwork, context), context)


def next_plan(notes: Iterable[str], said: Iterable[NoteLine], known: AccountContext) -> AccountContext:
    """A plan whose notes have other labels, and behind them what the account keeps of what the rep said."""
    kept = [for_other_plans(line, known) for line in said]
    documents = [Document("", (Paragraph("\n\n".join(("The gate is closed on Mondays.", *notes))),))]
    documents += [Document(f"{line.source}, 2 Dec", (Paragraph(line.text),)) for line in kept]
    lines = note_lines(documents, known_voices("", rep="", attendees=[], account="", company="", senders=()))
    return known.model_copy(update={"notes": lines})


def test_an_opened_line_is_no_confidence_anywhere(context: AccountContext) -> None:
    groundwork = Groundwork(blocks=(TOLD,))
    assert leaks(SHOWS, confidences(groundwork, context), context)
    assert "L9" in kept_lines(context, groundwork)
    after = may_be_said(context, "L9")
    assert after.notes[:-1] == context.notes
    assert after.notes[-1].source == "may be said (L9), says the rep, 1 Dec"
    assert opened(after).lines == {"L9"}
    assert confidences(groundwork, after) == ()
    assert without_opened(groundwork, after).blocks == ()
    assert "L9" not in kept_lines(after, groundwork)
    assert "Scandex" not in Gate(after, groundwork).why_not_brought("Scandex or we")
    assert "Scandex" in Gate(context, groundwork).why_not_brought("Scandex or we")
    assert corrections_of(after, TOLD) == ("L9 may be said",)


def test_without_a_model_the_next_draft_keeps_it_no_longer(context: AccountContext) -> None:
    def left_out(known: AccountContext) -> set[str]:
        plan = builtin.draft_plan(known, work_out(known), depth="standard")
        return {label for block in plan.blocks if block.part == "leave_out" for label in block.citations}

    assert "L9" in left_out(context)
    assert "L9" not in left_out(may_be_said(context, "L9"))


def test_opening_one_line_opens_no_other() -> None:
    before = of(*NOTES)
    after = may_be_said(before, "L2")
    assert kept_lines(before, Groundwork()) - kept_lines(after, Groundwork()) == {"L2"}
    assert gather(after).limits == gather(before).limits
    both = bullet("L2", "L4", text="- Jens and Scandex at 38,500.")
    assert "shows “Scandex”, told in confidence (L4)" in shown("Scandex is dear", after, both)
    assert "shows “38,500”, told in confidence (L4)" in shown("38,500 is dear", after, both)
    assert "36,200" in Gate(after).why_not_brought("36,200")


def test_what_is_said_next_to_an_opened_line_stays_told_in_confidence() -> None:
    lines = ("Maria Lopez: Between us, Jens is leaving.", "Maria Lopez: He goes to Scandex.")
    before = of("12/10 call with Maria Lopez", *lines)
    assert gather(before).confidential == {"L2", "L3"}
    assert gather(may_be_said(before, "L2")).confidential == {"L3"}


def test_our_own_limit_can_be_opened_too() -> None:
    before = of(*NOTES)
    after = may_be_said(before, "L5")
    assert any(one.is_ours for one in confidences(Groundwork(), before))
    assert not any(one.is_ours for one in confidences(Groundwork(), after))
    assert gather(after).limits == frozenset()


def test_marked_again_it_is_told_in_confidence_again(context: AccountContext) -> None:
    groundwork = Groundwork(blocks=(TOLD,))
    after = may_be_said(context, "L9")
    again = corrected(after, "", about=of_line(after.lines["L9"]), kind="confidence")
    assert opened(again).lines == frozenset()
    assert leaks(SHOWS, confidences(groundwork, again), again) != ()
    assert "Scandex" in Gate(again, groundwork).why_not_brought("Scandex or we")
    assert "L9" not in opened(may_be_said(context, "L8")).lines
    assert opened(may_be_said(again, "L9")).lines == {"L9"}


def test_a_mark_of_several_lines_goes_when_all_are_opened() -> None:
    before = of("Board on 15 Dec.", "The lease ends on 3 May.", "Tom wants 41 rolls.")
    about = Block(id="G1", kind="item", text="- Board 15 Dec, lease 3 May", part="clock", citations=("L1", "L2"))
    marked = corrected(before, "", about=about, kind="confidence")
    assert kept_lines(marked, Groundwork()) >= {"L1", "L2", "L4"}
    half = may_be_said(marked, "L1")
    assert kept_lines(half, Groundwork()) == {"L2"}
    assert [one.lines for one in confidences(Groundwork(), half)] == [("L2",)]
    assert kept_lines(may_be_said(half, "L2"), Groundwork()) == frozenset()


def test_the_next_plan_opens_the_line_of_these_words_and_none_by_its_label() -> None:
    first = of(*NOTES)
    said = may_be_said(first, "L2").notes[-1:]
    plan = next_plan(NOTES, said, first)
    assert plan.lines["L3"].text == NOTES[1]
    assert plan.notes[-1].source.startswith("may be said, says the rep, ")
    assert opened(plan).lines == {"L3"}
    assert opened(next_plan((*NOTES, NOTES[1]), said, first)).lines == frozenset()
    assert opened(next_plan(NOTES[2:], said, first)).lines == frozenset()


def test_the_next_plan_knows_what_was_marked_and_taken_back() -> None:
    first = of(*NOTES)
    about = Block(id="G1", kind="item", text="- The rolls, the rival", part="other", citations=("L2", "L3"))
    known = corrected(may_be_said(first, "L2"), "", about=about, kind="confidence")
    plan = next_plan(NOTES, known.notes[-2:], known)
    assert opened(plan).lines == frozenset()
    assert kept_lines(plan, Groundwork()) >= {"L3", "L4"}
    assert "L2" not in kept_lines(plan, Groundwork())


def test_a_long_line_is_opened_in_the_next_plan_too() -> None:
    long = "Maria says in confidence that the docks are full. " * 5 + "Nobody may know of it, says she."
    first = of("Tom wants 41 rolls.", long)
    label = next(line.label for line in first.notes if "Nobody" in line.text)
    notes = may_be_said(first, label).notes[-1:]
    assert opened(next_plan([line.text for line in first.notes], notes, first)).lines


@pytest.mark.parametrize("label", ["L99", "F1", "L13"])
def test_only_a_line_of_the_notes_that_is_kept_can_be_opened(context: AccountContext, label: str) -> None:
    known = corrected(context, "", about=TOLD, kind="confidence")
    with pytest.raises(InputError):
        may_be_said(known, label)


def test_a_note_that_only_looks_like_it_opens_nothing(context: AccountContext) -> None:
    text = may_be_said(context, "L9").notes[-1].text
    fake = NoteLine(label="L13", text=text, source="mail.txt")
    assert opened(context.model_copy(update={"notes": (*context.notes, fake)})).lines == frozenset()
