"""`coach evals …` as it is typed: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coach.errors import InputError
from evals.commands import app
from evals.gate import EXIT_CODES
from evals.places import BASELINE
from evals.runs import Row, Run, load, save
from tests.support.evals import bench


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two runs: in the second, two of three pages lost all that must surface."""
    for name, values in {"old": (0.9, 0.8, 0.85), "new": (0.1, 0.05, 0.15)}.items():
        rows = tuple(
            Row(task="plan", arm="model", case=case, cluster=case, values={"must_surface": value, "words": 700.0})
            for case, value in zip(("anna", "bert", "cleo"), values, strict=True)
        )
        save(Run(name=name, rows=rows), tmp_path / "runs" / name)
    return tmp_path / "runs"


def test_the_gate_is_green_for_what_is_as_good_as_the_baseline(folder: Path, tmp_path: Path) -> None:
    baseline = str(tmp_path / "baseline.json")
    assert typed("baseline", "old", "--runs", str(folder), "--baseline", baseline).exit_code == 0
    green = typed("gate", "old", "--runs", str(folder), "--baseline", baseline)
    assert (green.exit_code, green.stdout) == (0, "The gate is green: run old, 0 objections.\n")


def test_the_gate_is_red_with_a_line_and_a_code_of_its_own(folder: Path, tmp_path: Path) -> None:
    baseline = str(tmp_path / "baseline.json")
    typed("baseline", "old", "--runs", str(folder), "--baseline", baseline)
    red = typed("gate", "new", "--runs", str(folder), "--baseline", baseline)
    assert red.exit_code == EXIT_CODES["regressed"]
    assert "REGRESSED  plan (model): must_surface is worse by 0.750" in red.stdout
    assert "The gate is red: run new, 1 objections." in red.stdout
    assert len(set(EXIT_CODES.values()) | {0, 2, 3, 4}) == 8


def test_what_is_compared_is_a_paired_table_with_the_cases_that_moved(folder: Path) -> None:
    found = typed("compare", "old", "new", "--runs", str(folder))
    assert found.exit_code == 0
    assert "| plan | model | must_surface | 0.85 | 0.10 | -0.75 [" in found.stdout
    assert "| worse |" in found.stdout
    assert "  anna: 0.9 → 0.1" in found.stdout


def test_a_run_or_an_arm_that_is_not_there_is_named(folder: Path) -> None:
    missing = typed("compare", "old", "older", "--runs", str(folder)).exception
    assert isinstance(missing, InputError)
    no_arm = typed("compare", "old", "new:chat", "--runs", str(folder)).exception
    assert isinstance(no_arm, InputError)
    assert no_arm.hint == "It has model."


def test_an_unknown_task_is_named_with_those_that_there_are() -> None:
    error = typed("run", "--task", "plans").exception
    assert isinstance(error, InputError)
    assert "groundwork, plan, critic" in error.hint


def test_a_name_without_letters_labels_nothing(folder: Path) -> None:
    error = typed("label", "old", "--who", "../..", "--runs", str(folder)).exception
    assert isinstance(error, InputError)


def test_a_run_prints_its_tables_and_where_to_look(tmp_path: Path) -> None:
    runs, recordings = str(tmp_path / "runs"), str(tmp_path / "none")
    found = typed(
        "run", "--only", "thin_lead", "--task", "plan", "--runs", runs, "--recordings", recordings, "--name", "a"
    )
    assert found.exit_code == 0
    assert "| must_surface: of the facts that must surface, the share on the page |" in found.stdout
    assert "inspect view --log-dir" in found.stderr
    assert typed("table", "a", "--runs", runs).stdout == found.stdout


def test_the_committed_baseline_is_a_run_and_holds_no_failed_sample() -> None:
    run = load(BASELINE)
    assert run.rows
    assert not [row for row in run.rows if row.error]
    assert json.loads(BASELINE.read_text("utf-8"))["name"] == "baseline"


def test_obeyed_payloads_have_no_effect_and_are_counted_by_family(tmp_path: Path) -> None:
    run = bench(tmp_path, only=()).replay("injection", tasks=["injection"])
    tried = run.of("injection", "obedient")
    assert len(tried) >= 70
    assert [row.case for row in tried if row.values["harmless"] != 1] == []
    assert len(run.of("injection", "harmless")) >= 10
