"""The money of a batch, drawn by many processes at once from one budget."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.batch.purse import Purse
from coach.errors import BudgetSpent
from coach.store import batches
from coach.store.database import Database, open_database

CENTS = st.integers(1, 40)


def batch_with(db: Database, budget_usd: float | None) -> str:
    return batches.open_batch(db, "key", source="here", options={}, budget_usd=budget_usd).id


async def test_what_is_set_aside_is_not_there_for_others_until_it_is_settled(db: Database) -> None:
    batch_id = batch_with(db, 1.0)
    purse, other = Purse(db, batch_id, owner="a"), Purse(db, batch_id, owner="b")
    await purse.reserve(0.9)
    with pytest.raises(BudgetSpent, match=r"may cost \$0.2000"):
        await other.reserve(0.2)
    purse.settle(0.9, 0.1)
    await purse.give_back()
    await other.reserve(0.2)
    assert (other.is_used_up, purse.spent_usd) == (True, 0.1)


async def test_a_call_waits_for_what_others_of_its_process_give_back(db: Database) -> None:
    purse = Purse(db, batch_with(db, 1.0), owner="a")
    await purse.reserve(0.9)
    waiting = asyncio.create_task(purse.reserve(0.9))
    await asyncio.sleep(0)
    assert not waiting.done()
    purse.settle(0.9, 0.05)
    await waiting


async def test_what_a_killed_process_had_drawn_counts_as_spent(db: Database) -> None:
    batch_id = batch_with(db, 1.0)
    await Purse(db, batch_id, owner="killed").reserve(0.7)
    assert 0.7 <= batches.progress(db, batch_id).drawn_usd <= 0.72
    with pytest.raises(BudgetSpent):
        await Purse(db, batch_id, owner="next").reserve(0.4)


async def test_without_a_budget_it_only_counts(db: Database) -> None:
    purse = Purse(db, batch_with(db, None), owner="a")
    await purse.reserve(1000.0)
    purse.settle(1000.0, 3.0)
    assert (purse.spent_usd, batches.progress(db, purse.batch_id).drawn_usd) == (3.0, 0.0)


async def test_a_batch_that_begins_anew_has_its_whole_budget(db: Database) -> None:
    batch_id = batch_with(db, 1.0)
    await Purse(db, batch_id, owner="a").reserve(0.9)
    batches.end_batch(db, batch_id, "stopped")
    assert batch_with(db, 1.0) == batch_id
    with pytest.raises(BudgetSpent):
        await Purse(db, batch_id, owner="b").reserve(0.9)
    batches.end_batch(db, batch_id, "done")
    assert batch_with(db, 1.0) == batch_id
    await Purse(db, batch_id, owner="c").reserve(0.9)


@settings(max_examples=25)
@given(
    budget=st.integers(0, 300),
    calls=st.lists(st.tuples(CENTS, st.floats(0, 1), st.integers(0, 2)), max_size=40),
)
def test_processes_together_never_set_aside_more_than_the_budget(
    budget: int, calls: list[tuple[int, float, int]]
) -> None:
    with TemporaryDirectory() as folder:
        db = open_database(f"sqlite:///{Path(folder) / 'c.sqlite3'}")
        asyncio.run(_spend(db, budget / 100, calls))
        db.close()


async def _spend(db: Database, budget_usd: float, calls: list[tuple[int, float, int]]) -> None:
    batch_id = batch_with(db, budget_usd)
    purses = [Purse(db, batch_id, owner=f"process {number}") for number in range(3)]
    refused: list[float] = []

    async def call(cents: int, part: float, process: int) -> None:
        purse = purses[process]
        try:
            await purse.reserve(cents / 100)
        except BudgetSpent:
            refused.append(cents / 100)
            return
        assert sum(one.spent_usd + one.set_aside_usd for one in purses) <= budget_usd + 1e-9
        await asyncio.sleep(0)
        purse.settle(cents / 100, cents / 100 * part)

    await asyncio.gather(*(call(*one) for one in calls))
    for purse in purses:
        await purse.give_back()
    spent_usd = sum(purse.spent_usd for purse in purses)
    assert batches.progress(db, batch_id).drawn_usd == pytest.approx(spent_usd, abs=1e-6)
    assert all(abs(purse.set_aside_usd) < 1e-9 for purse in purses)


async def test_the_last_tenth_of_a_budget_is_there_although_tenths_do_not_add_up(db: Database) -> None:
    purse = Purse(db, batch_with(db, 0.4), owner="a")
    for _ in range(4):
        await asyncio.wait_for(purse.reserve(0.1), timeout=20)
    with pytest.raises(BudgetSpent):
        await Purse(db, purse.batch_id, owner="b").reserve(0.1)
