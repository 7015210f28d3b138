"""A page that people have edited, looked at again in code."""

from __future__ import annotations

import datetime as dt

import pytest

from coach import builtin
from coach.context import parse_context
from coach.critique import assess, checked
from coach.recheck import recheck
from coach.schema import (
    AccountContext,
    Block,
    Commitment,
    Critique,
    Groundwork,
    JudgedAnswer,
    Judgement,
    Kind,
    MeetingPlan,
)


@pytest.fixture
def plan(context: AccountContext) -> MeetingPlan:
    return checked(builtin.draft_plan(context, builtin.work_out(context)), context)


def with_text(plan: MeetingPlan, part: str, text: str) -> tuple[MeetingPlan, str]:
    """The plan with the first item of a part reworded by the rep, and that block's id."""
    block = next(one for one in plan.blocks if one.part == part and one.kind != "heading")
    new = block.model_copy(update={"text": text, "written_by": "rep"})
    blocks = tuple(new if one.id == block.id else one for one in plan.blocks)
    return plan.model_copy(update={"blocks": blocks}), block.id


def test_a_changed_block_is_looked_up_again_and_the_others_keep_their_lines(
    plan: MeetingPlan, context: AccountContext
) -> None:
    edited, mine = with_text(plan, "before", "- They owe us a fix worth 99,000 EUR.")
    found, critique = recheck(edited, context, Groundwork(), assess(plan, context), touched=frozenset({mine}))
    (touched,) = [block for block in found.blocks if block.id == mine]
    assert touched.check.status == "unverified"
    assert [one.citations for one in found.blocks if one.id != mine] == [
        one.citations for one in plan.blocks if one.id != mine
    ]
    assert any(finding.block == mine for finding in critique.findings)


def test_a_page_that_still_comes_is_not_doubted_before_its_lines_are_named(context: AccountContext) -> None:
    coming = tuple(
        Block(id=f"B{number}", kind="item", text=f"- {text}")
        for number, text in enumerate(("They owe us 99,000 EUR.", "Tom Reed wants 77 sites."), 1)
    )
    plan = MeetingPlan(title="Coming", blocks=coming)
    touched, unread = frozenset({"B2"}), frozenset({"B1"})
    found, critique = recheck(plan, context, Groundwork(), Critique(), touched=touched, unread=unread)
    assert [one.check.status for one in found.blocks] == ["unchecked", "unverified"]
    assert critique == Critique()
    whole, scored = recheck(plan, context, Groundwork(), Critique(), touched=touched)
    assert [one.check.status for one in whole.blocks] == ["unverified", "unverified"]
    assert scored.findings


def test_a_true_sentence_of_the_reps_finds_its_line(plan: MeetingPlan, context: AccountContext) -> None:
    line = next(one for one in context.notes if "board" in one.text and "15" in one.text)
    edited, mine = with_text(plan, "before", f"- {line.text}")
    found, _ = recheck(edited, context, Groundwork(), assess(plan, context), touched=frozenset({mine}))
    (touched,) = [block for block in found.blocks if block.id == mine]
    assert line.label in touched.citations
    assert touched.check.status == "verified"


def test_what_the_judge_said_stays_until_he_is_asked_again(plan: MeetingPlan, context: AccountContext) -> None:
    answers = (JudgedAnswer(question="C.plain", answer="no", quote="", why="dense"),)
    judged = assess(plan, context, judgement=Judgement(answers=answers), judged_by="openai:judge")
    _, critique = recheck(plan, context, Groundwork(), judged, touched=frozenset())
    assert critique.answers == answers
    assert critique.judged_by == "openai:judge"


def test_the_best_outcome_is_read_again_where_the_rep_has_changed_it(
    plan: MeetingPlan, context: AccountContext
) -> None:
    edited, mine = with_text(plan, "best", "Tom Reed signs the test sheet by Monday 7 December.")
    found, _ = recheck(edited, context, Groundwork(), assess(plan, context), touched=frozenset({mine}))
    assert found.best_outcome != plan.best_outcome
    blocks = tuple(one for one in edited.blocks if one.part != "best")
    without = edited.model_copy(update={"blocks": blocks})
    gone, _ = recheck(without, context, Groundwork(), assess(plan, context), touched=frozenset())
    assert gone.best_outcome == Commitment()


def test_an_outcome_that_stands_in_no_block_of_its_own_outlives_an_edit_elsewhere(
    plan: MeetingPlan, context: AccountContext
) -> None:
    aim = Commitment(who="Maria", what="names a cold store for the test", by="2026-12-07")
    blocks = tuple(one for one in plan.blocks if one.part not in ("best", "fallback"))
    said = plan.model_copy(update={"blocks": blocks, "best_outcome": aim, "fallback": aim})
    edited, mine = with_text(said, "before", "- Ring Tom first.")
    found, critique = recheck(edited, context, Groundwork(), assess(said, context), touched=frozenset({mine}))
    assert (found.best_outcome, found.fallback) == (aim, aim)
    assert not any(one.why.startswith("No best outcome") for one in critique.findings)


def test_what_the_rep_adds_among_the_steps_is_a_step(context: AccountContext) -> None:
    def block(name: str, text: str, part: str, kind: Kind = "item") -> Block:
        return Block(id=name, kind=kind, text=text, part=part)

    blocks = (
        block("B1", "## Monday, in this order", "before", "heading"),
        block("B2", "1. Ring Tom.", "before"),
        block("B3", "Voicemail: the same words.", "other", "text"),
        block("B4", "## Last words", "stop", "heading"),
        block("B5", "Nobody answers.", "stop", "text"),
        block("B6", "Then leave it.", "other", "text"),
    )
    plan = MeetingPlan(title="Steps", blocks=blocks)
    found, _ = recheck(plan, context, Groundwork(), Critique(), touched=frozenset({"B3", "B6"}))
    assert [one.part for one in found.blocks] == ["before", "before", "before", "stop", "stop", "other"]
    untouched, _ = recheck(plan, context, Groundwork(), Critique(), touched=frozenset())
    assert [one.part for one in untouched.blocks] == [one.part for one in blocks]


def test_a_block_of_many_lines_keeps_them_when_a_word_of_it_is_changed() -> None:
    figures = (7100, 8200, 9300, 6400, 5500, 4600)
    notes = "\n".join(f"Site {place} pays {one} EUR a year." for place, one in enumerate(figures, 1))
    context = parse_context(f"---\naccount: Sites\n---\n{notes}", today=dt.date(2026, 11, 23))
    told = "- They pay " + ", ".join(str(one) for one in figures) + " EUR a year."
    lines = tuple(context.lines)
    block = Block(id="B1", kind="item", part="people", text=told, citations=lines, basis="notes")
    reworded = block.model_copy(update={"text": told.replace("They", "The six sites"), "written_by": "rep"})
    edited = MeetingPlan(title="Sites", blocks=(reworded,))
    found, _ = recheck(edited, context, Groundwork(), Critique(), touched=frozenset({"B1"}))
    assert found.blocks[0].check.status == "verified"
    assert set(found.blocks[0].citations) == set(lines)
