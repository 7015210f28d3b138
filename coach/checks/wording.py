"""Length and wording: one page, said once, in the rep's language, nothing internal or promised aloud (pure)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from coach.checks.language import NAMES, language_of, sentences, words
from coach.checks.page import Page, finding
from coach.checks.woven import is_woven
from coach.markup import word_count
from coach.rubric import rubric, word_budget, words_for
from coach.schema import Finding, Gravity, Part

_BLANK = re.compile(r"_{3,}|\.{4,}|…{2,}|\[\s*\]")
_TABLE_HEAD = re.compile(r"^[^\n]*\n\s*\|(?:\s*:?-{3,}:?\s*\|)+[ \t]*$", re.MULTILINE)
_EMPTY_CELL = re.compile(r"(?<=\|)[ \t]*(?=\|)")


def parts_are_there(page: Page) -> Iterator[Finding]:
    """R1."""
    for part in rubric().required_parts:
        count = len(words(page.text(part)))
        if not count and not _stands_in_commitment(page, part) and not is_woven(page, part):
            gravity: Gravity = "hint" if part == "bring" else "defect"  # a small or human meeting wants no sheet
            yield finding("R1", f"The page has no {_title(part)}.", part=part, gravity=gravity)
        elif 0 < count < rubric().limits.part_words:
            why = f"The {_title(part)} says next to nothing ({count} words)."
            yield finding("R1", why, part=part, block=page.block_of(part), gravity="hint")


def missing(page: Page) -> tuple[Part, ...]:
    return tuple(
        part
        for part in rubric().required_parts
        if not words(page.text(part)) and not _stands_in_commitment(page, part) and not is_woven(page, part)
    )


def one_page(page: Page) -> Iterator[Finding]:
    """R13."""
    yield from _length(page)
    yield from _repetition(page)
    for passage, phrase in page.matches("filler"):
        why = f"“{phrase}” says nothing; say what you mean."
        yield finding("R13", why, part=passage.part, block=passage.block.id, gravity="hint")
    for passage, phrase in page.matches("placeholders"):
        why = f"“{phrase}” is a placeholder: ask for it, or leave it out."
        yield finding("R13", why, part=passage.part, block=passage.block.id)
    for passage in page.passages:
        count = len(words(passage.text)) if passage.block.kind == "item" else 0
        if count > rubric().limits.item_words:
            why = f"One item has {count} words: it is a paragraph."
            yield finding("R13", why, part=passage.part, block=passage.block.id, gravity="hint")


def in_the_reps_language(page: Page) -> Iterator[Finding]:
    """R19. Ready words may be in the customer's language."""
    found = language_of(page.told())
    if page.plan.language and found and found != page.language:
        why = f"The page is in {NAMES[found]}; {NAMES.get(page.language, page.language)} was asked for."
        yield finding("R19", why)


def no_promises(page: Page) -> Iterator[Finding]:
    """R16. The “no” of “at no cost” holds nothing back."""
    promised, held_back = words_for("promises", page.language), words_for("not_promised", page.language)
    for passage, shown in page.shown:
        for sentence in sentences(shown):
            match = promised.search(sentence)
            if match and not held_back.search(promised.sub(" ", sentence)):
                why = f"“{match.group()}” is a promise: is it yours to make, and what do we get for it?"
                yield finding("R16", why, part=passage.part, block=passage.block.id)


def no_internal_talk(page: Page) -> Iterator[Finding]:
    """R27."""
    internal = words_for("internal_talk", page.language)
    for passage, shown in page.shown:
        match = internal.search(shown)
        if match:
            why = f"“{match.group()}” is our own talk, where the customer reads or hears it."
            yield finding("R27", why, part=passage.part, block=passage.block.id)


def filled_in(page: Page) -> Iterator[Finding]:
    """R24."""
    passages = page.of("bring")
    text = "\n".join(_without_their_column(page, passage.block.text) for passage in passages)
    blanks = len(_BLANK.findall(text)) + len(_EMPTY_CELL.findall(_TABLE_HEAD.sub("", text)))
    block = page.block_of("bring")
    if blanks > rubric().limits.bring_blanks:
        why = f"The thing we bring has {blanks} blanks: fill in what the notes hold, leave at most two for them."
        yield finding("R24", why, part="bring", block=block)
    elif text and not re.search(r"\d", text) and _cites_figures(page):
        why = "The thing we bring holds no figure, though its lines have some."
        yield finding("R24", why, part="bring", block=block, gravity="hint")


def _without_their_column(page: Page, text: str) -> str:
    """A table without the column that its heading leaves to the customer (`Your view`), if the rest is filled in."""
    rows = [row.split("|") for row in text.splitlines()]
    heads = next((row for row in rows if len(row) > 3), [])
    theirs = {place for place, head in enumerate(heads) if _is_for_them(page, head) or _is_left_free(rows, place)}
    kept = (
        "|".join(cell for place, cell in enumerate(row) if place not in theirs or len(row) != len(heads))
        for row in rows
    )
    return "\n".join(kept)


def _is_left_free(rows: list[list[str]], place: int) -> bool:
    """A last column with nothing in it beside at least two with something: room for their answers."""
    body = [row for row in rows[2:] if len(row) == len(rows[0])]
    is_last = place == len(rows[0]) - 2 and place > 2
    return is_last and bool(body) and all(not row[place].strip(" _") for row in body)


def _is_for_them(page: Page, head: str) -> bool:
    named = {word.removesuffix("'s").removesuffix("’s") for word in words(head)}
    return bool(page.customer_words & named) or page.has("for_them_to_fill", head)


def _cites_figures(page: Page) -> bool:
    cited = {label for passage in page.of("bring") for label in passage.block.citations}
    return any(re.search(r"\d", page.context.lines[label].text) for label in cited & page.context.lines.keys())


def _length(page: Page) -> Iterator[Finding]:
    count = word_count(page.plan.blocks)
    budget = word_budget(page.plan.depth)
    if count > rubric().limits.overlong * budget:
        yield finding("R13", f"The page has {count} words, far over the {budget} for its depth.")
    elif count > budget:
        yield finding("R13", f"The page has {count} words; {budget} fit its depth.", gravity="hint")


def _repetition(page: Page) -> Iterator[Finding]:
    said = Counter(
        " ".join(words(sentence))
        for passage in page.passages
        for sentence in sentences(passage.text)
        if len(words(sentence)) >= rubric().limits.repeated_words
    )
    for sentence, times in said.items():
        if times > 1:
            yield finding("R13", f"Said {times} times: “{sentence}”.", gravity="hint")


def _stands_in_commitment(page: Page, part: str) -> bool:
    if part not in ("best", "fallback"):
        return False
    commitment = page.commitment(part)
    return bool(commitment.what.strip())


def _title(part: str) -> str:
    return _TITLES.get(part, part)


_TITLES = {
    "decides": "word on what decides the meeting",
    "people": "word on who is there and what each wants",
    "opening": "opening",
    "bring": "thing that we bring",
    "find_out": "question to find out",
    "answers": "answer to what they will ask",
    "best": "best possible outcome",
    "fallback": "fall-back",
    "stop": "test for when to stop",
}
