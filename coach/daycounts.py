"""Weekdays and day counts (pure): is 8 December a Wednesday, is it in nine days? Knows dates, not what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from coach.dates import FoundDate, weekdays, working_days
from coach.figures import Figure
from coach.words import WEEKDAY_NAMES, fold

COUNTED_UNITS = frozenset({"day", "week", "month", "weekend", "year"})
WEEKDAY_LONG = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Days:
    """The days that a text can count between."""

    today: date
    meeting: date | None
    own: tuple[FoundDate, ...]
    """Written in the text itself."""
    cited: tuple[date, ...]
    """Written in the lines it cites."""

    @property
    def fixed(self) -> tuple[date, ...]:
        return (self.today, self.meeting) if self.meeting else (self.today,)

    @property
    def every(self) -> tuple[date, ...]:
        return tuple(dict.fromkeys((*(one.day for one in self.own), *self.cited, *self.fixed)))


def named_days(text: str, days: Days) -> tuple[date, ...]:
    """Days that words fix: `tomorrow`, and each weekday named, as the next one after today and after the meeting."""
    folded = fold(text)
    found = [days.today + timedelta(days=1)] if _TOMORROW.search(folded) else []
    for number, _ in weekdays(text):
        found += [base + timedelta(days=(number - base.weekday() - 1) % 7 + 1) for base in days.fixed]
    return tuple(dict.fromkeys(found))


def spans_of_months(months: Iterable[int], today: date) -> frozenset[int]:
    """Days of whole months: of each, and of every run from one of them to another (`July to September`: 92)."""
    named = sorted(set(months))
    spans = set()
    for first in named:
        for last in named:
            for year in (today.year - 1, today.year, today.year + 1):
                start, ends = date(year, first, 1), (year + (last < first), last)
                spans.add((_month_after(*ends) - start).days)
    return frozenset(spans)


def _month_after(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


_TOMORROW = re.compile(r"\b(?:tomorrow|morgen|demain|manana)\b")


def weekday_problems(found: Iterable[FoundDate]) -> tuple[str, ...]:
    """One sentence for every date with a weekday beside it that it does not fall on."""
    return tuple(
        f"“{one.text}” is a {WEEKDAY_LONG[one.day.weekday()]}"
        for one in found
        if one.weekday is not None and one.weekday != one.day.weekday()
    )


def is_counted(text: str, figure: Figure) -> bool:
    """True where the words say that days are counted: `in 9 days`, `17 days late`, `two weeks after`."""
    if figure.unit not in COUNTED_UNITS:
        return False
    folded = fold(text)
    return bool(_BEFORE.search(folded[: figure.start]) or _AFTER.match(folded[figure.end :]))


def holds(text: str, figure: Figure, days: Days) -> bool:
    """True where two of the days lie that far apart; at least one of them must be the one that the words point to."""
    return any(_matches(text, figure, one, two) for one, two in _pairs(text, figure, days))


def count_problem(text: str, figure: Figure, days: Days) -> str:
    """What it counts instead, by the pair of days that comes nearest."""
    pairs = [(one, two) for one, two in _pairs(text, figure, days) if one != two]
    if not pairs:
        return f"“{figure.text}” cannot be counted: no date for it"
    one, two = min(pairs, key=lambda pair: abs(_count(text, figure, *pair) - float(figure.value)))
    count = _count(text, figure, one, two)
    return f"“{figure.text}” counts {count:g} ({_short(one)} to {_short(two)})"


_BEFORE = re.compile(r"\b(?:in|since|seit|vor|depuis|dans|il y a|another)(?: just| only| about)? $")
_AFTER = re.compile(
    r"\s*(?:\(?)(?:late|overdue|ago|old|after|before|later|earlier|from|until|till|to|left|away|since|unanswered|ahead|without|past|between"
    r"|waiting|of waiting|of silence|spater|vorher|nach|vor|bis|uberfallig|zu spat|apres|avant|de retard|on\b)\b"
)
_WORKING = re.compile(r"working|business|werktag|arbeitstag|ouvre", re.IGNORECASE)
_THE_MEETING = re.compile(
    r"\s*(?:after|before|nach|vor|apres|avant) (?:the|our|this|dem|unserem|we|la|notre)?\s?"
    r"(?:meeting|call|meet|termin|gesprach|reunion)\b"
)
_LATE = re.compile(r"\s*(?:late|overdue|ago|old|uberfallig|zu spat|de retard)\b")
_BESIDE = re.compile(r"\s*(?:after|before|later|earlier|nach|vor|spater|apres|avant|on)\b")
_ANCHORED = re.compile(
    r"\s*(?:late|overdue|ago|old|left|away|from (?:now|today)|unanswered|without|waiting|of waiting|of silence)\b"
)


def _pairs(text: str, figure: Figure, days: Days) -> Iterator[tuple[date, date]]:
    folded = fold(text)
    after = folded[figure.end :]
    is_from_now = bool(_ANCHORED.match(after) or re.search(r"\b(?:in|since|for|seit|dans) $", folded[: figure.start]))
    own = tuple(
        one.day
        for one in days.own
        if not re.search(r"[.!?;]\s", text[min(one.end, figure.end) : max(one.start, figure.start)])
    )
    far = days.every
    is_beside = bool(own) and _BESIDE.match(after) is not None
    if days.meeting and _THE_MEETING.match(after):
        near: tuple[date, ...] = (days.meeting,)
        far = own or days.cited or days.fixed
    elif _LATE.match(after):
        near, far = days.fixed, own or days.cited or days.fixed
    else:
        near = own if is_beside and not is_from_now else days.fixed if is_from_now or not own else (*own, *days.fixed)
    for one in near:
        for two in far:
            yield (one, two) if one <= two else (two, one)


def _matches(text: str, figure: Figure, one: date, two: date) -> bool:
    wanted, slack = float(figure.value), 0.0
    count = _count(text, figure, one, two)
    if figure.unit in {"month", "year"}:
        slack = 0.2
    elif figure.is_approximate:
        slack = max(0.3, wanted * 0.08)
    elif figure.unit == "week":
        slack = 0.29
    return abs(count - wanted) <= slack and one != two


def _count(text: str, figure: Figure, one: date, two: date) -> float:
    gap = (two - one).days
    if figure.unit == "day" and _WORKING.search(figure.text + text[figure.end : figure.end + 14]):
        return working_days(one, two)
    if figure.unit == "weekend":
        return sum((one + timedelta(days=step)).weekday() == 5 for step in range(gap + 1))
    size = {"day": 1, "week": 7, "month": 30.44, "year": 365.25}[figure.unit]
    return round(gap / size, 1) if size != 1 else gap


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def weekday_of(day: date) -> str:
    """`Mon` … `Sun`."""
    return WEEKDAY_NAMES[day.weekday()]
