"""The judge's word counts only with words of the page behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from coach.brief import Brief
from coach.judge import judge, read_answers
from coach.llm import Models
from coach.markup import split
from coach.schema import Block, JudgedAnswer, MeetingPlan
from tests.support.endpoint import Answer, Body, Endpoint
from tests.support.plans import example, read_plan
from tests.support.writer import task_of

Serve = Callable[..., Endpoint]

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
    return Answer("\n".join(json.dumps({"id": one, "answer": "no", "quote": "", "why": "thin"}) for one in asked))


async def judged(plan: MeetingPlan, known: tuple[JudgedAnswer, ...] = ()) -> tuple[JudgedAnswer, ...]:
    brief = Brief(example("harrowgate_context"))
    return await judge(brief, Models(deadline_s=30), model="openai:scripted", plan=plan, known=known)


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
    anew = {one.question for one, before in zip(again, first, strict=True) if one.seen != before.seen}
    assert anew == {"P1.sayable", "P1.tone", "C.plain"}
    assert endpoint.calls == asked + 1, "those of one group, in one call"


async def test_a_yes_falls_with_the_words_that_it_quotes(serve: Serve) -> None:
    plan = read_plan("harrowgate")
    serve(says_no)
    first = await judged(plan)
    yes = tuple(
        one.model_copy(update={"answer": "yes", "quote": "words of another part"})
        if one.question == "F1.power"
        else one
        for one in first
    )
    again = {one.question: one.answer for one in await judged(plan, yes)}
    assert again["F1.power"] == "no"


async def test_what_was_not_judged_is_asked_again(serve: Serve) -> None:
    plan = read_plan("harrowgate")
    serve(lambda body: Answer("nothing"))
    first = await judged(plan)
    assert {one.answer for one in first} == {"not_judged"}
    serve(says_no)
    assert {one.answer for one in await judged(plan, first)} == {"no"}
