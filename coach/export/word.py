"""A Word file that grows from top to bottom: title, band, headings, items, quotations, tables with header rows.

Everything is a style of Word's own, so that it can be changed in one place, and every text is plain runs: nothing of
it becomes a field or a link. Knows nothing about plans; how it looks is said in word_style.py.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docx.document import Document as WordDocument
from docx.shared import Length, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from coach.excerpt import excerpt
from coach.export.runs import Piece, Run, clean
from coach.export.typeset import Paper
from coach.export.word_style import INDENT, empty_document, fit_columns, keep_whole, shade

_NOT_IN_XML = re.compile("[\ufffe\uffff]")
_MAX_PROPERTY = 253
"""Characters in a property of a file: with ` …` behind them as many as the format allows."""
_Place = WordDocument | _Cell


@dataclass(frozen=True)
class Shown:
    """One block: its pieces, and what stands small behind its last word."""

    pieces: tuple[Piece, ...]
    tail: str = ""


@dataclass(frozen=True)
class Column:
    """A cell of the band on top."""

    label: tuple[Run, ...]
    blocks: tuple[Shown, ...]


class WordFile:
    def __init__(self, *, paper: Paper, language: str) -> None:
        self._document = empty_document(paper=paper, language=language)
        self._language = language

    def describe(self, *, title: str, author: str, subject: str, day: dt.date) -> None:
        """Fill the file's properties; `day` is when it was made."""
        told = self._document.core_properties
        told.title, told.author, told.subject = (
            excerpt(_xml(text), _MAX_PROPERTY) for text in (title, author, subject)
        )
        told.last_modified_by, told.comments, told.language = told.author, "", self._language
        told.created = told.modified = dt.datetime.combine(day, dt.time())

    def title(self, text: str) -> None:
        _fill(self._document.add_paragraph(style="Title"), [Run(text)])

    def small(self, text: str) -> None:
        """A grey line; nothing when it has no words."""
        if text:
            _fill(self._document.add_paragraph(style="Subtitle"), [Run(text)])

    def heading(self, runs: Iterable[Run], *, level: int = 1) -> None:
        _fill(self._document.add_paragraph(style=f"Heading {min(max(level, 1), 3)}"), runs)

    def block(self, shown: Shown) -> None:
        _write(shown, self._document)

    def band(self, columns: Sequence[Column]) -> None:
        """Columns side by side on a tint; nothing when there is none."""
        if not columns:
            return
        table = _table(self._document, rows=1, columns=len(columns))
        for cell, column in zip(table.rows[0].cells, columns, strict=True):
            shade(cell)
            first = cell.paragraphs[0]
            first.style = "Heading 2"
            _fill(first, column.label)
            for shown in column.blocks:
                _write(shown, cell)
        _space(self._document)

    def columns(self, rows: Sequence[Sequence[Iterable[Run]]]) -> None:
        """Lines with their cells below each other, without a frame: hours, topic, minutes."""
        table = _table(self._document, rows=len(rows), columns=max(map(len, rows)))
        table.style = "Normal Table"
        for row, written in zip(table.rows, rows, strict=True):
            keep_whole(row, is_header=False)
            for cell, runs in zip(row.cells, written, strict=True):
                _fill(cell.paragraphs[0], runs)
        fit_columns(table)
        _space(self._document)

    def footer(self, text: str) -> None:
        paragraph = self._document.sections[0].footer.paragraphs[0]
        paragraph.style = "Footer"
        _fill(paragraph, [Run(text)])

    def data(self) -> bytes:
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()


def _write(shown: Shown, place: _Place, *, level: int = 0, style: str = "Normal") -> None:
    last = len(shown.pieces) - 1
    for number, piece in enumerate(shown.pieces):
        _piece(piece, place, tail=shown.tail if number == last else "", level=level, style=style)


def _piece(piece: Piece, place: _Place, *, tail: str, level: int, style: str) -> None:
    own_tail = "" if piece.children else tail
    if piece.kind == "table":
        return _ready_table(piece, place, tail)
    if piece.kind == "item":
        _item(piece, place, tail=own_tail, level=level)
    elif piece.kind != "quote":
        paragraph = place.add_paragraph(style=style)
        if level:
            paragraph.paragraph_format.left_indent = Length(INDENT * level)
        _fill(paragraph, piece.runs, tail=own_tail, is_bold=piece.kind == "heading")
    deeper = level + 1 if piece.kind == "item" else level
    _write(Shown(piece.children, tail), place, level=deeper, style="Quote" if piece.kind == "quote" else style)


def _item(piece: Piece, place: _Place, *, tail: str, level: int) -> None:
    is_bullet = piece.marker == "•"
    paragraph = place.add_paragraph(style="List Bullet" if is_bullet else "List Paragraph")
    layout = paragraph.paragraph_format
    if level or not is_bullet:
        layout.left_indent, layout.first_line_indent = Length(INDENT * (level + 1)), Length(-INDENT)
    if not is_bullet:
        layout.tab_stops.add_tab_stop(Length(INDENT * (level + 1)))
        paragraph.add_run(f"{_xml(piece.marker)}\t")
    _fill(paragraph, piece.runs, tail=tail)


def _ready_table(piece: Piece, place: _Place, tail: str) -> None:
    width = max(map(len, piece.rows), default=0)
    if width:
        table = _table(place, rows=len(piece.rows), columns=width)
        for number, (row, written) in enumerate(zip(table.rows, piece.rows, strict=True)):
            keep_whole(row, is_header=number == 0)
            for cell, runs in zip(row.cells, written, strict=True):
                _fill(cell.paragraphs[0], runs, is_bold=number == 0)
                cell.paragraphs[0].paragraph_format.space_after = Pt(1)
                if number == 0:
                    shade(cell)
    _space(place, tail)


def _table(place: _Place, *, rows: int, columns: int) -> Table:
    table = place.add_table(rows, columns)
    table.style = "Table Grid"
    table.autofit = True
    return table


def _space(place: _Place, tail: str = "") -> None:
    """A narrow line below a table, with its citations."""
    paragraph = place.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(2)
    _fill(paragraph, (), tail=tail)


def _xml(text: str) -> str:
    return _NOT_IN_XML.sub("", clean(text))


def _fill(paragraph: Paragraph, runs: Iterable[Run], *, tail: str = "", is_bold: bool = False) -> None:
    for run in runs:
        written = paragraph.add_run(_xml(run.text))
        if run.is_break:
            written.add_break()
        written.bold = True if run.bold or is_bold else None
        written.italic = True if run.italic else None
        if run.code:
            written.font.name = "Consolas"
    if tail:
        paragraph.add_run(f" {_xml(tail)}", style="Citation")
