"""Calls that wait to be posted together, and what has been posted, in a folder that survives the process.

`0001.jsonl` holds the requests of a parcel, `0001.own` what else we know of them, `0001.json` what became of it. The
money that a parcel can cost at most is set aside from the moment its requests are written. Knows nothing about HTTP.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.batch.batch_api import ENDPOINT, MOST_BYTES, MOST_REQUESTS
from coach.batch.limits import Draining
from coach.errors import AnswerUnusable, BudgetSpent
from coach.gate import Paid, Wanted

HALF = 0.5
"""Of the usual price. Source: OpenAI's price list, Batch API."""
MOST_TRIES = 2
"""Of one call; then what it should have given is missing, as with any model that fails."""


class Postponed(Draining):
    """The call is in the outbox; its answer comes with a later round."""


class Noted(BaseModel):
    """What became of a parcel."""

    model_config = ConfigDict(extra="forbid")

    requests: int
    reserved_usd: float
    is_tried: bool = False
    """Posting was begun."""
    posted: str = ""
    """The provider's id."""
    is_done: bool = False
    paid_usd: float = 0.0
    unusable: list[str] = []
    """Keys of calls that were answered, but not with an answer."""


@dataclass
class Parcel:
    path: Path
    mark: str
    noted: Noted

    @property
    def own(self) -> Path:
        """What we have to know of each request beside what was sent, in the same order."""
        return self.path.with_suffix(".own")

    @property
    def requests(self) -> int:
        return self.noted.requests

    @property
    def posted(self) -> str:
        return self.noted.posted

    @property
    def is_tried(self) -> bool:
        return self.noted.is_tried

    def note_try(self) -> None:
        self.note(is_tried=True)

    def note_posted(self, posted: str) -> None:
        self.note(posted=posted)

    def drop(self) -> None:
        """Nothing of it was answered or paid."""
        self.note(is_done=True, paid_usd=0.0)

    def note(self, **values: object) -> None:
        self.noted = self.noted.model_copy(update=values)
        _write(self.path.with_suffix(".json"), self.noted.model_dump_json(indent=1))


@dataclass
class Outbox:
    """`coach.gate.Gate` that lets no call pass: it writes it down and says Postponed."""

    folder: Path
    mark: str
    budget_usd: float | None = None
    spent_before_usd: float = 0.0
    patience_s: float = 0.0
    _file: IO[str] | None = None
    _own: IO[str] | None = None
    _count: int = 0
    _bytes: int = 0
    _reserved_usd: float = 0.0
    _keys: set[str] = field(default_factory=set)
    _tries: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for half in self.folder.glob("*.half"):
            half.unlink()
        self.parcels = [self._known(path) for path in sorted(self.folder.glob("*.jsonl"))]
        for parcel in self.parcels:
            self.count_unusable(parcel)

    @property
    def spent_usd(self) -> float:
        return self.spent_before_usd + sum(parcel.noted.paid_usd for parcel in self.parcels)

    @property
    def committed_usd(self) -> float:
        """Spent, or set aside for what is posted or about to be."""
        posted_usd = sum(parcel.noted.reserved_usd for parcel in self.open_parcels())
        return self.spent_usd + posted_usd + self._reserved_usd

    def open_parcels(self) -> list[Parcel]:
        return [parcel for parcel in self.parcels if not parcel.noted.is_done]

    async def enter(self, wanted: Wanted) -> None:
        """Raises Postponed; BudgetSpent; AnswerUnusable for a call that was answered badly MOST_TRIES times."""
        key = wanted.question.key
        tries = self._tries.get(key, 0)
        if tries >= MOST_TRIES:
            raise AnswerUnusable(f"The Batch API gave the call `{wanted.call}` no usable answer, {tries} times.")
        if key not in self._keys:
            self._reserve(wanted, 1 + tries)
            self._write_down(wanted, room=wanted.max_tokens * (1 + tries))
            self._keys.add(key)
        raise Postponed

    def leave(self, wanted: Wanted, paid: Paid) -> None:
        """Nobody ever gets in."""

    def close(self) -> list[Parcel]:
        """What has been written down since the last time, ready to be posted."""
        self._seal()
        self._keys.clear()
        return self.open_parcels()

    def count_unusable(self, parcel: Parcel) -> None:
        for key in parcel.noted.unusable:
            self._tries[key] = self._tries.get(key, 0) + 1

    def _reserve(self, wanted: Wanted, times: int) -> None:
        highest_usd = wanted.highest_usd * HALF * times
        if self.budget_usd is not None and self.committed_usd + highest_usd > self.budget_usd:
            raise BudgetSpent(
                f"The call `{wanted.call}` may cost ${highest_usd:.4f}; the budget of ${self.budget_usd:g} is used up "
                f"but for ${max(0.0, self.budget_usd - self.committed_usd):.4f}."
            )
        self._reserved_usd += highest_usd

    def _write_down(self, wanted: Wanted, *, room: int) -> None:
        line = json.dumps(_request(wanted, room)) + "\n"
        if self._count >= MOST_REQUESTS or self._bytes + len(line) > MOST_BYTES:
            self._seal()
        if self._file is None:
            self._file = (self.folder / "next.half").open("w", encoding="utf-8")
            self._own = (self.folder / "own.half").open("w", encoding="utf-8")
        self._file.write(line)
        assert self._own is not None
        self._own.write(json.dumps(_own(wanted, room)) + "\n")
        self._count, self._bytes = self._count + 1, self._bytes + len(line)

    def _seal(self) -> None:
        if self._file is None or self._own is None:
            return
        for file in (self._file, self._own):
            file.flush()
            os.fsync(file.fileno())
            file.close()
        number = len(self.parcels) + 1
        path = self.folder / f"{number:04d}.jsonl"
        parcel = Parcel(path, f"{self.mark}-{number}", Noted(requests=self._count, reserved_usd=self._reserved_usd))
        parcel.note()
        (self.folder / "own.half").replace(parcel.own)
        (self.folder / "next.half").replace(path)
        self.parcels.append(parcel)
        self._file = self._own = None
        self._count, self._bytes, self._reserved_usd = 0, 0, 0.0

    def _known(self, path: Path) -> Parcel:
        number = int(path.stem)
        try:
            noted = Noted.model_validate_json(path.with_suffix(".json").read_bytes())
        except (OSError, ValidationError):
            noted = Noted(requests=0, reserved_usd=0.0, is_tried=True)
        return Parcel(path, f"{self.mark}-{number}", noted)


def _request(wanted: Wanted, room: int) -> dict[str, object]:
    question = wanted.question
    messages = [{"role": "system", "content": question.system}, {"role": "user", "content": question.user}]
    body = {"model": question.model.partition(":")[2], "messages": messages, "max_completion_tokens": room}
    return {"custom_id": question.key, "method": "POST", "url": ENDPOINT, "body": body}


def _own(wanted: Wanted, room: int) -> dict[str, object]:
    """What the provider need not know of a request."""
    question = wanted.question
    known = {"key": question.key, "model": question.model, "max_tokens": question.max_tokens, "room": room}
    return {**known, "attempt": question.attempt, "call": wanted.call, "prompt_hash": wanted.prompt_hash}


def _write(path: Path, text: str) -> None:
    half = path.with_suffix(".json.tmp")
    with half.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
