"""xlsx -> CSV on standard output, row by row. Runs as a process of its own, `python -m coach.crm.sheets FILE`.

The parser meets files that strangers made, so its memory and processor time are bounded from outside. A sheet begins
with a record of one cell, SHEET_MARK and its name. Knows nothing about columns.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from coach.office import cell_text

SHEET_MARK = "\x1dsheet:"
MAX_MEMORY = 2_000_000_000
MAX_PROCESSOR_S = 600
"""A sheet of Excel's 1,048,576 rows takes about three minutes."""


def main() -> None:
    _bound()
    import openpyxl

    out = csv.writer(io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", errors="replace"))
    book = openpyxl.load_workbook(Path(sys.argv[1]), read_only=True, data_only=True)
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        out.writerow([f"{SHEET_MARK}{sheet.title}"])
        for row in sheet.iter_rows():
            out.writerow([cell_text(cell.value, getattr(cell, "number_format", "")) for cell in row])


def _bound() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_PROCESSOR_S, MAX_PROCESSOR_S))


if __name__ == "__main__":
    main()
