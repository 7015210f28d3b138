"""docx, xlsx and pdf -> paragraphs. Runs as a process of its own, `python -m coach.office KIND FILE`.

The parsers meet files that strangers made, so their time and memory are bounded from outside. Prints JSON: the
paragraphs, or the one sentence that says why there are none. Knows nothing about notes.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path

MAX_MEMORY = 2_000_000_000
MAX_CELLS = 2_000_000


class Unreadable(Exception):
    """The file is whole but holds nothing that can be read; the message ends in what to do."""


def paragraphs(kind: str, path: Path) -> Iterator[str]:
    """Paragraphs and table rows in order.

    Raises:
        Unreadable: encrypted, or without text.
    """
    return {"docx": _docx, "xlsx": _xlsx, "pdf": _pdf}[kind](path)


def table_rows(rows: Iterable[list[str]], *, title: str = "") -> Iterator[str]:
    """The first filled row names the columns; each other one becomes `column: value; column: value`."""
    filled = [cells for row in rows if any(cells := [" ".join(cell.split()) for cell in row])]
    if len(filled) == 1:
        yield "; ".join(cell for cell in filled[0] if cell)
    for cells in filled[1:]:
        named = [_named(filled[0], at, cell) for at, cell in enumerate(cells) if cell]
        yield (f"{title}: " if title else "") + "; ".join(named)


def _named(columns: list[str], at: int, cell: str) -> str:
    column = columns[at] if at < len(columns) else ""
    return f"{column}: {cell}" if column else cell


def _docx(path: Path) -> Iterator[str]:
    import docx
    from docx.table import Table

    for part in docx.Document(str(path)).iter_inner_content():
        if not isinstance(part, Table):
            yield part.text
            continue
        rows = [[cell.text for cell in row.cells] for row in part.rows]
        yield from ([f"{first}: {second}" for first, second in rows] if _is_form(rows) else table_rows(rows))


def _is_form(rows: list[list[str]]) -> bool:
    """Two columns, the first of them names."""
    return all(len(row) == 2 for row in rows)


def _xlsx(path: Path) -> Iterator[str]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    left = MAX_CELLS
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        rows = []
        for row in sheet.iter_rows():
            left -= len(row)
            if left < 0:
                raise Unreadable(f"more than {MAX_CELLS:,} cells. Save the rows of this account alone.")
            rows.append([cell_text(cell.value, getattr(cell, "number_format", "")) for cell in row])
        yield from table_rows(rows, title=sheet.title if len(book.worksheets) > 1 else "")


def cell_text(value: object, number_format: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case int() | float() if "%" in number_format:
            return f"{value * 100:.10g}%"
        case float():
            return f"{value:.15g}"
        case _:
            return str(value)


def _pdf(path: Path) -> Iterator[str]:
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("locked with a password. Save it without one.")
    has_text = False
    for page in reader.pages:
        for paragraph in _unwrapped(page.extract_text()):
            has_text = has_text or bool(re.search(r"\w{2}", paragraph))
            yield paragraph
    if not has_text:
        raise Unreadable("has no text, only pictures (a scan?). Run a text recognition over it, or type the notes.")


def _unwrapped(text: str) -> Iterator[str]:
    """Lines of a page joined where a sentence runs on."""
    held = ""
    for line in text.split("\n"):
        runs_on = held and line.strip() and held[-1] not in ".!?:;" and (line.lstrip()[:1].islower() or held[-1] == ",")
        if runs_on:
            held = f"{held} {line.strip()}"
            continue
        yield from [held] if held else []
        held = line.strip()
    yield from [held] if held else []


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def main() -> None:
    logging.disable(logging.CRITICAL)
    _bound_memory()
    try:
        answer: dict[str, object] = {"paragraphs": list(paragraphs(sys.argv[1], Path(sys.argv[2])))}
    except Unreadable as error:
        answer = {"problem": str(error)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
