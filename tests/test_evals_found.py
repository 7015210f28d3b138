"""What stands in a text as people read it, and what is measured of a plan."""

from __future__ import annotations

import datetime as dt

import pytest

from coach.schema import AccountContext, Block, Commitment, Drafted, MeetingPlan, NoteLine, Run
from evals.arms import as_of_version, calls_until
from evals.cases import Case, Claim, Confidence, Contradiction, Fact, Label, Outcome, Promise, Promises
from evals.chat import page_in
from evals.found import claims_made, confidences_shown, contradictions_found, facts_found, says, told
from evals.measures import cost_measures, plan_measures

CONTEXT = AccountContext(
    account="Dunmore",
    today=dt.date(2026, 12, 1),
    notes=(
        NoteLine(label="L1", text="14 sites"),
        NoteLine(label="L2", text="Velnor asked"),
        NoteLine(label="L3", text="12 sites"),
    ),
)
LABEL = Label(
    situation="contradicting_notes",
    language="en",
    split="dev",
    trap="takes the record's number for the customer's",
    must_surface=(
        Fact(fact="sites", lines=("L1",), any_of=("14",)),
        Fact(fact="x", lines=("L1",), any_of=("nowhere",)),
    ),
    must_not_claim=(Claim(claim="signed", words=("has signed",)),),
    contradictions=(Contradiction(what="sites", lines=("L1", "L3"), any_of=(("14", "12"),)),),
    promises=Promises(ours=(Promise(what="list", lines=("L1",), any_of=("the list",)),)),
    in_confidence=(Confidence(lines=("L2",), words=("Velnor",)),),
    best_outcomes=(Outcome(who="Ada Holm", what="counts"),),
    fallbacks=(Outcome(who="Ada Holm", what="names who counts"),),
)
CASE = Case("dunmore", CONTEXT, LABEL, "")


def plan(*texts: tuple[str, str]) -> MeetingPlan:
    blocks = tuple(Block(id=f"B{n}", kind="text", text=text, part=part) for n, (part, text) in enumerate(texts, 1))
    return MeetingPlan(blocks=blocks, best_outcome=Commitment(who="Ada", what="counts", by="Friday"))


@pytest.mark.parametrize(
    ("text", "words", "is_there"),
    [
        ("EUR 2,268 in all", "2268", True),
        ("2 268 euros", "2,268", True),
        ("2\u202f268 €", "2.268", True),
        ("152 users", "52", False),
        ("52.5 hours", "52", False),
        ("at 14:30", "14", False),
        ("12 to 14.", "14", True),
        ("The Report is LATE", "report is late", True),
        ("5–8 days", "5-8 days", True),
        ("“rings  out”", '"rings out"', True),
        ("Straße", "STRASSE", True),
        ("38 days", "3.8 days", False),
    ],
)
def test_words_are_found_as_people_read_them(text: str, words: str, is_there: bool) -> None:
    assert says(text, words) is is_there


def test_a_contradiction_is_shown_with_both_its_sides() -> None:
    assert contradictions_found(LABEL.contradictions, "14 sites, the record says 12") == (True,)
    assert contradictions_found(LABEL.contradictions, "14 sites") == (False,)
    assert facts_found(LABEL.must_surface, told(plan(("decides", "**14** sites")).blocks)) == (True, False)


def test_what_is_not_to_be_said_claims_nothing() -> None:
    assert claims_made(LABEL.must_not_claim, plan(("decides", "She has signed."))) == ("signed",)
    assert claims_made(LABEL.must_not_claim, plan(("leave_out", "Never: she has signed."))) == ()


def test_a_confidence_is_shown_where_the_customer_sees_or_hears_it() -> None:
    assert confidences_shown(LABEL.in_confidence, plan(("bring", "Unlike Velnor")), CONTEXT) == ("Velnor",)
    assert confidences_shown(LABEL.in_confidence, plan(("answers", "Say: “better than Velnor”")), CONTEXT) == (
        "Velnor",
    )
    assert confidences_shown(LABEL.in_confidence, plan(("decides", "Velnor asked her")), CONTEXT) == ()


def test_what_a_label_does_not_speak_of_is_not_scored() -> None:
    silent = LABEL.model_copy(update={"contradictions": (), "promises": Promises(), "in_confidence": ()})
    drafted = Drafted(context=CONTEXT, plan=plan(("decides", "14 sites")))
    measured = plan_measures(Case("dunmore", CONTEXT, silent, ""), drafted)
    assert [measured[name] for name in ("contradictions", "promises", "confidences", "judged", "latency_s")] == [
        None
    ] * 5
    assert measured["must_surface"] == 0.5
    assert measured["right_person"] == 1.0


def test_a_cost_that_is_not_known_is_not_zero() -> None:
    known, unknown = (
        Run(call="page", prompt_hash="", model="m", tokens_in=900, tokens_out=100, cost_usd=usd) for usd in (0.5, None)
    )
    assert cost_measures([known])["cost_usd"] == 0.5
    assert cost_measures([known, unknown]) == {"tokens": 2.0, "cost_usd": None, "latency_s": None}
    assert cost_measures([])["cost_usd"] == 0.0


def test_an_earlier_version_has_the_calls_that_led_to_it() -> None:
    calls = [
        "groundwork",
        "page",
        "index",
        "index",
        "criticise",
        "rewrite",
        "index",
        "criticise",
        "rewrite",
        "index",
        "cut",
        "judge",
    ]
    runs = tuple(Run(call=call, prompt_hash="", model="m") for call in calls)
    first, once = calls_until(runs, 0), calls_until(runs, 1)
    assert [run.call for run in first] == ["groundwork", "page", "index", "index", "judge"]
    assert [run.call for run in once].count("rewrite") == 1
    assert as_of_version(Drafted(context=CONTEXT, plan=plan()), 0).runs == ()


def test_a_chats_page_begins_after_its_mark() -> None:
    assert page_in("It lacks a sum.\n\n**PAGE**\n# Plan\nPAGE 2") == "# Plan\nPAGE 2"
    assert page_in("# Plan") == "# Plan"
