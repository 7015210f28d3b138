"""What of an expert's label stands in a text (pure): facts, contradictions, promises, claims, confidences.

Words are compared as people read them: case, kinds of dashes and quotation marks and the grouping of digits aside.
Knows nothing about how the text was made. What stands in other words than the label's is not found: a lower bound.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from coach.checks.page import Page
from coach.markup import plain
from coach.schema import AccountContext, Block, MeetingPlan
from evals.cases import Claim, Confidence, Contradiction, Fact, Promise

_SAME = str.maketrans("“”„«»’‘‚–—−‑\u00a0\u202f\u2009", '"""""\'\'\'----   ')
_GROUPED = re.compile(r"(?<=\d)[ ,.'](?=\d{3}(?!\d))")
NOT_TOLD = frozenset({"leave_out"})
"""Parts that say what is not to be said: words there claim nothing."""


def says(text: str, words: str) -> bool:
    """Whether the words stand in the text. A figure is found as a whole only: 52 is neither in 152 nor in 52.5."""
    return _pattern(words).search(comparable(text)) is not None


def says_any(text: str, choices: Iterable[str]) -> bool:
    return any(says(text, one) for one in choices)


@lru_cache(maxsize=512)
def comparable(text: str) -> str:
    """Lower case, one kind of dash, quotation mark and space, digits without grouping."""
    folded = unicodedata.normalize("NFKC", text.translate(_SAME)).casefold()
    return _GROUPED.sub("", " ".join(folded.split()))


def told(blocks: Sequence[Block], *, but: frozenset[str] = frozenset()) -> str:
    """The words of blocks, without Markdown marks."""
    return "\n".join(plain(block.text) for block in blocks if block.part not in but)


def facts_found(facts: Sequence[Fact], text: str) -> tuple[bool, ...]:
    return tuple(says_any(text, fact.any_of) for fact in facts)


def promises_found(promises: Sequence[Promise], text: str) -> tuple[bool, ...]:
    return tuple(says_any(text, promise.any_of) for promise in promises)


def contradictions_found(contradictions: Sequence[Contradiction], text: str) -> tuple[bool, ...]:
    """Both sides stand there."""
    return tuple(any(all(says(text, word) for word in sides) for sides in one.any_of) for one in contradictions)


def claims_made(claims: Sequence[Claim], plan: MeetingPlan) -> tuple[str, ...]:
    text = told(plan.blocks, but=NOT_TOLD)
    return tuple(claim.claim for claim in claims if says_any(text, claim.words))


def confidences_shown(confidences: Sequence[Confidence], plan: MeetingPlan, context: AccountContext) -> tuple[str, ...]:
    """Words told in confidence that stand where the customer sees or hears them."""
    shown = "\n".join(words for _, words in Page(plan, context).shown)
    return tuple(word for one in confidences for word in one.words if says(shown, word))


@lru_cache(maxsize=2048)
def _pattern(words: str) -> re.Pattern[str]:
    asked = comparable(words)
    before = r"(?<!\d)(?<!\d[.,:])" if asked[:1].isdigit() else ""
    after = r"(?!\d)(?![.,:]\d)" if asked[-1:].isdigit() else ""
    return re.compile(before + re.escape(asked) + after)
