"""Points from findings and the judge's answers: the only place that scores. No model writes a score.

Knows nothing about pages; the numbers are those of prompts/rubric.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coach.rubric import POINTS_OF_AN_ITEM, Gate, rubric
from coach.schema import Critique, Finding, JudgedAnswer


def score(findings: Sequence[Finding], answers: Sequence[JudgedAnswer], *, judged_by: str) -> Critique:
    """The critique with the points of each item (0-4), the total (0-100) and the gates that capped it.

    By the rules an item has 4 points, from which each finding takes those of its rule; by the judge the share of its
    questions that were answered yes, times 4. It is the mean of both, so that neither hides what the other finds, and
    that of one alone where the other has no say (`not_judged` counts neither way). An item without rules and without
    answers is None and has no part in the total.
    Gates cap an item or the total last. Questions and rules that the rubric does not have are ignored.
    `answers` empty: pass `judged_by="rules"`.
    """
    gates = _gates(findings)
    scores = {item: _item_score(item, findings, answers) for item in rubric().items}
    total = _total(scores)
    caps = [cap for gate in gates if (cap := rubric().gates[gate].cap) is not None]
    return Critique(
        findings=tuple(findings),
        answers=tuple(answers),
        scores_by_item=scores,
        total=None if total is None else round(min([total, *caps]), 1),
        gates=gates,
        judged_by=judged_by,
    )


def _item_score(item: str, findings: Sequence[Finding], answers: Sequence[JudgedAnswer]) -> float | None:
    judged = _judged_share(item, answers)
    if judged is None and item not in _items_with_rules():
        return None
    own = [finding for finding in findings if item in items_of(finding)]
    by_rules = max(0.0, POINTS_OF_AN_ITEM - sum(map(_points_off, own)))
    points = by_rules if judged is None else (by_rules + POINTS_OF_AN_ITEM * judged) / 2
    caps = [cap for finding in own for gate in _gates_of(finding) if (cap := rubric().gates[gate].item_cap) is not None]
    return round(max(0.0, min([points, *caps])), 2)


def capped_by(critique: Critique) -> tuple[Gate, ...]:
    """The gates that hold the total down; none where the items alone give no more than these allow."""
    before = _total(critique.scores_by_item)
    closed = [(cap, gate) for name in critique.gates if (cap := (gate := rubric().gates[name]).cap) is not None]
    lowest = min((cap for cap, _ in closed), default=None)
    if before is None or lowest is None or round(before, 1) <= lowest:
        return ()
    return tuple(gate for cap, gate in closed if cap == lowest)


def is_judged(item: str, critique: Critique) -> bool:
    """Whether the judge has answered a question of the item; else its points are those of the rules alone."""
    return _judged_share(item, critique.answers) is not None


def items_of(finding: Finding) -> tuple[str, ...]:
    """The items that a finding takes points off; none for a part that no item looks at."""
    rule = rubric().rules.get(finding.rule)
    question = rubric().questions.get(finding.rule)
    if rule and rule.items:
        return rule.items
    if question:
        return (question.item,)
    item = rubric().item_by_part.get(finding.part)
    return (item,) if item else ()


def _judged_share(item: str, answers: Sequence[JudgedAnswer]) -> float | None:
    """Share of the judged points that was won, 0 to 1; None when no question of the item was judged."""
    points_by_answer: list[tuple[float, bool]] = [
        (question.points, answer.answer == "yes")
        for answer in answers
        if (question := rubric().questions.get(answer.question)) and question.item == item
        if answer.answer != "not_judged"
    ]
    judged = sum(points for points, _ in points_by_answer)
    return sum(points for points, is_won in points_by_answer if is_won) / judged if judged else None


def _points_off(finding: Finding) -> float:
    """What a finding costs; one with a question's id costs nothing, since its answer is counted already."""
    rule = rubric().rules.get(finding.rule)
    if rule is None:
        return 0.0
    return (rule.hint_points or 0.0) if finding.gravity == "hint" else rule.points


def _gates_of(finding: Finding) -> tuple[str, ...]:
    """The gates that a finding closes; G2 is about the best outcome only."""
    if finding.gravity != "gate":
        return ()
    if finding.rule in rubric().gates:
        return (finding.rule,)
    rule = rubric().rules.get(finding.rule)
    named = rule.gates if rule else ()
    return tuple(gate for gate in named if gate != _BEST_OUTCOME_GATE or finding.part == "best")


def _gates(findings: Sequence[Finding]) -> tuple[str, ...]:
    closed = {gate for finding in findings for gate in _gates_of(finding)}
    return tuple(gate for gate in rubric().gates if gate in closed)


def _items_with_rules() -> frozenset[str]:
    named = {item for rule in rubric().rules.values() for item in rule.items}
    by_part = set(rubric().item_by_part.values()) if any(not rule.items for rule in rubric().rules.values()) else set()
    return frozenset(named | by_part)


def _total(scores: Mapping[str, float | None]) -> float | None:
    known = {item: points for item, points in scores.items() if points is not None}
    weights = sum(rubric().items[item].weight for item in known)
    if not weights:
        return None
    won = sum(rubric().items[item].weight * points for item, points in known.items())
    return 100 * won / (POINTS_OF_AN_ITEM * weights)


_BEST_OUTCOME_GATE = "G2"
