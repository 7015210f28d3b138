"""`python -m tests.benchmarks.queue`: three workers against one, and what a plan takes of PostgreSQL.

The figures that docs/many-machines.md counts with. The endpoint plays recorded completions at a set pace.
"""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import text

from coach.batch.news import hash_of
from coach.batch.queue import enqueue, prepare_queue
from coach.brief import Brief
from coach.context import read_context
from coach.llm import CHARS_PER_TOKEN
from coach.schema import AccountContext, Effort, Run
from coach.store.batches import get_batch, open_batch, progress
from coach.store.database import Database, open_database
from coach.store.paces import reserve, set_pace
from coach.store.slots import Wish, put_slots
from coach.workflow import Options, plan_meeting
from tests.benchmarks.figures import line
from tests.benchmarks.served import EXAMPLE, requests, served
from tests.support.endpoint import Endpoint
from tests.support.postgres import Cluster, running_cluster
from tests.support.queued import worker_processes
from tests.support.recorded import FOLDER, Recorded

EXAMPLES = Path(__file__).parents[2] / "examples"
MODEL = "openai:scripted"
MEETINGS, AT_ONCE = 18, 2
"""Few calls at once at a slow pace: one machine then measures waiting, as for a real model, not its own two cores."""
FIRST_TOKEN_S, TOKENS_PER_S = 0.5, 120.0
SIZED, QUEUED, RESERVED = 40, 100_000, 1500
TABLES = ("plans", "blocks", "versions", "slots", "calls", "operations", "jobs", "accounts")


def main() -> None:
    os.environ["COACH_HOME"] = tempfile.mkdtemp()
    with running_cluster() as cluster:
        tokens_of_a_plan("normal")
        tokens_of_a_plan("low")
        throughput(cluster)
        room_in_the_database(cluster)
        reservations(cluster)
        a_long_queue(cluster)


def tokens_of_a_plan(effort: Effort) -> None:
    """Over all recorded examples, as a batch asks."""
    print(f"\nA plan of {effort} effort, over the recorded examples")
    runs: list[Run] = []
    contexts: list[AccountContext] = []
    cached = 0
    for name in sorted(path.stem for path in FOLDER.glob("*.jsonl")):
        with _endpoint(Recorded(name)):
            context = read_context(EXAMPLES / f"{name}.md")
            drafted = asyncio.run(plan_meeting(context, options=Options(model=MODEL, depth="standard", effort=effort)))
        runs += drafted.runs
        contexts.append(context)
        cached += len(Brief(context).material) // CHARS_PER_TOKEN * (len(drafted.runs) - 1)
    count = len(contexts)
    line("words of notes", sum(len(note.text.split()) for one in contexts for note in one.notes) / count, "")
    line("calls", len(runs) / count, "")
    line("tokens in", sum(run.tokens_in for run in runs) / count, "")
    line("of these a shared beginning, asked for again", cached / count, "")
    line("tokens out", sum(run.tokens_out for run in runs) / count, "")
    line("tokens out of the longest call of a plan", max(run.tokens_out for run in runs), "")


def throughput(cluster: Cluster) -> None:
    """From the first call of a batch to its end."""
    print(f"\n{MEETINGS} meetings, {AT_ONCE} calls at once a worker, {TOKENS_PER_S:g} tokens a second a stream")
    took: dict[int, float] = {}
    for workers in (1, 3):
        with opened(cluster) as db, served(first_token_s=FIRST_TOKEN_S, tokens_per_s=TOKENS_PER_S) as asked:
            batch_id = queued(db, MEETINGS, effort="low")
            with worker_processes(url_of(db), workers, concurrency=AT_ONCE):
                asked.poll(None)
                began = time.monotonic()
                while get_batch(db, batch_id).state != "done":
                    requests(asked)
            took[workers] = time.monotonic() - began
            assert progress(db, batch_id).done == MEETINGS
        line(f"meetings a minute, workers: {workers}", MEETINGS * 60 / took[workers], "")
    line("three workers against one", took[1] / took[3], "times")


def room_in_the_database(cluster: Cluster) -> None:
    print(f"\n{SIZED} meetings, nothing to wait for")
    with opened(cluster) as db, served(first_token_s=0.0, tokens_per_s=None) as asked:
        batch_id = queued(db, SIZED, effort="normal")
        before, busiest, computed_s = committed(db), 0, children_s()
        with worker_processes(url_of(db), 1, concurrency=16):
            while get_batch(db, batch_id).state != "done":
                busiest = max(busiest, connections(db))
                requests(asked)
                time.sleep(1.0)
        line("processor time a plan, with the start of the worker", (children_s() - computed_s) / SIZED, "s")
        line("connections of one worker, at most", busiest - 1, "")
        line("transactions a plan", (committed(db) - before) / SIZED, "")
        rows = {name: rows_of(db, name) for name in TABLES}
        for name in TABLES:
            kilobytes = size_of(db, name) / SIZED / 1024
            line(f"{name}: {rows[name] / SIZED:g} rows a plan, with their indexes", kilobytes, "KB")
        line("all tables", sum(size_of(db, name) for name in TABLES) / SIZED / 1024, "KB")


def reservations(cluster: Cluster) -> None:
    """One hot row, taken by three processes of eight threads as fast as they can."""
    print("\nThe pace that all workers share")
    with opened(cluster) as db, ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        set_pace(db, "calls", requests_a_minute=1e9, tokens_a_minute=1e12)
        list(pool.map(partial(reserving, url_of(db)), [10] * 3))
        rates = list(pool.map(partial(reserving, url_of(db)), [RESERVED] * 3))
    line("reservations a second", sum(rates), "")


def reserving(url: str, count: int) -> float:
    from concurrent.futures import ThreadPoolExecutor

    db = open_database(url)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: reserve(db, "calls", tokens=5000), range(count)))
    rate = count / (time.monotonic() - began)
    db.close()
    return rate


def a_long_queue(cluster: Cluster) -> None:
    print(f"\n{QUEUED:,} jobs in the queue")
    with opened(cluster) as db:
        prepare_queue(db)
        batch = open_batch(db, "long", source="benchmark", options={})
        copy_slots(db, batch.id)
        began = time.monotonic()
        count = enqueue(db, batch.id)
        line("jobs queued a second", count / (time.monotonic() - began), "")
        began = time.monotonic()
        enqueue(db, batch.id)
        line("seconds to queue the same again", time.monotonic() - began, "s")
        with db.writing() as connection:
            connection.execute(text("ANALYZE"))
        began = time.monotonic()
        for _ in range(200):
            with db.writing() as connection:
                connection.execute(text("SELECT procrastinate_fetch_job_v2(ARRAY['slots'], NULL)"))
        line("a job fetched", (time.monotonic() - began) / 200 * 1000, "ms")
        jobs = size_of(db, "procrastinate_jobs") + size_of(db, "procrastinate_events")
        line("a waiting job, with its event and indexes", jobs / QUEUED, "bytes")


def copy_slots(db: Database, batch_id: str) -> None:
    """One slot, and copies of it under other names."""
    put_slots(db, batch_id, [wish(0)])
    with db.writing() as connection:
        names = connection.execute(text("SELECT * FROM slots LIMIT 1")).keys()
        own = {"id": "'c' || n", "key": "'c' || n"}
        values = ", ".join(own.get(name, f'"{name}"') for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        copies = f"INSERT INTO slots ({listed}) SELECT {values} FROM slots, generate_series(2, {QUEUED}) AS n"
        connection.execute(text(copies))


@contextmanager
def opened(cluster: Cluster) -> Iterator[Database]:
    db = open_database(cluster.new_database())
    try:
        yield db
    finally:
        db.close()


@contextmanager
def _endpoint(script: Recorded) -> Iterator[None]:
    with Endpoint(script) as endpoint:
        os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"] = endpoint.url, "none"
        yield


def queued(db: Database, count: int, *, effort: str) -> str:
    batch = open_batch(db, "benchmark", source="benchmark", options={"model": MODEL, "effort": effort})
    put_slots(db, batch.id, [wish(number) for number in range(count)])
    enqueue(db, batch.id)
    return batch.id


def wish(number: int) -> Wish:
    context = of_customer(read_context(EXAMPLES / f"{EXAMPLE}.md"), number)
    return Wish(key=f"benchmark:{number}", context=context, wanted=hash_of(context), depth="standard")


def of_customer(context: AccountContext, number: int) -> AccountContext:
    first, *notes = context.notes
    first = first.model_copy(update={"text": f"{first.text} (customer {number})"})
    return context.model_copy(update={"account": f"Customer {number}", "notes": (first, *notes)})


def url_of(db: Database) -> str:
    return db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def children_s() -> float:
    """Processor time of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def scalar(db: Database, query: str) -> int:
    with db.reading() as connection:
        return int(connection.execute(text(query)).scalar_one())


def connections(db: Database) -> int:
    return scalar(db, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")


def committed(db: Database) -> int:
    return scalar(db, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")


def rows_of(db: Database, table: str) -> int:
    return scalar(db, f"SELECT count(*) FROM {table}")


def size_of(db: Database, table: str) -> int:
    return scalar(db, f"SELECT pg_total_relation_size('{table}')")


if __name__ == "__main__":
    main()
