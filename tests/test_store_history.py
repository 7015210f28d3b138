"""Versions, undo and restore, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import null, update

from coach.errors import InputError
from coach.schema import Block, Drafted, MeetingPlan, Suggestion
from coach.store import drafts, plans, tables
from coach.store.database import Database
from coach.store.edits import redo_last, undo_last
from coach.store.history import as_first_said, deleted_by_rep, restore, version, versions
from coach.store.jobs import end_job, start_job
from tests.support.harrowgate import CONTEXT
from tests.support.kept import TEXTS, do, drafted_plan, edit, ids, page, texts, write

SENTENCE = "Ask Maria for the pilot in Harrowgate and for the two numbers that decide it."


def told(db: Database, plan_id: str) -> list[tuple[str, str]]:
    return [(one.what, one.by) for one in reversed(versions(db, plan_id))]


def later(db: Database, *, by: dt.timedelta) -> None:
    """All versions so far were written so much earlier."""
    with db.writing() as connection:
        for row in connection.execute(tables.versions.select()).mappings().all():
            moved = {"begun_at": row["begun_at"] - by, "at": row["at"] - by}
            connection.execute(update(tables.versions).where(tables.versions.c.id == row["id"]).values(moved))


def test_typing_in_one_block_is_one_version(db: Database) -> None:
    plan_id = drafted_plan(db)
    for text in ("A", "A b", "A better", "A better word"):
        write(db, plan_id, "B1", text)
    newest = versions(db, plan_id)[0]
    assert told(db, plan_id) == [("drafted", "coach"), ("edited", "Riya")]
    assert (newest.revision, newest.changed) == (5, ((TEXTS[0], "A better word"),))
    assert version(db, plan_id, 3).blocks[0].text == "A better word"


@pytest.mark.parametrize("other", ["another block", "another person", "two minutes later"])
def test_a_version_of_its_own_begins_with(db: Database, other: str) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", TEXTS[0] + " now")
    if other == "two minutes later":
        later(db, by=dt.timedelta(seconds=121))
    block, by = ("B2" if other == "another block" else "B1"), ("Tom" if other == "another person" else "Riya")
    write(db, plan_id, block, "And more", by=by)
    assert len(versions(db, plan_id)) == 3


def test_taking_many_words_away_leaves_them_in_the_history(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", SENTENCE)
    for end in range(len(SENTENCE) - 5, 0, -5):
        write(db, plan_id, "B1", SENTENCE[:end])
    kept = [version(db, plan_id, one.revision).blocks[0].text for one in versions(db, plan_id)]
    assert any(len(text) >= len(SENTENCE) - 20 for text in kept[:-1])
    assert len(kept) < 10


def test_a_draft_that_came_to_its_end_is_no_longer_called_begun(db: Database) -> None:
    plan_id = plans.create_plan(db, CONTEXT).id
    started = start_job(db, plan_id, "draft", {}, owner="one")
    drafts.replace_blocks(db, plan_id, page(*TEXTS), what=drafts.DRAFTING)
    assert told(db, plan_id) == [("drafting", "coach")]
    drafts.keep_drafted(db, plan_id, Drafted(context=CONTEXT, plan=MeetingPlan()), page(*TEXTS))
    assert told(db, plan_id) == [("drafted", "coach")]
    end_job(db, started.id, "done")
    drafts.keep_drafted(db, plan_id, Drafted(context=CONTEXT, plan=MeetingPlan()), page(*TEXTS), what="restored")
    assert told(db, plan_id) == [("drafted", "coach")]


def test_a_clock_set_back_joins_nothing(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", TEXTS[0] + " a")
    later(db, by=-dt.timedelta(hours=1))
    write(db, plan_id, "B1", TEXTS[0] + " ab")
    assert len(versions(db, plan_id)) == 3


def test_versions_come_newest_first_without_their_blocks(db: Database) -> None:
    plan_id = drafted_plan(db)
    do(db, plan_id, edit("delete", "B2"), by="Tom")
    newest, oldest = versions(db, plan_id)
    assert (newest.what, newest.by, newest.changed, newest.blocks) == ("deleted", "Tom", ((TEXTS[1], ""),), ())
    assert (oldest.what, oldest.by, oldest.changed) == ("drafted", "coach", tuple(("", text) for text in TEXTS))
    assert newest.at.tzinfo is not None
    assert [block.id for block in version(db, plan_id, 1).blocks] == ["B1", "B2", "B3", "B4"]


def test_a_version_brought_back_is_a_new_one_and_the_present_stays(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "Mine")
    do(db, plan_id, edit("delete", "B3"))
    revision = restore(db, plan_id, 1, by="Tom")
    kept = plans.load_plan(db, plan_id)
    assert (revision, kept.revision, texts(kept)) == (4, 4, list(TEXTS))
    assert version(db, plan_id, 3).blocks[0].text == "Mine"
    assert told(db, plan_id)[-1] == ("restored", "Tom")
    assert [one.is_touched for one in kept.blocks] == [False] * 4
    assert [one.revision for one in kept.blocks] == [4, 1, 4, 1]
    assert kept.status == "drafted"


def test_of_a_version_from_before_more_was_kept_the_words_come_back_as_the_reps(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "Mine")
    do(db, plan_id, edit("delete", "B3"))
    with db.writing() as connection:
        connection.execute(update(tables.versions).values(known=null()))
    restore(db, plan_id, 1, by="Tom")
    kept = plans.load_plan(db, plan_id)
    assert (texts(kept), kept.status) == (list(TEXTS), "edited")
    assert [one.is_touched for one in kept.blocks] == [True, False, True, False]


def test_what_a_touched_block_said_before_is_found_behind_the_reps_words(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "Mine")
    do(db, plan_id, edit("insert", "N1", "New", after="B1"))
    write(db, plan_id, "B1", "Mine still")
    assert [block.text for block in as_first_said(db, plan_id)] == [TEXTS[0], "New", *TEXTS[1:]]


def test_a_version_that_was_never_there_is_refused(db: Database) -> None:
    plan_id = drafted_plan(db)
    for call in (lambda: version(db, plan_id, 9), lambda: restore(db, plan_id, 9, by="Riya")):
        with pytest.raises(InputError, match="no version 9"):
            call()


@pytest.mark.parametrize("action", ["text", "insert", "delete", "move"])
def test_undo_takes_back_what_this_person_did_last(db: Database, action: str) -> None:
    plan_id = drafted_plan(db)
    before = plans.load_plan(db, plan_id)
    block = "N1" if action == "insert" else "B2"
    do(db, plan_id, edit(action, block, "New", after="" if action == "move" else "B1"))  # type: ignore[arg-type]
    assert plans.load_plan(db, plan_id).blocks != before.blocks
    assert undo_last(db, plan_id, by="Riya") == 3
    after = plans.load_plan(db, plan_id)
    assert (ids(after), texts(after)) == (ids(before), texts(before))
    assert not any(one.is_touched for one in after.blocks)


def test_undo_leaves_what_others_did_meanwhile(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "Mine")
    write(db, plan_id, "B2", "Theirs", by="Tom")
    do(db, plan_id, edit("delete", "B4"), by="Tom")
    undo_last(db, plan_id, by="Riya")
    assert texts(plans.load_plan(db, plan_id)) == [TEXTS[0], "Theirs", TEXTS[2]]


def test_undo_again_goes_further_back(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "First")
    do(db, plan_id, edit("delete", "B2"))
    undo_last(db, plan_id, by="Riya")
    undo_last(db, plan_id, by="Riya")
    assert texts(plans.load_plan(db, plan_id)) == list(TEXTS)
    with pytest.raises(InputError, match="nothing of yours"):
        undo_last(db, plan_id, by="Riya")


def test_what_was_written_over_since_is_not_undone(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "Mine")
    write(db, plan_id, "B1", "Theirs", by="Tom")
    with pytest.raises(InputError, match="written over since"):
        undo_last(db, plan_id, by="Riya")
    assert texts(plans.load_plan(db, plan_id))[0] == "Theirs"


def test_typing_that_came_to_nothing_is_passed_over(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B2", "Mine")
    write(db, plan_id, "B1", TEXTS[0] + "x")
    write(db, plan_id, "B1", TEXTS[0])
    undo_last(db, plan_id, by="Riya")
    assert texts(plans.load_plan(db, plan_id)) == list(TEXTS)


def test_an_undo_can_itself_be_brought_back_from_the_history(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "Mine")
    undo_last(db, plan_id, by="Riya")
    restore(db, plan_id, 2, by="Riya")
    assert texts(plans.load_plan(db, plan_id))[0] == "Mine"
    undo_last(db, plan_id, by="Riya")
    assert texts(plans.load_plan(db, plan_id))[0] == TEXTS[0]


@pytest.mark.parametrize("action", ["text", "insert", "delete", "move"])
def test_redo_brings_back_what_this_person_s_undo_took_away(db: Database, action: str) -> None:
    plan_id = drafted_plan(db)
    block = "N1" if action == "insert" else "B2"
    do(db, plan_id, edit(action, block, "New", after="" if action == "move" else "B1"))  # type: ignore[arg-type]
    before, gone = plans.load_plan(db, plan_id), deleted_by_rep(db, plan_id)
    undo_last(db, plan_id, by="Riya")
    assert redo_last(db, plan_id, by="Riya") == 4
    after = plans.load_plan(db, plan_id)
    assert [(one.block, one.is_touched) for one in after.blocks] == [
        (one.block, one.is_touched) for one in before.blocks
    ]
    assert deleted_by_rep(db, plan_id) == gone
    undo_last(db, plan_id, by="Riya")
    assert texts(plans.load_plan(db, plan_id)) == list(TEXTS)
    assert deleted_by_rep(db, plan_id) == ()


def test_redo_goes_forward_as_far_as_undo_went_back_and_no_further(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "First")
    do(db, plan_id, edit("delete", "B2"))
    pages = [texts(plans.load_plan(db, plan_id))]
    for step in (undo_last, undo_last, redo_last, redo_last, undo_last, redo_last):
        step(db, plan_id, by="Riya")
        pages.append(texts(plans.load_plan(db, plan_id)))
    none, one, both = list(TEXTS), ["First", *TEXTS[1:]], ["First", *TEXTS[2:]]
    assert pages == [both, one, none, one, both, one, both]
    with pytest.raises(InputError, match="nothing of yours to redo"):
        redo_last(db, plan_id, by="Riya")


def test_who_has_changed_something_since_redoes_nothing_and_others_may_have(db: Database) -> None:
    plan_id = drafted_plan(db)
    for by, block in (("Riya", "B1"), ("Tom", "B2")):
        write(db, plan_id, block, f"Of {by}", by=by)
        undo_last(db, plan_id, by=by)
    write(db, plan_id, "B3", "Something else")
    undo_last(db, plan_id, by="Riya")
    redo_last(db, plan_id, by="Riya")
    with pytest.raises(InputError, match="nothing of yours to redo"):
        redo_last(db, plan_id, by="Riya")
    redo_last(db, plan_id, by="Tom")
    assert texts(plans.load_plan(db, plan_id)) == [TEXTS[0], "Of Tom", "Something else", TEXTS[3]]


def test_what_was_written_over_since_is_not_redone_and_stays_in_the_history(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B1", "Mine")
    undo_last(db, plan_id, by="Riya")
    write(db, plan_id, "B1", "Theirs", by="Tom")
    with pytest.raises(InputError, match="undo has been written over since: nothing was redone"):
        redo_last(db, plan_id, by="Riya")
    assert texts(plans.load_plan(db, plan_id))[0] == "Theirs"
    assert "Mine" in [version(db, plan_id, one.revision).blocks[0].text for one in versions(db, plan_id)]


def test_a_redraft_is_undone_by_who_asked_for_it_alone(db: Database) -> None:
    plan_id = drafted_plan(db)
    new = page(TEXTS[0], "Redrafted", "Redrafted too", TEXTS[3], "Added")
    plans.replace_blocks(db, plan_id, new, what="redrafted", seen=1, asked_by="Riya")
    with pytest.raises(InputError, match="nothing of yours"):
        undo_last(db, plan_id, by="Tom")
    undo_last(db, plan_id, by="Riya")
    assert texts(plans.load_plan(db, plan_id)) == list(TEXTS)


def test_an_applied_suggestion_is_undone_and_open_again(db: Database) -> None:
    plan_id = drafted_plan(db)
    asked = Suggestion(id="S1", kind="thing", block="B2", old="pilot", new="paid pilot", why="It costs.")
    plans.set_suggestions(db, plan_id, [asked])
    block = plans.load_plan(db, plan_id).blocks[1].block.model_copy(update={"text": "Ask for the paid pilot"})
    applied = asked.model_copy(update={"state": "applied", "before": TEXTS[1]})
    plans.keep_decision(db, plan_id, applied, block=block, seen=1, by="Riya")
    undo_last(db, plan_id, by="Riya")
    kept = plans.load_plan(db, plan_id)
    assert (kept.suggestions, texts(kept)) == ((asked,), list(TEXTS))


def both_accepted(db: Database) -> tuple[str, tuple[Suggestion, ...]]:
    """A plan whose two suggestions were accepted in one act, and these as they were before."""
    plan_id = drafted_plan(db)
    asked = tuple(
        Suggestion(id=f"S{at}", kind="cut", block=f"B{at}", old=TEXTS[at - 1], new=f"New {at}", why="Shorter.")
        for at in (2, 3)
    )
    plans.set_suggestions(db, plan_id, asked)
    applied = [one.model_copy(update={"state": "applied"}) for one in asked]
    blocks = [Block(id=one.block, kind="item", text=one.new) for one in asked]
    drafts.keep_decisions(db, plan_id, applied, blocks=blocks, seen=1, by="Riya")
    return plan_id, asked


def test_suggestions_accepted_in_one_act_are_undone_in_one(db: Database) -> None:
    plan_id, asked = both_accepted(db)
    assert texts(plans.load_plan(db, plan_id)) == [TEXTS[0], "New 2", "New 3", TEXTS[3]]
    assert len(versions(db, plan_id)) == 2
    undo_last(db, plan_id, by="Riya")
    kept = plans.load_plan(db, plan_id)
    assert (kept.suggestions, texts(kept)) == (asked, list(TEXTS))


def test_accepted_suggestions_are_accepted_again_by_a_redo_and_open_after_another_undo(db: Database) -> None:
    plan_id, asked = both_accepted(db)
    undo_last(db, plan_id, by="Riya")
    redo_last(db, plan_id, by="Riya")
    kept = plans.load_plan(db, plan_id)
    assert texts(kept) == [TEXTS[0], "New 2", "New 3", TEXTS[3]]
    assert [one.state for one in kept.suggestions] == ["applied", "applied"]
    undo_last(db, plan_id, by="Riya")
    assert plans.load_plan(db, plan_id).suggestions == asked


def test_a_suggestion_whose_words_were_changed_since_stays_accepted_when_the_others_are_undone(db: Database) -> None:
    plan_id, _ = both_accepted(db)
    write(db, plan_id, "B3", "Theirs", by="Tom")
    undo_last(db, plan_id, by="Riya")
    kept = plans.load_plan(db, plan_id)
    assert [one.state for one in kept.suggestions] == ["open", "applied"]
    assert texts(kept) == [TEXTS[0], TEXTS[1], "Theirs", TEXTS[3]]


def test_a_suggestion_that_an_older_version_of_the_coach_kept_alone_is_open_again(db: Database) -> None:
    plan_id, asked = both_accepted(db)
    with db.writing() as connection:
        alone = update(tables.versions).where(tables.versions.c.revision == 2)
        connection.execute(alone.values(suggestion=asked[0].model_dump(mode="json")))
    undo_last(db, plan_id, by="Riya")
    assert [one.state for one in plans.load_plan(db, plan_id).suggestions] == ["open", "applied"]


def test_what_the_rep_deleted_is_known_until_it_is_back(db: Database) -> None:
    plan_id = drafted_plan(db)
    plans.replace_blocks(db, plan_id, page(*TEXTS[:3]), what="rewritten", seen=1)
    for block in ("B1", "B2", "B3"):
        do(db, plan_id, edit("delete", block))
    undo_last(db, plan_id, by="Riya")
    do(db, plan_id, edit("insert", "B2", "Back in other words"))
    assert [block.text for block in deleted_by_rep(db, plan_id)] == [TEXTS[0]]


def test_what_the_coach_writes_in_one_job_is_one_version(db: Database) -> None:
    plan_id = plans.create_plan(db, CONTEXT).id
    job = start_job(db, plan_id, "draft", {}, owner="one")
    for length in (1, 2, 3):
        plans.replace_blocks(db, plan_id, page(*TEXTS[:length]), what="drafted")
    plans.replace_blocks(db, plan_id, page(*TEXTS), what="rewritten")
    end_job(db, job.id, "done")
    plans.replace_blocks(db, plan_id, page(*TEXTS, "More"), what="rewritten")
    assert told(db, plan_id) == [("drafted", "coach"), ("rewritten", "coach"), ("rewritten", "coach")]
    assert versions(db, plan_id)[-1].changed == tuple(("", text) for text in TEXTS[:3])
