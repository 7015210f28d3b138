"""Many machines: the slots of a batch as jobs in PostgreSQL, which Procrastinate hands to workers, one a slot.

A job holds nothing but a slot's id: what stands, what is asked for and how it ended is in our own tables. Knows nothing
about how a slot is drafted.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import cast

import psycopg
from procrastinate import SyncPsycopgConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text

from coach.errors import InputError
from coach.store.database import Database, add_if_missing
from coach.store.slots import STALE_AFTER_S, ids_of
from coach.store.tables import preferences

DRAFTING, EVENING = "slots", "evening"
"""Procrastinate's queues: meetings to draft, and the gathering of tomorrow's."""
DRAFT_SLOT, GATHER = "draft_slot", "gather"
AT_ONCE = 1000
"""Jobs a transaction."""
BEATS_EVERY_S = 10.0
SILENT_S = STALE_AFTER_S + BEATS_EVERY_S
"""A worker that has not been heard of for so long is gone, and so is its claim of the slots that it had."""
MAKING, TAKING_OVER = 4_711_816, 4_711_817
"""Of PostgreSQL's advisory locks: who makes tables or jobs, or takes jobs over, does it alone."""
_SCHEMA = "procrastinate_schema"


@dataclass(frozen=True)
class QueueState:
    """What Procrastinate holds; the meetings' own state is in coach.store.batches."""

    waiting: int = 0
    under_way: int = 0
    failed: int = 0
    workers: int = 0
    """Heard of within SILENT_S."""


def prepare_queue(db: Database) -> None:
    """Procrastinate's tables beside ours, made or brought up to date.

    Raises:
        InputError: the database is no PostgreSQL.
    """
    if db.is_sqlite:
        raise InputError(
            "Many machines need a PostgreSQL that all of them reach.",
            hint="Set COACH_DATABASE_URL to `postgresql://user:password@host/name`.",
        )
    while _one_step(db):
        pass


def enqueue(db: Database, batch_id: str) -> int:
    """A job for every slot of the batch that waits and has none yet; how many."""
    prepare_queue(db)
    count = sum(_defer(db, ids) for ids in _in_lots(ids_of(db, batch_id)))
    if count > AT_ONCE:
        with db.writing() as connection:
            connection.execute(text("ANALYZE procrastinate_jobs"))  # for the workers' plans of how to find the next
    return count


def queue_state(db: Database) -> QueueState:
    """All zero where nothing was ever queued."""
    with db.reading() as connection:
        if db.is_sqlite or not _has_tables(connection):
            return QueueState()
        rows = connection.execute(text("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status"))
        count: Counter[str] = Counter({row[0]: row[1] for row in rows})
        heard = text("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - :span")
        workers = connection.execute(heard, {"span": dt.timedelta(seconds=SILENT_S)}).scalar_one()
    return QueueState(count["todo"], count["doing"], count["failed"] + count["aborted"], workers)


def _defer(db: Database, ids: list[str]) -> int:
    with db.writing() as connection:
        _alone(connection)
        known = _queued(connection, ids)
        new = [_job(slot_id) for slot_id in ids if slot_id not in known]
        if new:
            raw = cast("psycopg.Connection", connection.connection.driver_connection)
            JobManager(SyncPsycopgConnector()).batch_defer_jobs(new, connection=raw)
    return len(new)


def _job(slot_id: str) -> Job:
    """`queueing_lock`: no slot waits twice."""
    return Job(queue=DRAFTING, lock=None, queueing_lock=slot_id, task_name=DRAFT_SLOT, task_kwargs={"slot": slot_id})


def _queued(connection: Connection, ids: list[str]) -> frozenset[str]:
    """Those of the slots that have a job, waiting or under way.

    One look into the unique index for each: told all at once, PostgreSQL keeps to a plan from when the table was empty,
    and reads all of it.
    """
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    job = "SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = slot LIMIT 1"
    waiting = f"SELECT slot FROM unnest(CAST(:ids AS text[])) AS slot, LATERAL ({job}) AS job"
    begun = "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NOT NULL"
    return frozenset(connection.execute(text(f"{waiting} UNION ALL {begun}"), {"ids": ids}).scalars())


def _one_step(db: Database) -> bool:
    """Make the tables, or do the first migration that they lack. False: nothing is left to do."""
    migrations = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    with db.writing() as connection:
        _alone(connection)
        made = not _has_tables(connection)
        if made:
            _run(connection, SchemaManager.get_schema())
        add_if_missing(connection, preferences, key=_SCHEMA, value=migrations[-1].name)
        query = text("SELECT value FROM preferences WHERE key = :key")
        known: str = connection.execute(query, {"key": _SCHEMA}).scalar_one()
        missing = [path for path in migrations if path.name > known and not made]
        if missing:
            _run(connection, missing[0].read_text(encoding="utf-8"))
        reached = missing[0].name if missing else max(known, migrations[-1].name)
        change = text("UPDATE preferences SET value = :value WHERE key = :key")
        connection.execute(change, {"key": _SCHEMA, "value": reached})
    return len(missing) > 1


def _has_tables(connection: Connection) -> bool:
    return connection.execute(text("SELECT to_regclass('procrastinate_jobs')")).scalar() is not None


def _run(connection: Connection, script: str) -> None:
    connection.execution_options(no_parameters=True).exec_driver_sql(script)


def _alone(connection: Connection) -> None:
    """Until the end of the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MAKING})


def _in_lots(ids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(ids)
    while lot := list(islice(left, AT_ONCE)):
        yield lot
