"""One slot: claimed, drafted, kept as a plan of the database. The same work on one machine and on many.

May be killed at any moment and done again, by any process: finished calls come from the ledger, whatever is written is
written with its claim held, and what a rep has touched is drafted around. Knows nothing about which slot comes next.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, cast

from coach import keeping
from coach.batch.limits import Draining, Limits
from coach.batch.news import given_of, renewed
from coach.batch.purse import Purse
from coach.batch.shared import SharedGate
from coach.errors import BudgetSpent, CoachError, ModelError, ModelNotConfigured, ModelRefused, StoreError
from coach.gate import Gate
from coach.ledger import Ledger
from coach.options import Options
from coach.schema import AccountContext, Block, Drafted, Effort, Failure
from coach.settings import BUILTIN
from coach.store import batches, history, made, plans, slots
from coach.store.batches import Batch
from coach.store.database import Database, end_frozen
from coach.store.slots import Outcome, Slot, TakenOver
from coach.workflow import plan_meeting

Drafter = Callable[[AccountContext, Options, Ledger, Callable[[], tuple[Block, ...]]], Awaitable[Drafted]]
"""How a plan is made of a context: `by_model`, or in other processes for `builtin`."""

MOST_ATTEMPTS = 3
"""Then a slot has failed; what could be drafted is kept. Asked for again it is tried again."""
FIRST_WAIT_S = 30.0
"""Before the second attempt; four times as long before the third."""
BEATS_EVERY_S = 10.0
OWN_FAULT = "Something went wrong in the coach itself ({})."
OWN_FAULT_HINT = "The log has the details. The other meetings are not affected."
log = logging.getLogger(__name__)
_FOR_ALL: dict[str, type[CoachError]] = {
    "BudgetSpent": BudgetSpent,
    "ModelNotConfigured": ModelNotConfigured,
    "ModelRefused": ModelRefused,
}
"""Failures that every other slot would meet too."""


@dataclass(frozen=True)
class SlotResult:
    slot_id: str
    state: Literal["done", "failed", "again", "stopped", "taken"]
    """`again`: it waits for another attempt. `stopped`: it waits for money, a key or another run; nothing was kept.
    `taken`: it is done, or another process has it."""
    plan_id: str = ""
    outcome: Outcome = field(default_factory=Outcome)
    stopped_by: CoachError | None = None
    """What every other slot would meet too: the budget is used up, the key is refused."""


def this_process() -> str:
    """A name that no other process ever has."""
    return f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """Whether a process of this machine is known to have ended; False for one of another machine."""
    host, _, rest = owner.partition(" ")
    process = rest.partition(" ")[0]
    if host != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@asynccontextmanager
async def beating(db: Database, owner: str) -> AsyncIterator[None]:
    """While it lasts, all slots of `owner` are known to be worked on, and no frozen process holds them up.

    One for a process is enough.
    """
    task = asyncio.create_task(_beat(db, owner))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def draft_slot(
    db: Database,
    slot_id: str,
    *,
    ledger: Ledger,
    limits: Limits,
    purse: Purse,
    owner: str = "",
    drafter: Drafter | None = None,
) -> SlotResult:
    """Draft the meeting of a slot and keep its plan, unless that is done already.

    `owner` empty: the purse's. Beats are the caller's (`beating`). Raises StoreError, and Draining when `limits` drain;
    the slot waits again then.
    """
    gate = SharedGate(limits, purse)
    return await draft_behind(gate, db, slot_id, ledger=ledger, owner=owner or purse.owner, drafter=drafter)


async def draft_behind(
    gate: Gate, db: Database, slot_id: str, *, ledger: Ledger, owner: str, drafter: Drafter | None = None
) -> SlotResult:
    """`draft_slot` with whatever gate its calls have to pass."""
    slot = await asyncio.to_thread(slots.claim, db, slot_id, owner=owner)
    if slot is None:
        return SlotResult(slot_id, "taken")
    batch = await asyncio.to_thread(batches.get_batch, db, slot.batch_id)
    work = _Work(db, slot, batch, ledger, drafter or by_model)
    try:
        return await work.done(gate)
    except TakenOver:
        return SlotResult(slot_id, "taken")
    except (Draining, StoreError, asyncio.CancelledError):  # another process can go on at once
        await asyncio.shield(asyncio.to_thread(slots.put_back, db, slot, counts=False))
        raise
    except Exception as error:  # one meeting that the coach cannot read must not end the batch
        log.error("the slot %s failed", slot.id, exc_info=error)
        with suppress(TakenOver):
            return await work.without_a_page(CoachError(OWN_FAULT.format(type(error).__name__), hint=OWN_FAULT_HINT))
        return SlotResult(slot_id, "taken")


async def by_model(
    context: AccountContext, options: Options, ledger: Ledger, settled: Callable[[], tuple[Block, ...]]
) -> Drafted:
    return await plan_meeting(context, options=options, settled=settled, ledger=ledger)


def options_of(batch: Batch, slot: Slot, gate: Gate | None = None) -> Options:
    """What was asked for, as the batch remembers it."""
    said = batch.options
    return Options(
        model=said.get("model", ""),
        depth=slot.depth,
        effort=cast("Effort", said.get("effort") or "normal"),
        language=said.get("language", ""),
        timeout_s=float(said["timeout_s"]) if said.get("timeout_s") else None,
        gate=gate,
    )


@dataclass
class _Work:
    db: Database
    slot: Slot
    batch: Batch
    ledger: Ledger
    draft: Drafter

    async def done(self, gate: Gate) -> SlotResult:
        context, touched = await asyncio.to_thread(self._prepared)
        options = options_of(self.batch, self.slot, gate)
        try:
            drafted = await self.draft(context, options, self.ledger, lambda: touched)
        except (BudgetSpent, ModelError) as error:
            return await self.without_a_page(error)
        if stopping := _stopping(drafted.failures):
            return await self._stopped(stopping)
        if drafted.failures and self.slot.attempts < MOST_ATTEMPTS:
            return await self._again(drafted.failures[0].message, drafted.failures[0].hint)
        return await asyncio.to_thread(self._kept, drafted, options)

    def _prepared(self) -> tuple[AccountContext, tuple[Block, ...]]:
        """The context to draft from, and what the rep has touched of the page that is there."""
        slot = self.slot
        if not slot.plan_id:
            return slot.context, ()
        change = partial(renewed, new=slot.context, given=slot.given)
        give = partial(slots.give, slot=slot, given=given_of(slot.context))
        noted = partial(made.note, batch_id=slot.batch_id, plan_id=slot.plan_id)
        context = plans.change_context(self.db, slot.plan_id, change, first=give, last=noted)
        kept = plans.load_plan(self.db, slot.plan_id)
        return context, tuple(one.block for one in kept.blocks if one.is_touched)

    def _kept(self, drafted: Drafted, options: Options) -> SlotResult:
        slot = self.slot
        plan_id = slots.plan_for(self.db, slot, drafted.context, given=given_of(slot.context))
        before = history.as_first_said(self.db, plan_id) if slot.plan_id else ()
        is_by_another = drafted.drafted_by == BUILTIN and options.model_for("draft") != BUILTIN
        outcome = outcome_of(drafted)
        state: Literal["done", "failed"] = "failed" if is_by_another else "done"
        end = partial(slots.end_within, slot=slot, state=state, outcome=outcome)
        noted = partial(made.note, batch_id=slot.batch_id, plan_id=plan_id)
        keeping.keep_drafted(self.db, plan_id, drafted, before=before, known={}, first=end, last=noted)
        return SlotResult(slot.id, state, plan_id, outcome)

    async def without_a_page(self, error: CoachError) -> SlotResult:
        if _is_for_all(type(error).__name__, error.hint):
            return await self._stopped(error)
        if self.slot.attempts < MOST_ATTEMPTS:
            return await self._again(error.message, error.hint)
        outcome = Outcome(error=error.message, hint=error.hint)
        await asyncio.to_thread(slots.end_slot, self.db, self.slot, "failed", outcome)
        return SlotResult(self.slot.id, "failed", outcome=outcome)

    async def _again(self, error: str, hint: str) -> SlotResult:
        wait_s = FIRST_WAIT_S * 4 ** (self.slot.attempts - 1)
        outcome = Outcome(error=error, hint=hint)
        await asyncio.to_thread(slots.put_back, self.db, self.slot, error=error, hint=hint, wait_s=wait_s)
        return SlotResult(self.slot.id, "again", outcome=outcome)

    async def _stopped(self, error: CoachError) -> SlotResult:
        outcome = Outcome(error=error.message, hint=error.hint)
        put_back = partial(slots.put_back, error=error.message, hint=error.hint, counts=False)
        await asyncio.to_thread(put_back, self.db, self.slot)
        return SlotResult(self.slot.id, "stopped", outcome=outcome, stopped_by=error)


def outcome_of(drafted: Drafted) -> Outcome:
    """For the table; calls that came from the ledger count as well, with what was paid when they were made."""
    failure = drafted.failures[0] if drafted.failures else None
    return Outcome(
        calls=len(drafted.runs),
        cost_usd=sum(run.cost_usd or 0.0 for run in drafted.runs),
        score=drafted.critique.total,
        gates=drafted.critique.gates,
        unverified=sum(block.check.status in ("unverified", "contradicted") for block in drafted.plan.blocks),
        error=failure.message if failure else "",
        hint=failure.hint if failure else "",
    )


def _stopping(failures: tuple[Failure, ...]) -> CoachError | None:
    """The failure that is not this slot's alone, if there is one."""
    for failure in failures:
        if _is_for_all(failure.error, failure.hint):
            return _FOR_ALL[failure.error](failure.message, hint=failure.hint)
    return None


def _is_for_all(error: str, hint: str) -> bool:
    """A key that is refused, say; not a content filter, which has a hint of its own."""
    return error in _FOR_ALL and (error != "ModelRefused" or hint == ModelRefused.default_hint)


async def _beat(db: Database, owner: str) -> None:
    while True:
        with suppress(StoreError):  # a database that is away for a moment: the next beat counts
            if frozen := await asyncio.to_thread(end_frozen, db):  # first: they may lock what comes next
                log.warning("Ended %d database sessions of processes that stand still.", frozen)
            await asyncio.to_thread(slots.beat, db, owner)
        await asyncio.sleep(BEATS_EVERY_S)
