"""The plan as one printed page: PDF, tagged for screen readers, always exactly one page.

Code decides what goes where (what decides it on top, the outcomes at the foot, the rest in two columns, in the order
of use); page.typ decides how it looks and how large it can be. Words travel as JSON, so none of them can be markup.
Knows nothing about models or files.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import typst

from coach.export.labels import Labels, labels_for, language_code
from coach.export.runs import Piece, Run, clean, pieces_of, plain, printed, runs_of
from coach.markup import heading_level
from coach.schema import AccountContext, Block, Commitment, Meeting, MeetingPlan

Paper = Literal["a4", "us-letter"]
Json = dict[str, object]

READABLE_SCALE = 0.75
"""Of 9.4 pt: 7 pt, the smallest type that newspapers set for running text."""
WIDE_TABLE = 4
"""A table with so many columns gets the width of the page: in half of it, its words no longer stand side by side."""
_HERE = Path(__file__).parent
_BAND = ("best", "fallback", "stop")
_SIGNS = {"unverified": "△", "contradicted": "▲"}
_LABEL_END = re.compile(r"\s*:\s*$")


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
    inputs = {"page": json.dumps(_page(plan, context), default=asdict), "paper": paper}
    try:
        return _compiled(inputs, with_system_fonts=False)
    except typst.TypstError:  # PDF/UA refuses a page with a character that no font has
        return _compiled(inputs, with_system_fonts=True)


def _compiled(inputs: dict[str, str], *, with_system_fonts: bool) -> PagePdf:
    compiler = typst.Compiler(
        _HERE / "page.typ",
        root=_HERE,
        font_paths=[_HERE / "fonts"],
        ignore_system_fonts=not with_system_fonts,
        sys_inputs=inputs,
    )
    standards: list[typst.PDFStandard] = [] if with_system_fonts else ["ua-1"]
    data, _ = compiler.compile_with_warnings(format="pdf", pdf_standards=standards)
    return PagePdf(
        data=data if isinstance(data, bytes) else b"",
        scale=float(json.loads(compiler.query("<scale>", field="value", one=True))),
    )


# --- what goes where ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Section:
    heading: Block | None
    blocks: tuple[Block, ...]

    @property
    def parts(self) -> set[str]:
        return {block.part for block in self.blocks}


def _page(plan: MeetingPlan, context: AccountContext | None) -> Json:
    labels = labels_for(plan.language)
    sections = _sections(printed(plan.blocks, title=plan.title))
    code = language_code(plan.language)
    return {
        "title": plain(runs_of(plan.title)) or (context.account if context else "") or "Meeting",
        "author": clean(context.rep) if context else "",
        "lang": code,
        "hyphenate": bool(plan.language) and code != "en",
        "account": _account(plan, context),
        "where": _where(context, labels),
        "lead": [_block(block) for section in sections for block in _lead(section)],
        "units": [unit for section in sections for unit in _units(section)],
        "band_title": [_block(section.heading) for section in sections if section.heading and _is_shared(section)],
        "band": _band(plan, sections, labels),
        "signs": _signs(plan, labels),
        "origin": f"{labels.internal} · {_origin(plan.drafted_by, labels)}",
        "notes": labels.notes,
        "wide_table": WIDE_TABLE,
        "words": sum(len(block.text.split()) for block in plan.blocks),
    }


def _sections(blocks: tuple[Block, ...]) -> list[_Section]:
    sections = [_Section(None, ())]
    for block in blocks:
        if block.kind == "heading":
            sections.append(_Section(block, ()))
        else:
            sections[-1] = replace(sections[-1], blocks=(*sections[-1].blocks, block))
    return [section for section in sections if section.heading or section.blocks]


def _is_in_columns(block: Block) -> bool:
    return block.part not in ("decides", *_BAND)


def _is_shared(section: _Section) -> bool:
    """True for a heading over more than one outcome: it stands over the whole band."""
    return len(section.parts) > 1 and section.parts <= set(_BAND)


def _lead(section: _Section) -> list[Block]:
    blocks = [block for block in section.blocks if block.part == "decides"]
    is_whole = section.heading is not None and section.parts == {"decides"}
    return [section.heading, *blocks] if is_whole and section.heading else blocks


def _units(section: _Section) -> list[Json]:
    """What a column must not cut: a heading with its first block, and the whole of what we bring when it is a table."""
    blocks = [block for block in section.blocks if _is_in_columns(block)]
    if not blocks and section.blocks:
        return []
    heading = [section.heading] if section.heading else []
    if any(_is_brought_table(block) for block in blocks):
        return [_unit([*heading, *blocks], is_start=True, is_framed=True)]
    first = _unit([*heading, *blocks[:1]], is_start=True)
    return [first, *(_unit([block]) for block in blocks[1:])]


def _is_brought_table(block: Block) -> bool:
    return block.kind == "table" and block.part == "bring"


def _unit(blocks: list[Block], *, is_start: bool = False, is_framed: bool = False) -> Json:
    shown = [_block(block) for block in blocks]
    is_wide = is_framed and any(_columns(block) >= WIDE_TABLE for block in blocks)
    return {"blocks": shown, "is_start": is_start, "is_framed": is_framed, "is_wide": is_wide}


def _columns(block: Block) -> int:
    rows = pieces_of(block.text, kind="table")[0].rows if block.kind == "table" else ()
    return max(map(len, rows), default=0)


def _block(block: Block) -> Json:
    return {
        "pieces": pieces_of(block.text, kind=block.kind),
        "cites": " ".join(block.citations),
        "sign": _SIGNS.get(block.check.status, ""),
        "speech": block.part == "opening",
        "level": max(heading_level(block) or 0, 2) if block.kind == "heading" else 0,
    }


# --- the outcomes at the foot ------------------------------------------------------------------------------------


def _band(plan: MeetingPlan, sections: list[_Section], labels: Labels) -> list[Json]:
    said = {"best": plan.best_outcome, "fallback": plan.fallback, "stop": Commitment()}
    names = {"best": labels.best, "fallback": labels.fallback, "stop": labels.stop}
    cells = [_cell(part, sections, said[part], name=names[part]) for part in _BAND]
    return [cell for cell in cells if cell["blocks"]]


def _cell(part: str, sections: list[_Section], commitment: Commitment, *, name: str) -> Json:
    """One outcome. Its label is its own heading, else the bold word it begins with, else the coach's word."""
    blocks = [block for section in sections for block in section.blocks if block.part == part]
    shown = [_block(block) for block in blocks] or _spoken(commitment)
    headings = [section.heading for section in sections if section.heading and section.parts == {part}]
    words = sum(len(block.text.split()) for block in blocks)
    label = pieces_of(headings[0].text, kind="heading")[0].runs if headings else ()
    if not label and blocks:
        label, shown[0]["pieces"] = _split_label(pieces_of(blocks[0].text, kind=blocks[0].kind))
    return {"label": label or (Run(name),), "blocks": shown, "share": 1.0 + min(words, 120) / 80}


def _split_label(pieces: tuple[Piece, ...]) -> tuple[tuple[Run, ...], tuple[Piece, ...]]:
    """`**Best:** Tom writes` as the label `Best` and the rest, when it begins so."""
    first = pieces[0] if pieces else Piece("paragraph")
    if len(first.runs) < 2 or not first.runs[0].bold:
        return (), pieces
    label, rest = first.runs[0], first.runs[1:]
    if _LABEL_END.search(label.text):
        label, rest = replace(label, text=_LABEL_END.sub("", label.text)), rest
    elif rest[0].text.startswith(":"):
        rest = (replace(rest[0], text=rest[0].text[1:]), *rest[1:])
    else:
        return (), pieces
    words = rest[0].text.lstrip()
    started = replace(rest[0], text=words[:1].upper() + words[1:])
    return (replace(label, bold=False),), (
        Piece("paragraph", (started, *rest[1:]), children=first.children),
        *pieces[1:],
    )


def _spoken(commitment: Commitment) -> list[Json]:
    """A commitment that stands in no block, in words."""
    does = " ".join(filter(None, (commitment.who, commitment.what)))
    lines = [", ".join(filter(None, (does, commitment.by))), commitment.benefit]
    blocks = [Block(id=f"o{i}", kind="text", text=line) for i, line in enumerate(lines) if line]
    quote = [Block(id="ask", kind="quote", text=commitment.ask)] if commitment.ask else []
    return [_block(block) for block in (*blocks, *quote)]


# --- head and foot -----------------------------------------------------------------------------------------------


def _account(plan: MeetingPlan, context: AccountContext | None) -> str:
    """Account and opportunity, as far as the title does not say them already."""
    names = (context.account, context.opportunity) if context else ()
    return " · ".join(clean(name) for name in names if name and name.lower() not in plan.title.lower())


def _where(context: AccountContext | None, labels: Labels) -> list[str]:
    if context is None:
        return []
    meeting = context.meeting
    day = labels.day(meeting.date) if meeting.date else ""
    hours_and_place = " · ".join(filter(None, (_hours(meeting), meeting.place)))
    return [clean(line) for line in (day, hours_and_place, context.rep) if line]


def _hours(meeting: Meeting) -> str:
    if meeting.start is None:
        return ""
    if meeting.minutes is None:
        return f"{meeting.start:%H:%M}"
    end = dt.datetime.combine(dt.date(2000, 1, 1), meeting.start) + dt.timedelta(minutes=meeting.minutes)
    return f"{meeting.start:%H:%M}–{end:%H:%M}"


def _signs(plan: MeetingPlan, labels: Labels) -> list[Json]:
    found = {block.check.status for block in plan.blocks}
    words = {"unverified": labels.not_verified, "contradicted": labels.contradicted}
    return [{"sign": sign, "words": words[status]} for status, sign in _SIGNS.items() if status in found]


def _origin(drafted_by: str, labels: Labels) -> str:
    if drafted_by == "builtin":
        return labels.builtin
    return " ".join(filter(None, (labels.drafted_by, clean(drafted_by)))) if drafted_by else "Meeting Coach"
