"""A small Salesforce export of invented companies, as it is dropped into the app, and one that has been read."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from coach.batch.gathered import Asked, Gathered, State
from coach.settings import settings
from tests.support.exports import table

TODAY = dt.date.today()
ACCOUNTS = ("Northwind Foods", "Tarnbeck Mills", "Harrowgate Stores", "Pellworth Dairy")
OWNERS = ("Riya Shah", "Tom Ebner")
STAGES = ("Negotiation", "Proposal", "Closed Won")
READ_WITHIN_S = 60.0


def export(folder: Path, *, meetings: int = 6) -> list[Path]:
    """Ten opportunities, of which three are closed; meetings in 1, 2, 3 … days with the first ones; a bad date each."""
    folder.mkdir(parents=True, exist_ok=True)
    deals = [
        {
            "Id": f"006{n:012d}",
            "AccountId": f"001{n % 4:012d}",
            "Name": f"Dock scanners, lot {n}",
            "StageName": STAGES[n % 3],
            "Amount": (n + 1) * 1000,
            "CloseDate": "soon" if n == 1 else (TODAY + dt.timedelta(days=60)).isoformat(),
            "Budget Line": f"BL-{n}",
            "OwnerId": f"005{n % 2:012d}",
            "IsClosed": int(n % 3 == 2),
        }
        for n in range(10)
    ]
    events = [
        {
            "Id": f"00U{n:012d}",
            "WhatId": f"006{n:012d}",
            "Subject": "Review",
            "StartDateTime": f"{TODAY + dt.timedelta(days=n + 1)}T10:00:00.000Z" if n != 4 else "next Tuesday",
            "DurationInMinutes": 45,
            "IsPrivate": 0,
        }
        for n in range(meetings)
        if n % 3 != 2
    ]
    notes = [
        {
            "Id": f"002{n:012d}",
            "ParentId": f"006{n:012d}",
            "Title": "Call",
            "Body": f"Maria Lopez said 4{n} trucks stood for 6 hours. The report was promised for 24 October.",
            "CreatedDate": "2026-11-01T10:00:00.000Z",
        }
        for n in range(10)
    ]
    accounts = [{"Id": f"001{n:012d}", "Name": name, "Industry": "Food"} for n, name in enumerate(ACCOUNTS)]
    users = [{"Id": f"005{n:012d}", "Username": f"u{n}", "Name": name} for n, name in enumerate(OWNERS)]
    named: tuple[tuple[str, Sequence[Mapping[str, object]]], ...] = (
        ("Opportunity", deals),
        ("Event", events),
        ("Note", notes),
        ("Account", accounts),
        ("User", users),
    )
    return [table(folder / f"{name}.csv", rows) for name, rows in named]


def dropped(files: Iterable[Path], *, home: Path | None = None, today: dt.date = TODAY) -> Gathered:
    """As the app takes them in, read to the end."""
    one = Gathered.begin(home or settings().home, at=dt.datetime.now(dt.UTC))
    for file in files:
        shutil.copy(file, one.place_for(file.name))
    one.read(Asked(today=today))
    is_read(one)
    return one


def is_read(one: Gathered) -> State:
    """Waits until it is, or has failed."""
    end = time.monotonic() + READ_WITHIN_S
    while (state := one.look_after()).stage == "reading":
        assert time.monotonic() < end
        time.sleep(0.02)
    return state
