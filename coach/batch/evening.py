"""Every evening: when it is due, and the batch of tomorrow's meetings out of the configured sources."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from coach.batch.queue import enqueue
from coach.batch.which import Which, fill, read_sources
from coach.crm.opportunity import Problem
from coach.store.batches import forget_batch, open_batch
from coach.store.calls import forget_calls
from coach.store.database import Database
from coach.store.made import forget_made

LATE = dt.timedelta(hours=2)
"""A worker that starts so long after the hour still does the evening's work, if none has."""
CALLS_KEPT = dt.timedelta(days=7)
"""A finished call is of use while its slot may still be drafted again from the same notes; what a batch did can be
taken back for as long."""


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()


@dataclass(frozen=True)
class Tomorrow:
    """What is drafted each evening, and how."""

    sources: tuple[str, ...]
    options: Mapping[str, str]
    """`model`, `effort`, `language`, as a batch remembers them."""
    budget_usd: float | None = None
    """An evening."""

    @property
    def name(self) -> str:
        """Workers that are told the same share the work."""
        said = "\n".join((*self.sources, *map(str, sorted(self.options.items()))))
        return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]


@dataclass(frozen=True)
class Evening:
    """Once every evening, `at` this time of this machine's clock, whatever the number of workers."""

    db: Database
    at: dt.time
    tomorrow: Tomorrow
    tell: Callable[[str], None]
    clock: Callable[[], dt.datetime] = field(default=_now)

    def due(self) -> dt.datetime | None:
        """The hour that has come, until LATE after it."""
        now = self.clock()
        for days in (0, 1):
            hour = dt.datetime.combine(now.date() - dt.timedelta(days=days), self.at).astimezone()
            if dt.timedelta() <= now - hour < LATE:
                return hour
        return None

    async def gather(self, hour: dt.datetime) -> None:
        """Raises CoachError: a source cannot be read, or the database."""
        day = hour.date() + dt.timedelta(days=1)
        count = await asyncio.to_thread(queue_day, self.db, self.tomorrow, day, on_problem=self._problem)
        self.tell(f"{count} meetings of {day} wait for their plans.")
        await asyncio.to_thread(forget_calls, self.db, older_than=CALLS_KEPT)
        await asyncio.to_thread(forget_made, self.db, older_than=CALLS_KEPT)

    def _problem(self, problem: Problem) -> None:
        place = ", ".join(filter(None, (problem.file, f"row {problem.row}" if problem.row else "", problem.column)))
        self.tell(f"{place}: {problem.reason}")


def queue_day(db: Database, what: Tomorrow, day: dt.date, *, on_problem: Callable[[Problem], None]) -> int:
    """A job for every meeting of the day that has no plan from the same notes yet; how many. Twice is once."""
    today = day - dt.timedelta(days=1)
    found = read_sources(what.sources, today=today, on_problem=on_problem, db=db, since=day, until=day)
    source = f"{', '.join(what.sources)}, meetings of {day}"
    batch = open_batch(db, f"{what.name} {day}", source=source, options=what.options, budget_usd=what.budget_usd)
    how = tuple(what.options.get(name, "") for name in ("model", "effort", "language"))
    filled = fill(db, batch.id, found, Which(since=day, until=day), how=how).filled
    if filled.total == 0:
        forget_batch(db, batch.id)
    return enqueue(db, batch.id)
