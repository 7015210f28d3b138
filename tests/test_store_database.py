"""Opening the database, bringing it up to date, and every way in which it can fail."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import coach.store
from coach.errors import StoreError
from coach.settings import settings
from coach.store import database, plans
from coach.store.database import Database, end_frozen, open_database
from coach.store.migrate import KNOWN
from coach.store.tables import metadata
from tests.support.frozen import At, frozen
from tests.support.harrowgate import CONTEXT
from tests.support.kept import drafted_plan, texts, write
from tests.support.postgres import Cluster

ROOT = Path(coach.store.__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'coach.sqlite3'}"
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.new_database()


def file_of(db: Database) -> Path:
    return Path(db.engine.url.database or "")


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def is_one_clear_line(error: StoreError) -> bool:
    return "\n" not in error.message and len(error.message) < 300 and "sqlalche.me" not in error.message


# Opening


def test_without_a_url_it_is_a_file_at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "a b" / "home"))
    settings.cache_clear()
    open_database().close()
    assert (tmp_path / "a b" / "home" / "coach.sqlite3").is_file()


def test_the_url_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COACH_DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite3'}")
    settings.cache_clear()
    open_database().close()
    assert (tmp_path / "other.sqlite3").is_file()


def test_a_file_of_sqlite_is_safe_against_power_cuts_and_lets_readers_read(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'coach.sqlite3'}")
    with db.reading() as connection:
        settings_ = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    db.close()
    assert settings_ == ["wal", 2, 1, 5000]


def test_a_reader_sees_one_moment_while_others_write(db: Database) -> None:
    plan_id = drafted_plan(db)
    query = text("SELECT revision FROM plans")
    with db.reading() as connection:
        before = connection.execute(query).scalar()
        write(db, plan_id, "B1", "Mine")
        assert connection.execute(query).scalar() == before == 1
    assert plans.load_plan(db, plan_id).revision == 2


def test_the_tables_are_those_that_the_migrations_make(db: Database) -> None:
    with db.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_every_migration_is_known() -> None:
    scripts = ScriptDirectory(str(Path(coach.store.__file__).parent / "migrations"))
    assert tuple(one.revision for one in reversed(list(scripts.walk_revisions()))) == KNOWN


# Several processes


def test_processes_that_open_an_empty_database_at_once_all_can(empty_url: str) -> None:
    opening = """
        import sys
        from coach.schema import AccountContext
        from coach.store import plans
        from coach.store.database import open_database
        db = open_database(sys.argv[1])
        plans.create_plan(db, AccountContext(account="Northwind", today="2026-11-30"))
    """
    processes = [start(opening, empty_url) for _ in range(3)]
    ended = [process.communicate(timeout=60) for process in processes]
    assert [(process.returncode, stderr) for process, (_, stderr) in zip(processes, ended, strict=True)] == [
        (0, "")
    ] * 3
    db = open_database(empty_url)
    assert len(plans.list_plans(db)) == 3
    db.close()


@pytest.mark.parametrize("statement", [2, 12, 18])
def test_a_migration_that_was_killed_half_way_is_done_by_who_opens_next(empty_url: str, statement: int) -> None:
    dying = """
        import os, signal, sys
        from sqlalchemy import Engine, event
        from coach.store.database import open_database
        left = int(sys.argv[2])
        def die(*_):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        event.listen(Engine, "before_cursor_execute", die)
        open_database(sys.argv[1])
    """
    process = start(dying, empty_url, str(statement))
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    db = open_database(empty_url)
    assert texts(plans.load_plan(db, drafted_plan(db)))
    db.close()


def test_what_was_acknowledged_survives_the_death_of_the_server(db: Database, database_url: str) -> None:
    plan_id = drafted_plan(db)
    typing = """
        import sys
        from coach.store.database import open_database
        from coach.store.edits import apply_edits
        from coach.store.records import Edit
        db, base = open_database(sys.argv[1]), 1
        for number in range(1, 1000):
            edit = Edit(op=str(number), action="text", block="B1", base=base, text=f"Words {number}")
            base = apply_edits(db, sys.argv[2], [edit], by="Riya")[0].revision
            print(number, flush=True)
    """
    process = start(typing, database_url, plan_id)
    assert process.stdout is not None
    for _ in range(20):
        acknowledged = int(process.stdout.readline())
    process.kill()
    rest = process.communicate(timeout=60)[0].split()
    acknowledged = int(rest[-1]) if rest else acknowledged
    number = int(texts(plans.load_plan(db, plan_id))[0].split()[1])
    assert acknowledged <= number <= acknowledged + 1


def test_a_database_of_a_newer_program_is_left_alone(empty_url: str) -> None:
    db = open_database(empty_url)
    with db.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=f"newer Meeting Coach made this database .schema 9999; .* up to {KNOWN[-1]}"):
        open_database(empty_url)
    db.close()


# Faults


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "URL cannot be read"),
        ("mysql://u:secretive@h/x", "`mysql` is no database that Meeting Coach can use"),
        ("sqlite://", "in memory would lose every word"),
        ("sqlite:///:memory:", "in memory would lose every word"),
    ],
)
def test_a_wrong_url_is_said_with_what_a_right_one_looks_like(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as failed:
        open_database(url)
    assert "postgresql://user:password@host/name" in failed.value.hint
    assert "secretive" not in failed.value.message


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with pytest.raises(StoreError, match="cannot be reached") as failed:
        open_database("postgresql://riya:secretive@127.0.0.1:1/coach")
    assert "secretive" not in failed.value.message + failed.value.hint
    assert is_one_clear_line(failed.value)


def test_a_database_that_is_not_on_the_server_is_said(postgres: Cluster) -> None:
    with pytest.raises(StoreError, match="does not exist on this server") as failed:
        open_database(postgres.url("nowhere"))
    assert "createdb" in failed.value.hint


@pytest.mark.parametrize(
    ("user", "rights", "said"),
    [
        ("nobody_here", "", "refuses this user"),
        ("locked:secretive", "PASSWORD 'another'", "refuses this user or password"),
        ("locked", "PASSWORD 'another'", "refuses this user or password"),
        ("crowded", "CONNECTION LIMIT 0", "has no connection free"),
        ("stranger", "CONNECTION LIMIT 1", "may not be used by this user"),
    ],
)
def test_a_user_whom_the_server_refuses_is_told_why(postgres: Cluster, user: str, rights: str, said: str) -> None:
    name = user.split(":")[0]
    if rights:
        postgres.run(f"DROP ROLE IF EXISTS {name}")
        postgres.run(f"CREATE ROLE {name} LOGIN {rights}")
    with pytest.raises(StoreError, match=f"{said}[.]") as failed:
        open_database(postgres.url("ready", user=user))
    assert "secretive" not in failed.value.message
    assert is_one_clear_line(failed.value)
    assert failed.value.hint


def test_the_other_name_of_postgresql_is_understood(postgres: Cluster) -> None:
    db = open_database(postgres.new_database().replace("postgresql://", "postgres://"))
    assert plans.list_plans(db) == ()
    db.close()


def test_a_server_that_closed_its_connections_is_connected_to_again(postgres: Cluster) -> None:
    url = postgres.new_database(template="ready")
    db = open_database(url)
    plan_id = drafted_plan(db)
    name = url.split("?")[0].rsplit("/", 1)[1]
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    assert plans.load_plan(db, plan_id).revision == 1
    db.close()


def test_a_connection_lost_within_a_save_is_said_and_nothing_is_half_saved(postgres: Cluster) -> None:
    db = open_database(postgres.new_database(template="ready"))
    plan_id = drafted_plan(db)

    def save() -> None:
        with db.writing() as connection:
            connection.execute(text("UPDATE blocks SET text = 'half'"))
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
            postgres.run(f"SELECT pg_terminate_backend({pid})")
            connection.execute(text("UPDATE blocks SET text = 'saved'"))

    with pytest.raises(StoreError, match="cannot be reached"):
        save()
    assert texts(plans.load_plan(db, plan_id))[0] == "What decides it"
    db.close()


@pytest.mark.parametrize("at", ["sending", "sent", "receiving"])
def test_a_process_frozen_within_a_write_gives_up_its_locks(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch, at: At
) -> None:
    url = postgres.new_database(template="ready")
    db = open_database(url, busy_s=0.05)
    plan_id = drafted_plan(db)
    with frozen(url, "plans", at=at):
        assert end_frozen(db) == 0, "it may go on"
        with pytest.raises(StoreError, match="locked"):
            plans.set_purpose(db, plan_id, "renew")
        monkeypatch.setattr(database, "FROZEN_S", 0.0)
        assert end_frozen(db) == 1
        plans.set_purpose(db, plan_id, "renew")
    db.close()


def test_sessions_of_others_and_those_without_a_transaction_are_let_be(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "FROZEN_S", 0.0)
    url = postgres.new_database(template="ready")
    db, idle = open_database(url), open_database(url)
    plans.list_plans(idle)
    with frozen(url, "plans", name="theirs"):
        assert end_frozen(db) == 0
    db.close()
    idle.close()


def test_a_read_only_server_is_said(postgres: Cluster) -> None:
    url = postgres.new_database(template="ready")
    name = url.split("?")[0].rsplit("/", 1)[1]
    postgres.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    db = open_database(url)
    with pytest.raises(StoreError, match="may not be written") as failed:
        plans.create_plan(db, CONTEXT)
    db.close()
    assert is_one_clear_line(failed.value)


def test_a_database_that_another_program_locks_too_long_is_said(database_url: str, db: Database) -> None:
    plan_id = drafted_plan(db)
    hasty = open_database(database_url, busy_s=0.05)
    with db.writing() as connection:
        connection.execute(text("UPDATE plans SET purpose = 'held'"))
        assert texts(plans.load_plan(hasty, plan_id))
        with pytest.raises(StoreError, match="is locked by another program") as failed:
            plans.set_purpose(hasty, plan_id, "wanted")
    plans.set_purpose(hasty, plan_id, "wanted")
    hasty.close()
    assert is_one_clear_line(failed.value)


def test_a_read_only_file_is_read_and_a_save_is_said_to_fail(tmp_path: Path) -> None:
    file = tmp_path / "coach.sqlite3"
    db = open_database(f"sqlite:///{file}")
    plan_id = drafted_plan(db)
    read_only = open_database(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert plans.load_plan(read_only, plan_id).revision == 1
    with pytest.raises(StoreError, match="may not be written") as failed:
        write(read_only, plan_id, "B1", "Mine")
    db.close()
    read_only.close()
    assert is_one_clear_line(failed.value)
    assert "permissions" in failed.value.hint


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="of the database cannot be made") as failed:
        open_database(f"sqlite:///{tmp_path / 'file' / 'coach.sqlite3'}")
    assert "COACH_HOME" in failed.value.hint


def test_a_file_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_database(f"sqlite:///{tmp_path}")


def test_a_file_that_is_no_database_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "coach.sqlite3"
    file.write_bytes(b"Dear Maria, thank you for the call yesterday. " * 200)
    before = file.read_bytes()
    with pytest.raises(StoreError, match="is no database, or is damaged") as failed:
        open_database(f"sqlite:///{file}")
    assert file.read_bytes() == before
    assert is_one_clear_line(failed.value)


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    file = tmp_path / "coach.sqlite3"
    db = open_database(f"sqlite:///{file}")
    drafted_plan(db)
    db.close()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged") as failed:
        plans.list_plans(open_database(f"sqlite:///{file}"))
    assert is_one_clear_line(failed.value)


def test_a_full_disk_is_said_and_what_was_saved_stays(tmp_path: Path) -> None:
    file = tmp_path / "coach.sqlite3"
    db = open_database(f"sqlite:///{file}")
    plan_id = drafted_plan(db)
    db.close()
    filling = """
        import resource, sys
        from coach.errors import StoreError
        from coach.store.database import open_database
        from coach.store.plans import load_plan
        from tests.support.kept import texts, write
        db = open_database(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        for number in range(1000):
            try:
                write(db, sys.argv[2], "B1", f"{number} " + "words " * 2000)
            except StoreError as error:
                said = f"{error} {error.hint}"
                break
            acknowledged = number
        print(acknowledged, int(texts(load_plan(db, sys.argv[2]))[0].split()[0]))
        print(said)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        write(db, sys.argv[2], "B1", "room again")
    """
    process = start(filling, f"sqlite:///{file}", plan_id)
    stdout, stderr = process.communicate(timeout=60)
    assert stderr == ""
    numbers, said = stdout.splitlines()
    acknowledged, stands = map(int, numbers.split())
    assert acknowledged == stands > 0
    assert re.search(r"coach\.sqlite3 .*disk is full.* Free some space", said)
    db = open_database(f"sqlite:///{file}")
    assert texts(plans.load_plan(db, plan_id))[0] == "room again"
    db.close()


def test_a_backup_taken_while_somebody_writes_can_be_opened(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'coach.sqlite3'}")
    plan_id = drafted_plan(db)
    with db.writing() as connection:
        connection.execute(text("UPDATE blocks SET text = 'half'"))
        source, target = sqlite3.connect(file_of(db)), sqlite3.connect(tmp_path / "backup.sqlite3")
        source.backup(target)
        source.close()
        target.close()
    backup = open_database(f"sqlite:///{tmp_path / 'backup.sqlite3'}")
    assert texts(plans.load_plan(backup, plan_id))[0] == "What decides it"
    db.close()
    backup.close()
