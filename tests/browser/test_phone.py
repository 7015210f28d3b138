"""390 px wide: nothing is wider than the screen, and everything that can be clicked is on it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from coach.store import accounts, shares
from tests.browser.app import App, Tabs, panel, settled

PHONE = 390
BEYOND = """() => {
  const found = [];
  const usable = 'button, a[href], input, textarea, select, [role=button], [role=radio], [role=tab]';
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const look = (root) => {
    for (const one of root.querySelectorAll('*')) {
      if (one.shadowRoot) look(one.shadowRoot);
      if (!one.matches(usable) || one.closest('[data-testid=stSidebar]') || !isSeen(one)) continue;
      const { left, right, width, height } = one.getBoundingClientRect();
      const isBeside = left < -1 || right > innerWidth + 1;
      if (width > 1 && height && isBeside) found.push(`${one.outerHTML.slice(0, 80)} ${left}-${right}`);
    }
  };
  look(document);
  return found;
}"""
"""What can be clicked and stands, wholly or in part, beside the screen; the menu that is folded away does so."""


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE
    main = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth")
    assert main <= PHONE
    assert page.evaluate(BEYOND) == []


def test_every_kind_of_file_that_may_be_dropped_is_named(tabs: Tabs) -> None:
    named = tabs.open("new", width=PHONE).get_by_text("20MB per file")
    expect(named).to_contain_text("HTML")
    assert named.evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.parametrize("place", ["", "accounts", "settings", "new"])
def test_screens_without_a_plan_fit(app: App, tabs: Tabs, place: str) -> None:
    app.drafted_plan()
    assert_fits(tabs.open(place, width=PHONE))


def test_the_menu_unfolds(app: App, tabs: Tabs) -> None:
    page = tabs.open("settings", width=PHONE)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="Accounts").click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()


def test_an_account_fits(app: App, tabs: Tabs) -> None:
    known = accounts.find_or_create_account(app.db, "Northwind Foods of the Upper and the Lower Valley")
    accounts.add_note(app.db, known.id, "Maria wants 41 scanners.", source="call.txt")
    assert_fits(tabs.open("accounts", id=known.id, width=PHONE))


def test_a_plan_and_its_panels_fit(app: App, tabs: Tabs) -> None:
    page = tabs.plan(app.drafted_plan(), width=PHONE)
    assert_fits(page)
    for name in ("Worked out", "Notes", "History", "Coach"):
        panel(page, name)
        settled(page)
        assert_fits(page)
    for name in ("Export", "Share"):
        page.get_by_role("button", name=name).click()
        settled(page)
        assert_fits(page)
        page.keyboard.press("Escape")


def test_the_panel_below_the_page_is_reached_and_left_with_one_tap(app: App, tabs: Tabs) -> None:
    page = tabs.plan(app.drafted_plan(), width=PHONE)
    scrolled = "() => Math.round(document.querySelector('[data-testid=stMain]').scrollTop)"
    page.evaluate("() => { document.querySelector('[data-testid=stMain]').scrollTop = 900; }")
    there = page.get_by_role("button", name="Coach, worked out, notes and history: below the page")
    back = page.get_by_role("button", name="Back to the page")
    expect(back).to_be_hidden()
    at = page.evaluate(scrolled)
    there.evaluate("(one) => one.click()")  # a tap on what is in sight does not scroll first
    expect(page.get_by_role("radio", name="Coach", exact=True)).to_be_in_viewport()
    expect(page.get_by_role("radio", name="Coach", exact=True)).to_be_focused()
    expect(back).to_be_visible()
    assert_fits(page)
    back.click()
    expect(back).to_be_hidden()
    assert page.evaluate(scrolled) == at
    expect(there).to_be_focused()


def test_beside_each_other_page_and_panel_need_no_way(app: App, tabs: Tabs) -> None:
    page = tabs.plan(app.drafted_plan(), width=1440)
    expect(page.get_by_role("button", name="Show sources")).to_be_visible()
    expect(page.get_by_role("button", name="below the page")).to_be_hidden()


@pytest.mark.parametrize("place", ["rehearse", "bring", "shared"])
def test_screens_of_a_plan_fit(app: App, tabs: Tabs, place: str) -> None:
    plan_id = app.drafted_plan()
    asked = {"token": shares.share(app.db, plan_id).token} if place == "shared" else {"id": plan_id}
    page = tabs.open(place, width=PHONE, **asked)
    expect(page.get_by_role("heading").first).to_be_visible()
    assert_fits(page)
