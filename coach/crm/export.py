"""An export, looked at and then read: its tables with what they were taken for, its opportunities one at a time.

The order of things: what belongs to opportunities goes onto a shelf, meetings to come find their opportunity, then the
opportunities are read as a stream.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from coach.context import proof_documents, proof_lines
from coach.crm import dynamics, hubspot_export, other, pipedrive, salesforce_export, zoho
from coach.crm.columns import Columns, System
from coach.crm.joining import Booked, Shelf, folded
from coach.crm.loading import Loaded, Reading, load
from coach.crm.mapping import Mapping, columns_of, unmet
from coach.crm.memory import remembered, take_over_file
from coach.crm.opportunity import Problem
from coach.crm.rows import Deal, Drawing, Drawn, deal_of, drawn
from coach.crm.tables import OnProblem, Table, read_tables
from coach.crm.values import is_closed
from coach.errors import InputError
from coach.excerpt import excerpt
from coach.schema import NoteLine, Seller
from coach.store.database import Database

SYSTEMS: tuple[System, ...] = (
    salesforce_export.EXPORT, hubspot_export.EXPORT, dynamics.EXPORT, pipedrive.EXPORT, zoho.EXPORT, other.EXPORT,
)  # fmt: skip
FIRST = ("users", "stages", "links", "accounts", "people", "roles")
"""Loaded before notes, which name their authors."""


@dataclass
class Counts:
    """What became of an export's opportunities."""

    rows: int = 0
    deleted: int = 0
    private: int = 0
    unusable: int = 0
    closed: int = 0
    without_meeting: int = 0
    """Open, but no meeting to come, in an export that tells of meetings."""
    repeated: int = 0
    taken: int = 0
    """Opportunities given, one a meeting."""
    with_account: int = 0
    """Of these: found in a table of accounts."""
    with_meeting: int = 0
    people: int = 0
    notes: int = 0
    loaded: dict[str, Loaded] = field(default_factory=dict)
    """By file."""

    @property
    def left_out(self) -> dict[str, int]:
        """Opportunities that gave no context, by why."""
        told = {
            "closed": self.closed,
            "open, but without a meeting to come": self.without_meeting,
            "without account and name": self.unusable,
            "the same again": self.repeated,
        }
        return {why: count for why, count in told.items() if count}


@dataclass(frozen=True)
class Part:
    """Tables that belong together: of one system, in one folder."""

    system: str
    tables: tuple[tuple[Table, Columns], ...]

    def of(self, *kinds: str) -> list[tuple[Table, Columns]]:
        return [(table, columns) for table, columns in self.tables if columns.kind in kinds]


@dataclass(frozen=True)
class Wishes:
    """How an export is to be read."""

    today: dt.date
    mapping: Mapping = field(default_factory=Mapping)
    seller: Seller = field(default_factory=Seller)
    proofs: tuple[NoteLine, ...] = ()
    with_all_open: bool = False
    """Also open opportunities without a meeting to come, where the export tells of meetings."""

    @classmethod
    def of(
        cls, mapping: Mapping, *, today: dt.date, seller: Seller | None = None, with_all_open: bool = False
    ) -> Wishes:
        """With the seller and the proof points that the mapping names.

        Raises:
            InputError: a proof file that cannot be read.
        """
        said = mapping.seller
        proofs = proof_lines(proof_documents(said.proof, folder=Path(), name="mapping"))
        seller = seller or Seller(company=said.company, offer=said.offer)
        return cls(today, mapping, seller, proofs, with_all_open)


def look(
    paths: Iterable[Path], *, mapping: Mapping, on_problem: OnProblem, db: Database | None = None
) -> tuple[Part, ...]:
    """The tables of an export and what they were taken for. `db`: where what was said of columns is remembered.

    Raises:
        InputError: a path that is not there, or a mapping that does not fit.
    """
    groups = read_tables(paths, on_problem=on_problem, hints=mapping.hints)
    for name in unmet(mapping, (table for tables in groups for table in tables)):
        on_problem(Problem(name, 0, "", "the mapping says something of it, but no table of the export is called so"))
    if db:
        take_over_file(db)
    known = [[(table, _columns(table, mapping, db)) for table in tables] for tables in groups]
    return tuple(part for tables in known for part in _parts(tables))


def opportunities(parts: Sequence[Part], *, wishes: Wishes, counts: Counts, on_problem: OnProblem) -> Iterator[Drawn]:
    """The opportunities of every part, one a meeting, in the order of the files. `counts` grows meanwhile.

    Raises:
        InputError: no table of opportunities.
    """
    if not any(part.of("opportunities") for part in parts):
        seen = excerpt(", ".join(table.file for part in parts for table, _ in part.tables), 300)
        raise InputError(
            f"No table of opportunities among {seen}." if seen else "No table that can be read.",
            hint="Write a mapping that says `kind: opportunities` of one table; `coach import … --show` prints one.",
        )
    return (one for part in parts for one in _given(part, wishes, counts, on_problem))


def _columns(table: Table, mapping: Mapping, db: Database | None) -> Columns:
    return columns_of(table, mapping, systems=SYSTEMS, known=remembered(table, db) if db else None)


def _given(part: Part, wishes: Wishes, counts: Counts, on_problem: OnProblem) -> Iterator[Drawn]:
    if part.of("opportunities"):
        yield from _of_part(part, wishes, counts, on_problem)
    elif part.of("notes", "meetings", "activities", "accounts"):
        names = ", ".join(table.file for table, _ in part.tables)
        on_problem(Problem(excerpt(names, 200), 0, "", "no table of opportunities beside it"))


def _parts(tables: Sequence[tuple[Table, Columns]]) -> Iterator[Part]:
    """Tables of one system each; those of no known system go with the only one that there is."""
    systems = sorted({columns.system for _, columns in tables} - {"files"})
    if len(systems) <= 1:
        yield Part(systems[0] if systems else "files", tuple(tables))
        return
    for system in [*systems, "files"]:
        own = tuple((table, columns) for table, columns in tables if columns.system == system)
        if own:
            yield Part(system, own)


def _of_part(part: Part, wishes: Wishes, counts: Counts, on_problem: OnProblem) -> Iterator[Drawn]:
    with Shelf() as shelf:
        readings = [_reading(each, wishes, counts, on_problem) for each in part.tables]
        _fill(shelf, readings)
        deals = [reading for reading in readings if reading.columns.kind == "opportunities"]
        if shelf.filled & {"notes", "meetings"}:
            _census(shelf, deals, part.system)
        shelf.index()
        if not any("note_id" in reading.columns.places for reading in deals):
            for file, line in shelf.notes_of_nobody():
                on_problem(Problem(file, line, "", "a note that names no opportunity, account or person"))
        booked = _settled(shelf, wishes.today, on_problem)
        drawing = Drawing(shelf, part.system, wishes.today, wishes.mapping, wishes.seller, wishes.proofs, on_problem)
        tells_meetings = bool(part.of("meetings", "activities")) or any(
            "meeting_date" in reading.columns.places for reading in deals
        )
        yield from _stream(deals, drawing, booked, counts, is_all=wishes.with_all_open or not tells_meetings)


def _reading(each: tuple[Table, Columns], wishes: Wishes, counts: Counts, on_problem: OnProblem) -> Reading:
    table, columns = each
    for at in columns.doubtful:
        reason = "days that can be read both ways are read day first; say `dates: month first` in a mapping if not"
        on_problem(Problem(table.file, 0, table.headings[at], reason))
    loaded = counts.loaded.setdefault(table.file, Loaded())
    return Reading(table, columns, wishes.today, ZoneInfo(wishes.mapping.timezone), on_problem, loaded)


def _fill(shelf: Shelf, readings: Sequence[Reading]) -> None:
    for kind in FIRST:
        for reading in readings:
            if reading.columns.kind == kind:
                load(reading, shelf)
    for reading in readings:
        if reading.columns.kind not in FIRST:
            load(reading, shelf)


def _quietly(reading: Reading) -> Reading:
    """The same table read beforehand: nothing is counted or told twice."""
    return Reading(reading.table, reading.columns, reading.today, reading.zone, lambda problem: None, Loaded())


def _census(shelf: Shelf, deals: Sequence[Reading], system: str) -> None:
    """Which opportunities there are, so that notes and meetings find theirs and none finds another's."""

    def rows() -> Iterator[tuple[int, str, str, str, str, int]]:
        numbered = enumerate(row for reading in map(_quietly, deals) for row in _deals(reading, system))
        for n, (deal, _) in numbered:
            account = folded(deal.account)
            yield n, deal.id, folded(deal.name), account, deal.account_id, int(not is_closed(deal.values))

    shelf.put("opportunities", rows())


def _deals(reading: Reading, system: str) -> Iterator[tuple[Deal, Reading]]:
    own = system if reading.columns.system == "files" else reading.columns.system
    for number, cells, values in reading.rows():
        yield deal_of(number, cells, values, own), reading


def _settled(shelf: Shelf, today: dt.date, on_problem: OnProblem) -> dict[int, list[Booked]]:
    """The meetings to come by the place of their opportunity in the stream."""
    found: dict[int, list[Booked]] = {}
    if "meetings" not in shelf.filled:
        return found
    for booked in shelf.meetings():
        places = {place for parent in booked.parents for place in shelf.opportunities_at(parent)}
        if len(places) == 1:
            found.setdefault(places.pop(), []).append(booked)
            continue
        why = "belongs to no opportunity" if not places else "could belong to several opportunities"
        on_problem(Problem(booked.file, booked.line, "", f"a meeting on {booked.day} {why} of the export"))
    return found


def _stream(
    deals: Sequence[Reading], drawing: Drawing, booked: dict[int, list[Booked]], counts: Counts, *, is_all: bool
) -> Iterator[Drawn]:
    seen: set[int] = set()
    rows = (row for reading in deals for row in _deals(reading, drawing.system))
    for n, (deal, reading) in enumerate(rows):
        counts.rows += 1
        meetings = booked.get(n, [])
        if not deal.name and not deal.account and not deal.account_id:
            counts.unusable += 1
            reading.tell(deal.number, "account", "neither an account nor a name")
        elif is_closed(deal.values) and not meetings:
            counts.closed += 1
        else:
            yield from _taken(deal, reading, drawing, meetings, seen, counts, is_all=is_all)
    for reading in deals:
        counts.deleted += reading.loaded.deleted
        counts.private += reading.loaded.private


def _taken(
    deal: Deal,
    reading: Reading,
    drawing: Drawing,
    meetings: Sequence[Booked],
    seen: set[int],
    counts: Counts,
    *,
    is_all: bool,
) -> Iterator[Drawn]:
    found = drawn(deal, reading, drawing, meetings, is_all=is_all)
    counts.without_meeting += not found
    for one in found:
        mark = hash(one.opportunity.id)
        if mark in seen:
            counts.repeated += 1
            reading.tell(deal.number, "id", "the same opportunity and meeting again; the first is used")
            continue
        seen.add(mark)
        counts.taken += 1
        counts.with_account += one.has_account
        counts.with_meeting += one.opportunity.context.meeting.date is not None
        counts.people += one.people
        counts.notes += one.notes
        yield one
