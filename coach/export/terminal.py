"""A drafted plan for the terminal: the page, what it scores and why, what a call cost; and the progress on the way.

Colour only on a terminal, plain text in a pipe. All text of notes and models is printed as it stands, without control
characters; nothing in it is markup for rich. Knows nothing about models or files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from coach.events import Event, Noted, StageStarted, StartedAgain, TextArrived
from coach.export.labels import ENGLISH
from coach.export.runs import Piece, Run, clean, pieces_of, printed
from coach.export.sheet import titled
from coach.rubric import rubric
from coach.schema import AccountContext, Block, Change, Critique, Drafted, Finding
from coach.schema import Run as Call
from coach.score import items_of

WIDEST = 100
"""Columns; longer lines are hard to follow."""
_MARKS = {"unverified": " △ not verified", "contradicted": " ▲ the notes say otherwise"}
_FILLING = re.compile(r"[ \t]+$", re.MULTILINE)
"""What rich fills lines up with."""
_ORDER = {"gate": 0, "defect": 1, "hint": 2}


def show(drafted: Drafted, *, console: Console) -> None:
    """Print the page, then its score and what the rep should know beside it."""
    _print(page(drafted), console)
    _print(review(drafted), console)


def show_review(drafted: Drafted, *, console: Console) -> None:
    """Print what was found in a plan, without the plan."""
    _print(review(drafted), console)


class Progress:
    """Streamed text as it comes, with a line for each stage; on anything but a terminal the stage lines alone."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._is_mid_line = False

    def hear(self, event: Event) -> None:
        match event:
            case StageStarted(stage):
                self.stage(stage)
            case TextArrived(stage, delta):
                self.text(stage, delta)
            case StartedAgain(stage):
                self.stage(f"{stage}, once more")
            case Noted(text):
                self.note(text)

    def stage(self, name: str) -> None:
        self._line(Text(f"── {clean(name)}", style="bold cyan"))

    def note(self, text: str) -> None:
        self._line(Text(clean(text), style="yellow"))

    def text(self, stage: str, delta: str) -> None:
        if not self._console.is_terminal or not delta:
            return
        self._console.file.write(clean(delta))
        self._console.file.flush()
        self._is_mid_line = not delta.endswith("\n")

    def done(self) -> None:
        """End the last line."""
        if self._is_mid_line:
            self._console.file.write("\n")
            self._is_mid_line = False

    def _line(self, line: Text) -> None:
        self.done()
        self._console.print(line, soft_wrap=True)


def _print(parts: Iterable[RenderableType], console: Console) -> None:
    for part in parts:
        with console.capture() as captured:
            console.print(part, width=min(console.width, WIDEST), highlight=False, markup=False, emoji=False)
        text = captured.get()
        console.file.write(text if console.is_terminal else _FILLING.sub("", text))


# --- the page ----------------------------------------------------------------------------------------------------


def page(drafted: Drafted) -> Iterator[RenderableType]:
    context = drafted.context
    plan = titled(drafted.plan, context)
    yield Text(clean(plan.title), style="bold")
    yield Text(clean(" · ".join(_meeting(context))), style="dim")
    for block in printed(plan.blocks, title=plan.title):
        if block.kind == "heading":
            yield Text()
        yield _block(block)


def _meeting(context: AccountContext) -> Iterator[str]:
    meeting = context.meeting
    if meeting.date:
        yield ENGLISH.day(meeting.date)
    if meeting.start:
        yield f"{meeting.start:%H:%M}"
    if meeting.minutes:
        yield f"{meeting.minutes} minutes"
    yield from filter(None, (meeting.place, context.account, context.rep))


def _block(block: Block) -> RenderableType:
    tail = Text(_MARKS.get(block.check.status, ""), style="yellow")
    if block.citations:
        tail.append(f" [{clean(' '.join(block.citations))}]", style="dim")
    pieces = pieces_of(block.text, kind=block.kind)
    last = len(pieces) - 1
    return Group(*(_piece(piece, tail if place == last else Text()) for place, piece in enumerate(pieces)))


def _piece(piece: Piece, tail: Text) -> RenderableType:
    if piece.kind == "table":
        return Group(_table(piece), *([Text(str(tail).strip(), style="dim")] if tail else []))
    own = _words(piece.runs, style="bold cyan" if piece.kind == "heading" else "")
    if not piece.children:
        own.append_text(tail)
    nested = [_piece(child, tail if child is piece.children[-1] else Text()) for child in piece.children]
    if piece.kind == "item":
        return _beside(piece.marker, Group(own, *nested))
    if piece.kind == "quote":
        return Padding(Group(*nested), (0, 0, 0, 4), style="italic")
    return own


def _table(piece: Piece) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, show_lines=len(piece.rows) > 2)
    header, *rows = piece.rows or ((),)
    for cell in header:
        table.add_column(_words(cell), overflow="fold")
    for row in rows:
        table.add_row(*(_words(cell) for cell in row))
    return table


def _words(runs: Iterable[Run], *, style: str = "") -> Text:
    words = Text(style=style)
    for run in runs:
        styles = ("bold" if run.bold else "", "italic" if run.italic else "")
        words.append("\n" if run.is_break else run.text, style=" ".join(filter(None, styles)))
    return words


def _beside(marker: str, content: RenderableType) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(marker), content)
    return grid


# --- what was found ----------------------------------------------------------------------------------------------


def review(drafted: Drafted) -> Iterator[RenderableType]:
    critique = drafted.critique
    yield from _score(critique)
    yield from _list("Findings", [_finding(finding) for finding in _gravest_first(critique.findings)])
    yield from _list("The second reader", [_cited(point.text, point.lines) for point in critique.points])
    yield from _list("Suggestions", [_suggestion(one.old, one.new, one.why) for one in critique.suggestions])
    yield from _list("Questions to you", drafted.questions)
    yield from _list("Please note", [*drafted.warnings, *(f"{one.step}: {one.message}" for one in drafted.failures)])
    yield Text()
    for line in (_changed(drafted.changes), _spent(drafted.runs), _origin(drafted)):
        if line:
            yield Text(clean(line), style="dim")


def _score(critique: Critique) -> Iterator[RenderableType]:
    if critique.total is None:
        return
    is_by_rules = critique.judged_by == "rules"
    by = "by the rules alone" if is_by_rules else f"judged by {critique.judged_by}"
    yield Text(clean(f"\nScore {critique.total:.0f} of 100, {by}"), style="bold cyan")
    if is_by_rules:
        yield Text("The rules see what is missing or wrong, not how good it is.", style="dim")
    for gate in critique.gates:
        known = rubric().gates.get(gate)
        yield Text(clean(f"Capped: {known.when if known else gate}"), style="yellow")
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold", style="dim")
    for item, points in critique.scores_by_item.items():
        known_item = rubric().items.get(item)
        reasons = "; ".join(_reasons(critique, item)) if points is not None else ""
        shown = "not judged" if points is None else f"{points:g} of 4"
        table.add_row(Text(known_item.title if known_item else clean(item)), Text(shown), Text(clean(reasons)))
    yield table


def _reasons(critique: Critique, item: str) -> Iterator[str]:
    """The rules and judge's questions that cost points, by their names: the sentences stand below."""
    found = (finding.rule for finding in critique.findings if finding.gravity != "hint" and item in items_of(finding))
    yield from dict.fromkeys(found)
    for answer in critique.answers:
        question = rubric().questions.get(answer.question)
        if answer.answer == "no" and question and question.item == item:
            yield answer.why or question.ask


def _gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: _ORDER[finding.gravity])


def _finding(finding: Finding) -> str:
    return _cited(f"{finding.rule} {finding.gravity}: {finding.why}", finding.lines)


def _cited(text: str, lines: tuple[str, ...]) -> str:
    return f"{text} [{' '.join(lines)}]" if lines and not text.rstrip().endswith("]") else text


def _suggestion(old: str, new: str, why: str) -> str:
    change = f"“{old}” → “{new}”" if new else f"leave out “{old}”"
    return f"{change}: {why}" if old else f"add “{new}”: {why}"


def _list(title: str, sentences: Iterable[str]) -> Iterator[RenderableType]:
    found = list(dict.fromkeys(sentences))
    if not found:
        return
    yield Text(f"\n{title}", style="bold cyan")
    for sentence in found:
        yield _beside("•", Text(clean(sentence)))


def _changed(changes: tuple[Change, ...]) -> str:
    added = sum(not change.old for change in changes)
    removed = sum(not change.new for change in changes)
    counts = {"changed": len(changes) - added - removed, "added": added, "removed": removed}
    told = [f"{count} {what}" for what, count in counts.items() if count]
    return f"Between draft and rewrite: {', '.join(told)}." if told else ""


def _spent(runs: tuple[Call, ...]) -> str:
    if not runs:
        return ""
    tokens_in, tokens_out = sum(run.tokens_in for run in runs), sum(run.tokens_out for run in runs)
    cached = sum(run.tokens_in_cached for run in runs)
    told = [
        f"{len(runs)} {'call' if len(runs) == 1 else 'calls'}",
        f"{tokens_in:,} tokens in{f' ({cached:,} cached)' if cached else ''}, {tokens_out:,} out",
        _cost(runs),
        f"{sum(run.seconds for run in runs):.0f} s of model time",
    ]
    recorded = sum(run.is_from_ledger for run in runs)
    return " · ".join([*told, *([f"{recorded} from the ledger, paid before"] if recorded else [])])


def _cost(runs: tuple[Call, ...]) -> str:
    known = [run.cost_usd for run in runs if run.cost_usd is not None and not run.is_from_ledger]
    is_complete = all(run.cost_usd is not None or run.is_from_ledger for run in runs)
    if is_complete:
        return f"${sum(known):.4f}"
    return f"at least ${sum(known):.4f}, some prices unknown" if known else "price unknown"


def _origin(drafted: Drafted) -> str:
    by = drafted.drafted_by or drafted.plan.drafted_by
    return f"Drafted by {by}." if by and by != "builtin" else f"{ENGLISH.builtin}." if by else ""
