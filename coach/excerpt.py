"""The beginning of a text that is too long for its place, ending at a word (pure). For whatever people read."""

from __future__ import annotations


def excerpt(text: str, longest: int) -> str:
    """The text, or where it has more than `longest` characters the words that fit, and ` …`.

    Only a first word that is longer than that is cut itself.
    """
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]} …"
