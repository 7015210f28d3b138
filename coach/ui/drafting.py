"""Work of a model on a kept plan: outlives the browser, and after a crash goes on from what is stored.

Runs on one loop of its own, never inside the Streamlit script. Every finished block is written to the database; what is
just being written goes to the hub. Finished model calls are in the ledger, so a job taken over pays for none twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Mapping
from concurrent import futures
from concurrent.futures import Future

from coach.errors import CoachError
from coach.ledger import Ledger
from coach.store import jobs
from coach.store.database import Database
from coach.store.records import Job, JobKind
from coach.ui.live import Hub
from coach.ui.rechecking import recheck_kept
from coach.ui.running import Tools, work_on

BEATS_EVERY_S = 2.0
STALE_AFTER_S = 15.0
"""Seven beats missed: its process is gone."""
WAITED_S = 0.02
CLOSED_WITHIN_S = 10.0
log = logging.getLogger(__name__)


class Drafter:
    """Starts, follows, cancels and takes over jobs; one a process."""

    def __init__(self, db: Database, hub: Hub, ledger: Ledger) -> None:
        self.db, self.hub, self.ledger = db, hub, ledger
        self.owner = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        self._loop = asyncio.new_event_loop()
        self._running: dict[str, Future[None]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="drafting")
        self._thread.start()

    def start(self, plan_id: str, kind: JobKind, options: Mapping[str, str] | None = None) -> Job:
        """Raises InputError while another job works on the plan."""
        job = jobs.start_job(self.db, plan_id, kind, dict(options or {}), owner=self.owner)
        self._run(job)
        return job

    def cancel(self, plan_id: str) -> None:
        """The last whole page stays, or what had come of the first one: see `arriving`.

        Works also for a job of another process, which notices at its next beat.
        """
        job = jobs.running_job(self.db, plan_id)
        if job is None:
            return
        jobs.cancel_job(self.db, job.id)
        if running := self._running.get(job.id):
            if work := self._tasks.get(job.id):
                self._loop.call_soon_threadsafe(_cancel, work)
            futures.wait([running], timeout=CLOSED_WITHIN_S)
        self.hub.ended(plan_id)

    def take_over(self) -> int:
        """Goes on with jobs whose process is gone; how many. One of this machine is known to be gone at once."""
        gone = [job for job in jobs.running_jobs(self.db) if self._is_gone(job.owner)]
        found = [job for job in gone if jobs.take_over(self.db, job, owner=self.owner)]
        found += jobs.take_over_stale(self.db, owner=self.owner, older_than_s=STALE_AFTER_S)
        for job in found:
            if job.id not in self._running:
                self._run(job)
        return len(found)

    def _is_gone(self, owner: str) -> bool:
        host, _, rest = owner.partition(" ")
        process = rest.partition(" ")[0]
        return host == socket.gethostname() and process.isdigit() and not _is_alive(int(process))

    def wait(self, plan_id: str, *, timeout_s: float) -> None:
        """Until no job works on the plan any more. Raises TimeoutError."""
        end = time.monotonic() + timeout_s
        while jobs.running_job(self.db, plan_id):
            if time.monotonic() > end:
                raise TimeoutError(f"The job on {plan_id} has not ended within {timeout_s} s.")
            time.sleep(WAITED_S)

    def close(self) -> None:
        """Leaves running jobs to whoever takes them over."""
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result(CLOSED_WITHIN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSED_WITHIN_S)
        self._loop.close()

    def _run(self, job: Job) -> None:
        running = asyncio.run_coroutine_threadsafe(self._whole(job), self._loop)
        self._running[job.id] = running
        running.add_done_callback(lambda done: self._ended(job, done))

    async def _whole(self, job: Job) -> None:
        stage = _Stage()
        self._tasks[job.id] = work = _this_task()
        beating = asyncio.create_task(self._beat(job, stage, work))
        try:
            await work_on(job, Tools(self.db, self.hub, self.ledger), at_stage=stage.set)
        finally:
            beating.cancel()
            del self._tasks[job.id]

    async def _beat(self, job: Job, stage: _Stage, work: asyncio.Task[None]) -> None:
        """Says that the job is alive; stops it when somebody cancelled it."""
        while await asyncio.to_thread(jobs.beat, self.db, job.id, stage=stage.name, owner=self.owner):
            await stage.changed_within(BEATS_EVERY_S)
        _cancel(work)

    def _ended(self, job: Job, done: Future[None]) -> None:
        self._running.pop(job.id, None)
        error = None if done.cancelled() else done.exception()
        message, hint = in_words(error) if error else ("", "")
        if error:
            jobs.end_job(self.db, job.id, "failed", error=message, hint=hint)
        elif not done.cancelled():
            jobs.end_job(self.db, job.id, "done")
        if error or done.cancelled():
            with contextlib.suppress(CoachError):  # the page is looked at again with its next save
                recheck_kept(self.db, job.plan_id)
        self.hub.ended(job.plan_id, message)


def in_words(error: BaseException) -> tuple[str, str]:
    """The line and the hint for the rep; what is our own fault goes to the log as well."""
    if isinstance(error, CoachError):
        return error.message, error.hint
    log.error("a job failed", exc_info=error)
    return (
        "Something went wrong in the coach itself; what was written is kept.",
        "Try once more; the log has the details.",
    )


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    assert task is not None
    return task


def _cancel(work: asyncio.Task[None]) -> None:
    """Once: a second time would cut off what a cancelled job still has to put right."""
    if not work.cancelling():
        work.cancel()


async def _cancel_all() -> None:
    """Every task of this loop but this one, and waits for them."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _Stage:
    """The stage a job is at, and its changes."""

    def __init__(self) -> None:
        self.name = ""
        self._changed = asyncio.Event()

    def set(self, name: str) -> None:
        self.name = name
        self._changed.set()

    async def changed_within(self, seconds: float) -> None:
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
