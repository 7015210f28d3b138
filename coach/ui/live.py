"""Tells every open browser what happened to its plan, and remembers what is just being written.

One hub a process. Messages of one kind replace each other until they are read: a slow browser sees the newest text, not
every step to it. Changes made by other processes are found by one query for all plans that somebody looks at.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["change", "text", "stage", "ended"]
Payload = Mapping[str, str | int]
LOOKED_FOR_EVERY_S = 0.7
"""How often changes of other processes are looked for."""
LEAST_GAP_S = 0.08
"""Between two messages to one browser: about twelve a second can be seen."""
KEPT_ALIVE_EVERY_S = 15.0


@dataclass(frozen=True)
class Message:
    kind: Kind
    data: str
    """JSON."""


@dataclass
class Writing:
    """What a job is writing at this moment; lives in this process only."""

    stage: str = ""
    text: str = ""


@dataclass(eq=False)
class _Listener:
    waiting: dict[Kind, str] = field(default_factory=dict)
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    def __init__(self) -> None:
        self._listeners: dict[str, set[_Listener]] = defaultdict(set)
        self._pulses: dict[str, int] = {}
        self._writing: dict[str, Writing] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False

    def writing(self, plan_id: str) -> Writing:
        return self._writing.get(plan_id, Writing())

    def changed(self, plan_id: str, revision: int) -> None:
        """The page is now at this revision. From any thread."""
        self._tell(plan_id, "change", {"revision": revision})

    def stage(self, plan_id: str, stage: str) -> None:
        self._writing[plan_id] = Writing(stage)
        self._tell(plan_id, "stage", {"stage": stage})

    def text(self, plan_id: str, stage: str, text: str) -> None:
        """The whole text of what is unfinished. From any thread."""
        self._writing[plan_id] = Writing(stage, text)
        self._tell(plan_id, "text", {"stage": stage, "text": text})

    def ended(self, plan_id: str, error: str = "") -> None:
        self._writing.pop(plan_id, None)
        self._tell(plan_id, "ended", {"error": error})

    async def listen(self, plan_id: str) -> AsyncIterator[Message | None]:
        """What happens to the plan from now on; None every quarter of a minute, so that the line stays open."""
        self._loop = asyncio.get_running_loop()
        listener = _Listener()
        self._listeners[plan_id].add(listener)
        try:
            while not self._is_closed:
                for message in await _next(listener):
                    yield message
                await asyncio.sleep(LEAST_GAP_S)
        finally:
            self._leave(plan_id, listener)

    def close(self) -> None:
        """Lets every listener go, so that a server that is told to stop need not wait for its open pages."""
        self._is_closed = True
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.woken.set()

    async def look(self, pulses: Callable[[list[str]], dict[str, int]], *, every_s: float = LOOKED_FOR_EVERY_S) -> None:
        """Looks for changes of other processes until cancelled; `pulses` gives each plan's count of changes."""
        while True:
            await asyncio.sleep(every_s)
            if watched := list(self._listeners):
                for plan_id, pulse in (await asyncio.to_thread(pulses, watched)).items():
                    if pulse != self._pulses.setdefault(plan_id, pulse):
                        self._pulses[plan_id] = pulse
                        self._tell(plan_id, "change", {"pulse": pulse})

    def _leave(self, plan_id: str, listener: _Listener) -> None:
        self._listeners[plan_id].discard(listener)
        if not self._listeners[plan_id]:
            del self._listeners[plan_id]
            self._pulses.pop(plan_id, None)

    def _tell(self, plan_id: str, kind: Kind, data: Payload) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed() and self._listeners.get(plan_id):
            loop.call_soon_threadsafe(self._put, plan_id, kind, json.dumps(data))

    def _put(self, plan_id: str, kind: Kind, data: str) -> None:
        for listener in self._listeners.get(plan_id, ()):
            listener.waiting[kind] = data
            listener.woken.set()


async def _next(listener: _Listener) -> list[Message | None]:
    try:
        async with asyncio.timeout(KEPT_ALIVE_EVERY_S):
            await listener.woken.wait()
    except TimeoutError:
        return [None]
    listener.woken.clear()
    waiting, listener.waiting = listener.waiting, {}
    return [Message(kind, data) for kind, data in waiting.items()]


def as_event(message: Message | None) -> str:
    """One server-sent event, or a comment that keeps the line open."""
    return f"event: {message.kind}\ndata: {message.data}\n\n" if message else ": still here\n\n"
