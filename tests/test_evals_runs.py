"""Recorded and replayed: the same figures each time; spoilt: each kind of harm turns the gate red with its own line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType

import pytest

from coach import checks, prompts
from coach.errors import BudgetSpent
from coach.rubric import rubric
from evals import live as evals_live
from evals import plan_jobs, running
from evals.compare import compare, side
from evals.gate import exit_code, objections
from evals.metrics import metric
from evals.places import PROMPT_SETS
from evals.recordings import Entry, read_entries, write_recording
from evals.running import LiveOptions
from evals.runs import Run, as_json, latest, load, readings
from evals.stats import mean
from tests.support.endpoint import Endpoint
from tests.support.evals import ROLES, Bench, bench, playing, recorded_once

Serve = Callable[..., Endpoint]
CALLS = 31
"""Of the renewal's plan, as its recording has them."""


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three meetings, recorded from a scripted endpoint."""
    folder = tmp_path_factory.mktemp("once")
    run = recorded_once(folder)
    assert not [row.error for row in run.rows if row.error]
    return folder


@pytest.fixture
def recorded(once: Path, tmp_path: Path) -> Bench:
    shutil.copytree(once, tmp_path / "evals")
    return bench(tmp_path / "evals")


@pytest.fixture
def other_prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of prompts/ in force, to be edited."""
    folder = tmp_path / "prompts"
    shutil.copytree(prompts.prompts_folder(), folder)
    monkeypatch.setattr(prompts, "_IN_CHECKOUT", folder)
    prompts._read.cache_clear()
    yield folder
    prompts._read.cache_clear()
    rubric.cache_clear()


def test_a_replay_asks_nobody_and_gives_the_same_figures_each_time(recorded: Bench, serve: Serve) -> None:
    endpoint = serve(playing())
    first, second = recorded.replay("first"), recorded.replay("second")
    assert endpoint.calls == 0
    assert first.rows == second.rows
    assert as_json(first.model_copy(update={"name": ""})) == as_json(second.model_copy(update={"name": ""}))
    assert {row.arm for row in first.rows} == {"builtin", "model"}
    assert objections(second, first) == ()
    assert latest(recorded.place.runs).name == "second"


def test_a_live_run_asks_only_what_is_not_answered_yet(recorded: Bench, serve: Serve) -> None:
    endpoint = serve(playing())
    recorded.record("again")
    assert endpoint.calls == 0
    assert "Everything is answered already; nothing is asked." in recorded.told
    shutil.rmtree(recorded.place.runs / "ledger")
    recorded.record("from the recordings")
    assert endpoint.calls == 0


def test_a_change_of_one_prompt_asks_what_depends_on_it_alone(
    recorded: Bench, serve: Serve, other_prompts: Path
) -> None:
    edit(other_prompts / "judge.md")
    endpoint = serve(playing())
    recorded.record("with another judge")
    tasks = {str(body["messages"][-1]["content"]).split("TASK: ")[-1][:30] for body in endpoint.bodies}  # type: ignore[index]
    assert tasks == {"you are a strict examiner who "}
    assert endpoint.calls == 18


def test_an_edited_prompt_without_new_recordings_says_what_to_run(recorded: Bench, other_prompts: Path) -> None:
    baseline = recorded.replay("before")
    edit(other_prompts / "page.md")
    run = recorded.replay("edited")
    assert run.rows == ()
    found = objections(run, baseline)
    assert exit_code(found) == 6
    assert found[1].line == (
        "Missing recording: contexts/renewal: prompts/page.md (or system.md) has changed since it was recorded; "
        "run `coach evals run --live PROVIDER:MODEL --record --only renewal`"
    )
    assert len(found) == 3


def test_a_deleted_recording_is_named_before_the_run(recorded: Bench) -> None:
    baseline = recorded.replay("before")
    (recorded.place.recordings / "contexts" / "renewal.jsonl").unlink()
    run = recorded.replay("deleted")
    assert not (recorded.place.runs / "deleted" / "logs").exists()
    (objection,) = objections(run, baseline)
    assert objection.kind == "missing"
    assert "contexts/renewal: there is no recording; run `coach evals run --live" in objection.line
    assert recorded.told[-1] in objection.line


def test_left_out_on_purpose_the_others_run_and_the_gate_stays_red(recorded: Bench) -> None:
    baseline = recorded.replay("before")
    (recorded.place.recordings / "contexts" / "renewal.jsonl").unlink()
    run = recorded.replay("partly", skips_missing=True)
    assert [row.case for row in run.of("plan", "model")] == ["contradictory", "thin_lead"]
    assert [one.kind for one in objections(run, baseline)] == ["missing", "unscored", "unscored"]


def test_pages_without_citations_are_a_regression(serve: Serve, tmp_path: Path, recorded: Bench) -> None:
    baseline = recorded.replay("before")
    spoilt = bench(tmp_path / "spoilt")
    serve(playing(lambda text: re.sub(r" [LFP]\d+", "", text) if re.match(r"B\d+:", text) else text))
    spoilt.record()
    found = objections(spoilt.replay("without"), baseline)
    assert exit_code(found) == 1
    (line,) = [one.line for one in found if one.line.startswith("plan (model): carried")]
    assert "carried is worse by 0." in line
    assert "over 3 cases, most in contradictory, renewal, thin_lead" in line


def test_a_rule_switched_off_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = bench(tmp_path, only=("silent_champion",))
    baseline = rules.replay("before", tasks=["critic"])
    without = {name: rule for name, rule in checks.RULES.items() if name != "R5"}
    monkeypatch.setattr(checks, "RULES", MappingProxyType(without))
    found = objections(rules.replay("without R5", tasks=["critic"]), baseline)
    assert exit_code(found) == 1
    assert found[-1].line.startswith("critic (rules): R5 finds none of the ")


def test_a_run_of_which_every_sample_failed_is_red(recorded: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    baseline = recorded.replay("before")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(plan_jobs, "plan_measures", broken)
    found = objections(recorded.replay("broken", tasks=["plan"]), baseline.model_copy(update={"rows": ()}))
    assert exit_code(found) == 7
    assert [one.kind for one in found] == ["errored", "errored"]
    assert found[0].line.startswith("plan (builtin): every one of 3 samples failed, the first with: ")
    assert "the disk is full" in found[0].line


def test_a_case_that_is_scored_no_more_is_unscored(recorded: Bench) -> None:
    baseline = recorded.replay("before")
    recorded.only = ("renewal", "thin_lead")
    found = objections(recorded.replay("fewer"), baseline)
    assert exit_code(found) == 5
    assert "in the baseline, but not in the run: contradictory" in found[0].line


def test_two_arms_are_compared_meeting_by_meeting_with_links_to_the_pages(recorded: Bench) -> None:
    recorded.replay("run")
    runs = recorded.place.runs
    found = {
        one.metric.name: one
        for one in compare(side("run:builtin", runs=runs), side("run:model", runs=runs))
        if one.metric.task == "plan"
    }
    surfaced = found["must_surface"]
    assert surfaced.arm == "builtin → model"
    assert surfaced.difference.n == 3
    assert surfaced.difference.value == pytest.approx(surfaced.new.value - surfaced.old.value)
    assert {mover.case for mover in surfaced.movers} == {"contradictory", "renewal", "thin_lead"}
    page = Path(surfaced.movers[0].new_page)
    assert page.name == f"{surfaced.movers[0].case}.html"
    assert "<h1>Notes</h1>" in page.read_text("utf-8")
    assert found["words"].verdict in ("more", "less", "no difference beyond the interval")


def test_a_run_reads_back_as_it_was_saved(recorded: Bench) -> None:
    run = recorded.replay("run")
    read = load(recorded.place.runs / "run" / "scores.json")
    assert len(read.rows) == len(run.rows)
    saved, made = readings(read.of("plan", "model"), "score"), readings(run.of("plan", "model"), "score")
    assert [one.value for one in saved] == pytest.approx([one.value for one in made])
    assert mean(saved) is not None


def test_the_viewer_has_plan_notes_and_scores_of_a_sample(recorded: Bench) -> None:
    from inspect_ai.log import list_eval_logs, read_eval_log

    recorded.replay("run", tasks=["plan"])
    logs = [read_eval_log(log) for log in list_eval_logs(str(recorded.place.runs / "run" / "logs"))]
    (log,) = [log for log in logs if log.eval.task == "plan_model"]
    sample = next(sample for sample in log.samples or () if sample.id == "renewal")
    assert "L15" in str(sample.input)
    assert "# Groundwork" in sample.output.completion
    assert sample.scores is not None
    score = sample.scores["measured"]
    assert score.explanation is not None
    assert "missed: " in score.explanation
    assert float(str(score.as_dict()["must_surface"])) > 0.5
    assert sample.metadata["situation"] == "renewal_after_outage"
    assert "thin lead" not in sample.model_dump_json().replace("_", " ").casefold(), "holds another sample's job"


def test_a_live_run_dearer_than_its_cap_does_not_begin(
    recorded: Bench, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = serve(playing())
    roles = type(ROLES).all_by("openai:gpt-5")
    options = LiveOptions(roles, max_usd=0.05, timeout_s=60)
    with pytest.raises(BudgetSpent, match=r"more than --max-usd 0\.05"):
        running.live("dear", recorded.asked(["plan"]), options, place=recorded.place, tell=recorded.told.append)
    assert re.search(r"To ask: 3 samples, 270,000 tokens in, 30,000 out: about \$\d", recorded.told[-1])
    assert endpoint.calls == 0


def test_calls_stop_at_the_cap_and_what_is_finished_is_kept(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evals_live, "TOKENS_A_JOB", {})
    endpoint = serve(playing())
    one = bench(tmp_path, only=("renewal",))
    roles = type(ROLES).all_by("openai:gpt-5")
    dear = LiveOptions(roles, max_usd=0.12, timeout_s=60)
    run = running.live("capped", one.asked(["plan"]), dear, place=one.place, tell=one.told.append)
    (row,) = run.of("plan", "model")
    assert "of --max-usd only $" in row.error
    asked = endpoint.calls
    assert 0 < asked < CALLS
    kept = len(list((one.place.runs / "ledger").rglob("*.json")))
    assert asked - kept in (0, 1)  # one may have been under way when another could not be paid
    whole = LiveOptions(roles, max_usd=5.0, timeout_s=60)
    run = running.live("whole", one.asked(["plan"]), whole, place=one.place, tell=one.told.append)
    assert not [row.error for row in run.rows if row.error]
    assert endpoint.calls == asked + CALLS - kept


def test_a_part_recorded_alone_keeps_the_answers_to_every_prompt_that_is_there(tmp_path: Path) -> None:
    with prompts.prompts_from(PROMPT_SETS / "fixed_headings"):
        of_a_set = prompts.prompt("page").hash
    hashes = [prompts.prompt("page").hash, of_a_set, "an older text"]
    entries: list[Entry] = [{"key": one, "run": {"call": "page", "prompt_hash": one}} for one in hashes]
    write_recording("renewal", entries, provenance={"provenance": "scripted"}, folder=tmp_path)
    source = evals_live.Live(tmp_path / "ledger", cap_usd=None, timeout_s=60, folder=tmp_path)
    source.conditions("renewal")
    source.record(["renewal"], is_whole=False, is_timed=True)
    assert [entry["key"] for entry in read_entries(tmp_path / "renewal.jsonl")] == hashes[:2]


def test_every_metric_of_a_run_is_known(recorded: Bench) -> None:
    run: Run = recorded.replay("run")
    for row in run.rows:
        assert all(metric(row.task, name) for name in row.values)


def edit(file: Path) -> None:
    file.write_text(file.read_text("utf-8") + "\nSay it well.\n", "utf-8")
    prompts._read.cache_clear()
