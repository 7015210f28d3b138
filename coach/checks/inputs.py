"""What the notes ask of the page: promises kept, contradictions shown, instructions ignored, days met (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from coach.checks.language import content_stems
from coach.checks.page import Page, finding
from coach.dates import dates, noted_days, weekdays
from coach.excerpt import excerpt
from coach.figures import figures
from coach.rubric import words_for
from coach.schema import Finding, NoteLine
from coach.words import fold

_HOLIDAYS = frozenset({(12, 24), (12, 25), (12, 26), (1, 1)})
"""Month and day on which hardly anybody in Europe or North America works (24 December: half of them)."""
_SATURDAY = 5
_WEEKEND = re.compile(r"\b(?:weekend|week-end|wochenende|fin de semana)\b", re.IGNORECASE)
_ONE_DAY_EVENTS = re.compile(r"\b(board|go-live|kick-off|audit|tender deadline|vorstand|conseil)\b", re.IGNORECASE)
"""Events of which there is one coming, so that two dates for it are a contradiction."""
_NEAR = 40
"""Characters between an event and its date."""
_SETTLING = ("before", "opening", "answers")
_SHARED_WORDS = 2


def days_can_be_met(page: Page) -> Iterator[Finding]:
    """R15. A weekend or a holiday is meant where the notes set it."""
    meeting = page.context.meeting.date
    if meeting and meeting < page.context.today:
        yield finding("R15", f"The meeting was on {meeting:%d %B}: is the date right?", gravity="hint")
    for part in ("best", "fallback"):
        day = _deadline(page, part)
        if day is None:
            continue
        block, name = page.block_of(part), "best outcome" if part == "best" else "fall-back"
        if meeting and day < meeting:
            why = f"The {name} is due on {day:%d %B}, before the meeting on {meeting:%d %B}."
            yield finding("R15", why, part=part, block=block)
        elif _nobody_works(day) and not _is_named(page, part, day):
            yield finding("R15", f"The {name} is due on {day:%A %d %B}, when nobody works.", part=part, block=block)


def promises_are_settled(page: Page) -> Iterator[Finding]:
    """R25. From the groundwork's promises; without these, from lines that promise by a day that is past (hint)."""
    settled = page.of(*_SETTLING)
    cited = {label for passage in settled for label in passage.block.citations}
    said = content_stems(page.text(*_SETTLING))
    for text, lines, is_sure in _overdue(page):
        if not cited & set(lines) and len(content_stems(text) & said) < _SHARED_WORDS:
            why = f"We owe this, and the page neither does it before the meeting nor owns it: {_short(text)}"
            yield finding("R25", why, part="before", gravity="defect" if is_sure else "hint", lines=lines)


def contradictions_are_shown(page: Page) -> Iterator[Finding]:
    """R18. Two lines with different days for one event: the page that names one of them must show both."""
    apart = {event: days for event, days in _events(page).items() if len(days) > 1}
    if not apart:
        return
    cited = {label for block in page.plan.blocks for label in block.citations}
    shown = {one.day for block in page.plan.blocks for one in dates(block.text, today=page.context.today)}
    for event, days in apart.items():
        if len(set(days) & shown) == 1 and not set(days.values()) <= cited:
            said = " and ".join(f"{day:%d %B} ({label})" for day, label in sorted(days.items()))
            why = f"The notes have two days for the {event}: {said}. Show both, and ask."
            yield finding("R18", why, lines=tuple(days.values()))


def instructions_change_nothing(page: Page) -> Iterator[Finding]:
    """R17. Hint: the rep should see the line. Gate: a figure or an address that only such a line has is on the page."""
    suspicious = page.instruction_lines
    if not suspicious:
        return
    honest = " ".join(fold(line.text) for label, line in page.context.lines.items() if label not in suspicious)
    for label in suspicious:
        line = page.context.lines[label]
        yield finding(
            "R17",
            f"{label} reads like an instruction, not like a note; it was not followed.",
            gravity="hint",
            lines=(label,),
        )
        for passage in page.of("opening", "purpose", "bring", "answers", "best", "fallback"):
            obeyed = [mark for mark in _marks(line) if mark in fold(passage.text) and mark not in honest]
            if obeyed:
                why = f"“{obeyed[0]}” comes from an instruction inside the notes ({label})."
                yield finding("R17", why, part=passage.part, block=passage.block.id, gravity="gate", lines=(label,))


def _deadline(page: Page, part: str) -> date | None:
    by = page.commitment(part).by
    found = dates(by, today=page.context.today) if by else ()
    return found[0].day if len(found) == 1 else None


def _nobody_works(day: date) -> bool:
    return day.weekday() >= _SATURDAY or (day.month, day.day) in _HOLIDAYS


def _is_named(page: Page, part: str, day: date) -> bool:
    """Whether a line has this date, or one that the part cites its weekday or the weekend."""
    lines = page.context.lines
    cited = [lines[label].text for passage in page.of(part) for label in passage.block.citations if label in lines]
    if day.weekday() >= _SATURDAY and any(
        _WEEKEND.search(text) or day.weekday() in {number for number, _ in weekdays(text)} for text in cited
    ):
        return True
    return any(one.day == day for days in noted_days(page.context).values() for one in days)


def _overdue(page: Page) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    overdue = words_for("overdue", page.language)
    blocks = page.groundwork.blocks if page.groundwork else ()
    promises = [block for block in blocks if block.part == "promises" and block.kind != "heading"]
    for block in promises:
        if overdue.search(block.text) and re.search(r"\bours?\b|\bwe\b|\bunser", block.text, re.IGNORECASE):
            yield block.text, block.citations, True
    if promises:
        return
    promised = words_for("promised", page.language)
    for line in page.context.notes:
        match = promised.search(line.text) if line.voice == "ours" else None
        due = noted_days(page.context)[line.label] if match else ()
        if match and any(match.end() <= one.start and one.day < page.context.today for one in due):
            yield line.text, (line.label,), False


def _events(page: Page) -> dict[str, dict[date, str]]:
    """Event to its days, each with the first line that says so."""
    found: dict[str, dict[date, str]] = {}
    for line in page.context.notes:
        for match in _ONE_DAY_EVENTS.finditer(line.text):
            near = range(match.end(), match.end() + _NEAR)
            inside = [one for one in noted_days(page.context)[line.label] if one.start in near and one.end <= near.stop]
            for one in inside[:1]:
                found.setdefault(match.group(1).lower(), {}).setdefault(one.day, line.label)
    return found


def _marks(line: NoteLine) -> tuple[str, ...]:
    """What shows that the line was obeyed: its addresses, and its percentages and amounts."""
    hard = [one.text for one in figures(line.text) if one.unit == "%" or one.unit.isupper()]
    addresses = re.findall(r"https?://\S+|\S+@\S+\.\w+", line.text)
    return tuple(fold(mark) for mark in (*hard, *addresses))


def _short(text: str, longest: int = 90) -> str:
    return excerpt(" ".join(text.split()), longest)
