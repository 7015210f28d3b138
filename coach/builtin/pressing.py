"""What presses most: an overdue promise of ours, their nearest day, a question without answer, a contradiction."""

from __future__ import annotations

from coach.builtin.clashes import Clash
from coach.builtin.evidence import Evidence
from coach.builtin.pieces import (
    ESSENTIAL,
    USEFUL,
    Piece,
    cites,
    days,
    overdue_day,
    quoted,
    said_to_meeting,
    short_day,
)
from coach.builtin.promises import Promise

MAX_WORDS = 45
"""One pressing thing is two short sentences at most."""


def pressing(evidence: Evidence, found: tuple[Clash, ...]) -> tuple[Piece, ...]:
    """One piece each, the most pressing first."""
    pieces: list[Piece] = []
    for promise in evidence.overdue[:1]:
        pieces.append(_owed(promise))
    if deadline := evidence.next_deadline:
        text = (
            f"Their day is {short_day(deadline.day)}, {said_to_meeting(deadline.day, evidence)}: "
            f"{quoted(deadline.said)}"
        )
        pieces.append(
            Piece("decides", text, (deadline.said.label,), kind="text", rank=ESSENTIAL if not pieces else USEFUL)
        )
    for question in [q for q in evidence.fresh_questions if q.who][:1]:
        text = f"{question.who} asked “{question.text}” and no line answers it."
        pieces.append(Piece("decides", text, (question.label,), kind="text"))
    for clash in [c for c in found if len(c.sides) > 1][:1]:
        sides = " against ".join(words for words, _ in clash.sides[:3])
        pieces.append(Piece("decides", f"{clash.what} is not settled: {sides}.", clash.labels, kind="text"))
    return tuple(p for p in pieces if p.size <= MAX_WORDS)


def _owed(promise: Promise) -> Piece:
    to = (
        promise.to.split()[0] + " is"
        if promise.to and not promise.to.startswith(("Ms", "Mr", "Dr"))
        else f"{promise.to} is"
        if promise.to
        else "They are"
    )
    what = f"what we said we would do, “{promise.what}”" if promise.is_act else f"“{promise.what}”"
    thing = what if promise.what else f"what we promised: {quoted(promise.said)}"
    late = (
        f", promised for {overdue_day(promise.stated_due, promise.days_late)}, {days(promise.days_late)} late"
        if promise.stated_due and promise.days_late
        else ""
    )
    word = promise.still_open
    later = (
        f" The notes say since: {quoted(word)}" if word and word.label != promise.said.label and word.size < 22 else ""
    )
    labels = cites(promise.said.label, word.label if later and word else "")
    return Piece("decides", f"{to} still without {thing}{late}.{later}", labels, kind="text", rank=ESSENTIAL)
