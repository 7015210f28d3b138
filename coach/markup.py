"""Markdown to blocks and back, without loss: what models write, what .md files hold.

Splits by line, also while the text streams. A block keeps its Markdown word for word. Only white space is made
uniform: indentation (outside lists and code), line ends, trailing spaces, blank lines between blocks.
Knows nothing about parts, citations, models or files. Source of the forms: CommonMark and GFM tables; it departs
where models do: a quotation ends the list item above it, a line that is all bold is a heading, a line that opens with
a bold label (`**Ask:** …`) begins a block, and so does the next step of a numbered list under a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from coach.plain import is_delimiter_row, plain, word_count
from coach.schema import Block, Kind

__all__ = ["Section", "Splitter", "heading_level", "heading_text", "join", "plain", "sections", "split", "title_of"]
__all__ += ["word_count"]

_Form = Literal["blank", "heading", "rule", "fence", "quote", "item", "table", "html", "paragraph"]

LONGEST_HEADING = 80
"""Characters. A longer bold line, or a longer line above `---`, is a statement and not a heading."""

_TAB = 4
_NESTED = 2
"""Columns by which a line must stand further in than its list item to belong to it (models use two to four)."""

_HEADING = re.compile(r"#{1,6}(?:\s|$)")
_RULE = re.compile(r"([-*_])(?:\s*\1){2,}$")
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_ITEM = re.compile(r"(?:(?P<bullet>[-*+])|(?P<number>\d{1,3})[.)])(?:\s+|$)|(?P<dot>•)\s*")
_LABEL = re.compile(r"\*\*[^*\n]{1,40}(?::\*\*|\*\*:)\s")
_SETEXT = re.compile(r"(?:={3,}|-{3,})$")
_RAW_HTML = re.compile(r"<(pre|script|style|textarea)\b", re.IGNORECASE)
_HTML = re.compile(
    r"<!--|</?(?:address|article|aside|blockquote|body|center|dd|details|div|dl|dt|fieldset|figure|footer|form|h[1-6]"
    r"|head|header|hr|html|iframe|li|main|menu|nav|ol|p|pre|script|section|style|summary|table|tbody|td|textarea"
    r"|tfoot|th|thead|tr|ul)(?:[\s/>]|$)",
    re.IGNORECASE,
)
_KINDS: dict[_Form, Kind] = {"heading": "heading", "item": "item", "quote": "quote", "table": "table"}
_CLOSES_A_SENTENCE = (".", ";", ",", "!", '."', ".”")


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; `heading` is None for what comes before the first."""

    heading: Block | None
    blocks: tuple[Block, ...]


def split(markdown: str, *, prefix: str = "B") -> tuple[Block, ...]:
    """The blocks of a text, numbered `B1`, `B2`, …; no text at all gives none."""
    splitter = Splitter(prefix=prefix)
    return (*splitter.feed(markdown), *splitter.finish())


def join(blocks: Iterable[Block]) -> str:
    """Blocks as Markdown; `split` of it gives the same kinds and texts. Blocks without a word are left out."""
    written = [block for block in blocks if block.text.strip()]
    gaps = ["\n" if _are_close(above, below) else "\n\n" for above, below in pairwise(written)]
    return "".join(text for block, gap in zip(written, [*gaps, "\n"], strict=False) for text in (block.text, gap))


def sections(blocks: Iterable[Block]) -> tuple[Section, ...]:
    """Every heading with the blocks up to the next one, in order."""
    found: list[tuple[Block | None, list[Block]]] = [(None, [])]
    for block in blocks:
        if block.kind == "heading":
            found.append((block, []))
        else:
            found[-1][1].append(block)
    return tuple(Section(heading, tuple(below)) for heading, below in found if heading or below)


def title_of(blocks: Iterable[Block]) -> str | None:
    """The words of the first heading of level 1; None when there is none."""
    return next((heading_text(block) for block in blocks if heading_level(block) == 1), None)


def heading_text(block: Block) -> str:
    """A heading's words without marks and closing colon: `Before` for `## Before`, `**Before:**`."""
    return plain(_without_underline(block.text)).rstrip("#").strip().removesuffix(":").rstrip()


def heading_level(block: Block) -> int | None:
    """1 to 6; 3 for a line that is all bold; None for a block that is no heading."""
    if block.kind != "heading":
        return None
    if block.text.startswith("#"):
        return len(block.text) - len(block.text.lstrip("#"))
    if "\n" in block.text:
        return 1 if block.text.endswith("=") else 2
    return 3


MARK_PIECES = 12
"""A line's mark comes in its first pieces; later ones are not looked at again."""
_BEGUN_ITEM = re.compile(r"(?P<indent> *)(?:[-*+]|\d{1,3}[.)])[ ]+(?:[^\s\-*+_>]|\*\*[^\s*])")


class Splitter:
    """Splits a text while it arrives; the whole takes time in proportion to its length."""

    def __init__(self, *, prefix: str = "B") -> None:
        self._prefix = prefix
        self._count = 0
        self._unended: list[str] = []
        self._open: _Open | None = None
        self._steps = 0
        """The number of the last step of a list since the last heading."""

    def feed(self, delta: str) -> tuple[Block, ...]:
        """The blocks that are complete now; each is given out once."""
        first, *others = delta.split("\n")
        self._unended.append(first)
        if not others:
            return tuple(self._close_before_item())
        *lines, rest = ["".join(self._unended), *others]
        self._unended = [rest]
        done = tuple(block for line in lines for block in self._take_ended(line))
        return (*done, *self._close_before_item())

    def open_text(self) -> str:
        """What has arrived and is in no complete block yet."""
        lines = self._open.lines if self._open else []
        return "\n".join([*lines, "".join(self._unended)])

    def finish(self) -> tuple[Block, ...]:
        """The rest, when the text has ended."""
        line = "".join(self._unended)
        self._unended = []
        return (*self._take_ended(line), *self._close())

    def _close_before_item(self) -> Iterator[Block]:
        """An item is complete as soon as the next one, or a quotation, begins, however long that one's line will be."""
        if self._open is None or self._open.form != "item" or self._open.fence or len(self._unended) > MARK_PIECES:
            return
        line = "".join(self._unended)
        begun = _BEGUN_ITEM.match(line)
        if (begun and len(begun["indent"]) <= self._open.indent) or _Line.of(line).form == "quote":
            yield from self._close()

    def _take_ended(self, line: str) -> Iterator[Block]:
        for part in line.rstrip("\r").split("\r"):
            yield from self._take(_Line.of(part))

    def _take(self, line: _Line) -> Iterator[Block]:
        if self._open is None:
            yield from self._begin(line)
        elif self._open.underlines(line):
            self._open.lines.append(line.text)
            yield from self._close()
        elif self._open.heads_table(line):
            header = self._open.lines.pop()
            yield from self._close()
            self._open = _Open("table", [header, line.text])
        elif self._open.form == "paragraph" and self._is_next_step(line):
            yield from self._close()
            yield from self._begin(line)
        elif self._open.takes(line):
            yield from self._close() if self._open.is_complete else ()
        else:
            yield from self._close()
            yield from self._begin(line)

    def _begin(self, line: _Line) -> Iterator[Block]:
        if line.form == "blank":
            return
        self._open = _Open.at(line)
        if line.form == "heading":
            self._steps = 0
        elif line.form == "item":
            self._steps = line.step or self._steps
        if self._open.is_complete:
            yield from self._close()

    def _is_next_step(self, line: _Line) -> bool:
        return self._steps > 0 and line.step == self._steps + 1

    def _close(self) -> Iterator[Block]:
        closed, self._open = self._open, None
        if closed is None or not closed.lines:
            return
        self._count += 1
        yield Block(id=f"{self._prefix}{self._count}", kind=closed.kind, text="\n".join(closed.lines).rstrip())


@dataclass(frozen=True)
class _Line:
    text: str
    """Without white space at its ends."""
    indent: int
    """Columns."""
    form: _Form
    """What it would be where nothing is open above it."""

    @classmethod
    def of(cls, raw: str) -> _Line:
        text = raw.strip()
        indent = len(raw[: len(raw) - len(raw.lstrip())].expandtabs(_TAB))
        return cls(text, indent, _form(text))

    def moved_out(self, columns: int) -> str:
        return " " * max(0, self.indent - columns) + self.text if self.text else ""

    @property
    def step(self) -> int:
        """The number of a numbered item that says something; 0 for anything else."""
        found = _ITEM.match(self.text)
        return int(found["number"] or 0) if found and found.end() < len(self.text) else 0

    @property
    def interrupts_paragraph(self) -> bool:
        """As CommonMark: among numbered items only the first of a list, and no empty item."""
        found = _ITEM.match(self.text)
        if self.form == "item" and found:
            return found.end() < len(self.text) and found["number"] in (None, "1")
        return self.form != "paragraph" or _LABEL.match(self.text) is not None

    @property
    def interrupts_item(self) -> bool:
        return self.form != "paragraph" or _LABEL.match(self.text) is not None or _is_bold_heading(self.text)


@dataclass
class _Open:
    """The block that is being read."""

    form: _Form
    lines: list[str]
    indent: int = 0
    fence: str = ""
    """The code fence that is open in it."""
    html_end: str = ""
    is_complete: bool = False
    _blank_seen: bool = field(default=False, repr=False)

    @classmethod
    def at(cls, line: _Line) -> _Open:
        begun = cls(line.form, [line.text], line.indent)
        if line.form in ("heading", "rule"):
            begun.is_complete = True
        elif line.form == "fence":
            begun.fence = _fence(line.text)
        elif line.form == "item":
            begun.fence = _fence(_ITEM.sub("", line.text, count=1))
        elif line.form == "html":
            begun.html_end = _html_end(line.text)
            begun.is_complete = bool(begun.html_end) and begun.html_end in line.text[4:].lower()
        return begun

    @property
    def kind(self) -> Kind:
        if self.form != "paragraph":
            return _KINDS.get(self.form, "text")
        is_underlined = len(self.lines) == 2 and _SETEXT.match(self.lines[1]) is not None
        is_bold = len(self.lines) == 1 and _is_bold_heading(self.lines[0])
        return "heading" if is_underlined or is_bold else "text"

    def underlines(self, line: _Line) -> bool:
        """Whether the line makes a heading of the one line above it."""
        if self.form != "paragraph" or len(self.lines) != 1 or not _SETEXT.match(line.text):
            return False
        return line.text.startswith("=") or _reads_as_heading(self.lines[0])

    def heads_table(self, line: _Line) -> bool:
        """Whether the last line is a table's head, and this one the dashes under it."""
        if self.form != "paragraph" or not is_delimiter_row(line.text):
            return False
        return "|" in self.lines[-1] and _form(self.lines[-1]) == "paragraph"

    def takes(self, line: _Line) -> bool:
        """Add the line if it belongs here."""
        if self.fence:
            return self._take_code(line)
        if self.form == "html":
            return self._take_html(line)
        if self.form == "item":
            return self._take_in_item(line)
        belongs = self._belongs(line)
        if belongs:
            self.lines.append(line.text)
        return belongs

    def _belongs(self, line: _Line) -> bool:
        if self.form == "quote":
            return line.form == "quote"
        if self.form == "table":
            return "|" in line.text and line.form in ("table", "paragraph")
        return not line.interrupts_paragraph

    def _take_code(self, line: _Line) -> bool:
        self.lines.append(line.moved_out(self.indent))
        if len(line.text) >= len(self.fence) and not line.text.strip(self.fence[0]):
            self.fence = ""
            self.is_complete = self.form == "fence"
        return True

    def _take_html(self, line: _Line) -> bool:
        if not self.html_end and line.form == "blank":
            return False
        self.lines.append(line.moved_out(0))
        self.is_complete = bool(self.html_end) and self.html_end in line.text.lower()
        return True

    def _take_in_item(self, line: _Line) -> bool:
        if line.form == "blank":
            self._blank_seen = True
            return True
        is_nested = line.indent - self.indent >= _NESTED
        if line.form == "quote" or not (is_nested or self._continues_lazily(line)):
            return False
        if self._blank_seen:
            self.lines.append("")
        self._blank_seen = False
        self.lines.append(line.moved_out(self.indent) if is_nested else line.text)
        if is_nested:
            self.fence = _fence(_ITEM.sub("", line.text, count=1))
        return True

    def _continues_lazily(self, line: _Line) -> bool:
        return not self._blank_seen and not line.interrupts_item


def _form(text: str) -> _Form:
    if not text:
        return "blank"
    if text[0] == ">":
        return "quote"
    if text[0] == "|" and text.count("|") > 1:
        return "table"
    matched: tuple[tuple[_Form, re.Pattern[str]], ...] = (
        ("heading", _HEADING),
        ("rule", _RULE),
        ("fence", _FENCE),
        ("item", _ITEM),
        ("html", _HTML),
    )
    return next((form for form, pattern in matched if pattern.match(text)), "paragraph")


def _fence(text: str) -> str:
    found = _FENCE.match(text)
    return (found[1] or found[2]) if found else ""


def _html_end(text: str) -> str:
    raw = _RAW_HTML.match(text)
    if raw:
        return f"</{raw[1].lower()}>"
    return "-->" if text.startswith("<!--") else ""


def _is_bold_heading(text: str) -> bool:
    body = text.removesuffix(":")
    is_bold = len(body) > 4 and body[:2] == body[-2:] and body[:2] in ("**", "__")
    return is_bold and body[:2] not in body[2:-2] and bool(body[2:-2].strip()) and _reads_as_heading(body[2:-2])


def _reads_as_heading(text: str) -> bool:
    return len(text) <= LONGEST_HEADING and not text.endswith(_CLOSES_A_SENTENCE)


def _are_close(above: Block, below: Block) -> bool:
    return above.kind == "item" and below.kind in ("item", "quote")


def _without_underline(text: str) -> str:
    lines = text.split("\n")
    return lines[0] if len(lines) == 2 and _SETEXT.match(lines[1]) else text
