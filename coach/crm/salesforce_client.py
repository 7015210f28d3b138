"""Salesforce through simple-salesforce: signs in, renews a session once, pages, waits, and says what is wrong in words.

simple-salesforce knows no refresh token, renews up to three times, waits for ever and never asks again; so it is given
a session that is signed in here, and a time limit. Knows nothing about meetings or notes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar, cast
from urllib.parse import urlsplit

import requests
from simple_salesforce.api import Salesforce

from coach.crm.answers import Row, rows_in, text_in
from coach.crm.logins import GUIDE, SalesforceLogin
from coach.crm.patience import CrmForbids, CrmRefused, CrmUnavailable, Patience
from coach.crm.salesforce_answers import NotFound, SessionEnded, Timed, checked_id, json_of, reached, told
from coach.excerpt import excerpt

_T = TypeVar("_T")

_NEXT_PAGE = re.compile(r"/services/data/v\d+\.\d+/query/[\w-]+")


class SalesforceOrg:
    """One org, as one user sees it. Close it, or use it in a `with`."""

    def __init__(self, login: SalesforceLogin, *, patience: Patience | None = None) -> None:
        self._login = login.checked()
        self._patience = patience or Patience()
        self._session = requests.Session()
        self._session.max_redirects = 0
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, Timed(self._patience.call_timeout_s))
        self._api: Salesforce | None = None
        self._refresh_token = login.refresh_token.get_secret_value()

    def __enter__(self) -> SalesforceOrg:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def rows(self, query: str) -> Iterator[Row]:
        """Every record of a query, page by page; a page is asked for again, not the whole query.

        Raises: CrmRefused, CrmUnavailable.
        """
        page = self._read(lambda api: cast("object", api.query(query)))
        while True:
            if not isinstance(page.get("records"), list):
                raise CrmUnavailable("Salesforce's answer to a query holds no records.")
            yield from rows_in(page, "records")
            if page.get("done", True):
                return
            following = str(page.get("nextRecordsUrl"))
            if not _NEXT_PAGE.fullmatch(following):
                raise CrmUnavailable("Salesforce names no next page that can be asked for.")
            page = self._read(lambda api: cast("object", api.query_more(following, identifier_is_url=True)))  # noqa: B023

    def visible_fields(self, sobject: str) -> frozenset[str]:
        """The fields that this user may read; empty when the object itself is not to be seen.

        Source: sObject Describe lists what field-level security leaves. Raises: CrmRefused, CrmUnavailable.
        """
        try:
            page = self._read(lambda api: cast("object", api.restful(f"sobjects/{sobject}/describe")))
        except NotFound:
            return frozenset()
        return frozenset(str(field.get("name")) for field in rows_in(page, "fields"))

    def blob(self, sobject: str, record_id: str, field: str) -> bytes:
        """What a base64 field holds. Raises: CrmRefused, CrmUnavailable."""
        path = f"sobjects/{sobject}/{checked_id(record_id)}/{field}"
        return self._asked(lambda api: api._call_salesforce("GET", api.base_url + path).content)

    def create(self, sobject: str, fields: Mapping[str, str]) -> str:
        """The new record's id. Never repeated after silence. Raises: CrmRefused, CrmUnavailable."""
        made = self._signed_in(lambda api: cast("Row", getattr(api, sobject).create(dict(fields))))
        return checked_id(str(made.get("id")))

    def update(self, sobject: str, record_id: str, fields: Mapping[str, str]) -> None:
        """Raises: CrmRefused, CrmUnavailable."""
        self._asked(lambda api: cast("object", getattr(api, sobject).update(checked_id(record_id), dict(fields))))

    def calls_left(self) -> tuple[int, int] | None:
        """Calls that the whole org has left today, and those it is allowed; None when it does not tell this user."""
        try:
            page = self._read(lambda api: cast("object", api.limits()))
        except CrmForbids:
            return None
        daily = page.get("DailyApiRequests")
        if not isinstance(daily, dict) or not all(isinstance(daily.get(key), int) for key in ("Remaining", "Max")):
            return None
        return cast("int", daily["Remaining"]), cast("int", daily["Max"])

    def _read(self, ask: Callable[[Salesforce], object]) -> Row:
        found = self._asked(ask)
        if not isinstance(found, dict):
            raise CrmUnavailable("Salesforce's answer is not one of its own, perhaps a login page or a proxy's.")
        return cast("Row", found)

    def _asked(self, ask: Callable[[Salesforce], _T]) -> _T:
        return self._patience.until_answered(lambda: self._signed_in(ask))

    def _signed_in(self, ask: Callable[[Salesforce], _T]) -> _T:
        """The answer, after one new session where the old one has ended."""
        api = self._api or self._signed_in_first()
        try:
            return told(lambda: ask(api))
        except SessionEnded:
            if not self._login.can_renew:
                raise
        return told(lambda: ask(self._renewed()))

    def _signed_in_first(self) -> Salesforce:
        token = self._login.access_token.get_secret_value()
        if token and self._login.instance_url:
            return self._opened(self._login.instance_url, token)
        return self._renewed()

    def _renewed(self) -> Salesforce:
        """A new session. Source: OAuth 2.0 refresh token flow, and client credentials flow at the org's own address."""
        login = self._login
        secret, refresh = login.client_secret.get_secret_value(), self._refresh_token
        form = {"client_id": login.client_id} | ({"client_secret": secret} if secret else {})
        if refresh:
            form |= {"grant_type": "refresh_token", "refresh_token": refresh}
        else:
            form |= {"grant_type": "client_credentials"}
        address = login.login_url if refresh else login.instance_url
        answer = self._patience.until_answered(
            lambda: self._tokens(f"{address.rstrip('/')}/services/oauth2/token", form)
        )
        token, instance = answer.get("access_token"), answer.get("instance_url") or login.instance_url
        if not isinstance(token, str) or not isinstance(instance, str) or not urlsplit(instance).hostname:
            raise CrmUnavailable("Salesforce's answer to the sign-in names no session.")
        self._refresh_token = text_in(answer, "refresh_token") or refresh  # orgs may give a new one each time
        return self._opened(instance, token)

    def _opened(self, instance_url: str, token: str) -> Salesforce:
        self._api = Salesforce(
            instance_url=instance_url, session_id=token, version=self._login.api_version, session=self._session
        )
        return self._api

    def _tokens(self, url: str, form: Mapping[str, str]) -> Row:
        response = reached(lambda: self._session.post(url, data=dict(form)))
        answer = json_of(response)
        if response.status_code != 200:
            reason = excerpt(str(answer.get("error") or f"HTTP {response.status_code}"), 60)
            raise CrmRefused(f"Salesforce does not sign in ({reason}).", hint=GUIDE)
        return answer
