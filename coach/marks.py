"""What the rep says of lines of the notes: told in confidence, or may be said after all (pure).

Both are notes of their own, and the last word on a line counts. Where a line may be said its words are named, not its
label alone, so that no other line is ever meant. Knows nothing about what a confidence holds or where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coach.labels import labels_in
from coach.plain import in_single_quotes
from coach.schema import AccountContext, NoteLine

MARKED = "told in confidence"
"""How the source of a note begins with which the rep marks other lines: `told in confidence (L9), says the rep`."""
OPENED = "may be said"
"""How the source of a note begins with which the rep opens one line."""
TELLS = "Told in confidence, says the rep"
OPENS = "This may be said, says the rep: "
"""How such notes begin."""


@dataclass(frozen=True)
class Mark:
    """What the rep said of some lines, once."""

    text: str
    own: tuple[str, ...]
    """Labels of the note itself: two or more where a long one was read in again."""
    lines: frozenset[str]
    """Labels of the lines that it speaks of."""
    opens: bool


@dataclass(frozen=True)
class Opened:
    """What may be said, of a context."""

    lines: frozenset[str] = frozenset()
    """Labels of lines of which the rep said last that they may be said."""
    notes: frozenset[str] = frozenset()
    """Labels of notes that repeat such lines: they are neither kept nor known to the customer."""


def opened(context: AccountContext) -> Opened:
    """What the rep said may be said, and has not marked again since."""
    said = marks(context)
    lines: set[str] = set()
    for mark in said:
        lines = lines | mark.lines if mark.opens else lines - mark.lines
    loose = (mark for mark in said if mark.opens or mark.lines & lines)
    return Opened(frozenset(lines), frozenset(label for mark in loose for label in mark.own))


def marks(context: AccountContext) -> tuple[Mark, ...]:
    """In the order in which the rep said them."""
    return tuple(_mark(notes, context) for notes in _whole(context.notes))


def is_mark(line: NoteLine) -> bool:
    return line.source.startswith((MARKED, OPENED))


def _whole(notes: Iterable[NoteLine]) -> Iterator[list[NoteLine]]:
    """The notes that are marks; a long one that was cut into lines when another plan read it, together again."""
    together: list[NoteLine] = []
    for line in notes:
        goes_on = together and line.source == together[-1].source and not line.text.startswith((TELLS, OPENS))
        if together and not goes_on:
            yield together
            together = []
        if is_mark(line):
            together.append(line)
    if together:
        yield together


def _mark(notes: list[NoteLine], context: AccountContext) -> Mark:
    text = " ".join(line.text for line in notes)
    opens = notes[0].source.startswith(OPENED)
    labels = frozenset(labels_in(notes[0].source))
    lines = _opened_by(text, labels, context) if opens else labels or _quoted_in(text, context)
    return Mark(text, tuple(line.label for line in notes), lines, opens)


def _opened_by(text: str, labels: frozenset[str], context: AccountContext) -> frozenset[str]:
    """One line at most: that of these words. Of several alike, it is the one that is named, else none."""
    words = text.removeprefix(OPENS)
    alike = {line.label for line in context.notes if not is_mark(line) and in_single_quotes(line.text) == words}
    named = alike & labels if labels else alike
    return frozenset(named if len(named) == 1 else ())


def _quoted_in(text: str, context: AccountContext) -> frozenset[str]:
    """Where no line is named, those whose words are quoted."""
    return frozenset(line.label for line in context.notes if not is_mark(line) and in_single_quotes(line.text) in text)
