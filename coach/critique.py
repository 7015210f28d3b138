"""Grounding, rules, second reader and judge put together: the only place that scores."""

from __future__ import annotations

from collections.abc import Sequence

from coach.checks import check_page
from coach.grounding import ground
from coach.judge import NOTHING_SAID
from coach.own_words import on_her_word
from coach.schema import AccountContext, Critique, Finding, Groundwork, Judgement, MeetingPlan, Point
from coach.score import score
from coach.untrue import untrue_findings

COUNTED = frozenset({"R1", "R2", "R3", "R15", "R18", "R21", "R22", "R23", "R25"})
"""Missing parts, names, figures, days, contradictions, confidences, sums, overdue promises. Source: rubric.yaml."""


def checked(plan: MeetingPlan, context: AccountContext, groundwork: Groundwork | None = None) -> MeetingPlan:
    """The plan with every block compared with its lines again; what the indexer objected to stays objected to."""
    compared = ground(plan.blocks, context, groundwork=groundwork.blocks if groundwork else ())
    blocks = tuple(
        old if old.check.status == "contradicted" and old.text == new.text else new
        for old, new in zip(plan.blocks, compared, strict=True)
    )
    return plan.model_copy(update={"blocks": on_her_word(blocks, context)})


def assess(
    plan: MeetingPlan,
    context: AccountContext,
    groundwork: Groundwork | None = None,
    *,
    judgement: Judgement = NOTHING_SAID,
    points: Sequence[Point] = (),
    judged_by: str = "",
    found: Sequence[Finding] | None = None,
) -> Critique:
    """The critique of a plan whose blocks are checked. Without answers it is the rules' alone, and says so.

    `found`: what the rules object to, where that is known already.
    """
    by_rules = check_page(plan, context, groundwork) if found is None else found
    untrue = untrue_findings(plan.blocks, context, judgement.compared)
    findings = sorted((*by_rules, *untrue), key=_gravest_first)
    judged = any(answer.answer != "not_judged" for answer in judgement.answers)
    scored = score(findings, judgement.answers, judged_by=judged_by if judged else "rules")
    return scored.model_copy(update={"points": tuple(points), "compared": judgement.compared})


def for_the_writer(critique: Critique) -> tuple[str, ...]:
    """What code counted, one sentence each, the gravest first: what no criticism in words can see.

    Only what is wrong with what the page says. Rules of form are left to the score: a page that was rewritten to
    satisfy them read like a form, and lost (blind reading: it fell behind the draft that it should have mended).
    """
    counted = [finding for finding in critique.findings if finding.rule in COUNTED]
    return tuple(dict.fromkeys(finding.why for finding in sorted(counted, key=_gravest_first)))


def _gravest_first(finding: Finding) -> int:
    return {"gate": 0, "defect": 1, "hint": 2}[finding.gravity]
