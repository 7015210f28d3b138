"""A process that dies in the middle of a transaction, as far as a test can let it happen without dying itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


class Crash(Exception):
    """Nobody in the product catches it."""


@contextmanager
def crashing(engine: Engine, *, before_statement: int) -> Iterator[None]:
    """The n-th statement from now (1-based) is not executed; with fewer of them, nothing crashes."""
    count = 0

    def stop(*_: object) -> None:
        nonlocal count
        count += 1
        if count == before_statement:
            raise Crash

    event.listen(engine, "before_cursor_execute", stop)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", stop)
