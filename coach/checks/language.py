"""Words of a text as the rules need them: words, content words, sentences, which language (pure)."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from coach.rubric import rubric

NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}
_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”“»']?\s+(?=[\"“„«A-ZÀ-Ý0-9])|\n+")
TEXTS = 2048
"""Texts that are kept with their words: a dozen pages with all their passages, each looked at by many rules."""
_STEM = 5
"""Letters by which two words count as the same: `decide`, `decision` do not, `choose`, `chooses` do."""
_SHORTEST_CONTENT_WORD = 4
_CLEAR_LEAD = 2.0
"""How many times more stop words the most likely language must have than the next."""


@lru_cache(maxsize=TEXTS)
def words(text: str) -> tuple[str, ...]:
    """Words and numbers, in lower case."""
    return tuple(map(str.casefold, _WORD.findall(text)))


@lru_cache(maxsize=TEXTS)
def sentences(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _SENTENCE_END.split(text) if part.strip())


@lru_cache(maxsize=TEXTS)
def content_stems(text: str) -> frozenset[str]:
    """The beginnings of the words that carry meaning."""
    kept = (word for word in words(text) if len(word) >= _SHORTEST_CONTENT_WORD and word not in _common_words())
    return frozenset(word[:_STEM] for word in kept)


def overlap(one: str, other: str) -> float:
    """Share of words in common, 0 to 1, of the words of both together."""
    left, right = set(words(one)), set(words(other))
    return len(left & right) / len(left | right) if left and right else 0.0


@lru_cache(maxsize=TEXTS)
def language_of(text: str) -> str:
    """`en`, `de`, `fr` or `es`; empty when the text is too short or none is clearly ahead."""
    found = words(text)
    if len(found) < rubric().limits.language_words:
        return ""
    counts = {
        language: sum(word in stop_words for word in found)
        for language, stop_words in rubric().lexicons["stop_words"].items()
    }
    first, second, *_ = sorted(counts, key=lambda language: counts[language], reverse=True)
    return first if counts[first] >= _CLEAR_LEAD * max(counts[second], 1) else ""


@cache
def _common_words() -> frozenset[str]:
    lexicons = rubric().lexicons
    by_language = (*lexicons["stop_words"].values(), *lexicons["common"].values())
    return frozenset(word for language in by_language for word in language)
