"""Every way an endpoint fails ends in one typed error or a good answer, in time, after the right number of calls."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from coach import llm
from coach.errors import (
    AnswerUnusable,
    CoachError,
    ContextTooLong,
    ModelNotConfigured,
    ModelRefused,
    ModelTimedOut,
    ModelUnavailable,
)
from coach.llm import Completion, Models, Request
from coach.schema import Run
from tests.support.endpoint import Answer, Endpoint, Fault, Reply, Status, in_turn

KEY = "sk-proj-SECRETsecret1234567890"
NOTE = "Maria told us in confidence that Jens looks at Scandex for the Aldermoor contract"
MODEL = "openai:gpt-4o-mini"
REQUEST = Request("page", "You coach.", f"L1 {NOTE}\n\nWrite the page.", "abc123", 300)
GOOD = "Agree which store is tested before the 15th."
OK = Answer(GOOD)
GRACE_S = 0.5
Serve = Callable[..., Endpoint]


@pytest.fixture(autouse=True)
def warm_and_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for the pauses between tries; imports do not count as answering time."""
    from coach import prices, providers

    providers.prepare(MODEL)
    prices.prepare()
    monkeypatch.setattr(llm, "FIRST_WAIT_S", 0.01)


@dataclass
class Asked:
    result: Completion | CoachError
    runs: list[Run]
    calls: int
    seconds: float

    @property
    def error(self) -> CoachError:
        assert isinstance(self.result, CoachError), self.result
        return self.result

    @property
    def text(self) -> str:
        assert isinstance(self.result, Completion), self.result
        return self.result.text


@pytest.fixture
def asked(serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Callable[..., object]:
    async def ask(*replies: Reply, deadline_s: float = 2.0, **pace: float) -> Asked:
        endpoint = serve(in_turn(*replies), **pace)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        caplog.set_level(logging.INFO)
        runs: list[Run] = []
        begin = time.monotonic()
        result: Completion | CoachError
        try:
            result = await Models(deadline_s=deadline_s, on_run=runs.append).ask(MODEL, REQUEST)
        except CoachError as error:
            result = error
            _assert_discreet(f"{error.message} {error.hint} {error!r} {error.__cause__!r}")
        seconds = time.monotonic() - begin
        _assert_discreet(caplog.text)
        assert seconds < deadline_s + GRACE_S
        assert all("response_format" not in body and "tools" not in body for body in endpoint.bodies)
        assert [run.attempts for run in runs] == [endpoint.calls]
        return Asked(result, runs, endpoint.calls, seconds)

    return ask


def _assert_discreet(text: str) -> None:
    assert "SECRET" not in text
    assert "Scandex" not in text
    assert "in confidence" not in text


async def check_refused_at_once(
    asked: Callable[..., object], status: Status, kind: type[CoachError], words: str
) -> None:
    outcome = await asked(status)  # type: ignore[misc]
    assert isinstance(outcome.error, kind)
    assert words in outcome.error.message
    assert outcome.calls == 1
    assert outcome.runs[0].ended == kind.__name__


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (Status(401, "invalid_api_key", f"Incorrect API key provided: {KEY}"), ModelRefused, "does not accept the key"),
        (Status(403, "permission_denied"), ModelRefused, "may not use this model"),
        (Status(404, "model_not_found"), ModelNotConfigured, "no such model"),
        (Status(429, "insufficient_quota"), ModelRefused, "quota is used up"),
        (Status(402, "billing"), ModelRefused, "quota is used up"),
        (Status(407, "proxy"), ModelNotConfigured, "proxy wants a login"),
        (Status(400, "context_length_exceeded", f"too long: {NOTE}"), ContextTooLong, "does not fit"),
        (Status(400, "error", "This model's maximum context length is 8192 tokens"), ContextTooLong, "does not fit"),
        (Status(413, raw="too large", content_type="text/plain"), ContextTooLong, "does not fit"),
        (Status(400, "content_filter", NOTE), ModelRefused, "content filter"),
        (Status(400, "unsupported_value", "temperature must be 1"), ModelRefused, "temperature must be 1"),
        (Status(400, "error", f"cannot read: {NOTE}"), ModelRefused, "does not take this request"),
        (Status(422, "error", f"bad header: Bearer {KEY}"), ModelRefused, "does not take this request"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else None,
)
async def test_what_asking_again_cannot_mend_is_asked_once(
    asked: Callable[..., object], status: Status, kind: type[CoachError], words: str
) -> None:
    await check_refused_at_once(asked, status, kind, words)


PASSING: list[tuple[str, Reply]] = [
    ("rate limit", Status(429, "rate_limit")),
    ("server error", Status(500, "server_error")),
    ("bad gateway", Status(502, raw="<html>Bad gateway</html>", content_type="text/html")),
    ("unavailable", Status(503, raw="<html>Unavailable</html>", content_type="text/html")),
    ("overloaded", Status(529, "overloaded_error")),
    ("captive portal", Fault("raw_body", b"<html>Please sign in</html>", "text/html")),
    ("error object", Fault("raw_body", b'{"error": {"code": "server_error", "message": "upstream"}}')),
    ("error event", Fault("raw_stream", b'data: {"error": {"code": "server_error", "message": "upstream"}}\n\n')),
    ("empty body", Fault("raw_body", b"")),
    ("empty stream", Fault("raw_stream", b": nothing\n\n")),
    ("broken JSON", Fault("raw_body", b'{"id": "x", "choices": [{"ind')),
    ("broken event", Fault("raw_stream", b'data: {"id": "x", "choi\n\n')),
    ("shorter than announced", Fault("truncated_body", b'{"id": "x"')),
    ("no choices", Fault("raw_body", b'{"choices": []}')),
    ("null choices", Fault("raw_body", b'{"choices": null}')),
    ("null choices in a stream", Fault("raw_stream", b'data: {"choices": null}\n\ndata: [DONE]\n\n')),
    ("a list", Fault("raw_stream", b"data: [1, 2]\n\ndata: [DONE]\n\n")),
    ("odd types", Fault("raw_stream", b'data: {"choices": [{"delta": 7}]}\n\ndata: [DONE]\n\n')),
    (
        "null content",
        Fault("raw_body", b'{"choices": [{"index": 0, "message": {"content": null}, "finish_reason": "stop"}]}'),
    ),
    ("empty content", Answer("")),
    ("white space", Answer(" \n\n ")),
    ("only thoughts", Answer("<think>I should write the page.")),
    ("no finish reason", Answer(GOOD, finish_reason=None)),
    ("neither reason nor end", Answer(GOOD, finish_reason=None, has_done=False)),
    ("tool call", Answer(GOOD, finish_reason="tool_calls")),
    ("reset", Fault("reset")),
    ("bad UTF-8", Fault("raw_stream", b'data: {"choices": [{"delta": {"content": "pi\xfflot"}}]}\n\n')),
    ("bad UTF-8 in one piece", Fault("raw_body", b'{"choices": [{"message": {"content": "pi\xfflot"}}]}')),
    ("wrong gzip", Fault("wrong_gzip")),
    ("gzip bomb", Fault("gzip_bomb")),
    ("unknown packing", Fault("unknown_encoding")),
    (
        "20 MB field",
        Fault("raw_body", b'{"choices": [{"message": {"content": "' + b"a" * 20_000_000 + b'"}}]}'),
    ),
    ("20 MB event", Fault("raw_stream", b'data: {"choices": [{"delta": {"content": "' + b"a" * 20_000_000)),
]


@pytest.mark.parametrize("fault", [fault for _, fault in PASSING], ids=[name for name, _ in PASSING])
async def test_passing_fault_is_tried_again(asked: Callable[..., object], fault: Reply) -> None:
    outcome = await asked(fault, OK, deadline_s=10.0)  # type: ignore[misc]
    assert outcome.text == GOOD
    assert outcome.calls == 2


@pytest.mark.parametrize("fault", [fault for _, fault in PASSING], ids=[name for name, _ in PASSING])
async def test_lasting_fault_ends_in_a_typed_error_after_few_calls(asked: Callable[..., object], fault: Reply) -> None:
    outcome = await asked(fault)  # type: ignore[misc]
    assert isinstance(outcome.error, ModelUnavailable | AnswerUnusable)
    assert outcome.error.retryable
    assert outcome.calls in (2, 3)


async def test_captive_portal_is_called_what_it_is(asked: Callable[..., object]) -> None:
    outcome = await asked(Fault("raw_body", b"<html>Please sign in</html>", "text/html"))  # type: ignore[misc]
    assert "not a model" in outcome.error.message
    assert outcome.calls == 2


async def test_redirect_is_not_followed(asked: Callable[..., object]) -> None:
    outcome = await asked(Fault("redirect"))  # type: ignore[misc]
    assert "not followed" in outcome.error.message
    assert outcome.calls == 1


@pytest.mark.parametrize("kind", ["hang", "hang_after_first_token", "slow_drip", "keep_alives"])
async def test_endpoint_that_never_finishes_is_left_at_the_deadline(asked: Callable[..., object], kind: str) -> None:
    outcome = await asked(Fault(kind), deadline_s=0.4)  # type: ignore[misc, arg-type]
    assert isinstance(outcome.error, ModelTimedOut)
    assert outcome.calls == 1
    assert outcome.runs[0].ended == "ModelTimedOut"


async def test_deadline_is_one_for_all_calls_of_a_plan(serve: Serve) -> None:
    endpoint = serve(in_turn(Fault("hang")))
    models = Models(deadline_s=0.3)
    for _ in range(2):
        with pytest.raises(ModelTimedOut):
            await models.ask(MODEL, REQUEST)
    assert endpoint.calls == 1


async def test_short_retry_after_is_waited_for(asked: Callable[..., object]) -> None:
    outcome = await asked(Status(429, "rate_limit", headers={"Retry-After": "0.3"}), OK)  # type: ignore[misc]
    assert outcome.text == GOOD
    assert outcome.seconds >= 0.3


@pytest.mark.parametrize("code", [429, 503])
async def test_long_retry_after_is_told_at_once(asked: Callable[..., object], code: int) -> None:
    outcome = await asked(Status(code, "rate_limit", headers={"Retry-After": "3600"}))  # type: ignore[misc]
    assert isinstance(outcome.error, ModelUnavailable)
    assert outcome.error.retry_after_s == 3600
    assert "1 hour" in outcome.error.message
    assert (outcome.calls, outcome.seconds < 0.5) == (1, True)


@pytest.mark.parametrize("status", [Status(401, "invalid_api_key"), Status(429, "insufficient_quota")])
async def test_closed_account_is_not_asked_again(serve: Serve, status: Status) -> None:
    endpoint = serve(in_turn(status))
    models = Models(deadline_s=2)
    for _ in range(3):
        with pytest.raises(ModelRefused):
            await models.ask(MODEL, REQUEST)
    assert endpoint.calls == 1


async def test_cut_short_is_asked_once_more_with_twice_the_room(serve: Serve) -> None:
    endpoint = serve(in_turn(Answer("Agree whi", finish_reason="length"), OK))
    completion = await Models(deadline_s=2).ask(MODEL, REQUEST)
    assert completion.text == GOOD
    assert [body["max_tokens"] for body in endpoint.bodies] == [300, 600]
    assert completion.run.attempts == 2
    assert completion.run.tokens_out == len("Agree whi") // 4 + len(GOOD) // 4


@pytest.mark.parametrize("text", ["Agree whi", "the the " * 500, '{"goal": "complete"}'])
async def test_text_cut_short_twice_is_never_accepted(asked: Callable[..., object], text: str) -> None:
    outcome = await asked(Answer(text, finish_reason="length"))  # type: ignore[misc]
    assert isinstance(outcome.error, AnswerUnusable)
    assert outcome.calls == 2


@pytest.mark.parametrize(
    "reply", [Answer("", finish_reason="content_filter"), Answer("Half", finish_reason="content_filter")]
)
async def test_filtered_text_is_refused_without_another_call(asked: Callable[..., object], reply: Reply) -> None:
    outcome = await asked(reply)  # type: ignore[misc]
    assert isinstance(outcome.error, ModelRefused)
    assert "builtin" in outcome.error.hint
    assert outcome.calls == 1


async def test_refusal_is_recognised_and_not_asked_again(asked: Callable[..., object]) -> None:
    outcome = await asked(Answer("", refusal="I cannot help with that"))  # type: ignore[misc]
    assert isinstance(outcome.error, ModelRefused)
    assert outcome.calls == 1


async def test_refusal_in_one_piece_is_recognised_too(asked: Callable[..., object]) -> None:
    message = {"content": None, "refusal": "I cannot help"}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    outcome = await asked(Fault("raw_body", json.dumps(body).encode()))  # type: ignore[misc]
    assert isinstance(outcome.error, ModelRefused)
    assert outcome.calls == 1


async def test_page_that_speaks_of_a_refusal_is_no_refusal(asked: Callable[..., object]) -> None:
    text = 'He wrote {"refusal": "no"} into the form.'
    assert (await asked(Answer(text))).text == text  # type: ignore[misc]


async def test_answer_in_one_piece_is_taken_though_a_stream_was_asked_for(asked: Callable[..., object]) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": GOOD}, "finish_reason": "stop"}
    body = {"id": "x", "model": "m", "choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 8}}
    outcome = await asked(Fault("raw_body", json.dumps(body).encode()))  # type: ignore[misc]
    assert outcome.text == GOOD
    assert (outcome.runs[0].tokens_in, outcome.runs[0].tokens_out) == (9, 8)


async def test_stream_that_ended_properly_needs_no_done_mark(asked: Callable[..., object]) -> None:
    assert (await asked(Answer(GOOD, has_done=False))).calls == 1  # type: ignore[misc]


async def test_other_model_in_the_answer_does_not_change_what_was_asked(asked: Callable[..., object]) -> None:
    outcome = await asked(Answer(GOOD, model="gpt-4o-mini-2024-07-18"))  # type: ignore[misc]
    assert outcome.runs[0].model == MODEL


@pytest.mark.parametrize(
    "usage",
    [
        {},
        {"prompt_tokens": -5, "completion_tokens": 10**12, "total_tokens": 0},
        {"prompt_tokens": 10**9, "completion_tokens": 5, "total_tokens": 0},
        {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    ],
)
async def test_missing_or_absurd_usage_is_estimated(asked: Callable[..., object], usage: dict[str, object]) -> None:
    outcome = await asked(Answer(GOOD, usage=usage))  # type: ignore[misc]
    [run] = outcome.runs
    assert run.tokens_are_estimated
    assert run.tokens_in == (len(REQUEST.system) + len(REQUEST.user)) // 4 + 1
    assert run.tokens_out == len(GOOD) // 4 + 1
    assert 0 < run.cost_usd < 0.001


async def test_hostile_characters_do_not_come_through(asked: Callable[..., object]) -> None:
    text = "Te\x00st \u202eone\ufeff store\x1b[31m\ud800, \u2066now\u2069.\r\nThen\tmore."
    assert (await asked(Answer(text))).text == "Test one store[31m, now.\nThen\tmore."  # type: ignore[misc]


async def test_endless_text_is_cut_off(asked: Callable[..., object]) -> None:
    event = b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": "a" * 90_000}}]}).encode() + b"\n\n"
    outcome = await asked(Fault("raw_stream", event * 20))  # type: ignore[misc]
    assert isinstance(outcome.error, AnswerUnusable)
    assert "longer" in outcome.error.message


@pytest.mark.parametrize(
    ("url", "words"),
    [("http://127.0.0.1:9/v1", "nothing answers"), ("http://no-such-host.invalid/v1", "name is not known")],
)
async def test_unreachable_endpoint_says_why(monkeypatch: pytest.MonkeyPatch, url: str, words: str) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    with pytest.raises(ModelUnavailable, match=words) as caught:
        await Models(deadline_s=2).ask(MODEL, REQUEST)
    assert "OPENAI_BASE_URL" in caught.value.hint


async def test_plain_http_behind_tls_is_no_crash(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = serve(in_turn(OK))
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url.replace("http://", "https://"))
    with pytest.raises(ModelUnavailable):
        await Models(deadline_s=2).ask(MODEL, REQUEST)


async def test_listener_hears_nothing_of_a_void_try(serve: Serve) -> None:
    heard: list[str] = []

    class Ear:
        def text(self, delta: str) -> None:
            heard.append(delta)

        def again(self) -> None:
            heard.append("AGAIN")

    serve(in_turn(Answer("Broken o", finish_reason=None), OK))
    await Models(deadline_s=2).ask(MODEL, REQUEST, listener=Ear())
    begin = heard.index("AGAIN")
    assert "".join(heard[:begin]) == "Broken o"
    assert "".join(heard[begin + 1 :]) == GOOD


async def test_cancelled_call_is_still_reported(serve: Serve) -> None:
    serve(in_turn(Fault("hang_after_first_token")))
    runs: list[Run] = []
    asking = asyncio.ensure_future(Models(deadline_s=5, on_run=runs.append).ask(MODEL, REQUEST))
    await asyncio.wait({asking}, timeout=0.2)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert [run.ended for run in runs] == ["Interrupted"]


async def test_mistake_of_a_listener_is_not_taken_for_the_models(serve: Serve) -> None:
    class Deaf:
        def text(self, delta: str) -> None:
            raise KeyError("a bug")

        def again(self) -> None: ...

    endpoint = serve(in_turn(OK))
    with pytest.raises(KeyError, match="a bug"):
        await Models(deadline_s=2).ask(MODEL, REQUEST, listener=Deaf())
    assert endpoint.calls == 1
