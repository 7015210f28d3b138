"""A clock to speak against: it runs in the browser, so that no script runs while somebody speaks."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit import runtime
from streamlit.components.v2.types import ComponentRenderer

__all__ = ["clock"]
_HERE = Path(__file__).parent


def clock(*, target_s: int, key: str) -> None:
    """Start and stop, the seconds so far, and whether the target is reached. `target_s`: what the words should take."""
    _component(runtime.get_instance() if runtime.exists() else None)(key=key, data={"target": target_s})


@cache
def _component(_runtime: object) -> ComponentRenderer:
    """Registered once with each runtime; a component known to another one cannot be mounted."""
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("clock.css", "clock.js"))
    return st.components.v2.component("coach_clock", css=style, js=script)
