"""How values are kept and read back, also those of another program version."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import StoreError
from coach.schema import AccountContext, Block, Critique, MeetingPlan, Suggestion
from coach.store.columns import as_json, cleaned, from_kept_json, read, read_all
from tests.support.harrowgate import CONTEXT, PLAN

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_any_text_becomes_one_that_every_database_holds(text: str) -> None:
    clean = cleaned(text)
    assert "\0" not in clean
    assert clean.encode("utf-8").decode("utf-8") == clean
    assert clean == "".join(one for one in text if one != "\0" and not "\ud800" <= one <= "\udfff")


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_within_a_noun_is_cleaned_too(text: str, other: str) -> None:
    block = Block(id="B1", kind="text", text=text, not_carried=(other,))
    kept = from_kept_json(as_json({"blocks": (block,), other: text}))
    assert isinstance(kept, dict)
    assert read_all(Block, kept["blocks"]) == (
        block.model_copy(update={"text": cleaned(text), "not_carried": (cleaned(other),)}),
    )


def test_backslashes_that_a_person_typed_stay() -> None:
    assert json.loads(as_json(["\\u0000"])) == ["\\u0000"]


def test_nouns_come_back_as_they_were() -> None:
    for noun in (CONTEXT, PLAN):
        assert read(type(noun), from_kept_json(as_json(noun))) == noun


def test_fields_that_are_newer_than_what_is_kept_have_their_default() -> None:
    kept = PLAN.model_dump(mode="json")
    for field in ("depth", "fallback", "drafted_by"):
        del kept[field]
    assert read(MeetingPlan, kept).blocks == PLAN.blocks


def test_a_field_that_is_no_longer_known_is_left_out() -> None:
    kept = PLAN.model_dump(mode="json")
    kept["mood"] = "sunny"
    kept["blocks"][1]["colour"] = {"deep": 1}
    assert read(MeetingPlan, kept) == PLAN


def test_a_value_that_is_no_longer_known_falls_back_to_the_default() -> None:
    kept = PLAN.model_dump(mode="json") | {"depth": "endless"}
    assert read(MeetingPlan, kept).depth == "standard"


def test_an_item_that_lacks_what_it_needs_is_left_out_and_the_others_stay() -> None:
    kept = PLAN.model_dump(mode="json")
    del kept["blocks"][2]["text"]
    del kept["blocks"][0]["kind"]
    assert read(MeetingPlan, kept).blocks == (PLAN.blocks[1], *PLAN.blocks[3:])


def test_a_list_leaves_out_what_is_no_such_noun() -> None:
    good = Suggestion(id="S1", kind="cut", block="B1", old="a", new="b", why="c").model_dump(mode="json")
    assert [one.id for one in read_all(Suggestion, [good, {"id": "S2"}, "nonsense"])] == ["S1"]
    assert read_all(Suggestion, None) == ()


def test_what_is_no_such_noun_at_all_is_said_in_one_line() -> None:
    with pytest.raises(StoreError, match="AccountContext cannot be read"):
        read(AccountContext, {"account": "Northwind"})
    assert read(Critique, {"nothing": "known"}) == Critique()
