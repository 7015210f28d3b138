"""The pace that all workers share: `limits.Pace` by way of the database."""

from __future__ import annotations

import asyncio
import time

from coach.store import paces
from coach.store.database import Database

CALLS = "calls"
"""The one pace of all model calls."""


class SharedPace:
    """One transaction a call. A pause that another worker was asked for is known here with the next call."""

    def __init__(self, db: Database, name: str = CALLS) -> None:
        self._db, self._name = db, name
        self._unused = 0
        self._closed_until = 0.0

    async def take(self, tokens: int) -> float:
        """Seconds to wait before the call begins. Raises StoreError."""
        unused, self._unused = self._unused, 0
        reserved = await asyncio.to_thread(paces.reserve, self._db, self._name, tokens=tokens - unused)
        self._closed_until = max(self._closed_until, time.monotonic() + reserved.closed_s)
        return reserved.wait_s

    def give_back(self, tokens: int) -> None:
        """Subtracted from the next call's tokens."""
        self._unused += tokens

    async def pause(self, seconds: float) -> None:
        self._closed_until = max(self._closed_until, time.monotonic() + seconds)
        await asyncio.to_thread(paces.close_for, self._db, self._name, seconds=seconds)

    async def closed_s(self) -> float:
        return max(0.0, self._closed_until - time.monotonic())
