"""Runs of the evals in a folder of their own: recordings made on a scripted endpoint, with whatever spoils them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evals.recordings import Roles
from evals.running import LiveOptions, Place, live, replay
from evals.runs import Run
from evals.suite import Asked
from tests.support.endpoint import TOKEN_CHARS, Answer, Body, Endpoint, Fault, Reply, Script
from tests.support.recorded import Recorded

ROLES = Roles.all_by("openai:scripted", judge="openai:scripted-judge")
MEETINGS = ("contradictory", "renewal", "thin_lead")
_KNOWN_BY = {"contradictory": "Tamarhollow", "renewal": "Brackwell", "thin_lead": "Okafor"}
Spoil = Callable[[str], str]


def playing(spoil: Spoil = str) -> Script:
    """Answers what was once answered for the examples, each spoilt in the same way."""
    recorded = {name: Recorded(name) for name in MEETINGS}

    def script(body: Body) -> Reply:
        messages = body["messages"]
        assert isinstance(messages, list)
        asked = str(messages[-1]["content"])
        name = next(name for name, word in _KNOWN_BY.items() if word in asked)
        reply = Answer("{}") if "TASK: the page is" in asked else recorded[name](body)
        return in_one_piece(body, spoil(reply.text)) if isinstance(reply, Answer) else reply

    return script


def in_one_piece(body: Body, text: str) -> Fault:
    """An answer that is not streamed, though asked for so: as good, and ten times faster to read."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    asked = len(json.dumps(body.get("messages"))) // TOKEN_CHARS
    usage = {"prompt_tokens": asked, "completion_tokens": len(text) // TOKEN_CHARS, "total_tokens": asked}
    whole = {"id": "1", "object": "chat.completion", "created": 1, "model": body.get("model")}
    return Fault("raw_body", json.dumps({**whole, "choices": [choice], "usage": usage}).encode())


@dataclass
class Bench:
    """Where one test's runs are, and what they told."""

    place: Place
    only: tuple[str, ...] = MEETINGS
    told: list[str] = field(default_factory=list)

    def asked(self, tasks: Sequence[str]) -> Asked:
        return Asked(tasks=tuple(tasks), parts=("plan",), only=self.only)

    def record(self, name: str = "live", *, tasks: Sequence[str] = ("groundwork", "plan")) -> Run:
        options = LiveOptions(ROLES, max_usd=None, timeout_s=60, provenance="scripted", is_recorded=True)
        return live(name, self.asked(tasks), options, place=self.place, tell=self.told.append)

    def replay(
        self,
        name: str,
        *,
        tasks: Sequence[str] = ("groundwork", "plan"),
        skips_missing: bool = False,
        processes: int = 1,
    ) -> Run:
        return replay(
            name,
            self.asked(tasks),
            place=self.place,
            tell=self.told.append,
            skips_missing=skips_missing,
            processes=processes,
        )


def bench(folder: Path, *, only: tuple[str, ...] = MEETINGS) -> Bench:
    return Bench(Place(folder / "runs", folder / "recordings"), only)


def recorded_once(folder: Path, *, only: tuple[str, ...] = MEETINGS) -> Run:
    """A bench in that folder whose meetings have been recorded from a scripted endpoint, for all tests of a file."""
    with Endpoint(playing()) as endpoint, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENAI_BASE_URL", endpoint.url)
        environment.setenv("OPENAI_API_KEY", "sk-test-not-a-real-key")
        return bench(folder, only=only).record()
