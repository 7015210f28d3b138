"""What was read from the notes, corrected by keyboard and mouse before the plan is made."""

from __future__ import annotations

from playwright.sync_api import expect

from coach.store.accounts import find_or_create_account
from coach.ui import unfinished
from tests.browser.app import App, Tabs, at_rest


def test_the_calendar_covers_no_field_while_the_day_is_typed(app: App, tabs: Tabs) -> None:
    one = unfinished.begin().model_copy(update={"typed": {"text": "Joss wants 40 looms."}, "is_read": True})
    unfinished.keep(app.db, one)
    page = tabs.open("new", draft=one.id)
    field = page.get_by_test_id("stDateInput")
    field.get_by_role("spinbutton").first.click()
    page.keyboard.type("20261204")
    expect(page.get_by_test_id("stDateInputCalendar")).not_to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Choose date")).to_be_focused()
    expect(page.get_by_test_id("stDateInputCalendar")).not_to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Choose date").get_by_role("button", name="10").click()
    expect(page.get_by_role("dialog", name="Choose date")).to_be_hidden()
    expect(field.get_by_role("spinbutton").last).to_have_text("10")
    page.get_by_role("button", name="Choose date").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("stTimeInput").get_by_role("spinbutton").first).to_be_focused()


def test_back_finds_what_was_left(app: App, tabs: Tabs) -> None:
    """Streamlit puts the place that was left into the history with the next one's query."""
    page = tabs.open()
    page.get_by_role("button", name="New plan").click()
    page.get_by_label("Your notes").fill("Customer: Tarnbeck Mills\n\nJoss wants 40 looms.")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Draft the plan").first.click()
    expect(page.locator(".sheet .bar")).to_be_visible()
    at_rest(page)
    page.go_back()
    expect(page.get_by_text("This plan is made.")).to_be_visible()
    at_rest(page)
    page.go_back()
    expect(page.get_by_text("This plan is made.")).to_be_visible()
    at_rest(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Meetings", exact=True)).to_be_visible()


def test_back_from_an_accounts_next_plan_is_the_account(app: App, tabs: Tabs) -> None:
    known = find_or_create_account(app.db, "Tarnbeck Mills")
    page = tabs.open("account", id=known.id)
    page.get_by_role("button", name="Next plan").click()
    expect(page.get_by_label("Whom do you meet?")).to_have_value("Tarnbeck Mills")
    at_rest(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Tarnbeck Mills")).to_be_visible()
