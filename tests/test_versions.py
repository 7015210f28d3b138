"""Any version brought back is exactly what stood: words, order, what was known of each block and of the page."""

from __future__ import annotations

import pytest
from pydantic import JsonValue, TypeAdapter
from sqlalchemy import event

from coach import keeping
from coach.recheck import recheck
from coach.schema import (
    Block,
    Check,
    Commitment,
    Critique,
    Draft,
    Drafted,
    JudgedAnswer,
    MeetingPlan,
    Point,
    Suggestion,
)
from coach.store import edits, history, jobs, plans
from coach.store.records import Edit
from coach.ui import acts, rewritten
from coach.ui.desk import desk
from coach.ui.rechecking import recheck_kept
from tests.support.harrowgate import PLAN
from tests.support.plans import example
from tests.support.screens import write

pytestmark = pytest.mark.usefixtures("fresh_desk")

BY = "Riya Shah"
MINE = "Tom Reed signs nothing before 14 January, he says."
NOT_OF_THE_PAGE = {"revision", "pulse", "updated_at"}


@pytest.fixture
def plan_id() -> str:
    """A drafted page that reader and judge have gone over; a suggestion stands open."""
    made = plans.create_plan(desk().db, example("harrowgate_context"), purpose="a test in one cold store")
    draft(made.id, PLAN.model_copy(update={"title": "A test in one cold store"}), "The page opens with the quote.")
    return made.id


def draft(plan_id: str, plan: MeetingPlan, point: str) -> None:
    """That page around what the rep has touched, as a draft leaves it behind; one suggestion of this name."""
    db, kept = desk().db, plans.load_plan(desk().db, plan_id)
    answers = (JudgedAnswer(question="Q1", answer="yes", quote="pilot", seen=point),)
    critique = Critique(points=(Point(text=point),), answers=answers, judged_by="openai:judge-1")
    plan, critique = recheck(plan, kept.context, kept.groundwork, critique, touched=frozenset())
    drafted = Drafted(
        context=kept.context,
        plan=plan,
        critique=critique,
        drafts=(Draft(plan=plan, critique=critique),) * 2,
        questions=(f"What of “{point}”?",),
        warnings=(f"Left out: {point}",),
    )
    known = {one.block.id: one.block.id for one in kept.blocks}
    keeping.keep_drafted(db, plan_id, drafted, before=history.as_first_said(db, plan_id), known=known)
    blocks = plans.load_plan(db, plan_id).blocks
    item = next(one.block for one in blocks if one.block.kind == "item" and not one.is_touched)
    check = Check(status="verified")
    asked = Suggestion(id=point, kind="harm", block=item.id, old=item.text[2:20], new="Kinder", why="So.", check=check)
    plans.set_suggestions(db, plan_id, (asked,))


def edit(plan_id: str) -> None:
    """All that a rep does to a page: rewords, accepts, moves, adds, deletes."""
    db, blocks = desk().db, plans.load_plan(desk().db, plan_id).blocks
    best = next(one.block.id for one in blocks if one.block.part == "best" and one.block.kind != "heading")
    write(db, plan_id, best, MINE, by=BY)
    recheck_kept(db, plan_id)
    acts.decide(plan_id, plans.load_plan(db, plan_id).suggestions[0].id, "accept", by=BY)
    blocks = plans.load_plan(db, plan_id).blocks
    ids = [one.block.id for one in blocks]
    done = [
        Edit(op="move", action="move", block=ids[4], after=ids[6]),
        Edit(op="in", action="insert", block="N1", text="- Bring 42 cups for Maria.", after=ids[2], kind="item"),
        Edit(op="out", action="delete", block=ids[9], base=blocks[9].revision),
    ]
    assert [one.result for one in edits.apply_edits(db, plan_id, done, by=BY)] == ["saved"] * 3
    recheck_kept(db, plan_id)


def write_again(plan_id: str) -> jobs.Job:
    """By a job that remembers the page it began with: other items, other outcome, other title."""
    db, kept = desk().db, plans.load_plan(desk().db, plan_id)
    job = jobs.start_job(db, plan_id, "redraft", {}, owner="elsewhere")
    here = TypeAdapter(tuple[Block, ...]).dump_json(keeping.plan_of(kept).blocks).decode()
    jobs.remember(db, job.id, jobs.AT_FIRST, here)
    jobs.remember(db, job.id, jobs.AT_REVISION, str(kept.revision))
    blocks = tuple(
        one.model_copy(update={"text": f"- Otherwise {n}.", "citations": ()}) if one.kind == "item" else one
        for n, one in enumerate(PLAN.blocks)
    )
    other = Commitment(who="Otto", what="signs the other thing")
    draft(plan_id, PLAN.model_copy(update={"title": "Other", "blocks": blocks, "best_outcome": other}), "Otherwise.")
    jobs.end_job(db, job.id, "done")
    done = jobs.last_draft(db, plan_id, done=True)
    assert done is not None
    return done


def stood(plan_id: str) -> dict[str, JsonValue]:
    """All that is kept of a plan but its counters."""
    kept = plans.load_plan(desk().db, plan_id)
    blocks = [one.model_dump(mode="json", exclude={"revision"}) for one in kept.blocks]
    return {**kept.model_dump(mode="json", exclude=NOT_OF_THE_PAGE), "blocks": blocks}


def stands(plan_id: str) -> int:
    return history.stands(desk().db, plan_id)


def test_a_drafted_page_comes_back_with_all_that_was_known_of_it(plan_id: str) -> None:
    drafted, revision = stood(plan_id), stands(plan_id)
    edit(plan_id)
    acts.bring_back(plan_id, revision, by=BY)
    assert stood(plan_id) == drafted


def test_a_page_with_the_reps_edits_comes_back_with_them_and_what_was_accepted(plan_id: str) -> None:
    first = stands(plan_id)
    edit(plan_id)
    edited, revision = stood(plan_id), stands(plan_id)
    acts.bring_back(plan_id, first, by=BY)
    acts.bring_back(plan_id, revision, by=BY)
    assert stood(plan_id) == edited
    assert edited["edits_since_check"] == 4


def test_a_page_that_was_written_again_comes_back_from_the_history_and_the_new_one_too(plan_id: str) -> None:
    edit(plan_id)
    before, old = stood(plan_id), stands(plan_id)
    write_again(plan_id)
    after, new = stood(plan_id), stands(plan_id)
    for _ in range(2):
        acts.bring_back(plan_id, old, by=BY)
        assert stood(plan_id) == before
        acts.bring_back(plan_id, new, by=BY)
        assert stood(plan_id) == after


def test_a_page_taken_back_with_one_click_is_as_it_stood_and_so_is_the_new_one_after_undo(plan_id: str) -> None:
    edit(plan_id)
    before, db = stood(plan_id), desk().db
    job = write_again(plan_id)
    after, new = stood(plan_id), stands(plan_id)
    acts.bring_page_back(plan_id, rewritten.page_before(job), known_at=int(job.options[jobs.AT_REVISION]), by=BY)
    assert stood(plan_id) == before
    acts.bring_page_back(plan_id, history.version(db, plan_id, new).blocks, known_at=new, by=BY)
    assert stood(plan_id) == after


def test_words_written_since_stay_in_a_page_taken_back_and_the_outcome_is_the_old_one(plan_id: str) -> None:
    before, db = plans.load_plan(desk().db, plan_id), desk().db
    job = write_again(plan_id)
    kept = plans.load_plan(db, plan_id)
    item = next(one.block.id for one in kept.blocks if one.block.kind == "item")
    write(db, plan_id, item, "- Mine, since.", by=BY)
    acts.bring_page_back(plan_id, rewritten.page_before(job), known_at=int(job.options[jobs.AT_REVISION]), by=BY)
    after = plans.load_plan(db, plan_id)
    assert [one.block.text for one in after.blocks if one.is_touched] == ["- Mine, since."]
    assert (after.plan.title, after.plan.best_outcome) == (before.plan.title, before.plan.best_outcome)
    assert (after.critique.points, after.edits_since_check) == (before.critique.points, 1)


def test_a_version_brought_back_is_undone_whole(plan_id: str) -> None:
    first, db = stands(plan_id), desk().db
    edit(plan_id)
    write_again(plan_id)
    after = stood(plan_id)
    acts.bring_back(plan_id, first, by=BY)
    edits.undo_last(db, plan_id, by=BY)
    recheck_kept(db, plan_id)
    assert stood(plan_id) == after


def test_an_outcome_that_the_rep_reworded_is_read_as_before_once_that_is_undone(plan_id: str) -> None:
    """Also where no draft reads as the page does."""
    db, kept = desk().db, plans.load_plan(desk().db, plan_id)
    best = next(one.block for one in kept.blocks if one.block.part == "best" and one.block.kind != "heading")
    plan = keeping.plan_of(kept)
    redrafted = [
        one.model_copy(update={"text": "Otto signs the other thing."}) if one is best else one for one in plan.blocks
    ]
    plans.replace_blocks(db, plan_id, redrafted, what="redrafted")
    plans.set_plan(db, plan_id, plan.model_copy(update={"best_outcome": Commitment(who="Otto", what="signs it")}))
    recheck_kept(db, plan_id)
    before = plans.load_plan(db, plan_id).plan
    write(db, plan_id, best.id, MINE, by=BY)
    recheck_kept(db, plan_id)
    assert plans.load_plan(db, plan_id).plan.best_outcome != before.best_outcome
    edits.undo_last(db, plan_id, by=BY)
    recheck_kept(db, plan_id)
    assert plans.load_plan(db, plan_id).plan == before


def test_words_that_clashed_come_back_on_the_page_of_then(plan_id: str) -> None:
    db, block = desk().db, plans.load_plan(desk().db, plan_id).blocks[4]
    title = plans.load_plan(db, plan_id).plan.title
    write(db, plan_id, block.block.id, "1. Riya's words.", by=BY)
    late = Edit(op="late", action="text", block=block.block.id, base=block.revision, text="1. Tom's words.")
    assert edits.apply_edits(db, plan_id, [late], by="Tom")[0].result == "clash"
    clash = history.versions(db, plan_id)[0]
    assert clash.revision != stands(plan_id)
    write_again(plan_id)
    acts.bring_back(plan_id, clash.revision, by=BY)
    kept = plans.load_plan(db, plan_id)
    assert [one.block.text for one in kept.blocks if one.is_touched] == ["1. Tom's words."]
    assert (kept.plan.title, kept.status) == (title, "edited")


def test_a_deletion_that_was_taken_back_with_its_version_holds_no_more(plan_id: str) -> None:
    db, first = desk().db, stands(plan_id)
    edit(plan_id)
    second = stands(plan_id)
    assert len(history.deleted_by_rep(db, plan_id)) == 1
    acts.bring_back(plan_id, first, by=BY)
    write_again(plan_id)
    plans.replace_blocks(db, plan_id, plans.load_plan(db, plan_id).plan.blocks[:9], what="redrafted")
    assert history.deleted_by_rep(db, plan_id) == ()
    acts.bring_back(plan_id, second, by=BY)
    assert len(history.deleted_by_rep(db, plan_id)) == 1


def test_the_score_of_a_page_brought_back_is_compared_with_its_own_draft(plan_id: str) -> None:
    db, first = desk().db, stands(plan_id)
    write_again(plan_id)
    assert rewritten.written_again_at(plans.load_plan(db, plan_id))
    acts.bring_back(plan_id, first, by=BY)
    assert rewritten.written_again_at(plans.load_plan(db, plan_id)) == ""


# --- whether there is anything to take back ---


def test_a_page_before_differs_until_it_is_back_or_the_rest_of_it_was_deleted(plan_id: str) -> None:
    db, whole = desk().db, keeping.plan_of(plans.load_plan(desk().db, plan_id)).blocks
    assert not keeping.differs_from(db, plans.load_plan(db, plan_id), whole)
    edit(plan_id)
    assert not keeping.differs_from(db, plans.load_plan(db, plan_id), whole)
    moves = [Edit(op=one, action="move", block=whole[20].id, after=whole[at].id) for one, at in (("a", 24), ("b", 19))]
    edits.apply_edits(db, plan_id, moves[:1], by=BY)
    assert keeping.differs_from(db, plans.load_plan(db, plan_id), whole)
    edits.apply_edits(db, plan_id, moves[1:], by=BY)
    assert not keeping.differs_from(db, plans.load_plan(db, plan_id), whole)
    shorter = keeping.plan_of(plans.load_plan(db, plan_id)).blocks[:-1]
    plans.replace_blocks(db, plan_id, shorter, what="rewritten")
    assert keeping.differs_from(db, plans.load_plan(db, plan_id), whole)


def test_looking_at_a_page_written_again_asks_the_same_few_things_however_long_its_history(plan_id: str) -> None:
    db, whole = desk().db, keeping.plan_of(plans.load_plan(desk().db, plan_id)).blocks
    for number in range(30):
        write(db, plan_id, whole[4 + number % 3].id, f"Words {number}", by=f"Person {number}")
    kept = plans.load_plan(db, plan_id)
    gone = kept.blocks[8]
    edits.apply_edits(db, plan_id, [Edit(op="out", action="delete", block=gone.block.id, base=gone.revision)], by=BY)
    kept, asked = plans.load_plan(db, plan_id), []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert not keeping.differs_from(db, kept, whole)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len([one for one in asked if "FROM" in one]) == 1
    assert "versions.blocks" not in str(asked)
