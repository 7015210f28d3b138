"""A run on recordings: no network, no key, the same figures each time.

Whether every recording is there is found out before the run, by doing the work once: what is missing is named with
what to run. The run itself then looks at what was done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from coach.schema import Depth
from evals.arms import Conditions
from evals.jobs import Job, failure_of
from evals.places import RECORDINGS
from evals.recordings import Missing, Replayed, provenance_of, replayed

AGAIN = "run `coach evals run --live PROVIDER:MODEL --record --only {only}`"


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
    def missing(self) -> Mapping[str, tuple[Missing, ...]]:
        """By recording, what was asked for and not there; so far."""
        return {name: tuple(ledger.missing) for name, ledger in self._ledgers.items() if ledger.missing}


async def not_recorded(jobs: Sequence[Job], source: Replay, *, folder: Path = RECORDINGS) -> tuple[str, ...]:
    """Does every job; one sentence for each recording that lacks something, with what to run."""
    asking = [job for job in jobs if job.recording]
    await asyncio.gather(*(failure_of(job) for job in asking), return_exceptions=True)
    missing = source.missing
    return tuple(_sentence(name, missing[name], folder) for name in sorted(missing))


def _sentence(name: str, missing: Sequence[Missing], folder: Path) -> str:
    own = name.rpartition("/")[2]
    again = AGAIN.format(only=own)
    if not (folder / f"{name}.jsonl").exists():
        return f"{name}: there is no recording; {again}"
    first = next((one for one in missing if one.has_other_prompt), missing[0])
    return f"{name}: {first}; {again}"
