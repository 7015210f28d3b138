"""The page in the order of use, composed in plain code: statements on their lines, the rest proposed or asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coach.builtin.agenda import agenda
from coach.builtin.asked import weight
from coach.builtin.before import before
from coach.builtin.bring import sheet, sheet_name
from coach.builtin.clashes import Clash, clashes
from coach.builtin.evidence import Evidence
from coach.builtin.persons import first_name
from coach.builtin.pieces import (
    ESSENTIAL,
    SPARE,
    USEFUL,
    WORTH,
    Piece,
    as_blocks,
    grounded,
    listed,
    quoted,
    short_day,
    within,
)
from coach.builtin.plays import NO_MEETING
from coach.builtin.pressing import pressing
from coach.builtin.questions import answers, find_out
from coach.builtin.room import people
from coach.builtin.situation import Situation, situation_of, spoken
from coach.builtin.sums import sums
from coach.builtin.words import TALK, is_want
from coach.schema import Block, Commitment, Depth, Groundwork, MeetingPlan

WORDS: dict[Depth, int] = {"quick": 440, "standard": 735, "major": 830}
"""A little under the budgets (450, 750, 850), which count the title too. Source: prompts/rubric.yaml, word budgets."""
SMALL_WORDS = 430
"""Half a page is enough for a meeting of ten minutes."""

HEADINGS = {
    "decides": "What decides it", "before": "Before we meet", "people": "Who comes, and what each takes away",
    "opening": "Opening words", "purpose": "Purpose and minutes", "bring": "We bring", "find_out": "Find out",
    "answers": "They will ask", "best": "Outcome", "leave_out": "Leave out",
}  # fmt: skip


def compose(evidence: Evidence, groundwork: Groundwork, *, depth: Depth) -> MeetingPlan:
    """The whole page within its words; every block verified or without a claim."""
    situation, found = situation_of(evidence), clashes(evidence)
    is_short = situation.kind in (*NO_MEETING, "thin")
    pieces = [
        *_decides(evidence, groundwork, situation, found), *before(evidence, situation, found), *people(evidence),
        *_opening(evidence, situation), *_purpose(situation), *agenda(evidence, situation),
        *_bring(evidence, is_short=is_short), *find_out(evidence, situation, found), *answers(evidence, situation),
        *_outcome(situation), *_stop(situation), *_leave_out(evidence),
    ]  # fmt: skip
    title = _title(evidence)
    words = min(WORDS[depth], SMALL_WORDS) if is_short else WORDS[depth]
    kept = within(grounded(_once(pieces), evidence.context), words - len(title.split()), HEADINGS)
    blocks = as_blocks(kept, HEADINGS, "B")
    return MeetingPlan(
        title=title,
        blocks=blocks,
        best_outcome=_commitment(situation, blocks, "best"),
        fallback=_commitment(situation, blocks, "fallback"),
        language="en",
        depth=depth,
        drafted_by="builtin",
    )


def _title(evidence: Evidence) -> str:
    context = evidence.context
    what = ", ".join(part for part in (context.account, context.opportunity) if part) or "Meeting"
    when = f" · {short_day(context.meeting.date)}" if context.meeting.date else ""
    at = f" {context.meeting.start:%H:%M}" if context.meeting.start and when else ""
    return what + when + at


def _once(pieces: list[Piece]) -> list[Piece]:
    return list({(p.part, p.text): p for p in pieces}.values())


def _decides(
    evidence: Evidence, groundwork: Groundwork, situation: Situation, found: tuple[Clash, ...]
) -> Iterator[Piece]:
    if situation.kind in NO_MEETING:
        yield Piece("decides", _why_no_meeting(situation), (), "proposal", "text", ESSENTIAL)
    chosen = [b for b in groundwork.blocks if b.part == "decides" and b.written_by == "rep" and b.kind != "heading"]
    for block in chosen:
        yield Piece("decides", block.text.lstrip("-* "), block.citations, block.basis, "text", ESSENTIAL)
    for number, piece in enumerate(pressing(evidence, found)[: 1 if chosen else 3]):
        yield Piece(
            "decides",
            piece.text,
            piece.citations,
            piece.basis,
            "text",
            ESSENTIAL if number == 0 else WORTH + number - 1,
        )
    for one in sums(evidence)[:1]:
        yield Piece("decides", f"The sum: {one.text}", one.labels, "sum", "text", USEFUL)
    pressed = pressing(evidence, found)
    if len(pressed) < 2:
        told = {label for piece in pressed for label in piece.citations}
        yield from _known(evidence, told, is_alone=not pressed)
    first = "clear that before the meeting; then ask" if evidence.overdue else "ask"
    what = situation.best.what.removesuffix(f", {spoken(situation.best.day)}")
    is_alone = not pressed and not chosen and situation.kind not in NO_MEETING
    text = f"So: {first} for one thing: {first_name(situation.best.who)} {what}."
    yield Piece("decides", text, (), "proposal", "text", ESSENTIAL if is_alone else WORTH)


def _known(evidence: Evidence, told: set[str], *, is_alone: bool) -> Iterator[Piece]:
    """Where nothing presses: the two weightiest sentences of the notes."""
    shown = [
        s
        for s in evidence.said
        if 5 < s.size < 32
        and not s.is_automatic
        and "?" not in s.text
        and s.text.count(": ") < 2
        and not TALK.search(s.text)
        and s.label not in evidence.confidential | evidence.limits | told
    ]
    best = sorted(shown, key=lambda s: -weight(s.text, evidence.persons) - is_want(s.text))[:2]
    for number, one in enumerate(sorted(best, key=lambda s: s.order)):
        rank = ESSENTIAL if is_alone and number == 0 else WORTH
        yield Piece("decides", f"The notes say: {quoted(one)}", (one.label,), kind="text", rank=rank)


def _why_no_meeting(situation: Situation) -> str:
    if situation.kind == "lost":
        return (
            "Do not hold this meeting as a sales meeting: by the notes it is decided. Ten minutes by phone "
            "to learn why, or one mail, is enough."
        )
    return (
        "Do not hold a meeting for this: it is too small or does not fit. A mail or ten minutes by phone does the same."
    )


def _opening(evidence: Evidence, situation: Situation) -> Iterator[Piece]:
    meeting, attendees = evidence.context.meeting, evidence.persons.attendees
    minutes = meeting.minutes or (10 if situation.kind in (*NO_MEETING, "thin") else 30)
    names = listed([first_name(a) for a in attendees]) + ", " if 0 < len(attendees) < 4 else ""
    asked = "what do you want covered"
    text = (
        f"> “We have {minutes} minutes, is that still right? I would like to {situation.purpose}. First, "
        f"{names}{asked}? "
        f"Then {'my questions' if situation.kind in (*NO_MEETING, 'thin') else 'the open points and my questions'}. "
        f"If it makes sense to you, I hope {situation.hope}. If not, say so; no is fine. Is that fair?”"
    )
    yield Piece("opening", text, (), "proposal", "quote", ESSENTIAL)


def _purpose(situation: Situation) -> Iterator[Piece]:
    text = situation.purpose[0].upper() + situation.purpose[1:]
    yield Piece("purpose", f"**Purpose:** {text}.", (), "proposal", "text", ESSENTIAL)


def _bring(evidence: Evidence, *, is_short: bool) -> Iterator[Piece]:
    table = replace(sheet(evidence), rank=ESSENTIAL if is_short else WORTH)
    text = f"One sheet: {sheet_name(table)}. Ask over it: “What is missing here, and what comes first?”"
    yield Piece("bring", text, (), "proposal", "text", WORTH)
    yield table


def _outcome(situation: Situation) -> Iterator[Piece]:
    for part, name, asked in (("best", "Best", situation.best), ("fallback", "Fall-back", situation.fallback)):
        why = f" For them: {asked.benefit}." if part == "best" else ""
        yield Piece(part, f"**{name}:** {asked.who} {asked.what}.{why}", (), "proposal", "text", ESSENTIAL)
        yield Piece(part, f"> “{asked.ask}”", (), "proposal", "quote", ESSENTIAL if part == "best" else WORTH)


def _stop(situation: Situation) -> Iterator[Piece]:
    yield Piece("stop", f"**Stop:** {situation.stop} “{situation.stop_words}”", (), "proposal", "text", ESSENTIAL)


def _leave_out(evidence: Evidence) -> Iterator[Piece]:
    lines = evidence.context.lines
    by_teller: dict[str, list[str]] = {}
    for label in sorted(evidence.confidential, key=lambda one: int(one[1:])):
        line = lines[label]
        by_teller.setdefault(line.speaker or "" if line.voice == "customer" else "", []).append(label)
    for teller, labels in by_teller.items():
        ordered = sorted(labels, key=lambda one: int(one[1:]))
        who = f"What {teller} told us alone" if teller else "What we were told in confidence"
        yield Piece(
            "leave_out",
            f"- {who} ({', '.join(ordered)}): not before others, not even as a hint.",
            tuple(ordered),
            rank=ESSENTIAL,
        )
    limits = tuple(sorted(evidence.limits - evidence.confidential, key=lambda one: int(one[1:])))
    if limits:
        yield Piece("leave_out", f"- Our own limits and aims ({', '.join(limits[:6])}).", limits[:6], rank=ESSENTIAL)
    yield Piece(
        "leave_out",
        "- Our stage, close date and forecast: they are ours, not theirs.",
        (),
        "proposal",
        rank=SPARE if by_teller or limits else ESSENTIAL,
    )
    yield Piece(
        "leave_out",
        "*Drafted from the notes without a model: check it against the lines it names.*",
        (),
        "proposal",
        "text",
        ESSENTIAL,
    )


def _commitment(situation: Situation, blocks: tuple[Block, ...], part: str) -> Commitment:
    asked = situation.best if part == "best" else situation.fallback
    what = asked.what.removesuffix(f", {spoken(asked.day)}")
    ids = tuple(b.id for b in blocks if b.part == part and b.kind != "heading")
    return Commitment(who=asked.who, what=what, by=asked.by, benefit=asked.benefit, ask=asked.ask, blocks=ids)
