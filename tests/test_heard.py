"""A criticism and a page in one answer are told apart while they stream."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.events import BlockDone, Event, HeardInTwo, StageStarted, StartedAgain, TextArrived
from coach.markup import join

CRITICISM = "1. Item # 3 names nobody (L5).\n2. #2 is late.\n\n## In all\nToo long.\n"
PAGE = "# A title\n\nOne thing.\n\n# Another\n\n- A step"


def told(events: list[Event], stage: str) -> str:
    return "".join(event.delta for event in events if isinstance(event, TextArrived) and event.stage == stage)


def parts_of(text: str, cuts: list[int]) -> list[str]:
    ends = [*sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@given(st.lists(st.integers(min_value=0, max_value=500), max_size=12))
def test_the_page_begins_at_its_title_however_the_answer_arrives(cuts: list[int]) -> None:
    events: list[Event] = []
    hears = HeardInTwo("criticism", "rewrite", events.append)
    for delta in parts_of(CRITICISM + PAGE, cuts):
        hears.text(delta)
    criticism, blocks = hears.finish()
    assert criticism == CRITICISM.strip()
    assert join(blocks).strip() == PAGE
    assert told(events, "criticism") == CRITICISM
    assert told(events, "rewrite") == PAGE
    assert [event.stage for event in events if isinstance(event, StageStarted)] == ["criticism", "rewrite"]
    assert [event.block for event in events if isinstance(event, BlockDone)] == list(blocks)


@pytest.mark.parametrize("text", ["Only a paragraph.", "## No title\n\n- A step"])
def test_an_answer_without_a_title_is_all_page(text: str) -> None:
    hears = HeardInTwo("criticism", "rewrite", lambda event: None)
    hears.text(text)
    criticism, blocks = hears.finish()
    assert (criticism, join(blocks).strip()) == ("", text)


@pytest.mark.parametrize("arrived", ["1. Half a", CRITICISM + "# A ti"])
def test_what_arrived_before_another_try_counts_for_nothing(arrived: str) -> None:
    events: list[Event] = []
    hears = HeardInTwo("criticism", "rewrite", events.append)
    hears.text(arrived)
    hears.again()
    hears.text("2. Late.\n# New\n\nText.")
    criticism, blocks = hears.finish()
    assert (criticism, join(blocks).strip()) == ("2. Late.", "# New\n\nText.")
    assert StartedAgain("criticism") in events
