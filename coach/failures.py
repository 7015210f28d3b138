"""What a provider's exception means: one typed error, how often to try again, and how long to wait before.

Looks at status, code and cause only, so it knows no provider's package. What a provider says in words is repeated
only when it holds neither a key nor a piece of the notes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from coach.errors import (
    ContextTooLong,
    ModelError,
    ModelNotConfigured,
    ModelRefused,
    ModelUnavailable,
)
from coach.excerpt import excerpt

TRIES_WHEN_BUSY = 3
"""Overloaded or unreachable: the first call and two more, as the OpenAI SDK has it."""
TRIES_WHEN_GARBLED = 2
"""What answers is not a model, or not well: one more is enough to see a passing fault."""

FILTER_HINT = "Another model may answer, or write the plan with `--model builtin`."
PROXY_HINT = "Put the proxy's user and password into `HTTPS_PROXY`, or add the host to `NO_PROXY`."
REQUEST_HINT = "Another model may take it; `coach doctor` asks each configured model a small question."
REACH_HINT = "Check the network and the address (`OPENAI_BASE_URL` or your provider's own variable)."

_QUOTA = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_credits"}
_TOO_LONG = re.compile(
    r"context.?(length|window|size)|maximum context|prompt is too long|too many (input )?tokens"
    r"|input tokens exceed|input token count|request too large",
    re.IGNORECASE,
)
_KEY = re.compile(r"(?i)\b(sk|pk|key|rk|gsk|xai|aiza)[-_]?[\w*-]{8,}|bearer\s+\S+|\b[\w-]{32,}|\w*\*{3,}\w*")
_CODE = re.compile(r"[a-z][a-z0-9_.-]{1,39}")
_PROVIDERS_WORDS_CHARS = 198
_SHARED_CHARS = 12
"""A provider's sentence that has as many characters in a row from the notes is not repeated."""


@dataclass(frozen=True)
class Failure:
    """`tries`: calls allowed in all. `wait_s`: what the provider asked for. `closes`: later calls are pointless.

    `is_throttled`: nothing is wrong but the pace.
    """

    error: ModelError
    tries: int = 1
    wait_s: float | None = None
    closes: bool = False
    is_throttled: bool = False


def failure_of(error: Exception, *, model: str, asked: str, now: dt.datetime | None = None) -> Failure:
    """Sort a provider's exception. `asked` is the text of the request, none of which may be repeated."""
    typed = next((cause for cause in _causes(error) if isinstance(cause, ModelError)), None)
    if typed is not None:
        return Failure(typed, tries=TRIES_WHEN_GARBLED if typed.retryable else 1)
    told = next((cause for cause in _causes(error) if _status(cause)), error)
    status, code, words = _status(told), _code(told), _words(told)
    answered = f"{model} answered {status or 'with an error'}{f' ({code})' if code else ''}"
    if code in _QUOTA or status == 402:
        return Failure(ModelRefused(f"{answered}: the account's quota is used up."), closes=True)
    if code == "content_filter":
        return Failure(ModelRefused(f"{answered}: its content filter refused the request.", hint=FILTER_HINT))
    if status == 413 or (status in (None, 400, 422) and (_TOO_LONG.search(f"{code} {words}"))):
        return Failure(ContextTooLong(f"The material does not fit into the window of {model}."))
    if status is None:
        return _without_status(error, model=model, was_answered=bool(code or words.startswith("An error occurred")))
    if status in (408, 409, 429) or status >= 500:
        return _busy(status, answered, _retry_after_s(told, now or dt.datetime.now(dt.UTC)))
    return _refused(status, answered, repeatable(words, asked=asked))


def _busy(status: int, answered: str, wait_s: float | None) -> Failure:
    later = f"; it asks to wait {in_words(wait_s)}" if wait_s else ""
    error = ModelUnavailable(f"{answered}: overloaded or out of order{later}.", retry_after_s=wait_s)
    is_throttled = status == 429 or (status == 503 and wait_s is not None)
    return Failure(error, tries=TRIES_WHEN_BUSY, wait_s=wait_s, is_throttled=is_throttled)


def _refused(status: int, answered: str, words: str) -> Failure:
    said = f" It says: {words}" if words else ""
    if status == 401:
        return Failure(ModelRefused(f"{answered}: it does not accept the key."), closes=True)
    if status == 403:
        return Failure(ModelRefused(f"{answered}: the key may not use this model."))
    if status == 404:
        return Failure(ModelNotConfigured(f"{answered}: there is no such model or address."))
    if status == 407:
        return Failure(ModelNotConfigured(f"{answered}: the proxy wants a login.", hint=PROXY_HINT))
    if 300 <= status < 400:
        return Failure(ModelUnavailable(f"{answered}: it redirects to another address, which is not followed."))
    return Failure(ModelRefused(f"{answered}: it does not take this request.{said}", hint=REQUEST_HINT))


def _without_status(error: Exception, *, model: str, was_answered: bool) -> Failure:
    """No HTTP status: the connection failed, or what came is not what a model sends."""
    kinds = {type(cause).__name__ for cause in _causes(error)}
    text = " ".join(str(cause) for cause in _causes(error))
    if "CERTIFICATE_VERIFY_FAILED" in text or "SSLCertVerificationError" in kinds:
        why = f"{model} could not be reached: its certificate is not valid, or this machine's clock is wrong."
        return Failure(ModelUnavailable(why, hint=REACH_HINT))
    if "407" in text and any("Proxy" in kind for kind in kinds):
        return Failure(ModelNotConfigured(f"{model} could not be reached: the proxy wants a login.", hint=PROXY_HINT))
    if "gaierror" in kinds:
        why = f"{model} could not be reached: its host's name is not known."
        return Failure(ModelUnavailable(why, hint=REACH_HINT), tries=TRIES_WHEN_BUSY)
    if any("Timeout" in kind for kind in kinds):
        return Failure(ModelUnavailable(f"{model} fell silent."), tries=TRIES_WHEN_GARBLED)
    if "ConnectError" in kinds or "ConnectionRefusedError" in kinds:
        why = f"{model} could not be reached: nothing answers at its address."
        return Failure(ModelUnavailable(why, hint=REACH_HINT), tries=TRIES_WHEN_BUSY)
    if kinds & {"ReadError", "RemoteProtocolError", "WriteError", "ConnectionResetError", "APIConnectionError"}:
        return Failure(ModelUnavailable(f"{model} broke the connection off."), tries=TRIES_WHEN_BUSY)
    if was_answered:
        return Failure(ModelUnavailable(f"{model} reported an error instead of an answer."), tries=TRIES_WHEN_GARBLED)
    return Failure(ModelUnavailable(f"{model} sent something that is not a model's answer."), tries=TRIES_WHEN_GARBLED)


def repeatable(words: str, *, asked: str) -> str:
    """A provider's sentence, short and without keys; empty when it repeats a piece of what was asked."""
    words = excerpt(_KEY.sub("…", " ".join(words.split())), _PROVIDERS_WORDS_CHARS)
    asked = " ".join(asked.split())
    pieces = (words[at : at + _SHARED_CHARS] for at in range(max(1, len(words) - _SHARED_CHARS + 1)))
    return "" if any(piece in asked for piece in pieces) else words


def in_words(seconds: float) -> str:
    """`40 seconds`, `12 minutes`, `2 hours`: rounded up, for a person who waits."""
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = -int(-seconds // length)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    count = max(1, -int(-seconds // 1))
    return f"{count} second{'s' if count > 1 else ''}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what led to it, at most eight deep."""
    current: BaseException | None = error
    for _ in range(8):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__


def _status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    for value in (getattr(error, "status_code", None), getattr(response, "status_code", None), _own_code(error)):
        if isinstance(value, int) and 100 <= value < 600:
            return value
    return None


def _own_code(error: BaseException) -> object:
    return getattr(error, "code", None)


def _code(error: BaseException) -> str:
    """The provider's word for what is wrong, such as `insufficient_quota`; empty when there is none."""
    body = getattr(error, "body", None)
    body = body.get("error", body) if isinstance(body, dict) else {}
    fields = body if isinstance(body, dict) else {}
    for value in (fields.get("code"), fields.get("type"), _own_code(error), getattr(error, "type", None)):
        if isinstance(value, str) and _CODE.fullmatch(value) and not _KEY.search(value):
            return value
    return ""


def _words(error: BaseException) -> str:
    body = getattr(error, "body", None)
    body = body.get("error", body) if isinstance(body, dict) else {}
    message = body.get("message") if isinstance(body, dict) else None
    return message if isinstance(message, str) else str(error)[:2000]


def _retry_after_s(error: BaseException, now: dt.datetime) -> float | None:
    """Seconds to wait by the `Retry-After` header, given in seconds or as a date; None without a usable one."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    value = headers.get("retry-after") or ""
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return max(0.0, (at - now).total_seconds())
