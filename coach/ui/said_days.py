"""Days that a note names without a date, `Thursday 10am`, `tomorrow`, counted from the day it is of (pure)."""

from __future__ import annotations

import re
from datetime import date, timedelta

from coach.dates import FoundDate
from coach.moments import FULL_WEEKDAY
from coach.words import WEEKDAYS, fold

WEEK = 7
_TOMORROW = re.compile(r"(?<!guten )\b(?:tomorrow|morgen|demain|manana)\b(?! (?:fruh|vormittag)\b)")
_NEXT_WEEK = re.compile(r"\b(?:next week|nachste woche|la semaine prochaine|la semana que viene|volgende week)\b")


def said_days(text: str, said_on: date) -> list[FoundDate]:
    """`Thursday` is the next one to come, the day itself never; with `next week` that of the week after."""
    folded = fold(text)
    found = [
        FoundDate(
            _coming(WEEKDAYS[match[0]], said_on, is_next_week=_NEXT_WEEK.search(folded) is not None),
            text[match.start() : match.end()],
            match.start(),
            match.end(),
            WEEKDAYS[match[0]],
            has_year=False,
        )
        for match in FULL_WEEKDAY.finditer(folded)
    ]
    found += [
        FoundDate(said_on + timedelta(days=1), text[match.start() : match.end()], match.start(), match.end(),
                  has_year=False)
        for match in _TOMORROW.finditer(folded)
    ]  # fmt: skip
    return found


def _coming(weekday: int, said_on: date, *, is_next_week: bool) -> date:
    if is_next_week:
        return said_on + timedelta(days=WEEK - said_on.weekday() + weekday)
    return said_on + timedelta(days=(weekday - said_on.weekday()) % WEEK or WEEK)
