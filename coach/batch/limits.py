"""How many calls at once, how many tokens a minute, and who waits when a provider says so.

One for all plans of a process. Knows nothing about money, plans or providers.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

BURST = 0.1
"""Part of a minute's tokens that may go at once; the rest comes evenly, so that no minute has more than its limit."""
FIRST_PAUSE_S = 1.0
"""When a provider asks to wait and does not say how long; doubled each time, up to LONGEST_PAUSE_S."""
LONGEST_PAUSE_S = 60.0
LONGEST_ASKED_S = 3600.0
"""A provider that asks for more is asked again after so long."""
SPREAD_S = 0.5
"""After a pause the calls start within so long of each other, not all in one moment."""
PATIENCE_S = 1800.0
"""How long a provider that only says "later" is asked again before a call counts as failed."""


class Draining(Exception):
    """The work is to stop: no further call is made. Nobody below the batch catches it."""


class Pace(Protocol):
    """The rate that calls may have; one for a process, or, by way of a database, one for many."""

    async def take(self, tokens: int) -> float:
        """Count a call that is about to be made; the seconds that it has to wait first, for its tokens alone."""

    def give_back(self, tokens: int) -> None:
        """Tokens that were taken and turned out not to be used."""

    async def pause(self, seconds: float) -> None:
        """Nobody may begin a call for so long."""

    async def closed_s(self) -> float:
        """Seconds that are left of the pause; 0: calls may begin."""


class OwnPace:
    """The pace of one process: a bucket that fills evenly, and a time before which nothing begins."""

    def __init__(self, tokens_per_minute: int | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.tokens_per_minute, self._clock = tokens_per_minute, clock
        self._most = BURST * (tokens_per_minute or 0)
        self._per_s = (1 - BURST) * (tokens_per_minute or 0) / 60
        self._level, self._at = self._most, clock()
        self._closed_until = 0.0

    async def take(self, tokens: int) -> float:
        if self.tokens_per_minute is None:
            return 0.0
        now = self._clock()
        self._level = min(self._most, self._level + (now - self._at) * self._per_s) - tokens
        self._at = now
        return max(0.0, -self._level / self._per_s)

    def give_back(self, tokens: int) -> None:
        self._level = min(self._most, self._level + tokens)

    async def pause(self, seconds: float) -> None:
        self._closed_until = max(self._closed_until, self._clock() + seconds)

    async def closed_s(self) -> float:
        return max(0.0, self._closed_until - self._clock())


@dataclass
class Busy:
    """How well the places were used: the seconds that calls were under way while the provider took calls."""

    seconds: float = 0.0
    since: float = 0.0
    at_once: int = 0
    closed_s: float = 0.0
    """The provider took no calls for so long."""
    closed_from: float = 0.0
    closed_until: float = 0.0

    def changed(self, by: int, now: float) -> None:
        shut_s = max(0.0, min(now, self.closed_until) - max(self.since, self.closed_from))
        self.seconds += self.at_once * (now - self.since - shut_s)
        self.since, self.at_once = now, self.at_once + by

    def closed(self, now: float, seconds: float) -> None:
        self.changed(0, now)
        if now > self.closed_until:
            self.closed_from = now
        until = max(self.closed_until, now + seconds)
        self.closed_s += until - max(now, self.closed_until)
        self.closed_until = until


class Limits:
    """Places for calls, and their pace. `concurrency`: calls at once, over all plans of this process."""

    def __init__(
        self, *, concurrency: int = 64, tokens_per_minute: int | None = None, pace: Pace | None = None
    ) -> None:
        self.concurrency = concurrency
        self.pace: Pace = pace or OwnPace(tokens_per_minute)
        self._draining = asyncio.Event()
        self.begun_at: float | None = None
        self._busy = Busy(since=time.monotonic())
        self._places = asyncio.Semaphore(concurrency)
        self._in_vain = 0
        self._moved = asyncio.Event()

    @property
    def is_draining(self) -> bool:
        return self._draining.is_set()

    @property
    def at_once(self) -> int:
        """Calls under way."""
        return self._busy.at_once

    def busy_part(self) -> float:
        """Of all places since the first call, while the provider took calls: 1.0 is all of them all the time."""
        now = time.monotonic()
        self._busy.changed(0, now)
        still_closed_s = max(0.0, self._busy.closed_until - now)
        lasted_s = now - (self.begun_at or now) - (self._busy.closed_s - still_closed_s)
        return self._busy.seconds / (lasted_s * self.concurrency) if lasted_s > 0 else 0.0

    async def enter(self, tokens: int) -> None:
        """Returns when a place is free and the pace allows the call. Raises Draining."""
        self._go_on()
        await self._places.acquire()
        try:
            await self._wait(await self.pace.take(tokens))
            while (closed_s := await self.pace.closed_s()) > 0:
                await self._wait(closed_s + random.uniform(0, SPREAD_S))
        except BaseException:  # the place is free again, also when cancelled
            self._places.release()
            raise
        self.begun_at = self.begun_at or time.monotonic()
        if not self._busy.at_once and not self._busy.seconds:
            self._busy.since = self.begun_at
        self._busy.changed(1, time.monotonic())

    def leave(self, *, unused_tokens: int = 0) -> None:
        """After each `enter`."""
        self._busy.changed(-1, time.monotonic())
        self._places.release()
        if unused_tokens > 0:
            self.pace.give_back(unused_tokens)
        self._moved.set()

    def answered(self) -> None:
        """A call was answered: the next pause of unknown length begins small again."""
        self._in_vain = 0

    async def throttled(self, wait_s: float | None) -> None:
        """The provider asks to wait: nobody begins a call before that."""
        self._in_vain += 1
        own_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(self._in_vain // self.concurrency, 10))
        pause_s = min(LONGEST_ASKED_S, own_s if wait_s is None else wait_s)
        self._busy.closed(time.monotonic(), pause_s)
        await self.pace.pause(pause_s)

    def drain(self) -> None:
        """No further call begins: who waits for a place gets Draining, calls under way come to their end."""
        self._draining.set()
        self._moved.set()
        for _ in range(self.concurrency):
            self._places.release()

    async def drained(self) -> None:
        """Returns when no call is under way."""
        while self._busy.at_once:
            self._moved.clear()
            await self._moved.wait()

    async def _wait(self, seconds: float) -> None:
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._draining.wait(), seconds)
        self._go_on()

    def _go_on(self) -> None:
        if self._draining.is_set():
            raise Draining
