"""Blocks as Markdown, each with one comment that holds what the page does not show, and back without loss.

    Whether Tom believes the cause. [L3 L4]
    <!-- @B3 decides notes verified #5f0c1a -->

The words are id, part, basis, what the check found, `rep` if the rep wrote it, and a checksum of the block as written:
edited since, it is the rep's and unchecked. A comment belongs to the block above it. What Markdown cannot show (odd
white space, a problem found) stands in the comment as JSON. Knows nothing of the rest of the file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import get_args

from pydantic import JsonValue, ValidationError

from coach.errors import InputError
from coach.handwritten import with_citations
from coach.labels import take_citations
from coach.markup import split
from coach.schema import Basis, Block, Check, CheckStatus

START = "<!-- @"
END_OF_PAGE = "lines"
"""Name of the comment below which nothing is read."""

_COMMENT = re.compile(r"[ \t]*<!-- @(\S+)(.*)-->\s*")
_NAME = re.compile(r"[A-Za-z][\w-]*")
_CITED = re.compile(r"\[([LFP]\d+(?: [LFP]\d+)*)\]")
_BASES: tuple[str, ...] = get_args(Basis)
_STATUSES: tuple[str, ...] = get_args(CheckStatus)
_EXACT = ("kind", "text", "citations")
_CITATIONS = frozenset({"citations"})


def written(block: Block, *, shown_as: Block | None = None) -> str:
    """The block's text, its citations and its comment; `shown_as` it may say less, then the comment keeps the rest."""
    shown = _shown(shown_as or block)
    return f"{shown}\n{_comment(block, shown)}" if shown else _comment(block, shown)


def harmless(text: str) -> str:
    """A text that looks like one of these comments must not be read as one; a block's comment keeps it exactly."""
    return text.replace(START, "<!-- at ")


def read_blocks(body: str, *, name: str, first_line: int = 1) -> Iterator[Block]:
    """The blocks of a page. A block without a comment has no id yet (`""`), and is the rep's.

    Raises:
        InputError: a comment cannot be read; the message has `name` and the line, counted from `first_line`.
    """
    above: list[str] = []
    for number, line in enumerate(body.split("\n"), first_line):
        found = _COMMENT.fullmatch(line)
        if found and found[1].rstrip(":") == END_OF_PAGE:
            break
        if found:
            yield from _blocks_above("\n".join(above), _Stored.of(found), f"{name}, line {number}")
            above = []
        else:
            above.append(line)
    yield from map(_new, _split("\n".join(above)))


def _shown(block: Block) -> str:
    text = harmless(block.text)
    labels = [label for label in block.citations if re.fullmatch(r"[LFP]\d+", label)]
    if not labels or block.kind == "heading":
        return text
    last_line = text.rsplit("\n", 1)[-1].strip()
    is_closed = block.kind == "table" or last_line.startswith(("```", "~~~")) or last_line.endswith(">")
    gap = "\n" if is_closed else " "
    return f"{text}{gap}[{' '.join(labels)}]"


def _comment(block: Block, shown: str) -> str:
    hidden = _hidden(block, shown)
    words = [
        START + ("-" if "id" in hidden else block.id),
        "-" if "part" in hidden else block.part,
        block.basis or "",
        "" if block.check.status == "unchecked" else block.check.status,
        "rep" if block.written_by == "rep" else "",
        f"#{_checksum(shown)}",
        _as_json(hidden) if hidden else "",
        "-->",
    ]
    return " ".join(word for word in words if word)


def _hidden(block: Block, shown: str) -> dict[str, JsonValue]:
    """What neither the page nor the words of the comment can show."""
    hidden: dict[str, JsonValue] = {}
    if not _NAME.fullmatch(block.id) or block.id == END_OF_PAGE:
        hidden["id"] = block.id
    if not _NAME.fullmatch(block.part):
        hidden["part"] = block.part
    if block.not_carried:
        hidden["not_carried"] = list(block.not_carried)
    if block.check.problems:
        hidden["problems"] = list(block.check.problems)
    seen = _as_shown(shown)
    if (seen.kind, seen.text) != (block.kind, block.text):
        hidden |= {"kind": block.kind, "text": block.text, "citations": list(block.citations)}
    elif seen.citations != block.citations:
        hidden["citations"] = list(block.citations)
    return hidden


def _as_json(value: JsonValue) -> str:
    """On one line, and nothing in it ends a comment."""
    return json.dumps(value).replace("-", "\\u002d").replace("<", "\\u003c").replace(">", "\\u003e")


def _checksum(shown: str) -> str:
    """Of the words: an editor may change white space and line ends."""
    return hashlib.sha256("".join(shown.split()).encode("utf-8", "surrogatepass")).hexdigest()[:6]


def _as_shown(shown: str) -> Block:
    """The one block that an unedited text shows, with the labels at its end as citations."""
    shown = shown.strip()
    end = max(shown.rfind("["), 0)
    cited = _CITED.fullmatch(shown, end)
    before = split(shown[:end]) if cited else ()
    if cited and len(before) == 1 and before[0].kind != "heading":
        return before[0].model_copy(update={"citations": tuple(cited[1].split(" "))})
    blocks = split(shown)
    return blocks[0] if len(blocks) == 1 else Block(id="", kind="text", text=shown)


@dataclass(frozen=True)
class _Stored:
    """What a comment says of the block above it."""

    id: object
    part: object
    words: frozenset[str] = frozenset()
    checksum: str = ""
    hidden: dict[str, object] = field(default_factory=dict)
    is_damaged: bool = False

    @classmethod
    def of(cls, comment: re.Match[str]) -> _Stored:
        said, brace, rest = comment[2].partition("{")
        part, *words = said.split() or ["other"]
        try:
            hidden: dict[str, object] = json.loads(brace + rest) if brace else {}
        except ValueError:
            return cls(comment[1], part, is_damaged=True)
        checksum = next((word[1:] for word in words if word.startswith("#")), "")
        return cls(hidden.get("id", comment[1]), hidden.get("part", part), frozenset(words), checksum, hidden)

    @property
    def index(self) -> dict[str, object]:
        """Id, part and basis: what holds for an edited block too."""
        return {"id": self.id, "part": self.part, "basis": next((word for word in _BASES if word in self.words), None)}

    @property
    def findings(self) -> dict[str, object]:
        """What was found in the text as it was written, and by whom."""
        status = next((word for word in _STATUSES if word in self.words), "unchecked")
        return {
            "check": {"status": status, "problems": self.hidden.get("problems", [])},
            "not_carried": self.hidden.get("not_carried", []),
            "written_by": "rep" if "rep" in self.words else "coach",
        }


def _blocks_above(above: str, stored: _Stored, place: str) -> Iterator[Block]:
    if stored.is_damaged:
        raise InputError(
            f"{place}: the comment is cut or changed", hint="Delete this line to read the text without it."
        )
    try:
        yield from _unchanged(above, stored) if _checksum(above) == stored.checksum else _edited(above, stored)
    except ValidationError as error:
        found = error.errors()[0]
        raise InputError(f"{place}: {'.'.join(map(str, found['loc']))}: {found['msg']}") from error


def _unchanged(above: str, stored: _Stored) -> Iterator[Block]:
    exact = {key: stored.hidden[key] for key in _EXACT if key in stored.hidden}
    yield Block.model_validate(_as_shown(above).model_dump() | exact | stored.index | stored.findings)


def _edited(above: str, stored: _Stored) -> Iterator[Block]:
    """The comment is the last block's; what was put above that is new. Nothing is left: the rep took it out."""
    *new, last = _split(above) or (None,)
    yield from (_new(block) for block in new if block)
    if last:
        read = with_citations(last)
        index = stored.index | {"basis": stored.index["basis"] or read.basis, "written_by": "rep", "check": Check()}
        index |= {} if read.citations else {name: stored.hidden[name] for name in _CITATIONS & stored.hidden.keys()}
        yield Block.model_validate(read.model_dump() | index)


def _new(block: Block) -> Block:
    return with_citations(block).model_copy(update={"id": "", "written_by": "rep"})


def _split(text: str) -> tuple[Block, ...]:
    """Blocks; labels on a line of their own, as below a table, belong to the block above."""
    blocks: list[Block] = []
    for block in split(text):
        rest, cited = take_citations(block.text) if block.kind == "text" else (block.text, ())
        if blocks and cited and not rest.strip():
            blocks[-1] = blocks[-1].model_copy(update={"citations": cited})
        else:
            blocks.append(block)
    return tuple(blocks)
