"""What a run found, as rows in one file: compared with another run's, and with the baseline.

A run's folder holds `scores.json`, the pages as HTML, and Inspect's logs. Knows nothing about how rows came to be.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.errors import InputError
from evals.places import RUNS
from evals.stats import Reading

SCORES = "scores.json"
DIGITS = 4
"""More say nothing, and differ from one machine's arithmetic to another's."""


class Row(BaseModel):
    """One sample. A value of None was not scored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: str
    arm: str
    case: str
    cluster: str
    epoch: int = 0
    values: dict[str, float | None] = {}
    error: str = ""
    """Why nothing was scored; empty if something was."""

    @property
    def key(self) -> str:
        return f"{self.case}~{self.epoch}" if self.epoch else self.case


class Run(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    is_live: bool = False
    roles: dict[str, str] = {}
    prompts: dict[str, str] = {}
    """Hash by name of each prompt that was in force."""
    missing: tuple[str, ...] = ()
    """Recordings that were not there: one sentence each, with what to run."""
    rows: tuple[Row, ...] = ()

    def arms(self, task: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.arm for row in self.rows if row.task == task))

    def of(self, task: str, arm: str) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if (row.task, row.arm) == (task, arm))


def readings(rows: Iterable[Row], metric: str) -> list[Reading]:
    """What was scored of one metric."""
    found = ((row, row.values.get(metric)) for row in rows)
    return [Reading(row.key, row.cluster, value) for row, value in found if value is not None]


def save(run: Run, folder: Path) -> Path:
    path = folder / SCORES
    folder.mkdir(parents=True, exist_ok=True)
    rounded = run.model_copy(update={"rows": tuple(map(_rounded, run.rows))})
    path.write_text(as_json(rounded), "utf-8")
    return path


def as_json(run: Run) -> str:
    """A row a line, so that a baseline's changes can be read."""
    head = json.dumps(run.model_dump(exclude={"rows"}), indent=1, ensure_ascii=False)[:-2]
    rows = ",\n  ".join(row.model_dump_json(exclude_defaults=True) for row in run.rows)
    return f'{head},\n "rows": [\n  {rows}\n ]\n}}\n'


def load(path: Path) -> Run:
    """Raises InputError when the file is missing or is no run's."""
    try:
        return Run.model_validate_json(path.read_text("utf-8"))
    except OSError:
        raise InputError(f"There is no {path.name} in {path.parent}.", hint="Run `coach evals run` first.") from None
    except ValidationError as error:
        raise InputError(f"{path} is not what a run found: {error.errors()[0]['msg']}") from None


def folder_of(name: str, runs: Path | None = None) -> Path:
    return (runs or RUNS) / name


def latest(runs: Path | None = None) -> Path:
    """The folder of the run that ended last.

    Raises:
        InputError: there is none.
    """
    found = sorted((runs or RUNS).glob(f"*/{SCORES}"), key=lambda path: (path.stat().st_mtime_ns, path))
    if not found:
        raise InputError("No run stands in evals/runs.", hint="Run `coach evals run` first.")
    return found[-1].parent


def _rounded(row: Row) -> Row:
    values: Mapping[str, float | None] = {
        name: None if value is None else round(value, DIGITS) for name, value in row.values.items()
    }
    return row.model_copy(update={"values": values})
