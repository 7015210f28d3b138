"""A page on its way into the database while a model writes it, and what stands there when the writing is broken off.

What has arrived takes the place of what it replaces, around what the rep has touched. A page that does not come to its
end leaves no mixture: the last whole page stands again; of a first page stays what had come, and the job remembers it.
Knows nothing about models or how the page is shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from pydantic import TypeAdapter

from coach import keeping
from coach.events import (
    BlockDone,
    Event,
    PageIndexed,
    PageWritten,
    StageStarted,
    StartedAgain,
    TextArrived,
    WorkedOut,
)
from coach.merge import fresh_id
from coach.schema import Block, Groundwork
from coach.store import history, jobs, plans
from coach.store.database import Database
from coach.store.records import Job, KeptPlan
from coach.ui.live import Hub
from coach.workflow import PAGE_STAGES

_BLOCKS = TypeAdapter(tuple[Block, ...])
KEPT_EVERY_S = 0.25
"""Finished blocks are written at most this often; what is unfinished streams past the database."""


@dataclass
class Arriving:
    """What has arrived of a draft, and its way into the database."""

    db: Database
    hub: Hub
    kept: KeptPlan
    job: Job
    at_stage: Callable[[str], None]
    before: tuple[Block, ...] = ()
    """The page as the coach last wrote it, whose place the one on its way takes."""
    arrived: keeping.Arrived = field(default_factory=keeping.Arrived)
    stage: str = ""
    text: str = ""
    """What streamed of this stage since its last finished block."""
    blocks: tuple[Block, ...] = ()
    is_due: asyncio.Event = field(default_factory=asyncio.Event)
    whole: tuple[Block, ...] = ()
    """The last page that came to its end, by stored ids; empty: there is none yet."""
    whole_ids: Mapping[str, str] = field(default_factory=dict)
    """Its ids while it streamed to its stored ones; empty of a page that stood there before."""
    whole_revision: int = 0
    """Of a page that stood there before; 0 of one that has come since."""
    is_unfinished: bool = False
    """A page has begun, and not all of it has come."""

    def __post_init__(self) -> None:
        self.before = history.as_first_said(self.db, self.kept.id)
        here = _BLOCKS.dump_json(tuple(one.block for one in self.kept.blocks)).decode()
        self.whole = _BLOCKS.validate_json(jobs.remember(self.db, self.job.id, jobs.AT_FIRST, here))
        revision = jobs.remember(self.db, self.job.id, jobs.AT_REVISION, str(self.kept.revision))
        self.whole_revision = int(revision)

    def hear(self, event: Event) -> None:
        match event:
            case StageStarted(stage) | StartedAgain(stage):
                self._starts(stage)
            case TextArrived(stage, delta):
                self.text += delta
                self.hub.text(self.kept.id, stage, self.text)
            case BlockDone(stage, block) if stage in PAGE_STAGES:
                self._has((*self.blocks, block), unfinished=self.text.partition(block.text)[2])
            case PageWritten(stage) if stage in PAGE_STAGES:
                self.is_unfinished = False
            case PageIndexed(stage, plan) if stage == self.stage:
                self._has(plan.blocks, unfinished=self.text)
            case WorkedOut(groundwork):
                self._has_worked_out(groundwork)
            case _:
                pass

    async def keep_up(self) -> None:
        """Writes what is due, until cancelled."""
        while True:
            await self.is_due.wait()
            await self._keep()
            await asyncio.sleep(KEPT_EVERY_S)

    async def settle(self, keeping_up: asyncio.Task[None]) -> None:
        """The last finished blocks are written too, however the draft ended."""
        keeping_up.cancel()
        await asyncio.gather(keeping_up, return_exceptions=True)
        if self.is_due.is_set():
            await self._keep()

    async def break_off(self) -> None:
        """The draft ends here: no page stays that is half of one version and half of another."""
        if self.is_unfinished and not self.whole and self.blocks:
            await asyncio.to_thread(jobs.remember, self.db, self.job.id, jobs.CUT_SHORT, self.stage)
        else:
            await self.leave_out_unfinished()

    async def leave_out_unfinished(self) -> None:
        """The last whole page stands again, with the rep's words; nothing to do where the last one came to its end."""
        if not self.is_unfinished:
            return
        self.is_unfinished = False
        self.before = _latest(self.arrived.written, self.before)
        self.arrived = keeping.Arrived(ids=self.whole_ids, written=self.whole)
        if self.whole:
            bring = partial(
                keeping.bring_back, self.db, self.kept.id, self.whole, before=self.before, known_at=self.whole_revision
            )
            self.hub.changed(self.kept.id, await asyncio.to_thread(bring))
            self.before = self.whole

    def _has_worked_out(self, groundwork: Groundwork) -> None:
        plans.set_groundwork(self.db, self.kept.id, groundwork)
        known = max((line.number for line in self.kept.context.notes), default=0)
        jobs.remember(self.db, self.job.id, jobs.KNOWN, str(known))

    def _starts(self, stage: str) -> None:
        if stage in PAGE_STAGES:
            self._remember_whole()
            self.before, self.blocks = _latest(self.arrived.written, self.before), ()
            self.arrived, self.is_unfinished = keeping.Arrived(), True
        self.stage, self.text = stage, ""
        self.hub.stage(self.kept.id, stage)
        self.at_stage(stage)

    def _remember_whole(self) -> None:
        """The page before, if it came to its end; what is not stored yet gets the ids by which it would be."""
        if self.blocks and not self.is_unfinished:
            self.whole_ids = {block.id: self.arrived.ids.get(block.id) or fresh_id() for block in self.blocks}
            self.whole = tuple(block.model_copy(update={"id": self.whole_ids[block.id]}) for block in self.blocks)
            self.whole_revision = 0

    def _has(self, blocks: tuple[Block, ...], *, unfinished: str) -> None:
        self.blocks, self.text = blocks, unfinished
        self.is_due.set()

    async def _keep(self) -> None:
        self.is_due.clear()
        so_far, before = self.arrived, self.before
        stood = {block.id for block in before}
        whole = tuple(block for block in self.whole if block.id in stood)
        keep = partial(
            keeping.keep_arrived, self.db, self.kept.id, self.blocks, before=before, known=so_far.ids, whole=whole
        )
        arrived = await asyncio.to_thread(keep)
        if self.arrived is so_far:
            self.arrived = arrived
        else:  # the next page has begun meanwhile
            self.before = _latest(arrived.written, self.before)
        self.hub.changed(self.kept.id, arrived.revision)


def _latest(written: tuple[Block, ...], before: tuple[Block, ...]) -> tuple[Block, ...]:
    """What the coach has written of a page, and of the page before what it has not come to yet."""
    known = {block.id for block in written}
    return (*written, *(block for block in before if block.id not in known))
