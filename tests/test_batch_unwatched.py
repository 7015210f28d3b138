"""Answers that nobody reads along: the same words, in few pieces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import ModelRefused
from coach.gate import OwnBudget
from coach.llm import Models, Request
from coach.transport import _InFewPieces
from tests.support.endpoint import Answer, Endpoint, Fault

Serve = Callable[..., Endpoint]
REQUEST = Request("page", system="be brief", user="notes", prompt_hash="h", max_tokens=900)
MODEL = "openai:gpt-5-mini"
TEXT = "Agree the pilot’s scope, and who signs it.\n\n" * 40


class Pieces:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def text(self, delta: str) -> None:
        self.heard.append(delta)

    def void(self) -> None:
        self.heard.clear()


def unwatched() -> Models:
    return Models(deadline_s=20, gate=OwnBudget())


async def test_the_words_and_the_bill_are_the_same_and_the_pieces_few(serve: Serve) -> None:
    serve(lambda body: Answer(TEXT))
    watching, not_watching = Pieces(), Pieces()
    read_along = await Models(deadline_s=20).ask(MODEL, REQUEST, listener=watching)
    whole = await unwatched().ask(MODEL, REQUEST, listener=not_watching)
    assert whole.text == read_along.text
    assert (whole.run.tokens_in, whole.run.tokens_out) == (read_along.run.tokens_in, read_along.run.tokens_out)
    assert not whole.run.tokens_are_estimated
    assert len(watching.heard) > 100
    assert len(not_watching.heard) <= 2


async def test_an_answer_in_one_piece_is_one_too(serve: Serve) -> None:
    whole = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Done."}, "finish_reason": "stop"}]}
    serve(lambda body: Fault("raw_body", json.dumps({"id": "1", "object": "chat.completion", **whole}).encode()))
    assert (await unwatched().ask(MODEL, REQUEST)).text == "Done."


async def test_a_refusal_is_still_noticed(serve: Serve) -> None:
    serve(lambda body: Answer("", refusal="I cannot help with that."))
    with pytest.raises(ModelRefused):
        await unwatched().ask(MODEL, REQUEST)


def event(content: str, **more: object) -> bytes:
    choice = {"index": 0, "delta": {"content": content, **more}, "finish_reason": None}
    return b"data: " + json.dumps({"id": "1", "choices": [choice]}).encode() + b"\n\n"


PASSED = st.sampled_from(
    [b": keep-alive\n\n", b"data: [DONE]\n\n", b"data: {not json\n\n", b"event: ping\n\n", event("x", refusal="no")]
)
EVENTS = st.lists(st.one_of(st.text().map(event), PASSED), max_size=30)


class Stream(httpx2.AsyncByteStream):
    def __init__(self, data: bytes, cuts: list[int]) -> None:
        self.places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
        self.data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start, end in zip(self.places, self.places[1:], strict=False):
            yield self.data[start:end]


def texts(data: bytes) -> tuple[str, list[bytes]]:
    """All text that is added, and all events that say something else, in their order."""
    added, others = "", []
    for one in data.split(b"\n\n"):
        try:
            delta = json.loads(one.removeprefix(b"data: "))["choices"][0]["delta"]
            is_text = set(delta) == {"content"}
        except (ValueError, TypeError):
            is_text = False
        if is_text:
            added += delta["content"]
        elif one:
            others.append(one)
    return added, others


@given(events=EVENTS, cuts=st.lists(st.integers(0, 10_000), max_size=8))
def test_however_a_stream_is_cut_its_words_and_its_other_events_stay_as_they_are(
    events: list[bytes], cuts: list[int]
) -> None:
    data = b"".join(events)

    async def put_together() -> bytes:
        return b"".join([piece async for piece in _InFewPieces(Stream(data, cuts))])

    assert texts(asyncio.run(put_together())) == texts(data)
