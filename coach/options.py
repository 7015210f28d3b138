"""What a plan is made with: model, depth, effort, language, decisions, deadline and budget."""

from __future__ import annotations

from dataclasses import dataclass

from coach.gate import Gate
from coach.ledger import Ledger
from coach.llm import Models
from coach.schema import Depth, Effort, Run
from coach.settings import BUILTIN, settings


@dataclass(frozen=True)
class Options:
    model: str = ""
    """`provider:model` or `builtin`; empty: as configured."""
    depth: Depth | None = None
    """None: by amount, stage and attendees."""
    effort: Effort = "normal"
    language: str = ""
    decisions: tuple[str, ...] = ()
    """What the rep has decided: the page is written from it, the groundwork is not paid for again."""
    again: int = 0
    timeout_s: float | None = None
    budget_usd: float | None = None
    gate: Gate | None = None
    """What this plan shares with others: money and pace. None: a gate of its own, with `budget_usd`."""

    def model_for(self, role: str) -> str:
        """The role's own model where there is one, else `model`, else the configured one; with `builtin` nobody."""
        if self.model == BUILTIN:
            return BUILTIN
        configured = settings().model_for(role)
        return configured if not self.model or configured != settings().model else self.model

    def models(self, ledger: Ledger | None, runs: list[Run]) -> Models:
        """The door to the models, with this plan's deadline and budget; `runs` takes in every call."""
        deadline_s = self.timeout_s or settings().timeout_s
        budget_usd, gate = self.budget_usd, self.gate
        return Models(ledger=ledger, deadline_s=deadline_s, budget_usd=budget_usd, gate=gate, on_run=runs.append)
