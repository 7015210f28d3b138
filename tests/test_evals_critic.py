"""The critic's cases are sound, cover the rubric, and code alone finds in them what it is said to find."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from coach.critique import assess
from coach.markup import join
from coach.rubric import rubric
from coach.schema import Critique, MeetingPlan
from evals.critic_cases import CriticCase, base, labelled_answers, load_critic, plan_of
from evals.places import CRITIC

CASES = load_critic().cases
BY_ID = {case.id: case for case in CASES}
GOOD = {case.base: case for case in CASES if not case.edits}
VARIANTS = [case for case in CASES if case.kind == "good" and case.edits]
MUTANTS = [case for case in CASES if case.kind == "mutant"]
BASES_AT_LEAST = 4
"""Different bases in which each question and each gate is broken."""
BASES_OF_A_RULE = 2


@cache
def page(case_id: str) -> MeetingPlan:
    return plan_of(BY_ID[case_id])


@cache
def by_rules(case_id: str) -> Critique:
    good = base(BY_ID[case_id].base)
    return assess(page(case_id), good.context, good.groundwork)


def found(case: CriticCase) -> frozenset[str]:
    """Rules that speak, hints too, and gates that close only since the edits were made."""
    before, now = by_rules(GOOD[case.base].id), by_rules(case.id)
    known = {(one.rule, one.part, one.gravity, one.why) for one in before.findings}
    rules = {one.rule for one in now.findings if (one.rule, one.part, one.gravity, one.why) not in known}
    return frozenset(rules | (set(now.gates) - set(before.gates)))


def total(case: CriticCase) -> float:
    points = by_rules(case.id).total
    assert points is not None
    return points


def named(case: CriticCase) -> str:
    return case.id


def bases_by_defect() -> dict[str, set[str]]:
    bases: dict[str, set[str]] = defaultdict(set)
    for case in MUTANTS:
        for defect in case.defect:
            bases[defect].add(case.base)
    return bases


def test_every_case_can_be_read_and_each_edit_fits_exactly_once() -> None:
    assert load_critic().faults == ()


def test_there_are_ten_bases_and_more_than_a_hundred_and_twenty_cases() -> None:
    assert len(GOOD) >= 10
    assert len(CASES) >= 120


@pytest.mark.parametrize("name", [*rubric().questions, *rubric().gates])
def test_every_question_and_gate_is_broken_in_four_bases(name: str) -> None:
    assert len(bases_by_defect()[name]) >= BASES_AT_LEAST


@pytest.mark.parametrize("name", rubric().rules)
def test_every_rule_is_broken_in_two_bases(name: str) -> None:
    assert len(bases_by_defect()[name]) >= BASES_OF_A_RULE


def test_a_base_and_what_is_made_of_it_are_on_the_same_side() -> None:
    sides = defaultdict(set)
    for case in CASES:
        sides[case.base].add(case.split)
    assert all(len(split) == 1 for split in sides.values())
    assert {case.split for case in CASES} == {"dev", "test"}


@pytest.mark.parametrize("case", GOOD.values(), ids=named)
def test_no_rule_objects_to_a_base(case: CriticCase) -> None:
    critique = by_rules(case.id)
    assert {finding.rule for finding in critique.findings} <= {"R17"}
    assert critique.gates == ()
    assert total(case) >= 95


@pytest.mark.parametrize("case", VARIANTS, ids=named)
def test_code_wrongs_a_good_page_only_where_it_is_noted(case: CriticCase) -> None:
    assert found(case) == set(case.false_alarms)


@pytest.mark.parametrize("case", MUTANTS, ids=named)
def test_code_finds_the_defect_and_nothing_else_in_a_spoilt_page(case: CriticCase) -> None:
    by_judge = {name for name, rule in rubric().rules.items() if rule.by == "judge"}
    expected = {*case.expected.rules, *case.expected.gates} - by_judge
    assert expected - found(case) == set(case.missed_by_rules)
    assert found(case) <= {*case.defect, *case.either}


@pytest.mark.parametrize("case", MUTANTS, ids=named)
def test_a_spoilt_page_is_another_page_and_never_scores_above_its_base(case: CriticCase) -> None:
    good = GOOD[case.base]
    spoilt, unspoilt = page(case.id), page(good.id)
    assert (join(spoilt.blocks), spoilt.language) != (join(unspoilt.blocks), unspoilt.language)
    assert total(case) <= total(good)


@pytest.mark.parametrize("case", [case for case in MUTANTS if case.expected.gates], ids=named)
def test_a_gate_that_closes_puts_the_page_below_its_base(case: CriticCase) -> None:
    closed = set(case.expected.gates) - set(case.missed_by_rules)
    caps = [cap for gate in closed if (cap := rubric().gates[gate].cap) is not None]
    assert total(case) <= min(caps, default=100)
    assert not closed or total(case) < total(GOOD[case.base])


@pytest.mark.parametrize("case", MUTANTS, ids=named)
def test_a_defect_turns_only_answers_that_are_yes_for_the_base(case: CriticCase) -> None:
    unspoilt = GOOD[case.base].expected.questions
    assert set(case.expected.questions.values()) <= {"no"}
    assert all(unspoilt.get(name) == "yes" for name in case.expected.questions)


def test_a_label_follows_the_defect_and_is_open_where_it_may_be_either() -> None:
    case = BY_ID["contradictory-inroom"]
    answers = labelled_answers(case, GOOD[case.base])
    assert answers["F8.inroom"] == "no"
    assert answers["F7.gain"] == "yes"
    assert "F8.smaller" not in answers


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"defect": ["R99"]}, "the rubric has no R99"),
        ({"expected": {}}, "says of no rule, gate or question that it should object"),
        ({"kind": "perhaps"}, "kind: Input should be 'good' or 'mutant'"),
        ({"edits": [{"find": "no such words", "replace": ""}]}, "“no such words” stands 0 times on the page, not once"),
        ({"edits": [{"find": "the", "replace": ""}]}, "times on the page, not once"),
    ],
)
def test_a_case_that_is_not_sound_is_told_with_its_line(change: dict[str, object], fault: str, tmp_path: Path) -> None:
    sound = json.loads(next(case.model_dump_json() for case in MUTANTS if case.base == "wrong_fit"))
    for part in ("plans", "contexts", "groundwork"):
        (tmp_path / part).symlink_to(CRITIC / part)
    (tmp_path / "wrong_fit.jsonl").write_text(json.dumps(sound | change), "utf-8")
    (told,) = load_critic(tmp_path).faults
    assert told.startswith("critic/wrong_fit.jsonl line 1: ")
    assert fault in told
