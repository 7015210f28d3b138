"""What lines hold (pure): their figures, dates, times, names and words, and whether a stated one stands among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import pairwise

from coach.dates import FoundDate, clock_times, days_said, noted_days, times, weekdays, working_days
from coach.figures import SECONDS, Figure, figures, same_unit, seconds
from coach.names import known_people, name_words, names, same_person
from coach.schema import AccountContext, Check, NoteLine
from coach.sums import scale_of, tolerance_of
from coach.words import MONTHS, WEEKDAYS, fold

MESSAGE_LINES = 3
"""So far back a pronoun may point within one person's message."""
MAX_KEPT = 1000
"""Sets of lines of which is kept what they hold: a dozen drafts with all their blocks."""
MAX_DERIVED_DAYS = 400
"""A date is only counted from another one within about a year."""


ENTRY_DATE_WITHIN = 12
"""Signs from the start of a line in which the date of an entry stands: `Fr 30.10. Anruf`, `[auto] 11/4`."""


@dataclass(frozen=True)
class Case:
    """A context, prepared for comparing many blocks with it."""

    context: AccountContext
    lines: dict[str, NoteLine]
    in_order: tuple[NoteLine, ...]
    places: dict[str, int]
    """Of each label in this order."""
    entry_days: dict[str, date]
    """By label of a note without a date: the day of the entry or message it belongs to."""
    public_words: frozenset[str]
    """Of the record's names: attendees, rep, account, seller, place. Any block may use them."""
    people: tuple[str, ...]
    """Everybody known, the rep among them."""
    noted: dict[str, tuple[FoundDate, ...]]
    """By label, the days written in each line."""

    _held: dict[tuple[str, ...], Held] = field(default_factory=dict, compare=False, repr=False)
    """What lines hold that blocks cited before: those of the next draft cite the same."""
    checked: dict[tuple[object, ...], Check] = field(default_factory=dict, compare=False, repr=False)
    """What blocks were found to be, by all that this rests on: most of a page looked at again is the same."""
    _names: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)
    """Of each word asked for before, whether a note has it as a name."""

    @cached_property
    def whole(self) -> Held:
        """What all lines together hold."""
        return held(self.lines, self)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Of the whole context."""
        return tuple(one for line in self.in_order for one in figures(line.text))

    @cached_property
    def known_words(self) -> frozenset[str]:
        """Of the names of everybody known and of the record."""
        return self.public_words | {word for name in self.people for word in name_words(name)}

    def is_name_word(self, word: str) -> bool:
        """True where the folded word is one of a name in some note."""
        if word not in self._names:
            near = (line.text for line in self.context.notes if word in fold(line.text))
            self._names[word] = any(word in name_words(name) for text in near for name in names(text))
        return self._names[word]


@dataclass(frozen=True, eq=False)
class Held:
    """What some lines and the record hold, each kind of it worked out when it is first asked for."""

    labels: tuple[str, ...]
    case: Case

    @cached_property
    def _lines(self) -> tuple[NoteLine, ...]:
        return tuple(self.case.lines[label] for label in self.labels)

    @cached_property
    def _noted(self) -> tuple[Figure, ...]:
        return tuple(one for line in self._lines for one in figures(line.text))

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Of the lines and of the record."""
        changes = (one for line in self._lines for one in _changes(line.text))
        return (*self._noted, *_record_figures(self.case.context), *changes)

    @cached_property
    def given(self) -> tuple[Figure, ...]:
        """Of the lines alone, and the hours between their times: what a sum that is not shown may rest on."""
        return (*self._noted, *between(clock for line in self._lines for clock in times(line.text)))

    @cached_property
    def counts(self) -> tuple[Figure, ...]:
        """Of the record: how many plants the opportunity has, how many people come."""
        return (*figures(self.case.context.opportunity), _people(self.case.context))

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Of the lines alone, without today and the meeting."""
        return tuple(dict.fromkeys(day for line in self._lines for day in _dates(line, self.case)))

    @cached_property
    def message_days(self) -> tuple[date, ...]:
        """Of the messages or entries that cited lines without a date belong to."""
        return tuple(dict.fromkeys(day for line in self._lines for day in _meant_days(line, self.case)))

    @cached_property
    def days_of_month(self) -> frozenset[int]:
        return frozenset(day for line in self._lines for day in days_said(line.text))

    @cached_property
    def times(self) -> frozenset[time]:
        clocks = (clock for line in self._lines for clock in clock_times(line.text))
        return frozenset((*clocks, *_window(self.case.context)))

    @cached_property
    def months(self) -> frozenset[int]:
        return frozenset((*(day.month for day in self.days), *(MONTHS[word] for word in self.words & MONTHS.keys())))

    @cached_property
    def weekdays(self) -> frozenset[int]:
        named = (WEEKDAYS[word] for word in self.words & WEEKDAYS.keys())
        return frozenset((*named, *(day.weekday() for day in self.days)))

    @cached_property
    def words(self) -> frozenset[str]:
        return _words_in(self._lines)

    @cached_property
    def known(self) -> frozenset[str]:
        """These words, those of the record's names and those said just before in the same message."""
        return self.words | self.case.public_words | _named_before(self._lines, self.case)

    @cached_property
    def initials(self) -> frozenset[str]:
        return frozenset(re.findall(r"\b[A-Z]{2,3}\b", self._written))

    @cached_property
    def text(self) -> str:
        """Folded."""
        return fold(self._written)

    @cached_property
    def _written(self) -> str:
        return "\n".join(line.text + " " + (line.speaker or "") for line in self._lines)


@lru_cache(maxsize=48)
def case_of(context: AccountContext) -> Case:
    """The context with what every comparison needs."""
    lines, noted = context.lines, noted_days(context)
    return Case(
        context=context,
        lines=lines,
        in_order=tuple(lines.values()),
        places={label: place for place, label in enumerate(lines)},
        entry_days=_entry_days(context, noted),
        public_words=_public_words(context),
        people=tuple(name for name in (*known_people(context), context.rep) if name),
        noted=noted,
    )


def held(labels: Iterable[str], case: Case) -> Held:
    """What the lines with these labels hold; labels that do not exist hold nothing."""
    cited = tuple(dict.fromkeys(labels))
    if cited not in case._held:
        if len(case._held) >= MAX_KEPT:
            case._held.clear()
        case._held[cited] = Held(tuple(label for label in cited if label in case.lines), case)
    return case._held[cited]


@lru_cache(maxsize=4096)
def words_of(text: str) -> frozenset[str]:
    """Folded words, those of `MLopez` and `Maria's` apart."""
    parts = _PART.findall(fold(_INITIAL.sub(r"\1 ", text)))
    joined = [part for part in parts if "'" in part or "-" in part]
    apart = [word for part in joined for word in (part.removesuffix("'s"), *part.replace("'", "-").split("-"))]
    return frozenset((*parts, *(word for word in apart if word)))


_INITIAL = re.compile(r"\b([A-Z])(?=[A-Z][a-z])")
_PART = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def _words_in(lines: Iterable[NoteLine]) -> frozenset[str]:
    """Of their texts and speakers."""
    return frozenset().union(*(words_of(text) for line in lines for text in (line.text, line.speaker) if text))


def stands(figure: Figure, among: Iterable[Figure]) -> bool:
    """True where one of them has the same value in a unit that fits, or rounds to it as written."""
    slack = _slack(figure)
    return any(_same(figure, other, slack) for other in among)


def is_time_between(figure: Figure, clocks: Iterable[time]) -> bool:
    """`5 h 30` where the lines say 07:50 and 13:20."""
    wanted = seconds(figure)
    if wanted is None:
        return False
    minutes = [clock.hour * 60 + clock.minute for clock in clocks]
    slack = Decimal(1800) if figure.is_approximate and figure.unit == "h" else Decimal(30)
    return any(one > two and abs((one - two) * 60 - wanted) <= slack for one in minutes for two in minutes)


def between(clocks: Iterable[time]) -> tuple[Figure, ...]:
    """The hours between any two times."""
    minutes = sorted({clock.hour * 60 + clock.minute for clock in clocks})
    gaps = {later - earlier for earlier in minutes for later in minutes if later > earlier}
    return tuple(Figure(Decimal(gap) / 60, "h", "", 0, 0) for gap in sorted(gaps))


def is_counted_from(day: date, known: Iterable[date], given: Sequence[Figure]) -> bool:
    """True where the day lies a held number of days, weeks or months before or after a known one."""
    return any(_lies(day, one, figure) for one in known for figure in given if abs((day - one).days) < MAX_DERIVED_DAYS)


def is_named(name: str, holding: Held, case: Case) -> bool:
    """True where the lines or the record hold every word of the name, or initials or a short form of it."""
    if any(sign.isdigit() for sign in name):
        return re.sub(r"\W", "", fold(name)) in re.sub(r"[^\w\n]", "", holding.text)
    words = [word for word in name_words(name) if len(word) > 1]
    if any(COUNTRY_CODES.get(word) in holding.initials for word in words[:1]):
        return True
    if all(word in holding.known or _is_inflected(word, holding.known) for word in words):
        return True
    if len(words) > 1 and re.search(rf"\b{words[0][0]}\.? ?{re.escape(words[-1])}\b", holding.text):
        return True
    return any(
        same_person(short, full) for full in case.people if same_person(name, full) for short in holding.initials
    )


COUNTRY_CODES = {
    "germany": "DE", "deutschland": "DE", "allemagne": "DE", "austria": "AT", "osterreich": "AT", "autriche": "AT",
    "switzerland": "CH", "schweiz": "CH", "suisse": "CH", "france": "FR", "frankreich": "FR", "spain": "ES",
    "italy": "IT", "belgium": "BE", "netherlands": "NL", "poland": "PL", "britain": "UK", "america": "US",
    "canada": "CA", "california": "CA", "texas": "TX",
}  # fmt: skip
"""Countries and states by the letters that notes write for them: `country DE/AT?`."""


def _named_before(lines: Iterable[NoteLine], case: Case) -> frozenset[str]:
    """Words of the sentences just before in the same person's message: `He has no mandate` follows his name."""
    found: set[str] = set()
    for line in lines:
        place = case.places[line.label]
        before = case.in_order[max(0, place - MESSAGE_LINES) : place] if line.speaker else ()
        found.update(*(words_of(one.text) for one in before if one.speaker == line.speaker))
    return frozenset(found)


def _meant_days(line: NoteLine, case: Case) -> Iterator[date]:
    """The day of the line's entry, and each weekday it names as the next one after: `11/18 … by Friday`."""
    entry = case.entry_days.get(line.label)
    yield from [entry] if entry else []
    written = _dates(line, case)
    dated = {day.weekday() for day in written}
    for base in [entry] if entry else written[:1]:
        for number in (one for one, _ in weekdays(line.text) if one not in dated):
            yield base + timedelta(days=(number - base.weekday() - 1) % 7 + 1)


def _changes(text: str) -> Iterator[Figure]:
    """Seven days of `from 46 to 39 days`."""
    for one, two in pairwise(figures(text)):
        if _TO.fullmatch(fold(text[one.end : two.start])) and re.search(
            r"\b(?:from|von|de|van) $", fold(text[: one.start])
        ):
            yield replace(two, value=abs(one.value - two.value))


_TO = re.compile(r" (?:\w+ )?(?:to|auf|a|naar) ")


def _entry_days(context: AccountContext, noted: dict[str, tuple[FoundDate, ...]]) -> dict[str, date]:
    """By label, the day of the entry or message that a note without a date belongs to: `3.11. call …`, a header."""
    found: dict[str, date] = {}
    entry: date | None = None
    for line in context.notes:
        own = noted[line.label]
        if own and (own[0].start <= ENTRY_DATE_WITHIN or _HEADER.match(line.text)):
            entry = own[0].day
        elif not own and entry:
            found[line.label] = entry
    return found


_HEADER = re.compile(r"(?:From|To|Sent|Date|Von|An|Datum|De|Para|Objet)\s?:")


def _dates(line: NoteLine, case: Case) -> list[date]:
    return [one.day for one in case.noted[line.label]]


def _slack(figure: Figure) -> Decimal | None:
    """By how much others may differ that it rounds; None where it is no rounding."""
    scale = scale_of(figure)
    is_short = scale >= 100 and abs(figure.value) >= 10 * scale
    return tolerance_of(figure) if is_short or figure.is_approximate else None


def _same(one: Figure, other: Figure, slack: Decimal | None) -> bool:
    if one.unit in SECONDS and other.unit in SECONDS:
        a, b = one.value * SECONDS[one.unit], other.value * SECONDS[other.unit]
        return a == b or (one.is_approximate and abs(a - b) <= a / 12)
    return (
        _is_in_cents(one, other) or _is_in_cents(other, one) or (_is_alike(one, other, slack) and same_unit(one, other))
    )


def _is_in_cents(one: Figure, other: Figure) -> bool:
    """`19 cents` of `0.19 EUR`."""
    return one.unit in CENTS and other.unit.isupper() and one.value == other.value * 100


def _is_alike(one: Figure, other: Figure, slack: Decimal | None) -> bool:
    """By value alone, which tells most pairs apart."""
    value, given = abs(one.value), abs(other.value)
    if value == given:
        return True
    is_thousandth = one.value * 1000 == other.value
    if is_thousandth and not one.unit and _IN_THOUSANDS.search(fold(other.text)):
        return True
    if one.value == _HALF and not one.unit:
        return other.unit == "%" and other.value == 50
    if (is_thousandth and _has_comma(one)) or (other.value * 1000 == one.value and _has_comma(other)):
        return True
    return slack is not None and abs(value - given) <= slack


CENTS = frozenset({"cent", "ct", "penny", "pence"})
_HALF = Decimal("0.5")
_IN_THOUSANDS = re.compile(r"\d\s?k\b")


def _has_comma(figure: Figure) -> bool:
    """`1,5` may be 1500 with its comma astray."""
    return figure.decimals > 0 and "," in figure.text


def _lies(day: date, one: date, figure: Figure) -> bool:
    gap, number = abs((day - one).days), int(figure.value)
    if figure.unit == "day":
        return gap == number or ("working" in figure.text and working_days(min(day, one), max(day, one)) == number)
    if figure.unit == "week":
        return gap == number * 7
    return figure.unit == "month" and abs(gap - number * 30.44) <= 2.5


def _is_inflected(word: str, known: frozenset[str]) -> bool:
    """`Aldermoors`, `Kettlers`."""
    return word.endswith("s") and len(word) > 3 and word[:-1] in known


def _public_words(context: AccountContext) -> frozenset[str]:
    meeting, seller = context.meeting, context.seller
    people = (f"{person.name} {person.title}" for person in meeting.attendees)
    initials = "".join(word[0] for word in context.account.split() if word[0].isupper())
    named = (*people, context.rep, context.account, context.opportunity, seller.company, meeting.place, initials)
    return words_of(" ".join(named))


def _record_figures(context: AccountContext) -> tuple[Figure, ...]:
    minutes = context.meeting.minutes
    return (Figure(Decimal(minutes), "min", str(minutes), 0, 0),) if minutes else ()


def _people(context: AccountContext) -> Figure:
    people = len(context.meeting.attendees)
    return Figure(Decimal(people), "people", str(people), 0, 0)


def _window(context: AccountContext) -> tuple[time, ...]:
    meeting = context.meeting
    if meeting.start is None:
        return ()
    end = datetime.combine(context.today, meeting.start) + timedelta(minutes=meeting.minutes or 0)
    return (meeting.start, end.time())
