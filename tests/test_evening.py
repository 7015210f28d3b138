"""Every evening: tomorrow's meetings of the configured sources, once, whatever the number of workers."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from coach.batch.evening import LATE, Evening, Tomorrow, queue_day
from coach.batch.queue import SILENT_S, prepare_queue, queue_state
from coach.crm import read_export
from coach.crm.mapping import Mapping, TableMapping
from coach.crm.opportunity import Problem
from coach.store.batches import list_batches, progress
from coach.store.database import Database, open_database
from coach.store.listing import list_plans
from tests.support.endpoint import Endpoint
from tests.support.exports import table
from tests.support.postgres import Cluster
from tests.support.queued import OPTIONS, worker
from tests.support.writer import writer

Serve = Callable[..., Endpoint]
DAY = dt.date(2026, 12, 3)
HOUR = dt.time(18, 30)
LONGEST_S = 120.0


@pytest.fixture
def db(postgres: Cluster) -> Iterator[Database]:
    opened = open_database(postgres.new_database())
    yield opened
    opened.close()


@pytest.fixture
def sources(tmp_path: Path) -> tuple[str, ...]:
    """Context files of two meetings on DAY and one on another day."""
    folder = tmp_path / "meetings"
    folder.mkdir()
    for name, day in (("Alder", DAY), ("Birch", DAY), ("Cedar", DAY + dt.timedelta(days=1))):
        front = f"---\naccount: {name}\nmeeting:\n  date: {day}\n---\n"
        (folder / f"{name}.md").write_text(f"{front}{name} wants the root-cause report by {day}.\n")
    return (str(folder),)


def at(day: int, hour: int, minute: int = 0, *, month: int = 12) -> Callable[[], dt.datetime]:
    return lambda: dt.datetime(2026, month, day, hour, minute).astimezone()


def evening(db: Database, sources: tuple[str, ...], clock: Callable[[], dt.datetime], said: list[str]) -> Evening:
    return Evening(db, HOUR, Tomorrow(sources, OPTIONS), said.append, clock)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(2, 18, 29), None),
        (at(2, 18, 30), (2, 18, 30)),
        (at(2, 20, 29), (2, 18, 30)),
        (at(2, 20, 30), None),
    ],
)
def test_an_evening_is_due_from_its_hour_until_it_is_late(
    db: Database, now: Callable[[], dt.datetime], due: tuple[int, int, int] | None
) -> None:
    assert dt.timedelta(hours=2) == LATE
    found = evening(db, (), now, []).due()
    assert found == (due and dt.datetime(2026, 12, *due).astimezone())


def test_an_evening_just_before_midnight_is_due_after_it_too(db: Database) -> None:
    late = Evening(db, dt.time(23, 50), Tomorrow((), {}), print, at(3, 0, 10))
    assert late.due() == at(2, 23, 50)()


def test_the_hour_is_that_of_the_clock_on_the_wall_in_winter_and_summer(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    hours = []
    for month in (7, 12):
        due = Evening(db, HOUR, Tomorrow((), {}), print, at(1, 18, 45, month=month)).due()
        assert due is not None
        hours.append(due.astimezone(dt.UTC).hour)
    monkeypatch.undo()
    time.tzset()
    assert hours == [16, 17]


def test_the_meetings_of_one_day_are_queued_once(db: Database, sources: tuple[str, ...]) -> None:
    what = Tomorrow(sources, OPTIONS)
    problems: list[Problem] = []
    prepare_queue(db)
    assert queue_day(db, what, DAY, on_problem=problems.append) == 2
    assert queue_day(db, what, DAY, on_problem=problems.append) == 0
    assert queue_day(db, what, DAY + dt.timedelta(days=1), on_problem=problems.append) == 1
    assert queue_day(db, what, DAY + dt.timedelta(days=2), on_problem=problems.append) == 0
    assert problems == []
    assert len(list_batches(db)) == 2


def test_what_was_said_of_an_export_s_columns_holds_in_the_evening(db: Database, tmp_path: Path) -> None:
    row = {"Customer": "Harrowgate", "Stage": "Offer", "Value": "5", "Visit on": DAY.isoformat()}
    export = table(tmp_path / "deals.csv", [row])
    prepare_queue(db)
    assert queue_day(db, Tomorrow((str(export),), OPTIONS), DAY, on_problem=print) == 0
    mapping = Mapping(tables={"deals.csv": TableMapping(columns={"meeting_date": "Visit on"})})
    list(read_export([export], mapping=mapping, today=DAY, on_problem=print, db=db))
    assert queue_day(db, Tomorrow((str(export),), OPTIONS), DAY, on_problem=print) == 1


def until_done(db: Database) -> None:
    end = time.monotonic() + LONGEST_S
    while not (known := list_batches(db)) or known[0].state != "done" or queue_state(db).under_way:
        assert time.monotonic() < end
        time.sleep(0.1)


async def test_two_workers_of_an_evening_draft_tomorrows_meetings_once(
    serve: Serve, db: Database, sources: tuple[str, ...]
) -> None:
    endpoint = serve(writer)
    said: list[str] = []
    prepare_queue(db)
    stop = asyncio.Event()
    made = (worker(db, evening=evening(db, sources, at(2, 18, 31), said)) for _ in range(2))
    workers = [replace(one, silent_s=SILENT_S) for one in made]
    running = asyncio.gather(*(one.run(stop) for one in workers))
    try:
        await asyncio.to_thread(until_done, db)
    finally:
        stop.set()
        await running
    assert sorted(row.account for row in list_plans(db)) == ["Alder", "Birch"]
    assert progress(db, list_batches(db)[0].id).done == 2
    assert len(said) == 1
    assert "2 meetings of 2026-12-03" in said[0]
    assert endpoint.calls == len({str(body["messages"]) for body in endpoint.bodies})
