"""What is kept of an account from before, for its next plan: its notes, and what the last plan aimed at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach.documents import Document, Paragraph
from coach.schema import AccountContext, Commitment
from coach.store.accounts import accounts, notes_of, plans_of
from coach.store.database import Database
from coach.store.plans import load_plan
from coach.store.records import Account
from coach.ui import when

LAST_PLAN = "last plan"
LONGEST_PURPOSE = 90
"""Characters: it stands in the heading of the plan."""
NOT_RECORDED = "Whether it was reached is not recorded."


@dataclass(frozen=True)
class Earlier:
    """One thing that a new plan can start from."""

    id: str
    """Of the note, or LAST_PLAN."""
    name: str
    """Where it is from and of what day."""
    text: str
    meeting: dt.date | None = None
    """Which the last plan was made for."""

    def as_document(self) -> Document:
        return Document(self.name, (Paragraph(self.text),))


def earlier(db: Database, account_id: str, *, today: dt.date, but_not: str = "") -> tuple[Earlier, ...]:
    """The account's notes, the oldest first, then what the last plan aimed at; without notes that `but_not` holds."""
    pasted = " ".join(but_not.split())
    notes = [
        Earlier(note.id, f"{note.source or 'note'}, {when.day(note.added_at.date(), today=today)}", note.text)
        for note in notes_of(db, account_id)
        if " ".join(note.text.split()) not in pasted
    ]
    return (*notes, *_last_agreed(db, account_id, today))


def in_words(before: Sequence[Earlier], *, today: dt.date) -> str:
    """`3 notes and the plan of 12 November`; empty where there is nothing."""
    notes = sum(each.id != LAST_PLAN for each in before)
    days = (each.meeting for each in before if each.meeting)
    said = [f"{notes} notes" if notes > 1 else "1 note"] if notes else []
    said += [f"the plan of {day.day} {day:%B}{f' {day.year}' if day.year != today.year else ''}" for day in days]
    return " and ".join(said)


def known_account(db: Database, name: str) -> Account | None:
    """The account of that name, whatever its case."""
    wanted = " ".join(name.split()).casefold()
    return next((one for one in accounts(db) if one.name.casefold() == wanted), None) if wanted else None


def _last_agreed(db: Database, account_id: str, today: dt.date) -> Iterator[Earlier]:
    """What the plan of the last meeting aimed at, in a line or two; nothing when there was none."""
    for row in plans_of(db, account_id, today=today):
        if row.date is None or row.date >= today:
            continue
        plan = load_plan(db, row.id).plan
        if aims := aimed_at(plan.best_outcome, plan.fallback):
            said = f"At the meeting of {row.date:%A} {row.date.day} {row.date:%B %Y} {aims} {NOT_RECORDED}"
            yield Earlier(LAST_PLAN, "the last plan", said, row.date)
            return


def next_purpose(db: Database, account_id: str, *, today: dt.date) -> str:
    """`Follow up: Joss books a test night`, from what the last meeting's plan aimed at; empty when there was none."""
    for row in plans_of(db, account_id, today=today):
        best = load_plan(db, row.id).plan.best_outcome if row.date and row.date < today else Commitment()
        if best.what:
            return _few_words(f"Follow up: {' '.join((best.who, best.what)).strip().rstrip('. ')}")
    return ""


def of_last_plan(db: Database, account_id: str, *, today: dt.date) -> dict[str, str]:
    """`opportunity`, `company`, `offer` and `rep` as the account's latest plan that names them has them."""
    found = dict.fromkeys(("opportunity", "company", "offer", "rep"), "")
    for context in _latest_first(db, account_id, today=today):
        seller = context.seller
        said = (context.opportunity, seller.company, seller.offer, context.rep)
        found = {name: known or new for (name, known), new in zip(found.items(), said, strict=True)}
        if all(found.values()):
            break
    return found


def who_came(db: Database, account_id: str, *, today: dt.date) -> str:
    """Who is named for the account's latest meeting that names somebody, one a line: `Name, title`."""
    for context in _latest_first(db, account_id, today=today):
        if people := context.meeting.attendees:
            return "\n".join(f"{one.name}, {one.title}" if one.title else one.name for one in people)
    return ""


def _latest_first(db: Database, account_id: str, *, today: dt.date) -> Iterator[AccountContext]:
    """What the account's meetings were planned from, the latest meeting first."""
    rows = plans_of(db, account_id, today=today)
    for row in sorted(rows, key=lambda row: row.date or dt.date.min, reverse=True):
        yield load_plan(db, row.id).context


def aimed_at(best: Commitment, fallback: Commitment) -> str:
    """`the best outcome was: …`; empty when the plan names none."""
    said = [
        f"{name}: {_in_words(one)}"
        for name, one in (("the best outcome was", best), ("the fall-back was", fallback))
        if one.what
    ]
    return "; ".join(said) + "." if said else ""


def _few_words(text: str) -> str:
    """Up to a comma where it is long, else up to a word."""
    if len(text) <= LONGEST_PURPOSE:
        return text
    short = text[:LONGEST_PURPOSE]
    return short.rpartition(",")[0] or short.rpartition(" ")[0]


def _in_words(one: Commitment) -> str:
    who = f"{one.who}: " if one.who else ""
    return f"{who}{one.what.rstrip('. ')}{_by(one)}"


def _by(one: Commitment) -> str:
    """`, by 2 December 2026`, unless the words say it already."""
    if not one.by or one.by in one.what:
        return ""
    try:
        by = dt.date.fromisoformat(one.by)
    except ValueError:
        return f", by {one.by}"
    said = f"{by.day} {by:%B}"
    return "" if said in one.what else f", by {said} {by.year}"
