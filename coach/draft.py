"""Writes the page, by a model: context and groundwork -> page, and a page -> what is wrong with it and a better one.

Answers are Markdown; reading them into blocks is markup's business, which lines carry them the indexer's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from json import JSONDecodeError

from coach.brief import Brief
from coach.llm import Listener, Models
from coach.markup import join, split, word_count
from coach.schema import Block

MAX_TOKENS = 3200
REWRITE_MAX_TOKENS = 3800
CUT_MAX_TOKENS = 1200
SLACK = 0.94
"""Writers overshoot: they are told this share of the budget."""
SPARED = frozenset({"best", "fallback", "opening", "decides"})
"""Parts that a cut never touches."""
LEAST_MISSED = ("leave_out", "find_out", "answers", "people", "agenda", "other", "before", "stop", "bring")


async def write_page(brief: Brief, models: Models, *, model: str, budget: int, listener: Listener | None = None) -> str:
    """The page as Markdown. `budget` in words. Raises ModelError."""
    request = brief.request("page", max_tokens=MAX_TOKENS, words=_told(budget), minutes=_slot(brief))
    return (await models.ask(model, request, listener=listener)).text


async def rewrite_page(
    brief: Brief, models: Models, *, model: str, budget: int, listener: Listener | None = None
) -> str:
    """What is wrong with the page at the end of the brief, then the better page, whole. Raises ModelError."""
    request = brief.request("rewrite", max_tokens=REWRITE_MAX_TOKENS, words=_told(budget))
    return (await models.ask(model, request, listener=listener)).text


async def cut_page(
    brief: Brief, models: Models, *, model: str, blocks: Sequence[Block], budget: int
) -> tuple[Block, ...]:
    """The page within its budget: first by the cuts that a model names, then by leaving whole items out.

    A sentence is never torn: a cut whose words do not stand in exactly one block is not made. Raises ModelError.
    """
    over = word_count(blocks) - budget
    if over <= 0:
        return tuple(blocks)
    asked = brief.then("page", join(blocks)).request(
        "cut", max_tokens=CUT_MAX_TOKENS, over=str(over), words=str(budget)
    )
    answer = await models.ask(model, asked)
    shorter = list(blocks)
    for line in answer.text.splitlines():
        _cut(shorter, line)
    return trim(tuple(block for block in shorter if block.text.strip()), budget=budget)


def trim(blocks: Sequence[Block], *, budget: int) -> tuple[Block, ...]:
    """Leaves out whole items and paragraphs, the least missed parts first and from their end, until the page fits."""
    kept = list(blocks)
    for part in LEAST_MISSED:
        for block in reversed([one for one in kept if one.part == part and one.kind in ("item", "text", "quote")]):
            if word_count(kept) <= budget:
                return tuple(kept)
            if sum(one.part == part and one.kind != "heading" for one in kept) > 1:
                kept.remove(block)
    return tuple(kept)


def _told(budget: int) -> str:
    return str(int(budget * SLACK) // 10 * 10)


def _slot(brief: Brief) -> str:
    meeting = brief.context.meeting
    return f"the {meeting.minutes} minutes" if meeting.minutes else "a slot that you propose (none is given)"


def _cut(blocks: list[Block], line: str) -> None:
    try:
        asked = json.loads(line)
        old, new = str(asked["old"]), str(asked["new"])
    except (JSONDecodeError, KeyError, TypeError):
        return
    holding = [number for number, block in enumerate(blocks) if block.text.count(old) == 1]
    if len(holding) != 1 or len(new) >= len(old) or blocks[holding[0]].part in SPARED:
        return
    block = blocks[holding[0]]
    text = block.text.replace(old, new).strip()
    if split(text) and text[-1:] not in ",;:":
        blocks[holding[0]] = block.model_copy(update={"text": text})
    elif not text.strip("-*>0123456789. "):
        blocks[holding[0]] = block.model_copy(update={"text": ""})
