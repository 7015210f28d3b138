"""Whether a run may be merged: nothing missing, nothing unscored, and no metric worse than the baseline beyond its
interval. Each objection is one line that says what happened and what to do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from evals.metrics import METRICS, Metric
from evals.runs import Row, Run, readings
from evals.stats import difference

Kind = Literal["errored", "missing", "unscored", "regressed"]
EXIT_CODES: dict[Kind, int] = {"regressed": 1, "unscored": 5, "missing": 6, "errored": 7}
"""2, 3 and 4 mean a wrong call, a failed model and a spent budget everywhere in `coach`. The gravest decides."""
GRAVEST: tuple[Kind, ...] = ("errored", "missing", "unscored", "regressed")
NAMED = 3
NAMES = "names_"
"""Begins the value that says whether one rule names a defect that it should name."""


@dataclass(frozen=True)
class Objection:
    kind: Kind
    line: str


def objections(run: Run, baseline: Run) -> tuple[Objection, ...]:
    """Everything that speaks against the run, the gravest first; empty: the gate is green."""
    found = [*_errored(run), *_missing(run), *_unscored(run, baseline), *_regressed(run, baseline)]
    return tuple(sorted(found, key=lambda one: GRAVEST.index(one.kind)))


def exit_code(found: Sequence[Objection]) -> int:
    return EXIT_CODES[found[0].kind] if found else 0


def _errored(run: Run) -> Iterator[Objection]:
    """A task of which every sample failed: Inspect calls that a success."""
    for task, arm in dict.fromkeys((row.task, row.arm) for row in run.rows):
        rows = run.of(task, arm)
        if all(row.error for row in rows):
            yield Objection(
                "errored", f"{task} ({arm}): every one of {len(rows)} samples failed, the first with: {rows[0].error}"
            )
    if not run.rows and not run.missing:
        yield Objection("errored", f"The run {run.name} has no samples at all: `coach evals run` makes one.")


def _missing(run: Run) -> Iterator[Objection]:
    yield from (Objection("missing", f"Missing recording: {sentence}") for sentence in run.missing)


def _unscored(run: Run, baseline: Run) -> Iterator[Objection]:
    if run.missing and not run.rows:
        return
    for task, arm in dict.fromkeys((row.task, row.arm) for row in (*baseline.rows, *run.rows)):
        rows, before = run.of(task, arm), baseline.of(task, arm)
        failed = [row for row in rows if row.error]
        if failed and len(failed) < len(rows):
            what = f"{len(failed)} of {len(rows)} samples failed ({_named(failed)})"
            yield Objection("unscored", f"{task} ({arm}): {what}, the first with: {failed[0].error}")
        yield from _no_longer(task, arm, rows, before)


def _no_longer(task: str, arm: str, rows: Sequence[Row], before: Sequence[Row]) -> Iterator[Objection]:
    now = {row.key: row for row in rows}
    gone = [row for row in before if row.key not in now]
    if gone:
        yield Objection(
            "unscored",
            f"{task} ({arm}): in the baseline, but not in the run: {_named(gone)}; "
            "where that is meant, `coach evals baseline` sets a new one.",
        )
    for metric in _gated(task):
        lost = [row for row in before if _had(row, metric) and row.key in now and _lacks(now[row.key], metric)]
        if lost:
            yield Objection("unscored", f"{task} ({arm}): {metric.name} is no longer scored for {_named(lost)}.")


def _regressed(run: Run, baseline: Run) -> Iterator[Objection]:
    for task, arm in dict.fromkeys((row.task, row.arm) for row in run.rows):
        rows, before = run.of(task, arm), baseline.of(task, arm)
        for metric in _gated(task):
            yield from _worse(metric, arm, rows, before)
        if task == "critic":
            yield from _silent_rules(arm, rows, before)


def _worse(metric: Metric, arm: str, rows: Sequence[Row], before: Sequence[Row]) -> Iterator[Objection]:
    found = difference(readings(before, metric.name), readings(rows, metric.name))
    if found is None or not found.excludes_zero or math.isnan(found.low):
        return
    if (found.value > 0) == (metric.better == "more"):
        return
    changed = [row for row in rows if _is_worse(row, before, metric)]
    yield Objection(
        "regressed",
        f"{metric.task} ({arm}): {metric.name} is worse by {abs(found.value):.3f} "
        f"[{found.low:.3f}, {found.high:.3f}] over {found.n} cases, most in {_named(changed)}.",
    )


def _silent_rules(arm: str, rows: Sequence[Row], before: Sequence[Row]) -> Iterator[Objection]:
    """Rules are code: what one found before and finds no more is no matter of chance."""
    now = {row.key: row for row in rows}
    pairs = [(row, now[row.key]) for row in before if row.key in now]
    for name in sorted({name for row, _ in pairs for name in row.values if name.startswith(NAMES)}):
        found = [new for row, new in pairs if row.values.get(name) == 1]
        if found and not any(row.values.get(name) for row in found):
            rule, count = name.removeprefix(NAMES), len(found)
            line = f"critic ({arm}): {rule} finds none of the {count} defects that it found before ({_named(found)})."
            yield Objection("regressed", line)


def _gated(task: str) -> list[Metric]:
    return [one for one in METRICS if one.task == task and one.is_gated]


def _had(row: Row, metric: Metric) -> bool:
    return row.values.get(metric.name) is not None


def _lacks(row: Row, metric: Metric) -> bool:
    return not row.error and row.values.get(metric.name) is None


def _is_worse(row: Row, before: Sequence[Row], metric: Metric) -> bool:
    old = next((one.values.get(metric.name) for one in before if one.key == row.key), None)
    new = row.values.get(metric.name)
    return old is not None and new is not None and new != old and (new < old) == (metric.better == "more")


def _named(rows: Sequence[Row]) -> str:
    names = [row.key for row in rows]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
