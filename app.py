"""streamlit run app.py: the web app, its routes and its start. Shows nothing and decides nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from types import FrameType

import streamlit as st

from coach.errors import StoreError
from coach.store import plans
from coach.ui import main
from coach.ui.desk import desk
from coach.ui.headers import SECURITY_HEADERS
from coach.ui.host_config import NO_ERROR_DIALOGS
from coach.ui.live import Hub
from coach.ui.routes import routes

log = logging.getLogger(__name__)
TAKEN_OVER_EVERY_S = 5.0


@contextlib.asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Goes on with drafts and batches whose server was killed, and looks for changes made by other servers."""
    ours = await asyncio.to_thread(desk)
    gc.freeze()
    working = [asyncio.create_task(_take_over()), asyncio.create_task(ours.hub.look(_pulses))]
    _let_go_when_stopped(ours.hub)
    try:
        yield
    finally:
        for task in working:
            task.cancel()
        ours.close()


async def _take_over() -> None:
    while True:
        try:
            await asyncio.to_thread(desk().drafter.take_over)
            await asyncio.to_thread(desk().batching.take_over)
        except StoreError as error:
            log.warning("%s %s", error.message, error.hint)
        await asyncio.sleep(TAKEN_OVER_EVERY_S)


def _pulses(plan_ids: list[str]) -> dict[str, int]:
    """None while the database cannot be read; the pages say so themselves at their next save."""
    try:
        return plans.pulses(desk().db, plan_ids)
    except StoreError as error:
        log.warning("%s %s", error.message, error.hint)
        return {}


def _let_go_when_stopped(hub: Hub) -> None:
    """The server waits for open connections before it ends; those of open pages would never end by themselves."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def stop(sent: int, frame: FrameType | None, before: object = before) -> None:
            hub.close()
            if callable(before):
                before(sent, frame)

        signal.signal(number, stop)


app = st.App(Path(main.__file__), routes=routes(), lifespan=lifespan, middleware=(*SECURITY_HEADERS, *NO_ERROR_DIALOGS))
