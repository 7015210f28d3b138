"""The people's side of `judge_agreement`: the judge's answers against what persons said of the very same page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from coach.brief import material
from coach.markup import join
from evals.arms import Arm
from evals.cases import Case
from evals.jobs import Job, Result
from evals.label import Page, Verdict
from evals.measures import counts_of, share
from evals.pages import Pages, recording_of

PEOPLE = "people"


def people_jobs(cases: Sequence[Case], arm: Arm, pages: Pages, verdicts: Sequence[Verdict]) -> Iterator[Job]:
    """A sample a meeting of which somebody labelled this arm's page."""
    labelled = {one.case for one in verdicts if one.kind == "questions" and one.arms == (arm.name,)}
    for case in cases:
        if case.id in labelled:
            work = partial(_agreed, case, arm, pages, [one for one in verdicts if one.case == case.id])
            yield Job("judge_agreement", PEOPLE, case.id, case.id, recording_of(case), material(case.context), work)


async def _agreed(case: Case, arm: Arm, pages: Pages, verdicts: Sequence[Verdict]) -> Result:
    """Not scored where the page is no longer the one that was labelled."""
    drafted = await pages.made(case, arm)
    page = Page(case.id, arm.name, case.context, drafted.plan)
    answers = {one.question: one.answer for one in drafted.critique.answers if one.answer != "not_judged"}
    pairs = [
        (label, answers[question])
        for verdict in verdicts
        if verdict.pages == (page.sha256,)
        for question, label in verdict.answers.items()
        if question in answers
    ]
    values = {"agrees": share(one == other for one, other in pairs), **(counts_of(pairs) if pairs else {})}
    return Result(values, join(drafted.plan.blocks), "\n".join(f"person {one}, judge {other}" for one, other in pairs))
