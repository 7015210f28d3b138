"""Salesforce, live: opportunities with a meeting to come, their people, notes, tasks and mails; the plan as a note.

Reads through the REST API what the user who signs in may see: objects and fields that are not visible are named once
and left out, private events and notes and deleted records always. Objects and fields are those of the Object
Reference for the Salesforce Platform. Writes nothing but the note that `write_note` is asked for.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from coach.crm.answers import Row, in_batches, is_true, looks_private, number_in, text_in
from coach.crm.dossier import Dossier, opportunities
from coach.crm.opportunity import Opportunity, Problem
from coach.crm.patience import CrmUnavailable
from coach.crm.salesforce_answers import checked_id
from coach.crm.salesforce_client import SalesforceOrg
from coach.crm.salesforce_history import appointment_of, contacts_of, entries_of, local_day
from coach.crm.salesforce_objects import AT_ONCE, OnProblem, Reader
from coach.crm.written_back import Written, is_untouched, note_html, says_the_same
from coach.errors import InputError
from coach.schema import NoteLine, Seller

MOST_NOTES = 60
"""Enhanced notes of one opportunity, the newest: the text of each is a call of its own."""
_OPPORTUNITY = "006"
"""Key prefix of an opportunity's id."""


def meetings(
    org: SalesforceOrg,
    *,
    since: dt.date,
    until: dt.date,
    on_problem: OnProblem,
    today: dt.date | None = None,
    seller: Seller | None = None,
    proofs: tuple[NoteLine, ...] = (),
) -> Iterator[Opportunity]:
    """Opportunities with an event from `since` to `until`, both included, in the event owner's time zone.

    Raises:
        CrmRefused: the sign-in, a permission that nothing works without, or the org's daily calls.
        CrmUnavailable: Salesforce does not answer in spite of patience.
    """
    today = today or dt.date.today()
    reader = Reader(org, on_problem)
    by_opportunity = _events(reader, since, until)
    for some in in_batches(by_opportunity, AT_ONCE):
        for dossier in _dossiers(reader, {one: by_opportunity[one] for one in some}, min(since, today)):
            try:
                yield from opportunities(dossier, today=today, seller=seller, proofs=proofs)
            except InputError as error:
                on_problem(Problem("Salesforce Opportunity", 0, "", f"{dossier.id}: {error.message}"))


def _events(reader: Reader, since: dt.date, until: dt.date) -> dict[str, list[Row]]:
    """The window's events by opportunity, in their order. A day more on either side: time zones reach that far."""
    window = (
        f"StartDateTime >= {since - dt.timedelta(1)}T00:00:00Z AND StartDateTime < {until + dt.timedelta(2)}T00:00:00Z"
    )
    own = " AND IsChild = false" if "IsChild" in reader.fields("Event") else ""
    query = f"{window} AND IsPrivate = false AND WhatId != null{own} ORDER BY StartDateTime"
    events = [row for row in reader.rows("Event", query) if _is_open_to_all(row)]
    zones = _zones(reader, events)
    found: dict[str, list[Row]] = {}
    for row in events:
        day = local_day(row, zones)
        if day is None:
            problem = f"{text_in(row, 'Id')}: no time that can be read, so left out"
            reader.on_problem(Problem("Salesforce Event", 0, "StartDateTime", problem))
        elif since <= day <= until:
            found.setdefault(text_in(row, "WhatId"), []).append(row)
    return found


def _is_open_to_all(row: Row) -> bool:
    """Whether it is an opportunity's, nobody's private affair, and no series, whose meetings stand by themselves."""
    is_private = is_true(row, "IsPrivate") or looks_private(text_in(row, "Subject"))
    return text_in(row, "WhatId").startswith(_OPPORTUNITY) and not is_private and not is_true(row, "IsRecurrence")


def _zones(reader: Reader, events: Sequence[Row]) -> dict[str, str]:
    """Time zone by owner."""
    users = reader.by("User", "Id", [text_in(row, "OwnerId") for row in events])
    return {one: text_in(rows[0], "TimeZoneSidKey") for one, rows in users.items()}


def _dossiers(reader: Reader, events: Mapping[str, list[Row]], before: dt.date) -> Iterator[Dossier]:
    """Everything of some opportunities at once, put apart again; what is read of one never meets another."""
    ids = list(events)
    records = {one: rows[0] for one, rows in reader.by("Opportunity", "Id", ids).items()}
    records = {one: row for one, row in records.items() if not is_true(row, "IsPrivate")}
    if not records:
        return
    ids = [one for one in ids if one in records]
    all_events = [row for one in ids for row in events[one]]
    invited = reader.by("EventRelation", "EventId", [text_in(row, "Id") for row in all_events])
    roles = reader.by("OpportunityContactRole", "OpportunityId", ids)
    accounts = reader.by("Account", "Id", [text_in(row, "AccountId") for row in records.values()])
    contacts = reader.by("Contact", "Id", _contact_ids(all_events, invited, roles))
    history = _history(reader, ids, before)
    users = reader.by("User", "Id", _user_ids(records, all_events, invited, history))
    for one in ids:
        record = records[one]
        account = accounts.get(text_in(record, "AccountId"), [{}])[0]
        yield Dossier(
            system="salesforce",
            id=one,
            account=text_in(account, "Name"),
            name=text_in(record, "Name"),
            owner=_name(users, text_in(record, "OwnerId")),
            stage=text_in(record, "StageName"),
            amount=number_in(record, "Amount"),
            currency=text_in(record, "CurrencyIsoCode"),
            facts=_record_facts(record, account),
            contacts=contacts_of(roles.get(one, []), contacts),
            entries=tuple(entries_of({name: rows.get(one, []) for name, rows in history.items()}, users=users)),
            appointments=tuple(appointment_of(row, invited, contacts, users) for row in events[one]),
        )


def _history(reader: Reader, ids: Sequence[str], before: dt.date) -> dict[str, dict[str, list[Row]]]:
    """What happened, by object and opportunity."""
    past = f" AND StartDateTime < {before}T00:00:00Z AND IsPrivate = false"
    return {
        "Event": reader.by("Event", "WhatId", ids, and_also=past),
        "Task": reader.by("Task", "WhatId", ids),
        "Note": reader.by("Note", "ParentId", ids, and_also=" AND IsPrivate = false"),
        "EmailMessage": reader.by("EmailMessage", "RelatedToId", ids),
        "ContentNote": _enhanced_notes(reader, ids),
    }


def _enhanced_notes(reader: Reader, ids: Sequence[str]) -> dict[str, list[Row]]:
    """Notes with their HTML in `Content`, by opportunity. A link leads to files too: those are no notes."""
    if not reader.fields("ContentNote"):
        return {}
    links = reader.by("ContentDocumentLink", "LinkedEntityId", ids)
    documents = [text_in(row, "ContentDocumentId") for rows in links.values() for row in rows]
    notes = {one: rows[0] for one, rows in reader.by("ContentNote", "Id", documents).items()}
    found: dict[str, list[Row]] = {}
    for one, rows in links.items():
        own = [notes[document] for row in rows if (document := text_in(row, "ContentDocumentId")) in notes]
        shared = [row for row in own if text_in(row, "SharingPrivacy") != "P"]
        newest = sorted(shared, key=lambda row: text_in(row, "CreatedDate"))[-MOST_NOTES:]
        found[one] = [{**row, "Content": reader.text_of_note(text_in(row, "Id"))} for row in newest]
    return found


def _contact_ids(events: Sequence[Row], invited: Mapping[str, list[Row]], roles: Mapping[str, list[Row]]) -> list[str]:
    ids = [text_in(row, "WhoId") for row in events]
    ids += [text_in(row, "RelationId") for rows in invited.values() for row in rows]
    ids += [text_in(row, "ContactId") for rows in roles.values() for row in rows]
    return [one for one in ids if one.startswith("003")]


def _user_ids(
    records: Mapping[str, Row],
    events: Sequence[Row],
    invited: Mapping[str, list[Row]],
    history: Mapping[str, Mapping[str, list[Row]]],
) -> list[str]:
    past = [row for by_one in history.values() for rows in by_one.values() for row in rows]
    ids = [text_in(row, "OwnerId") for row in (*records.values(), *events, *past)]
    ids += [text_in(row, "RelationId") for rows in invited.values() for row in rows]
    return [one for one in ids if one.startswith("005")]


def _name(rows_by_id: Mapping[str, list[Row]], one: str) -> str:
    return text_in(rows_by_id.get(one, [{}])[0], "Name")


def _record_facts(record: Row, account: Row) -> dict[str, str]:
    return {
        "Next step": text_in(record, "NextStep"),
        "Close date": text_in(record, "CloseDate"),
        "Type": text_in(record, "Type"),
        "Description": text_in(record, "Description"),
        "Industry": text_in(account, "Industry"),
        "Employees": text_in(account, "NumberOfEmployees"),
        "About the account": text_in(account, "Description"),
    }


def write_note(org: SalesforceOrg, opportunity: Opportunity, *, text: str) -> Written:
    """The plan as an enhanced note at its opportunity: one a meeting, however often it is written.

    A note that a person has changed since is left alone. Raises: CrmRefused, CrmUnavailable.
    """
    try:
        return _written(org, opportunity, text)
    except CrmUnavailable:
        return _written(org, opportunity, text)  # what was asked for may have been done: look again, once


def _written(org: SalesforceOrg, opportunity: Opportunity, text: str) -> Written:
    key = opportunity.id
    body = note_html(text, key=key)
    title = f"Meeting plan [{key}]"
    content = {"Title": title, "Content": base64.b64encode(body.encode()).decode()}
    found = next(org.rows(f"SELECT Id FROM ContentNote WHERE Title = '{title}'"), None)
    note_id = checked_id(text_in(found, "Id")) if found else org.create("ContentNote", content)
    _link(org, note_id, checked_id(opportunity.id.partition(":")[2].partition("@")[0]))
    if not found:
        return "created"
    current = org.blob("ContentNote", note_id, "Content").decode("utf-8", errors="replace")
    if not is_untouched(current):
        return "left_alone"
    if says_the_same(current, body):
        return "unchanged"
    org.update("ContentNote", note_id, content)
    return "updated"


def _link(org: SalesforceOrg, note_id: str, record_id: str) -> None:
    """Bind the note to the record, unless it is: whoever may see the record may see the note, people outside never."""
    where = f"LinkedEntityId = '{record_id}' AND ContentDocumentId = '{note_id}'"
    if next(org.rows(f"SELECT Id FROM ContentDocumentLink WHERE {where}"), None) is None:
        link = {"ContentDocumentId": note_id, "LinkedEntityId": record_id, "ShareType": "I"}
        org.create("ContentDocumentLink", link | {"Visibility": "InternalUsers"})
