"""Where lines contradict each other, and whether the page says both sides (pure).

The groundwork sets figures or days against each other, or calls a figure of a line wrong. Of the lines that it rests on
two kinds are read as well: a day said for something that takes longer by our offer, and a day that its speaker takes
back. What was told in confidence is left out: nobody is asked to write that down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from coach.checks.language import content_stems, language_of, sentences
from coach.checks.page import Page, finding
from coach.claims import plain
from coach.confidence import confidences
from coach.dates import dates
from coach.figures import HARD_UNITS, Figure, figures, same_unit
from coach.held import stands
from coach.rubric import words_for
from coach.schema import AccountContext, Block, Finding, Groundwork, MeetingPlan, NoteLine
from coach.words import MONTHS, NUMBERS, UNITS, fold

_BOTH = 2
_BETWEEN = 36
"""Signs between two figures that are set against each other: `592 (drawing) against “610”`."""
_BEFORE_WRONG = 20
_CLAUSE = re.compile(r"[.;:?!\n]")
_BARE = " \"'“”„«»()"
_NUMBER_WORD = re.compile(rf"(?<![\w'-])(?:{'|'.join(sorted(NUMBERS, key=len, reverse=True))})(?![\w'-])")
_MONTH = re.compile(rf"\b(?:{'|'.join(month for month in MONTHS if len(month) > 3 and month not in NUMBERS)})\b")
"""Named in full: `may` and `mar` are words of their own, `sept` is seven in French."""
_RANGE = "-–—"
_OFFERED = re.compile(r"; |, |^Offer: ")
_DAYS = {"day": 1, "week": 7, "month": 30}
_NO_THING = frozenset(word[:5] for word in (*UNITS, *MONTHS, *NUMBERS))
_SHARED_WORDS = 2
_LINES_NAMED = 3


@dataclass(frozen=True)
class _Said:
    """A figure or a day as a text writes it."""

    words: str
    start: int
    end: int
    figure: Figure | None = None
    day: date | None = None
    is_month: bool = False
    """No day of it is named; `day` is its first."""


@dataclass(frozen=True)
class _Side:
    said: _Said
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"“{self.said.words}” ({' '.join(self.lines)})"


@dataclass(frozen=True)
class _Contradiction:
    sides: tuple[_Side, ...]
    """One alone is wrong as it stands in its lines."""

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(label for side in self.sides for label in side.lines))


def both_sides_stand(page: Page) -> Iterator[Finding]:
    """R29. Hint: fewer than two sides of a contradiction that the page touches stand on it."""
    told = tuple(one for block in page.plan.blocks for one in _said(plain(block.text), page.context.today))
    for one in _contradictions(page.context, page.groundwork or Groundwork(), page.language):
        standing = [side for side in one.sides if _is_among(side.said, told)]
        place = _place(page, one, standing)
        if place and len(standing) < min(_BOTH, len(one.sides)):
            why = _why(one, standing)
            yield finding("R29", why, part=place.part, block=place.id, gravity="hint", lines=one.lines)


def one_sided(
    plan: MeetingPlan, context: AccountContext, groundwork: Groundwork | None = None
) -> Mapping[tuple[str, ...], str]:
    """By the lines of each contradiction of which the page says one side only, what is wrong with that."""
    return {found.lines: found.why for found in both_sides_stand(Page(plan, context, groundwork))}


def _why(one: _Contradiction, standing: Sequence[_Side]) -> str:
    sides = ", ".join(map(str, one.sides))
    if len(one.sides) < _BOTH:
        return f"{sides} does not hold, and the page does not name it: say what stands there and what holds, briefly."
    told = f"only “{standing[0].said.words}”" if standing else "neither"
    return f"The lines do not agree: {sides}. The page says {told}: say both in a few words, and how to find out."


def _place(page: Page, one: _Contradiction, standing: Sequence[_Side]) -> Block | None:
    """The block that rests on its lines and says one side, best where the rep finds out; None: the page has neither."""
    blocks = [block for block in page.plan.blocks if block.kind != "heading"]
    places = [(block, len(set(block.citations) & set(one.lines)), _says_any(block, standing, page)) for block in blocks]
    touching = [place for place in places if place[1] or place[2]]
    touching.sort(key=lambda place: (not place[1], not place[2], place[0].part != "find_out", -place[1]))
    return touching[0][0] if touching else None


def _says_any(block: Block, sides: Iterable[_Side], page: Page) -> bool:
    told = _said(plain(block.text), page.context.today)
    return any(_is_among(side.said, told) for side in sides)


@lru_cache(maxsize=32)
def _contradictions(context: AccountContext, groundwork: Groundwork, language: str) -> tuple[_Contradiction, ...]:
    """The same for every page and suggestion that are made from one groundwork."""
    secret = frozenset(label for kept in confidences(groundwork, context) for label in kept.lines)
    open_blocks = [
        block
        for block in groundwork.blocks
        if block.part != "in_confidence" and block.kind != "heading" and not secret & set(block.citations)
    ]
    cited = {label for block in open_blocks for label in block.citations}
    found = []
    for block in open_blocks:
        for group in _set_apart(block, context, language):
            sides = tuple(_Side(one, lines) for one in group if (lines := _lines_of(one, block, context, secret)))
            if len(sides) == len(group) or len(sides) >= _BOTH:
                found.append(_Contradiction(sides))
    told = (one for one in (*_too_soon(context), *_taken_back(context, language)) if set(one.lines) <= cited)
    return (*found, *told)


def _set_apart(block: Block, context: AccountContext, language: str) -> Iterator[tuple[_Said, ...]]:
    """Figures or days that one bullet sets against each other, and each that it calls wrong."""
    text = plain(block.text)
    said = _said(text, context.today)
    yield from ((one,) for one in said if _is_called_wrong(one, text, language))
    group: list[_Said] = []
    for one in said if block.part == "not_settled" else ():
        if group and not _is_against(group[-1], one, text, language):
            yield from [tuple(group)] if len(group) >= _BOTH else []
            group = []
        group.append(one)
    yield from [tuple(group)] if len(group) >= _BOTH else []


def _is_against(one: _Said, other: _Said, text: str, language: str) -> bool:
    """`58 or 61`, `1,200, not 1.6`, `412, 236: whose homes?`; of the same kind, and no range."""
    between = text[one.end : other.start]
    if (
        len(between) > _BETWEEN
        or _CLAUSE.search(between)
        or {*text[one.end :][:1], *text[: one.start][-1:]} & {*_RANGE}
    ):
        return False
    if one.figure and other.figure:
        is_other = same_unit(one.figure, other.figure) and one.figure.value != other.figure.value
    else:
        is_other = bool(one.day and other.day and not _is_same(one, other))
    is_joined = between.strip(_BARE) in {",", "/"} or bool(words_for("contrast", language).search(between))
    return is_other and is_joined


def _is_called_wrong(one: _Said, text: str, language: str) -> bool:
    """`45,000 wrong: 24 × 1,250 …`: nothing else stands between."""
    found = words_for("called_wrong", language).search(text, one.end, one.end + _BEFORE_WRONG)
    between = text[one.end : found.start()] if found else ";"
    is_counted = one.figure is not None and one.figure.unit != "%"
    return is_counted and not re.search(r"[,;.?!\d\n]", between)


def _lines_of(one: _Said, block: Block, context: AccountContext, secret: frozenset[str]) -> tuple[str, ...]:
    """The lines that say it: of those named for the bullet, else any."""
    lines = (line for label, line in context.lines.items() if label not in secret)
    saying = [line.label for line in lines if _is_among(one, _said(line.text, context.today))]
    return tuple([label for label in saying if label in block.citations] or saying)[:_LINES_NAMED]


def _too_soon(context: AccountContext) -> Iterator[_Contradiction]:
    """A day that a note has for something which takes longer by our offer: `set-up in February`, `set-up 4 months`."""
    today = context.today
    for offered in context.fields:
        for clause in _OFFERED.split(offered.text):
            lasting = next((one for one in figures(clause) if one.unit in _DAYS), None)
            if lasting is None:
                continue
            thing, ready = _thing(clause), today + timedelta(days=int(lasting.value * _DAYS[lasting.unit]))
            takes = _Side(_Said(lasting.text, 0, 0, figure=lasting), (offered.label,))
            for note in context.notes:
                days = [one for text in _sentences_about(note, thing) for one in _said(text, today) if one.day]
                early = [one for one in days if one.day and today < one.day < ready]
                if early:
                    yield _Contradiction((_Side(early[0], (note.label,)), takes))


def _taken_back(context: AccountContext, language: str) -> Iterator[_Contradiction]:
    """`1 November; I told the paper September, that was a mistake`; the notes may be in another language."""
    for note in context.notes:
        for text in sentences(note.text):
            takes_back = any(words_for("taken_back", one).search(text) for one in (language, language_of(text)))
            days = [one for one in _said(text, context.today) if one.day] if takes_back else []
            if len(days) == _BOTH and not _is_same(*days):
                yield _Contradiction(tuple(_Side(one, (note.label,)) for one in days))


def _thing(clause: str) -> frozenset[str]:
    return content_stems(clause) - _NO_THING


def _sentences_about(note: NoteLine, thing: frozenset[str]) -> Iterator[str]:
    yield from (text for text in sentences(note.text) if len(thing & content_stems(text)) >= _SHARED_WORDS)


@lru_cache(maxsize=4096)
def _said(text: str, today: date) -> tuple[_Said, ...]:
    """Its figures, number words and days, in their order."""
    days = [_Said(one.text.strip(), one.start, one.end, day=one.day) for one in dates(text, today=today)]
    numbers = [_Said(one.text.strip(), one.start, one.end, figure=one) for one in figures(text)]
    taken = {place for one in (*days, *numbers) for place in range(one.start, one.end)}
    bare = [*_months(text, today), *_number_words(text)]
    return tuple(sorted((*days, *numbers, *(one for one in bare if one.start not in taken)), key=lambda one: one.start))


def _months(text: str, today: date) -> Iterator[_Said]:
    """Named without a day: the next one to come."""
    for match in _MONTH.finditer(fold(text)):
        month = MONTHS[match[0]]
        day = date(today.year + (month < today.month), month, 1)
        yield _Said(text[match.start() : match.end()], match.start(), match.end(), day=day, is_month=True)


def _number_words(text: str) -> Iterator[_Said]:
    """`Six or five`: also where nothing behind them is counted."""
    for match in _NUMBER_WORD.finditer(fold(text)):
        start, end = match.span()
        figure = Figure(Decimal(NUMBERS[match[0]]), "", text[start:end], start, end)
        yield _Said(text[start:end], start, end, figure=figure)


def _is_among(one: _Said, said: Iterable[_Said]) -> bool:
    return any(_is_same(one, other) for other in said)


def _is_same(one: _Said, other: _Said) -> bool:
    """`4 months` are not said by a 4."""
    if one.day and other.day:
        is_month = one.is_month or other.is_month
        return one.day == other.day or (is_month and (one.day.year, one.day.month) == (other.day.year, other.day.month))
    if one.figure and other.figure:
        is_lasting = one.figure.unit in HARD_UNITS
        is_alike = stands(one.figure, (other.figure,)) or stands(other.figure, (one.figure,))
        return is_alike and (not is_lasting or other.figure.unit in HARD_UNITS)
    return False
