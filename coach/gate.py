"""What every call to a model passes first: whether there is money for it, and whether it is its turn.

A plan by itself has a budget of its own; a batch puts one gate before all of its plans. Knows nothing about models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from coach.errors import BudgetSpent
from coach.ledger import Question


@dataclass(frozen=True)
class Wanted:
    """A call that is about to be made."""

    call: str
    """`groundwork`, `page`, `index`, …"""
    question: Question
    max_tokens: int
    """Of the answer; more than the question's own when an answer was cut short."""
    tokens: int
    """What it will probably take, in and out, at most."""
    highest_usd: float
    """The most that it can cost; 0 where no price is known."""
    prompt_hash: str = ""


@dataclass(frozen=True)
class Paid:
    """What a call took. All 0 for one that was refused or never answered."""

    tokens: int = 0
    usd: float = 0.0
    least_usd: float = 0.0
    """What the text that was asked and came costs at least, whatever the provider reports."""
    is_throttled: bool = False
    """Too many calls or tokens: the provider asks everybody to wait."""
    wait_s: float | None = None
    """As long as it asks for; None: it does not say."""


class Gate(Protocol):
    """Stands before every try of every call."""

    patience_s: float
    """For so long a provider that says "later" is asked again before that counts as a failure; 0: counts at once."""

    async def enter(self, wanted: Wanted) -> None:
        """Returns when the call may be made. Raises BudgetSpent."""

    def leave(self, wanted: Wanted, paid: Paid) -> None:
        """After every call that was let in, however it ended."""


class OwnBudget:
    """The gate of one plan: a budget, and no waiting. `budget_usd` None: no limit."""

    patience_s = 0.0

    def __init__(self, budget_usd: float | None = None) -> None:
        self._budget_usd = budget_usd
        self._committed_usd = 0.0

    async def enter(self, wanted: Wanted) -> None:
        if self._budget_usd is None:
            return
        if self._committed_usd + wanted.highest_usd > self._budget_usd:
            left_usd = max(0.0, self._budget_usd - self._committed_usd)
            raise BudgetSpent(
                f"The call `{wanted.call}` may cost ${wanted.highest_usd:.4f}; of the budget of "
                f"${self._budget_usd:.2f} only ${left_usd:.4f} is left."
            )
        self._committed_usd += wanted.highest_usd

    def leave(self, wanted: Wanted, paid: Paid) -> None:
        if self._budget_usd is not None:
            self._committed_usd += paid.usd - wanted.highest_usd
