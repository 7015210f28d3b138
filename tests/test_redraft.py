"""One block or part is written again, fits the page around it, and never costs the rep a word."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coach.builtin import draft_plan, work_out
from coach.corrections import changed_decision, decisions_of
from coach.critique import checked
from coach.errors import AnswerUnusable, InputError, ModelRefused
from coach.groundwork import read_groundwork
from coach.index import apply_index, index_by_code
from coach.llm import Models
from coach.markup import join, split, word_count
from coach.merge import merge
from coach.options import Options
from coach.redraft import blocks_of, put_in, redraft, redraft_by_builtin, redraft_page
from coach.rubric import word_budget
from coach.schema import AccountContext, Block, MeetingPlan
from tests.support.endpoint import Answer, Body, Endpoint, Reply, Status, in_turn
from tests.support.plans import example
from tests.support.writer import BLOCK, GROUNDWORK, PAGE, REWRITE, task_of, writer

Serve = Callable[..., Endpoint]
MODEL = "openai:scripted"
WORKED_OUT = read_groundwork(GROUNDWORK, drafted_by=MODEL)


@pytest.fixture
def context() -> AccountContext:
    return example("harrowgate_context")


@pytest.fixture
def plan(context: AccountContext) -> MeetingPlan:
    blocks = split(PAGE)
    return checked(MeetingPlan(blocks=apply_index(blocks, index_by_code(blocks, context), context)), context)


def models() -> Models:
    return Models(deadline_s=20)


def only(plan: MeetingPlan, words: str) -> Block:
    (found,) = [block for block in plan.blocks if words in block.text]
    return found


def asked_of(endpoint: Endpoint) -> str:
    """All that was said in the first request."""
    return "\n".join(str(one["content"]) for one in endpoint.bodies[0]["messages"])  # type: ignore[attr-defined]


async def test_one_block_is_written_again_within_its_part_and_grounded(
    context: AccountContext, plan: MeetingPlan, serve: Serve
) -> None:
    endpoint = serve(writer)
    old = only(plan, "Whether Tom believes")
    (new,) = await redraft(
        context, WORKED_OUT, plan, blocks=(old.id,), direction="less technical.", model=MODEL, models=models(),
        index_model=MODEL,
    )  # fmt: skip
    assert (new.text, new.part, new.citations) == (BLOCK, "decides", ("L3", "L4"))
    assert new.check.status == "verified"
    assert new.id not in {block.id for block in plan.blocks}
    said = asked_of(endpoint)
    assert "The rep wants it so: less technical. " in said
    assert f"[[the words to replace begin]]\n\n{old.text}\n\n[[the words to replace end]]" in said
    assert "<groundwork>" in said


async def test_without_an_indexer_the_lines_are_found_by_code(
    context: AccountContext, plan: MeetingPlan, serve: Serve
) -> None:
    endpoint = serve(in_turn(Answer("- The root-cause report, promised for 24/10, 38 days late.")))
    old = only(plan, "**Today, Riya to Tom:**")
    (new,) = await redraft(context, WORKED_OUT, plan, blocks=(old.id,), model=MODEL, models=models())
    assert "L5" in new.citations
    assert new.part == "before"
    assert endpoint.calls == 1


async def test_an_invention_is_marked_as_one(context: AccountContext, plan: MeetingPlan, serve: Serve) -> None:
    serve(in_turn(Answer("Tom has a budget of 975,000 GBP.")))
    old = only(plan, "Whether Tom believes")
    (new,) = await redraft(context, WORKED_OUT, plan, blocks=(old.id,), model=MODEL, models=models())
    assert new.check.status == "unverified"


async def test_an_item_stays_an_item_and_ready_words_a_quotation(
    context: AccountContext, plan: MeetingPlan, serve: Serve
) -> None:
    serve(in_turn(Answer("Send Tom the report today."), Answer("“Tom, we owe\nyou this.”")))
    item, quote = only(plan, "**Today, Riya to Tom:**"), only(plan, "“Tom, this was due")
    (new,) = await redraft(context, WORKED_OUT, plan, blocks=(item.id,), model=MODEL, models=models())
    assert (new.kind, new.text) == ("item", "1. Send Tom the report today.")
    (new,) = await redraft(context, WORKED_OUT, plan, blocks=(quote.id,), model=MODEL, models=models())
    assert (new.kind, new.text) == ("quote", "> “Tom, we owe\n> you this.”")


async def test_what_the_page_says_elsewhere_fences_headings_and_labels_do_not_come_with_it(
    context: AccountContext, plan: MeetingPlan, serve: Serve
) -> None:
    elsewhere = only(plan, "**Tom Reed**").text
    serve(in_turn(Answer(f"```markdown\n## What decides it\n\nTom's trust in the cause. [L4]\n\n{elsewhere}\n```")))
    old = only(plan, "Whether Tom believes")
    new = await redraft(context, WORKED_OUT, plan, blocks=(old.id,), model=MODEL, models=models())
    assert [block.text for block in new] == ["Tom's trust in the cause."]


async def test_a_part_that_is_missing_comes_with_its_heading_and_stands_where_it_is_used(
    context: AccountContext, plan: MeetingPlan, serve: Serve
) -> None:
    plan = plan.model_copy(update={"blocks": tuple(b for b in plan.blocks if b.part != "find_out")})
    endpoint = serve(in_turn(Answer("## Find out\n\n- “Who can say no?”")))
    new = await redraft(context, WORKED_OUT, plan, part="find_out", model=MODEL, models=models())
    assert [(block.kind, block.part) for block in new] == [("heading", "find_out"), ("item", "find_out")]
    assert "the page lacks what to find out" in asked_of(endpoint)
    page = put_in(plan.blocks, new, part="find_out")
    at = [block.id for block in page].index(new[0].id)
    assert (page[at - 1].part, page[at + 2].part) == ("bring", "answers")


async def test_the_whole_of_a_part_is_written_again_but_never_the_reps_own_words(
    context: AccountContext, plan: MeetingPlan, serve: Serve
) -> None:
    endpoint = serve(in_turn(Answer("- **Tom Reed** wants to be right about the wifi.")))
    mine = only(plan, "**Maria Lopez**")
    new = await redraft(context, WORKED_OUT, plan, part="people", touched={mine.id}, model=MODEL, models=models())
    said = asked_of(endpoint)
    assert "kept as they stand" in said
    assert f"people: {mine.text}" in said
    theirs = [block for block in blocks_of(plan, "people") if block != mine.id]
    page = merge(plan.blocks, put_in(plan.blocks, new, instead=theirs), touched={mine.id})
    people = [block for block in page.blocks if block.part == "people" and block.kind != "heading"]
    assert people[0] == mine
    assert people[1].text == new[0].text
    assert len(page.blocks) == len(plan.blocks)


async def test_a_passage_far_too_long_is_asked_for_once_more(
    context: AccountContext, plan: MeetingPlan, serve: Serve
) -> None:
    endpoint = serve(in_turn(Answer("word " * 200), Answer("Short now.")))
    old = only(plan, "Whether Tom believes")
    (new,) = await redraft(context, WORKED_OUT, plan, blocks=(old.id,), model=MODEL, models=models())
    assert new.text == "Short now."
    assert "Your last answer had 200 words" in task_of(endpoint.bodies[1])


async def test_a_page_never_grows_over_its_budget_by_what_is_written_again(
    context: AccountContext, plan: MeetingPlan, serve: Serve
) -> None:
    items = "\n".join(f"- Item {number} says in ten words what nobody here needs." for number in range(150))
    serve(in_turn(Answer(items)))
    old = only(plan, "Who has to agree")
    new = await redraft(context, WORKED_OUT, plan, blocks=(old.id,), model=MODEL, models=models())
    assert len(new) > 1
    assert word_count(put_in(plan.blocks, new, instead=(old.id,))) <= word_budget(plan.depth)


async def test_what_cannot_be_written_again_is_said_in_a_line(
    context: AccountContext, plan: MeetingPlan, serve: Serve
) -> None:
    old = only(plan, "Whether Tom believes")
    with pytest.raises(InputError, match="your own words"):
        await redraft(context, WORKED_OUT, plan, blocks=(old.id,), touched={old.id}, model=MODEL, models=models())
    with pytest.raises(InputError, match="no longer on the page"):
        await redraft(context, WORKED_OUT, plan, blocks=("B99",), model=MODEL, models=models())
    with pytest.raises(InputError, match="no part"):
        await redraft(context, WORKED_OUT, plan, part="weather", model=MODEL, models=models())
    serve(in_turn(Answer(only(plan, "**Tom Reed**").text)))
    with pytest.raises(AnswerUnusable):
        await redraft(context, WORKED_OUT, plan, blocks=(old.id,), model=MODEL, models=models())
    serve(lambda body: Status(401))
    with pytest.raises(ModelRefused):
        await redraft(context, WORKED_OUT, plan, blocks=(old.id,), model=MODEL, models=models())


async def test_words_that_are_paid_for_are_kept_when_the_indexer_fails(
    context: AccountContext, plan: MeetingPlan, serve: Serve
) -> None:
    def no_index(body: Body) -> Reply:
        return Status(401) if task_of(body).startswith("TASK: below stands") else writer(body)

    serve(no_index)
    old = only(plan, "Whether Tom believes")
    (new,) = await redraft(context, WORKED_OUT, plan, blocks=(old.id,), model=MODEL, models=models(), index_model=MODEL)
    assert new.text == BLOCK


def test_without_a_model_a_part_comes_from_builtin(context: AccountContext, plan: MeetingPlan) -> None:
    bare = plan.model_copy(update={"blocks": tuple(b for b in plan.blocks if b.part != "find_out")})
    new = redraft_by_builtin(context, work_out(context), bare, part="find_out")
    assert new[0].kind == "heading"
    assert {block.part for block in new} == {"find_out"}
    assert all(block.check.status in ("verified", "no_claim") for block in new)
    instead = redraft_by_builtin(context, work_out(context), plan, part="find_out")
    assert not any(block.kind == "heading" for block in instead)


def test_without_a_model_nothing_else_to_offer_is_said(context: AccountContext) -> None:
    worked_out = work_out(context)
    plan = draft_plan(context, worked_out)
    with pytest.raises(InputError, match="nothing else to offer for the opening") as error:
        redraft_by_builtin(context, worked_out, plan, part="opening")
    assert "choose a model" in error.value.hint
    with pytest.raises(InputError):
        redraft_by_builtin(context, worked_out, plan, part="weather")


async def test_a_changed_decision_writes_the_page_again_without_paying_for_the_groundwork(
    context: AccountContext, plan: MeetingPlan, serve: Serve
) -> None:
    endpoint = serve(writer)
    decision = decisions_of(WORKED_OUT)[0]
    changed = changed_decision(WORKED_OUT, decision.id, "No test before January: ask for the logs.")
    mine = only(plan, "**Tom Reed**")
    drafted = await redraft_page(context, changed, options=Options(model=MODEL), settled=lambda: (mine,))
    assert drafted.groundwork == changed
    tasks = [task_of(body) for body in endpoint.bodies]
    assert not any(task.startswith("TASK: work this") for task in tasks)
    pages = [str(body["messages"]) for body in endpoint.bodies if task_of(body).startswith("TASK: prepare me")]
    (page,) = pages
    assert "the rep has decided>\\n- No test before January: ask for the logs." in page
    assert mine.text in page
    rewrites = [str(body["messages"]) for body in endpoint.bodies if task_of(body).startswith(REWRITE)]
    assert rewrites
    assert all(mine.text in said for said in rewrites)
    assert join(drafted.plan.blocks)


async def test_without_a_model_a_changed_decision_leads_the_page_too(context: AccountContext) -> None:
    worked_out = work_out(context)
    decision = decisions_of(worked_out)[0]
    changed = changed_decision(worked_out, decision.id, "Ask for the logs, not for a test.")
    drafted = await redraft_page(context, changed, options=Options(), decisions=("Leave the quote at home",))
    led = [block.text for block in drafted.plan.blocks if block.part == "decides" and block.kind != "heading"]
    assert led[:2] == ["Leave the quote at home", "Ask for the logs, not for a test."]
    assert drafted.drafted_by == "builtin"
