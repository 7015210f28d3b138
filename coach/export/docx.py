"""The plan as a Word file, to be edited in Word: the printed sheet as far as Word can.

The title and a band with what decides it and the best outcome on top, then the page in its order, with real headings,
lists and tables, ready words as quotations, and citations small behind them. Knows nothing about models or files.
"""

from __future__ import annotations

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
)
from coach.export.sheet import where_lines as where
from coach.export.typeset import Paper
from coach.export.word import Column, Shown, WordFile
from coach.export.word_style import UNDATED
from coach.markup import heading_level
from coach.schema import AccountContext, Block, MeetingPlan

_BAND = frozenset({"decides", "best"})


def to_docx(plan: MeetingPlan, context: AccountContext | None, *, paper: Paper = "a4") -> bytes:
    """Every word of the plan, those of the band taken to the top. Without a context the head is the title alone."""
    plan, labels = titled(plan, context), labels_for(plan.language)
    title = plain(runs_of(plan.title))
    account = account_line(plan, context)
    file = WordFile(paper=paper, language=language_code(plan.language))
    author, day = (clean(context.rep), context.today) if context else ("", UNDATED)
    file.describe(title=title, author=author, subject=account, day=day)
    file.title(title)
    file.small(" · ".join(filter(None, (account, *where(context, labels)))))
    page = printed_sections(plan)
    file.band(_band(plan, page, labels))
    for section in page:
        _write(section, file)
    signs = " · ".join(f"{one['sign']} {one['words']}" for one in signs_found(plan, labels))
    file.footer(" · ".join(filter(None, (labels.internal, origin(plan.drafted_by, labels), signs))))
    return file.data()


def _band(plan: MeetingPlan, page: list[Section], labels: Labels) -> list[Column]:
    decides = [block for section in page for block in section.blocks if block.part == "decides"]
    best = [block for section in page for block in section.blocks if block.part == "best"]
    columns = (
        _column(decides, _own_heading("decides", page), name=labels.decides),
        _column(
            best or list(spoken(plan.best_outcome, "best", plan.blocks)), _own_heading("best", page), name=labels.best
        ),
    )
    return [column for column in columns if column.blocks]


def _column(blocks: list[Block], heading: tuple[Run, ...], *, name: str) -> Column:
    """Its label is its own heading, else the bold word it begins with, else the coach's; never the same one twice."""
    shown = [_shown(block) for block in blocks]
    label, pieces = split_label(shown[0].pieces) if shown else ((), ())
    if label and (not heading or plain(heading).casefold() == plain(label).casefold()):
        shown[0] = Shown(pieces, shown[0].tail)
    label = heading or label
    return Column(label or (Run(name),), tuple(shown))


def _own_heading(part: str, page: list[Section]) -> tuple[Run, ...]:
    found = [section.heading for section in page if section.heading and section.parts == {part}]
    return pieces_of(found[0].text, kind="heading")[0].runs if found else ()


def _write(section: Section, file: WordFile) -> None:
    rest = [block for block in section.blocks if block.part not in _BAND]
    if section.heading and (rest or not section.blocks or len(section.parts) > 1):
        runs = pieces_of(section.heading.text, kind="heading")[0].runs
        file.heading(runs, level=max(heading_level(section.heading) or 2, 2) - 1)
    for block in rest:
        file.block(_shown(block))


def _shown(block: Block) -> Shown:
    is_speech = block.part == "opening" and block.kind == "text"
    tail = " ".join(filter(None, (SIGNS.get(block.check.status, ""), *block.citations)))
    return Shown(pieces_of(block.text, kind="quote" if is_speech else block.kind), tail)
