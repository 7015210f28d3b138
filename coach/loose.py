"""Words that state something which neither the lines named for it nor a sum or a count yields (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

from coach.claims import OUTCOME_PARTS, Claim, agenda_span, opens_as_ours, proposed_terms
from coach.dates import FoundDate, days_of_month, days_to_come, times
from coach.daycounts import COUNTED_UNITS, holds, is_counted, named_days, spans_of_months
from coach.figures import AMOUNT, HARD_UNITS, Figure, figures, same_unit
from coach.held import Case, Held, is_counted_from, is_named, is_time_between, stands
from coach.names import is_opener, name_words, names
from coach.schema import Meeting
from coach.shares import called_shares
from coach.sums import CONSTANTS, fits, follows, shown_sums
from coach.words import MONTHS, NUMBERS, UNITS, fold

LONGEST_MEETING = 240
"""Minutes, where nothing says how long it lasts."""
LONGEST_ASKED = 60
"""Minutes that the rep may ask for."""
MOST_ENUMERATED = 5
MIN_ROUNDED = 1000
"""Smaller numbers are not rounded without a word such as `about`."""


def loose_words(claim: Claim, case: Case) -> Iterator[str]:
    """Words that state something which nothing held yields."""
    yield from (one.text for one in loose_figures(claim, case))
    yield from (one.text for one in claim.own if not is_held_date(one, claim, case))
    yield from _loose_times(claim, case.context.meeting)
    yield from _loose_days_of_month(claim, case)
    yield from (match["month"] for match in _loose_months(claim))
    yield from (name for name in names_in(claim, case) if not is_named(name, claim.holding, case))


def names_in(claim: Claim, case: Case) -> tuple[str, ...]:
    """Names, also at the start of a sentence where the context knows the word as a name; not so in German."""
    found = apart_from_nouns(claim, case)
    if claim.page.is_german:
        return found
    opening = {match[1] for match in _OPENING_WORD.finditer(claim.text)} - {
        word for name in found for word in name.split()
    }
    known = (
        word
        for word in sorted(opening)
        if word.lower() == fold(word) and not is_opener(word) and case.is_name_word(fold(word))
    )
    return tuple(dict.fromkeys((*found, *known)))


def apart_from_nouns(claim: Claim, case: Case) -> tuple[str, ...]:
    """Names; in German none that is somebody known beside a noun: `Wilms Geld`, `Gellrands Ja`."""
    found = names(claim.text, in_german=claim.page.is_german)
    if not claim.page.is_german:
        return found
    known = case.known_words
    return tuple(name for name in found if not any(word in known or word[:-1] in known for word in name_words(name)))


_OPENING_WORD = re.compile(r"(?:^|[.!?:;|\n\"“„>]\s*)([A-Z]\w{2,})\b(?!:)")


def loose_figures(claim: Claim, case: Case) -> list[Figure]:
    lasts = max(*claim.page.minutes, Decimal(case.context.meeting.minutes or 0), Decimal(0)) or LONGEST_MEETING
    found = [one for one in figures(claim.text) if not (_is_ours(one, claim) or _is_at_minute(one, claim, lasts))]
    good = [one for one in found if _is_held_figure(one, claim)]
    good += _given_by_sums(claim, found, good, case)
    if claim.basis == "sum" or claim.part == "sums" or claim.is_table:
        good += _following(claim, found, good, case)
    shares = called_shares(claim.text, (*claim.cited.given, *good))
    good += [one for one in _without(found, good) if one in shares]
    good += [one for one in _without(found, good) if stands(one, claim.page.worked_out)]
    good += [one for one in _without(found, good) if _is_rounded(one, good) or _is_listed(one, claim.text)]
    if claim.basis == "assumption" and _ASSUMED.search(fold(claim.text)):
        return []
    return _without(found, good)


def _without(found: Iterable[Figure], others: Iterable[Figure]) -> list[Figure]:
    """Figures of one text, told apart by where they stand."""
    places = {one.start for one in others}
    return [one for one in found if one.start not in places]


def _following(claim: Claim, found: Sequence[Figure], good: Sequence[Figure], case: Case) -> list[Figure]:
    """What follows from held figures without the sum being shown; also from what follows."""
    given = (*claim.cited.given, *claim.page.worked_out)
    new: list[Figure] = []
    for _ in range(3):
        left = _without(found, (*good, *new))
        if not left:
            break
        new += [one for one in left if follows(one, (*given, *good, *new))]
        new += [one for one in _without(left, new) if _is_item_count(one, claim.holding)]
        new += _without(_given_by_sums(claim, found, (*good, *new), case), new)
    return new


def _is_item_count(figure: Figure, holding: Held) -> bool:
    """`seven items` where a line lists seven numbers."""
    if figure.unit in HARD_UNITS or figure.value <= 2:
        return False
    return any(figure.value == len(figures(row)) for row in holding.text.splitlines())


def _is_listed(figure: Figure, text: str) -> bool:
    """`three tests: a, b and c`."""
    listed = re.match(r"[^.:;\n]{0,30}:([^.;\n]+)", text[figure.end :])
    parts = re.split(r",(?!\d)| and | und | et ", listed[1]) if listed else []
    return figure.value == len([part for part in parts if part.strip()])


def _is_rounded(figure: Figure, good: Sequence[Figure]) -> bool:
    """`£182,000` beside the `£181,792` that it rounds."""
    rough = replace(figure, is_approximate=True)
    return any(one.value > MIN_ROUNDED and same_unit(one, figure) and fits(rough, one.value) for one in good)


def _is_ours(figure: Figure, claim: Claim) -> bool:
    """Minutes of the agenda are the rep's to set; another check adds them up."""
    if figure.unit == "min" and figure.value <= LONGEST_ASKED and _is_asked(figure, claim.text):
        return True
    if figure.unit == "min" and figure.value in claim.page.minutes and claim.basis not in {"notes", "sum", "offer"}:
        return True
    if _is_our_enumeration(figure) or _is_our_count(figure, claim):
        return True
    span = agenda_span(claim.text)
    if span and figure.end <= span.end():
        return True
    is_hard = figure.unit == "%" or figure.unit.isupper()
    return claim.part == "agenda" and not is_hard and figure.value <= LONGEST_MEETING


def _is_at_minute(figure: Figure, claim: Claim, lasts: Decimal | int) -> bool:
    """`If Ada has not spoken by minute 22`: where in the meeting, unless the lines tell of such a minute themselves."""
    is_one = _AT_MINUTE.search(fold(claim.text[: figure.start])) is not None
    return is_one and figure.value <= lasts and not _MINUTE.search(claim.holding.text)


_MINUTE = re.compile(r"\bminut(?:e|es|en|o|os) \d")
_AT_MINUTE = re.compile(r"\bminut(?:e|es|en|o|os) (?:\d{1,3} ?(?:-|to|and|bis|und|a|et|y) ?(?:minute )?)?$")


def _is_our_enumeration(figure: Figure) -> bool:
    """`We owe him two things.`: what the page counts of its own sentences."""
    return figure.unit in {"thing", "reason", "sentence"} and figure.value <= MOST_ENUMERATED


def _is_our_count(figure: Figure, claim: Claim) -> bool:
    """`Our proposal. Twenty reps …`: how many of what, in words that call themselves ours."""
    is_hard = figure.unit in HARD_UNITS or figure.unit.isupper()
    return claim.basis == "proposal" and not is_hard and figure.value < AMOUNT and opens_as_ours(claim.text)


def _is_asked(figure: Figure, text: str) -> bool:
    """In a sentence that asks: `May I ring you for five minutes?`"""
    end = re.search(r"[.!?]", text[figure.end :])
    return end is not None and end[0] == "?"


def _is_held_figure(figure: Figure, claim: Claim) -> bool:
    is_count = is_counted(claim.text, figure)
    among = [one for one in claim.holding.figures if one.unit == figure.unit] if is_count else claim.holding.figures
    if stands(figure, among) or is_time_between(figure, claim.holding.times):
        return True
    if any(one.value == figure.value and one.unit == figure.unit for one in claim.holding.counts):
        return True
    if figure.unit == "%" and any(one.unit == "%" and one.value == 100 - figure.value for one in claim.holding.figures):
        return True
    if _is_counted_in_months(figure, claim) or _is_written_so(figure, claim.holding.text):
        return True
    is_year = figure.value in {day.year for day in (*claim.days.every,)} and not figure.unit.isupper()
    return is_year or (figure.unit in COUNTED_UNITS and holds(claim.text, figure, claim.days))


def _is_written_so(figure: Figure, told: str) -> bool:
    """The same number word, whatever it counts there: `Seven, not thirteen`; the same year within another word."""
    word = fold(figure.text).split()[0] if figure.text.strip() else ""
    is_year = not figure.unit and word.isdigit() and FIRST_YEAR <= int(word) <= LAST_YEAR
    return (word in NUMBERS or is_year) and re.search(rf"(?<![^\W_]){word}(?![^\W_])", told) is not None


FIRST_YEAR, LAST_YEAR = 1990, 2060


def _is_counted_in_months(figure: Figure, claim: Claim) -> bool:
    """`92 days` of July to September; a bare 31 in a sum of December's."""
    is_term = any(figure in one.terms for one in shown_sums(claim.text))
    if figure.unit != "day" and not (is_term and not figure.unit):
        return False
    named = {MONTHS[word] for word in re.findall(r"[a-z]{3,}", fold(claim.text)) if word in MONTHS}
    return figure.value in spans_of_months(named or claim.holding.months, claim.days.today)


def _given_by_sums(claim: Claim, found: Sequence[Figure], good: Sequence[Figure], case: Case) -> list[Figure]:
    """Results of sums whose terms are held or ours; also the one term that a held result gives.

    A sum that is written with signs may take its terms from any line: that it holds says which.
    """
    values, holding = (
        {one.value for one in (*good, *claim.holding.counts, *proposed_terms(claim.text))} | CONSTANTS,
        [one for one in shown_sums(claim.text) if one.holds],
    )
    signed = [one for one in holding if _SIGNED.search(one.text)]
    values |= {term.value for one in signed for term in one.terms if stands(term, case.figures)}
    given: list[Figure] = _without(proposed_terms(claim.text), good)
    for _ in range(3):
        for one in holding:
            parts = (*one.terms, one.result)
            missing = {part.value for part in parts} - values
            if len(missing) <= 1:
                values |= missing
                given += _without(_without(parts, good), given)
    return [one for one in _without(found, good) if any(_is_equal(one, other) for other in given)] if given else []


_SIGNED = re.compile(r"[×*·+=]")


def _is_equal(one: Figure, other: Figure) -> bool:
    return one.value == other.value and same_unit(one, other)


def is_held_date(one: FoundDate, claim: Claim, case: Case) -> bool:
    named = named_days(claim.text, claim.days)
    known = (*claim.holding.days, *claim.holding.message_days, *claim.days.fixed)
    is_calendar = claim.page.cites_loosely and one.day >= case.context.today and one.weekday == one.day.weekday()
    if one.day in claim.page.proposed or is_calendar:
        return True
    is_same_day = not one.has_year and any((one.day.day, one.day.month) == (day.day, day.month) for day in known)
    if (
        is_same_day
        or one.day in known
        or (one.day.day in claim.holding.days_of_month and abs((one.day - case.context.today).days) < 62)
    ):
        return True
    if claim.part in OUTCOME_PARTS and one.day >= case.context.today:
        return True
    if _is_open_end(one, claim) and any(abs((one.day - day).days) == 1 for day in known):
        return True
    return is_counted_from(one.day, (*known, *named), _spans(claim))


def _single_spans(text: str) -> Iterator[Figure]:
    """`a week before` counts as one week."""
    for match in re.finditer(
        r"\b(?:a|one|eine[nrm]?|une?|een) (day|week|month|tag|woche|monat|semaine|mois|maand)\b", text
    ):
        yield Figure(Decimal(1), UNITS[match[1]], match[0], match.start(), match.end())


def _is_open_end(one: FoundDate, claim: Claim) -> bool:
    """`between 4 and 14 Dec` may leave out the meeting on the 3rd and the board on the 15th."""
    before, after = fold(claim.text[: one.start]), fold(claim.text[one.end : one.end + 5])
    return (
        before.endswith("between ")
        or (" between " in before[-40:] and before.endswith((" and ", "-")))
        or after == " and "
    )


def _loose_times(claim: Claim, meeting: Meeting) -> Iterator[str]:
    if claim.part == "agenda":
        return
    lasts = range(meeting.minutes or LONGEST_MEETING) if claim.part in OURS_TO_TIME and meeting.start else range(0)
    for clock in times(claim.text):
        twelve = clock.replace(hour=(clock.hour + 12) % 24)
        lasting = Figure(Decimal(_minutes(clock)), "min", "", 0, 0)
        is_span = re.search(r"\dh\d", claim.text) and is_time_between(lasting, claim.holding.times)
        is_within = meeting.start is not None and _minutes(clock) - _minutes(meeting.start) in lasts
        if not (is_span or is_within) and clock not in claim.holding.times and twelve not in claim.holding.times:
            yield _as_written(clock, claim.text)


OURS_TO_TIME = OUTCOME_PARTS | {"opening", "purpose", "bring", "answers"}
"""Parts that may say at what minute of the meeting something is asked."""


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _as_written(clock: time, text: str) -> str:
    return next(
        (match[0] for match in re.finditer(r"\d{1,2}(?:[:.h]|\sh\s)\d{2}", text) if times(match[0]) == (clock,)),
        f"{clock:%H:%M}",
    )


def _loose_days_of_month(claim: Claim, case: Case) -> Iterator[str]:
    """A day under its weekday may be counted, or be any day to come that the notes or the page know."""
    named = {day.day: day for day in days_to_come(claim.text, today=claim.days.today)}
    for number, word in days_of_month(claim.text):
        day = named.get(number)
        if not (_is_held_day_of_month(number, claim) or (day and _is_known_day(day, named.values(), claim, case))):
            yield word


def _is_known_day(day: date, named: Iterable[date], claim: Claim, case: Case) -> bool:
    known = (*claim.holding.days, *claim.days.fixed, *named)
    return day in case.whole.days or day.day in case.whole.days_of_month or is_counted_from(day, known, _spans(claim))


def _spans(claim: Claim) -> list[Figure]:
    """How many days, weeks or months the lines say, or the words after them."""
    said = (one for one in figures(claim.text) if stands(one, claim.holding.figures))
    counted = (one for one in (*claim.holding.figures, *said) if one.unit in {"day", "week", "month"})
    return [*_single_spans(claim.holding.text), *counted]


def _is_held_day_of_month(day: int, claim: Claim) -> bool:
    if day == 1 and (
        claim.holding.months or any(word in MONTHS for word in re.findall(r"[a-z]{3,}", fold(claim.text)))
    ):
        return True
    known = (*claim.days.every, *claim.page.proposed)
    if claim.part in OUTCOME_PARTS and any(one.day == day for one in days_to_come(claim.text, today=claim.days.today)):
        return True
    if any(one.value == day and not one.unit.isupper() for one in claim.holding.figures):
        return True
    return day in claim.holding.days_of_month or any(one.day == day for one in known)


_MONTH_ALONE = re.compile(
    r"\b(?:in|since|by|until|till|of|before|after|from|to|end|mid|early|late|last|next|im|seit|ab|bis|vor"
    r"|ende|en|depuis|vanaf)[ -]"
    r"(?P<month>"
    + "|".join(sorted((word for word in MONTHS if len(word) > 2 and word != "mars"), key=len, reverse=True))
    + r")\b(?!\.?\s\d{1,2}\b)"
)


def _loose_months(claim: Claim) -> Iterator[re.Match[str]]:
    found = list(_MONTH_ALONE.finditer(fold(claim.text)))
    known = {*claim.holding.months, *(day.month for day in claim.days.every)} if found else set()
    for match in found:
        is_name = claim.text[match.start("month")].isupper() or match["month"] not in {"may", "march", "mar"}
        if is_name and MONTHS[match["month"]] not in known:
            yield match


_ASSUMED = re.compile(
    r"\b(?:if|assum\w+|suppos\w+|say|let's say|perhaps|guess\w*|estimat\w+|unknown|wenn|falls|angenommen"
    r"|annahme|geschatzt|si|supposons|als|stel)\b"
)
