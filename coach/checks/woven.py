"""Parts that a free page holds where they are used, without a section of their own (pure).

A page that follows the room says who comes, what is to be settled and what to ask at the minute when it is needed;
an indexer names one part a block, so that these would look missing.
"""

from __future__ import annotations

import re

from coach.checks.language import sentences
from coach.checks.page import Page
from coach.names import name_words
from coach.rubric import words_for

_TIME_FIRST = re.compile(r"[-*>#\d. ]*\**\s*(?:\d{1,2}[:.h]\d{2}|\d{1,3}\s*[–—-]\s*\d{1,3})\b")
FEWEST_QUESTIONS = 2
"""Open questions to be said in the room; one alone is the opening's or the ask's."""
FEWEST_TIMES = 3
"""Stretches with a time of their own; fewer are no agenda."""


def is_woven(page: Page, part: str) -> bool:
    """Whether the page holds what this part is for, in other parts."""
    if part == "people":
        return _all_are_named(page)
    if part == "purpose":
        return page.has("opening_outcome", page.text("opening")) or bool(page.text("decides"))
    if part == "find_out":
        return len(_questions_in_the_room(page)) >= FEWEST_QUESTIONS
    return part == "stop" and page.has("stopping", page.text("agenda", "fallback", "best", "answers", "other"))


def is_timed(page: Page) -> bool:
    """Whether the stretches of the room stand each with its time, in whatever part."""
    return sum(begins_with_time(block.text) for block in page.plan.blocks) >= FEWEST_TIMES


def begins_with_time(text: str) -> bool:
    """`9:00 …`, `- **25–30** …`."""
    return _TIME_FIRST.match(text) is not None


def _all_are_named(page: Page) -> bool:
    written = name_words(" ".join(passage.text for passage in page.passages))
    attendees = page.context.meeting.attendees
    return bool(attendees) and all(set(name_words(person.name)) & set(written) for person in attendees)


def _questions_in_the_room(page: Page) -> frozenset[str]:
    said = (words for passage in page.passages if passage.part not in ("answers", "opening") for words in passage.said)
    asked = (sentence for words in said for sentence in sentences(words) if "?" in sentence)
    return frozenset(one for one in asked if not words_for("closed_questions", page.language).match(one))
