"""Import folders of exports and print counts, joins and dates, to be checked against the files.

python tools/check_exports.py [--today YYYY-MM-DD] [--all] FOLDER...
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from coach.crm.export import Counts, Wishes, look, opportunities
from coach.crm.mapping import Mapping
from coach.crm.opportunity import Problem

SHOWN = 5


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--today", type=dt.date.fromisoformat, default=dt.date.today())
    arguments.add_argument("--all", action="store_true")
    asked = arguments.parse_args()
    for folder in asked.folders:
        print(f"\n=== {folder.name}")
        check(folder, Wishes(asked.today, with_all_open=asked.all))


def check(folder: Path, wishes: Wishes) -> None:
    problems: list[Problem] = []
    parts = look([folder], mapping=Mapping(), on_problem=problems.append)
    counts = Counts()
    found = list(opportunities(parts, wishes=wishes, counts=counts, on_problem=problems.append))
    for part in parts:
        for table, columns in part.tables:
            loaded = counts.loaded.get(table.file)
            print(f"{table.file}: {columns.kind} ({columns.system}), rows {loaded.rows if loaded else '-'}")
            print(f"    {dict(columns.shown(table))}; facts {list(columns.facts)}")
    print({name: value for name, value in vars(counts).items() if name != "loaded"})
    for one in found[:SHOWN]:
        context = one.opportunity.context
        print(one.opportunity.id, one.opportunity.amount, one.opportunity.currency, context.meeting)
        print("   ", [line.text for line in (*context.fields, *context.notes)])
    for problem in problems[: SHOWN * 3]:
        print("   not used:", problem)
    if problems[SHOWN * 3 :]:
        print(f"    and {len(problems) - SHOWN * 3} more")


if __name__ == "__main__":
    main()
