"""What a run found, as tables: every figure with its interval, how many samples it is of, and how many gave none.

Rich tables for a terminal, Markdown for README files; both from the same rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evals.compare import Compared
from evals.metrics import Kind, Metric, metrics_of
from evals.runs import Row, Run, readings
from evals.stats import Estimate, Pair, Reading, kappa, mean, part, share

COUNTS = tuple((one, other) for one in ("yes", "no") for other in ("yes", "no"))
NOTHING = "–"
BY_KIND: dict[Kind, Callable[[Sequence[Reading]], Estimate | None]] = {"share": share, "part": part, "mean": mean}


@dataclass(frozen=True)
class Cell:
    """One figure of one arm."""

    metric: Metric
    arm: str
    estimate: Estimate | None
    unscored: int
    """Samples that have no value of this metric."""


def cells(run: Run, task: str) -> Iterator[Cell]:
    """Every metric of a task that any arm has, arm by arm."""
    for metric in metrics_of(task):
        found = [cell(run.of(task, arm), metric) for arm in run.arms(task)]
        if any(one.estimate for one in found):
            yield from found


def cell(rows: Sequence[Row], metric: Metric) -> Cell:
    values = readings(rows, metric.name)
    found = BY_KIND[metric.kind](values)
    return Cell(metric, rows[0].arm if rows else "", found, len(rows) - len(values))


def agreement(rows: Sequence[Row]) -> Estimate | None:
    """Cohen's kappa of the judge with the labels, over bases."""
    pairs = [
        Pair(row.cluster, one, other)
        for row in rows
        for one, other in COUNTS
        for _ in range(int(row.values.get(f"{one}_{other}") or 0))
    ]
    return kappa(pairs)


def rates(rows: Sequence[Row]) -> tuple[Estimate | None, Estimate | None]:
    """Of the judge: of what is wrong, the share called so (TPR); of what is right, the share called so (TNR)."""

    def of(label: str) -> Estimate | None:
        said = [
            Reading(f"{row.key}/{number}", row.cluster, float(other == label))
            for row in rows
            for other in ("yes", "no")
            for number in range(int(row.values.get(f"{label}_{other}") or 0))
        ]
        return share(said)

    return of("no"), of("yes")


def markdown(run: Run) -> str:
    """Every table of a run, for a README."""
    tasks = dict.fromkeys(row.task for row in run.rows)
    return "\n\n".join(f"### {task}\n\n{_table(run, task)}" for task in tasks) + "\n"


def _table(run: Run, task: str) -> str:
    arms = run.arms(task)
    found = [*cells(run, task)]
    names = dict.fromkeys(one.metric.name for one in found)
    head = "| " + " | ".join(["", *(f"{arm} ({len(run.of(task, arm))})" for arm in arms), "aim"]) + " |"
    lines = [head, "|" + "---|" * (len(arms) + 2)]
    for name in names:
        own = {one.arm: one for one in found if one.metric.name == name}
        metric = next(iter(own.values())).metric
        told = [figure(own[arm]) if arm in own else NOTHING for arm in arms]
        lines.append("| " + " | ".join([f"{name}: {metric.what}", *told, _aim(metric)]) + " |")
    lines += _judged(run, task)
    return "\n".join(lines)


def _judged(run: Run, task: str) -> Iterator[str]:
    if task != "judge_agreement":
        return
    arms = run.arms(task)
    kappas = [interval(agreement(run.of(task, arm)), 2) for arm in arms]
    both = [rates(run.of(task, arm)) for arm in arms]
    yield "| " + " | ".join(["kappa: judge against labels, beyond chance", *kappas, NOTHING]) + " |"
    yield "| " + " | ".join(["TPR: of what is wrong, called so", *(interval(one[0], 2) for one in both), "0.90"]) + " |"
    yield "| " + " | ".join(["TNR: of what is right, called so", *(interval(one[1], 2) for one in both), "0.90"]) + " |"


def figure(one: Cell) -> str:
    """`0.85 [0.79, 0.91] n=36`, with how many samples gave none."""
    told = interval(one.estimate, one.metric.digits)
    if one.estimate is None:
        return told
    unscored = f", {one.unscored} unscored" if one.unscored else ""
    return f"{told} n={one.estimate.n}{unscored}"


def interval(found: Estimate | None, digits: int) -> str:
    if found is None:
        return NOTHING
    limits = NOTHING if math.isnan(found.low) else f"{found.low:.{digits}f}, {found.high:.{digits}f}"
    return f"{found.value:.{digits}f} [{limits}]"


def _aim(metric: Metric) -> str:
    if metric.aim is None:
        return NOTHING
    return f"{'at most' if metric.better == 'less' else 'at least'} {metric.aim:g}"


def compared_table(found: Sequence[Compared]) -> str:
    """Each metric on both sides, the difference with its interval, and the cases that moved."""
    lines = ["| task | arm | metric | old | new | difference | |", "|---|---|---|---|---|---|---|"]
    for one in found:
        digits = one.metric.digits
        values = [f"{side.value:.{digits}f}" for side in (one.old, one.new)]
        told = [one.metric.task, one.arm, one.metric.name, *values, interval(one.difference, digits), one.verdict]
        lines.append("| " + " | ".join(told) + " |")
    moved = [line for one in found for line in _moved(one)]
    return "\n".join([*lines, "", *moved])


def _moved(one: Compared) -> Iterator[str]:
    if not one.movers or one.metric.better == "neither":
        return
    yield f"{one.metric.task} ({one.arm}), {one.metric.name}, over {one.difference.n} cases:"
    for mover in one.movers:
        pages = " → ".join(dict.fromkeys(page for page in (mover.old_page, mover.new_page) if page))
        yield f"  {mover.case}: {mover.old:g} → {mover.new:g}  {pages}".rstrip()
