"""What the customer is to do, read again by code where the words of an outcome have changed (pure).

An indexer's reading holds for the words it has read; what still stands in the new ones is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from coach import handwritten
from coach.dates import dates
from coach.markup import plain
from coach.names import known_people, name_words
from coach.schema import AccountContext, Block, Commitment, MeetingPlan, Part
from coach.words import fold

_WORD = re.compile(r"[^\W\d_]{3,}")
_LABEL = re.compile(r"^[^\n]{2,40}?:\s+(?=\S)")
FEWEST_WORDS = 3
"""A deed has more; what is left of a line of ready words alone is its time."""


def with_words_as_now(plan: MeetingPlan, before: MeetingPlan, context: AccountContext) -> MeetingPlan:
    """The plan, each of its two outcomes read again where its blocks say something else than before."""
    best = _as_now(plan.best_outcome, before.blocks, plan.blocks, "best", context)
    fallback = _as_now(plan.fallback, before.blocks, plan.blocks, "fallback", context)
    return plan.model_copy(update={"best_outcome": best, "fallback": fallback})


def read_again(old: Commitment, blocks: Sequence[Block], part: Part, context: AccountContext) -> Commitment:
    """Who, by when and the ask as they were, where the blocks still say so or nothing else; the deed as now said."""
    found = handwritten.commitment(blocks, part, today=context.today)
    text = "\n".join(plain(block.text) for block in _of(blocks, part))
    what = _LABEL.sub("", found.what)
    days = {one.day.isoformat() for one in dates(text, today=context.today)}
    is_due = bool(old.by) and (old.by in text or old.by in days)
    return found.model_copy(
        update={
            "who": _who(old.who, found.who, text, context),
            "what": what if len(what.split()) >= FEWEST_WORDS else old.what or what,
            "by": old.by if is_due or not found.by else found.by,
            "ask": old.ask if old.ask and old.ask in text else found.ask,
        }
    )


def _who(old: str, found: str, text: str, context: AccountContext) -> str:
    if old and fold(old) in fold(text):
        return old
    named = _first_named(text, context) or found
    return named or ("" if handwritten.begins_with_us(text) else old)


def _as_now(
    old: Commitment, before: Sequence[Block], now: Sequence[Block], part: Part, context: AccountContext
) -> Commitment:
    own = _of(now, part)
    if [block.text for block in _of(before, part)] == [block.text for block in own]:
        return old
    return read_again(old, now, part, context) if own else Commitment()


def _of(blocks: Sequence[Block], part: Part) -> list[Block]:
    return [block for block in blocks if block.part == part and block.kind != "heading"]


def _first_named(text: str, context: AccountContext) -> str:
    """The first word of the text that is in the name of one of the customer's people."""
    people = {word for name in known_people(context) for word in name_words(name)}
    return next((word for word in _WORD.findall(text) if fold(word) in people), "")
