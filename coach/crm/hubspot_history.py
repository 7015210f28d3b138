"""Rows of HubSpot's records -> appointments, people and entries of the history (pure)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from coach.crm.answers import Row, looks_private, moment_of, text_in
from coach.crm.dossier import Appointment, Contact, Entry
from coach.crm.values import text_of
from coach.crm.written_back import key_of
from coach.schema import Person

_NEVER_SENT = frozenset({"BOUNCED", "FAILED", "SCHEDULED", "SENDING"})


def start_of(meeting: Row, zone: dt.tzinfo | None) -> dt.datetime | None:
    """When it begins, by the account's clock or this machine's."""
    moment = moment_of(meeting.get("hs_meeting_start_time"))
    return moment.astimezone(zone) if moment else None


def appointment_of(
    meeting: Row, attendees: tuple[Person, ...], owners: Mapping[str, str], zone: dt.tzinfo | None
) -> Appointment:
    """`owners`: names by owner id. The meeting's start can be read."""
    start, end = start_of(meeting, zone), moment_of(meeting.get("hs_meeting_end_time"))
    assert start
    ours = [one for one in text_in(meeting, "hs_attendee_owner_ids").split(";") if one in owners]
    return Appointment(
        date=start.date(),
        start=start.time().replace(second=0, microsecond=0),
        minutes=int((end - start).total_seconds() // 60) if end and end > start else None,
        place=text_in(meeting, "hs_meeting_location"),
        attendees=attendees,
        colleagues=tuple(owners[one] for one in ours if one != text_in(meeting, "hubspot_owner_id")),
        title=text_in(meeting, "hs_meeting_title"),
        text=_said(meeting),
    )


def person_of(contact: Row) -> Person:
    name = f"{text_in(contact, 'firstname')} {text_in(contact, 'lastname')}".strip()
    return Person(name=name, title=text_in(contact, "jobtitle"))


def contact_of(contact: Row) -> Contact:
    role = text_in(contact, "hs_buying_role").replace(";", ", ").replace("_", " ").lower()
    return Contact(person_of(contact), role)


def entries_of(
    history: Mapping[str, Sequence[Row]], *, before: dt.date, owners: Mapping[str, str], zone: dt.tzinfo | None
) -> Iterator[Entry]:
    """The history by kind of record, as entries; meetings only those `before`. The coach's own notes are no news."""

    def by(row: Row) -> str:
        return owners.get(text_in(row, "hubspot_owner_id"), "")

    for row in history.get("meetings", ()):
        start, title = start_of(row, zone), text_in(row, "hs_meeting_title")
        is_past = start is not None and start.date() < before and text_in(row, "hs_meeting_outcome") != "CANCELED"
        if start and is_past and not looks_private(title):
            yield Entry("meeting", _said(row), start.date(), title, by(row))
    for row in history.get("notes", ()):
        if not key_of(text_in(row, "hs_note_body")):
            yield Entry("note", text_in(row, "hs_note_body"), _day(row, zone), "", by(row))
    for row in history.get("calls", ()):
        yield Entry("call", text_in(row, "hs_call_body"), _day(row, zone), text_in(row, "hs_call_title"), by(row))
    for row in history.get("tasks", ()):
        title = text_in(row, "hs_task_subject")
        yield Entry("task", text_in(row, "hs_task_body"), _day(row, zone), title, by(row), _state(row, zone))
    for row in history.get("emails", ()):
        if text_in(row, "hs_email_status") not in _NEVER_SENT:
            yield _mail(row, zone)


def _said(meeting: Row) -> str:
    """What the invitation says, then what we noted among ourselves."""
    parts = (text_in(meeting, key) for key in ("hs_meeting_body", "hs_internal_meeting_notes"))
    return "\n\n".join(text_of(part) for part in parts if part)


def _state(task: Row, zone: dt.tzinfo | None) -> str:
    """A task's timestamp is when it is due."""
    due = _day(task, zone)
    if text_in(task, "hs_task_status") == "COMPLETED":
        return "done"
    return f"open, due {due}" if due else "open"


def _mail(row: Row, zone: dt.tzinfo | None) -> Entry:
    name = f"{text_in(row, 'hs_email_from_firstname')} {text_in(row, 'hs_email_from_lastname')}".strip()
    return Entry(
        "mail",
        text_in(row, "hs_email_text") or text_in(row, "hs_email_html"),
        _day(row, zone),
        text_in(row, "hs_email_subject"),
        author=name,
        sent_from=text_in(row, "hs_email_from_email"),
        sent_to=text_in(row, "hs_email_to_email").replace(";", ", "),
    )


def _day(row: Row, zone: dt.tzinfo | None) -> dt.date | None:
    moment = moment_of(row.get("hs_timestamp"))
    return moment.astimezone(zone).date() if moment else None
