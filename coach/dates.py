"""Dates in text, and the calendar made from them (pure): weekday, days from today, days to the meeting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import lru_cache

from coach.moments import FULL_WEEKDAY, SLASHED, DateMatch, date_matches, days_alone, time_matches
from coach.schema import AccountContext, NoteLine
from coach.words import MONTHS, NUMBERS, WEEKDAY_NAMES, WEEKDAYS, fold


@dataclass(frozen=True)
class FoundDate:
    day: date
    text: str
    start: int
    end: int
    weekday: int | None = None
    """0 Monday to 6 Sunday, where the text names one beside the date; it may be wrong."""
    has_year: bool = True


@dataclass(frozen=True)
class CalendarDay:
    day: date
    weekday: str
    """`Mon` … `Sun`."""
    days_from_today: int
    """Negative: past."""
    days_from_meeting: int | None
    """Negative: before the meeting. None without a meeting date."""
    lines: tuple[str, ...]
    """Labels of the lines it stands in; empty for today and the meeting itself."""
    text: str
    """As the first of these lines writes it; `today`, `the meeting`."""


@lru_cache(maxsize=4096)
def dates(text: str, *, today: date, month_first: bool = False) -> tuple[FoundDate, ...]:
    """Every date in the text; without a year, the one nearest to today; day before month if possible.

    `month_first`: read `11/5` as 5 November, for notes that plainly write so (see `writes_month_first`).
    """
    days = ((match, _day(match.parts, today, month_first)) for match in date_matches(text))
    return tuple(_found(text, match, day) for match, day in days if day is not None)


def dates_of_note(text: str, *, today: date, month_first: bool = False) -> tuple[FoundDate, ...]:
    """The same of a note, which may be years old: `Fri 16 Feb` is of a year in which that is a Friday, the nearest.

    A day near today stays as it is: there the weekday is rather a slip.
    """
    return tuple(_by_weekday(one, today) for one in dates(text, today=today, month_first=month_first))


@lru_cache(maxsize=4096)
def times(text: str) -> tuple[time, ...]:
    """Every time of day written with digits: `07:50`, `2 pm`, `9.30 Uhr`, `14h30`, `10u`."""
    return tuple(_time(match) for match in time_matches(text))


def clock_times(text: str) -> tuple[time, ...]:
    """Those, and the hours that are written out, at both halves of the day: `at two`, `before seven`, `noon`."""
    return (*times(text), *_spoken_hours(text))


def working_days(one: date, two: date) -> int:
    """Monday to Friday, from the day after `one` up to `two`."""
    return sum((one + timedelta(days=step)).weekday() < 5 for step in range(1, (two - one).days + 1))


@lru_cache(maxsize=4096)
def weekdays(text: str) -> tuple[tuple[int, str], ...]:
    """Weekdays named in full (0 Monday) with their words, whether or not a date stands beside them."""
    return tuple((WEEKDAYS[match[0]], match[0]) for match in FULL_WEEKDAY.finditer(fold(text)))


@lru_cache(maxsize=4096)
def days_to_come(text: str, *, today: date) -> tuple[date, ...]:
    """`Monday the 14th`: the next such day, where within two months the 14th is a Monday."""
    coming = [today + timedelta(days=step) for step in range(MOST_DAYS_AHEAD)]
    said = ((WEEKDAYS[one.weekday], one.day) for one in days_alone(text) if one.weekday)
    found = ((day for day in coming if (day.weekday(), day.day) == one) for one in said)
    return tuple(day for days in found for day in [next(days, None)] if day)


@lru_cache(maxsize=4096)
def days_of_month(text: str) -> tuple[tuple[int, str], ...]:
    """Days without a month, `the 15th`, `Wed 17`, with their words."""
    found = days_alone(text)
    dated = {place for one in date_matches(text) for place in range(one.start, one.end)} if found else set()
    return tuple(
        (one.day, text[one.start : one.end].split()[-1]) for one in found if dated.isdisjoint(range(one.start, one.end))
    )


def days_said(text: str) -> frozenset[int]:
    """Those, and the days written out in English: `the twentieth of January`, `the thirty-first`; no `second call`."""
    spelled = _SPELLED_DAY.finditer(fold(text))
    return frozenset(
        (
            *(day for day, _ in days_of_month(text)),
            *((TENS_OF_DAYS[match["ten"]] if match["ten"] else 0) + ORDINALS[match["one"]] for match in spelled),
        )
    )


_ORDINAL_WORDS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth twentieth
"""
ORDINALS = {word: number for number, word in enumerate(_ORDINAL_WORDS.split(), start=1)} | {"thirtieth": 30}
TENS_OF_DAYS = {"twenty": 20, "thirty": 30}
_SPELLED_DAY = re.compile(
    rf"\bthe (?:(?P<ten>{'|'.join(TENS_OF_DAYS)})[- ])?(?P<one>{'|'.join(ORDINALS)})\b"
    rf"(?! (?!of (?:{'|'.join(MONTHS)})\b|(?:and|or|at|if|is|was|to|till|until|we|he|she|they|i)\b)[a-z])"
)
MOST_DAYS_AHEAD = 62
LONG_AGO_DAYS = 270
"""From here on a day without its year is rather one of its entry's year than of today's: half a year and a margin."""
SLIPS_WITHIN_DAYS = 60
"""So near to the day of a note the weekday beside a date is rather wrong than of another year."""
YEARS_BACK, MOST_AHEAD_WITHOUT_YEAR = 6, 550
"""Within six years every date but a 29 February falls on every weekday; nobody writes of a day that far ahead without
its year."""
LONGEST_HEAD = 40
"""Signs before the day of an entry."""
_ENTRY_HEAD = re.compile(
    r"\W*(?:(?:[a-z ]*\b(?:date|sent|datum|fecha|logged|upcoming|completed|meeting|call|(?:last|next)[a-z]*))\W{1,6})?"
    r"(?:on |am |le )?(?:[a-z]{2,10}\W{1,2})?"
)
"""What may stand before the day of an entry: `Date:`, `"lastModified": "`, `[UPCOMING]`; not `contract since`, not
`"createdAt": "`."""


def days_around(lines: Sequence[NoteLine], *, today: date) -> dict[str, date]:
    """By label, the day near which a line means days without a year: today, or that of its entry of long ago.

    The entry's day is the last one with its year that heads a line of the same source so far, else the first to come.
    """
    found: dict[str, date] = {}
    for source in dict.fromkeys(line.source for line in lines):
        own = [line for line in lines if line.source == source]
        entries = {line.label: _entry_day(line.text, today) for line in own}
        known = [day for day in entries.values() if day]
        if not known or (today - max(known)).days < LONG_AGO_DAYS:
            continue
        said = known[0]
        for line in own:
            found[line.label] = said = entries[line.label] or said
    return {line.label: found.get(line.label, today) for line in lines}


def _entry_day(text: str, today: date) -> date | None:
    """The day with its year that heads a line."""
    folded = fold(text)
    found = (one for one in dates(text, today=today) if one.has_year and one.start <= LONGEST_HEAD)
    return next((one.day for one in found if _ENTRY_HEAD.fullmatch(folded, 0, one.start)), None)


@lru_cache(maxsize=48)
def noted_days(context: AccountContext) -> dict[str, tuple[FoundDate, ...]]:
    """By label, the days in every line of the context; those without a year near the day of their entry."""
    month_first = writes_month_first(context)
    return {
        label: dates_of_note(line.text, today=day_around(label, context), month_first=month_first)
        for label, line in context.lines.items()
    }


def day_around(label: str, context: AccountContext) -> date:
    """Near which day this line means days without a year."""
    return _around(context).get(label, context.today)


@lru_cache(maxsize=48)
def _around(context: AccountContext) -> dict[str, date]:
    return days_around(context.notes, today=context.today)


@lru_cache(maxsize=48)
def writes_month_first(context: AccountContext) -> bool:
    """True where some line has a date that only reads month first (`10/13`) and none that only reads day first."""
    pairs = [pair for line in context.notes if "/" in line.text for pair in SLASHED.findall(line.text)]
    month_first = sum(int(one) <= 12 < int(two) <= 31 for one, two in pairs)
    day_first = sum(int(two) <= 12 < int(one) <= 31 for one, two in pairs)
    return month_first > 0 and day_first == 0


def calendar(context: AccountContext) -> tuple[CalendarDay, ...]:
    """Every date in the context's lines, today and the meeting, in order, once a day with all its lines."""
    labels: dict[date, list[str]] = {}
    texts: dict[date, str] = {}
    for label, days in noted_days(context).items():
        for found in days:
            texts.setdefault(found.day, found.text)
            if label not in labels.setdefault(found.day, []):
                labels[found.day].append(label)
    for day, text in ((context.meeting.date, "the meeting"), (context.today, "today")):
        if day is not None:
            texts.setdefault(day, text)
    return tuple(_calendar_day(context, day, tuple(labels.get(day, ())), texts[day]) for day in sorted(texts))


def _calendar_day(context: AccountContext, day: date, lines: tuple[str, ...], text: str) -> CalendarDay:
    meeting = context.meeting.date
    return CalendarDay(
        day=day,
        weekday=WEEKDAY_NAMES[day.weekday()],
        days_from_today=(day - context.today).days,
        days_from_meeting=(day - meeting).days if meeting else None,
        lines=lines,
        text=text,
    )


def _found(text: str, match: DateMatch, day: date) -> FoundDate:
    named = match.parts.get("weekday") or match.parts.get("after")
    words = text[match.start : match.end].rstrip(" ,")
    if words[-2:-1].isalpha():
        words = words.rstrip(".")
    return FoundDate(
        day=day,
        text=words,
        start=match.start,
        end=match.start + len(words),
        weekday=WEEKDAYS[named] if named else None,
        has_year="year" in match.parts or "short" in match.parts,
    )


def _day(parts: dict[str, str], today: date, month_first: bool) -> date | None:
    one, two = int(parts["day"]), MONTHS.get(parts["month"]) or int(parts["month"])
    is_numeric = (parts["month"].isdigit() and len(parts.get("year", "")) != 4) or "sep" in parts
    year = _year(parts)
    first, second = _in_year(one, two, year, today), _in_year(two, one, year, today) if is_numeric else None
    return (second or first) if month_first else (first or second)


def _year(parts: dict[str, str]) -> int | None:
    digits = parts.get("year") or parts.get("short")
    if digits is None:
        return None
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _in_year(day: int, month: int, year: int | None, today: date) -> date | None:
    years = (year,) if year is not None else (today.year - 1, today.year, today.year + 1)
    days = [found for one in years if (found := _valid(one, month, day))]
    return min(days, key=lambda found: abs((found - today).days), default=None)


def _by_weekday(found: FoundDate, today: date) -> FoundDate:
    is_right = found.weekday in (None, found.day.weekday())
    if is_right or found.has_year or abs((found.day - today).days) <= SLIPS_WITHIN_DAYS:
        return found
    days = (_valid(year, found.day.month, found.day.day) for year in range(today.year - YEARS_BACK, today.year + 3))
    fitting = [day for day in days if day and day.weekday() == found.weekday]
    said = [day for day in fitting if (day - today).days <= MOST_AHEAD_WITHOUT_YEAR]
    return replace(found, day=min(said, key=lambda day: abs((day - today).days), default=found.day))


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time(match: re.Match[str]) -> time:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or match["half2"] or "").replace(".", "")
    if half in {"am", "pm"}:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour % 24, minute)


_HOUR = re.compile(
    r"\b(?:at|till|until|before|by|past|from|after|um|bis) ("
    + "|".join(NUMBERS)
    + r"|one|\d{1,2})(?![\w:.,%])|\b(noon)\b|\b(one) till\b"
)


@lru_cache(maxsize=4096)
def _spoken_hours(text: str) -> tuple[time, ...]:
    found: list[time] = []
    for match in _HOUR.finditer(fold(text)):
        word = match[1] or match[2] or match[3]
        hour = 12 if word == "noon" else 1 if word == "one" else int(word) if word.isdigit() else NUMBERS[word]
        found += [time(one) for one in (hour, hour + 12) if one < 24]
    return tuple(found)
