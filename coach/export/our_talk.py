"""Our own talk in a text: tactics, limits, sales words, and what was told in confidence (pure).

A noun of it that is the customer's here (`margin`, of their business) is not. Knows nothing about plans or sheets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coach.builtin.words import CONFIDENCE, LIMIT, TALK
from coach.export.safe_words import INTERNAL, OF_OURS, OUR_RECORD, THEIRS
from coach.rubric import words_for
from coach.words import fold

LANGUAGES = ("en", "de", "fr", "es")


def our_talk(text: str, *, theirs: frozenset[str]) -> Iterator[str]:
    """Each phrase of it. `theirs`: folded nouns that are the customer's, unless they are said to be ours."""
    ours = THEIRS.sub("", fold(text))
    found = [match for pattern in (INTERNAL, TALK, LIMIT, OUR_RECORD) for match in pattern.finditer(ours)]
    found += CONFIDENCE.finditer(text)
    found += (match for language in LANGUAGES for match in words_for("internal_talk", language).finditer(text))
    yield from (match.group() for match in found if not _is_theirs(match, theirs))


def _is_theirs(found: re.Match[str], theirs: frozenset[str]) -> bool:
    return fold(found.group()) in theirs and not OF_OURS.search(fold(found.string[: found.start()]))
