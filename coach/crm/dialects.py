"""What a file of values is written in: encoding, byte order mark, delimiter (pure, from its first bytes)."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass

SAMPLE = 262_144
"""Bytes looked at before a file is read."""
LONGEST_CELL = 8_000_000
"""Characters. A note of 5 MB in base64 fits; a quote that nobody closes ends here."""
DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 60
"""Records; more do not change the choice."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Dialect:
    encoding: str
    delimiter: str


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 read as Windows-1252: files joined of both are common."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


codecs.register_error("windows", _as_windows)


def dialect_of(sample: bytes, *, encoding: str = "", delimiter: str = "") -> Dialect:
    """Encoding and delimiter, unless they are given."""
    encoding = encoding or encoding_of(sample)
    text = sample.decode(encoding, errors="replace")
    return Dialect(encoding, delimiter or delimiter_of(text))


def encoding_of(sample: bytes) -> str:
    """By the mark; without one UTF-16 by its zeros, UTF-8 if it is that, else Windows-1252."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) // 8:
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def delimiter_of(text: str) -> str:
    """The mark that cuts most of the records into the same number of cells, and into the most."""
    if text[:4].casefold() == "sep=" and text[4:5] in DELIMITERS:
        return text[4]
    return max(DELIMITERS, key=lambda mark: _cuts(text, mark))


def _cuts(text: str, delimiter: str) -> tuple[float, int]:
    counts: Counter[int] = Counter()
    try:
        for cells in csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter):
            if any(cells):
                counts[len(cells)] += 1
            if counts.total() == _LOOKED_AT:
                break
    except csv.Error:
        return 0.0, 0
    cut = {cells: times for cells, times in counts.items() if cells > 1}
    if not cut:
        return 0.0, 0
    width, times = max(cut.items(), key=lambda item: (item[1], item[0]))
    return times / counts.total() * min(width, 6), width
