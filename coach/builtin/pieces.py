"""What a page and a groundwork are put together from, and how words of the notes are quoted (pure)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.builtin import words
from coach.builtin.evidence import Evidence
from coach.builtin.reading import Said
from coach.builtin.spotting import Spotter
from coach.dates import LONG_AGO_DAYS
from coach.grounding import ground
from coach.schema import AccountContext, Basis, Block, Kind

ESSENTIAL, WORTH, USEFUL, SPARE = 0, 1, 2, 3
"""How long a piece stays when words run short: the spare go first, the essential never."""


@dataclass(frozen=True)
class Piece:
    part: str
    text: str
    citations: tuple[str, ...] = ()
    basis: Basis | None = "notes"
    kind: Kind = "item"
    rank: int = USEFUL
    instead: Piece | None = None
    """What stands there when its own lines do not hold what it says."""

    @cached_property
    def size(self) -> int:
        return word_count(self.text)


def word_count(text: str) -> int:
    """Words that a reader reads: no marks, no table rules."""
    return len(_READ.findall(text))


_READ = re.compile(r"(?<![^\s|])[^\w\s|]*\w")


def quoted(said: Said) -> str:
    """The sentence in quotation marks, word for word; only what stands in them already, where that is most of it."""
    return f"“{bare(said.text)}”"


def bare(text: str) -> str:
    spoken = inside(text)
    if len(spoken.split()) >= 4 and len(spoken) > 0.6 * len(text):
        return spoken
    text = _ANNOUNCED.sub("", text)
    return re.sub(r"\s+", " ", re.sub(r"[\"“”„«»|*_`]", "", text)).strip(" ,;")


def inside(text: str) -> str:
    """The longest words between quotation marks; empty without any."""
    return max((str(q).strip() for q in words.QUOTED.findall(text)), key=len, default="")


def verbatim(said: Said) -> str:
    """Their own words alone, fit for their eyes: a sentence of a mail, or what the note puts in quotation marks."""
    if not said.is_theirs:
        return ""
    if spoken := inside(said.text):
        return spoken if len(spoken.split()) >= 4 else ""
    is_note = _ANNOUNCED.match(said.text) or re.match(r"(?i)(?:she|he|they|[A-Z]{2}) ", said.text)
    return "" if is_note or '"' in said.text else bare(said.text)


_ANNOUNCED = Spotter(
    r"^(?:[A-Z][\w.]* ){0,3}(?:call|ph|phone|mail|voicemail|mtg|meeting|email|"
    r"tel)\b[^:.!?\d]{0,20}[:.]\s*(?:(?:she|he|they):\s*)?"
)
"""`Ravi S call: `, in front of what was said."""


def short_day(day: dt.date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def overdue_day(day: dt.date, days_late: int) -> str:
    """With its year where that is long ago."""
    return f"{short_day(day)} {day.year}" if days_late > LONG_AGO_DAYS else short_day(day)


def full_day(day: dt.date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def cites(*labels: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for label in labels if label))


def said_to_meeting(day: dt.date, evidence: Evidence) -> str:
    """`12 days after we meet`; days from today without a meeting date."""
    meeting = evidence.context.meeting.date
    if meeting is None:
        return f"in {days((day - evidence.context.today).days)}"
    gap = (day - meeting).days
    return f"{days(abs(gap))} {'after' if gap > 0 else 'before'} we meet"


def listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""


def as_blocks(pieces: Iterable[Piece], headings: dict[str, str], prefix: str) -> tuple[Block, ...]:
    """Pieces in their order, a heading before each part; ids `B1`, `B2`, …"""
    found: list[Block] = []
    part = ""
    for piece in pieces:
        if piece.part != part and piece.part in headings:
            found.append(
                Block(
                    id=f"{prefix}{len(found) + 1}", kind="heading", text=f"## {headings[piece.part]}", part=piece.part
                )
            )
        part = piece.part
        found.append(
            Block(
                id=f"{prefix}{len(found) + 1}",
                kind=piece.kind,
                text=piece.text,
                part=piece.part,
                citations=piece.citations,
                basis=piece.basis,
            )
        )
    return tuple(found)


def grounded(pieces: Sequence[Piece], context: AccountContext) -> tuple[Piece, ...]:
    """Without the pieces whose figures, names or days their lines do not hold."""
    holds = _hold(pieces, context)
    chosen = [p if is_held else p.instead for p, is_held in zip(pieces, holds, strict=True)]
    others = [p for p, is_held in zip(chosen, holds, strict=True) if p and not is_held]
    bad = {id(p) for p, is_held in zip(others, _hold(others, context), strict=True) if not is_held}
    return tuple(p for p in chosen if p and id(p) not in bad)


def _hold(pieces: Sequence[Piece], context: AccountContext) -> list[bool]:
    """Proposals are compared together first: one comparison with all lines instead of thirty."""
    blocks = as_blocks(pieces, {}, "C")
    proposed = [b for b in blocks if b.basis == "proposal"]
    together = Block(id="C0", kind="text", text="\n\n".join(b.text for b in proposed), part="before", basis="proposal")
    are_sound = not proposed or all(not b.check.problems for b in ground([together], context))
    held = {
        b.id: b.check.status for b in ground([b for b in blocks if b.basis != "proposal" or not are_sound], context)
    }
    return [held.get(b.id, "no_claim") in {"verified", "no_claim"} for b in blocks]


def within(pieces: Sequence[Piece], budget: int, headings: dict[str, str]) -> tuple[Piece, ...]:
    """Drop whole pieces, the least needed and last first, until they fit with their headings."""
    kept = list(pieces)

    def total() -> int:
        return sum(p.size for p in kept) + sum(word_count(headings.get(part, "")) for part in {p.part for p in kept})

    for rank in (SPARE, USEFUL, WORTH):
        for piece in [p for p in reversed(pieces) if p.rank == rank]:
            if total() <= budget:
                return tuple(kept)
            kept = [p for p in kept if p is not piece]
    for part in ("before", "people", "leave_out"):
        while total() > budget and sum(p.part == part for p in kept) > 1:
            last = [p for p in kept if p.part == part][-2 if part == "leave_out" else -1]
            kept = [p for p in kept if p is not last]
    return tuple(kept)
