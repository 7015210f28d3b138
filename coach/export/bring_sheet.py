"""The thing we bring on a sheet of its own, to show or to send, with nothing internal on it.

Where the page brings a table, a list or ready words, these are the thing; text around them is for the rep.
All of it goes through the same gate as the customer agenda: text sentence by sentence, tables cell by cell; a row with
anything that is ours alone is left out and reported to the rep. Knows nothing about files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from coach.checks.language import sentences
from coach.checks.page import Page
from coach.errors import InputError
from coach.export.customer_agenda import title_of
from coach.export.handout import Handout, Row, SafeBlock, Section, as_docx, as_markdown, as_pdf
from coach.export.labels import labels_for
from coach.export.runs import Piece, Run, pieces_of, plain, runs_of
from coach.export.safe import CustomerSafe, Gate, LeftOut
from coach.export.safe_words import NAMED, NOTHING_BROUGHT, TO_FILL_IN, YOURS, phrases_for
from coach.export.sources import without_sources
from coach.export.typeset import Paper
from coach.markup import plain as plain_text
from coach.schema import AccountContext, Block, Groundwork, MeetingPlan
from coach.words import fold

AROUND_IT = "is said around the thing, to you"
_MADE = ("table", "quote", "item")
_BLANK = re.compile(r"_{2,}|\.{4,}|…{2,}")
"""Room to write: such a line is a form, whatever stands around it."""
_KINDS: dict[str, Literal["text", "item", "quote"]] = {"item": "item", "quote": "quote"}


class NothingBrought(InputError):
    """The page itself says that nothing is handed out."""


@dataclass(frozen=True)
class BringSheet:
    title: CustomerSafe
    blocks: tuple[SafeBlock, ...]
    handout: Handout
    """The same as a sheet."""
    left_out: tuple[LeftOut, ...] = ()
    """For the rep alone."""
    doubts: tuple[str, ...] = ()
    """What of it the notes do not carry, for the rep alone."""


def bring_sheet(plan: MeetingPlan, context: AccountContext, groundwork: Groundwork | None = None) -> BringSheet:
    """What the page brings, as far as the customer may see it.

    Raises:
        NothingBrought: the page says that nothing is handed out, and has no table that could be.
        InputError: the page brings nothing, or nothing of it may be shown.
    """
    plan = without_sources(plan, context)
    brought = [block for block in plan.blocks if block.part == "bring" and block.kind != "heading"]
    if said := _nothing_brought(plan):
        raise NothingBrought(f"Nothing is handed out at this meeting: the page says “{said}”")
    if not brought:
        raise InputError("The page brings nothing.", hint="Write it under a heading such as “We bring”.")
    thing = [block for block in brought if block.kind in _MADE or _BLANK.search(block.text)] or brought
    words = "\n".join(plain_text(block.text) for block in brought)
    sifter = _Sifter(Gate(context, groundwork or Groundwork(), words))
    blocks = tuple(found for block in thing for found in sifter.sift(block))
    around = (LeftOut(block.id, plain_text(block.text), AROUND_IT) for block in brought if block not in thing)
    left_out = tuple(dict.fromkeys((*around, *sifter.left_out)))
    if not blocks:
        worst = max(left_out, key=lambda one: len(one.why), default=LeftOut("", "", "has no words"))
        raise InputError(f"Nothing we bring may be shown: “{worst.text}” {worst.why}.")
    doubts = tuple(dict.fromkeys(problem for block in thing if _is_doubtful(block) for problem in block.check.problems))
    return replace(_sheet(plan, sifter.gate, blocks, left_out), doubts=doubts)


def _nothing_brought(plan: MeetingPlan) -> str:
    """The page's sentence that nothing is handed out; empty where it has none, or a table all the same."""
    blocks = [block for block in plan.blocks if block.part == "bring"]
    if any(len(piece.rows) > 1 for block in blocks for piece in pieces_of(block.text, kind=block.kind)):
        return ""
    said = (one for block in blocks for one in sentences(plain_text(block.text)))
    return next((one for one in said if NOTHING_BROUGHT.search(fold(one))), "")


def to_markdown(sheet: BringSheet) -> str:
    return as_markdown(sheet.handout)


def to_docx(sheet: BringSheet, *, paper: Paper = "a4") -> bytes:
    return as_docx(sheet.handout, paper=paper)


def to_pdf(sheet: BringSheet, *, paper: Paper = "a4") -> bytes:
    return as_pdf(sheet.handout, paper=paper)


def _sheet(plan: MeetingPlan, gate: Gate, blocks: tuple[SafeBlock, ...], left_out: tuple[LeftOut, ...]) -> BringSheet:
    language = Page(plan, gate.context).language
    phrases, seller = phrases_for(language), gate.phrase(NAMED, named=gate.seller)
    account = gate.account
    title = gate.phrase(phrases.sheet, account=account) if account else title_of(gate, phrases)
    day = gate.day(labels_for(language))
    lines = tuple(one for one in (gate.joined(" · ", *(one for one in (seller, day) if one)),) if one.text)
    handout = Handout(title, lines, (Section(None, blocks),), seller, language, gate.context.today)
    return BringSheet(title, blocks, handout, left_out)


def _is_doubtful(block: Block) -> bool:
    return block.check.status in ("unverified", "contradicted")


class _Sifter:
    """Collects what it leaves out."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.left_out: list[LeftOut] = []

    def sift(self, block: Block) -> Iterator[SafeBlock]:
        if block.kind == "table":
            yield from self._table(block)
            return
        kind = _KINDS.get(block.kind, "text")
        for piece in pieces_of(block.text, kind=block.kind):
            for runs in _paragraphs(piece):
                if kept := self._sentences(block, plain(runs)):
                    yield SafeBlock(kind, ((kept,),))

    def _sentences(self, block: Block, text: str) -> CustomerSafe | None:
        """A paragraph up to what may not pass: behind a word to the rep (“for you alone”) the rest is for them."""
        kept: list[CustomerSafe] = []
        is_for_them = True
        for sentence in sentences(text):
            passed = self._pass(block, sentence)
            is_for_them = is_for_them and passed is not None
            if passed is not None and is_for_them:
                kept.append(passed)
            elif passed is not None:
                self._leave_out(block, plain(runs_of(sentence)), "stands behind a word to you")
        return self.gate.joined(" ", *kept) if any(one.text for one in kept) else None

    def _table(self, block: Block) -> Iterator[SafeBlock]:
        """Without the columns whose heading may not pass: nobody reads a column that does not say what it holds."""
        header, *rows = pieces_of(block.text, kind="table")[0].rows or ((),)
        heads = [self.gate.brought(_marked(cell), is_cell=True) for cell in header]
        why = heads[0] if heads else ""
        if isinstance(why, str):
            self._leave_out(block, " | ".join(map(plain, header)), f"{why}; the whole table is left out")
            return
        for cell, head in zip(header, heads, strict=True):
            if isinstance(head, str):
                self._leave_out(block, plain(cell), f"{head}; the whole column is left out")
        places = [place for place, head in enumerate(heads) if isinstance(head, CustomerSafe)]
        kept = [row for row in (self._row(block, tuple(row[place] for place in places)) for row in rows) if row]
        if kept:
            yield SafeBlock("table", (tuple(head for head in heads if isinstance(head, CustomerSafe)), *kept))

    def _leave_out(self, block: Block, text: str, why: str) -> None:
        self.left_out.append(LeftOut(block.id, text, why))

    def _row(self, block: Block, cells: tuple[tuple[Run, ...], ...]) -> Row | None:
        """All of its cells, or none of them."""
        texts = [plain(cell) for cell in cells]
        refused = [self.gate.brought(text, is_cell=True) for text in (" | ".join(texts), *texts)]
        why = next((one for one in refused if isinstance(one, str)), "")
        if why:
            text = " | ".join(filter(None, texts))
            self._leave_out(block, text, f"{why}; the whole row is left out")
            return None
        row = [self._cell(block, cell) for cell in cells]
        return tuple(cell for cell in row if isinstance(cell, CustomerSafe))

    def _cell(self, block: Block, cell: tuple[Run, ...]) -> CustomerSafe | str:
        """What the rep is told to fill in is room to write."""
        if TO_FILL_IN.search(fold(plain(cell))):
            self._leave_out(block, plain(cell), "is yours to fill in before you hand it over")
            return self.gate.blank()
        return self.gate.brought(YOURS.sub(_your, _marked(cell)), is_cell=True)

    def _pass(self, block: Block, text: str) -> CustomerSafe | None:
        found = self.gate.brought(text)
        if isinstance(found, CustomerSafe):
            return found
        self._leave_out(block, plain(runs_of(text)), found)
        return None


def _your(found: re.Match[str]) -> str:
    return "Your " if found.group()[0].isupper() else "your "


def _paragraphs(piece: Piece) -> Iterator[tuple[Run, ...]]:
    if piece.runs:
        yield piece.runs
    for row in piece.rows:
        yield from row
    for child in piece.children:
        yield from _paragraphs(child)


def _marked(runs: tuple[Run, ...]) -> str:
    """With its bold words still in asterisks."""
    return "".join(f"**{run.text}**" if run.bold else " " if run.is_break else run.text for run in runs)
