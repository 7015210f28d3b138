"""When what happens in the room, as the page has it: the stretches that begin with a time, and what they hold (pure).

Reads `10:08, Hilde.`, `14–22 what is open`, `0–4, opening:`, `Hester, to 14:18.`, and `0 Open.` where others count on
from there. Knows nothing about what may be shown.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from coach.export.runs import cells_of
from coach.markup import plain
from coach.schema import Block, MeetingPlan

MAX_SLOTS = 12
_LONGEST_LABEL = 60
"""Signs before a `to 14:18`; further behind it is part of a sentence."""
_GAP = r"[^\w\"“„«»]*"
"""Up to the words; a quotation mark says that they are to be said."""
_CLOCK = r"(?P<{0}h>[01]?\d|2[0-3])(?:[:.h](?P<{0}m>[0-5]\d)|\s*(?:Uhr|h)(?P<{0}n>))"
_CLOCKS = re.compile(
    rf"\W*{_CLOCK.format('a')}(?:\s*(?:[–—-]|to|bis|à)\s*{_CLOCK.format('b')})?(?=\W|$)\s*(?:Uhr|h)?{_GAP}"
)
_MINUTES = re.compile(r"\W*(?P<a>\d{1,3})\s*[–—-]\s*(?P<b>\d{1,3})(?![:.,]?\d|\s?%)\s*(?:min\w*\.?|['’′])?" + _GAP)
_MINUTE = re.compile(
    r"\W*(?P<a>\d{1,3})(?:,?\s+)(?!(?:min|hour|std|stund|heure|hora)\w*)(?=[^\W\d]|[\"“„«])", re.IGNORECASE
)
"""`19 Ask, then wait.`; `1. Ring Tom` and `45 minutes` are none."""
FEWEST_COUNTED = 3
"""Minutes without an end, from 0 on, that make a count of them; a single number may be anything."""
_UNTIL = re.compile(
    rf"(?P<label>[^.:“\"„«\n]{{2,{_LONGEST_LABEL}}}?),?\s(?:to|bis|until|till)\s{_CLOCK.format('b')}{_GAP}"
)
_BETWEEN = re.compile(r"(?:\s[·;|]\s+|\n\s*[-*•]?\s*)(?=\d{1,3}\s*[–—-]\s*\d{1,3}\s|\d{1,2}[:.h]\d\d\b)")
_ELSEWHERE = ("before", "answers", "leave_out", "people", "decides")
"""Parts that are not in the room."""
_IN_THE_ROOM = ("opening", "agenda", "find_out", "best")


@dataclass(frozen=True)
class Slot:
    """`start` and `end` in minutes of the day, of the meeting where `is_counted`; None where the page does not say."""

    start: int | None
    end: int | None
    words: str
    """What follows the time, on the page's own words, without Markdown."""
    block: Block
    is_counted: bool = False
    parts: frozenset[str] = frozenset()
    """Parts of all that stands before the next slot."""


def slots(plan: MeetingPlan, *, start: dt.time | None, minutes: int | None) -> tuple[Slot, ...]:
    """The stretches in order, each with its end where the next begins; empty when fewer than two have a time."""
    found = [slot for slot in _read(plan) if not _is_all_of_it(slot, minutes)]
    if len(found) < 2:
        return ()
    begin = start.hour * 60 + start.minute if start else 0
    clocked = [_on_the_clock(slot, begin) if start and slot.is_counted else slot for slot in found]
    last = begin + minutes if minutes and (start or clocked[0].is_counted) else None
    return tuple(_filled(clocked, first=begin if start or clocked[0].is_counted else None, last=last))


def _read(plan: MeetingPlan) -> Iterator[Slot]:
    current: Slot | None = None
    count, counts_minutes = 0, _counts_minutes(plan)
    for block, text in _stretches(plan):
        found = _slot(block, text, counts_minutes=counts_minutes) if block.part not in _ELSEWHERE else None
        if found and _goes_on(current, found) and count < MAX_SLOTS:
            if current:
                yield current
            current, count = found, count + 1
        elif block.kind == "heading" and current:
            yield current
            current = None
        elif current:
            current = replace(current, parts=current.parts | {block.part})
    if current:
        yield current


def _stretches(plan: MeetingPlan) -> Iterator[tuple[Block, str]]:
    """Each block's words; of several stretches in it (`0–4 opening · 4–14 the cause`, a table), each by itself."""
    for block in plan.blocks:
        if block.kind == "table" and block.part == "agenda":
            yield from ((block, " | ".join(map(plain, cells_of(row)))) for row in block.text.splitlines())
        else:
            yield from ((block, text) for text in _BETWEEN.split(plain(block.text)))


def _counts_minutes(plan: MeetingPlan) -> bool:
    found = [one for block, text in _stretches(plan) if (one := _minute_of(block, text)) is not None]
    return len(found) >= FEWEST_COUNTED and found[0] == 0 and found == sorted(set(found))


def _minute_of(block: Block, text: str) -> int | None:
    is_in_room = block.part in _IN_THE_ROOM and block.kind in ("text", "heading", "item")
    found = _MINUTE.match(text) if is_in_room and not _CLOCKS.match(text) else None
    return int(found["a"]) if found else None


def _is_all_of_it(slot: Slot, minutes: int | None) -> bool:
    """`10:00–11:00` over the whole hour is its title."""
    return minutes is not None and None not in (slot.start, slot.end) and (slot.end or 0) - (slot.start or 0) >= minutes


def _goes_on(before: Slot | None, found: Slot) -> bool:
    """A time that lies before the last one belongs to another list."""
    if before is None or before.is_counted != found.is_counted:
        return before is None
    earlier, later = before.start or before.end, found.start or found.end
    return earlier is None or later is None or later >= earlier


def _slot(block: Block, text: str, *, counts_minutes: bool) -> Slot | None:
    is_agenda = block.part == "agenda" or (block.part == "best" and block.kind == "quote")
    if block.kind in ("table", "quote") and not is_agenda:
        return None
    text = text.lstrip("-•* ")
    parts = frozenset({block.part})
    if clock := _CLOCKS.match(text):
        return Slot(_minute(clock, "a"), _minute(clock, "b"), text[clock.end() :], block, parts=parts)
    counted = _MINUTES.match(text)
    if counted and int(counted["b"]) > int(counted["a"]):
        return Slot(int(counted["a"]), int(counted["b"]), text[counted.end() :], block, is_counted=True, parts=parts)
    begins = _minute_of(block, text) if counts_minutes else None
    if begins is not None and (alone := _MINUTE.match(text)):
        return Slot(begins, None, text[alone.end() :], block, is_counted=True, parts=parts)
    if until := _UNTIL.match(text):
        return Slot(None, _minute(until, "b"), until["label"], block, parts=parts)
    return None


def _minute(match: re.Match[str], name: str) -> int | None:
    hour = match[f"{name}h"]
    return int(hour) * 60 + int(match[f"{name}m"] or 0) if hour else None


def _on_the_clock(slot: Slot, begin: int) -> Slot:
    start, end = (begin + one if one is not None else None for one in (slot.start, slot.end))
    return replace(slot, start=start, end=end, is_counted=False)


def _filled(found: list[Slot], *, first: int | None, last: int | None) -> Iterator[Slot]:
    """A slot begins where the one before ends, and ends where the next begins."""
    ended = first
    for place, slot in enumerate(found):
        begins = slot.start if slot.start is not None else ended
        after = found[place + 1].start if place + 1 < len(found) else last
        ends = slot.end if slot.end is not None else after
        ends = min(ends, after) if ends is not None and after is not None else ends
        yield replace(slot, start=begins, end=ends if ends is None or begins is None or ends > begins else None)
        ended = ends
