"""Rows of accounts, people, notes, meetings … -> the shelf on which an opportunity finds them.

One function a kind of table. Deleted and private rows stay out. Knows nothing about opportunities.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from coach.crm.columns import Columns
from coach.crm.days import Moment, clock, moment
from coach.crm.joining import Cell, Shelf, folded
from coach.crm.opportunity import Problem
from coach.crm.tables import OnProblem, Table
from coach.crm.values import Values, fact, facts_of, full_name, ident, idents, is_true, line_of, names, reader
from coach.excerpt import excerpt

MAX_FACTS = 12
"""Of an account."""
_NO_MEETING = frozenset({"task", "deadline", "email", "mail", "aufgabe", "frist", "tarea", "tâche", "e-mail", "todo"})
_OFF = frozenset({"canceled", "cancelled", "no_show", "no show", "completed", "done", "abgesagt", "storniert"})
_LONGEST_ROW = 200_000
"""Characters of a note that are kept; HTML takes many times its words. Half a base64 would be none."""

Rows = Iterator[Sequence[Cell]]


@dataclass
class Loaded:
    """How many rows of a table were read, kept and left out."""

    rows: int = 0
    deleted: int = 0
    private: int = 0


@dataclass(frozen=True)
class Reading:
    """A table being read."""

    table: Table
    columns: Columns
    today: dt.date
    zone: dt.tzinfo
    on_problem: OnProblem
    loaded: Loaded

    def rows(self) -> Iterator[tuple[int, Sequence[str], dict[str, str]]]:
        """Number, cells and values of the rows that are neither deleted nor private."""
        read = reader(self.columns)
        for number, cells in self.table.rows(on_problem=self.on_problem):
            self.loaded.rows += 1
            values = read(cells)
            if "deleted" in values and is_true(values["deleted"]):
                self.loaded.deleted += 1
            elif "private" in values and is_true(values["private"]):
                self.loaded.private += 1
            else:
                yield number, cells, values

    def tell(self, number: int, role: str, reason: str) -> None:
        at = self.columns.places.get(role)
        column = "" if at is None else self.table.headings[at]
        self.on_problem(Problem(self.table.file, number, column, reason))

    def moment(self, values: Values, role: str, number: int) -> Moment | None:
        """The day in a column; a filled cell that holds none is told."""
        if role not in values:
            return None
        order = self.columns.orders.get(self.columns.places[role], "day first")
        found = moment(values[role], order=order, zone=self.zone)
        if found is None:
            self.tell(number, role, f"`{excerpt(values[role], 40)}` is no date{_read_as(order, values[role])}")
        return found

    def ident(self, text: str) -> str:
        return ident(text, self.columns.system)


def load(reading: Reading, shelf: Shelf) -> None:
    """Everything of one table onto the shelf."""
    kind = reading.columns.kind
    if kind in _LOADERS:
        table, rows = _LOADERS[kind]
        shelf.put(table, rows(reading))
    elif kind == "links":
        _load_links(reading, shelf)
    elif kind in {"notes", "meetings", "activities"}:
        _load_said(reading, shelf)


def _read_as(order: str, value: str) -> str:
    return f" when read {order}" if value[:2].rstrip("./-").isdecimal() else ""


def _accounts(reading: Reading) -> Rows:
    for number, cells, values in reading.rows():
        name = line_of(values.get("name", ""))
        if not name:
            reading.tell(number, "name", "an account without a name")
            continue
        facts = [(heading, fact(value)) for heading, value in facts_of(reading.columns, cells)][:MAX_FACTS]
        yield reading.ident(values.get("id", "")), folded(name), name, json.dumps(facts, ensure_ascii=False)


def _people(reading: Reading) -> Rows:
    for number, _, values in reading.rows():
        name = full_name(values)
        if not name:
            reading.tell(number, "name", "a person without a name or address")
            continue
        at = (idents(values.get("account_id", ""), reading.columns.system) or [""])[0]
        account = (names(values.get("account", "")) or [""])[0]
        title, email = line_of(values.get("title", "")), values.get("email", "").casefold()
        yield reading.ident(values.get("id", "")), at, account, folded(name), name, title, email


def _roles(reading: Reading) -> Rows:
    for _, _, values in reading.rows():
        opportunity, person = values.get("opportunity_id", ""), values.get("person_id", "")
        if opportunity and person:
            is_primary = int(is_true(values.get("primary", "")))
            yield reading.ident(opportunity), reading.ident(person), line_of(values.get("role", "")), is_primary


def _users(reading: Reading) -> Rows:
    for _, _, values in reading.rows():
        if values.get("id") and (name := full_name(values)):
            yield reading.ident(values["id"]), name


def _stages(reading: Reading) -> Rows:
    for _, _, values in reading.rows():
        if values.get("id") and values.get("name"):
            yield values["id"], line_of(values["name"]), int(is_true(values.get("closed", "")))


_LOADERS: dict[str, tuple[str, Callable[[Reading], Rows]]] = {
    "accounts": ("accounts", _accounts),
    "people": ("people", _people),
    "roles": ("roles", _roles),
    "users": ("users", _users),
    "stages": ("stages", _stages),
}


def _load_links(reading: Reading, shelf: Shelf) -> None:
    """A row that says what belongs to what, by ids."""
    rows: dict[str, list[Sequence[Cell]]] = {"roles": [], "account_links": [], "links": [], "attendees": []}
    for _, _, values in reading.rows():
        ids = {role: reading.ident(text) for role, text in values.items()}
        for table, row in _linked(ids):
            rows[table].append(row)
        if sum(map(len, rows.values())) > 50_000:
            _put(rows, shelf)
    _put(rows, shelf)


def _put(rows: dict[str, list[Sequence[Cell]]], shelf: Shelf) -> None:
    for table, held in rows.items():
        if held:
            shelf.put(table, held)
            held.clear()


def _linked(ids: Values) -> Iterator[tuple[str, Sequence[Cell]]]:
    child, opportunity = ids.get("child_id"), ids.get("opportunity_id")
    if "meeting_id" in ids and "attendee_id" in ids:
        yield "attendees", (ids["meeting_id"], ids["attendee_id"])
    if child:
        for role, mark in (("opportunity_id", "o#"), ("account_id", "a#"), ("person_id", "p#"), ("parent_id", "#")):
            if role in ids:
                yield "links", (child, mark + ids[role])
        if "person_id" in ids:
            yield "attendees", (child, ids["person_id"])
    elif opportunity and "person_id" in ids:
        yield "roles", (opportunity, ids["person_id"], "", 0)
    elif opportunity and "account_id" in ids:
        yield "account_links", (opportunity, ids["account_id"])


def _load_said(reading: Reading, shelf: Shelf) -> None:
    """Notes, and meetings: those to come are meetings, those past are notes of what was said."""
    notes: list[Sequence[Cell]] = []
    meetings: list[Sequence[Cell]] = []
    for number, _, values in reading.rows():
        at = _when(reading, values, number)
        is_to_come = at is not None and at.day >= reading.today and _is_meeting(reading, values)
        if at and is_to_come:
            meetings.append(_meeting(reading, values, number, at))
        if not is_to_come or _body(values)[0]:
            notes += _notes(reading, values, number, at, shelf)
        if len(notes) + len(meetings) > 20_000:
            shelf.put("notes", notes)
            shelf.put("meetings", meetings)
            notes, meetings = [], []
    shelf.put("notes", notes)
    shelf.put("meetings", meetings)


def _when(reading: Reading, values: Values, number: int) -> Moment | None:
    """When it was, or is to be."""
    found = next((at for role in ("start", "date", "created") if (at := reading.moment(values, role, number))), None)
    if found and "time" in values:
        start = clock(values["time"])
        return replace(found, start=start or found.start)
    return replace(found, start=None) if found and is_true(values.get("all_day", "")) else found


def _is_meeting(reading: Reading, values: Values) -> bool:
    if reading.columns.kind == "notes" or is_true(values.get("child", "")):
        return False
    if is_true(values.get("done", "")) or values.get("status", "").casefold() in _OFF:
        return False
    return reading.columns.kind == "meetings" or values.get("type", "").casefold() not in _NO_MEETING


def _meeting(reading: Reading, values: Values, number: int, at: Moment) -> Sequence[Cell]:
    people = [f"p#{one}" for one in idents(values.get("person_id", ""), reading.columns.system)]
    words = [*names(values.get("person", "")), *filter(None, [line_of(values.get("attendees", ""))])]
    return (
        reading.ident(values.get("id", "")),
        json.dumps(parents(values, reading.columns.system)),
        at.day.isoformat(),
        f"{at.start:%H:%M}" if at.start else "",
        _minutes(reading, values, number, at),
        line_of(values.get("place", ""))[:200],
        line_of(values.get("title", ""))[:300],
        json.dumps(people),
        json.dumps(words),
        reading.table.file,
        number,
    )


def _minutes(reading: Reading, values: Values, number: int, at: Moment) -> int | None:
    found: float = 0
    if "minutes" in values:
        found = _number(values["minutes"])
    elif duration := clock(values.get("duration", "")):
        found = duration.hour * 60 + duration.minute
    elif "end" in values and at.start and (end := reading.moment(values, "end", number)) and end.start:
        between = dt.datetime.combine(end.day, end.start) - dt.datetime.combine(at.day, at.start)
        found = between.total_seconds() / 60
    return int(found) if 1 <= found <= 24 * 60 else None


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return 0


def _notes(reading: Reading, values: Values, number: int, at: Moment | None, shelf: Shelf) -> Iterator[Sequence[Cell]]:
    body, form = _body(values)
    if not body and "title" not in values:
        return
    day = at.day.isoformat() if at else ""
    head = _mail_head(values, day) if "from" in values else _head(reading, values, shelf)
    form = "mail" if "from" in values else form
    ident, file = reading.ident(values.get("id", "")), reading.table.file
    for parent in parents(values, reading.columns.system) or [""]:
        yield ident, parent, day, head, body if form == "base64" else body[:_LONGEST_ROW], form, file, number


def _body(values: Values) -> tuple[str, str]:
    if "base64" in values:
        return values["base64"], "base64"
    texts = [values[role] for role in ("text", "text_2") if role in values] or [values.get("html", "")]
    return "\n\n".join(texts), "text"


def _head(reading: Reading, values: Values, shelf: Shelf) -> str:
    """`Call, Riya Shah (Completed): Cut-over plan`."""
    what = _what(reading, values)
    owner = values.get("owner", "") or shelf.user(reading.ident(values.get("owner_id", "")))
    status = f" ({values['status']})" if "status" in values else ""
    title = f": {values['title']}" if "title" in values else ""
    return line_of(f"{what}{', ' + owner if owner else ''}{status}{title}")[:500]


def _what(reading: Reading, values: Values) -> str:
    kind = values.get("type", "")
    if kind:
        return kind[:1].upper() + (kind[1:].lower() if kind.isupper() else kind[1:])
    if reading.columns.kind == "meetings":
        return "Meeting"
    return "Task" if "status" in reading.columns.places else "Note"


def _mail_head(values: Values, day: str) -> str:
    sender = f"{values['from_name']} <{values['from']}>" if "from_name" in values else values["from"]
    fields = {"From": sender, "Date": day, "To": values.get("to", ""), "Cc": values.get("cc", "")}
    fields["Subject"] = values.get("title", "")
    return "\n".join(f"{name}: {line_of(text)[:500]}" for name, text in fields.items() if text)


def parents(values: Values, system: str) -> list[str]:
    """Keys of what a note or meeting belongs to, the nearest only: opportunity, else account, else person."""
    near = [f"o#{one}" for one in idents(values.get("opportunity_id", ""), system)]
    near += [f"#{one}" for one in idents(values.get("parent_id", ""), system)]
    if near:
        return near
    account = folded((names(values.get("account", "")) or [""])[0])
    if "opportunity" in values:
        return [f"o={folded(name)}|{account}" for name in names(values["opportunity"])]
    if "parent" in values:
        return [f"n={folded(line_of(values['parent']))}"]
    if ids := idents(values.get("account_id", ""), system):
        return [f"a#{one}" for one in ids]
    if account:
        return [f"a={account}"]
    return [f"p#{one}" for one in idents(values.get("person_id", ""), system)]
