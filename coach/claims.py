"""A block's words beside what they may rest on (pure): its lines, its days, and what the other blocks say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from coach.dates import FoundDate, dates
from coach.daycounts import Days
from coach.figures import Figure, figures
from coach.held import Case, Held, held
from coach.names import reads_german
from coach.schema import Block
from coach.sums import shown_sums
from coach.words import fold

OUTCOME_PARTS = frozenset({"best", "fallback", "stop", "before"})
"""Parts that set days still to come: a proposed one needs no line."""


@dataclass(frozen=True)
class Surroundings:
    """What the other blocks say about one."""

    is_german: bool = False
    worked_out: tuple[Figure, ...] = ()
    """Results of sums in blocks that hold, in no line themselves."""
    cites_loosely: bool = False
    proposed: frozenset[date] = frozenset()
    """Days to come that proposals and outcomes set."""
    proposed_weekdays: frozenset[int] = frozenset()
    minutes: frozenset[Decimal] = frozenset()
    """How long the page lets the meeting last."""


@dataclass(frozen=True)
class Claim:
    """A block's words beside what it may rest on."""

    text: str
    part: str
    basis: str
    holding: Held
    cited: Held
    """What the lines named for it hold: what follows unshown may only follow from these."""
    own: tuple[FoundDate, ...]
    days: Days
    is_table: bool = False
    page: Surroundings = field(default_factory=lambda: Surroundings())


def minutes_of(blocks: Sequence[Block]) -> frozenset[Decimal]:
    """How long the page lets the meeting last: `Thursday, 30 minutes`; where its last step ends: `25-30 The ask`."""
    stated = (plain(block.text) for block in blocks if block.kind == "heading" or block.part in {"agenda", "purpose"})
    lasting = {one.value for text in stated for one in figures(text) if one.unit == "min"}
    steps = (agenda_span(plain(block.text)) for block in blocks)
    ends = [Decimal(step["end"]) for step in steps if step]
    return frozenset(lasting | ({max(ends)} if ends else set()))


def agenda_span(text: str) -> re.Match[str] | None:
    """The minutes that begin a step of the agenda: `20-25 Who pays.`"""
    return _SPAN.match(fold(text))


_SPAN = re.compile(r"\W{0,4}(?P<start>\d{1,3}) ?- ?(?P<end>\d{1,3})(?: ?min(?:utes)?\b)?[.:,]? +(?=[a-z\"'*])")


@lru_cache(maxsize=2048)
def plain(text: str) -> str:
    """The words without emphasis, list markers and citations; table rows as sentences."""
    rows = [row for row in text.splitlines() if not _RULE.fullmatch(row) or not row.strip()]
    bare = "\n".join(_LEAD.sub("", row) for row in rows)
    return _EMPHASIS.sub("", _CITED.sub("", bare))


_RULE = re.compile(r"[\s|:\-]+")
_LEAD = re.compile(r"^\s*(?:>\s*)*(?:#{1,6}\s+|[-*•]\s+|\d{1,2}[.)]\s+)?")
_CITED = re.compile(r"\[(?:[LFP]\d+[\s,]*)+\]")
_EMPHASIS = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")


@lru_cache(maxsize=4096)
def proposed_terms(text: str) -> tuple[Figure, ...]:
    """Terms of sums that hold and that the text calls ours: `Eighty, our proposal, are 80 × 45 = 3,600`, also where
    they stand again. Of each sentence only the figure beside these words."""
    calls = list(_OURS.finditer(fold(text)))
    if not calls:
        return ()
    found = figures(text)
    terms = {term.value for one in shown_sums(text) if one.holds for term in one.terms}
    beside = [min(found, key=lambda one: _apart(one, call), default=None) for call in calls]
    ours = {one.value for one, call in zip(beside, calls, strict=True) if one and _apart(one, call) <= _BESIDE}
    return tuple(one for one in found if one.value in ours & terms)


def opens_as_ours(text: str) -> bool:
    """`Our proposal: …`"""
    return _OURS.match(text.lstrip(' "“„«>*').casefold()) is not None


def opens_as_a_guess(text: str) -> bool:
    """`My reading, not a fact: …`, `I suspect …`: the rep's own, as its first words say, and nobody's quoted."""
    return _GUESS.match(fold(text).lstrip(" (>*")) is not None


def _apart(one: Figure, call: re.Match[str]) -> int:
    return max(call.start() - one.end, one.start - call.end())


_BESIDE = 24
"""Signs between a figure and the words that call it ours: `80 sensors, our proposal`."""
_OURS = re.compile(
    r"\b(?:our (?:own )?(?:proposal|suggestion|assumption)|we (?:propose|suggest|assume)|unser (?:eigener )?vorschlag"
    r"|wir schlagen|unsere annahme|notre proposition|nous proposons|nuestra propuesta|proponemos)\b"
)

_GUESS = re.compile(
    r"(?:(?:this|that|it) is |(?:that|it)'s |das ist |c'est |es )?(?:only |just |nur |seulement |solo )?"
    r"(?:(?:(?:my|our) (?:own )?(?:reading|interpretation|guess|hunch|impression|hypothesis|assumption)"
    r"|(?:mein|unser)e? (?:eigener? )?(?:deutung|lesart|vermutung|einschatzung|interpretation|annahme|eindruck)"
    r"|(?:mon|ma|notre) (?:propre )?(?:interpretation|lecture|hypothese|impression|supposition)"
    r"|(?:mi|nuestra) (?:propia )?(?:interpretacion|lectura|hipotesis|impresion|suposicion)"
    r"|(?:an? |eine |une |una )?(?:guess|vermutung|supposition|suposicion))\b"
    r"[^.:;!?\n]{0,40}?(?: ?:| - |,? (?:is|ist|est|es|that|dass|que)\b)"
    r"|(?:i|we) (?:guess|suspect|presume)\b|(?:ich|wir) (?:vermuten?|nehmen? an)\b|je (?:suppose|presume)\b"
    r"|(?:supongo|sospecho)\b)"
)


def claim_of(
    text: str,
    part: str,
    basis: str,
    citations: Sequence[str],
    case: Case,
    *,
    is_table: bool = False,
    page: Surroundings | None = None,
) -> Claim:
    words, today = plain(text), case.context.today
    holding = held(citations, case)
    own = tuple(_meant(one, holding, case) for one in dates(words, today=today))
    days = Days(today, case.context.meeting.date, own, (*holding.days, *holding.message_days))
    known = page or Surroundings()
    known = replace(known, is_german=reads_german(words, on_german_page=known.is_german))
    return Claim(words, part, basis, holding, holding, own, days, is_table, known)


def _meant(one: FoundDate, holding: Held, case: Case) -> FoundDate:
    """A day without a year, in the year that its lines give it: `Fri 22 Nov` of notes of two years ago.

    Under a weekday that is wrong in this year it is the day of any line that fits.
    """
    if one.has_year:
        return one
    same = [day for day in holding.days if _is_that_day(day, one)]
    if not same and one.weekday not in (None, one.day.weekday()):
        noted = (each.day for days in case.noted.values() for each in days)
        same = [day for day in noted if _is_that_day(day, one) and day.weekday() == one.weekday]
    return replace(one, day=max(same)) if same and one.day not in same else one


def _is_that_day(day: date, one: FoundDate) -> bool:
    return (day.day, day.month) == (one.day.day, one.day.month)


def held_against_all(claim: Claim, case: Case) -> Claim:
    """The claim beside all lines; what follows unshown may still only follow from its own."""
    holding = case.whole
    return replace(claim, holding=holding, days=replace(claim.days, cited=(*holding.days, *holding.message_days)))
