"""An export that somebody gave: its files in a folder, read once, every meeting beside what it is chosen by.

The reading is a process of its own (`coach.batch.gathering`), so that whoever shows it stays quick; how far it is
stands in the folder. Choosing and counting ask a file of SQLite, however many meetings there are.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from coach.crm.columns import Kind
from coach.crm.mapping import Mapping
from coach.crm.opportunity import Opportunity
from coach.crm.unused import NOT_USED
from coach.errors import InputError
from coach.schema import Noun, Seller

Stage = Literal["new", "reading", "read", "failed"]
FOUND = "found.sqlite3"
MOST_TRIES = 2
"""Of a reading that breaks off without a word, as when the machine was switched off."""
LARGE_BYTES, ZIPPED = 20_000_000, 8
"""An export of half a minute; of a zip it is a guess."""
MOST_OFFERED = 500
"""Owners or stages to choose from."""
FEW_NAMES = 2
SYSTEMS = {
    "salesforce": "Salesforce",
    "hubspot": "HubSpot",
    "dynamics": "Dynamics 365",
    "pipedrive": "Pipedrive",
    "zoho": "Zoho",
    "files": "own tables",
}
_UNDATED = "day = ''"
_SAFE = re.compile(r"[^\w .()+,=&@#-]")


class Asked(Noun):
    """How an export is to be read."""

    today: dt.date
    mapping: Mapping = Mapping()
    seller: Seller = Seller()
    with_all_open: bool = True
    """Also open opportunities without a meeting, where the export tells of meetings: most of the work in large ones."""


class Column(Noun):
    heading: str
    role: str = ""
    """What it is; empty: not used, or, as `is_fact`, only worth knowing."""
    is_fact: bool = False
    could_be: str = ""
    """What another column was taken for."""
    examples: tuple[str, ...] = ()


class Seen(Noun):
    """A table, and what it was taken for."""

    file: str
    kind: Kind
    system: str
    told_by: str
    """`guess`, `mapping` or `remembered`."""
    columns: tuple[Column, ...]
    dates: str = ""
    """How days are read that could be read both ways: `day first` or `month first`; empty: there are none."""
    rows: int = 0


class Told(Noun):
    """What became of the opportunities."""

    rows: int = 0
    closed: int = 0
    left_out: int = 0
    """Deleted, private, without account and name, or the same again."""
    taken: int = 0
    """Open and kept, one a meeting."""
    without_account: int = 0
    without_meeting: int = 0
    unread: int = 0
    """Of these: only counted, not kept."""
    people: int = 0
    notes: int = 0
    unused: int = 0
    """Rows and values that could not be used."""


class State(Noun):
    stage: Stage = "new"
    names: tuple[str, ...] = ()
    begun_at: dt.datetime
    tries: int = 0
    rows: int = 0
    """Opportunities looked at so far."""
    tables: tuple[Seen, ...] = ()
    told: Told = Told()
    error: str = ""
    hint: str = ""

    @property
    def called(self) -> str:
        """`pipeline.csv`, `Salesforce export of 5 files`."""
        systems = dict.fromkeys(SYSTEMS[table.system] for table in self.tables if table.kind != "ignore")
        if len(self.names) <= FEW_NAMES:
            return ", ".join(self.names) or "Files"
        said = f"{', '.join(systems)} export" if systems else "Export"
        return f"{said[:1].upper()}{said[1:]} of {len(self.names)} files"


class Choice(Noun):
    """The meetings that are wanted; what is left empty does not matter."""

    since: dt.date | None = None
    until: dt.date | None = None
    owners: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    min_amount: float | None = Field(None, ge=0)
    with_undated: bool = False


@dataclass(frozen=True)
class Chosen:
    meetings: int
    words: int
    """In their notes and records, all together."""


@dataclass(frozen=True)
class Line:
    """A meeting as a table shows it."""

    day: str
    account: str
    opportunity: str
    owner: str
    stage: str
    amount: float | None
    currency: str
    people: int
    notes: int


@dataclass(frozen=True)
class Gathered:
    """One export on its way. `Gathered.begin` makes its folder."""

    folder: Path

    @classmethod
    def begin(cls, home: Path, *, at: dt.datetime) -> Gathered:
        folder = home / "imports" / "gathered" / f"{at:%Y%m%d}-{secrets.token_hex(6)}"
        (folder / "files").mkdir(parents=True)
        one = cls(folder)
        one.note(State(begun_at=at))
        return one

    @classmethod
    def known(cls, home: Path, name: str) -> Gathered | None:
        """The one of this id, if there is one."""
        one = cls(home / "imports" / "gathered" / name)
        return one if re.fullmatch(r"[\w-]+", name) and (one.folder / "state.json").is_file() else None

    @classmethod
    def all(cls, home: Path) -> list[Gathered]:
        """The latest first."""
        found = [cls(path.parent) for path in (home / "imports" / "gathered").glob("*/state.json")]
        return sorted(found, key=lambda one: one.state().begun_at, reverse=True)

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def not_used(self) -> Path:
        return self.folder / NOT_USED

    def is_large(self) -> bool:
        """Whether its opportunities without a meeting are better left until somebody asks for them."""
        sizes = ((path.stat().st_size, path.suffix.casefold()) for path in self.files.iterdir())
        return sum(size * (ZIPPED if ending in (".zip", ".xlsx") else 1) for size, ending in sizes) > LARGE_BYTES

    def place_for(self, name: str) -> Path:
        """Where a file of this name is to be written: always within the folder, never over another one."""
        plain = _SAFE.sub("_", Path(name.replace("\\", "/")).name).lstrip(".~ ") or "file"
        path, number = self.files / plain, 1
        while path.exists():
            number += 1
            path = self.files / f"{Path(plain).stem} ({number}){Path(plain).suffix}"
        return path

    def state(self) -> State:
        """Raises InputError where it cannot be read."""
        try:
            return State.model_validate_json((self.folder / "state.json").read_bytes())
        except (OSError, ValidationError) as error:
            raise InputError("This import cannot be read any more.", hint="Drop the files once more.") from error

    def note(self, state: State) -> None:
        _write(self.folder / "state.json", state.model_dump_json())

    def asked(self) -> Asked:
        return Asked.model_validate_json((self.folder / "asked.json").read_bytes())

    def read(self, asked: Asked) -> None:
        """Begins to read, in a process of its own; what was read before is forgotten."""
        _write(self.folder / "asked.json", asked.model_dump_json())
        self._begin(tries=0)

    def look_after(self) -> State:
        """The state; a reading whose process is gone is begun again, and given up the second time."""
        state = self.state()
        if state.stage != "reading" or _lives(self._process()):
            return state
        state = self.state()  # it may have ended just now
        if state.stage == "reading" and state.tries >= MOST_TRIES:
            state = state.model_copy(update={"stage": "failed", "error": "The reading broke off."})
            self.note(state)
        elif state.stage == "reading":
            self._begin(tries=state.tries)
        return self.state()

    def throw_away(self) -> None:
        process = self._process()
        if self.state().stage == "reading" and _lives(process):
            os.kill(process, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _begin(self, *, tries: int) -> None:
        names = tuple(sorted(path.name for path in self.files.iterdir()))
        state = self.state().model_copy(update={"stage": "reading", "names": names, "rows": 0, "error": "", "hint": ""})
        call = [sys.executable, "-m", "coach.batch.gathering", str(self.folder.resolve())]
        root = Path(__file__).parents[2]
        self.note(state.model_copy(update={"tries": tries + 1}))
        process = subprocess.Popen(call, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        _children[process.pid] = process
        _write(self.folder / "process", f"{process.pid}")

    def _process(self) -> int:
        """That reads it; 0: none."""
        try:
            return int((self.folder / "process").read_text())
        except (OSError, ValueError):
            return 0

    def chosen(self, choice: Choice) -> Chosen:
        where, values = _where(choice)
        with _opened(self.folder / FOUND) as found:
            row = found.execute(f"SELECT count(*), coalesce(sum(words), 0) FROM meetings WHERE {where}", values)
            count, words = row.fetchone()
        return Chosen(count, words)

    def lines(self, choice: Choice, *, most: int) -> list[Line]:
        """The soonest meetings of a choice, those without a day last."""
        where, values = _where(choice)
        columns = ", ".join(Line.__dataclass_fields__)
        query = f"SELECT {columns} FROM meetings WHERE {where} ORDER BY {_UNDATED}, day, n LIMIT ?"
        with _opened(self.folder / FOUND) as found:
            return [Line(*row) for row in found.execute(query, (*values, most))]

    def offered(self, column: Literal["owner", "stage"]) -> list[str]:
        """Owners or stages, those with most meetings first."""
        query = f"SELECT {column} FROM meetings WHERE {column} <> '' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ?"
        with _opened(self.folder / FOUND) as found:
            return [str(row[0]) for row in found.execute(query, (MOST_OFFERED,))]

    def last_day(self) -> dt.date | None:
        with _opened(self.folder / FOUND) as found:
            day = found.execute("SELECT max(day) FROM meetings").fetchone()[0]
        return dt.date.fromisoformat(day) if day else None

    def opportunities(self, choice: Choice) -> Iterator[Opportunity]:
        """The meetings of a choice as they were read, one at a time."""
        where, values = _where(choice)
        query = f"SELECT said FROM meetings JOIN contexts USING (n) WHERE {where} ORDER BY n"
        with _opened(self.folder / FOUND) as found:
            for row in found.execute(query, values):
                yield Opportunity.model_validate_json(row[0])


_children: dict[int, subprocess.Popen[bytes]] = {}
"""Of this process: one that has ended is let go when it is looked at."""


def _lives(process: int) -> bool:
    child = _children.get(process)
    if child is not None and child.poll() is not None:
        del _children[process]
        return False
    try:
        os.kill(process, 0) if process else None
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process > 0


def _where(choice: Choice) -> tuple[str, Sequence[object]]:
    parts: list[str] = []
    values: list[object] = []
    undated = f"{_UNDATED} OR " if choice.with_undated else ""
    if not choice.with_undated:
        parts.append(f"NOT {_UNDATED}")
    for sign, day in ((">=", choice.since), ("<=", choice.until)):
        if day is not None:
            parts.append(f"({undated}day {sign} ?)")
            values.append(day.isoformat())
    for column, names in (("owner", choice.owners), ("stage", choice.stages)):
        if names:
            parts.append(f"{column} IN ({', '.join('?' * len(names))})")
            values += names
    if choice.min_amount is not None:
        parts.append("amount >= ?")
        values.append(choice.min_amount)
    return " AND ".join(parts) or "1", values


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Raises InputError where it is not there, or cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as found:
            yield found
    except sqlite3.Error as error:
        raise InputError("What was read of this import is not there any more.", hint="Drop the files again.") from error


def _write(path: Path, text: str) -> None:
    half = path.with_name(f".{path.name}.{os.getpid()}.half")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
