"""What to do before the meeting: pay what is overdue with a mail that is ready, and put the record right."""

from __future__ import annotations

from collections.abc import Iterator

from coach.builtin.agenda import leaves_early
from coach.builtin.clashes import Clash
from coach.builtin.evidence import Evidence
from coach.builtin.persons import first_name
from coach.builtin.pieces import (
    ESSENTIAL,
    SPARE,
    USEFUL,
    WORTH,
    Piece,
    cites,
    days,
    listed,
    overdue_day,
    quoted,
    short_day,
)
from coach.builtin.plays import NO_MEETING
from coach.builtin.promises import Promise
from coach.builtin.situation import Situation

STALE_DAYS = 90
"""Days since a promise are not counted beyond a quarter."""


def before(evidence: Evidence, situation: Situation, found: tuple[Clash, ...]) -> Iterator[Piece]:
    """Debts first, each with its mail; then what was said and never shown as done, who left, less time, the record."""
    yield from _debts(evidence)
    yield from _changes(evidence)
    yield from _record(found)
    if situation.kind not in NO_MEETING:
        text = f"- Send {_whom(evidence)} the minutes below and ask what to change."
        yield Piece("before", text, (), "proposal", rank=SPARE)


def _debts(evidence: Evidence) -> Iterator[Piece]:
    rep = first_name(evidence.context.rep) if evidence.context.rep else "you"
    mailed: set[str] = set()
    for number, promise in enumerate(evidence.overdue[:3]):
        yield Piece(
            "before",
            f"- **Today, {rep} → {promise.to or 'the customer'}:** {_debt(promise)}",
            (promise.said.label,),
            rank=ESSENTIAL if number == 0 else WORTH,
        )
        if promise.to not in mailed and promise.what and promise.said.label not in evidence.confidential:
            yield Piece(
                "before", _mail(promise), (promise.said.label,), kind="quote", rank=WORTH if not mailed else USEFUL
            )
            mailed.add(promise.to)
    for promise in [p for p in evidence.promises if p.is_loose and p.said.label not in evidence.confidential][-2:]:
        yield Piece(
            "before",
            f"- Said and not shown as done: {_loose(promise, evidence)}",
            cites(promise.said.label, promise.said.day_label),
            rank=WORTH,
        )


def _changes(evidence: Evidence) -> Iterator[Piece]:
    for person, label in evidence.gone[:1]:
        yield Piece("before", f"- **{person}** has left by the notes: find out who took over.", (label,))
    if early := leaves_early(evidence):
        yield Piece(
            "before",
            f"- Plan for less time, with the decision before it: {quoted(early.said)}",
            (early.said.label,),
            rank=WORTH,
        )


def _record(found: tuple[Clash, ...]) -> Iterator[Piece]:
    for clash in [c for c in found if not c.question and len(c.sides) > 1][:2]:
        sides = " against ".join(words for words, _ in clash.sides)
        yield Piece(
            "before", f"- **Record:** {clash.what[4:]}: {sides}; find out which holds and put it right.", clash.labels
        )
    for clash in [c for c in found if len(c.sides) == 1 and c.what.startswith('"')][:1]:
        yield Piece(
            "before",
            f"- Weekday and date do not fit in {clash.labels[0]}: ask which is meant.",
            clash.labels,
            rank=USEFUL,
        )


def _whom(evidence: Evidence) -> str:
    attendees = evidence.persons.attendees
    return listed([first_name(a) for a in attendees[:3]]) if attendees else "whoever comes (not said: ask)"


def _loose(promise: Promise, evidence: Evidence) -> str:
    day = promise.said.day
    when = (
        f", on {short_day(day)}, {days((evidence.context.today - day).days)} ago"
        if day and 0 < (evidence.context.today - day).days < STALE_DAYS
        else ""
    )
    return f"{quoted(promise.said)}{when}."


def _debt(promise: Promise) -> str:
    thing = promise.what or quoted(promise.said)
    late = (
        f", promised for {overdue_day(promise.stated_due, promise.days_late)}, {days(promise.days_late)} late"
        if promise.stated_due and promise.days_late
        else ", promised and still open"
    )
    return f"{thing}{late}."


def _mail(promise: Promise) -> str:
    to = f"{first_name(promise.to)}, " if promise.to else ""
    owed = promise.what or "an answer"
    owed = owed if owed.split()[0].casefold() in {"the", "a", "an", "our"} else f"the {owed}" if promise.what else owed
    when = f" by {promise.stated_due.day} {promise.stated_due:%B}" if promise.stated_due else ""
    verb = "said I would " + promise.what if promise.is_act else f"promised you {owed}"
    return (
        f"> “{to}I {verb}{when}, and it has not reached you. That is on me. You get it before we meet; if "
        f"a part of it is still missing, I will tell you which.”"
    )
