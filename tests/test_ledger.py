"""What is remembered of model calls, and what happens when the disk or the process fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from coach.errors import AnswerUnusable, NotRecorded
from coach.ledger import Ledger, Question
from coach.llm import Models, Request
from coach.schema import Run
from tests.support.endpoint import Answer, Endpoint, in_turn

QUESTION = Question("openai:gpt-4o-mini", "You coach.", "L1 Tom wants the report.", 500)
RUN = Run(call="page", prompt_hash="abc123", model="openai:gpt-4o-mini", tokens_in=9, tokens_out=4, cost_usd=0.001)
TEXT = "# Decides\n\nWhether Tom believes the cause.\n\u00e9\u4e16"
Serve = Callable[..., Endpoint]


def entry_of(ledger: Ledger) -> Path:
    [path] = ledger.folder.rglob("*.json")
    return path


def test_kept_answer_is_found_again_word_for_word(tmp_path: Path) -> None:
    Ledger(tmp_path).keep(QUESTION, TEXT, RUN)
    found = Ledger(tmp_path).find(QUESTION, call="page")
    assert found is not None
    assert (found.text, found.run) == (TEXT, RUN)


@pytest.mark.parametrize(
    "other",
    [
        replace(QUESTION, model="openai:gpt-4o"),
        replace(QUESTION, system="You coach well."),
        replace(QUESTION, user="L1 Tom wants the report!"),
        replace(QUESTION, max_tokens=501),
        replace(QUESTION, attempt=1),
        replace(QUESTION, system="You coach.L1", user=" Tom wants the report."),
    ],
)
def test_another_question_is_another_entry(tmp_path: Path, other: Question) -> None:
    ledger = Ledger(tmp_path)
    ledger.keep(QUESTION, TEXT, RUN)
    assert ledger.find(other, call="page") is None


def test_key_is_the_same_in_every_process_and_version() -> None:
    assert QUESTION.key == "b17dc75a730ba13f5abb9d49265f6d78b4504e2735a43b5c5d8262ce8f7462ba"


def test_entry_is_one_readable_file_named_by_its_hash(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, provenance="gpt-4o-mini, 3 May")
    ledger.keep(QUESTION, TEXT, RUN)
    path = entry_of(ledger)
    assert path.relative_to(tmp_path) == Path(QUESTION.key[:2]) / f"{QUESTION.key}.json"
    entry = json.loads(path.read_text())
    assert entry["answer"][2] == "Whether Tom believes the cause."
    assert entry["provenance"] == "gpt-4o-mini, 3 May"
    assert entry["run"]["prompt_hash"] == "abc123"
    assert os.listdir(path.parent) == [path.name]


def test_notes_stay_out_of_the_ledger_unless_recording(tmp_path: Path) -> None:
    kept, recorded = Ledger(tmp_path / "kept"), Ledger(tmp_path / "recorded", mode="record")
    for ledger in (kept, recorded):
        ledger.keep(QUESTION, TEXT, RUN)
    assert "Tom wants" not in entry_of(kept).read_text()
    assert "Tom wants" in entry_of(recorded).read_text()


def test_replay_names_the_call_that_nothing_answers(tmp_path: Path) -> None:
    with pytest.raises(NotRecorded, match=r"`page` to openai:gpt-4o-mini \(absent"):
        Ledger(tmp_path, mode="replay").find(QUESTION, call="page")


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_text(""),
        lambda path: path.write_text(path.read_text()[:200]),
        lambda path: path.write_bytes(b"\xff\xfe\x00"),
        lambda path: path.write_text("[]"),
        lambda path: path.write_text(path.read_text().replace(QUESTION.key, "0" * 64)),
        lambda path: path.write_text(path.read_text().replace('"answer"', '"reply"')),
    ],
)
def test_damaged_entry_counts_as_absent_and_is_named(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    warnings: list[str] = []
    ledger = Ledger(tmp_path, on_warning=warnings.append)
    ledger.keep(QUESTION, TEXT, RUN)
    damage(entry_of(ledger))
    assert ledger.find(QUESTION, call="page") is None
    assert QUESTION.key in warnings[0]
    assert "corrupt" in warnings[0]
    with pytest.raises(NotRecorded, match="corrupt"):
        Ledger(tmp_path, mode="replay").find(QUESTION, call="page")


def test_damaged_entry_is_replaced_by_the_next_answer(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.keep(QUESTION, TEXT, RUN)
    entry_of(ledger).write_text("{")
    ledger.keep(QUESTION, "new", RUN)
    found = ledger.find(QUESTION, call="page")
    assert found is not None
    assert found.text == "new"


def test_entry_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    warnings: list[str] = []
    ledger = Ledger(tmp_path, on_warning=warnings.append)
    ledger.keep(QUESTION, TEXT, RUN)
    path = entry_of(ledger)
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    assert ledger.find(QUESTION, call="page") is None
    assert "another version" in warnings[0]


def test_unwritable_folder_is_a_warning_and_no_loss(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    warnings: list[str] = []
    Ledger(tmp_path / "file", on_warning=warnings.append).keep(QUESTION, TEXT, RUN)
    assert "could not keep the call `page`" in warnings[0]


def test_full_disk_leaves_no_half_entry(tmp_path: Path) -> None:
    """A limit on file size stands for the full disk: the write fails in the middle."""
    code = f"""
import resource, signal
from pathlib import Path
from coach.ledger import Ledger, Question
from coach.schema import Run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
ledger = Ledger(Path({str(tmp_path)!r}), on_warning=print)
ledger.keep(Question("m", "s", "u", 5), "x" * 5000, Run(call="page", prompt_hash="h", model="m"))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "could not keep the call `page`: File too large" in result.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_leftover_of_a_killed_process_does_no_harm(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    path = ledger.path(QUESTION.key)
    path.parent.mkdir(parents=True)
    (path.parent / f".{path.stem}.99.abcd.tmp").write_text('{"version": 1, "ke')
    assert ledger.find(QUESTION, call="page") is None
    ledger.keep(QUESTION, TEXT, RUN)
    assert ledger.find(QUESTION, call="page") is not None


def test_lone_surrogates_neither_break_the_key_nor_the_file(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, mode="record")
    question = replace(QUESTION, user="broken \ud800 note")
    ledger.keep(question, TEXT, RUN)
    assert ledger.find(question, call="page") is not None


REQUEST = Request("page", "You coach.", "L1 Tom wants the report.", "abc123", 500)


async def test_replay_needs_neither_network_nor_key(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = serve(in_turn(Answer("Recorded.")))
    await Models(ledger=Ledger(tmp_path, mode="record"), deadline_s=5).ask("gpt-4o-mini", REQUEST)
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL")
    completion = await Models(ledger=Ledger(tmp_path, mode="replay"), deadline_s=5).ask("gpt-4o-mini", REQUEST)
    assert completion.text == "Recorded."
    assert completion.run.is_from_ledger
    assert endpoint.calls == 1


async def test_unusable_answer_is_not_kept(serve: Serve, tmp_path: Path) -> None:
    endpoint = serve(in_turn(Answer("Half", finish_reason="length"), Answer("Half", finish_reason="length"), Answer()))
    models = Models(ledger=Ledger(tmp_path), deadline_s=5)
    with pytest.raises(AnswerUnusable):
        await models.ask("gpt-4o-mini", REQUEST)
    assert Ledger(tmp_path).find(QUESTION, call="page") is None
    await models.ask("gpt-4o-mini", REQUEST)
    assert endpoint.calls == 3


async def test_answer_survives_a_disk_that_keeps_nothing(serve: Serve, tmp_path: Path) -> None:
    serve(in_turn(Answer("Not lost.")))
    (tmp_path / "file").write_text("in the way")
    models = Models(ledger=Ledger(tmp_path / "file"), deadline_s=5)
    assert (await models.ask("gpt-4o-mini", REQUEST)).text == "Not lost."


async def test_answer_is_kept_before_anything_else_can_happen_to_it(serve: Serve, tmp_path: Path) -> None:
    """Between the end of the answer and its file nothing is awaited: only a kill at that very moment pays twice."""
    serve(in_turn(Answer("Paid for.")))
    ledger = Ledger(tmp_path)
    kept_when_told: list[bool] = []
    models = Models(
        ledger=ledger,
        deadline_s=5,
        on_run=lambda run: kept_when_told.append(ledger.find(QUESTION, call="page") is not None),
    )
    await models.ask("gpt-4o-mini", REQUEST)
    assert kept_when_told == [True]
