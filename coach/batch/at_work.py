"""What a worker does with a job: the slot drafted as on one machine, its batch ended or stopped when it is time.

Knows nothing about how jobs come to a worker.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from coach.batch.limits import Limits
from coach.batch.purse import Purse
from coach.batch.run import MOST_IN_A_ROW, all_fail
from coach.batch.slots import Drafter, SlotResult, draft_slot
from coach.errors import CoachError
from coach.ledger import Ledger
from coach.store import batches, slots
from coach.store.database import Database
from coach.store.queued import Standing, end_if_finished, standing_of


class Again(Exception):
    """The slot is to be drafted later. `wait_s` None: longer each time."""

    def __init__(self, wait_s: float | None = None) -> None:
        super().__init__("again")
        self.wait_s = wait_s


@dataclass
class AtWork:
    """One process at work on slots of any batch."""

    db: Database
    owner: str
    ledger: Ledger
    limits: Limits
    drafter: Drafter | None = None
    tell: Callable[[str], None] = field(default=lambda sentence: None)
    _purses: dict[str, Purse] = field(default_factory=dict)
    _in_a_row: int = 0
    """Slots that were not drafted, one after the other."""
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _under_way: Counter[str] = field(default_factory=Counter)
    """Slots."""

    async def draft(self, slot_id: str) -> None:
        """Draft a slot, unless it is drafted, or its batch was stopped.

        Raises:
            Again, Draining: it is not done yet.
            StoreError: the database is away.
        """
        standing = await asyncio.to_thread(standing_of, self.db, slot_id)
        if standing is None or standing.batch_state == "stopped":
            return
        self._under_way[slot_id] += 1
        try:
            result = await self._drafted(slot_id, standing)
        finally:
            self._under_way -= Counter([slot_id])
        await self._after(result, standing)

    async def look_after(self) -> None:
        """Say which slots this process works on: not those whose claim it never heard of, as the database was away."""
        await asyncio.to_thread(partial(slots.beat, self.db, self.owner, at_work=tuple(self._under_way)))

    def drain(self) -> None:
        self.limits.drain()

    async def end(self) -> None:
        """The calls under way come to their end and into the ledger; what is left of the money goes back."""
        await self.limits.drained()
        for purse in self._purses.values():
            await purse.give_back()

    async def _drafted(self, slot_id: str, standing: Standing) -> SlotResult:
        purse = await self._purse(standing)
        return await draft_slot(
            self.db, slot_id, ledger=self.ledger, limits=self.limits, purse=purse, drafter=self.drafter
        )

    async def _after(self, result: SlotResult, standing: Standing) -> None:
        self._in_a_row = self._in_a_row + 1 if result.state in ("failed", "again") else 0
        if self._in_a_row >= MOST_IN_A_ROW * self.limits.concurrency:
            await self._stop(standing.batch_id, all_fail(result))
        if result.state == "again":
            raise Again
        if result.state == "taken" and await self._is_open(result.slot_id):
            raise Again(slots.STALE_AFTER_S)
        if result.stopped_by is not None:
            return await self._stop(standing.batch_id, result.stopped_by)
        if await asyncio.to_thread(end_if_finished, self.db, standing.batch_id):
            self.tell(f"The batch {standing.batch_id} is done.")
            if purse := self._purses.pop(standing.batch_id, None):
                await purse.give_back()

    async def _is_open(self, slot_id: str) -> bool:
        """The job of a slot that another process has is needed until that one has ended it."""
        now = await asyncio.to_thread(standing_of, self.db, slot_id)
        return now is not None and now.state in ("waiting", "running")

    async def _stop(self, batch_id: str, error: CoachError) -> None:
        """All its slots would meet the same: they wait until the batch is asked for again."""
        self._in_a_row = 0
        self.tell(f"Stopped the batch {batch_id}: {error.message}")
        stop = partial(batches.end_batch, error=error.message, hint=error.hint)
        await asyncio.to_thread(stop, self.db, batch_id, "stopped")

    async def _purse(self, standing: Standing) -> Purse:
        """This process's purse of the batch; a new one where the budget was changed."""
        async with self._opening:
            known = self._purses.get(standing.batch_id)
            if known is not None and known.budget_usd == standing.budget_usd:
                return known
            if known is not None:
                await known.give_back()
            fresh = await asyncio.to_thread(Purse, self.db, standing.batch_id, owner=self.owner)
            self._purses[standing.batch_id] = fresh
            return fresh
