"""A refresh in the middle of a word; two tabs on one plan, in harmony and in conflict."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from coach.store import history
from coach.store.edits import apply_edits
from coach.store.records import Edit
from tests.browser.app import App, Tabs, block, edit, panel, saved, settled, until, write

CUT = re.compile("ERR_FAILED")
"""What the browser says of a request that a test lets fail."""


def test_a_refresh_in_the_middle_of_typing_loses_no_letter(app: App, tabs: Tabs) -> None:
    plan_id = app.drafted_plan()
    page = tabs.plan(plan_id)
    edit(page, block(page, "B13"))
    for words in (" Comes by", " train,", " if at all."):
        page.keyboard.type(words)
        page.reload()
        settled(page)
        expect(block(page, "B13")).to_contain_text(words.strip())
        edit(page, block(page, "B13"))
    page.keyboard.press("Escape")
    saved(page)
    assert app.text(plan_id, "B13").endswith("same sheet. Comes by train, if at all.")
    expect(page.locator(".clash")).to_have_count(0)


def test_what_is_written_in_one_tab_appears_in_the_other(app: App, tabs: Tabs) -> None:
    plan_id = app.drafted_plan()
    one, other = tabs.plan(plan_id), tabs.plan(plan_id)
    edit(other, block(other, "B12"))
    write(one, block(one, "B13"), " Seen there.")
    expect(block(other, "B13")).to_contain_text("Seen there.")
    other.keyboard.type(" And back.")
    expect(block(one, "B12")).to_contain_text("And back.")
    expect(block(other, "B12").locator("textarea")).to_be_focused()


def is_in_history(app: App, plan_id: str, words: str) -> bool:
    kept = [text for one in history.versions(app.db, plan_id) for _, text in one.changed]
    return any(text.endswith(words) for text in kept)


@pytest.mark.parametrize(("choice", "stands"), [("Keep mine", "Mine."), ("Take theirs", "Theirs.")])
def test_a_clash_is_shown_and_both_versions_are_kept(app: App, tabs: Tabs, choice: str, stands: str) -> None:
    tabs.expected = CUT
    plan_id = app.drafted_plan()
    mine, theirs = tabs.plan(plan_id), tabs.plan(plan_id)
    mine.route("**/edits", lambda route: route.abort())
    edit(mine, block(mine, "B13"))
    mine.keyboard.type(" Mine.")
    expect(mine.locator(".sheet .status")).to_contain_text("Not saved")
    write(theirs, block(theirs, "B13"), " Theirs.")
    mine.unroute("**/edits")
    expect(mine.locator(".sheet .status")).to_contain_text("Clash")
    mine.keyboard.press("Escape")
    clash = block(mine, "B13").locator(".clash")
    expect(clash.locator(".version").first).to_contain_text("Mine.")
    expect(clash.locator(".version").last).to_contain_text("Theirs.")
    assert app.text(plan_id, "B13").endswith("same sheet. Theirs.")

    mine.get_by_role("button", name=choice).click()
    expect(mine.locator(".clash")).to_have_count(0)
    saved(mine)
    until(lambda: app.text(plan_id, "B13").endswith(f"same sheet. {stands}"))
    expect(block(theirs, "B13")).to_contain_text(stands)
    until(lambda: is_in_history(app, plan_id, "Mine.") and is_in_history(app, plan_id, "Theirs."))
    expect(panel(mine, "History")).to_contain_text("wrote at the same time; kept here, not on the page")


def test_an_open_menu_stays_when_its_block_is_changed_elsewhere(app: App, tabs: Tabs) -> None:
    plan_id = app.drafted_plan()
    one, other = tabs.plan(plan_id), tabs.plan(plan_id)
    block(one, "B12").hover()
    one.get_by_role("button", name="Actions for Who, item 2").click()
    write(other, block(other, "B12"), " He likes tea.")
    expect(block(one, "B12")).to_contain_text("He likes tea.")
    one.mouse.wheel(0, 40)
    one.get_by_role("menuitem", name="Move up").focus()
    one.keyboard.press("Escape")
    expect(one.get_by_role("menuitem", name="Move up")).to_be_hidden()
    expect(one.get_by_role("button", name="Actions for Who, item 2")).to_be_focused()


def test_words_written_after_a_clash_are_in_the_history_too(app: App, tabs: Tabs) -> None:
    plan_id = app.drafted_plan()
    page = tabs.plan(plan_id)
    edit(page, block(page, "B13"))
    page.route("**/api/plans/*", lambda route: route.abort() if route.request.method == "GET" else route.continue_())
    tabs.expected = CUT
    kept = next(one for one in app.kept(plan_id).blocks if one.block.id == "B13")
    change = Edit(op="theirs", action="text", block="B13", base=kept.revision, text="- **Jens** stays away.")
    apply_edits(app.db, plan_id, [change], by="Tom Ebner")
    page.keyboard.type(" Mine")
    expect(page.locator(".sheet .status")).to_contain_text("Clash")
    page.keyboard.type(" and more.")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Take theirs").click()
    until(lambda: is_in_history(app, plan_id, "Mine and more."))
    assert app.text(plan_id, "B13") == "- **Jens** stays away."


@contextlib.contextmanager
def unheard(page: Page) -> Iterator[list[str]]:
    """Meanwhile the server saves, and no answer comes back; what it said."""
    said: list[str] = []
    is_over = False

    def save(route: Route) -> None:
        if is_over:
            route.continue_()
            return
        said.append(route.fetch().text())
        route.abort()

    page.route("**/edits", save)
    yield said
    is_over = True


def test_what_was_saved_unheard_is_no_clash_with_the_words_that_follow(app: App, tabs: Tabs) -> None:
    tabs.expected = CUT
    plan_id = app.drafted_plan()
    page = tabs.plan(plan_id)
    with unheard(page) as said:
        edit(page, block(page, "B13"))
        page.keyboard.type(" Saved")
        expect(page.locator(".sheet .status")).to_contain_text("Not saved")
        assert any('"saved"' in one for one in said)
        page.keyboard.type(", and")
        page.reload()
        settled(page)
        edit(page, block(page, "B13"))
        page.keyboard.type(" more.")
    page.keyboard.press("Escape")
    saved(page)
    assert app.text(plan_id, "B13").endswith("same sheet. Saved, and more.")
    expect(page.locator(".clash")).to_have_count(0)


def test_what_was_saved_unheard_can_be_deleted(app: App, tabs: Tabs) -> None:
    tabs.expected = CUT
    plan_id = app.drafted_plan()
    page = tabs.plan(plan_id)
    with unheard(page):
        edit(page, block(page, "B13"))
        page.keyboard.type(" Saved")
        expect(page.locator(".sheet .status")).to_contain_text("Not saved")
        page.keyboard.press("Escape")
        block(page, "B13").hover()
        block(page, "B13").get_by_role("button", name="Actions for").click()
        page.get_by_role("menuitem", name="Delete").click()
    saved(page)
    until(lambda: app.text(plan_id, "B13") == "")
    expect(page.locator(".clash")).to_have_count(0)
