"""The one gate before every call of every plan of a process: first a place and the pace, then the money."""

from __future__ import annotations

import asyncio

from coach.batch.limits import PATIENCE_S, Limits
from coach.batch.purse import Purse
from coach.gate import Paid, Wanted


class SharedGate:
    """`coach.gate.Gate` for the plans of a batch."""

    patience_s = PATIENCE_S

    def __init__(self, limits: Limits, purse: Purse) -> None:
        self.limits, self.purse = limits, purse
        self._telling: set[asyncio.Task[None]] = set()

    async def enter(self, wanted: Wanted) -> None:
        """Raises BudgetSpent, and Draining when the work is to stop."""
        await self.limits.enter(wanted.tokens)
        try:
            await self.purse.reserve(wanted.highest_usd, call=wanted.call)
        except BaseException:  # the place is free again, also when cancelled
            self.limits.leave(unused_tokens=wanted.tokens)
            raise

    def leave(self, wanted: Wanted, paid: Paid) -> None:
        """What a provider says it took counts, but no less than the text could cost, and no more than the highest."""
        usd = max(paid.usd, paid.least_usd)
        self.purse.settle(wanted.highest_usd, min(usd, wanted.highest_usd))
        unused = wanted.tokens - paid.tokens
        if paid.is_throttled:
            self._tell(paid.wait_s, unused)
        else:
            self.limits.answered()
            self.limits.leave(unused_tokens=unused)

    def _tell(self, wait_s: float | None, unused: int) -> None:
        """The place is free when everybody knows that they have to wait."""
        telling = asyncio.ensure_future(self.limits.throttled(wait_s))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)
        telling.add_done_callback(lambda told: self.limits.leave(unused_tokens=unused))
