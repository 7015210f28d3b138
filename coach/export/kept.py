"""What of a meeting's notes and record stays with us, however a page puts it (pure)."""

from __future__ import annotations

import re
from functools import lru_cache

from coach.builtin import words, work_out
from coach.builtin.evidence import Evidence, gather
from coach.confidence import Confidence, confidences
from coach.export.safe_words import INTERNAL, NEEDS_A_CRM, OUR_RECORD, TOLD_ALONE
from coach.figures import HARD_UNITS, Figure
from coach.held import words_of
from coach.marks import opened
from coach.schema import AccountContext, Groundwork, NoteLine
from coach.words import fold, listed

SMALL = 12
"""Bare numbers up to a dozen are too common to give anything away."""
_INTERNAL_FIELDS = ("stage", "amount", "rep", "seller", "opportunity", "forecast", "probability", "close")


def lines_of_ours(context: AccountContext, groundwork: Groundwork) -> frozenset[str]:
    """Labels of lines that are ours alone: told in confidence, our limits, our own talk."""
    evidence, free = gathered(context), opened(context)
    talk = evidence.internal - {one.label for one in evidence.said if one.is_automatic} - lines_of_need(context)
    alone = {line.label for line in context.notes if TOLD_ALONE.search(fold(line.text))}
    return talk | (alone - free.lines - free.notes) | kept_lines(context, groundwork)


def lines_of_need(context: AccountContext) -> frozenset[str]:
    """Labels of notes, of nobody's words, in which somebody of the customer's needs a CRM and no other talk is ours."""
    said = (one for one in gathered(context).said if not (one.is_automatic or one.speaker or one.voice == "outside"))
    return frozenset(one.label for one in said if _tells_a_need(one.text, one.line, context))


def _tells_a_need(text: str, line: str, context: AccountContext) -> bool:
    need, rest = NEEDS_A_CRM.match(fold(text)), _CRM.sub("", fold(line))
    talk = (INTERNAL, words.INTERNAL, words.TALK, words.LIMIT, words.RIVAL)
    if need is None or any(pattern.search(rest) for pattern in talk):
        return False
    theirs = words_of("\n".join((context.account, *(person.name for person in context.meeting.attendees))))
    return words_of(need["who"]) <= theirs | _THEY and not OUR_RECORD.search(fold(line))


_CRM = re.compile(r"\bcrm\b")
_THEY = listed("he she they it the customer client er sie kunde der die das il elle ils le la el ella cliente")


def kept_lines(context: AccountContext, groundwork: Groundwork) -> frozenset[str]:
    """Labels of what groundwork, notes or rep take for told in confidence or our limit, and the rep has not opened."""
    noted = gathered(context)
    told = {label for one in all_kept(context, groundwork) for label in one.lines}
    cited = {
        label
        for block in groundwork.blocks
        if block.part == "in_confidence"
        for label in block.citations
        if label[0] == "L"
    }
    free = opened(context)
    return (noted.confidential | noted.limits | told | cited) - free.lines - free.notes


def all_kept(context: AccountContext, groundwork: Groundwork) -> tuple[Confidence, ...]:
    """What groundwork or notes take for told in confidence."""
    return tuple(dict.fromkeys((*confidences(groundwork, context), *_noted(context))))


def is_record(line: NoteLine) -> bool:
    """A field of our record that no customer sees."""
    return line.label[0] == "F" and line.text.casefold().startswith(_INTERNAL_FIELDS)


def is_telling(figure: Figure) -> bool:
    """Whether it gives anything away."""
    is_money = figure.unit.isupper()
    return abs(figure.value) > SMALL or is_money or (figure.unit in HARD_UNITS and figure.unit != "x")


@lru_cache(maxsize=8)
def gathered(context: AccountContext) -> Evidence:
    return gather(context)


@lru_cache(maxsize=8)
def _noted(context: AccountContext) -> tuple[Confidence, ...]:
    """What the notes themselves mark as confidential."""
    return confidences(work_out(context), context)
