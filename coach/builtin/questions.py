"""What to find out where the notes are silent, and what they will ask, with the answers that our lines hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from coach.builtin.asked import Asked, stems
from coach.builtin.clashes import Clash
from coach.builtin.evidence import Evidence
from coach.builtin.persons import first_name
from coach.builtin.pieces import ESSENTIAL, SPARE, USEFUL, WORTH, Piece, cites, quoted, short_day
from coach.builtin.situation import Situation
from coach.schema import NoteLine

MAX_FIND_OUT, MAX_ANSWERS = 5, 4
SHARED_STEMS = 2
"""So many content words a line of ours must share with a question before it may answer it."""


@dataclass(frozen=True)
class _Gap:
    question: str
    why: str
    covered: str
    """What a line of theirs holds when this is known already."""


_GAPS = {
    "agree": _Gap(
        "Who else has to agree, and who could say no?",
        "tells us who is missing in the room",
        r"\b(?:committee|of seven|vote|both sign|then legal|needs to sign|final sign)\b",
    ),
    "process": _Gap(
        "How is this decided at your end, step by step, and by which day?",
        "without a day it is not decided",
        r"\b(?:meets? on|sits on|papers? (?:go|by|a week)|budgetrunde|committee meets)\b",
    ),
    "cost": _Gap(
        "What does it cost you to leave it as it is, in hours or money?",
        "shows whether it is worth solving",
        r"\b(?:cost\w* us|a year in|per (?:visit|job|hour)|€/h|lose the)\b",
    ),
    "paper": _Gap(
        "What has to happen between your yes and a signature?",
        "finds the step that takes longest",
        r"\blegal\b.*\bdays\b|\bprocurement (?:takes|needs)\b",
    ),
    "leave": _Gap("What would make you leave things as they are?", "could end it, and then better now", r"$^"),
    "weigh": _Gap(
        "What else are you weighing, doing nothing included?",
        "tells us what we are measured against",
        r"\b(?:also looking at|shortlist|comparing)\b",
    ),
    "success": _Gap(
        "In three months, by what would you see that it was right?",
        "becomes the measure in writing",
        r"\b(?:one test|success criteria|what counts)\b",
    ),
}
_ORDER = {
    "price": ("paper", "agree", "leave", "weigh"),
    "renewal": ("agree", "success", "leave", "weigh"),
    "fix": ("success", "agree", "leave", "cost"),
    "demo": ("success", "agree", "cost", "leave"),
    "won": ("success", "agree"),
    "lost": ("weigh",),
    "small": ("leave",),
    "thin": ("agree", "leave"),
    "decision": ("paper", "agree", "leave", "cost"),
}


def find_out(evidence: Evidence, situation: Situation, found: tuple[Clash, ...]) -> Iterator[Piece]:
    """Open questions that no line answers; what the notes contradict comes first, what could end it is among them."""
    count = 0
    for clash in [c for c in found if c.question][:2]:
        sides = ", ".join(words for words, _ in clash.sides)
        text = f"- “{clash.question}” (in the notes: {sides})"
        yield Piece("find_out", text, clash.labels, rank=USEFUL if count else ESSENTIAL)
        count += 1
    theirs = " \n".join(s.text for s in evidence.said if s.is_theirs)
    order = _ORDER.get(situation.kind, ("agree", "cost", "process", "leave"))
    for key in order:
        gap = _GAPS[key]
        if count < MAX_FIND_OUT and not re.search(gap.covered, theirs, re.I):
            yield Piece("find_out", f"- “{gap.question}” ({gap.why})", (), "proposal", rank=_gap_rank(key, count))
            count += 1
    if count < 2:
        yield Piece(
            "find_out",
            "- “What has changed since we last spoke, and who has joined in?” (shows what the notes have missed)",
            (),
            "proposal",
            rank=WORTH,
        )


def _gap_rank(key: str, count: int) -> int:
    if count == 0:
        return ESSENTIAL
    return WORTH if key in ("agree", "leave") else USEFUL


def answers(evidence: Evidence, situation: Situation) -> Iterator[Piece]:
    """Their questions from the notes, then those that such a meeting always brings."""
    count = 0
    replied = [q for q in evidence.questions if q.reply and evidence.may_be_shown(q.label)][:2]
    for question in [*evidence.fresh_questions[:3], *replied][:MAX_ANSWERS]:
        yield _answer(question, evidence, (ESSENTIAL, WORTH, USEFUL, USEFUL)[count], is_first=count == 0)
        count += 1
    late = next((p for p in evidence.overdue if p.stated_due and p.what), None)
    if late and late.stated_due:
        text = (
            f"- **“Why is this so late?”**: “I promised it for {short_day(late.stated_due)} and did not deliver. "
            f"That is on me. What in it matters most to you?”"
        )
        yield Piece("answers", text, (late.said.label,), rank=USEFUL if count else ESSENTIAL)
        count += 1
    for piece in _from_offer(evidence):
        if count < MAX_ANSWERS:
            yield replace(piece, rank=ESSENTIAL) if count == 0 else piece
            count += 1
    if count == 0:
        yield Piece(
            "answers",
            "- No question of theirs stands in the notes; expect “What does it cost, and what do you need "
            "from us?”, and have the answer ready before we meet: one figure and one sentence.",
            (),
            "proposal",
            rank=ESSENTIAL,
        )


def _answer(question: Asked, evidence: Evidence, rank: int, *, is_first: bool) -> Piece:
    who = f" ({first_name(question.who)})" if question.who else ""
    head = f"- **“{question.text}”**{who}"
    if question.reply:
        return Piece(
            "answers",
            f"{head}: we said {quoted(question.reply)}",
            cites(question.label, question.reply.label),
            rank=rank,
        )
    line = _that_answers(question, evidence)
    if line:
        return Piece(
            "answers",
            f"{head}: our line says “{_bare(line.text)}”",
            cites(question.label, line.label),
            "offer",
            rank=rank,
        )
    return Piece(
        "answers",
        f"{head}: {_NO_ANSWER if is_first else 'answer before we meet, or name and day.'}",
        (question.label,),
        rank=rank,
    )


_NO_ANSWER = (
    "answer before we meet, no line of ours holds one; if it is still open then, say who answers it and by when."
)


def _that_answers(question: Asked, evidence: Evidence) -> NoteLine | None:
    context = evidence.context
    lines = [*context.proofs, *(f for f in context.fields if context.seller.offer and context.seller.offer in f.text)]
    asked = stems(question.text)
    best = max(lines, key=lambda line: len(asked & stems(line.text)), default=None)
    return best if best and len(asked & stems(best.text)) >= SHARED_STEMS and len(best.text.split()) < 40 else None


def _from_offer(evidence: Evidence) -> Iterator[Piece]:
    """Price and honest limits, as the offer states them."""
    offer = evidence.context.seller.offer
    label = next((f.label for f in evidence.context.fields if offer and offer in f.text), "")
    if not label:
        return
    clauses = [c.strip() for c in offer.split(";") if c.strip()]
    cannot = [
        c for c in clauses if re.search(r"\b(?:no|not|without|does not|kein\w*)\b", c, re.I) and "without VAT" not in c
    ]
    price = [c for c in clauses if re.search(r"\d{2,}.*(?:EUR|USD|GBP|CAD|CHF|€|\$|£)|(?:€|\$|£) ?\d", c)]
    if price:
        yield Piece(
            "answers",
            f"- **“What does it cost?”**, as the offer has it: {'; '.join(price[:2])}.",
            (label,),
            "offer",
            rank=SPARE,
        )
    if cannot:
        yield Piece(
            "answers",
            f"- **“What can it not do?”**, said as it is: {'; '.join(cannot[:2])}.",
            (label,),
            "offer",
            rank=SPARE,
        )


def _bare(text: str) -> str:
    return text.removeprefix("Offer: ").replace('"', "'").strip()
