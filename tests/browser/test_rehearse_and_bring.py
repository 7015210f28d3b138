"""Before the meeting: the opening against a clock, their questions one by one, the thing we bring full screen."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.app import App, Tabs
from tests.support.harrowgate import PLAN

ANSWERS = "I promised it for the 24th"


def go_on(page: Page) -> None:
    """To the next question, once the button of the last one is gone."""
    button = page.get_by_role("button", name="Next")
    expect(button).to_have_count(1)
    button.click()


def test_the_clock_runs_and_questions_come_one_after_another(app: App, tabs: Tabs) -> None:
    page = tabs.plan(app.drafted_plan())
    page.get_by_role("button", name="Rehearse").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("timer")).to_have_text("0:01")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text(re.compile(r"^0:\d\d: \d+ s quicker than the words need\.$"))).to_be_visible()

    expect(page.get_by_text("Question 1 of 3")).to_be_visible()
    card = page.locator(".mc-card").first  # Streamlit takes the one before away a moment later
    expect(card).to_contain_text("Why so late with the report?")
    assert ANSWERS not in card.inner_text()
    page.get_by_role("button", name="Show the answer").click()
    expect(card).to_contain_text(ANSWERS)
    go_on(page)
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()
    go_on(page)
    expect(card).to_contain_text("Who pays the weekend crew?")
    go_on(page)
    expect(card).to_contain_text("That was the last of 3.")
    page.get_by_role("link", name="Back to the plan").click()
    expect(page.locator(".sheet .bar")).to_be_visible()


def test_what_we_bring_fills_the_screen(app: App, tabs: Tabs) -> None:
    page = tabs.plan(app.drafted_plan())
    page.get_by_role("button", name="Bring").click()
    expect(page.locator(".mc-sheet")).to_contain_text("That night Tom sees")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement !== null")
    page.keyboard.press("Escape")
    page.evaluate("document.fullscreenElement && document.exitFullscreen()")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as PDF").click()
    assert download.value.suggested_filename == "harrowgate-chilled-foods-sheet.pdf"


def test_empty_states_say_what_to_do(app: App, tabs: Tabs) -> None:
    empty = app.new_plan()
    page = tabs.plan(empty)
    expect(page.get_by_text("Nothing on the page yet. Draft it from the notes, or begin to write.")).to_be_visible()
    expect(page.get_by_role("button", name="Rehearse")).to_be_disabled()
    few = PLAN.model_copy(update={"blocks": PLAN.blocks[:3]})
    bare = app.drafted_plan(few)
    page = tabs.open("rehearse", id=bare)
    expect(page.get_by_text("The page has no opening yet.")).to_be_visible()
    expect(page.get_by_text("The page has no hard questions yet.")).to_be_visible()
    page = tabs.open("bring", id=bare)
    expect(page.get_by_role("heading", name="Nothing to show yet")).to_be_visible()
    page = tabs.open("accounts")
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
    page = tabs.open("plan", id="nowhere")
    expect(page.get_by_role("alert").or_(page.get_by_role("status")).first).to_contain_text("no")
