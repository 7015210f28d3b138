"""Which server of the app runs a batch, on either database."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from coach.store.batches import end_batch, get_batch, open_batch, progress
from coach.store.database import Database
from coach.store.held import go_on, held, hold, let_go, set_options, still_held
from coach.store.slots import Outcome, claim, end_slot, ids_of, put_slots
from coach.store.tables import batches
from tests.support.queued import wish


@pytest.fixture
def batch_id(db: Database) -> str:
    return open_batch(db, "test", source="tests", options={"model": "builtin"}).id


def test_one_server_holds_a_batch_and_no_other_gets_it(db: Database, batch_id: str) -> None:
    assert hold(db, batch_id, owner="one")
    assert not hold(db, batch_id, owner="two")
    assert hold(db, batch_id, owner="one")
    assert still_held(db, batch_id, owner="one")
    assert not still_held(db, batch_id, owner="two")
    assert [one.owner for one in held(db)] == ["one"]


def test_that_of_a_server_that_is_gone_goes_to_the_first_who_asks(db: Database, batch_id: str) -> None:
    hold(db, batch_id, owner="gone")
    assert hold(db, batch_id, owner="two", instead="gone")
    assert not hold(db, batch_id, owner="three", instead="gone")
    assert not still_held(db, batch_id, owner="gone")


def test_a_server_that_is_silent_is_told_apart_from_one_that_lives(db: Database, batch_id: str) -> None:
    hold(db, batch_id, owner="one")
    assert held(db, silent_s=30) == ()
    assert len(held(db, silent_s=-1)) == 1
    with db.writing() as connection:
        connection.execute(update(batches).values(beat_at=get_batch(db, batch_id).started_at))
    assert len(held(db, silent_s=0.0001)) == 1


def test_a_batch_that_was_stopped_is_held_no_longer_until_it_goes_on(db: Database, batch_id: str) -> None:
    hold(db, batch_id, owner="one")
    end_batch(db, batch_id, "stopped", error="The budget is used up.")
    assert not still_held(db, batch_id, owner="one")
    assert held(db) == ()
    let_go(db, batch_id, owner="one")
    assert not hold(db, batch_id, owner="two")
    go_on(db, batch_id, budget_usd=3.0)
    assert hold(db, batch_id, owner="two")
    batch = get_batch(db, batch_id)
    assert (batch.state, batch.error, batch.budget_usd) == ("running", "", 3.0)


def test_what_failed_is_tried_again_when_a_batch_goes_on(db: Database, batch_id: str) -> None:
    put_slots(db, batch_id, [wish(0), wish(1)])
    for slot_id, state in zip(list(ids_of(db, batch_id)), ("failed", "done"), strict=True):
        slot = claim(db, slot_id, owner="me")
        assert slot
        end_slot(db, slot, state, Outcome())  # type: ignore[arg-type]
    go_on(db, batch_id, budget_usd=None)
    assert (progress(db, batch_id).waiting, progress(db, batch_id).done) == (1, 1)


def test_a_batch_of_the_command_line_is_held_by_nobody(db: Database, batch_id: str) -> None:
    assert held(db) == ()


def test_options_may_be_noted_later(db: Database, batch_id: str) -> None:
    set_options(db, batch_id, {"model": "builtin", "filled": "yes"})
    assert get_batch(db, batch_id).options["filled"] == "yes"
