"""The order of things: notes -> groundwork -> page -> criticised and rewritten whole -> mended word for word.

Indexed, checked and judged meanwhile.

The only file that knows the whole order. Each step is one function of another module; what a model cannot give comes
from `builtin`, and the result says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from coach import builtin
from coach.brief import Brief, bounded, shorter
from coach.checks import depth_for
from coach.commitments import with_words_as_now
from coach.compare import changes
from coach.confidence import without_opened
from coach.context import context_warnings
from coach.corrections import decided_by_rep
from coach.critique import assess, checked, for_the_writer
from coach.draft import cut_page, rewrite_page, write_page
from coach.errors import BudgetSpent, ContextTooLong, ModelError
from coach.events import (
    Heard,
    HeardInTwo,
    Noted,
    OnEvent,
    PageIndexed,
    StageStarted,
    WorkedOut,
    nobody,
)
from coach.grounding import ground
from coach.groundwork import as_text, work_out
from coach.index import Indexer, with_index
from coach.judge import NOTHING_SAID, judge
from coach.ledger import Ledger
from coach.llm import Models
from coach.markup import join, title_of, word_count
from coach.options import Options
from coach.questions import questions_for
from coach.rubric import word_budget
from coach.schema import (
    AccountContext,
    Block,
    Critique,
    Draft,
    Drafted,
    Effort,
    Failure,
    Groundwork,
    Judgement,
    MeetingPlan,
    Point,
    Run,
)
from coach.second_reader import Suggested, mended, points_of, say_both_sides, suggest
from coach.settings import BUILTIN
from coach.unaided import draft_unaided

__all__ = ["PAGE_STAGES", "Options", "plan_meeting"]


@dataclass(frozen=True)
class Steps:
    """What is done besides the page itself."""

    has_groundwork: bool = True
    rewrites: int = 2
    """How often the page is criticised as a manager would, and written again whole."""
    is_mended: bool = True


STEPS: dict[Effort, Steps] = {
    "low": Steps(has_groundwork=False, rewrites=0, is_mended=False),
    "normal": Steps(),
    "high": Steps(rewrites=3),
}
PAGE_STAGES = ("page", "rewrite", *(f"rewrite {number}" for number in range(2, 1 + STEPS["high"].rewrites)))
"""The stages that bring forth a page, in their order."""
MENDING: dict[str, Callable[..., Awaitable[Suggested]]] = {
    "suggestions": partial(suggest, is_new=True),
    "both sides": say_both_sides,
}
"""The last stages: exact words of the page are replaced. Source: blind reading, 0.96 of 24 pairs (evals/README.md)."""
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
        self.context, self.options, self.models, self._on_event = context, options, models, on_event
        self.given, self.settled = given, settled
        self.steps = STEPS[options.effort]
        self._judges = asyncio.Lock()
        self._known = NOTHING_SAID
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
        page = await self._written(brief)
        if page is None:
            return self._without_a_page(groundwork)
        drafts: list[asyncio.Task[Draft]] = []
        is_mended = self.steps.is_mended
        for number in range(self.steps.rewrites):
            before = await page.plan
            by_rules = assess(before, self.context, groundwork)
            judging = self._judging(before, by_rules, is_asked=number == 0)
            better, points = await self._improved(page, brief, by_rules, number)
            if better is None:
                is_mended = False
                break
            drafts.append(asyncio.ensure_future(_with_points(judging, points)))
            page = better
        last = await self._within_budget(await page.plan)
        by_rules = assess(last, self.context, groundwork)
        for stage in MENDING if is_mended else ():
            mended_page, why = await self._mended(stage, last, by_rules)
            if mended_page is not last:
                drafts.append(self._judging(last, by_rules, why, is_asked=False))
                last, by_rules = mended_page, assess(mended_page, self.context, groundwork)
        drafts.append(self._judging(last, by_rules))
        return self._drafted(groundwork, tuple(await asyncio.gather(*drafts)))

    async def _worked_out(self) -> Groundwork:
        if self.given is not None:
            return self.given
        if not self.steps.has_groundwork:
            return Groundwork()
        found = await self._newly_worked_out()
        self._on_event(WorkedOut(found))
        return found

    async def _newly_worked_out(self) -> Groundwork:
        hears = Heard("groundwork", self._on_event, prefix="G")
        model = self.options.model_for("draft")
        found = await self._tried("groundwork", work_out(self.brief, self.models, model=model, listener=hears))
        if found is None:
            return builtin.work_out(self.context)
        return found.model_copy(update={"blocks": ground(found.blocks, self.context, cites_loosely=True)})

    def _decided(self, groundwork: Groundwork) -> Brief:
        told = without_opened(groundwork, self.context)
        brief = self.brief.then("groundwork", as_text(told)) if told.blocks else self.brief
        return self._with_decisions(brief, groundwork)

    def _with_decisions(self, brief: Brief, groundwork: Groundwork) -> Brief:
        decisions = "\n".join(f"- {one}" for one in (*self.options.decisions, *decided_by_rep(groundwork)))
        return brief.then("the rep has decided", decisions) if decisions else brief

    async def _written(self, brief: Brief) -> _Page | None:
        """A page by a model, indexed while it streams; None when the model failed."""
        indexer = self._indexer()
        hears = Heard("page", self._on_event, worker=indexer)
        told, model = brief.with_settled(self.settled()), self.options.model_for("draft")
        asked = write_page(told, self.models, model=model, budget=self.budget, listener=hears)
        if await self._tried("page", asked) is None:
            indexer.void()
            return None
        return self._page("page", hears.finish(), indexer)

    def _indexer(self, known: MeetingPlan | None = None) -> Indexer:
        return Indexer(self.brief, self.models, model=self.options.model_for("index"), known=known)

    def _page(self, stage: str, blocks: tuple[Block, ...], indexer: Indexer) -> _Page:
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
        found = checked(with_index(plan, indexed), self.context, self.groundwork)
        self._on_event(PageIndexed(stage, found))
        return found

    async def _improved(
        self, page: _Page, brief: Brief, by_rules: Critique, number: int
    ) -> tuple[_Page | None, tuple[Point, ...]]:
        """The page criticised and written again; None where the model failed. And what was wrong."""
        plan = await page.plan
        told = "\n".join(f"- {one}" for one in self._counted(plan, by_rules))
        brief = brief.then("page", join(page.blocks))
        brief = brief.then("what the checks found", told) if told else brief
        stage, indexer = PAGE_STAGES[number + 1], self._indexer(known=plan)
        hears = HeardInTwo("criticism", stage, self._on_event, worker=indexer)
        settled, model = brief.with_settled(self.settled()), self.options.model_for("draft")
        asked = rewrite_page(settled, self.models, model=model, budget=self.budget, listener=hears)
        if await self._tried(stage, asked) is None:
            indexer.void()
            return None, ()
        criticism, blocks = hears.finish()
        return self._page(stage, blocks, indexer), points_of(criticism)

    def _counted(self, plan: MeetingPlan, by_rules: Critique) -> tuple[str, ...]:
        """What code found on the page, for the rewrite."""
        over = word_count(plan.blocks) - self.budget
        length = (f"The page has {over + self.budget} words, {over} over its budget.",) if over > 0 else ()
        return (*length, *for_the_writer(by_rules)[:MAX_FINDINGS_TOLD])

    async def _mended(self, stage: str, plan: MeetingPlan, by_rules: Critique) -> tuple[MeetingPlan, tuple[Point, ...]]:
        """The page with what the second reader would change in it, word by word, where its lines hold it; and why."""
        self._on_event(StageStarted(stage))
        asked = MENDING[stage](
            self.brief,
            self.models,
            model=self.options.model_for("reader"),
            plan=plan,
            findings=by_rules.findings,
            groundwork=self.groundwork,
            budget=self.budget,
        )
        suggested = await self._tried(stage, asked)
        if suggested is None:
            return plan, ()
        better, applied = mended(plan, suggested.offered, spared=[block.text for block in self.settled()])
        if not applied:
            return plan, ()
        better = checked(with_words_as_now(better, plan, self.context), self.context, self.groundwork)
        self._on_event(PageIndexed(stage, better))
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
        self, plan: MeetingPlan, by_rules: Critique, points: tuple[Point, ...] = (), *, is_asked: bool = True
    ) -> asyncio.Task[Draft]:
        """The first page and the last are judged; one in between is only looked at by the rules."""
        return asyncio.ensure_future(self._judged(plan, by_rules, points, is_asked=is_asked))

    async def _judged(
        self, plan: MeetingPlan, by_rules: Critique, points: tuple[Point, ...], *, is_asked: bool
    ) -> Draft:
        model = self.options.model_for("judge")
        is_asked = is_asked and self.options.effort != "low" and model != BUILTIN
        judgement = await self._judgement(model, plan) if is_asked else NOTHING_SAID
        found = by_rules.findings
        critique = assess(plan, self.context, judgement=judgement, points=points, judged_by=model, found=found)
        return Draft(plan=plan, critique=critique)

    async def _judgement(self, model: str, plan: MeetingPlan) -> Judgement:
        """One page after the other: what was said of one is not asked again where the next says the same."""
        async with self._judges:
            self._known = await judge(self.brief, self.models, model=model, plan=plan, known=self._known)
            return self._known

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
        self._on_event(Noted(f"{step}: {error.message}"))

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


async def _with_points(judging: asyncio.Task[Draft], points: tuple[Point, ...]) -> Draft:
    draft = await judging
    return draft.model_copy(update={"critique": draft.critique.model_copy(update={"points": points})})


def _tell_of(drafted: Drafted, on_event: OnEvent, *, is_given: bool) -> None:
    if not is_given:
        on_event(WorkedOut(drafted.groundwork))
    on_event(PageIndexed("page", drafted.plan))
