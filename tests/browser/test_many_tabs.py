"""Eight tabs at once, over plain http from another machine: no locks there, and six connections for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.app import App, Tabs, block, write
from tests.browser.conftest import WAITS_MS
from tests.support.served import started_browser

HOST = "coach.test"
TABS, MOST_STREAMS = 8, 3
COUNTED = """
  window.streams = [];
  window.EventSource = class extends EventSource {
    constructor(url) { super(url); window.streams.push(this); }
  };
"""
OPEN = "() => window.streams.filter((one) => one.readyState !== EventSource.CLOSED).length"


@pytest.fixture(scope="module", autouse=True)
def browser() -> Iterator[None]:
    """None but the one below: Playwright has one at a time."""
    return


@pytest.fixture(scope="module")
def profile(browser: None) -> Iterator[BrowserContext]:
    with started_browser(f"--host-resolver-rules=MAP {HOST} 127.0.0.1") as started:
        opened = started.new_context(reduced_motion="reduce")
        opened.set_default_timeout(WAITS_MS)
        opened.add_init_script(COUNTED)
        yield opened
        opened.close()


@pytest.fixture
def tabs(profile: BrowserContext, app: App) -> Iterator[Tabs]:
    opened = Tabs(profile, f"http://{HOST}:{app.server.port}")
    yield opened
    opened.close()


def test_eight_tabs_without_locks_all_work(app: App, tabs: Tabs) -> None:
    plan_id = app.drafted_plan()
    pages = [tabs.plan(plan_id) for _ in range(TABS)]
    assert not any(page.evaluate("() => isSecureContext || Boolean(navigator.locks)") for page in pages)
    write(pages[-1], block(pages[-1], "B13"), " Seen everywhere.")
    for page in pages:
        expect(block(page, "B13")).to_contain_text("Seen everywhere.")
        expect(page.locator(".sheet .status")).to_have_text("Saved")
    assert 1 <= streams(pages) <= MOST_STREAMS

    held = next(page for page in pages if page.evaluate(OPEN))
    others = [page for page in pages if page is not held]
    before = streams(others)
    held.close()
    others[0].wait_for_timeout(4000)
    assert streams(others) == min(MOST_STREAMS, before + 1)


def test_a_stream_of_a_tab_that_went_without_a_word_is_taken_by_another(app: App, tabs: Tabs) -> None:
    plan_id = app.drafted_plan()
    page = tabs.open()
    page.evaluate("""() => {
      const gone = JSON.stringify({ who: 'gone', at: Date.now() });
      for (let i = 0; i < 3; i++) localStorage.setItem(`coach live ${i}`, gone);
    }""")
    page = tabs.plan(plan_id)
    assert streams([page]) == 0
    page.wait_for_function(f"() => ({OPEN})() === 1")


def streams(pages: list[Page]) -> int:
    return sum(page.evaluate(OPEN) for page in pages)
