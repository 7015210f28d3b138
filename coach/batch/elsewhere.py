"""Drafting without a model in processes of its own: it is all computing, and one process has one core.

Knows nothing about slots or the database.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from coach.batch.slots import Drafter
from coach.ledger import Ledger
from coach.options import Options
from coach.processes import end_with_parent, processors
from coach.schema import AccountContext, Block, Drafted


@contextmanager
def by_builtin(*, processes: int | None = None) -> Iterator[Drafter]:
    """A drafter that works on all cores; its processes end with it."""
    apart = multiprocessing.get_context("spawn")
    count = processes or processors()
    with ProcessPoolExecutor(max_workers=count, mp_context=apart, initializer=_prepare) as pool:

        async def draft(
            context: AccountContext, options: Options, ledger: Ledger, settled: Callable[[], tuple[Block, ...]]
        ) -> Drafted:
            alone = replace(options, gate=None)
            return await asyncio.get_running_loop().run_in_executor(pool, _drafted, context, alone)

        yield draft


def _prepare() -> None:
    """Ctrl-C goes to all processes of a terminal: the one that began the work ends the others; with it they end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    import coach.workflow  # noqa: F401


def _drafted(context: AccountContext, options: Options) -> Drafted:
    from coach.workflow import plan_meeting

    return asyncio.run(plan_meeting(context, options=options))
