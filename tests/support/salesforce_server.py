"""Salesforce's REST API on this machine: sign-in, SOQL with paging, describe, notes, limits, permissions.

    with SalesforceServer(certificate) as server:
        server.put("Opportunity", Id=sf_id("006", 1), Name="Dock scanners")

It speaks TLS, as simple-salesforce knows nothing else; REQUESTS_CA_BUNDLE names the certificate to clients.
"""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import re
import ssl
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.crm_servers import Json, Reply, Request, Server

SESSION = "00D-session-of-nobody"
_QUERY = re.compile(r"SELECT (.+?) FROM (\w+)(?: WHERE (.+?))?(?: ORDER BY (\w+))?$", re.DOTALL)
_CONDITION = re.compile(r"(\w+) (=|!=|>=|<|IN) (.+)$", re.DOTALL)

FIELDS = {
    "Event": "Id WhatId WhoId OwnerId Subject Location StartDateTime DurationInMinutes IsAllDayEvent IsPrivate "
    "IsDeleted IsChild IsRecurrence Description",
    "Opportunity": "Id AccountId OwnerId Name StageName Amount CloseDate NextStep Type Description IsPrivate IsDeleted",
    "Account": "Id Name Industry NumberOfEmployees Description IsDeleted",
    "Contact": "Id Name Title Email IsDeleted",
    "OpportunityContactRole": "Id OpportunityId ContactId Role IsDeleted",
    "EventRelation": "Id EventId RelationId IsInvitee Status IsDeleted",
    "User": "Id Name TimeZoneSidKey",
    "Task": "Id WhatId OwnerId Subject Description Status IsClosed ActivityDate TaskSubtype CreatedDate IsDeleted",
    "Note": "Id ParentId OwnerId Title Body IsPrivate CreatedDate IsDeleted",
    "ContentDocumentLink": "Id LinkedEntityId ContentDocumentId ShareType Visibility IsDeleted",
    "ContentNote": "Id OwnerId Title SharingPrivacy CreatedDate IsDeleted Content",
    "EmailMessage": "Id RelatedToId Subject TextBody HtmlBody FromName FromAddress ToAddress MessageDate Status "
    "IsDeleted",
}
_PREFIXES = {"ContentNote": "069", "ContentDocumentLink": "06A"}


def sf_id(prefix: str, number: int) -> str:
    """An 18-character id."""
    return f"{prefix}{number:015d}"


class SalesforceServer(Server):
    """Source: REST API Developer Guide and Object Reference for the Salesforce Platform."""

    def __init__(self, certificate: Path) -> None:
        super().__init__()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.sessions = {SESSION}
        self.refresh_tokens = {"refresh-test"}
        self.rotates = False
        """Whether each refresh token is good for one sign-in."""
        self.objects: dict[str, list[Json]] = {}
        self.hidden: set[str] = set()
        """`Opportunity.NextStep`, or `Task` for the whole object: what the user may not see."""
        self.page = 2000
        self.calls_left = 14_000
        self.queries: list[str] = []
        self.refuse: dict[str, list[Json]] = {}
        """Errors that queries of an object meet, although describe lists it."""
        self._open_queries: dict[str, list[Json]] = {}

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def put(self, sobject: str, **fields: object) -> str:
        self.objects.setdefault(sobject, []).append(dict(fields))
        return str(fields.get("Id", ""))

    def answer(self, request: Request) -> Reply:
        if request.path == "/services/oauth2/token":
            return self._token(request)
        if request.token not in self.sessions:
            return _error(401, "INVALID_SESSION_ID", "Session expired or invalid")
        parts = request.path.strip("/").split("/")[3:]
        match parts:
            case ["query"]:
                return self._query(request.query["q"])
            case ["query", locator]:
                return self._page(locator)
            case ["limits"]:
                return Reply(body={"DailyApiRequests": {"Max": 15_000, "Remaining": self.calls_left}})
            case ["sobjects", sobject, "describe"]:
                return self._describe(sobject)
            case ["sobjects", "ContentNote", one, "Content"]:
                return Reply(body=str(self._record("ContentNote", one)["Content"]).encode())
            case ["sobjects", sobject] if request.method == "POST":
                return self._create(sobject, request.json)
            case ["sobjects", sobject, one] if request.method == "PATCH":
                self._record(sobject, one).update(_decoded(request.json))
                return Reply(204, b"")
        return _error(404, "NOT_FOUND", "The requested resource does not exist")

    def _token(self, request: Request) -> Reply:
        form = request.form
        is_known = form.get("client_id") == "client-test"
        if form.get("grant_type") == "refresh_token":
            is_known = is_known and form.get("refresh_token") in self.refresh_tokens
        else:
            is_known = is_known and form.get("client_secret") == "secret-test"
        if not is_known or request.query:
            return Reply(400, {"error": "invalid_grant", "error_description": "expired access/refresh token"})
        session = f"00D-session-{len(self.sessions)}"
        self.sessions.add(session)
        answer: Json = {"access_token": session, "instance_url": self.url, "token_type": "Bearer"}
        if self.rotates and "refresh_token" in form:
            self.refresh_tokens = {f"refresh-{len(self.sessions)}"}
            answer["refresh_token"] = next(iter(self.refresh_tokens))
        return Reply(body=answer)

    def _describe(self, sobject: str) -> Reply:
        if sobject in self.hidden:
            return _error(404, "NOT_FOUND", "The requested resource does not exist")
        return Reply(body={"name": sobject, "fields": [{"name": name} for name in self._visible(sobject)]})

    def _visible(self, sobject: str) -> list[str]:
        return [name for name in FIELDS[sobject].split() if f"{sobject}.{name}" not in self.hidden]

    def _query(self, query: str) -> Reply:
        self.queries.append(query)
        found = _QUERY.match(query)
        if not found:
            return _error(400, "MALFORMED_QUERY", f"unexpected token in {query}")
        fields, sobject, where, order = found[1].split(", "), found[2], found[3], found[4]
        if sobject in self.refuse:
            return Reply(400, self.refuse[sobject])
        if sobject in self.hidden:
            return _error(400, "INVALID_TYPE", f"sObject type '{sobject}' is not supported.")
        conditions = where.split(" AND ") if where else []
        for name in [*fields, *(condition.split()[0] for condition in conditions)]:
            if name not in self._visible(sobject):
                return _error(400, "INVALID_FIELD", f"No such column '{name}' on entity '{sobject}'.")
        rows = [row for row in self.objects.get(sobject, []) if row.get("IsDeleted") is not True]
        rows = [row for row in rows if all(_condition(each)(row) for each in conditions)]
        if order:
            rows.sort(key=lambda row: str(row.get(order)))
        return self._pages(
            [{"attributes": {"type": sobject}} | {name: row.get(name) for name in fields} for row in rows]
        )

    def _pages(self, rows: list[Json]) -> Reply:
        locator = f"01g{len(self._open_queries):012d}-{self.page}"
        page: Json = {"totalSize": len(rows), "done": len(rows) <= self.page, "records": rows[: self.page]}
        if len(rows) > self.page:
            self._open_queries[locator] = rows[self.page :]
            page["nextRecordsUrl"] = f"/services/data/v62.0/query/{locator}"
        return Reply(body=page)

    def _page(self, locator: str) -> Reply:
        if locator not in self._open_queries:
            return _error(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._pages(self._open_queries[locator])

    def _record(self, sobject: str, one: str) -> Json:
        return next(row for row in self.objects[sobject] if row["Id"] == one)

    def _create(self, sobject: str, fields: Json) -> Reply:
        one = sf_id(_PREFIXES[sobject], 900 + len(self.objects.get(sobject, [])))
        self.put(sobject, **({"Id": one, "IsDeleted": False} | _decoded(fields)))
        return Reply(201, {"id": one, "success": True, "errors": []})


def _decoded(fields: Json) -> Json:
    """A note's content as it is kept: newlines are stripped."""
    if "Content" not in fields:
        return fields
    return fields | {"Content": base64.b64decode(str(fields["Content"])).decode().replace("\n", "")}


def _condition(text: str) -> Callable[[Json], bool]:
    found = _CONDITION.match(text)
    assert found, text
    name, operator, value = found[1], found[2], found[3]
    if operator == "IN":
        wanted = re.findall(r"'(\w+)'", value)
        return lambda row: row.get(name) in wanted
    if value in ("true", "false"):
        return lambda row: row.get(name, False) is (value == "true")
    if operator == "!=":
        return lambda row: row.get(name) is not None
    if operator == "=":
        return lambda row: row.get(name) == value.strip("'")
    limit = _moment(value)
    return lambda row: (_moment(str(row[name])) >= limit) == (operator == ">=")


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("+0000", "+00:00"))


def _error(status: int, code: str, message: str) -> Reply:
    return Reply(status, [{"message": message, "errorCode": code}])


def make_certificate(folder: Path) -> Path:
    """A certificate for this machine's address with its key, valid for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    return path
