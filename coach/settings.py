"""The one reader of the environment.

Knows nothing about what the settings are used for. Each provider's own variables (`OPENAI_API_KEY`, …) are read by
LangChain itself.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

BUILTIN = "builtin"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="COACH_", extra="ignore")

    model: str = BUILTIN
    """`provider:model`, or `builtin` for drafting without one."""
    index_model: str = ""
    reader_model: str = ""
    judge_model: str = ""
    home: Path = Field(default_factory=lambda: Path.home() / ".coach")
    database_url: str = ""
    """`postgresql://…` or `sqlite:///…`; empty: a file under `home`."""
    timeout_s: float = Field(600.0, gt=0)
    """Total deadline for one plan, all calls and retries together."""

    def model_for(self, role: str) -> str:
        """The model of a role: `draft`, `index`, `reader` or `judge`; the drafting model unless set apart."""
        apart = {"index": self.index_model, "reader": self.reader_model, "judge": self.judge_model}.get(role, "")
        return apart or self.model


@cache
def settings() -> Settings:
    return Settings()
