"""Where dates and times of day stand in text, in five languages (pure). Which day that is, `coach.dates` says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from coach.words import MONTHS, WEEKDAYS, fold

_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
WORD_OR_NUMBER = r"(?:(?<![a-z])|(?=\d))"
"""Where one may begin: from within a word `re` goes on at once."""
_WEEKDAY = (
    WORD_OR_NUMBER
    + "(?:(?<![a-z])(?P<weekday>"
    + "|".join(sorted(WEEKDAYS, key=len, reverse=True))
    + r")\b\.?,?\s+(?:the |den |dem |le |el )?)?"
)
_WEEKDAY_AFTER = r"(?:,?\s*\((?P<after>" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + r")\.?\))?"
_DAY = r"(?<![\d.,:/-])(?P<day>\d{1,2})"
_DAY_OR_LAST = (
    r"(?:(?<![\d.,:/-])|(?<=(?<![\d.,:/-])\d-)|(?<=(?<![\d.,:/-])\d\d-)|(?<=\d(?:st|nd|rd|th)-))(?P<day>\d{1,2})"
)
"""Also the second of `1-5 February`."""
_YEAR = r"(?:,?\s+(?:de |del |of )?(?P<year>\d{4})(?!\d)|\s?'(?P<short>\d{2})(?!\d))?"
FULL_WEEKDAY = re.compile(
    r"\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag"
    r"|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miercoles|jueves|viernes|sabado|domingo"
    r"|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)\b"
)
_DAY_ALONE = r"(?:3[01]|[12]\d|0?[1-9])"
_COUNTS_NOTHING = r"(?![\d%€£$]|[.,:/h-]\d| ?(?:[%€£$]|h\b|uhr\b|[ap]\.?m\b|o'clock|min|to\b|eur\b|[a-z]{3,}s\b))"
"""Behind a day: no time, no unit, nothing in the plural."""
_ORDINAL = re.compile(
    r"\b(?:the (?P<day>\d{1,2})(?:st|nd|rd|th)\b|(?:den|dem|zum|am|le|vom|bis) (?P<day2>\d{1,2})\.(?![\d]| ?[a-z]{3})"
    r"|(?:le|du|au) (?P<day3>" + _DAY_ALONE + r")(?:er\b|(?![\w.]))" + _COUNTS_NOTHING + ")"
)
_NAMED_DAY = re.compile(
    r"\b(?P<weekday>" + "|".join(sorted((word for word in WEEKDAYS if word != "ma"), key=len, reverse=True))
    + r")\b\.?,? (?:the |den |dem |le |el )?(?P<day>" + _DAY_ALONE + r")(?:(?:st|nd|rd|th|er)\b|\.(?!\d)|(?![\w.]))"
    + _COUNTS_NOTHING
)  # fmt: skip
SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])")
RANGE = re.compile(
    _WEEKDAY + _DAY + r"(?:st|nd|rd|th|\.)?\s*(?:-|and|to|or|bis|und|oder|au|et|y|al|,)\s*"
    r"(?=(?:\d{1,2})(?:st|nd|rd|th|\.)?\s*(?:of |de )?" + _MONTH + ")"
)
DOTTED_RANGE = re.compile(_WEEKDAY + _DAY + r"\.\s?[/-]\s?(?=\d{1,2}\.(?P<month>\d{1,2})\.(?!\d))")
"""`24./27.11.`"""
TIME = re.compile(
    r"(?:(?<![\d:.,/-])|(?<=\d[:h]\d\d-))(?P<hour>[01]?\d|2[0-4])(?:(?:[:.h]|\sh\s)(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d.,]*\d)\s*(?P<half>[ap]\.?m\b\.?|uhr\b|h\b|u\b)?"
    r"|\s*(?P<half2>[ap]m\b|[ap]\.m\.|uhr\b|o'clock\b)|u\b)(?:\s+[+-]\d{4}\b)?"
)
"""A time of day, also the end of `13:20-13:32`; with `.` only before `Uhr`, `am` or `pm`."""

_PATTERNS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        _WEEKDAY + r"(?<![\d.,/-])(?P<year>\d{4})[-/](?P<month>\d{2})[-/](?P<day>\d{2})(?!\d)" + _WEEKDAY_AFTER,
        _WEEKDAY + _DAY + r"(?P<sep>[/.-])(?P<month>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})(?![\d/])" + _WEEKDAY_AFTER,
        _WEEKDAY + _DAY_OR_LAST + r"(?:st|nd|rd|th|er|o|\.)?\s*(?:of |de |-)?" + _MONTH + _YEAR + _WEEKDAY_AFTER,
        _WEEKDAY + r"\b" + _MONTH + r"\s+(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\d%:]|[.,]\d)"
        + _YEAR + _WEEKDAY_AFTER,
        _WEEKDAY + _DAY + r"/(?P<month>\d{1,2})(?![\d/%]|\s+of\b)" + _WEEKDAY_AFTER,
        _WEEKDAY + r"(?<![\d.,/-])(?P<day>\d{2})\.(?P<month>\d{2})\.(?!\d)" + _WEEKDAY_AFTER,
        r"(?:^|(?<=\bam )|(?<=\bvom )|(?<=\bbis )|(?<=\bzum )|(?<=\bseit )|(?<=\bden )|(?<=\bdem )|(?<=\()"
        r"|(?<=\d\.[/-]))"
        + _WEEKDAY + r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?!\d)" + _WEEKDAY_AFTER,
        "^" + _WEEKDAY + r"(?P<day>\d{2})-(?P<month>\d{2})(?![\d-]|\s?%)" + _WEEKDAY_AFTER,
    )
)  # fmt: skip
_HINTS = tuple(
    re.compile(hint)
    for hint in (
        r"\d{4}[-/]\d\d[-/]\d\d",
        r"\d[/.-]\d{1,2}[/.-]\d\d",
        r"\d(?:st|nd|rd|th|er|o|\.)?\s*(?:of |de |-)?(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b",
        r"(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?\s+(?:the )?\d",
        r"\d/\d",
        r"\d\d\.\d\d\.",
        r"\d\.\d{1,2}\.",
        r"\d\d-\d\d",
    )
)
"""One for each of the patterns: what it cannot do without, looked for from a digit on and so at a tenth of the cost."""
_RANGE_HINT = re.compile(
    r"\d(?:st|nd|rd|th|\.)?\s*(?:-|and|to|or|bis|und|oder|au|et|y|al|,)\s*\d{1,2}(?:st|nd|rd|th|\.)?\s*[a-z]"
)
_DOTTED_RANGE_HINT = re.compile(r"\d\.\s?[/-]\s?\d{1,2}\.\d")
_HINTED = ((_RANGE_HINT, RANGE), (_DOTTED_RANGE_HINT, DOTTED_RANGE), *zip(_HINTS, _PATTERNS, strict=True))
_WORDED = tuple((hint, pattern) for hint, pattern in _HINTED if _MONTH in pattern.pattern)
"""Those with a month in letters: all that can stand where no mark joins two digits."""
_BEFORE_DIGITS = 64
"""Signs before the first digit of a date in which its weekday and month stand."""
_DIGIT = re.compile(r"\d")
_DIGITS_JOINED = re.compile(r"\d[/.-]\d")
_TIME_HINT = re.compile(r"\d(?:[:.h][0-5]|\sh\s[0-5]|u\b|\s*(?:[ap]m\b|[ap]\.m\.|uhr\b|o'clock\b))")
_ORDINAL_HINT = re.compile(r"\d(?:st|nd|rd|th|\.)|\b(?:le|du|au) \d")
_FRACTION = re.compile(r"(?<![\d/])\d [1-3]/[248]$")
"""`2 1/2 hours`."""
_VERBS = frozenset({"may", "march", "mar"})
"""Months that are other words in lower case."""


@dataclass(frozen=True)
class DateMatch:
    start: int
    end: int
    parts: dict[str, str]
    """`day`, `month` (a number or a folded word) and, where written, `year`, `short`, `weekday`, `after`, `sep`."""


@dataclass(frozen=True)
class DayMatch:
    start: int
    end: int
    day: int
    weekday: str = ""
    """As folded, where it stands before it."""


@lru_cache(maxsize=4096)
def date_matches(text: str) -> tuple[DateMatch, ...]:
    """Where dates stand, in order and without overlap; the first of `4 and 14 Dec` is one too."""
    found: list[DateMatch] = []
    taken = bytearray(len(text))
    for match in _candidates(text):
        parts = {name: part for name, part in match.groupdict().items() if part}
        end = match.end("day") if match.re in (RANGE, DOTTED_RANGE) else match.end()
        if 1 not in taken[match.start() : end] and _is_date(text, match, parts):
            found.append(DateMatch(match.start(), end, parts))
            taken[match.start() : end] = b"\x01" * (end - match.start())
    return tuple(sorted(found, key=lambda one: one.start))


@lru_cache(maxsize=4096)
def time_matches(text: str) -> tuple[re.Match[str], ...]:
    """Where times of day stand."""
    folded = fold(text)
    if not _TIME_HINT.search(folded):
        return ()
    return tuple(match for match in TIME.finditer(folded) if not (_is_decimal(match) or _is_lasting(match)))


@lru_cache(maxsize=4096)
def days_alone(text: str) -> tuple[DayMatch, ...]:
    """Where days without their month stand, in order: `the 15th`, `dem 27.`, `le 18`, `Wed 17`, `samedi 5`."""
    folded = fold(text)
    found: dict[int, DayMatch] = {}
    if _ORDINAL_HINT.search(folded):
        for match in _ORDINAL.finditer(folded):
            day = next(number for number in match.groups() if number)
            found[match.end()] = DayMatch(match.start(), match.end(), int(day))
    for match in _NAMED_DAY.finditer(folded) if _DIGIT.search(folded) else ():
        found[match.end()] = DayMatch(match.start(), match.end(), int(match["day"]), match["weekday"])
    return tuple(found[end] for end in sorted(found))


def _candidates(text: str) -> Iterator[re.Match[str]]:
    folded = fold(text)
    if not _DIGIT.search(folded):
        return
    for hint, pattern in _HINTED if _DIGITS_JOINED.search(folded) else _WORDED:
        if first := hint.search(folded):
            yield from pattern.finditer(folded, max(0, first.start() - _BEFORE_DIGITS))


def _is_date(text: str, match: re.Match[str], parts: dict[str, str]) -> bool:
    if parts["month"] in _VERBS and text[match.start("month")].islower():
        return False
    if _FRACTION.search(text, max(0, match.start() - 4), match.end()):
        return False
    one, two = int(parts["day"]), MONTHS.get(parts["month"]) or int(parts["month"])
    return match[0].strip() != "24/7" and ((0 < one <= 31 and 0 < two <= 12) or (0 < one <= 12 and 0 < two <= 31))


def _is_lasting(match: re.Match[str]) -> bool:
    """`2 h 40` is how long, `14 h 40` when."""
    return " h " in match[0] and int(match["hour"]) < EARLIEST_HOUR


EARLIEST_HOUR = 7


def _is_decimal(match: re.Match[str]) -> bool:
    return "." in match[0][:3] and not (match["half"] or match["half2"])
