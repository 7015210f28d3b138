"""Jobs in PostgreSQL: tables beside ours, one job a slot, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from coach.batch.queue import QueueState, enqueue, prepare_queue, queue_state
from coach.errors import InputError
from coach.store.batches import open_batch
from coach.store.database import Database, open_database
from coach.store.slots import put_slots
from tests.support.postgres import Cluster
from tests.support.queued import OPTIONS, batch_of, wish


@pytest.fixture
def db(postgres: Cluster) -> Iterator[Database]:
    """A database of its own: Procrastinate's tables are not ours to empty."""
    opened = open_database(postgres.new_database())
    yield opened
    opened.close()


def migrations(folder: Path, monkeypatch: pytest.MonkeyPatch, **scripts: str) -> None:
    """Procrastinate of a later version, with these migrations after all that there are."""
    for name, script in scripts.items():
        (folder / f"99.{name}.sql").write_text(script)
    monkeypatch.setattr(SchemaManager, "get_migrations_path", staticmethod(lambda: str(folder)))


def test_sqlite_is_told_what_many_machines_need(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'coach.sqlite3'}")
    with pytest.raises(InputError, match="PostgreSQL") as told:
        prepare_queue(db)
    assert "COACH_DATABASE_URL" in told.value.hint
    assert queue_state(db) == QueueState()
    db.close()


def test_tables_are_made_once_whoever_comes_first(db: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(prepare_queue, [db] * 4))
    assert queue_state(db) == QueueState()


def test_a_later_procrastinate_brings_its_tables_up_to_date(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_queue(db)
    add = "ALTER TABLE procrastinate_jobs ADD COLUMN {} integer; SELECT '50%';"
    migrations(tmp_path, monkeypatch, one=add.format("one"), two=add.format("two"))
    prepare_queue(db)
    prepare_queue(db)
    with db.reading() as connection:
        assert connection.execute(text("SELECT one, two FROM procrastinate_jobs")).all() == []


def test_every_waiting_slot_has_one_job_however_often_it_is_queued(db: Database) -> None:
    batch_id = batch_of(db, 5)
    assert queue_state(db) == QueueState(waiting=5)
    assert enqueue(db, batch_id) == 0
    put_slots(db, batch_id, [wish(number) for number in range(7)])
    assert enqueue(db, batch_id) == 2
    assert queue_state(db) == QueueState(waiting=7)


def test_a_slot_whose_job_is_under_way_gets_no_second_one(db: Database) -> None:
    batch_id = batch_of(db, 2)
    with db.writing() as connection:
        connection.execute(text("SELECT procrastinate_register_worker_v1()"))
        connection.execute(text("SELECT procrastinate_fetch_job_v2(NULL, 1)"))
    assert queue_state(db) == QueueState(waiting=1, under_way=1, workers=1)
    assert enqueue(db, batch_id) == 0


def test_two_who_queue_the_same_at_once_queue_it_once(db: Database) -> None:
    prepare_queue(db)
    batch = open_batch(db, "test", source="tests", options=OPTIONS)
    put_slots(db, batch.id, [wish(number) for number in range(20)])
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(enqueue, [db] * 4, [batch.id] * 4)) == 20
    assert queue_state(db).waiting == 20
