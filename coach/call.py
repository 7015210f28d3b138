"""One question to a model under way, over all its tries: what has come, what it took, and whether it is an answer.

Knows nothing about providers, retries or gates.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from coach import prices
from coach.answer import Hearing, ending
from coach.errors import AnswerUnusable, ModelRefused
from coach.failures import FILTER_HINT, TRIES_WHEN_GARBLED, Failure
from coach.gate import Paid, Wanted
from coach.ledger import Question
from coach.schema import Run

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

CHARS_PER_TOKEN = 4
"""A rule of thumb for English, where a provider does not count."""
BYTES_PER_TOKEN_AT_LEAST = 2
"""Of UTF-8: European languages have three to five, Chinese and Japanese about three."""
_WORDS = {
    "complete": "nothing",
    "cut_short": "a text that was cut short, also with twice the room",
    "interrupted": "a text that broke off",
    "odd": "something else than a text",
}


@dataclass(frozen=True)
class Request:
    """One call. `user` begins with the material, so that all calls of a plan share a prefix that a provider caches."""

    call: str
    """`groundwork`, `page`, `index`, …"""
    system: str
    user: str
    prompt_hash: str
    max_tokens: int
    attempt: int = 0
    """Raised for "again, please", so that the ledger does not answer."""


class Failed(Exception):
    """One call failed; whether another follows is for the loop to say."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.error.message)
        self.failure = failure


@dataclass
class _Tokens:
    """Of one try, as the provider counts them; all 0 when it does not."""

    asked: int = 0
    cached: int = 0
    answered: int = 0


@dataclass
class Call:
    """A question under way, over all its tries."""

    model: str
    request: Request
    question: Question
    hearing: Hearing
    text: str = ""
    ended: str = "Interrupted"
    attempts: int = 0
    failures: int = 0
    has_more_room: bool = False
    reason: str | None = None
    cost_usd: float | None = None
    first_token_s: float | None = None
    tokens: _Tokens = field(default_factory=_Tokens)
    tokens_are_estimated: bool = False
    started_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    def __post_init__(self) -> None:
        self.max_tokens = self.request.max_tokens
        self._started = time.monotonic()
        self._chars = 0
        self._reported = _Tokens()
        self._estimated = _Tokens()
        self._throttled_at: float | None = None
        self._run: Run | None = None

    @property
    def wants_more_room(self) -> bool:
        return ending(self.reason) == "cut_short" and not self.has_more_room

    def wanted(self) -> Wanted:
        asked = (self.request.system, self.request.user)
        most_in = sum(len(text.encode("utf-8", "replace")) for text in asked) // BYTES_PER_TOKEN_AT_LEAST + 1
        likely_in = sum(map(len, asked)) // CHARS_PER_TOKEN + 1
        return Wanted(
            call=self.request.call,
            question=self.question,
            max_tokens=self.max_tokens,
            tokens=likely_in + self.max_tokens,
            prompt_hash=self.request.prompt_hash,
            highest_usd=prices.cost_usd(self.model, tokens_in=most_in, tokens_out=self.max_tokens) or 0.0,
        )

    def paid(self) -> Paid:
        """So far, over all tries."""
        estimated = self._estimated
        least_usd = prices.cost_usd(self.model, tokens_in=estimated.asked, tokens_out=estimated.answered)
        used = self.tokens.asked + self.tokens.answered
        return Paid(tokens=used, usd=self.cost_usd or 0.0, least_usd=least_usd or 0.0)

    def paid_since(self, before: Paid, told: Paid) -> Paid:
        """By the last try, with what the provider `told` of waiting."""
        now = self.paid()
        usd, least_usd = now.usd - before.usd, now.least_usd - before.least_usd
        return replace(told, tokens=now.tokens - before.tokens, usd=usd, least_usd=least_usd)

    def throttled_s(self) -> float:
        """Since the provider first asked this call to come later."""
        self._throttled_at = self._throttled_at or time.monotonic()
        return time.monotonic() - self._throttled_at

    def begin(self) -> None:
        self.attempts += 1
        self.reason = None
        self._chars = 0
        self._reported = _Tokens()

    def take(self, chunk: AIMessageChunk) -> None:
        """Called once a token: as little as possible happens here."""
        content = chunk.content
        text = content if isinstance(content, str) else str(chunk.text)
        if text:
            if self.first_token_s is None:
                self.first_token_s = time.monotonic() - self._started
            self._chars += len(text)
            self.hearing.hear(text)
        metadata = chunk.response_metadata
        if len(metadata) > 1:
            reason = metadata.get("finish_reason") or metadata.get("stop_reason") or metadata.get("done_reason")
            self.reason = reason or self.reason
        if chunk.usage_metadata:
            self._take_usage(chunk)

    def count(self) -> None:
        """Add a finished try: the provider's figures where they can be true, else four characters a token."""
        asked_chars = len(self.request.system) + len(self.request.user)
        reported = self._reported
        is_plausible = (
            0 < reported.asked <= asked_chars * 2 + 1000
            and 0 <= reported.cached <= reported.asked
            and 0 <= reported.answered <= self.max_tokens * 2 + 1000
        )
        if not is_plausible and not self._chars:
            return
        estimated = _Tokens(asked_chars // CHARS_PER_TOKEN + 1, 0, self._chars // CHARS_PER_TOKEN + 1)
        self._estimated.asked += estimated.asked
        self._estimated.answered += estimated.answered
        if not is_plausible:
            self.tokens_are_estimated = True
            reported = estimated
        self.tokens.asked += reported.asked
        self.tokens.cached += reported.cached
        self.tokens.answered += reported.answered
        self.cost_usd = prices.cost_usd(
            self.model,
            tokens_in=self.tokens.asked,
            tokens_in_cached=self.tokens.cached,
            tokens_out=self.tokens.answered,
        )

    def accepted_text(self) -> str:
        """The text of an answer that came to its proper end."""
        how = ending(self.reason)
        if how == "filtered":
            refused = ModelRefused(f"{self.model} stopped: its content filter.", hint=FILTER_HINT)
            raise Failed(Failure(refused))
        text = self.hearing.finish() if how == "complete" else ""
        if not text:
            unusable = AnswerUnusable(f"{self.model} answered the call `{self.request.call}` with {_WORDS[how]}.")
            raise Failed(Failure(unusable, tries=1 if how == "cut_short" else TRIES_WHEN_GARBLED))
        return text

    def finish(self) -> Run:
        """The answer was accepted: its run, as it stays from now on."""
        self.text, self.ended = self.accepted_text(), "ok"
        self._run = self.run()
        return self._run

    def run(self) -> Run:
        if self._run is not None:
            return self._run
        return Run(
            call=self.request.call,
            prompt_hash=self.request.prompt_hash,
            model=self.model,
            tokens_in=self.tokens.asked,
            tokens_in_cached=self.tokens.cached,
            tokens_out=self.tokens.answered,
            tokens_are_estimated=self.tokens_are_estimated,
            cost_usd=self.cost_usd,
            seconds=time.monotonic() - self._started,
            first_token_s=self.first_token_s,
            ended=self.ended,
            attempts=self.attempts,
            started_at=self.started_at,
        )

    def _take_usage(self, chunk: AIMessageChunk) -> None:
        """Google sends what was added, others one figure or a running one."""
        usage = chunk.usage_metadata
        assert usage is not None
        cached = usage.get("input_token_details", {}).get("cache_read") or 0
        asked, answered = usage["input_tokens"], usage["output_tokens"]
        old = self._reported
        if self.model.startswith("google_genai:"):
            self._reported = _Tokens(old.asked + asked, old.cached + cached, old.answered + answered)
        else:
            self._reported = _Tokens(max(old.asked, asked), max(old.cached, cached), max(old.answered, answered))
