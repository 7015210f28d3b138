"""The meeting as a calendar file whose description is the customer agenda and nothing else (iCalendar, RFC 5545).

A start that carries an offset is that moment. Else the hour is one of the zone that is given, which the file describes
(TZID and VTIMEZONE), or without one floating: that hour wherever it is opened (3.3.5, form 1). Knows nothing of files.
"""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Calendar, Event

from coach.errors import InputError
from coach.export.customer_agenda import CustomerAgenda, to_markdown
from coach.schema import AccountContext, Meeting, MeetingPlan

_SPACE = uuid.UUID("6a0d3a0e-5f0c-4c55-9d5e-2b7b6f1f2c11")
_LONGEST = dt.timedelta(days=2)
"""So long a zone is described: one rule, where Outlook reads a list of changes of the clock as it likes."""
_EPOCH = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def zone_named(name: str) -> ZoneInfo:
    """`Europe/Berlin`. Raises InputError when there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            f"{name} is no time zone.", hint="Write it as in Europe/Berlin or America/New_York."
        ) from error


def to_ics(
    plan: MeetingPlan,
    context: AccountContext,
    agenda: CustomerAgenda,
    *,
    now: dt.datetime,
    plan_id: str = "",
    zone: ZoneInfo | None = None,
) -> bytes:
    """One event to publish. `now` is aware; a later file of the same meeting replaces an earlier one.

    `plan_id` makes the event's id, else account, opportunity, rep and day do: moved to another day, it is a new event.
    `zone`: of the hour that the record has.

    Raises:
        InputError: the meeting has no date.
    """
    meeting = context.meeting
    if meeting.date is None:
        raise InputError("A calendar file needs the day of the meeting.", hint="Add the date to the meeting's record.")
    event = Event()
    event.add("uid", f"{uuid.uuid5(_SPACE, plan_id or _known(plan, context))}@meeting-coach")
    event.add("dtstamp", now.astimezone(dt.UTC))
    event.add("sequence", max(int((now - _EPOCH).total_seconds() // 60), 0))
    event.add("summary", agenda.title.text)
    event.add("description", _plain(to_markdown(agenda)))
    if agenda.place:
        event.add("location", agenda.place.text)
    _add_time(event, meeting, meeting.date, zone)
    calendar = Calendar()
    calendar.add("prodid", f"-//Meeting Coach//{agenda.handout.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones(first_date=meeting.date, last_date=meeting.date + _LONGEST)
    return bytes(calendar.to_ical())


def _add_time(event: Event, meeting: Meeting, day: dt.date, zone: ZoneInfo | None) -> None:
    if meeting.start is None:
        event.add("dtstart", day)
        return
    start = dt.datetime.combine(day, meeting.start)
    start = start.astimezone(dt.UTC) if start.tzinfo else start.replace(tzinfo=zone)
    event.add("dtstart", start)
    if meeting.minutes:
        event.add("dtend", start + dt.timedelta(minutes=meeting.minutes))


def _known(plan: MeetingPlan, context: AccountContext) -> str:
    """What the same meeting always has."""
    day = context.meeting.date.isoformat() if context.meeting.date else ""
    return "\n".join((context.account or plan.title, context.opportunity, context.rep, day))


def _plain(markdown: str) -> str:
    """Headings without their signs; calendars show text as it stands."""
    return "\n".join(line.lstrip("# ") for line in markdown.strip().splitlines())
