"""What the plans of a batch are likely to cost, and a budget that is enough for them, from measured tokens a plan.

The measured figures are those of docs/many-machines.md, "Sizing". Knows nothing about what is drafted.
"""

from __future__ import annotations

from dataclasses import dataclass

from coach.prices import cost_usd
from coach.providers import full_name
from coach.schema import Effort
from coach.settings import BUILTIN

WORDS = 420
"""Of the notes in the measured plans."""
THINKING = 5.0
"""Models that think first bill it as output: two to five times the tokens out."""
HIGH = 1.25
"""One rewriting more than `normal`. Source: 76,600 tokens after the second against 59,900 after the first, before there
was a second look."""


@dataclass(frozen=True)
class Tokens:
    into: float
    shared: float
    """Of these: the beginning that all calls of a plan share; grows with the notes."""
    out: float


A_PLAN: dict[Effort, Tokens] = {
    "low": Tokens(8_700, 6_900, 1_700),
    "normal": Tokens(73_600, 34_800, 8_400),
    "high": Tokens(73_600 * HIGH, 34_800 * HIGH, 8_400 * HIGH),
}


@dataclass(frozen=True)
class Estimate:
    likely_usd: float
    enough_usd: float
    """At the full price, and with all the thinking that was seen: a budget of so much is hardly ever used up."""


def estimate(model: str, effort: Effort, *, plans: int, words: int) -> Estimate | None:
    """Of so many plans with so many words of notes in all. None: no price of the model is known."""
    if model == BUILTIN or not plans:
        return Estimate(0.0, 0.0)
    tokens = A_PLAN[effort]
    shared = tokens.shared * max(0.5, words / plans / WORDS)
    into = round(plans * (tokens.into - tokens.shared + shared))
    named = full_name(model)
    likely = cost_usd(
        named, tokens_in=into, tokens_in_cached=round(plans * shared), tokens_out=round(plans * tokens.out)
    )
    most = cost_usd(named, tokens_in=into, tokens_out=round(plans * tokens.out * THINKING))
    return None if likely is None or most is None else Estimate(likely, most)
