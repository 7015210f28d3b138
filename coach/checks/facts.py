"""People, figures, sums, days and confidences on the page, held against the context (pure).

Stricter words than the check of citations: a gate only for what stands in no line at all and is no proposal.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from coach.checks.page import Page, Passage, finding
from coach.claims import agenda_span, minutes_of
from coach.confidence import confidences, leaking
from coach.dates import FoundDate, dates, noted_days, weekdays
from coach.daycounts import weekday_problems
from coach.figures import Figure, figures
from coach.grounding import day_problems, unheld
from coach.names import name_words, names, same_person
from coach.schema import Finding, Gravity, Groundwork, Person
from coach.sums import follows, shown_sums
from coach.words import fold

_BOLD = re.compile(r"\*\*([^*\n]{2,40}?)[:,.]?\*\*")
_SIGNS = re.compile(r"[=×*+/÷]|\bx\b")
_LETTERS = re.compile(r"[^\W_]+")
_FREE = frozenset({"proposal", "assumption", "sum"})
"""Bases whose figures need not stand in a line as they are."""
_TO_COME = frozenset({"before", "agenda", "find_out", "best", "fallback", "stop", "leave_out"})
"""Parts in which the rep may set minutes, days and numbers."""
_SMALL = 12
"""Counts up to a dozen are often the rep's own words: `three questions`, `two stores`."""
_YEARS = range(1990, 2100)
_CURRENCY = 3
"""Letters of an ISO currency."""
_BEHIND_A_NAME = 48
"""Characters behind a name in which the title stands."""


def people_are_known(page: Page) -> Iterator[Finding]:
    """R2. Gate: somebody whom no line names, or an attendee with another one's name or title."""
    for passage in page.of("people"):
        for name in (name for bold in _BOLD.findall(passage.block.text) for name in names(bold)):
            if not _is_known(page, name):
                yield _stranger(name, "people", passage.block.id)
        yield from _mixed_up_titles(page, passage)
    for part in ("best", "fallback"):
        for name in names(page.commitment(part).who):
            if not _is_known(page, name):
                yield _stranger(name, part, page.block_of(part))


def figures_stand_in_lines(page: Page) -> Iterator[Finding]:
    """R3. Gate: a line contradicts it, or a figure is in no line. Defect: it may be ours. Hint: other lines have it."""
    for block in page.plan.blocks:
        if block.check.status == "contradicted":
            why = "; ".join(block.check.problems) or "A line says otherwise."
            yield finding("G4", why, part=block.part, block=block.id, gravity="gate", lines=block.citations)
    for passage in page.passages:
        if passage.block.check.status == "unverified" and passage.block.basis not in {"proposal", "assumption"}:
            yield from _loose_figure(page, passage)


def _loose_figure(page: Page, passage: Passage) -> Iterator[Finding]:
    block = passage.block
    objected = _objected_to(page, passage)
    found = [one for one in figures(passage.text) if one.value not in page.summed and _counts_something(one)]
    found = [one for one in found if any(one.text in words for words in objected)]
    nowhere = [one for one in found if one.value not in page.context_figures]
    invented = [one.text for one in nowhere if _is_new(one, passage, page)]
    borrowed = [one.text for one in found if any(f"“{one.text}”" in problem for problem in block.check.problems)]
    is_a_fact = passage.part not in _TO_COME and block.basis not in _FREE
    if invented and is_a_fact:
        why = f"“{invented[0]}” stands in no line of the notes."
        yield finding("R3", why, part=passage.part, block=block.id, gravity="gate", lines=block.citations)
    elif invented:
        why = f"“{invented[0]}” stands in no line, and no sum on the page gives it."
        yield finding("R3", why, part=passage.part, block=block.id, lines=block.citations)
    elif borrowed and is_a_fact:
        why = f"The lines named for it do not hold “{borrowed[0]}”."
        yield finding("R3", why, part=passage.part, block=block.id, gravity="hint", lines=block.citations)


def sums_hold(page: Page) -> Iterator[Finding]:
    """R22. Hint: a sum in words, which may be meant otherwise."""
    for passage in page.passages:
        for one in shown_sums(passage.text):
            if not one.holds:
                why = f"“{one.text}” gives {one.counts:,.6g}, not {one.result.text}."
                gravity: Gravity = "defect" if _SIGNS.search(one.text) else "hint"
                place = passage.block
                yield finding("R22", why, part=passage.part, block=place.id, gravity=gravity, lines=place.citations)


def days_are_counted(page: Page) -> Iterator[Finding]:
    """R23. Hint: a count that no two dates give. A line's own mistake may be quoted, or told beside the right day."""
    quoted = _days_in_lines(page)
    noted = {one.day for days in noted_days(page.context).values() for one in days}
    for passage in page.passages:
        found = [one for one in dates(passage.text, today=page.context.today) if not _is_of_another_year(one, noted)]
        wrong = weekday_problems(
            one for one in found if (one.weekday, one.day) not in quoted or not _is_told_as_wrong(one, passage)
        )
        place = passage.block
        for why in wrong:
            yield finding("R23", f"{why}.", part=passage.part, block=place.id)
        counts = any(" counts " in problem for problem in place.check.problems)
        if counts and passage.part not in _TO_COME:
            counted = set(day_problems(passage.text, page.context, citations=place.citations)) & set(
                place.check.problems
            )
            for why in counted - set(weekday_problems(found)):
                yield finding("R23", f"{why}.", part=passage.part, block=place.id, gravity="hint")


def confidences_are_kept(page: Page) -> Iterator[Finding]:
    """R21."""
    kept = confidences(page.groundwork or Groundwork(), page.context)
    for block in page.plan.blocks if kept else ():
        for why, lines in leaking(block, kept, page.context).items():
            yield finding("R21", why, part=block.part, block=block.id, lines=lines)


def _stranger(name: str, part: str, block: str) -> Finding:
    return finding("R2", f"“{name}” stands in no line: who is that?", part=part, block=block, gravity="gate")


def _is_known(page: Page, name: str) -> bool:
    """Whether a line, the record or a known person has the name; a full name must be one person's, surname too."""
    known = page.people
    parts = name_words(name)
    if any(same_person(name, person) for person in known if len(name_words(person)) > 1 or len(parts) < 2):
        return True
    owners = {person for person in known for part in parts if part in name_words(person)}
    if len(parts) > 1 and len(owners) > 1:
        return False
    if len(parts) > 1 and len(parts[-1]) > 1 and parts[0] in page.context_words:
        return all(word in page.context_words for word in _LETTERS.findall(parts[-1]))
    return not parts or any(part in page.context_words for part in parts)


def _mixed_up_titles(page: Page, passage: Passage) -> Iterator[Finding]:
    titled = [person for person in page.context.meeting.attendees if person.title]
    for person in titled:
        behind = _behind_name(person, passage.text)
        others = [other for other in titled if other.title != person.title and fold(other.title) in behind]
        if others and fold(person.title) not in behind:
            why = f"{person.name} is {person.title}; {others[0].title} is {others[0].name}."
            yield finding("R2", why, part=passage.part, block=passage.block.id, gravity="gate")


def _behind_name(person: Person, text: str) -> str:
    """What stands right behind the full name, folded; empty when the name is not there."""
    _, name, rest = fold(text).partition(fold(person.name))
    return rest[:_BEHIND_A_NAME].split(".")[0] if name else ""


def _counts_something(figure: Figure) -> bool:
    """False for a year, and for a small number without currency or per cent."""
    is_hard = figure.unit == "%" or (figure.unit.isupper() and len(figure.unit) == _CURRENCY)
    return is_hard or (figure.value > _SMALL and figure.value not in _YEARS)


def _objected_to(page: Page, passage: Passage) -> tuple[str, ...]:
    """What comparing the block with its lines named; where none is cited, what neither line nor calendar holds."""
    block, context = passage.block, page.context
    if block.citations:
        return block.check.problems
    lasting = minutes_of(page.plan.blocks)
    ours = {one.text for one in figures(passage.text) if one.unit == "min" and one.value in lasting}
    span = agenda_span(passage.text)
    ours |= {one.text for one in figures(passage.text) if span and one.end <= span.end()}
    return tuple(word for word in unheld(passage.text, tuple(context.lines), context) if word not in ours)


def _is_new(figure: Figure, passage: Passage, page: Page) -> bool:
    """Whether it does not follow from the figures of the cited lines and of the passage itself."""
    lines = [page.context.lines[label].text for label in passage.block.citations if label in page.context.lines]
    given = [one for text in lines for one in figures(text)] + [one for one in figures(passage.text) if one != figure]
    return not follows(figure, given)


def _is_of_another_year(one: FoundDate, noted: Collection[date]) -> bool:
    """`Fri 22 Nov` of notes that are two years old."""
    same = (day for day in noted if (day.day, day.month) == (one.day.day, one.day.month))
    return not one.has_year and one.day not in noted and any(day.weekday() == one.weekday for day in same)


def _is_told_as_wrong(one: FoundDate, passage: Passage) -> bool:
    is_quoted = any(one.text in said for said in passage.said)
    return is_quoted or one.day.weekday() in {number for number, _ in weekdays(passage.text)}


def _days_in_lines(page: Page) -> frozenset[tuple[int | None, date]]:
    found = (one for days in noted_days(page.context).values() for one in days)
    return frozenset((one.weekday, one.day) for one in found if one.weekday is not None)
