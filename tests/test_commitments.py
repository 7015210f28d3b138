"""What the customer is to do, read again where the words have changed."""

from __future__ import annotations

import datetime as dt

import pytest

from coach.commitments import read_again, with_words_as_now
from coach.context import parse_context
from coach.schema import AccountContext, Block, Commitment, MeetingPlan

BEFORE = "**Best:** the acceptance signed, and 18 in the papers."
OLD = Commitment(what="the acceptance signed, and 18 in the papers", by="2027-01-26", blocks=("B1",))


@pytest.fixture(scope="module")
def context() -> AccountContext:
    return parse_context(
        "---\naccount: Thornmere\nrep: Kim Vale\nmeeting:\n  date: 2027-01-26\n  attendees:\n"
        "    - Gareth Pugh, Director\n    - Priya Nair, Finance\n---\nGareth: we sign when the consent is there.\n",
        today=dt.date(2027, 1, 21),
    )


def plan(text: str, best: Commitment = OLD) -> MeetingPlan:
    return MeetingPlan(blocks=(Block(id="B1", kind="text", part="best", text=text),), best_outcome=best)


def test_a_changed_outcome_is_read_again(context: AccountContext) -> None:
    text = "**What we want:** Gareth signs the acceptance on Tuesday; Priya puts 18 in the papers of 4 February 2027."
    best = with_words_as_now(plan(text), plan(BEFORE), context).best_outcome
    assert (best.who, best.by) == ("Gareth", "2027-02-04")
    assert best.what.startswith("Gareth signs the acceptance")


def test_an_outcome_whose_words_stand_is_kept(context: AccountContext) -> None:
    assert with_words_as_now(plan(BEFORE), plan(BEFORE), context).best_outcome == OLD


def test_an_outcome_that_is_gone_is_none(context: AccountContext) -> None:
    assert with_words_as_now(MeetingPlan(best_outcome=OLD), plan(BEFORE), context).best_outcome == Commitment()


def test_what_still_stands_of_who_when_and_ask_is_kept(context: AccountContext) -> None:
    old = Commitment(who="Priya", what="puts 18 in", by="2027-02-04", ask="Will 18 be in?")
    text = "Gareth agrees, Priya writes 18 into them by 4 February 2027: “Can you?” “Will 18 be in?”"
    best = read_again(old, plan(text).blocks, "best", context)
    assert (best.who, best.by, best.ask) == ("Priya", "2027-02-04", "Will 18 be in?")


def test_a_day_that_is_no_longer_said_gives_way_to_the_one_that_is(context: AccountContext) -> None:
    old = Commitment(who="Priya", what="puts 18 in", by="2027-02-04")
    assert read_again(old, plan("Priya puts 18 in by 11 February 2027.").blocks, "best", context).by == "2027-02-11"


def test_nobody_of_ours_is_taken_for_the_customer(context: AccountContext) -> None:
    old = Commitment(who="Gareth", what="signs", by="2027-02-04")
    assert read_again(old, plan("We send the offer.").blocks, "best", context).who == ""


def test_who_does_it_stays_where_the_words_name_nobody(context: AccountContext) -> None:
    old = Commitment(who="Priya", what="puts 18 in the papers", by="2027-02-04")
    spoken = read_again(old, plan("**10:52** “Will 18 be in them by 4 February 2027?”").blocks, "best", context)
    assert (spoken.who, spoken.what) == ("Priya", "puts 18 in the papers")
