"""Does the cited line say that? Do the sums and dates hold? (pure)

A figure, date, time or name must stand in the lines that a block cites, or be the result of a sum or a count that
code repeats. Elsewhere in the notes does not count. Knows nothing about models, files or who wrote the block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from coach.attribution import outsider, swapped, turned
from coach.claims import (
    OUTCOME_PARTS,
    Claim,
    Surroundings,
    claim_of,
    held_against_all,
    minutes_of,
    opens_as_a_guess,
    plain,
)
from coach.confidence import Confidence, confidences, leaks
from coach.dates import dates, days_to_come, weekdays
from coach.daycounts import COUNTED_UNITS, count_problem, is_counted, weekday_problems
from coach.figures import Figure, figures
from coach.held import Case, case_of, is_named, stands
from coach.loose import apart_from_nouns, is_held_date, loose_figures, loose_words, names_in
from coach.names import names, page_reads_german
from coach.schema import AccountContext, Block, Check
from coach.shares import called_shares
from coach.sums import ShownSum, shown_sums
from coach.words import fold

__all__ = [
    "Confidence",
    "ShownSum",
    "confidences",
    "day_problems",
    "ground",
    "leaks",
    "plain",
    "problems_of",
    "shown_sums",
    "unheld",
]

MIN_WORKED_OUT = 12
"""Smaller results are too common to be known as one."""
MAX_CHECKED = 2000
"""Blocks of a meeting of which is kept what they were found to be: some dozen drafts."""
SMALL = 12
"""Bare numbers up to a dozen are the rep's own words in a proposal: `two stores`, `five minutes`."""


def ground(
    blocks: Sequence[Block],
    context: AccountContext,
    *,
    groundwork: Sequence[Block] = (),
    cites_loosely: bool = False,
) -> tuple[Block, ...]:
    """The blocks, each with its `check`: verified, unverified with sentences for the rep, or no claim at all.

    `cites_loosely`: for a groundwork, whose notes name only the line where a thought begins: a word that stands in any
    line, or a day still to come under its right weekday, needs no other. `groundwork`: compared before; what its sums
    give, the page may say.
    """
    case = case_of(context)
    before = tuple(_worked_out(groundwork, {block.id: block.check for block in groundwork}, case))
    page = replace(_page(blocks, context), cites_loosely=cites_loosely, worked_out=before)
    checks = {block.id: _check(block, case, page) for block in blocks}
    if new := tuple(_worked_out(blocks, checks, case)):
        page = replace(page, worked_out=(*before, *new))
        checks |= {block.id: _check(block, case, page) for block in blocks if checks[block.id].problems}
    return tuple(block.model_copy(update={"check": checks[block.id]}) for block in blocks)


def problems_of(
    block: Block, blocks: Sequence[Block], context: AccountContext, *, groundwork: Sequence[Block] = ()
) -> tuple[str, ...]:
    """What `ground` would object to in one block of a page, without looking at more of the others than it must."""
    case = case_of(context)
    before = tuple(_worked_out(groundwork, {one.id: one.check for one in groundwork}, case))
    page = replace(_page(blocks, context), worked_out=before)
    found = _check(block, case, page).problems
    if not found:
        return ()
    sums = [one for one in blocks if one.basis == "sum" or one.part == "sums" or shown_sums(plain(one.text))]
    checks = {one.id: _check(one, case, page) for one in sums}
    new = tuple(_worked_out(sums, checks, case))
    return _check(block, case, replace(page, worked_out=(*before, *new))).problems if new else found


def _page(blocks: Sequence[Block], context: AccountContext) -> Surroundings:
    ours = [plain(block.text) for block in blocks if block.basis == "proposal" or block.part in OUTCOME_PARTS]
    days = [one.day for text in ours for one in dates(text, today=context.today)]
    days += [day for text in ours for day in days_to_come(text, today=context.today)]
    return Surroundings(
        is_german=page_reads_german("\n".join(block.text for block in blocks)),
        proposed=frozenset(day for day in days if day >= context.today) if len(blocks) > 1 else frozenset(),
        proposed_weekdays=frozenset(number for text in ours for number, _ in weekdays(text)),
        minutes=minutes_of(blocks),
    )


def _worked_out(blocks: Sequence[Block], checks: dict[str, Check], case: Case) -> Iterator[Figure]:
    """What blocks work out without a problem: results of sums, and figures of the blocks that are sums."""
    for block in blocks:
        problems = " ".join(checks[block.id].problems)
        text = plain(block.text)
        is_sum = block.basis == "sum" or block.part == "sums"
        found = figures(text) if is_sum else tuple(one.result for one in shown_sums(text) if one.holds)
        new = (one for one in found if one.value > MIN_WORKED_OUT and not stands(one, case.figures))
        yield from (one for one in new if one.text not in problems)


def unheld(text: str, citations: Sequence[str], context: AccountContext) -> tuple[str, ...]:
    """Exact words (figures, dates, times, names) that neither the cited lines nor a sum that holds yield."""
    case = case_of(context)
    claim = claim_of(text, "other", "notes", citations, case)
    return tuple(dict.fromkeys(word for word in loose_words(claim, case) if word in text))


def day_problems(text: str, context: AccountContext, *, citations: Sequence[str] | None = None) -> tuple[str, ...]:
    """Weekdays that do not fit their dates, and counted days (`17 days late`) that no two dates are apart.

    Dates are those of the text, today, the meeting and the cited lines; without citations, of all lines.
    """
    case = case_of(context)
    claim = claim_of(text, "other", "notes", tuple(case.lines) if citations is None else citations, case)
    return (*weekday_problems(claim.own), *_count_problems(claim, frozenset(loose_words(claim, case))))


def _check(block: Block, case: Case, page: Surroundings) -> Check:
    rests_on = (block.text, block.kind, block.part, block.basis, block.citations, block.not_carried, page)
    if rests_on not in case.checked:
        if len(case.checked) >= MAX_CHECKED:
            case.checked.clear()
        case.checked[rests_on] = _looked_at(block, case, page)
    return case.checked[rests_on]


def _looked_at(block: Block, case: Case, page: Surroundings) -> Check:
    is_table = block.kind == "table"
    claim = claim_of(block.text, block.part, block.basis or "", block.citations, case, is_table=is_table, page=page)
    problems = [f"{label} does not exist" for label in block.citations if label not in case.lines]
    problems += [f"“{words}” is in no line" for words in block.not_carried if words in block.text]
    problems += weekday_problems(claim.own)
    is_free = block.kind == "heading" or block.basis == "proposal" or _only_asks(claim, block)
    problems += _inventions(claim, case) if is_free else _unfounded(claim, block, case)
    is_compared = block.basis == "proposal" and bool(claim.holding.labels) and block.kind != "heading"
    if is_compared:
        problems += _borrowed(claim, case)
    if problems:
        return Check(status="unverified", problems=tuple(dict.fromkeys(problems)))
    if is_compared and _states_something(claim):
        return Check(status="verified")
    return Check(status="no_claim" if is_free or (not claim.holding.labels and block.basis != "sum") else "verified")


def _borrowed(claim: Claim, case: Case) -> Iterator[str]:
    """What a proposal takes from other lines than those named for it; what is ours to set needs no line."""
    elsewhere = case.whole
    words = [one.text for one in loose_figures(claim, case) if not _is_set_by_us(one, claim)]
    words += [
        one.text
        for one in claim.own
        if one.day < case.context.today and one.day in elsewhere.days and not is_held_date(one, claim, case)
    ]
    words += [
        name
        for name in (names_in(claim, case) if claim.part != "agenda" else ())
        if not is_named(name, claim.holding, case) and is_named(name, elsewhere, case)
    ]
    yield from (_stands_not(word, claim, case) for word in words)


def _is_set_by_us(figure: Figure, claim: Claim) -> bool:
    """Small numbers, and the minutes and days that the rep plans or asks for."""
    is_hard = figure.unit == "%" or figure.unit.isupper()
    if figure.value <= SMALL and not is_hard:
        return True
    is_span = figure.unit in COUNTED_UNITS | {"min", "h", "s"}
    return claim.part == "agenda" or (is_span and claim.part in OUTCOME_PARTS | {"find_out"})


def _states_something(claim: Claim) -> bool:
    return bool(figures(claim.text) or claim.own or names(claim.text, in_german=claim.page.is_german))


def _only_asks(claim: Claim, block: Block) -> bool:
    return not block.citations and block.basis is None and claim.text.strip(' "”“»').endswith("?")


def _unfounded(claim: Claim, block: Block, case: Case) -> Iterator[str]:
    loose = tuple(loose_words(claim, case))
    if claim.page.cites_loosely:
        nowhere = frozenset(loose_words(held_against_all(claim, case), case))
        loose = tuple(word for word in loose if word in nowhere)
        if not block.citations:
            yield from (_stands_not(word, claim, case) for word in loose)
            return
    if not block.citations and block.basis != "sum" and opens_as_a_guess(claim.text):
        yield from _invented_in_a_guess(claim, case)
        return
    if not block.citations and block.basis in {None, "notes", "offer"}:
        named = loose or (names(claim.text, in_german=claim.page.is_german) if block.basis else ())
        if named:
            yield f"no line is named for it: “{named[0]}”"
        return
    yield from _sum_problems(claim, case)
    yield from _count_problems(claim, frozenset(loose))
    yield from (_stands_not(word, claim, case) for word in loose if not _is_explained(word, claim))
    yield from () if claim.page.cites_loosely else _weekday_alone(claim)
    cited = [case.lines[label] for label in claim.holding.labels]
    if claim.part not in OUTCOME_PARTS:
        found = (swapped(claim.text, cited, case), outsider(claim.text, cited), turned(claim.text, cited, case))
        yield from (one for one in found if one)


def _invented_in_a_guess(claim: Claim, case: Case) -> Iterator[str]:
    """The rep's own reading needs no line of its own; its figures, days and names stand in some line all the same."""
    whole = held_against_all(claim, case)
    loose = tuple(loose_words(whole, case))
    yield from _sum_problems(whole, case)
    yield from _count_problems(whole, frozenset(loose))
    yield from (_stands_not(word, claim, case) for word in loose if not _is_explained(word, whole))


def _weekday_alone(claim: Claim) -> Iterator[str]:
    """`the board on Wednesday`, where the lines know a Thursday. What the rep sets is free."""
    if claim.part in OUTCOME_PARTS | {"answers", "agenda"} or claim.basis == "assumption":
        return
    own = (one.day for one in claim.own)
    fixed = [day for day in (claim.days.meeting,) if day]
    known = {*claim.holding.weekdays, *claim.page.proposed_weekdays, *(day.weekday() for day in (*own, *fixed))}
    for number, word in weekdays(claim.text):
        if number not in known:
            yield f"“{word.title()}” is not the day that {' '.join(claim.holding.labels)} gives"


def _sum_problems(claim: Claim, case: Case) -> Iterator[str]:
    for one in shown_sums(claim.text):
        if not one.holds and not _is_given(one, claim):
            yield f"“{' '.join(one.text.split())}” counts {_number(one)}"


def _is_given(one: ShownSum, claim: Claim) -> bool:
    """What the words seem to add up is no sum when a line gives the result and the terms are held too."""
    is_signed = re.search(r"[=×≈*]|\bx\b", one.text) is not None
    return not is_signed and stands(one.result, claim.holding.figures)


def _number(one: ShownSum) -> str:
    counts = one.counts
    return f"{counts:,.0f}" if counts == counts.to_integral_value() else f"{float(counts):,.2f}".rstrip("0")


def _count_problems(claim: Claim, loose: frozenset[str]) -> Iterator[str]:
    for figure in figures(claim.text):
        if is_counted(claim.text, figure) and figure.text in loose:
            yield count_problem(claim.text, figure, claim.days)


def _is_explained(word: str, claim: Claim) -> bool:
    """Named already by a sum or a count that does not hold."""
    wrong = [one.result.text for one in shown_sums(claim.text) if not one.holds and not _is_given(one, claim)]
    counted = [one.text for one in figures(claim.text) if is_counted(claim.text, one)]
    return word in wrong or word in counted


def _stands_not(word: str, claim: Claim, case: Case) -> str:
    labels = claim.holding.labels
    among = (
        f"stands in none of {' '.join(labels)}"
        if len(labels) > 1
        else f"does not stand in {labels[0]}"
        if labels
        else "stands in no line"
    )
    folded = fold(word)
    others = (line for line in case.in_order if line.label not in labels)
    elsewhere = next((line.label for line in others if folded in fold(line.text)), "")
    return f"“{word}” {among}" + (f"; {elsewhere} has it" if elsewhere else "")


def _inventions(claim: Claim, case: Case) -> Iterator[str]:
    """In a proposal only what nothing in the whole context knows: a name, or an amount or share that is no sum."""
    for name in apart_from_nouns(claim, case):
        if not is_named(name, case.whole, case):
            yield f"“{name}” is named in no line"
    shown = {one.result for one in shown_sums(claim.text) if one.holds}
    shown |= set(called_shares(claim.text, case.figures))
    for one in figures(claim.text):
        is_hard = one.unit in {"%", "°C"} or (one.unit.isupper() and len(one.unit) == 3)
        if is_hard and one not in shown and not stands(one, (*case.figures, *claim.page.worked_out)):
            yield f"“{one.text}” stands in no line"
