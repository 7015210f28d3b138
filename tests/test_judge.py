"""The judge's word counts only with words of the page behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from coach.brief import Brief
from coach.critique import assess
from coach.judge import NOTHING_SAID, judge, read_answers
from coach.llm import Models
from coach.markup import split
from coach.recheck import recheck
from coach.rubric import rubric
from coach.schema import Block, Check, Groundwork, JudgedAnswer, Judgement, MeetingPlan, Untrue
from coach.sentences import sentences
from tests.support.endpoint import Answer, Body, Endpoint, Status
from tests.support.plans import example, read_plan
from tests.support.writer import AFRESH, task_of

Serve = Callable[..., Endpoint]
DONE = '{"id":"done"}'

PLAN = MeetingPlan(blocks=split("## Opening\n\n> “We have until 10:45 – is that still right? No is **fine**.”"))


def answered(line: str) -> tuple[str, str]:
    (answer,) = read_answers(line, ["P1.a"], PLAN)
    return answer.answer, answer.why


def test_yes_with_words_of_the_page_counts() -> None:
    assert answered('{"id":"P1.a","answer":"yes","quote":"No is fine","why":"said"}') == ("yes", "said")


def test_quotation_marks_dashes_and_emphasis_do_not_matter() -> None:
    assert answered('{"id":"P1.a","answer":"YES","quote":"\\"we have until 10:45 - is that","why":""}')[0] == "yes"


def test_yes_with_invented_words_is_not_judged() -> None:
    assert answered('{"id":"P1.a","answer":"yes","quote":"we love you","why":"x"}') == (
        "not_judged",
        "the quotation is not on the page",
    )


def test_no_needs_no_words() -> None:
    assert answered('{"id":"P1.a","answer":"no","quote":"","why":"nothing"}')[0] == "no"


def test_silence_nonsense_and_other_questions_are_not_judged() -> None:
    for line in ("", "yes", '{"id":"P1.b","answer":"yes","quote":"No is fine"}', '{"id":"P1.a","answer":"4/4"}', "[]"):
        assert answered(line)[0] == "not_judged"


def test_a_fence_and_prose_around_the_answers_do_no_harm() -> None:
    assert answered('Here:\n```json\n{"id":"P1.a","answer":"no","quote":"","why":"w"},\n```')[0] == "no"


def with_text(plan: MeetingPlan, part: str, text: str) -> MeetingPlan:
    """The plan with the first block of that part saying something else."""
    at = next(number for number, block in enumerate(plan.blocks) if block.part == part and block.kind != "heading")
    blocks: list[Block] = list(plan.blocks)
    blocks[at] = blocks[at].model_copy(update={"text": text})
    return plan.model_copy(update={"blocks": tuple(blocks)})


def says_no(body: Body) -> Answer:
    asked = re.findall(r"^([FPC]\d?\.\w+): ", task_of(body), re.M)
    return Answer("\n".join([*(said(one, "no") for one in asked), DONE]))


def said(question: str, answer: str, quote: str = "", why: str = "thin") -> str:
    return json.dumps({"id": question, "answer": answer, "quote": quote, "why": why})


def untrue(block: str, quote: str, line: str, why: str = "it says otherwise") -> str:
    return json.dumps({"id": "untrue", "block": block, "quote": quote, "line": line, "why": why})


def is_second(body: Body) -> bool:
    return task_of(body).startswith(AFRESH)


def second_says(*lines: str) -> Callable[[Body], Answer]:
    """The first examiner denies everything; the second says this."""
    return lambda body: Answer("\n".join([*lines, DONE])) if is_second(body) else says_no(body)


async def judged(plan: MeetingPlan, known: Judgement = NOTHING_SAID) -> Judgement:
    brief = Brief(example("harrowgate_context"))
    return await judge(brief, Models(deadline_s=30), model="openai:scripted", plan=plan, known=known)


def answers(judgement: Judgement) -> dict[str, JudgedAnswer]:
    return {one.question: one for one in judgement.answers}


def part_of_second(endpoint: Endpoint, name: str) -> str:
    """What the last second look asked: its questions, or the blocks to hold against the lines."""
    task = task_of(next(body for body in reversed(endpoint.bodies) if is_second(body)))
    start = task.index(name) + len(name)
    return task[start : task.index("\n\n", start)].strip()


async def test_a_page_that_says_the_same_is_not_judged_again(serve: Serve) -> None:
    endpoint, plan = serve(says_no), read_plan("harrowgate")
    first = await judged(plan)
    asked = endpoint.calls
    assert await judged(plan, first) == first
    assert endpoint.calls == asked


async def test_only_what_looks_at_the_changed_words_is_answered_anew(serve: Serve) -> None:
    endpoint, plan = serve(says_no), read_plan("harrowgate")
    first = await judged(plan)
    asked = endpoint.calls
    again = await judged(with_text(plan, "opening", "Good morning."), first)
    anew = {one for one, answer in answers(again).items() if answer.seen != answers(first)[one].seen}
    assert anew == {"P1.sayable", "P1.tone", "C.plain"}
    assert endpoint.calls == asked + 2, "those of one group in one call, and the second examiner's"
    questions = part_of_second(endpoint, "The questions:").splitlines()
    assert {line.partition(":")[0] for line in questions} == anew
    opening = next(block.id for block in plan.blocks if block.part == "opening" and block.kind != "heading")
    assert part_of_second(endpoint, "against the lines:") == opening


async def test_a_yes_falls_with_the_words_that_it_quotes(serve: Serve) -> None:
    plan = read_plan("harrowgate")
    serve(says_no)
    first = await judged(plan)
    said_yes = {"answer": "yes", "quote": "words of another part"}
    yes = tuple(one.model_copy(update=said_yes) if one.question == "F1.power" else one for one in first.answers)
    again = await judged(plan, first.model_copy(update={"answers": yes}))
    assert answers(again)["F1.power"].answer == "no"


async def test_what_was_not_judged_is_asked_again(serve: Serve) -> None:
    plan = read_plan("harrowgate")
    serve(lambda body: Answer("nothing"))
    first = await judged(plan)
    assert {one.answer for one in first.answers} == {"not_judged"}
    assert not first.compared
    serve(says_no)
    again = await judged(plan, first)
    assert {one.answer for one in again.answers} == {"no"}
    assert len(again.compared) == len({block.text for block in plan.blocks})


async def test_a_no_counts_when_it_was_said_twice_and_a_yes_when_its_words_are_on_the_page(serve: Serve) -> None:
    plan = read_plan("harrowgate")
    quote = " ".join(plan.blocks[-1].text.split()[:5])
    endpoint = serve(
        second_says(
            said("F1.goals", "yes", quote, "there"), said("F1.power", "yes", "not there"), said("C.plain", "no")
        )
    )
    found = answers(await judged(plan))
    assert (found["F1.goals"].answer, found["F1.goals"].quote, found["F1.goals"].why) == ("yes", quote, "there")
    assert (found["F1.power"].answer, found["F1.power"].said_twice) == ("no", False)
    assert (found["C.plain"].answer, found["C.plain"].said_twice) == ("no", True)
    assert sum(is_second(body) for body in endpoint.bodies) == 1


async def test_the_second_examiner_is_asked_what_has_no_yes_and_begins_with_the_material(serve: Serve) -> None:
    plan = read_plan("harrowgate")
    first_says = "\n".join([said("F1.goals", "yes", plan.blocks[-1].text), said("F1.power", "no")])
    endpoint = serve(lambda body: Answer(DONE if is_second(body) else first_says))
    await judged(plan)
    asked = [line.partition(":")[0] for line in part_of_second(endpoint, "The questions:").splitlines()]
    assert asked == [one for one in rubric().questions if one != "F1.goals"]
    assert part_of_second(endpoint, "against the lines:") == "all"
    seconds = [str(body["messages"][-1]["content"]) for body in endpoint.bodies if is_second(body)]
    assert seconds[0].startswith("<material ")


async def test_what_was_denied_once_is_asked_again_and_what_was_denied_twice_is_not(serve: Serve) -> None:
    plan = read_plan("harrowgate")
    serve(second_says(said("C.plain", "no")))
    first = await judged(plan)
    endpoint = serve(says_no)
    again = await judged(plan, first)
    asked = [line.partition(":")[0] for line in part_of_second(endpoint, "The questions:").splitlines()]
    assert asked == [one for one in rubric().questions if one != "C.plain"]
    assert part_of_second(endpoint, "against the lines:") == "none"
    assert endpoint.calls == 1
    assert all(one.said_twice for one in again.answers)


def denied_twice(judgement: Judgement, question: str) -> Judgement:
    """As if this alone had been denied, by both examiners."""
    update = {
        one: {"answer": "no" if one == question else "yes", "said_twice": one == question} for one in rubric().questions
    }
    found = tuple(one.model_copy(update=update[one.question]) for one in judgement.answers)
    return judgement.model_copy(update={"answers": found})


@pytest.mark.parametrize(
    ("words", "first", "second", "verdict"),
    [
        ("old", "yes", "no", "no"),
        ("old", "no", "yes", "no"),
        ("old", "yes", "yes", "yes"),
        ("new", "yes", "", "yes"),
        ("new", "no", "yes", "yes"),
        ("old", "yes", "", "yes"),
    ],
)
async def test_what_was_denied_twice_is_turned_by_new_words_or_by_two_who_say_yes(
    serve: Serve, words: str, first: str, second: str, verdict: str
) -> None:
    """An examiner who has nothing to say of it (`""`) leaves the other's word."""
    plan = read_plan("harrowgate")
    serve(says_no)
    known = denied_twice(await judged(plan), "C.plain")
    opening = next(block.text for block in plan.blocks if block.part == "opening" and block.kind != "heading")
    stays, new = sentences(opening)[0], "We look at nothing else today."
    quote = stays if words == "old" else new
    lines = {"yes": said("C.plain", "yes", quote), "no": said("C.plain", "no"), "": DONE}
    serve(lambda body: Answer(lines[second if is_second(body) else first]))
    found = answers(await judged(with_text(plan, "opening", f"{stays} {new}"), known))["C.plain"]
    assert (found.answer, found.said_twice) == (verdict, verdict == "no")


async def test_an_endpoint_that_fails_at_the_second_look_leaves_the_first_answers(serve: Serve) -> None:
    plan = read_plan("harrowgate")
    serve(lambda body: Status(400) if is_second(body) else says_no(body))
    found = await judged(plan)
    assert {(one.answer, one.said_twice) for one in found.answers} == {("no", False)}
    assert found.compared == ()


async def test_what_a_line_contradicts_is_kept_where_its_words_and_its_line_stand(serve: Serve) -> None:
    plan = read_plan("harrowgate")
    block, other = plan.blocks[-1], plan.blocks[-2]
    quote = " ".join(block.text.split()[:4])
    serve(
        second_says(
            untrue(block.id, quote, "L3"),
            untrue(block.id, "words that nobody wrote", "L3"),
            untrue(block.id, quote, "L999"),
            untrue("B999", quote, "L3"),
            untrue(other.id, "", "L3"),
        )
    )
    found = await judged(plan)
    assert [one.untrue for one in found.compared if one.untrue] == [
        (Untrue(quote=quote, lines=("L3",), why="it says otherwise"),)
    ]


async def test_a_block_that_stays_keeps_what_was_said_of_it_when_another_changes(serve: Serve) -> None:
    plan = read_plan("harrowgate")
    block = plan.blocks[-1]
    serve(second_says(untrue(block.id, block.text, "L3")))
    first = await judged(plan)
    endpoint = serve(second_says())
    changed = with_text(plan, "opening", "Good morning.")
    again = await judged(changed, first)
    assert [one.untrue for one in again.compared if one.untrue] == [one.untrue for one in first.compared if one.untrue]
    assert len(part_of_second(endpoint, "against the lines:").split()) == 1


async def test_another_model_holds_the_page_against_the_lines_anew(serve: Serve) -> None:
    plan, endpoint = read_plan("harrowgate"), serve(says_no)
    first = await judged(plan)
    brief = Brief(example("harrowgate_context"))
    await judge(brief, Models(deadline_s=30), model="openai:other", plan=plan, known=first)
    assert part_of_second(endpoint, "against the lines:") == "all"


async def test_what_is_untrue_is_a_finding_as_long_as_its_block_says_it(serve: Serve) -> None:
    context, plan = example("harrowgate_context"), read_plan("harrowgate")
    people = next(block for block in plan.blocks if block.part == "people" and block.kind != "heading")
    quote = " ".join(people.text.split()[:4])
    serve(second_says(untrue(people.id, quote, "L3", "nobody said so.")))
    judgement = await judged(plan)
    critique = assess(plan, context, judgement=judgement, judged_by="openai:scripted")
    (found,) = [one for one in critique.findings if one.rule == "R28"]
    assert (found.block, found.part, found.lines, found.gravity) == (people.id, "people", ("L3",), "gate")
    assert found.why == f"A line says otherwise than “{quote}”: nobody said so."
    without = assess(plan, context, judgement=Judgement(answers=judgement.answers), judged_by="openai:scripted")
    assert (critique.scores_by_item["F1"] or 0) < (without.scores_by_item["F1"] or 0)
    same, kept = recheck(plan, context, Groundwork(), critique, touched=frozenset())
    assert [one for one in kept.findings if one.rule == "R28"] == [found]
    reworded = with_text(plan, "people", people.text + " And more.")
    _, anew = recheck(reworded, context, Groundwork(), kept, touched=frozenset())
    assert "R28" not in {one.rule for one in anew.findings}
    assert anew.compared == kept.compared, "until the judge is asked again"
    stands_otherwise = people.model_copy(
        update={"check": Check(status="contradicted", problems=("L3 says otherwise",))}
    )
    blocks = tuple(stands_otherwise if one.id == people.id else one for one in same.blocks)
    named = assess(same.model_copy(update={"blocks": blocks}), context, judgement=judgement).findings
    assert {"G4"} == {one.rule for one in named if one.block == people.id} & {"G4", "R28"}
