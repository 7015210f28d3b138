"""Loads prompts/, checks their variables, hashes and renders them.

A prompt file is Markdown with front matter (purpose, variables); its text uses `{{{name}}}`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from langchain_core.prompts import PromptTemplate

_IN_CHECKOUT = Path(__file__).parent.parent / "prompts"
_IN_WHEEL = Path(__file__).parent / "_prompts"
_instead: ContextVar[Path | None] = ContextVar("instead", default=None)


@dataclass(frozen=True)
class Prompt:
    """One file of prompts/. `variables` are exactly those its text uses."""

    name: str
    purpose: str
    variables: tuple[str, ...]
    text: str

    @cached_property
    def _template(self) -> PromptTemplate:
        from langchain_core.prompts import PromptTemplate

        return PromptTemplate.from_template(self.text, template_format="mustache")

    def render(self, **values: str) -> str:
        """The text with its variables filled in.

        Raises:
            KeyError: a variable is missing, or one is given that the prompt does not use.
        """
        if set(values) != set(self.variables):
            raise KeyError(f"prompt {self.name} takes {sorted(self.variables)}, not {sorted(values)}")
        return self._template.format(**values) if values else self.text

    @property
    def hash(self) -> str:
        """Of this text and of the system text that goes before it: twelve hex digits."""
        before = "" if self.name == "system" else prompt("system").text
        return hashlib.sha256(f"{before}\0{self.text}".encode()).hexdigest()[:12]


def prompts_folder() -> Path:
    """prompts/ of the checkout, or its copy inside an installed package."""
    return _IN_CHECKOUT if _IN_CHECKOUT.is_dir() else _IN_WHEEL


@contextmanager
def prompts_from(folder: Path) -> Iterator[None]:
    """Within it, and in tasks begun there, a prompt that lies in `folder` stands in for the one of its name."""
    token = _instead.set(folder)
    try:
        yield
    finally:
        _instead.reset(token)


def prompt(name: str) -> Prompt:
    """The prompt of that name.

    Raises:
        ValueError: its front matter and its text disagree about the variables.
    """
    instead = _instead.get()
    return _read(instead if instead and (instead / f"{name}.md").is_file() else prompts_folder(), name)


def prompt_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in prompts_folder().glob("*.md") if path.stem != "README"))


@cache
def _read(folder: Path, name: str) -> Prompt:
    return _parsed(name, (folder / f"{name}.md").read_text(encoding="utf-8"))


def _parsed(name: str, raw: str) -> Prompt:
    _, front, text = raw.split("---\n", 2)
    meta = yaml.safe_load(front)
    found = Prompt(name=name, purpose=meta["purpose"], variables=tuple(meta["variables"]), text=text.strip())
    used = set(found._template.input_variables)
    if used != set(found.variables):
        raise ValueError(f"prompts/{name}.md: variables {sorted(found.variables)} declared, {sorted(used)} used")
    return found
