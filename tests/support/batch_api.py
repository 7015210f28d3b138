"""A local server that behaves as OpenAI's documented Batch API: files, batches, answers in any order, an errors file.

    with BatchServer(script) as server:        # script: from the body of a request to an Answer or a Status
        ...                                    # server.url, server.batches, server.asked

A batch goes one status further each time it is looked at. Source: OpenAI's guide and API reference of the Batch API.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.support.endpoint import Answer, Body, Reply, Script, Status, _completion

STATUSES = ("validating", "in_progress", "finalizing", "completed")
PAGE = 2
"""Batches a page of the list: few, so that paging is used."""
Json = dict[str, Any]


@dataclass
class BatchServer:
    script: Script
    expires: Callable[[Body], bool] = lambda body: False
    """Requests that the provider does not come to; their batch ends as `expired`."""
    looks: int = 3
    """How often a batch is looked at before it is done."""
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, Json] = field(default_factory=dict)
    asked: list[Body] = field(default_factory=list)
    """The bodies of all requests that were answered, and so are paid for."""
    requests: list[str] = field(default_factory=list)
    """Method and path of all HTTP requests."""
    failures: dict[str, list[Status]] = field(default_factory=dict)
    """By `METHOD path-prefix`: what is answered first, one after the other."""

    def __enter__(self) -> BatchServer:
        handler = type("Handler", (_Handler,), {"server_of": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._lock = threading.Lock()
        serving = {"target": self._server.serve_forever, "kwargs": {"poll_interval": 0.02}, "daemon": True}
        self._thread = threading.Thread(**serving)  # type: ignore[arg-type]
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def store(self, content: bytes) -> str:
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = content
        return file_id

    def create(self, asked: Json) -> Json:
        with self._lock:
            number = len(self.batches) + 1
            batch = {
                "id": f"batch_{number}",
                "object": "batch",
                "endpoint": asked["endpoint"],
                "errors": None,
                "input_file_id": asked["input_file_id"],
                "completion_window": asked["completion_window"],
                "status": "validating",
                "output_file_id": None,
                "error_file_id": None,
                "created_at": int(time.time()) + number,
                "request_counts": {"total": 0, "completed": 0, "failed": 0},
                "metadata": asked.get("metadata"),
            }
            self.batches[str(batch["id"])] = batch
            return batch

    def look(self, batch: Json) -> Json:
        with self._lock:
            batch["looked"] = batch.get("looked", 0) + 1
            lines = self.files[batch["input_file_id"]].decode().splitlines()
            if batch["status"] == "validating" and (problem := _problem(lines, batch["endpoint"])):
                batch |= {"status": "failed", "errors": {"object": "list", "data": [{"code": problem, "line": 1}]}}
            elif batch["status"] in STATUSES[:3]:
                batch["request_counts"]["total"] = len(lines)
                batch["status"] = STATUSES[min(2, batch["looked"] - 1)]
                if batch["looked"] > self.looks:
                    self._finish(batch, [json.loads(line) for line in lines])
        return {name: value for name, value in batch.items() if name != "looked"}

    def _finish(self, batch: Json, asked: list[Json]) -> None:
        answers: list[Json] = []
        errors: list[Json] = []
        for number, one in enumerate(reversed(asked)):
            told = {"id": f"batch_req_{number}", "custom_id": one["custom_id"], "response": None, "error": None}
            if self.expires(one["body"]):
                gone = "This request could not be executed before the completion window expired."
                errors.append({**told, "error": {"code": "batch_expired", "message": gone}})
                continue
            self.asked.append(one["body"])
            status, body = _answered(one["body"], self.script(one["body"]))
            told["response"] = {"status_code": status, "request_id": f"req_{number}", "body": body}
            (answers if status == 200 else errors).append(told)
        counts = {"total": len(asked), "completed": len(answers), "failed": len(errors)}
        is_expired = any(one["error"] for one in errors)
        batch |= {"status": "expired" if is_expired else "completed", "request_counts": counts}
        batch["output_file_id"] = self.store(_lines(answers)) if answers else None
        batch["error_file_id"] = self.store(_lines(errors)) if errors else None


class _Handler(BaseHTTPRequestHandler):
    server_of: BatchServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Quiet."""

    def do_GET(self) -> None:
        if self._fails("GET"):
            return None
        path, _, query = self.path.removeprefix("/v1").partition("?")
        if found := re.fullmatch(r"/files/([\w-]+)/content", path):
            return self._send_bytes(self.server_of.files.get(found[1]))
        if found := re.fullmatch(r"/batches/(\w+)", path):
            batch = self.server_of.batches.get(found[1])
            return self._send(self.server_of.look(batch)) if batch else self._error(404, "not_found")
        if path == "/batches":
            return self._send(self._page(dict(re.findall(r"(\w+)=(\w+)", query))))
        return self._error(404, "not_found")

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self._fails("POST"):
            return None
        path = self.path.removeprefix("/v1")
        if path == "/files":
            file_id = self.server_of.store(_file_in(content, self.headers.get("Content-Type", "")))
            return self._send({"id": file_id, "object": "file", "purpose": "batch", "bytes": len(content)})
        if path == "/batches":
            return self._send(self.server_of.create(json.loads(content)))
        return self._error(404, "not_found")

    def _page(self, asked: dict[str, str]) -> Json:
        """The newest first."""
        known = list(reversed(self.server_of.batches.values()))
        ids = [batch["id"] for batch in known]
        start = ids.index(asked["after"]) + 1 if "after" in asked else 0
        page = known[start : start + PAGE]
        return {"object": "list", "data": page, "has_more": start + PAGE < len(known)}

    def _fails(self, method: str) -> bool:
        """Without a key, and where the test says so."""
        self.server_of.requests.append(f"{method} {self.path}")
        if not self.headers.get("Authorization", "").startswith("Bearer sk-"):
            self._error(401, "invalid_api_key")
            return True
        for place, left in self.server_of.failures.items():
            if f"{method} {self.path}".startswith(place) and left:
                status = left.pop(0)
                self._error(status.status, status.code, dict(status.headers))
                return True
        return False

    def _error(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        self._send({"error": {"code": code, "type": code, "message": "no"}}, status=status, headers=headers)

    def _send(self, value: Json, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._send_bytes(json.dumps(value).encode(), status=status, headers=headers)

    def _send_bytes(self, content: bytes | None, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status if content is not None else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content or b"")))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content or b"")


def _problem(lines: list[str], endpoint: str) -> str:
    """What the provider finds wrong with a file of requests."""
    asked = [json.loads(line) for line in lines]
    ids = [one["custom_id"] for one in asked]
    if len(set(ids)) < len(ids) or not all(0 < len(one) <= 64 for one in ids):
        return "duplicate_custom_id"
    if any(one["method"] != "POST" or one["url"] != endpoint for one in asked):
        return "invalid_url"
    if len({one["body"]["model"] for one in asked}) > 1:
        return "mismatched_model"
    return "" if asked else "empty_file"


def _answered(body: Body, reply: Reply) -> tuple[int, Json]:
    if isinstance(reply, Answer):
        return 200, _completion({**body}, reply)
    assert isinstance(reply, Status)
    return reply.status, {"error": {"code": reply.code, "message": reply.message}}


def _file_in(content: bytes, content_type: str) -> bytes:
    """The file of a form, whose purpose has to be `batch`."""
    boundary = content_type.partition("boundary=")[2].encode()
    parts = dict(_parts(content, boundary))
    assert parts["purpose"] == b"batch"
    return parts["file"]


def _parts(content: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    for part in content.split(b"--" + boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        yield re.findall(rb'name="(\w+)"', head)[0].decode(), value[:-2]


def _lines(values: list[Json]) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()
