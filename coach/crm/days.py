"""Days and times as exports write them (pure): ISO, day first, month first, Excel serials, epoch milliseconds.

Whether `03/04/2026` is in March or April is the column's to say, not the value's: see `order_of`. Knows nothing about
tables.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from coach.record import parse_date

Order = Literal["day first", "month first"]

_TIME = (
    r"(?:,?[T\s]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}$", re.IGNORECASE)
_PARTS = re.compile(rf"(\d{{1,2}})\s?[./-]\s?(\d{{1,2}})\s?[./-]\s?(\d{{4}}|\d{{2}}){_TIME}$", re.IGNORECASE)
_NAMED = re.compile(rf"(.*?[^\W\d]{{3,}}.*?\d{{4}}){_TIME}$", re.IGNORECASE)
_COMPACT = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])([0-3]\d)$")
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d{1,15}))?$")
_EPOCH_MS = re.compile(r"1\d{12}$")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?\s*([ap]\.?m\.?)?$", re.IGNORECASE)

EXCEL_ZERO = dt.datetime(1899, 12, 30)
"""Day 0 of the 1900 date system, its wrong 29 February 1900 counted in. Source: ECMA-376 part 1, 18.17.4.1."""
SERIALS = range(20_000, 80_000)
"""1954 to 2119; other five-digit numbers are no days of a sale."""


@dataclass(frozen=True)
class Moment:
    day: dt.date
    start: dt.time | None = None
    """None where only the day is written, or midnight without a zone."""


def order_of(values: Iterable[str]) -> Order | None:
    """Which way a column writes its numeric days; None when none of its values tells, or they contradict."""
    pairs = [(int(match[1]), int(match[2])) for value in values if (match := _PARTS.match(value.strip()))]
    is_day_first = any(one > 12 >= two for one, two in pairs)
    is_month_first = any(two > 12 >= one for one, two in pairs)
    if is_day_first == is_month_first:
        return None
    return "day first" if is_day_first else "month first"


def is_numeric(value: str) -> bool:
    """Whether day and month could be told apart by their order only."""
    match = _PARTS.match(value.strip())
    return bool(match and int(match[1]) <= 12 and int(match[2]) <= 12 and match[1] != match[2])


@lru_cache(maxsize=65_536)
def moment(text: str, *, order: Order = "day first", zone: dt.tzinfo = dt.UTC) -> Moment | None:
    """The day, and the time in `zone` where one is written; None when it is none.

    A time without a zone is taken as it stands. A two-digit year is one of 2000 to 2099.
    """
    text = text.strip()
    try:
        return _moment(text, order, zone) if text else None
    except (ValueError, OverflowError):
        return None


def clock(text: str) -> dt.time | None:
    """A time of day alone: `10:00`, `2:30 pm`, Excel's `0.4375`."""
    text = text.strip()
    if match := _CLOCK.match(text):
        return _valid_time(match[1], match[2], match[3])
    if re.fullmatch(r"0?\.\d+", text):
        return _rounded(EXCEL_ZERO + dt.timedelta(days=float(text))).time()
    found = moment(text)
    return found.start if found else None


def _moment(text: str, order: Order, zone: dt.tzinfo) -> Moment | None:
    if match := _ISO.match(text):
        return _placed(dt.date(int(match[1]), int(match[2]), int(match[3])), match.groups()[3:], zone)
    if match := _PARTS.match(text):
        one, two = int(match[1]), int(match[2])
        day, month = (one, two) if order == "day first" else (two, one)
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        return _placed(dt.date(year, month, day), match.groups()[3:], zone)
    if match := _COMPACT.match(text):
        return Moment(dt.date(int(match[1]), int(match[2]), int(match[3])))
    if match := _SERIAL.match(text):
        return _of_serial(int(match[1]), float(f"0.{match[2] or 0}"))
    if _EPOCH_MS.match(text):
        at = dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC).astimezone(zone)
        return Moment(at.date(), at.time().replace(second=0, microsecond=0))
    return _named(text, zone)


def _named(text: str, zone: dt.tzinfo) -> Moment | None:
    """`3 Dec 2026`, `Dec 3, 2026 10:00 AM`, `03-Dec-2026`."""
    match = _NAMED.match(text)
    day = parse_date(match[1].replace("-", " ").strip()) if match else None
    return _placed(day, match.groups()[1:], zone) if match and day else None


def _of_serial(days: int, part: float) -> Moment | None:
    if days not in SERIALS:
        return None
    at = _rounded(EXCEL_ZERO + dt.timedelta(days=days + part))
    return Moment(at.date(), at.time() if part else None)


def _rounded(at: dt.datetime) -> dt.datetime:
    """To the minute: fractions of a day are never exact."""
    return (at + dt.timedelta(seconds=30)).replace(second=0, microsecond=0)


def _placed(day: dt.date, parts: tuple[str | None, ...], zone: dt.tzinfo) -> Moment:
    hour, minute, _, half, offset = parts
    start = _valid_time(hour, minute, half) if hour and minute else None
    if start is None:
        return Moment(day)
    if not offset:
        return Moment(day, start if start != dt.time() or half else None)
    at = dt.datetime.combine(day, start, _offset(offset)).astimezone(zone)
    return Moment(at.date(), at.time())


def _valid_time(hour: str, minute: str, half: str | None) -> dt.time:
    number = int(hour)
    if half:
        number = number % 12 + (12 if half[0] in "pP" else 0)
    return dt.time(number, int(minute))


def _offset(text: str) -> dt.tzinfo:
    if text[0] not in "+-":
        return dt.UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return dt.timezone(dt.timedelta(minutes=-minutes if text[0] == "-" else minutes))
