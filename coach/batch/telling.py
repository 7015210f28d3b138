"""What a person who waits for a batch is told, on stderr: on a terminal one line that changes, else a line at times."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TextIO

from coach.batch.run import Ended, Standing
from coach.batch.which import Found
from coach.crm.unused import Unused
from coach.failures import in_words
from coach.store import batches
from coach.store.database import Database

LINES_EVERY_S = 10.0
"""Where there is no terminal: a log stays readable."""
READ_EVERY = 1000


class Teller:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._told_at = float("-inf")
        self._width = 0

    def note(self, sentence: str) -> None:
        self._clear()
        self._stream.write(f"{' '.join(sentence.split())}\n")
        self._stream.flush()

    def reading(self, slots: int) -> None:
        if slots % READ_EVERY == 0:
            self._line(f"{slots:,} meetings read", is_due=True)

    def unused(self, unused: Unused) -> None:
        """The first few of each reason, and where all of them stand."""
        for line in unused.told():
            self.note(line)

    def found(self, found: Found) -> None:
        filled = found.filled
        left_out = "".join(f", {count:,} {why}" for why, count in sorted(found.left_out.items()))
        meetings = "meeting" if filled.total == 1 else "meetings"
        told = f"{filled.new:,} new, {filled.changed:,} changed, {filled.same:,} as before"
        self.note(f"{filled.total:,} {meetings}: {told}" + (f"; left out: {left_out[2:]}." if left_out else "."))

    def standing(self, standing: Standing) -> None:
        self._line(said(standing), is_due=time.monotonic() - self._told_at >= LINES_EVERY_S)

    def ended(self, ended: Ended) -> None:
        self.note(said(ended.standing))
        if ended.standing.busy_part:
            self.note(
                f"The places for calls were in use {ended.standing.busy_part:.0%} of the time in which they could be."
            )
        if ended.is_interrupted:
            self.note("Interrupted. What is finished is kept; the same command goes on.")

    def all(self, db: Database, asked: Sequence[batches.Batch] | None = None) -> None:
        """Every batch in a line, or those that are asked for."""
        known = batches.list_batches(db) if asked is None else asked
        for batch in known:
            so_far = batches.progress(db, batch.id)
            self.note(
                f"{batch.id}  {batch.started_at:%Y-%m-%d %H:%M}  {batch.state:8} {so_far.done:,} of {so_far.total:,} "
                f"drafted, {so_far.running:,} at work, {so_far.failed:,} failed, ${so_far.cost_usd:.2f}  {batch.source}"
                + (f"  {batch.error}" if batch.error else "")
            )
        if not known:
            self.note("There is no batch yet.")

    def _line(self, text: str, *, is_due: bool) -> None:
        if self._is_terminal:
            self._stream.write(f"\r{text:<{self._width}}")
            self._width = len(text)
        elif is_due:
            self._stream.write(f"{text}\n")
            self._told_at = time.monotonic()
        self._stream.flush()

    def _clear(self) -> None:
        if self._is_terminal and self._width:
            self._stream.write(f"\r{'':<{self._width}}\r")
            self._width = 0


def said(standing: Standing) -> str:
    """`1,204 of 10,000 drafted, 3 failed, 64 calls under way, 252 a minute, $12.34 of $100.00, 35 minutes left`."""
    budget = f" of ${standing.budget_usd:,.2f}" if standing.budget_usd is not None else ""
    parts = [
        f"{standing.done:,} of {standing.total:,} drafted",
        f"{standing.failed:,} failed" if standing.failed else "",
        f"{standing.calls_under_way} calls under way" if standing.calls_under_way else "",
        f"{standing.plans_per_minute:,.0f} a minute" if standing.plans_per_minute else "",
        f"${standing.cost_usd:,.2f}{budget}",
        f"{in_words(standing.left_s)} left" if standing.left_s else "",
        f"the provider asks to wait {in_words(standing.paused_s)}" if standing.paused_s else "",
        "stopping" if standing.is_stopping else "",
    ]
    return ", ".join(part for part in parts if part)
