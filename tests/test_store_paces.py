"""How fast all workers together may ask a model."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier

import pytest

from coach.batch.pace import SharedPace
from coach.store.database import Database, open_database
from coach.store.paces import AHEAD_S, WINDOW_S, Reserved, close_for, reserve, set_pace
from tests.support.postgres import Cluster

CALLS = "calls"


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.emptied("ready", ["paces"])


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


def starts(db: Database, *, tokens: list[int]) -> list[float]:
    """When each of these calls, reserved at once, may start, in seconds from now."""
    began = time.monotonic()
    return [reserve(db, CALLS, tokens=count).wait_s + time.monotonic() - began for count in tokens]


def most_in_a_minute(starts: list[float], worth: list[int]) -> int:
    """The largest sum within any sixty seconds."""
    pairs = sorted(zip(starts, worth, strict=True))
    return max(sum(count for at, count in pairs if first <= at < first + 60) for first, _ in pairs)


def test_without_a_limit_nobody_waits(db: Database) -> None:
    assert reserve(db, CALLS, tokens=1_000_000) == Reserved()
    set_pace(db, CALLS)
    assert [reserve(db, CALLS, tokens=1_000_000).wait_s for _ in range(3)] == [0, 0, 0]


def test_no_minute_holds_more_requests_than_the_limit(db: Database) -> None:
    set_pace(db, CALLS, requests_a_minute=60)
    at = starts(db, tokens=[10] * 150)
    assert most_in_a_minute(at, [1] * 150) in (59, 60, 61)
    assert at == sorted(at)


def test_no_minute_holds_more_tokens_than_the_limit_and_one_call(db: Database) -> None:
    set_pace(db, CALLS, tokens_a_minute=60_000)
    sizes = [500, 6_000, 1_500] * 50
    assert 54_000 <= most_in_a_minute(starts(db, tokens=sizes), sizes) <= 66_000


def test_small_calls_and_large_ones_make_use_of_both_limits(db: Database) -> None:
    """Each limit alone takes a minute for these; together they take little more, not the sum."""
    set_pace(db, CALLS, requests_a_minute=100, tokens_a_minute=100_000)
    sizes = [200, 1_800] * 50
    assert starts(db, tokens=sizes)[-1] < WINDOW_S * 1.1


def test_idle_time_is_not_saved_up(db: Database) -> None:
    set_pace(db, CALLS, requests_a_minute=600)
    time_between = WINDOW_S / 600
    assert reserve(db, CALLS, tokens=1).wait_s == 0
    many = starts(db, tokens=[1] * 100)
    assert many[-1] == pytest.approx(100 * time_between - AHEAD_S, abs=0.5)


def test_what_was_estimated_too_high_is_given_back(db: Database) -> None:
    set_pace(db, CALLS, tokens_a_minute=60_000)
    reserve(db, CALLS, tokens=30_000)
    assert reserve(db, CALLS, tokens=-25_000).wait_s == pytest.approx(31 - AHEAD_S, abs=0.5)
    assert reserve(db, CALLS, tokens=1).wait_s == pytest.approx(5 * WINDOW_S / 60 - AHEAD_S, abs=0.5)


def test_after_a_providers_plea_nobody_begins_for_as_long(db: Database) -> None:
    close_for(db, CALLS, seconds=20)
    set_pace(db, CALLS, requests_a_minute=60)
    assert reserve(db, CALLS, tokens=1).closed_s == pytest.approx(20, abs=0.5)
    close_for(db, CALLS, seconds=5)
    assert reserve(db, CALLS, tokens=1).closed_s == pytest.approx(20, abs=0.5)
    assert starts(db, tokens=[1] * 3)[-1] == pytest.approx(20 + 4 * WINDOW_S / 60 - AHEAD_S, abs=0.5)


def test_each_pace_has_a_name_and_is_its_own(db: Database) -> None:
    set_pace(db, CALLS, requests_a_minute=1)
    set_pace(db, "other", requests_a_minute=1)
    reserve(db, CALLS, tokens=1)
    assert reserve(db, CALLS, tokens=1).wait_s > 50
    assert reserve(db, "other", tokens=1).wait_s == 0


async def test_what_a_call_did_not_use_is_subtracted_from_the_next(db: Database) -> None:
    set_pace(db, CALLS, tokens_a_minute=60_000)
    pace = SharedPace(db)
    await pace.take(30_000)
    pace.give_back(25_000)
    await pace.take(1_000)
    assert await pace.take(1) == pytest.approx(6 * WINDOW_S / 60 - AHEAD_S, abs=0.5)


async def test_a_pause_that_one_worker_is_asked_for_holds_for_the_other(db: Database, url: str) -> None:
    elsewhere = open_database(url)
    one, other = SharedPace(db), SharedPace(elsewhere)
    await one.pause(20)
    assert await other.closed_s() == 0
    await other.take(10)
    assert await other.closed_s() == pytest.approx(20, abs=0.5)
    assert await one.closed_s() == pytest.approx(20, abs=0.5)
    elsewhere.close()


def reserving(url: str, together: Barrier, found: multiprocessing.Queue[list[float]]) -> None:
    db = open_database(url)
    together.wait()
    began = time.time()
    found.put([began + at for at in starts(db, tokens=[10] * 100)])
    db.close()


def test_processes_share_one_pace(db: Database, url: str) -> None:
    set_pace(db, CALLS, requests_a_minute=100)
    context = multiprocessing.get_context("spawn")
    together, found = context.Barrier(2), context.Queue()
    workers = [context.Process(target=reserving, args=(url, together, found)) for _ in range(2)]
    for worker in workers:
        worker.start()
    both = [found.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert most_in_a_minute([*both[0], *both[1]], [1] * 200) in (99, 100, 101)
    assert min(both[0][-1], both[1][-1]) > max(both[0][0], both[1][0])
