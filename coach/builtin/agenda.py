"""The minutes: they fit the meeting exactly; the customer speaks first, the decision comes before anybody leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from coach.builtin import words
from coach.builtin.evidence import Evidence
from coach.builtin.persons import first_name
from coach.builtin.pieces import ESSENTIAL, USEFUL, Piece, listed
from coach.builtin.reading import Said
from coach.builtin.situation import Situation, spoken

SHORT_MINUTES, USUAL_MINUTES = 10, 30
"""Assumed where the record names none: a first contact, any other meeting."""


@dataclass(frozen=True)
class Early:
    said: Said
    after_minutes: int | None
    """From the start; None when it cannot be counted."""


@lru_cache(maxsize=4)
def leaves_early(evidence: Evidence) -> Early | None:
    """The last word of theirs that somebody has less time than the record plans."""
    meeting = evidence.context.meeting
    for one in reversed(evidence.said):
        match = words.LEAVES_EARLY.search(one.text)
        if (
            not match
            or (not one.is_theirs and "has until" not in one.text)
            or one.size > 30
            or one.label in evidence.confidential
        ):
            continue
        after = _after(match, evidence)
        if after and after > 0 and (meeting.minutes is None or after < meeting.minutes):
            return Early(one, after)
    return None


def _after(match: re.Match[str], evidence: Evidence) -> int | None:
    start = evidence.context.meeting.start
    if count := match["count"]:
        return int(count) if count.isdigit() else words.COUNT_WORDS.get(count.casefold())
    if start is None:
        return None
    clock = "12:00" if match["noon"] else (match["clock"] or match["until"] or "")
    found = re.match(r"(\d{1,2})[:.h](\d{2})", clock)
    return (int(found[1]) - start.hour) * 60 + int(found[2]) - start.minute if found else None


def agenda(evidence: Evidence, situation: Situation) -> Iterator[Piece]:
    """Items with minute ranges that add up to the meeting."""
    early = leaves_early(evidence)
    short = situation.kind in ("thin", "lost", "small")
    given = evidence.context.meeting.minutes
    total = given or (SHORT_MINUTES if short else USUAL_MINUTES)
    if given is None:
        yield Piece(
            "agenda", f"Nothing says how long you have; planned for {total} minutes.", (), "proposal", "text", USEFUL
        )
    decide_by = early.after_minutes if early and early.after_minutes and early.after_minutes < total else total
    topics = _topics(evidence, situation, minutes=decide_by, is_cut=decide_by < total)
    marks = _marks(decide_by, len(topics))
    if decide_by < total:
        topics, marks = (*topics, "who writes what down and by when; decide the small points"), (*marks, total)
    for topic, start, end in zip(topics, (0, *marks), marks, strict=False):
        yield Piece("agenda", f"- {start}–{end} {topic}", (), "proposal", rank=ESSENTIAL)


def _topics(evidence: Evidence, situation: Situation, *, minutes: int, is_cut: bool) -> tuple[str, ...]:
    attendees = [first_name(a) for a in evidence.persons.attendees]
    they = listed(attendees) if 0 < len(attendees) < 4 else "each of them" if attendees else "the customer"
    what = situation.best.what.removesuffix(f", {spoken(situation.best.day)}")
    last = f"decide together: {first_name(situation.best.who)} {what}; day and name"
    if minutes < 3:
        return (last,)
    if situation.kind in ("thin", "lost", "small") or minutes < 10:
        return ("opening", f"{they}: what it is about, in their words", last)
    owed = (
        "what we owe, and what is still open"
        if evidence.overdue
        else _MIDDLE.get(situation.kind, "the open points, one by one")
    )
    first = ("opening", f"{they}: what matters most, and what has changed")
    if is_cut:
        return (*first, f"{owed}; our questions, and theirs", last)
    return (*first, owed, "our questions, and theirs", last)


_MIDDLE = {
    "demo": "the one case that has to work, with their data",
    "price": "what can move on both sides: scope, start, term",
    "discovery": "how it is done now, and what that costs",
    "renewal": "what has to be true to go on",
    "won": "the first weeks, step by step",
}


def _marks(total: int, count: int) -> tuple[int, ...]:
    """Where each item ends: a tenth for the opening, the largest share for the customer, a fifth for the decision."""
    shares = {1: (100,), 3: (10, 50, 40), 4: (10, 30, 35, 25)}.get(count, (9, 28, 24, 19, 20))
    ends: list[int] = []
    for number in range(count):
        exact = round(total * sum(shares[: number + 1]) / 100)
        ends.append(max(exact, (ends[-1] if ends else 0) + 1))
    ends[-1] = total
    return tuple(ends)
