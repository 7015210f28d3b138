"""Many accounts at once, each with words of its own that must stand nowhere else, and a model that repeats them.

`python -m tests.support.crowd batch …` is the command line with nothing but `batch`.
"""

from __future__ import annotations

import re
import sys
import threading
from collections import Counter
from pathlib import Path

from tests.support.endpoint import Answer, Body, Reply
from tests.support.writer import REWRITE, task_of

OWN_WORD = re.compile(r"canary\d{5}x")

_CONTEXT = """---
account: Account {number} Ltd
opportunity: Renewal {number}
stage: Negotiation
amount: {amount} EUR
rep: {rep}
meeting:
  date: 2026-12-{day:02d}
  start: "10:00"
  minutes: 45
  attendees:
    - Dana Holt {number}, Head of Operations
---
2026-11-20 Call with Dana: the word between us is {word}. They run {number} sites.
2026-11-24 Dana asked for the migration plan of {word} by 30 November. {more}
"""
_PAGE = """# Renewal with {word}

**Purpose:** agree who signs the migration plan of {word}.

## Agenda
- 10:00 The migration plan of {word}, 15 minutes

## Best outcome
- Dana Holt writes by 4 December who signs for {word}.

## Fallback
- Dana Holt names the day on which {word} is decided.
"""


def own_word(number: int) -> str:
    return f"canary{number:05d}x"


def context_text(number: int, *, more: str = "", amount: int | None = None) -> str:
    known = {"amount": 1000 * (number % 100 + 1) if amount is None else amount, "rep": f"Rep {number % 7}"}
    return _CONTEXT.format(number=number, word=own_word(number), day=number % 28 + 1, more=more, **known)


def contexts_in(folder: Path, count: int, *, first: int = 1) -> Path:
    """A folder with so many context files."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        (folder / f"account{number:05d}.md").write_text(context_text(number), encoding="utf-8")
    return folder


class Crowd:
    """A script: answers with the word of whoever is asked about, and counts what it was asked.

    `mixed`: requests in which words of more than one account stood. `asked`: how often each request came.
    """

    def __init__(self) -> None:
        self.mixed: list[Body] = []
        self.asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, body: Body) -> Reply:
        words = set(OWN_WORD.findall(str(body["messages"])))
        with self._lock:
            self.asked[str(body["messages"])] += 1
            if len(words) != 1:
                self.mixed.append(body)
        return Answer(answer_to(task_of(body), min(words, default="nobody")))

    @property
    def repeated(self) -> int:
        """Calls that were asked before in the same words."""
        return sum(count - 1 for count in self.asked.values())


def answer_to(task: str, word: str) -> str:
    page = _PAGE.format(word=word)
    if task.startswith("TASK: work this meeting out"):
        return f"## What decides it\n- Who signs the migration plan of {word}. [L2]\n"
    if task.startswith(REWRITE):
        return page.replace("15 minutes", "20 minutes")
    if task.startswith("TASK: criticise"):
        return f"1. Nobody says who signs for {word}."
    if task.startswith(("TASK: below stands", "TASK: you said", "TASK: say what the page")):
        blocks = re.findall(r"^(B\d+) \(", task, re.M)
        return "\n".join(f"{block}: other | L2" for block in blocks) or "B0: other | none"
    if task.startswith("TASK: you are a strict examiner"):
        asked = re.findall(r"^([FPC]\d?\.\w+): ", task, re.M)
        return "\n".join(f'{{"id": "{one}", "answer": "no", "quote": "", "why": "thin"}}' for one in asked)
    return page


def main() -> None:
    import typer

    from coach.batch.commands import batch
    from coach.errors import CoachError

    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(batch)
    app.command(name="nothing")(lambda: None)
    try:
        app()
    except CoachError as error:
        sys.stderr.write(f"{error.message}\n{error.hint}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
