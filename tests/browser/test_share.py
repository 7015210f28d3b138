"""A link for the manager: read only, also for who goes around the page, until it is taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.app import App, Tabs, block, go, saved, write

GONE = "This link does not work any more. Ask whoever sent it for a new one."
REFUSED = re.compile("status of 401")


def make_link(page: Page) -> str:
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_role("dialog").locator("code").inner_text().strip()


@pytest.fixture
def manager(browser: Browser, app: App) -> Tabs:
    """Somebody else's browser."""
    return Tabs(browser.new_context(reduced_motion="reduce"), app.server.url, expected=REFUSED)


def test_a_manager_reads_along_and_changes_nothing(app: App, tabs: Tabs, manager: Tabs) -> None:
    plan_id = app.drafted_plan()
    mine = tabs.plan(plan_id)
    link = make_link(mine)
    theirs = manager.open()
    asked: list[Request] = []
    theirs.on("request", lambda request: asked.append(request) if "/api/plans/" in request.url else None)
    go(theirs, link)
    expect(theirs.locator(".sheet .status")).to_have_text("Read only")
    expect(theirs.get_by_role("heading", name="Score")).to_be_visible()
    expect(theirs.get_by_role("link", name="Meetings")).to_have_count(0)
    block(theirs, "B13").locator(".shown").click()
    expect(theirs.locator(".sheet textarea")).to_have_count(0)
    for name in ("Undo", "Draft again", "Check", "Share", "Export", "Accept"):
        expect(theirs.get_by_role("button", name=name, exact=True)).to_have_count(0)
    mine.keyboard.press("Escape")
    write(mine, block(mine, "B13"), " He flies in.")
    expect(block(theirs, "B13")).to_contain_text("He flies in.")

    before = app.texts(plan_id)
    token = asked[0].headers["authorization"]
    change = {"op": "x", "action": "text", "block": "B13", "base": 99, "text": "Theirs."}
    for path, body in (("edits", {"edits": [change]}), ("undo", {}), ("redraft", {"block": "B13"}), ("cancel", {})):
        url = f"{app.server.url}/api/plans/{plan_id}/{path}"
        answer = theirs.request.post(url, data=body, headers={"Authorization": token})
        assert answer.status == 401, path
    assert app.texts(plan_id) == before
    assert not app.is_at_work(plan_id)

    mine.get_by_role("button", name="Share").click()
    mine.get_by_role("button", name="Take it back").click()
    expect(mine.get_by_role("button", name="Make a link")).to_be_visible()
    gone = theirs.request.get(f"{app.server.url}/api/plans/{plan_id}", headers={"Authorization": token})
    assert gone.status == 401
    go(theirs, link)
    expect(theirs.get_by_text(GONE)).to_be_visible()
    expect(theirs.locator(".sheet")).to_have_count(0)
    mine.keyboard.press("Escape")
    saved(mine)
    manager.close()
    manager.context.close()


def test_a_link_that_was_never_made_opens_nothing(app: App, manager: Tabs) -> None:
    page = manager.open("shared", token="guessed")
    expect(page.get_by_text(GONE)).to_be_visible()
    manager.close()
    manager.context.close()
