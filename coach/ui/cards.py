"""What they will ask, as cards with a question and its answer, read from the blocks of that part (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach.checks.spoken import is_of_another_way, ways_to_open
from coach.plain import is_delimiter_row, plain
from coach.schema import Block

_MARK = r"\s*(?:[-*+•]\s+|\d{1,3}[.)]\s+)?"
_BETWEEN = r"[\s,;:.–—-]*"
_NAMED = re.compile(_MARK + r"Q(?:uestion)?[:.]\s*(?P<asked>.+?)\s+A(?:nswer)?[:.]\s*(?P<said>.+)", re.DOTALL)
_BOLD_FIRST = re.compile(_MARK + r"(\*\*|__)(?P<asked>.+?)\1" + _BETWEEN + r"(?P<said>.*)", re.DOTALL)
_QUOTED = re.compile(r"[^?“\"„«]*[“\"„«](?P<asked>[^“”\"„«»]+\?)[”\"“»]" + _BETWEEN + r"(?P<said>.*)", re.DOTALL)
_TO_THE_MARK = re.compile(_MARK + r"(?P<asked>[^?\n]+\?)[*_]*" + _BETWEEN + r"(?P<said>.*)", re.DOTALL)
_QUOTATION_MARKS = '“”"„«» '


@dataclass(frozen=True)
class Card:
    question: str
    answer: str
    """Markdown; empty where the page has none."""
    lines: tuple[str, ...] = ()


def cards(blocks: Sequence[Block]) -> tuple[Card, ...]:
    """One card a question, in the order of the page. A block without a question goes on with the answer before it."""
    found: list[Card] = []
    for block in blocks:
        if block.part != "answers" or (block.kind == "heading" and not _asks(block.text)):
            continue
        new = tuple(_cards_of(block))
        if new:
            found.extend(new)
        elif found:
            found[-1] = _with_more(found[-1], block)
    return tuple(found)


def opening(blocks: Sequence[Block]) -> str:
    """The words of the opening, without marks; empty where the page has none."""
    own = [block for block in blocks if block.part == "opening"]
    spoken = [block for block in own if block.kind != "heading" or is_of_another_way(block)]
    if len(ways_to_open(own)) < 2:
        spoken = [block for block in own if block.kind == "quote"] or spoken
    return "\n\n".join(plain(block.text) for block in spoken)


def _cards_of(block: Block) -> Iterator[Card]:
    if block.kind == "table":
        yield from _rows(block)
        return
    for shape in (_NAMED, _BOLD_FIRST, _QUOTED, _TO_THE_MARK):
        match = shape.match(block.text)
        if match and (shape is not _BOLD_FIRST or _asks(match["asked"]) or match["said"].strip()):
            yield Card(_bare(match["asked"]), match["said"].strip(), block.citations)
            return
    if block.kind == "heading":
        yield Card(_bare(block.text), "", block.citations)


def _rows(block: Block) -> Iterator[Card]:
    """The first cell asks, the others answer; the head is left out."""
    rows = [row for row in block.text.split("\n") if row.strip().startswith("|") and not is_delimiter_row(row)]
    for row in rows[1:]:
        cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
        if cells and cells[0]:
            yield Card(_bare(cells[0]), " · ".join(cells[1:]), block.citations)


def _with_more(card: Card, block: Block) -> Card:
    answer = f"{card.answer}\n\n{block.text}".strip()
    return Card(card.question, answer, tuple(dict.fromkeys((*card.lines, *block.citations))))


def _bare(asked: str) -> str:
    """Without marks, and without the quotation marks around all of it."""
    text = plain(asked)
    is_quoted = text[:1] in _QUOTATION_MARKS and text[-1:] in _QUOTATION_MARKS
    return text.strip(_QUOTATION_MARKS) if is_quoted else text


def _asks(text: str) -> bool:
    return "?" in text
