"""A local server on which a CRM's documented behaviour is built: what it was asked, and the faults it is told to show.

hubspot_server.py and salesforce_server.py are the two; both are written from the vendors' documentation alone.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, object]
_Self = TypeVar("_Self", bound="Server")


@dataclass(frozen=True)
class Fault:
    """What the next request to a path that holds `path` meets, `times` times."""

    path: str
    status: int = 500
    body: bytes | Json | list[Json] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    kind: Literal["answer", "hang", "reset", "done_but_silent"] = "answer"
    """`done_but_silent`: the request is carried out, and its answer never arrives."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Json:
        found = json.loads(self.body or b"{}")
        assert isinstance(found, dict)
        return found

    @property
    def form(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}

    @property
    def token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: Json | list[Json] | bytes = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class Server:
    """A server on a free port of this machine; subclasses answer."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._faults: list[Fault] = []
        self._http = _Http(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def paths(self, part: str = "") -> list[str]:
        return [request.path for request in self.requests if part in request.path]

    def fail(self, *faults: Fault) -> None:
        self._faults += faults

    def fault_for(self, path: str) -> Fault | None:
        for at, fault in enumerate(self._faults):
            if fault.path in path:
                self._faults[at : at + 1] = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                return fault
        return None

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def __enter__(self: _Self) -> _Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what some tests want."""


def _handler_for(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            request = Request(self.command, unquote(parts.path), query, body, dict(self.headers.items()))
            server.requests.append(request)
            fault = server.fault_for(request.path)
            if fault and fault.kind in ("hang", "done_but_silent"):
                if fault.kind == "done_but_silent":
                    server.answer(request)
                server.stopping.wait(5)
            elif fault and fault.kind == "reset":
                self.connection.close()
            elif fault:
                self._send(Reply(fault.status, fault.body, fault.headers))
            else:
                self._send(server.answer(request))

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - the base class names them so

        def _send(self, reply: Reply) -> None:
            data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json;charset=UTF-8")
            self.send_header("Content-Length", str(len(data)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Tests are quiet."""

    return Handler
