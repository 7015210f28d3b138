"""Reads two pages of one meeting blind and says which one a rep should get; one reading an order.

What the reader is asked stands in reading.md. Nothing in the pages says who made them.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache

from coach.brief import material
from coach.errors import AnswerUnusable
from coach.llm import Models, Request
from coach.markup import join, word_count
from coach.schema import AccountContext, MeetingPlan
from evals.places import HERE

CALL = "read_pair"
MAX_TOKENS = 400
ORDERS = (0, 1)
"""0: the first page stands first; 1: the second."""
_SOURCE = re.compile(r"(?i)(?:powered|generated|prepared|written) by [^\n.]*|meeting coach|call prep(?:aration)?")
_HEADING = re.compile(r"^#{1,2} ", re.MULTILINE)
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
SYSTEM = "You read plans for sales meetings and judge them for the manager of a sales team."


@dataclass(frozen=True)
class Reading:
    first_wins: bool
    """Of the two pages as they were given, whatever their order was."""
    is_upper_chosen: bool
    """Whether the page that stood above was chosen."""
    unsupported: tuple[float | None, float | None]
    why: str


@dataclass(frozen=True)
class Two:
    """Two pages for one meeting."""

    context: AccountContext
    one: MeetingPlan
    other: MeetingPlan

    @property
    def longer_is_first(self) -> bool | None:
        """None where they are of one length."""
        lengths = word_count(self.one.blocks), word_count(self.other.blocks)
        return None if lengths[0] == lengths[1] else lengths[0] > lengths[1]


@cache
def question() -> str:
    return (HERE / "reading.md").read_text("utf-8").strip()


async def read_blind(two: Two, models: Models, *, model: str, order: int, again: int = 0) -> Reading:
    """Asked once more where the answer cannot be used. Raises ModelError."""
    for attempt in (0, 1):
        request = _request(two, order, again * 100 + attempt)
        reading = read_answer((await models.ask(model, request)).text, order=order)
        if reading:
            return reading
    raise AnswerUnusable(f"{model} did not choose between the two pages.")


def read_answer(text: str, *, order: int) -> Reading | None:
    found = _OBJECT.search(text)
    try:
        said = json.loads(found.group()) if found else {}
        letter, counts = str(said["first"]).strip().upper(), dict(said.get("unsupported") or {})
    except (ValueError, KeyError, TypeError):
        return None
    if letter not in ("A", "B"):
        return None
    upper, lower = _number(counts.get("A")), _number(counts.get("B"))
    return Reading(
        first_wins=(letter == "A") == (order == 0),
        is_upper_chosen=letter == "A",
        unsupported=(upper, lower) if order == 0 else (lower, upper),
        why=str(said.get("why", ""))[:500],
    )


def neutral(plan: MeetingPlan) -> str:
    """The page without what would tell its source, its headings on one level."""
    return _HEADING.sub("### ", _SOURCE.sub("", join(plan.blocks))).strip()


def _request(two: Two, order: int, attempt: int) -> Request:
    pages = [neutral(two.one), neutral(two.other)]
    upper, lower = pages if order == 0 else reversed(pages)
    shown = f"<plan A>\n{upper}\n</plan A>\n\n<plan B>\n{lower}\n</plan B>"
    user = f"<material>\n{material(two.context)}\n</material>\n\n{shown}\n\n{question()}"
    prompt_hash = hashlib.sha256(question().encode()).hexdigest()[:12]
    return Request(CALL, SYSTEM, user, prompt_hash, MAX_TOKENS, attempt)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value >= 0 else None
