"""A batch taken back, and that as well: what is left as it is, and why. What was paid for stays in the ledger.

Refuses while somebody drafts the batch. Knows nothing about screens or the command line.
"""

from __future__ import annotations

from collections.abc import Iterator

from coach.batch.slots import is_gone
from coach.errors import InputError
from coach.store import batches, held, made, slots
from coach.store.database import Database
from coach.store.made import Undone

TAKEN_BACK = "Its plans were taken back."
AGAIN = "Asked for again it drafts them anew, and pays for nothing twice; they can also be brought back."


def undo_batch(db: Database, batch_id: str) -> Undone:
    """Archive the plans that the batch made, and give those that it drafted again back as they were.

    A plan with which anybody has done anything since is left. Raises InputError: no such batch, it is at work, or
    nothing is known of it.
    """
    _check_at_rest(db, batch_id)
    _check_known(made.knows(db, batch_id), "There is nothing to take back of this batch.")
    found = made.look(db, batch_id)
    if not (found.plans or found.older):
        return found
    batches.end_batch(db, batch_id, "stopped", error=TAKEN_BACK, hint=AGAIN)  # from here on no worker begins
    return made.undo(db, batch_id)


def redo_batch(db: Database, batch_id: str) -> Undone:
    """Bring back what `undo_batch` took. Raises InputError."""
    _check_at_rest(db, batch_id)
    _check_known(made.knows(db, batch_id, is_back=True), "Nothing of this batch was taken back.")
    done = made.undo(db, batch_id, is_back=True)
    state: batches.BatchState = "stopped" if batches.progress(db, batch_id).waiting else "done"
    batches.end_batch(db, batch_id, state)
    return done


def told(done: Undone, *, is_back: bool = False) -> Iterator[str]:
    """`12 plans archived, 2 as they were before the batch, 1 left as it is.`, then a line for each that is left."""
    made_, older = ("brought back", "as the batch left them") if is_back else ("archived", "as before the batch")
    counts = [(done.plans, made_), (done.older, older), (len(done.left), "left alone")]
    said = [f"{count:,} {'plan' if count == 1 else 'plans'} {what}" for count, what in counts if count]
    yield f"{', '.join(said) or 'Nothing was done'}."
    for left in done.left:
        name = ", ".join(filter(None, (left.account, left.opportunity))) or "No name"
        yield f"    {name} ({left.plan_id}): {left.why}"


def _check_at_rest(db: Database, batch_id: str) -> None:
    batches.get_batch(db, batch_id)
    slots.take_back(db, batch_id, is_gone=is_gone)
    in_app = any(one.batch_id == batch_id for one in held.held(db))
    if in_app or batches.progress(db, batch_id).running:
        raise InputError("The batch is being drafted.", hint="Stop it first: Ctrl-C, or Stop on its page in the app.")


def _check_known(is_known: bool, message: str) -> None:
    if not is_known:
        raise InputError(message, hint="`coach batch --status` lists the batches.")
