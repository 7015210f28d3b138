"""Where the notes do not agree (pure): counts, amounts, days of one event, deciders, record against notes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from coach.builtin import words
from coach.builtin.amounts import written_like
from coach.builtin.evidence import Evidence
from coach.builtin.reading import Said
from coach.builtin.spotting import Spotter
from coach.dates import dates_of_note
from coach.figures import Figure, figures
from coach.schema import AccountContext

_PEOPLE = {"user", "seat", "licence", "license", "login", "chair", "device", "utilisateur", "nutzer", "gebruiker"}
_COUNTED = Spotter(r"user|seat|licence|license|login|chair|device|utilisateur|nutzer|gebruiker")
"""A quick first look for these."""
_EVENTS = (
    "board",
    "committee",
    "go-live",
    "go live",
    "kick-off",
    "kickoff",
    "budget",
    "opening",
    "partner mtg",
    "close",
    "renewal",
)
_TOTAL = Spotter(
    r"\b(?:amount|total|quote\w*|order form|value|price|expectedamount|worth|deal size|budget\w*)\b|"
    r"^\W*(?:field )?amount"
)
_MINE = Spotter(r"(?<!\w)(?:I decide|my (?:call|decision)|moi qui décide|ich entscheide|ik beslis|I sign)\b")
_GROUP = Spotter(
    r"(?<!\w)(?:voted|committee|partners|the board|CFO (?:needs|signs|must)|sign(?:s|-| )?off|procurement|final say)\b"
)
_LATE_STAGE = Spotter(r"negotiat|verbal|commit|contract|clos(?:e|ing)|won")
_NEAR_DAYS = 21
"""Two days for one event further apart than this are two events."""


@dataclass(frozen=True)
class Clash:
    """Two or more readings of one thing, in one sentence for the rep, and the question that settles it."""

    what: str
    sides: tuple[tuple[str, str], ...]
    """Words and label, side by side."""
    question: str = ""
    """To the customer; empty when it is for the rep to settle alone."""
    weight: int = 1

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(label for _, label in self.sides))


@lru_cache(maxsize=4)
def clashes(evidence: Evidence) -> tuple[Clash, ...]:
    """The weightiest first."""
    found = [
        *_counts(evidence), *_amounts(evidence), *_event_days(evidence), *_weekdays(evidence), *_deciders(evidence),
        *_stage(evidence), *_left(evidence),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda c: -c.weight))


def field_label(context: AccountContext, *needles: str) -> str:
    """The label of the record's first field that holds one of the words; empty if none does."""
    for needle in needles:
        for line in context.fields:
            if needle and needle.casefold() in line.text.casefold():
                return line.label
    return ""


def _counts(evidence: Evidence) -> Iterable[Clash]:
    sides: dict[Decimal, tuple[str, str]] = {}
    unit = ""
    for one in evidence.said:
        for figure in figures(one.text) if _COUNTED.search(one.text) else ():
            if figure.unit in _PEOPLE and figure.value > 1 and one.label not in evidence.confidential:
                unit = unit or figure.unit
                sides.setdefault(figure.value, (_around(one.text, figure), one.label))
    sides = {v: s for v, s in sides.items() if not re.search(r"pilot|test|trial", s[0], re.I)}
    if len(sides) > 1 and len({label for _, label in sides.values()}) > 1:
        listed = tuple(sides.values())[:4]
        yield Clash("How many it is for", listed, "Which number are we planning for, and who counted it?", 3)


def _around(text: str, figure: Figure) -> str:
    """The figure with its unit, as the line writes it, from word to word."""
    tail = re.match(r"[^\s.,;:)]*(?:\s[^\W\d]+)?", text[figure.end :])
    return (
        figure.text
        if figure.text.strip()[-1:].isalpha()
        else text[figure.start : figure.end + (tail.end() if tail else 0)]
    ).strip()


def _amounts(evidence: Evidence) -> Iterable[Clash]:
    """The record's amount against totals that the notes name."""
    context = evidence.context
    record = next((f for f in figures(context.amount)), None)
    if record is None or record.value == 0:
        return
    label = field_label(context, context.amount, str(record.value))
    for one in evidence.said:
        if one.label in evidence.limits or not _TOTAL.search(one.line):
            continue
        here = figures(one.text)
        if sum(f.value for f in here if _is_money(f, record)) == record.value:
            continue
        for figure in here:
            same_size = Decimal("0.6") <= figure.value / record.value <= Decimal("1.7")
            if _is_money(figure, record) and same_size and figure.value != record.value:
                sides = ((written_like(context.amount, figure), label), (figure.text.strip(), one.label))
                yield Clash("The amount", tuple(s for s in sides if s[1]), "", 3)
                return


def _is_money(figure: Figure, record: Figure) -> bool:
    return (len(figure.unit) == 3 and figure.unit.isupper()) or (not figure.unit and figure.value > 999)


def _event_days(evidence: Evidence) -> Iterable[Clash]:
    today = evidence.context.today
    by_event: dict[str, dict[date, Said]] = {}
    for one in evidence.said:
        text = one.text.casefold()
        for found in dates_of_note(one.text, today=one.day or today) if any(event in text for event in _EVENTS) else ():
            near = one.text[max(0, found.start - 30) : found.end + 4].casefold()
            if event := next((e for e in _EVENTS if e in near), ""):
                by_event.setdefault(event, {}).setdefault(found.day, one)
    for event, days in by_event.items():
        first, *rest = sorted(days)
        close = [d for d in rest if (d - first).days <= _NEAR_DAYS and days[d].label != days[first].label]
        if close and not _one_line_lists_both(days, first, close[0]):
            sides = tuple((f"{day:%a} {day.day} {day:%b}", days[day].label) for day in (first, close[0]))
            yield Clash(f"The day of the {event}", sides, f"Which day is the {event}?", 2)


def _one_line_lists_both(days: dict[date, Said], one: date, other: date) -> bool:
    return days[one].label == days[other].label


def _weekdays(evidence: Evidence) -> Iterable[Clash]:
    for one in evidence.said:
        for found in dates_of_note(one.text, today=one.day or evidence.context.today):
            if found.weekday is not None and found.weekday != found.day.weekday():
                yield Clash(f'"{found.text.strip()}" is a {found.day:%A}', ((found.text.strip(), one.label),), "", 1)


def _deciders(evidence: Evidence) -> Iterable[Clash]:
    """Two voices on who decides."""
    one = next((s for s in evidence.said if _MINE.search(s.text) and s.label not in evidence.confidential), None)
    other = next(
        (s for s in evidence.said if _GROUP.search(s.text) and words.DECIDE.search(s.text) and s.is_theirs), None
    )
    if (
        one
        and other
        and one.label != other.label
        and one.label not in evidence.confidential
        and other.label not in evidence.confidential
    ):
        yield Clash(
            "Who decides",
            ((_quote(one), one.label), (_quote(other), other.label)),
            "Who has to agree, in what order?",
            3,
        )


def _quote(said: Said) -> str:
    inside = words.QUOTED.search(said.text)
    return f'"{inside[1].strip() if inside else said.text.strip(chr(34))}"'


def _stage(evidence: Evidence) -> Iterable[Clash]:
    context = evidence.context
    if not _LATE_STAGE.search(context.stage):
        return
    late = evidence.overdue[:1]
    open_word = (
        late[0].still_open
        if late
        else next(
            (s for s in evidence.said if words.BUDGET_OPEN.search(s.text) and s.label not in evidence.confidential),
            None,
        )
    )
    label = field_label(context, context.stage)
    if open_word and label and open_word.size <= 20 and "?" not in open_word.text:
        yield Clash("The stage", ((f'"{context.stage}"', label), (_quote(open_word), open_word.label)), "", 2)


def _left(evidence: Evidence) -> Iterable[Clash]:
    for person, label in evidence.gone:
        yield Clash(f"{person} has left by the notes", ((f"{person}", label),), "", 2)
