"""What the rep writes herself and no line holds, told as her own word."""

from __future__ import annotations

import pytest

from coach.grounding import ground
from coach.own_words import ON_HER_WORD, on_her_word
from coach.schema import Block
from tests.support.plans import example

CONTEXT = example("harrowgate_context")


def looked_at(text: str, *, citations: tuple[str, ...] = (), by: str = "rep") -> Block:
    block = Block(id="B1", kind="item", text=text, part="before", citations=citations, written_by=by)  # type: ignore[arg-type]
    return on_her_word(ground([block], CONTEXT), CONTEXT)[0]


@pytest.mark.parametrize("citations", [(), ("L3",), ("L3", "L4")])
@pytest.mark.parametrize("text", ["Sven has the keys", "Ask Sven for the keys", "Ring at nine. Sven keeps them."])
def test_a_name_that_no_line_holds_is_marked_alike_wherever_it_stands(text: str, citations: tuple[str, ...]) -> None:
    check = looked_at(f"- {text}", citations=citations).check
    assert check.status == "unverified"
    assert check.problems == (f"“Sven” stands in no line of the notes: {ON_HER_WORD}",)


def test_a_figure_that_no_line_holds_rests_on_her_word_too() -> None:
    assert looked_at("- The crates cost 48,211 EUR.").check.problems == (
        f"“48,211 EUR” stands in no line of the notes: {ON_HER_WORD}",
    )


def test_what_the_coach_wrote_is_said_as_before() -> None:
    assert looked_at("- Ask Sven for the keys", by="coach").check.problems == ("no line is named for it: “Sven”",)
    assert looked_at("- Sven has the keys", by="coach").check.problems == ()


@pytest.mark.parametrize(
    "text", ["Maria has the keys", "Nobody has the keys", "Procurement has the keys", "Bring the keys"]
)
def test_known_people_and_common_openers_are_no_strangers(text: str) -> None:
    assert looked_at(f"- {text}").check.problems == ()
