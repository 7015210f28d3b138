"""The money of a batch: the highest price of a call is set aside before it is made, and settled after.

All plans and all processes of a batch draw from one budget in the database. A process draws a little ahead, so that not
every call writes; what it had drawn when it was killed counts as spent. Knows nothing about models.
"""

from __future__ import annotations

import asyncio

from coach.errors import BudgetSpent
from coach.store import batches
from coach.store.database import Database

AHEAD = 8
"""Drawn at once: so many calls as dear as the one that asks, and no more than PART_AHEAD of the budget."""
PART_AHEAD = 0.01
LOST_IN_SUMS_USD = 1e-9
"""What sums of binary fractions may lack. Drawn by itself it is lost in the sum again, and the call never begins."""


class Purse:
    """One process's share of a batch's budget. Without a budget it only counts.

    What is set aside is never more than what is drawn, and what is drawn by all never more than the budget: however an
    endpoint lies about its usage, a batch overruns by at most what its calls really cost above their highest price.
    """

    def __init__(self, db: Database, batch_id: str, *, owner: str) -> None:
        self.db, self.batch_id, self.owner = db, batch_id, owner
        self.budget_usd = batches.get_batch(db, batch_id).budget_usd
        self.spent_usd = 0.0
        """By this process."""
        self.set_aside_usd = 0.0
        """For calls under way."""
        self.highest_usd = 0.0
        """That was asked for one call."""
        self.is_used_up = False
        """A call was refused for want of money."""
        self._drawn_usd = 0.0
        self._under_way = 0
        self._drawing = asyncio.Lock()
        self._settled = asyncio.Event()

    @property
    def free_usd(self) -> float:
        """Drawn, and neither spent nor set aside."""
        return self._drawn_usd - self.spent_usd - self.set_aside_usd

    async def reserve(self, usd: float, *, call: str = "") -> None:
        """Set the highest price of a call aside; waits for what other calls give back.

        Raises:
            BudgetSpent: it does not fit into the budget, and no call under way could give anything back.
        """
        if self.budget_usd is None or usd <= 0:
            return
        self.highest_usd = max(self.highest_usd, usd)
        async with self._drawing:
            while self.free_usd < usd - LOST_IN_SUMS_USD:
                self._settled.clear()
                if await self._drew(usd) or self._settled.is_set():
                    continue
                if not self._under_way:
                    raise await self._used_up(usd, call)
                await self._settled.wait()
            self.set_aside_usd += usd
            self._under_way += 1

    def settle(self, reserved_usd: float, paid_usd: float) -> None:
        """A call has ended: it took `paid_usd` of what was reserved. Also for a reservation of nothing."""
        if self.budget_usd is not None and reserved_usd > 0:
            self._under_way -= 1
            self.set_aside_usd = self.set_aside_usd - reserved_usd if self._under_way else 0.0
        self.spent_usd += paid_usd
        self._settled.set()

    async def give_back(self) -> None:
        """What is drawn and free, for the others; at the end, and whenever nothing is needed."""
        async with self._drawing:
            free_usd = self.free_usd
            if self.budget_usd is None or free_usd <= 0:
                return
            self._drawn_usd -= free_usd
            await asyncio.to_thread(batches.give_back, self.db, self.batch_id, self.owner, usd=free_usd)

    async def _drew(self, usd: float) -> bool:
        """Whether the budget still had what is needed, if possible with some calls ahead."""
        missing_usd = usd - max(0.0, self.free_usd)
        ahead_usd = min(AHEAD * usd, PART_AHEAD * (self.budget_usd or 0.0))
        for more_usd in sorted({missing_usd, max(missing_usd, ahead_usd)}, reverse=True):
            if await asyncio.to_thread(batches.draw, self.db, self.batch_id, self.owner, usd=more_usd):
                self._drawn_usd += more_usd
                return True
        return False

    async def _used_up(self, usd: float, call: str) -> BudgetSpent:
        self.is_used_up = True
        left_usd = await asyncio.to_thread(batches.left_usd, self.db, self.batch_id)
        left_usd = max(0.0, (left_usd or 0.0) + self.free_usd)
        return BudgetSpent(
            f"The call `{call}` may cost ${usd:.4f}; the budget of ${self.budget_usd:g} is used up but for "
            f"${left_usd:.4f}."
        )
