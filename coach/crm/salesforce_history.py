"""Rows of Salesforce's objects -> appointments, people and entries of the history (pure)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coach.crm.answers import Row, day_of, is_true, looks_private, moment_of, number_in, text_in
from coach.crm.dossier import Appointment, Contact, Entry, EntryKind
from coach.crm.written_back import key_of
from coach.schema import Person

_DRAFT = "5"
"""`EmailMessage.Status`: 0 new, 1 read, 2 replied, 3 sent, 4 forwarded, 5 draft."""

Rows = Mapping[str, list[Row]]
"""Rows by the id that they belong to."""


def local_day(event: Row, zones: Mapping[str, str]) -> dt.date | None:
    """The day on which the event begins for its owner; None: it has no time that can be read."""
    moment = _start(event, zones.get(text_in(event, "OwnerId"), ""))
    return moment.date() if moment else None


def _start(event: Row, zone: str) -> dt.datetime | None:
    """In the owner's zone, or this machine's; an event of a whole day stays on its day everywhere."""
    moment = moment_of(event.get("StartDateTime"))
    if moment is None or is_true(event, "IsAllDayEvent"):
        return moment
    try:
        return moment.astimezone(ZoneInfo(zone) if zone else None)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return moment.astimezone()


def appointment_of(event: Row, invited: Rows, contacts: Rows, users: Rows) -> Appointment:
    """Whoever declined does not come. The event's time can be read, see `local_day`."""
    owner = text_in(event, "OwnerId")
    start = _start(event, text_in(users.get(owner, [{}])[0], "TimeZoneSidKey"))
    assert start
    relations = [row for row in invited.get(text_in(event, "Id"), []) if text_in(row, "Status") != "Declined"]
    guests = dict.fromkeys([text_in(event, "WhoId"), *(text_in(row, "RelationId") for row in relations)])
    people = [_person(contacts[one][0]) for one in guests if one in contacts]
    ours = [text_in(users[one][0], "Name") for one in guests if one in users and one != owner]
    minutes = number_in(event, "DurationInMinutes")
    is_all_day = is_true(event, "IsAllDayEvent")
    return Appointment(
        date=start.date(),
        start=None if is_all_day else start.time().replace(second=0, microsecond=0),
        minutes=int(minutes) if minutes and not is_all_day else None,
        place=text_in(event, "Location"),
        attendees=tuple(person for person in people if person.name),
        colleagues=tuple(filter(None, ours)),
        title=text_in(event, "Subject"),
        text=text_in(event, "Description"),
    )


def contacts_of(roles: Sequence[Row], contacts: Rows) -> tuple[Contact, ...]:
    """The opportunity's contacts, each once, with the first of the roles that they have in the purchase."""
    found: dict[str, Contact] = {}
    for row in roles:
        one = text_in(row, "ContactId")
        if one in contacts:
            found.setdefault(one, Contact(_person(contacts[one][0]), text_in(row, "Role")))
    return tuple(contact for contact in found.values() if contact.person.name)


def _person(contact: Row) -> Person:
    return Person(name=text_in(contact, "Name"), title=text_in(contact, "Title"))


def entries_of(history: Mapping[str, Sequence[Row]], *, users: Rows) -> Iterator[Entry]:
    """The history by object, as entries. The coach's own notes are no news."""

    def by(row: Row) -> str:
        return text_in(users.get(text_in(row, "OwnerId"), [{}])[0], "Name")

    for row in history.get("Event", ()):
        title = text_in(row, "Subject")
        if not is_true(row, "IsPrivate") and not looks_private(title):
            yield Entry("meeting", text_in(row, "Description"), _day(row, "StartDateTime"), title, by(row))
    for row in history.get("Task", ()):
        if not (text_in(row, "TaskSubtype") == "Email" and history.get("EmailMessage")):
            yield _task(row, by(row))
    for row in history.get("Note", ()):
        if not is_true(row, "IsPrivate"):
            yield Entry("note", text_in(row, "Body"), _day(row, "CreatedDate"), text_in(row, "Title"), by(row))
    for row in history.get("ContentNote", ()):
        if not key_of(text_in(row, "Content")):
            yield Entry("note", text_in(row, "Content"), _day(row, "CreatedDate"), text_in(row, "Title"), by(row))
    for row in history.get("EmailMessage", ()):
        if text_in(row, "Status") != _DRAFT:
            yield _mail(row)


def _task(row: Row, author: str) -> Entry:
    is_call = text_in(row, "TaskSubtype") == "Call"
    is_done = is_true(row, "IsClosed") or text_in(row, "Status") == "Completed"
    due = day_of(row.get("ActivityDate"))
    state = "done" if is_done else f"open, due {due}" if due else "open"
    day = due if is_done and due else _day(row, "CreatedDate") or due
    kind: EntryKind = "call" if is_call else "task"
    return Entry(kind, text_in(row, "Description"), day, text_in(row, "Subject"), author, "" if is_call else state)


def _mail(row: Row) -> Entry:
    return Entry(
        "mail",
        text_in(row, "TextBody") or text_in(row, "HtmlBody"),
        _day(row, "MessageDate"),
        text_in(row, "Subject"),
        author=text_in(row, "FromName"),
        sent_from=text_in(row, "FromAddress"),
        sent_to=text_in(row, "ToAddress"),
    )


def _day(row: Row, key: str) -> dt.date | None:
    moment = moment_of(row.get(key))
    return moment.date() if moment else None
