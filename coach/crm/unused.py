"""What of an export was not used: every row into a CSV as it comes, the first few of each reason kept for the screen.

Knows nothing about where problems come from.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from coach.crm.opportunity import Problem
from coach.errors import InputError

NOT_USED = "not-used.csv"
"""What the file is called."""
SHOWN_OF_A_KIND = 3
"""Rows told of one reason; all of them stand in the file."""
MAX_KINDS = 200
"""Reasons told; an export of fifty tables has some thirty."""


class Unused:
    """Takes problems; the file is there once there is one. Memory stays the same, however many come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._kinds: Counter[tuple[str, str, str]] = Counter()
        self._shown: list[Problem] = []
        self._open = ExitStack()

    def __enter__(self) -> Unused:
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    def add(self, problem: Problem) -> None:
        if not self.count:
            self._begin()
        self.count += 1
        self._rows.writerow([_inert(problem.file), problem.row, _inert(problem.column), _inert(problem.reason)])
        kind = (problem.file, problem.column, problem.reason.rpartition("`")[2])
        if kind in self._kinds or len(self._kinds) < MAX_KINDS:
            self._kinds[kind] += 1
            self._shown += [problem] if self._kinds[kind] <= SHOWN_OF_A_KIND else []

    def move_to(self, folder: Path) -> None:
        """The file to where it is looked for; the list of an earlier run there goes. Raises InputError."""
        self._open.close()
        there = folder / NOT_USED
        try:
            there.unlink(missing_ok=True)
            if self.count:
                folder.mkdir(parents=True, exist_ok=True)
                shutil.move(self.path, there)
        except OSError as error:
            raise InputError(f"{there}: cannot be written: {error.strerror}.") from error
        self.path = there

    def told(self) -> Iterator[str]:
        """Lines for a person; none when everything was used."""
        if not self.count:
            return
        counted = "1 row or value" if self.count == 1 else f"{self.count} rows or values"
        yield f"\n{counted} not used; all of them in {self.path}:"
        for one in self._shown:
            row = f", row {one.row}" if one.row else ""
            yield f"    {one.file}{row}: {f'{one.column}: ' if one.column else ''}{one.reason}"

    def _begin(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self._open.enter_context(self.path.open("w", encoding="utf-8-sig", newline=""))
        self._rows = csv.writer(file)
        self._rows.writerow(["file", "row", "column", "reason"])


def _inert(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
