"""What a model answers in JSON lines, and whether words that it quotes stand where it says. Knows nothing of pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from json import JSONDecodeError

from coach.markup import plain

_SAME = str.maketrans("“”„«»’‘–—\u00a0", '"""""\'\'-- ')


def objects(text: str) -> Iterator[dict[str, str]]:
    """The JSON objects with an `id`, a line each; fences, prose and what is torn are passed over."""
    for line in text.splitlines():
        if found := _object(line):
            yield found


@lru_cache(maxsize=256)
def comparable(text: str) -> str:
    """Case, emphasis, white space, kinds of dashes and quotation marks aside."""
    return " ".join(plain(text).translate(_SAME).casefold().split()).strip(" .\"'")


def stands_in(quote: str, words: str) -> bool:
    """Whether something is quoted, and found in these `comparable` words."""
    return bool(quote.strip()) and comparable(quote) in words


def _object(line: str) -> dict[str, str] | None:
    try:
        value = json.loads(line.strip().strip(",`"))
    except JSONDecodeError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return None
    return {str(key): str(one) for key, one in value.items()}
