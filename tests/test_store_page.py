"""What can be done to a page, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.schema import Block
from coach.store.page import Page, differences, ids_of, placed, taken_away, undone, with_revisions, without
from coach.store.records import KeptBlock


def page(words: str) -> Page:
    """One block a letter, named by it in lower case: `aBc` has a block `b` whose text is `B`."""
    return tuple(KeptBlock(block=Block(id=one.lower(), kind="item", text=one), revision=1) for one in words)


def words(of: Page) -> str:
    return "".join(kept.block.text for kept in of)


@pytest.mark.parametrize(
    ("after", "order", "wanted"),
    [
        ("", "", "xabc"),
        ("b", "", "abxc"),
        ("q", "aqbc", "axbc"),
        ("q", "qabc", "xabc"),
        ("q", "abdqc", "abxc"),
        ("q", "", "abcx"),
    ],
)
def test_a_block_is_placed_behind_its_neighbour_or_that_ones_last_neighbour(
    after: str, order: str, wanted: str
) -> None:
    assert words(placed(page("abc"), page("x")[0], after=after, order=order)) == wanted


@given(st.permutations("abcdef"), st.sampled_from("abcdef"), st.sampled_from("abcdef"))
def test_a_move_changes_nothing_but_one_place(order: list[str], moved: str, after: str) -> None:
    before = page("".join(order))
    block = next(kept for kept in before if kept.block.id == moved)
    now = placed(before, block, after=after)
    assert without(now, moved) == without(before, moved)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("abc", "abc", 0),
        ("abc", "abcd", 0),
        ("abc", "xabc", 0),
        ("abcdef", "abef", 2),
        ("abc", "", 3),
        ("abc", "xyz", 3),
        ("aa", "a", 1),
        ("aa", "aaa", 0),
    ],
)
def test_what_is_taken_away_is_counted(old: str, new: str, wanted: int) -> None:
    assert taken_away(old, new) == wanted


@pytest.mark.parametrize(
    ("before", "after", "now", "wanted"),
    [
        ("abc", "aBc", "aBc", "abc"),
        ("abc", "ac", "ac", "abc"),
        ("abc", "abxc", "abxc", "abc"),
        ("abc", "cab", "cab", "abc"),
        ("abc", "aBc", "aBC", "abC"),
        ("abc", "ac", "Ac", "Abc"),
        ("abc", "ac", "c", "bc"),
        ("abc", "cab", "cxab", "axbc"),
        ("abc", "bac", "cba", "cba"),
        ("abxc", "abc", "abXc", "abXc"),
    ],
)
def test_undo_takes_back_a_change_and_nothing_else(before: str, after: str, now: str, wanted: str) -> None:
    assert words(undone(page(now), page(before), page(after))) == wanted


def test_what_was_changed_further_is_not_undone() -> None:
    further = (page("a")[0].model_copy(update={"block": Block(id="a", kind="item", text="further")}),)
    assert undone(further, page("a"), page("A")) == further


@given(st.permutations("abcd"), st.permutations("abcd"))
def test_an_order_is_undone_whole(before: list[str], after: list[str]) -> None:
    old, new = page("".join(before)), page("".join(after))
    assert undone(new, old, new) == old


def test_differences_are_told_in_the_order_of_the_page_and_removed_ones_last() -> None:
    assert differences(page("abc"), page("xbA")) == (("", "x"), ("a", "A"), ("c", ""))


def test_a_block_keeps_its_revision_as_long_as_its_words_stay() -> None:
    before = page("abc")
    marked = before[1].model_copy(update={"block": before[1].block.model_copy(update={"citations": ("L1",)})})
    after = with_revisions(before, (page("A")[0], marked, page("x")[0]), 7)
    assert [(kept.block.id, kept.revision) for kept in after] == [("a", 7), ("b", 1), ("x", 7)]
    assert ids_of(after) == ("a", "b", "x")
