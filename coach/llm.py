"""The one door to a model: a request in, a stream of text and a `Run` out, whoever provides it.

One deadline for all calls through one object, one gate with the budget, one loop of retries, and only answers that
came to their proper end. Text only: no tools, no schemas. Knows nothing about meetings or about any provider's package.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from coach import prices, providers
from coach.answer import Hearing, Listener
from coach.call import CHARS_PER_TOKEN, Call, Failed, Request
from coach.errors import CoachError, ModelRefused, ModelTimedOut
from coach.failures import Failure, failure_of
from coach.gate import Gate, OwnBudget, Paid, Wanted
from coach.ledger import Ledger, Question, Recording
from coach.providers import full_name
from coach.schema import Run

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

__all__ = ["CHARS_PER_TOKEN", "Completion", "Listener", "Models", "Request", "full_name"]

FIRST_WAIT_S = 0.5
"""Before the second try; doubled for each further one, as in the OpenAI SDK."""
REPLAYED_CHARS = 400
"""A recorded answer is heard in pieces of this size."""


@dataclass(frozen=True)
class Completion:
    text: str
    run: Run


class Models:
    """Asks models, within one deadline and one budget for all that is asked through this object.

    The clock starts with the first question, and stands while a call waits at the `gate`, which goes before
    `budget_usd`; nobody reads along what passes a gate. An account that refused the key or has no quota left is not
    asked again.
    """

    def __init__(
        self,
        *,
        ledger: Ledger | None = None,
        deadline_s: float,
        on_run: Callable[[Run], None] | None = None,
        budget_usd: float | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._ledger = ledger
        self._deadline_s = deadline_s
        self._on_run = on_run or (lambda run: None)
        self._gate = gate or OwnBudget(budget_usd)
        self._is_watched = gate is None
        self._ends_at: float | None = None
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
        call = Call(name, request, question, Hearing(listener))
        try:
            await self._answer(call)
        except CoachError as error:
            call.ended = type(error).__name__
            raise
        finally:
            run = call.run()
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

    async def _answer(self, call: Call) -> str:
        """Try, and try again as often as the failure allows."""
        while True:
            provider = call.model.partition(":")[0]
            if provider in self._closed_by_provider:
                raise self._closed_by_provider[provider]
            try:
                return await self._try(call)
            except Failed as failed:
                failure = failed.failure
                call.failures += not (failure.is_throttled and call.throttled_s() < self._gate.patience_s)
            if failure.closes and isinstance(failure.error, ModelRefused):
                self._closed_by_provider[provider] = failure.error
            if call.failures >= failure.tries:
                raise failure.error
            await self._wait(call, failure)
            call.hearing.void()

    async def _wait(self, call: Call, failure: Failure) -> None:
        if not call.failures:
            return  # the gate lets it through when the provider takes calls again
        own_s = FIRST_WAIT_S * 2 ** (call.failures - 1)
        wait_s = max(failure.wait_s or 0.0, own_s) * random.uniform(1.0, 1.25)
        if wait_s >= self._left_s():
            raise failure.error
        await asyncio.sleep(wait_s)

    async def _try(self, call: Call) -> str:
        """One call. Cut short, it is repeated once with twice the room."""
        wanted = await self._entered(call)
        before, told = call.paid(), Paid()
        call.begin()
        try:
            await self._hear(call)
            if not call.wants_more_room:
                await self._keep(call)
                return call.text
        except Failed as failed:
            told = Paid(is_throttled=failed.failure.is_throttled, wait_s=failed.failure.wait_s)
            raise
        finally:
            self._gate.leave(wanted, call.paid_since(before, told))
        call.has_more_room = True
        call.max_tokens *= 2
        call.hearing.void()
        return await self._try(call)

    async def _keep(self, call: Call) -> None:
        """Before the gate lets the next call in, and past a cancellation: what was answered is never asked twice."""
        run = call.finish()
        if self._ledger:
            await asyncio.to_thread(self._ledger.keep, call.question, call.text, run)

    async def _entered(self, call: Call) -> Wanted:
        """Let in by the gate; waiting there is not held against the deadline."""
        wanted, since = call.wanted(), time.monotonic()
        await self._gate.enter(wanted)
        if self._ends_at is not None:
            self._ends_at += time.monotonic() - since
        return wanted

    async def _hear(self, call: Call) -> None:
        left_s = self._left_s()
        deadline = asyncio.timeout(left_s)
        try:
            if left_s > 0:
                async with deadline:
                    return await self._stream(call)
        except TimeoutError:
            if not deadline.expired():
                raise
        raise ModelTimedOut(
            f"{call.model} did not finish the call `{call.request.call}` within the {self._deadline_s:g} seconds "
            "that all calls have together."
        ) from None

    async def _stream(self, call: Call) -> None:
        chat = self._chat(call.model, call.max_tokens)
        with providers.untraced():
            try:
                async with aclosing(_chunks(chat, call)) as chunks:
                    async for chunk in chunks:
                        call.take(chunk)
            finally:
                call.count()

    def _chat(self, name: str, max_tokens: int) -> BaseChatModel:
        chats = self._chats.setdefault(asyncio.get_running_loop(), {})
        if (name, max_tokens) not in chats:
            chats[name, max_tokens] = providers.chat_model(name, max_tokens=max_tokens, is_watched=self._is_watched)
        return chats[name, max_tokens]

    def _left_s(self) -> float:
        return (self._ends_at or time.monotonic()) - time.monotonic()


async def _chunks(chat: BaseChatModel, call: Call) -> AsyncGenerator[AIMessageChunk, None]:
    """What the provider sends. Whatever its package raises is a failure of this call."""
    try:
        async for chunk in providers.stream(chat, system=call.request.system, user=call.request.user):
            yield chunk
    except Exception as error:  # noqa: BLE001  # packages raise anything for a bad answer, down to AttributeError
        asked = f"{call.request.system}\n{call.request.user}"
        raise Failed(failure_of(error, model=call.model, asked=asked)) from None
