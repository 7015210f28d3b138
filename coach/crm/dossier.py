"""What a live CRM knows of an opportunity -> the context of each of its meetings (pure).

The history becomes dated notes and the record facts, in the same form as those of an export (contexts.py). Knows no
CRM's field names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from coach.crm.amounts import shown
from coach.crm.contexts import MAX_FACTS, body_of, context_of, note_text
from coach.crm.joining import MAX_NOTES, Note
from coach.crm.opportunity import Opportunity
from coach.crm.values import fact, line_of
from coach.record import Record
from coach.schema import Meeting, NoteLine, Person, Seller

EntryKind = Literal["note", "task", "mail", "call", "meeting", "invitation"]


@dataclass(frozen=True)
class Entry:
    """One thing of the history."""

    kind: EntryKind
    text: str
    """Plain or HTML."""
    day: dt.date | None = None
    title: str = ""
    author: str = ""
    """Of ours; of a mail whoever sent it."""
    state: str = ""
    """Of a task: `open, due 2026-12-01`, `done`."""
    sent_from: str = ""
    sent_to: str = ""


@dataclass(frozen=True)
class Contact:
    """Somebody of the customer's."""

    person: Person
    role: str = ""
    """In the purchase."""


@dataclass(frozen=True)
class Appointment:
    """One meeting that is still to come; `start` None: the whole day."""

    date: dt.date
    start: dt.time | None = None
    minutes: int | None = None
    place: str = ""
    attendees: tuple[Person, ...] = ()
    """Of the customer's."""
    colleagues: tuple[str, ...] = ()
    title: str = ""
    text: str = ""
    """What the invitation says."""


@dataclass(frozen=True)
class Dossier:
    """One opportunity with all that was read of it."""

    system: str
    id: str
    """As the system has it."""
    account: str = ""
    name: str = ""
    owner: str = ""
    stage: str = ""
    amount: float | None = None
    currency: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Further fields of the record, by their name in words."""
    contacts: tuple[Contact, ...] = ()
    """Whether they come to the meeting or not."""
    entries: tuple[Entry, ...] = ()
    appointments: tuple[Appointment, ...] = ()


def opportunities(
    dossier: Dossier, *, today: dt.date, seller: Seller | None = None, proofs: tuple[NoteLine, ...] = ()
) -> Iterator[Opportunity]:
    """One opportunity for each of its appointments, in their order; two at the same time are the same."""
    history = [text for entry in _newest(dossier) if (text := note_text(_note(entry)))]
    for appointment in reversed({_at(one): one for one in reversed(dossier.appointments)}.values()):
        invitation = Entry("invitation", appointment.text, appointment.date, appointment.title)
        said = [note_text(_note(invitation))] if appointment.text.strip() else []
        yield Opportunity(
            id=f"{dossier.system}:{dossier.id}@{_at(appointment)}",
            system=dossier.system,
            owner=line_of(dossier.owner),
            stage=line_of(dossier.stage),
            amount=dossier.amount,
            currency=dossier.currency,
            context=context_of(
                _record(dossier, appointment, seller or Seller()),
                body_of(dict.fromkeys([*history, *said])),
                today=today,
                proofs=proofs,
            ),
        )


def _at(appointment: Appointment) -> str:
    return str(appointment.date) + (f"T{appointment.start:%H:%M}" if appointment.start else "")


def _newest(dossier: Dossier) -> list[Entry]:
    """Oldest first."""
    return sorted(dossier.entries, key=lambda entry: entry.day or dt.date.min)[-MAX_NOTES:]


def _note(entry: Entry) -> Note:
    """In the form in which an export's notes are kept: `Task, Riya Shah (open): Send the price list`."""
    if entry.kind == "mail":
        return Note(_day(entry), _mail_head(entry), entry.text, "mail", "", 0)
    author = f", {entry.author}" if entry.author else ""
    state = f" ({entry.state})" if entry.state else ""
    title = f": {entry.title}" if entry.title.strip() else ""
    head = line_of(f"{entry.kind.capitalize()}{author}{state}{title}")
    return Note(_day(entry), head, entry.text, "text", "", 0)


def _mail_head(entry: Entry) -> str:
    sender = f"{entry.author} <{entry.sent_from}>" if entry.sent_from else entry.author
    fields = {"From": sender.strip(), "Date": _day(entry), "To": entry.sent_to, "Subject": entry.title}
    return "\n".join(f"{name}: {line_of(text)}" for name, text in fields.items() if text)


def _day(entry: Entry) -> str:
    return entry.day.isoformat() if entry.day else ""


def _record(dossier: Dossier, appointment: Appointment, seller: Seller) -> Record:
    minutes = appointment.minutes
    return Record(
        account=line_of(dossier.account),
        opportunity=line_of(dossier.name),
        stage=line_of(dossier.stage),
        amount="" if dossier.amount is None else shown(dossier.amount, dossier.currency),
        seller=seller,
        rep=line_of(dossier.owner),
        meeting=Meeting(
            date=appointment.date,
            start=appointment.start,
            minutes=minutes if minutes and 1 <= minutes <= 24 * 60 else None,
            place=line_of(appointment.place),
            attendees=appointment.attendees,
        ),
        facts=tuple(_facts(dossier, appointment))[:MAX_FACTS],
    )


def _facts(dossier: Dossier, appointment: Appointment) -> Iterator[tuple[str, str]]:
    if appointment.title:
        yield "Meeting", fact(appointment.title)
    for name in appointment.colleagues:
        yield "With us", line_of(name)
    for name, value in dossier.facts.items():
        if value:
            yield name, fact(value)
    for contact in dossier.contacts:
        title = f", {contact.person.title}" if contact.person.title else ""
        yield "Contact", f"{contact.person.name}{title}{f' ({contact.role})' if contact.role else ''}"
