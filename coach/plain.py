"""What is left of Markdown when its marks are taken off: for counting, speech and print (pure).

Knows nothing of kinds and parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from coach.schema import Block

_QUOTED = re.compile(r"(?:>[ \t]*)+")
_LIST_MARK = re.compile(r"(?:[-*+]|\d{1,3}[.)])(?:\s+|$)|•\s*")
_HASHES = re.compile(r"#{1,6}(?:\s+|$)")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*(?:[ \t][^()\n]*)?\)")
_CODE = re.compile(r"(?<!`)`++([^`\n]+)`+")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_EMPHASIS = re.compile(r"(?<!\\)(?:\*{1,3}|_{1,3}|~~)")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_DOUBLE_QUOTES = str.maketrans("", "", '"“”„«»')
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+(?:['’.,:/@+&-]?[^\W_]+)*")


@lru_cache(maxsize=2048)
def plain(text: str) -> str:
    """The words without Markdown's marks, line by line; for counting, speech and print. Unpaired marks stay."""
    lines = [line for line in text.split("\n") if not is_delimiter_row(line)]
    bare = "\n".join(_without_line_mark(line, is_first=place == 0) for place, line in enumerate(lines))
    bare = _LINK.sub(r"\1", bare) if "](" in bare else bare
    bare = _CODE.sub(r"\1", bare) if "`" in bare else bare
    return _ESCAPED.sub(r"\1", _without_emphasis(bare)).strip()


def in_single_quotes(text: str) -> str:
    """On one line, without Markdown's marks, and without double quotation marks: those are for what people said."""
    return f"‘{' '.join(plain(text).translate(_DOUBLE_QUOTES).split())}’"


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[str, ...]:
    """Words as a reader counts them: `11:30`, `120,000` and `don't` are one each, every CJK character is one."""
    return tuple(_WORD.findall(plain(text)))


def word_count(blocks: str | Iterable[Block]) -> int:
    """How many words a reader counts in a text or in blocks."""
    return sum(len(words(text)) for text in ([blocks] if isinstance(blocks, str) else [b.text for b in blocks]))


def is_delimiter_row(text: str) -> bool:
    """Whether it is the dashes under a table's head."""
    return "|" in text and "-" in text and not text.strip("|:- \t")


def _without_line_mark(line: str, *, is_first: bool) -> str:
    """A number that opens a line counts as a list's only where a list can begin: wrapped text may hold a date."""
    stripped = line.strip()
    text = _QUOTED.sub("", stripped, count=1) if stripped.startswith(">") else stripped
    if text.startswith("|"):
        return " · ".join(cell.strip() for cell in _CELL_EDGE.split(text.strip("|")))
    can_begin_list = is_first or text != line.rstrip()
    mark = _HASHES.match(text) or (_LIST_MARK.match(text) if can_begin_list else None)
    return text[mark.end() :] if mark else text


def _without_emphasis(text: str) -> str:
    """Take off pairs of marks in one pass: an opener stands before a word, a closer after one."""
    runs = list(_EMPHASIS.finditer(text))
    if not runs:
        return text
    openers: dict[str, list[int]] = {}
    paired: set[int] = set()
    for place, run in enumerate(runs):
        mark, before, after = run[0], text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        is_inside_word = mark[0] == "_" and before.isalnum() and after.isalnum()
        if openers.get(mark) and before.strip() and not is_inside_word:
            paired |= {openers[mark].pop(), place}
        elif after.strip() and not is_inside_word:
            openers.setdefault(mark, []).append(place)
    return _without(text, [run for place, run in enumerate(runs) if place in paired])


def _without(text: str, spans: Sequence[re.Match[str]]) -> str:
    starts = [0, *(span.end() for span in spans)]
    ends = [*(span.start() for span in spans), len(text)]
    return "".join(text[start:end] for start, end in zip(starts, ends, strict=True))
