"""Good pages and what happens to them when one thing is spoilt: the score falls, and a rule names the defect."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from coach.checks import check_page
from coach.grounding import ground
from coach.rubric import rubric
from coach.schema import AccountContext, Block, Commitment, Critique, Groundwork, MeetingPlan
from coach.score import score
from tests.support.plans import EXAMPLES, example, read_plan

SECRETS = {
    "contradictory": ("L30", "Two of the partners want to sell in spring, they'll vote no to everything."),
    "demo_for_five": ("L24", "Ravi lost both integration people and nothing gets built before April."),
    "first_discovery_cfo": ("L28", "Kettler brought in such a program in 2022 and it was out again, 40 TEUR."),
    "price_negotiation": ("L13", "Our floor is 71k for the licence of the three."),
    "renewal": ("L33", "Gwen has had a price from Skarvane since last week."),
    "thin_lead": ("L8", "The lead has a score of 31 and a margin of 34 %."),
}
Mutation = Callable[[str, MeetingPlan], MeetingPlan]


def critique(plan: MeetingPlan, context: AccountContext, groundwork: Groundwork | None = None) -> Critique:
    grounded = plan.model_copy(update={"blocks": ground(plan.blocks, context)})
    return score(check_page(grounded, context, groundwork), (), judged_by="rules")


def replaced(plan: MeetingPlan, part: str, text: str) -> MeetingPlan:
    """The first block of the part says `text`, its others are gone."""
    blocks: list[Block] = []
    for block in plan.blocks:
        if block.part != part:
            blocks.append(block)
        elif all(done.part != part for done in blocks):
            blocks.append(block.model_copy(update={"text": text, "kind": "text", "citations": (), "basis": "proposal"}))
    return plan.model_copy(update={"blocks": tuple(blocks)})


def edited(plan: MeetingPlan, part: str, change: Callable[[str], str]) -> MeetingPlan:
    blocks = (b.model_copy(update={"text": change(b.text)}) if b.part == part else b for b in plan.blocks)
    return plan.model_copy(update={"blocks": tuple(blocks)})


def seller_acts(_: str, plan: MeetingPlan) -> MeetingPlan:
    deed = Commitment(who="", what="Send the updated proposal", by=plan.best_outcome.by, ask=plan.best_outcome.ask)
    text = f'**Best:** Send the updated proposal by Friday. "{plan.best_outcome.ask}"'
    return replaced(plan, "best", text).model_copy(update={"best_outcome": deed})


def vague_verbs(_: str, plan: MeetingPlan) -> MeetingPlan:
    best = plan.best_outcome.model_copy(update={"what": "discuss the next steps"})
    text = f'**Best:** {best.who} discuss the next steps by {best.by}. "{best.ask}"'
    return replaced(plan, "best", text).model_copy(update={"best_outcome": best})


def undated(_: str, plan: MeetingPlan) -> MeetingPlan:
    best = plan.best_outcome.model_copy(update={"by": ""})
    text = f"**Best:** {best.who} writes down what has to be true. Could you do that?"
    return replaced(plan, "best", text).model_copy(update={"best_outcome": best})


def same_fallback(_: str, plan: MeetingPlan) -> MeetingPlan:
    best = next(block.text for block in plan.blocks if block.part == "best")
    text = best.replace("**Best:**", "**Fall-back:**")
    return replaced(plan, "fallback", text).model_copy(update={"fallback": plan.best_outcome})


def no_contract(_: str, plan: MeetingPlan) -> MeetingPlan:
    return plan.model_copy(update={"blocks": tuple(block for block in plan.blocks if block.part != "opening")})


def wrong_account(name: str, _: MeetingPlan) -> MeetingPlan:
    return read_plan(EXAMPLES[(EXAMPLES.index(name) + 1) % len(EXAMPLES)])


def inflated_figure(_: str, plan: MeetingPlan) -> MeetingPlan:
    people = next(b for b in plan.blocks if b.part == "people" and b.citations)
    worse = people.model_copy(update={"text": people.text + " They lose 73,421 EUR a week.", "basis": "notes"})
    return plan.model_copy(update={"blocks": tuple(worse if b == people else b for b in plan.blocks)})


def confidence_told(name: str, plan: MeetingPlan) -> MeetingPlan:
    _, secret = SECRETS[name]
    return edited(plan, "opening", lambda text: text.replace('"', f'"{secret} ', 1))


def blank_form(_: str, plan: MeetingPlan) -> MeetingPlan:
    return replaced(plan, "bring", "Cost today: ____ · cost then: ____ · saved: ____ · decided by: ____")


def three_times_as_long(_: str, plan: MeetingPlan) -> MeetingPlan:
    chatter = (
        "It is worth thinking calmly how this came about and what the people on the other side may make of it.",
        "Nobody will blame us for taking the time, as long as everybody knows what was meant and why it matters.",
    )
    more = tuple(
        Block(
            id=f"X{n}",
            kind="text",
            part="other",
            basis="proposal",
            text=f"{chatter[n % 2][:-1]}, as thought {'and' * n} says.",
        )
        for n in range(1, 80)
    )
    return plan.model_copy(update={"blocks": (*plan.blocks, *more)})


MUTATIONS: dict[str, tuple[Mutation, str]] = {
    "seller acts": (seller_acts, "R4"),
    "vague verbs": (vague_verbs, "R6"),
    "undated": (undated, "R5"),
    "fall-back is the best outcome": (same_fallback, "R8"),
    "no upfront contract": (no_contract, "R1"),
    "wrong account": (wrong_account, "R2"),
    "inflated figure": (inflated_figure, "R3"),
    "confidence told": (confidence_told, "R21"),
    "blank form": (blank_form, "R24"),
    "three times as long": (three_times_as_long, "R13"),
}


def _groundwork(name: str) -> Groundwork:
    label, secret = SECRETS[name]
    return Groundwork(blocks=(Block(id="G1", kind="item", part="in_confidence", text=secret, citations=(label,)),))


CASES = [(name, mutation) for name in EXAMPLES for mutation in MUTATIONS]


@pytest.mark.parametrize("name", [*EXAMPLES, "harrowgate"])
def test_a_good_page_has_no_gate_no_defect_and_a_high_score(name: str) -> None:
    context = example("harrowgate_context" if name == "harrowgate" else name)
    found = critique(read_plan(name), context)
    assert not [finding for finding in found.findings if finding.gravity != "hint"]
    assert found.gates == ()
    assert found.total is not None
    assert found.total >= 95


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_good_page_keeps_what_was_told_in_confidence(name: str) -> None:
    found = critique(read_plan(name), example(name), _groundwork(name))
    assert "R21" not in {finding.rule for finding in found.findings}


@pytest.mark.parametrize(("name", "mutation"), CASES)
def test_a_spoilt_page_scores_lower_and_the_rule_says_why(name: str, mutation: str) -> None:
    context, plan, groundwork = example(name), read_plan(name), _groundwork(name)
    spoil, rule = MUTATIONS[mutation]
    good, bad = critique(plan, context, groundwork), critique(spoil(name, plan), context, groundwork)
    assert good.total is not None
    assert bad.total is not None
    assert bad.total < good.total
    assert rule in {finding.rule for finding in bad.findings} - {finding.rule for finding in good.findings}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_good_page_for_another_account_scores_at_most_fifty(name: str) -> None:
    found = critique(wrong_account(name, read_plan(name)), example(name))
    assert "G1" in found.gates
    assert found.total is not None
    assert found.total <= 50


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_outcome_that_only_we_carry_out_costs_fifteen_points_or_more(name: str) -> None:
    context, plan = example(name), read_plan(name)
    good, bad = critique(plan, context).total, critique(seller_acts(name, plan), context).total
    assert good is not None
    assert bad is not None
    assert good - bad >= 15


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_page_that_is_only_too_long_loses_points_for_conciseness_alone(name: str) -> None:
    context, plan = example(name), read_plan(name)
    good, bad = critique(plan, context), critique(three_times_as_long(name, plan), context)
    lost = {item for item in rubric().items if bad.scores_by_item[item] != good.scores_by_item[item]}
    assert lost == {"C"}


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "thin_lead"])
def test_shuffled_names_are_caught(name: str) -> None:
    context, plan = example(name), read_plan(name)
    one, two = (person.name for person in context.meeting.attendees[:2])
    given, taken = f"{one.split()[0]} {two.split()[-1]}", f"{two.split()[0]} {one.split()[-1]}"
    swapped = edited(plan, "people", lambda text: re.sub(re.escape(two), taken, re.sub(re.escape(one), given, text)))
    found = critique(swapped, context)
    assert "R2" in {finding.rule for finding in found.findings if finding.gravity == "gate"}
