"""The tasks that look at one groundwork or one plan by itself: `groundwork`, `plan`, and what an `ablation` costs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial

from coach import judge
from coach.brief import material
from coach.critique import assess
from coach.export.markdown import to_markdown
from coach.groundwork import as_text
from coach.schema import Drafted
from coach.untrue import RULE as UNTRUE
from evals.arms import Arm
from evals.cases import Case, Label
from evals.found import claims_made, confidences_shown, contradictions_found, facts_found, promises_found, told
from evals.jobs import Job, Result
from evals.measures import cost_measures, groundwork_measures, plan_measures
from evals.pages import Pages, as_html, as_markdown, recording_of

Wins = Callable[[Case, Arm], Awaitable[float | None]]
"""How often the whole way's page is chosen over this arm's."""
ABLATED = ("must_surface", "unsupported", "tokens", "cost_usd")


def plan_jobs(cases: Sequence[Case], arms: Sequence[Arm], pages: Pages, *, epochs: int = 1) -> Iterator[Job]:
    for arm in arms:
        for case, epoch in _each(cases, epochs):
            yield _job("plan", case, arm, partial(_plan, case, arm, pages, epoch), epoch)


def groundwork_jobs(cases: Sequence[Case], arms: Sequence[Arm], pages: Pages, *, epochs: int = 1) -> Iterator[Job]:
    for arm in arms:
        for case, epoch in _each(cases, epochs):
            yield _job("groundwork", case, arm, partial(_groundwork, case, arm, pages, epoch), epoch)


def ablation_jobs(
    cases: Sequence[Case], arms: Sequence[Arm], pages: Pages, *, wins: Wins | None = None
) -> Iterator[Job]:
    """What each arm costs, what it still surfaces and, where it was read, how often the whole way is chosen over it."""
    for arm in arms:
        for case in cases:
            yield _job("ablation", case, arm, partial(_ablated, case, arm, pages, wins), 0)


async def _plan(case: Case, arm: Arm, pages: Pages, epoch: int) -> Result:
    drafted = await pages.made(case, arm, again=epoch)
    values = plan_measures(case, drafted, is_timed=arm.asks_models and pages.source.is_timed(recording_of(case)))
    why = "\n".join(missed_on_page(case, drafted))
    page = as_html(f"{case.id}, {arm.name}", drafted, why=why)
    return Result(values, as_markdown(drafted), why, page, to_markdown(drafted.plan))


async def _groundwork(case: Case, arm: Arm, pages: Pages, epoch: int) -> Result:
    drafted = await pages.made(case, arm, again=epoch)
    missed = "\n".join(_missed(case.label, told(drafted.groundwork.blocks)))
    return Result(groundwork_measures(case, drafted.groundwork), as_text(drafted.groundwork), missed)


async def _ablated(case: Case, arm: Arm, pages: Pages, wins: Wins | None) -> Result:
    """Scored by the rules alone, and counted without the judge's calls: only some arms' pages were ever judged."""
    drafted = await pages.made(case, arm)
    measured = {
        **plan_measures(case, drafted, is_timed=False),
        **cost_measures([run for run in drafted.runs if run.call not in judge.CALLS], is_timed=False),
    }
    values = {name: measured[name] for name in ABLATED}
    by_rules = None if arm.is_chat else _total_by_rules(drafted)
    if arm.is_chat:  # it names no lines that its statements could be held against
        values["unsupported"] = None
    why = "\n".join(missed_on_page(case, drafted))
    page = as_html(f"{case.id}, {arm.name}", drafted, why=why)
    won = await wins(case, arm) if wins else None
    return Result(
        {**values, "score": by_rules, "wins": won}, as_markdown(drafted), why, page, to_markdown(drafted.plan)
    )


def _total_by_rules(drafted: Drafted) -> float | None:
    found = [one for one in drafted.critique.findings if one.rule != UNTRUE]
    return assess(drafted.plan, drafted.context, found=found).total


def missed_on_page(case: Case, drafted: Drafted) -> Iterator[str]:
    """One line for each thing that a person should look at."""
    yield from _missed(case.label, told(drafted.plan.blocks))
    yield from (f"claimed: {one}" for one in claims_made(case.label.must_not_claim, drafted.plan))
    shown = confidences_shown(case.label.in_confidence, drafted.plan, case.context)
    yield from (f"shown, though told in confidence: {word}" for word in shown)
    found = (one for one in drafted.critique.findings if one.gravity != "hint")
    yield from (f"{one.rule} {one.gravity} {one.part}: {one.why}" for one in found)
    yield from (f"judge, {one.question}: {one.why}" for one in drafted.critique.answers if one.answer == "no")


def _missed(label: Label, text: str) -> Iterator[str]:
    promises = (*label.promises.ours, *label.promises.theirs)
    groups = {
        "missed": zip((one.fact for one in label.must_surface), facts_found(label.must_surface, text), strict=True),
        "contradiction not shown": zip(
            (one.what for one in label.contradictions), contradictions_found(label.contradictions, text), strict=True
        ),
        "promise not named": zip((one.what for one in promises), promises_found(promises, text), strict=True),
    }
    yield from (f"{name}: {what}" for name, found in groups.items() for what, is_there in found if not is_there)


def _each(cases: Sequence[Case], epochs: int) -> Iterator[tuple[Case, int]]:
    return ((case, epoch) for case in cases for epoch in range(epochs))


def _job(task: str, case: Case, arm: Arm, work: Callable[[], Awaitable[Result]], epoch: int) -> Job:
    return Job(
        task,
        arm.name,
        case.id,
        case.id,
        recording_of(case) if arm.asks_models else "",
        material(case.context),
        work,
        expected(case.label),
        {"situation": case.label.situation, "language": case.label.language, "split": case.label.split},
        epoch,
    )


def expected(label: Label) -> str:
    """What the expert knows, for a person who reads the sample."""
    facts = "\n".join(f"- {one.fact} [{' '.join(one.lines)}]" for one in label.must_surface)
    outcomes = "\n".join(f"- {one.who}: {one.what} {one.by}".rstrip() for one in label.best_outcomes)
    return f"Trap: {label.trap}\n\nMust surface:\n{facts}\n\nAcceptable best outcomes:\n{outcomes}"
