"""Fields that are kept while they are typed: one Streamlit component, plain JavaScript without a build step.

Streamlit's own fields send what was typed when they are left; a refresh before that would lose a long paste. Knows
nothing about what the fields are for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit import runtime
from streamlit.components.v2.types import ComponentRenderer

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class TypedField:
    name: str
    label: str
    kind: Literal["text", "date", "time", "long"] = "text"
    placeholder: str = ""
    offered: tuple[str, ...] = ()
    """Values to choose from while typing; any other may be typed."""
    columns: int = 12
    """Of twelve, where the screen is wide."""
    lines: int = 12
    """Height of a long field."""


def typed(fields: Sequence[TypedField], values: Mapping[str, str], *, key: str) -> dict[str, str] | None:
    """Show the fields with what is kept of them.

    Args:
        values: What is kept; shown when the fields first come up, never written over what a person is typing.
        key: One a set of values: another key shows others.

    Returns:
        What stands in the fields now; None as long as nothing has been typed.
    """
    state = st.session_state.get(key) or {}
    said = _values(state.get("said"))
    data = {"fields": [asdict(field) for field in fields], "values": {**values, **(said or {})}, "key": key}
    mount = _component(runtime.get_instance() if runtime.exists() else None)
    result = mount(
        key=key, data={**data, "kept": state.get("count", 0)}, on_said_change=_nothing, on_count_change=_nothing
    )
    return _values(result.get("said"))


def _values(said: object) -> dict[str, str] | None:
    """What the browser sent, as text and nothing else."""
    if not isinstance(said, Mapping):
        return None
    return {str(name): value for name, value in said.items() if isinstance(value, str)}


@cache
def _component(_runtime: object) -> ComponentRenderer:
    """Registered once with each runtime; a component known to another one cannot be mounted."""
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("typed.css", "typed.js"))
    return st.components.v2.component("coach_typed", css=style, js=script)


def _nothing() -> None:
    """A callback that makes its state an attribute of the result."""
