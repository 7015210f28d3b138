"""A thin client of HubSpot's dated API: signs in, pages, waits for rate limits, and says what is wrong in words.

The paths are those of version 2026-03 (`/crm/objects/2026-03/…`, `/crm/associations/2026-03/…`), as documented at
https://developers.hubspot.com/docs/api-reference/2026-03/overview; a version works for at least 18 months.
Knows nothing about meetings or notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast
from urllib.parse import quote

import httpx

from coach.crm.answers import Row, in_batches, moment_of, rows_in, text_in
from coach.crm.hubspot_answers import Answer, Call, after_of, bounded, judged, results_of
from coach.crm.logins import GUIDE, HubSpotLogin
from coach.crm.patience import CONNECT_TIMEOUT_S, CrmRefused, CrmUnavailable, Patience

VERSION = "2026-03"
BATCH = 100
"""Records one `batch/read` returns at most."""
SEARCH_PAGE = 200
SEARCH_REACHES = 10_000
"""A search answers with 400 beyond that many results: it is begun anew from the last one found."""


class HubSpot:
    """One HubSpot account. Close it, or use it in a `with`."""

    def __init__(self, login: HubSpotLogin, *, patience: Patience | None = None) -> None:
        self._login = login.checked()
        self._patience = patience or Patience()
        self._token = login.access_token.get_secret_value()
        self._refresh_token = login.refresh_token.get_secret_value()
        self._client = httpx.Client(
            base_url=login.api_url,
            timeout=httpx.Timeout(self._patience.call_timeout_s, connect=CONNECT_TIMEOUT_S),
            follow_redirects=False,
        )

    def __enter__(self) -> HubSpot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, **query: str | int) -> Row:
        """Raises: CrmRefused, CrmUnavailable."""
        return self._asked(Call("GET", path, query=query))

    def read(self, path: str, body: Mapping[str, object]) -> Row:
        """A POST that only reads, so it is repeated as a GET is. Raises: CrmRefused, CrmUnavailable."""
        return self._asked(Call("POST", path, body=body))

    def write(self, method: str, path: str, body: Mapping[str, object]) -> Row:
        """Never repeated after silence: what was asked may have been done. Raises: CrmRefused, CrmUnavailable."""
        return self._signed_in(Call(method, path, body=body))

    def listed(self, path: str) -> Iterator[Row]:
        """Every record of a paged list. Raises: CrmRefused, CrmUnavailable."""
        after = ""
        while True:
            page = self.get(path, limit=BATCH, **({"after": after} if after else {}))
            yield from results_of(page)
            after = after_of(page)
            if not after:
                return

    def found(self, kind: str, *, by: str, since_ms: int, until_ms: int, properties: Sequence[str]) -> Iterator[Row]:
        """Records whose time `by` is in [since_ms, until_ms), by time, each once, however many there are.

        Source: the documentation's "Search the CRM": 200 a page, 10,000 a search.
        """
        seen: set[str] = set()
        is_cut = True
        while is_cut:
            last_ms = since_ms
            for page, ends_here in self._search(kind, by, since_ms, until_ms, properties):
                is_cut = ends_here
                last_ms = max((_milliseconds(row, by) for row in page), default=last_ms)
                yield from (row for row in page if str(row.get("id")) not in seen)
                seen |= {str(row.get("id")) for row in page}
            if last_ms <= since_ms:
                return
            since_ms = last_ms

    def _search(
        self, kind: str, by: str, since_ms: int, until_ms: int, properties: Sequence[str]
    ) -> Iterator[tuple[list[Row], bool]]:
        """Page by page, each with whether it is the last only because a search reaches no further."""
        filters = [
            {"propertyName": by, "operator": "GTE", "value": str(since_ms)},
            {"propertyName": by, "operator": "LT", "value": str(until_ms)},
        ]
        sorts = [{"propertyName": by, "direction": "ASCENDING"}]
        query: dict[str, object] = {"filterGroups": [{"filters": filters}], "sorts": sorts, "limit": SEARCH_PAGE}
        after = ""
        while True:
            body = query | {"properties": list(properties)} | ({"after": after} if after else {})
            page = self.read(f"/crm/objects/{VERSION}/{kind}/search", body)
            after = after_of(page)
            is_cut = after.isdigit() and int(after) >= SEARCH_REACHES
            yield results_of(page), is_cut
            if not after or is_cut:
                return

    def records(self, kind: str, ids: Sequence[str], *, properties: Sequence[str]) -> Iterator[Row]:
        """Those of the records that exist; deleted ones are left out, in no promised order."""
        for some in in_batches(dict.fromkeys(ids), BATCH):
            body = {"inputs": [{"id": one} for one in some], "properties": list(properties)}
            page = self.read(f"/crm/objects/{VERSION}/{kind}/batch/read", body)
            yield from (row for row in results_of(page) if not row.get("archived"))

    def linked(self, kind: str, ids: Sequence[str], *, to: str) -> dict[str, list[str]]:
        """For each record the ids of those of kind `to` that belong to it; without any: not in the answer."""
        found: dict[str, list[str]] = {}
        for some in in_batches(dict.fromkeys(ids), BATCH):
            wanted: list[dict[str, str]] = [{"id": one} for one in some]
            while wanted:
                page = self.read(f"/crm/associations/{VERSION}/{kind}/{to}/batch/read", {"inputs": wanted})
                wanted = []
                for row in results_of(page):
                    one = str(cast("Row", row.get("from") or {}).get("id", ""))
                    found.setdefault(one, []).extend(str(end.get("toObjectId")) for end in rows_in(row, "to"))
                    if after := after_of(row):
                        wanted.append({"id": one, "after": after})
        return found

    def _asked(self, call: Call) -> Row:
        return self._patience.until_answered(lambda: self._signed_in(call))

    def _signed_in(self, call: Call) -> Row:
        """The answer, after one new token where the old one has ended."""
        if not self._token:
            self._renew()
        answer = self._sent(call)
        if answer.status == 401 and self._login.can_renew:
            self._renew()
            answer = self._sent(call)
        return judged(answer, call)

    def _renew(self) -> None:
        """Source: "Manage OAuth tokens": `POST /oauth/2026-03/token`, everything in the body."""
        login = self._login
        form = {
            "grant_type": "refresh_token",
            "client_id": login.client_id,
            "client_secret": login.client_secret.get_secret_value(),
            "refresh_token": self._refresh_token,
        }
        call = Call("POST", f"/oauth/{VERSION}/token", form=form)
        answer = self._patience.until_answered(lambda: self._tokens(call))
        self._token = text_in(answer, "access_token") or text_in(answer, "accessToken")  # its reference has both
        self._refresh_token = text_in(answer, "refresh_token") or self._refresh_token
        if not self._token:
            raise CrmUnavailable("HubSpot gave no access token for the refresh token.")

    def _tokens(self, call: Call) -> Row:
        answer = self._sent(call)
        if answer.status in (400, 401):
            raise CrmRefused("HubSpot does not accept the refresh token or the app's id and secret.", hint=GUIDE)
        return judged(answer, call)

    def _sent(self, call: Call) -> Answer:
        headers = {} if call.form else {"Authorization": f"Bearer {self._token}"}
        try:
            with self._client.stream(
                call.method, call.path, params=call.query, json=call.body, data=call.form, headers=headers
            ) as response:
                return Answer(response.status_code, response.headers, bounded(response))
        except httpx.TimeoutException:
            raise CrmUnavailable(f"HubSpot did not answer within {self._patience.call_timeout_s:g} s.") from None
        except httpx.HTTPError as error:
            raise CrmUnavailable(f"HubSpot cannot be reached ({type(error).__name__}).") from None


def path_of(kind: str, one: str = "") -> str:
    """`/crm/objects/2026-03/notes/123`."""
    return f"/crm/objects/{VERSION}/{kind}" + (f"/{quote(one, safe='')}" if one else "")


def _milliseconds(row: Row, by: str) -> int:
    properties = row.get("properties")
    moment = moment_of(properties.get(by)) if isinstance(properties, dict) else None
    return int(moment.timestamp() * 1000) if moment else 0
