"""What was typed, pasted and dropped -> the fields of the record, each with where it was read from; and back (pure).

What the rep typed comes first, then the record on top of the notes, then the notes themselves, then the settings. The
rep corrects the fields; the corrected ones and the notes make the context as a context file would.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from coach.context import TEXT_ENDINGS, parse_context
from coach.dates import FoundDate, dates_of_note, days_around, times
from coach.documents import Document, Paragraph, cleaned
from coach.errors import InputError
from coach.excerpt import excerpt
from coach.figures import figures
from coach.names import colleagues
from coach.record import Record, plain_record, read_record, split_front_matter
from coach.schema import AccountContext, NoteLine
from coach.ui.defaults import Preferences, with_defaults
from coach.ui.said_days import said_days
from coach.ui.who_comes import (
    named_with_title,
    people,
    sides,
    somebody_at,
    title_of_the_lead,
    with_title,
    with_titles,
)

FIELDS = (
    "account", "opportunity", "date", "start", "minutes", "place", "attendees", "company", "offer", "rep", "stage",
    "amount",
)  # fmt: skip
TYPED, TOP, SETTINGS = "as you typed it", "from the top of the notes", "from Settings"
PURPOSE_SOURCE = "what the meeting is for"
_QUOTED = 48
_FAR_DAYS, _NEAR_DAYS = 730, 60
"""A meeting that is planned for is near; a far day without its year is one of an old mail (practice)."""

_MEETS = re.compile(
    r"\b(?:meet\w*|call|visit\w*|demo|workshop|teams|zoom|webex|on.?site|see you|invit\w+|confirmed|termin|"
    r"bespr\w+|besuch\w*|gespräch|treffen|réunion|rendez|rdv|reunión|cita|visita|afspraak|overleg)\b",
    re.IGNORECASE,
)
_DEADLINE = re.compile(
    r"\b(?:by|until|till|before|deadline|due|bis|vor|spätestens|avant|d['’]ici|jusqu['’]au|antes del?|hasta|"
    r"uiterlijk|tot)"
    r"\W+(?:(?:the|end of|zum|am|le|el)\W+)*(?:\w{2,10}day\W+|\w{2,8}tag\W+)?$",
    re.IGNORECASE,
)
"""Stands before a day by which something is wanted."""
_MINUTES = re.compile(r"\b(\d{2,3})\s?(?:min\b|mins\b|minutes\b|minuten\b|')", re.IGNORECASE)
_PLANNED = re.compile(r"\W*(?:upcoming|next (?:meeting|call|demo))\b", re.IGNORECASE)
"""Stands before a meeting that was still to come when the record was exported, however long ago that is."""
_NEXT = re.compile(
    r"\b(?:next (?:meeting|call|demo|visit)|meet again|see (?:you|them|her|him) again|nächste[rsn]?"
    r" (?:termin|treffen|gespräch)|sehen uns wieder|prochain(?:e)? (?:rendez-vous|réunion|appel)|on se revoit|próxima"
    r" (?:reunión|cita|llamada))\b",
    re.IGNORECASE,
)
"""Stands before the day of the meeting to come, wherever in its line."""
_HOURS = re.compile(
    r"\b(?:(?P<half>half an hour|eine halbe stunde|une demi-heure|media hora)"
    r"|(?P<one>an hour|one hour|1 hour|eine stunde|1 stunde|une heure|una hora)"
    r"|(?P<two>two hours|2 hours|zwei stunden|deux heures|dos horas))\b",
    re.IGNORECASE,
)
_IN_HOURS = {"half": "30", "one": "60", "two": "120"}
_PLACE = re.compile(
    r"\b(?:Microsoft Teams|MS Teams|Teams|Zoom|Google Meet|Webex)\b"
    r"|\b(?:at|in) (?P<site>(?:their|our|his|her|the) (?:offices?|plant|site|works|factory|headquarters|store|shop)"
    r"(?: (?:in|at) [A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+){0,2})?)\b"
)
_PRICED = re.compile(
    r"\b(?:deal|contract|worth|value|acv|arr|tcv|annual(?:ly)?|(?:a|per|each) year|im jahr|pro jahr|jährlich"
    r"|par an|al año|auftragswert)\b",
    re.IGNORECASE,
)
"""Stands beside the amount of an opportunity."""
_SPAN_END, _SPAN_START = re.compile(r"\s?[-–]\s?[$€£]?\d"), re.compile(r"\d[kKmM]?\s?[-–]\s?$")
_CURRENCY = 3
"""Letters of an ISO currency."""
_AT = re.compile(r"\s+(?:at|from|of|bei|von|chez)\s+|\s*@\s*", re.IGNORECASE)
_AND = re.compile(r"\s*(?:,|;|&|\band\b|\bund\b|\bet\b|\by\b|\ben\b)\s*")


@dataclass(frozen=True)
class Found:
    value: str = ""
    """`date` as 2026-12-03, `start` as 10:00; `attendees` one a line, `Name, title`."""
    source: str = ""
    """Where it was read from, in words; empty: it is not known."""


@dataclass(frozen=True)
class Material:
    """Everything there is to read, notes of before included."""

    text: str = ""
    documents: tuple[Document, ...] = ()
    purpose: str = ""


@dataclass(frozen=True)
class _Parted:
    record: Record
    has_front_matter: bool
    notes: str
    documents: tuple[Document, ...]


def read_in(
    typed: Mapping[str, str],
    material: Material,
    *,
    accounts: Sequence[str] = (),
    preferences: Preferences,
    today: date,
) -> dict[str, Found]:
    """Every field of FIELDS. `accounts`: names of the customers that are known.

    Raises:
        InputError: the front matter in the notes is wrong.
    """
    parted = _parted(material)
    lines = _lines(material, today)
    on_top = _from_record(parted.record)
    who = meant(typed.get("who", ""), accounts, known=parted.record.account)
    asked = {"date": typed.get("day", ""), "start": typed.get("start", ""), "account": who[0], "attendees": who[1]}
    found = {name: Found(value, TYPED) for name, value in asked.items() if value}
    company = parted.record.seller.company or preferences.company or sides(lines).get("company", "")
    ours = colleagues(lines, company=company)
    found = {**_from_notes(lines, parted, accounts, found, today, ours), **on_top, **found}
    if found.get("attendees", Found()).value:
        found["attendees"] = _titled(found["attendees"], lines)
    settings = {"company": preferences.company, "offer": preferences.offer, "rep": preferences.rep}
    for name, value in settings.items():
        if value and not found.get(name, Found()).value:
            found[name] = Found(value, SETTINGS)
    return {name: found.get(name, Found()) for name in FIELDS}


def _titled(attendees: Found, lines: Sequence[NoteLine]) -> Found:
    titled = with_titles(attendees.value, lines)
    return attendees if titled == attendees.value else Found(titled, f"{attendees.source}; titles from the notes")


def context_from(
    fields: Mapping[str, str], material: Material, *, preferences: Preferences, today: date
) -> AccountContext:
    """The context of the corrected fields and all notes.

    Raises:
        InputError: there are no notes at all, or the front matter in them is wrong.
    """
    parted = _parted(material)
    purpose = Document(PURPOSE_SOURCE, (Paragraph(f"What the meeting is for: {material.purpose.strip()}"),))
    documents = [purpose, *parted.documents] if material.purpose.strip() else [*parted.documents]
    text = f"---\n{_front_matter(fields, parted.record)}\n---\n{parted.notes}"
    try:
        context = parse_context(text, name="the notes", extra=documents, today=today)
    except InputError as error:
        if "holds no notes" not in error.message:
            raise
        raise InputError("There are no notes yet: paste or drop what you know, a line is enough.") from None
    only_proofs = Preferences(proofs=preferences.proofs)
    return with_defaults(context, only_proofs)


def left_out_proofs(material: Material) -> tuple[str, ...]:
    """Files that the front matter names as proof, which pasted text cannot bring along."""
    return tuple(entry for entry in _parted(material).record.proof if _is_file(entry))


def meant(who: str, accounts: Sequence[str] = (), *, known: str = "") -> tuple[str, str]:
    """Account and attendees (one a line) in what was typed as whom to meet.

    `Northwind: Maria Lopez, Tom Reed`, `Maria Lopez and Tom Reed at Northwind`, an account's name, or, where the
    account is `known` from the notes, people alone.
    """
    said = " ".join(who.split())
    if not said or said.casefold() in {name.casefold() for name in accounts}:
        return said, ""
    if known and (said.casefold() in known.casefold() or known.casefold() in said.casefold().split(",")):
        return known, ""
    account, colon, people = said.partition(":")
    if not colon and len(parts := _AT.split(said, maxsplit=1)) == 2:
        people, account = parts
    elif not colon and known:
        account, people = "", said
    elif not colon:
        account, _, people = said.partition(",")
    return account.strip(), "\n".join(name for name in _AND.split(people.strip()) if name)


def _from_record(record: Record) -> dict[str, Found]:
    meeting = record.meeting
    values = {
        "account": record.account,
        "opportunity": record.opportunity,
        "stage": record.stage,
        "amount": record.amount,
        "company": record.seller.company,
        "offer": record.seller.offer,
        "rep": record.rep,
        "date": meeting.date.isoformat() if meeting.date else "",
        "start": f"{meeting.start:%H:%M}" if meeting.start else "",
        "minutes": str(meeting.minutes or ""),
        "place": meeting.place,
        "attendees": "\n".join(f"{one.name}, {one.title}" if one.title else one.name for one in meeting.attendees),
    }
    return {name: Found(value, TOP) for name, value in values.items() if value}


def _from_notes(
    lines: Sequence[NoteLine],
    parted: _Parted,
    accounts: Sequence[str],
    typed: Mapping[str, Found],
    today: date,
    ours: Sequence[str],
) -> dict[str, Found]:
    found: dict[str, Found] = {}
    day = typed["date"].value if "date" in typed else ""
    days = _days(lines, today)
    if line := _meeting_line(lines, days, day or None, today):
        found |= _about_the_meeting(line, days[line.label], today)
        if with_them := "\n".join(named_with_title(line, ours=ours)):
            found["attendees"] = Found(with_them, quoted(line.text))
    if named := tuple(people(lines)):
        found["attendees"] = Found("\n".join(named), "who speaks in the notes for the customer")
    elif contact := parted.record.contact:
        titled = with_title(contact, lines)
        lead = title_of_the_lead(lines) if titled == contact and "," not in contact else ""
        found["attendees"] = Found(f"{titled}, {lead}" if lead else titled, "the contact named on top of the notes")
    elif in_passing := "\n".join(dict.fromkeys(one for line in lines for one in named_with_title(line, ours=ours))):
        found.setdefault("attendees", Found(in_passing, "who is named in the notes with what they do"))
    found |= {name: Found(value, "who takes part, in the notes") for name, value in sides(lines).items()}
    if priced := _amount(lines):
        found["amount"] = priced
    if named_at := somebody_at(lines, ours=ours):
        person, company, line = named_at
        found = {"account": Found(company, quoted(line.text)), "attendees": Found(person, quoted(line.text)), **found}
    everything = " ".join(line.text.casefold() for line in lines)
    for name in sorted(accounts, key=len, reverse=True):
        if re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", everything):
            return {**found, "account": Found(name, "named in the notes")}
    return found


def _meeting_line(
    lines: Sequence[NoteLine], days: Mapping[str, Sequence[FoundDate]], day: str | None, today: date
) -> NoteLine | None:
    """The line that says when the meeting is: of that day, else the next day on which somebody meets."""
    coming = [
        (not _is_called_next(one, line), one.day, place, line)
        for place, line in enumerate(lines)
        if _MEETS.search(line.text) or day
        for one in days[line.label]
        if (one.day.isoformat() == day if day else _is_coming(one, today))
    ]
    planned = (line for line in lines if _PLANNED.match(line.text) and any(one.has_year for one in days[line.label]))
    return min(coming, key=lambda one: one[:3])[3] if coming else next(planned, None)


def _days(lines: Sequence[NoteLine], today: date) -> dict[str, list[FoundDate]]:
    """By label, the days on which one may meet: not those by which something is due."""
    around = days_around(lines, today=today)
    found = {
        line.label: [*dates_of_note(line.text, today=around[line.label])] or said_days(line.text, around[line.label])
        for line in lines
    }
    texts = {line.label: line.text for line in lines}
    return {
        label: [one for one in days if not _DEADLINE.search(texts[label][: one.start])] for label, days in found.items()
    }


def _is_coming(one: FoundDate, today: date) -> bool:
    return 0 <= (one.day - today).days <= (_FAR_DAYS if one.has_year else _NEAR_DAYS)


def _about_the_meeting(line: NoteLine, days: Sequence[FoundDate], today: date) -> dict[str, Found]:
    is_planned = _PLANNED.match(line.text) is not None
    coming = [one for one in days if _is_coming(one, today) or (is_planned and one.has_year)]
    meant = min(coming, key=lambda one: (not _is_called_next(one, line), one.day), default=None)
    said = line.text[meant.start :] if meant and _is_called_next(meant, line) else line.text
    at = next(iter(times(said)), None)
    minutes, place, hours = _MINUTES.search(said), _PLACE.search(said), _HOURS.search(said)
    values = {
        "date": meant.day.isoformat() if meant else "",
        "start": f"{at:%H:%M}" if at else "",
        "minutes": minutes[1] if minutes else _IN_HOURS[str(hours.lastgroup)] if hours else "",
        "place": (place["site"] or place[0]) if place else "",
    }
    return {name: Found(value, quoted(line.text)) for name, value in values.items() if value}


def _is_called_next(one: FoundDate, line: NoteLine) -> bool:
    return _NEXT.search(line.text[: one.start]) is not None


def _amount(lines: Sequence[NoteLine]) -> Found | None:
    """The first sum of money that stands beside words of a deal: `Deal: 40,000 EUR a year`, `$180K annually`.

    A span is what somebody thinks of, `more like $50-60K`.
    """
    for line in lines:
        for figure in figures(line.text) if _PRICED.search(line.text) else ():
            is_span = _SPAN_END.match(line.text, figure.end) or _SPAN_START.search(line.text[: figure.start])
            if figure.unit.isupper() and len(figure.unit) == _CURRENCY and not is_span:
                return Found(figure.text, quoted(line.text))
    return None


def quoted(text: str) -> str:
    return f"from “{excerpt(text, _QUOTED)}”"


@lru_cache(maxsize=8)
def _lines(material: Material, today: date) -> tuple[NoteLine, ...]:
    parted = _parted(material)
    if not parted.notes.strip() and not parted.documents:
        return ()
    fields = {name: found.value for name, found in _from_record(parted.record).items()}
    text = f"---\n{_front_matter(fields, Record())}\n---\n{parted.notes}"
    try:
        return parse_context(text, extra=parted.documents, today=today).notes
    except InputError:
        return ()


@lru_cache(maxsize=8)
def _parted(material: Material) -> _Parted:
    """The record and what is below it; a dropped context file counts as if it had been pasted."""
    text, documents = cleaned(material.text), list(material.documents)
    front_matter, notes = split_front_matter(text)
    for place, document in enumerate(documents if front_matter is None else ()):
        first = cleaned(document.paragraphs[0].text) if document.paragraphs else ""
        front_matter, below = split_front_matter(first)
        if front_matter is not None:
            documents[place] = Document(document.name, (Paragraph(below), *document.paragraphs[1:]))
            break
    if front_matter is not None:
        return _Parted(read_record(front_matter, name="the notes"), True, notes, tuple(documents))
    tops = [text, *(one.paragraphs[0].text for one in documents if one.paragraphs)]
    return _Parted(plain_record(next((top for top in tops if top.strip()), "")), False, notes, tuple(documents))


def _front_matter(fields: Mapping[str, str], record: Record) -> str:
    """YAML of the corrected fields, with what else the record on top of the notes holds."""
    fields = {name: cleaned(value) for name, value in fields.items()}
    proofs = [entry for entry in record.proof if not _is_file(entry)]
    meeting = {name: fields.get(name, "") for name in ("date", "start", "minutes", "place")}
    top: dict[str, object] = {
        **{name: fields.get(name, "") for name in ("account", "opportunity", "stage", "amount", "rep")},
        "seller": {"company": fields.get("company", ""), "offer": fields.get("offer", ""), "proof": proofs},
        "today": record.today.isoformat() if record.today else "",
        "meeting": {
            **meeting,
            "attendees": [_person(line) for line in fields.get("attendees", "").splitlines() if line.strip()],
        },
        **record.others,
    }
    return "\n".join(f"{_key(name)}: {_yaml(value)}" for name, value in top.items() if value)


def _person(line: str) -> dict[str, str]:
    name, _, title = line.strip().rstrip(")").replace(" (", ", ", 1).partition(",")
    return {"name": name.strip(), "title": title.strip()}


def _key(name: str) -> str:
    return name if re.fullmatch(r"[^\W\d][\w ]*", name) else _yaml(name)


def _yaml(value: object) -> str:
    """JSON, which is YAML; what YAML would take for an anchor is escaped."""
    return json.dumps(value, ensure_ascii=False).replace("&", "\\u0026").replace("*", "\\u002a")


def _is_file(entry: str) -> bool:
    stem, dot, ending = entry.rpartition(".")
    endings = {*TEXT_ENDINGS, ".docx", ".pdf", ".eml", ".vtt", ".xlsx", ".csv", ".html", ".htm"}
    return bool(dot and stem) and f".{ending.casefold()}" in endings and len(entry.split()) <= 5
