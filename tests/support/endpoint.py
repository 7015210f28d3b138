"""A scripted OpenAI-compatible endpoint: a function from the request to an `Answer` or a `Fault`.

    with Endpoint(lambda body: Answer("Hello")) as endpoint:
        ...                      # endpoint.url, endpoint.calls, endpoint.bodies

It streams when asked to, one token of about four characters a chunk, at a settable pace, and it misbehaves in all the
ways that `Fault` names. `python -m tests.support.endpoint --port 8080` serves one fixed answer.
"""

from __future__ import annotations

import argparse
import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal

TOKEN_CHARS = 4

Body = dict[str, object]
"""A parsed request."""
Usage = Mapping[str, object]


@dataclass(frozen=True)
class Answer:
    """A well-behaved answer. `usage` None: counted at four characters a token; `{}`: not told."""

    text: str = "Agree the pilot's scope."
    finish_reason: str | None = "stop"
    usage: Usage | None = None
    model: str = ""
    """Empty: the one that was asked for."""
    refusal: str = ""
    has_done: bool = True
    """Whether the stream ends with `[DONE]`."""
    breaks_off: bool = False
    """Behind its text nothing comes any more, and the line stays open."""


@dataclass(frozen=True)
class Status:
    """An HTTP error, in OpenAI's form unless `raw` is given."""

    status: int
    code: str = "error"
    message: str = "no"
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: str | None = None
    content_type: str = "application/json"


@dataclass(frozen=True)
class Fault:
    """A way to fail that no status tells."""

    kind: Literal[
        "hang",  # nothing at all, until the client goes
        "hang_after_first_token",
        "slow_drip",  # a byte every 50 ms
        "keep_alives",  # comments for ever, never a token
        "reset",  # the connection is reset in the middle
        "raw_stream",  # `payload` as a stream of events
        "raw_body",  # `payload` with `content_type`
        "truncated_body",  # less than the length that was announced
        "wrong_gzip",
        "gzip_bomb",
        "unknown_encoding",
        "redirect",  # to itself
    ]
    payload: bytes = b""
    content_type: str = "application/json"


Reply = Answer | Status | Fault
Script = Callable[[Body], Reply]


def in_turn(*replies: Reply) -> Script:
    """One reply after the other; the last for ever."""
    left = list(replies)
    return lambda body: left.pop(0) if len(left) > 1 else left[0]


class Endpoint:
    """A running server on a free port of this machine; `first_token_s` and `tokens_per_s` set its pace."""

    def __init__(
        self, script: Script, *, first_token_s: float = 0.0, tokens_per_s: float | None = None, port: int = 0
    ) -> None:
        self.script = script
        self.first_token_s = first_token_s
        self.tokens_per_s = tokens_per_s
        self.bodies: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.answered: list[tuple[Body, float]] = []
        """What was answered to the last byte, and the monotonic second at which it was."""
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def seconds_to(self, event: int) -> float:
        """From the first event of a stream to that one: the pace does not drift."""
        return event / self.tokens_per_s if self.tokens_per_s else 0.0

    @property
    def calls(self) -> int:
        return len(self.bodies)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Endpoint:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what many tests want."""


def _handler_for(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        pass

    Handler.endpoint = endpoint
    return Handler


class _Handler(BaseHTTPRequestHandler):
    endpoint: Endpoint
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        """Quiet."""

    def do_GET(self) -> None:  # the base class names it so
        self._send(200, json.dumps({"object": "list", "data": []}).encode())

    def do_POST(self) -> None:
        body: Body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        self.endpoint.bodies.append(body)
        self.endpoint.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.endpoint.paths.append(self.path)
        reply = self.endpoint.script(body)
        if isinstance(reply, Answer):
            self._answer(body, reply)
            self.endpoint.answered.append((body, time.monotonic()))
        elif isinstance(reply, Status):
            self._status(reply)
        else:
            self._fail(body, reply)

    def _answer(self, body: Body, answer: Answer) -> None:
        answer = replace(answer, model=answer.model or str(body.get("model", "")))
        if not body.get("stream"):
            self._pause(self.endpoint.first_token_s)
            return self._send(200, json.dumps(_completion(body, answer)).encode())
        self._begin_stream()
        first_at = time.monotonic() + self.endpoint.first_token_s
        for number, event in enumerate(_events(body, answer)):
            self._pause(first_at + self.endpoint.seconds_to(number) - time.monotonic())
            self._chunk(event)
        if answer.breaks_off:
            self.endpoint.stopping.wait(30)
        self._chunk(b"")
        return None

    def _status(self, status: Status) -> None:
        error = {"error": {"code": status.code, "type": status.code, "message": status.message}}
        content = json.dumps(error) if status.raw is None else status.raw
        self._send(status.status, content.encode(), content_type=status.content_type, headers=status.headers)

    def _fail(self, body: Body, fault: Fault) -> None:
        match fault.kind:
            case "hang":
                self.endpoint.stopping.wait(30)
            case "hang_after_first_token":
                self._begin_stream()
                self._chunk(next(_events(body, Answer())))
                self.endpoint.stopping.wait(30)
            case "slow_drip":
                self._drip(b"".join(_events(body, Answer())))
            case "keep_alives":
                self._drip_for_ever(b": keep-alive\n\n")
            case "reset":
                self._begin_stream()
                self._chunk(next(_events(body, Answer())))
                self._reset()
            case "raw_stream":
                self._begin_stream()
                self._chunk(fault.payload)
                self._chunk(b"")
            case "raw_body":
                self._send(200, fault.payload, content_type=fault.content_type)
            case "truncated_body":
                self._send(200, fault.payload, length=len(fault.payload) + 500)
                self.close_connection = True
            case "wrong_gzip":
                self._send(200, b"not gzip at all", headers={"Content-Encoding": "gzip"})
            case "gzip_bomb":
                self._send(200, _bomb(), headers={"Content-Encoding": "gzip"})
            case "unknown_encoding":
                self._send(200, b"?", headers={"Content-Encoding": "br"})
            case "redirect":
                self._send(307, b"", headers={"Location": self.endpoint.url + self.path})

    def _send(
        self,
        status: int,
        content: bytes,
        *,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _drip(self, data: bytes) -> None:
        self._begin_stream()
        for byte in data:
            self._chunk(bytes([byte]))
            self._pause(0.05)

    def _drip_for_ever(self, data: bytes) -> None:
        self._begin_stream()
        while not self.endpoint.stopping.is_set():
            self._chunk(data)
            self._pause(0.05)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()  # the two files share the socket: only the last one closes it
        self.wfile.close()
        self.connection.close()

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)


@cache
def _bomb() -> bytes:
    """Sixty megabytes in a few hundred kilobytes."""
    return gzip.compress(b'{"a":"' + b"0" * 60_000_000 + b'"}', compresslevel=1)


def _events(body: Body, answer: Answer) -> Iterator[bytes]:
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": answer.model or "m"}

    def event(delta: dict[str, object], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return b"data: " + json.dumps({**base, "choices": [choice]}).encode() + b"\n\n"

    yield event({"role": "assistant", "content": ""})
    if answer.refusal:
        yield event({"refusal": answer.refusal})
    for start in range(0, len(answer.text), TOKEN_CHARS):
        yield event({"content": answer.text[start : start + TOKEN_CHARS]})
    if answer.breaks_off:
        return
    if answer.finish_reason:
        yield event({}, answer.finish_reason)
    usage = _usage(body, answer)
    if usage:
        yield b"data: " + json.dumps({**base, "choices": [], "usage": usage}).encode() + b"\n\n"
    if answer.has_done:
        yield b"data: [DONE]\n\n"


def _completion(body: Body, answer: Answer) -> dict[str, object]:
    message = {"role": "assistant", "content": answer.text, "refusal": answer.refusal or None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": answer.model,
        "choices": [{"index": 0, "message": message, "finish_reason": answer.finish_reason}],
        "usage": _usage(body, answer),
    }


def _usage(body: Body, answer: Answer) -> Usage:
    if answer.usage is not None:
        return answer.usage
    asked = len(json.dumps(body.get("messages"))) // TOKEN_CHARS
    answered = len(answer.text) // TOKEN_CHARS
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve one fixed answer in OpenAI's protocol.")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--text", default=Answer().text)
    parser.add_argument("--first-token-s", type=float, default=0.3)
    parser.add_argument("--tokens-per-s", type=float, default=60.0)
    args = parser.parse_args()
    with Endpoint(
        lambda body: Answer(args.text),
        first_token_s=args.first_token_s,
        tokens_per_s=args.tokens_per_s,
        port=args.port,
    ) as endpoint:
        print(f"OPENAI_BASE_URL={endpoint.url}")
        threading.Event().wait()


if __name__ == "__main__":
    main()
