"""The editable page: one Streamlit component, plain JavaScript without a build step.

It talks to the plan's HTTP routes itself (load, save, listen), so that typing never waits for a script to run;
Streamlit only says which plan, who writes and whether they may. Knows nothing about the database, drafting or the
panels around it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit import runtime
from streamlit.components.v2.bidi_component.state import ComponentResult
from streamlit.components.v2.types import ComponentRenderer

__all__ = ["plan_page"]

PARTS = (
    "words", "markdown", "table", "tracked", "queue", "live", "popover", "suggestion", "clash", "block", "menu",
    "layout", "bar", "beside", "progress", "acts", "places", "around", "sheet", "page",
)  # fmt: skip
"""The script's files, in the order in which they are read; together they are one module."""
_HERE = Path(__file__).parent


def plan_page(
    *,
    plan_id: str,
    token: str,
    base_url: str = "",
    by: str,
    is_readonly: bool = False,
    can_redraft: bool = False,
    is_at_work: bool = False,
    show: str = "",
    key: str,
) -> ComponentResult:
    """Show the page of a plan and let a person edit it in place.

    Args:
        token: Signed right to this plan; a new one is taken up without a break. Keep it for the session: whatever
            changes here is sent to the browser again.
        base_url: Where the routes are served; empty: where Streamlit is.
        by: The person who writes, by name.
        is_at_work: A job of the coach is shown beside the page; `saved` tells when it is over.
        show: Id of a block or suggestion to bring into view, each time it changes (`B7`; `B7#2` to show it again).

    Returns:
        Triggers, each None unless it just happened: `cite` (label of the line that was asked for), `saved` (the plan's
        revision: somebody or the coach has changed the page, or the rules have looked at it again) and `focus` (id of
        the block that is being edited).
    """
    data = {
        "plan": plan_id,
        "token": token,
        "base": base_url,
        "by": by,
        "readonly": is_readonly,
        "can_redraft": can_redraft,
        "is_at_work": is_at_work,
        "show": show,
    }
    mount = _component(runtime.get_instance() if runtime.exists() else None)
    return mount(key=key, data=data, on_cite_change=_nothing, on_saved_change=_nothing, on_focus_change=_nothing)


def script() -> str:
    """The component's JavaScript, one module."""
    return "\n".join((_HERE / f"{part}.js").read_text(encoding="utf-8") for part in PARTS)


@cache
def _component(_runtime: object) -> ComponentRenderer:
    """Registered once with each runtime; a component known to another one cannot be mounted."""
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    return st.components.v2.component("coach_plan_page", css=style, js=script())


def _nothing() -> None:
    """A callback that makes its trigger an attribute of the result."""
