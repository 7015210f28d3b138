"""How fast all workers together may ask: requests and tokens a minute, and a provider's pauses, kept in PostgreSQL.

A reservation is one statement on one row. It always succeeds and says how long to wait, so nobody asks twice and
whoever came first goes first. All by the database's clock.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Interval, case, func, literal, update
from sqlalchemy.dialects.postgresql import insert

from coach.store.database import Database
from coach.store.tables import paces

AHEAD_S = 2.0
"""How far requests and tokens may run ahead of their even pace, so that large calls and small ones average out."""
WINDOW_S = 60.0 + AHEAD_S
"""A minute's worth is spread over this, so that no sixty seconds hold more than the limit and one call."""


@dataclass(frozen=True)
class Reserved:
    """In seconds from now."""

    wait_s: float = 0.0
    """Until the call may begin."""
    closed_s: float = 0.0
    """Until any call may."""


def set_pace(
    db: Database, name: str, *, requests_a_minute: float | None = None, tokens_a_minute: float | None = None
) -> None:
    """From now on, for all workers. None: as before; 0: no limit. What was reserved before stays reserved."""
    named = {"requests_a_minute": requests_a_minute, "tokens_a_minute": tokens_a_minute}
    limits = {limit: count or None for limit, count in named.items() if count is not None}
    at = func.clock_timestamp()
    row = insert(paces).values(name=name, **limits, starts_at=at, next_request_at=at, next_token_at=at, closed_until=at)
    with db.writing() as connection:
        connection.execute(row.on_conflict_do_nothing())
        if limits:
            connection.execute(update(paces).where(paces.c.name == name).values(limits))


def reserve(db: Database, name: str, *, tokens: int) -> Reserved:
    """Room for a call of so many tokens, in and out; at once where no pace is set.

    Who estimated too high before subtracts the difference from the next reservation; `tokens` may be negative.
    """
    at, ahead = func.clock_timestamp(), _span(AHEAD_S)
    start = func.greatest(at, paces.c.next_request_at - ahead, paces.c.next_token_at - ahead)
    taken = (
        update(paces)
        .where(paces.c.name == name)
        .values(
            starts_at=start,
            next_request_at=_later(paces.c.next_request_at, start, 1, paces.c.requests_a_minute),
            next_token_at=_later(paces.c.next_token_at, start, tokens, paces.c.tokens_a_minute),
        )
        .returning(func.extract("epoch", paces.c.starts_at - at), func.extract("epoch", paces.c.closed_until - at))
    )
    with db.writing() as connection:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")  # a crash of the server may forget it
        row = connection.execute(taken).one_or_none()
    return Reserved() if row is None else Reserved(max(0.0, float(row[0])), max(0.0, float(row[1])))


def close_for(db: Database, name: str, *, seconds: float) -> None:
    """The provider asked for quiet: nobody begins for so long, whatever was reserved."""
    until = func.greatest(paces.c.closed_until, func.clock_timestamp() + _span(seconds))
    free_at = {column: func.greatest(paces.c[column], until) for column in ("next_request_at", "next_token_at")}
    at = func.clock_timestamp()
    row = insert(paces).values(name=name, starts_at=at, next_request_at=at, next_token_at=at, closed_until=at)
    with db.writing() as connection:
        connection.execute(row.on_conflict_do_nothing())
        connection.execute(update(paces).where(paces.c.name == name).values(closed_until=until, **free_at))


def _later(
    free_at: ColumnElement[dt.datetime],
    start: ColumnElement[dt.datetime],
    count: float,
    a_minute: ColumnElement[float | None],
) -> ColumnElement[dt.datetime]:
    """When there is room again after so many that begin at `start`; as before where there is no limit."""
    taken = func.make_interval(0, 0, 0, 0, 0, 0, count * WINDOW_S / a_minute)
    return case((a_minute.is_(None), free_at), else_=func.greatest(free_at, start) + taken)


def _span(seconds: float) -> ColumnElement[dt.timedelta]:
    return literal(dt.timedelta(seconds=seconds), Interval)
