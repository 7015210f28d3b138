"""`coach batch` as it is typed: processes that are interrupted and killed, the budget, the table at the end.

COACH_TEST_KILLS: how often the long test kills, 3 unless set.
"""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coach.store import plans
from coach.store.database import Database, open_database
from tests.support.crowd import OWN_WORD, Crowd, contexts_in, own_word
from tests.support.endpoint import Answer, Endpoint
from tests.support.exports import table

Serve = Callable[..., Endpoint]
KILLS = int(os.environ.get("COACH_TEST_KILLS", "3"))
AT_ONCE = 6
MODEL = ("--model", "openai:gpt-5-mini", "--effort", "low", "--concurrency", str(AT_ONCE), "--today", "2026-11-29")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def db(home: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{home / 'coach.sqlite3'}")
    yield opened
    opened.close()


def start(home: Path, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.crowd", "batch", *map(str, arguments)]
    environment = {**os.environ, "COACH_HOME": str(home), "PYTHONPATH": "."}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


def wait_for(claim: Callable[[], bool]) -> None:
    end = time.monotonic() + 240
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.01)


def whole(db: Database, count: int) -> None:
    """Exactly one plan each, with the words of its own account and of no other."""
    found = [plans.load_plan(db, row.id) for row in plans.list_plans(db)]
    words = sorted(sorted(set(OWN_WORD.findall(plan.model_dump_json()))) for plan in found)
    assert words == [[own_word(number)] for number in range(1, count + 1)]
    assert all(plan.blocks for plan in found)


def test_killed_at_any_moment_and_started_again_it_goes_on_and_repeats_at_most_a_call_a_place(
    db: Database, home: Path, tmp_path: Path, serve: Serve
) -> None:
    count = 8 * KILLS
    crowd = Crowd()
    endpoint = serve(crowd, first_token_s=0.3)
    folder = contexts_in(tmp_path / "in", count)
    chance = random.Random(7)
    kills = 0
    while kills < KILLS:
        process, calls = start(home, folder, *MODEL), endpoint.calls
        wait_for(lambda: endpoint.calls > calls or process.poll() is not None)  # noqa: B023
        time.sleep(chance.uniform(0, 0.8))
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
    code, _, told = ended(start(home, folder, *MODEL))
    assert code == 0, told
    whole(db, count)
    assert kills
    assert crowd.repeated <= kills * AT_ONCE
    assert not crowd.mixed


def test_interrupted_it_ends_with_130_and_the_same_command_goes_on(
    db: Database, home: Path, tmp_path: Path, serve: Serve
) -> None:
    crowd = Crowd()
    endpoint = serve(crowd, first_token_s=0.3)
    folder = contexts_in(tmp_path / "in", 10)
    process = start(home, folder, *MODEL)
    wait_for(lambda: endpoint.calls > AT_ONCE)
    process.send_signal(signal.SIGINT)
    code, out, told = ended(process)
    assert code == 130, told
    assert "the same command goes on" in told
    assert "summary.csv" in out
    assert len(endpoint.answered) == endpoint.calls
    code, _, told = ended(start(home, folder, *MODEL))
    assert code == 0, told
    assert crowd.repeated == 0
    whole(db, 10)


def test_a_used_up_budget_ends_with_4_and_a_larger_one_goes_on(
    db: Database, home: Path, tmp_path: Path, serve: Serve
) -> None:
    crowd = Crowd()
    serve(crowd)
    folder, out = contexts_in(tmp_path / "in", 20), tmp_path / "out"
    code, _, told = ended(start(home, folder, *MODEL, "--budget-usd", "0.012", "--out", out))
    assert code == 4, told
    assert "the budget of $0.012 is used up" in told
    with (out / "summary.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["State"] for row in rows} == {"drafted", "not drafted"}
    assert sum(float(row["Cost in US dollars"]) for row in rows) <= 0.012
    code, _, told = ended(start(home, folder, *MODEL, "--budget-usd", "1", "--out", out))
    assert code == 0, told
    assert crowd.repeated == 0
    whole(db, 20)


def test_without_a_model_every_meeting_is_drafted_on_all_cores(db: Database, home: Path, tmp_path: Path) -> None:
    folder = contexts_in(tmp_path / "in", 5)
    code, out, told = ended(start(home, folder, "--model", "builtin", "--today", "2026-11-29"))
    assert code == 0, told
    assert "5 of 5 drafted" in told
    whole(db, 5)
    assert "<title>" in Path(out.split()[1]).read_text(encoding="utf-8")


def test_killed_it_leaves_no_process_behind(home: Path, tmp_path: Path) -> None:
    process = start(home, contexts_in(tmp_path / "in", 200), "--model", "builtin", "--today", "2026-11-29")
    wait_for(lambda: bool(drafting_processes(process.pid)))
    children = drafting_processes(process.pid)
    process.kill()
    process.communicate()
    wait_for(lambda: not any(Path(f"/proc/{child}").exists() for child in children))
    assert drafting_processes(process.pid) == []


def drafting_processes(parent: int) -> list[str]:
    """Ids of the processes in which it drafts without a model."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    found = children.read_text().split() if children.exists() else []
    return [one for one in found if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]


def test_what_is_asked_wrongly_is_said_in_a_line(home: Path, tmp_path: Path) -> None:
    folder = contexts_in(tmp_path / "in", 1)
    code, _, told = ended(start(home, folder, "--until", "next week"))
    assert (code, "is no day" in told) == (2, True)
    code, _, told = ended(start(home, tmp_path / "nowhere"))
    assert (code, "there is no such file" in told) == (2, True)
    code, _, told = ended(start(home, folder, "--from", "2027-01-01"))
    assert (code, "No meeting was found" in told, "1 outside the days" in told) == (2, True, True)
    code, _, told = ended(start(home, folder, "--budget-usd", "1", "--model", "openai:nobody-knows-this"))
    assert (code, "No price is known" in told) == (2, True)


def test_of_an_export_all_that_is_left_out_is_counted_and_listed_beside_the_table(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    rows = [
        {"Customer": "Harrowgate", "Stage": "Offer", "Value": "a lot", "Meeting": "2026-12-03"},
        {"Customer": "Aldermoor", "Stage": "Won", "Value": "5", "Meeting": "2026-12-03"},
        {"Customer": "Brennholt", "Stage": "Offer", "Value": "5", "Meeting": ""},
        {"Customer": "", "Stage": "Offer", "Value": "5", "Meeting": "2026-12-04"},
    ]
    export = table(tmp_path / "deals.csv", rows)
    code, _, told = ended(start(home, export, "--model", "builtin", "--today", "2026-12-01", "--out", out))
    assert code == 0, told
    assert "left out: 1 closed, 1 open, but without a meeting to come, 1 without account and name." in told
    assert f"2 rows or values not used; all of them in {out / 'not-used.csv'}" in told
    with (out / "not-used.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["row"], row["column"]) for row in csv.DictReader(file)] == [("2", "Value"), ("5", "Customer")]


def test_an_older_export_is_planned_from_the_day_that_it_is_of(home: Path, tmp_path: Path) -> None:
    row = {"Customer": "Harrowgate", "Stage": "Offer", "Value": "5", "Meeting": "2017-12-13"}
    asked = (table(tmp_path / "deals.csv", [row]), "--model", "builtin", "--from", "2017-12-11")
    code, _, told = ended(start(home, *asked))
    assert (code, "`--today 2017-12-11`" in told) == (2, True)
    code, _, told = ended(start(home, *asked, "--today", "2017-12-11"))
    assert (code, "1 of 1 drafted" in told) == (0, True)


def test_a_mapping_is_remembered_for_the_next_batch(home: Path, tmp_path: Path) -> None:
    row = {"Customer": "Harrowgate", "Stage": "Offer", "Value": "5", "Visit on": "2026-12-03"}
    export = table(tmp_path / "deals.csv", [row])
    asked = (export, "--model", "builtin", "--today", "2026-12-01", "--from", "2026-12-01")
    (tmp_path / "mapping.yaml").write_text("tables: {deals.csv: {columns: {meeting_date: Visit on}}}", encoding="utf-8")
    code, _, told = ended(start(home, *asked))
    assert (code, "1 without a meeting day" in told) == (2, True)
    assert "`--undated` takes open opportunities without a meeting too: 1 here." in told
    code, _, told = ended(start(home, *asked, "--mapping", tmp_path / "mapping.yaml"))
    assert (code, "1 meeting: 1 new" in told) == (0, True)
    code, _, told = ended(start(home, *asked))
    assert (code, "1 meeting: 0 new, 0 changed, 1 as before" in told) == (0, True)


def test_a_batch_is_taken_back_and_brought_back_by_its_id(db: Database, home: Path, tmp_path: Path) -> None:
    folder = contexts_in(tmp_path / "in", 2)
    _, out, _ = ended(start(home, folder, "--model", "builtin", "--today", "2026-11-29"))
    batch_id = Path(out.split()[0]).parent.name
    code, out, said = ended(start(home, "--undo", batch_id))
    assert (code, out) == (0, "2 plans archived.\n")
    assert f"coach batch --redo {batch_id}" in said
    assert plans.list_plans(db) == ()
    assert ended(start(home, "--redo", batch_id))[:2] == (0, "2 plans brought back.\n")
    whole(db, 2)
    for wrong, why in (((), "Say which batch"), (("none",), "no such batch")):
        code, _, said = ended(start(home, "--undo", *wrong))
        assert code == 2
        assert why in said


def test_status_tells_how_far_each_batch_is(home: Path, tmp_path: Path) -> None:
    code, _, told = ended(start(home, "--status"))
    assert (code, told) == (0, "There is no batch yet.\n")
    ended(start(home, contexts_in(tmp_path / "in", 2), "--model", "builtin"))
    code, _, told = ended(start(home, "--status"))
    assert code == 0
    assert "2 of 2 drafted" in told


def test_a_model_that_answers_slowly_is_waited_for(home: Path, tmp_path: Path, serve: Serve) -> None:
    serve(lambda body: Answer("# A page\n\n- one line"), first_token_s=1.5)
    code, _, told = ended(start(home, contexts_in(tmp_path / "in", 2), *MODEL))
    assert code == 0
    assert "2 of 2 drafted" in told
