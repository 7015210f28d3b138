"""A run on recordings: no network, no key, the same figures each time.

Whether every recording is there is found out before the run, by doing the work once: what is missing is named with
what to run. The run itself then looks at what was done.
"""

from __future__ import annotations

import asyncio
import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from coach.schema import Depth
from evals.arms import Conditions
from evals.jobs import Job, failure_of
from evals.places import RECORDINGS
from evals.recordings import Missing, Replayed, Roles, provenance_of, recorded, replayed
from evals.suite import Asked, data_for, jobs_for

AGAIN = "run `coach evals run --live PROVIDER:MODEL --record --only {only}`"
SEARCHES_OF_THE_YOUNG = 1000
"""Searches of what is new for garbage before one of everything; a whole run has about 260."""
Lacking = Mapping[str, tuple[Missing, ...]]
"""By recording, what was asked for and not there."""


class Replay:
    def __init__(self, folder: Path = RECORDINGS) -> None:
        self._folder = folder
        self._ledgers: dict[str, Replayed] = {}

    def conditions(self, name: str, *, again: int = 0) -> Conditions:
        """As it was recorded: a depth that was set then is set now."""
        if name not in self._ledgers:
            self._ledgers[name] = replayed(name, folder=self._folder)
        depth = provenance_of(name, folder=self._folder).get("depth")
        return Conditions(ledger=self._ledgers[name], again=again, depth=cast("Depth | None", depth))

    def is_timed(self, name: str) -> bool:
        """Whether the seconds in the recording are a model's, not those of whoever stood in for it."""
        return provenance_of(name, folder=self._folder).get("timed") != "no"

    @property
    def missing(self) -> Lacking:
        """So far."""
        return {name: tuple(ledger.missing) for name, ledger in self._ledgers.items() if ledger.missing}


@dataclass(frozen=True)
class Prepared:
    """The jobs of a replay, and what they are answered by."""

    jobs: Sequence[Job]
    source: Replay
    roles: Roles | None
    """None: nothing is recorded."""

    @property
    def by_cluster(self) -> Mapping[str, Sequence[Job]]:
        """What looks at the same pages stands together."""
        found: dict[str, list[Job]] = defaultdict(list)
        for job in self.jobs:
            found[job.cluster].append(job)
        return found


def prepared(asked: Asked, folder: Path = RECORDINGS) -> Prepared:
    """The same jobs in every process. Raises InputError for faulty datasets."""
    data, found = data_for(asked), recorded(folder)
    if found:
        asked = replace(asked, parts=found.parts, arms=asked.arms or found.arms, is_replay=True)
    source, roles = Replay(folder), found.roles if found else None
    return Prepared(jobs_for(asked, data, source, roles), source, roles)


@contextmanager
def garbage_seldom_sought() -> Iterator[None]:
    """A run keeps nearly all that it makes: to search all of it for garbage took a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(*before[:2], SEARCHES_OF_THE_YOUNG)
    try:
        yield
    finally:
        gc.set_threshold(*before)


async def not_recorded(ready: Prepared) -> Lacking:
    """Does every job that asks a model."""
    asking = [job for job in ready.jobs if job.recording]
    await asyncio.gather(*(failure_of(job) for job in asking), return_exceptions=True)
    return ready.source.missing


def sentences(lacking: Lacking, *, folder: Path = RECORDINGS) -> tuple[str, ...]:
    """One for each recording that lacks something, with what to run."""
    return tuple(_sentence(name, lacking[name], folder) for name in sorted(lacking))


def _sentence(name: str, missing: Sequence[Missing], folder: Path) -> str:
    own = name.rpartition("/")[2]
    again = AGAIN.format(only=own)
    if not (folder / f"{name}.jsonl").exists():
        return f"{name}: there is no recording; {again}"
    first = next((one for one in missing if one.has_other_prompt), missing[0])
    return f"{name}: {first}; {again}"
