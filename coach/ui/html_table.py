"""A table as HTML that scrolls by itself where it is wider than the screen (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def html_table(
    label: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, marked: Sequence[bool] = ()
) -> str:
    """`rows`: cells as HTML; a column without any is left out. `marked`: rows that need a second look."""
    rows = list(rows)
    used = [at for at in range(len(headings)) if any(row[at] for row in rows)]
    head = "".join(f'<th scope="col">{escape(headings[at])}</th>' for at in used)
    body = "".join(
        ('<tr class="marked">' if n < len(marked) and marked[n] else "<tr>")
        + "".join(f"<td>{row[at]}</td>" for at in used)
        + "</tr>"
        for n, row in enumerate(rows)
    )
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{escape(label)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
