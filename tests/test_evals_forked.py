"""A replay in several processes: the same figures and words as in one, failures told with their meeting, all ended."""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from coach.errors import CoachError, InputError
from coach.processes import processors
from evals import forked, running
from evals.forked import done_apart, processes_for
from evals.replay import prepared
from evals.runs import as_json
from tests.support.evals import Bench, bench, recorded_once

TWO = ("renewal", "thin_lead")
ALL_TASKS = ("groundwork", "plan", "critic")
PATIENCE_S = 240.0
_RUN = "from evals.commands import app; app()"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two meetings, recorded from a scripted endpoint."""
    folder = tmp_path_factory.mktemp("once")
    recorded_once(folder, only=TWO)
    return folder


@pytest.fixture
def recorded(once: Path, tmp_path: Path) -> Bench:
    shutil.copytree(once, tmp_path / "evals")
    return bench(tmp_path / "evals", only=TWO)


def test_the_figures_logs_and_pages_are_those_of_one_process(recorded: Bench) -> None:
    alone = recorded.replay("alone", tasks=ALL_TASKS)
    shared = recorded.replay("shared", tasks=ALL_TASKS, processes=2)
    assert {row.task for row in shared.rows} == set(ALL_TASKS)
    assert as_json(shared.model_copy(update={"name": "alone"})) == as_json(alone)
    assert files(recorded, "shared", "pages") == files(recorded, "alone", "pages")
    assert [*files(recorded, "shared", "logs")] == [*files(recorded, "alone", "logs")]


def test_what_is_missing_is_told_in_the_same_words(recorded: Bench) -> None:
    (recorded.place.recordings / "contexts" / "renewal.jsonl").unlink()
    alone, shared = recorded.replay("alone"), recorded.replay("shared", processes=2)
    assert shared.missing == alone.missing
    assert len(shared.missing) == 1
    assert recorded.told == [*alone.missing, *shared.missing]
    assert not (recorded.place.runs / "shared").joinpath("logs").exists()


def test_what_is_missing_may_be_left_out(recorded: Bench) -> None:
    (recorded.place.recordings / "contexts" / "renewal.jsonl").unlink()
    shared = recorded.replay("shared", skips_missing=True, processes=2)
    assert {row.case for row in shared.of("plan", "builtin")} == set(TWO)
    assert {row.case for row in shared.of("plan", "model")} == {"thin_lead"}


def test_a_job_that_fails_in_another_process_is_told_with_its_meeting(recorded: Bench) -> None:
    spoilt = recorded.place.recordings / "contexts" / "renewal.jsonl"
    spoilt.write_text("{}\n", "utf-8")
    shared = recorded.replay("shared", processes=2)
    failed = {(row.case, row.error) for row in shared.rows if row.error}
    assert failed == {("renewal", "renewal.jsonl: its first line does not say where it comes from.")}


def test_a_process_that_is_killed_ends_the_run_with_a_sentence(recorded: Bench) -> None:
    asked = recorded.asked(["plan"])
    before = set(multiprocessing.active_children())
    ready = prepared(asked, recorded.place.recordings)
    with processes_for(asked, recorded.place.recordings, count=2) as pool:
        for process in set(multiprocessing.active_children()) - before:
            process.kill()
        with pytest.raises(CoachError, match=r"ended before it was done with (renewal|thin_lead)\."):
            done_apart(pool, ready, asked, recorded.place.recordings)


def test_faulty_datasets_are_told_before_anything_is_done(recorded: Bench) -> None:
    asked = replace(recorded.asked(["plan"]), only=("nobody",))
    with pytest.raises(InputError, match="no meeting or base plan nobody"):
        running.replay("none", asked, place=recorded.place, tell=recorded.told.append, processes=2)


def test_one_processor_begins_no_process(recorded: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "ProcessPoolExecutor", None)
    assert recorded.replay("alone", processes=1).rows


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not bind processes to processors")
def test_processors_are_those_that_this_process_may_use() -> None:
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(ours)})
    try:
        assert processors() == 1
    finally:
        os.sched_setaffinity(0, ours)
    assert processors() == len(ours)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("is_of_a_terminal", [True, False], ids=["ctrl_c", "killed"])
def test_all_processes_end_with_the_first(tmp_path: Path, is_of_a_terminal: bool) -> None:
    """Ctrl-C goes to all of a terminal's processes; who kills the first alone leaves the others to find out."""
    command = [sys.executable, "-c", _RUN, "run", "--processes", "2", "--task", "injection", "--task", "critic"]
    command += ["--runs", str(tmp_path / "runs"), "--recordings", str(tmp_path / "none")]
    first = subprocess.Popen(
        command,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores Ctrl-C
    )
    others = waited_for(first.pid, count=2)
    if is_of_a_terminal:
        os.killpg(first.pid, signal.SIGINT)
    else:
        os.kill(first.pid, signal.SIGKILL)
    told = first.communicate(timeout=PATIENCE_S)[1]
    assert first.returncode != 0
    assert b"Traceback" not in told
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and any(is_running(one) for one in others):
        time.sleep(0.05)
    assert not [one for one in others if is_running(one)]


def files(bench: Bench, run: str, kind: str) -> dict[str, bytes]:
    """By name; a log's is that of its task."""
    found = sorted(path for path in (bench.place.runs / run / kind).rglob("*") if path.is_file())
    if kind == "logs":
        return {path.name.split("_")[1]: b"" for path in sorted(found, key=lambda path: path.name.split("_")[1])}
    return {path.relative_to(bench.place.runs / run).as_posix(): path.read_bytes() for path in found}


def waited_for(parent: int, *, count: int) -> list[int]:
    """The workers among a process's children, as soon as so many have begun: until then they are deaf to Ctrl-C."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        spawned = [int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
        workers = [one for one in spawned if not is_deaf(one)]
        if len(workers) >= count:
            return workers
        time.sleep(0.05)
    raise AssertionError(f"{count} processes did not begin")


def is_deaf(process: int) -> bool:
    ignored = re.search(r"^SigIgn:\s*(\w+)", Path(f"/proc/{process}/status").read_text(), re.M)
    return ignored is not None and bool(int(ignored[1], 16) >> (signal.SIGINT - 1) & 1)


def is_running(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
