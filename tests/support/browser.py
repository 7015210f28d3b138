"""A page of the app in a browser: fails on console errors and outside requests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.support.served import HARMLESS

TIMEOUT_MS = 30_000
_SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@contextlib.contextmanager
def opened(browser: Browser, url: str, path: str = "/", **context: object) -> Iterator[Page]:
    """A page that must not complain or ask anybody else for anything."""
    window = browser.new_context(base_url=url, reduced_motion="reduce", **context)  # type: ignore[arg-type]
    bad: list[str] = []
    page = window.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.on("console", lambda said: bad.append(f"{said.text} {said.location}") if said.type == "error" else None)
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.on("request", lambda asked: bad.append(asked.url) if _is_outside(asked.url, url) else None)
    page.goto(path)
    settled(page)
    yield page
    window.close()
    assert not [one for one in bad if not HARMLESS.search(one)]


def settled(page: Page) -> None:
    """Until the script has run to its end."""
    page.wait_for_selector(_SETTLED)


def _is_outside(asked: str, url: str) -> bool:
    return not asked.startswith((url, url.replace("http", "ws"), "data:", "blob:"))
