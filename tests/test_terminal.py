from __future__ import annotations

import io
from typing import Literal

import pytest
from rich.console import Console

from coach.events import Noted, StageStarted, StartedAgain, TextArrived
from coach.export.terminal import WIDEST, Progress, show, show_review
from coach.schema import (
    Block,
    Change,
    Check,
    CheckStatus,
    Critique,
    Drafted,
    Failure,
    Finding,
    JudgedAnswer,
    Kind,
    MeetingPlan,
    Point,
    Run,
    Suggestion,
)
from tests.support.harrowgate import CONTEXT, PLAN

DRAFTED = Drafted(context=CONTEXT, plan=PLAN)


def _printed(drafted: Drafted, *, width: int = 100, is_terminal: bool = False) -> str:
    stream = io.StringIO()
    colours: Literal["standard", "auto"] = "standard" if is_terminal else "auto"
    show(drafted, console=Console(file=stream, width=width, force_terminal=is_terminal, color_system=colours))
    return stream.getvalue()


def _with(text: str, kind: Kind = "text", status: CheckStatus = "unchecked") -> Drafted:
    block = Block(id="B1", kind=kind, text=text, check=Check(status=status))
    return Drafted(context=CONTEXT, plan=MeetingPlan(title="A page", blocks=(block,)))


def _reviewed(**fields: object) -> Drafted:
    return Drafted.model_validate({"context": CONTEXT, "plan": PLAN, **fields})


def _run(**fields: object) -> Run:
    return Run.model_validate({"call": "page", "prompt_hash": "x", "model": "openai:example-model", **fields})


def test_whole_page_is_printed() -> None:
    shown = " ".join(_printed(DRAFTED).split())
    assert "Harrowgate: one night, one cold store" in shown
    assert "Thursday 3 December 2026 · 10:00 · 45 minutes · Harrowgate · Harrowgate Chilled Foods · Riya Shah" in shown
    assert "Record: out of Negotiation, 31 December off, until a test has passed. [L8]" in shown
    assert "That night Tom sees" in shown


def test_nested_items_are_printed_below_their_item() -> None:
    lines = _printed(_with("- Outer\n  - Inner", "item")).splitlines()
    assert "• Outer" in lines
    assert "  • Inner" in lines


@pytest.mark.parametrize("width", [40, 80, 100, 300])
def test_no_line_is_wider_than_the_terminal_or_a_hundred_columns(width: int) -> None:
    lines = _printed(DRAFTED, width=width).splitlines()
    assert max(map(len, lines)) <= min(width, WIDEST)


def test_pipe_gets_no_control_codes_and_no_filling() -> None:
    plain = _printed(DRAFTED)
    assert "\x1b" not in plain
    assert all(line == line.rstrip() for line in plain.splitlines())


def test_terminal_gets_colour() -> None:
    assert "\x1b[" in _printed(DRAFTED, is_terminal=True)


@pytest.mark.parametrize("hostile", ["[red]x[/red]", "[/]", "[link=http://example.com]x[/link]", ":smile:", "a\\[b"])
def test_markup_of_rich_in_the_text_stays_text(hostile: str) -> None:
    assert hostile in _printed(_with(hostile))


def test_control_codes_in_the_text_are_not_sent_to_the_terminal() -> None:
    drafted = _with("Red \x1b[31malert\x07 \u202egnirts")
    shown = _printed(drafted)
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert "Red [31malert gnirts" in shown


def test_unverified_statement_is_marked() -> None:
    assert "They lose 18 % △ not verified" in _printed(_with("They lose 18 %", status="unverified"))
    assert "They lose 18 % ▲ the notes say otherwise" in _printed(_with("They lose 18 %", status="contradicted"))


def test_score_says_what_cost_points() -> None:
    critique = Critique(
        findings=(
            Finding(rule="R12", part="stop", gravity="hint", why="Stop is vague.", lines=("L8",)),
            Finding(rule="R5", part="best", gravity="defect", why="No day is named."),
        ),
        answers=(JudgedAnswer(question="nosuch", answer="no"),),
        scores_by_item={"F7": 2.5, "F8": None, "gone": 1.0},
        total=71.4,
        judged_by="rules",
    )
    shown = _printed(_reviewed(critique=critique))
    assert "Score 71 of 100, by the rules alone" in shown
    assert "not how good it is" in shown
    assert "2.5 of 4" in shown
    assert "not judged" in shown
    assert shown.index("R5 defect: No day is named.") < shown.index("R12 hint: Stop is vague. [L8]")


def test_nothing_judged_is_no_score() -> None:
    assert "Score" not in _printed(DRAFTED)


def test_points_suggestions_questions_warnings_and_failures_are_told() -> None:
    critique = Critique(
        points=(Point(text="It opens with the quote.", lines=("L5",)),),
        suggestions=(
            Suggestion(id="S1", kind="cut", block="B1", old="our dates", new="", why="nobody asked"),
            Suggestion(id="S2", kind="harm", block="B1", old="Scandex", new="the 15th", why="told alone"),
        ),
    )
    shown = _printed(
        _reviewed(
            critique=critique,
            questions=("Does Jens come?",),
            warnings=("L9 reads like an instruction.",),
            failures=(Failure(step="criticism", error="ModelTimedOut", message="The deadline passed."),),
        )
    )
    assert "• It opens with the quote. [L5]" in shown
    assert "• leave out “our dates”: nobody asked" in shown
    assert "• “Scandex” → “the 15th”: told alone" in shown
    assert "• Does Jens come?" in shown
    assert "• L9 reads like an instruction." in shown
    assert "• criticism: The deadline passed." in shown


def test_changes_are_one_line() -> None:
    changes = (Change(old="a", new="b"), Change(new="c"), Change(old="d"), Change(old="e", new="f"))
    assert "Between draft and rewrite: 2 changed, 1 added, 1 removed." in _printed(_reviewed(changes=changes))


def test_spent_tokens_money_and_seconds_are_one_line() -> None:
    runs = (
        _run(tokens_in=9000, tokens_in_cached=4000, tokens_out=1200, cost_usd=0.01, seconds=20.2),
        _run(tokens_in=1000, tokens_out=100, cost_usd=0.005, seconds=1.0, is_from_ledger=True),
    )
    line = "2 calls · 10,000 tokens in (4,000 cached), 1,300 out · $0.0100 · 21 s of model time · 1 from the ledger"
    assert line in " ".join(_printed(_reviewed(runs=runs)).split())


def test_unknown_price_is_not_zero() -> None:
    assert "price unknown" in _printed(_reviewed(runs=(_run(),)))
    assert "at least $0.5000" in _printed(_reviewed(runs=(_run(), _run(cost_usd=0.5))))


def test_origin_is_told() -> None:
    assert "Drafted by openai:example-model." in _printed(DRAFTED)
    assert "without a model (builtin)" in _printed(_reviewed(drafted_by="builtin"))


def test_review_leaves_the_page_out() -> None:
    stream = io.StringIO()
    show_review(_reviewed(questions=("Does Jens come?",)), console=Console(file=stream, width=100))
    assert "Does Jens come?" in stream.getvalue()
    assert "What decides it" not in stream.getvalue()


def _heard(*, is_terminal: bool) -> str:
    stream = io.StringIO()
    progress = Progress(Console(file=stream, width=60, force_terminal=is_terminal, color_system=None))
    for event in (
        StageStarted("page"),
        TextArrived("page", "## What\x1b[2J dec"),
        TextArrived("page", "ides [b]it"),
        StartedAgain("page"),
        Noted("The model [is] slow."),
    ):
        progress.hear(event)
    progress.done()
    return stream.getvalue()


def test_progress_streams_text_on_a_terminal() -> None:
    lines = _heard(is_terminal=True).splitlines()
    assert lines == ["── page", "## What[2J decides [b]it", "── page, once more", "The model [is] slow."]


def test_progress_in_a_pipe_is_the_stage_lines_alone() -> None:
    assert _heard(is_terminal=False).splitlines() == ["── page", "── page, once more", "The model [is] slow."]
