"""What every call is told: the material as numbered lines, and the request made from it and a prompt.

All requests of a plan share one beginning (system text, material, then what was written so far), which a provider's
prompt cache pays for once. Knows nothing about the order of the calls or how answers are read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from coach.dates import CalendarDay, calendar
from coach.llm import Request
from coach.prompts import prompt
from coach.schema import AccountContext, Block, NoteLine

MAX_NOTES_CHARS = 200_000
"""About 50,000 tokens: more would cost more than a meeting is worth, and a page holds one thousandth of it."""
_FIGURE = re.compile(r"\d")
SETTLED = (
    "The rep has written these words or made them their own. Each stays on the page word for word, where it belongs; "
    "the rest fits them, and says nothing twice or otherwise. The part of the plan that each is stands before it."
)
NOTES_LANGUAGE = "in the language in which most of the rep's own notes are written"


@dataclass(frozen=True)
class Written:
    """Something that was written before and that a later call reads."""

    title: str
    text: str


@dataclass(frozen=True)
class Brief:
    context: AccountContext
    language: str = ""
    """A language's name or code; empty: that of the rep's notes."""
    again: int = 0
    """How often the rep has asked for the same once more; part of the ledger's key."""
    so_far: tuple[Written, ...] = ()

    def then(self, title: str, text: str) -> Brief:
        """The same brief with something written after it."""
        return replace(self, so_far=(*self.so_far, Written(title, text)))

    def with_settled(self, blocks: Sequence[Block]) -> Brief:
        """The same brief with the words that the rep has written or changed, if any: they stand, the rest fits them."""
        if not blocks:
            return self
        words = "\n\n".join(f"{block.part}: {block.text}" for block in blocks)
        return self.then("words the rep has settled, kept as they stand", f"{SETTLED}\n\n{words}")

    def request(self, name: str, *, max_tokens: int, attempt: int = 0, **values: str) -> Request:
        """The request of one prompt: material, what was written so far, and the task at the end."""
        written = [f"<{one.title}>\n{one.text.strip()}\n</{one.title}>" for one in self.so_far]
        task = prompt(name)
        return Request(
            call=name,
            system=prompt("system").render(language=(self.language and f"in {self.language}") or NOTES_LANGUAGE),
            user="\n\n".join([self.material, *written, task.render(**values)]),
            prompt_hash=task.hash,
            max_tokens=max_tokens,
            attempt=self.again * 100 + attempt,
        )

    @cached_property
    def material(self) -> str:
        body = material(self.context)
        mark = hashlib.sha256(body.encode()).hexdigest()[:8]
        return f"<material {mark}>\n{body}\n</material {mark}>"


@lru_cache(maxsize=32)
def material(context: AccountContext) -> str:
    """Record, proof points, notes and calendar, a line each, with labels and whose words they are."""
    groups = [
        ("Record", [f"{line.label} {line.text}" for line in context.fields]),
        ("The seller's proof points", [f"{line.label} {line.text}" for line in context.proofs]),
        ("Notes", [_note(line) for line in context.notes]),
        ("Calendar, counted by a program", [calendar_line(day) for day in calendar(context)]),
    ]
    return "\n\n".join(f"{title}\n" + "\n".join(lines) for title, lines in groups if lines)


def bounded(context: AccountContext) -> tuple[AccountContext, str]:
    """The context with at most MAX_NOTES_CHARS of notes, and a sentence that says what was left out, if anything."""
    if sum(len(line.text) for line in context.notes) <= MAX_NOTES_CHARS:
        return context, ""
    return _within(context, MAX_NOTES_CHARS, because="more than can be worked with at once")


def shorter(context: AccountContext) -> tuple[AccountContext, str]:
    """The context with half of its notes' characters, and a sentence that says what was left out."""
    allowed = sum(len(line.text) for line in context.notes) // 2
    return _within(context, allowed, because="more than the model's window holds")


def _within(context: AccountContext, allowed: int, *, because: str) -> tuple[AccountContext, str]:
    """The customer's lines and those with figures stay first, later before earlier ones; labels stay as they are."""
    kept: list[NoteLine] = []
    for line in sorted(context.notes, key=lambda one: (_weight(one), one.number), reverse=True):
        if len(line.text) <= allowed:
            kept.append(line)
            allowed -= len(line.text)
    kept.sort(key=lambda line: line.number)
    left_out = len(context.notes) - len(kept)
    sentence = f"The notes are {because}: {left_out:,} of {len(context.notes):,} lines were left out."
    return context.model_copy(update={"notes": tuple(kept)}), sentence


def _weight(line: NoteLine) -> int:
    return 2 * (line.voice == "customer") + bool(_FIGURE.search(line.text))


def _note(line: NoteLine) -> str:
    whose = line.speaker or ("" if line.voice == "ours" else line.voice)
    if line.speaker and line.voice == "outside":
        whose = f"{line.speaker}, outside"
    return f"{line.label} [{whose}] {line.text}" if whose else f"{line.label} {line.text}"


def calendar_line(entry: CalendarDay) -> str:
    """`Sat 24 Oct 2026: 38 days ago, 40 days before the meeting (L5)`."""
    when = f"{entry.weekday} {entry.day.day} {entry.day:%b %Y}: {_from_today(entry.days_from_today)}"
    if entry.days_from_meeting:
        side = "before" if entry.days_from_meeting < 0 else "after"
        when += f", {_days(abs(entry.days_from_meeting))} {side} the meeting"
    return f"{when} ({' '.join(entry.lines) or entry.text})"


def _from_today(days: int) -> str:
    if not days:
        return "today"
    return f"in {_days(days)}" if days > 0 else f"{_days(-days)} ago"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
