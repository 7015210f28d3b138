"""The plan as one printed page: PDF, tagged for screen readers, always exactly one page.

Code decides what goes where (what decides it on top, the outcomes at the foot, the rest in two columns, in the order
of use); page.typ decides how it looks and how large it can be. Words travel as JSON, so none of them can be markup.
Knows nothing about models or files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, zip_longest

from coach.export.labels import Labels, labels_for, language_code
from coach.export.runs import Run, clean, pieces_of, plain, runs_of
from coach.export.sheet import (
    SIGNS,
    Section,
    account_line,
    origin,
    printed_sections,
    signs_found,
    split_label,
    spoken,
    titled,
    where_lines,
)
from coach.export.typeset import Json, Paper, typeset
from coach.markup import heading_level
from coach.schema import AccountContext, Block, Commitment, MeetingPlan, Part

__all__ = ["READABLE_SCALE", "PagePdf", "Paper", "to_pdf"]

READABLE_SCALE = 0.75
"""Of 9.4 pt: 7 pt, the smallest type that newspapers set for running text."""
WIDE_TABLE = 4
"""A table with so many columns gets the width of the page: in half of it, its words no longer stand side by side."""
_BAND: tuple[Part, ...] = ("best", "fallback", "stop")


@dataclass(frozen=True)
class PagePdf:
    """One page, and the scale of its type: 1.0 is 9.4 pt."""

    data: bytes
    scale: float

    @property
    def fits_readably(self) -> bool:
        """False: the page holds so much that its type is too small to be read at a table."""
        return self.scale >= READABLE_SCALE


def to_pdf(plan: MeetingPlan, context: AccountContext | None, *, paper: Paper = "a4") -> PagePdf:
    """Set a plan on one page; the more words, the smaller the type.

    Without a context the head shows the title alone. Scripts that the bundled Noto Sans lacks are set in the
    machine's own fonts, and the file then does without the PDF/UA mark.
    """
    page = typeset("page.typ", _page(plan, context), paper=paper)
    return PagePdf(page.data, page.scale)


# --- what goes where ---------------------------------------------------------------------------------------------


def _page(plan: MeetingPlan, context: AccountContext | None) -> Json:
    plan, labels = titled(plan, context), labels_for(plan.language)
    shown = printed_sections(plan)
    code = language_code(plan.language)
    return {
        "title": plain(runs_of(_without_day(plan.title, context))),
        "author": clean(context.rep) if context else "",
        "lang": code,
        "hyphenate": bool(plan.language) and code != "en",
        "account": account_line(plan, context),
        "where": where_lines(context, labels),
        "lead": [_block(block) for section in shown for block in _lead(section)],
        "units": [_set(unit) for unit in _held(_joined(unit for section in shown for unit in _units(section)))],
        "band_title": [_block(section.heading) for section in shown if section.heading and _is_shared(section, shown)],
        "band": _band(plan, shown, labels),
        "signs": signs_found(plan, labels),
        "origin": f"{labels.internal} · {origin(plan.drafted_by, labels)}",
        "notes": labels.notes,
        "wide_table": WIDE_TABLE,
        "words": sum(len(block.text.split()) for block in plan.blocks),
    }


def _without_day(title: str, context: AccountContext | None) -> str:
    """The head says day and hour on its right: a title need not end with them."""
    name, dot, end = title.rpartition(" · ")
    day = context.meeting.date if context else None
    return name if dot and day and end.startswith(f"{day:%a} {day.day} {day:%b}") else title


def _is_in_columns(block: Block) -> bool:
    return block.part not in ("decides", *_BAND)


def _is_shared(section: Section, page: list[Section]) -> bool:
    """True for a heading over every outcome of the page, and more than one: it stands over the whole band."""
    outcomes = {part for one in page for part in one.parts} & set(_BAND)
    return len(section.parts) > 1 and section.parts == outcomes


def _heads(section: Section, part: str, page: list[Section]) -> bool:
    """Whether the section's heading is that of one outcome's cell: of the first that stands below it."""
    is_of_outcomes = section.heading is not None and section.parts <= set(_BAND) and not _is_shared(section, page)
    return is_of_outcomes and part == next((one for one in _BAND if one in section.parts), "")


def _lead(section: Section) -> list[Block]:
    blocks = [block for block in section.blocks if block.part == "decides"]
    is_whole = section.heading is not None and section.parts == {"decides"}
    return [section.heading, *blocks] if is_whole and section.heading else blocks


@dataclass(frozen=True)
class _Unit:
    """What a column must not cut: a heading with its first block, and what we bring when there is a table in it."""

    blocks: tuple[Block, ...]
    is_start: bool = False
    """Of a section."""
    holds_on: bool = False
    """To what stands below: it announces it, or that is its ready words or its point."""

    @property
    def leads_on(self) -> bool:
        """Headings alone stand above what follows."""
        return all(block.kind == "heading" for block in self.blocks)

    @property
    def is_framed(self) -> bool:
        return any(map(_is_brought_table, self.blocks))

    @property
    def is_wide(self) -> bool:
        return self.is_framed and any(_columns(block) >= WIDE_TABLE for block in self.blocks)


def _units(section: Section) -> list[_Unit]:
    groups = _kept_together(section)
    if not groups and section.blocks:
        return []
    heading = [section.heading] if section.heading else []
    first, *others = groups or [[]]
    return [_Unit((*heading, *first), is_start=True), *(_Unit(tuple(group)) for group in others)]


def _joined(units: Iterable[_Unit]) -> list[_Unit]:
    """A heading alone, or a line that announces it, is not left above a table as wide as the page."""
    found: list[_Unit] = []
    for unit in units:
        is_below = (
            bool(found) and unit.is_wide and (found[-1].leads_on or _belongs(unit.blocks[0], found[-1].blocks[-1]))
        )
        found.append(_Unit((*found.pop().blocks, *unit.blocks), is_start=True) if is_below else unit)
    return found


def _held(units: list[_Unit]) -> Iterator[_Unit]:
    for unit, below in zip_longest(units, units[1:]):
        is_held = below is not None and not below.is_start and _belongs(below.blocks[0], unit.blocks[-1])
        yield replace(unit, holds_on=is_held)


def _belongs(block: Block, above: Block) -> bool:
    is_announced = above.text.rstrip(" *_\n").endswith(":")
    return is_announced or block.kind == "quote" or block.text[:1].isspace()


def _kept_together(section: Section) -> list[list[Block]]:
    """Each block by itself; neighbours that we bring as one, where a table is among them."""
    groups: list[list[Block]] = []
    for is_brought, run in groupby(filter(_is_in_columns, section.blocks), key=lambda block: block.part == "bring"):
        together = list(run)
        is_one = is_brought and any(map(_is_brought_table, together))
        groups += [together] if is_one else [[block] for block in together]
    return groups


def _is_brought_table(block: Block) -> bool:
    return block.kind == "table" and block.part == "bring"


def _set(unit: _Unit) -> Json:
    return {
        "blocks": [_block(block) for block in unit.blocks],
        "is_start": unit.is_start,
        "is_framed": unit.is_framed,
        "is_wide": unit.is_wide,
        "leads_on": unit.leads_on,
        "holds_on": unit.holds_on,
    }


def _columns(block: Block) -> int:
    rows = pieces_of(block.text, kind="table")[0].rows if block.kind == "table" else ()
    return max(map(len, rows), default=0)


def _block(block: Block) -> Json:
    return {
        "pieces": pieces_of(block.text, kind=block.kind),
        "cites": " ".join(block.citations),
        "sign": SIGNS.get(block.check.status, ""),
        "speech": block.part == "opening",
        "level": max(heading_level(block) or 0, 2) if block.kind == "heading" else 0,
    }


# --- the outcomes at the foot ------------------------------------------------------------------------------------


def _band(plan: MeetingPlan, page: list[Section], labels: Labels) -> list[Json]:
    said = {"best": plan.best_outcome, "fallback": plan.fallback, "stop": Commitment()}
    names = {"best": labels.best, "fallback": labels.fallback, "stop": labels.stop}
    cells = [_cell(part, page, said[part], name=names[part]) for part in _BAND]
    return [cell for cell in cells if cell["blocks"]]


def _cell(part: Part, page: list[Section], commitment: Commitment, *, name: str) -> Json:
    """One outcome. Its label is its own heading, else the bold word it begins with, else the coach's word."""
    blocks = [block for section in page for block in section.blocks if block.part == part]
    every = [block for section in page for block in section.blocks]
    shown = [_block(block) for block in blocks or spoken(commitment, part, every)]
    headings = [section.heading for section in page if section.heading and _heads(section, part, page)]
    words = sum(len(block.text.split()) for block in blocks)
    label = pieces_of(headings[0].text, kind="heading")[0].runs if headings else ()
    if not label and blocks:
        label, shown[0]["pieces"] = split_label(pieces_of(blocks[0].text, kind=blocks[0].kind))
    return {"label": label or (Run(name),), "blocks": shown, "share": 1.0 + min(words, 120) / 80}
