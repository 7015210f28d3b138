"""A million rows of an export: seconds and peak memory, each in a process of its own.

`python -m tests.benchmarks.imports`; `imports()` for the neighbours.
"""

from __future__ import annotations

import csv
import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from coach.crm import read_export
from tests.benchmarks.figures import line

ROWS = 1_000_000
TODAY = dt.date(2026, 12, 1)
REPORT = (
    "Opportunity Owner",
    "Account Name",
    "Opportunity Name",
    "Stage",
    "Amount",
    "Close Date",
    "Next Step",
    "Region",
)
EVENT = (
    "Id", "WhoId", "WhatId", "Subject", "Location", "StartDateTime", "DurationInMinutes", "Description", "IsPrivate",
    "IsDeleted",
)  # fmt: skip
SHARES = {"Opportunity": 0.1, "Account": 0.1, "Contact": 0.2, "OpportunityContactRole": 0.1, "Task": 0.4, "Event": 0.1}
UPCOMING = 4
"""One event in so many is to come."""


def imports() -> None:
    """Each export is made, then read in a process of its own, whose memory is its own."""
    print(f"\nAn export of {ROWS:,} rows")
    for name, make in (("report", make_report), ("objects", make_objects)):
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder))
            call = [sys.executable, "-m", "tests.benchmarks.imports", folder]
            said = subprocess.run(call, capture_output=True, text=True, check=True).stdout.split()
        wall_s, processor_s, peak_mb, given, problems = map(float, said)
        line(f"{name}: seconds", wall_s, "s", 60)
        line(f"{name}: of these processor time", processor_s, "s")
        line(f"{name}: peak memory", peak_mb, "MB", 500)
        line(f"{name}: opportunities given", given, "")
        line(f"{name}: not used", problems, "")


def read(folder: Path) -> None:
    """Seconds, processor seconds, peak MB, opportunities and problems on standard output."""
    problems = 0

    def count(problem: object) -> None:
        nonlocal problems
        problems += 1

    began, given = time.perf_counter(), 0
    for _ in read_export([folder], today=TODAY, on_problem=count):
        given += 1
    wall_s = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, given, problems)


def make_report(folder: Path) -> None:
    """One table, as a report gives it, without a meeting: every row becomes a context."""
    _write(folder / "report.csv", REPORT, ROWS, _report_row)


def make_objects(folder: Path) -> None:
    """One file an object; every opportunity has notes and people, some a meeting to come."""
    count = {name: int(ROWS * share) for name, share in SHARES.items()}
    deals = count["Opportunity"]

    def event(n: int) -> Iterable[object]:
        day = TODAY + dt.timedelta(days=n % 14 if n % UPCOMING == 0 else -(n % 300) - 1)
        start = f"{day}T{8 + n % 9:02d}:00:00.000Z"
        return f"00U{n:012d}", _contact(n), _deal(n), "Review", "Teams", start, 45, f"Agenda of {n}", 0, 0

    def task(n: int) -> Iterable[object]:
        day = TODAY - dt.timedelta(days=n % 400)
        text = f"Spoke with person {n % 977} on the offer. They want {n % 89} units by {day}. Who pays the crew?"
        return f"00T{n:012d}", _contact(n % deals), _deal(n % deals), "Call", day, "Completed", text, 0, "Call"

    tables: dict[str, tuple[tuple[str, ...], Callable[[int], Iterable[object]]]] = {
        "Opportunity": (
            ("Id", "IsDeleted", "AccountId", "Name", "StageName", "Amount", "CloseDate", "NextStep", "IsClosed"),
            lambda n: (_deal(n), 0, _account(n), f"Deal {n}", "Proposal", n % 90_000, "2026-12-31", "call", 0),
        ),
        "Account": (
            ("Id", "IsDeleted", "Name", "AccountNumber", "Industry", "BillingCity", "SystemModstamp"),
            lambda n: (_account(n), 0, f"Account {n}", n, "Food", "Leeds", "2026-11-01T00:00:00.000Z"),
        ),
        "Contact": (
            ("Id", "IsDeleted", "AccountId", "LastName", "FirstName", "Email", "Title"),
            lambda n: (_contact(n), 0, _account(n % deals), f"Reed{n}", "Tom", f"t{n}@a{n}.example", "IT Director"),
        ),
        "OpportunityContactRole": (
            ("Id", "OpportunityId", "ContactId", "Role", "IsPrimary", "IsDeleted"),
            lambda n: (f"00K{n:012d}", _deal(n), _contact(n), "Decision Maker", 1, 0),
        ),
        "Task": (
            ("Id", "WhoId", "WhatId", "Subject", "ActivityDate", "Status", "Description", "IsDeleted", "TaskSubtype"),
            task,
        ),
        "Event": (
            EVENT,
            event,
        ),
    }
    for name, (headings, row) in tables.items():
        _write(folder / f"{name}.csv", headings, count[name], row)


def _write(path: Path, headings: Iterable[str], count: int, row: Callable[[int], Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow(headings)
        rows.writerows(row(n) for n in range(count))


def _report_row(n: int) -> Iterable[object]:
    close = TODAY + dt.timedelta(days=n % 200)
    return (f"Rep {n % 50}", f"Account {n}", f"Deal {n}", "Proposal", f"{n % 90_000}.50", close, "send quote", "North")


def _deal(n: int) -> str:
    return f"006{n:012d}"


def _account(n: int) -> str:
    return f"001{n:012d}"


def _contact(n: int) -> str:
    return f"003{n:012d}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        read(Path(sys.argv[1]))
    else:
        imports()
