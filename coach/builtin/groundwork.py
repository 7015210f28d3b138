"""The groundwork in plain code, part by part, each statement on its lines."""

from __future__ import annotations

from collections.abc import Iterator

from coach.builtin.bring import sheet
from coach.builtin.clashes import Clash, clashes, field_label
from coach.builtin.evidence import Evidence
from coach.builtin.pieces import (
    ESSENTIAL,
    Piece,
    as_blocks,
    cites,
    days,
    grounded,
    overdue_day,
    quoted,
    said_to_meeting,
    short_day,
)
from coach.builtin.pressing import pressing
from coach.builtin.promises import Promise
from coach.builtin.situation import situation_of
from coach.builtin.sums import sums
from coach.schema import Block

HEADINGS = {
    "clock": "Clock", "sums": "Sums", "people": "People", "in_confidence": "In confidence", "promises": "Promises",
    "not_settled": "Not settled", "decides": "What decides it", "bring": "We bring",
}  # fmt: skip


def groundwork_blocks(evidence: Evidence) -> tuple[Block, ...]:
    found = clashes(evidence)
    pieces = [
        *_clock(evidence), *_sums(evidence), *_people(evidence), *_in_confidence(evidence), *_promises(evidence),
        *_not_settled(evidence, found), *_decides(evidence, found), *_bring(evidence),
    ]  # fmt: skip
    return as_blocks(grounded(pieces, evidence.context), HEADINGS, "G")


def _clock(evidence: Evidence) -> Iterator[Piece]:
    context = evidence.context
    if context.meeting.date:
        ahead = (context.meeting.date - context.today).days
        when = f"in {days(ahead)}" if ahead >= 0 else f"{days(-ahead)} ago"
        yield Piece(
            "clock",
            f"- Meeting {short_day(context.meeting.date)}, {when}.",
            cites(field_label(context, "meeting date")),
            "sum",
        )
    else:
        yield Piece("clock", "- No meeting date is known: ask for one.", (), "proposal")
    for one in evidence.deadlines[:6]:
        yield Piece(
            "clock",
            f"- {short_day(one.day)}, {said_to_meeting(one.day, evidence)}: {quoted(one.said)}",
            (one.said.label,),
        )


def _sums(evidence: Evidence) -> Iterator[Piece]:
    for one in sums(evidence):
        yield Piece("sums", f"- {one.text}", one.labels, "sum")


def _people(evidence: Evidence) -> Iterator[Piece]:
    context = evidence.context
    for person in (*evidence.persons.attendees, *speakers(evidence)):
        goals = evidence.goals.get(person, ())[:2]
        title = evidence.persons.titles.get(person, "")
        named = f"{person}, {title}" if title else person
        label = field_label(context, person)
        for goal in goals:
            yield Piece("people", f"- {named}: {quoted(goal)}", cites(label, goal.label))
        if not goals:
            yield Piece("people", f"- {named}: goal not in the notes; ask.", cites(label), "proposal")


def speakers(evidence: Evidence) -> tuple[str, ...]:
    """Others of theirs whose own words the notes hold, the most often heard first; nobody who left."""
    said = [line.speaker for line in evidence.context.notes if line.voice == "customer" and line.speaker]
    gone = dict(evidence.gone)
    heard = {p: said.count(p) for p in evidence.persons.others if p in said and p not in gone}
    return tuple(sorted(heard, key=lambda p: -heard[p]))[:3]


def _in_confidence(evidence: Evidence) -> Iterator[Piece]:
    lines = evidence.context.lines
    for label in sorted(evidence.confidential, key=lambda one: int(one[1:])):
        teller = lines[label].speaker if lines[label].voice == "customer" else ""
        who = f"{teller} told us" if teller else "told us"
        yield Piece("in_confidence", f"- {label}: {who}, not for the others in the room.", (label,))
    for label in sorted(evidence.limits, key=lambda one: int(one[1:])):
        yield Piece("in_confidence", f"- {label}: our own limit or aim, not for the customer.", (label,))


def _promises(evidence: Evidence) -> Iterator[Piece]:
    for one in evidence.promises[:10]:
        yield Piece(
            "promises", f"- {'Ours' if one.is_ours else one.who}: {quoted(one.said)}{state(one)}", promise_lines(one)
        )


def promise_lines(promise: Promise) -> tuple[str, ...]:
    follow = promise.still_open or promise.kept
    return cites(promise.said.label, follow.label if follow else "")


def state(promise: Promise) -> str:
    """What became of it, to be put behind the promise's words."""
    if promise.kept:
        is_apart = promise.kept.label != promise.said.label
        return f"; kept by the notes: {quoted(promise.kept)}" if is_apart else ""
    late = (
        f"; due {overdue_day(promise.stated_due, promise.days_late)}, {days(promise.days_late)} late"
        if promise.stated_due and promise.days_late
        else ""
    )
    due = f"; due {short_day(promise.stated_due)}" if promise.stated_due and not promise.days_late else ""
    word = promise.still_open
    return (
        (late or due)
        + (f"; later {quoted(word)}" if word and word.label != promise.said.label else "")
        + ("" if late or due or word else "; no line says whether it was kept")
    )


def _not_settled(evidence: Evidence, found: tuple[Clash, ...]) -> Iterator[Piece]:
    for clash in found[:6]:
        yield Piece("not_settled", f"- {clash_text(clash)}", clash.labels)
    for question in [q for q in evidence.questions if q.is_open][:4]:
        asked = f"{question.who} asked" if question.who else "Asked"
        yield Piece("not_settled", f"- {asked}, no answer in the notes: “{question.text}”", (question.label,))


def clash_text(clash: Clash) -> str:
    sides = " / ".join(f"{words} ({label})" for words, label in clash.sides)
    return f"{clash.what}." if len(clash.sides) == 1 else f"{clash.what}, the notes do not agree: {sides}."


def _decides(evidence: Evidence, found: tuple[Clash, ...]) -> Iterator[Piece]:
    yield from (Piece("decides", f"- {p.text}", p.citations, p.basis) for p in pressing(evidence, found)[:3])
    play = situation_of(evidence)
    yield Piece("decides", f"- What they could do: {play.best.who} {play.best.what}.", (), "proposal", rank=ESSENTIAL)


def _bring(evidence: Evidence) -> Iterator[Piece]:
    yield sheet(evidence)
