"""The screens around one plan: panels, rehearsing, bringing, sharing; over a real database, a few in a real browser."""

from __future__ import annotations

import datetime as dt
import html
import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from sqlalchemy import update
from streamlit.navigation.page import calc_hash
from streamlit.testing.v1 import AppTest

from coach.context import context_warnings
from coach.errors import InputError
from coach.keeping import drafted_of, keep_drafted, plan_of
from coach.markup import split
from coach.recheck import recheck
from coach.rubric import rubric
from coach.schema import (
    Block,
    Check,
    Critique,
    Draft,
    Drafted,
    Finding,
    Groundwork,
    JudgedAnswer,
    Kind,
    NoteLine,
    Point,
    Suggestion,
)
from coach.score import score
from coach.store import accounts, edits, history, plans, shares, tables
from coach.store.jobs import AT_FIRST, KNOWN, end_job, remember, start_job
from coach.store.preferences import set_preference
from coach.store.records import Edit, JobKind, KeptPlan
from coach.ui import acts, coach_panel, main, when
from coach.ui.cards import cards, opening
from coach.ui.desk import desk
from coach.ui.inert import as_html, chips, difference
from coach.ui.notes_panel import MOST_SHOWN, found, window
from coach.ui.places import Place
from coach.ui.plain_text import plain_line
from coach.ui.rechecking import recheck_kept
from coach.ui.rehearse import SEVERAL, opening_s, seconds_of
from coach.ui.rewritten import OFFERED_FOR
from tests.support.harrowgate import PLAN
from tests.support.plans import example
from tests.support.screens import write

pytestmark = pytest.mark.usefixtures("fresh_desk")

BY = "Riya Shah"
QUESTION = "What is Jens's role?"
GROUNDWORK = Groundwork(
    blocks=(
        Block(id="G1", kind="item", text="- Whether Tom believes the cause.", part="decides", citations=("L4",)),
        Block(id="G2", kind="item", text="- Her board on 15 Dec.", part="clock", citations=("L3",)),
    )
)


@pytest.fixture
def kept() -> KeptPlan:
    """A page with its groundwork, criticism and a question to the rep."""
    context = example("harrowgate_context")
    plan, critique = recheck(PLAN, context, GROUNDWORK, Critique(), touched=frozenset())
    drafts = (Draft(plan=plan, critique=critique.model_copy(update={"total": 58.0})),)
    drafted = Drafted(
        context=context, plan=plan, groundwork=GROUNDWORK, critique=critique, drafts=drafts, questions=(QUESTION,)
    )
    made = plans.create_plan(desk().db, context, purpose="a test in one cold store")
    plans.keep_drafted(desk().db, made.id, drafted, plan.blocks)
    return plans.load_plan(desk().db, made.id)


def again(kept: KeptPlan) -> KeptPlan:
    return plans.load_plan(desk().db, kept.id)


def opened(place: Place, **query: str) -> AppTest:
    app = AppTest.from_file(str(Path(main.__file__)), default_timeout=30)
    app._page_hash = calc_hash(place)
    for name, value in query.items():
        app.query_params[name] = value
    return seen(app.run())


def panel(kept: KeptPlan, name: str) -> AppTest:
    app = opened("plan", id=kept.id)
    app.session_state["panel-shown"] = name
    return seen(app.run())


def seen(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def said(app: AppTest) -> str:
    """All that stands on the screen as HTML."""
    return "\n".join(str(one.proto.body) for one in app.get("html"))


def click(app: AppTest, key: str) -> AppTest:
    return seen(app.button(key=key).click().run())


def with_suggestions(kept: KeptPlan) -> tuple[Suggestion, ...]:
    """One that fits, one that brings in a figure, one whose words are gone."""
    fits, brings, gone = [one.block for one in kept.blocks if one.block.kind == "item"][:3]
    suggestions = (
        _suggestion("S1", fits, old=fits.text[2:30], new="Something kinder"),
        _suggestion("S2", brings, old=brings.text[2:30], new="35 % fewer", check=_doubt()),
        _suggestion("S3", gone, old="words that nobody wrote", new="others"),
    )
    plans.set_suggestions(desk().db, kept.id, suggestions)
    return suggestions


def _suggestion(name: str, block: Block, *, old: str, new: str, check: Check | None = None) -> Suggestion:
    check = check or Check(status="verified")
    return Suggestion(id=name, kind="harm", block=block.id, old=old, new=new, why="Jens may be there.", check=check)


def _doubt() -> Check:
    return Check(status="unverified", problems=("“35 %” stands in none of its lines",))


def panel_of(kept: KeptPlan, critique: Critique) -> AppTest:
    plans.set_critique(desk().db, kept.id, critique, revision=kept.revision, by_reader=True)
    return panel(kept, "Coach")


def text_of(kept: KeptPlan, block: str) -> str:
    return next(one.block.text for one in kept.blocks if one.block.id == block)


# --- the coach ---


def test_the_score_says_what_moved_it_who_judged_and_how_old_that_is(kept: KeptPlan) -> None:
    critique = kept.critique.model_copy(update={"total": 72.0, "judged_by": "openai:judge-1"})
    plans.set_critique(desk().db, kept.id, critique, revision=kept.revision, by_reader=True)
    for op in ("a", "b"):
        block = again(kept).blocks[3 if op == "a" else 5]
        edit = Edit(op=op, action="text", block=block.block.id, base=block.revision, text=f"{block.block.text} More.")
        edits.apply_edits(desk().db, kept.id, (edit,), by=BY)
    shown = said(panel(kept, "Coach"))
    assert "<b>72</b>" in shown
    assert "up 14 from the first draft (58)" in shown
    assert "Judged by judge-1" in shown
    assert "before the last 2 edits" in shown


def test_a_page_that_is_again_the_one_that_was_checked_has_its_score_and_no_edits(kept: KeptPlan) -> None:
    critique = kept.critique.model_copy(update={"judged_by": "openai:judge-1"})
    plans.set_critique(desk().db, kept.id, critique, revision=kept.revision, by_reader=True)
    recheck_kept(desk().db, kept.id)
    before = again(kept)
    for one in (one for one in before.blocks if one.block.part in ("bring", "best", "fallback")):
        now = next(block for block in again(kept).blocks if block.block.id == one.block.id)
        edit = Edit(op=one.block.id, action="text", block=one.block.id, base=now.revision, text="Hollis has 48,211.")
        edits.apply_edits(desk().db, kept.id, (edit,), by=BY)
        recheck_kept(desk().db, kept.id)
        assert again(kept).edits_since_check == 1
        edits.undo_last(desk().db, kept.id, by=BY)
        recheck_kept(desk().db, kept.id)
    after = again(kept)
    assert (after.critique, after.plan, after.edits_since_check) == (before.critique, before.plan, 0)


def test_the_change_of_the_score_is_that_of_the_numbers_shown() -> None:
    assert coach_panel._moved(72.6, 82.4) == "up 9 from the first draft (73)"
    assert coach_panel._moved(72.6, 73.4) == "as first drafted"
    assert coach_panel._moved(73.4, 72.4) == "down 1 from the first draft (73)"


def test_the_history_calls_a_page_that_is_written_no_longer_in_the_making(kept: KeptPlan) -> None:
    plans.replace_blocks(desk().db, kept.id, PLAN.blocks[:5], what="drafting", seen=kept.revision)
    plans.replace_blocks(desk().db, kept.id, PLAN.blocks, what="rewritten")
    shown = said(panel(kept, "History"))
    assert "began to write the page" in shown
    assert "is writing" not in shown


def test_a_score_by_rules_alone_is_said_to_be_no_judgement(kept: KeptPlan) -> None:
    critique = score([], (), judged_by="rules")
    plans.set_critique(desk().db, kept.id, critique, revision=kept.revision, by_reader=False)
    shown = said(panel(kept, "Coach"))
    assert "Not judged yet." in shown
    assert "By the rules alone it has 100 of 100" in shown
    assert '<div class="mc-score">' not in shown


def test_what_the_second_reader_read_is_not_said_to_be_read_by_nobody(kept: KeptPlan) -> None:
    critique = Critique(points=(Point(text="The ask has no day."),))
    plans.set_critique(desk().db, kept.id, critique, revision=kept.revision, by_reader=True)
    shown = said(panel(kept, "Coach"))
    assert "Not scored yet" in shown
    assert "The second reader has read it" in shown
    assert "Nobody has read the page" not in shown


@pytest.mark.parametrize("kind", ["draft", "redraft"])
def test_while_the_page_is_read_nobody_is_said_to_have_read_it_so_far(kept: KeptPlan, kind: JobKind) -> None:
    plans.set_critique(desk().db, kept.id, Critique(), revision=kept.revision, by_reader=True)
    assert "Nobody has read the page so far." in said(panel(kept, "Coach"))
    block = kept.blocks[0]
    edit = Edit(op="a", action="text", block=block.block.id, base=block.revision, text=f"{block.block.text} More.")
    edits.apply_edits(desk().db, kept.id, (edit,), by=BY)
    start_job(desk().db, kept.id, kind, {}, owner="one")
    shown = said(panel(kept, "Coach"))
    assert "The second reader is at work." in shown
    assert "Being drafted" in shown
    assert "Edited by you" not in shown


def words_of(shown: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def items_shown(kept: KeptPlan, critique: Critique) -> dict[str, str]:
    """What the panel says of each item of the score, by its title."""
    found = re.findall(r"<li><b>([^<]+)</b>: (.*?)</li>", said(panel_of(kept, critique)))
    return {html.unescape(title): words_of(shown) for title, shown in found}


def test_every_item_of_the_score_says_its_points_of_how_many_and_why_some_are_lost(kept: KeptPlan) -> None:
    finding = Finding(rule="R4", part="best", gravity="defect", why="Nobody at the customer does anything.")
    shown = items_shown(kept, score([finding], (), judged_by="rules"))
    assert shown["Best possible outcome"].startswith("3 of 12 ")
    assert shown["Best possible outcome"].endswith("Nobody at the customer does anything.")
    assert shown["Upfront contract"].startswith("8 of 8")
    weights = {item.title: f"{item.weight:.0f}" for item in rubric().items.values()}
    assert {title: re.search(r"of (\d+)", one)[1] for title, one in shown.items()} == weights  # type: ignore[index]
    assert not any("Not looked at" in one for one in shown.values())


def test_what_the_judge_has_not_looked_at_says_so_and_is_no_nought(kept: KeptPlan) -> None:
    answers = (
        JudgedAnswer(question="F3.order", answer="yes"),
        JudgedAnswer(question="P2.balance", answer="not_judged"),
    )
    critique = score([], answers, judged_by="openai:judge-1")
    unseen = {**critique.scores_by_item, "C": None}
    shown = items_shown(kept, critique.model_copy(update={"scores_by_item": unseen}))
    assert shown["One page"] == "Not looked at yet"
    assert "Not looked at yet by the judge" in shown["Balance of value"]
    assert "Not looked at yet" not in shown["Agenda"]


def test_a_score_that_a_gate_holds_down_says_why_beside_the_number(kept: KeptPlan) -> None:
    invented = Finding(rule="R2", part="people", gravity="gate", why="Nobody is called Ada Gray.")
    capped = html.escape(f"capped: {rubric().gates['G1'].when}")
    judged, by_rules = (score([invented], (), judged_by=who) for who in ("openai:judge-1", "rules"))
    assert f"<b>50</b><span>of 100</span><span>{capped}</span>" in said(panel_of(kept, judged))
    assert f"50 of 100, {capped}. The rules" in said(panel_of(kept, by_rules))
    low = [
        invented,
        *(Finding(rule="R1", part=part, gravity="defect", why="Missing.") for part in rubric().required_parts),
    ]
    assert "capped" not in said(panel_of(kept, score(low, (), judged_by="openai:judge-1")))


def test_findings_stand_gravest_first_with_the_first_words_of_their_block(kept: KeptPlan) -> None:
    block = kept.blocks[2].block
    findings = (
        Finding(rule="R1", gravity="hint", why="A small thing."),
        Finding(rule="R2", block=block.id, gravity="gate", why="A grave thing.", lines=("L4",)),
    )
    critique = kept.critique.model_copy(update={"findings": findings})
    plans.set_critique(desk().db, kept.id, critique, revision=kept.revision, by_reader=True)
    app = panel(kept, "Coach")
    assert said(app).index("A grave thing.") < said(app).index("A small thing.")
    click(app, f"jump-0-{block.id}")
    assert app.session_state[f"in-view-{kept.id}"] == f"{block.id}#1"


def test_an_accepted_suggestion_changes_the_page_and_can_be_undone(kept: KeptPlan) -> None:
    one = with_suggestions(kept)[0]
    app = click(panel(kept, "Coach"), "accept-S1")
    assert "Something kinder" in text_of(again(kept), one.block)
    click(app, "undo-S1")
    assert text_of(again(kept), one.block) == text_of(kept, one.block)


def test_accept_all_leaves_what_no_line_holds_and_what_has_changed(kept: KeptPlan) -> None:
    with_suggestions(kept)
    click(panel(kept, "Coach"), "accept-all")
    assert [one.state for one in again(kept).suggestions] == ["applied", "open", "open"]


def test_a_suggestion_whose_words_have_changed_says_so_and_can_only_be_dismissed(kept: KeptPlan) -> None:
    with_suggestions(kept)
    app = panel(kept, "Coach")
    assert "You have changed these words since" in said(app)
    assert "accept-S3" not in [one.key for one in app.button]
    click(app, "dismiss-S3")
    assert again(kept).suggestions[2].state == "dismissed"


def test_a_suggestion_is_dismissed_with_a_reason(kept: KeptPlan) -> None:
    with_suggestions(kept)
    app = panel(kept, "Coach")
    app.text_input(key="reason-S1").set_value("Tom knows")
    click(app, "dismiss-it-S1")
    assert again(kept).suggestions[0].reason == "Tom knows"
    assert "Tom knows" in said(app)


def test_a_suggestion_is_used_in_other_words(kept: KeptPlan) -> None:
    one = with_suggestions(kept)[0]
    app = click(panel(kept, "Coach"), "edit-S1")
    app.text_area(key="words-S1").set_value("In my own words")
    click(app, "use-S1")
    assert "In my own words" in text_of(again(kept), one.block)


def test_an_answer_becomes_part_of_the_notes_and_its_question_goes(kept: KeptPlan) -> None:
    app = panel(kept, "Coach")
    app.text_input(key=f"answer-{QUESTION}").set_value("He is her finance director")
    click(app, f"add-{QUESTION}")
    assert "He is her finance director" in again(kept).context.notes[-1].text
    assert acts.open_questions(again(kept)) == ()
    note = accounts.notes_of(desk().db, kept.account_id)[-1]
    assert "He is her finance director" in note.text
    assert note.source.startswith("answered by the rep")


def test_a_question_that_a_later_note_answers_goes_from_the_panel(kept: KeptPlan) -> None:
    job = start_job(desk().db, kept.id, "draft", {}, owner="a server")
    remember(desk().db, job.id, KNOWN, str(kept.context.notes[-1].number))
    end_job(desk().db, job.id, "done")
    assert [one.label for one in panel(kept, "Coach").text_input if one.key == f"answer-{QUESTION}"]
    acts.add_note(kept.id, "Jens Olsen is her finance director.", source="added 3 Dec")
    assert not [one for one in panel(kept, "Coach").text_input if one.key == f"answer-{QUESTION}"]


def test_good_to_know_tells_nothing_that_the_record_has_by_now(kept: KeptPlan) -> None:
    acts.set_meeting(kept.id, None, None, None, "")
    (undated,) = [one for one in context_warnings(again(kept).context) if "date" in one]
    shortened = "The notes were shortened."
    with desk().db.writing() as connection:
        told = update(tables.plans).where(tables.plans.c.id == kept.id).values(warnings=[undated, shortened])
        connection.execute(told)
    assert undated in said(panel(kept, "Coach"))
    acts.set_meeting(kept.id, dt.date(2026, 12, 3), None, None, "")
    shown = said(panel(kept, "Coach"))
    assert undated not in shown
    assert shortened in shown


def test_a_check_without_a_model_says_what_it_needs(kept: KeptPlan) -> None:
    app = opened("plan", id=kept.id)
    assert "No model is chosen" in said(app)
    (check,) = [one for one in app.button if one.label == "Check"]
    app = seen(check.click().run())
    assert "Choose one in Settings" in app.error[0].value
    set_preference(desk().db, "model", "openai:scripted")
    assert "No model is chosen" not in said(opened("plan", id=kept.id))


def test_only_a_page_drafted_without_a_model_is_called_one(kept: KeptPlan) -> None:
    assert "without a model" not in said(opened("plan", id=kept.id))
    plans.set_plan(desk().db, kept.id, plan_of(kept).model_copy(update={"drafted_by": "builtin"}))
    assert "without a model" in said(opened("plan", id=kept.id))


def test_the_day_of_the_meeting_is_changed_from_the_plan(kept: KeptPlan) -> None:
    acts.set_meeting(kept.id, dt.date.today(), dt.time(16, 15), 20, "Dock 4")
    assert "16:15, today · Dock 4" in said(opened("plan", id=kept.id))
    assert any(line.text == "Start: 16:15" for line in again(kept).context.fields)


def test_before_there_is_a_page_the_panel_says_what_to_do() -> None:
    new = plans.create_plan(desk().db, example("harrowgate_context"))
    app = opened("plan", id=new.id)
    assert "The coach reads along as soon as there is a page" in said(app)
    assert [one.label for one in app.button if one.label == "Draft"] == ["Draft"]


def test_a_failed_job_says_why_and_offers_another_try(kept: KeptPlan) -> None:
    job = start_job(desk().db, kept.id, "check", {}, owner="test")
    end_job(desk().db, job.id, "failed", error="The model costs $5 or $6 now.", hint="See www.example.com")
    app = opened("plan", id=kept.id)
    assert "The model costs" in app.error[0].value
    assert "Try again" in [one.label for one in app.button]
    click(app, f"close-{job.id}")
    assert not app.error


def test_an_unknown_plan_is_one_line() -> None:
    app = opened("plan", id="nonsense")
    assert [one.value for one in app.info] == [
        plain_line("There is no such plan. It may have been opened from an old link.")
    ]


# --- worked out, notes, history ---


def test_the_groundwork_stands_by_part_with_its_lines(kept: KeptPlan) -> None:
    shown = said(panel(kept, "Worked out"))
    assert shown.index("What decides it") < shown.index("Dates and days")
    assert '<summary title="Show this line of the notes">L4</summary>' in shown


def test_a_changed_decision_offers_to_write_the_page_again(kept: KeptPlan) -> None:
    assert "redraft" not in [one.key for one in panel(kept, "Worked out").button]
    acts.change_decision(kept.id, "G1", "We ask for one night in one store")
    app = click(panel(kept, "Worked out"), "redraft")
    assert not app.error
    desk().drafter.wait(kept.id, timeout_s=60)
    assert again(kept).groundwork.blocks[0].text == "- We ask for one night in one store"


def test_a_correction_and_a_confidence_become_notes(kept: KeptPlan) -> None:
    about = kept.groundwork.blocks[1]
    acts.correct(kept.id, "Her board meets on 17 December", about=about, kind="fact")
    acts.correct(kept.id, "", about=about, kind="confidence")
    acts.name_person(kept.id, "Jens Olsen", "Finance director", comes=False)
    texts = [line.text for line in again(kept).context.notes[-3:]]
    assert "17 December" in texts[0]
    assert "confidence" in texts[1]
    assert "Jens Olsen is Finance director" in texts[2]
    assert len(accounts.notes_of(desk().db, kept.account_id)) == 3


def test_a_corrected_bullet_says_so_until_the_notes_are_worked_out_again(kept: KeptPlan) -> None:
    about = kept.groundwork.blocks[1]
    acts.correct(kept.id, "It meets on <17> December", about=about, kind="fact")
    acts.correct(kept.id, "Not before Tom", about=about, kind="confidence")
    shown = said(panel(kept, "Worked out"))
    assert shown.count("Corrected by you") == 2
    assert "It meets on &lt;17&gt; December</div>" in shown
    assert "Told in confidence. Not before Tom</div>" in shown
    desk().drafter.start(kept.id, "redraft", {"model": "builtin"})
    desk().drafter.wait(kept.id, timeout_s=60)
    assert said(panel(kept, "Worked out")).count("Corrected by you") == 2
    desk().drafter.start(kept.id, "draft", {"model": "builtin"})
    desk().drafter.wait(kept.id, timeout_s=60)
    plans.set_groundwork(desk().db, kept.id, GROUNDWORK)  # as if it said the same again
    assert "Corrected by you" not in said(panel(kept, "Worked out"))


def test_what_may_be_said_is_asked_for_line_by_line_and_kept_for_the_account(kept: KeptPlan) -> None:
    with pytest.raises(InputError, match="Choose the lines"):
        acts.open_lines(kept.id, [])
    acts.open_lines(kept.id, ["L9"])
    assert again(kept).context.notes[-1].source.startswith("may be said (L9), says the rep")
    note = accounts.notes_of(desk().db, kept.account_id)[-1]
    assert note.source.startswith("may be said, says the rep")
    assert "Jens asked me why we are not looking at Scandex" in note.text


def test_a_note_more_becomes_lines_behind_the_others(kept: KeptPlan) -> None:
    acts.add_note(kept.id, "Maria called.\n\nBoard moved to the 17th.", source="added 2 Dec")
    new = again(kept).context.notes[len(kept.context.notes) :]
    assert [line.text for line in new] == ["Maria called.", "Board moved to the 17th."]
    assert [line.number for line in new] == [len(kept.context.notes) + 1, len(kept.context.notes) + 2]
    assert accounts.notes_of(desk().db, kept.account_id)[-1].text == "Maria called.\n\nBoard moved to the 17th."


def test_the_cited_line_is_marked_and_search_finds_lines_by_word_and_label(kept: KeptPlan) -> None:
    app = opened("plan", id=kept.id, cite="L9")
    assert 'id="note-L9" class="cited" aria-current="true"' in said(app)
    assert [line.label for line in found(kept.context, "SCANDEX jens")] == ["L9"]
    assert [line.label for line in found(kept.context, "l9")] == ["L9"]


def test_the_cited_line_is_among_those_shown_of_very_long_notes() -> None:
    lines = [NoteLine(label=f"L{number}", text="x") for number in range(1, 5000)]
    shown = window(lines, "L3000")
    assert len(shown) == MOST_SHOWN
    assert "L3000" in [line.label for line in shown]


def test_a_version_comes_back_and_back_again(kept: KeptPlan) -> None:
    block = kept.blocks[3]
    edit = Edit(op="e", action="text", block=block.block.id, base=block.revision, text="Other words.")
    edits.apply_edits(desk().db, kept.id, (edit,), by=BY)
    app = panel(kept, "History")
    assert "Other words." in said(app)
    back = next(one.key for one in app.button if one.label == "Bring this back")
    click(app, back)
    assert text_of(again(kept), block.block.id) == block.block.text
    click(app, "undo-restore")
    assert text_of(again(kept), block.block.id) == "Other words."
    assert [one.what for one in history.versions(desk().db, kept.id)][:2] == ["restored", "restored"]


def test_words_kept_aside_can_be_brought_back_and_undo_brings_the_page_that_stood(kept: KeptPlan) -> None:
    one = kept.blocks[3].block
    write(desk().db, kept.id, one.id, "Riya's words.", by=BY)
    late = Edit(op="late", action="text", block=one.id, base=kept.blocks[3].revision, text="Tom's words.")
    edits.apply_edits(desk().db, kept.id, (late,), by="Tom")
    app = panel(kept, "History")
    clash = history.versions(desk().db, kept.id)[0]
    back = [str(button.key) for button in app.button if button.label == "Bring this back"]
    assert [key.split("-")[1] for key in back] == [str(clash.revision), "1"]
    click(app, back[0])
    assert text_of(again(kept), one.id) == "Tom's words."
    click(app, "undo-restore")
    assert text_of(again(kept), one.id) == "Riya's words."


# --- share, rehearse, bring ---


def test_a_shared_link_shows_score_and_criticism_and_nothing_to_change(kept: KeptPlan) -> None:
    critique = kept.critique.model_copy(update={"points": (Point(text="The page opens with the quote."),)})
    plans.set_critique(desk().db, kept.id, critique, revision=kept.revision, by_reader=True)
    app = opened("shared", token=shares.share(desk().db, kept.id).token)
    assert "The page opens with the quote." in said(app)
    assert [one.label for one in app.button] == []


def test_a_shared_page_is_edited_by_the_rep_and_not_by_who_reads_it(kept: KeptPlan) -> None:
    one = kept.blocks[2]
    change = Edit(op="e", action="text", block=one.block.id, base=one.revision, text="Other words.")
    edits.apply_edits(desk().db, kept.id, [change], by=BY)
    app = opened("shared", token=shares.share(desk().db, kept.id).token)
    assert "Edited by Riya Shah" in said(app)
    assert "Edited by you" not in said(app)
    assert "Edited by you" in said(opened("plan", id=kept.id))


def test_a_revoked_or_unknown_link_says_so_in_one_line(kept: KeptPlan) -> None:
    link = shares.share(desk().db, kept.id)
    shares.revoke(desk().db, link.token)
    for token in (link.token, "nonsense"):
        app = opened("shared", token=token)
        assert ["does not work any more" in one.value for one in app.info] == [True]
        assert kept.context.account not in said(app)


def test_rehearsing_hides_the_answer_until_it_is_asked_for(kept: KeptPlan) -> None:
    app = opened("rehearse", id=kept.id)
    asked = cards([one.block for one in kept.blocks])
    assert as_html(asked[0].question) in said(app)
    assert "What in it doesn" not in said(app)
    click(app, "answer")
    assert "What in it doesn" in said(app)
    click(app, "next")
    assert as_html(asked[1].question) in said(app)
    for key in ("skip", "skip"):
        click(app, key)
    assert "That was the last of 3" in said(app)


def test_rehearsing_an_empty_page_says_what_to_do() -> None:
    new = plans.create_plan(desk().db, example("harrowgate_context"))
    shown = said(opened("rehearse", id=new.id))
    assert "The page has no opening yet" in shown
    assert "The page has no hard questions yet" in shown


def test_the_opening_takes_as_long_as_its_words_spoken_calmly() -> None:
    assert seconds_of("word " * 75) == 30
    assert opening(PLAN.blocks).startswith('"We have until 10:45')


def spoken(*texts: str, kind: Kind = "text") -> tuple[Block, ...]:
    return tuple(
        Block(id=f"B{n}", kind="heading" if text.startswith("#") else kind, text=text, part="opening")
        for n, text in enumerate(texts, 1)
    )


FIFTY, TWENTY = "word " * 49 + "word?", "other " * 19 + "other?"


@pytest.mark.parametrize(
    "blocks",
    [
        spoken(f"“{FIFTY}” or, if Jens is there: “{TWENTY}”"),
        spoken(f'"{FIFTY}" (Or, if he has ten minutes: "{TWENTY}")'),
        spoken(f"“{FIFTY}” Wait.", f"**If Jens comes:** “{TWENTY}”"),
        spoken(f"„{FIFTY}“", f"Oder, falls Jens da ist: „{TWENTY}“"),
        spoken(f"> {FIFTY}", f"> Otherwise: {TWENTY}", kind="quote"),
        spoken("### If Tom comes alone", FIFTY, "### If Jens is there", TWENTY),
    ],
)
def test_alternatives_of_an_opening_are_timed_each_by_itself(blocks: tuple[Block, ...]) -> None:
    assert opening_s(blocks) == seconds_of(FIFTY)
    assert all(words in " ".join(opening(blocks).split()) for words in (FIFTY, TWENTY))


@pytest.mark.parametrize(
    "blocks",
    [
        spoken(f"“{FIFTY} If that suits you: {TWENTY}”"),
        spoken(f"“{FIFTY}” Then: “{TWENTY}”"),
        spoken(f"“{FIFTY} Or is it: {TWENTY}”"),
    ],
)
def test_a_condition_within_the_opening_is_no_alternative(blocks: tuple[Block, ...]) -> None:
    assert opening_s(blocks) >= seconds_of(FIFTY + " " + TWENTY)


def test_rehearsing_says_that_there_is_more_than_one_opening(kept: KeptPlan) -> None:
    assert SEVERAL not in said(opened("rehearse", id=kept.id))
    block = next(one.block for one in kept.blocks if one.block.part == "opening" and one.block.kind != "heading")
    write(
        desk().db,
        kept.id,
        block.id,
        f"{block.text} Or, if Jens is there: “Jens, what must be settled today?”",
        by="Riya",
    )
    assert SEVERAL in said(opened("rehearse", id=kept.id))


def test_what_we_bring_stands_alone_and_nothing_internal_with_it(kept: KeptPlan) -> None:
    shown = said(opened("bring", id=kept.id))
    assert '<article class="mc mc-sheet">' in shown
    for internal in ("Scandex", "120k", "Aldermoor", "Score"):
        assert internal not in shown


def test_without_a_thing_to_bring_the_screen_says_what_to_do() -> None:
    new = plans.create_plan(desk().db, example("harrowgate_context"))
    assert "Nothing to show yet" in said(opened("bring", id=new.id))


def test_the_menu_says_when_nothing_of_the_page_s_agenda_could_be_shown(kept: KeptPlan) -> None:
    gone = [one for one in kept.blocks if one.block.part in ("agenda", "purpose", "opening", "best")]
    changes = [Edit(op=one.block.id, action="delete", block=one.block.id, base=one.revision) for one in gone]
    before = _export_menu(kept)
    edits.apply_edits(desk().db, kept.id, changes, by=BY)
    assert "general words alone" not in before
    assert "The agenda holds general words alone" in _export_menu(kept)
    assert "Nothing had to be left out of the agenda" not in _export_menu(kept)


def _export_menu(kept: KeptPlan) -> str:
    app = opened("plan", id=kept.id)
    app.session_state["export"] = True
    return said(seen(app.run()))


def test_where_the_page_hands_nothing_out_both_screens_say_so_and_offer_no_file(kept: KeptPlan) -> None:
    for one in kept.blocks:
        if one.block.part == "bring":
            text = "## You bring" if one.block.kind == "heading" else "No sheet; it would be a burden."
            change = Edit(op=one.block.id, action="text", block=one.block.id, base=one.revision, text=text)
            edits.apply_edits(desk().db, kept.id, [change], by=BY)
    shown = said(opened("bring", id=kept.id))
    assert "Nothing is handed out at this meeting: the page says “No sheet; it would be a burden.”" in shown
    assert '<article class="mc mc-sheet">' not in shown
    menu = _export_menu(kept)
    assert "Nothing is handed out at this meeting" in menu
    assert "-agenda.pdf" in menu
    assert "-bring.pdf" not in menu


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        ('- **"Why so late?"** "That is on me. What else?"', "Why so late?", '"That is on me. What else?"'),
        ("Q: Why so late? A: That is on me.", "Why so late?", "That is on me."),
        ("Why so late? That is on me.", "Why so late?", "That is on me."),
        (
            "- None in the notes; expect “What does it cost?”, and say a figure.",
            "What does it cost?",
            "and say a figure.",
        ),
        ("| They ask | We say |\n|---|---|\n| Why so late? | That is on me. |", "Why so late?", "That is on me."),
    ],
)
def test_questions_and_answers_are_read_from_however_they_are_written(text: str, question: str, answer: str) -> None:
    blocks = [block.model_copy(update={"part": "answers"}) for block in split(text)]
    assert [(card.question, card.answer) for card in cards(blocks)] == [(question, answer)]


# --- the page written again as a whole ---


def written_again(kept: KeptPlan, *, ago: dt.timedelta = dt.timedelta()) -> None:
    """By a job that remembers the page it began with; every item says something else afterwards."""
    db = desk().db
    job = start_job(db, kept.id, "redraft", {}, owner="elsewhere")
    here = again(kept).blocks
    remember(db, job.id, AT_FIRST, TypeAdapter(tuple[Block, ...]).dump_json(tuple(one.block for one in here)).decode())
    now = tuple(
        one.block.model_copy(update={"text": f"- Otherwise {n}."}) if one.block.kind == "item" else one.block
        for n, one in enumerate(here)
        if not one.is_touched
    )
    drafted = drafted_of(again(kept))
    drafted = drafted.model_copy(update={"plan": drafted.plan.model_copy(update={"blocks": now})})
    keep_drafted(db, kept.id, drafted, before=[one.block for one in here], known={one.id: one.id for one in now})
    end_job(db, job.id, "done")
    with db.writing() as connection:
        ended = update(tables.jobs).where(tables.jobs.c.id == job.id)
        connection.execute(ended.values(beat_at=dt.datetime.now(dt.UTC) - ago))


def texts(kept: KeptPlan) -> list[str]:
    return [one.block.text for one in again(kept).blocks]


def test_a_page_written_again_is_taken_back_with_one_click_and_later_words_stay(kept: KeptPlan) -> None:
    before = texts(kept)
    written_again(kept)
    changed, other = [one for one in again(kept).blocks if one.block.kind == "item"][:2]
    write(desk().db, kept.id, changed.block.id, "- Mine, since.", by=BY)
    app = opened("plan", id=kept.id)
    assert "Written again" in said(app)
    app = click(app, "undo-rewritten")
    was = next(one.block.text for one in kept.blocks if one.block.id == changed.block.id)
    assert texts(kept) == [("- Mine, since." if text == was else text) for text in before]
    assert [one.block.id for one in again(kept).blocks if one.is_touched] == [changed.block.id]
    assert "The page of before is back" in said(app)
    app = click(app, "undo-rewritten")
    assert "- Mine, since." in texts(kept)
    assert next(one.block.text for one in again(kept).blocks if one.block.id == other.block.id).startswith(
        "- Otherwise"
    )
    click(app, "close-rewritten")
    assert "Written again" not in said(app)


def test_the_score_of_a_page_written_again_says_which_draft_it_is_compared_with(kept: KeptPlan) -> None:
    plans.set_critique(
        desk().db, kept.id, Critique(total=72.4, judged_by="m:j"), revision=kept.revision, by_reader=True
    )
    assert "up 14 from the first draft (58)" in said(opened("plan", id=kept.id))
    written_again(kept)
    plans.set_critique(desk().db, kept.id, Critique(total=72.4, judged_by="m:j"), revision=99, by_reader=True)
    assert re.search(r"up 14 from the first draft of \d\d:\d\d \(58\)", said(opened("plan", id=kept.id)))


def test_nothing_is_offered_where_no_page_was_written_over(kept: KeptPlan) -> None:
    new = plans.create_plan(desk().db, kept.context)
    written_again(new)
    assert "Written again" not in said(opened("plan", id=new.id))
    written_again(kept, ago=OFFERED_FOR * 2)
    assert "Written again" not in said(opened("plan", id=kept.id))


# --- what is shown of foreign words ---


def test_foreign_words_never_become_elements_or_links() -> None:
    hostile = "<img src=x onerror=alert(1)> [x](http://evil.example) ![y](http://evil.example/y.png) </div>"
    line = NoteLine(label="L1", text=hostile, source=hostile, speaker=hostile)
    for shown in (as_html(hostile), difference(hostile, hostile), chips(["L1", "L2"], {"L1": line})):
        assert "<img" not in shown
        assert "href" not in shown
        assert shown.count("<div") == shown.count("</div")


@pytest.mark.parametrize("old", ["| a | <b> |\n| c \\| d | **e** |", "| A | B |\n|---|---|\n| a | c \\| d |", "a | b"])
def test_changed_rows_of_a_table_are_shown_as_cells(old: str) -> None:
    shown = difference(old, f"{old}\n| new | row |")
    assert "---" not in shown
    assert "<b>" not in shown
    assert "|" not in shown.replace("c | d", "")
    assert "<td>new</td>" in shown.partition("<ins>")[2]
    assert "<table>" in shown.partition("<ins>")[0]


def test_the_heading_says_how_far_away_the_meeting_is(kept: KeptPlan) -> None:
    meeting = kept.context.meeting.model_copy(update={"date": dt.date.today(), "start": dt.time(10)})
    plans.set_context(desk().db, kept.id, kept.context.model_copy(update={"meeting": meeting}))
    assert "10:00, today" in said(opened("plan", id=kept.id))


@pytest.mark.parametrize("days", [0, 3])
def test_the_heading_says_from_which_day_a_page_of_another_day_counts(kept: KeptPlan, days: int) -> None:
    written = dt.date.today() - dt.timedelta(days=days)
    plans.change_context(desk().db, kept.id, lambda known: known.model_copy(update={"today": written}))
    shown = said(opened("plan", id=kept.id))
    assert (f"“Today” on the page is {when.day(written, today=dt.date.today())}" in shown) == bool(days)


def test_a_plan_without_a_page_counts_no_days(kept: KeptPlan) -> None:
    made = plans.create_plan(desk().db, kept.context)
    assert "“Today” on the page" not in said(opened("plan", id=made.id))
