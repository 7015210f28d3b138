"""What of a meeting's notes and record stays with us, however a page puts it (pure)."""

from __future__ import annotations

from functools import lru_cache

from coach.builtin import work_out
from coach.builtin.evidence import Evidence, gather
from coach.confidence import Confidence, confidences
from coach.export.safe_words import TOLD_ALONE
from coach.figures import HARD_UNITS, Figure
from coach.marks import opened
from coach.schema import AccountContext, Groundwork, NoteLine
from coach.words import fold

SMALL = 12
"""Bare numbers up to a dozen are too common to give anything away."""
_INTERNAL_FIELDS = ("stage", "amount", "rep", "seller", "opportunity", "forecast", "probability", "close")


def lines_of_ours(context: AccountContext, groundwork: Groundwork) -> frozenset[str]:
    """Labels of lines that are ours alone: told in confidence, our limits, our own talk."""
    evidence, free = gathered(context), opened(context)
    talk = evidence.internal - {one.label for one in evidence.said if one.is_automatic}
    alone = {line.label for line in context.notes if TOLD_ALONE.search(fold(line.text))}
    return talk | (alone - free.lines - free.notes) | kept_lines(context, groundwork)


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
