"""The script of the app: the menu, and the page that was asked for. A failure is a line and its hint, no traceback."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from coach.errors import CoachError
from coach.ui import places
from coach.ui.desk import desk
from coach.ui.first_start import first_start
from coach.ui.plain_text import plain

STYLE = Path(__file__).with_name("app.css")


def main() -> None:
    st.set_page_config(page_title="Meeting Coach", page_icon="🧭", layout="wide")
    st.html(STYLE)
    current = st.navigation(places.pages(), position="hidden" if places.is_shared() else "top")
    try:
        first_start(desk().db)
        current.run()
    except CoachError as error:
        say(error)


def say(error: CoachError) -> None:
    """What happened and what to do, in the place where the page would be."""
    st.error(plain(f"{error.message}\n{error.hint}".strip()))
    if error.retryable:
        st.button("Try again")


if __name__ == "__main__":
    main()
