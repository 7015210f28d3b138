"""A run with a model: what it will cost is said before, what it costs is capped, what is finished is kept at once.

Run again, it asks only what is not yet answered: finished calls are found in its ledger or in the recordings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.ledger import Ledger
from coach.prices import cost_usd, prepare
from coach.prompts import prompt, prompt_names, prompts_from
from evals.arms import Conditions
from evals.jobs import Job
from evals.places import PROMPT_SETS, RECORDINGS
from evals.recordings import (
    Entry,
    Purse,
    Recorder,
    Replayed,
    Roles,
    lay_out,
    provenance_of,
    read_entries,
    write_recording,
)

TOKENS_A_JOB = {
    "groundwork": (0, 0),
    "plan": (90_000, 10_000),
    "ablation": (60_000, 7_000),
    "critic": (14_000, 2_500),
    "judge_agreement": (0, 0),
    "pairwise": (6_000, 150),
}
"""In and out, as counted on the recordings of the examples; groundwork and agreement look at what others asked for."""


class Live:
    def __init__(
        self, ledger: Path, *, cap_usd: float | None, timeout_s: float, provenance: str = "", folder: Path = RECORDINGS
    ) -> None:
        self.purse = Purse(cap_usd)
        self._ledger, self._timeout_s, self._provenance, self._folder = ledger, timeout_s, provenance, folder
        self._recorders: dict[str, Recorder] = {}
        self._dry: dict[str, Replayed] = {}
        self.asks_nobody = False
        """For a look before the run: what would have to be asked is then in `unanswered`."""

    def conditions(self, name: str, *, again: int = 0) -> Conditions:
        recorder: Ledger = self._recorder(name)
        if self.asks_nobody:
            recorder = self._dry.setdefault(name, Replayed(self._ledger / name, prompts={}))
        return Conditions(ledger=recorder, again=again, timeout_s=self._timeout_s)

    @property
    def unanswered(self) -> frozenset[str]:
        return frozenset(name for name, ledger in self._dry.items() if ledger.missing)

    def is_timed(self, name: str) -> bool:
        return True

    @property
    def asked(self) -> int:
        """Calls that a model answered in this run."""
        return sum(recorder.asked for recorder in self._recorders.values())

    def record(self, names: Iterable[str], *, is_whole: bool, is_timed: bool) -> list[Path]:
        """Write the recordings of these names. `is_whole`: what this run did not use is dropped from them."""
        written = []
        for name in names:
            entries = self._recorders[name].entries()
            kept = (
                [] if is_whole else [entry for entry in read_entries(self._folder / f"{name}.jsonl") if _current(entry)]
            )
            first = {
                "provenance": self._provenance,
                "date": dt.date.today().isoformat(),
                "context": name,
                **({} if is_timed else {"timed": "no"}),
            }
            written.append(write_recording(name, [*kept, *entries], provenance=first, folder=self._folder))
        return written

    def _recorder(self, name: str) -> Recorder:
        """What the recordings hold is not asked again, unless it was recorded under settings of its own."""
        if name not in self._recorders:
            if "depth" not in provenance_of(name, folder=self._folder):
                lay_out(read_entries(self._folder / f"{name}.jsonl"), self._ledger / name)
            self._recorders[name] = Recorder(self._ledger / name, purse=self.purse, provenance=self._provenance)
        return self._recorders[name]


@dataclass(frozen=True)
class Estimate:
    jobs: int
    tokens_in: int
    tokens_out: int
    usd: float | None
    """At the price of the dearest model; None: a price is not known."""

    def __str__(self) -> str:
        tokens = f"{self.tokens_in:,} tokens in, {self.tokens_out:,} out"
        price = "a price is not known" if self.usd is None else f"about ${self.usd:.2f}"
        return f"To ask: {self.jobs} samples, {tokens}: {price}."


def estimate(jobs: Sequence[Job], roles: Roles) -> Estimate:
    """Of jobs that have not been asked yet."""
    prepare()
    tokens = [TOKENS_A_JOB.get(job.task, (0, 0)) for job in jobs]
    asked, answered = sum(one[0] for one in tokens), sum(one[1] for one in tokens)
    prices = [cost_usd(model, tokens_in=asked, tokens_out=answered) for model in vars(roles).values()]
    known = [price for price in prices if price is not None]
    return Estimate(len(jobs), asked, answered, max(known) if len(known) == len(prices) else None)


def _current(entry: Entry) -> bool:
    """Whether it was asked with a prompt that is still there, ours or of a set that stands in for some of them."""
    run = entry["run"]
    assert isinstance(run, dict)
    call = run["call"]
    return call not in prompt_names() or run["prompt_hash"] in _hashes(call)


def _hashes(call: str) -> Iterator[str]:
    yield prompt(call).hash
    for folder in sorted(PROMPT_SETS.iterdir()):
        with prompts_from(folder):
            yield prompt(call).hash
