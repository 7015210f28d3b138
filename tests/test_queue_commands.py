"""`coach worker` and the queue's part of `coach batch`, as they are called."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from coach.batch.queue_commands import queue_line, set_limits, worker
from coach.errors import InputError
from coach.store.database import Database, open_database
from coach.store.tables import paces
from tests.support.postgres import Cluster
from tests.support.queued import batch_of


@pytest.fixture
def db(postgres: Cluster) -> Iterator[Database]:
    opened = open_database(postgres.new_database())
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
