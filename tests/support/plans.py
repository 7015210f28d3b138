"""Plans written by hand, read from tests/plans: front matter with the commitments, then blocks with part and lines.

Before each block stands `@part [quote] [sum] L1 L2`.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from coach.context import read_context
from coach.schema import AccountContext, Basis, Block, Commitment, Kind, MeetingPlan

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "tests" / "plans"
EXAMPLES = ("contradictory", "demo_for_five", "first_discovery_cfo", "price_negotiation", "renewal", "thin_lead")
_BLOCK = re.compile(r"^@(.+)\n((?:(?!@).*\n?)+)", re.MULTILINE)
_KIND_BY_SIGN: dict[str, Kind] = {"#": "heading", ">": "quote", "|": "table", "-": "item"}


def example(name: str) -> AccountContext:
    folder = PLANS if name == "harrowgate_context" else ROOT / "examples"
    return read_context(folder / f"{name}.md")


def read_plan(name: str) -> MeetingPlan:
    _, front, body = (PLANS / f"{name}.md").read_text("utf-8").split("---\n", 2)
    fields = yaml.safe_load(front)
    return MeetingPlan(
        title=fields["title"],
        depth=fields["depth"],
        language=fields["language"],
        best_outcome=Commitment(**fields["best"]),
        fallback=Commitment(**fields["fallback"]),
        blocks=tuple(_block(number, match) for number, match in enumerate(_BLOCK.finditer(body), 1)),
    )


def _block(number: int, match: re.Match[str]) -> Block:
    part, *rest = match[1].split()
    text = match[2].strip()
    citations = tuple(word for word in rest if re.fullmatch(r"[LFP]\d+", word))
    basis: Basis = "sum" if "sum" in rest else "notes" if citations else "proposal"
    kind = _KIND_BY_SIGN.get(text[0], "item" if re.match(r"\d+\. ", text) else "text")
    return Block(
        id=f"B{number}",
        kind=kind,
        text=text,
        part="other" if part == "heading" else part,
        citations=citations,
        basis=basis,
    )
