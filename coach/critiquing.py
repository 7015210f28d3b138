"""Any page criticised, also one written by hand: indexed, checked by the rules, read by the second reader, judged."""

from __future__ import annotations

import asyncio

from coach.brief import Brief
from coach.critique import assess, checked
from coach.events import Heard, OnEvent, StageStarted, nobody
from coach.index import Indexer, apply_index, index_by_code, with_index
from coach.judge import NOTHING_SAID, judge
from coach.ledger import Ledger
from coach.llm import Models
from coach.markup import join
from coach.options import Options
from coach.rubric import word_budget
from coach.schema import AccountContext, Draft, Drafted, Groundwork, Judgement, MeetingPlan, Run
from coach.second_reader import criticise, points_of, suggest
from coach.settings import BUILTIN


async def critique_plan(
    plan: MeetingPlan,
    context: AccountContext,
    *,
    options: Options,
    groundwork: Groundwork | None = None,
    known: Judgement = NOTHING_SAID,
    with_suggestions: bool = False,
    on_event: OnEvent = nobody,
    ledger: Ledger | None = None,
) -> Drafted:
    """Any plan, also one written by hand: indexed where no block names a line, checked, judged and scored.

    `groundwork`: what its sums give, the page may say. `known`: what was said of it before; where the page still says
    the same, it is not asked again. Without a model by the rules alone. Raises ModelError, BudgetSpent.
    """
    if options.model_for("reader") == BUILTIN:
        plan = checked(plan if _names_lines(plan) else _indexed_by_code(plan, context), context, groundwork)
        critique = assess(plan, context, groundwork)
        return Drafted(context=context, plan=plan, critique=critique, drafts=(Draft(plan=plan, critique=critique),))
    runs: list[Run] = []
    models = options.models(ledger, runs)
    brief = Brief(context, language=options.language, again=options.again)
    if not _names_lines(plan):
        on_event(StageStarted("index"))
        plan = await _indexed(plan, brief, models, model=options.model_for("index"))
    plan = checked(plan, context, groundwork)
    judge_model, reader = options.model_for("judge"), options.model_for("reader")
    hears = Heard("criticism", on_event)
    asked = criticise(brief.then("page", join(plan.blocks)), models, model=reader, listener=hears)
    judging = judge(brief, models, model=judge_model, plan=plan, known=known)
    criticism, judgement = await asyncio.gather(asked, judging)
    points = points_of(criticism)
    critique = assess(plan, context, groundwork, judgement=judgement, points=points, judged_by=judge_model)
    if with_suggestions:
        on_event(StageStarted("suggestions"))
        suggested = await suggest(
            brief,
            models,
            model=reader,
            plan=plan,
            findings=critique.findings,
            groundwork=groundwork,
            budget=word_budget(plan.depth),
        )
        critique = critique.model_copy(update={"suggestions": suggested.offered})
    draft = Draft(plan=plan, critique=critique)
    return Drafted(context=context, plan=plan, critique=critique, drafts=(draft,), runs=tuple(runs))


async def _indexed(plan: MeetingPlan, brief: Brief, models: Models, *, model: str) -> MeetingPlan:
    indexer = Indexer(brief, models, model=model)
    indexer.add(plan.blocks)
    return with_index(plan, await indexer.finish())


def _names_lines(plan: MeetingPlan) -> bool:
    return any(block.citations or block.basis for block in plan.blocks)


def _indexed_by_code(plan: MeetingPlan, context: AccountContext) -> MeetingPlan:
    return plan.model_copy(update={"blocks": apply_index(plan.blocks, index_by_code(plan.blocks, context), context)})
