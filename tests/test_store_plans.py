"""Plans, what the coach brings forth for them, and their list, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from coach.errors import ChangedMeanwhile, InputError
from coach.schema import (
    AccountContext,
    Block,
    Check,
    Commitment,
    Critique,
    Draft,
    Drafted,
    Failure,
    Groundwork,
    Meeting,
    MeetingPlan,
    NoteLine,
    Person,
    Run,
    Suggestion,
)
from coach.store import plans, tables
from coach.store.accounts import find_or_create_account
from coach.store.database import Database
from coach.store.edits import undo_last
from coach.store.history import versions
from coach.store.jobs import cancel_job, end_job, start_job
from tests.support.harrowgate import CONTEXT, PLAN
from tests.support.kept import TEXTS, do, drafted_plan, edit, ids, page, texts, write

TODAY = dt.date(2026, 11, 30)
ASKED = Suggestion(id="S1", kind="thing", block="B2", old="pilot", new="paid pilot", why="It costs.")
BEST = Commitment(who="Maria", what="a pilot", by="2026-12-09")
RUN = Run(call="page", prompt_hash="abc", model="test:model", started_at=dt.datetime(2026, 11, 30, tzinfo=dt.UTC))
DRAFTED = Drafted(
    context=CONTEXT,
    plan=PLAN.model_copy(update={"title": "Harrowgate", "best_outcome": BEST}),
    groundwork=Groundwork(blocks=page("Worked out"), drafted_by="builtin"),
    critique=Critique(total=81.5, judged_by="test:judge"),
    drafts=(Draft(plan=PLAN),),
    questions=("Who signs?",),
    warnings=("One line reads like an instruction.",),
    failures=(Failure(step="judge", error="ModelTimedOut", message="Too slow"),),
    runs=(RUN,),
    drafted_by="test:model",
)


def about(
    account: str = "", *, date: dt.date | None = None, start: dt.time | None = None, who: str = ""
) -> AccountContext:
    people = (Person(name=who),) if who else ()
    return AccountContext(account=account, today=TODAY, meeting=Meeting(date=date, start=start, attendees=people))


def test_a_plan_is_loaded_as_it_was_kept(db: Database) -> None:
    made = plans.create_plan(db, CONTEXT, purpose="agree on the pilot")
    assert (made.context, made.purpose, made.status, made.revision, made.blocks) == (
        CONTEXT, "agree on the pilot", "new", 0, (),
    )  # fmt: skip
    plans.replace_blocks(db, made.id, PLAN.blocks, what="drafted")
    kept = plans.load_plan(db, made.id)
    assert kept.plan.blocks == PLAN.blocks
    assert [one.block for one in kept.blocks] == list(PLAN.blocks)
    assert (kept.status, kept.revision) == ("drafted", 1)
    assert kept.created_at == made.created_at <= kept.updated_at


def test_all_that_drafting_brought_forth_is_kept_in_one_step(db: Database) -> None:
    plan_id = plans.create_plan(db, CONTEXT).id
    corrected = CONTEXT.model_copy(update={"rep": "Somebody else"})
    plans.set_context(db, plan_id, corrected)
    assert plans.keep_drafted(db, plan_id, DRAFTED, PLAN.blocks) == 1
    kept = plans.load_plan(db, plan_id)
    assert kept.plan == DRAFTED.plan
    assert (kept.groundwork, kept.critique, kept.drafts) == (DRAFTED.groundwork, DRAFTED.critique, DRAFTED.drafts)
    assert (kept.questions, kept.warnings) == (DRAFTED.questions, DRAFTED.warnings)
    assert (kept.failures, kept.runs) == (DRAFTED.failures, DRAFTED.runs)
    assert (kept.context, kept.status, kept.checked_revision) == (corrected, "drafted", 1)
    assert kept.checked_at is not None


def test_a_page_that_no_model_has_judged_was_never_checked(db: Database) -> None:
    plan_id = plans.create_plan(db, CONTEXT).id
    by_rules = DRAFTED.model_copy(update={"critique": Critique(judged_by="rules", total=50.0)})
    plans.keep_drafted(db, plan_id, by_rules, PLAN.blocks)
    kept = plans.load_plan(db, plan_id)
    assert (kept.checked_at, kept.edits_since_check) == (None, 0)


def test_edits_since_the_page_was_checked_are_counted(db: Database) -> None:
    plan_id = plans.create_plan(db, CONTEXT).id
    plans.keep_drafted(db, plan_id, DRAFTED, page(*TEXTS))
    write(db, plan_id, "B1", "One")
    write(db, plan_id, "B2", "Two", by="Tom")
    do(db, plan_id, edit("text", "B2", "A clash is no change"))
    assert plans.load_plan(db, plan_id).edits_since_check == 2
    plans.set_critique(db, plan_id, Critique(judged_by="test:judge"), revision=2, by_reader=True)
    assert plans.load_plan(db, plan_id).edits_since_check == 1


def checked_plan(db: Database) -> str:
    """A page that reader and judge have seen."""
    plan_id = plans.create_plan(db, CONTEXT).id
    plans.keep_drafted(db, plan_id, DRAFTED, page(*TEXTS))
    return plan_id


def test_an_edit_and_its_undo_are_no_edits(db: Database) -> None:
    plan_id = checked_plan(db)
    write(db, plan_id, "B1", "One")
    do(db, plan_id, edit("delete", "B2"))
    undo_last(db, plan_id, by="Riya")
    assert plans.load_plan(db, plan_id).edits_since_check == 1
    undo_last(db, plan_id, by="Riya")
    assert plans.load_plan(db, plan_id).edits_since_check == 0


def test_words_put_back_by_hand_are_no_edit(db: Database) -> None:
    plan_id = checked_plan(db)
    write(db, plan_id, "B1", "One and much more than that, to be sure of a version")
    write(db, plan_id, "B2", "Two")
    write(db, plan_id, "B1", TEXTS[0])
    assert plans.load_plan(db, plan_id).edits_since_check == 1


def test_one_act_on_many_blocks_is_one_edit(db: Database) -> None:
    plan_id = checked_plan(db)
    write(db, plan_id, "B1", "One")
    plans.set_critique(db, plan_id, Critique(judged_by="test:judge"), revision=2, by_reader=True)
    new = page("One", "Redrafted", "Redrafted too", TEXTS[3])
    plans.replace_blocks(db, plan_id, new, what="redrafted", seen=2, asked_by="Riya")
    assert plans.load_plan(db, plan_id).edits_since_check == 1


def test_a_moved_block_and_an_undo_of_what_was_checked_are_edits(db: Database) -> None:
    plan_id = checked_plan(db)
    do(db, plan_id, edit("move", "B2"))
    assert plans.load_plan(db, plan_id).edits_since_check == 1
    plans.set_critique(db, plan_id, Critique(judged_by="test:judge"), revision=2, by_reader=True)
    assert plans.load_plan(db, plan_id).edits_since_check == 0
    undo_last(db, plan_id, by="Riya")
    assert plans.load_plan(db, plan_id).edits_since_check == 1


def test_typing_that_goes_on_after_the_check_is_an_edit(db: Database) -> None:
    plan_id = checked_plan(db)
    write(db, plan_id, "B1", "One")
    plans.set_critique(db, plan_id, Critique(judged_by="test:judge"), revision=2, by_reader=True)
    write(db, plan_id, "B1", "One more")
    assert plans.load_plan(db, plan_id).edits_since_check == 1


def test_each_other_thing_of_a_plan_is_kept(db: Database) -> None:
    plan_id = drafted_plan(db)
    plans.set_groundwork(db, plan_id, DRAFTED.groundwork)
    plans.set_decisions(db, plan_id, ["We bring the two numbers"])
    plans.set_suggestions(db, plan_id, [ASKED])
    plans.update_suggestion(db, plan_id, ASKED.model_copy(update={"state": "dismissed", "reason": "No"}))
    plans.set_purpose(db, plan_id, "renew")
    plans.set_plan(db, plan_id, DRAFTED.plan)
    kept = plans.load_plan(db, plan_id)
    assert (kept.groundwork, kept.decisions) == (DRAFTED.groundwork, ("We bring the two numbers",))
    assert kept.suggestions == (ASKED.model_copy(update={"state": "dismissed", "reason": "No"}),)
    assert (kept.purpose, kept.plan.title, texts(kept), kept.revision) == ("renew", "Harrowgate", list(TEXTS), 1)


def test_a_suggestion_that_is_not_there_cannot_be_decided_on(db: Database) -> None:
    with pytest.raises(InputError, match="no longer there"):
        plans.update_suggestion(db, drafted_plan(db), ASKED)


def test_what_is_not_there_is_said_by_every_call(db: Database) -> None:
    calls = (
        lambda: plans.load_plan(db, "x"),
        lambda: plans.set_purpose(db, "x", "y"),
        lambda: plans.set_decisions(db, "x", []),
        lambda: plans.replace_blocks(db, "x", [], what="drafted"),
        lambda: plans.keep_drafted(db, "x", DRAFTED, []),
        lambda: plans.set_critique(db, "x", Critique(), revision=1, by_reader=False),
        lambda: plans.archive_plan(db, "x"),
    )
    for call in calls:
        with pytest.raises(InputError, match="no such plan"):
            call()


def test_two_corrections_of_the_notes_at_once_both_hold(db: Database) -> None:
    plan_id = plans.create_plan(db, about("Northwind")).id

    def correct(number: int) -> None:
        line = NoteLine(label=f"L{number}", text=f"Told {number}")
        plans.change_context(db, plan_id, lambda known: known.model_copy(update={"notes": (*known.notes, line)}))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(correct, range(1, 9)))
    assert sorted(line.number for line in plans.load_plan(db, plan_id).context.notes) == list(range(1, 9))


def test_a_plan_whose_account_is_corrected_belongs_to_that_one(db: Database) -> None:
    plan_id = plans.create_plan(db, about("Nortwind")).id
    plans.set_context(db, plan_id, about("Northwind"))
    assert plans.load_plan(db, plan_id).account_id == find_or_create_account(db, "northwind ").id


def test_hostile_text_is_kept_as_far_as_a_database_can(db: Database) -> None:
    context = about("North\0wind \ud83d").model_copy(update={"notes": (NoteLine(label="L1", text="a\0b\udfff"),)})
    plan_id = plans.create_plan(db, context, purpose="x\0").id
    plans.replace_blocks(db, plan_id, [Block(id="B1", kind="item", text="c\0d\ud800")], what="dra\0fted")
    kept = plans.load_plan(db, plan_id)
    assert (kept.context.notes[0].text, kept.purpose, texts(kept)) == ("ab", "x", ["cd"])
    assert plans.list_plans(db, search="north\0wind")[0].account == "Northwind"


def test_what_another_version_kept_is_read_as_far_as_it_fits(db: Database) -> None:
    plan_id = drafted_plan(db)
    older = {"total": 70.0, "mood": "sunny", "findings": [{"rule": "R1"}]}
    with db.writing() as connection:
        connection.execute(update(tables.plans).values(critique=older, suggestions=["nonsense"]))
        connection.execute(update(tables.blocks).values(check={"status": "sunny"}))
    kept = plans.load_plan(db, plan_id)
    assert (kept.critique, kept.suggestions, texts(kept)) == (Critique(total=70.0), (), list(TEXTS))


# Whole pages


def test_a_page_written_anew_keeps_the_revision_of_what_stays(db: Database) -> None:
    plan_id = drafted_plan(db)
    plans.replace_blocks(
        db, plan_id, (*page("New", *TEXTS[1:3]), Block(id="N1", kind="item", text="More")), what="rewritten", seen=1
    )
    kept = plans.load_plan(db, plan_id)
    assert [(one.block.id, one.revision) for one in kept.blocks] == [("B1", 2), ("B2", 1), ("B3", 1), ("N1", 2)]


def test_the_same_page_again_is_no_change(db: Database) -> None:
    plan_id = drafted_plan(db)
    assert plans.replace_blocks(db, plan_id, page(*TEXTS), what="drafted") == 1
    assert len(versions(db, plan_id)) == 1


@pytest.mark.parametrize("new", [page("Coach's", *TEXTS[1:]), page(*TEXTS)[1:]], ids=["changed", "dropped"])
def test_what_the_rep_wrote_unseen_by_the_coach_is_never_replaced(db: Database, new: tuple[Block, ...]) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "Mine")
    before = plans.load_plan(db, plan_id)
    for call in (
        lambda: plans.replace_blocks(db, plan_id, new, what="rewritten", seen=1),
        lambda: plans.replace_blocks(db, plan_id, new, what="rewritten"),
        lambda: plans.keep_drafted(db, plan_id, DRAFTED, new, seen=1),
    ):
        with pytest.raises(ChangedMeanwhile, match="The rep has changed “Mine”"):
            call()
    assert plans.load_plan(db, plan_id) == before


def test_what_the_rep_deleted_unseen_by_the_coach_does_not_come_back(db: Database) -> None:
    plan_id = drafted_plan(db)
    do(db, plan_id, edit("delete", "B2"))
    with pytest.raises(ChangedMeanwhile, match="deleted"):
        plans.replace_blocks(db, plan_id, page("New", *TEXTS[1:]), what="rewritten", seen=1)
    assert ids(plans.load_plan(db, plan_id)) == ["B1", "B3", "B4"]


def test_what_the_rep_wrote_stays_the_reps_in_a_page_written_anew(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "Mine")
    plans.replace_blocks(db, plan_id, page("Mine", "Coach's"), what="rewritten", seen=1)
    kept = plans.load_plan(db, plan_id)
    assert (kept.status, [one.is_touched for one in kept.blocks]) == ("edited", [True, False])


def test_the_rep_may_let_own_words_be_replaced(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "Mine")
    plans.replace_blocks(db, plan_id, page("Coach's"), what="redrafted", seen=2)
    kept = plans.load_plan(db, plan_id)
    assert (kept.status, texts(kept), kept.blocks[0].is_touched) == ("drafted", ["Coach's"], False)


def test_blocks_can_be_named_the_reps(db: Database) -> None:
    plan_id = drafted_plan(db)
    plans.replace_blocks(db, plan_id, page("a", "b"), what="merged", touched=frozenset({"B2"}))
    assert [one.is_touched for one in plans.load_plan(db, plan_id).blocks] == [False, True]


# Criticism


def test_a_criticism_of_an_older_page_does_not_replace_a_newer_one(db: Database) -> None:
    plan_id = drafted_plan(db)
    old, new = Critique(total=10.0), Critique(total=90.0)
    assert plans.set_critique(db, plan_id, new, revision=5, by_reader=False)
    assert not plans.set_critique(db, plan_id, old, revision=4, by_reader=False)
    assert plans.load_plan(db, plan_id).critique == new


def test_the_readers_criticism_counts_against_the_last_of_the_readers(db: Database) -> None:
    plan_id = drafted_plan(db)
    plans.set_critique(db, plan_id, Critique(total=1.0), revision=5, by_reader=False)
    assert plans.set_critique(db, plan_id, Critique(total=2.0), revision=4, by_reader=True)
    assert not plans.set_critique(db, plan_id, Critique(total=3.0), revision=3, by_reader=True)
    kept = plans.load_plan(db, plan_id)
    assert (kept.critique.total, kept.checked_revision) == (2.0, 4)


def test_marks_are_kept_where_the_words_are_still_those_that_were_looked_at(db: Database) -> None:
    plan_id = drafted_plan(db)
    seen = plans.load_plan(db, plan_id)
    write(db, plan_id, "B1", "Mine")
    found = [one.block.model_copy(update={"check": Check(status="contradicted")}) for one in seen.blocks]
    plan = DRAFTED.plan.model_copy(update={"blocks": tuple(found)})
    assert plans.set_checks(db, plan_id, plan, Critique(total=4.0), seen=1)
    kept = plans.load_plan(db, plan_id)
    assert [one.block.check.status for one in kept.blocks] == ["unchecked", *["contradicted"] * 3]
    assert [one.revision for one in kept.blocks] == [2, 1, 1, 1]
    assert (kept.revision, kept.critique.total, kept.plan.title) == (2, 4.0, "Harrowgate")
    assert not plans.set_checks(db, plan_id, plan, Critique(total=5.0), seen=0)


def test_a_suggestion_is_decided_on_with_its_words_in_one_step(db: Database) -> None:
    plan_id = drafted_plan(db)
    plans.set_suggestions(db, plan_id, [ASKED])
    block = page("a", "Ask for the paid pilot")[1]
    applied = ASKED.model_copy(update={"state": "applied"})
    assert plans.keep_decision(db, plan_id, applied, block=block, seen=1, by="Riya", what="applied") == 2
    kept = plans.load_plan(db, plan_id)
    assert (kept.suggestions, texts(kept)[1], kept.blocks[1].is_touched) == ((applied,), block.text, True)
    assert kept.status == "edited"


def test_a_suggestion_for_words_that_were_changed_meanwhile_changes_nothing(db: Database) -> None:
    plan_id = drafted_plan(db)
    plans.set_suggestions(db, plan_id, [ASKED])
    write(db, plan_id, "B2", "Mine")
    before = plans.load_plan(db, plan_id)
    with pytest.raises(ChangedMeanwhile):
        plans.keep_decision(db, plan_id, ASKED, block=page("a", "b")[1], seen=1, by="Riya")
    assert plans.load_plan(db, plan_id) == before


def test_dismissing_a_suggestion_leaves_the_page(db: Database) -> None:
    plan_id = drafted_plan(db)
    plans.set_suggestions(db, plan_id, [ASKED])
    dismissed = ASKED.model_copy(update={"state": "dismissed"})
    assert plans.keep_decision(db, plan_id, dismissed, seen=1, by="Riya") == 1
    assert plans.load_plan(db, plan_id).suggestions == (dismissed,)


# The list


def test_coming_meetings_come_first_then_undated_then_past_ones(db: Database) -> None:
    for name, date, start in (
        ("past", dt.date(2026, 11, 29), None),
        ("next week", dt.date(2026, 12, 7), None),
        ("long past", dt.date(2025, 11, 30), None),
        ("today, late", TODAY, dt.time(16)),
        ("some day", None, None),
        ("today, early", TODAY, dt.time(9, 30)),
    ):
        plans.create_plan(db, about(name, date=date, start=start))
    listed = [row.account for row in plans.list_plans(db, today=TODAY)]
    assert listed == ["today, early", "today, late", "next week", "some day", "past", "long past"]


def test_meetings_without_a_date_keep_their_places_while_the_coach_works_on_them(db: Database) -> None:
    made = [plans.create_plan(db, about(name)).id for name in ("first", "second", "third")]
    for plan_id in (made[0], made[1]):
        plans.replace_blocks(db, plan_id, page("a"), what="drafting")
        assert [row.account for row in plans.list_plans(db, today=TODAY)] == ["third", "second", "first"]


def test_a_plan_is_found_by_any_of_its_words_whatever_their_case(db: Database) -> None:
    plan_id = plans.create_plan(db, about("Ärmel & Söhne 100%", who="Tom Reed"), purpose="Pilot").id
    plans.create_plan(db, about("Other"))
    for search in ("ÄRMEL", "söhne pilot", "tom  REED", "100%", "pilot reed"):
        assert [row.id for row in plans.list_plans(db, search=search)] == [plan_id], search
    assert plans.list_plans(db, search="ärmel other") == ()
    assert plans.list_plans(db, search="%") != plans.list_plans(db)
    plans.set_plan(db, plan_id, DRAFTED.plan)
    plans.set_purpose(db, plan_id, "Renewal")
    assert [row.id for row in plans.list_plans(db, search="harrowgate renewal tom")] == [plan_id]


def test_what_is_missing_is_said_at_a_glance(db: Database) -> None:
    plan_id = plans.create_plan(db, about("Northwind")).id
    assert plans.list_plans(db)[0].gaps == ("not drafted", "no meeting date")
    job = start_job(db, plan_id, "draft", {}, owner="here")
    assert plans.list_plans(db)[0].gaps == ("no meeting date",)
    end_job(db, job.id, "done")
    doubtful = [block.model_copy(update={"check": Check(status="unverified")}) for block in page("a", "b")]
    plans.replace_blocks(db, plan_id, doubtful, what="drafted")
    gaps = ("no dated customer commitment", "no fall-back", "2 unverified facts", "no meeting date")
    assert plans.list_plans(db)[0].gaps == gaps
    plans.set_plan(db, plan_id, MeetingPlan(best_outcome=BEST, fallback=BEST))
    plans.set_context(db, plan_id, about("Northwind", date=TODAY))
    write(db, plan_id, "B1", "Mine")
    row = plans.list_plans(db)[0]
    assert (row.gaps, row.date, row.status) == (("1 unverified fact",), TODAY, "edited")


def test_the_score_stands_in_the_list(db: Database) -> None:
    plan_id = drafted_plan(db)
    plans.set_critique(db, plan_id, Critique(total=64.5), revision=1, by_reader=False)
    row = plans.list_plans(db)[0]
    assert (row.score, row.is_judged) == (64.5, False)
    judged = Critique(total=71.0, judged_by="test:judge")
    plans.set_critique(db, plan_id, judged, revision=1, by_reader=True)
    row = plans.list_plans(db)[0]
    assert (row.score, row.is_judged) == (71.0, True)


def test_an_archived_plan_is_out_of_the_list_and_not_lost(db: Database) -> None:
    plan_id = drafted_plan(db)
    plans.archive_plan(db, plan_id)
    assert plans.list_plans(db) == ()
    assert [row.id for row in plans.list_plans(db, archived=True)] == [plan_id]
    assert texts(plans.load_plan(db, plan_id)) == list(TEXTS)
    plans.unarchive_plan(db, plan_id)
    assert [row.id for row in plans.list_plans(db)] == [plan_id]


def test_a_plan_is_drafting_while_its_first_draft_is_written(db: Database) -> None:
    plan_id = plans.create_plan(db, about("Northwind")).id
    job = start_job(db, plan_id, "draft", {}, owner="one")
    assert (plans.load_plan(db, plan_id).status, plans.list_plans(db)[0].status) == ("drafting", "drafting")
    cancel_job(db, job.id)
    assert plans.load_plan(db, plan_id).status == "new"
    plans.replace_blocks(db, plan_id, page(*TEXTS), what="drafted")
    write(db, plan_id, "B1", "Mine")
    start_job(db, plan_id, "draft", {}, owner="one")
    assert (plans.load_plan(db, plan_id).status, plans.list_plans(db)[0].status) == ("edited", "drafting")


def test_the_poller_sees_revisions_rise_with_the_page_and_pulses_with_everything(db: Database) -> None:
    one, other = drafted_plan(db), drafted_plan(db)
    asked = [one, other, "nowhere"]
    assert plans.revisions(db, asked) == {one: 1, other: 1}
    assert plans.revisions(db, []) == {}

    def pulse_of() -> int:
        return plans.pulses(db, asked)[one]

    job = start_job(db, one, "check", {}, owner="one")
    for change in (
        lambda: write(db, one, "B1", "Mine"),
        lambda: plans.set_suggestions(db, one, [ASKED]),
        lambda: plans.update_suggestion(db, one, ASKED),
        lambda: plans.set_critique(db, one, Critique(), revision=2, by_reader=True),
        lambda: plans.set_checks(db, one, PLAN, Critique(), seen=2),
        lambda: end_job(db, job.id, "done"),
    ):
        before = pulse_of()
        change()
        assert pulse_of() > before
    assert plans.revisions(db, asked) == {one: 2, other: 1}
