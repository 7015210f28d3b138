"""What a worker does with a slot, and with its batch, however the drafting ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from coach.batch.at_work import Again, AtWork
from coach.batch.limits import Limits
from coach.batch.slots import MOST_ATTEMPTS, by_model
from coach.errors import ModelUnavailable
from coach.ledger import Ledger
from coach.options import Options
from coach.schema import AccountContext, Block, Drafted
from coach.store import tables
from coach.store.batches import end_batch, get_batch, open_batch, progress
from coach.store.calls import SharedLedger
from coach.store.database import Database
from coach.store.listing import list_plans
from coach.store.slots import STALE_AFTER_S, claim, ids_of, put_slots, rows_of
from tests.support.queued import wish

BUILTIN = {"model": "builtin", "effort": "low"}


class Drafting:
    """As a model that answers, or fails with `error`."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.times = error, 0

    async def __call__(
        self, context: AccountContext, options: Options, ledger: Ledger, settled: Callable[[], tuple[Block, ...]]
    ) -> Drafted:
        self.times += 1
        if self.error is not None:
            raise self.error
        return await by_model(context, options, ledger, settled)


def at_work(db: Database, drafting: Drafting) -> AtWork:
    return AtWork(db, "me", SharedLedger(db), Limits(concurrency=1), drafting)


def batch_of(db: Database, count: int, *, budget_usd: float | None = None) -> tuple[str, list[str]]:
    batch = open_batch(db, "test", source="tests", options=BUILTIN, budget_usd=budget_usd)
    put_slots(db, batch.id, [wish(number) for number in range(count)])
    return batch.id, list(ids_of(db, batch.id))


async def test_a_batch_ends_with_its_last_slot(db: Database) -> None:
    batch_id, ids = batch_of(db, 2)
    work = at_work(db, Drafting())
    await work.draft(ids[0])
    assert get_batch(db, batch_id).state == "running"
    await work.draft(ids[1])
    await work.end()
    assert get_batch(db, batch_id).state == "done"
    assert len(list_plans(db)) == 2


async def test_a_slot_that_is_drafted_or_unknown_is_left_alone(db: Database) -> None:
    _, ids = batch_of(db, 1)
    drafting = Drafting()
    work = at_work(db, drafting)
    for slot_id in (ids[0], ids[0], "nobody's"):
        await work.draft(slot_id)
    assert drafting.times == 1


async def test_a_slot_that_another_worker_has_is_looked_at_when_that_one_may_be_gone(db: Database) -> None:
    _, ids = batch_of(db, 1)
    assert claim(db, ids[0], owner="another")
    with pytest.raises(Again) as told:
        await at_work(db, Drafting()).draft(ids[0])
    assert told.value.wait_s == STALE_AFTER_S


async def test_a_stopped_batch_is_not_drafted_until_it_is_asked_for_again(db: Database) -> None:
    batch_id, ids = batch_of(db, 1)
    end_batch(db, batch_id, "stopped")
    drafting = Drafting()
    work = at_work(db, drafting)
    await work.draft(ids[0])
    assert drafting.times == 0
    assert batch_of(db, 1)[0] == batch_id
    await work.draft(ids[0])
    assert get_batch(db, batch_id).state == "done"


async def test_an_error_of_ours_is_tried_again_and_then_told_in_the_table(db: Database) -> None:
    batch_id, ids = batch_of(db, 1)
    work = AtWork(db, "me", SharedLedger(db), Limits(concurrency=4), Drafting(ValueError("a bug")))
    for _ in range(MOST_ATTEMPTS - 1):
        with pytest.raises(Again):
            await work.draft(ids[0])
        assert progress(db, batch_id).waiting == 1
    await work.draft(ids[0])
    (row,) = rows_of(db, batch_id)
    assert row.state == "failed"
    assert "ValueError" in row.error
    assert get_batch(db, batch_id).state == "done"


async def test_when_one_slot_after_the_other_fails_the_batch_stops_and_says_why(db: Database) -> None:
    batch_id, ids = batch_of(db, 5)
    drafting = Drafting(ModelUnavailable("Nothing answers."))
    work = at_work(db, drafting)
    for slot_id in ids[:3]:
        with pytest.raises(Again):
            await work.draft(slot_id)
    for slot_id in ids[3:]:
        await work.draft(slot_id)
    assert drafting.times == 3
    assert "Nothing answers." in get_batch(db, batch_id).error
    assert progress(db, batch_id).waiting == 5


async def test_a_budget_that_was_raised_meanwhile_counts_from_the_next_slot_on(db: Database) -> None:
    batch_id, ids = batch_of(db, 2, budget_usd=1.0)
    work = at_work(db, Drafting())
    await work.draft(ids[0])
    with db.writing() as connection:
        connection.execute(update(tables.batches).values(budget_usd=2.0))
    await work.draft(ids[1])
    assert get_batch(db, batch_id).state == "done"


def beat_at(db: Database) -> object:
    with db.reading() as connection:
        return connection.execute(tables.slots.select()).mappings().one()["beat_at"]


async def test_slots_at_work_are_known_to_be(db: Database) -> None:
    _, ids = batch_of(db, 1)
    heard: list[object] = []

    async def drafting(
        context: AccountContext, options: Options, ledger: Ledger, settled: Callable[[], tuple[Block, ...]]
    ) -> Drafted:
        with db.writing() as connection:
            connection.execute(update(tables.slots).values(beat_at=None))
        await work.look_after()
        heard.append(beat_at(db))
        return await by_model(context, options, ledger, settled)

    work = AtWork(db, "me", SharedLedger(db), Limits(concurrency=1), drafting)
    await work.draft(ids[0])
    assert heard[0] is not None


async def test_a_slot_that_this_process_does_not_know_it_has_falls_silent(db: Database) -> None:
    _, ids = batch_of(db, 1)
    claim(db, ids[0], owner="me")
    with db.writing() as connection:
        connection.execute(update(tables.slots).values(beat_at=None))
    await at_work(db, Drafting()).look_after()
    assert beat_at(db) is None


async def test_the_job_of_a_slot_that_was_taken_over_meanwhile_stays_until_the_slot_is_ended(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker that took it over works on the same job: ended here, it could not be handed on from there."""
    _, ids = batch_of(db, 1)
    monkeypatch.setattr("coach.store.slots.STALE_AFTER_S", -1.0)

    async def drafting(
        context: AccountContext, options: Options, ledger: Ledger, settled: Callable[[], tuple[Block, ...]]
    ) -> Drafted:
        assert claim(db, ids[0], owner="another")
        return await by_model(context, options, ledger, settled)

    with pytest.raises(Again):
        await AtWork(db, "me", SharedLedger(db), Limits(concurrency=1), drafting).draft(ids[0])
    assert not list_plans(db)
