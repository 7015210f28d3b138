"""HubSpot's answers: what came, bounded, and what is wrong with it in words (pure but for the reading of a stream).

Limits that pass are told from those that do not, missing scopes are named. Knows nothing about how calls are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import httpx

from coach.crm.answers import Row, rows_in
from coach.crm.logins import GUIDE
from coach.crm.patience import CrmForbids, CrmRefused, CrmUnavailable, seconds_of
from coach.excerpt import excerpt

MAX_BODY_BYTES = 100_000_000
"""Of one answer; a hundred mails of the longest kind are below 50 MB."""
WAITS_S = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0}
"""By the limit's `policyName`, where the answer has no `Retry-After`."""
_REPEATABLE = frozenset({408, 423, 425, 477})
"""Locked (423) and migrating (477) pass by themselves, as every 5xx does."""


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def row(self) -> Row:
        """Empty when it is not a JSON object."""
        try:
            found = httpx.Response(200, content=self.body).json()
        except ValueError:
            return {}
        return cast("Row", found) if isinstance(found, dict) else {}


def bounded(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise CrmRefused(f"HubSpot answers with more than {MAX_BODY_BYTES / 1e6:.0f} MB at once.")
        parts.append(part)
    return b"".join(parts)


def judged(answer: Answer, call: Call) -> Row:
    if answer.status < 300:
        if not answer.row:
            raise CrmUnavailable("What answers at HubSpot's address is not HubSpot, perhaps a login page or a proxy.")
        return answer.row
    if answer.status == 429:
        raise _limited(answer)
    if answer.status >= 500 or answer.status in _REPEATABLE:
        wait_s = seconds_of(answer.headers.get("retry-after"))
        raise CrmUnavailable(f"HubSpot is not available (HTTP {answer.status}).", retry_after_s=wait_s)
    raise _refused(answer, call)


def _limited(answer: Answer) -> CrmUnavailable | CrmRefused:
    policy = str(answer.row.get("policyName") or "").upper()
    if policy == "DAILY":
        return CrmRefused(
            "HubSpot: the account's calls of today are used up.",
            hint="The count starts anew at midnight in the account's time zone; run the same command then.",
        )
    wait_s = seconds_of(answer.headers.get("retry-after"))
    return CrmUnavailable(
        "HubSpot: too many calls at once (HTTP 429).", retry_after_s=WAITS_S.get(policy) if wait_s is None else wait_s
    )


def _refused(answer: Answer, call: Call) -> CrmRefused:
    where = call.path.split("?")[0]
    if answer.status == 401:
        return CrmRefused("HubSpot does not accept the access token: it has ended or was revoked.", hint=GUIDE)
    if answer.status == 404:
        return CrmForbids(f"HubSpot does not know {where}.")
    if answer.status == 403:
        scopes = ", ".join(_missing_scopes(answer.row))
        return CrmForbids(
            f"HubSpot does not permit {where}" + (f": the token lacks {scopes}." if scopes else "."),
            hint="docs/connectors.md lists the scopes.",
        )
    category = excerpt(str(answer.row.get("category") or "no reason given"), 60)
    return CrmRefused(f"HubSpot refuses {where} (HTTP {answer.status}, {category}).")


def _missing_scopes(row: Row) -> list[str]:
    """Source: the documentation's "Error handling"; older answers say `requiredScopes`."""
    found: list[str] = []
    for error in rows_in(row, "errors"):
        context = error.get("context")
        for key in ("requiredGranularScopes", "requiredScopes", "missingScopes"):
            named = context.get(key) if isinstance(context, dict) else None
            found += [str(scope)[:60] for scope in named if isinstance(scope, str)] if isinstance(named, list) else []
    return list(dict.fromkeys(found))[:10]


def results_of(page: Row) -> list[Row]:
    """The records of an answer.

    Raises:
        CrmUnavailable: it holds none, not even an empty list: taken for `none found`, it would hide what is there.
    """
    if not isinstance(page.get("results"), list):
        raise CrmUnavailable("HubSpot's answer holds no results.")
    return rows_in(page, "results")


def after_of(page: Row) -> str:
    """Where the next page begins; empty: there is none."""
    paging = page.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    return str(following.get("after") or "") if isinstance(following, dict) else ""
