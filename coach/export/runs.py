"""The inline Markdown of a block as plain runs of text, for formats that must not interpret it again (PDF, terminal).

Only bold, italic, code, line breaks, lists, quotations and tables mean something; links and pictures are their plain
words, and everything else (HTML, entities, backslashes, dollar signs) stands as it was written. Knows nothing about
plans or pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from coach.markup import heading_level, heading_text
from coach.schema import Block, Kind

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""Control characters, direction overrides and lone surrogates: nothing a reader should see, and JSON chokes on some."""
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_CELL_END = re.compile(r"(?<!\\)\|")
_RULE_ROW = re.compile(r"^[\s|:-]*-[\s|:-]*$")
_LITERAL = ["entity", "escape", "code", "fence", "reference", "lheading", "hr", "html_block", "html_inline"]
_LEVELS = 4
"""Nested deeper than this is shown as if it were not: no page is that wide, and typst stops at some depth."""
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).disable(_LITERAL)


@dataclass(frozen=True)
class Run:
    """Text in one style. `is_break`: a line break, without text."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    is_break: bool = False


@dataclass(frozen=True)
class Piece:
    """A paragraph, a list item with its marker, a quotation or a table, and what is nested in it."""

    kind: Literal["paragraph", "item", "quote", "heading", "table"]
    runs: tuple[Run, ...] = ()
    marker: str = ""
    children: tuple[Piece, ...] = ()
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()
    """The first row is the header."""


def printed(blocks: Iterable[Block], *, title: str) -> tuple[Block, ...]:
    """The blocks that hold words, without rules and without the heading that repeats the title."""
    return tuple(
        block
        for block in blocks
        if block.text.strip("#>-*_= \n") and not (heading_level(block) == 1 and heading_text(block) == title)
    )


def clean(text: str) -> str:
    """The text without control characters, direction overrides and lone surrogates."""
    return _UNSAFE.sub("", text.replace("\r\n", "\n"))


def runs_of(text: str) -> tuple[Run, ...]:
    """One paragraph or cell of inline Markdown."""
    tokens = _MARKDOWN.parseInline(clean(text).strip())
    return _styled(tokens[0].children or []) if tokens else ()


def plain(runs: tuple[Run, ...]) -> str:
    return "".join(" " if run.is_break else run.text for run in runs)


def pieces_of(text: str, *, kind: Kind) -> tuple[Piece, ...]:
    """What a block holds, in order; the block's kind counts also where its text carries no marker for it."""
    text = clean(text).strip()
    if kind == "table":
        return (_table(text),)
    if kind == "heading":
        return (Piece("heading", (Run(heading_text(Block(id="heading", kind=kind, text=text))),)),)
    text = _STEP.sub("\n\n", text) if kind == "text" else text
    pieces = _shallow(_children(SyntaxTreeNode(_MARKDOWN.parse(text))), levels=_LEVELS)
    if kind == "item" and pieces and pieces[0].kind == "paragraph":
        return (Piece("item", pieces[0].runs, marker="•", children=pieces[1:]),)
    if kind == "quote" and any(piece.kind != "quote" for piece in pieces):
        return (Piece("quote", children=pieces),)
    return pieces


_STEP = re.compile(r"(?<=\S)\n(?=\d{1,3}[.)] +\*\*)")
"""Before a step that somebody wrote right under a paragraph: `… the same.\\n3. **Support:** …`."""


def _shallow(pieces: tuple[Piece, ...], *, levels: int) -> tuple[Piece, ...]:
    return tuple(lifted for piece in pieces for lifted in _lifted(piece, levels=levels))


def _lifted(piece: Piece, *, levels: int) -> tuple[Piece, ...]:
    if levels > 1:
        return (replace(piece, children=_shallow(piece.children, levels=levels - 1)),)
    alone = (replace(piece, children=()),) if piece.runs else ()
    return (*alone, *_shallow(piece.children, levels=1))


def _children(node: SyntaxTreeNode) -> tuple[Piece, ...]:
    return tuple(piece for child in node.children for piece in _pieces(child))


def _pieces(node: SyntaxTreeNode) -> tuple[Piece, ...]:
    if node.type in ("bullet_list", "ordered_list"):
        return tuple(_item(item, ordered=node.type == "ordered_list") for item in node.children)
    if node.type == "blockquote":
        return (Piece("quote", children=_children(node)),)
    runs = tuple(run for child in node.children for run in _styled(_tokens(child)))
    return (Piece("heading" if node.type == "heading" else "paragraph", runs),)


def _tokens(node: SyntaxTreeNode) -> list[Token]:
    return (node.token.children or []) if node.token else []


def _item(node: SyntaxTreeNode, *, ordered: bool) -> Piece:
    nested = _children(node)
    marker = f"{node.info}{node.markup}" if ordered else "•"
    if nested and nested[0].kind == "paragraph":
        return Piece("item", nested[0].runs, marker=marker, children=nested[1:])
    return Piece("item", marker=marker, children=nested)


def _table(text: str) -> Piece:
    lines = [line for line in text.splitlines() if line.strip() and not is_rule_row(line)]
    rows = [[runs_of(cell) for cell in cells_of(line)] for line in lines]
    width = max((len(row) for row in rows), default=0)
    return Piece("table", rows=tuple((*row, *[()] * (width - len(row))) for row in rows))


def is_rule_row(line: str) -> bool:
    """`|---|:--|`, below a table's header."""
    return _RULE_ROW.match(line) is not None


def cells_of(line: str) -> list[str]:
    """The cells of a table's row, a bar written as `\\|` as one."""
    cells = _CELL_END.split(line.strip().removeprefix("|"))
    if len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return [cell.replace(r"\|", "|") for cell in cells]


def _styled(tokens: list[Token]) -> tuple[Run, ...]:
    runs: list[Run] = []
    bold = italic = 0
    for token in tokens:
        bold += token.nesting if token.type.startswith("strong") else 0
        italic += token.nesting if token.type.startswith("em_") else 0
        runs += _read(token, bold=bold > 0, italic=italic > 0)
    return tuple(runs)


def _read(token: Token, *, bold: bool, italic: bool) -> list[Run]:
    if token.type == "softbreak":
        return [Run(" ", bold, italic)]
    if token.type == "hardbreak":
        return [Run("", is_break=True)]
    if token.type == "code_inline":
        return [Run(token.content, bold, italic, code=True)]
    if token.type not in ("text", "text_special", "image", "html_inline"):
        return []
    parts = [Run(part, bold, italic) for part in _BREAK.split(token.content)]
    broken = [run for part in parts for run in (part, Run("", is_break=True))][:-1]
    return [run for run in broken if run.text or run.is_break]
