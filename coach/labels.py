"""Line labels in text (pure): `L4`, `[L3 F7]`, `L3-L6`."""

from __future__ import annotations

import re

MAX_RANGE = 40
"""A longer range is a slip of the pen, not a citation."""
_LABEL = re.compile(r"\b([LFP])([1-9]\d*)(?:\s*(?:-|–|—|\.\.|to|bis)\s*\1?([1-9]\d*))?\b")
_BRACKETED = re.compile(r"[ \t]*[\[(]\s*(?:lines?\s+)?(?:[LFP][1-9]\d*(?:\s*[-–—]\s*[LFP]?\d+)?[\s,;&/+and]*)+[\])]")
_SPACE_BEFORE_STOP = re.compile(r"[ \t]+([.,;:])")


def labels_in(text: str) -> tuple[str, ...]:
    """Every label in order, once; ranges written out, absurd ones cut to their first."""
    found: dict[str, None] = {}
    for kind, first, last in _LABEL.findall(text):
        stop = int(last) if last and int(first) <= int(last) <= int(first) + MAX_RANGE else int(first)
        found.update(dict.fromkeys(f"{kind}{number}" for number in range(int(first), stop + 1)))
    return tuple(found)


def take_citations(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without its bracketed labels, and the labels: `late [L5 L6].` gives `late.`, (`L5`, `L6`)."""
    cited = "".join(match[0] for match in _BRACKETED.finditer(text))
    if not cited:
        return text, ()
    return _SPACE_BEFORE_STOP.sub(r"\1", _BRACKETED.sub("", text)).rstrip(), labels_in(cited)
