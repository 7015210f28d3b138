"""The tasks that compare: `pairwise`, the readings' side of `judge_agreement`, and the win rates of `ablation`.

Each pair is read in both orders, for `pairwise` twice, by other readers; readings of one meeting are one cluster.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product

from coach.brief import material
from coach.schema import Run
from evals.arms import Arm, options_for
from evals.cases import Case
from evals.jobs import Job, Result
from evals.measures import share
from evals.pages import Pages, recording_of
from evals.plan_jobs import expected
from evals.reading import ORDERS, Reading, Two, neutral, read_blind

TIMES = 2
"""How often `pairwise` has each order read: two readers of the same two pages agree in three of four."""


class Readings:
    """Reads each pair of arms once an order and turn, for all the tasks that look at it."""

    def __init__(self, pages: Pages, *, reader: str) -> None:
        self._pages, self._reader = pages, reader
        self._read: dict[tuple[str, str, str, int, int], asyncio.Task[Reading]] = {}

    async def two(self, case: Case, one: Arm, other: Arm) -> Two:
        made = [await self._pages.made(case, arm) for arm in (one, other)]
        return Two(case.context, made[0].plan, made[1].plan)

    async def read(self, case: Case, one: Arm, other: Arm, order: int, *, turn: int = 0) -> Reading:
        key = (case.id, one.name, other.name, order, turn)
        if key not in self._read:
            self._read[key] = asyncio.ensure_future(self._ask(case, one, other, order, turn))
        return await asyncio.shield(self._read[key])

    async def _ask(self, case: Case, one: Arm, other: Arm, order: int, turn: int) -> Reading:
        conditions = self._pages.source.conditions(recording_of(case))
        runs: list[Run] = []
        models = options_for(one, conditions).models(conditions.ledger, runs)
        two = await self.two(case, one, other)
        return await read_blind(two, models, model=self._reader, order=order, again=turn)


def pairwise_jobs(cases: Sequence[Case], one: Arm, other: Arm, readings: Readings) -> Iterator[Job]:
    for case in cases:
        for turn, order in product(range(TIMES), ORDERS):
            name = f"{one.name}_over_{other.name}"
            work = partial(_paired, case, one, other, readings, order, turn)
            about = {"order": f"{one.name if order == 0 else other.name} stands first", "split": case.label.split}
            yield Job(
                "pairwise", name, case.id, case.id, recording_of(case), material(case.context), work,
                expected(case.label), about, turn * len(ORDERS) + order,
            )  # fmt: skip


def bias_jobs(cases: Sequence[Case], one: Arm, other: Arm, readings: Readings) -> Iterator[Job]:
    """Whether the reader chooses by place or length: one sample a meeting, over both orders."""
    for case in cases:
        work = partial(_biased, case, one, other, readings)
        yield Job(
            "judge_agreement", f"{one.name}_and_{other.name}", case.id, case.id, recording_of(case),
            material(case.context), work,
        )  # fmt: skip


async def win_share(case: Case, one: Arm, other: Arm, readings: Readings) -> float | None:
    """In how many of the orders the first arm's page was chosen."""
    read = [await readings.read(case, one, other, order) for order in ORDERS]
    return share(reading.first_wins for reading in read)


async def _paired(case: Case, one: Arm, other: Arm, readings: Readings, order: int, turn: int) -> Result:
    two, reading = await readings.two(case, one, other), await readings.read(case, one, other, order, turn=turn)
    values = {"wins": float(reading.first_wins), "unsupported_read": reading.unsupported[0]}
    counts = " and ".join("not counted" if one is None else f"{one:g}" for one in reading.unsupported)
    shown = f"# {one.name}\n\n{neutral(two.one)}\n\n---\n\n# {other.name}\n\n{neutral(two.other)}"
    return Result(values, shown, f"{reading.why}\nunsupported: {counts}")


async def _biased(case: Case, one: Arm, other: Arm, readings: Readings) -> Result:
    two = await readings.two(case, one, other)
    read = [await readings.read(case, one, other, order) for order in ORDERS]
    longer = two.longer_is_first
    values = {
        "same_in_other_order": float(read[0].first_wins == read[1].first_wins),
        "first_chosen": share(reading.is_upper_chosen for reading in read),
        "longer_chosen": None if longer is None else share(reading.first_wins == longer for reading in read),
    }
    return Result(values, "\n\n".join(reading.why for reading in read))
