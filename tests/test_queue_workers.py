"""Workers on one PostgreSQL: processes that come, go and die, and what becomes of the plans."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from coach.batch.at_work import AtWork
from coach.batch.limits import Limits
from coach.batch.pace import CALLS
from coach.batch.queue import QueueState, queue_state
from coach.batch.worker import UnderWay, Worker, take_back
from coach.store.batches import get_batch, progress
from coach.store.calls import SharedLedger
from coach.store.database import Database, open_database
from coach.store.listing import list_plans
from coach.store.paces import AHEAD_S, WINDOW_S, set_pace
from tests.support.endpoint import Body, Endpoint, Reply, Status
from tests.support.frozen import frozen
from tests.support.postgres import Cluster
from tests.support.queued import WorkerProcess, batch_of, worker_processes
from tests.support.writer import task_of, writer

Serve = Callable[..., Endpoint]
LONGEST_S = 150.0


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.new_database()


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


def until(is_so: Callable[[], bool], *workers: WorkerProcess) -> None:
    """Looks again and again; tells what the workers said when it takes too long."""
    end = time.monotonic() + LONGEST_S
    while not is_so():
        assert time.monotonic() < end, [one.said for one in workers]
        time.sleep(0.05)


def is_done(db: Database, batch_id: str) -> bool:
    """Nothing stalled: no job is left."""
    state = queue_state(db)
    return get_batch(db, batch_id).state == "done" and state.waiting == state.under_way == state.failed == 0


def plans_by_customer(db: Database) -> Counter[str]:
    return Counter(row.account for row in list_plans(db))


def versions_of(db: Database) -> Counter[str]:
    """How often each plan was written."""
    with db.reading() as connection:
        return Counter(connection.execute(text("SELECT plan_id FROM versions")).scalars())


def asked_more_than_once(endpoint: Endpoint) -> int:
    """Calls beyond the first of each question."""
    return sum(count - 1 for count in Counter(str(body["messages"]) for body in endpoint.bodies).values())


def test_one_worker_killed_and_one_added_midway_every_meeting_has_one_plan(
    serve: Serve, db: Database, url: str
) -> None:
    endpoint = serve(writer, tokens_per_s=2000.0)
    batch_id = batch_of(db, 40)
    with worker_processes(url, 3) as workers:
        until(lambda: progress(db, batch_id).done >= 10, *workers)
        workers[0].kill()
        workers.append(WorkerProcess(url))
        until(lambda: is_done(db, batch_id), *workers)
    assert plans_by_customer(db) == {f"Customer {number}": 1 for number in range(40)}
    assert progress(db, batch_id).done == 40
    assert asked_more_than_once(endpoint) <= 4, [one.said for one in workers]
    assert any("Took over" in line for one in workers for line in one.said)


def test_a_worker_frozen_within_a_write_does_not_hold_up_the_others(serve: Serve, db: Database, url: str) -> None:
    serve(writer)
    batch_id = batch_of(db, 4)
    with frozen(url, "slots"), worker_processes(url, 1) as workers:
        until(lambda: is_done(db, batch_id), *workers)
        assert any("stand still" in line for line in workers[0].said)
    assert plans_by_customer(db) == {f"Customer {number}": 1 for number in range(4)}


def test_a_database_that_goes_away_is_waited_for(serve: Serve, db: Database, url: str) -> None:
    serve(writer, tokens_per_s=2000.0)
    batch_id = batch_of(db, 20)
    with worker_processes(url, 1) as workers:
        for done in (4, 9, 14):
            until(lambda done=done: progress(db, batch_id).done >= done, *workers)  # type: ignore[misc]
            with db.reading() as connection:
                others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                connection.execute(text(f"{others} AND datname = current_database()"))
        until(lambda: is_done(db, batch_id), *workers)
        assert workers[0].stop() == 0
    assert plans_by_customer(db) == {f"Customer {number}": 1 for number in range(20)}
    assert set(versions_of(db).values()) == {1}


async def test_a_job_of_this_worker_that_nobody_works_on_waits_again(db: Database) -> None:
    """Its end could not be written, or it was fetched over a connection that broke; a worker that lives keeps it."""
    batch_of(db, 2)
    under_way = UnderWay(workers={1}, jobs={2})
    app = Worker(db, AtWork(db, "me", SharedLedger(db), Limits()))._app(under_way)
    with db.writing() as connection:
        connection.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = 1"))
    async with app.open_async():
        assert await take_back(app, under_way) == 0, "it may just begin"
        assert await take_back(app, under_way) == 1
        assert await take_back(app, under_way) == 0
    assert queue_state(db) == QueueState(waiting=1, under_way=1, workers=1)


def test_told_to_stop_a_worker_hands_back_what_it_has_and_pays_for_nothing_twice(
    serve: Serve, db: Database, url: str
) -> None:
    endpoint = serve(writer, tokens_per_s=1000.0)
    batch_id = batch_of(db, 12)
    with worker_processes(url, 1) as workers:
        until(lambda: progress(db, batch_id).done >= 2, *workers)
        assert workers[0].stop() == 0
    now = progress(db, batch_id)
    assert (now.running, now.done + now.waiting) == (0, 12)
    assert now.waiting > 0
    assert queue_state(db) == QueueState(waiting=now.waiting)
    with worker_processes(url, 1) as workers:
        until(lambda: is_done(db, batch_id), *workers)
    assert asked_more_than_once(endpoint) == 0
    assert max(plans_by_customer(db).values()) == 1


def test_what_may_succeed_later_is_tried_again_later(serve: Serve, db: Database, url: str) -> None:
    failed: Counter[str] = Counter()

    def failing_at_first(body: Body) -> Reply:
        if task_of(body).startswith("TASK: prepare me"):
            failed[str(body["messages"])] += 1
            if failed[str(body["messages"])] <= 4:
                return Status(500)
        return writer(body)

    serve(failing_at_first)
    batch_id = batch_of(db, 3)
    with worker_processes(url, 1) as workers:
        until(lambda: is_done(db, batch_id), *workers)
    assert progress(db, batch_id).done == 3
    assert plans_by_customer(db) == {f"Customer {number}": 1 for number in range(3)}


def test_a_refused_key_stops_the_batch_and_it_goes_on_when_asked_again(serve: Serve, db: Database, url: str) -> None:
    is_refused = True

    def refusing(body: Body) -> Reply:
        return Status(401, code="invalid_api_key") if is_refused else writer(body)

    endpoint = serve(refusing)
    batch_id = batch_of(db, 10)
    with worker_processes(url, 1) as workers:
        until(lambda: queue_state(db) == QueueState(workers=1), *workers)
        stopped = get_batch(db, batch_id)
        assert stopped.state == "stopped"
        assert "key" in stopped.error + stopped.hint
        assert endpoint.calls < 10
        is_refused = False
        assert batch_of(db, 10) == batch_id
        until(lambda: is_done(db, batch_id), *workers)
    assert progress(db, batch_id).done == 10


def test_a_budget_holds_over_all_workers(serve: Serve, db: Database, url: str) -> None:
    serve(writer)
    batch_id = batch_of(db, 12, budget_usd=0.02, options={"model": "openai:gpt-5-mini", "effort": "low"})
    with worker_processes(url, 2) as workers:
        until(lambda: get_batch(db, batch_id).state == "stopped" and queue_state(db).under_way == 0, *workers)
    now = progress(db, batch_id)
    assert 0 < now.done < 12
    assert now.cost_usd <= 0.02


def test_two_workers_together_keep_to_one_pace(serve: Serve, db: Database, url: str) -> None:
    asked_at: list[float] = []

    def timed(body: Body) -> Reply:
        asked_at.append(time.monotonic())
        return writer(body)

    serve(timed)
    set_pace(db, CALLS, requests_a_minute=600)
    batch_id = batch_of(db, 24)
    with worker_processes(url, 2, concurrency=16) as workers:
        until(lambda: is_done(db, batch_id), *workers)
    assert asked_at[-1] - asked_at[0] >= len(asked_at) * WINDOW_S / 600 - AHEAD_S - 1
