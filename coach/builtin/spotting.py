"""A pattern that ignores case, with a quick first look: most lines hold nothing of what is looked for.

Python's `re` tries every alternative of a pattern that ignores case at every place; of one in lower case it skips those
whose first letter is another. So the text is first looked at in lower case, and only a hit is searched in earnest.
A pattern of whole words is looked for behind what is no part of a word: `re` finds these places faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_WORD_STARTS = r"(?<!\w)"
_TOKEN = re.compile(r"\\.|\(\?P[<=]|.", re.DOTALL)


class Spotter:
    """Finds what `re.compile(source, re.IGNORECASE)` finds."""

    def __init__(self, source: str) -> None:
        self.pattern = source
        self._whole = re.compile(source, re.IGNORECASE)
        self._before = " " if source.startswith(_WORD_STARTS) else ""
        self._quick = re.compile(_lowered(r"\W" + source.removeprefix(_WORD_STARTS) if self._before else source))

    def search(self, text: str) -> re.Match[str] | None:
        return self._whole.search(text) if self._quick.search(self._before + _lower(text)) else None

    def match(self, text: str) -> re.Match[str] | None:
        return self._whole.match(text) if self._quick.match(self._before + _lower(text)) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self._whole.finditer(text) if self._quick.search(self._before + _lower(text)) else iter(())

    def findall(self, text: str) -> list[str]:
        return self._whole.findall(text) if self._quick.search(self._before + _lower(text)) else []

    def sub(self, new: str, text: str, count: int = 0) -> str:
        return self._whole.sub(new, text, count) if self._quick.search(self._before + _lower(text)) else text


@lru_cache(maxsize=4096)
def _lower(text: str) -> str:
    return text.lower()


def _lowered(source: str) -> str:
    return _TOKEN.sub(lambda token: token[0] if token[0][0] == "\\" or len(token[0]) > 1 else token[0].lower(), source)
