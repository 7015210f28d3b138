"""Work of models on plans, which outlives browser and server: who is at it, whether it still lives, how it ended.

All by the database's clock, so that servers with different clocks agree. Knows nothing about what the work is.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Literal

from sqlalchemy import RowMapping, insert, select, update

from coach.errors import InputError
from coach.store.columns import read
from coach.store.database import Database, now
from coach.store.pages import standing, touch
from coach.store.records import Job, JobKind
from coach.store.tables import jobs

AT_FIRST = "page at first"
"""Under which a draft remembers the page that it began with, for whoever takes it over or takes it back."""
AT_REVISION = "revision at first"
"""Under which it remembers the revision of that page."""
KNOWN = "notes known"
"""Under which a job remembers the last line of the notes that it worked out."""
CUT_SHORT = "cut short at"
"""Under which a job remembers that it ended within its first page: the stage."""


def start_job(db: Database, plan_id: str, kind: JobKind, options: Mapping[str, str], *, owner: str) -> Job:
    """Raises InputError when there is no such plan, or when a job is running on it already."""
    with db.writing() as connection:
        standing(connection, plan_id)
        running = select(jobs.c.kind).where(jobs.c.plan_id == plan_id, jobs.c.state == "running")
        if connection.execute(running).first() is not None:
            raise InputError("The coach is already at work on this plan.", hint="Wait for it, or cancel it.")
        at = now(connection)
        values = {"id": secrets.token_hex(8), "plan_id": plan_id, "kind": kind, "state": "running", "stage": ""}
        values |= {"error": "", "hint": "", "owner": owner}
        row = insert(jobs).values(**values, options=dict(options), beat_at=at, started_at=at).returning(jobs)
        job = _job(connection.execute(row).mappings().one())
        touch(connection, plan_id)
    return job


def beat(db: Database, job_id: str, *, stage: str = "", owner: str = "") -> bool:
    """Say that a job lives, and at what `stage` it is (empty: as before).

    False: it was cancelled, has ended, or (where `owner` is given) another owner has taken it over; stop.
    """
    with db.writing() as connection:
        known = update(jobs).where(jobs.c.id == job_id, jobs.c.state == "running")
        mine = known.where(jobs.c.owner == owner) if owner else known
        values = {"beat_at": now(connection), **({"stage": stage} if stage else {})}
        plan_id = connection.execute(mine.values(values).returning(jobs.c.plan_id)).scalar_one_or_none()
        if plan_id is not None and stage:
            touch(connection, plan_id)
    return plan_id is not None


def end_job(
    db: Database, job_id: str, state: Literal["done", "failed", "cancelled"], *, error: str = "", hint: str = ""
) -> None:
    """A job that has ended before, or was cancelled, stays as it was."""
    with db.writing() as connection:
        running = update(jobs).where(jobs.c.id == job_id, jobs.c.state == "running")
        ended = running.values(state=state, error=error, hint=hint, beat_at=now(connection)).returning(jobs.c.plan_id)
        plan_id = connection.execute(ended).scalar_one_or_none()
        if plan_id is not None:
            touch(connection, plan_id)


def cancel_job(db: Database, job_id: str) -> None:
    """The owner learns of it at its next beat."""
    end_job(db, job_id, "cancelled")


def remember(db: Database, job_id: str, name: str, value: str) -> str:
    """Keep a value with the job's options, for whoever takes it over; the one that is kept: the first of this name."""
    with db.writing() as connection:
        options = connection.execute(select(jobs.c.options).where(jobs.c.id == job_id).with_for_update()).scalar_one()
        if name not in options:
            options = {**options, name: value}
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(options=options))
    return str(options[name])


def running_job(db: Database, plan_id: str) -> Job | None:
    return _first(db, plan_id, running_only=True)


def is_cut_short(db: Database, plan_id: str) -> bool:
    """Whether the last draft ended within its first page, so that the rest of it has never been written."""
    job = last_draft(db, plan_id)
    return job is not None and CUT_SHORT in job.options


def last_draft(db: Database, plan_id: str, *, done: bool = False) -> Job | None:
    """The last one that writes or wrote the whole page; `done`: the last that came to its end."""
    drafting = select(jobs).where(jobs.c.plan_id == plan_id, jobs.c.kind.in_(("draft", "redraft")))
    drafting = drafting.where(jobs.c.state == "done") if done else drafting
    with db.reading() as connection:
        row = connection.execute(drafting.order_by(jobs.c.started_at.desc(), jobs.c.id).limit(1)).mappings().first()
    return None if row is None else _job(row)


def worked_out_from(db: Database, plan_id: str) -> int:
    """Number of the last line of the notes that the groundwork of now knows; 0 where no job tells."""
    query = select(jobs.c.options).where(jobs.c.plan_id == plan_id).order_by(jobs.c.started_at.desc(), jobs.c.id)
    with db.reading() as connection:
        found = (options[KNOWN] for options in connection.execute(query).scalars() if KNOWN in options)
        return int(next(found, 0))


def last_job(db: Database, plan_id: str) -> Job | None:
    """The one started last, running or ended: a screen that was away reads here how it ended."""
    return _first(db, plan_id, running_only=False)


def take_over_stale(db: Database, *, owner: str, older_than_s: float = 15) -> tuple[Job, ...]:
    """Running jobs whose owner has not been heard of for so long; they are `owner`'s from now on, and nobody else's."""
    with db.writing() as connection:
        at = now(connection)
        stale = update(jobs).where(jobs.c.state == "running", jobs.c.beat_at < at - dt.timedelta(seconds=older_than_s))
        rows = connection.execute(stale.values(owner=owner, beat_at=at).returning(jobs)).mappings().all()
    return tuple(_job(row) for row in rows)


def running_jobs(db: Database) -> tuple[Job, ...]:
    """All jobs under way, on any machine."""
    with db.reading() as connection:
        rows = connection.execute(select(jobs).where(jobs.c.state == "running")).mappings().all()
    return tuple(_job(row) for row in rows)


def take_over(db: Database, job: Job, *, owner: str) -> bool:
    """Whether the job, whose owner is known to be gone, is `owner`'s now; False: somebody else was faster."""
    with db.writing() as connection:
        theirs = (jobs.c.id == job.id) & (jobs.c.state == "running") & (jobs.c.owner == job.owner)
        values = {"owner": owner, "beat_at": now(connection)}
        return connection.execute(update(jobs).where(theirs).values(values)).rowcount == 1


def _first(db: Database, plan_id: str, *, running_only: bool) -> Job | None:
    query = select(jobs).where(jobs.c.plan_id == plan_id)
    query = query.where(jobs.c.state == "running") if running_only else query
    with db.reading() as connection:
        row = connection.execute(query.order_by(jobs.c.started_at.desc(), jobs.c.id).limit(1)).mappings().first()
    return None if row is None else _job(row)


def _job(row: RowMapping) -> Job:
    return read(Job, dict(row))
