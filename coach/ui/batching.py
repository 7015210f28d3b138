"""Batches that were begun in the app: on a loop of their own, past the browser, taken over after a kill.

The same work as `coach batch` does (coach.batch.run). Whoever looks reads how far it is from the database, and from
here what only this process knows: rate and time left.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

from coach.batch.elsewhere import by_builtin
from coach.batch.gathered import Choice, Gathered
from coach.batch.limits import Limits
from coach.batch.purse import Purse
from coach.batch.run import Running, Standing
from coach.batch.slots import Drafter, is_gone, this_process
from coach.batch.status import standing_now
from coach.batch.which import Which, fill
from coach.errors import CoachError, InputError, StoreError
from coach.ledger import Ledger
from coach.schema import AccountContext
from coach.settings import BUILTIN, settings
from coach.store import batches, held
from coach.store.batches import Batch
from coach.store.database import Database
from coach.ui.defaults import preferences_of, with_defaults
from coach.ui.drafting import in_words

BEATS_EVERY_S = 2.0
SILENT_S = 30.0
"""Fifteen beats missed: its process is gone."""
CONCURRENCY = 16
"""Calls at once: what the smallest paid accounts of the large providers bear."""
CLOSED_WITHIN_S = 15.0
IMPORT, CHOICE, FILLED = "import", "choice", "filled"
"""Options of a batch that was begun here: which import, which of its meetings, whether they are all in the database."""
log = logging.getLogger(__name__)


class Batching:
    """Starts, follows, stops and takes over batches; one a process."""

    def __init__(self, db: Database, ledger: Ledger) -> None:
        self.db, self.ledger = db, ledger
        self.owner = this_process()
        self._loop = asyncio.new_event_loop()
        self._works: dict[str, Future[None]] = {}
        self._runs: dict[str, Running] = {}
        self._standings: dict[str, Standing] = {}
        self._is_closing = False
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="batches")
        self._thread.start()

    def begin(self, one: Gathered, choice: Choice, *, options: dict[str, str], budget_usd: float | None) -> str:
        """Id of the batch of these meetings, running. Asked for twice it is one batch."""
        said = {**options, IMPORT: one.id, CHOICE: choice.model_dump_json()}
        key = "app " + " ".join(f"{name}={value}" for name, value in sorted(said.items()))
        source = one.state().called
        batch = batches.open_batch(self.db, key, source=source, options=said, budget_usd=budget_usd)
        self.start(batch.id)
        return batch.id

    def start(self, batch_id: str, *, instead: str = "") -> bool:
        """False: somebody else runs it, or it is being stopped. `instead`: of a process that is gone."""
        if batch_id in self._works or not held.hold(self.db, batch_id, owner=self.owner, instead=instead):
            return False
        work = asyncio.run_coroutine_threadsafe(self._whole(batch_id), self._loop)
        self._works[batch_id] = work
        work.add_done_callback(lambda done: self._ended(batch_id, done))
        return True

    def go_on(self, batch_id: str, *, budget_usd: float | None) -> None:
        """With a batch that stopped, or with what failed in it. Raises InputError while it is still being stopped."""
        if batch_id in self._works:
            raise InputError("The calls under way are still being finished.", hint="Ask again in half a minute.")
        held.go_on(self.db, batch_id, budget_usd=budget_usd)
        self.start(batch_id)

    def stop(self, batch_id: str) -> None:
        """Whichever process runs it notices at its next beat; calls under way are finished and kept."""
        batches.end_batch(self.db, batch_id, "stopped")

    def standing(self, batch: Batch) -> Standing:
        """As this process knows it, else as the database does."""
        known = self._standings.get(batch.id)
        kept = standing_now(self.db, batch)
        return replace(known, is_stopping=kept.is_stopping) if known else kept

    def is_at_work(self, batch_id: str) -> bool:
        """Whether this process is, also while it finishes the last calls."""
        return batch_id in self._works

    def take_over(self) -> int:
        """Goes on with batches whose process is gone; how many."""
        gone = {one for one in held.held(self.db) if is_gone(one.owner)} | {*held.held(self.db, silent_s=SILENT_S)}
        return sum(self.start(one.batch_id, instead=one.owner) for one in gone if one.owner != self.owner)

    def close(self) -> None:
        """Leaves what is running to whoever takes it over."""
        self._is_closing = True
        asyncio.run_coroutine_threadsafe(self._leave_all(), self._loop).result(CLOSED_WITHIN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSED_WITHIN_S)
        self._loop.close()

    async def _leave_all(self) -> None:
        for run in self._runs.values():
            run.leave()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_default_executor()

    async def _whole(self, batch_id: str) -> None:
        batch = await asyncio.to_thread(batches.get_batch, self.db, batch_id)
        beating = asyncio.create_task(self._beat(batch_id, asyncio.current_task()))
        try:
            await asyncio.to_thread(self._fill, batch)
            async with _drafter(batch) as drafter:
                purse = await asyncio.to_thread(partial(Purse, self.db, batch_id, owner=this_process()))
                run = Running(
                    self.db,
                    batch_id,
                    ledger=self.ledger,
                    limits=Limits(concurrency=CONCURRENCY),
                    purse=purse,
                    on_standing=partial(self._standings.__setitem__, batch_id),
                    drafter=drafter,
                )
                self._runs[batch_id] = run
                await run.run()
        finally:
            beating.cancel()

    async def _beat(self, batch_id: str, work: asyncio.Task[None] | None) -> None:
        """Says that the batch is worked on; stops it when somebody asked for that, here or elsewhere."""
        while True:
            if not await asyncio.to_thread(self._is_held, batch_id):
                break
            await asyncio.sleep(BEATS_EVERY_S)
        if run := self._runs.get(batch_id):
            run.stop()
        elif work is not None:
            work.cancel()

    def _is_held(self, batch_id: str) -> bool:
        """While the database is away, nobody else can have taken it."""
        try:
            return held.still_held(self.db, batch_id, owner=self.owner)
        except StoreError:
            return True

    def _fill(self, batch: Batch) -> None:
        """The meetings into the database; a process that was killed meanwhile left the rest to the next one."""
        one = Gathered.known(settings().home, batch.options.get(IMPORT, ""))
        if one is None or batch.options.get(FILLED):
            return
        choice = Choice.model_validate_json(batch.options[CHOICE])
        preferences = preferences_of(self.db)
        how = [batch.options.get(name, "") for name in ("model", "effort", "language")]

        def with_settings(context: AccountContext) -> AccountContext:
            return with_defaults(context, preferences)

        meetings = (one.model_copy(update={"context": with_settings(one.context)}) for one in one.opportunities(choice))
        fill(self.db, batch.id, meetings, Which(with_undated=True), how=how)
        held.set_options(self.db, batch.id, {**batch.options, FILLED: "yes"})

    def _ended(self, batch_id: str, done: Future[None]) -> None:
        for known in (self._works, self._runs, self._standings):
            known.pop(batch_id, None)
        if self._is_closing:
            return
        error = None if done.cancelled() else done.exception()
        with contextlib.suppress(CoachError):  # a database that is away: taken over when it is back
            if error is not None:
                message, hint = in_words(error)
                batches.end_batch(self.db, batch_id, "stopped", error=message, hint=hint)
            held.let_go(self.db, batch_id, owner=self.owner)


@contextlib.asynccontextmanager
async def _drafter(batch: Batch) -> AsyncIterator[Drafter | None]:
    """None: by the model. Without one a core is left to the screens, where there is more than one."""
    if batch.options.get("model") != BUILTIN:
        yield None
        return
    with by_builtin(processes=max(1, (os.cpu_count() or 1) - 1)) as drafter:
        yield drafter
