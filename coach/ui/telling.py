"""What the rep is told after a click: done, or the one line that says why not and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

from coach.errors import CoachError
from coach.ui.plain_text import plain_line

P = ParamSpec("P")
_SAID, _FAILED = "told-done", "told-failed"


def tried(act: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Do it, and say whether it was done; a failure is shown at the next `show_told`.

    What the act returns, if it is text, is shown as done.
    """
    try:
        said = act(*args, **kwargs)
    except CoachError as error:
        st.session_state[_FAILED] = f"{error.message} {error.hint}".strip()
        return False
    if isinstance(said, str) and said:
        st.session_state[_SAID] = said
    return True


def trying(act: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """The same as the callback of a click."""
    tried(act, *args, **kwargs)


def show_told() -> None:
    if failed := st.session_state.pop(_FAILED, ""):
        st.error(plain_line(failed))
    if said := st.session_state.pop(_SAID, ""):
        st.toast(plain_line(said))
