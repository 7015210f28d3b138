"""What people do to a page, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from coach.errors import InputError
from coach.schema import Check
from coach.store import plans
from coach.store.database import Database
from coach.store.edits import apply_edits
from coach.store.history import restore, version, versions
from tests.support.kept import TEXTS, do, drafted_plan, edit, ids, page, texts, write


def test_an_edit_is_the_reps_own_text_from_then_on(db: Database) -> None:
    plan_id = drafted_plan(db)
    result = do(db, plan_id, edit("text", "B2", "Ask for two sites"))
    kept = plans.load_plan(db, plan_id)
    block = kept.blocks[1]
    assert (result.result, result.revision) == ("saved", 2)
    assert (block.block.text, block.block.written_by, block.is_touched, block.revision) == (
        "Ask for two sites",
        "rep",
        True,
        2,
    )
    assert (kept.status, kept.revision) == ("edited", 2)


def test_a_changed_text_has_to_be_checked_again(db: Database) -> None:
    plan_id = drafted_plan(db)
    kept = plans.load_plan(db, plan_id)
    marked = kept.blocks[0].block.model_copy(update={"not_carried": ("38",), "check": Check(status="unverified")})
    plans.set_checks(db, plan_id, kept.plan.model_copy(update={"blocks": (marked,)}), kept.critique, seen=1)
    assert plans.load_plan(db, plan_id).blocks[0].block.check.status == "unverified"
    do(db, plan_id, edit("text", "B1", "Another"))
    block = plans.load_plan(db, plan_id).blocks[0].block
    assert (block.check.status, block.not_carried) == ("unchecked", ())


def test_an_edit_on_an_older_text_is_a_clash_and_overwrites_nothing(db: Database) -> None:
    plan_id = drafted_plan(db)
    mine = do(db, plan_id, edit("text", "B2", "Mine"), by="Riya")
    yours = do(db, plan_id, edit("text", "B2", "Yours"), by="Tom")
    assert (yours.result, yours.theirs, yours.by, yours.revision) == ("clash", "Mine", "Riya", mine.revision)
    assert texts(plans.load_plan(db, plan_id))[1] == "Mine"


def test_the_words_of_a_clash_are_in_the_history_and_can_be_brought_onto_the_page(db: Database) -> None:
    plan_id = drafted_plan(db)
    do(db, plan_id, edit("text", "B2", "Mine"), by="Riya")
    do(db, plan_id, edit("text", "B2", "Yours"), by="Tom")
    kept = versions(db, plan_id)[0]
    assert (kept.what, kept.by, kept.changed) == ("clash", "Tom", (("Mine", "Yours"),))
    assert version(db, plan_id, kept.revision).blocks[1].text == "Yours"
    restore(db, plan_id, kept.revision, by="Tom")
    assert texts(plans.load_plan(db, plan_id))[1] == "Yours"


def test_both_wrote_the_same_is_no_clash(db: Database) -> None:
    plan_id = drafted_plan(db)
    first = do(db, plan_id, edit("text", "B2", "Same"), by="Riya")
    second = do(db, plan_id, edit("text", "B2", "Same"), by="Tom")
    assert (second.result, second.revision) == ("saved", first.revision)
    assert plans.load_plan(db, plan_id).revision == 2


def test_edits_of_different_blocks_never_clash(db: Database) -> None:
    plan_id = drafted_plan(db)
    results = [do(db, plan_id, edit("text", f"B{n}", f"New {n}"), by=by) for n, by in ((1, "Riya"), (2, "Tom"))]
    results.append(do(db, plan_id, edit("move", "B1", after="B4"), by="Tom"))
    results.append(do(db, plan_id, edit("text", "B1", "Newer", base=2), by="Riya"))
    assert [one.result for one in results] == ["saved"] * 4


def test_the_same_edit_sent_twice_is_done_once(db: Database) -> None:
    plan_id = drafted_plan(db)
    sent = [edit("text", "B1", "New"), edit("insert", "N1", "Added", after="B1"), edit("delete", "B3")]
    first = apply_edits(db, plan_id, sent, by="Riya")
    write(db, plan_id, "B1", "Newer", by="Tom")
    before = plans.load_plan(db, plan_id)
    assert apply_edits(db, plan_id, sent, by="Riya") == first
    assert plans.load_plan(db, plan_id) == before


def test_a_name_used_again_for_other_words_swallows_nothing(db: Database) -> None:
    plan_id = drafted_plan(db)
    do(db, plan_id, edit("text", "B1", "One", op="same"))
    assert do(db, plan_id, edit("text", "B2", "Two", op="same")).result == "saved"
    assert texts(plans.load_plan(db, plan_id))[:2] == ["One", "Two"]


def test_typing_on_while_the_answer_is_lost_is_no_clash_with_oneself(db: Database) -> None:
    plan_id = drafted_plan(db)
    lost = edit("text", "B1", "We wa")
    do(db, plan_id, lost)
    results = apply_edits(db, plan_id, [lost, edit("text", "B1", "We want")], by="Riya")
    assert [one.result for one in results] == ["saved", "saved"]
    assert texts(plans.load_plan(db, plan_id))[0] == "We want"


def test_an_own_edit_resent_does_not_hide_what_another_wrote_since(db: Database) -> None:
    plan_id = drafted_plan(db)
    lost = edit("text", "B1", "Mine")
    do(db, plan_id, lost)
    write(db, plan_id, "B1", "Theirs", by="Tom")
    results = apply_edits(db, plan_id, [lost, edit("text", "B1", "Mine, longer")], by="Riya")
    assert [one.result for one in results] == ["saved", "clash"]


def test_an_edit_of_a_deleted_block_is_gone_and_its_words_can_be_brought_back(db: Database) -> None:
    plan_id = drafted_plan(db)
    do(db, plan_id, edit("delete", "B2"), by="Tom")
    late = do(db, plan_id, edit("text", "B2", "Ask for two sites"))
    assert (late.result, ids(plans.load_plan(db, plan_id))) == ("gone", ["B1", "B3", "B4"])
    kept = versions(db, plan_id)[0]
    assert (kept.what, kept.changed) == ("gone", (("", "Ask for two sites"),))
    restore(db, plan_id, kept.revision, by="Riya")
    assert texts(plans.load_plan(db, plan_id))[1] == "Ask for two sites"


def test_what_was_deleted_and_is_put_back_as_a_new_block_stands_where_it_was(db: Database) -> None:
    plan_id = drafted_plan(db)
    do(db, plan_id, edit("delete", "B2"))
    do(db, plan_id, edit("insert", "N1", "Behind it", after="B2"))
    assert ids(plans.load_plan(db, plan_id)) == ["B1", "N1", "B3", "B4"]


def test_deleting_what_somebody_changed_meanwhile_is_a_clash(db: Database) -> None:
    plan_id = drafted_plan(db)
    write(db, plan_id, "B2", "Newer", by="Tom")
    result = do(db, plan_id, edit("delete", "B2"))
    assert (result.result, result.theirs, result.by) == ("clash", "Newer", "Tom")
    assert "B2" in ids(plans.load_plan(db, plan_id))


def test_deleting_what_is_gone_already_is_done(db: Database) -> None:
    plan_id = drafted_plan(db)
    do(db, plan_id, edit("delete", "B2"))
    assert do(db, plan_id, edit("delete", "B2"), by="Tom").result == "saved"


def test_a_new_block_stands_behind_its_neighbour_and_in_its_part(db: Database) -> None:
    plan_id = drafted_plan(db)
    first, last = edit("insert", "N1", "First"), edit("insert", "N2", "Behind B3", after="B3")
    apply_edits(db, plan_id, [first, last.model_copy(update={"part": "agenda", "kind": "quote"})], by="Riya")
    kept = plans.load_plan(db, plan_id)
    assert ids(kept) == ["N1", "B1", "B2", "B3", "N2", "B4"]
    added = kept.blocks[4]
    assert (added.block.kind, added.block.part, added.block.written_by, added.is_touched) == (
        "quote",
        "agenda",
        "rep",
        True,
    )


def test_a_block_put_in_under_a_name_that_is_taken_overwrites_nothing(db: Database) -> None:
    plan_id = drafted_plan(db)
    result = do(db, plan_id, edit("insert", "B1", "Other words"))
    assert (result.result, result.theirs) == ("clash", TEXTS[0])
    assert versions(db, plan_id)[0].changed == ((TEXTS[0], "Other words"),)


def test_a_moved_block_can_be_typed_in_as_before(db: Database) -> None:
    plan_id = drafted_plan(db)
    do(db, plan_id, edit("move", "B4"), by="Tom")
    assert ids(plans.load_plan(db, plan_id)) == ["B4", "B1", "B2", "B3"]
    assert do(db, plan_id, edit("text", "B4", "New", base=1)).result == "saved"


def test_a_move_of_a_deleted_block_is_gone(db: Database) -> None:
    plan_id = drafted_plan(db)
    do(db, plan_id, edit("delete", "B2"))
    assert do(db, plan_id, edit("move", "B2", after="B4")).result == "gone"


def test_what_no_database_can_hold_is_left_out_of_a_text(db: Database) -> None:
    plan_id = drafted_plan(db)
    do(db, plan_id, edit("text", "B1", "a\0b\ud800c é 漢 🙂 \\u0000"), by="Ri\0ya")
    assert texts(plans.load_plan(db, plan_id))[0] == "abc é 漢 🙂 \\u0000"
    assert versions(db, plan_id)[0].by == "Riya"


def test_an_edit_of_no_plan_is_refused(db: Database) -> None:
    with pytest.raises(InputError, match="no such plan"):
        apply_edits(db, "nowhere\0", [edit("text", "B1", "x")], by="Riya")


def test_of_many_writers_at_once_one_wins_and_the_others_are_kept(db: Database) -> None:
    plan_id = drafted_plan(db)
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda n: do(db, plan_id, edit("text", "B1", f"Words of {n}"), by=f"P{n}"), range(6)))
    assert sorted(one.result for one in results) == ["clash"] * 5 + ["saved"]
    known = {new for one in versions(db, plan_id) for _, new in one.changed}
    assert known >= {f"Words of {n}" for n in range(6)}
    assert plans.load_plan(db, plan_id).revision == 7


def test_writers_of_different_blocks_at_once_all_save(db: Database) -> None:
    plan_id = drafted_plan(db, [f"Block {n}" for n in range(8)])
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: do(db, plan_id, edit("text", f"B{n + 1}", f"New {n}")), range(8)))
    assert {one.result for one in results} == {"saved"}
    assert texts(plans.load_plan(db, plan_id)) == [f"New {n}" for n in range(8)]


def test_a_page_of_many_blocks_keeps_their_order(db: Database) -> None:
    plan_id = drafted_plan(db, [f"Block {n}" for n in range(30)])
    moved = ["B30", "B1", *[one.id for one in page(*"x" * 30)][1:29]]
    do(db, plan_id, edit("move", "B30"))
    assert ids(plans.load_plan(db, plan_id)) == moved
