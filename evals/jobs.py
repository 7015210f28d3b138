"""One sample of a task: what is looked at, in whose cluster, and the work that measures it, done once.

Knows nothing about Inspect: the same jobs are tried before a replay, run under it, and counted by the benchmark.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from coach.errors import CoachError
from evals.measures import Measures


@dataclass(frozen=True)
class Result:
    """What the viewer shows of a sample, and what was measured of it."""

    values: Measures
    page: str
    """Markdown: the plan, the groundwork, or what was read."""
    why: str = ""
    """What was missed or objected to, for a person who looks at the score."""
    html: str = ""
    """The plan as a page of its own; empty where there is none."""
    markdown: str = ""
    """The plan as a file that can be read back, for people who label it."""


class Failed(Exception):
    """What went wrong with a job in another process, as it was told there. `trace`: where it happened."""

    def __init__(self, message: str, trace: str) -> None:
        super().__init__(message, trace)
        self.message = message


@dataclass
class Job:
    task: str
    arm: str
    case: str
    cluster: str
    """The meeting, or the base plan: readings of one cluster resemble each other."""
    recording: str
    """The recording that holds its calls, `contexts/renewal`; empty: it asks no model."""
    notes: str
    """What the plan was made from, for the viewer."""
    work: Callable[[], Awaitable[Result]]
    target: str = ""
    """What the expert expects, for the viewer."""
    about: Mapping[str, str] = field(default_factory=dict)
    epoch: int = 0
    _done: asyncio.Task[Result] | None = None

    @property
    def name(self) -> str:
        return f"{self.task}_{self.arm}"

    @property
    def id(self) -> str:
        """Among the jobs of its name."""
        return f"{self.case}~{self.epoch}" if self.epoch else self.case

    async def result(self) -> Result:
        """Done at the first call, remembered after it. Raises CoachError each time where the work failed."""
        if self._done is None:
            self._done = asyncio.ensure_future(_as_task(self.work))
        return await asyncio.shield(self._done)

    def settled(self, outcome: Result | Failed) -> Job:
        """The same sample with nothing left to do: one that can be sent to another process."""
        return replace(self, work=partial(_given, outcome), _done=None)


async def failure_of(job: Job) -> CoachError | None:
    """Do the job now; what went wrong, if anything."""
    try:
        await job.result()
    except CoachError as error:
        return error
    return None


async def _as_task(work: Callable[[], Awaitable[Result]]) -> Result:
    return await work()


async def _given(outcome: Result | Failed) -> Result:
    if isinstance(outcome, Failed):
        raise outcome
    return outcome
