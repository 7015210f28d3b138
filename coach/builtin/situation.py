"""What kind of meeting it is, and from that what the customer could do: best outcome, fall-back, purpose, when to stop.

Chosen from the record's stage and what the notes hold. Every commitment is a proposal, on named people, dated.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from coach.builtin import words
from coach.builtin.evidence import Evidence
from coach.builtin.persons import first_name
from coach.builtin.plays import PLAYS, Kind
from coach.figures import figures

SMALL_AMOUNT = 3000
"""Below this a meeting costs more than it brings. Source: prompts/rubric.yaml, item P3 (a 3k opportunity)."""
THIN_WORDS = 110
"""Notes shorter than this hold no more than a first contact."""


@dataclass(frozen=True)
class Asked:
    """What one person is to do."""

    who: str
    what: str
    """After the name: `writes down what would count as solved`."""
    day: dt.date | None
    benefit: str
    ask: str

    @property
    def by(self) -> str:
        return self.day.isoformat() if self.day else "three working days after the meeting"


@dataclass(frozen=True)
class Situation:
    kind: Kind
    lead: str
    """The person the meeting turns on: a name, or `the customer`."""
    purpose: str
    hope: str
    """What we hope for, for the opening: `you name …`."""
    best: Asked
    fallback: Asked
    stop: str
    stop_words: str


def kind_of(evidence: Evidence) -> Kind:
    """Deal over, too small or too thin come first; then what presses; then the record's stage."""
    context, stage = evidence.context, evidence.context.stage.casefold()
    text = " ".join(s.text for s in evidence.said)
    if re.search(r"lost", stage) or any(words.LOST.search(s.text) for s in evidence.said[-40:]):
        return "lost"
    if re.search(r"won\b", stage):
        return "won"
    if _is_small(evidence):
        return "small"
    if any(p.days_late or p.still_open for p in evidence.overdue) or len(words.TROUBLE.findall(text)) > 1:
        return "fix"
    if re.search(r"renew|verläng|renouvel", context.opportunity.casefold() + " " + stage):
        return "renewal"
    if sum(s.size for s in evidence.said) < THIN_WORDS:
        return "thin"
    if re.search(r"negotiat|procure|price|pricing", stage) or len(words.PRICE.findall(text)) > 5:
        return "price"
    if re.search(r"demo|eval|trial|pilot|poc", stage):
        return "demo"
    if re.search(r"discover|qualif|new|lead|prospect|contacted|intro", stage):
        return "discovery"
    if re.search(r"propos|verbal|commit|contract|clos|quote", stage):
        return "decision"
    return "next_step"


def _is_small(evidence: Evidence) -> bool:
    amount = next((f.value for f in figures(evidence.context.amount)), None)
    wrong = any(words.WRONG_FIT.search(s.text) for s in evidence.said if not s.is_automatic)
    return wrong or (amount is not None and 0 < amount < SMALL_AMOUNT)


def commitment_day(evidence: Evidence, working_days: int) -> dt.date | None:
    """So many working days after the meeting, but before their next deadline; None without a meeting date."""
    meeting = evidence.context.meeting.date
    if meeting is None:
        return None
    base = max(meeting, evidence.context.today)
    day = _working_days_after(base, working_days)
    nearest = next((d.day for d in evidence.deadlines if d.day > base), None)
    if nearest and day >= nearest:
        before = nearest - dt.timedelta(days=1)
        while before.weekday() > 4:
            before -= dt.timedelta(days=1)
        day = before if before > base else base
    return day


def _working_days_after(day: dt.date, count: int) -> dt.date:
    while count:
        day += dt.timedelta(days=1)
        count -= day.weekday() < 5
    return day


def spoken(day: dt.date | None) -> str:
    """`by Monday 7 December`; `within three working days of our meeting` without a date."""
    return f"by {day:%A} {day.day} {day:%B}" if day else "within three working days of our meeting"


@lru_cache(maxsize=4)
def situation_of(evidence: Evidence) -> Situation:
    kind = kind_of(evidence)
    lead = _lead(evidence, kind)
    called = first_name(lead) if lead else "the customer"
    best_day, fallback_day = commitment_day(evidence, 3), commitment_day(evidence, 2)
    words_of = PLAYS[kind]
    thing = evidence.overdue[0].what if evidence.overdue and evidence.overdue[0].what else "what is still open"
    if evidence.overdue and evidence.overdue[0].said.label in evidence.confidential:
        thing = "what is still open"

    def fill(text: str, day: dt.date | None) -> str:
        return text.format(thing=thing, by=spoken(day), who=called)

    best = Asked(
        lead or "the customer",
        fill(words_of.best, best_day),
        best_day,
        fill(words_of.gain, best_day),
        fill(words_of.ask, best_day),
    )
    fallback = Asked(
        lead or "the customer",
        fill(words_of.fallback, fallback_day),
        fallback_day,
        fill(words_of.small_gain, fallback_day),
        fill(words_of.small_ask, fallback_day),
    )
    return Situation(
        kind,
        lead or "the customer",
        fill(words_of.purpose, best_day),
        fill(words_of.hope, best_day),
        best,
        fallback,
        words_of.stop,
        words_of.stop_words,
    )


def _lead(evidence: Evidence, kind: Kind) -> str:
    """Who can carry it: to whom we owe, else who named the deadline, else who wants something, else the first."""
    present = [a for a in evidence.persons.attendees if a not in dict(evidence.gone)]
    if not present:
        others = [o for o in evidence.persons.others if o not in dict(evidence.gone) and evidence.goals.get(o)]
        return others[0] if others else ""
    if kind == "fix" and evidence.overdue and evidence.overdue[0].to in present:
        return evidence.overdue[0].to
    deadline = evidence.next_deadline
    if deadline and deadline.said.speaker in present:
        return deadline.said.speaker
    return next((a for a in present if evidence.goals.get(a)), present[0])
