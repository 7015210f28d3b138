"""Whether the coach can work here: what is configured, what answers, what is missing, in plain words.

Asks each configured model for a word, and each CRM that a sign-in is set for whether it answers. Knows nothing about
notes or plans.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from coach.crm.connect import configured, examined
from coach.errors import AnswerUnusable, CoachError
from coach.llm import Models, Request
from coach.settings import BUILTIN, settings

ANSWERS_WITHIN_S = 10.0
ROLES = ("draft", "index", "reader", "judge")
_FEW_TOKENS = 16
"""Some endpoints refuse fewer."""
_FONTS = Path(__file__).parent / "export" / "fonts"


@dataclass(frozen=True)
class Examined:
    what: str
    hint: str = ""
    exit_code: int = 0
    """What the command leaves with because of it; 0 when it is as it should be."""

    @property
    def is_fine(self) -> bool:
        return self.exit_code == 0


async def examine() -> tuple[Examined, ...]:
    """Everything that drafting and printing need, the machine first, then the models, then live CRMs."""
    machine = (_python(), _home(), _pdf())
    models = [await _model(name, roles) for name, roles in _roles_by_model().items()]
    return (*machine, *models, *[await asyncio.to_thread(_crm, name) for name in configured()])


def _python() -> Examined:
    return Examined(f"Python {'.'.join(map(str, sys.version_info[:3]))}")


def _home() -> Examined:
    home = settings().home
    nearest = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK):
        return Examined(f"Finished calls are kept in {home}")
    return Examined(f"{home} cannot be written", hint="Set COACH_HOME to a folder of yours.", exit_code=2)


def _pdf() -> Examined:
    if find_spec("typst") is None:
        return Examined("The PDF writer is missing", hint="pip install typst", exit_code=2)
    if len(list(_FONTS.glob("NotoSans-*.ttf"))) < 4:
        return Examined("The fonts for the PDF are missing", hint="Install the coach again.", exit_code=2)
    return Examined("PDF: writer and fonts are here")


def _roles_by_model() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for role in ROLES:
        found.setdefault(settings().model_for(role), []).append(role)
    return found


async def _model(name: str, roles: list[str]) -> Examined:
    used_for = ", ".join(roles)
    if name == BUILTIN:
        hint = "Set COACH_MODEL to provider:model to have the page written and criticised by a model."
        return Examined(f"No model for {used_for}: the coach works from the notes by itself (builtin)", hint=hint)
    return await try_model(name, used_for=used_for)


def _crm(name: str) -> Examined:
    try:
        return Examined(examined(name))
    except CoachError as error:
        return Examined(error.message, hint=error.hint, exit_code=error.exit_code)


async def try_model(name: str, *, used_for: str = "") -> Examined:
    """Ask `provider:model` for a word, and say in words what came of it."""
    shown = f"{name} for {used_for}" if used_for else name
    request = Request("doctor", system="", user="Say ok.", prompt_hash="", max_tokens=_FEW_TOKENS)
    try:
        await Models(deadline_s=ANSWERS_WITHIN_S).ask(name, request)
    except AnswerUnusable:
        pass  # cut short at a few tokens: it answers, which is all that is asked
    except CoachError as error:
        return Examined(
            error.message if error.message.startswith(shown) else f"{shown}: {error.message}",
            hint=error.hint,
            exit_code=error.exit_code,
        )
    return Examined(f"{shown}: answers")
