"""Files, folders and zips of an export -> tables, whose rows are read one at a time.

Knows nothing about what a column means. A row is numbered as a spreadsheet shows it.
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from coach.crm.dialects import LONGEST_CELL, SAMPLE, Dialect, dialect_of
from coach.crm.opportunity import Problem
from coach.crm.sheets import SHEET_MARK
from coach.errors import InputError

OnProblem = Callable[[Problem], None]
Row = tuple[int, list[str]]

ENDINGS = frozenset({".csv", ".tsv", ".tab", ".xlsx", ".zip"})
SAMPLE_ROWS = 2_000
"""Enough to tell a column's dates apart; a tenth of a second."""
HEADING_WITHIN = 25
"""Reports put their title and filters above the heading."""
HEADING_SHARE = 0.75
"""Of the most cells filled in one of the first rows; a heading fills nearly all of them."""
MAX_UNPACKED = 20_000_000_000
"""Bytes of one file in a zip; they are read as a stream, this bounds the time."""
_NO_TABLE = (b"%PDF", b"PK\x05\x06", b"\x89PNG", b"<!DO", b"<htm", b"<?xm")


@dataclass(frozen=True)
class Hint:
    """What a mapping says of a file's writing; empty: look."""

    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True)
class Table:
    file: str
    """Its name, below the folder, zip or workbook it stands in."""
    headings: tuple[str, ...]
    heading_row: int
    dialect: Dialect
    open_text: Callable[[], AbstractContextManager[TextIO]] = field(compare=False, repr=False)
    sheet: str = ""
    sample: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    """Its first rows below the heading."""

    def rows(self, *, on_problem: OnProblem) -> Iterator[Row]:
        """The filled rows below the heading, each with as many cells as there are headings."""
        width = len(self.headings)
        for number, cells in self._below(on_problem):
            if len(cells) < width:
                cells += [""] * (width - len(cells))
            elif len(cells) > width and any(cells[width:]):
                reason = f"{len(cells)} values under {width} headings: a delimiter or a quote inside a value?"
                on_problem(Problem(self.file, number, "", reason))
                continue
            if any(cells):
                yield number, cells

    def _below(self, on_problem: OnProblem) -> Iterator[Row]:
        number = 0
        try:
            with self.open_text() as text:
                for number, cells in _of_sheet(_records(text, self, on_problem), self.sheet):
                    if number > self.heading_row:
                        yield number, cells
        except _DAMAGE as error:
            reason = f"damaged after row {number} ({type(error).__name__}); what stands above is used"
            on_problem(Problem(self.file, number, "", reason))


_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, subprocess.SubprocessError)


def read_tables(
    paths: Iterable[Path], *, on_problem: OnProblem, hints: Mapping[str, Hint] | None = None
) -> tuple[tuple[Table, ...], ...]:
    """The tables in files, folders and zips; what stands in one folder, with its zips, belongs together.

    `hints`: by file name, `*` allowed.

    Raises:
        InputError: a path that is not there.
    """
    groups: dict[Path, list[Table]] = {}
    for path in _files(paths):
        found = groups.setdefault(path.parent, [])
        try:
            found += _tables(path, hints or {}, on_problem)
        except _DAMAGE as error:
            on_problem(Problem(path.name, 0, "", f"cannot be read ({type(error).__name__})"))
    return tuple(tuple(tables) for tables in groups.values() if tables)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}: no such file or folder. Check the path.")
        if path.is_file():
            yield path
            continue
        for each in sorted(path.rglob("*")):
            is_hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in each.relative_to(path).parts)
            if each.is_file() and each.suffix.casefold() in ENDINGS and not is_hidden:
                yield each


def _tables(path: Path, hints: Mapping[str, Hint], on_problem: OnProblem) -> Iterator[Table]:
    if not zipfile.is_zipfile(path):
        yield from _table(path.name, lambda: path.open("rb"), hints, on_problem)
    elif "xl/workbook.xml" in zipfile.ZipFile(path).namelist():
        yield from _sheets(path.name, path, on_problem)
    else:
        yield from _zipped(path, hints, on_problem)


def _zipped(path: Path, hints: Mapping[str, Hint], on_problem: OnProblem) -> Iterator[Table]:
    for entry in zipfile.ZipFile(path).infolist():
        name = f"{path.name}/{entry.filename}"
        ending = Path(entry.filename).suffix.casefold()
        if entry.is_dir() or ending not in ENDINGS or "__MACOSX" in name:
            continue
        if ending in {".xlsx", ".zip"} or entry.file_size > MAX_UNPACKED or entry.flag_bits & 1:
            on_problem(Problem(name, 0, "", "a workbook, a zip, locked or too large inside a zip: unpack it first"))
            continue
        yield from _table(name, _opener(path, entry.filename), hints, on_problem)


def _opener(path: Path, entry: str) -> Callable[[], BinaryIO]:
    def open_entry() -> BinaryIO:
        return io.BufferedReader(_Entry(path, entry), 1 << 16)

    return open_entry


class _Entry(io.RawIOBase):
    """A zip's file as a stream that closes its zip."""

    def __init__(self, path: Path, entry: str) -> None:
        self._zip = zipfile.ZipFile(path)
        self._stream = self._zip.open(entry)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # the buffer protocol has no name before 3.12
        data = self._stream.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._zip.close()
        super().close()


def _table(
    name: str, opened: Callable[[], BinaryIO], hints: Mapping[str, Hint], on_problem: OnProblem
) -> Iterator[Table]:
    with opened() as stream:
        sample = stream.read(SAMPLE)
    if sample.startswith((b"\xd0\xcf\x11\xe0", *_NO_TABLE)):
        on_problem(Problem(name, 0, "", "no table of values: save it as .csv or .xlsx"))
        return
    hint = next((hint for pattern, hint in hints.items() if _is_named(name, pattern)), Hint())
    dialect = dialect_of(sample, encoding=hint.encoding, delimiter=hint.delimiter)

    @contextmanager
    def text() -> Iterator[TextIO]:
        errors = "windows" if dialect.encoding.startswith("utf-8") else "replace"
        with opened() as stream, io.TextIOWrapper(stream, dialect.encoding, errors=errors, newline="") as decoded:
            yield decoded

    yield from _headed(Table(name, (), 0, dialect, text), on_problem)


def _is_named(name: str, pattern: str) -> bool:
    name, pattern = name.casefold(), pattern.casefold()
    return fnmatch(name, pattern) or fnmatch(name.rpartition("/")[2], pattern)


def _sheets(name: str, path: Path, on_problem: OnProblem) -> Iterator[Table]:
    dialect = Dialect("utf-8", ",")

    @contextmanager
    def text() -> Iterator[TextIO]:
        with tempfile.TemporaryFile() as said:
            call = [sys.executable, "-m", "coach.crm.sheets", str(path.resolve())]
            run = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=said, cwd=Path(__file__).parents[2])
            try:
                with io.TextIOWrapper(run.stdout or io.BytesIO(), "utf-8", newline="") as decoded:
                    yield decoded
                    if decoded.read(1) == "" and run.wait():
                        raise subprocess.SubprocessError
            finally:
                run.kill()
                run.wait()

    with text() as rows:
        titles = [
            cells[0] for _, cells in _records(rows, Table(name, (), 0, dialect, text), on_problem) if _mark(cells)
        ]
    for title in titles:
        sheet = title.removeprefix(SHEET_MARK)
        label = f"{name}/{sheet}" if len(titles) > 1 else name
        yield from _headed(Table(label, (), 0, dialect, text, sheet=sheet), on_problem)


def _mark(cells: Sequence[str]) -> bool:
    return len(cells) == 1 and cells[0].startswith(SHEET_MARK)


def _headed(table: Table, on_problem: OnProblem) -> Iterator[Table]:
    """The table with its heading and its sample; none when it is empty."""
    found: list[Row] = []
    with table.open_text() as text:
        records = _of_sheet(_records(text, table, lambda _: None), table.sheet)
        found += islice(records, SAMPLE_ROWS + HEADING_WITHIN)
    top = [sum(bool(cell.strip()) for cell in cells) for _, cells in found[:HEADING_WITHIN]]
    most = max(top, default=0)
    if not most:
        on_problem(Problem(table.file, 0, "", "empty"))
        return
    at = next(at for at, filled in enumerate(top) if filled >= HEADING_SHARE * most)
    row, cells = found[at]
    headings = [" ".join(cell.split()) for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    sample = tuple(tuple(cells) for _, cells in found[at + 1 :])
    yield replace(table, headings=tuple(headings), heading_row=row, sample=sample)


def _of_sheet(records: Iterator[Row], sheet: str) -> Iterator[Row]:
    """The records of one sheet, numbered from 1; all of them when there are no sheets."""
    if not sheet:
        yield from records
        return
    is_in, first = False, 0
    for number, cells in records:
        if _mark(cells):
            if is_in:
                return
            is_in, first = cells[0] == f"{SHEET_MARK}{sheet}", number
        elif is_in:
            yield number - first, cells


def _records(text: TextIO, table: Table, on_problem: OnProblem) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text, delimiter=table.dialect.delimiter)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            on_problem(Problem(table.file, number, "", f"{error}: a quote that is never closed?"))
            continue
        yield number, cells
