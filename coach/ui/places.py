"""Where one can go in the app, and how to get there. Each place's module is loaded when somebody comes to it."""

from __future__ import annotations

from importlib import import_module
from typing import Literal, NoReturn
from urllib.parse import urlsplit

import streamlit as st
from streamlit.navigation.page import Page

Place = Literal["meetings", "accounts", "import", "settings", "account", "new", "plan", "rehearse", "bring", "shared"]

_TITLES: dict[Place, str] = {
    "meetings": "Meetings",
    "accounts": "Accounts",
    "import": "Import",
    "settings": "Settings",
    "account": "Account",
    "new": "New plan",
    "plan": "Plan",
    "rehearse": "Rehearse",
    "bring": "Bring",
    "shared": "Shared plan",
}
_IN_MENU: tuple[Place, ...] = ("meetings", "accounts", "import", "settings")
_MODULES: dict[Place, str] = {"import": "imports", "settings": "settings_page", "new": "new_plan"}


def page(place: Place) -> Page:
    return st.Page(
        lambda: _show(place),
        title=_TITLES[place],
        url_path=place,
        default=place == "meetings",
        visibility="visible" if place in _IN_MENU else "hidden",
    )


def pages() -> list[Page]:
    return [page(place) for place in _TITLES]


def is_shared() -> bool:
    """Whether the visitor came by a read-only link: nothing else is offered to them."""
    path = urlsplit(st.context.url or "").path
    return path.rstrip("/").endswith("/shared")


def go(place: Place, **query: str) -> NoReturn:
    """Leave for another place: `go("plan", id=plan_id)`. The same place with another query is not reached by it.

    Streamlit puts the place that is left, with the query of the next, into the browser's history: where that place has
    a name in its address, give the name along (`go("new", id=account_id, draft=draft_id)`), or Back finds nothing.
    """
    st.switch_page(page(place), query_params=query)


def link(place: Place, label: str, **query: str) -> None:
    """A link there, which opens in a tab of its own where the person wants it to. `label` is Markdown."""
    st.page_link(page(place), label=label, help="", query_params=query)


def _show(place: Place) -> None:
    module = import_module(f"coach.ui.{_MODULES.get(place, place)}")
    module.show()
