"""`coach worker` and the queue's part of `coach batch`, as they are called."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from coach.batch import summary
from coach.batch.at_work import AtWork
from coach.batch.commands import batch
from coach.batch.limits import Limits
from coach.batch.queue_commands import queue_line, set_limits, worker
from coach.batch.run import Standing
from coach.errors import InputError
from coach.store.batches import get_batch
from coach.store.calls import SharedLedger
from coach.store.database import Database, open_database
from coach.store.slots import ids_of, rows_of
from coach.store.tables import paces
from tests.support.postgres import Cluster
from tests.support.queued import batch_of


@pytest.fixture
def url(postgres: Cluster) -> str:
    return postgres.new_database()


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


def test_a_worker_without_postgresql_is_told_what_it_needs() -> None:
    with pytest.raises(InputError, match="PostgreSQL"):
        worker()


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    with pytest.raises(InputError) as told:
        worker()
    assert "meeting-coach[queue]" in told.value.hint
    assert queue_line(db) == ""


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"every_evening": "18:30"}, "belong together"),
        ({"source": ["exports"]}, "belong together"),
        ({"every_evening": "half past six", "source": ["exports"]}, "`half past six` is no time"),
    ],
)
def test_an_evening_that_cannot_be_meant_is_refused(call: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        worker(**call)  # type: ignore[arg-type]  # as the command line gives them


def limits(db: Database) -> tuple[float | None, float | None]:
    with db.reading() as connection:
        row = connection.execute(select(paces.c.requests_a_minute, paces.c.tokens_a_minute)).one()
    return row[0], row[1]


def test_limits_are_those_of_all_workers_and_stay_until_others_are_named(db: Database) -> None:
    set_limits(db, 500, 2_000_000)
    set_limits(db)
    assert limits(db) == (500, 2_000_000)
    set_limits(db, tokens_per_minute=1_000)
    assert limits(db) == (500, 1_000)
    set_limits(db, requests_per_minute=0)
    assert limits(db) == (None, 1_000)


def test_the_queue_is_told_in_a_line_once_there_is_one(db: Database) -> None:
    assert queue_line(db) == ""
    batch_of(db, 3)
    assert queue_line(db) == "Queue: 3 meetings wait, 0 at work, 0 workers."
    with db.writing() as connection:
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = 1"))
    assert queue_line(db) == "Queue: 2 meetings wait, 0 at work, 0 workers, failed jobs: 1."


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "summary.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


async def test_the_table_of_a_queued_batch_is_that_of_a_local_one(
    db: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COACH_DATABASE_URL", url)
    batch_id = batch_of(db, 3, options={"model": "builtin"})
    (first, *_) = ids_of(db, batch_id)
    await AtWork(db, "a worker", SharedLedger(db), Limits()).draft(first)
    batch(status=True, out=tmp_path / "last")
    assert sorted(row["State"] for row in table(tmp_path / "last")) == ["drafted", "not drafted", "not drafted"]
    assert "1 of 3 meetings drafted" in (tmp_path / "last" / "summary.html").read_text(encoding="utf-8")
    told = capsys.readouterr()
    assert told.out.split() == [str(tmp_path / "last" / f"summary.{ending}") for ending in ("csv", "html")]
    assert "Queue: 3 meetings wait" in told.err
    for slot_id in ids_of(db, batch_id):
        await AtWork(db, "a worker", SharedLedger(db), Limits()).draft(slot_id)
    batch([batch_id], status=True, out=tmp_path / "named")
    as_run_here = Standing(total=3, done=3)
    summary.write_summary(tmp_path / "local", get_batch(db, batch_id), rows_of(db, batch_id), as_run_here)
    assert table(tmp_path / "named") == table(tmp_path / "local")


def test_a_table_of_no_batch_is_refused_and_without_any_there_is_none(
    db: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACH_DATABASE_URL", url)
    batch(status=True, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="no such batch"):
        batch(["nobody's"], status=True)
