"""Full screen and Print, as buttons that work in the browser."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit import runtime
from streamlit.components.v2.types import ComponentRenderer

__all__ = ["stage"]
_HERE = Path(__file__).parent


def stage(*, key: str) -> None:
    _component(runtime.get_instance() if runtime.exists() else None)(key=key, width="content")


@cache
def _component(_runtime: object) -> ComponentRenderer:
    """Registered once with each runtime; a component known to another one cannot be mounted."""
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("stage.css", "stage.js"))
    return st.components.v2.component("coach_stage", css=style, js=script)
