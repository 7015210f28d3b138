"""A scripted model that plays every role for one invented meeting, by the task at the end of what it is asked."""

from __future__ import annotations

import json
import re

from coach.second_reader import JUST_WRITTEN
from tests.support.endpoint import Answer, Body, Reply

GROUNDWORK = """## Clock
- Meeting Thu 3 Dec, in 2 days; her board 15 Dec, 12 days after it. [L3 L11]
## Sums
- 19 Sep: 41 trucks in 6 hours, about 7 an hour. [L1]
## People
- Maria: renewal and something to show the board. [L3]
- Tom: wants his report. [L6]
## In confidence
- Maria told us of Scandex. Not before Jens or Tom. [L9]
## Promises
- Ours: root-cause report, promised for 24 Oct, 38 days late. [L5 L6]
## Not settled
- Cause: Tom's word against ours. [L4 L7]
## What decides it
- Whether Tom believes the cause enough to have one cold store tested before the 15th. [L3 L4]
## We bring
- A test sheet: one night, one store. [L4 L7]
"""
PAGE = """# Harrowgate: a test before the board

## What decides it

Whether Tom believes the cause enough to let us test one cold store before Maria's board on 15 December.

## Before

1. **Today, Riya to Tom:** the report, 38 days late.

> “Tom, this was due on 24 October. That's on me.”

## Who

- **Maria Lopez** wants a fix for her board. *Takes away* a dated test plan.
- **Tom Reed** wants the report. *Takes away* the report.

## Opening

> “We have until 10:45, is that right? What do you each want settled?
> If the cause makes sense, I hope we choose a night. If not, no is fine. Fair?”

## Minutes

**Purpose:** agree how the scanners become stable before the peak.

0–4 opening · 4–14 Maria, Tom · 14–36 the test · 36–45 decide who writes what.

## We bring

| That night Tom sees | Then it was |
|---|---|
| no disconnects on 4.3 | firmware |
| disconnects on 4.3 too | not firmware alone |

## Find out

- “Who has to agree to a firmware change in the peak, and who can say no?”

## They will ask

- **“Why so late?”** “I promised it for the 24th and didn't send it.”

## Outcome

**Best:** Tom writes by Monday 7 December what counts as passed. “Could we put the night in the diary before we stop?”

**Fall-back:** Tom sends the roaming logs by Monday 7 December.

**Stop:** if nobody may touch firmware before January, we leave 31 December.

## Leave out

The quote: our date.
"""
REWRITTEN = PAGE.replace("agree how the scanners become stable", "agree which store is tested, and").replace(
    "- **“Why so late?”**", "- **“Why is the report so late?”**"
)
CRITICISM = "1. The purpose names no decision (L3).\n2. Nobody answers who pays the weekend crew (L12).\n"
BLOCK = "Whether Tom trusts the cause enough to let us test one cold store before 15 December."
"""Whatever is written again."""
SUGGESTIONS = {
    "kind": "missing", "block": "B3", "old": "board on 15 December.", "new": "board on 15 December (L3).",
    "why": "Where it stands.", "lines": ["L3"],
}  # fmt: skip
PARTS = {
    "what decides it": "decides", "before": "before", "who": "people", "opening": "opening", "minutes": "agenda",
    "we bring": "bring", "find out": "find_out", "they will ask": "answers", "leave out": "leave_out",
}  # fmt: skip
BOTH_SIDES = "TASK: hold the page against the lines"
REWRITE = "TASK: criticise this page as my sales manager would: what is wrong, what is missing, what would harm? At"
"""So begins the task that asks for the improved page; a criticism alone is asked for in other words."""
AFRESH = "TASK: examine this page afresh"
EXAMINERS = ("TASK: you are a strict", AFRESH)
_BLOCK = re.compile(r"^(B\d+) \((\w+)\): (.*)$", re.M)
_QUESTION = re.compile(r"^([FPC]\d?\.\w+): ", re.M)


def writer(body: Body) -> Reply:
    """Whatever the product asks, answered well."""
    asked = task_of(body)
    if asked.startswith("TASK: work this"):
        return Answer(GROUNDWORK)
    if asked.startswith("TASK: prepare me"):
        return Answer(PAGE)
    if asked.startswith(REWRITE):
        return Answer(f"{CRITICISM}\n{REWRITTEN}")
    if asked.startswith("TASK: criticise this page"):
        return Answer(CRITICISM)
    if asked.startswith(("TASK: write this block", "TASK: write these", "TASK: the page lacks")):
        return Answer(BLOCK)
    if asked.startswith("TASK: below stands"):
        return Answer(indexed(asked))
    if asked.startswith("TASK: you are a strict"):
        return Answer(judged(asked))
    if asked.startswith(AFRESH):
        return Answer(f'{judged(asked)}\n{{"id":"done"}}')
    if asked.startswith("TASK: you are the second reader"):
        return Answer("Nothing to change." if JUST_WRITTEN in asked else json.dumps(SUGGESTIONS))
    if asked.startswith(BOTH_SIDES):
        return Answer("L2, L5: the 24th, the 24th: both")
    return Answer("B1: nothing | none")


def task_of(body: Body) -> str:
    """The task at the end of a request."""
    messages = body["messages"]
    assert isinstance(messages, list)
    text = str(messages[-1]["content"])
    return text[text.rindex("TASK: ") :]


def indexed(asked: str) -> str:
    """Part by the last heading; dates, figures and names found where the example has them."""
    part, lines = "other", []
    for block, kind, text in _BLOCK.findall(asked[asked.index("The blocks:") :]):
        if kind == "heading":
            part = PARTS.get(text.strip("# ").casefold(), "other")
        lines.append(f"{block}: {_part(part, text)} | {_lines(text)}")
    if "**Best:**" in asked:
        ask = next(block for block, _, text in _BLOCK.findall(asked) if "**Best:**" in text)
        lines.append(f"BEST who: Tom Reed | what: writes what counts as passed | by: 2026-12-07 | ask: {ask}")
        lines.append("FALLBACK who: Tom Reed | what: sends the roaming logs | by: 2026-12-07")
    return "\n".join(lines)


def judged(asked: str) -> str:
    """Yes to everything, with words that stand on the page."""
    questions = _QUESTION.findall(asked)
    return "\n".join(
        json.dumps({"id": one, "answer": "yes", "quote": "what counts as passed", "why": "said"}) for one in questions
    )


def _part(part: str, text: str) -> str:
    labels = {"**Best:**": "best", "**Fall-back:**": "fallback", "**Stop:**": "stop", "**Purpose:**": "purpose"}
    return next((named for label, named in labels.items() if text.startswith(label)), part)


def _lines(text: str) -> str:
    if "days late" in text or "24 October" in text or "the 24th" in text:
        return "L5 L6"
    return "L3 L4" if "15 December" in text else "ours"
