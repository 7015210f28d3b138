"""No page has a fault that axe finds in our own markup, light or dark, on a desk or on a phone.

What axe finds in Streamlit's own elements is named below, each with its reason, so that nothing new hides behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from coach.store.database import open_database
from tests.browser.conftest import WAITS_MS
from tests.support.endpoint import Endpoint
from tests.support.screens import SCREENS, Home, Screen, furnish, open_screen
from tests.support.served import running_server
from tests.support.writer import writer

WIDTHS = (1440, 390)
STANDS_STILL = """() => !document.querySelector('[data-stale="true"]')
    && !document.getAnimations().some((one) => one instanceof CSSTransition && one.playState === "running")"""
"""Streamlit fades what its script is about to write anew: for a moment nothing has the colour that it is to have."""
TOKENS_PER_S = 25.0
"""Slow enough to look at a draft while it comes."""


@dataclass(frozen=True)
class Known:
    """A fault of Streamlit itself: the rule, and the beginning of the element as it stands in the page."""

    rule: str
    element: str
    why: str


STREAMLITS = (
    Known(
        "presentation-role-conflict",
        r'<section role="presentation" tabindex="-1" data-testid="stFileUploaderDropzone"',
        "st.file_uploader gives its drop zone a role that says nothing and a name and a place for the focus at once; "
        "the button inside is named and reached by keyboard.",
    ),
)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Home]]:
    folder = tmp_path_factory.mktemp("furnished")
    (folder / "home").mkdir()
    db = open_database(f"sqlite:///{folder / 'home' / 'coach.sqlite3'}")
    home = furnish(db)
    with (
        Endpoint(writer, tokens_per_s=TOKENS_PER_S) as model,
        running_server(folder, COACH_MODEL="builtin", OPENAI_BASE_URL=model.url, OPENAI_API_KEY="none") as server,
    ):
        yield server.url, home
    db.close()


@pytest.fixture(scope="module")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(reduced_motion="reduce")
    opened.set_default_timeout(WAITS_MS)
    yield opened
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: one.name)
def test_axe_finds_nothing_in_our_markup(
    profile: BrowserContext, furnished: tuple[str, Home], screen: Screen, scheme: str
) -> None:
    url, home = furnished
    page = profile.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    open_screen(page, url, screen, home)
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width} px: {fault}" for fault in faults(page)]
    screen.leave(page, home)
    page.close()
    assert found == []


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it is, but what is known of Streamlit."""
    page.wait_for_function(STANDS_STILL)
    violations = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in violations
        for node in one["nodes"]
        if not any(one["id"] == known.rule and re.match(known.element, node["html"]) for known in STREAMLITS)
    ]
