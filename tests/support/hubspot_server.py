"""HubSpot's dated API on this machine: tokens, scopes, search, batches, associations, properties, notes.

with HubSpotServer() as server:
    server.put("deals", "11", dealname="Dock scanners")
    server.fail(Fault("/search", 429, headers={"Retry-After": "2"}))
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from tests.support.crm_servers import Json, Reply, Request, Server

HUBSPOT_TOKEN = "pat-test-1-of-nobody"
_SCOPES = {
    "deals": "crm.objects.deals.read",
    "contacts": "crm.objects.contacts.read",
    "companies": "crm.objects.companies.read",
    "owners": "crm.objects.owners.read",
    "emails": "sales-email-read",
}
"""Everything else that is read, activities too, takes the contacts' scope."""
ALL_SCOPES = frozenset({*_SCOPES.values(), "crm.objects.contacts.write"})


class HubSpotServer(Server):
    """The paths of version 2026-03. Source: developers.hubspot.com, API reference 2026-03."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = {HUBSPOT_TOKEN}
        self.scopes = set(ALL_SCOPES)
        self.refresh_tokens = {"refresh-test"}
        self.records: dict[str, dict[str, Json]] = {}
        self.archived: set[tuple[str, str]] = set()
        self.hidden: set[tuple[str, str]] = set()
        """Properties that the token may not see."""
        self.links: dict[tuple[str, str, str], list[str]] = {}
        self.owners: list[Json] = []
        self.stages = {"s1": "Negotiation"}
        self.zone = "Europe/Berlin"
        self.search_reaches = 10_000
        self.page = 200
        self.link_page = 500

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, kind: str, one: str, **properties: str) -> str:
        self.records.setdefault(kind, {})[one] = dict(properties)
        return one

    def link(self, kind: str, one: str, to: str, *others: str) -> None:
        for other in others:
            self.links.setdefault((kind, one, to), []).append(other)
            self.links.setdefault((to, other, kind), []).append(one)

    def answer(self, request: Request) -> Reply:
        if request.path == "/oauth/2026-03/token":
            return self._token(request)
        if request.token not in self.tokens:
            return _hubspot_error(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired.")
        parts = request.path.strip("/").split("/")
        scope = self._scope(parts, request.method)
        if scope not in self.scopes:
            context: Json = {
                "context": {"requiredGranularScopes": [scope]},
                "message": "One or more scopes are required.",
            }
            return _hubspot_error(403, "MISSING_SCOPES", "This app hasn't been granted all required scopes.", context)
        match parts:
            case ["account-info", "2026-03", "details"]:
                return Reply(body={"portalId": 1, "timeZone": self.zone, "companyCurrency": "EUR"})
            case ["crm", "owners", "2026-03"]:
                return self._owners(request)
            case ["crm", "pipelines", "2026-03", "deals"]:
                stages: list[Json] = [{"id": one, "label": label} for one, label in self.stages.items()]
                return Reply(body={"results": [{"id": "default", "label": "Sales", "stages": stages}]})
            case ["crm", "properties", "2026-03", kind]:
                return Reply(body={"results": [{"name": name} for name in self._names(kind)]})
            case ["crm", "objects", "2026-03", kind, "search"]:
                return self._search(kind, request.json)
            case ["crm", "objects", "2026-03", kind, "batch", "read"]:
                return self._batch(kind, request.json)
            case ["crm", "objects", "2026-03", kind] if request.method == "POST":
                return self._create(kind, request.json)
            case ["crm", "objects", "2026-03", kind, one] if request.method == "PATCH":
                self.records[kind][one] |= _json_in(request.json, "properties")
                return Reply(body={"id": one})
            case ["crm", "associations", "2026-03", kind, to, "batch", "read"]:
                return self._associations(kind, to, request.json)
        return _hubspot_error(404, "OBJECT_NOT_FOUND", f"No such path: {request.path}")

    def _scope(self, parts: list[str], method: str) -> str:
        if method == "PATCH" or (method == "POST" and parts[-1] not in ("search", "read")):
            return "crm.objects.contacts.write"
        kinds = [part for part in parts if part in _SCOPES]
        return _SCOPES[kinds[-1]] if kinds else "crm.objects.contacts.read"

    def _token(self, request: Request) -> Reply:
        form = request.form
        if (
            request.query
            or form.get("refresh_token") not in self.refresh_tokens
            or form.get("client_secret") != "secret-test"
        ):
            return _hubspot_error(400, "BAD_REFRESH_TOKEN", "missing or invalid refresh token")
        token = f"access-{len(self.tokens)}"
        self.tokens.add(token)
        return Reply(body={"access_token": token, "refresh_token": form["refresh_token"], "expires_in": 1800})

    def _owners(self, request: Request) -> Reply:
        start, limit = int(request.query.get("after", "0")), min(int(request.query.get("limit", "100")), 2)
        page: Json = {"results": self.owners[start : start + limit]}
        if start + limit < len(self.owners):
            page["paging"] = {"next": {"after": str(start + limit)}}
        return Reply(body=page)

    def _names(self, kind: str) -> list[str]:
        return [name for name in HUBSPOT_PROPERTIES[kind].split() if (kind, name) not in self.hidden]

    def _shown(self, kind: str, one: str, wanted: object) -> Json:
        names = [name for name in (wanted if isinstance(wanted, list) else []) if name in self._names(kind)]
        values = self.records[kind][one]
        return {"id": one, "properties": {name: values.get(name) for name in names}, "archived": False}

    def _search(self, kind: str, body: Json) -> Reply:
        limit, after = int(str(body.get("limit", 10))), int(str(body.get("after", 0)))
        if limit > 200 or after >= self.search_reaches:
            return _hubspot_error(400, "VALIDATION_ERROR", "limit or after is too large")
        groups = body["filterGroups"]
        assert isinstance(groups, list)
        found = [
            one
            for one, values in self.records.get(kind, {}).items()
            if (kind, one) not in self.archived and all(_passes(values, each) for each in groups[0]["filters"])
        ]
        sorts = body["sorts"]
        assert isinstance(sorts, list)
        found.sort(key=lambda one: _ms(self.records[kind][one].get(sorts[0]["propertyName"])))
        end = after + min(limit, self.page)
        page: Json = {
            "total": len(found),
            "results": [self._shown(kind, one, body.get("properties")) for one in found[after:end]],
        }
        if end < len(found):
            page["paging"] = {"next": {"after": str(end)}}
        return Reply(body=page)

    def _batch(self, kind: str, body: Json) -> Reply:
        ids = [str(each["id"]) for each in _list_in(body, "inputs")]
        if len(ids) > 100:
            return _hubspot_error(400, "VALIDATION_ERROR", "at most 100 inputs")
        there = [one for one in ids if one in self.records.get(kind, {}) and (kind, one) not in self.archived]
        results = [self._shown(kind, one, body.get("properties")) for one in reversed(there)]
        missing = [one for one in ids if one not in there]
        if not missing:
            return Reply(body={"status": "COMPLETE", "results": results})
        error: Json = {
            "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some objects",
            "context": {"ids": missing},
        }
        return Reply(207, {"status": "COMPLETE", "results": results, "numErrors": 1, "errors": [error]})

    def _associations(self, kind: str, to: str, body: Json) -> Reply:
        results: list[Json] = []
        errors: list[Json] = []
        for each in _list_in(body, "inputs"):
            one, start = str(each["id"]), int(str(each.get("after", "0")))
            ends = self.links.get((kind, one, to), [])
            if not ends:
                errors.append({"subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND", "category": "OBJECT_NOT_FOUND"})
                continue
            shown = ends[start : start + self.link_page]
            result: Json = {
                "from": {"id": one},
                "to": [{"toObjectId": int(end), "associationTypes": []} for end in shown],
            }
            if start + self.link_page < len(ends):
                result["paging"] = {"next": {"after": str(start + self.link_page)}}
            results.append(result)
        found: Json = {"status": "COMPLETE", "results": results}
        return Reply(207, found | {"numErrors": len(errors), "errors": errors}) if errors else Reply(body=found)

    def _create(self, kind: str, body: Json) -> Reply:
        one = str(900_000 + len(self.records.get(kind, {})))
        self.records.setdefault(kind, {})[one] = _json_in(body, "properties")
        for each in _list_in(body, "associations"):
            types = each["types"]
            assert isinstance(types, list)
            assert types == [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 214}]
            self.link(kind, one, "deals", str(_json_in(each, "to")["id"]))
        return Reply(201, {"id": one})


HUBSPOT_PROPERTIES = {
    "meetings": "hs_meeting_title hs_meeting_body hs_internal_meeting_notes hs_meeting_start_time hs_meeting_end_time "
    "hs_meeting_location hs_meeting_outcome hs_attendee_owner_ids hubspot_owner_id hs_timestamp",
    "deals": "dealname dealstage amount deal_currency_code closedate hs_next_step dealtype description "
    "hubspot_owner_id",
    "contacts": "firstname lastname jobtitle hs_buying_role email",
    "companies": "name industry numberofemployees description",
    "notes": "hs_note_body hs_timestamp hubspot_owner_id",
    "tasks": "hs_task_subject hs_task_body hs_task_status hs_timestamp hubspot_owner_id",
    "calls": "hs_call_title hs_call_body hs_timestamp hubspot_owner_id",
    "emails": "hs_email_subject hs_email_text hs_email_html hs_email_status hs_email_from_email "
    "hs_email_from_firstname hs_email_from_lastname hs_email_to_email hs_timestamp",
}  # fmt: skip


def _hubspot_error(status: int, category: str, message: str, detail: Json | None = None) -> Reply:
    body: Json = {"status": "error", "message": message, "correlationId": "c0ffee", "category": category}
    return Reply(status, body | ({"errors": [detail]} if detail else {}))


def _passes(values: Json, each: Mapping[str, str]) -> bool:
    value = _ms(values.get(each["propertyName"]))
    return value >= int(each["value"]) if each["operator"] == "GTE" else value < int(each["value"])


def _ms(value: object) -> float:
    return dt.datetime.fromisoformat(str(value)).timestamp() * 1000 if value else -1


def _json_in(body: Json, key: str) -> Json:
    found = body[key]
    assert isinstance(found, dict)
    return found


def _list_in(body: Json, key: str) -> list[Json]:
    found = body.get(key, [])
    assert isinstance(found, list)
    return found
