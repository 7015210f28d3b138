"""A sheet for the customer as Markdown, Word and PDF. It can hold nothing but `CustomerSafe` words.

Knows nothing about plans or about what is safe.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from coach.export.runs import Piece, runs_of
from coach.export.safe import CustomerSafe
from coach.export.typeset import Json, Paper, typeset
from coach.export.word import Shown, WordFile

Row = tuple[CustomerSafe, ...]


@dataclass(frozen=True)
class SafeBlock:
    """Text, item and quote: one row of one cell. Table: the header first. Timed: when, what, how long; no header."""

    kind: Literal["text", "item", "quote", "table", "timed"]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Section:
    heading: CustomerSafe | None
    blocks: tuple[SafeBlock, ...]


@dataclass(frozen=True)
class Handout:
    title: CustomerSafe
    lines: tuple[CustomerSafe, ...]
    """Small, below the title."""
    sections: tuple[Section, ...]
    author: CustomerSafe
    """The seller, in the file's properties."""
    language: str
    """ISO 639-1."""
    day: dt.date
    """When it was made, in the file's properties."""


def as_markdown(handout: Handout) -> str:
    pieces = [f"# {handout.title.text}", *(line.text for line in handout.lines)]
    for section in handout.sections:
        if section.heading:
            pieces.append(f"## {section.heading.text}")
        pieces += _joined(section.blocks)
    return "\n\n".join(pieces) + "\n"


def as_docx(handout: Handout, *, paper: Paper = "a4") -> bytes:
    file = WordFile(paper=paper, language=handout.language)
    file.describe(title=handout.title.text, author=handout.author.text, subject="", day=handout.day)
    file.title(handout.title.text)
    for line in handout.lines:
        file.small(line.text)
    for section in handout.sections:
        if section.heading:
            file.heading(runs_of(section.heading.text))
        for block in section.blocks:
            if block.kind == "timed":
                file.columns([[runs_of(cell.text) for cell in row] for row in block.rows])
            else:
                file.block(Shown(_pieces(block)))
    return file.data()


def as_pdf(handout: Handout, *, paper: Paper = "a4") -> bytes:
    """One page, in smaller type where it holds much."""
    page: Json = {
        "title": handout.title.text,
        "author": handout.author.text,
        "lang": handout.language,
        "lines": [line.text for line in handout.lines],
        "sections": [
            {
                "heading": section.heading.text if section.heading else "",
                "blocks": [{"kind": block.kind, "pieces": _pieces(block)} for block in section.blocks],
            }
            for section in handout.sections
        ],
    }
    return typeset("handout.typ", page, paper=paper).data


def words(handout: Handout) -> Iterator[CustomerSafe]:
    """Everything on it, in order."""
    yield from (handout.title, *handout.lines, handout.author)
    for section in handout.sections:
        if section.heading:
            yield section.heading
        yield from (cell for block in section.blocks for row in block.rows for cell in row)


def _markdown(block: SafeBlock) -> str:
    cells = [[cell.text for cell in row] for row in block.rows]
    if block.kind == "table":
        header, *rows = [f"| {' | '.join(text.replace('|', chr(92) + '|') for text in row)} |" for row in cells]
        return "\n".join((header, "|---" * len(cells[0]) + "|", *rows))
    if block.kind == "timed":
        return "\n".join("- " + " · ".join(filter(None, row)) for row in cells)
    text = cells[0][0]
    return {"item": f"- {text}", "quote": f"> {text}"}.get(block.kind, text)


def _joined(blocks: tuple[SafeBlock, ...]) -> Iterator[str]:
    """Items that follow each other are one list."""
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        texts = [_markdown(block) for block in group]
        yield from ["\n".join(texts)] if kind == "item" else texts


def _pieces(block: SafeBlock) -> tuple[Piece, ...]:
    if block.kind in ("table", "timed"):
        return (Piece("table", rows=tuple(tuple(runs_of(cell.text) for cell in row) for row in block.rows)),)
    text = block.rows[0][0].text
    if block.kind == "item":
        return (Piece("item", runs_of(text), marker="•"),)
    paragraph = Piece("paragraph", runs_of(text))
    return (Piece("quote", children=(paragraph,)),) if block.kind == "quote" else (paragraph,)
