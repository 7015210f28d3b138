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
class PageWritten:
    """All of this stage's page has come: its last `BlockDone` has been told."""

    stage: str


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


Event = StageStarted | TextArrived | BlockDone | PageWritten | StartedAgain | Noted | WorkedOut | PageIndexed
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
        self._tell(PageWritten(self._stage))
        return tuple(self._blocks)

    def _done(self, blocks: tuple[Block, ...]) -> None:
        self._blocks += blocks
        if self._worker and blocks:
            self._worker.add(blocks)
        for block in blocks:
            self._tell(BlockDone(self._stage, block))


class HeardInTwo:
    """Passes on an answer that is a criticism and then a page: the page begins at its `# ` title."""

    def __init__(self, criticism: str, page: str, on_event: OnEvent, *, worker: TakesBlocks | None = None) -> None:
        self._stages, self._tell, self._worker = (criticism, page), on_event, worker
        self._said, self._row, self._begins_row = "", "", True
        self._page: Heard | None = None
        on_event(StageStarted(criticism))

    def text(self, delta: str) -> None:
        if self._page:
            self._page.text(delta)
            return
        self._row += delta
        while self._row and not (self._begins_row and _may_become_title(self._row)):
            row, end, self._row = self._row.partition("\n")
            self._begins_row = bool(end)
            self._said += row + end
            self._tell(TextArrived(self._stages[0], row + end))
        if self._row.startswith("# "):
            self._turn()

    def again(self) -> None:
        if self._page:
            self._page.again()
        self._said, self._row, self._begins_row, self._page = "", "", True, None
        self._tell(StartedAgain(self._stages[0]))

    def finish(self) -> tuple[str, tuple[Block, ...]]:
        """The criticism, and the page's blocks. Without a title all of it was the page."""
        if not self._page:
            self._row, self._said = self._said + self._row, ""
            self._turn()
        assert self._page
        return self._said.strip(), self._page.finish()

    def _turn(self) -> None:
        self._page = Heard(self._stages[1], self._tell, worker=self._worker)
        self._page.text(self._row)


def _may_become_title(row: str) -> bool:
    return row == "#" or row.startswith("# ")
