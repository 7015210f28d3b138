"""Which table holds what, and which of its columns is what: guessed by synonym, or as a mapping says (pure).

A system's file lists the headings; what it has `from_memory` was not seen in a public export. Knows nothing about
values beyond telling dates and decimal marks apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, get_args

from coach.crm.amounts import Decimal, currency, decimal_of
from coach.crm.days import Order, is_numeric, moment, order_of
from coach.crm.tables import Table

Kind = Literal[
    "opportunities", "accounts", "people", "roles", "meetings", "activities", "notes", "users", "stages", "links",
    "ignore",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
SYSTEM_MARK, FILE_MARK = 6, 4
"""What a heading of one system alone, and a telling file name, count against one known column."""
SURE = 1000
"""A table that a system's file says to ignore, whatever else fits."""
MEETING_DAY = (
    "meeting|meeting date|next meeting|next meeting date|next meeting start time|hs next meeting start time|"
    "appointment|appointment date|termin|nächster termin|termindatum|besprechung|rendez-vous|réunion|date de réunion|"
    "reunión|fecha de reunión|riunione|afspraak"
)
"""Headings that say meeting, in any system's table of opportunities. They go before the next activity, which may be a
call or a task, however few of their cells are filled. All from memory."""
DATE_ROLES = frozenset({"close_date", "meeting_date", "start", "end", "date", "due", "created"})

_DO_NOT_MODIFY = re.compile(r"^\([^)]*\)\s+(?=\S)")
_HALVES = re.compile(r"^\d.*\d\s*[ap]m$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{1,12}[)\]]\s*$")
_CUSTOM = re.compile(r"^property_|__c$|_c$")
_ENTITY = re.compile(r"^[^\W\d]{3,15} - (?=\w)")
_HUMP = re.compile(r"(?<=[a-zà-ÿ])[A-ZÀ-Þ](?=[a-zà-ÿ])")
_IDENT = re.compile(r"(?:^|[\s_.-])[iI][dD]s?$|(?<=[a-z])I[dD]s?$|^(?:Is|Has)[A-Z]|^(?:is|has)_|^(?:Is|Has) ")
"""Ids and flags, by how they are written: `Paid` and `Island` are none."""
_TECHNICAL = re.compile(
    r"modstamp|checksum|modified|^createdat|^createddate|^createdby|^createdon|^createdtime|^createdate|fivetran|^fiscal|"
    r"pricebook|phone$|fax$|street|postal|zipcode|address|photo|latitude|longitude|geocode|^sic$|ticker|jigsaw|url$|password|"
    r"^visibleto$|emailmessages|numberof(?:sales|times)|^last(?:modified|viewed|referenced|activity|contacted|stage|update|"
    r"login)|masterrecord|^tags?$|^creator$|updatetime|telefon|strasse|geandert|erstellt|^age$|^portal|^team|^label$|"
    r"recordtype|currencyiso|activities|activity|email$|opendeals|wondeals|wontime|losttime|closedon|dealcreated"
)
_DATE_LIKE = re.compile(r"date|datum|fecha|termin|[a-z]on$|time$")


@dataclass(frozen=True)
class Shape:
    """How one kind of table looks."""

    kind: Kind
    needs: tuple[str, ...]
    """Roles without which it is not this kind; `a/b`: one of them."""
    columns: Mapping[str, str]
    """Role to headings, `|` between them, as seen in public exports."""
    from_memory: Mapping[str, str] = field(default_factory=dict)
    """Role to headings that no public export was seen with."""
    files: str = ""
    """A pattern that speaks for it when a file's name has it."""


@dataclass(frozen=True)
class System:
    name: str
    marks: str
    """A pattern that one heading of its tables has and no other system's."""
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Columns:
    """What a table is and where in it things stand."""

    kind: Kind
    system: str
    places: Mapping[str, int] = field(default_factory=dict)
    """Role to the column's index."""
    facts: Mapping[str, int] = field(default_factory=dict)
    """Heading to index of what else is worth knowing."""
    others: Mapping[int, str] = field(default_factory=dict)
    """Columns that could be what another was taken for, and what that is."""
    orders: Mapping[int, Order] = field(default_factory=dict)
    """Of the columns whose dates could be read both ways."""
    doubtful: tuple[int, ...] = ()
    """Columns of numeric dates that nothing tells apart: read day first."""
    decimal: Decimal = "."
    currency: str = ""
    told_by: str = "guess"
    """`guess`, `mapping` or `remembered`."""

    def shown(self, table: Table) -> Iterator[tuple[str, str]]:
        """Role and heading of every column that is used."""
        for role, at in sorted(self.places.items(), key=lambda item: item[1]):
            yield role, table.headings[at]

    def alternatives(self, table: Table) -> Iterator[str]:
        """In words: which column could be what another was taken for."""
        for at, role in self.others.items():
            yield f"{role} could also be: {table.headings[at]}"


@cache
def key(heading: str) -> str:
    """What makes two headings the same: letters and figures, without case, accents, prefixes and marks."""
    plain = _CUSTOM.sub("", _DO_NOT_MODIFY.sub("", heading.strip()))
    folded = unicodedata.normalize("NFKD", plain.casefold())
    return "".join(char for char in folded if char.isalnum())


@cache
def label(heading: str) -> str:
    """A heading in words: `BillingCity` as `Billing city`, `Deal - Lost reason` as `Lost reason`."""
    words = _ENTITY.sub("", _CUSTOM.sub("", _DO_NOT_MODIFY.sub("", heading.strip()))).replace("_", " ")
    words = _HUMP.sub(lambda hump: f" {hump[0].lower()}", words) if " " not in words else words
    return words[:1].upper() + words[1:]


def guess(table: Table, systems: Sequence[System]) -> Columns:
    """The kind and system whose headings the table has most of; `ignore` when none fits."""
    best, most = Columns("ignore", "files"), 0
    for system in systems:
        is_marked = any(re.search(system.marks, heading) for heading in table.headings) if system.marks else False
        for shape in system.shapes:
            claims = tuple(_claims(table, shape))
            places = _places(table, claims)
            if not _has(places, shape.needs):
                continue
            is_named = bool(shape.files and re.search(shape.files, _stem(table.file)))
            score = len(places) + SYSTEM_MARK * is_marked + FILE_MARK * is_named + SURE * (shape.kind == "ignore")
            if score > most:
                others = {at: role for at, role in claims if places[role] != at}
                best, most = Columns(shape.kind, system.name, places, others=others), score
    return completed(best, table)


def completed(columns: Columns, table: Table, *, order: Order | None = None) -> Columns:
    """With what the sample tells: other facts, the order of dates, the decimal mark, the currency."""
    places = columns.places
    dated = [at for role, at in places.items() if role in DATE_ROLES]
    orders = {at: order or _order(table, at) for at in dated}
    doubtful = tuple(at for at, found in orders.items() if found is None and any(map(is_numeric, values(table, at))))
    elsewhere = {found for found in orders.values() if found}
    usual: Order = elsewhere.pop() if len(elsewhere) == 1 else "day first"
    return Columns(
        kind=columns.kind,
        system=columns.system,
        places=places,
        facts=columns.facts or _facts(columns, table),
        others={at: role for at, role in columns.others.items() if at not in places.values()},
        orders={at: found or usual for at, found in orders.items()},
        doubtful=() if elsewhere or usual == "month first" else doubtful,
        decimal=_decimal(table, places.get("amount")),
        currency=currency(table.headings[places["amount"]]) if "amount" in places else "",
        told_by=columns.told_by,
    )


def values(table: Table, at: int) -> Iterator[str]:
    """The filled cells of one column in the sample."""
    return (cells[at] for cells in table.sample if at < len(cells) and cells[at])


def is_date_like(heading: str) -> bool:
    return bool(_DATE_LIKE.search(key(heading)))


def numbered(headings: Sequence[str]) -> Iterator[str]:
    """Headings made unique: the second `Amount` is `Amount (2)`."""
    seen: dict[str, int] = {}
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        yield heading if seen[heading] == 1 else f"{heading} ({seen[heading]})"


def _roles(shape: Shape) -> dict[str, str]:
    """Normalised heading to role; the first role that claims one has it."""
    found: dict[str, str] = {}
    for names in (shape.columns, shape.from_memory):
        for role, headings in names.items():
            for heading in headings.split("|"):
                found.setdefault(key(heading), role)
    return found


def _claims(table: Table, shape: Shape) -> Iterator[tuple[int, str]]:
    """Every column that could be something, and what."""
    roles = _roles(shape)
    for at, heading in enumerate(table.headings):
        role = roles.get(key(heading)) or roles.get(key(_IN_BRACKETS.sub("", heading)))
        if role is None and shape.kind == "opportunities" and _says_meeting(heading):
            role = "meeting_date"
        if role:
            yield at, role


def _places(table: Table, claims: Iterable[tuple[int, str]]) -> dict[str, int]:
    """Of several columns for one role, one that says meeting, else the one with the most values, then the first."""
    found: dict[str, int] = {}
    for at, role in claims:
        if role not in found or _weight(table, role, at) > _weight(table, role, found[role]):
            found[role] = at
    return found


def _weight(table: Table, role: str, at: int) -> tuple[bool, int]:
    is_exact = role == "meeting_date" and _says_meeting(table.headings[at])
    return is_exact and _may_hold_days(table, at), _filled(table, at)


def _says_meeting(heading: str) -> bool:
    return key(_ENTITY.sub("", _IN_BRACKETS.sub("", heading.strip()))) in _meeting_keys()


@cache
def _meeting_keys() -> frozenset[str]:
    return frozenset(map(key, MEETING_DAY.split("|")))


def _may_hold_days(table: Table, at: int) -> bool:
    """Not so a column of meetings' titles."""
    orders: tuple[Order, ...] = get_args(Order)
    return _filled(table, at) == 0 or any(moment(value, order=order) for value in values(table, at) for order in orders)


def _filled(table: Table, at: int) -> int:
    return sum(1 for _ in values(table, at))


def _has(places: Mapping[str, int], needs: Iterable[str]) -> bool:
    return all(any(role in places for role in need.split("/")) for need in needs)


def _stem(file: str) -> str:
    return re.sub(r"[\W_]+", " ", file.rpartition("/")[2].rpartition(".")[0] or file).casefold()


def _facts(columns: Columns, table: Table) -> dict[str, int]:
    if columns.kind not in {"opportunities", "accounts"}:
        return {}
    used = set(columns.places.values())
    return {
        heading: at
        for at, heading in enumerate(numbered(table.headings))
        if heading and at not in used and (columns.others.get(at) == "meeting_date" or not _is_technical(heading))
    }


def _is_technical(heading: str) -> bool:
    plain = _CUSTOM.sub("", heading.strip())
    return bool(_IDENT.search(plain) or _TECHNICAL.search(key(label(heading))))


def _order(table: Table, at: int) -> Order | None:
    """By days above 12, else by a clock of twelve hours, which only countries have that put the month first."""
    found = order_of(values(table, at))
    return found or ("month first" if any(map(_HALVES.search, values(table, at))) else None)


def _decimal(table: Table, at: int | None) -> Decimal:
    told = decimal_of(values(table, at)) if at is not None else None
    return told or ("," if table.dialect.delimiter == ";" else ".")
