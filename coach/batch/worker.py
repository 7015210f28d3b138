"""A worker: takes jobs from PostgreSQL until it is told to stop, and takes over those of workers that are gone.

Told to stop, it takes no more; calls under way are finished and what is not done is handed back. A database that goes
away is waited for. Knows nothing about what a job does.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from coach.batch.at_work import Again
from coach.batch.evening import Evening
from coach.batch.limits import Draining
from coach.batch.queue import BEATS_EVERY_S, DRAFT_SLOT, DRAFTING, EVENING, GATHER, SILENT_S, TAKING_OVER
from coach.errors import CoachError, StoreError
from coach.store.database import HEARD_OF, OURS, Database, end_frozen, postgres_options

LOST = (ConnectorException, psycopg.Error, StoreError)
"""What a database that goes away is reported as."""
BACK_IN_S = 5.0
LOOKS_EVERY_S = 5.0
"""For jobs whose time has come; new ones are heard of at once."""
FIRST_WAIT_S, LONGEST_WAIT_S = 15.0, 900.0
"""Between the tries of a job; doubled each time, and spread over half as much again."""
MOST_TRIES = 40
"""Over nine hours: a slot ends long before, unless it cannot even be read."""
DRAIN_S = 120.0
"""The longest that calls under way are waited for; a page takes half a minute."""
CONNECTIONS = 4
"""Of Procrastinate's, besides the one that listens."""
_OURS = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = ANY(%s)"


class Work(Protocol):
    """What the jobs do."""

    async def draft(self, slot_id: str) -> None:
        """Raises Again, Draining, StoreError: it is done later."""

    async def look_after(self) -> None:
        """Called at every beat, also while draining."""

    def drain(self) -> None:
        """No further call begins."""

    async def end(self) -> None:
        """Called when no job is left."""


@dataclass
class UnderWay:
    """What Procrastinate has given this process since it connected."""

    workers: set[int] = field(default_factory=set)
    """As which Procrastinate knows it."""
    jobs: set[int] = field(default_factory=set)
    unknown: frozenset[int] = frozenset()
    """Jobs that the database says are with us and nobody here works on, as of the last look."""

    @contextmanager
    def at(self, job: Job) -> Iterator[None]:
        assert job.id is not None
        assert job.worker_id is not None
        self.workers.add(job.worker_id)
        self.jobs.add(job.id)
        try:
            yield
        finally:
            self.jobs.discard(job.id)


@dataclass
class Worker:
    """One process. `concurrency`: slots at once. `silent_s`: others that are silent for so long are gone."""

    db: Database
    work: Work
    concurrency: int = 64
    evening: Evening | None = None
    drain_s: float = DRAIN_S
    beats_every_s: float = BEATS_EVERY_S
    silent_s: float = SILENT_S
    looks_every_s: float = LOOKS_EVERY_S
    back_in_s: float = BACK_IN_S
    tell: Callable[[str], None] = field(default=lambda sentence: None)

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Until `stop`, SIGTERM or SIGINT; a second signal ends it at once, and others take over what it had begun."""
        stop = stop or asyncio.Event()
        for name in ("procrastinate", "psycopg.pool"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        asyncio.get_running_loop().set_exception_handler(self._unheard)
        with _told_by_signals(stop):
            while not stop.is_set():
                with self._lost():
                    await self._serve(stop)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self.back_in_s)

    async def _serve(self, stop: asyncio.Event) -> None:
        """Until told to stop, or until the database goes away."""
        under_way = UnderWay()
        app = self._app(under_way)
        async with app.open_async():
            serving = asyncio.create_task(self._take_jobs(app))
            aside = [
                asyncio.create_task(work)
                for work in (self._look_after(app, under_way), self._evenings(app), stop.wait())
            ]
            await asyncio.wait({serving, aside[-1]}, return_when=asyncio.FIRST_COMPLETED)
            serving.cancel()
            if stop.is_set():
                self.tell("Told to stop: calls under way are finished, the rest is handed back.")
                await asyncio.sleep(0)  # it takes no more jobs from here on
                self.work.drain()
            ended = await asyncio.gather(serving, return_exceptions=True)
            if stop.is_set():
                with self._lost(), suppress(TimeoutError):
                    await asyncio.wait_for(self.work.end(), self.drain_s)
            for task in aside:
                task.cancel()
            await asyncio.gather(*aside, return_exceptions=True)
        if isinstance(ended[0], Exception):
            raise ended[0]

    async def _take_jobs(self, app: App) -> None:
        await app.run_worker_async(
            queues=[DRAFTING, EVENING] if self.evening else [DRAFTING],
            concurrency=self.concurrency,
            shutdown_graceful_timeout=self.drain_s,
            install_signal_handlers=False,
            delete_jobs="successful",
            fetch_job_polling_interval=self.looks_every_s,
            update_heartbeat_interval=self.beats_every_s,
            stalled_worker_timeout=self.silent_s,
        )

    def _app(self, under_way: UnderWay) -> App:
        url = self.db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        options = {"application_name": OURS, "options": postgres_options(), **HEARD_OF}
        app = App(connector=PsycopgConnector(conninfo=url, kwargs=options, min_size=1, max_size=CONNECTIONS))

        @app.task(name=DRAFT_SLOT, queue=DRAFTING, retry=_Later(), pass_context=True)
        async def draft(context: JobContext, slot: str) -> None:
            with under_way.at(context.job):
                await self.work.draft(slot)

        @app.task(name=GATHER, queue=EVENING, retry=_Later(), pass_context=True)
        async def gather(context: JobContext, timestamp: int) -> None:
            with under_way.at(context.job):
                if self.evening:
                    await self._gather(self.evening, dt.datetime.fromtimestamp(timestamp).astimezone())

        return app

    async def _gather(self, evening: Evening, hour: dt.datetime) -> None:
        """Raises Again while the evening lasts: a system that cannot be reached may come back."""
        try:
            await evening.gather(hour)
        except CoachError as error:
            self.tell(f"Tomorrow's meetings could not be gathered: {error.message}")
            if evening.due() == hour:
                raise Again from error

    async def _look_after(self, app: App, under_way: UnderWay) -> None:
        """Procrastinate's own heartbeat ends as soon as it drains, and what is under way would be taken away."""
        while True:
            with self._lost():
                if frozen := await asyncio.to_thread(end_frozen, self.db):  # first: they may lock what comes next
                    self.tell(f"Ended {frozen} database sessions of processes that stand still.")
                await self.work.look_after()
                for worker_id in under_way.workers:
                    await app.job_manager.update_heartbeat(worker_id)
                if lost := await take_back(app, under_way):
                    self.tell(f"Began anew with {lost} jobs whose end could not be written.")
                if taken := await take_over(app, silent_s=self.silent_s):
                    self.tell(f"Took over {taken} jobs of workers that are gone.")
            await asyncio.sleep(self.beats_every_s)

    async def _evenings(self, app: App) -> None:
        """Whichever worker comes first adds the evening's job."""
        while self.evening:
            with self._lost():
                if due := self.evening.due():
                    timestamp = int(due.timestamp())
                    job = Job(
                        queue=EVENING,
                        lock=None,
                        queueing_lock=None,
                        task_name=GATHER,
                        task_kwargs={"timestamp": timestamp},
                    )
                    await app.job_manager.defer_periodic_job(job, self.evening.tomorrow.name, timestamp)
            await asyncio.sleep(self.looks_every_s)

    @contextmanager
    def _lost(self) -> Iterator[None]:
        try:
            yield
        except LOST as error:
            said = str(error if isinstance(error, StoreError) else error.__cause__ or error).strip()
            self.tell(f"The database is away: {said.splitlines()[0] if said else type(error).__name__}")

    def _unheard(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Procrastinate writes how a job ended in a task that nobody waits for; `take_back` makes up for it."""
        error = context.get("exception")
        if not isinstance(error, LOST):
            return loop.default_exception_handler(context)
        if not isinstance(error.__cause__, psycopg.errors.RaiseException):  # else another process has ended the job
            with self._lost():
                raise error


async def take_back(app: App, under_way: UnderWay) -> int:
    """Jobs that were given to this process and that it does not work on, at two looks in a row, wait again; how many.

    The connection broke when they were fetched, or when their end was to be written. This process lives, so nobody else
    would ever take them over.
    """
    connector = app.connector
    assert isinstance(connector, PsycopgConnector)
    async with connector.pool.connection() as connection:
        rows = await (await connection.execute(_OURS, (sorted(under_way.workers),))).fetchall()
    unknown = frozenset(row[0] for row in rows) - under_way.jobs
    lost, under_way.unknown = unknown & under_way.unknown, unknown
    for job_id in lost:
        await _wait_again(app, job_id)
    return len(lost)


async def take_over(app: App, *, silent_s: float) -> int:
    """Jobs of workers that have been silent for so long wait again; how many. One worker at a time does it."""
    connector = app.connector
    assert isinstance(connector, PsycopgConnector)
    async with connector.pool.connection() as connection:
        asked = await connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (TAKING_OVER,))
        row = await asked.fetchone()
        if row is None or not row[0]:
            return 0
        stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_s))
        for job in stalled:
            assert job.id is not None
            await _wait_again(app, job.id)
    return len(stalled)


async def _wait_again(app: App, job_id: int) -> None:
    """The job waits, unless it has ended after all; one that was asked for anew meanwhile is not needed."""
    try:
        await app.job_manager.retry_job_by_id_async(job_id, retry_at=dt.datetime.now(dt.UTC))
    except UniqueViolation:
        await app.job_manager.finish_job_by_id_async(job_id, status=Status.ABORTED, delete_job=True)
    except ConnectorException as error:
        if not isinstance(error.__cause__, psycopg.errors.RaiseException):
            raise


class _Later(BaseRetryStrategy):
    """What is not done is done later; what broke off for a reason that nobody foresaw is not."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        match exception:
            case Draining() | asyncio.CancelledError():
                wait_s = 0.0
            case Again(wait_s=float() as asked_s):
                wait_s = asked_s
            case Again() | StoreError() if job.attempts < MOST_TRIES:
                wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**job.attempts) * random.uniform(1.0, 1.5)
            case _:
                return None
        return RetryDecision(retry_at=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=wait_s))


@contextmanager
def _told_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """The first signal sets `stop`; from then on they do what they always do."""
    loop, signals = asyncio.get_running_loop(), (signal.SIGTERM, signal.SIGINT)

    def forget() -> None:
        for one in signals:
            loop.remove_signal_handler(one)

    def told() -> None:
        stop.set()
        forget()

    for one in signals:
        loop.add_signal_handler(one, told)
    try:
        yield
    finally:
        forget()
