"""Foreign text shown as text, whatever marks are in it."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.excerpt import excerpt
from coach.ui.plain_text import plain, plain_line, plain_name

LIVE = set("\\`*_{}[]()<>$~|!")


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $6", "**bold** _it_", "<script>alert(1)</script>", "[a](http://evil.example)", "![x](y)", "# head",
        "- item", "1. item", ":material/home: :red[x]", "`code`", "a|b", "http://evil.example", "www.evil.example",
        "me@evil.example", "&lt;b&gt;", "a -> b", "x :streamlit:",
    ],
)  # fmt: skip
def test_no_mark_stays_live(text: str) -> None:
    assert not LIVE & set(plain(text))
    assert read(plain(text)) == text


def read(shown: str) -> str:
    """What a person reads."""
    return html.unescape(shown).replace("\u2060", "")


@pytest.mark.parametrize(
    "text", ["www.evil.example", "https://evil.example", "me@evil.example", "a -> b", ":streamlit:"]
)
def test_what_streamlit_makes_live_in_finished_text_is_taken_apart(text: str) -> None:
    assert text not in html.unescape(plain(text))


def test_lines_stay_lines() -> None:
    assert plain("one\ntwo") == "one  \ntwo"


def test_a_line_is_cut_with_a_mark() -> None:
    assert plain_line("one two\nthree", longest=9) == "one two …"


@given(st.lists(st.text("abcé,", min_size=1, max_size=12), min_size=1, max_size=20), st.integers(12, 80))
def test_a_text_that_is_too_long_ends_at_a_word(words: list[str], longest: int) -> None:
    text = " ".join(words)
    shown = excerpt(text, longest)
    assert shown == text or len(text) > longest
    assert shown.removesuffix(" …").split() == words[: len(shown.removesuffix(" …").split())]
    assert len(shown.removesuffix(" …")) <= longest


def test_a_word_that_is_too_long_is_cut_all_the_same() -> None:
    assert excerpt("x" * 9, 4) == "xxxx …"


@given(st.text(alphabet=st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"])))
def test_any_text_reads_as_it_was_written(text: str) -> None:
    assert read(plain(text)) == text.replace("\u2060", "") or not text.isprintable()
    assert not LIVE & set(plain(text))


@pytest.mark.parametrize(
    "text", ["$5 and $6", "**bold** _it_", "[a](http://evil.example)", "www.evil.example", ":red[x]"]
)
def test_a_name_has_no_marks_for_screen_readers_to_spell_out(text: str) -> None:
    assert not set("\\`*_{}[]<>$~|&#") & set(plain_name(text))
    assert "http://" not in plain_name(text)
    assert "www." not in plain_name(text)
    assert plain_name("Tom: about 14:30, 3 of 5") == "Tom: about 14:\u206030, 3 of 5"
