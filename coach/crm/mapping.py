"""What a person says of an export's columns: a YAML file, applied to the guess.

timezone: Europe/Berlin
currency: EUR
seller: {company: Fernhill Systems, offer: Warehouse scanning, proof: [proof.md]}
tables:
  pipeline*.csv: {kind: opportunities, columns: {name: Vorgang, amount: Wert}, dates: month first}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import Field, ValidationError, field_validator

from coach.crm.columns import Columns, Kind, System, completed, guess, key, numbered
from coach.crm.days import Order
from coach.crm.tables import Hint, Table
from coach.errors import InputError
from coach.excerpt import excerpt
from coach.schema import Noun

ROLES: dict[str, tuple[str, ...]] = {
    "opportunities": (
        "id", "name", "account", "account_id", "owner", "owner_id", "stage", "stage_id", "closed_as", "closed",
        "state_code", "amount", "currency", "close_date", "next_step", "description", "probability", "type", "person",
        "person_id", "note", "note_id", "meeting_date", "meeting_start", "meeting_minutes", "meeting_place",
        "attendees", "deleted", "private",
    ),
    "accounts": ("id", "name", "deleted"),
    "people": ("id", "name", "first_name", "last_name", "title", "email", "account", "account_id", "deleted"),
    "roles": ("opportunity_id", "person_id", "role", "primary", "deleted"),
    "notes": (
        "id", "date", "created", "type", "status", "title", "text", "text_2", "html", "base64", "owner", "owner_id",
        "from", "from_name", "to", "cc", "opportunity", "opportunity_id", "parent", "parent_id", "account",
        "account_id", "person", "person_id", "deleted", "private",
    ),
    "users": ("id", "name", "first_name", "last_name", "email"),
    "stages": ("id", "name", "closed", "deleted"),
    "links": (
        "child_id", "parent_id", "opportunity_id", "account_id", "person_id", "meeting_id", "attendee_id", "deleted",
    ),
    "ignore": (),
}  # fmt: skip
"""What a column of each kind of table can be."""
ROLES["meetings"] = ROLES["activities"] = (
    *ROLES["notes"], "start", "end", "time", "minutes", "duration", "place", "attendees", "all_day", "done", "child",
)  # fmt: skip
MAX_MAPPING = 200_000
"""Bytes; an export of fifty tables takes 40,000."""


class TableMapping(Noun):
    """Of the tables whose file name fits; what it leaves open is guessed."""

    kind: Kind | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    """Role to heading; an empty heading: none."""
    facts: tuple[str, ...] | None = None
    """Further columns worth knowing."""
    dates: Order | None = None
    encoding: str = ""
    delimiter: str = ""


class SellerMapping(Noun):
    company: str = ""
    offer: str = ""
    proof: tuple[str, ...] = ()
    """Proof points in words, or files beside the mapping."""


class Mapping(Noun):
    tables: dict[str, TableMapping] = Field(default_factory=dict)
    """By file name; `*` allowed."""
    currency: str = ""
    """Where the export names none."""
    timezone: str = "UTC"
    """In which times are told that the export writes with a zone."""
    seller: SellerMapping = SellerMapping()

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no time zone; write one such as Europe/Berlin") from None
        return name

    @property
    def hints(self) -> dict[str, Hint]:
        """How the files are written, where it is said."""
        return {name: Hint(table.encoding, table.delimiter) for name, table in self.tables.items()}


def read_mapping(path: Path) -> Mapping:
    """A mapping file.

    Raises:
        InputError: not there, not YAML, or a key or value that is not known; names the place.
    """
    try:
        data = path.read_bytes()[:MAX_MAPPING]
        content = yaml.safe_load(data.decode("utf-8"))
        mapping = Mapping.model_validate(content or {})
    except FileNotFoundError:
        raise InputError(f"{path}: no such file. `coach import … --show` prints one to begin with.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ": ".join(str(part) for part in first["loc"])
        raise InputError(f"{path.name}: {place}: {first['msg']}.") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError):
        raise InputError(f"{path.name}: not a YAML file. `coach import … --show` prints one to begin with.") from None
    seller = mapping.seller
    proof = tuple(str((path.parent / entry).resolve()) if _is_file(path, entry) else entry for entry in seller.proof)
    return mapping.model_copy(update={"seller": seller.model_copy(update={"proof": proof})})


def columns_of(
    table: Table, mapping: Mapping, *, systems: Sequence[System], known: TableMapping | None = None
) -> Columns:
    """What the mapping says of a table, else what is `known` for its headings, else the guess.

    Raises:
        InputError: the mapping names a role or a heading that there is not.
    """
    guessed = guess(table, systems)
    said = next((said for name, said in mapping.tables.items() if _fits(table.file, name)), None)
    if said is not None and (said.kind or said.columns or said.facts is not None or said.dates):
        return _applied(said, guessed, table, told_by="mapping")
    return _applied(known, guessed, table, told_by="remembered") if known else guessed


def unmet(mapping: Mapping, tables: Iterable[Table]) -> Iterator[str]:
    """File names of a mapping that no table has: what it says of them is used nowhere."""
    files = [table.file for table in tables]
    for name in mapping.tables:
        if not any(_fits(file, name) for file in files):
            yield name


def written(tables: Iterable[tuple[Table, Columns]], mapping: Mapping) -> str:
    """A mapping file that says what was taken for what, to be corrected; what is not used stands in comments."""
    tables = list(tables)
    content = {
        **mapping.model_dump(mode="json", exclude={"tables"}),
        "tables": {table.file.rpartition("/")[2] or table.file: said_of(table, columns) for table, columns in tables},
    }
    return (
        "# What each column was taken for. Correct it and name this file with --mapping; it is remembered.\n"
        + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
        + "".join(f"# {table.file}: {other}\n" for table, columns in tables for other in columns.alternatives(table))
        + "".join(f"# {table.file} also has: {left}\n" for table, columns in tables if (left := _left(table, columns)))
    )


def _left(table: Table, columns: Columns) -> str:
    """Headings of the columns that are not used."""
    used = {*columns.places.values(), *columns.facts.values()}
    return "; ".join(heading for at, heading in enumerate(numbered(table.headings)) if heading and at not in used)


def _is_file(path: Path, entry: str) -> bool:
    return len(entry) < 200 and (path.parent / entry).is_file()


def _fits(file: str, pattern: str) -> bool:
    file, pattern = file.casefold(), pattern.casefold()
    return fnmatch(file, pattern) or fnmatch(file.rpartition("/")[2], pattern)


def _applied(said: TableMapping, guessed: Columns, table: Table, *, told_by: str) -> Columns:
    kind = said.kind or guessed.kind
    base = guessed if kind == guessed.kind else Columns(kind, "files")
    places = dict(base.places)
    for role, heading in said.columns.items():
        if role not in ROLES[kind]:
            raise InputError(f"{table.file}: `{role}` is nothing a column of {kind} can be{_meant(role, ROLES[kind])}")
        places.pop(role, None)
        if heading:
            at = _place(table, heading)
            places = {other: place for other, place in places.items() if place != at} | {role: at}
    told = {heading: _place(table, heading) for heading in said.facts or ()}
    facts = {heading: at for heading, at in told.items() if at not in places.values()}
    others = {at: role for at, role in base.others.items() if places.get(role) == base.places[role]}
    base = replace(base, places=places, facts=facts, others=others, told_by=told_by)
    columns = completed(base, table, order=said.dates)
    return replace(columns, facts=facts) if said.facts is not None else columns


def _place(table: Table, heading: str) -> int:
    headings = list(numbered(table.headings))
    if heading in headings:
        return headings.index(heading)
    found = next((at for at, other in enumerate(headings) if key(other) == key(heading)), None)
    if found is None:
        raise InputError(f"{table.file}: has no column `{heading}`{_meant(heading, headings)}")
    return found


def _meant(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean `{close[0]}`?" if close else f"; there are: {excerpt(', '.join(known), 400)}."


def said_of(table: Table, columns: Columns) -> dict[str, object]:
    orders = {columns.orders[at] for at in columns.orders}
    return {
        "kind": columns.kind,
        "columns": roles_of(table, columns),
        "facts": list(columns.facts),
        **({"dates": orders.pop()} if len(orders) == 1 else {}),
    }


def roles_of(table: Table, columns: Columns) -> dict[str, str]:
    headings = list(numbered(table.headings))
    return {role: headings[at] for role, at in columns.places.items() if role in ROLES[columns.kind]}
