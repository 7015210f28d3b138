"""A live run that is killed goes on where it stopped: no call that was answered is made again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from evals.runs import load
from tests.support.endpoint import Body, Endpoint, Reply
from tests.support.evals import MEETINGS, playing

TWO = MEETINGS[1:]
ANSWERED_BEFORE_THE_KILL = 12
PATIENCE_S = 240.0
_RUN = "from evals.commands import app; app()"


def test_a_killed_live_run_asks_no_finished_call_again(tmp_path: Path) -> None:
    script = playing()

    def slowly(body: Body) -> Reply:
        time.sleep(0.15)  # so that a kill meets calls under way
        return script(body)

    with Endpoint(slowly) as endpoint:
        with started(endpoint, tmp_path) as first:
            wait_for(ANSWERED_BEFORE_THE_KILL, tmp_path)
            os.kill(first.pid, signal.SIGKILL)
        kept = kept_calls(tmp_path)
        asked_before = len(endpoint.bodies)
        with started(endpoint, tmp_path) as second:
            told = second.communicate(timeout=PATIENCE_S)[1]
        assert second.returncode == 0, told
        again = {key(body) for body in endpoint.bodies[asked_before:]}
    asked = len(endpoint.bodies) - asked_before
    assert len(again) == asked, "the second run asked something twice"
    assert asked + len(kept) == len(kept_calls(tmp_path))
    run = load(tmp_path / "runs" / "run" / "scores.json")
    assert not [row.error for row in run.rows if row.error]


def started(endpoint: Endpoint, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _RUN, "run", "--live", "openai:scripted", "--task", "plan", "--name", "run"]
    command += [word for name in TWO for word in ("--only", name)]
    command += ["--runs", str(folder / "runs"), "--recordings", str(folder / "recordings"), "--record"]
    environment = {
        **os.environ,
        "OPENAI_BASE_URL": endpoint.url,
        "OPENAI_API_KEY": "sk-test-not-a-real-key",
        "COACH_HOME": str(folder / "home"),
    }
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def wait_for(calls: int, folder: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while len(kept_calls(folder)) < calls:
        assert time.monotonic() < until, "the first run kept nothing"
        time.sleep(0.02)


def kept_calls(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "runs" / "ledger").rglob("*.json")}


def key(body: Body) -> str:
    return json.dumps(body, sort_keys=True)
