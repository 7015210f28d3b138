"""The opening as an upfront contract, the agenda in minutes, and the questions to find out (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from coach.checks.language import content_stems, sentences, words
from coach.checks.page import Page, finding, passages_in
from coach.checks.spoken import ways_to_open
from coach.checks.woven import begins_with_time, is_timed
from coach.dates import dates
from coach.excerpt import excerpt
from coach.markup import plain
from coach.rubric import rubric, words_for
from coach.schema import Finding

_RANGE = re.compile(r"(?<![\d:.,])(\d{1,3})\s*[–—-]\s*(\d{1,3})(?![\d:.,]*\d)(?:\s*(?:min\w*|['’′]))?")
_CLOCK_RANGE = re.compile(r"(?<![\d:.,])(\d{1,4})\s*[–—-]\s*(\d{1,4})(?!\d)")
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:.h]([0-5]\d)(?!\d)")
_LENGTH = re.compile(r"(?<![\d:.,–—-])(\d{1,3})\s*(?:min(?:utes?|uten|utos)?\b|['’′])|\((\d{1,3})\)")
_ELEMENTS = (
    ("opening_time", "the time they have"),
    ("opening_outcome", "the outcome we hope for"),
    ("condition", "a condition (“if …”)"),
    ("no_is_fine", "that no is fine"),
)
_VERB_FIRST = re.compile(
    r"(?:^|[.!?]\s)\W*[A-ZÄÖÜ][a-zäöüß]+(?:en|t|n|e)\s(?:Ihnen|Sie|Ihre?|sich|die|der|das|es|diese?)\b[^.?!,]*,"
    r"\s(?:so |dann )?[a-zäöüß]+\s(?:wir|ich|Sie|sie|es|das|die|der)\b[^.?!]*[.!]"
)
"""A condition without `wenn`: `Leuchten Ihnen die Zahlen ein, wählen wir eine Woche.`"""
_SAID_OTHERWISE = {"opening_time": _CLOCK, "condition": _VERB_FIRST}
_HALF_HOUR = 30
_FEWEST_QUESTIONS = 3
"""Fewer do not show a habit of asking closed questions."""
_ASKS_FIGURE = re.compile(
    r"\bhow (?:many|much|often|long)\b|\bwhen (?:is|does|do|are)\b|\bwie (?:viele|oft|lange|hoch)\b|\bwann\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Item:
    text: str
    minutes: int


def opening_elements(page: Page) -> Iterator[Finding]:
    """R11."""
    said = " ".join(page.said("opening")) or page.text("opening")
    if not said:
        return
    block = page.block_of("opening")
    for lexicon, element in _ELEMENTS:
        pattern = _SAID_OTHERWISE.get(lexicon)
        if not page.has(lexicon, said) and not (pattern and pattern.search(said)):
            yield finding("R11", f"The opening does not say {element}.", part="opening", block=block)
    if said.count("?") < 2 and not page.has("asks_wish", said):
        yield finding("R11", "The opening does not ask them what they want settled.", part="opening", block=block)
    if not re.search(r"\?\W*$", said):
        why = "The opening does not end with a question; it is a contract for two."
        yield finding("R11", why, part="opening", block=block)
    if page.has("pressure", said):
        yield finding("R11", "The opening presses; leave room for a no.", part="opening", block=block)
    count = max((len(words(way)) for way in ways_to_open(page.plan.blocks)), default=0)
    if count > rubric().limits.opening_words:
        why = f"The opening has {count} words; nobody listens to more than {rubric().limits.opening_words}."
        yield finding("R11", why, part="opening", block=block)


def agenda_fits(page: Page) -> Iterator[Finding]:
    """R9."""
    if not page.text("agenda"):
        return
    text = _agenda(page)
    block = page.block_of("agenda")
    items = _items(text)
    if not items:
        if page.context.meeting.minutes and not is_timed(page):
            yield finding("R9", "The agenda has no minutes: how long has each item?", part="agenda", block=block)
        return
    yield from _slot(page, items, block)
    limits = rubric().limits
    most = limits.agenda_items_major if page.plan.depth == "major" else limits.agenda_items
    if len(items) > most:
        why = f"The agenda has {len(items)} items; {most} can be kept."
        yield finding("R9", why, part="agenda", block=block, gravity="hint")
    if not page.has("closing", items[-1].text):
        yield finding("R9", "The agenda does not end with the decision and who does what.", part="agenda", block=block)
    if not any(_is_theirs(page, item) for item in items):
        yield finding("R9", "Nobody at the customer leads an item of the agenda.", part="agenda", block=block)


def few_open_questions(page: Page) -> Iterator[Finding]:
    """R10."""
    asked = _questions(page)
    block = page.block_of("find_out")
    most = rubric().limits.questions_per_half_hour
    if len(asked) > most:
        why = (
            f"{len(asked)} questions to find out are an interrogation; keep the {most} at most that change what we do."
        )
        yield finding("R10", why, part="find_out", block=block)
    closed = [question for question in asked if _is_closed(page, question)]
    if len(asked) >= _FEWEST_QUESTIONS and len(closed) / len(asked) > rubric().limits.closed_questions:
        why = f"{len(closed)} of {len(asked)} questions can be answered with yes or no, such as “{closed[0]}”."
        yield finding("R10", why, part="find_out", block=block)
    for question in asked:
        label = _answered_in(page, question)
        if label:
            why = f"The notes answer “{question}” already ({label})."
            yield finding("R10", why, part="find_out", block=block, gravity="hint", lines=(label,))
        elif _ASKS_WHEN.match(question) and (said := _day_told(page, question)):
            why = f"The page answers “{question}” itself: “{excerpt(said, 60)}”"
            yield finding("R10", why, part="find_out", block=block, gravity="hint")


def _agenda(page: Page) -> str:
    """Its words, and those of the minutes that go on behind it in another part: `25–30 who does what by when`."""
    blocks = page.plan.blocks
    last = max(place for place, block in enumerate(blocks) if any(one.part == "agenda" for one in passages_in(block)))
    text = page.text("agenda")
    for block in takewhile(lambda block: begins_with_time(block.text), blocks[last + 1 :]):
        before, behind = _ranges(text), _ranges(block.text)
        if not before or not behind or behind[0].start < before[-1].end:
            break
        text += f"\n{plain(block.text)}"
    return text


@dataclass(frozen=True)
class _Range:
    start: int
    end: int
    text: str
    """What is to happen in it."""


def _ranges(text: str) -> tuple[_Range, ...]:
    """`4–14 …`, `10:04–10:14 …`, in minutes."""
    clocks = tuple(_CLOCK.finditer(text))
    counted = _CLOCK.sub(lambda match: str(60 * int(match[1]) + int(match[2])), text) if len(clocks) > 1 else text
    wide = _CLOCK_RANGE if len(clocks) > 1 else _RANGE
    found = [match for match in wide.finditer(counted) if int(match[2]) > int(match[1])]
    ends = [*(match.start() for match in found[1:]), len(counted)]
    return tuple(
        _Range(int(match[1]), int(match[2]), _first_line(counted[match.end() : end]))
        for match, end in zip(found, ends, strict=bool(found))
    )


def _items(text: str) -> tuple[_Item, ...]:
    """The agenda's items with their minutes: ranges, or `… (10 min)`."""
    ranges = _ranges(text)
    if len(ranges) > 1:
        return tuple(_Item(one.text, one.end - one.start) for one in ranges)
    lengths = [(line, match) for line in text.splitlines() if (match := _LENGTH.search(line))]
    return tuple(_Item(line, int(match[1] or match[2])) for line, match in lengths)


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0]


def _slot(page: Page, items: tuple[_Item, ...], block: str) -> Iterator[Finding]:
    slot = page.context.meeting.minutes
    total = sum(item.minutes for item in items)
    if slot and total > slot:
        why = f"The agenda has {total} minutes for a meeting of {slot}."
        yield finding("R9", why, part="agenda", block=block)
    if len(items) > 1 and items[-1].minutes < rubric().limits.closing_share * total:
        why = f"The last item has {items[-1].minutes} of {total} minutes: too few to decide."
        yield finding("R9", why, part="agenda", block=block, gravity="hint")


def _is_theirs(page: Page, item: _Item) -> bool:
    named = {word.removesuffix("'s").removesuffix("’s") for word in words(item.text)}
    return bool(page.customer_words & named) or page.has("they", item.text)


def _questions(page: Page) -> tuple[str, ...]:
    """Every question once, in order."""
    text = page.text("find_out")
    asked = (re.sub(r"^[\"“„«»\s|]+", "", sentence) for sentence in sentences(text) if "?" in sentence)
    return tuple(dict.fromkeys(question[: question.index("?") + 1] for question in asked))


def _is_closed(page: Page, question: str) -> bool:
    return words_for("closed_questions", page.language).match(question) is not None


def _day_told(page: Page, question: str) -> str:
    """The sentence of another part that says on what day all that happens which the question is about; else empty."""
    about = {stem[:_ALIKE] for stem in content_stems(question)}
    if len(about) < _FEWEST_ASKED:
        return ""
    told = (block.text for block in page.plan.blocks if block.part not in ("find_out", "best", "fallback"))
    said = (sentence for text in told for sentence in sentences(text) if "?" not in sentence)
    return next((one for one in said if _tells_when(one, about, page)), "")


def _tells_when(sentence: str, about: set[str], page: Page) -> bool:
    stems = {stem[:_ALIKE] for stem in content_stems(sentence)}
    return about <= stems and bool(dates(sentence, today=page.context.today))


_ASKS_WHEN = re.compile(r"(?:when|wann|quand|cuándo)\b", re.IGNORECASE)
_ALIKE = 4
"""Letters by which `meet` and `meeting` begin alike."""
_FEWEST_ASKED = 2


def _answered_in(page: Page, question: str) -> str:
    """Label of a line that holds the figure or date asked for, with all that the question is about; else empty."""
    if not (_ASKS_FIGURE.search(question) or _is_closed(page, question)):
        return ""
    about = content_stems(question)
    if len(about) < 2:
        return ""
    lines = page.context.lines.values()
    return next((line.label for line in lines if about <= content_stems(line.text) and re.search(r"\d", line.text)), "")
