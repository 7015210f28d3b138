"""Places for calls, tokens a minute, and a provider that asks everybody to wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.batch.limits import Busy, Draining, Limits, OwnPace
from coach.batch.purse import Purse
from coach.batch.shared import SharedGate
from coach.errors import BudgetSpent, ModelTimedOut
from coach.llm import Models, Request
from coach.store import batches
from coach.store.database import Database, open_database
from tests.support.endpoint import Answer, Body, Endpoint, Reply, Status, in_turn

Serve = Callable[..., Endpoint]
REQUEST = Request("page", system="be brief", user="notes " * 400, prompt_hash="h", max_tokens=2000)


@pytest.fixture
def purse(tmp_path: Path) -> Purse:
    db: Database = open_database(f"sqlite:///{tmp_path / 'c.sqlite3'}")
    return Purse(db, batches.open_batch(db, "k", source="", options={}).id, owner="me")


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


async def test_so_many_calls_at_once_and_no_more() -> None:
    limits = Limits(concurrency=3)
    under_way = most = 0

    async def call() -> None:
        nonlocal under_way, most
        await limits.enter(10)
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1
        limits.leave()

    await asyncio.gather(*(call() for _ in range(20)))
    assert most == 3
    assert limits.at_once == 0


@given(calls=st.lists(st.tuples(st.integers(1, 30_000), st.floats(0, 30)), max_size=60))
def test_no_minute_has_more_tokens_than_its_limit_but_for_one_call(calls: list[tuple[int, float]]) -> None:
    clock, limit = Clock(), 60_000
    pace = OwnPace(limit, clock=clock)
    begun: list[tuple[float, int]] = []
    for tokens, pause_s in calls:
        clock.at += pause_s
        clock.at += asyncio.run(pace.take(tokens))
        begun.append((clock.at, tokens))
    for start, first in begun:
        within = sum(tokens for at, tokens in begun if start <= at < start + 60)
        assert within <= limit + first + 1


async def test_tokens_that_were_not_used_are_there_for_the_next_call() -> None:
    pace = OwnPace(60_000, clock=Clock())
    await pace.take(6_000)
    assert await pace.take(900) == pytest.approx(1.0)
    pace.give_back(6_900)
    assert await pace.take(6_000) == 0.0


async def test_one_call_that_is_throttled_makes_all_wait_as_long_as_it_was_told(serve: Serve, purse: Purse) -> None:
    began: list[float] = []

    def first_too_many(body: Body) -> Reply:
        began.append(time.monotonic())
        return Status(429, headers={"Retry-After": "1"}) if len(began) <= 4 else Answer()

    serve(first_too_many)
    gate = SharedGate(Limits(concurrency=4), purse)

    async def plan() -> None:
        models = Models(deadline_s=30, gate=gate)
        await models.ask("openai:gpt-5-mini", REQUEST)

    await asyncio.gather(*(plan() for _ in range(8)))
    assert len(began) == 12
    assert began[4] - began[3] >= 0.99


async def test_a_storm_of_too_many_requests_is_waited_out_and_counts_as_no_failure(
    serve: Serve, purse: Purse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.batch.limits.FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("coach.batch.limits.SPREAD_S", 0.01)
    endpoint = serve(in_turn(*[Status(429)] * 6, Answer("done")))
    models = Models(deadline_s=30, gate=SharedGate(Limits(concurrency=1), purse))
    assert (await models.ask("openai:gpt-5-mini", REQUEST)).text == "done"
    assert endpoint.calls == 7


async def test_waiting_at_the_gate_is_not_held_against_a_plans_deadline(serve: Serve, purse: Purse) -> None:
    serve(lambda body: Answer("done"), first_token_s=0.4)
    gate = SharedGate(Limits(concurrency=1), purse)
    plans = [Models(deadline_s=0.9, gate=gate) for _ in range(5)]
    answers = await asyncio.gather(*(models.ask("openai:gpt-5-mini", REQUEST) for models in plans))
    assert [answer.text for answer in answers] == ["done"] * 5


async def test_the_deadline_of_a_plan_still_holds_for_its_calls(serve: Serve, purse: Purse) -> None:
    serve(lambda body: Answer("done"), first_token_s=0.5)
    models = Models(deadline_s=0.2, gate=SharedGate(Limits(concurrency=1), purse))
    with pytest.raises(ModelTimedOut):
        await models.ask("openai:gpt-5-mini", REQUEST)


async def test_drained_nobody_begins_and_who_has_begun_comes_to_the_end() -> None:
    limits = Limits(concurrency=1)
    await limits.enter(1)
    waiting = asyncio.create_task(limits.enter(1))
    await asyncio.sleep(0)
    limits.drain()
    drained = asyncio.create_task(limits.drained())
    with pytest.raises(Draining):
        await waiting
    assert not drained.done()
    limits.leave()
    await drained
    with pytest.raises(Draining):
        await limits.enter(1)


async def test_who_waits_for_a_pause_is_drained_at_once() -> None:
    limits = Limits(concurrency=1)
    await limits.throttled(3600)
    waiting = asyncio.create_task(limits.enter(1))
    await asyncio.sleep(0.01)
    limits.drain()
    with pytest.raises(Draining):
        await asyncio.wait_for(waiting, 1)


async def test_a_call_that_is_refused_money_gives_its_place_back(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'c.sqlite3'}")
    purse = Purse(db, batches.open_batch(db, "k", source="", options={}, budget_usd=0.0).id, owner="me")
    limits = Limits(concurrency=1)
    models = Models(deadline_s=5, gate=SharedGate(limits, purse))
    for _ in range(2):
        with pytest.raises(BudgetSpent):
            await models.ask("openai:gpt-5-mini", REQUEST)
    assert limits.at_once == 0
    db.close()


async def test_how_busy_the_places_were_is_known() -> None:
    limits = Limits(concurrency=2)
    await limits.enter(1)
    await asyncio.sleep(0.05)
    assert limits.busy_part() == pytest.approx(0.5, abs=0.02)
    limits.leave()


def test_a_call_under_way_while_the_provider_takes_none_counts_as_little_as_that_time() -> None:
    busy = Busy(since=0.0)
    busy.changed(2, 0.0)
    busy.closed(10.0, 4.0)
    busy.closed(12.0, 4.0)
    busy.changed(-1, 13.0)
    busy.changed(-1, 20.0)
    assert (busy.seconds, busy.closed_s) == (2 * 10 + 1 * 4, 6.0)
