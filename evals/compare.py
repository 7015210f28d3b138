"""Two runs, or two arms of one: each metric as a paired difference with its interval, and the cases that moved it.

A side is `RUN` or `RUN:ARM`. Without an arm, arms are compared with their namesakes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coach.errors import InputError
from evals.metrics import Metric, metrics_of
from evals.places import RUNS
from evals.runs import SCORES, Row, Run, folder_of, load, readings
from evals.stats import Estimate, difference, mean

MOVERS = 3
PAGES = "pages"


@dataclass(frozen=True)
class Side:
    run: Run
    folder: Path
    arm: str
    """Empty: every arm."""


@dataclass(frozen=True)
class Mover:
    case: str
    old: float
    new: float
    old_page: str
    """Path of the page as HTML; empty where there is none."""
    new_page: str


@dataclass(frozen=True)
class Compared:
    """One metric of one arm, on both sides."""

    metric: Metric
    arm: str
    old: Estimate
    new: Estimate
    difference: Estimate
    movers: tuple[Mover, ...]

    @property
    def verdict(self) -> str:
        """`better`, `worse`, or that the interval holds no difference at all too."""
        if not self.difference.excludes_zero:
            return "no difference beyond the interval"
        if self.metric.better == "neither":
            return "more" if self.difference.value > 0 else "less"
        is_more = self.difference.value > 0
        return "better" if is_more == (self.metric.better == "more") else "worse"


def side(text: str, *, runs: Path = RUNS) -> Side:
    """Raises InputError where there is no such run or arm."""
    name, _, arm = text.partition(":")
    folder = folder_of(name, runs)
    run = load(folder / SCORES)
    known = sorted({row.arm for row in run.rows})
    if arm and arm not in known:
        raise InputError(f"{name} has no arm {arm}.", hint=f"It has {', '.join(known) or 'none'}.")
    return Side(run, folder, arm)


def compare(old: Side, new: Side) -> Iterator[Compared]:
    """Every metric that both sides have of the same cases. `old` is what `new` is measured against."""
    tasks = dict.fromkeys(row.task for row in new.run.rows)
    for task in tasks:
        for one, other in _arms(old, new, task):
            before, after = old.run.of(task, one), new.run.of(task, other)
            for metric in metrics_of(task):
                found = _compared(metric, before, after, old, new)
                if found:
                    yield found


def _arms(old: Side, new: Side, task: str) -> list[tuple[str, str]]:
    """Pairs of arms: as named, else namesakes."""
    if old.arm or new.arm:
        return [(old.arm or new.arm, new.arm or old.arm)]
    return [(arm, arm) for arm in new.run.arms(task) if arm in old.run.arms(task)]


def _compared(metric: Metric, before: tuple[Row, ...], after: tuple[Row, ...], old: Side, new: Side) -> Compared | None:
    was, now = readings(before, metric.name), readings(after, metric.name)
    both = {one.case for one in was} & {one.case for one in now}
    was, now = [one for one in was if one.case in both], [one for one in now if one.case in both]
    found, one, other = difference(was, now), mean(was), mean(now)
    if found is None or one is None or other is None:
        return None
    names = dict.fromkeys((before[0].arm, after[0].arm))
    movers = tuple(_movers(metric, before, after, old, new))
    return Compared(metric, " → ".join(names), one, other, found, movers)


def _movers(metric: Metric, before: tuple[Row, ...], after: tuple[Row, ...], old: Side, new: Side) -> Iterator[Mover]:
    """The cases that changed most, worst for the new side first."""
    was = {row.key: row for row in before}
    moved = []
    for row in after:
        one, other = was[row.key].values.get(metric.name) if row.key in was else None, row.values.get(metric.name)
        if one is not None and other is not None and one != other:
            moved.append((row, one, other))
    worse_first = -1.0 if metric.better == "less" else 1.0
    moved.sort(key=lambda entry: (worse_first * (entry[2] - entry[1]), entry[0].key))
    chosen = moved if len(moved) <= 2 * MOVERS else [*moved[:MOVERS], *moved[-MOVERS:]]
    for row, one, other in chosen:
        yield Mover(row.key, one, other, _page(old, was[row.key]), _page(new, row))


def _page(of: Side, row: Row) -> str:
    path = of.folder / PAGES / row.arm / f"{row.case}.html"
    return os.path.relpath(path) if path.exists() else ""
