"""Hostile text costs time in proportion to its length: each of these took ten seconds to minutes when it did not."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from coach.figures import figures
from coach.names import names
from coach.sums import shown_sums

MOST_CPU_S = 2.0


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (figures, "two trucks 5 " * 8_000),
        (names, "Adam Bell 5 " * 8_000),
        (names, "A1" + "b2" * 40 + "/ " + "Aa0" * 5_000),
        (shown_sums, "5 " + "a" * 100 + " 6 is 7"),
    ],
    ids=["figures", "names", "a code without an end", "a long word in a sum"],
)
def test_hostile_text_is_read_in_proportion_to_its_length(read: Callable[[str], object], text: str) -> None:
    began = time.process_time()
    read(text)
    assert time.process_time() - began < MOST_CPU_S
