"""What can go wrong between here and a CRM, and how long it is waited for.

Tells what a person must mend from what passes by itself, and asks again within bounds. Knows no CRM by name.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TypeVar

from coach.errors import CoachError, InputError

_T = TypeVar("_T")

CALL_TIMEOUT_S = 60.0
"""Salesforce ends a query of its own accord after 120 s, HubSpot a request after some 30 s; whoever is
silent for a minute has gone."""
CONNECT_TIMEOUT_S = 10.0


class CrmRefused(InputError):
    """The CRM will not do it: who signs in, a permission or a limit has to be changed first."""


class CrmForbids(CrmRefused):
    """One thing is not permitted or not there; the rest may well be."""


class CrmUnavailable(CoachError):
    """Overloaded, unreachable, or an answer that is not the CRM's."""

    retryable = True
    default_hint = "Run the same command again later: what is drafted is kept."

    def __init__(self, message: str, *, hint: str | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s
        """What the CRM asks for; None: it says nothing."""


@dataclass(frozen=True)
class Patience:
    """How often a call is repeated, and for how long at most between two."""

    attempts: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    """A rolling limit of ten seconds is soon over; whoever asks for more than a minute means a daily limit."""
    call_timeout_s: float = CALL_TIMEOUT_S
    """For one answer."""
    sleep: Callable[[float], None] = field(default=time.sleep, compare=False)

    def until_answered(self, ask: Callable[[], _T]) -> _T:
        """The answer to `ask`, asked again while it raises CrmUnavailable.

        Raises:
            CrmUnavailable: the last one, when the attempts are used up or the CRM asks for a longer wait.
        """
        for attempt in range(1, self.attempts + 1):
            try:
                return ask()
            except CrmUnavailable as error:
                wait_s = self._wait_s(attempt, error.retry_after_s)
                if attempt == self.attempts or wait_s > self.longest_wait_s:
                    raise
            self.sleep(wait_s)
        raise AssertionError("at least one attempt is made")

    def _wait_s(self, attempt: int, retry_after_s: float | None) -> float:
        """As long as the CRM asks for; else twice as long each time, spread so that workers do not meet again."""
        if retry_after_s is not None:
            return retry_after_s
        return min(self.first_wait_s * 2.0 ** (attempt - 1), self.longest_wait_s) * random.uniform(0.75, 1.0)


def seconds_of(retry_after: str | None, *, now: dt.datetime | None = None) -> float | None:
    """The header `Retry-After` in seconds, never negative; None when there is none that can be read.

    Source: RFC 9110, 10.2.3: a number of seconds, or a date.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    at = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return max(0.0, (at - (now or dt.datetime.now(dt.UTC))).total_seconds())
