"""Real completions, played back: what a model once answered for an example, call by call.

A recording is JSON lines: first its provenance, then one call a line with its name, prompt hash, the task that was
asked and the answer. It is played by the task, so that it stays of use when a wording or a line number changes.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from tests.support.endpoint import Answer, Body, Reply, Status
from tests.support.writer import AFRESH, BOTH_SIDES, REWRITE, task_of

FOLDER = Path(__file__).parent.parent / "recordings"
_BLOCK = re.compile(r"^(B\d+) \(\w+\): ", re.M)
_ASKED_AGAIN = re.compile(r'^(B\d+): "(.*)" is not in [^.]*\. The block: (.*)$', re.M)
_SAID_AGAIN = re.compile(r'^\W*(B\d+): "(.*)" \| *(.*)$', re.M)
SILENT = frozenset({"judge_again", "both_sides"})
"""Asked of every page, and of no use to what the recordings show."""
IN_TURN = frozenset({"rewrite"})
"""Asked more than once in the same words, about another page each time."""
_CALLS = {
    "TASK: work this meeting out": "groundwork",
    "TASK: prepare me": "page",
    REWRITE: "rewrite",
    "TASK: criticise this page": "criticise",
    "TASK: below stands": "index",
    "TASK: you said which lines": "index_again",
    "TASK: say what the page below asks": "index_outcomes",
    "TASK: you are a strict examiner": "judge",
    AFRESH: "judge_again",
    BOTH_SIDES: "both_sides",
    "TASK: the page is": "cut",
    "TASK: you are the second reader": "suggest",
}


class Recorded:
    """A script for the endpoint: answers as recorded, 404 for what was never asked; some are silent."""

    def __init__(self, name: str) -> None:
        first, *lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        self.provenance: dict[str, str] = json.loads(first)
        self._answers: dict[str, list[dict[str, str]]] = defaultdict(list)
        self._asked: Counter[str] = Counter()
        for line in lines:
            call = json.loads(line)
            self._answers[call["call"]].append(call)

    def __call__(self, body: Body) -> Reply:
        asked = task_of(body)
        call = next((name for start, name in _CALLS.items() if asked.startswith(start)), "")
        if call in SILENT:
            return Answer('{"id":"done"}')
        known = self._answers[call]
        if not known:
            return Status(404, code="model_not_found")
        if call == "index":
            return Answer(self._index(asked, known))
        if call == "index_again":
            return Answer(self._index_again(asked, known))
        if call in IN_TURN:
            self._asked[call] += 1
            return Answer(known[min(self._asked[call], len(known)) - 1]["answer"])
        return Answer(max(known, key=lambda one: _shared(one["task"], asked))["answer"])

    def text(self, call: str) -> str:
        return self._answers[call][0]["answer"]

    @staticmethod
    def _index(asked: str, known: list[dict[str, str]]) -> str:
        """What was said of each asked block, wherever it stood then."""
        said: dict[str, str] = {}
        for one in known:
            texts = _blocks(one["task"])
            entries = dict(re.findall(r"^\W*(B\d+)\W*[:|]\s*(.*)$", one["answer"], re.M))
            said |= {text: entries[block] for block, text in texts.items() if block in entries}
        outcomes = re.findall(r"^\W*(?:BEST|FALL-?BACK).*$", "\n".join(one["answer"] for one in known), re.M)
        lines = [f"{block}: {said[text]}" for block, text in _blocks(asked).items() if text in said]
        return "\n".join([*lines, *outcomes]) or "B0: other | none"

    @staticmethod
    def _index_again(asked: str, known: list[dict[str, str]]) -> str:
        """What was said of each word of each asked block, wherever it stood then."""
        said: dict[tuple[str, str], str] = {}
        for one in known:
            answers = {(block, word): lines for block, word, lines in _SAID_AGAIN.findall(one["answer"])}
            said |= {
                (word, text): answers[block, word]
                for block, word, text in _ASKED_AGAIN.findall(one["task"])
                if (block, word) in answers
            }
        found = [
            f'{block}: "{word}" | {said[word, text]}'
            for block, word, text in _ASKED_AGAIN.findall(asked)
            if (word, text) in said
        ]
        return "\n".join(found) or "B0: other | none"


def _blocks(task: str) -> dict[str, str]:
    """Text by block id."""
    starts = list(_BLOCK.finditer(task))
    ends = [match.start() for match in starts[1:]] + [len(task)]
    return {match[1]: task[match.end() : end].strip() for match, end in zip(starts, ends, strict=True)}


def _shared(one: str, other: str) -> float:
    """How many lines two tasks share: the judge's groups of questions, the draft's page and the rewritten one."""
    lines = set(one.splitlines())
    return len(lines & set(other.splitlines())) / (len(lines) or 1)
