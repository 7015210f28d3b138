"""A session of a process that was frozen in the middle of a write: it keeps its locks, and PostgreSQL waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Literal

import psycopg

from coach.store.database import OURS

At = Literal["sending", "receiving", "sent"]
LONGEST_S = 30.0
IDLE_MS = 1000
"""PostgreSQL would end it after so long, if it counted."""
_WAITS = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Client' AND query LIKE '%%FOR UPDATE'"


@contextmanager
def frozen(url: str, table: str, *, at: At = "sent", name: str = OURS) -> Iterator[None]:
    """Locks all rows of `table`. `sending`: more rows were to follow. `sent`: all rows are sent, as by psycopg.

    `receiving`: an answer that is larger than all buffers was not fetched.
    """
    options = f"-c idle_in_transaction_session_timeout={IDLE_MS}"
    with closing(psycopg.connect(url, application_name=name, options=options, autocommit=True)) as connection:
        connection.execute("BEGIN")
        lock = f"SELECT repeat('x', {10_000_000 if at == 'receiving' else 1}) FROM {table} FOR UPDATE".encode()
        _begun(connection.pgconn, lock, at)
        _until_it_waits(url, connection.info.backend_pid)
        yield


def _begun(raw: psycopg.pq.abc.PGconn, statement: bytes, at: At) -> None:
    """Not a byte of the answer is taken. The order of messages is that of psycopg's executemany."""
    if at == "receiving":
        raw.send_query(statement)
    else:
        raw.enter_pipeline_mode()
        raw.send_query_params(statement, None)
    if at == "sent":
        raw.pipeline_sync()
    if at != "receiving":
        raw.send_flush_request()
    raw.flush()


def _until_it_waits(url: str, pid: int) -> None:
    end = time.monotonic() + LONGEST_S
    with psycopg.connect(url, autocommit=True) as other:
        while not other.execute(_WAITS, (pid,)).fetchone():
            assert time.monotonic() < end
            time.sleep(0.01)
