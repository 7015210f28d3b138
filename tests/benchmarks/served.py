"""The scripted endpoint in a process of its own, so that its work is not counted as ours."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from tests.support.endpoint import Answer, Body, Endpoint, Reply
from tests.support.recorded import Recorded
from tests.support.writer import task_of

PLAIN = "PLAIN "
"""A request that begins so is answered with as many characters as it says: one plain completion."""
EXAMPLE = "renewal"


@contextmanager
def served(*, first_token_s: float, tokens_per_s: float | None) -> Iterator[Connection]:
    """An endpoint that plays a recorded plan. What comes through the connection: (task, monotonic second) a request."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, first_token_s, tokens_per_s), daemon=True)
    process.start()
    os.environ["OPENAI_BASE_URL"] = here.recv()
    os.environ["OPENAI_API_KEY"] = "none"
    try:
        yield here
    finally:
        process.kill()
        process.join()


def requests(connection: Connection) -> list[tuple[str, float]]:
    """What was asked since the last look."""
    found = []
    while connection.poll(0.05):
        found.append(connection.recv())
    return found


def _serve(connection: Connection, first_token_s: float, tokens_per_s: float | None) -> None:
    recorded = Recorded(EXAMPLE)

    def script(body: Body) -> Reply:
        messages = body["messages"]
        assert isinstance(messages, list)
        text = str(messages[-1]["content"])
        if text.startswith(PLAIN):
            return Answer("word " * (int(text.removeprefix(PLAIN)) // 5))
        connection.send((task_of(body)[:40], time.monotonic()))
        return recorded(body)

    with Endpoint(script, first_token_s=first_token_s, tokens_per_s=tokens_per_s) as endpoint:
        connection.send(endpoint.url)
        time.sleep(3600)
