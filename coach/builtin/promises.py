"""Promises in the notes, ours and theirs: who, what, by when, and whether they were kept (pure).

What a line does not say stays empty; nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from coach.builtin import words
from coach.builtin.persons import US, Persons
from coach.builtin.reading import Said
from coach.builtin.spotting import Spotter
from coach.dates import dates_of_note
from coach.schema import AccountContext

_THING = Spotter(
    r"(?:promised?|said|will|['’]ll|['’]d|can|to)\s+(?:(?:get|send|give|bring|write|deliver|show)\s+)?"
    r"(?P<what>.+?)(?=\s+(?:by|until|till|before|on|bis|am|vor|today|tomorrow|by the|and|but|so)\b|[,.;:(!?\"”]|$)"
)
_RECIPIENT = Spotter(r"^(?:him|her|them|you|us|me)\s+")
_TO = re.compile(r"\s+to\s+[A-Z]\w*(?:\s[A-Z]\w*)?$")
_BY = Spotter(r"\b(?:by|until|till|before|on|bis|am|vor|avant|für|due)\b[^.;]{0,14}$")
_OURS = Spotter(
    r"^\W*(?:I\b|we\b|ich\b|wir\b|ik\b|told \w+ I|promised|said sure|[A-Z]{2} (?:replied|promised|said)|said I)"
)
_ACTS = frozenset(
    {"clear", "get", "send", "look", "check", "write", "come", "find", "call", "ask", "give", "bring", "make", "do"}
    | {"confirm", "circulate", "prepare", "share", "forward", "provide"}
)


@dataclass(frozen=True)
class Promise:
    said: Said
    is_ours: bool
    who: str
    """Who gave it: a person of theirs; empty when ours or unknown."""
    to: str
    """To whom we gave it; empty when unknown."""
    what: str
    """The thing in the line's own words; empty when it cannot be told apart."""
    due: date | None
    days_late: int
    """0 when not due, not dated, or kept."""
    still_open: Said | None = None
    """The sentence that says so: `still waiting`."""
    kept: Said | None = None

    @property
    def stated_due(self) -> date | None:
        """The day, where the line names a date and not merely a weekday: only that can be cited."""
        return None if _BY_WEEKDAY.search(self.said.text) and not re.search(r"\d", self.what_follows_by) else self.due

    @property
    def what_follows_by(self) -> str:
        named = _BY_WEEKDAY.search(self.said.text)
        return self.said.text[named.end() : named.end() + 12] if named else ""

    @property
    def is_act(self) -> bool:
        """`clear up the numbers`, not `the report`."""
        return bool(self.what) and self.what.split()[0].casefold() in _ACTS

    @property
    def is_overdue(self) -> bool:
        return self.kept is None and (self.days_late > 0 or self.still_open is not None)

    @property
    def is_loose(self) -> bool:
        """Ours, with no day set, and no line says that it was kept."""
        return self.is_ours and self.kept is None and self.due is None and not self.is_overdue


def promises(said: tuple[Said, ...], persons: Persons, context: AccountContext) -> tuple[Promise, ...]:
    """Every promise whose giver the line shows, in the order of the notes."""
    found: list[Promise] = []
    for one in said:
        for clause in _clauses(one):
            giver = _giver(clause, one, persons)
            if giver:
                found.append(_promise(one, clause, giver, said, persons, context))
    return tuple(found)


def _clauses(said: Said) -> tuple[str, ...]:
    if said.is_automatic or not words.PROMISE.search(said.text) or said.text.rstrip(' "”').endswith("?"):
        return ()
    parts = re.split(r"\s+and\s+(?=a\s)", said.text)
    return tuple(parts) if len(parts) == 2 and re.search(r"\bby\b", parts[1]) else (said.text,)


def _giver(clause: str, said: Said, persons: Persons) -> str:
    """`us`, a person of theirs, or empty."""
    match = words.PROMISE.search(said.text)
    before = said.text[: match.start()] if match else ""
    verb = match[0].casefold() if match else ""
    if said.speaker == US:
        return US
    if said.speaker:
        first_person = re.search(
            r"(?i)\b(?:I|we)(?:['’]ll|['’]d| will| would| can| promise)|\bich\b|\bje\b|\bik\b|j['’]", said.text
        )
        return said.speaker if first_person else ""
    if persons.names_us(before) or (_OURS.match(said.text) and said.voice == "ours"):
        return US
    quoted = any(verb in str(q).casefold() for q in words.QUOTED.findall(said.line))
    named = persons.named_in(before)
    if named:
        return named[-1]
    if said.voice == "ours" and not quoted and re.search(r"\b(?:I|we)\b", before + verb):
        return US
    return ""


def _promise(
    one: Said, clause: str, giver: str, said: tuple[Said, ...], persons: Persons, context: AccountContext
) -> Promise:
    due = _due(clause, one, context)
    what = _thing(clause, persons)
    follow = _later_word(one, clause, giver, said, persons)
    kept = follow if follow and not (words.OPEN_PROMISE.search(follow.line) or _TRIED.search(follow.line)) else None
    still_open = follow if follow and kept is None else None
    late = (context.today - due).days if due and kept is None and due < context.today else 0
    before = next((s for s in reversed(said) if s.order < one.order), None)
    near = before.text if before and before.day == one.day and not before.is_theirs else ""
    named = [p for p in (*persons.named_in(one.text), *persons.named_in(near)) if p != giver]
    to = (named or [still_open.speaker if still_open and still_open.is_theirs else ""])[0] if giver == US else ""
    if giver == US and not to and re.search(r"\brepl(?:y|ied)\b|\banswered\b|geantwortet", one.text, re.IGNORECASE):
        to = next((s.speaker for s in reversed(said) if s.order < one.order and s.is_theirs), "")
    to = to or (next(iter(persons.named_in(still_open.line)), "") if still_open and giver == US else "")
    return Promise(one, giver == US, "" if giver == US else giver, to, what, due, late, still_open, kept)


def _due(clause: str, said: Said, context: AccountContext) -> date | None:
    """A date that the clause sets: after `by`, and not before the day on which it was said."""
    for found in dates_of_note(clause, today=said.day or context.today):
        if _BY.search(clause[: found.start]) and (said.day is None or found.day >= said.day):
            return found.day
    named = _BY_WEEKDAY.search(clause)
    if named is None or said.day is None:
        return None
    ahead = (_WEEKDAYS.index(named["day"].casefold()[:3]) - said.day.weekday()) % 7
    return said.day + timedelta(days=ahead or 7)


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BY_WEEKDAY = Spotter(r"\b(?:by|until|before|on) (?P<day>mon|tue|wed|thu|fri|sat|sun)[a-z]*\b")


def _thing(clause: str, persons: Persons) -> str:
    match = _THING.search(clause) or re.match(r"(?P<what>an? .+?)(?=\s+by\b)", clause)
    if not match:
        return ""
    what = _RECIPIENT.sub("", match["what"].strip())
    for person in persons.everybody:
        what = re.sub(rf"^(?:{persons.patterns[person].pattern})\s+", "", what)
    what = _TO.sub("", what).strip(' "“”')
    return (
        what
        if 1 < len(what.split()) <= 9 and not re.match(r"(?i)(?:i|we|he|she|they|be|have|not|sure|that|take)\b", what)
        else ""
    )


_DAY_WORD = re.compile(r"(?i)\b(?:mon|tues|wednes|thurs|fri)day\b|\bmonth end\b|\btomorrow\b")
_PLAIN = re.compile(r"[^\W\d_]{4,}")
_COMMON = {
    "promised",
    "will",
    "send",
    "written",
    "with",
    "that",
    "from",
    "said",
    "would",
    "told",
    "been",
    "have",
    "asked",
    "still",
}


def _later_word(one: Said, clause: str, giver: str, said: tuple[Said, ...], persons: Persons) -> Said | None:
    """The last later sentence that says whether the thing came: it shares a word with the promise and holds a cue."""
    things = {w[:6] for w in _PLAIN.findall(clause.casefold())} - {w[:6] for w in _COMMON}
    if words.OPEN_PROMISE.search(one.line[one.line.find(one.text) :]) and one.speaker in {"", US}:
        return one
    dated = bool(re.search(r"\d", clause)) or bool(_DAY_WORD.search(clause))
    best: Said | None = None
    for later in said:
        if later.order <= one.order:
            continue
        cue = _cue(later.line)
        if cue and (len(things & _about(later.line)) >= (1 if dated else 2) or _abbreviates(clause, later.line)):
            if cue == "open" and later.is_theirs:
                return later
            best = best if best and words.OPEN_PROMISE.search(best.line) else later
    return _did_not_hold(best, said) or best


@lru_cache(maxsize=4096)
def _about(line: str) -> frozenset[str]:
    return frozenset(word[:6] for word in _PLAIN.findall(line.casefold()))


@lru_cache(maxsize=4096)
def _cue(line: str) -> Literal["open", "kept", ""]:
    """Whether the line says that something is still open, or that it was done."""
    if words.OPEN_PROMISE.search(line):
        return "open"
    return "kept" if words.KEPT.search(line) and not line.strip().endswith("?") else ""


_TRIED = Spotter(r"\b(?:rings out|nobody there|tried it|does(?:n['’]t| not) work|wrong (?:file|version|number))\b")


def _did_not_hold(kept: Said | None, said: tuple[Said, ...]) -> Said | None:
    """What was sent and did not work is still owed: one of the next sentences of the notes says so."""
    if kept is None or words.OPEN_PROMISE.search(kept.line):
        return None
    return next((s for s in said if kept.order < s.order <= kept.order + 5 and _TRIED.search(s.text)), None)


def _abbreviates(clause: str, line: str) -> bool:
    """`DPA` stands for `data processing agreement`."""
    letters = "".join(word[0] for word in re.findall(r"[A-Za-z]+", clause)).upper()
    return any(short in letters for short in re.findall(r"\b[A-Z]{3,5}\b", line))
