"""The whole way from notes to a criticised page, with a scripted endpoint in the place of a model."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coach.context import parse_context
from coach.critiquing import critique_plan
from coach.events import BlockDone, Event, PageIndexed, StageStarted, TextArrived, WorkedOut
from coach.ledger import Ledger
from coach.markup import join, split, word_count
from coach.rubric import word_budget
from coach.schema import AccountContext, NoteLine
from coach.second_reader import JUST_WRITTEN
from coach.workflow import PAGE_STAGES, Options, plan_meeting
from tests.support.endpoint import Answer, Body, Endpoint, Fault, Reply, Status
from tests.support.writer import BOTH_SIDES, EXAMINERS, GROUNDWORK, PAGE, REWRITE, REWRITTEN, task_of, writer

Serve = Callable[..., Endpoint]
MODEL = Options(model="openai:scripted")


@pytest.fixture
def context() -> AccountContext:
    path = Path(__file__).parent / "plans" / "harrowgate_context.md"
    return parse_context(path.read_text(encoding="utf-8"), name=path.name, folder=path.parent)


async def test_the_page_is_worked_out_written_criticised_and_rewritten(context: AccountContext, serve: Serve) -> None:
    serve(writer)
    heard: list[Event] = []
    drafted = await plan_meeting(context, options=MODEL, on_event=heard.append)
    assert [event.stage for event in heard if isinstance(event, StageStarted)] == [
        "groundwork", "page", "criticism", "rewrite", "criticism", "rewrite 2", "suggestions", "both sides",
    ]  # fmt: skip
    pages = [join(split(text)) for text in (PAGE, REWRITTEN, REWRITTEN)]
    assert [join(draft.plan.blocks) for draft in drafted.drafts] == pages
    assert {change.new for change in drafted.changes} == {
        "**Purpose:** agree which store is tested, and before the peak.",
        "- **“Why is the report so late?”** “I promised it for the 24th and didn't send it.”",
    }
    assert drafted.critique.total is not None
    assert drafted.drafts[0].critique.points[1].lines == ("L12",)
    assert drafted.plan.best_outcome.who == "Tom Reed"
    assert drafted.plan.best_outcome.ask == "Could we put the night in the diary before we stop?"
    assert not drafted.failures


async def test_all_requests_of_a_plan_share_one_beginning_and_ask_for_no_format(
    context: AccountContext, serve: Serve
) -> None:
    endpoint = serve(writer)
    await plan_meeting(context, options=MODEL)
    beginnings = set()
    for body in endpoint.bodies:
        assert not {"response_format", "tools", "functions"} & set(body)
        messages = body["messages"]
        assert isinstance(messages, list)
        text = messages[1]["content"]
        beginnings.add((messages[0]["content"], text[: text.index("</material")]))
    assert len(beginnings) == 1


async def test_the_rewrite_is_told_what_code_counted_and_says_what_is_wrong_first(
    context: AccountContext, serve: Serve
) -> None:
    def miscounts(body: Body) -> Reply:
        is_page = task_of(body).startswith("TASK: prepare me")
        return Answer(PAGE.replace("38 days late", "39 days late")) if is_page else writer(body)

    endpoint = serve(miscounts)
    drafted = await plan_meeting(context, options=MODEL)
    asked, _ = (body for body in endpoint.bodies if task_of(body).startswith(REWRITE))
    text = str(asked["messages"])
    assert "39 days" in text[text.index("<what the checks found>") : text.index("</what the checks found>")]
    assert drafted.drafts[0].critique.points[1].text == "Nobody answers who pays the weekend crew (L12)."


async def test_blocks_are_indexed_while_the_page_still_streams(context: AccountContext, serve: Serve) -> None:
    serve(writer)
    heard: list[Event] = []
    await plan_meeting(context, options=MODEL, on_event=heard.append)
    first_block = next(
        place for place, event in enumerate(heard) if isinstance(event, BlockDone) and event.stage == "page"
    )
    last_text = max(
        place for place, event in enumerate(heard) if isinstance(event, TextArrived) and event.stage == "page"
    )
    assert first_block < last_text


async def test_citations_of_the_first_page_are_told_while_the_better_one_is_still_written(
    context: AccountContext, serve: Serve
) -> None:
    serve(writer)
    heard: list[Event] = []
    drafted = await plan_meeting(context, options=MODEL, on_event=heard.append)
    indexed = [event for event in heard if isinstance(event, PageIndexed)]
    assert [event.stage for event in indexed] == ["page", "rewrite", "rewrite 2"]
    assert [event.plan for event in indexed] == [draft.plan for draft in drafted.drafts]
    done = [event.block.id for event in heard if isinstance(event, BlockDone) and event.stage == "page"]
    assert [block.id for block in indexed[0].plan.blocks] == done
    assert any(block.citations and block.check.status == "verified" for block in indexed[0].plan.blocks)
    assert heard.index(indexed[0]) < heard.index(StageStarted("rewrite"))


async def test_the_groundwork_is_told_when_it_is_complete_and_grounded(context: AccountContext, serve: Serve) -> None:
    serve(writer)
    heard: list[Event] = []
    drafted = await plan_meeting(context, options=MODEL, on_event=heard.append)
    (told,) = [event for event in heard if isinstance(event, WorkedOut)]
    assert told.groundwork == drafted.groundwork
    assert any(block.check.status == "verified" for block in told.groundwork.blocks)
    assert heard.index(told) < heard.index(StageStarted("page"))


async def test_without_a_model_groundwork_and_page_are_told_too(context: AccountContext) -> None:
    heard: list[Event] = []
    drafted = await plan_meeting(context, options=Options(), on_event=heard.append)
    assert heard == [WorkedOut(drafted.groundwork), PageIndexed("page", drafted.plan)]


async def test_a_groundwork_that_is_given_is_used_as_it_stands_and_not_paid_for(
    context: AccountContext, serve: Serve
) -> None:
    endpoint = serve(writer)
    first = await plan_meeting(context, options=MODEL)
    before = endpoint.calls
    heard: list[Event] = []
    again = await plan_meeting(context, options=MODEL, groundwork=first.groundwork, on_event=heard.append)
    tasks = [task_of(body) for body in endpoint.bodies[before:]]
    assert not any(task.startswith("TASK: work this") for task in tasks)
    assert again.groundwork == first.groundwork
    assert not [event for event in heard if isinstance(event, WorkedOut)]


async def test_the_writer_is_told_what_the_rep_has_settled_by_the_time_the_page_is_written(
    context: AccountContext, serve: Serve
) -> None:
    endpoint = serve(writer)
    settled = list(split("- **Tom Reed** has to be first to speak."))
    heard: list[Event] = []

    def hear(event: Event) -> None:
        heard.append(event)
        if event == StageStarted("criticism"):
            settled.extend(split("The quote stays at home."))

    await plan_meeting(context, options=MODEL, settled=lambda: settled, on_event=hear)
    page, rewrite = (
        next(str(body["messages"]) for body in endpoint.bodies if task_of(body).startswith(task))
        for task in ("TASK: prepare me", REWRITE)
    )
    assert "kept as they stand" in page
    assert "has to be first to speak" in page
    assert "The quote stays at home." not in page
    assert "The quote stays at home." in rewrite


async def test_with_a_model_the_rep_is_asked_where_the_notes_are_silent(context: AccountContext, serve: Serve) -> None:
    serve(writer)
    drafted = await plan_meeting(context, options=MODEL)
    assert (
        drafted.questions[0]
        == "The notes do not settle this. Cause: Tom's word against ours. Which is right, by what you know?"
    )
    assert len(drafted.questions) <= 3


async def test_a_block_kept_word_for_word_is_not_indexed_again(context: AccountContext, serve: Serve) -> None:
    endpoint = serve(writer)
    drafted = await plan_meeting(context, options=MODEL)
    indexes = [task_of(body) for body in endpoint.bodies if task_of(body).startswith("TASK: below stands")]
    assert sum("38 days late" in asked for asked in indexes) == 1
    (kept,) = [block for block in drafted.plan.blocks if "38 days late" in block.text]
    assert kept.citations == ("L5", "L6")
    assert kept.check.status == "verified"


OUTCOMES = "TASK: say what the page below asks"


def names_no_outcome(body: Body) -> Reply:
    """An indexer who does not see the outcomes in any group of blocks, and sees them on the whole page."""
    asked, answer = task_of(body), writer(body)
    if asked.startswith(OUTCOMES):
        return Answer("BEST who: Tom Reed | what: writes what counts as passed | by: 2026-12-07\n")
    if not asked.startswith("TASK: below stands"):
        return answer
    assert isinstance(answer, Answer)
    return Answer("\n".join(row for row in answer.text.splitlines() if not row.startswith(("BEST", "FALLBACK"))))


async def test_an_outcome_that_no_group_of_blocks_named_is_looked_for_on_the_whole_page(
    context: AccountContext, serve: Serve
) -> None:
    endpoint = serve(names_no_outcome)
    drafted = await plan_meeting(context, options=MODEL)
    asked = [task_of(body) for body in endpoint.bodies if task_of(body).startswith(OUTCOMES)]
    assert all("Whether Tom believes the cause" in one and "**Stop:**" in one for one in asked)
    assert (drafted.plan.best_outcome.who, drafted.plan.best_outcome.by) == ("Tom Reed", "2026-12-07")
    assert drafted.failures == ()
    assert len(asked) < len(drafted.drafts), "what no page had is not asked for again of the same words"


async def test_outcomes_that_were_named_are_not_asked_for_again(context: AccountContext, serve: Serve) -> None:
    endpoint = serve(writer)
    await plan_meeting(context, options=MODEL)
    assert not [body for body in endpoint.bodies if task_of(body).startswith(OUTCOMES)]


def suggesting(body: Body) -> Reply:
    """A second reader who finds two things in the last page: one that lines hold, one that none does."""
    asked = task_of(body)
    if JUST_WRITTEN not in asked:
        return writer(body)
    held = {"old": "can say no?", "new": "can say no? Who pays the weekend crew?", "lines": ["L12"]}
    loose = {"old": "in the peak", "new": "for 99,000 EUR", "lines": ["L12"]}
    block = next(row.split(" ")[0] for row in asked.splitlines() if "who can say no" in row)
    said = [{"kind": "missing", "block": block, "why": "It was asked so.", **one} for one in (held, loose)]
    return Answer("\n".join(map(json.dumps, said)))


async def test_the_last_page_is_mended_word_for_word_where_its_lines_hold_it(
    context: AccountContext, serve: Serve
) -> None:
    serve(suggesting)
    heard: list[Event] = []
    drafted = await plan_meeting(context, options=MODEL, on_event=heard.append)
    page = join(drafted.plan.blocks)
    assert page == join(split(REWRITTEN)).replace("can say no?", "can say no? Who pays the weekend crew?")
    assert drafted.drafts[-1].plan.blocks == drafted.plan.blocks
    assert join(drafted.drafts[-2].plan.blocks) == join(split(REWRITTEN))
    assert [point.text for point in drafted.drafts[-2].critique.points] == ["It was asked so."]
    assert drafted.critique.judged_by == "openai:scripted"
    last = [event for event in heard if isinstance(event, PageIndexed)][-1]
    assert (last.stage, join(last.plan.blocks)) == ("suggestions", page)


def disagreeing(body: Body) -> Reply:
    """A groundwork with a contradiction, of which the pages say one side; the second reader says both when told."""
    asked = task_of(body)
    if asked.startswith("TASK: work this"):
        return Answer(f"{GROUNDWORK}## Not settled\n- Promised for 24 Oct, or 27 Oct as Tom writes? [L5 L13]\n")
    if JUST_WRITTEN in asked and "“24 Oct” (L5), “27 Oct” (L13)" in asked:
        block = next(row.split(" ")[0] for row in asked.splitlines() if "The quote: our date." in row)
        both = {"old": "our date.", "new": "our date. Due 24 Oct or, by Tom, 27 Oct: ask.", "lines": ["L5", "L13"]}
        return Answer(json.dumps({"kind": "missing", "block": block, "why": "Both stand in the notes.", **both}))
    return writer(body)


@pytest.mark.parametrize(
    "reader", [disagreeing, lambda body: writer(body) if JUST_WRITTEN in task_of(body) else disagreeing(body)]
)
async def test_a_side_that_the_page_lacks_is_told_to_the_second_reader_alone_and_stays_where_it_is_not_mended(
    context: AccountContext, serve: Serve, reader: Callable[[Body], Reply]
) -> None:
    other = NoteLine(label="L13", text="TR: you promised it for 27 October", voice="customer", speaker="Tom Reed")
    endpoint = serve(reader)
    drafted = await plan_meeting(context.model_copy(update={"notes": (*context.notes, other)}), options=MODEL)
    told = [task_of(body) for body in endpoint.bodies if "The lines do not agree: “24 Oct” (L5)" in task_of(body)]
    assert [JUST_WRITTEN in asked or asked.startswith(BOTH_SIDES) for asked in told] == [True] * (
        1 if reader is disagreeing else 2
    )
    last = [finding.rule for finding in drafted.critique.findings]
    assert ("R29" in last) == (reader is not disagreeing)
    assert ("27 Oct" in join(drafted.plan.blocks)) == (reader is disagreeing)


@pytest.mark.parametrize(
    ("part", "secret", "is_said"),
    [
        ("who can say no", "", True),
        ("who can say no", "L13", False),
        ("38 days late", "L13", False),
        ("38 days late", "L5", True),
        ("I promised it", "L5", False),
    ],
)
async def test_a_side_in_words_is_said_but_no_confidence_of_which_the_page_was_silent_or_where_it_is_heard(
    context: AccountContext, serve: Serve, part: str, secret: str, is_said: bool
) -> None:
    def comparing(body: Body) -> Reply:
        asked = task_of(body)
        if asked.startswith("TASK: work this") and secret:
            return Answer(GROUNDWORK.replace("## In confidence", f"## In confidence\n- Who signs. [{secret}]"))
        if not asked.startswith(BOTH_SIDES):
            return writer(body)
        assert "longer by 40 words at most" in asked
        block, words = next(found for found in re.findall(r"^(B\d+) \(\w+\): (.*)$", asked, re.M) if part in found[1])
        both = {"old": words, "new": f"{words} Tom says Jens signs, Jens that Tom does.", "lines": ["L13", "L5"]}
        return Answer("L13: neither\n" + json.dumps({"kind": "missing", "block": block, "why": "Both stand.", **both}))

    other = NoteLine(label="L13", text="Tom: Jens signs. Jens: Tom signs", voice="customer", speaker="Tom Reed")
    serve(comparing)
    drafted = await plan_meeting(context.model_copy(update={"notes": (*context.notes, other)}), options=MODEL)
    assert ("Jens that Tom does" in join(drafted.plan.blocks)) == is_said


async def test_words_that_the_rep_has_settled_are_not_mended(context: AccountContext, serve: Serve) -> None:
    serve(suggesting)
    mine = next(block for block in split(REWRITTEN) if "who can say no" in block.text)
    drafted = await plan_meeting(context, options=MODEL, settled=lambda: (mine,))
    assert join(drafted.plan.blocks) == join(split(REWRITTEN))


async def test_a_page_that_nobody_could_mend_stands_as_it_was(context: AccountContext, serve: Serve) -> None:
    serve(lambda body: Answer("", finish_reason="content_filter") if JUST_WRITTEN in task_of(body) else writer(body))
    drafted = await plan_meeting(context, options=MODEL)
    assert join(drafted.plan.blocks) == join(split(REWRITTEN))
    assert [failure.step for failure in drafted.failures] == ["suggestions"]


async def test_a_killed_draft_continues_without_paying_twice(
    context: AccountContext, serve: Serve, tmp_path: Path
) -> None:
    def breaks_at_the_rewrite(body: Body) -> Reply:
        return Status(401) if task_of(body).startswith(REWRITE) else writer(body)

    ledger = Ledger(tmp_path / "ledger")
    serve(breaks_at_the_rewrite)
    first = await plan_meeting(context, options=MODEL, ledger=ledger)
    assert [failure.step for failure in first.failures] == ["rewrite"]
    endpoint = serve(writer)
    again = await plan_meeting(context, options=MODEL, ledger=ledger)
    asked = {task_of(body)[:24] for body in endpoint.bodies}
    assert "TASK: work this meeting o"[:24] not in asked
    assert not any(one.startswith("TASK: prepare me") for one in asked)
    assert len(again.drafts) == 3


async def test_a_decision_of_the_reps_rewrites_the_page_on_the_same_groundwork(
    context: AccountContext, serve: Serve, tmp_path: Path
) -> None:
    endpoint = serve(writer)
    ledger = Ledger(tmp_path / "ledger")
    await plan_meeting(context, options=MODEL, ledger=ledger)
    before = endpoint.calls
    await plan_meeting(
        context, options=Options(model="openai:scripted", decisions=("No test before January",)), ledger=ledger
    )
    asked = endpoint.bodies[before:]
    assert not any(task_of(body).startswith("TASK: work this") for body in asked)
    pages = [str(body["messages"]) for body in asked if task_of(body).startswith("TASK: prepare me")]
    (page,) = pages
    assert "- No test before January" in page


async def test_again_asks_everything_once_more(context: AccountContext, serve: Serve, tmp_path: Path) -> None:
    endpoint = serve(writer)
    ledger = Ledger(tmp_path / "ledger")
    await plan_meeting(context, options=MODEL, ledger=ledger)
    calls = endpoint.calls
    await plan_meeting(context, options=MODEL, ledger=ledger)
    assert endpoint.calls == calls
    await plan_meeting(context, options=Options(model="openai:scripted", again=1), ledger=ledger)
    assert endpoint.calls == 2 * calls


@pytest.mark.parametrize(("effort", "pages"), [("low", 1), ("normal", 3), ("high", 4)])
async def test_effort_decides_how_often_the_page_is_rewritten(
    context: AccountContext, serve: Serve, effort: str, pages: int
) -> None:
    endpoint = serve(writer)
    heard: list[Event] = []
    options = Options(model="openai:scripted", effort=effort)  # type: ignore[arg-type]
    drafted = await plan_meeting(context, options=options, on_event=heard.append)
    assert len(drafted.drafts) == pages
    assert [event.stage for event in heard if isinstance(event, PageIndexed)] == list(PAGE_STAGES[:pages])
    asked = [task_of(body) for body in endpoint.bodies]
    assert sum(one.startswith(REWRITE) for one in asked) == pages - 1
    assert sum(one.startswith("TASK: prepare me") for one in asked) == 1
    assert any(one.startswith("TASK: work this") for one in asked) == (effort != "low")


@pytest.mark.parametrize(
    ("steps", "drafted_by"),
    [
        ("TASK: work this", "openai:scripted, builtin"),
        ("TASK: prepare me", "builtin"),
        (REWRITE, "openai:scripted"),
        ("TASK: below stands", "openai:scripted"),
        (EXAMINERS, "openai:scripted"),
    ],
)
async def test_what_a_model_fails_at_comes_from_builtin_and_the_result_says_so(
    context: AccountContext, serve: Serve, steps: str | tuple[str, ...], drafted_by: str
) -> None:
    serve(lambda body: Answer("", finish_reason="content_filter") if task_of(body).startswith(steps) else writer(body))
    drafted = await plan_meeting(context, options=MODEL)
    assert drafted.drafted_by == drafted_by
    assert drafted.plan.blocks
    if steps == EXAMINERS:
        assert drafted.critique.judged_by == "rules"
    else:
        assert drafted.failures


async def test_notes_too_long_for_the_model_are_shortened_and_it_is_said(context: AccountContext, serve: Serve) -> None:
    def small_window(body: Body) -> Reply:
        too_long = all(f"nL{number} " in str(body["messages"]) for number in range(1, 13))
        return Status(400, code="context_length_exceeded") if too_long else writer(body)

    serve(small_window)
    drafted = await plan_meeting(context, options=MODEL)
    assert "lines were left out" in " ".join(drafted.warnings)
    assert drafted.drafted_by == "openai:scripted"
    assert drafted.context == context


async def test_a_page_over_its_budget_is_told_so_then_cut_without_tearing_a_sentence(
    context: AccountContext, serve: Serve
) -> None:
    long = (
        REWRITTEN
        + "\n## Notes to self\n\n"
        + "\n".join(f"- Item {n} says something of no use at all here." for n in range(80))
    )

    def talkative(body: Body) -> Reply:
        return Answer(long) if task_of(body).startswith(("TASK: prepare me", REWRITE)) else writer(body)

    endpoint = serve(talkative)
    drafted = await plan_meeting(context, options=MODEL)
    assert word_count(drafted.plan.blocks) <= word_budget(drafted.plan.depth)
    whole = {block.text for block in drafted.drafts[0].plan.blocks}
    assert {block.text for block in drafted.plan.blocks} - whole <= {
        "**Purpose:** agree which store is tested, and before the peak.",
    }
    asked, _ = (body for body in endpoint.bodies if task_of(body).startswith(REWRITE))
    assert "words over its budget" in str(asked["messages"]) or "over its budget" in str(asked["messages"])


GERMAN_NOTES = """Frau Brandt will wissen, ob wir das bis zum März schaffen. Sie hat es dem Vorstand gesagt.
Der Einkauf ist noch nicht dabei, und er hat auch kein Budget für das, was wir mit dem Angebot vorgeschlagen haben.
Wenn es nicht geht, dann soll es im Herbst noch einmal auf die Liste, aber das ist für sie zu spät."""


@pytest.mark.parametrize(
    ("notes", "asked", "said"),
    [
        (GERMAN_NOTES, "", "German"),
        ("Ms Brandt wants to know whether we can do that by March.", "Dutch", "Dutch"),
        ("Ms Brandt wants to know whether we can do that by March, she told the board so.", "", ""),
        (GERMAN_NOTES, "en-GB", ""),
    ],
)
async def test_without_a_model_a_page_in_another_language_than_expected_is_said(
    notes: str, asked: str, said: str
) -> None:
    drafted = await plan_meeting(parse_context(notes, name="notes"), options=Options(language=asked))
    told = [one for one in drafted.warnings if "page is in English" in one]
    assert [f"not in {said};" in one for one in told] == ([True] if said else [])


async def test_without_a_model_the_page_is_builtins(context: AccountContext) -> None:
    drafted = await plan_meeting(context, options=Options())
    assert drafted.drafted_by == drafted.plan.drafted_by == "builtin"
    assert drafted.runs == ()
    assert not [block for block in drafted.plan.blocks if block.check.status in ("unverified", "contradicted")]


async def test_a_page_written_by_hand_is_indexed_judged_and_given_suggestions(
    context: AccountContext, serve: Serve
) -> None:
    serve(writer)
    drafted = await plan_meeting(context, options=MODEL)
    bare = drafted.plan.model_copy(
        update={
            "blocks": tuple(
                block.model_copy(update={"citations": (), "basis": None, "part": "other"})
                for block in drafted.plan.blocks
            )
        }
    )
    found = await critique_plan(bare, context, options=MODEL, with_suggestions=True)
    assert found.critique.judged_by == "openai:scripted"
    assert [one.old for one in found.critique.suggestions] == ["board on 15 December."]
    assert {block.part for block in found.plan.blocks} >= {"decides", "opening", "best", "fallback"}


async def test_a_refused_key_is_asked_once_and_the_page_still_comes(context: AccountContext, serve: Serve) -> None:
    endpoint = serve(lambda body: Status(401, code="invalid_api_key"))
    drafted = await plan_meeting(context, options=MODEL)
    assert endpoint.calls == 1
    assert drafted.drafted_by == "builtin"
    assert drafted.failures[0].error == "ModelRefused"


async def test_an_endpoint_that_hangs_costs_one_deadline_and_the_page_still_comes(
    context: AccountContext, serve: Serve
) -> None:
    serve(writer)
    await plan_meeting(context, options=MODEL)  # imports are not waiting
    serve(lambda body: Fault("hang"))
    began = time.monotonic()
    drafted = await plan_meeting(context, options=Options(model="openai:scripted", timeout_s=0.5))
    assert time.monotonic() - began < 0.5 + 0.5
    assert drafted.plan.blocks
    assert {failure.error for failure in drafted.failures} == {"ModelTimedOut"}


async def test_another_accounts_facts_and_lines_that_do_not_exist_are_unverified(
    context: AccountContext, serve: Serve
) -> None:
    foreign = "\n## More\n\nOrmond Freight has a budget of 9,400,000 USD.\n\nMaria wants a fix for her board.\n"

    def mixed_up(body: Body) -> Reply:
        asked = task_of(body)
        if asked.startswith(("TASK: prepare me", REWRITE)):
            return Answer(PAGE + foreign)
        if asked.startswith("TASK: below stands") and "Ormond" in asked:
            return Answer(
                "\n".join(f"{block}: other | L3 L99999" for block in re.findall(r"^(B\d+) \(text\)", asked, re.M))
            )
        return writer(body)

    serve(mixed_up)
    drafted = await plan_meeting(context, options=MODEL)
    (ormond,) = [block for block in drafted.plan.blocks if "Ormond" in block.text]
    (maria,) = [block for block in drafted.plan.blocks if block.text == "Maria wants a fix for her board."]
    assert ormond.check.status == "unverified"
    assert maria.check.status == "unverified"
    assert "L99999 does not exist" in maria.check.problems


async def test_a_decision_of_the_reps_leads_the_page_without_a_model_too(context: AccountContext) -> None:
    drafted = await plan_meeting(context, options=Options(decisions=("We ask for a test, not the renewal",)))
    lead = next(block.text for block in drafted.plan.blocks if block.part == "decides" and block.kind != "heading")
    assert "We ask for a test, not the renewal" in lead


async def test_the_first_page_and_the_last_are_judged_and_none_between(context: AccountContext, serve: Serve) -> None:
    serve(writer)
    drafted = await plan_meeting(context, options=MODEL)
    assert [draft.critique.judged_by for draft in drafted.drafts] == ["openai:scripted", "rules", "openai:scripted"]
    assert drafted.critique == drafted.drafts[-1].critique


async def test_a_page_whose_last_rewrite_failed_is_judged_as_it_stands(context: AccountContext, serve: Serve) -> None:
    asked: list[str] = []

    def fails_at_last(body: Body) -> Reply:
        asked.append(task_of(body))
        rewrites = sum(one.startswith(REWRITE) for one in asked)
        is_last = asked[-1].startswith(REWRITE) and rewrites > 1
        return Answer("", finish_reason="content_filter") if is_last else writer(body)

    serve(fails_at_last)
    drafted = await plan_meeting(context, options=Options(model="openai:scripted", effort="high"))
    assert [failure.step for failure in drafted.failures] == ["rewrite 2"]
    assert [draft.critique.judged_by for draft in drafted.drafts] == ["openai:scripted", "openai:scripted"]
    assert drafted.drafts[0].critique.points
