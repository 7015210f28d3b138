"""The order of things: notes -> groundwork -> page -> criticism -> page again, indexed, checked and judged meanwhile.

The only file that knows the whole order. Each step is one function of another module; what a model cannot give comes
from `builtin`, and the result says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from coach import builtin
from coach.brief import Brief, bounded, shorter
from coach.checks import depth_for
from coach.compare import changes
from coach.context import context_warnings
from coach.corrections import decided_by_rep
from coach.critique import assess, checked, for_the_writer
from coach.draft import cut_page, rewrite_page, write_page
from coach.errors import BudgetSpent, ContextTooLong, ModelError
from coach.events import Heard, Noted, OnEvent, PageIndexed, StageStarted, WorkedOut, nobody
from coach.grounding import ground
from coach.groundwork import as_text, work_out
from coach.index import Indexed, Indexer, apply_index, index_by_code
from coach.judge import judge
from coach.ledger import Ledger
from coach.llm import Models
from coach.markup import join, title_of, word_count
from coach.options import Options
from coach.questions import questions_for
from coach.rubric import word_budget
from coach.schema import (
    AccountContext,
    Block,
    Draft,
    Drafted,
    Effort,
    Failure,
    Groundwork,
    MeetingPlan,
    Point,
    Run,
)
from coach.second_reader import criticise, mended, points_of, suggest
from coach.settings import BUILTIN
from coach.unaided import draft_unaided

__all__ = ["PAGE_STAGES", "Options", "critique_plan", "plan_meeting"]

ROUNDS_BY_EFFORT: dict[Effort, int] = {"low": 0, "normal": 2, "high": 3}
"""How often the page is criticised and rewritten; `low` has no groundwork either.

Source: blind reading, twice over once in 0.92 of 24 pairs (evals/README.md).
"""
PAGE_STAGES = ("page", "rewrite", *(f"rewrite {number}" for number in range(2, 1 + max(ROUNDS_BY_EFFORT.values()))))
"""The stages that bring forth a page, in their order."""
MENDING = "suggestions"
"""The last stage: exact words of the page are replaced. Source: blind reading, 0.96 of 24 pairs (evals/README.md)."""
MAX_FINDINGS_TOLD = 14
T = TypeVar("T")
Settled = Callable[[], Sequence[Block]]
"""Gives the blocks that the rep has touched so far."""


async def plan_meeting(
    context: AccountContext,
    *,
    options: Options,
    groundwork: Groundwork | None = None,
    settled: Settled = tuple,
    on_event: OnEvent = nobody,
    ledger: Ledger | None = None,
) -> Drafted:
    """The whole way from notes to a criticised page. What a model failed at comes from `builtin`: see `failures`.

    `groundwork`: as worked out before and changed by the rep; it is not worked out again, and what the rep wrote into
    it leads the page. `settled` is asked whenever a page is about to be written: the writer fits the rest to it, and
    what becomes of it on the page is for `merge` to say.
    """
    read, left_out = bounded(context)
    if options.model_for("draft") == BUILTIN:
        drafted = draft_unaided(read, options, groundwork)
        _tell_of(drafted, on_event, is_given=groundwork is not None)
        warnings = (left_out, *drafted.warnings) if left_out else drafted.warnings
        return drafted.model_copy(update={"context": context, "warnings": warnings})
    runs: list[Run] = []
    models = options.models(ledger, runs)
    try:
        drafting = _Drafting(read, options, models, on_event, groundwork, settled, warning=left_out)
        drafted = await drafting.run()
    except ContextTooLong:
        fewer, left_out = shorter(read)
        on_event(Noted(left_out))
        shortened = _Drafting(
            fewer, options, models, on_event, groundwork, settled, warning=left_out, is_shortened=True
        )
        drafted = await shortened.run()
    return drafted.model_copy(update={"context": context, "runs": tuple(runs)})


async def critique_plan(
    plan: MeetingPlan,
    context: AccountContext,
    *,
    options: Options,
    with_suggestions: bool = False,
    on_event: OnEvent = nobody,
    ledger: Ledger | None = None,
) -> Drafted:
    """Any plan, also one written by hand: indexed where no block names a line, checked, judged and scored.

    Without a model by the rules alone. Raises ModelError, BudgetSpent.
    """
    if options.model_for("reader") == BUILTIN:
        plan = checked(plan if _names_lines(plan) else _indexed_by_code(plan, context), context)
        critique = assess(plan, context)
        return Drafted(context=context, plan=plan, critique=critique, drafts=(Draft(plan=plan, critique=critique),))
    runs: list[Run] = []
    models = options.models(ledger, runs)
    draft = await _criticised(plan, context, options, models, with_suggestions, on_event)
    return Drafted(context=context, plan=draft.plan, critique=draft.critique, drafts=(draft,), runs=tuple(runs))


@dataclass(frozen=True)
class _Page:
    """A page as written; what its lines are is still being found out."""

    blocks: tuple[Block, ...]
    plan: asyncio.Task[MeetingPlan]


class _Drafting:
    """One plan on its way."""

    def __init__(
        self,
        context: AccountContext,
        options: Options,
        models: Models,
        on_event: OnEvent,
        given: Groundwork | None,
        settled: Settled,
        *,
        warning: str = "",
        is_shortened: bool = False,
    ) -> None:
        self.context, self.options, self.models, self.tell = context, options, models, on_event
        self.given, self.settled = given, settled
        self.depth = options.depth or depth_for(context)
        self.budget = word_budget(self.depth)
        self.brief = Brief(context, language=options.language, again=options.again)
        self.is_shortened = is_shortened
        self.warnings = [*([warning] if warning else []), *context_warnings(context)]
        self.failures: list[Failure] = []
        self.groundwork = Groundwork()

    async def run(self) -> Drafted:
        groundwork = self.groundwork = await self._worked_out()
        brief = self._decided(groundwork)
        page = await self._written("page", brief)
        if page is None:
            return self._without_a_page(groundwork)
        drafts: list[asyncio.Task[Draft]] = []
        for number in range(ROUNDS_BY_EFFORT[self.options.effort]):
            better, judging = await self._improved(page, brief, groundwork, number)
            drafts.append(judging)
            if better is None:
                break
            page = better
        last = await self._within_budget(await page.plan)
        if drafts and not self.failures:
            mended_page, why = await self._mended(last, groundwork)
            if mended_page is not last:
                drafts.append(self._judging(last, groundwork, why, is_asked=False))
                last = mended_page
        read = await drafts[-1] if drafts else None
        if read is None or read.plan is not last:
            drafts.append(self._judging(last, groundwork))
        elif len(drafts) > 1:
            drafts[-1] = self._judging(last, groundwork, read.critique.points)
        return self._drafted(groundwork, tuple(await asyncio.gather(*drafts)))

    async def _worked_out(self) -> Groundwork:
        if self.given is not None:
            return self.given
        if self.options.effort == "low":
            return Groundwork()
        found = await self._newly_worked_out()
        self.tell(WorkedOut(found))
        return found

    async def _newly_worked_out(self) -> Groundwork:
        hears = Heard("groundwork", self.tell, prefix="G")
        model = self.options.model_for("draft")
        found = await self._tried("groundwork", work_out(self.brief, self.models, model=model, listener=hears))
        if found is None:
            return builtin.work_out(self.context)
        return found.model_copy(update={"blocks": ground(found.blocks, self.context, cites_loosely=True)})

    def _decided(self, groundwork: Groundwork) -> Brief:
        brief = self.brief.then("groundwork", as_text(groundwork)) if groundwork.blocks else self.brief
        decisions = "\n".join(f"- {one}" for one in (*self.options.decisions, *decided_by_rep(groundwork)))
        return brief.then("the rep has decided", decisions) if decisions else brief

    async def _written(self, stage: str, brief: Brief, *, known: MeetingPlan | None = None) -> _Page | None:
        """A page by a model, indexed while it streams; None when the model failed."""
        indexer = Indexer(self.brief, self.models, model=self.options.model_for("index"), known=known)
        hears = Heard(stage, self.tell, worker=indexer)
        write = rewrite_page if known else write_page
        model = self.options.model_for("draft")
        told = brief.with_settled(self.settled())
        text = await self._tried(stage, write(told, self.models, model=model, budget=self.budget, listener=hears))
        if text is None:
            indexer.void()
            return None
        blocks = hears.finish()
        return _Page(blocks, asyncio.ensure_future(self._indexed(stage, blocks, indexer)))

    async def _indexed(self, stage: str, blocks: tuple[Block, ...], indexer: Indexer) -> MeetingPlan:
        indexed = await indexer.finish()
        if indexer.failed:
            self._failed(f"index of the {stage}", indexer.failed)
        plan = MeetingPlan(
            title=title_of(blocks) or self.context.account,
            language=self.options.language,
            depth=self.depth,
            drafted_by=self.options.model_for("draft"),
        )
        found = checked(_with_index(plan, indexed), self.context, self.groundwork)
        self.tell(PageIndexed(stage, found))
        return found

    async def _improved(
        self, page: _Page, brief: Brief, groundwork: Groundwork, number: int
    ) -> tuple[_Page | None, asyncio.Task[Draft]]:
        """The page criticised, meanwhile checked, and written again from both; the judging of the old one goes on."""
        with_page = brief.then("page", join(page.blocks))
        reader = self.options.model_for("reader")
        hears = Heard("criticism", self.tell)
        asked = criticise(with_page, self.models, model=reader, listener=hears)
        criticism = await self._tried("criticism", asked) or ""
        plan = await page.plan
        judging = self._judging(plan, groundwork, points_of(criticism), is_asked=number == 0)
        told = self._counted(plan, groundwork)
        if not criticism and not told:
            return None, judging
        with_all = with_page.then("criticism", criticism) if criticism else with_page
        with_all = with_all.then("what the checks found", "\n".join(f"- {one}" for one in told)) if told else with_all
        return await self._written(PAGE_STAGES[number + 1], with_all, known=plan), judging

    def _counted(self, plan: MeetingPlan, groundwork: Groundwork) -> tuple[str, ...]:
        """What code found on the page, for the rewrite."""
        over = word_count(plan.blocks) - self.budget
        length = (f"The page has {over + self.budget} words, {over} over its budget.",) if over > 0 else ()
        return (*length, *for_the_writer(assess(plan, self.context, groundwork))[:MAX_FINDINGS_TOLD])

    async def _mended(self, plan: MeetingPlan, groundwork: Groundwork) -> tuple[MeetingPlan, tuple[Point, ...]]:
        """The page with what the second reader would change in it, word by word, where its lines hold it; and why."""
        self.tell(StageStarted(MENDING))
        found = assess(plan, self.context, groundwork).findings
        reader = self.options.model_for("reader")
        asked = suggest(
            self.brief, self.models, model=reader, plan=plan, findings=found, budget=self.budget, is_new=True
        )
        suggested = await self._tried(MENDING, asked)
        if suggested is None:
            return plan, ()
        better, applied = mended(plan, suggested.offered, spared=[block.text for block in self.settled()])
        if not applied:
            return plan, ()
        better = checked(better, self.context, self.groundwork)
        self.tell(PageIndexed(MENDING, better))
        return better, tuple(Point(text=one.why, lines=one.lines) for one in applied)

    async def _within_budget(self, plan: MeetingPlan) -> MeetingPlan:
        if word_count(plan.blocks) <= self.budget:
            return plan
        model = self.options.model_for("draft")
        cutting = cut_page(self.brief, self.models, model=model, blocks=plan.blocks, budget=self.budget)
        blocks = await self._tried("cuts", cutting)
        if not blocks:
            return plan
        return checked(plan.model_copy(update={"blocks": blocks}), self.context, self.groundwork)

    def _judging(
        self, plan: MeetingPlan, groundwork: Groundwork, points: tuple[Point, ...] = (), *, is_asked: bool = True
    ) -> asyncio.Task[Draft]:
        """The first page and the last are judged; one in between is only looked at by the rules."""
        return asyncio.ensure_future(self._judged(plan, groundwork, points, is_asked=is_asked))

    async def _judged(
        self, plan: MeetingPlan, groundwork: Groundwork, points: tuple[Point, ...], *, is_asked: bool
    ) -> Draft:
        model = self.options.model_for("judge")
        is_asked = is_asked and self.options.effort != "low" and model != BUILTIN
        answers = await judge(self.brief, self.models, model=model, plan=plan) if is_asked else ()
        critique = assess(plan, self.context, groundwork, answers=answers, points=points, judged_by=model)
        return Draft(plan=plan, critique=critique)

    async def _tried(self, step: str, work: Awaitable[T]) -> T | None:
        try:
            return await work
        except ContextTooLong as error:
            if not self.is_shortened:
                raise
            self._failed(step, error)
        except (ModelError, BudgetSpent) as error:
            self._failed(step, error)
        return None

    def _failed(self, step: str, error: ModelError | BudgetSpent) -> None:
        self.failures.append(Failure(step=step, error=type(error).__name__, message=error.message, hint=error.hint))
        self.tell(Noted(f"{step}: {error.message}"))

    def _without_a_page(self, groundwork: Groundwork) -> Drafted:
        by_builtin = draft_unaided(self.context, self.options, self.given)
        known = groundwork if groundwork.blocks else by_builtin.groundwork
        warning = "The model failed; this page was drafted without one."
        return by_builtin.model_copy(
            update={
                "groundwork": known,
                "failures": tuple(self.failures),
                "warnings": (warning, *by_builtin.warnings),
            }
        )

    def _drafted(self, groundwork: Groundwork, drafts: tuple[Draft, ...]) -> Drafted:
        last = drafts[-1]
        by = [self.options.model_for("draft")]
        if groundwork.drafted_by == BUILTIN and self.given is None:
            by.append(BUILTIN)
            self.warnings.append("The model failed at the groundwork; it was worked out without one.")
        return Drafted(
            context=self.context,
            plan=last.plan.model_copy(update={"drafted_by": ", ".join(by)}),
            groundwork=groundwork,
            critique=last.critique,
            drafts=drafts,
            changes=changes(drafts[0].plan.blocks, last.plan.blocks) if len(drafts) > 1 else (),
            questions=questions_for(self.context, last.plan, groundwork),
            warnings=tuple(self.warnings),
            failures=tuple(self.failures),
            drafted_by=", ".join(by),
        )


async def _criticised(
    plan: MeetingPlan,
    context: AccountContext,
    options: Options,
    models: Models,
    with_suggestions: bool,
    on_event: OnEvent,
) -> Draft:
    brief = Brief(context, language=options.language, again=options.again)
    if not _names_lines(plan):
        on_event(StageStarted("index"))
        indexer = Indexer(brief, models, model=options.model_for("index"))
        indexer.add(plan.blocks)
        plan = _with_index(plan, await indexer.finish())
    plan = checked(plan, context)
    judge_model, reader = options.model_for("judge"), options.model_for("reader")
    hears = Heard("criticism", on_event)
    asked = criticise(brief.then("page", join(plan.blocks)), models, model=reader, listener=hears)
    criticism, answers = await asyncio.gather(asked, judge(brief, models, model=judge_model, plan=plan))
    critique = assess(plan, context, answers=answers, points=points_of(criticism), judged_by=judge_model)
    if not with_suggestions:
        return Draft(plan=plan, critique=critique)
    on_event(StageStarted("suggestions"))
    budget = word_budget(plan.depth)
    suggested = await suggest(brief, models, model=reader, plan=plan, findings=critique.findings, budget=budget)
    return Draft(plan=plan, critique=critique.model_copy(update={"suggestions": suggested.offered}))


def _tell_of(drafted: Drafted, on_event: OnEvent, *, is_given: bool) -> None:
    if not is_given:
        on_event(WorkedOut(drafted.groundwork))
    on_event(PageIndexed("page", drafted.plan))


def _names_lines(plan: MeetingPlan) -> bool:
    return any(block.citations or block.basis for block in plan.blocks)


def _with_index(plan: MeetingPlan, indexed: Indexed) -> MeetingPlan:
    found = {"blocks": indexed.blocks, "best_outcome": indexed.best, "fallback": indexed.fallback}
    return plan.model_copy(update=found)


def _indexed_by_code(plan: MeetingPlan, context: AccountContext) -> MeetingPlan:
    return plan.model_copy(update={"blocks": apply_index(plan.blocks, index_by_code(plan.blocks, context), context)})
