"""What the notes hold, found by plain code: promises, questions, confidences, limits, deadlines, goals, who left.

One value, `Evidence`, from which both the groundwork and the page are composed. Knows nothing about either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from coach.builtin import words
from coach.builtin.asked import Asked, questions, weight
from coach.builtin.persons import US, Persons, persons_of
from coach.builtin.promises import Promise, promises
from coach.builtin.reading import MAX_QUOTE_WORDS, Said, read
from coach.builtin.spotting import Spotter
from coach.confidence import marked_lines
from coach.dates import dates_of_note, day_around
from coach.marks import is_mark, opened
from coach.schema import AccountContext, NoteLine


@dataclass(frozen=True)
class Deadline:
    """A day that is theirs: a board, a committee, the end of a contract."""

    day: date
    said: Said


@dataclass(frozen=True, eq=False)
class Evidence:
    """Compared by identity, so that what is worked out from it is worked out once."""

    context: AccountContext
    persons: Persons
    said: tuple[Said, ...]
    confidential: frozenset[str]
    """Labels of lines told in confidence, and of those that follow from them."""
    limits: frozenset[str]
    """Labels of lines that hold our own limits."""
    internal: frozenset[str]
    """Labels of lines that are our own talk, these two included: nothing of them goes to the customer."""
    promises: tuple[Promise, ...]
    questions: tuple[Asked, ...]
    deadlines: tuple[Deadline, ...]
    """Theirs, from today on, nearest first."""
    gone: tuple[tuple[str, str], ...]
    """Name and label of each person who left."""
    goals: dict[str, tuple[Said, ...]]
    """What each person wants or worries about, the weightiest first."""

    @cached_property
    def overdue(self) -> tuple[Promise, ...]:
        """Ours, past their day or asked after, the longest overdue first."""
        mine = [p for p in self.promises if p.is_ours and p.is_overdue]
        return tuple(sorted(mine, key=lambda p: -p.days_late))

    @cached_property
    def fresh_questions(self) -> tuple[Asked, ...]:
        """Open questions of theirs that do not merely ask for what we owe."""
        owed = {label for p in self.overdue for label in (p.said.label, p.still_open.label if p.still_open else "")}
        return tuple(q for q in self.questions if q.is_open and q.label not in owed)

    @property
    def next_deadline(self) -> Deadline | None:
        """The nearest after the meeting, else the nearest there is."""
        meeting = self.context.meeting.date
        later = tuple(d for d in self.deadlines if meeting is None or d.day > meeting)
        return next(iter(later or self.deadlines), None)

    def may_be_shown(self, label: str) -> bool:
        """May the customer see what this line says?"""
        return label not in self.internal


def gather(context: AccountContext) -> Evidence:
    """Read the notes once and sort what they say."""
    persons = persons_of(context)
    free = opened(context)
    said = tuple(one for one in read(context, persons) if one.label not in free.notes)
    confidential = _confidential(said, context) - free.lines
    limits = frozenset(s.label for s in said if words.LIMIT.search(s.text) and not s.is_theirs) - free.lines
    internal = confidential | limits | (frozenset(s.label for s in said if _is_internal(s)) - free.lines)
    answers = _after_our_question(said)
    quotable = [(one, _is_want(one)) for one in said if _is_quotable(one) and one.label not in confidential]
    return Evidence(
        context=context,
        persons=persons,
        said=said,
        confidential=confidential,
        limits=limits,
        internal=internal,
        promises=promises(said, persons, context),
        questions=questions(said, persons, confidential),
        deadlines=_deadlines(said, context, confidential | limits),
        gone=_gone(said, persons),
        goals={person: _goals(person, quotable, answers, persons) for person in persons.everybody},
    )


def _is_internal(said: Said) -> bool:
    is_talk = not said.is_theirs and bool(words.INTERNAL.search(said.line))
    return said.is_automatic or is_talk or bool(words.RIVAL.search(said.line))


def _confidential(said: tuple[Said, ...], context: AccountContext) -> frozenset[str]:
    """Lines that the rep marked, those with the cue, the quotation around it, and what the same voice says next."""
    found = set(marked_lines(context))
    cued = {line.label for line in context.notes if words.CONFIDENCE.search(line.text) and not is_mark(line)}
    found |= cued
    found.update(*(told for told in _quotations(context.notes) if told & found))
    previous, following = None, 0
    for one in said:
        if one.label in cued:
            following = SAID_NEXT
        elif previous is not None and one.label != previous.label:
            is_same = one.speaker != "" and one.speaker == previous.speaker
            if following and (is_same or _JUST_US.search(previous.line)):
                found.add(one.label)
            following = max(following - 1, 0) if is_same else 0
        previous = one
    return frozenset(found)


def _quotations(notes: Sequence[NoteLine]) -> Iterator[frozenset[str]]:
    """Labels of the lines that one quotation goes through: it is told in confidence as a whole."""
    through: list[str] = []
    for line in notes:
        through = [*through, line.label]
        if _is_left_open(line.text, is_open=len(through) > 1) and len(through) < LONGEST_QUOTATION:
            continue
        if len(through) > 1:
            yield frozenset(through)
        through = []


def _is_left_open(text: str, *, is_open: bool) -> bool:
    """Whether the text ends within a quotation; `is_open`: it began within one."""
    for mark in _QUOTATION_MARK.findall(text):
        is_open = mark in "„«" or (mark in '“"' and not is_open)
    return is_open


def _deadlines(said: tuple[Said, ...], context: AccountContext, hidden: frozenset[str]) -> tuple[Deadline, ...]:
    by_day: dict[date, Said] = {}
    for one in said:
        if (
            one.label in hidden
            or one.is_automatic
            or not words.DEADLINE.search(one.text)
            or words.OUR_DATE.search(one.text)
        ):
            continue
        if not one.is_theirs and (words.INTERNAL.search(one.text) or re.search(r"\b(?:task|mgr|we|I) ", one.text)):
            continue
        for found in dates_of_note(one.text, today=day_around(one.label, context)):
            is_wrong_day = found.weekday is not None and found.weekday != found.day.weekday()
            if is_wrong_day or (found.start < 3 and not one.is_theirs):
                continue
            if found.day >= context.today and found.day != context.meeting.date:
                by_day.setdefault(found.day, one)
    return tuple(Deadline(day, by_day[day]) for day in sorted(by_day))


def _gone(said: tuple[Said, ...], persons: Persons) -> tuple[tuple[str, str], ...]:
    found = [
        (person, one.label) for one in said if words.LEFT.search(one.line) for person in persons.named_in(one.line)[:1]
    ]
    return tuple(dict(found).items())


_WHAT_WOULD_HELP = re.compile(
    r"(?i)\b(?:better|besser|help you|want|need|goals?|priorit|matters?|like to see|mieux|problem|challeng|pain)"
)


def _after_our_question(said: tuple[Said, ...]) -> dict[int, float]:
    """Scores of their sentences that answer `what would have to be better?`, the first one highest: it is a want."""
    found: dict[int, float] = {}
    for asked in said:
        if asked.speaker == US and asked.text.rstrip().endswith("?") and _WHAT_WOULD_HELP.search(asked.text):
            theirs = [s for s in said if asked.order < s.order <= asked.order + 3 and s.is_theirs]
            found |= {s.order: 7.0 - (s.order - asked.order) for s in theirs}
    return found


def _goals(
    person: str, quotable: Sequence[tuple[Said, bool]], answers: dict[int, float], persons: Persons
) -> tuple[Said, ...]:
    """`quotable`: sentences, and whether each wants something."""
    scored: list[tuple[float, Said]] = []
    for one, is_want in quotable:
        score = answers.get(one.order, 0.0) if one.speaker == person and "?" not in one.text else 0.0
        score = score or (_goal_score(one, person, persons) if is_want else 0.0)
        if score >= 3:
            scored.append((score + min(weight(one.text, persons), 3) * 0.3 + one.order * 0.001, one))
    return tuple(one for _, one in sorted(scored, key=lambda pair: -pair[0]))


SAID_NEXT = 2
"""Lines of the same voice behind the cue that are told in confidence too."""
LONGEST_QUOTATION = 6
"""Lines; behind more of them a quotation mark was forgotten."""
_QUOTATION_MARK = re.compile(r'(?<!\d)["“”„«»]')
_JUST_US = Spotter(r"just us two|off the record")
_OURS_TO_DO = Spotter(
    r"^(?:asked|send|sent|follow|call|ask|task|told|invited|offer|note|show|present|"
    r"schedule|prepare|need to|"
    r"request|attended|downloaded|inbound)\b"
)


def _is_quotable(said: Said) -> bool:
    return not said.is_automatic and 4 <= said.size <= MAX_QUOTE_WORDS


def _is_want(said: Said) -> bool:
    """Whether somebody wants or fears something."""
    is_ours = said.text.rstrip(' "”').endswith("?") or _OURS_TO_DO.match(said.text)
    return not is_ours and words.is_want(said.text) and not words.TALK.search(said.text)


def _goal_score(said: Said, person: str, persons: Persons) -> float:
    """3 or more: this person wants or fears it, by their own words or the rep's note of them."""
    if said.speaker == person:
        return 4 + bool(re.search(r"\b(?:I|we|my|ich|wir|je|ik)\b", said.text))
    if said.speaker:
        return 0
    named = persons.named_in(said.text)
    if person == said.about and not named and any(words.is_want(str(q)) for q in words.QUOTED.findall(said.text)):
        return 3.2
    if person in named[:1] and not persons.names_us(said.text[:12]):
        return 3.5 + bool(words.QUOTED.search(said.text))
    return 0
