"""Works a meeting out, by a model: context -> groundwork, its fixed headings read as parts."""

from __future__ import annotations

from coach.brief import Brief
from coach.labels import take_citations
from coach.llm import Listener, Models
from coach.markup import heading_text, split
from coach.schema import Block, Groundwork, GroundworkPart

MAX_TOKENS = 3000
PART_BY_HEADING: dict[str, GroundworkPart] = {
    "clock": "clock",
    "sums": "sums",
    "people": "people",
    "in confidence": "in_confidence",
    "promises": "promises",
    "not settled": "not_settled",
    "what decides it": "decides",
    "we bring": "bring",
}


async def work_out(brief: Brief, models: Models, *, model: str, listener: Listener | None = None) -> Groundwork:
    """One call. Raises ModelError."""
    answer = await models.ask(model, brief.request("groundwork", max_tokens=MAX_TOKENS), listener=listener)
    return read_groundwork(answer.text, drafted_by=model)


def read_groundwork(text: str, *, drafted_by: str) -> Groundwork:
    """Blocks with their part and citations, which are taken off the text."""
    return Groundwork(blocks=tuple(_in_parts(split(text, prefix="G"))), drafted_by=drafted_by)


def as_text(groundwork: Groundwork) -> str:
    """As later calls and people read it: the bullets with their lines behind them."""
    return "\n".join(_cited(block) for block in groundwork.blocks)


def _in_parts(blocks: tuple[Block, ...]) -> list[Block]:
    part: GroundworkPart = "other"
    read = []
    for block in blocks:
        if block.kind == "heading":
            part = PART_BY_HEADING.get(heading_text(block).strip(" :").casefold(), "other")
        text, labels = take_citations(block.text)
        read.append(block.model_copy(update={"text": text, "part": part, "citations": labels}))
    return read


def _cited(block: Block) -> str:
    return f"{block.text} [{' '.join(block.citations)}]" if block.citations else block.text
