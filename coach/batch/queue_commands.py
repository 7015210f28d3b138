"""`coach worker`, and what `coach batch` does for many machines: queue a batch, say how far the queue is.

Everything heavy is imported inside. A worker ends with 0 when it was told to stop.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coach.errors import InputError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from coach.batch.evening import Evening, Tomorrow
    from coach.batch.slots import Drafter
    from coach.batch.worker import Worker
    from coach.ledger import Ledger
    from coach.options import Options
    from coach.schema import AccountContext, Block, Drafted
    from coach.store.database import Database

CONCURRENCY = 16


def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=512, help="Calls at once, of this worker.")] = CONCURRENCY,
    requests_per_minute: Annotated[
        int | None, typer.Option(min=0, help="Of all workers together; 0: no limit; else as set before.")
    ] = None,
    tokens_per_minute: Annotated[
        int | None, typer.Option(min=0, help="Of all workers together; 0: no limit; else as set before.")
    ] = None,
    drain: Annotated[float, typer.Option(min=0, help="Seconds to finish calls in when told to stop.")] = 120,
    every_evening: Annotated[str, typer.Option(help="HH:MM: queue tomorrow's meetings of the sources.")] = "",
    source: Annotated[list[str] | None, typer.Option(help="Of the evening; as for `coach batch`.")] = None,
    model: Annotated[str, typer.Option(help="Of the evening: provider:model, or builtin.")] = "",
    effort: Annotated[Literal["low", "normal", "high"], typer.Option(help="Of the evening.")] = "normal",
    language: Annotated[str, typer.Option(help="Of the evening.")] = "",
    budget_usd: Annotated[float | None, typer.Option("--budget-usd", min=0, help="Of each evening.")] = None,
) -> None:
    """Draft what `coach batch --queue` has queued, beside other workers, until told to stop."""
    needs_queue()
    from coach.batch.evening import Tomorrow
    from coach.batch.queue import prepare_queue
    from coach.options import Options
    from coach.store.database import open_database

    if bool(every_evening) != bool(source):
        raise InputError("`--every-evening` and `--source` belong together: when, and out of what.")
    at = _hour(every_evening) if every_evening else None
    db = open_database()
    try:
        prepare_queue(db)
        set_limits(db, requests_per_minute, tokens_per_minute)
        named = Options(model=model).model_for("draft")
        options = {"model": named, "effort": effort, "language": language}
        tomorrow = Tomorrow(tuple(source or ()), options, budget_usd) if at else None
        _run(db, concurrency, drain, at, tomorrow)
    finally:
        db.close()


def set_limits(db: Database, requests_per_minute: int | None = None, tokens_per_minute: int | None = None) -> None:
    """For all workers from now on. None: as before; 0: no limit."""
    from coach.batch.pace import CALLS
    from coach.store.paces import set_pace

    set_pace(db, CALLS, requests_a_minute=requests_per_minute, tokens_a_minute=tokens_per_minute)


def queue_line(db: Database) -> str:
    """For `coach batch --status`; empty where nothing was ever queued."""
    try:
        needs_queue()
    except InputError:
        return ""
    from coach.batch.queue import queue_state

    now = queue_state(db)
    if not (now.waiting or now.under_way or now.failed or now.workers):
        return ""
    failed = f", failed jobs: {now.failed:,}" if now.failed else ""
    return f"Queue: {now.waiting:,} meetings wait, {now.under_way:,} at work, {now.workers:,} workers{failed}."


def needs_queue() -> None:
    """Raises InputError where the package for many machines is not installed."""
    try:
        import procrastinate  # noqa: F401
    except ImportError:
        raise InputError(
            "Many machines need one more package.", hint="Install it: pip install 'meeting-coach[queue]'"
        ) from None


def worker_of(db: Database, *, concurrency: int, drain_s: float, evening: Evening | None, drafter: Drafter) -> Worker:
    """A worker with the ledger and the pace that all of them share. Within an event loop."""
    from coach.batch.at_work import AtWork
    from coach.batch.limits import Limits
    from coach.batch.pace import SharedPace
    from coach.batch.run import MORE_PLANS
    from coach.batch.slots import this_process
    from coach.batch.worker import Worker
    from coach.store.calls import SharedLedger

    limits = Limits(concurrency=concurrency, pace=SharedPace(db))
    work = AtWork(db, this_process(), SharedLedger(db, on_warning=_tell), limits, drafter, _tell)
    plans = concurrency + max(1, int(concurrency * MORE_PLANS))
    return Worker(db, work, concurrency=plans, evening=evening, drain_s=drain_s, tell=_tell)


def _run(db: Database, concurrency: int, drain_s: float, at: dt.time | None, tomorrow: Tomorrow | None) -> None:
    import asyncio

    from coach.batch.elsewhere import by_builtin
    from coach.batch.evening import Evening

    evening = Evening(db, at, tomorrow, _tell) if at and tomorrow else None

    async def work(drafter: Drafter) -> None:
        mine = worker_of(db, concurrency=concurrency, drain_s=drain_s, evening=evening, drafter=drafter)
        await mine.run()

    with by_builtin() as by_code:
        asyncio.run(work(_either(by_code)))


def _either(by_code: Drafter) -> Drafter:
    """By the model that a slot's batch names, or without one."""
    from coach.batch.slots import by_model
    from coach.settings import BUILTIN

    async def draft(
        context: AccountContext, options: Options, ledger: Ledger, settled: Callable[[], tuple[Block, ...]]
    ) -> Drafted:
        by = by_code if options.model_for("draft") == BUILTIN else by_model
        return await by(context, options, ledger, settled)

    return draft


def _hour(text: str) -> dt.time:
    from datetime import time

    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise InputError(f"--every-evening: `{text}` is no time. Write it as HH:MM.") from None


def _tell(sentence: str) -> None:
    from datetime import datetime

    sys.stderr.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {' '.join(sentence.split())}\n")
    sys.stderr.flush()
