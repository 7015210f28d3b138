"""The HTTP client under OpenAI-compatible models: it reads no more than a model can mean to send.

Bodies are bounded after decompression, redirects are not followed, web pages are told from models, and an answer that
a server sent in one piece becomes a stream. Imported only when a model is asked.
"""

from __future__ import annotations

import json
import re
import ssl
import zlib
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import httpx2
from httpx2 import USE_CLIENT_DEFAULT

from coach.errors import ModelRefused, ModelUnavailable
from coach.failures import FILTER_HINT

MAX_BODY_BYTES = 1_000_000
"""Of a body in one piece, and of one event of a stream."""
MAX_STREAM_BYTES = 32_000_000
"""Of a whole stream: about 300 bytes a token, so a hundred thousand tokens."""
CONNECT_TIMEOUT_S = 10.0
SILENCE_TIMEOUT_S = 180.0
"""Models that think first are silent for minutes; the deadline of all calls holds besides."""

_REFUSAL = re.compile(rb'"refusal":\s*"[^"]')
_INFLATE_GZIP_OR_ZLIB = 47  # zlib's wbits: 32 to detect either header, 15 for the window
_INFLATED_AT_ONCE = 65_536


def careful_client(*, proxy: str | None = None, is_watched: bool = True) -> httpx2.AsyncClient:
    """A client for one event loop. It keeps no connection open, so nothing has to be closed after it.

    `is_watched` False: nobody reads along, so the tokens of a stream come in few large pieces, at a tenth of the work.
    """
    client = _CarefulClient(
        proxy=proxy,
        verify=_trusted(),
        follow_redirects=False,
        headers={"Accept-Encoding": "identity"},
        limits=httpx2.Limits(max_keepalive_connections=0),
        timeout=httpx2.Timeout(SILENCE_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
    )
    client.is_watched = is_watched
    return client


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates takes 20 ms: once a process."""
    return httpx2.create_ssl_context()


class _CarefulClient(httpx2.AsyncClient):
    is_watched = True

    async def send(
        self,
        request: httpx2.Request,
        *,
        stream: bool = False,
        auth: httpx2._types.AuthTypes | httpx2._client.UseClientDefault | None = USE_CLIENT_DEFAULT,
        follow_redirects: bool | httpx2._client.UseClientDefault = USE_CLIENT_DEFAULT,
    ) -> httpx2.Response:
        response = await super().send(request, stream=True, auth=auth, follow_redirects=False)
        try:
            judged = await _judged(response, whole=not stream)
            if stream and not self.is_watched and isinstance(judged.stream, _Bounded):
                judged.stream = _InFewPieces(judged.stream)
            return judged
        except BaseException:  # closed and raised again, also when the call is cancelled
            await response.aclose()
            raise


async def _judged(response: httpx2.Response, *, whole: bool) -> httpx2.Response:
    """The same response, bounded; in one piece when it is not a stream of events."""
    kind = response.headers.get("content-type", "")
    is_whole = whole or response.status_code != 200 or "json" in kind or "html" in kind
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    encoding = response.headers.pop("content-encoding", "identity")
    response.stream = _Bounded(
        response.stream, encoding=encoding, most=MAX_BODY_BYTES if is_whole else MAX_STREAM_BYTES
    )
    if is_whole:
        await response.aread()
    if whole or response.status_code != 200 or not is_whole:
        return response
    return httpx2.Response(
        200,
        headers={"content-type": "text/event-stream"},
        content=_as_events(response.content),
        request=response.request,
    )


def _as_events(body: bytes) -> bytes:
    """An answer in one piece, as the stream that was asked for."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ModelUnavailable("What answers at the model's address is not a model, perhaps a login page or a proxy.")
    for choice in answer.get("choices") or ():
        if isinstance(choice, dict) and "message" in choice:
            choice["delta"] = choice.pop("message")
    return b"data: " + json.dumps(answer).encode() + b"\n\ndata: [DONE]\n\n"


class _Bounded(httpx2.AsyncByteStream):
    """Inflates, counts, and ends with an error where a model would have ended long before."""

    def __init__(self, stream: httpx2.AsyncByteStream, *, encoding: str, most: int) -> None:
        self._stream = stream
        self._encoding = encoding.strip().lower()
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = since_newline = 0
        async for data in self._inflated():
            total += len(data)
            newline = data.rfind(b"\n")
            since_newline = len(data) - newline - 1 if newline >= 0 else since_newline + len(data)
            if total > self._most or since_newline > MAX_BODY_BYTES:
                raise ModelUnavailable("The answer is larger than any model's answer can be.")
            if _REFUSAL.search(data):
                raise ModelRefused("The model refused to answer.", hint=FILTER_HINT)
            yield data

    async def _inflated(self) -> AsyncIterator[bytes]:
        if self._encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
            raise ModelUnavailable("The answer is packed in a way that nobody asked for.")
        inflater = None if self._encoding in ("identity", "") else zlib.decompressobj(_INFLATE_GZIP_OR_ZLIB)
        async for data in self._stream:
            if inflater is None:
                yield data
                continue
            try:
                while data:
                    yield inflater.decompress(data, _INFLATED_AT_ONCE)
                    data = inflater.unconsumed_tail
            except zlib.error:
                raise ModelUnavailable("The answer says that it is packed, but it is not.") from None

    async def aclose(self) -> None:
        await self._stream.aclose()


class _InFewPieces(httpx2.AsyncByteStream):
    """A stream of events in which those that only add text are put together; all others pass as they are."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream
        self._first: dict[str, Any] | None = None
        self._texts: list[str] = []

    async def __aiter__(self) -> AsyncIterator[bytes]:
        rest = b""
        async for data in self._stream:
            *events, rest = (rest + data).split(b"\n\n")
            for event in events:
                if not self._takes(event):
                    yield self._together() + event + b"\n\n"
        yield self._together() + rest

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _takes(self, event: bytes) -> bool:
        chunk = _only_text(event)
        if chunk is None:
            return False
        self._first = self._first or chunk
        self._texts.append(chunk["choices"][0]["delta"]["content"])
        return True

    def _together(self) -> bytes:
        if self._first is None:
            return b""
        self._first["choices"][0]["delta"]["content"] = "".join(self._texts)
        event = b"data: " + json.dumps(self._first).encode() + b"\n\n"
        self._first, self._texts = None, []
        return event


def _only_text(event: bytes) -> dict[str, Any] | None:
    """The chunk of an event that adds text to the first choice and says nothing else."""
    if not event.startswith(b"data: {"):
        return None
    try:
        chunk = json.loads(event[6:])
    except ValueError:
        return None
    choices = chunk.get("choices")
    if chunk.get("usage") or not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        return None
    delta = choices[0].get("delta")
    if not isinstance(delta, dict) or not isinstance(delta.get("content"), str) or choices[0].get("finish_reason"):
        return None
    said = {name for name, value in delta.items() if value}
    return chunk if isinstance(chunk, dict) and said <= {"content", "role"} else None
