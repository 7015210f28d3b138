"""What was read from the notes, corrected by keyboard and mouse before the plan is made."""

from __future__ import annotations

from playwright.sync_api import expect

from coach.ui import unfinished
from tests.browser.app import App, Tabs


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
