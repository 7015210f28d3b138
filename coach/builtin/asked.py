"""Questions of theirs in the notes, and whether anything of ours takes them up; how much a sentence weighs (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from coach.builtin import words
from coach.builtin.persons import US, Persons
from coach.builtin.reading import MAX_QUOTE_WORDS, Said
from coach.builtin.spotting import Spotter
from coach.figures import figures


@dataclass(frozen=True)
class Asked:
    """A question of theirs."""

    text: str
    label: str
    who: str = ""
    day: date | None = None
    is_open: bool = True
    reply: Said | None = None
    """What we said at once, in a transcript."""


def questions(said: tuple[Said, ...], persons: Persons, confidential: frozenset[str]) -> tuple[Asked, ...]:
    """Theirs, the open and the weighty ones first; a question that comes twice counts once."""
    found: list[Asked] = []
    for one in said:
        text = _question_in(one, persons)
        if not text or one.label in confidential or len(text.split()) > MAX_QUOTE_WORDS:
            continue
        if any(_alike(text, other.text) for other in found):
            continue
        who = one.speaker if one.is_theirs else next(iter(persons.named_in(one.text)), one.about)
        reply = _reply(one, said)
        is_open = reply is None and not _answered(text, one, said)
        found.append(Asked(text, one.label, who, one.day, is_open=is_open, reply=reply))
    weighed = sorted(found, key=lambda q: (not q.is_open, -weight(q.text, persons), found.index(q)))
    return tuple(weighed)


_SMALL_TALK = Spotter(
    r"how are you|any (?:other |more )?questions|other questions|does that (?:make sense|work)|right\?$|okay\?|"
    r"is that (?:fair|ok)|can you hear|catch you|sound (?:good|fair)|how('s| is) it going|what('s| is) up|"
    r"got a minute|makes? sense\?|what time|\blunch\b|join us|time (?:tomorrow|today|this)|\btalk\?|help me\?|"
    r"place yet|do you want to (?:try|meet|join)|how (?:was|is) your|make it\?|get together|coffee"
)


def _question_in(said: Said, persons: Persons) -> str:
    """The question of theirs that the sentence holds, without its quotation marks; empty if it is none."""
    found = _any_question_in(said, persons)
    return "" if found and _SMALL_TALK.search(said.text) else found


def _any_question_in(said: Said, persons: Persons) -> str:
    if said.is_automatic or said.speaker == US:
        return ""
    if not said.is_theirs and words.INTERNAL.search(said.line):
        return ""
    if not said.speaker and (match := words.ASKS.search(said.text)):
        about_us = persons.names_us(said.text[: match.start()]) or re.match(r"(?i)\s*(?:asked|i |we )", said.text)
        return (
            ""
            if about_us
            else match["what"].strip(' "“”').rstrip(".") + ("" if match["what"].rstrip(' "”').endswith("?") else "?")
        )
    for quoted in words.QUOTED.findall(said.text):
        last = str(quoted).strip()
        asked = [part for part in re.split(r"(?<=[.!?])\s+", last) if part.endswith("?")]
        if asked and len(last.split()) > 2:
            return asked[0]
    if said.is_theirs and said.text.rstrip(' "”').endswith("?") and len(said.text.split()) > 3:
        return said.text.strip(' "“”')
    return ""


_FILLER = frozenset(
    {"what", "which", "when", "where", "would", "about", "there", "their", "your", "with", "have", "does", "that"}
    | {"this", "from", "will", "they", "them", "could", "should", "more", "like", "just"}
)


def stems(text: str) -> frozenset[str]:
    """Content words, cut to six letters."""
    return frozenset(w[:6] for w in re.findall(r"[^\W\d_]{4,}", text.casefold()) if w not in _FILLER)


def _alike(one: str, other: str) -> bool:
    a, b = stems(one), stems(other)
    return bool(a and b) and len(a & b) / min(len(a), len(b)) > 0.7


def _reply(asked: Said, said: tuple[Said, ...]) -> Said | None:
    """In a transcript: our next sentence, if it is long enough to be an answer."""
    if not asked.speaker:
        return None
    later = [s for s in said if asked.order < s.order <= asked.order + 3]
    return next((s for s in later if s.speaker == US and "?" not in s.text and s.size > 6), None)


def _answered(question: str, asked: Said, said: tuple[Said, ...]) -> bool:
    """Does a later sentence of ours take up most of the question's words?"""
    asked_for = stems(question)
    later = (s for s in said if s.order > asked.order and not s.is_theirs and "?" not in s.text)
    return len(asked_for) > 1 and any(len(asked_for & stems(s.text)) / len(asked_for) >= 0.6 for s in later)


def weight(text: str, persons: Persons) -> float:
    """How much a sentence matters: money and figures, persons, promises, deadlines."""
    found = figures(text)
    money = sum(1 for f in found if f.unit.isupper() or f.unit == "%")
    return (
        min(len(found), 3) + money + len(persons.named_in(text)[:2]) + 2 * bool(words.PROMISE.search(text))
        + bool(words.DEADLINE.search(text)) + bool(words.DECIDE.search(text)) + bool(words.PRICE.search(text))
    )  # fmt: skip
