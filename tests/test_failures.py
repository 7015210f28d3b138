"""What a provider's exception means, whichever package it comes from, and what of its words is repeated."""

from __future__ import annotations

import datetime as dt
import ssl

import pytest

from coach.errors import ContextTooLong, ModelError, ModelNotConfigured, ModelRefused, ModelUnavailable
from coach.failures import Failure, failure_of, in_words, repeatable

NOW = dt.datetime(2026, 12, 1, 9, 0, tzinfo=dt.UTC)
ASKED = "You coach.\nL1 Maria loses the Aldermoor contract if it happens again"


class Response:
    def __init__(self, status_code: int, **headers: str) -> None:
        self.status_code = status_code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class ProviderError(Exception):
    """Any package's exception: attributes as OpenAI's, Anthropic's, Google's, Ollama's or httpx's have them."""

    def __init__(self, words: str = "", **attributes: object) -> None:
        super().__init__(words)
        vars(self).update(attributes)


def failure(error: Exception) -> Failure:
    return failure_of(error, model="openai:m", asked=ASKED, now=NOW)


@pytest.mark.parametrize(
    ("error", "kind", "tries"),
    [
        (ProviderError(status_code=401, body={"error": {"type": "authentication_error"}}), ModelRefused, 1),
        (
            ProviderError(status_code=529, body={"type": "error", "error": {"type": "overloaded_error"}}),
            ModelUnavailable,
            3,
        ),
        (ProviderError("429 RESOURCE_EXHAUSTED", code=429, status="RESOURCE_EXHAUSTED"), ModelUnavailable, 3),
        (ProviderError("model 'x' not found", status_code=404), ModelNotConfigured, 1),
        (ProviderError("Error response 503", response=Response(503)), ModelUnavailable, 3),
        (ProviderError("prompt is too long: 250000 tokens", status_code=400), ContextTooLong, 1),
        (ProviderError("Proxy 407"), ModelUnavailable, 2),
        (ValueError("No generation chunks were returned"), ModelUnavailable, 2),
        (TimeoutError(), ModelUnavailable, 2),
    ],
)
def test_exceptions_of_every_package_are_sorted_alike(error: Exception, kind: type[ModelError], tries: int) -> None:
    found = failure(error)
    assert type(found.error) is kind
    assert found.tries == tries


def test_status_is_found_under_the_wrapping_of_a_package() -> None:
    error = ProviderError("Error calling the model")
    error.__cause__ = ProviderError("401 UNAUTHENTICATED", code=401)
    assert isinstance(failure(error).error, ModelRefused)
    assert failure(error).closes


def test_bad_certificate_is_told_from_a_dead_host() -> None:
    error = ProviderError("Connection error.")
    error.__cause__ = ssl.SSLCertVerificationError(1, "CERTIFICATE_VERIFY_FAILED: certificate has expired")
    found = failure(error)
    assert "certificate" in found.error.message
    assert found.tries == 1


def test_proxy_that_wants_a_login_is_not_asked_again() -> None:
    class ProxyError(Exception):
        pass

    error = ProviderError("Connection error.")
    error.__cause__ = ProxyError("407 Proxy Authentication Required")
    found = failure(error)
    assert isinstance(found.error, ModelNotConfigured)
    assert "proxy" in found.error.hint


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("Tue, 01 Dec 2026 09:02:00 GMT", 120.0),
        ("Tue, 01 Dec 2026 08:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value: str, seconds: float | None) -> None:
    response = Response(429, **{"retry_after": value})
    assert failure(ProviderError(status_code=429, response=response)).wait_s == seconds


def test_waiting_time_is_told_in_words() -> None:
    told = [in_words(seconds) for seconds in (0.2, 1, 40, 60, 61, 3600, 3601)]
    assert told == ["1 second", "1 second", "40 seconds", "1 minute", "2 minutes", "1 hour", "2 hours"]


@pytest.mark.parametrize(
    "words",
    [
        "Incorrect key sk-proj-abcdefghijk123456",
        "Bad header Authorization: Bearer abc.def",
        "Key AIzaSyA1234567890abcdefghijklmnopqrstu is not valid",
        "Incorrect API key provided: sk-12***********89",
    ],
)
def test_keys_are_taken_out_of_a_providers_words(words: str) -> None:
    told = repeatable(words, asked=ASKED)
    assert "…" in told
    for secret in ("abcdefghijk", "abc.def", "1234567890", "sk-12", "89"):
        assert secret not in told


def test_words_that_repeat_the_notes_are_not_told() -> None:
    assert repeatable("Cannot parse 'loses the  Aldermoor contract'", asked=ASKED) == ""
    assert repeatable("temperature must be 1", asked=ASKED) == "temperature must be 1"
    assert len(repeatable("long " * 500, asked=ASKED)) <= 200
