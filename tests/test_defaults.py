"""What holds for every plan, and how it comes into a context and a job."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.context import parse_context
from coach.options import Options
from coach.settings import BUILTIN, settings
from coach.store.database import Database, open_database
from coach.ui.defaults import (
    LETTER,
    Preferences,
    has_reader,
    keep_preference,
    options_from,
    preferences_of,
    with_defaults,
)

TODAY = dt.date(2026, 11, 23)
OURS = Preferences(
    company="Osmere", offer="Delivers results.", proofs="One saved 12 %.\n\nTwo saved 9 %.", rep="Ada Quill"
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'coach.sqlite3'}")
    yield opened
    opened.close()


def test_a_context_without_seller_and_rep_gets_those_of_the_settings() -> None:
    context = with_defaults(parse_context("a note", today=TODAY), OURS)
    assert (context.seller.company, context.seller.offer, context.rep) == ("Osmere", "Delivers results.", "Ada Quill")
    assert [line.text for line in context.fields] == ["Seller: Osmere", "Offer: Delivers results.", "Rep: Ada Quill"]
    assert [(line.label, line.text) for line in context.proofs] == [("P1", "One saved 12 %."), ("P2", "Two saved 9 %.")]


def test_what_the_context_says_itself_stays() -> None:
    text = "---\nrep: Kim West\nseller: {company: Other, proof: [Two saved 9 %.]}\n---\na note"
    own = parse_context(text, today=TODAY)
    context = with_defaults(own, OURS)
    assert (context.seller.company, context.rep) == ("Other", "Kim West")
    assert context.fields[: len(own.fields)] == own.fields
    assert [(line.label, line.text) for line in context.proofs] == [("P1", "Two saved 9 %."), ("P2", "One saved 12 %.")]


def test_every_label_is_given_once() -> None:
    own = parse_context("---\naccount: Northwind\n---\na note", today=TODAY)
    context = with_defaults(own, OURS)
    assert len(context.lines) == len(context.notes) + len(context.fields) + len(context.proofs)


def test_empty_settings_change_nothing() -> None:
    context = parse_context("---\naccount: Northwind\n---\na note", today=TODAY)
    assert with_defaults(context, Preferences()) == context


def test_a_job_is_told_model_and_language_only_where_they_are_set() -> None:
    assert options_from(Preferences()) == {}
    assert options_from(Preferences(model="openai:x", language="German")) == {"model": "openai:x", "language": "German"}


def test_nobody_reads_where_nobody_is_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODEL", "openai:writer")
    monkeypatch.setenv("COACH_READER_MODEL", "openai:reader")
    settings.cache_clear()
    assert has_reader(Preferences())
    assert has_reader(Preferences(model="openai:other"))
    assert not has_reader(Preferences(model=BUILTIN))
    assert {Options(model=BUILTIN).model_for(role) for role in ("draft", "index", "reader", "judge")} == {BUILTIN}
    settings.cache_clear()


def test_preferences_are_kept(db: Database) -> None:
    assert preferences_of(db) == Preferences()
    keep_preference(db, "paper", LETTER)
    keep_preference(db, "rep", " Ada Quill ")
    assert preferences_of(db) == Preferences(paper=LETTER, rep="Ada Quill")


def test_only_what_is_a_preference_can_be_kept(db: Database) -> None:
    with pytest.raises(KeyError):
        keep_preference(db, "api_key", "sk-1")
