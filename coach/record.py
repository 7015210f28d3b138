"""The record above the notes -> typed fields: YAML front matter, or plain lines such as `Account: …` (pure).

YAML scalars are read as written, so `10:00` stays a time and `120000 EUR` an amount. Knows nothing about files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, time
from difflib import get_close_matches

import yaml

from coach.errors import InputError
from coach.excerpt import excerpt
from coach.schema import Meeting, Person, Seller

KEYS = ("account", "opportunity", "stage", "amount", "seller", "rep", "today", "meeting", "record")
SELLER_KEYS = ("company", "offer", "proof")
MEETING_KEYS = ("date", "start", "minutes", "place", "attendees")
MAX_FRONT_MATTER = 64_000
"""Characters; a record with a hundred attendees takes 6,000."""

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)(?:^|\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$")
_DAY_FIRST = re.compile(r"(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{4})$")
_DAY_MONTH = re.compile(r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|\.)?\s+([^\W\d]{3,10})\.?,?\s+(\d{4})$")
_MONTH_DAY = re.compile(r"(?:[^\W\d]+\.?,?\s+)?([^\W\d]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$")
_TIME = re.compile(r"(\d{1,2})(?:\s?[:.hH]\s?(\d{2})?)?(?::\d{2})?\s*(am|pm|uhr|h)?$", re.IGNORECASE)
_MINUTES = re.compile(
    r"(?:(\d+(?:[.,]5)?)\s*(?:h|hours?|std\.?|stunden?|heures?))?\s*(?:(\d{1,4})\s*(?:m|min|mins|minutes?|minuten|minutos)?\.?)?$",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb fév fev", "mar mär mrz", "apr avr abr", "may mai", "jun", "jul", "aug aoû ago", "sep", "oct okt",
         "nov", "dec dez déc dic"), start=1
    )
    for name in names.split()
}  # fmt: skip
_TITLE = re.compile(
    r"\b(?:[VE]VP|SVP|C[A-Z]O|director|head|manager|chief|lead|leader|officer|president|partner|owner|founder|buyer|"
    r"procurement|purchasing|finance|operations|engineer|analyst|architect|consultant|assistant|counsel|controller|"
    r"leiter\w*|geschäftsführer\w*|einkauf\w*|direct\w+|respons\w+|jefe|gerente|chef\w*|hr|it|admin\w*|coordinator)\b",
    re.IGNORECASE,
)
_PLAIN_KEYS = {
    "account": "account customer client company prospect kunde firma cliente compte "
    "customername companyname accountname",
    "rep": "rep owner salesrep seller verkäufer vertrieb",
    "opportunity": "opportunity deal opportunityname",
    "stage": "stage status phase",
    "currency": "currency währung devise moneda",
    "amount": "amount value dealsize dealvalue wert betrag auftragswert montant importe",
    "contact": "contact contactname primarycontact primarycontactname ansprechpartner ansprechpartnerin contacto",
}
_PLAIN_FIELD = {word: key for key, words in _PLAIN_KEYS.items() for word in words.split()}
_PLAIN_LINE = re.compile(
    r"\s*[-*#]*\s*\**\"?([^\W\d][^\W\d ]*(?: [^\W\d]+)?)\"?\s?:\**\s*\"?([^\"\n]{1,120}?)\"?,?\s*$"
)
_ROW = re.compile(r"\s*\|\s*([^|]+?)\s*\|\s*([^|]+?)\s*\|\s*$")
"""A table of fields: `| **Stage** | Proposal |`."""
_ADDRESS = re.compile(r"\s*[<(\[][^<>()\[\]]*@[^<>()\[\]]*[>)\]]")
PLAIN_LINES = 25
"""Only the top of a plain text is its record."""


@dataclass(frozen=True)
class Record:
    account: str = ""
    opportunity: str = ""
    stage: str = ""
    amount: str = ""
    seller: Seller = field(default_factory=Seller)
    proof: tuple[str, ...] = ()
    """File names, or proof points in words."""
    rep: str = ""
    contact: str = ""
    """Name and title of whom the account's record names; whether they come to the meeting it does not say."""
    today: date | None = None
    meeting: Meeting = field(default_factory=Meeting)
    facts: tuple[tuple[str, str], ...] = ()
    """What else the CRM's record holds, as name and value; a name may come twice."""
    others: dict[str, str] = field(default_factory=dict)
    """Keys that the contract does not know, with their values: facts all the same."""


def split_front_matter(text: str) -> tuple[str | None, str]:
    """Front matter without its fences, or None, and the notes below it."""
    found = _FRONT_MATTER.match(text)
    if not found or not (found[1].strip() == "" or re.search(r"^[^\W\d][\w ]*:", found[1], re.MULTILINE)):
        return None, text
    return found[1], text[found.end() :]


def read_record(front_matter: str, *, name: str) -> Record:
    """The front matter's fields.

    Raises:
        InputError: not YAML, or a value of the wrong type; names file, key and value.
    """
    fields = _mapping(_yaml(front_matter, name), name, "the front matter")
    seller = _seller(fields.get("seller"), name)
    meeting = _rejoined(_mapping(fields.get("meeting"), name, "meeting"), "place")
    return Record(
        account=_text(fields.get("account"), name, "account"),
        opportunity=_text(fields.get("opportunity"), name, "opportunity"),
        stage=_text(fields.get("stage"), name, "stage"),
        amount=_text(fields.get("amount"), name, "amount"),
        rep=_text(fields.get("rep"), name, "rep"),
        seller=Seller(company=_text(seller.get("company"), name, "seller: company"), offer=_offer(seller, name)),
        proof=tuple(_texts(seller.get("proof"), name, "seller: proof")),
        today=_date(fields.get("today"), name, "today"),
        meeting=_meeting(meeting, name),
        facts=tuple(_facts(_mapping(fields.get("record"), name, "record"))),
        others={
            **_others(fields, KEYS, ""),
            **_others(seller, SELLER_KEYS, "seller "),
            **_others(meeting, MEETING_KEYS, "meeting "),
        },
    )


def plain_record(text: str) -> Record:
    """What the first lines of a text without front matter say plainly: `Rep: Kim West`, `Customer: …`."""
    found: dict[str, str] = {}
    for line in text.split("\n", PLAIN_LINES)[:PLAIN_LINES]:
        match = _PLAIN_LINE.match(_ROW.sub(lambda row: f"{row[1].strip(' *')}: {row[2]}", line))
        key = _PLAIN_FIELD.get(re.sub(r"\s", "", match[1]).casefold()) if match else None
        if match and key and key not in found:
            found[key] = match[2].strip(" *")
    rep, comma, company = found.get("rep", "").partition(", ")
    return Record(
        account=found.get("account", ""),
        opportunity=found.get("opportunity", ""),
        stage=found.get("stage", ""),
        amount=_priced(found.get("amount", ""), found.get("currency", "")),
        seller=Seller(company=company if comma and not _TITLE.search(company) else ""),
        rep=rep,
        contact=_ADDRESS.sub("", found.get("contact", "")).strip(),
    )


def _priced(amount: str, currency: str) -> str:
    """`95000` and `USD` on a line of its own are `95000 USD`."""
    is_bare = amount and currency and not re.search(r"[^\W\d]|[$€£¥]", amount)
    return f"{amount} {currency}" if is_bare else amount


def people_in(text: str) -> list[Person]:
    """Names with their titles: `Maria Lopez, VP Operations; Tom Reed (IT)`."""
    return _named(part for part in _parts(text) if part)


def closest_key(key: str) -> str | None:
    """The known key that a misspelt one resembles."""
    found = get_close_matches(key.casefold(), [*KEYS, *SELLER_KEYS, *MEETING_KEYS], n=1)
    return found[0] if found else None


def _yaml(front_matter: str, name: str) -> object:
    if len(front_matter) > MAX_FRONT_MATTER:
        raise InputError(
            f"{name}: the front matter has {len(front_matter):,} characters; put notes below its closing `---`."
        )
    if re.search(r"(?:^|[\s\[{,:-])[&*]\w+(?:\s*$|\s*[,\]}]|\s*\n)", front_matter, re.MULTILINE):
        raise InputError(f"{name}: the front matter uses YAML anchors (`&`, `*`); write the values out, or quote them.")
    try:
        return yaml.load(front_matter, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or "nested too deeply"
        raise InputError(
            f"{name}:{where} the front matter is not YAML ({problem}). Quote values that hold `: ` or `#`."
        ) from None


def _mapping(value: object, name: str, key: str) -> dict[str, object]:
    if value is None or (isinstance(value, str) and value in _EMPTY):
        return {}
    if not isinstance(value, dict):
        raise InputError(f"{name}: {key} must be fields such as `name: value`, not {_shown(value)}.")
    return {str(field_name).strip(): content for field_name, content in value.items()}


def _rejoined(fields: dict[str, object], *keys: str) -> dict[str, object]:
    """`{title: Head of IT, North}` is one title, though YAML takes what is behind the comma for a key of its own."""
    whole: dict[str, object] = {}
    last = ""
    for key, value in fields.items():
        if value == "" and last.casefold() in keys and key.casefold() not in (*keys, *MEETING_KEYS):
            whole[last] = f"{whole[last]}, {key}"
        else:
            whole[key], last = value, key
    return whole


def _seller(value: object, name: str) -> dict[str, object]:
    return {"company": value} if isinstance(value, str) and value not in _EMPTY else _mapping(value, name, "seller")


def _offer(seller: dict[str, object], name: str) -> str:
    return "; ".join(_texts(seller.get("offer"), name, "seller: offer"))


def _text(value: object, name: str, key: str) -> str:
    if value is None or (isinstance(value, str) and value.strip() in _EMPTY):
        return ""
    if not isinstance(value, str):
        raise InputError(f"{name}: {key} must be text, not {_shown(value)}.")
    return " ".join(value.split())


def _texts(value: object, name: str, key: str) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [text for item in items if (text := _text(item, name, key))]


def _meeting(fields: dict[str, object], name: str) -> Meeting:
    return Meeting(
        date=_date(fields.get("date"), name, "meeting: date"),
        start=_time(fields.get("start"), name),
        minutes=_minutes(fields.get("minutes"), name),
        place=_text(fields.get("place"), name, "meeting: place"),
        attendees=tuple(_people(fields.get("attendees"), name)),
    )


def _date(value: object, name: str, key: str) -> date | None:
    text = _text(value, name, key)
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if not found:
        raise InputError(f"{name}: {key} is {_shown(text)}, which is no date. Write it as 2026-12-03.")
    return found


def parse_date(text: str) -> date | None:
    """A whole date with its year, day before month; None when it is none.

    Raises:
        ValueError: looks like a date that no calendar has.
    """
    if match := _ISO.match(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_FIRST.match(text):
        return date(int(match[3]), int(match[2]), int(match[1]))
    match = _DAY_MONTH.match(text)
    day, month, year = match.groups() if match else (None, "", None)
    if not match and (match := _MONTH_DAY.match(text)):
        month, day, year = match.groups()
    number = _MONTHS.get(month[:3].casefold())
    return date(int(year), number, int(day)) if number and day and year else None


def _time(value: object, name: str) -> time | None:
    text = _text(value, name, "meeting: start")
    if not text:
        return None
    match = _TIME.match(text)
    half = (match[3] or "").casefold() if match else ""
    hour = (
        int(match[1]) % 12 + (12 if half == "pm" else 0)
        if match and half in {"am", "pm"}
        else int(match[1])
        if match
        else 99
    )
    minute = int(match[2] or 0) if match else 99
    if hour > 23 or minute > 59:
        raise InputError(f'{name}: meeting: start is {_shown(text)}, which is no time of day. Write it as "10:00".')
    return time(hour, minute)


def _minutes(value: object, name: str) -> int | None:
    text = _text(value, name, "meeting: minutes")
    if not text:
        return None
    match = _MINUTES.match(text)
    minutes = int(float((match[1] or "0").replace(",", ".")) * 60) + int(match[2] or 0) if match else 0
    if not 1 <= minutes <= 24 * 60:
        raise InputError(f"{name}: meeting: minutes is {_shown(text)}; write a number from 1 to 1440, such as 45.")
    return minutes


def _people(value: object, name: str) -> list[Person]:
    if isinstance(value, str):
        return _named(_parts(_text(value, name, "meeting: attendees")))
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list | None):
        raise InputError(f"{name}: meeting: attendees must be a list of names, not {_shown(value)}.")
    found: list[Person] = []
    for item in value or []:
        found += (
            [_person(item, name)] if isinstance(item, dict) else _listed(_text(item, name, "meeting: attendees"), found)
        )
    return found


def _person(item: dict[object, object], name: str) -> Person:
    whole = _rejoined({str(key): value for key, value in item.items()}, "name", "title", "role")
    fields = {key.casefold(): value for key, value in whole.items()}
    title = fields.get("title") or fields.get("role")
    person = Person(
        name=_text(fields.get("name"), name, "attendee's name"), title=_text(title, name, "attendee's title")
    )
    if not person.name:
        raise InputError(f"{name}: an attendee has no name. Write {{name: Maria Lopez, title: VP Operations}}.")
    return person


def _listed(text: str, before: list[Person]) -> list[Person]:
    """One item of a list: a name, `Name, title`, or the title of the one before (`[Maria Lopez, VP Operations]`)."""
    if before and not before[-1].title and "," not in text and _TITLE.search(text) and "(" not in text:
        before[-1] = Person(name=before[-1].name, title=text)
        return []
    return [_titled(text)] if text else []


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";")] if ";" in text else re.split(r",\s*(?![^()]*\))", text)


def _named(parts: Iterable[str]) -> list[Person]:
    found: list[Person] = []
    for part in parts:
        found += _listed(part, found)
    return found


def _titled(text: str) -> Person:
    match = re.match(r"([^,(]+?)\s*(?:\((.+)\)|,\s*(.+))?$", text)
    return Person(name=match[1], title=match[2] or match[3] or "") if match else Person(name=text)


def _facts(fields: dict[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            if text := _flat(item):
                yield key, text


def _others(fields: dict[str, object], known: tuple[str, ...], prefix: str) -> dict[str, str]:
    return {prefix + key: _flat(value) for key, value in fields.items() if key not in known and _flat(value)}


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_flat(item)}" for key, item in value.items())[:2000]
    if isinstance(value, list):
        return "; ".join(_flat(item) for item in value)[:2000]
    return "" if str(value).strip() in _EMPTY else " ".join(str(value).split())


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f'"{excerpt(value, 40)}"'
    return "a list" if isinstance(value, list) else "a group of fields"
