"""The ledger that many machines share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import text, update

from coach.errors import StoreError
from coach.ledger import Question
from coach.llm import Models, Request
from coach.schema import Run
from coach.store.calls import SharedLedger, forget_calls
from coach.store.database import Database, open_database
from coach.store.tables import calls
from tests.support.endpoint import Answer, Endpoint, in_turn

QUESTION = Question("openai:gpt-5-mini", "You coach.", "L1 Tom wants the report.", 500)
RUN = Run(call="page", prompt_hash="abc123", model="openai:gpt-5-mini", tokens_in=9, tokens_out=4, cost_usd=0.001)
TEXT = "# Decides\n\nWhether Tom believes the cause.\né世\0"
Serve = Callable[..., Endpoint]
REQUEST = Request("page", QUESTION.system, QUESTION.user, "abc123", 500)


def test_what_one_machine_kept_another_finds_word_for_word(db: Database, database_url: str) -> None:
    SharedLedger(db).keep(QUESTION, TEXT, RUN)
    other = open_database(database_url)
    found = SharedLedger(other).find(QUESTION, call="page")
    other.close()
    assert found is not None
    assert (found.text, found.run) == (TEXT, RUN)


async def test_a_call_that_one_machine_finished_is_not_paid_on_another(
    serve: Serve, db: Database, database_url: str
) -> None:
    endpoint = serve(in_turn(Answer("Paid once."), Answer("Paid twice.")))
    await Models(ledger=SharedLedger(db), deadline_s=5).ask(QUESTION.model, REQUEST)
    other = open_database(database_url)
    again = await Models(ledger=SharedLedger(other), deadline_s=5).ask(QUESTION.model, REQUEST)
    other.close()
    assert (again.text, again.run.is_from_ledger, endpoint.calls) == ("Paid once.", True, 1)


def test_the_notes_of_a_call_are_not_kept_in_it(db: Database) -> None:
    SharedLedger(db).keep(QUESTION, TEXT, RUN)
    with db.reading() as connection:
        assert "Tom wants" not in str(connection.execute(text("SELECT entry FROM calls")).scalar())


def test_a_damaged_entry_is_named_and_replaced_by_the_next_answer(db: Database) -> None:
    warnings: list[str] = []
    ledger = SharedLedger(db, on_warning=warnings.append)
    ledger.keep(QUESTION, TEXT, RUN)
    with db.writing() as connection:
        connection.execute(update(calls).values(entry="{"))
    assert ledger.find(QUESTION, call="page") is None
    assert QUESTION.key in warnings[0]
    ledger.keep(QUESTION, "new", RUN)
    found = ledger.find(QUESTION, call="page")
    assert found is not None
    assert found.text == "new"


def test_an_answer_is_not_lost_when_the_database_does_not_take_it(db: Database) -> None:
    warnings: list[str] = []
    with db.writing() as connection:
        connection.execute(text("DROP TABLE calls"))
    SharedLedger(db, on_warning=warnings.append).keep(QUESTION, TEXT, RUN)
    with db.writing() as connection:
        calls.create(connection)
    assert "could not keep the call `page`" in warnings[0]


async def test_nothing_is_paid_when_it_cannot_be_looked_up(serve: Serve, db: Database) -> None:
    endpoint = serve(in_turn(Answer("Not asked.")))
    with db.writing() as connection:
        connection.execute(text("DROP TABLE calls"))
    with pytest.raises(StoreError):
        await Models(ledger=SharedLedger(db), deadline_s=5).ask(QUESTION.model, REQUEST)
    with db.writing() as connection:
        calls.create(connection)
    assert endpoint.calls == 0


def test_old_calls_are_forgotten_and_new_ones_kept(db: Database) -> None:
    ledger, other = SharedLedger(db), Question("openai:gpt-5-mini", "You coach.", "L1 Another.", 500)
    ledger.keep(QUESTION, TEXT, RUN)
    with db.writing() as connection:
        connection.execute(update(calls).values(kept_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=31)))
    ledger.keep(other, TEXT, RUN)
    assert forget_calls(db, older_than=dt.timedelta(days=30)) == 1
    assert ledger.find(QUESTION, call="page") is None
    assert ledger.find(other, call="page") is not None
