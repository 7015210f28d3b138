"""A row of opportunities with what the shelf holds for it -> opportunities, one a meeting.

Knows nothing about which rows are wanted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, replace
from typing import NamedTuple

from coach.crm.amounts import amount, currency, shown
from coach.crm.columns import is_date_like
from coach.crm.contexts import MAX_FACTS, body_of, context_of, made_up_id, note_text
from coach.crm.days import clock, moment
from coach.crm.joining import MAX_NOTES, Account, Booked, Shelf, folded
from coach.crm.loading import Reading
from coach.crm.mapping import Mapping
from coach.crm.opportunity import Opportunity, Problem
from coach.crm.salesforce_export import full_id
from coach.crm.tables import OnProblem
from coach.crm.values import NOTHING, fact, facts_of, ident, idents, line_of, names, text_of
from coach.excerpt import excerpt
from coach.record import Record, people_in
from coach.schema import Meeting, NoteLine, Person, Seller

Fact = tuple[str, str]
"""Name and text."""
Contact = tuple[str, Person, str]
"""Id, person and role."""

LONGEST_NAME = 300
ID_MARKS = ("o#", "#")
UNKNOWN = Meeting()
NO_NOTES = ("Notes", "none in the export")


class Deal(NamedTuple):
    """A row of opportunities as it stands."""

    number: int
    cells: Sequence[str]
    values: Mapped[str, str]
    system: str
    id: str
    name: str
    account: str
    account_id: str


@dataclass(frozen=True)
class Drawing:
    """What every row is drawn with."""

    shelf: Shelf
    system: str
    today: dt.date
    mapping: Mapping
    seller: Seller
    proofs: tuple[NoteLine, ...]
    on_problem: OnProblem


class _Known(NamedTuple):
    """What all meetings of an opportunity share."""

    account: Account | None
    record: Record
    amount: float | None
    currency: str
    contacts: int
    texts: Sequence[str]


class Drawn(NamedTuple):
    """An opportunity with what its file is written from."""

    opportunity: Opportunity
    facts: tuple[Fact, ...]
    body: str
    has_account: bool
    people: int
    notes: int


def deal_of(number: int, cells: Sequence[str], values: Mapped[str, str], system: str) -> Deal:
    accounts = names(values["account"]) if "account" in values else []
    at = idents(values["account_id"], system) if "account_id" in values else []
    return Deal(
        number,
        cells,
        values,
        system,
        ident(values.get("id", ""), system),
        line_of(values.get("name", ""))[:LONGEST_NAME],
        accounts[0][:LONGEST_NAME] if accounts else "",
        at[0] if at else "",
    )


def drawn(deal: Deal, reading: Reading, drawing: Drawing, booked: Sequence[Booked], *, is_all: bool) -> list[Drawn]:
    """One a meeting to come; without any one if all are wanted, else none."""
    meetings = [_of_booked(one, deal, drawing) for one in _once(booked)] if booked else []
    if not meetings and "meeting_date" in deal.values and (own := _own_meeting(deal, reading, drawing)):
        meetings = [(own, ())]
    if not meetings and "meeting_date" not in deal.values:
        _tell_others(deal, reading)
    if not meetings and is_all:
        meetings = [(UNKNOWN, ())]
    if not meetings:
        return []
    known = _known(deal, reading, drawing)
    return [_with(meeting, more, known, deal, drawing) for meeting, more in meetings]


def _known(deal: Deal, reading: Reading, drawing: Drawing) -> _Known:
    account = _account(deal, reading, drawing)
    name = account.name if account and account.name else deal.account
    contacts = _contacts(deal, drawing, name)
    texts = _notes(deal, reading, drawing, account, contacts)
    facts = _facts(deal, reading, account, contacts) or ([] if texts else [NO_NOTES])
    value, code = _amount(deal, reading, drawing)
    return _Known(
        account=account,
        record=Record(
            account=name,
            opportunity=deal.name,
            stage=_stage(deal, drawing),
            amount="" if value is None else shown(value, code),
            seller=drawing.seller,
            rep=_owner(deal, drawing),
            facts=grouped(facts),
        ),
        amount=value,
        currency=code,
        contacts=len(contacts),
        texts=texts,
    )


def _with(meeting: Meeting, more: Sequence[Fact], known: _Known, deal: Deal, drawing: Drawing) -> Drawn:
    record = known.record
    if meeting is not UNKNOWN:
        record = replace(record, meeting=meeting, facts=grouped([*more, *record.facts]))
    body = body_of(known.texts)
    opportunity = Opportunity(
        id=_id(deal, record.account, meeting),
        system=deal.system,
        owner=record.rep,
        stage=record.stage,
        amount=known.amount,
        currency=known.currency,
        context=context_of(record, body, today=drawing.today, proofs=drawing.proofs),
    )
    people = len(meeting.attendees) + known.contacts
    return Drawn(opportunity, record.facts, body, known.account is not None, people, len(known.texts))


def grouped(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Facts of one name together, in the order in which the names come first."""
    if len({name for name, _ in facts}) == len(facts):
        return tuple(facts[:MAX_FACTS])
    places: dict[str, int] = {}
    for name, _ in facts:
        places.setdefault(name, len(places))
    return tuple(sorted(facts, key=lambda one: places[one[0]])[:MAX_FACTS])


def _id(deal: Deal, account: str, meeting: Meeting) -> str:
    base = full_id(deal.id) if deal.system == "salesforce" else deal.id
    base = base or made_up_id(account, deal.name, meeting.date)
    if meeting.date is None:
        return f"{deal.system}:{base}"
    at = f"T{meeting.start:%H:%M}" if meeting.start else ""
    return f"{deal.system}:{base}@{meeting.date}{at}"


def _once(booked: Sequence[Booked]) -> list[Booked]:
    """An invitee's copy of a meeting is no other meeting."""
    return list({(one.day, one.start): one for one in reversed(booked)}.values())[::-1]


def _of_booked(one: Booked, deal: Deal, drawing: Drawing) -> tuple[Meeting, tuple[Fact, ...]]:
    shelf = drawing.shelf
    ids = [mark[2:] for mark in one.people] + shelf.attendees(one.id)
    known = [found[0] for ident in ids if (found := shelf.person(ident))]
    named = [person for words in one.words for person in people_in(words)]
    titled = [person if person.title else shelf.person_named(person.name, deal.account) for person in named]
    attendees = _named([*titled, *known])
    meeting = Meeting(date=one.day, start=one.start, minutes=one.minutes, place=one.place, attendees=attendees)
    return meeting, ((("Meeting", one.title),) if one.title else ())


def _named(people: Sequence[Person]) -> tuple[Person, ...]:
    """Once each, whoever has a name."""
    return tuple({folded(person.name): person for person in people if person.name not in NOTHING}.values())


def _own_meeting(deal: Deal, reading: Reading, drawing: Drawing) -> Meeting | None:
    """The meeting that the opportunity's own row names, if it is to come."""
    at = reading.moment(deal.values, "meeting_date", deal.number)
    if at is None or at.day < drawing.today:
        return None
    values = deal.values
    minutes = values.get("meeting_minutes", "").partition(" ")[0].partition(".")[0]
    return Meeting(
        date=at.day,
        start=clock(values.get("meeting_start", "")) or at.start,
        minutes=int(minutes) if minutes.isdecimal() and 1 <= int(minutes) <= 24 * 60 else None,
        place=line_of(values.get("meeting_place", "")),
        attendees=_named(people_in(line_of(values.get("attendees", "")))),
    )


def _tell_others(deal: Deal, reading: Reading) -> None:
    """A day to come in another column may be a call's or a task's: it is told, and not taken for the meeting's."""
    columns, headings = reading.columns, reading.table.headings
    for other in [other for other, role in columns.others.items() if role == "meeting_date"]:
        at = columns.places["meeting_date"]
        found = moment(deal.cells[other], order=columns.orders[at], zone=reading.zone)
        if found and found.day >= reading.today:
            reason = f"no day under {headings[at]}; {found.day} is not taken for a meeting's: it may be a call's"
            reading.on_problem(Problem(reading.table.file, deal.number, headings[other], reason))


def _account(deal: Deal, reading: Reading, drawing: Drawing) -> Account | None:
    shelf = drawing.shelf
    if "accounts" not in shelf.filled:
        return None
    at = deal.account_id or (shelf.account_linked(deal.id) if deal.id else "")
    if at and (found := shelf.account(at)):
        return found
    if at and not deal.account:
        reading.tell(deal.number, "account_id", f"its account {excerpt(at, 40)} is not in the export; used without")
        return None
    same = shelf.accounts_named(deal.account)
    if len(same) == 2:
        reading.tell(deal.number, "account", f"several accounts are called {deal.account}; none of them is joined")
    return same[0] if len(same) == 1 else None


def _contacts(deal: Deal, drawing: Drawing, account: str) -> list[Contact]:
    """Id, person and role of whom the opportunity names."""
    shelf, found = drawing.shelf, []
    for ident_of, role in shelf.roles(deal.id) if deal.id and "roles" in shelf.filled else []:
        if person := shelf.person(ident_of):
            found.append((ident_of, person[0], role))
    if found:
        return found
    ids = idents(deal.values["person_id"], deal.system) if "person_id" in deal.values else []
    found = [(one, person[0], "") for one in ids if (person := shelf.person(one))]
    if found or "person" not in deal.values:
        return found
    return [("", shelf.person_named(name, account), "") for name in names(deal.values["person"])]


def _notes(
    deal: Deal, reading: Reading, drawing: Drawing, account: Account | None, contacts: Sequence[Contact]
) -> list[str]:
    texts = []
    if "description" in deal.values and (words := text_of(deal.values["description"])):
        texts.append(f"Description: {words}")
    kept = _kept_notes(deal, reading, drawing, account, contacts) if "notes" in drawing.shelf.filled else []
    if not kept and "note" in deal.values and (words := text_of(deal.values["note"])):
        texts.append(f"Note: {words}")
    return texts + kept


def _kept_notes(
    deal: Deal, reading: Reading, drawing: Drawing, account: Account | None, contacts: Sequence[Contact]
) -> list[str]:
    parents = list(_parents(deal, drawing.shelf, account, contacts))
    ids = idents(deal.values["note_id"], deal.system) if "note_id" in deal.values else []
    found = drawing.shelf.notes(parents, ids)
    if len(found) > MAX_NOTES:
        reading.tell(deal.number, "", f"more than {MAX_NOTES} notes; the newest are used")
        found = found[1:]
    texts = []
    for note in found:
        text = note_text(note)
        if not text_of(note.body, note.form) and note.form == "base64":
            drawing.on_problem(Problem(note.file, note.line, "Content", "neither base64 of UTF-8 text nor any words"))
        if text:
            texts.append(text)
    return list(dict.fromkeys(texts))


def _parents(deal: Deal, shelf: Shelf, account: Account | None, contacts: Sequence[Contact]) -> Iterator[str]:
    """Keys under which a note is this opportunity's; names only where nothing else has them."""
    title, at = folded(deal.name), folded(deal.account)
    if deal.id:
        yield from (f"{mark}{deal.id}" for mark in ID_MARKS)
    if title and at:
        yield f"o={title}|{at}"
    if title and shelf.is_only_title(title):
        yield from (f"o={title}|", f"n={title}")
    account_id = account.id if account and account.id else deal.account_id
    if account_id:
        yield from (f"a#{account_id}", f"#{account_id}")
    if at and len(shelf.accounts_named(deal.account)) < 2 and shelf.is_one_account(at):
        yield from (f"a={at}", f"n={at}")
    for one, _, _ in contacts:
        belongs = shelf.person(one) if one else None
        if belongs and (belongs[1] in {"", account_id} or folded(belongs[1]) == at):
            yield f"p#{one}"


def _amount(deal: Deal, reading: Reading, drawing: Drawing) -> tuple[float | None, str]:
    text = deal.values.get("amount", "")
    if not text:
        return None, ""
    code = currency(deal.values["currency"]) if "currency" in deal.values else reading.columns.currency
    found = amount(text, decimal=reading.columns.decimal)
    if found is None:
        reading.tell(deal.number, "amount", f"`{excerpt(text, 40)}` is no amount; used without")
        return None, ""
    return found.value, found.currency or code or drawing.mapping.currency


def _stage(deal: Deal, drawing: Drawing) -> str:
    stage = deal.values.get("stage", "") or deal.values.get("stage_id", "")
    if stage and "stages" in drawing.shelf.filled and (known := drawing.shelf.stage(stage)):
        return known[0]
    return line_of(stage or deal.values.get("closed_as", ""))[:LONGEST_NAME]


def _owner(deal: Deal, drawing: Drawing) -> str:
    if "owner" in deal.values:
        return line_of(deal.values["owner"])[:LONGEST_NAME]
    return drawing.shelf.user(ident(deal.values["owner_id"], deal.system)) if "owner_id" in deal.values else ""


def _facts(deal: Deal, reading: Reading, account: Account | None, contacts: Sequence[Contact]) -> list[Fact]:
    values, facts = deal.values, []
    if closes := reading.moment(values, "close_date", deal.number):
        facts.append(("Close date", closes.day.isoformat()))
    for role, name in (("next_step", "Next step"), ("probability", "Probability"), ("type", "Type")):
        if role in values:
            facts.append((name, fact(values[role])))
    for _, person, role in contacts:
        title = f", {person.title}" if person.title else ""
        facts.append(("Contact", f"{person.name}{title}{f' ({role})' if role else ''}"))
    said = {deal.name, deal.account, values.get("owner", ""), values.get("stage", "")}
    for name, value in facts_of(reading.columns, deal.cells):
        if value not in said:
            facts.append((name, _dated(name, value, reading)))
    return facts + list(account.facts if account else ())


def _dated(heading: str, value: str, reading: Reading) -> str:
    """A day of a column that is no role's in one form, Excel serials as days."""
    if not is_date_like(heading) or not value[:1].isdecimal():
        return fact(value)
    at = moment(value, zone=reading.zone) if value[:5].isdecimal() else None
    return at.day.isoformat() if at else fact(value)
