"""What the evals cost in time: the replayed suite as CI runs it, and what Inspect adds to a sample."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from coach.processes import processors
from evals.inspecting import run_under_inspect
from evals.jobs import Job, Result
from evals.places import RECORDINGS
from evals.running import Place, replay
from evals.suite import Asked
from tests.benchmarks.figures import line

SAMPLES = 60


def replayed_suite() -> None:
    """Everything that is recorded, and all that asks no model, on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), RECORDINGS)
        began = time.monotonic()
        run = replay(
            "bench", Asked(), place=place, tell=lambda sentence: None, skips_missing=True, processes=processors()
        )
        seconds = time.monotonic() - began
    line(f"evals: the replayed suite, {len(run.rows)} samples", seconds, "s", 60)
    line("evals: the framework's overhead a sample", overhead_a_sample_s(), "s", 0.05)


def overhead_a_sample_s() -> float:
    """Samples whose work is nothing, under Inspect and by themselves."""
    with tempfile.TemporaryDirectory() as folder:
        run_under_inspect([_idle(0)], logs=Path(folder), at_once=1)  # imports, once a process
        jobs = [_idle(number) for number in range(SAMPLES)]
        began = time.monotonic()
        run_under_inspect(jobs, logs=Path(folder), at_once=4)
        under = time.monotonic() - began
    began = time.monotonic()
    asyncio.run(_alone([_idle(number) for number in range(SAMPLES)]))
    return (under - (time.monotonic() - began)) / SAMPLES


def _idle(number: int) -> Job:
    async def work() -> Result:
        return Result({"score": 1.0}, "A page. " * 500)

    return Job("plan", "idle", f"case{number}", f"case{number}", "", "A line of notes. " * 500, work)


async def _alone(jobs: list[Job]) -> None:
    for job in jobs:
        await job.result()


if __name__ == "__main__":
    replayed_suite()
