"""The sheet for the customer, made from lines that they may see: open points, or what they told us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from coach.builtin.asked import weight
from coach.builtin.evidence import Evidence
from coach.builtin.pieces import WORTH, Piece, bare, cites, full_day, grounded, verbatim
from coach.builtin.reading import Said
from coach.builtin.words import LEAVES_EARLY, is_want
from coach.figures import figures
from coach.schema import Basis

MAX_ROWS = 5
MAX_CELL_WORDS = 24
_POINT_HEAD = ("Open point", "Who", "Day")
_OFFER_HEAD = ("What we offer", "Fits you?")
_ASK_HEAD = ("For a straight answer we need", "You")


@dataclass(frozen=True)
class _Row:
    cells: tuple[str, ...]
    label: str


@lru_cache(maxsize=4)
def sheet(evidence: Evidence) -> Piece:
    """One table: open points, else what they told us, else what we offer, else the two things we need to know."""
    points = _held(_unlike(_points(evidence)), evidence)[:MAX_ROWS]
    if len(points) > 1:
        return _table(_POINT_HEAD, points)
    told = _held(_told(evidence), evidence)[:4]
    if len(told) > 1:
        return _table(("As we noted it", "From", "Still right?"), told)
    offered = tuple(_offered(evidence))
    if len(offered) > 1:
        return _table(_OFFER_HEAD, offered)
    return _table(
        _ASK_HEAD, (_Row(("what it is for, and by when", "____"), ""), _Row(("who else has a say", "____"), ""))
    )


def sheet_name(table: Piece) -> str:
    """What the sheet is, in the customer's words."""
    names = {
        _POINT_HEAD: "the open points, with owner and day",
        _OFFER_HEAD: "what we offer, and what does not fit you",
        _ASK_HEAD: "what a straight answer needs from you",
    }
    return next((name for head, name in names.items() if head[0] in table.text), "what you told us, to be put right")


def _offered(evidence: Evidence) -> Iterator[_Row]:
    offer = evidence.context.seller.offer
    label = next((line.label for line in evidence.context.fields if offer and offer in line.text), "")
    for clause in [c.strip() for c in offer.split(";") if c.strip()][:3] if label else ():
        yield _Row((_cell(clause), "yes / no"), label)


def _held(rows: Iterator[_Row], evidence: Evidence) -> tuple[_Row, ...]:
    """Rows whose own line holds all that they say."""
    found = tuple(rows)
    tables = [_table(("Point", "Who", "Day"), (row,)) for row in found]
    kept = {id(piece) for piece in grounded(tables, evidence.context)}
    return tuple(row for row, table in zip(found, tables, strict=True) if id(table) in kept)


def _table(head: tuple[str, ...], rows: tuple[_Row, ...]) -> Piece:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(row.cells)} |" for row in rows)]
    return Piece("bring", "\n".join(lines), cites(*(row.label for row in rows)), _basis(head), "table", WORTH)


def _basis(head: tuple[str, ...]) -> Basis:
    return "proposal" if head == _ASK_HEAD else "offer" if head == _OFFER_HEAD else "notes"


def _points(evidence: Evidence) -> Iterator[_Row]:
    ours = evidence.context.seller.company or evidence.context.rep or "us"
    for promise in evidence.overdue:
        if promise.what and evidence.may_be_shown(promise.said.label):
            yield _Row(
                (
                    promise.what,
                    ours,
                    f"was due {full_day(promise.stated_due)}" if promise.stated_due and promise.days_late else "open",
                ),
                promise.said.label,
            )
    for question in [q for q in evidence.fresh_questions if evidence.may_be_shown(q.label)][:2]:
        if len(question.text.split()) <= MAX_CELL_WORDS:
            yield _Row((f"“{_cell(question.text)}”", ours, "open"), question.label)
    for promise in evidence.promises:
        if (
            not promise.is_ours
            and not promise.kept
            and not _has_left(promise.who, evidence)
            and promise.what
            and evidence.may_be_shown(promise.said.label)
        ):
            yield _Row(
                (promise.what, promise.who, _day(promise.stated_due)),
                promise.said.label,
            )
    for deadline in evidence.deadlines[:3]:
        spoken = verbatim(deadline.said)
        if spoken and evidence.may_be_shown(deadline.said.label) and len(spoken.split()) <= MAX_CELL_WORDS:
            yield _Row(
                (f"“{_cell(spoken)}”", deadline.said.speaker or evidence.context.account, full_day(deadline.day)),
                deadline.said.label,
            )


def _has_left(person: str, evidence: Evidence) -> bool:
    return person in dict(evidence.gone)


def _day(due: date | None) -> str:
    return full_day(due) if due else "open"


def _unlike(rows: Iterator[_Row]) -> Iterator[_Row]:
    seen: set[str] = set()
    for row in rows:
        if row.cells[0].casefold() not in seen:
            seen.add(row.cells[0].casefold())
            yield row


def _told(evidence: Evidence) -> Iterator[_Row]:
    """Their own weightiest sentences, in the order of the notes."""
    shown = [s for s in evidence.said if _spoken(s) and evidence.may_be_shown(s.label) and _is_statement(s)]
    best = sorted(shown, key=lambda s: -weight(s.text, evidence.persons))[:4]
    for one in sorted(best, key=lambda s: s.order):
        yield _Row(
            (
                f"{_cell(_spoken(one))}",
                one.speaker or one.about or evidence.context.account or "the customer",
                "yes / no",
            ),
            one.label,
        )


def _spoken(said: Said) -> str:
    """Their words in quotation marks, or a figure that we noted while they talked."""
    if spoken := verbatim(said):
        return f"“{spoken}”"
    noted = said.about and not said.speaker and said.day_label != said.label and figures(said.text)
    return bare(said.text) if noted and not re.search(r"\b(?:I|we)\b", said.text) else ""


def _is_statement(said: Said) -> bool:
    return (
        1 < said.size <= MAX_CELL_WORDS
        and "?" not in said.text
        and (is_want(said.text) or bool(figures(said.text)))
        and not _PAPER.search(said.text)
        and not LEAVES_EARLY.search(said.text)
    )


_PAPER = re.compile(
    r"(?i)\battached\b|\.(?:doc|xls|pdf)|\bcall me\b|look forward|thank|(?:\[|@)|\b(?:director|manager|president),"
)


def _cell(text: str) -> str:
    return text.replace("|", "/")
