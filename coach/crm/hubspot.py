"""HubSpot, live: deals with a meeting to come, their people, notes, tasks, calls and mails; the plan as a note.

Reads through the dated API what the token's scopes allow: kinds of record and properties that are not to be had are
named once and left out, archived records always. Objects and properties are those of the documentation's "Activities"
and "Objects" of version 2026-03. Writes nothing but the note that `write_note` is asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coach.crm.answers import Row, in_batches, looks_private, number_in, text_in
from coach.crm.dossier import Dossier, opportunities
from coach.crm.hubspot_client import HubSpot, path_of
from coach.crm.hubspot_history import appointment_of, contact_of, entries_of, person_of, start_of
from coach.crm.hubspot_objects import AT_ONCE, OnProblem, Reader
from coach.crm.opportunity import Opportunity, Problem
from coach.crm.patience import CrmUnavailable
from coach.crm.written_back import Written, is_untouched, key_of, note_html, says_the_same
from coach.errors import InputError
from coach.schema import NoteLine, Person, Seller

_NOTE_TO_DEAL = 214
"""Association type "note to deal". Source: the documentation's "Associations", default association types."""
_HISTORY = ("notes", "tasks", "calls", "emails", "meetings")


def meetings(
    hub: HubSpot,
    *,
    since: dt.date,
    until: dt.date,
    on_problem: OnProblem,
    today: dt.date | None = None,
    seller: Seller | None = None,
    proofs: tuple[NoteLine, ...] = (),
) -> Iterator[Opportunity]:
    """Deals with a meeting from `since` to `until`, both included, in the account's time zone.

    Raises:
        CrmRefused: the token, a scope that nothing works without, or the account's daily calls.
        CrmUnavailable: HubSpot does not answer in spite of patience.
    """
    today = today or dt.date.today()
    reader = Reader(hub, on_problem)
    account = _account(reader)
    by_deal = _meetings_by_deal(reader, account, since, until)
    for some in in_batches(by_deal, AT_ONCE):
        for dossier in _dossiers(reader, account, {one: by_deal[one] for one in some}, min(since, today)):
            try:
                yield from opportunities(dossier, today=today, seller=seller, proofs=proofs)
            except InputError as error:
                on_problem(Problem("HubSpot deals", 0, "", f"{dossier.id}: {error.message}"))


@dataclass(frozen=True)
class _Account:
    """What names the account's ids, and its clock."""

    zone: dt.tzinfo | None
    """None: this machine's."""
    currency: str
    owners: Mapping[str, str]
    stages: Mapping[str, str]


def _account(reader: Reader) -> _Account:
    details = reader.details()
    try:
        zone = ZoneInfo(text_in(details, "timeZone")) if text_in(details, "timeZone") else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = None
    return _Account(zone, text_in(details, "companyCurrency"), reader.owners(), reader.stages())


def _meetings_by_deal(reader: Reader, account: _Account, since: dt.date, until: dt.date) -> dict[str, list[Row]]:
    """The window's meetings by deal, in their order. A meeting of two deals is one of each."""
    found: dict[str, list[Row]] = {}
    for some in in_batches(_upcoming(reader, account, since, until), AT_ONCE):
        deals = reader.hub.linked("meetings", [text_in(row, "id") for row in some], to="deals")
        for row in some:
            for deal in deals.get(text_in(row, "id"), ()):
                found.setdefault(deal, []).append(row)
    return found


def _upcoming(reader: Reader, account: _Account, since: dt.date, until: dt.date) -> Iterator[Row]:
    """Whatever is neither called off nor private. A day more on either side is asked for: time zones reach that far."""
    first, last = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (since, until))
    window = (first - dt.timedelta(1), last + dt.timedelta(2))
    for row in reader.between("meetings", "hs_meeting_start_time", window):
        start = start_of(row, account.zone)
        is_open = text_in(row, "hs_meeting_outcome") != "CANCELED" and not looks_private(
            text_in(row, "hs_meeting_title")
        )
        if is_open and start and since <= start.date() <= until:
            yield row


def _dossiers(
    reader: Reader, account: _Account, meetings_by_deal: Mapping[str, list[Row]], before: dt.date
) -> Iterator[Dossier]:
    """Everything of some deals at once, put apart again; what is read of one never meets another."""
    deals = reader.records("deals", list(meetings_by_deal))
    ids = [one for one in meetings_by_deal if one in deals]
    invited = reader.linked(
        "meetings", [text_in(row, "id") for one in ids for row in meetings_by_deal[one]], "contacts"
    )
    contacts = reader.linked("deals", ids, "contacts")
    companies = reader.linked("deals", ids, "companies")
    history = {kind: reader.linked("deals", ids, kind) for kind in _HISTORY}
    for one in ids:
        deal, company = deals[one], next(iter(companies.get(one, [])), {})
        past = {kind: rows.get(one, []) for kind, rows in history.items()}
        yield Dossier(
            system="hubspot",
            id=one,
            account=text_in(company, "name"),
            name=text_in(deal, "dealname"),
            owner=account.owners.get(text_in(deal, "hubspot_owner_id"), ""),
            stage=account.stages.get(text_in(deal, "dealstage"), text_in(deal, "dealstage")),
            amount=number_in(deal, "amount"),
            currency=text_in(deal, "deal_currency_code") or account.currency,
            facts=_record_facts(deal, company),
            contacts=tuple(contact_of(row) for row in contacts.get(one, []) if person_of(row).name),
            entries=tuple(entries_of(past, before=before, owners=account.owners, zone=account.zone)),
            appointments=tuple(
                appointment_of(row, _people(invited.get(text_in(row, "id"), [])), account.owners, account.zone)
                for row in meetings_by_deal[one]
            ),
        )


def _people(rows: Sequence[Row]) -> tuple[Person, ...]:
    return tuple(person for person in map(person_of, rows) if person.name)


def _record_facts(deal: Row, company: Row) -> dict[str, str]:
    return {
        "Next step": text_in(deal, "hs_next_step"),
        "Close date": text_in(deal, "closedate")[:10],
        "Type": text_in(deal, "dealtype"),
        "Description": text_in(deal, "description"),
        "Industry": text_in(company, "industry"),
        "Employees": text_in(company, "numberofemployees"),
        "About the account": text_in(company, "description"),
    }


def write_note(hub: HubSpot, opportunity: Opportunity, *, text: str) -> Written:
    """The plan as a note at its deal: one a meeting, however often it is written.

    A note that a person has changed since is left alone. Raises: CrmRefused, CrmUnavailable.
    """
    try:
        return _written(hub, opportunity, text)
    except CrmUnavailable:
        return _written(hub, opportunity, text)  # what was asked for may have been done: look again, once


def _written(hub: HubSpot, opportunity: Opportunity, text: str) -> Written:
    deal = opportunity.id.partition(":")[2].partition("@")[0]
    key = opportunity.id
    body = note_html(text, key=key)
    found = next((row for row in _notes(hub, deal) if key_of(text_in(row, "hs_note_body")) == key), None)
    if found is None:
        hub.write("POST", path_of("notes"), _new_note(deal, body))
        return "created"
    current = text_in(found, "hs_note_body")
    if not is_untouched(current):
        return "left_alone"
    if says_the_same(current, body):
        return "unchanged"
    hub.write("PATCH", path_of("notes", text_in(found, "id")), {"properties": {"hs_note_body": body}})
    return "updated"


def _notes(hub: HubSpot, deal: str) -> Iterator[Row]:
    ids = hub.linked("deals", [deal], to="notes").get(deal, [])
    for row in hub.records("notes", ids, properties=["hs_note_body"]):
        properties = row.get("properties")
        yield {"id": row.get("id"), **(properties if isinstance(properties, dict) else {})}


def _new_note(deal: str, body: str) -> dict[str, object]:
    kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _NOTE_TO_DEAL}
    return {
        "properties": {"hs_timestamp": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "hs_note_body": body},
        "associations": [{"to": {"id": deal}, "types": [kind]}],
    }
