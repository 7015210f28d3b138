"""The answers to a parcel of calls, line by line into the ledger; what is none is noted.

Lines come in any order, and again after a kill: taking one twice changes nothing. Nothing of them is trusted: not the
usage, not the ids, not the text.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from coach import prices
from coach.answer import Hearing, ending
from coach.batch.outbox import HALF, Outbox, Parcel
from coach.call import CHARS_PER_TOKEN
from coach.ledger import Ledger, Question
from coach.schema import Run

NOT_ASKED = frozenset({"batch_expired", "batch_cancelled"})
"""The provider did not come to it, and does not charge for it: it is asked again."""


@dataclass(frozen=True)
class _Asked:
    """One request of the parcel: what we know of it, and where it stands in the file."""

    offset: int
    model: str
    max_tokens: int
    room: int
    attempt: int
    call: str
    prompt_hash: str


class Answers:
    def __init__(self, outbox: Outbox, parcel: Parcel, ledger: Ledger) -> None:
        self._outbox, self._parcel, self._ledger = outbox, parcel, ledger
        self._asked = _asked_in(parcel)
        self._paid_usd: dict[str, float] = {}
        self._unusable: set[str] = set()

    def take(self, line: dict[str, Any]) -> None:
        key = str(line.get("custom_id") or "")
        asked = self._asked.get(key)
        if asked is None:
            return
        response = line.get("response")
        if not isinstance(response, dict) or response.get("status_code") != 200:
            if _code(line) not in NOT_ASKED:
                self._unusable.add(key)
            return
        body = response.get("body")
        self._keep(key, asked, body if isinstance(body, dict) else {})

    def close(self) -> None:
        """All lines have come: what was set aside for the parcel is settled."""
        paid_usd = min(sum(self._paid_usd.values()), self._parcel.noted.reserved_usd or float("inf"))
        self._parcel.note(is_done=True, paid_usd=paid_usd, unusable=sorted(self._unusable))
        self._outbox.count_unusable(self._parcel)

    def _keep(self, key: str, asked: _Asked, body: dict[str, Any]) -> None:
        question = self._question(asked)
        text, reason = _said(body)
        run = _run(asked, question, body.get("usage"), text)
        self._paid_usd[key] = max(run.cost_usd or 0.0, _least_usd(asked, question, text))
        hearing = Hearing(None)
        hearing.hear(text)
        accepted = hearing.finish() if ending(reason) == "complete" and question.key == key else ""
        if accepted:
            self._ledger.keep(question, accepted, run)
        else:
            self._unusable.add(key)

    def _question(self, asked: _Asked) -> Question:
        with self._parcel.path.open("rb") as file:
            file.seek(asked.offset)
            system, user = (message["content"] for message in json.loads(file.readline())["body"]["messages"])
        return Question(asked.model, system, user, asked.max_tokens, asked.attempt)


def _asked_in(parcel: Parcel) -> dict[str, _Asked]:
    found: dict[str, _Asked] = {}
    offset = 0
    with parcel.path.open("rb") as requests, parcel.own.open(encoding="utf-8") as own:
        for request, line in zip(requests, own, strict=True):
            known = json.loads(line)
            key = known.pop("key")
            found[key] = _Asked(offset=offset, **known)
            offset += len(request)
    return found


def _said(body: dict[str, Any]) -> tuple[str, str | None]:
    """The text, and why it ended; empty where there is none."""
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    message = first.get("message")
    text = message.get("content") if isinstance(message, dict) and not message.get("refusal") else ""
    reason = first.get("finish_reason")
    return (text if isinstance(text, str) else "", reason if isinstance(reason, str) else None)


def _run(asked: _Asked, question: Question, usage: object, text: str) -> Run:
    """Tokens as told where they can be true, else four characters each; half the usual price."""
    told = usage if isinstance(usage, dict) else {}
    details = told.get("prompt_tokens_details")
    cached = max(0, _count(details if isinstance(details, dict) else {}, "cached_tokens"))
    chars = len(question.system) + len(question.user)
    counted = (_count(told, "prompt_tokens"), _count(told, "completion_tokens"), cached)
    is_plausible = (
        0 < counted[0] <= chars * 2 + 1000 and 0 <= counted[1] <= asked.room * 2 + 1000 and cached <= counted[0]
    )
    estimated = (chars // CHARS_PER_TOKEN + 1, len(text) // CHARS_PER_TOKEN + 1, 0)
    tokens_in, tokens_out, tokens_cached = counted if is_plausible else estimated
    usd = prices.cost_usd(asked.model, tokens_in=tokens_in, tokens_out=tokens_out, tokens_in_cached=tokens_cached)
    return Run(
        call=asked.call,
        prompt_hash=asked.prompt_hash,
        model=asked.model,
        tokens_in=tokens_in,
        tokens_in_cached=tokens_cached,
        tokens_out=tokens_out,
        tokens_are_estimated=not is_plausible,
        cost_usd=None if usd is None else usd * HALF,
        started_at=dt.datetime.now(dt.UTC),
    )


def _least_usd(asked: _Asked, question: Question, text: str) -> float:
    """What the texts cost at least, whatever the provider reports."""
    tokens_in = (len(question.system) + len(question.user)) // CHARS_PER_TOKEN + 1
    return HALF * (
        prices.cost_usd(asked.model, tokens_in=tokens_in, tokens_out=len(text) // CHARS_PER_TOKEN + 1) or 0.0
    )


def _count(told: dict[str, Any], name: str) -> int:
    """-1: not told."""
    value = told.get(name)
    return value if isinstance(value, int) else -1


def _code(line: dict[str, Any]) -> str:
    """Why a request was not answered: the line's own error, or that of the response in it."""
    response = line.get("response")
    body = response.get("body") if isinstance(response, dict) else None
    for error in (line.get("error"), body.get("error") if isinstance(body, dict) else None):
        if isinstance(error, dict) and error.get("code"):
            return str(error["code"])
    return ""
