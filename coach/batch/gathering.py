"""`python -m coach.batch.gathering FOLDER`: reads an export that was given (coach.batch.gathered), once, as a stream.

Says in the folder how far it is. A row that cannot be used goes into its `not-used.csv`; the rest goes on.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from coach.batch.gathered import FOUND, Column, Gathered, Seen, State, Told
from coach.crm.columns import Columns, numbered
from coach.crm.export import Counts, Part, Wishes, look, opportunities
from coach.crm.memory import remember
from coach.crm.rows import Drawn
from coach.crm.tables import Table
from coach.crm.unused import Unused
from coach.errors import CoachError
from coach.excerpt import excerpt
from coach.store.database import open_database

AT_ONCE = 500
TOLD_EVERY_S = 0.5
NICER = 5
"""Whoever looks at a screen goes first."""
EXAMPLES = 3
LONGEST_EXAMPLE = 60
_TABLES = """
CREATE TABLE meetings (n INTEGER PRIMARY KEY, day TEXT, account TEXT, opportunity TEXT, owner TEXT, stage TEXT,
    amount REAL, currency TEXT, words INTEGER, people INTEGER, notes INTEGER);
CREATE TABLE contexts (n INTEGER PRIMARY KEY, said TEXT);
"""


def gather(one: Gathered) -> None:
    """Reads it to its end; what is wrong with it as a whole is noted as its state."""
    asked = one.asked()
    state = one.state()
    counts = Counts()
    try:
        with Unused(one.not_used) as unused:
            wishes = Wishes.of(asked.mapping, today=asked.today, seller=asked.seller, with_all_open=asked.with_all_open)
            with closing(open_database()) as db:
                parts = look([one.files], mapping=asked.mapping, on_problem=unused.add, db=db)
                remember([each for part in parts for each in part.tables], db)
            state = state.model_copy(update={"tables": tuple(_seen(parts, counts))})
            found = opportunities(parts, wishes=wishes, counts=counts, on_problem=unused.add)
            said = _keep(one, _telling(one, state, found, counts))
    except CoachError as error:
        tables = tuple(_seen(parts, counts)) if state.tables else ()
        failed = {"stage": "failed", "error": error.message, "hint": error.hint, "tables": tables}
        return one.note(state.model_copy(update=failed))
    told = _told(counts, said, unused.count)
    read = {"stage": "read", "rows": counts.rows, "told": told, "tables": tuple(_seen(parts, counts))}
    one.note(state.model_copy(update=read))


def _telling(one: Gathered, state: State, found: Iterable[Drawn], counts: Counts) -> Iterator[Drawn]:
    """The same opportunities; meanwhile it is noted how many rows have been looked at."""
    told_at = 0.0
    one.note(state)
    for drawn in found:
        if time.monotonic() - told_at > TOLD_EVERY_S:
            told_at = time.monotonic()
            one.note(state.model_copy(update={"rows": counts.rows}))
        yield drawn


def _keep(one: Gathered, found: Iterable[Drawn]) -> Counter[str]:
    """The meetings into a file of their own, which is there when it is whole; some counts of them."""
    path, counts = one.folder / f".{FOUND}.half", Counter[str]()
    path.unlink(missing_ok=True)
    rows = _rows(found, counts)
    with closing(sqlite3.connect(path, isolation_level=None)) as kept:
        kept.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
        while some := list(islice(rows, AT_ONCE)):
            kept.execute("BEGIN")
            kept.executemany(f"INSERT INTO meetings VALUES ({', '.join('?' * 11)})", [row[:-1] for row in some])
            kept.executemany("INSERT INTO contexts VALUES (?, ?)", [(row[0], row[-1]) for row in some])
            kept.execute("COMMIT")
    path.replace(one.folder / FOUND)
    return counts


def _rows(found: Iterable[Drawn], counts: Counter[str]) -> Iterator[Sequence[object]]:
    for n, drawn in enumerate(found):
        opportunity = drawn.opportunity
        context = opportunity.context
        day = context.meeting.date.isoformat() if context.meeting.date else ""
        counts["without account"] += not context.account
        counts["without meeting"] += not day
        words = sum(line.text.count(" ") + 1 for line in (*context.notes, *context.fields))
        yield (
            n,
            day,
            context.account,
            context.opportunity,
            opportunity.owner or context.rep,
            opportunity.stage or context.stage,
            opportunity.amount,
            opportunity.currency,
            words,
            len(context.meeting.attendees),
            drawn.notes,
            opportunity.model_dump_json(),
        )


def _seen(parts: Iterable[Part], counts: Counts) -> Iterator[Seen]:
    for part in parts:
        for table, columns in part.tables:
            loaded = counts.loaded.get(table.file)
            yield Seen(
                file=table.file,
                kind=columns.kind,
                system=columns.system if columns.system != "files" else part.system,
                told_by=columns.told_by,
                columns=tuple(_columns(table, columns)),
                dates=next(iter(columns.orders.values()), ""),
                rows=loaded.rows if loaded else 0,
            )


def _columns(table: Table, columns: Columns) -> Iterator[Column]:
    roles = {at: role for role, at in columns.places.items()}
    facts = set(columns.facts.values())
    for at, heading in enumerate(numbered(table.headings)):
        if heading:
            filled = dict.fromkeys(" ".join(row[at].split()) for row in table.sample if at < len(row) and row[at])
            examples = tuple(excerpt(value, LONGEST_EXAMPLE) for value in islice(filled, EXAMPLES))
            could_be = columns.others.get(at, "")
            known = {"role": roles.get(at, ""), "is_fact": at in facts, "could_be": could_be}
            yield Column(heading=heading, examples=examples, **known)


def _told(counts: Counts, said: Counter[str], unused: int) -> Told:
    return Told(
        rows=counts.rows + counts.deleted + counts.private,
        closed=counts.closed,
        left_out=counts.deleted + counts.private + counts.unusable + counts.repeated,
        taken=counts.taken,
        without_account=said["without account"],
        without_meeting=said["without meeting"] + counts.without_meeting,
        unread=counts.without_meeting,
        people=counts.people,
        notes=counts.notes,
        unused=unused,
    )


if __name__ == "__main__":
    os.nice(NICER)
    gather(Gathered(Path(sys.argv[1])))
