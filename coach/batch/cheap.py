"""The calls of a batch answered by OpenAI's Batch API: half the price, on the same ledger.

A round goes over all meetings: each is drafted as far as the ledger knows the answers, and what it would ask next is
put into a file, which is posted. When the answers are there they go into the ledger, and the next round begins. What is
posted is noted in a folder, so that a killed process goes on waiting for it and pays for nothing twice.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from coach import prices
from coach.batch.answers import Answers
from coach.batch.batch_api import BatchApi, Posted
from coach.batch.limits import Draining
from coach.batch.outbox import Outbox, Parcel
from coach.batch.run import Ended, Standing
from coach.batch.slots import SlotResult, by_model, draft_behind, is_gone, this_process
from coach.errors import CoachError, InputError, ModelError, ModelRefused
from coach.ledger import Ledger
from coach.options import Options
from coach.providers import full_name
from coach.schema import AccountContext, Block, Drafted
from coach.store import batches, slots
from coach.store.database import Database

POLLED_EVERY_S = 30.0
"""An answer takes minutes to hours."""
PREFIX = "openai:"


async def run_cheaply(
    db: Database, batch_id: str, *, ledger: Ledger, home: Path, tell: Callable[[str], None], poll_s: float | None = None
) -> Ended:
    """Rounds until every meeting has its plan. Stopped or killed, the same call goes on.

    Raises:
        InputError: another provider's model.
        ModelError: the Batch API cannot be used.
    """
    batch = await asyncio.to_thread(batches.get_batch, db, batch_id)
    if not full_name(batch.options.get("model", "")).startswith(PREFIX):
        raise InputError("`--cheap` needs a model of OpenAI's: only its Batch API is known.")
    await asyncio.to_thread(prices.prepare)
    drawn_usd = (await asyncio.to_thread(batches.progress, db, batch_id)).drawn_usd
    outbox = Outbox(home / "cheap" / batch_id, mark=batch_id, budget_usd=batch.budget_usd, spent_before_usd=drawn_usd)
    async with BatchApi.from_environment() as api:
        rounds = _Rounds(db, batch_id, ledger, outbox, api, tell, POLLED_EVERY_S if poll_s is None else poll_s)
        return await rounds.run()


@dataclass
class _Rounds:
    db: Database
    batch_id: str
    ledger: Ledger
    outbox: Outbox
    api: BatchApi
    tell: Callable[[str], None]
    poll_s: float
    owner: str = field(default_factory=this_process)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    stopped_by: CoachError | None = None

    async def run(self) -> Ended:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stopping.set)
        await asyncio.to_thread(slots.take_back, self.db, self.batch_id, is_gone=is_gone)
        try:
            await self._rounds()
        except ModelError as error:
            self.stopped_by = error
        return await self._ended()

    async def _rounds(self) -> None:
        for number in range(1, 10_000):
            await self._answers_are_in()
            if self.stopping.is_set():
                return
            self.stopped_by = None
            are_again = await self._drafted_as_far_as_known()
            parcels = self.outbox.close()
            if not parcels and (self.stopped_by or not are_again):
                return
            self.tell(f"Round {number}: {sum(parcel.requests for parcel in parcels):,} calls are posted.")

    async def _answers_are_in(self) -> None:
        """Posts what is not posted, waits for it, and puts the answers into the ledger."""
        for parcel in self.outbox.open_parcels():
            await self._post(parcel)
        for parcel in self.outbox.open_parcels():
            posted = await self._waited_for(parcel)
            if posted is None:
                return
            answers = Answers(self.outbox, parcel, self.ledger)
            for file_id in filter(None, (posted.answers, posted.errors)):
                async for line in self.api.lines(file_id):
                    answers.take(line)
            answers.close()

    async def _post(self, parcel: Parcel) -> None:
        """A process that was killed in between may have posted it: that is looked up, not done twice."""
        if parcel.posted:
            return
        known = await self.api.find(parcel.mark) if parcel.is_tried else None
        parcel.note_try()
        posted = known or await self.api.post(await self.api.upload(parcel.path), mark=parcel.mark)
        parcel.note_posted(posted.id)

    async def _waited_for(self, parcel: Parcel) -> Posted | None:
        """None: the work is to stop. Raises ModelRefused for a file that the provider does not take."""
        while (posted := await self.api.look(parcel.posted)).is_at_work:
            self.tell(f"{posted.done:,} of {posted.total or parcel.requests:,} calls answered, {posted.status}.")
            try:
                async with asyncio.timeout(self.poll_s):
                    await self.stopping.wait()
                return None
            except TimeoutError:
                continue
        if posted.status == "failed":
            parcel.drop()
            raise ModelRefused(f"The Batch API does not take the requests: {posted.problem or 'it does not say why'}.")
        return posted

    async def _drafted_as_far_as_known(self) -> bool:
        """Whether a meeting that failed is to be tried again."""
        are_again = False
        waiting = await asyncio.to_thread(lambda: list(slots.ids_of(self.db, self.batch_id)))
        for slot_id in waiting:
            if self.stopping.is_set():
                break
            try:
                result = await draft_behind(
                    self.outbox, self.db, slot_id, ledger=self.ledger, owner=self.owner, drafter=_with_all_its_calls
                )
            except Draining:
                continue
            are_again = are_again or result.state == "again"
            if self._stops(result):
                break
        return are_again

    def _stops(self, result: SlotResult) -> bool:
        """Without money for more, what is in the outbox is still posted: its answers may cost less than feared."""
        if result.stopped_by is not None:
            self.stopped_by = result.stopped_by
        return result.stopped_by is not None

    async def _ended(self) -> Ended:
        is_interrupted = self.stopping.is_set()
        error = self.stopped_by
        said = {"error": error.message, "hint": error.hint} if error else {}
        state: batches.BatchState = "stopped" if error or is_interrupted else "done"
        await asyncio.to_thread(slots.put_all_back, self.db, self.owner)
        await asyncio.to_thread(lambda: batches.end_batch(self.db, self.batch_id, state, **said))
        now = await asyncio.to_thread(batches.progress, self.db, self.batch_id)
        standing = Standing(
            total=now.total,
            done=now.done,
            failed=now.failed,
            cost_usd=self.outbox.spent_usd,
            budget_usd=self.outbox.budget_usd,
        )
        return Ended(standing, error, is_interrupted)


async def _with_all_its_calls(
    context: AccountContext, options: Options, ledger: Ledger, settled: Callable[[], tuple[Block, ...]]
) -> Drafted:
    """Calls that a plan makes beside each other are all asked, also when the first one has to wait for its answer."""
    before = asyncio.all_tasks()
    try:
        return await by_model(context, options, ledger, settled)
    finally:
        await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)
