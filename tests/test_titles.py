"""What somebody is, where the notes plainly say so; and nothing where they do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.ui.titles import as_title, title_of

NAME = "Petra Lund"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Met Petra Lund, who runs operations, and liked it.", "runs operations"),
        ("Petra Lund, who is in charge of three plants in the north, called.", "is in charge of three plants"),
        ("Intro by Petra Lund (Founder of a startup accelerator).", "Founder of a startup accelerator"),
        ("Petra Lund (VP Sales, Corvane) was there.", "VP Sales"),
        ("Petra Lund, Head of IT, will chair it.", "Head of IT"),
        ("Petra Lund, head of it, will chair it.", "head of it"),
        ("Petra Lund, Head of IT confirmed the day.", "Head of IT"),
        ("Petra Lund, director of sales told me so.", "director of sales"),
        ("petra lund, vp ops", "vp ops"),
        ("Petra Lund - Regional Sales Manager", "Regional Sales Manager"),
        ("Petra Lund is their new Head of Finance and Controlling.", "Head of Finance and Controlling"),
        ("Petra Lund is our plant manager there.", "plant manager"),
        ("Spoke with their VP of Operations, Petra Lund, about it.", "VP of Operations"),
        ("Our chief buyer Petra Lund wants it.", "chief buyer"),
        ("Best regards,\nPetra Lund\nVP of Operations\nCorvane Ltd", "VP of Operations"),
        ("Petra Lund (VP) is new.\nMet the new VP of Operations Petra Lund today.", "VP of Operations"),
        ("Rang Head of IT Petra Lund.", "Head of IT"),
        ("Petra Lund | Operations Director | Corvane", "Operations Director"),
        ("Petra Lund, Werksleiterin bei Corvane", "Werksleiterin"),
    ],
)
def test_a_title_is_read_where_it_stands_beside_the_name(text: str, title: str) -> None:
    assert title_of(NAME, text) == title


@pytest.mark.parametrize(
    "text",
    [
        "Petra Lund told the director she wants it.",
        "Petra Lund, who told the director, wants it.",
        "Petra Lund (reports to VP Ops) wants it.",
        "Petra Lund, not the manager, decides.",
        "Petra Lund, and the director of sales, will come.",
        "Petra Lund (former CFO) left.",
        "Petra Lund (our champion) is keen.",
        "The director told Petra Lund.",
        "Petra Lund is the assistant to the CFO.",
        "Petra Lund\nWe will ask the manager.",
        "Petra Lund met Tom Reed, Head of IT.",
        "Ask Tom Reed (Head of IT) and Petra Lund.",
        "The VP of Operations told Petra Lund.",
        "Petra Lunden, Head of IT, will chair it.",
        "",
    ],
)
def test_what_is_not_plainly_said_of_somebody_is_no_title(text: str) -> None:
    assert title_of(NAME, text) == ""


@given(st.text(max_size=200), st.text(max_size=80))
def test_no_word_is_invented(before: str, behind: str) -> None:
    title = title_of(NAME, f"{before} {NAME}, {behind}")
    assert " ".join(title.split()) in " ".join(f"{before} {behind}".split())


@given(st.text(max_size=200))
def test_any_phrase_can_be_looked_at(phrase: str) -> None:
    assert as_title(phrase) in " ".join(phrase.split())
