"""What is measured of one groundwork and of one plan (pure): the product's own checks, and the expert's label.

None is "not scored", never 0: a meeting without contradictions says nothing about contradictions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from coach.checks import missing_parts
from coach.markup import word_count
from coach.rubric import rubric, word_budget
from coach.schema import Block, Commitment, Drafted, Groundwork, MeetingPlan, Run
from evals.cases import Case, Outcome
from evals.found import (
    claims_made,
    comparable,
    confidences_shown,
    contradictions_found,
    facts_found,
    promises_found,
    told,
)

Measures = Mapping[str, float | None]
UNSUPPORTED = frozenset({"R2", "R3", "R22", "R23"})
"""Names, figures, sums and counted days that nothing yields. Source: prompts/rubric.yaml."""
OUTCOME_RULES = frozenset({"R4", "R5", "R6"})
"""The customer acts, has a day, and does something. Source: prompts/rubric.yaml."""


def groundwork_measures(case: Case, groundwork: Groundwork) -> Measures:
    label, text = case.label, told(groundwork.blocks)
    promises = (*label.promises.ours, *label.promises.theirs)
    outcomes = (*label.best_outcomes, *label.fallbacks)
    return {
        "facts": share(facts_found(label.must_surface, text)),
        "sums": carried([block for block in groundwork.blocks if block.part == "sums"]),
        "contradictions": share(contradictions_found(label.contradictions, text)),
        "promises": share(promises_found(promises, text)),
        "confidences": share(_set_apart(one.lines, groundwork) for one in label.in_confidence),
        "levers": share(_is_named(outcome, text) for outcome in outcomes),
        "grounded": carried(groundwork.blocks),
        "words": float(word_count(groundwork.blocks)),
    }


def plan_measures(case: Case, drafted: Drafted, *, is_timed: bool = True) -> Measures:
    label, plan = case.label, drafted.plan
    text = told(plan.blocks)
    promises = (*label.promises.ours, *label.promises.theirs)
    return {
        "parts": 1 - len(missing_parts(plan)) / len(rubric().required_parts),
        "must_surface": share(facts_found(label.must_surface, text)),
        "claims_made": float(len(claims_made(label.must_not_claim, plan))),
        "unsupported": float(sum(one.rule in UNSUPPORTED for one in drafted.critique.findings)),
        "contradictions": share(contradictions_found(label.contradictions, text)),
        "promises": share(promises_found(promises, text)),
        "confidences": _kept(case, plan),
        "who_what_when": float(_says_who_what_when(plan, drafted)),
        "right_person": float(any(_carries(outcome, plan.best_outcome) for outcome in label.best_outcomes)),
        "one_page": float(word_count(plan.blocks) <= word_budget(plan.depth)),
        "grounded": carried(plan.blocks),
        "carried": share(block.check.status == "verified" for block in plan.blocks if block.kind != "heading"),
        "score": drafted.critique.total,
        "judged": _judged(drafted),
        "words": float(word_count(plan.blocks)),
        **cost_measures(drafted.runs, is_timed=is_timed),
    }


def cost_measures(runs: Sequence[Run], *, is_timed: bool = True) -> Measures:
    """Tokens in thousands; cost None where a price is not known; 0 of all without a model."""
    costs = [run.cost_usd for run in runs]
    known = [cost for cost in costs if cost is not None]
    return {
        "tokens": sum(run.tokens_in + run.tokens_out for run in runs) / 1000,
        "cost_usd": sum(known) if len(known) == len(costs) else None,
        "latency_s": _latency_s(runs) if is_timed else None,
    }


def share(found: Iterable[bool]) -> float | None:
    values = list(found)
    return sum(values) / len(values) if values else None


def counts_of(pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """How often which label met which answer, for kappa."""
    words = ("yes", "no")
    return {f"{one}_{other}": float(pairs.count((one, other))) for one in words for other in words}


def carried(blocks: Sequence[Block]) -> float | None:
    """Of the blocks that state something, the share that their lines carry."""
    return share(block.check.status == "verified" for block in blocks if states(block))


def states(block: Block) -> bool:
    return block.check.status not in ("no_claim", "unchecked")


def _kept(case: Case, plan: MeetingPlan) -> float | None:
    confidences = case.label.in_confidence
    return float(not confidences_shown(confidences, plan, case.context)) if confidences else None


def _says_who_what_when(plan: MeetingPlan, drafted: Drafted) -> bool:
    best = plan.best_outcome
    objections = {one.rule for one in drafted.critique.findings if one.part == "best" and one.gravity != "hint"}
    return bool(best.who and best.what and (best.by or "R5" not in objections)) and not objections & OUTCOME_RULES


def _set_apart(lines: Sequence[str], groundwork: Groundwork) -> bool:
    own = [block for block in groundwork.blocks if block.part == "in_confidence"]
    return any(set(lines) & set(block.citations) for block in own)


def _is_named(outcome: Outcome, text: str) -> bool:
    return any(name in comparable(text) for name in _names(outcome))


def _carries(outcome: Outcome, best: Commitment) -> bool:
    said = comparable(f"{best.who} {best.what}")
    return any(name in said for name in _names(outcome))


def _names(outcome: Outcome) -> list[str]:
    """The words of a person's name; a first name alone is how people are called on a page."""
    return [word for word in comparable(outcome.who).split() if len(word) >= MIN_NAME_LETTERS and word not in _NO_NAMES]


MIN_NAME_LETTERS = 3
_NO_NAMES = frozenset(
    {"frau", "herr", "mrs", "mrs.", "mme", "madame", "monsieur", "señora", "señor", "the", "and", "und", "der", "die"}
    | {"das", "les", "they", "customer", "with"}
)


def _judged(drafted: Drafted) -> float | None:
    answers = drafted.critique.answers
    return share(answer.answer != "not_judged" for answer in answers)


def _latency_s(runs: Sequence[Run]) -> float | None:
    """From the first call's start to the last one's end."""
    timed = [(run.started_at.timestamp(), run.seconds) for run in runs if run.started_at]
    return max(start + seconds for start, seconds in timed) - min(start for start, _ in timed) if timed else None
