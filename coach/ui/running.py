"""One job: a draft, a redraft or a check by a model, written into the database while it comes.

What a page's rep has touched stays as it is: new blocks are merged around it (coach.merge).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from pydantic import TypeAdapter

from coach import keeping
from coach.critiquing import critique_plan
from coach.events import BlockDone, Event, PageIndexed, StageStarted, StartedAgain, TextArrived, WorkedOut
from coach.ledger import Ledger
from coach.merge import rekeyed
from coach.options import Options
from coach.redraft import redraft, redraft_by_builtin
from coach.schema import Block, Depth, Effort, MeetingPlan, Run
from coach.settings import BUILTIN
from coach.store import history, jobs, plans
from coach.store.database import Database
from coach.store.records import Job, KeptPlan
from coach.ui.live import Hub
from coach.workflow import PAGE_STAGES, plan_meeting

_BLOCKS = TypeAdapter(tuple[Block, ...])
KEPT_EVERY_S = 0.25
"""Finished blocks are written at most this often; what is unfinished streams past the database."""


@dataclass(frozen=True)
class Tools:
    db: Database
    hub: Hub
    ledger: Ledger


async def work_on(job: Job, tools: Tools, *, at_stage: Callable[[str], None]) -> None:
    """Does the job to its end. Raises CoachError; what was finished before is kept."""
    match job.kind:
        case "draft" | "redraft":
            await _draft(job, tools, at_stage)
        case "redraft_part":
            await _redraft_part(job, tools, at_stage)
        case "check":
            await _check(job, tools, at_stage)


def options_of(job: Job, kept: KeptPlan) -> Options:
    """What the rep asked for, as the job remembers it."""
    said = job.options
    depth: dict[str, Depth] = {"quick": "quick", "standard": "standard", "major": "major"}
    effort: dict[str, Effort] = {"low": "low", "normal": "normal", "high": "high"}
    return Options(
        model=said.get("model", ""),
        depth=depth.get(said.get("depth", "")),
        effort=effort.get(said.get("effort", ""), "normal"),
        language=said.get("language", ""),
        decisions=kept.decisions,
        again=int(said.get("again", "0")),
    )


async def _draft(job: Job, tools: Tools, at_stage: Callable[[str], None]) -> None:
    kept = await asyncio.to_thread(plans.load_plan, tools.db, job.plan_id)
    page = _OnItsWay(tools, kept, at_stage)
    keeping_it = asyncio.create_task(page.keep_up())
    try:
        drafted = await plan_meeting(
            kept.context,
            options=options_of(job, kept),
            on_event=page.hear,
            ledger=tools.ledger,
            groundwork=kept.groundwork if job.kind == "redraft" and kept.groundwork.blocks else None,
            settled=_Settled(tools.db, job),
        )
    finally:
        await page.settle(keeping_it)
    await asyncio.to_thread(
        keeping.keep_drafted, tools.db, job.plan_id, drafted, before=page.before, known=page.arrived.ids
    )


async def _redraft_part(job: Job, tools: Tools, at_stage: Callable[[str], None]) -> None:
    """`keep` False: what was asked for is written again though the rep has touched it."""
    at_stage("page")
    kept = await asyncio.to_thread(plans.load_plan, tools.db, job.plan_id)
    said, options = job.options, options_of(job, kept)
    runs: list[Run] = []
    part = said.get("part", "")
    asked = keeping.asked_for(kept, block=said.get("block", ""), part=part)
    mine = frozenset(one.block.id for one in kept.blocks if one.is_touched)
    spared = mine if said.get("keep", "True") == "True" else mine - set(asked)
    plan, model = keeping.plan_of(kept), options.model_for("draft")
    if model == BUILTIN:
        new = redraft_by_builtin(kept.context, kept.groundwork, plan, part=part or _part_of(plan, asked))
    else:
        new = await redraft(
            kept.context,
            kept.groundwork,
            plan,
            blocks=asked,
            part=part,
            direction=said.get("direction", ""),
            touched=spared,
            model=model,
            models=options.models(tools.ledger, runs),
            index_model=options.model_for("index"),
            language=options.language,
            again=kept.revision,
        )
    instead = frozenset(asked) - spared
    keep = partial(keeping.keep_redrafted, tools.db, kept, new, instead=instead, part=part, by=said.get("by", ""))
    tools.hub.changed(kept.id, await asyncio.to_thread(keep))


def _part_of(plan: MeetingPlan, asked: tuple[str, ...]) -> str:
    return next((block.part for block in plan.blocks if block.id in asked), "")


async def _check(job: Job, tools: Tools, at_stage: Callable[[str], None]) -> None:
    at_stage("criticism")
    kept = await asyncio.to_thread(plans.load_plan, tools.db, job.plan_id)
    plan, stored = keeping.numbered(keeping.plan_of(kept))
    checked = await critique_plan(
        plan,
        kept.context,
        options=options_of(job, kept),
        groundwork=kept.groundwork,
        known=kept.critique.answers,
        with_suggestions=True,
        on_event=lambda event: at_stage(event.stage) if isinstance(event, StageStarted) else None,
        ledger=tools.ledger,
    )
    _, critique = rekeyed(checked.plan, checked.critique, stored)
    await asyncio.to_thread(keeping.keep_checked, tools.db, kept, critique)


@dataclass
class _Settled:
    """What the rep has touched when a page is about to be written: the writer fits the rest to it.

    Remembered with the job: taken over after a crash, it asks for the same page again, and that one is paid already.
    """

    db: Database
    job: Job
    asked: int = 0

    def __call__(self) -> tuple[Block, ...]:
        touched = tuple(one.block for one in plans.load_plan(self.db, self.job.plan_id).blocks if one.is_touched)
        self.asked += 1
        said = _BLOCKS.dump_json(touched).decode()
        return _BLOCKS.validate_json(jobs.remember(self.db, self.job.id, f"settled {self.asked}", said))


@dataclass
class _OnItsWay:
    """What has arrived of a draft, and its way into the database."""

    tools: Tools
    kept: KeptPlan
    at_stage: Callable[[str], None]
    before: tuple[Block, ...] = ()
    """The page as the coach last wrote it, whose place the one on its way takes."""
    arrived: keeping.Arrived = field(default_factory=keeping.Arrived)
    stage: str = ""
    text: str = ""
    """What streamed of this stage since its last finished block."""
    blocks: tuple[Block, ...] = ()
    is_due: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.before = history.as_first_said(self.tools.db, self.kept.id)

    def hear(self, event: Event) -> None:
        match event:
            case StageStarted(stage) | StartedAgain(stage):
                self._starts(stage)
            case TextArrived(stage, delta):
                self.text += delta
                self.tools.hub.text(self.kept.id, stage, self.text)
            case BlockDone(stage, block) if stage in PAGE_STAGES:
                self._has((*self.blocks, block), unfinished=self.text.partition(block.text)[2])
            case PageIndexed(stage, plan) if stage == self.stage:
                self._has(plan.blocks, unfinished=self.text)
            case WorkedOut(groundwork):
                plans.set_groundwork(self.tools.db, self.kept.id, groundwork)
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

    def _starts(self, stage: str) -> None:
        if stage in PAGE_STAGES:
            self.before, self.blocks = _latest(self.arrived.written, self.before), ()
            self.arrived = keeping.Arrived()
        self.stage, self.text = stage, ""
        self.tools.hub.stage(self.kept.id, stage)
        self.at_stage(stage)

    def _has(self, blocks: tuple[Block, ...], *, unfinished: str) -> None:
        self.blocks, self.text = blocks, unfinished
        self.is_due.set()

    async def _keep(self) -> None:
        self.is_due.clear()
        so_far, before = self.arrived, self.before
        keep = partial(keeping.keep_arrived, self.tools.db, self.kept.id, self.blocks, before=before, known=so_far.ids)
        arrived = await asyncio.to_thread(keep)
        if self.arrived is so_far:
            self.arrived = arrived
        else:  # the next page has begun meanwhile
            self.before = _latest(arrived.written, self.before)
        self.tools.hub.changed(self.kept.id, arrived.revision)


def _latest(written: tuple[Block, ...], before: tuple[Block, ...]) -> tuple[Block, ...]:
    """What the coach has written of a page, and of the page before what it has not come to yet."""
    known = {block.id for block in written}
    return (*written, *(block for block in before if block.id not in known))
