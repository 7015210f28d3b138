"""A replay shared out over processes: each does whole clusters, so that a page is made once for all who look at it.

The processes are begun anew, not forked: they inherit neither loops nor threads nor open files. What they find comes
back as values; the figures are the same as in one process.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from coach.errors import CoachError
from coach.processes import end_with_parent
from evals.jobs import Failed, Job, Result
from evals.replay import Lacking, Prepared, garbage_seldom_sought, prepared
from evals.runs import Row
from evals.suite import Asked

T = TypeVar("T")
Key = tuple[str, str]
"""A job's name and id."""


@dataclass(frozen=True)
class Done:
    """What one process found out."""

    outcomes: Mapping[Key, Result | Failed]
    lacking: Lacking


@contextmanager
def processes_for(asked: Asked, recordings: Path, *, count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that prepare themselves while this one does; they end with it, and with Ctrl-C."""
    apart = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=count, mp_context=apart, initializer=_begin) as pool:
        with _deaf_to_ctrl_c():
            for _ in range(count):
                pool.submit(_warm, asked, recordings)
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Processes begun meanwhile are so too, until they have read what they run: they would end with a traceback."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def done_apart(pool: ProcessPoolExecutor, ready: Prepared, asked: Asked, recordings: Path) -> tuple[list[Job], Lacking]:
    """Every job, settled, and what the recordings lack.

    Raises CoachError where a process ended before its time.
    """
    clusters = sorted(ready.by_cluster.items(), key=lambda one: -len(one[1]))
    done = _each(pool, {name: partial(_done, asked, recordings, name) for name, _ in clusters}).values()
    outcomes = {key: outcome for one in done for key, outcome in one.outcomes.items()}
    lacking = {name: missing for one in done for name, missing in one.lacking.items()}
    return [job.settled(outcomes[job.name, job.id]) for job in ready.jobs], lacking


def rows_apart(pool: ProcessPoolExecutor, jobs: Sequence[Job], *, logs: Path, at_once: int) -> list[Row]:
    """Settled jobs under Inspect, a task at a time in each process."""
    tasks: dict[str, list[Job]] = {}
    for job in jobs:
        tasks.setdefault(job.name, []).append(job)
    longest_first = sorted(tasks.items(), key=lambda one: -len(one[1]))
    found = _each(pool, {name: partial(_rows, own, logs, at_once) for name, own in longest_first})
    return [row for name in tasks for row in found[name]]


def _each(pool: ProcessPoolExecutor, works: Mapping[str, Callable[[], T]]) -> dict[str, T]:
    """What each work gives, by name; begun in their order."""
    found: dict[str, T] = {}
    name = next(iter(works), "")
    try:
        at_work = {one: pool.submit(work) for one, work in works.items()}
        for name, future in at_work.items():
            found[name] = future.result()
    except BrokenProcessPool:
        raise CoachError(
            f"A process of the replay ended before it was done with {name}.",
            hint="If memory ran out: `coach evals run --processes 1` takes the least.",
        ) from None
    return found


# --- in the processes --------------------------------------------------------------------------------------------


def _begin() -> None:
    """Ctrl-C goes to all processes of a terminal: nothing that is under way here is worth an end of its own."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    end_with_parent()


_prepared = cache(prepared)
"""Once a process."""


def _warm(asked: Asked, recordings: Path) -> None:
    _prepared(asked, recordings)


def _done(asked: Asked, recordings: Path, cluster: str) -> Done:
    ready = _prepared(asked, recordings)
    jobs = ready.by_cluster[cluster]
    with garbage_seldom_sought():
        outcomes = asyncio.run(_outcomes(jobs))
    own = {job.recording for job in jobs}
    return Done(outcomes, {name: missing for name, missing in ready.source.missing.items() if name in own})


async def _outcomes(jobs: Sequence[Job]) -> dict[Key, Result | Failed]:
    found = await asyncio.gather(*(job.result() for job in jobs), return_exceptions=True)
    return {(job.name, job.id): _told(one) for job, one in zip(jobs, found, strict=True)}


def _told(outcome: Result | BaseException) -> Result | Failed:
    if isinstance(outcome, Result):
        return outcome
    message = outcome.message if isinstance(outcome, CoachError) else repr(outcome)
    return Failed(message, "".join(traceback.format_exception(outcome)))


def _rows(jobs: Sequence[Job], logs: Path, at_once: int) -> list[Row]:
    from evals.inspecting import run_under_inspect

    return run_under_inspect(jobs, logs=logs, at_once=at_once)
