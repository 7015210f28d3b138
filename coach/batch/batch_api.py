"""OpenAI's Batch API over HTTP: a file of requests in, a file of answers out, within a day and at half the price.

Source: OpenAI, Batch API guide and reference (files, batches; 50,000 requests and 200 MB a batch). Knows nothing about
plans or the ledger.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from coach.errors import ModelError, ModelNotConfigured, ModelRefused, ModelUnavailable

URL = "https://api.openai.com/v1"
ENDPOINT = "/v1/chat/completions"
MOST_REQUESTS = 50_000
MOST_BYTES = 190_000_000
"""A little below the 200 MB that are allowed."""
MOST_ANSWER_BYTES = 2_000_000
"""Of one line of an answer."""
TIMEOUT_S = 300.0
TRIES = 5
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 120.0
AT_WORK = frozenset({"validating", "in_progress", "finalizing", "cancelling"})


@dataclass(frozen=True)
class Posted:
    """A batch as the provider has it."""

    id: str
    status: str
    """`validating`, `in_progress`, `finalizing`, `completed`, `expired`, `failed`, `cancelling` or `cancelled`."""
    answers: str = ""
    """Id of the file of answers; empty: there is none (yet)."""
    errors: str = ""
    """Id of the file of requests that were not answered."""
    done: int = 0
    total: int = 0
    problem: str = ""
    mark: str = ""

    @property
    def is_at_work(self) -> bool:
        return self.status in AT_WORK


class BatchApi:
    """`async with BatchApi.from_environment() as api`."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @classmethod
    def from_environment(cls) -> BatchApi:
        """With OPENAI_API_KEY and OPENAI_BASE_URL. Raises ModelNotConfigured without a key."""
        key = os.environ.get("OPENAI_API_KEY")
        if not key:
            raise ModelNotConfigured("The Batch API needs OPENAI_API_KEY.")
        url = os.environ.get("OPENAI_BASE_URL") or URL
        return cls(httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_S))

    async def __aenter__(self) -> BatchApi:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def upload(self, path: Path) -> str:
        """The id of a file of requests."""
        content = await asyncio.to_thread(path.read_bytes)
        files = {"file": (path.name, content, "application/jsonl")}
        return str((await self._asked("POST", "/files", data={"purpose": "batch"}, files=files))["id"])

    async def post(self, file_id: str, *, mark: str) -> Posted:
        """Have a file of requests answered. `mark` is how `find` knows it again."""
        asked = {
            "input_file_id": file_id,
            "endpoint": ENDPOINT,
            "completion_window": "24h",
            "metadata": {"coach": mark},
        }
        return _posted(await self._asked("POST", "/batches", json=asked))

    async def look(self, batch_id: str) -> Posted:
        return _posted(await self._asked("GET", f"/batches/{batch_id}"))

    async def find(self, mark: str) -> Posted | None:
        """The batch that was posted with a mark, by a process that ended before it could note its id."""
        after = ""
        while True:
            page = await self._asked("GET", "/batches", params={"limit": 100, **({"after": after} if after else {})})
            found = [_posted(one) for one in page.get("data") or []]
            known = next((one for one in found if one.mark == mark), None)
            if known or not page.get("has_more") or not found:
                return known
            after = found[-1].id

    async def lines(self, file_id: str) -> AsyncIterator[dict[str, Any]]:
        """The lines of a file, as they arrive; what is no object is left out."""
        async with self._client.stream("GET", f"/files/{file_id}/content") as response:
            if response.status_code != 200:
                await response.aread()
                raise _error(response)
            async for line in response.aiter_lines():
                value = _object(line) if len(line) <= MOST_ANSWER_BYTES else None
                if value is not None:
                    yield value

    async def _asked(self, method: str, path: str, **sent: Any) -> dict[str, Any]:
        """Asked again while the provider is busy. Raises ModelError."""
        for number in range(TRIES):
            wait_s = FIRST_WAIT_S * 2**number
            try:
                response = await self._client.request(method, path, **sent)
            except httpx.HTTPError as error:
                failure: ModelError = ModelUnavailable(f"The Batch API does not answer: {type(error).__name__}.")
            else:
                if response.status_code == 200:
                    return _object(response.text) or {}
                failure = _error(response)
                wait_s = _asked_to_wait(response) or wait_s
            if not failure.retryable or number == TRIES - 1:
                raise failure
            await asyncio.sleep(min(wait_s, LONGEST_WAIT_S))
        raise AssertionError


def _posted(said: dict[str, Any]) -> Posted:
    counts = said.get("request_counts") or {}
    problems = ((said.get("errors") or {}).get("data") or [{}])[0]
    return Posted(
        id=str(said["id"]),
        status=str(said["status"]),
        answers=said.get("output_file_id") or "",
        errors=said.get("error_file_id") or "",
        done=int(counts.get("completed") or 0) + int(counts.get("failed") or 0),
        total=int(counts.get("total") or 0),
        problem=str(problems.get("code") or ""),
        mark=str((said.get("metadata") or {}).get("coach") or ""),
    )


def _error(response: httpx.Response) -> ModelError:
    status = response.status_code
    if status in (401, 403):
        return ModelRefused(f"The Batch API answered {status}: it does not accept the key.")
    if status == 429 or status >= 500:
        return ModelUnavailable(f"The Batch API answered {status}: overloaded or out of order.")
    code = ((_object(response.text) or {}).get("error") or {}).get("code") or ""
    return ModelRefused(f"The Batch API answered {status}{f' ({code})' if code else ''}.")


def _asked_to_wait(response: httpx.Response) -> float | None:
    said = response.headers.get("retry-after", "")
    return float(said) if said.replace(".", "", 1).isdigit() else None


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
