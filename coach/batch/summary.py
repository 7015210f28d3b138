"""The table at the end of a batch, as CSV and HTML: what became of each meeting, safe to open in a spreadsheet.

Written row by row, whatever the batch's size. What stands in it comes from outside: a cell that a spreadsheet would
compute gets a mark before it, and the page has neither links nor scripts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TextIO

from coach.batch.run import Standing
from coach.errors import InputError
from coach.store.batches import Batch
from coach.store.slots import SlotRow

COLUMNS = (
    "Meeting", "Account", "Opportunity", "Rep", "Stage", "Amount", "Currency", "State", "Score", "Gates",
    "Unverified", "Error", "What to do", "Calls", "Cost in US dollars", "Plan",
)  # fmt: skip
SUMMARY = "summary.csv"
COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings that make a spreadsheet compute a cell. Source: OWASP, CSV injection."""
STATES = {"waiting": "not drafted", "running": "being drafted", "done": "drafted", "failed": "failed"}


def write_summary(folder: Path, batch: Batch, rows: Iterable[SlotRow], standing: Standing) -> tuple[Path, Path]:
    """`summary.csv` and `summary.html` in the folder, which is made; the old ones are replaced when the new are whole.

    Raises InputError when they cannot be written.
    """
    table, page = folder / SUMMARY, folder / "summary.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _whole(table, encoding="utf-8-sig") as csv_file, _whole(page, encoding="utf-8") as html_file:
            writer = csv.writer(csv_file)
            writer.writerow(COLUMNS)
            html_file.write(_head(batch, standing))
            for row in rows:
                cells = tuple(_cells(row))
                writer.writerow([safe_cell(cell) for cell in cells])
                html_file.write(_row(row.state, cells))
            html_file.write("</tbody></table></body></html>\n")
    except OSError as error:
        raise InputError(f"{folder}: the summary cannot be written: {error.strerror}.") from error
    return table, page


def safe_cell(text: str) -> str:
    """The text as a spreadsheet shows it and never computes it: with an apostrophe before it where it could."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(COMPUTED) or text.startswith(COMPUTED) else text


def _cells(row: SlotRow) -> Iterator[str]:
    yield row.date.isoformat() if row.date else ""
    yield from (row.account, row.opportunity, row.rep, row.stage)
    yield "" if row.amount is None else f"{row.amount:.2f}".removesuffix(".00")
    yield row.currency
    yield STATES[row.state]
    yield "" if row.score is None else f"{row.score:.0f}"
    yield ", ".join(row.gates)
    yield str(row.unverified) if row.plan_id else ""
    yield from (row.error, row.hint)
    yield str(row.calls)
    yield f"{row.cost_usd:.4f}"
    yield row.plan_id


@contextmanager
def _whole(path: Path, *, encoding: str) -> Iterator[TextIO]:
    half = path.with_name(f".{path.name}.half")
    with half.open("w", encoding=encoding, errors="replace", newline="") as file:
        yield file
    half.replace(path)


def _head(batch: Batch, standing: Standing) -> str:
    said = (
        f"{standing.done} of {standing.total} meetings drafted, {standing.failed} failed, "
        f"${standing.cost_usd:.2f} spent" + (f" of ${batch.budget_usd:.2f}" if batch.budget_usd is not None else "")
    )
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in COLUMNS)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Plans of {escape(batch.source)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 2rem; color: #1a1a1a; background: #fff }}
table {{ border-collapse: collapse }}
th, td {{ padding: .3rem .6rem; border-bottom: 1px solid #ccc; text-align: left; vertical-align: top }}
th {{ position: sticky; top: 0; background: #f2f2f2 }}
tr.failed td, tr.waiting td {{ background: #fff4e5 }}
</style></head><body>
<h1>Plans of {escape(batch.source)}</h1>
<p>{escape(said)}. {escape(batch.error)}</p>
<table><thead><tr>{cells}</tr></thead><tbody>
"""


def _row(state: str, cells: Iterable[str]) -> str:
    return f'<tr class="{state}">{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>\n'
