"""What was said of columns, remembered in either database for every machine, and taken over from older files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.crm import read_export
from coach.crm.export import look
from coach.crm.mapping import Mapping, TableMapping
from coach.settings import settings
from coach.store.database import Database, open_database
from tests.support.exports import TODAY, table

SAID = TableMapping(kind="opportunities", columns={"account": "Customer", "meeting_date": "Visit on"})


def told_by(folder: Path, db: Database) -> tuple[str, str]:
    """By what a table's columns are told, and the column of the meeting's day."""
    (part,) = look([folder], mapping=Mapping(), on_problem=print, db=db)
    ((seen, columns),) = part.tables
    return columns.told_by, dict(columns.shown(seen)).get("meeting_date", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    table(tmp_path / "in" / "deals.csv", [{"Customer": "Harrowgate", "Stage": "Offer", "Visit on": "2026-12-03"}])
    return tmp_path / "in"


def say(folder: Path, db: Database, said: TableMapping = SAID) -> None:
    list(read_export([folder], mapping=Mapping(tables={"deals.csv": said}), today=TODAY, on_problem=print, db=db))


def test_what_one_machine_is_told_the_others_know(
    db: Database, database_url: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told_by(folder, db) == ("guess", "")
    say(folder, db)
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "elsewhere"))
    settings.cache_clear()
    other = open_database(database_url)
    assert told_by(folder, other) == ("remembered", "Visit on")
    other.close()


def test_the_last_word_counts(db: Database, folder: Path) -> None:
    say(folder, db)
    say(folder, db, SAID.model_copy(update={"columns": {"account": "Customer", "meeting_date": ""}}))
    assert told_by(folder, db) == ("remembered", "")


def test_a_file_of_an_older_coach_is_taken_over_once(db: Database, folder: Path, tmp_path: Path) -> None:
    say(folder, db)
    with db.reading() as connection:
        ((key, said),) = connection.exec_driver_sql("SELECT key, said FROM remembered").all()
    with db.writing() as connection:
        connection.exec_driver_sql("DELETE FROM remembered")
    file = settings().home / "imports" / "columns.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({key: json.loads(said) if isinstance(said, str) else said}), encoding="utf-8")
    assert told_by(folder, db) == ("remembered", "Visit on")
    assert not file.exists()
    say(folder, db, SAID.model_copy(update={"columns": {"account": "Customer", "meeting_date": ""}}))
    (file.parent / "columns.taken-over.json").rename(file)
    assert told_by(folder, db) == ("remembered", ""), "what was said since goes before the file"


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": 1}', '{"a": {"kind": "unheard of"}}', "\udcff"])
def test_a_file_that_cannot_be_read_is_none(db: Database, folder: Path, text: str) -> None:
    file = settings().home / "imports" / "columns.json"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    assert told_by(folder, db) == ("guess", "")
