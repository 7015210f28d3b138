"""How far a batch is, whoever drafts it: read from the database, as a line and as the table of a finished batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coach.batch.run import Standing
from coach.batch.summary import write_summary
from coach.store import batches
from coach.store.batches import Batch
from coach.store.database import Database
from coach.store.slots import rows_of


def standing_now(db: Database, batch: Batch) -> Standing:
    """What all its processes have done; what one of them alone knows, rate and calls under way, is left open."""
    so_far = batches.progress(db, batch.id)
    return Standing(
        total=so_far.total,
        done=so_far.done,
        failed=so_far.failed,
        cost_usd=max(so_far.cost_usd, so_far.drawn_usd),
        budget_usd=batch.budget_usd,
        is_stopping=batch.state == "stopped",
    )


def asked_batches(db: Database, ids: Sequence[str]) -> tuple[Batch, ...]:
    """Those that are named, else the last one, if there is any. Raises InputError for one that there is not."""
    if ids:
        return tuple(batches.get_batch(db, one) for one in ids)
    return batches.list_batches(db, most=1)


def write_table(db: Database, batch: Batch, folder: Path) -> tuple[Path, Path]:
    """`summary.csv` and `summary.html` as the batch stands now. Raises InputError when they cannot be written."""
    return write_summary(folder, batch, rows_of(db, batch.id), standing_now(db, batch))
