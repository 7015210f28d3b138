"""Nothing internal reaches the customer: by construction, by mutants of the examples, by any mixed page."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.export.handout import words
from coach.export.safe import CustomerSafe, Gate
from coach.export.safe_words import NAMED, PHRASES
from coach.figures import figures
from coach.held import words_of
from coach.schema import AccountContext, Block, Groundwork, Kind, MeetingPlan, NoteLine
from coach.words import fold
from tests.support.leaky import (
    INTERNAL_TALK,
    PARTS,
    SECRETS,
    confidential_lines,
    every_text,
    handouts,
    page_of,
    shown_text,
    with_block,
)
from tests.support.plans import EXAMPLES, example

SAFE_PIECES = (
    "- 0–5 opening",
    "- 5–15 what matters most",
    "**Purpose:** Settle what is open.",
    "> “I'd like to settle what is open. What do you want settled?”",
    "| Open point | Day |\n|---|---|\n| the list | Friday |",
)
KINDS: dict[str, Kind] = {"-": "item", ">": "quote", "|": "table"}


def _special(name: str, label: str) -> frozenset[str]:
    """Words and figures that stand in this line and in nothing that the page shows without it."""
    shown = words_of(shown_text(page_of(name), example(name)))
    fixed = words_of("\n".join(text for one in PHRASES.values() for text in dataclasses.astuple(one)))
    others = words_of("\n".join(one.text for key, one in example(name).lines.items() if key != label))
    return words_of(example(name).lines[label].text) - shown - fixed - others


def test_customer_safe_words_are_made_by_the_gate_alone() -> None:
    with pytest.raises(TypeError, match="gate"):
        CustomerSafe()
    passed = Gate(example("renewal")).topic("What is still open")
    assert isinstance(passed, CustomerSafe)
    with pytest.raises(AttributeError):
        passed._text = "Skarvane"


def test_a_phrase_takes_no_fact_but_the_companies_and_those_who_come() -> None:
    gate = Gate(example("demo_for_five"))
    assert gate.name("Colm Deasy").text == "Colm Deasy"
    with pytest.raises(ValueError, match="Denise Farrow"):
        gate.name("Denise Farrow")
    with pytest.raises(ValueError, match="Skarvane"):
        gate.phrase(NAMED, named="Skarvane")
    with pytest.raises(ValueError, match="no phrase"):
        gate.phrase("Our floor is 71k")


@pytest.mark.parametrize(
    ("example_name", "text", "why"),
    [
        ("renewal", "Skarvane", "names “skarvane”"),
        ("renewal", "What Bram wants", "names “bram”"),
        ("renewal", "Credit of £640", "figure"),
        ("renewal", "Her points first", "speaks of them"),
        ("renewal", "Our margin", "is no word of theirs"),
        ("renewal", "We give first", "word to you"),
        ("renewal", "Our proposal for the test", "our proposal"),
        ("price_negotiation", "Who signs the order", "order"),
        ("price_negotiation", "How long the building work takes", "is no word of theirs"),
        ("thin_lead", "more", "says nothing"),
    ],
)
def test_a_topic_is_refused_with_its_reason(example_name: str, text: str, why: str) -> None:
    found = Gate(example(example_name)).topic(text)
    assert isinstance(found, str)
    assert why in found


@pytest.mark.parametrize("text", ["What the board can read", "How it is done now", "Open questions"])
def test_plain_words_and_their_own_words_pass_as_a_topic(text: str) -> None:
    assert isinstance(Gate(example("renewal")).topic(text), CustomerSafe)


def noted(*texts: str) -> Gate:
    notes = tuple(NoteLine(label=f"L{number}", text=text) for number, text in enumerate(texts, start=1))
    return Gate(AccountContext(account="Tarnbeck", today=date(2026, 11, 30), notes=notes))


@pytest.mark.parametrize(
    "need", ["Needs better CRM integration", "Tarnbeck wants an interface to their CRM.", "Braucht eine CRM-Anbindung"]
)
def test_a_crm_that_the_customer_needs_is_theirs(need: str) -> None:
    gate = noted(need)
    assert gate.why_not_brought("Your CRM and our interface") == ""
    for ours in ("Our CRM and your interface", "Update CRM", "CRM says 40 %", "We log it in the CRM", "CRM stage"):
        assert gate.why_not_brought(ours), ours
    assert noted(need, "update CRM").why_not_brought("Your CRM and our interface")


@pytest.mark.parametrize(
    "line",
    [
        "update CRM",
        "CRM says 40 %",
        "log it in the CRM",
        "[auto] Needs better CRM integration",
        "Needs an update in the CRM",
        "needs CRM update",
        "We need a better CRM",
        "mgr wants a better CRM",
        "Needs better CRM integration before our forecast",
        "Needs better CRM integration, in confidence, do not tell",
    ],
)
def test_a_crm_that_is_our_own_talk_stays_with_us(line: str) -> None:
    assert "crm" in noted(line).why_not_brought("Your CRM and our interface").casefold()


def test_a_word_hidden_by_invisible_signs_does_not_pass() -> None:
    gate = Gate(example("renewal"))
    assert isinstance(gate.topic("Skar\u200bvane"), str)
    assert isinstance(gate.brought("Skar\u00advane has a price"), str)


def test_what_we_bring_may_hold_our_prices_and_none_of_our_limits() -> None:
    gate = Gate(example("price_negotiation"))
    assert isinstance(gate.brought("Two plants: 2 × 26,000 = 52,000"), CustomerSafe)
    for text in (
        "Licence, at least 71k",
        "Koen: 3 % per contract",
        "A brewery added its third one after eleven months at Lars' price",
    ):
        assert isinstance(gate.brought(text), str), text


@pytest.mark.parametrize(("name", "label"), SECRETS)
@pytest.mark.parametrize("part", PARTS)
def test_a_confidential_line_on_the_page_is_in_nothing_the_customer_gets(name: str, label: str, part: str) -> None:
    text = example(name).lines[label].text
    forms: tuple[tuple[str, Kind], ...] = (
        (f"- {text}", "item"),
        (f"- 5–9 {text}", "item"),
        (f"> “I'd like to {text}. I hope we {text}”", "quote"),
        (f"| Point | What |\n|---|---|\n| one | {text.replace('|', ' ')} |", "table"),
    )
    special = _special(name, label)
    for form, kind in forms:
        shown = shown_text(with_block(page_of(name), form, part=part, kind=kind), example(name))
        assert fold(text) not in fold(shown)
        assert not special & words_of(shown), form


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_format_holds_a_confidential_line(name: str) -> None:
    plan = page_of(name)
    for part in PARTS:
        for line in confidential_lines(name):
            plan = with_block(plan, f"- {line.text}", part=part)
    secret = frozenset().union(*(_special(name, line.label) for line in confidential_lines(name)), frozenset())
    for kind, text in every_text(plan, example(name)).items():
        assert not secret & words_of(text), kind


@pytest.mark.parametrize("text", INTERNAL_TALK)
@pytest.mark.parametrize("part", PARTS)
def test_words_to_the_rep_are_in_nothing_the_customer_gets(text: str, part: str) -> None:
    for form in (f"- {text}", f"- 5–9 {text}", f"> “I'd like to {text}.”"):
        plan = with_block(page_of("price_negotiation"), form, part=part, kind="quote" if form[0] == ">" else "item")
        assert fold(text) not in fold(shown_text(plan, example("price_negotiation")))


def test_what_a_groundwork_keeps_is_kept_though_no_line_says_so() -> None:
    context = example("price_negotiation")
    kept = Block(
        id="G1", kind="item", text="- Dacorel's notice: from everybody", part="in_confidence", citations=("L9",)
    )
    gate = Gate(context, Groundwork(blocks=(kept,)))
    assert isinstance(gate.brought("Dacorel, 41.400 a year, runs to March"), str)


_PIECE = st.one_of(
    st.sampled_from(SAFE_PIECES),
    st.sampled_from(INTERNAL_TALK),
    st.sampled_from([example(name).lines[label].text for name, label in SECRETS if name == "price_negotiation"]),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(_PIECE, st.sampled_from((*PARTS, "best", "other", "find_out"))), max_size=12))
def test_every_word_of_any_mixed_page_s_agenda_is_plain_or_theirs(pieces: list[tuple[str, str]]) -> None:
    context = example("price_negotiation")
    blocks = (
        Block(id=f"B{n}", kind=KINDS.get(text[0], "item"), text=text, part=part)
        for n, (text, part) in enumerate(pieces)
    )
    plan = MeetingPlan(title="Squeeze Maasvelde", blocks=tuple(blocks), language="en")
    gate = Gate(context)
    fixed = words_of("\n".join((*dataclasses.astuple(PHRASES["en"]), "friday december", context.meeting.place)))
    agenda, *brought = handouts(plan, context)
    for word in words_of("\n".join(one.text for one in words(agenda))):
        assert word in gate._known_words | fixed or not any(map(str.isalpha, word)), word
    secret = {word for name, label in SECRETS if name == "price_negotiation" for word in _special(name, label)}
    limits = [
        one.value for line in confidential_lines("price_negotiation") for one in figures(line.text) if one.value > 12
    ]
    for sheet in (agenda, *brought):
        text = "\n".join(one.text for one in words(sheet))
        assert not secret & words_of(text)
        assert not [one for one in figures(text) if one.value in limits and one.unit != "min"]
        assert not any(fold(talk) in fold(text) for talk in INTERNAL_TALK)
