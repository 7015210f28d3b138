"""Batches for workers, and worker processes with short waits.

`python -m tests.support.queued URL CONCURRENCY` is a worker as `coach worker` runs it.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from coach import prices, providers
from coach.batch import worker as workers
from coach.batch.evening import Evening
from coach.batch.news import hash_of
from coach.batch.queue import enqueue
from coach.batch.queue_commands import worker_of
from coach.batch.slots import by_model
from coach.batch.worker import Worker
from coach.schema import NoteLine
from coach.store import database, slots
from coach.store.batches import open_batch
from coach.store.database import Database, open_database
from coach.store.slots import Wish, put_slots
from tests.support.harrowgate import CONTEXT

ROOT = Path(__file__).parents[2]
OPTIONS = {"model": "openai:scripted", "effort": "low"}
NOTES = (
    "19 Sep: 41 trucks stood at the dock for 6 hours",
    "Maria Lopez renews on 31 December",
    "Maria wants something to show her board on 15 December",
    "Our lab says firmware, Tom Reed does not believe it",
    "Root-cause report promised to Tom for 24 October",
    "Report not sent",
)
STALE_S = 8.0
"""As STALE_AFTER_S, in a worker of a test."""


def wish(number: int) -> Wish:
    """A meeting with a customer of its own."""
    customer = f"Customer {number}"
    notes = tuple(NoteLine(label=f"L{line}", text=f"{said} ({customer})") for line, said in enumerate(NOTES, 1))
    context = CONTEXT.model_copy(update={"account": customer, "notes": notes})
    return Wish(key=f"test:{number}", context=context, wanted=hash_of(context))


def batch_of(db: Database, count: int, *, budget_usd: float | None = None, options: Mapping[str, str] = OPTIONS) -> str:
    """Id of a batch of so many meetings, queued."""
    batch = open_batch(db, "test", source="tests", options=options, budget_usd=budget_usd)
    put_slots(db, batch.id, [wish(number) for number in range(count)])
    enqueue(db, batch.id)
    return batch.id


def worker(db: Database, *, concurrency: int = 4, evening: Evening | None = None) -> Worker:
    """As `coach worker` runs it, in a hurry."""
    made = worker_of(db, concurrency=concurrency, drain_s=20.0, evening=evening, drafter=by_model)
    return replace(made, beats_every_s=STALE_S / 8, silent_s=STALE_S * 9 / 8, looks_every_s=0.2, back_in_s=0.2)


class WorkerProcess:
    """A process of its own, and what it says."""

    def __init__(self, url: str, *, concurrency: int = 4) -> None:
        command = [sys.executable, "-m", "tests.support.queued", url, str(concurrency)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(line.rstrip() for line in self.process.stdout)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=30)

    def stop(self) -> int:
        """SIGTERM, and the code it ends with."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self._reader.join(timeout=10)
        return code


@contextmanager
def worker_processes(url: str, count: int, *, concurrency: int = 4) -> Iterator[list[WorkerProcess]]:
    """Killed at the end, those that were added meanwhile too."""
    running = [WorkerProcess(url, concurrency=concurrency) for _ in range(count)]
    try:
        yield running
    finally:
        for one in running:
            one.kill()
            one._reader.join(timeout=10)
            assert one.process.stdout is not None
            one.process.stdout.close()


def main() -> None:
    providers.prepare(OPTIONS["model"])  # imports take seconds, in which a worker in a hurry would seem gone
    prices.prepare()
    slots.STALE_AFTER_S = database.FROZEN_S = STALE_S
    workers.FIRST_WAIT_S = 0.2
    db = open_database(sys.argv[1])

    async def work() -> None:
        await worker(db, concurrency=int(sys.argv[2])).run()

    asyncio.run(work())
    db.close()


if __name__ == "__main__":
    main()
