"""What belongs to an opportunity, kept in a temporary SQLite file while its export is read.

Tables go in one after the other, whatever their size; an opportunity asks for its account, people, notes and
meetings. Keys are `#id` (of anything), `o#`, `a#`, `p#` (an opportunity's, account's, person's id), `o=` and `a=`
(names, folded), `n=` (a name of either). Knows nothing about files and headings.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from coach.schema import Person

MAX_NOTES = 300
"""The newest of one opportunity; more do not fit into a model's window."""

_TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = FILE;
CREATE TABLE accounts (id TEXT, folded TEXT, name TEXT, facts TEXT);
CREATE TABLE people (id TEXT, account_id TEXT, account TEXT, folded TEXT, name TEXT, title TEXT, email TEXT);
CREATE TABLE roles (opportunity TEXT, person TEXT, role TEXT, is_primary INT);
CREATE TABLE account_links (opportunity TEXT, account TEXT);
CREATE TABLE attendees (meeting TEXT, person TEXT);
CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
CREATE TABLE stages (id TEXT PRIMARY KEY, name TEXT, is_closed INT) WITHOUT ROWID;
CREATE TABLE links (child TEXT, parent TEXT);
CREATE TABLE notes (id TEXT, parent TEXT, day TEXT, head TEXT, body TEXT, form TEXT, file TEXT, line INT);
CREATE TABLE meetings (id TEXT, parents TEXT, day TEXT, start TEXT, minutes INT, place TEXT, title TEXT, people TEXT,
                       words TEXT, file TEXT, line INT);
CREATE TABLE opportunities (n INTEGER PRIMARY KEY, id TEXT, title TEXT, account TEXT, account_id TEXT, is_open INT);
"""
_INDEXES = """
CREATE INDEX IF NOT EXISTS accounts_id ON accounts (id); CREATE INDEX IF NOT EXISTS accounts_name ON accounts (folded);
CREATE INDEX IF NOT EXISTS people_id ON people (id); CREATE INDEX IF NOT EXISTS people_name ON people (folded);
CREATE INDEX IF NOT EXISTS roles_of ON roles (opportunity); CREATE INDEX IF NOT EXISTS roles_who ON roles (person);
CREATE INDEX IF NOT EXISTS links_account ON account_links (opportunity);
CREATE INDEX IF NOT EXISTS attending ON attendees (meeting);
CREATE INDEX IF NOT EXISTS links_parent ON links (parent); CREATE INDEX IF NOT EXISTS links_child ON links (child);
CREATE INDEX IF NOT EXISTS notes_parent ON notes (parent); CREATE INDEX IF NOT EXISTS notes_id ON notes (id);
CREATE INDEX IF NOT EXISTS opportunity_id ON opportunities (id);
CREATE INDEX IF NOT EXISTS opportunity_title ON opportunities (title);
CREATE INDEX IF NOT EXISTS opportunity_account ON opportunities (account);
CREATE INDEX IF NOT EXISTS opportunity_account_id ON opportunities (account_id);
ANALYZE;
"""
Cell = str | int | None


@dataclass(frozen=True)
class Account:
    id: str
    name: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Note:
    day: str
    """ISO, or empty."""
    head: str
    """What it is and who wrote it; of a mail its header lines."""
    body: str
    form: str
    """`text`, `mail` or `base64`."""
    file: str
    line: int


@dataclass(frozen=True)
class Booked:
    """A meeting to come."""

    id: str
    parents: tuple[str, ...]
    day: dt.date
    start: dt.time | None
    minutes: int | None
    place: str
    title: str
    people: tuple[str, ...]
    """`p#` ids."""
    words: tuple[str, ...]
    """Attendees in words."""
    file: str
    line: int


def folded(name: str) -> str:
    """What makes two names the same."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class Shelf:
    """The temporary file; gone when it is closed."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="coach-import-")
        self._sql = sqlite3.connect(Path(self._folder.name) / "joins.sqlite", isolation_level=None)
        self._sql.executescript(_TABLES)
        self.filled: set[str] = set()
        """Names of the tables that hold something."""

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._sql.close()
        self._folder.cleanup()

    def put(self, table: str, rows: Iterable[Sequence[Cell]]) -> int:
        """Add rows to a table, as they come; how many."""
        before = self._sql.total_changes
        marks = ",".join("?" * self._width(table))
        self._sql.execute("BEGIN")
        self._sql.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)
        self._sql.execute("COMMIT")
        added = self._sql.total_changes - before
        if added:
            self.filled.add(table)
        return added

    def index(self) -> None:
        self._sql.executescript(_INDEXES)

    def count(self, table: str) -> int:
        return int(self._sql.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def account(self, ident: str) -> Account | None:
        found = self._account("id", ident) if ident else []
        return found[0] if found else None

    def accounts_named(self, name: str) -> list[Account]:
        """At most two."""
        return self._account("folded", folded(name)) if name else []

    def account_linked(self, opportunity: str) -> str:
        """The id of the account that a table of links names; empty when none."""
        return self._one("SELECT account FROM account_links WHERE opportunity = ?", opportunity)

    def user(self, ident: str) -> str:
        return self._one("SELECT name FROM users WHERE id = ?", ident) if "users" in self.filled else ""

    def stage(self, ident: str) -> tuple[str, bool] | None:
        row = self._sql.execute("SELECT name, is_closed FROM stages WHERE id = ?", (ident,)).fetchone()
        return (row[0], bool(row[1])) if row else None

    def person(self, ident: str) -> tuple[Person, str] | None:
        """Who it is, and the id or name of their account."""
        row = self._sql.execute("SELECT name, title, account_id, account FROM people WHERE id = ?", (ident,)).fetchone()
        return (Person(name=row[0], title=row[1]), row[2] or row[3]) if row else None

    def person_named(self, name: str, account: str) -> Person:
        """With the title that the only person of that name at the account has."""
        query = "SELECT title, account FROM people WHERE folded = ? LIMIT 20"
        rows = self._sql.execute(query, (folded(name),)).fetchall()
        here = [title for title, at in rows if not at or folded(at) == folded(account)]
        return Person(name=name, title=here[0] if len(here) == 1 else "")

    def roles(self, opportunity: str) -> list[tuple[str, str]]:
        """Person ids and their roles; the primary one first."""
        query = "SELECT person, role FROM roles WHERE opportunity = ? ORDER BY is_primary DESC, rowid"
        return self._sql.execute(query, (opportunity,)).fetchall()

    def attendees(self, meeting: str) -> list[str]:
        return [row[0] for row in self._sql.execute("SELECT person FROM attendees WHERE meeting = ?", (meeting,))]

    def notes(self, parents: Sequence[str], ids: Sequence[str] = ()) -> list[Note]:
        """The newest MAX_NOTES and one, oldest first, undated before all."""
        marks, more = ",".join("?" * len(parents)), ",".join("?" * len(ids))
        fields = "day, head, body, form, file, line"
        query = (
            f"SELECT {fields} FROM (SELECT {fields}, rowid AS r FROM notes WHERE parent IN ({marks})"
            f" UNION SELECT {fields}, rowid FROM notes WHERE id IN"
            f" (SELECT child FROM links WHERE parent IN ({marks}))"
            f" UNION SELECT {fields}, rowid FROM notes WHERE id <> '' AND id IN ({more}))"
            " ORDER BY day DESC, r DESC LIMIT ?"
        )
        rows = self._sql.execute(query, (*parents, *parents, *ids, MAX_NOTES + 1)).fetchall()
        return [Note(*row) for row in dict.fromkeys(reversed(rows))]

    def notes_of_nobody(self) -> Iterator[tuple[str, int]]:
        """File and row of the notes that name nothing and that nothing names."""
        query = "SELECT file, line FROM notes WHERE parent = '' AND id NOT IN (SELECT child FROM links)"
        yield from self._sql.cursor().execute(f"{query} ORDER BY file, line")

    def meetings(self) -> Iterator[Booked]:
        fields = "id, parents, day, start, minutes, place, title, people, words, file, line"
        cursor = self._sql.cursor().execute(f"SELECT {fields} FROM meetings ORDER BY day, start, rowid")
        for ident, parents, day, start, minutes, place, title, people, words, file, line in cursor:
            yield Booked(
                ident,
                tuple(json.loads(parents)) or self._parents(ident),
                dt.date.fromisoformat(day),
                dt.time.fromisoformat(start) if start else None,
                minutes,
                place,
                title,
                tuple(json.loads(people)),
                tuple(json.loads(words)),
                file,
                line,
            )

    def opportunities_at(self, parent: str) -> list[int]:
        """Where in the export the opportunities stand that a key means; at most three."""
        mark, name = parent[:2], parent[2:]
        if mark == "o#":
            return self._at("id = ?", name)
        if mark == "a#":
            return self._at("account_id = ? AND is_open", name)
        if mark == "p#":
            return self._at_person(name)
        if mark == "o=":
            title, _, account = name.partition("|")
            return self._at("title = ? AND account = ?", title, account) if account else self._at("title = ?", title)
        if mark == "a=":
            return self._at("account = ? AND is_open", name)
        if mark == "n=":
            return self._at("title = ?", name) or self._at("account = ? AND is_open", name)
        return self._at("id = ?", parent[1:]) or self._at("account_id = ? AND is_open", parent[1:])

    def is_only_title(self, title: str) -> bool:
        return len(self._at("title = ?", title)) == 1

    def is_one_account(self, name: str) -> bool:
        """Whether the opportunities of a folded account name are all of one account, as far as ids tell."""
        rows = self._sql.execute("SELECT DISTINCT account_id FROM opportunities WHERE account = ? LIMIT 2", (name,))
        return len(rows.fetchall()) < 2

    def _at_person(self, person: str) -> list[int]:
        by_role = self._at("id IN (SELECT opportunity FROM roles WHERE person = ?) AND is_open", person)
        return by_role or self._at(
            "account_id <> '' AND account_id = (SELECT account_id FROM people WHERE id = ?) AND is_open", person
        )

    def _at(self, where: str, *names: str) -> list[int]:
        rows = self._sql.execute(f"SELECT n FROM opportunities WHERE {where} LIMIT 3", names)
        return [row[0] for row in rows]

    def _parents(self, child: str) -> tuple[str, ...]:
        rows = self._sql.execute("SELECT parent FROM links WHERE child = ? ORDER BY parent LIMIT 20", (child,))
        found = [row[0] for row in rows]
        strongest = [parent for parent in found if parent.startswith(("o#", "#"))]
        return tuple(strongest or [parent for parent in found if parent.startswith("a#")] or found)

    def _account(self, column: str, value: str) -> list[Account]:
        query = f"SELECT id, name, facts FROM accounts WHERE {column} = ? LIMIT 2"
        rows = self._sql.execute(query, (value,)).fetchall()
        return [Account(row[0], row[1], tuple((one, two) for one, two in json.loads(row[2]))) for row in rows]

    def _one(self, query: str, value: str) -> str:
        row = self._sql.execute(query, (value,)).fetchone()
        return str(row[0]) if row else ""

    def _width(self, table: str) -> int:
        return len(self._sql.execute(f"SELECT * FROM {table} LIMIT 0").description)
