"""A batch taken back: what it made goes, what it redrafted is as it was, what people use stays; and that taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from coach.batch.evening import CALLS_KEPT
from coach.batch.limits import Limits
from coach.batch.purse import Purse
from coach.batch.run import Running
from coach.batch.undoing import redo_batch, told, undo_batch
from coach.batch.which import Which, fill, read_sources
from coach.errors import InputError
from coach.ledger import Ledger
from coach.store import batches, held, jobs, made, plans, shares, slots
from coach.store.batches import Batch
from coach.store.database import Database
from coach.store.edits import apply_edits
from coach.store.made import Undone
from coach.store.records import Edit, KeptPlan
from tests.support.crowd import Crowd, context_text, contexts_in
from tests.support.endpoint import Endpoint

Serve = Callable[..., Endpoint]
OPTIONS = {"model": "openai:gpt-5-mini", "effort": "low"}
NOT_OF_THE_PAGE = {"revision", "pulse", "updated_at", "blocks", "checked_revision", "edits_since_check"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return contexts_in(tmp_path / "in", 3)


async def drafted(db: Database, folder: Path, *, key: str = "first") -> Batch:
    """The batch of the folder, drafted to its end."""
    batch = batches.open_batch(db, key, source=str(folder), options=OPTIONS)
    found = read_sources([str(folder)], today=dt.date(2026, 11, 29), on_problem=print)
    fill(db, batch.id, found, Which(with_undated=True), how=tuple(OPTIONS.values()))
    purse = Purse(db, batch.id, owner=key)
    limits = Limits(concurrency=4)
    await Running(db, batch.id, ledger=Ledger(folder.parent / "ledger"), limits=limits, purse=purse).run()
    return batches.get_batch(db, batch.id)


def change(folder: Path, number: int) -> None:
    text = context_text(number, more="She now needs it by 27 November.")
    (folder / f"account{number:05d}.md").write_text(text, encoding="utf-8")


def plan_of(db: Database, batch: Batch, number: int) -> KeptPlan:
    (row,) = [row for row in slots.rows_of(db, batch.id) if row.account == f"Account {number} Ltd"]
    return plans.load_plan(db, row.plan_id)


def listed(db: Database, *, archived: bool = False) -> list[str]:
    return sorted(row.account for row in plans.list_plans(db, archived=archived))


def edit(db: Database, plan: KeptPlan) -> None:
    block = plan.blocks[-1]
    mine = Edit(op="1", action="text", block=block.block.id, base=block.revision, text="- Word for word mine.")
    assert apply_edits(db, plan.id, (mine,), by="Rep")[0].result == "saved"


def add_note(db: Database, plan: KeptPlan) -> None:
    note = plan.context.notes[-1].model_copy(update={"label": "L9", "text": "Added by the rep."})
    plans.set_context(db, plan.id, plan.context.model_copy(update={"notes": (*plan.context.notes, note)}))


def move(db: Database, plan: KeptPlan) -> None:
    meeting = plan.context.meeting.model_copy(update={"date": dt.date(2026, 12, 24)})
    plans.set_context(db, plan.id, plan.context.model_copy(update={"meeting": meeting}))


def share(db: Database, plan: KeptPlan) -> None:
    shares.share(db, plan.id)


def redraft(db: Database, plan: KeptPlan) -> None:
    jobs.start_job(db, plan.id, "draft", {}, owner="a server")


async def test_what_a_batch_made_goes_to_the_archive_and_comes_back_whole(
    db: Database, folder: Path, serve: Serve
) -> None:
    serve(Crowd())
    batch = await drafted(db, folder)
    before = [plan_of(db, batch, number) for number in (1, 2, 3)]
    assert undo_batch(db, batch.id) == Undone(plans=3)
    assert (listed(db), len(listed(db, archived=True))) == ([], 3)
    assert batches.progress(db, batch.id).done == 0
    assert redo_batch(db, batch.id) == Undone(plans=3)
    assert [plan_of(db, batch, number).model_dump(exclude={"updated_at", "pulse"}) for number in (1, 2, 3)] == [
        plan.model_dump(exclude={"updated_at", "pulse"}) for plan in before
    ]
    assert len(listed(db)) == 3
    now = batches.get_batch(db, batch.id)
    assert (now.state, now.error, batches.progress(db, batch.id).done) == ("done", "", 3)


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (edit, "somebody's words are in it"),
        (add_note, "it was changed since"),
        (move, "it was changed since"),
        (share, "a link to it was shared"),
        (redraft, "it is being drafted"),
    ],
)
async def test_a_plan_that_somebody_has_used_since_stays_and_it_is_said_which_and_why(
    db: Database, folder: Path, serve: Serve, act: Callable[[Database, KeptPlan], None], why: str
) -> None:
    serve(Crowd())
    batch = await drafted(db, folder)
    plan = plan_of(db, batch, 2)
    act(db, plan)
    done = undo_batch(db, batch.id)
    assert (done.plans, [(one.plan_id, one.why) for one in done.left]) == (2, [(plan.id, why)])
    assert listed(db) == ["Account 2 Ltd"]
    assert list(told(done)) == [
        "2 plans archived, 1 plan left alone.",
        f"    Account 2 Ltd, Renewal 2 ({plan.id}): {why}",
    ]


async def test_an_older_plan_that_a_batch_drafted_again_is_what_it_was(
    db: Database, folder: Path, serve: Serve
) -> None:
    serve(Crowd())
    first = await drafted(db, folder)
    before = plan_of(db, first, 2)
    change(folder, 2)
    second = await drafted(db, folder, key="second")
    redrafted = plan_of(db, second, 2)
    assert "27 November" in redrafted.context.model_dump_json()
    assert undo_batch(db, second.id) == Undone(older=1)
    now = plan_of(db, second, 2)
    assert now.model_dump(exclude=NOT_OF_THE_PAGE) == before.model_dump(exclude=NOT_OF_THE_PAGE)
    assert [one.block for one in now.blocks] == [one.block for one in before.blocks]
    assert len(listed(db)) == 3
    assert redo_batch(db, second.id) == Undone(older=1)
    now = plan_of(db, second, 2)
    assert now.model_dump(exclude=NOT_OF_THE_PAGE) == redrafted.model_dump(exclude=NOT_OF_THE_PAGE)
    assert [one.block for one in now.blocks] == [one.block for one in redrafted.blocks]


async def test_an_older_plan_with_words_of_somebody_s_is_not_taken_from_them(
    db: Database, folder: Path, serve: Serve
) -> None:
    serve(Crowd())
    first = await drafted(db, folder)
    edit(db, plan_of(db, first, 2))
    change(folder, 2)
    second = await drafted(db, folder, key="second")
    page = plan_of(db, second, 2).blocks
    done = undo_batch(db, second.id)
    assert (done.older, [one.why for one in done.left]) == (0, ["somebody's words are in it"])
    assert plan_of(db, second, 2).blocks == page


async def test_a_plan_that_a_later_batch_drafted_again_stays_until_that_one_is_taken_back(
    db: Database, folder: Path, serve: Serve
) -> None:
    serve(Crowd())
    first = await drafted(db, folder)
    change(folder, 2)
    second = await drafted(db, folder, key="second")
    assert [one.why for one in made.look(db, first.id).left] == ["it was changed since"]
    undo_batch(db, second.id)
    assert [one.why for one in made.look(db, first.id).left] == ["it was changed since"]
    assert made.look(db, first.id).plans == 2


async def test_the_same_again_drafts_the_same_plans_and_pays_for_nothing_twice(
    db: Database, folder: Path, serve: Serve
) -> None:
    endpoint = serve(Crowd())
    batch = await drafted(db, folder)
    ids, calls = [plan_of(db, batch, number).id for number in (1, 2, 3)], endpoint.calls
    undo_batch(db, batch.id)
    again = await drafted(db, folder)
    assert (again.id, again.state, endpoint.calls) == (batch.id, "done", calls)
    assert [plan_of(db, batch, number).id for number in (1, 2, 3)] == ids
    assert len(listed(db)) == 3
    assert undo_batch(db, batch.id) == Undone(plans=3)
    other = await drafted(db, folder, key="other")
    assert (len(listed(db)), endpoint.calls) == (3, calls)
    assert undo_batch(db, other.id) == Undone(older=3)
    assert listed(db) == []


async def test_notes_of_an_account_stay(db: Database, folder: Path, serve: Serve) -> None:
    from coach.store.accounts import add_note, notes_of

    serve(Crowd())
    batch = await drafted(db, folder)
    account = plan_of(db, batch, 1).account_id
    add_note(db, account, "Dana is away.", source="rep")
    assert undo_batch(db, batch.id).plans == 3
    assert [note.text for note in notes_of(db, account)] == ["Dana is away."]


async def test_where_all_plans_stay_the_batch_stays_as_it_was(db: Database, folder: Path, serve: Serve) -> None:
    serve(Crowd())
    batch = await drafted(db, folder)
    for number in (1, 2, 3):
        share(db, plan_of(db, batch, number))
    assert len(undo_batch(db, batch.id).left) == 3
    assert batches.get_batch(db, batch.id) == batch


async def test_a_batch_at_work_is_not_taken_back(db: Database, folder: Path, serve: Serve) -> None:
    serve(Crowd())
    batch = await drafted(db, folder)
    change(folder, 1)
    fill(db, batch.id, read_sources([str(folder)], today=dt.date(2026, 11, 29), on_problem=print), Which())
    slots.claim_next(db, batch.id, owner="another machine", most=1)
    with pytest.raises(InputError, match="being drafted"):
        undo_batch(db, batch.id)
    slots.put_all_back(db, "another machine")
    batches.open_batch(db, "first", source="", options=OPTIONS)
    assert held.hold(db, batch.id, owner="a server")
    with pytest.raises(InputError, match="being drafted"):
        undo_batch(db, batch.id)
    assert len(listed(db)) == 3


async def test_after_a_week_nothing_is_known_to_take_back(db: Database, folder: Path, serve: Serve) -> None:
    serve(Crowd())
    batch = await drafted(db, folder)
    assert made.forget_made(db, older_than=CALLS_KEPT) == 0
    assert made.forget_made(db, older_than=dt.timedelta(seconds=-1)) == 3
    with pytest.raises(InputError, match="nothing to take back"):
        undo_batch(db, batch.id)
    with pytest.raises(InputError, match="Nothing of this batch"):
        redo_batch(db, batch.id)
    with pytest.raises(InputError, match="no such batch"):
        undo_batch(db, "none")
