"""What whoever waits for a plan may hear while it is made, and the listener that turns a stream into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from coach.markup import Splitter
from coach.schema import Block, Groundwork, MeetingPlan


@dataclass(frozen=True)
class StageStarted:
    """`groundwork`, `page`, `criticism`, `rewrite` …"""

    stage: str


@dataclass(frozen=True)
class TextArrived:
    stage: str
    delta: str


@dataclass(frozen=True)
class BlockDone:
    stage: str
    block: Block


@dataclass(frozen=True)
class StartedAgain:
    """What arrived of this stage so far is void: it is being asked for once more."""

    stage: str


@dataclass(frozen=True)
class Noted:
    text: str


@dataclass(frozen=True)
class WorkedOut:
    """The groundwork is complete and compared with its lines. Not told of one that was given."""

    groundwork: Groundwork


@dataclass(frozen=True)
class PageIndexed:
    """The blocks of this stage's page have their parts, lines and checks; their ids are those of its `BlockDone`s."""

    stage: str
    plan: MeetingPlan


Event = StageStarted | TextArrived | BlockDone | StartedAgain | Noted | WorkedOut | PageIndexed
OnEvent = Callable[[Event], None]


def nobody(event: Event) -> None:
    """Listens to nothing."""


class TakesBlocks(Protocol):
    """Works on the blocks of a page while the rest still streams."""

    def add(self, blocks: tuple[Block, ...]) -> None: ...
    def void(self) -> None: ...


class Heard:
    """Passes on what streams of one stage, split into blocks."""

    def __init__(self, stage: str, on_event: OnEvent, *, prefix: str = "B", worker: TakesBlocks | None = None) -> None:
        self._stage, self._tell, self._prefix, self._worker = stage, on_event, prefix, worker
        self._splitter = Splitter(prefix=prefix)
        self._blocks: list[Block] = []
        on_event(StageStarted(stage))

    def text(self, delta: str) -> None:
        self._tell(TextArrived(self._stage, delta))
        self._done(self._splitter.feed(delta))

    def again(self) -> None:
        self._splitter, self._blocks = Splitter(prefix=self._prefix), []
        if self._worker:
            self._worker.void()
        self._tell(StartedAgain(self._stage))

    def finish(self) -> tuple[Block, ...]:
        """All blocks, the last one too."""
        self._done(self._splitter.finish())
        return tuple(self._blocks)

    def _done(self, blocks: tuple[Block, ...]) -> None:
        self._blocks += blocks
        if self._worker and blocks:
            self._worker.add(blocks)
        for block in blocks:
            self._tell(BlockDone(self._stage, block))
