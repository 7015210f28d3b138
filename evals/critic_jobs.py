"""The tasks that look at the critic: what rules, second reader and judge say of good pages and of spoilt ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from coach.brief import Brief, material
from coach.critique import assess
from coach.export.markdown import to_markdown
from coach.judge import NOTHING_SAID, judge
from coach.recheck import recheck
from coach.rubric import rubric, word_budget
from coach.schema import Critique, Finding, MeetingPlan, Run, Suggestion
from coach.second_reader import Suggested, apply, suggest
from coach.untrue import RULE as UNTRUE
from evals.arms import ByRoles, Conditions
from evals.critic_cases import Base, CriticCase, base, labelled_answers, objections, plan_of
from evals.jobs import Job, Result
from evals.measures import counts_of, share
from evals.pages import Source
from evals.recordings import Roles

RULES = "rules"
JUDGED = "judged"
READ = "read"
"""Also read by the second reader, whose suggestions are tried."""


@dataclass(frozen=True)
class Looked:
    """One page as the critic saw it."""

    plan: MeetingPlan
    markdown: str
    """The plan as a file."""
    critique: Critique
    suggested: Suggested | None = None

    @property
    def objected(self) -> frozenset[str]:
        """Rules and gates that take points off."""
        graver = {one.rule for one in self.critique.findings if one.gravity != "hint"}
        return frozenset(graver | set(self.critique.gates))

    def named_since(self, good: Looked | None) -> frozenset[str]:
        """Rules that say something which they did not say of the good page, hints too, and gates closed since."""
        known = {_key(one) for one in good.critique.findings} if good else set()
        rules = {one.rule for one in self.critique.findings if _key(one) not in known}
        return frozenset(rules | set(self.critique.gates) - set(good.critique.gates if good else ()))

    @property
    def answers(self) -> Mapping[str, str]:
        return {one.question: one.answer for one in self.critique.answers}


class Critic:
    """Looks at each page once, with as much of the critic as was asked for."""

    def __init__(
        self,
        cases: Sequence[CriticCase],
        source: Source,
        roles: Roles | None,
        *,
        arm: str,
        by_rules: dict[str, Looked] | None = None,
    ) -> None:
        """`by_rules`: what was looked at without a model, by case; shared between critics, since it takes longest."""
        self._by_rules = {} if by_rules is None else by_rules
        self.by_id = {case.id: case for case in cases}
        self.goods = {case.base: case for case in cases if case.kind == "good" and not case.edits}
        self.arm = arm
        self._source, self._roles = source, roles
        self._seen: dict[str, asyncio.Task[Looked]] = {}

    async def looked(self, case: CriticCase) -> Looked:
        if case.id not in self._seen:
            self._seen[case.id] = asyncio.ensure_future(self._look(case))
        return await asyncio.shield(self._seen[case.id])

    async def _look(self, case: CriticCase) -> Looked:
        good = base(case.base)
        if case.id not in self._by_rules:
            plan = plan_of(case)
            critique = assess(plan, good.context, good.groundwork)
            self._by_rules[case.id] = Looked(plan, to_markdown(plan), critique)
        by_rules = self._by_rules[case.id]
        if self.arm == RULES or self._roles is None:
            return by_rules
        plan, found = by_rules.plan, by_rules.critique.findings
        runs: list[Run] = []
        conditions = self._source.conditions(recording_of(case))
        options = _options(self._roles, conditions)
        models, brief = options.models(conditions.ledger, runs), Brief(good.context)
        unspoilt = self.goods.get(case.base)
        other = unspoilt if unspoilt and unspoilt.id != case.id else None
        known = (await self.looked(other)).critique.judgement if other else NOTHING_SAID
        judgement = await judge(brief, models, model=self._roles.judge, plan=plan, known=known)
        critique = assess(plan, good.context, judgement=judgement, judged_by=self._roles.judge, found=found)
        if self.arm != READ:
            return replace(by_rules, critique=critique)
        findings, budget = critique.findings, word_budget(plan.depth)
        reader = self._roles.reader
        suggested = await suggest(brief, models, model=reader, plan=plan, findings=findings, budget=budget)
        return replace(by_rules, critique=critique, suggested=suggested)


def recording_of(case: CriticCase) -> str:
    return f"critic/{case.base}"


def critic_jobs(critic: Critic) -> Iterator[Job]:
    for case in critic.by_id.values():
        yield _job("critic", case, critic, partial(_criticised, case, critic))


def agreement_jobs(critic: Critic) -> Iterator[Job]:
    """The judge's answers against the labels, a sample a base; nothing without a judge."""
    for name in dict.fromkeys(case.base for case in critic.by_id.values()) if critic.arm != RULES else ():
        own = [case for case in critic.by_id.values() if case.base == name]
        yield Job(
            "judge_agreement", critic.arm, name, name, recording_of(own[0]), material(base(name).context),
            partial(_agreed, own, critic),
        )  # fmt: skip


async def _criticised(case: CriticCase, critic: Critic) -> Result:
    looked, good_case = await critic.looked(case), critic.goods.get(case.base)
    good = await critic.looked(good_case) if good_case and good_case.id != case.id else None
    found = _found(case, looked, good)
    unexpected = _unexpected(case, looked, good)
    values: dict[str, float | None] = {
        **found,
        "found": _any([*found.values(), _is_named_untrue(case, looked, good)]),
        "false_alarm": float(bool(unexpected)) if case.kind == "good" or good else None,
        "ordering": _ordering(looked, good) if case.kind == "mutant" and _could_tell(found, looked) else None,
        "mended": _mended(case, looked),
        "refused": _refused(looked),
        **{f"names_{rule}": float(rule in looked.named_since(good)) for rule in _expected_of(looked, case)},
    }
    why = "\n".join(_told(case, looked, unexpected))
    return Result(values, f"{case.why}\n\n{looked.markdown}", why)


def _found(case: CriticCase, looked: Looked, good: Looked | None) -> dict[str, float | None]:
    """Who names the defect; None for whoever was not asked, or of whom nothing is expected."""
    by_code = {*case.expected.rules, *case.expected.gates} - {UNTRUE}
    asked = [name for name, answer in case.expected.questions.items() if answer == "no"]
    is_mutant = case.kind == "mutant"
    return {
        "found_by_rules": float(bool(by_code & looked.named_since(good))) if is_mutant and by_code else None,
        "found_by_judge": _says_no(asked, looked) if is_mutant and asked and looked.answers else None,
        "found_by_lines": _against_lines(case, looked, good) if is_mutant else None,
        "found_by_reader": _is_touched(case, looked, good) if is_mutant else None,
    }


def _expected_of(looked: Looked, case: CriticCase) -> Iterator[str]:
    """The rules that should object, of those that were looked at."""
    yield from (rule for rule in case.expected.rules if rule != UNTRUE or looked.critique.compared)


def _against_lines(case: CriticCase, looked: Looked, good: Looked | None) -> float | None:
    """Whether the second examiner names the line that the defect contradicts; None where it need not contradict any."""
    if UNTRUE not in case.expected.rules or not looked.critique.compared:
        return None
    return float(UNTRUE in looked.named_since(good))


def _is_named_untrue(case: CriticCase, looked: Looked, good: Looked | None) -> float | None:
    """Where the spoilt words may count as untrue, naming them finds the defect; not naming them says nothing."""
    is_named = UNTRUE in case.either and UNTRUE in looked.named_since(good)
    return 1.0 if is_named and case.kind == "mutant" else None


def _could_tell(found: Mapping[str, float | None], looked: Looked) -> bool:
    """Whether anybody was asked who could tell the spoilt page from the good one."""
    return found["found_by_rules"] is not None or bool(looked.answers)


def _key(finding: Finding) -> tuple[str, str, str, str]:
    return finding.rule, finding.part, finding.gravity, finding.why


def _says_no(asked: Sequence[str], looked: Looked) -> float | None:
    answers = [looked.answers.get(name, "not_judged") for name in asked]
    judged = [answer for answer in answers if answer != "not_judged"]
    return float("no" in judged) if judged else None


def _is_touched(case: CriticCase, looked: Looked, good: Looked | None) -> float | None:
    """Whether a suggestion, offered or not, is about words that the mutant does not share with the good page."""
    if looked.suggested is None or good is None:
        return None
    shared = {block.text for block in good.plan.blocks}
    changed = {block.id for block in looked.plan.blocks if block.text not in shared}
    offered = looked.suggested.offered
    return float(any(one.block in changed or (not changed and one.kind == "missing") for one in offered))


def _unexpected(case: CriticCase, looked: Looked, good: Looked | None) -> tuple[str, ...]:
    """Objections of rules that a careful person does not share."""
    known = objections(case) | set(case.either)
    inherited = good.objected if good and case.kind == "mutant" else frozenset()
    gates_of_rules = {gate for name in known if name in rubric().rules for gate in rubric().rules[name].gates}
    return tuple(sorted(looked.objected - known - inherited - gates_of_rules))


def _ordering(looked: Looked, good: Looked | None) -> float | None:
    if good is None:
        return None
    old, new = good.critique.total, looked.critique.total
    return None if old is None or new is None else float(new < old)


def _mended(case: CriticCase, looked: Looked) -> float | None:
    """Whether an offered suggestion, applied, takes away an objection by the rules that was to be expected."""
    expected = {*case.expected.rules, *case.expected.gates} & looked.objected
    if looked.suggested is None or not expected:
        return None
    return float(any(expected - _objected_after(one, looked, base(case.base)) for one in looked.suggested.offered))


def _objected_after(suggestion: Suggestion, looked: Looked, good: Base) -> frozenset[str]:
    plan, _ = apply(looked.plan, suggestion)
    touched = frozenset({suggestion.block})
    plan, critique = recheck(plan, good.context, good.groundwork, looked.critique, touched=touched)
    return replace(looked, plan=plan, critique=critique).objected


def _refused(looked: Looked) -> float | None:
    if looked.suggested is None:
        return None
    offered, refused = len(looked.suggested.offered), len(looked.suggested.refused)
    return refused / (offered + refused) if offered + refused else None


async def _agreed(cases: Sequence[CriticCase], critic: Critic) -> Result:
    """Counts of label and answer, for kappa; what was not judged is in none of them."""
    pairs: list[tuple[str, str]] = []
    told: list[str] = []
    for case in cases:
        looked, labels = await critic.looked(case), labelled_answers(case, critic.goods.get(case.base))
        pairs += [(label, looked.answers.get(name, "not_judged")) for name, label in labels.items()]
        differing = [one for one in looked.critique.answers if labels.get(one.question, one.answer) != one.answer]
        told += [
            f"{case.id}, {one.question}: {one.answer}, the label {labels[one.question]}. {one.why}" for one in differing
        ]
    judged = [pair for pair in pairs if pair[1] != "not_judged"]
    values = {"agrees": share(one == other for one, other in judged), **counts_of(judged)}
    return Result(values, base(cases[0].base).text, "\n".join(told))


def _told(case: CriticCase, looked: Looked, unexpected: Sequence[str]) -> Iterator[str]:
    yield f"expected: {' '.join(sorted(objections(case))) or 'nothing'}; points {looked.critique.total}"
    yield f"unexpected: {' '.join(unexpected) or 'nothing'}"
    yield from (f"{one.rule} {one.gravity}: {one.why}" for one in looked.critique.findings if one.gravity != "hint")
    yield from (f"judge, {one.question}: {one.why}" for one in looked.critique.answers if one.answer == "no")
    if looked.suggested:
        yield from (f"offered: {one.old[:60]} -> {one.new[:60]}" for one in looked.suggested.offered)
        yield from (f"refused: {why}" for why in looked.suggested.refused)


def _any(values: Iterable[float | None]) -> float | None:
    scored = [one for one in values if one is not None]
    return max(scored) if scored else None


def _options(roles: Roles, conditions: Conditions) -> ByRoles:
    return ByRoles(roles=vars(roles), timeout_s=conditions.timeout_s, budget_usd=conditions.budget_usd)


def _job(task: str, case: CriticCase, critic: Critic, work: Callable[[], Awaitable[Result]]) -> Job:
    about = {"kind": case.kind, "defect": " ".join(case.defect), "split": case.split}
    return Job(
        task,
        critic.arm,
        case.id,
        case.base,
        recording_of(case) if critic.arm != RULES else "",
        material(base(case.base).context),
        work,
        f"{case.why}\n\nExpected: {' '.join(sorted(objections(case))) or 'no objection'}",
        about,
    )
