"""Ten thousand meetings: with a model behind a scripted endpoint that misbehaves, and without one.

    python -m tests.benchmarks.batch model [contexts] [at once] [seconds a call]
    python -m tests.benchmarks.batch builtin [contexts]

The endpoint is a process of its own. Of a hundred calls five fail with a 500, five take five times as long, and every
minute there are three seconds in which everybody is told 429 and to come back in a second.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from coach.store import plans
from coach.store.database import open_database
from tests.support.crowd import OWN_WORD, Crowd, contexts_in
from tests.support.endpoint import Body, Endpoint, Reply, Status

STORM_EVERY_S, STORM_S = 60.0, 3.0
FAILING, SLOW, SLOWNESS = 0.05, 0.05, 5
SAMPLED_EVERY_S = 2.0


class Rough:
    """A script that does its work badly, and counts."""

    def __init__(self, seconds: float) -> None:
        self.crowd, self.seconds = Crowd(), seconds
        self.chance = random.Random(1)
        self.counts: Counter[str] = Counter()
        self.began = time.monotonic()

    def __call__(self, body: Body) -> Reply:
        if (time.monotonic() - self.began) % STORM_EVERY_S > STORM_EVERY_S - STORM_S:
            self.counts["429"] += 1
            return Status(429, headers={"Retry-After": "1"})
        lot = self.chance.random()
        if lot < FAILING:
            self.counts["500"] += 1
            return Status(500)
        is_slow = lot < FAILING + SLOW
        self.counts["slow" if is_slow else "answered"] += 1
        time.sleep(self.seconds * (SLOWNESS if is_slow else self.chance.uniform(0.7, 1.3)))
        return self.crowd(body)


def main() -> None:
    kind, *numbers = sys.argv[1:] or ["builtin"]
    if kind == "serve":
        return serve(float(numbers[0]))
    count = int(numbers[0]) if numbers else 10_000
    folder = Path(tempfile.mkdtemp(prefix="coach-batch-"))
    contexts_in(folder / "in", count)
    environment = {**os.environ, "COACH_HOME": str(folder / "home")}
    arguments = ["--model", "builtin"]
    if kind == "model":
        at_once, seconds = (numbers[1:] + ["64", "1.0"][len(numbers) - 1 :])[:2]
        server = subprocess.Popen(_command("benchmarks.batch", "serve", seconds), stdout=subprocess.PIPE, text=True)
        assert server.stdout
        environment |= {"OPENAI_BASE_URL": server.stdout.readline().strip(), "OPENAI_API_KEY": "sk-not-a-real-key"}
        arguments = ["--model", "openai:gpt-5-mini", "--effort", "low", "--concurrency", at_once]
    began = time.monotonic()
    command = _command("support.crowd", "batch", str(folder / "in"), *arguments, "--today", "2026-11-29")
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    memory_mb = _memory_while(process)
    lasted_s = time.monotonic() - began
    if kind == "model":
        server.terminate()
    _tell(folder, count, process.returncode, lasted_s, memory_mb)


def serve(seconds: float) -> None:
    rough = Rough(seconds)
    with Endpoint(rough) as endpoint:
        print(endpoint.url, flush=True)
        try:
            while True:
                threading.Event().wait(60)
                print(dict(rough.counts), "mixed", len(rough.crowd.mixed), file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            return


def _command(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"tests.{module}", *arguments]


def _memory_while(process: subprocess.Popen[bytes]) -> list[float]:
    """Resident megabytes of a process, every few seconds until it ends."""
    found: list[float] = []
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace")
        found += [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")]
        time.sleep(SAMPLED_EVERY_S)
    return found


def _tell(folder: Path, count: int, code: int, lasted_s: float, memory_mb: list[float]) -> None:
    os.environ["COACH_HOME"] = str(folder / "home")
    db = open_database(f"sqlite:///{folder / 'home' / 'coach.sqlite3'}")
    found = plans.list_plans(db)
    words = [set(OWN_WORD.findall(plans.load_plan(db, row.id).model_dump_json())) for row in found]
    size_mb = (folder / "home" / "coach.sqlite3").stat().st_size / 1e6
    quarter = max(1, len(memory_mb) // 4)
    print(f"{count} contexts: exit {code}, {lasted_s:.0f} s, {count / lasted_s:.1f} plans a second")
    print(f"plans {len(found)}, of one account each {sum(len(one) == 1 for one in words)}")
    print(f"different accounts {len(set().union(*words))}, database {size_mb:.0f} MB")
    print(
        f"memory in MB: second quarter {max(memory_mb[quarter : 2 * quarter], default=0):.0f}, "
        f"last quarter {max(memory_mb[3 * quarter :], default=0):.0f}, most {max(memory_mb, default=0):.0f}"
    )
    db.close()


if __name__ == "__main__":
    main()
