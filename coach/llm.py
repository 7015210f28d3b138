"""The one door to a model: a request in, a stream of text and a `Run` out, whoever provides it.

One deadline and one budget for all calls through one object, one loop of retries, and only answers that came to their
proper end. Text only: no tools, no schemas. Knows nothing about meetings or about any provider's package.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from coach import prices, providers
from coach.answer import Hearing, Listener, ending
from coach.errors import AnswerUnusable, BudgetSpent, CoachError, ModelRefused, ModelTimedOut
from coach.failures import FILTER_HINT, TRIES_WHEN_GARBLED, Failure, failure_of
from coach.ledger import Ledger, Question, Recording
from coach.providers import full_name
from coach.schema import Run

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

__all__ = ["Completion", "Listener", "Models", "Request", "full_name"]

CHARS_PER_TOKEN = 4
"""A rule of thumb for English, where a provider does not count."""
FIRST_WAIT_S = 0.5
"""Before the second try; doubled for each further one, as in the OpenAI SDK."""
REPLAYED_CHARS = 400
"""A recorded answer is heard in pieces of this size."""


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


@dataclass(frozen=True)
class Completion:
    text: str
    run: Run


class Models:
    """Asks models, within one deadline and one budget for all that is asked through this object.

    The clock starts with the first question. An account that refused the key or has no quota left is not asked again.
    """

    def __init__(
        self,
        *,
        ledger: Ledger | None = None,
        deadline_s: float,
        on_run: Callable[[Run], None] | None = None,
        budget_usd: float | None = None,
    ) -> None:
        self._ledger = ledger
        self._deadline_s = deadline_s
        self._on_run = on_run or (lambda run: None)
        self._budget_usd = budget_usd
        self._ends_at: float | None = None
        self._committed_usd = 0.0
        self._closed_by_provider: dict[str, ModelRefused] = {}
        self._chats: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, int], BaseChatModel]]
        self._chats = WeakKeyDictionary()

    async def ask(self, model: str, request: Request, *, listener: Listener | None = None) -> Completion:
        """The complete answer of `provider:model` (a bare name is OpenAI's), from the ledger where it is recorded.

        Every call that was made is reported to `on_run`, also one that failed. A replayed run has
        `is_from_ledger`, and the cost that was paid when it was recorded.

        Raises:
            ModelError: one of its classes; its message holds neither keys nor notes.
            BudgetSpent: before a call whose highest price would pass the budget.
        """
        name = full_name(model)
        question = Question(name, request.system, request.user, request.max_tokens, request.attempt)
        recording = self._ledger.find(question, call=request.call) if self._ledger else None
        if recording:
            return await self._replayed(recording, request, listener)
        await self._load(name)
        call = _Call(name, request, Hearing(listener))
        try:
            call.text = await self._before_deadline(call)
            call.ended = "ok"
        except CoachError as error:
            call.ended = type(error).__name__
            raise
        finally:
            run = call.run()
            if self._ledger and call.ended == "ok":
                self._ledger.keep(question, call.text, run)  # at once: nothing is awaited in between
            if call.attempts:
                self._on_run(run)
        return Completion(call.text, run)

    async def _replayed(self, recording: Recording, request: Request, listener: Listener | None) -> Completion:
        for start in range(0, len(recording.text), REPLAYED_CHARS):
            if listener:
                listener.text(recording.text[start : start + REPLAYED_CHARS])
                await asyncio.sleep(0)
        run = recording.run.model_copy(
            update={"is_from_ledger": True, "call": request.call, "prompt_hash": request.prompt_hash}
        )
        self._on_run(run)
        return Completion(recording.text, run)

    async def _load(self, name: str) -> None:
        """Import what the calls need, in a thread and before the clock starts: it takes seconds, once a process."""
        await asyncio.to_thread(providers.prepare, name)
        await asyncio.to_thread(prices.prepare)
        if self._ends_at is None:
            self._ends_at = self._ends_at or time.monotonic() + self._deadline_s

    async def _before_deadline(self, call: _Call) -> str:
        left_s = self._left_s()
        deadline = asyncio.timeout(left_s)
        try:
            if left_s > 0:
                async with deadline:
                    return await self._answer(call)
        except TimeoutError:
            if not deadline.expired():
                raise
        raise ModelTimedOut(
            f"{call.model} did not finish the call `{call.request.call}` within the {self._deadline_s:g} seconds "
            "that all calls have together."
        ) from None

    async def _answer(self, call: _Call) -> str:
        """Try, and try again as often as the failure allows."""
        while True:
            provider = call.model.partition(":")[0]
            if provider in self._closed_by_provider:
                raise self._closed_by_provider[provider]
            try:
                return await self._try(call)
            except _Failed as failed:
                failure = failed.failure
                call.failures += 1
            if failure.closes and isinstance(failure.error, ModelRefused):
                self._closed_by_provider[provider] = failure.error
            if call.failures >= failure.tries:
                raise failure.error
            await self._wait(call, failure)
            call.hearing.void()

    async def _wait(self, call: _Call, failure: Failure) -> None:
        own_s = FIRST_WAIT_S * 2 ** (call.failures - 1)
        wait_s = max(failure.wait_s or 0.0, own_s) * random.uniform(1.0, 1.25)
        if wait_s >= self._left_s():
            raise failure.error
        await asyncio.sleep(wait_s)

    async def _try(self, call: _Call) -> str:
        """One call. Cut short, it is repeated once with twice the room."""
        reserved_usd = self._reserve(call)
        paid_before_usd = call.cost_usd or 0.0
        call.begin()
        try:
            await self._hear(call)
        finally:
            call.count()
            self._committed_usd += (call.cost_usd or 0.0) - paid_before_usd - reserved_usd
        if ending(call.reason) == "cut_short" and not call.has_more_room:
            call.has_more_room = True
            call.max_tokens *= 2
            call.hearing.void()
            return await self._try(call)
        return call.accepted_text()

    async def _hear(self, call: _Call) -> None:
        chat = self._chat(call.model, call.max_tokens)
        with providers.untraced():
            async with aclosing(_chunks(chat, call)) as chunks:
                async for chunk in chunks:
                    call.take(chunk)

    def _chat(self, name: str, max_tokens: int) -> BaseChatModel:
        chats = self._chats.setdefault(asyncio.get_running_loop(), {})
        if (name, max_tokens) not in chats:
            chats[name, max_tokens] = providers.chat_model(name, max_tokens=max_tokens)
        return chats[name, max_tokens]

    def _reserve(self, call: _Call) -> float:
        """Set the highest price of the next call aside; 0 when no budget is set or no price known."""
        if self._budget_usd is None:
            return 0.0
        highest_usd = prices.cost_usd(call.model, tokens_in=call.most_tokens_in, tokens_out=call.max_tokens) or 0.0
        if self._committed_usd + highest_usd > self._budget_usd:
            raise BudgetSpent(
                f"The call `{call.request.call}` may cost ${highest_usd:.4f}; of the budget of "
                f"${self._budget_usd:.2f} only ${max(0.0, self._budget_usd - self._committed_usd):.4f} is left."
            )
        self._committed_usd += highest_usd
        return highest_usd

    def _left_s(self) -> float:
        return (self._ends_at or time.monotonic()) - time.monotonic()


class _Failed(Exception):
    """One call failed; whether another follows is for the loop to say."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.error.message)
        self.failure = failure


async def _chunks(chat: BaseChatModel, call: _Call) -> AsyncGenerator[AIMessageChunk, None]:
    """What the provider sends. Whatever its package raises is a failure of this call."""
    try:
        async for chunk in providers.stream(chat, system=call.request.system, user=call.request.user):
            yield chunk
    except Exception as error:  # noqa: BLE001  # packages raise anything for a bad answer, down to AttributeError
        asked = f"{call.request.system}\n{call.request.user}"
        raise _Failed(failure_of(error, model=call.model, asked=asked)) from None


@dataclass
class _Tokens:
    """Of one try, as the provider counts them; all 0 when it does not."""

    asked: int = 0
    cached: int = 0
    answered: int = 0


@dataclass
class _Call:
    """A question under way, over all its tries."""

    model: str
    request: Request
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

    @property
    def most_tokens_in(self) -> int:
        """No more than this: about two characters a token, where European languages have three to five."""
        return (len(self.request.system) + len(self.request.user)) // 2 + 1

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
        if not is_plausible:
            self.tokens_are_estimated = True
            reported = _Tokens(asked_chars // CHARS_PER_TOKEN + 1, 0, self._chars // CHARS_PER_TOKEN + 1)
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
            raise _Failed(Failure(refused))
        text = self.hearing.finish() if how == "complete" else ""
        if not text:
            unusable = AnswerUnusable(f"{self.model} answered the call `{self.request.call}` with {_WORDS[how]}.")
            raise _Failed(Failure(unusable, tries=1 if how == "cut_short" else TRIES_WHEN_GARBLED))
        return text

    def run(self) -> Run:
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


_WORDS = {
    "complete": "nothing",
    "cut_short": "a text that was cut short, also with twice the room",
    "interrupted": "a text that broke off",
    "odd": "something else than a text",
}
