"""Salesforce's answers, as requests and simple-salesforce give them: what is wrong with them, in words.

Addresses and bodies stand in their errors and are not repeated. Knows nothing about what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar, cast

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

from coach.crm.answers import Row, text_in
from coach.crm.logins import GUIDE
from coach.crm.patience import CONNECT_TIMEOUT_S, CrmForbids, CrmRefused, CrmUnavailable, seconds_of

_T = TypeVar("_T")

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_NOT_PERMITTED = frozenset({"INVALID_FIELD", "INVALID_TYPE", "INSUFFICIENT_ACCESS_OR_READONLY"})
_SERVER_BUSY = frozenset({"SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "UNABLE_TO_LOCK_ROW"})


class NotFound(CrmForbids):
    """An object that this user cannot see, or a record that is gone."""


class SessionEnded(CrmRefused):
    default_hint = GUIDE


class Timed(HTTPAdapter):
    """Nothing is waited for without end, and what passes by itself is told apart: requests does neither, and
    simple-salesforce forgets the `Retry-After`."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__()
        self._timeout_s = timeout_s

    def send(  # type: ignore[override]  # the parent's many parameters pass through
        self, request: requests.PreparedRequest, *, timeout: object = None, **options: object
    ) -> requests.Response:
        limits = (CONNECT_TIMEOUT_S, self._timeout_s)
        response = super().send(request, timeout=limits, **options)  # type: ignore[arg-type]
        if response.status_code >= 500 or response.status_code == 429:
            response.close()
            raise _busy(response.status_code, response.headers.get("Retry-After"))
        return response


def checked_id(text: str) -> str:
    """A Salesforce id, safe inside a query or an address.

    Raises:
        CrmUnavailable: it is none.
    """
    if not _ID.fullmatch(text):
        raise CrmUnavailable("Salesforce's answer holds an id that is none.")
    return text


def reached(ask: Callable[[], _T]) -> _T:
    """The names of requests' errors in words; their texts hold addresses and are not repeated."""
    try:
        return ask()
    except requests.Timeout:
        raise CrmUnavailable("Salesforce did not answer in time.") from None
    except requests.TooManyRedirects:
        raise CrmRefused(
            "Salesforce's address leads elsewhere. Set SALESFORCE_INSTANCE_URL anew.", hint=GUIDE
        ) from None
    except requests.JSONDecodeError:
        raise CrmUnavailable("Salesforce's answer cannot be read.") from None
    except requests.RequestException as error:
        raise CrmUnavailable(f"Salesforce cannot be reached ({type(error).__name__}).") from None


def told(ask: Callable[[], _T]) -> _T:
    """The answer, or what simple-salesforce raised in words, without its address and body."""
    try:
        return reached(ask)
    except SalesforceExpiredSession:
        raise SessionEnded("Salesforce: the session has ended, or it is not permitted to use the API.") from None
    except SalesforceError as error:
        raise _refused(error) from None
    except (ValueError, KeyError, TypeError):
        raise CrmUnavailable("Salesforce's answer cannot be read.") from None


def _refused(error: SalesforceError) -> CrmRefused | CrmUnavailable:
    status = int(error.status)
    code, message = _told_by(error.content)
    if code == "REQUEST_LIMIT_EXCEEDED" and "Concurrent" not in message:
        return CrmRefused(
            "Salesforce: the org's API calls of the last 24 hours are used up (REQUEST_LIMIT_EXCEEDED).",
            hint="Setup, Company Information shows them. Run the same command again later, or read fewer days.",
        )
    if code == "REQUEST_LIMIT_EXCEEDED" or code in _SERVER_BUSY:
        return _busy(status)
    if status == 404:
        return NotFound(f"Salesforce does not find {error.resource_name or 'it'}.")
    reason = code if re.fullmatch(r"[A-Z_]{3,60}", code) else "no reason given"
    what = f"Salesforce refuses it (HTTP {status}, {reason})."
    if status == 403 or code in _NOT_PERMITTED:
        return CrmForbids(what, hint="docs/connectors.md lists the permissions.")
    return CrmRefused(what)


def _told_by(content: object) -> tuple[str, str]:
    """Error code and message of `[{"errorCode": …, "message": …}]`; empty where the answer is anything else."""
    first = content[0] if isinstance(content, list) and content else None
    return (text_in(first, "errorCode"), text_in(first, "message")) if isinstance(first, dict) else ("", "")


def _busy(status: int, retry_after: str | None = None) -> CrmUnavailable:
    return CrmUnavailable(f"Salesforce is not available (HTTP {status}).", retry_after_s=seconds_of(retry_after))


def json_of(response: requests.Response) -> Row:
    found = reached(response.json)
    return cast("Row", found) if isinstance(found, dict) else {}
