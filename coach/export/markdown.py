"""A plan as a Markdown file that is pleasant to read and to edit, and is read back without loss.

Front matter holds what belongs to the whole plan, a comment under each block what belongs to it (block_comments.py).
Hand-written files need neither. Knows nothing about where the file is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import yaml
from pydantic import ValidationError

from coach.errors import InputError
from coach.export.block_comments import END_OF_PAGE, START, harmless, read_blocks, written
from coach.export.sources import without_sources
from coach.handwritten import commitment, with_parts
from coach.markup import title_of
from coach.schema import AccountContext, Block, MeetingPlan

FORMAT = 1
"""Value of `meeting_plan` in the front matter of files that were written here."""

_FRONT_MATTER = re.compile(r"---[ \t]*\n(\s*[\w-]+[ \t]*:.*?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
_OWN_KEYS = frozenset(MeetingPlan.model_fields) - {"blocks"}
_BLOCK_NUMBER = re.compile(r"B(\d{1,9})")


def to_markdown(plan: MeetingPlan, context: AccountContext | None = None, *, with_sources: bool = True) -> str:
    """The plan as text; with its context, account and meeting stand on top and the cited lines at the end.

    Without sources the comments alone have the codes of its lines, so that it is read back just as well.
    """
    shown = plan if with_sources or not context else without_sources(plan, context)
    blocks = zip(plan.blocks, shown.blocks, strict=True)
    pieces = [_front_matter(shown, context), *(written(block, shown_as=one) for block, one in blocks)]
    if context and with_sources:
        pieces += _cited_lines(plan, context)
    return "\n\n".join(pieces) + "\n"


def from_markdown(text: str, *, name: str = "the plan", today: dt.date | None = None) -> MeetingPlan:
    """Read what `to_markdown` wrote, edited or not, or a plan written by hand.

    Edited: the text as it now stands; shown citations win over stored ones; a new block is the rep's, in the part of
    its section; best outcome and fall-back stay as the front matter has them. By hand: parts come from headings and
    labels, citations from brackets, best outcome and fall-back from their blocks; `today` dates a day without a year.

    Raises:
        InputError: front matter or a comment cannot be read; the message names the line.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    front = _Front.of(text, name)
    body = text[front.length :]
    read = tuple(read_blocks(body, name=name, first_line=text.count("\n", 0, front.length) + 1))
    blocks = tuple(_numbered(_parted(read)))
    values = front.values if front.is_ours else _by_hand(blocks, today) | front.values
    try:
        return MeetingPlan.model_validate(values | {"blocks": blocks})
    except ValidationError as error:
        raise front.refused(error, name) from error


def _front_matter(plan: MeetingPlan, context: AccountContext | None) -> str:
    own = plan.model_dump(mode="json", exclude={"blocks"}, exclude_defaults=True)
    values = {"meeting_plan": FORMAT, "title": plan.title} | (_told(context) if context else {}) | own
    return f"---\n{yaml.dump(values, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)}---"


class _Dumper(yaml.SafeDumper):
    """Quotes what YAML would fold or drop: line ends of every kind, control characters."""


def _quoted_where_odd(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


_Dumper.add_representer(str, _quoted_where_odd)


def _told(context: AccountContext) -> dict[str, str]:
    """For the reader alone: not read back."""
    meeting = context.meeting
    when = [str(meeting.date or ""), f"{meeting.start:%H:%M}" if meeting.start else "", meeting.place]
    told = {"account": context.account, "meeting": " ".join(filter(None, when)), "rep": context.rep}
    return {key: value for key, value in told.items() if value}


def _cited_lines(plan: MeetingPlan, context: AccountContext) -> list[str]:
    cited = {label for block in plan.blocks for label in block.citations}
    lines = [line for label, line in context.lines.items() if label in cited]
    rows = [f"- {line.label}: {harmless(' '.join(line.text.split()))}" for line in lines]
    head = f"{START}{END_OF_PAGE}: the lines cited above, for reading; not read back -->"
    return ["\n".join([head, *rows])] if rows else []


@dataclass(frozen=True)
class _Front:
    """The front matter of a file; without any, `length` is 0."""

    text: str
    length: int
    values: dict[str, object]
    is_ours: bool

    @classmethod
    def of(cls, text: str, name: str) -> _Front:
        found = _FRONT_MATTER.match(text)
        if not found:
            return cls("", 0, {}, is_ours=False)
        loaded = _loaded(found[1], name)
        own = {key: value for key, value in loaded.items() if key in _OWN_KEYS}
        return cls(found[1], found.end(), own, is_ours="meeting_plan" in loaded)

    def refused(self, error: ValidationError, name: str) -> InputError:
        found = error.errors()[0]
        key = str(found["loc"][0])
        place = re.search(rf"^{re.escape(key)}[ \t]*:", self.text, re.MULTILINE)
        line = self.text.count("\n", 0, place.start() if place else 0) + 2
        return InputError(f"{name}, line {line}: {'.'.join(map(str, found['loc']))}: {found['msg']}")


def _loaded(front: str, name: str) -> dict[str, object]:
    """Every value as a string: a language `no` is no truth value, a date no date."""
    try:
        loaded = yaml.load(front, yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 2
        raise InputError(f"{name}, line {line}: front matter: {error.problem or 'cannot be read'}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{name}: the front matter cannot be read") from error
    if not isinstance(loaded, dict):
        raise InputError(f"{name}, line 2: the front matter is not a list of `name: value`")
    return cast("dict[str, object]", loaded)


def _by_hand(blocks: Sequence[Block], today: dt.date | None) -> dict[str, object]:
    return {
        "title": title_of(blocks) or "",
        "best_outcome": commitment(blocks, "best", today=today),
        "fallback": commitment(blocks, "fallback", today=today),
    }


def _parted(blocks: Sequence[Block]) -> Iterator[Block]:
    """New blocks get their part; stored ones keep theirs, `other` too."""
    for block, parted in zip(blocks, with_parts(blocks), strict=True):
        yield block if block.id else parted


def _numbered(blocks: Iterator[Block]) -> Iterator[Block]:
    """Every block its own id: new ones, and copies of another, count on from the highest number."""
    read = list(blocks)
    numbers = [int(found[1]) for found in (_BLOCK_NUMBER.fullmatch(block.id) for block in read) if found]
    number, taken = max(numbers, default=0), {""}
    for block in read:
        if block.id in taken:
            number += 1
            block = block.model_copy(update={"id": f"B{number}"})
        taken.add(block.id)
        yield block
