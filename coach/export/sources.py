"""A page without the codes of the lines behind it (`[L3 F7]`, `in L31`), for readers who do not have the notes (pure).

Square brackets that hold nothing else always go; elsewhere a code must be that of a line and be used as one, since
`L2 support` and `a P1 incident` are words. Knows nothing about formats.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest

from coach.export.runs import cells_of, is_rule_row
from coach.labels import labels_in
from coach.schema import AccountContext, Block, Commitment, MeetingPlan

_CODE = r"[LFP][1-9]\d*(?:\s*[-–—]\s*[LFP]?\d+)?"
_CODES = rf"{_CODE}(?:(?:\s*[,;&/+]\s*|\s+(?:and|und|et|y|e)\s+|\s+){_CODE})*"
_OF = r"(?:(?:sources?|quellen?|fuentes?|see|siehe|voir|véase|lines?|zeilen?|lignes?|líneas?)\s*:?\s+)?"
_MARKED = re.compile(rf"[ \t]*(?P<mark>[*_`]*)(?P<open>[\[(])\s*(?i:{_OF}){_CODES}\s*[\])](?P=mark)")
_WITHIN = re.compile(
    rf"(?P<open>[\[(])\s*(?i:{_OF}){_CODES}\s*[,;:]\s+|\s*[,;:]\s+(?i:{_OF}){_CODES}\s*(?P<close>[\])])"
)
_WHERE = re.compile(
    rf"(?:,?[ \t]+|^)(?i:in|see|per|from|on|cf\.|siehe|laut|aus|voir|selon|dans|según|véase|en)\s+(?i:{_OF}){_CODES}"
    r"(?=\s*(?:[.,;:!?)\]”\"]|$))",
    re.MULTILINE,
)
_BEFORE = re.compile(rf"(?P<open>^|[.;]\s+){_CODES}:\s+(?=[“„\"«])", re.MULTILINE)
_BEHIND = re.compile(rf"(?<=[.!?”\"»])\s+{_CODES}[ \t]*$", re.MULTILINE)
_SAYS = re.compile(rf"\b{_CODES}(?=\s+(?:says?|said|has|have|had|names?|shows?|gives?|asks?|tells?|writes?)\b)")
_ALONE = re.compile(rf"\W*{_CODES}\W*")
_LEVELS = re.compile(r"\b(?:levels?|tiers?|layers?|supports?|ebenen?|stufen?|niveaux?|nivel(?:es)?)\b", re.IGNORECASE)
"""Of these an `L2` may be one."""
_SPACE_BEFORE_STOP = re.compile(r"[ \t]+([.,;:](?:\s|$))")


def without_sources(plan: MeetingPlan, context: AccountContext) -> MeetingPlan:
    """The same page for somebody who has no use for codes; nothing on it is cited any more."""
    lines = frozenset(context.lines)
    words = _Words(lines, frozenset())
    return plan.model_copy(
        update={
            "title": words.uncoded(plan.title),
            "blocks": tuple(_uncoded(block, lines) for block in plan.blocks),
            "best_outcome": _said(plan.best_outcome, words),
            "fallback": _said(plan.fallback, words),
        }
    )


def _uncoded(block: Block, lines: frozenset[str]) -> Block:
    words = _Words(lines, frozenset(block.citations))
    text = words.table(block.text) if block.kind == "table" else words.uncoded(block.text)
    return block.model_copy(update={"text": text, "citations": ()})


def _said(commitment: Commitment, words: _Words) -> Commitment:
    told = commitment.model_dump(include={"who", "what", "by", "benefit", "ask"})
    return commitment.model_copy(update={name: words.uncoded(text) for name, text in told.items()})


@dataclass(frozen=True)
class _Words:
    """Reads the words of one block."""

    lines: frozenset[str]
    cited: frozenset[str]

    def uncoded(self, text: str) -> str:
        """As it is where it has no code, white space included."""
        found = text
        for one in _FORMS:
            found = one.pattern.sub(partial(self._instead, one), found)
        return text if found == text else _SPACE_BEFORE_STOP.sub(r"\1", found)

    def table(self, text: str) -> str:
        """Without the columns that hold codes alone."""
        rows = [cells_of(line) for line in text.splitlines() if line.strip() and not is_rule_row(line)]
        columns = [column for column in zip_longest(*rows, fillvalue="") if not self._is_of_codes(column[1:])]
        kept = [[self.uncoded(cell).strip() for cell in row] for row in zip(*columns, strict=True)]
        if kept == [[cell.strip() for cell in row] for row in rows]:
            return text
        header, *others = ("| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in kept)
        return "\n".join((header, "|" + "---|" * len(columns), *others)) if columns else ""

    def _is_of_codes(self, cells: tuple[str, ...]) -> bool:
        written = [cell for cell in cells if cell.strip()]
        return bool(written) and all(_ALONE.fullmatch(cell) and self._are_codes(cell, cell) for cell in written)

    def _instead(self, form: _Form, match: re.Match[str]) -> str:
        is_bracket = match.groupdict().get("open") == "["
        return form.instead(match) if is_bracket or self._are_codes(match.group(), match.string) else match.group()

    def _are_codes(self, found: str, text: str) -> bool:
        labels = frozenset(labels_in(found))
        is_cited = labels <= self.cited
        are_lines = labels <= self.lines and all(one[0] == "L" for one in labels) and not _LEVELS.search(text)
        return bool(labels) and (is_cited or are_lines)


@dataclass(frozen=True)
class _Form:
    """How a code stands in a text, and what stands there without it."""

    pattern: re.Pattern[str]
    instead: Callable[[re.Match[str]], str]


def _nothing(match: re.Match[str]) -> str:
    return ""


def _around(match: re.Match[str]) -> str:
    """What stands around the code."""
    return "".join(filter(None, (match.groupdict().get("open"), match.groupdict().get("close"))))


def _note(match: re.Match[str]) -> str:
    name = "the note" if len(labels_in(match.group())) == 1 else "the notes"
    is_start = not match.string[: match.start()].strip(" -*>") or match.string[: match.start()].rstrip()[-1:] in ".!?"
    return name.capitalize() if is_start else name


_FORMS = (
    _Form(_MARKED, _nothing),
    _Form(_WITHIN, _around),
    _Form(_WHERE, _nothing),
    _Form(_BEFORE, _around),
    _Form(_BEHIND, _nothing),
    _Form(_SAYS, _note),
)
