"""Which part of a plan a heading or a bold label announces (pure), in the languages the rubric knows."""

from __future__ import annotations

import re
from functools import cache

from coach.rubric import rubric
from coach.schema import Part

_WORDS = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"^\d+ ")


def part_of_heading(text: str) -> Part | None:
    """The part whose known heading is this one, begins it (`We bring: one night, one store`) or, being of several
    words, stands in it (`What is the best possible outcome?`); None if unknown.

    Source: prompts/rubric.yaml, lexicon `headings`.
    """
    said = _key(text)
    known = _part_by_heading()
    if said in known:
        return known[said]
    fitting = [heading for heading in known if said.startswith(f"{heading} ")]
    fitting = fitting or [heading for heading in known if " " in heading and f" {heading} " in f" {said} "]
    return known[max(fitting, key=len)] if fitting else None


def part_of_label(text: str) -> Part | None:
    """The part that a label such as `Fall-back` names word for word; None if it is no known heading."""
    return _part_by_heading().get(_key(text))


@cache
def _part_by_heading() -> dict[str, Part]:
    lexicon = rubric().lexicons["headings"]
    return {_key(heading): part for part, headings in lexicon.items() for heading in headings}  # type: ignore[misc]  # keys are parts: a test holds it


def _key(text: str) -> str:
    return _NUMBER.sub("", " ".join(_WORDS.findall(text.casefold())))
