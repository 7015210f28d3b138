"""Small exports of invented companies, written and imported."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coach.crm import read_export
from coach.crm.mapping import Mapping as ColumnMapping
from coach.crm.opportunity import Opportunity, Problem
from coach.schema import Seller

TODAY = dt.date(2026, 12, 1)


@dataclass(frozen=True)
class Imported:
    opportunities: tuple[Opportunity, ...]
    problems: tuple[Problem, ...]

    @property
    def only(self) -> Opportunity:
        (one,) = self.opportunities
        return one

    @property
    def reasons(self) -> list[str]:
        return [problem.reason for problem in self.problems]


def imported(
    *paths: Path, mapping: ColumnMapping | None = None, today: dt.date = TODAY, with_all_open: bool = False
) -> Imported:
    problems: list[Problem] = []
    found = read_export(
        paths,
        mapping=mapping,
        today=today,
        seller=Seller(company="Fernhill Systems"),
        on_problem=problems.append,
        with_all_open=with_all_open,
    )
    return Imported(tuple(found), tuple(problems))


def table(path: Path, rows: Sequence[Mapping[str, object]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Rows by heading; the headings of all of them, in order."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    return lines(path, [headings, *([row.get(one, "") for one in headings] for row in rows)], delimiter, encoding)


def lines(path: Path, rows: Iterable[Sequence[object]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return path


def notes(opportunity: Opportunity) -> list[str]:
    return [line.text for line in opportunity.context.notes]


def facts(opportunity: Opportunity) -> list[str]:
    return [line.text for line in opportunity.context.fields]
