"""What models say of pages is counted as labels, places and lengths demand: a judge and a reader with known faults."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from coach.context import read_context
from coach.ledger import Ledger
from coach.options import Options
from coach.rubric import rubric
from evals.chat import chat_page
from evals.jobs import Job
from evals.metrics import metric
from evals.places import EXAMPLES
from evals.replay import Replay
from evals.running import LiveOptions, live, replay
from evals.runs import Row, Run
from evals.suite import READ_BASES, Asked, data_for, jobs_for
from evals.tables import agreement, cell, markdown, rates
from tests.support.endpoint import Body, Endpoint, Reply
from tests.support.evals import ROLES, Bench, bench, in_one_piece, playing
from tests.support.writer import AFRESH

Serve = Callable[..., Endpoint]
CHAT = "What is wrong: no sum.\nPAGE\n# Lockers\n\nMs Okafor wants 12 lockers by 11 January. Jannik may order.\n"


def always(answer: str) -> Callable[[Body], Reply]:
    """A judge who knows one word only, a second reader who names one block, a reader who takes what stands first."""
    played = playing()

    def script(body: Body) -> Reply:
        messages = body["messages"]
        assert isinstance(messages, list)
        asked = str(messages[-1]["content"])
        if "TASK: you are a strict examiner" in asked:
            return in_one_piece(body, _judged(asked, answer))
        if AFRESH in asked:
            return in_one_piece(body, '{"id":"done"}')
        if "Choose one; there are no ties." in asked:
            return in_one_piece(body, '{"first": "A", "unsupported": {"A": 1, "B": 0}, "why": "it stands first"}')
        if "Here are our CRM record and my notes" in asked:
            return in_one_piece(body, CHAT)
        return played(body)

    return script


def _judged(asked: str, answer: str) -> str:
    page = asked[asked.rindex("TASK: ") :]
    quote = max(re.findall(r"^B\d+ \(\w+\): ([^\n*\"|>]{20,60})", page, re.M), key=len, default="")
    said = [{"id": name, "answer": answer, "quote": quote, "why": "so it is"} for name in rubric().questions]
    return "\n".join(json.dumps(one) for one in said)


def run_live(made: Bench, parts: tuple[str, ...], tasks: tuple[str, ...]) -> Run:
    asked = replace(made.asked(tasks), parts=parts)
    options = LiveOptions(ROLES, max_usd=None, timeout_s=60, provenance="scripted", is_recorded=True)
    return live("live", asked, options, place=made.place, tell=made.told.append)


@pytest.mark.parametrize(("answer", "found", "right"), [("no", 1.0, 0.0), ("yes", 0.0, 1.0)])
def test_a_judge_with_one_word_finds_all_or_nothing_and_agrees_by_chance(
    answer: str, found: float, right: float, serve: Serve, tmp_path: Path
) -> None:
    serve(always(answer))
    made = bench(tmp_path, only=("wrong_fit",))
    run = run_live(made, ("judged",), ("critic", "judge_agreement"))
    assert not [row.error for row in run.rows if row.error]
    by_judge = cell(run.of("critic", "judged"), metric("critic", "found_by_judge")).estimate
    assert by_judge is not None
    assert by_judge.value == found
    rows = run.of("judge_agreement", "judged")
    tpr, tnr = rates(rows)
    assert tpr is not None
    assert tnr is not None
    assert (tpr.value, tnr.value) == (found, right)
    kappa = agreement(rows)
    assert kappa is not None
    assert kappa.value == pytest.approx(0)
    assert "| kappa: judge against labels, beyond chance | 0.00 [" in markdown(run)
    replayed = replay("again", made.asked(["critic", "judge_agreement"]), place=made.place, tell=made.told.append)
    assert replayed.rows == run.rows


def test_a_reader_who_takes_the_first_is_seen_through_and_ablations_have_their_price(
    serve: Serve, tmp_path: Path
) -> None:
    endpoint = serve(always("yes"))
    made = bench(tmp_path, only=("thin_lead",))
    run = run_live(made, ("plan", "pairwise", "ablation"), ("pairwise", "judge_agreement", "ablation"))
    read = Counter(str(body["messages"]) for body in endpoint.bodies if "there are no ties" in str(body["messages"]))
    assert Counter(read.values())[2] == 2, "the chat's pair in both orders, each by two readers"
    assert not [row.error for row in run.rows if row.error]
    assert [row.values["wins"] for row in run.of("pairwise", "model_over_chat")] == [1.0, 0.0, 1.0, 0.0]
    assert [row.values["unsupported_read"] for row in run.of("pairwise", "model_over_chat")] == [1.0, 0.0, 1.0, 0.0]
    (bias,) = run.of("judge_agreement", "model_and_chat")
    assert bias.values == {"same_in_other_order": 0.0, "first_chosen": 1.0, "longer_chosen": 0.5}
    tokens = {arm: value(run.of("ablation", arm), "tokens") for arm in run.arms("ablation")}
    rounds = ("no_rewrite", "one_round", "not_mended", "model")
    assert [tokens[one] for one in rounds] == sorted({tokens[one] for one in rounds})
    assert tokens["three_rounds"] > tokens["not_mended"], "although its pages are not judged"
    assert value(run.of("ablation", "not_mended"), "wins") == 0.5
    assert 0 < tokens["equal_tokens"] <= tokens["model"]
    assert set(tokens) == {
        "model", "no_groundwork", "no_rewrite", "one_round", "not_mended", "three_rounds", "fixed_headings",
        "equal_tokens",
    }  # fmt: skip


def test_the_second_reader_sees_a_small_sample_in_which_every_item_is_spoilt() -> None:
    read = asked_to_read(Asked(tasks=("critic",), parts=("read",)))
    assert {job.cluster for job in read} == set(READ_BASES)
    assert len(read) == 58
    assert [job.case for job in read if job.about["kind"] == "good"] == [f"{name}-good" for name in READ_BASES]
    spoilt = {defect for job in read for defect in job.about["defect"].split()}
    assert {question.item for name, question in rubric().questions.items() if name in spoilt} == set(rubric().items)


def test_a_base_that_is_named_is_read_whole_but_a_replay_asks_for_the_sample_alone() -> None:
    named = Asked(tasks=("critic",), parts=("read",), only=("wrong_fit", "thin_lead"))
    assert Counter(job.cluster for job in asked_to_read(named)) == {"thin_lead": 19, "wrong_fit": 17}
    assert Counter(job.cluster for job in asked_to_read(replace(named, is_replay=True))) == {"thin_lead": 16}


def test_a_replay_of_a_named_meeting_asks_for_no_ablation_that_a_whole_one_does_not() -> None:
    of_dev = Asked(tasks=("ablation",), parts=("ablation",), only=("renewal",))
    assert jobs_for(of_dev, data_for(of_dev), Replay(), ROLES)
    again = replace(of_dev, is_replay=True)
    assert not jobs_for(again, data_for(again), Replay(), ROLES)


def asked_to_read(asked: Asked) -> list[Job]:
    return [job for job in jobs_for(asked, data_for(asked), Replay(), ROLES) if job.name == "critic_read"]


async def test_a_chat_goes_on_improving_as_long_as_tokens_are_left(serve: Serve, tmp_path: Path) -> None:
    serve(always("yes"))
    context, options = read_context(EXAMPLES / "thin_lead.md"), Options(model="openai:scripted")
    page = await chat_page(context, options, Ledger(tmp_path))
    assert [run.call for run in page.runs] == ["chat", "chat_improved"]
    once = [run.tokens_in + run.tokens_out for run in page.runs]
    more = await chat_page(context, options, Ledger(tmp_path), tokens=sum(once) + 3 * once[-1])
    assert [run.call for run in more.runs[:3]] == ["chat", "chat_improved", "chat_improved"]
    sent = [run.tokens_in for run in more.runs]
    assert sent == sorted(set(sent))
    spent = [run.tokens_in + run.tokens_out for run in more.runs]
    assert sum(spent) <= sum(once) + 3 * once[-1] < sum(spent) + spent[-1] + more.runs[-1].tokens_out


def value(rows: tuple[Row, ...], name: str) -> float:
    (found,) = [row.values[name] for row in rows]
    assert found is not None
    return found
