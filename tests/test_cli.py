from __future__ import annotations

import datetime as dt
import io
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest
from pypdf import PdfReader

from coach import cli, schema
from coach.export.jsonfile import to_json
from coach.schema import AccountContext, Block, Critique, Drafted, Groundwork, MeetingPlan, Noun
from coach.settings import settings
from coach.store.database import open_database
from coach.store.plans import create_plan, replace_blocks
from tests.support.endpoint import Answer, Endpoint, Status
from tests.support.harrowgate import CONTEXT, PLAN
from tests.support.writer import writer

HEAVY = {"langchain", "langchain_core", "openai", "streamlit", "sqlalchemy", "pydantic", "typst", "genai_prices"}
NOTES = """---
account: Harrowgate Chilled Foods
rep: Riya Shah
today: 2026-12-01
meeting: {date: 2026-12-03, start: "10:00", minutes: 45, attendees: [{name: Tom Reed, title: IT Director}]}
---
14/10 mail T Reed: cause is your firmware 4.2, our wifi is fine
RS promised TR root cause report by 24/10
29/10 TR: "still waiting for the report"
"""


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Coach = Callable[..., Ended]


@pytest.fixture
def coach(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Coach:
    """Run the command line in this process."""

    def run(*args: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["coach", *map(str, args)])
        settings.cache_clear()
        with pytest.raises(SystemExit) as left:
            cli.main()
        told = capsys.readouterr()
        return Ended(int(left.value.code or 0), told.out, told.err)

    return run


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.md"
    path.write_text(NOTES, encoding="utf-8")
    return path


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(to_json(Drafted(context=CONTEXT, plan=PLAN)), encoding="utf-8")
    return path


def _is_one_message(ended: Ended) -> bool:
    return ended.out == "" and 1 <= len(ended.err.splitlines()) <= 2 and "Traceback" not in ended.err


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['coach', '--help']\nfrom coach.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    )
    code += "print('\\n'.join(sys.modules), file=sys.stderr)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "draft" in told.stdout
    assert not HEAVY & set(told.stderr.splitlines())


def test_choices_of_the_options_are_those_of_the_nouns() -> None:
    assert get_args(cli.DepthName) == get_args(schema.Depth)
    assert get_args(cli.EffortName) == get_args(schema.Effort)


@pytest.mark.parametrize("command", ["draft", "critique", "export", "doctor", "schema", "app"])
def test_every_command_explains_itself(coach: Coach, command: str) -> None:
    ended = coach(command, "--help")
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize(
    ("name", "noun"),
    [("plan", MeetingPlan), ("context", AccountContext), ("groundwork", Groundwork), ("critique", Critique)],
)
def test_schema_is_that_of_the_noun(coach: Coach, name: str, noun: type[Noun]) -> None:
    ended = coach("schema", name)
    assert ended.code == 0
    assert json.loads(ended.out) == noun.model_json_schema()


def test_draft_prints_the_page(coach: Coach, notes: Path) -> None:
    ended = coach("draft", notes)
    assert ended.code == 0
    assert "Harrowgate Chilled Foods" in ended.out
    assert "without a model" in ended.out


def test_json_is_all_that_is_printed(coach: Coach, notes: Path) -> None:
    ended = coach("draft", notes, "--json")
    drafted = Drafted.model_validate_json(ended.out)
    assert drafted.drafted_by == "builtin"
    assert {"plan", "groundwork", "critique", "drafts", "runs", "drafted_by"} <= json.loads(ended.out).keys()


def test_draft_reads_standard_input(coach: Coach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(NOTES))
    assert Drafted.model_validate_json(coach("draft", "-", "--json").out).context.account == "Harrowgate Chilled Foods"


def test_further_notes_are_read(coach: Coach, notes: Path, tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("20/11 TR asks who pays the weekend crew?", encoding="utf-8")
    drafted = Drafted.model_validate_json(coach("draft", notes, "--notes", tmp_path / "more.txt", "--json").out)
    assert "weekend crew" in drafted.context.notes[-1].text


def test_day_of_the_command_line_goes_before_the_files(coach: Coach, notes: Path) -> None:
    drafted = Drafted.model_validate_json(coach("draft", notes, "--today", "2026-11-30", "--json").out)
    assert drafted.context.today.isoformat() == "2026-11-30"


def test_files_are_written_by_their_ending(coach: Coach, notes: Path, tmp_path: Path) -> None:
    ended = coach("draft", notes, "--out", tmp_path / "page.pdf", "--out", tmp_path / "page.json")
    assert ended.code == 0
    assert len(PdfReader(tmp_path / "page.pdf").pages) == 1
    assert Drafted.model_validate_json((tmp_path / "page.json").read_text("utf-8")).drafted_by == "builtin"
    assert {path.name for path in tmp_path.iterdir()} >= {"notes.md", "page.json", "page.pdf"}
    assert not list(tmp_path.glob(".*.part"))


def test_unknown_ending_is_refused_before_any_work(coach: Coach, notes: Path, tmp_path: Path) -> None:
    ended = coach("draft", notes, "--out", tmp_path / "page.pdf", "--out", tmp_path / "page.xyz")
    assert ended.code == 2
    assert _is_one_message(ended)
    assert "page.xyz" in ended.err
    assert not (tmp_path / "page.pdf").exists()


def test_missing_folder_is_refused_before_any_work(coach: Coach, notes: Path, tmp_path: Path) -> None:
    ended = coach("draft", notes, "--out", tmp_path / "nowhere" / "page.pdf")
    assert ended.code == 2
    assert _is_one_message(ended)
    assert "nowhere" in ended.err


@pytest.mark.parametrize(
    "args",
    [
        ["draft", "nosuch.md"],
        ["critique", "nosuch.json", "--context", "nosuch.md"],
        ["export", "nosuch.json", "--out", "page.pdf"],
        ["export", "plan.docx", "--out", "page.pdf"],
    ],
)
def test_missing_input_is_one_message(coach: Coach, args: list[str]) -> None:
    ended = coach(*args)
    assert ended.code == 2
    assert _is_one_message(ended)


def test_day_that_is_none_is_one_message(coach: Coach, notes: Path) -> None:
    ended = coach("draft", notes, "--today", "tomorrow")
    assert ended.code == 2
    assert _is_one_message(ended)
    assert "tomorrow" in ended.err


def test_file_that_is_no_plan_is_one_message(coach: Coach, notes: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"plan": 3}', encoding="utf-8")
    ended = coach("critique", tmp_path / "plan.json", "--context", notes)
    assert ended.code == 2
    assert _is_one_message(ended)


def test_wrong_variable_is_named(coach: Coach, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_TIMEOUT_S", "soon")
    ended = coach("draft", notes)
    assert ended.code == 2
    assert _is_one_message(ended)
    assert "COACH_TIMEOUT_S=soon" in ended.err


@pytest.mark.parametrize("args", [["draft"], ["draft", "x", "--depth", "endless"], ["nosuch"], ["schema", "nosuch"]])
def test_wrong_call_ends_with_two(coach: Coach, args: list[str]) -> None:
    ended = coach(*args)
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_model_asked_for_that_fails_ends_with_three_and_a_page(coach: Coach, notes: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.json"
    ended = coach("draft", notes, "--model", "openai:example-model", "--json", "--out", out)
    assert ended.code == 3
    assert Drafted.model_validate_json(ended.out).drafted_by == "builtin"
    assert out.is_file()
    assert "OPENAI_API_KEY" in ended.err


def test_configured_model_that_fails_leaves_a_page(coach: Coach, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODEL", "openai:example-model")
    ended = coach("draft", notes)
    assert ended.code == 0
    assert "without a model" in ended.out
    assert "OPENAI_API_KEY" in ended.err


def test_interrupt_ends_with_130(coach: Coach, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(io.StringIO):
        def read(self, size: int | None = -1) -> str:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Interrupted())
    ended = coach("draft", "-")
    assert ended.code == 130
    assert "Traceback" not in ended.err


def test_critique_scores_a_plan(coach: Coach, notes: Path, plan_file: Path) -> None:
    ended = coach("critique", plan_file, "--context", notes)
    assert ended.code == 0
    assert "of 100, by the rules alone" in ended.out


def test_critique_as_json_is_the_critique(coach: Coach, notes: Path, plan_file: Path) -> None:
    assert (
        Critique.model_validate_json(coach("critique", plan_file, "--context", notes, "--json").out).total is not None
    )


def test_plan_written_by_hand_is_criticised(coach: Coach, notes: Path, tmp_path: Path) -> None:
    (tmp_path / "own.md").write_text("# Mine\n\n## Before\n- Send Tom the report. [L2]\n", encoding="utf-8")
    ended = coach("critique", tmp_path / "own.md", "--context", notes)
    assert ended.code == 0
    assert "Score" in ended.out


def test_plan_is_exported(coach: Coach, plan_file: Path, tmp_path: Path) -> None:
    ended = coach("export", plan_file, "--out", tmp_path / "page.pdf")
    assert ended.code == 0
    assert ended.out == ""
    assert "Riya Shah" in PdfReader(tmp_path / "page.pdf").pages[0].extract_text()


def test_a_plan_of_the_app_is_exported_by_its_id(coach: Coach, tmp_path: Path) -> None:
    db = open_database()
    kept = create_plan(db, AccountContext(account="Harrowgate", today=dt.date(2026, 12, 1)))
    block = Block(id="a", kind="text", text="Ask for the second quote.", part="before")
    replace_blocks(db, kept.id, (block,), what="drafting", touched=frozenset(), seen=kept.revision)
    db.close()
    ended = coach("export", kept.id, "--out", tmp_path / "page.pdf")
    assert ended.code == 0
    assert "second quote" in PdfReader(tmp_path / "page.pdf").pages[0].extract_text()
    ended = coach("export", "0" * 16, "--out", tmp_path / "page.pdf")
    assert (ended.code, "no such plan" in ended.err) == (2, True)


def test_customer_agenda_and_calendar_file_are_exported(coach: Coach, plan_file: Path, tmp_path: Path) -> None:
    for name in ("agenda.pdf", "agenda.docx", "agenda.md", "agenda.ics"):
        ended = coach("export", plan_file, "--out", tmp_path / name, "--what", "agenda")
        assert ended.code == 0
        assert "written" in ended.err
    agenda = (tmp_path / "agenda.md").read_text("utf-8")
    assert "## Agenda" in agenda
    assert "Tom Reed" in agenda
    assert "METHOD:PUBLISH" in (tmp_path / "agenda.ics").read_text("utf-8")
    coach("export", plan_file, "--out", tmp_path / "agenda.ics", "--zone", "America/New_York")
    assert "DTSTART;TZID=America/New_York:" in (tmp_path / "agenda.ics").read_text("utf-8")
    ended = coach("export", plan_file, "--out", tmp_path / "agenda.ics", "--zone", "../Berlin")
    assert (ended.code, "../Berlin is no time zone" in ended.err) == (2, True)


def test_what_we_bring_is_exported_and_what_was_left_out_is_told(coach: Coach, tmp_path: Path) -> None:
    page = "# Mine\n\n## We bring\nOne night, one store. Ask Tom over it.\n"
    (tmp_path / "own.md").write_text(page, encoding="utf-8")
    ended = coach("export", tmp_path / "own.md", "--out", tmp_path / "sheet.md", "--what", "bring")
    assert ended.code == 0
    assert "left out “Ask Tom over it.”" in ended.err
    assert "One night, one store." in (tmp_path / "sheet.md").read_text("utf-8")
    ended = coach("export", tmp_path / "own.md", "--out", tmp_path / "sheet.ics", "--what", "bring")
    assert (ended.code, "what we bring is written as .md, .pdf, .docx" in ended.err) == (2, True)


def test_a_calendar_file_without_a_day_is_refused_before_any_work(coach: Coach, tmp_path: Path) -> None:
    (tmp_path / "undated.md").write_text("They want a price.\n", encoding="utf-8")
    ended = coach("draft", tmp_path / "undated.md", "--model", "builtin", "--out", tmp_path / "meeting.ics")
    assert (ended.code, ended.out) == (2, "")
    assert "a calendar file needs the day of the meeting" in ended.err
    assert not (tmp_path / "meeting.ics").exists()


def test_a_plan_is_drafted_into_word(coach: Coach, notes: Path, tmp_path: Path) -> None:
    ended = coach("draft", notes, "--model", "builtin", "--out", tmp_path / "page.docx", "--out", tmp_path / "m.ics")
    assert ended.code == 0
    assert (tmp_path / "page.docx").read_bytes().startswith(b"PK")
    assert (tmp_path / "m.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_page_that_nobody_can_read_is_told(coach: Coach, tmp_path: Path) -> None:
    (tmp_path / "long.md").write_text("- One more thing to say before we go.\n" * 400, encoding="utf-8")
    ended = coach("export", tmp_path / "long.md", "--out", tmp_path / "page.pdf")
    assert "too long to be read" in ended.err


def test_doctor_without_a_model_says_what_to_set(coach: Coach) -> None:
    ended = coach("doctor")
    assert ended.code == 0
    assert "builtin" in ended.out
    assert "COACH_MODEL" in ended.out


def test_doctor_asks_each_model_once(
    coach: Coach, serve: Callable[..., Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = serve(lambda body: Answer("ok"))
    monkeypatch.setenv("COACH_MODEL", "openai:example-model")
    ended = coach("doctor")
    assert ended.code == 0
    assert "openai:example-model for draft, index, reader, judge: answers" in ended.out
    assert len(endpoint.bodies) == 1


def test_doctor_takes_an_answer_cut_short_for_one(
    coach: Coach, serve: Callable[..., Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(lambda body: Answer("o", finish_reason="length"))
    monkeypatch.setenv("COACH_MODEL", "openai:example-model")
    assert coach("doctor").code == 0


def test_doctor_says_what_a_model_lacks(
    coach: Coach, serve: Callable[..., Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(lambda body: Status(401, code="invalid_api_key"))
    monkeypatch.setenv("COACH_MODEL", "openai:example-model")
    ended = coach("doctor")
    assert ended.code == 3
    assert "MISSING" in ended.out
    assert "Traceback" not in ended.err


def test_doctor_says_when_nothing_can_be_kept(coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "file"))
    ended = coach("doctor")
    assert ended.code == 2
    assert "COACH_HOME" in ended.out


def test_progress_goes_to_stderr_stage_by_stage(coach: Coach, notes: Path, serve: Callable[..., Endpoint]) -> None:
    serve(writer)
    ended = coach("draft", notes, "--model", "openai:example-model", "--json")
    assert ended.code == 0
    assert Drafted.model_validate_json(ended.out).drafted_by == "openai:example-model"
    stages = [line for line in ended.err.splitlines() if line.startswith("── ")]
    assert stages[:3] == ["── groundwork", "── page", "── criticism"]
    assert "Maria" not in ended.err


def test_same_draft_again_is_not_paid_for_again(coach: Coach, notes: Path, serve: Callable[..., Endpoint]) -> None:
    endpoint = serve(writer)
    coach("draft", notes, "--model", "openai:example-model")
    asked = len(endpoint.bodies)
    assert coach("draft", notes, "--model", "openai:example-model").code == 0
    assert len(endpoint.bodies) == asked
    coach("draft", notes, "--model", "openai:example-model", "--again")
    assert len(endpoint.bodies) > asked


def test_spent_budget_ends_with_four_and_a_page(coach: Coach, notes: Path, serve: Callable[..., Endpoint]) -> None:
    serve(writer)
    ended = coach("draft", notes, "--model", "openai:gpt-4o", "--budget-usd", "0.0001", "--json")
    assert ended.code == 4
    assert Drafted.model_validate_json(ended.out).plan.blocks


def test_critique_whose_model_fails_ends_with_three(
    coach: Coach, notes: Path, plan_file: Path, serve: Callable[..., Endpoint]
) -> None:
    serve(lambda body: Status(401, code="invalid_api_key"))
    ended = coach("critique", plan_file, "--context", notes, "--model", "openai:example-model")
    assert ended.code == 3
    assert ended.out == ""
    assert "Traceback" not in ended.err


def test_suggestions_are_asked_for_by_name(
    coach: Coach, notes: Path, plan_file: Path, serve: Callable[..., Endpoint]
) -> None:
    serve(writer)
    args = ["critique", plan_file, "--context", notes, "--model", "openai:example-model"]
    assert "── suggestions" not in coach(*args).err
    assert "── suggestions" in coach(*args, "--suggest").err


def test_codes_of_the_notes_are_written_where_they_are_asked_for(coach: Coach, notes: Path, tmp_path: Path) -> None:
    coach("draft", notes, "--out", tmp_path / "plan.json", "--out", tmp_path / "plan.md")
    coach("export", tmp_path / "plan.json", "--out", tmp_path / "coded.md", "--sources")
    plain, coded = ((tmp_path / name).read_text("utf-8") for name in ("plan.md", "coded.md"))
    assert (bool(re.search(r"\[L\d", plain)), bool(re.search(r"\[L\d", coded))) == (False, True)


def test_a_plan_written_as_markdown_is_critiqued_as_it_was_drafted(coach: Coach, tmp_path: Path) -> None:
    example = Path(__file__).parent.parent / "examples" / "price_negotiation.md"
    coach("draft", example, "--out", tmp_path / "plan.md", "--out", tmp_path / "plan.json")
    written = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    ended = coach("critique", tmp_path / "plan.md", "--context", example, "--json")
    assert json.loads(ended.out)["total"] == written["critique"]["total"]
    coach("export", tmp_path / "plan.md", "--out", tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))
    assert again["plan"] == written["plan"]


def test_the_app_ends_with_the_process_that_was_told_to_serve_it() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = "from coach.cli import main; main()"
    command = [sys.executable, "-c", code, "app", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: answers(port))
            process.terminate()
            process.wait(timeout=30)
            wait_for(lambda: not answers(port))
        finally:
            process.kill()


def answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def wait_for(claim: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.1)
