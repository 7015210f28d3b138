"""All slots of a batch drafted by this process, so many at a time: stopped at any moment and run again, it goes on.

Keeps nothing of a plan in memory once it is in the database. Knows nothing about sources, screens or the command line.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from coach.batch.estimate import WORDS, estimate
from coach.batch.limits import Draining, Limits
from coach.batch.purse import Purse
from coach.batch.slots import Drafter, SlotResult, beating, draft_slot, is_gone
from coach.errors import CoachError, StoreError
from coach.ledger import Ledger
from coach.schema import Effort
from coach.store import batches, slots
from coach.store.database import Database

MORE_PLANS = 0.25
"""Beyond the calls at once, so many plans are at work that a call is always ready when a place is free."""
CLAIMED_AT_ONCE = 16
MOST_IN_A_ROW = 3
"""Plans for each place that fail one after the other; then something is wrong for all of them, and the batch stops."""
TICK_S = 1.0
WINDOW_S = 60.0
"""The rate is that of the last minute."""


@dataclass(frozen=True)
class Standing:
    """How far a batch is, for whoever waits for it."""

    total: int = 0
    done: int = 0
    """With those of earlier runs."""
    failed: int = 0
    calls_under_way: int = 0
    cost_usd: float = 0.0
    """By all runs so far."""
    budget_usd: float | None = None
    plans_per_minute: float = 0.0
    left_s: float | None = None
    """None: not known yet."""
    paused_s: float = 0.0
    """The provider asked to wait for so long."""
    is_stopping: bool = False
    busy_part: float = 0.0
    """Of the places for calls, while the provider took calls: 1.0 is all of them all the time."""


@dataclass(frozen=True)
class Ended:
    standing: Standing
    stopped_by: CoachError | None = None
    """The budget is used up, the key is refused, nothing answers."""
    is_interrupted: bool = False


class Running:
    """One run of a batch. `await run()` once; `stop()` from a signal: calls under way are finished and kept."""

    def __init__(
        self,
        db: Database,
        batch_id: str,
        *,
        ledger: Ledger,
        limits: Limits,
        purse: Purse,
        on_standing: Callable[[Standing], None] | None = None,
        drafter: Drafter | None = None,
    ) -> None:
        self.db, self.batch_id = db, batch_id
        self.limits, self.purse = limits, purse
        self._draft = partial(draft_slot, db, ledger=ledger, limits=limits, purse=purse, drafter=drafter)
        self._tell = on_standing or (lambda standing: None)
        self._claimed: deque[str] = deque()
        self._claiming = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._stopped_by: CoachError | None = None
        self._is_interrupted = False
        self._is_left = False
        self._in_a_row = 0
        self._at_work = 0
        self._one_ended = asyncio.Event()
        self._costs_usd: list[float] = []
        """Of the plans of this run."""
        self._ends: deque[float] = deque()
        self._standing = Standing()
        self._all: asyncio.Future[list[None]] | None = None

    def stop(self) -> None:
        """No further call is made; those under way are finished and kept, the second time given up as well."""
        if self._is_interrupted and self._all is not None:
            self._all.cancel()
        self._is_interrupted = True
        self._drain()

    def leave(self) -> None:
        """This process ends and the batch runs on: whoever takes it over finishes it."""
        self._is_left = True

    async def run(self) -> Ended:
        """Until no slot waits, or nothing more can be done. Raises StoreError."""
        async with beating(self.db, self.purse.owner):
            await asyncio.to_thread(slots.take_back, self.db, self.batch_id, is_gone=is_gone)
            await self._begin()
            return await self._whole()

    async def _whole(self) -> Ended:
        places = self.limits.concurrency + max(1, int(self.limits.concurrency * MORE_PLANS))
        ticking = asyncio.create_task(self._tick())
        try:
            self._all = asyncio.gather(*(self._work() for _ in range(places)))
            await self._all
            await self.limits.drained()
        except asyncio.CancelledError:
            if not self._is_interrupted:
                raise
        finally:
            ticking.cancel()
            await self._end()
        return Ended(self._now(), self._stopped_by, self._is_interrupted)

    async def _begin(self) -> None:
        known = await asyncio.to_thread(batches.progress, self.db, self.batch_id)
        asked = (await asyncio.to_thread(batches.get_batch, self.db, self.batch_id)).options
        self._model, self._effort = asked.get("model", ""), cast("Effort", asked.get("effort") or "normal")
        self._spent_before_usd = max(known.cost_usd, known.drawn_usd)
        self._standing = Standing(
            total=known.total, done=known.done, failed=known.failed, budget_usd=self.purse.budget_usd
        )

    async def _end(self) -> None:
        await self.purse.give_back()
        await asyncio.to_thread(slots.put_all_back, self.db, self.purse.owner)
        if self._is_left:
            return
        left = await asyncio.to_thread(batches.progress, self.db, self.batch_id)
        is_whole = not self._is_interrupted and self._stopped_by is None and not left.waiting
        error, hint = (self._stopped_by.message, self._stopped_by.hint) if self._stopped_by else ("", "")
        state: batches.BatchState = "done" if is_whole else "stopped"
        await asyncio.to_thread(batches.end_batch, self.db, self.batch_id, state, error=error, hint=hint)

    async def _work(self) -> None:
        while (slot_id := await self._next()) is not None:
            try:
                self._take(await self._draft(slot_id))
            except Draining:
                return
            except StoreError as error:
                self._claimed.append(slot_id)
                self._take(SlotResult(slot_id, "again"), error)
                await self._rest(TICK_S)
            finally:
                self._at_work -= 1
                self._one_ended.set()

    async def _next(self) -> str | None:
        """The next slot; waits for one that is to be tried again later. None: nothing is left, or the run stops."""
        while not self._stopping.is_set():
            async with self._claiming:
                if not self._claimed:
                    claim = partial(slots.claim_next, owner=self.purse.owner, most=CLAIMED_AT_ONCE)
                    self._claimed.extend(await asyncio.to_thread(claim, self.db, self.batch_id))
                if self._claimed:
                    await self._can_afford_one_more()
                    if self._stopping.is_set():
                        return None
                    self._at_work += 1
                    return self._claimed.popleft()
                due_s = await asyncio.to_thread(slots.next_due_s, self.db, self.batch_id)
            if due_s is None:
                return None
            await self._rest(min(due_s, TICK_S))
        return None

    async def _can_afford_one_more(self) -> None:
        """Waits until the money is likely to be enough for one plan more beside those at work.

        Half a plan helps nobody; where none is at work, one may try.
        """
        while self.purse.budget_usd is not None and self._at_work and not self._stopping.is_set():
            self._one_ended.clear()
            undrawn_usd = await asyncio.to_thread(batches.left_usd, self.db, self.batch_id)
            left_usd = (undrawn_usd or 0.0) + self.purse.free_usd + self.purse.set_aside_usd
            if (self._at_work + 1) * self._a_plan_usd() + self.purse.highest_usd <= left_usd:
                return
            if self._at_work:
                await self._one_ended.wait()

    def _a_plan_usd(self) -> float:
        """What a plan costs in this run; before the first is done, what plans usually cost."""
        if self._costs_usd:
            return sum(self._costs_usd) / len(self._costs_usd)
        usual = estimate(self._model, self._effort, plans=1, words=WORDS)
        return usual.likely_usd if usual else 0.0

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0.05)):
                await self._stopping.wait()
        except TimeoutError:
            return

    def _take(self, result: SlotResult, store_error: StoreError | None = None) -> None:
        now = self._standing
        match result.state:
            case "done":
                self._standing = replace(now, done=now.done + 1)
                self._costs_usd.append(result.outcome.cost_usd)
                self._ends.append(time.monotonic())
            case "failed":
                self._standing = replace(now, failed=now.failed + 1)
            case "stopped":
                self._stopped_by = self._stopped_by or result.stopped_by
                self._stopping.set()
            case _:
                pass
        self._in_a_row = self._in_a_row + 1 if result.state in ("failed", "again") else 0
        if self._in_a_row >= MOST_IN_A_ROW * self.limits.concurrency:
            self._stopped_by = self._stopped_by or store_error or all_fail(result)
            self._drain()

    def _drain(self) -> None:
        self._stopping.set()
        self.limits.drain()

    async def _tick(self) -> None:
        while True:
            self._paused_s = await self.limits.pace.closed_s()
            self._tell(self._now())
            await asyncio.sleep(TICK_S)

    def _now(self) -> Standing:
        now = time.monotonic()
        while self._ends and self._ends[0] < now - WINDOW_S:
            self._ends.popleft()
        lasted_s = min(WINDOW_S, now - (self.limits.begun_at or now))
        per_s = len(self._ends) / lasted_s if lasted_s else 0.0
        left = self._standing.total - self._standing.done - self._standing.failed
        return replace(
            self._standing,
            calls_under_way=self.limits.at_once,
            cost_usd=self._spent_before_usd + self.purse.spent_usd,
            plans_per_minute=60 * per_s,
            left_s=left / per_s if per_s else None,
            paused_s=self._paused_s,
            is_stopping=self._stopping.is_set(),
            busy_part=self.limits.busy_part(),
        )

    _spent_before_usd = 0.0
    _paused_s = 0.0
    _model = ""
    _effort: Effort = "normal"


def all_fail(result: SlotResult) -> CoachError:
    from coach.errors import ModelUnavailable

    error = result.outcome.error or "No plan could be drafted."
    return ModelUnavailable(f"One plan after the other failed, the last one with: {error}", hint=result.outcome.hint)
