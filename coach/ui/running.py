"""One job: a draft, a redraft or a check by a model, written into the database while it comes.

What a page's rep has touched stays as it is: new blocks are merged around it (coach.merge).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pydantic import TypeAdapter

from coach import keeping
from coach.critiquing import critique_plan
from coach.events import StageStarted
from coach.ledger import Ledger
from coach.merge import rekeyed
from coach.options import Options
from coach.redraft import redraft, redraft_by_builtin
from coach.schema import Block, Depth, Effort, MeetingPlan, Run
from coach.settings import BUILTIN
from coach.store import jobs, plans
from coach.store.database import Database
from coach.store.records import Job, KeptPlan
from coach.ui.arriving import Arriving
from coach.ui.live import Hub
from coach.workflow import plan_meeting

_BLOCKS = TypeAdapter(tuple[Block, ...])


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
    page = Arriving(tools.db, tools.hub, kept, job, at_stage)
    keeping_it = asyncio.create_task(page.keep_up())
    drafted = None
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
        if drafted is None and not await _goes_on(tools.db, job):
            await page.break_off()
    await page.leave_out_unfinished()
    await asyncio.to_thread(
        keeping.keep_drafted, tools.db, job.plan_id, drafted, before=page.before, known=page.arrived.ids
    )


async def _goes_on(db: Database, job: Job) -> bool:
    """Whether somebody takes the job over: this server was told to stop, or another one has the job already."""
    task = asyncio.current_task()
    if task is None or not task.cancelling():
        return False
    running = await asyncio.to_thread(jobs.running_job, db, job.plan_id)
    return running is not None and running.id == job.id


async def _redraft_part(job: Job, tools: Tools, at_stage: Callable[[str], None]) -> None:
    """`keep` False: what was asked for is written again though the rep has touched it.

    With a `direction` it is as the rep wants it: it stays when the whole page is drafted again, unless it `may_go`.
    """
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
    keep = partial(
        keeping.keep_redrafted,
        tools.db,
        kept,
        new,
        instead=frozenset(asked) - spared,
        part=part,
        by=said.get("by", ""),
        is_wanted_so=bool(said.get("direction", "")) and said.get("may_go", "") != "True",
    )
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
        known=kept.critique.judgement,
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
