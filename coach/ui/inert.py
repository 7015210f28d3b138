"""Words of notes, people and models as HTML that does nothing: text, emphasis and tables, never a link or an image.

For st.html; what Streamlit reads as Markdown goes through plain_text. Knows nothing about screens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

from coach.export.html import line_to_html, text_to_html
from coach.plain import plain
from coach.schema import NoteLine

VOICES = {"ours": "our note", "customer": "the customer's words", "outside": "somebody else's words"}
FEW_WORDS = 9
_DASHES = re.compile(r"[\s|:-]*-[\s|:-]*")
_BAR = re.compile(r"(?<!\\)\|")
QUOTATION_MARKS = '“”"„«» '


def as_html(text: str) -> str:
    """The text as it stands, its lines kept."""
    return escape(text).replace("\n", "<br>")


def inert_html(markdown: str) -> str:
    """Emphasis, lists and tables of a text; links, images and HTML in it are shown as text."""
    return text_to_html(markdown)


def first_words(text: str, *, most: int = FEW_WORDS) -> str:
    """The first words without Markdown's marks and quotation marks, with an ellipsis where there are more."""
    found = plain(text).strip(QUOTATION_MARKS).split()
    return " ".join(found[:most]).rstrip(QUOTATION_MARKS) + (" …" if len(found) > most else "")


def chips(labels: Iterable[str], lines: Mapping[str, NoteLine]) -> str:
    """One chip a label that opens to its line; labels that no line has are left out."""
    known = [label for label in dict.fromkeys(labels) if label in lines]
    return f'<div class="mc-chips">{"".join(_chip(lines[label]) for label in known)}</div>' if known else ""


def _chip(line: NoteLine) -> str:
    said = f"{line.speaker}, {VOICES[line.voice]}" if line.speaker else VOICES[line.voice]
    source = f"{escape(line.source)} · " if line.source else ""
    return (
        f'<details class="mc-chip"><summary title="Show this line of the notes">{line.label}</summary>'
        f'<div class="mc-line">{as_html(line.text)}<small>{source}{escape(said)}</small></div></details>'
    )


def difference(old: str, new: str) -> str:
    """Old words struck and new ones set off, also for those who hear the page read out; rows of a table as cells."""
    struck = f'<del><span class="mc-unseen">Before: </span>{_words_or_rows(old)}</del>' if old.strip() else ""
    set_off = f'<ins><span class="mc-unseen">Now: </span>{_words_or_rows(new)}</ins>' if new.strip() else ""
    return f'<div class="mc-change">{struck}{set_off}</div>'


def _words_or_rows(text: str) -> str:
    """A piece cut out of a table has no head, so that Markdown would show its bars."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    is_whole = len(lines) > 1 and _DASHES.fullmatch(lines[1]) is not None
    if is_whole or not all(_BAR.search(line) for line in lines):
        return inert_html(text)
    return f"<table><tbody>{''.join(_row(line) for line in lines if not _DASHES.fullmatch(line))}</tbody></table>"


def _row(line: str) -> str:
    cells = _BAR.split(line.removeprefix("|").removesuffix("|"))
    return f"<tr>{''.join(f'<td>{line_to_html(cell.strip())}</td>' for cell in cells)}</tr>"
