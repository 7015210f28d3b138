"""An opening as it is said: the rep says one of its alternatives, never all of them (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from coach.checks.page import Passage, passages_in, quotations
from coach.markup import heading_text
from coach.schema import Block

_UP_TO_COLON = r"[^“”\"„«»:.?!\n]{0,60}"
_OR = (
    r"(?:or|oder|ou|o|alternatively|otherwise|else|alternativ|andernfalls|sonst|sinon|si no)\b"
    rf"{_UP_TO_COLON}"
)
_IF = rf"(?:(?:but|only|and|nur|aber|und)\s+)?(?:if|falls|wenn|si|s['’]il)\b{_UP_TO_COLON}"
_OTHERWISE = re.compile(
    rf"(?:^|(?<=[”\"»“)])|(?<=[.!?])\s|\()[\s(–—-]*(?:{_OR}|{_IF}):\s*(?=[“\"„«])|^[\s(–—-]*{_OR}:\s+",
    re.IGNORECASE | re.MULTILINE,
)
"""`Or, if Jens is there: “…”`; what says a condition within the speech has no quotation mark behind its colon."""
_CASE = re.compile(rf"\W*(?:{_OR}|{_IF})", re.IGNORECASE)


def ways_to_open(blocks: Iterable[Block]) -> tuple[str, ...]:
    """The words of each alternative of an opening; of ready words these alone, else all. Empty without an opening."""
    own = [block for block in blocks if block.part == "opening"]
    said = tuple(_ways(own, is_ready=True))
    return said or tuple(_ways(own, is_ready=False))


def is_of_another_way(block: Block) -> bool:
    """A heading over an alternative: `If Jens is there`."""
    return block.kind == "heading" and _CASE.match(heading_text(block)) is not None


def _ways(blocks: Iterable[Block], *, is_ready: bool) -> Iterator[str]:
    way: list[str] = []
    for words in _pieces(blocks, is_ready=is_ready):
        if words is None and way:
            yield " ".join(way)
            way = []
        elif words:
            way.append(words)
    if way:
        yield " ".join(way)


def _pieces(blocks: Iterable[Block], *, is_ready: bool) -> Iterator[str | None]:
    """Stretches of words in order; None where another alternative begins."""
    for block in blocks:
        if is_of_another_way(block):
            yield None
        for passage in (one for one in passages_in(block) if one.part == "opening"):
            for place, text in enumerate(_OTHERWISE.split(passage.text)):
                yield from (None,) if place else ()
                yield _ready(passage, text) if is_ready else text.strip()


def _ready(passage: Passage, text: str) -> str:
    return " ".join(quotations(text)) or (text if passage.block.kind == "quote" else "")
