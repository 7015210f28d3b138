"""Check: what the second reader suggests stands on the page as tracked changes, for the rep to decide."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from coach.keeping import plan_of
from coach.recheck import recheck
from coach.schema import Critique, Suggestion
from coach.store import jobs
from tests.browser.app import App, Tabs, block, edit, panel, saved, until, write
from tests.support.endpoint import Answer, Body, Reply
from tests.support.writer import task_of, writer

SUGGESTED = (
    ("B26", "who can say no?", "who could stop it?"),
    ("B17", "agree how the cold-store scanners become stable before the peak", "choose the store to test"),
    ("B9", "until a test has passed", "until the test"),
    ("B27", "leave all this until January", "leave this until January"),
    ("B30", "It may not.", "Perhaps not."),
    ("B19", "Short: keep the last two.", "If short, keep the last two."),
)


def reader(body: Body) -> Reply:
    """The writer, with more to suggest."""
    if not task_of(body).startswith("TASK: you are the second reader"):
        return writer(body)
    lines = [
        json.dumps({"kind": "cut", "block": at, "old": old, "new": new, "why": f"Shorter: {new}", "lines": ["L3"]})
        for at, old, new in SUGGESTED
    ]
    return Answer("\n".join(lines))


@pytest.fixture
def checked(scripted: App, tabs: Tabs) -> tuple[App, Page, str]:
    """A page that has just been checked."""
    scripted.model.script = reader
    plan_id = scripted.drafted_plan()
    page = tabs.plan(plan_id)
    check(scripted, page, plan_id)
    expect(page.get_by_role("heading", name="Suggestions (6)")).to_be_visible()
    return scripted, page, plan_id


def check(app: App, page: Page, plan_id: str) -> None:
    before = jobs.last_job(app.db, plan_id)
    page.get_by_role("button", name="Check", exact=True).click()
    until(lambda: jobs.last_job(app.db, plan_id) != before)
    app.ends(plan_id)
    expect(page.get_by_role("button", name="Draft again")).to_be_visible()


def test_a_tracked_change_is_accepted_undone_and_worded_otherwise(checked: tuple[App, Page, str]) -> None:
    app, page, plan_id = checked
    asks = block(page, "B26")
    expect(asks.locator("del")).to_contain_text("who can say no?")
    expect(asks.locator("ins")).to_contain_text("who could stop it?")
    asks.get_by_role("button", name="Accept").click()
    expect(asks.locator("del")).to_have_count(0)
    assert "who could stop it?" in app.text(plan_id, "B26")
    page.locator(".said").get_by_role("button", name="Undo").click()
    expect(asks.locator(".suggestion")).to_have_count(1)
    assert "who can say no?" in app.text(plan_id, "B26")

    purpose = block(page, "B17")
    purpose.get_by_role("button", name="Edit").click()
    field = page.get_by_label("Your words instead")
    expect(field).to_have_value("choose the store to test")
    field.fill("choose one store and a night")
    page.get_by_role("button", name="Use these words").click()
    expect(purpose.locator(".suggestion")).to_have_count(0)
    assert app.text(plan_id, "B17").startswith("**Purpose:** choose one store and a night, and what")
    history = panel(page, "History")
    expect(history).to_contain_text("used a suggestion in other words")
    expect(history).to_contain_text("accepted a suggestion")


def test_what_is_dismissed_stays_dismissed_after_another_check(checked: tuple[App, Page, str]) -> None:
    app, page, plan_id = checked
    one = page.locator("[class*=st-key-suggestion-]", has_text="Shorter: until the test")
    one.get_by_role("button", name="Dismiss").click()
    page.get_by_label("Why not? (may stay empty)").fill("A test has to pass, not to happen.")
    page.get_by_role("button", name="Dismiss it").click()
    expect(page.get_by_role("heading", name="Suggestions (5)")).to_be_visible()
    expect(block(page, "B9").locator(".suggestion")).to_have_count(0)
    check(app, page, plan_id)
    expect(page.get_by_role("heading", name="Suggestions (5)")).to_be_visible()
    expect(block(page, "B9").locator(".suggestion")).to_have_count(0)
    page.get_by_text("Decided (1)").click()
    expect(page.get_by_text("A test has to pass, not to happen.")).to_be_visible()
    assert app.text(plan_id, "B9").endswith("until a test has passed.")


def test_accept_all_takes_what_still_fits_and_says_what_does_not(checked: tuple[App, Page, str]) -> None:
    app, page, plan_id = checked
    field = edit(page, block(page, "B19"))
    field.fill("Running late: the last two alone.")
    page.keyboard.press("Escape")
    saved(page)
    stale = block(page, "B19").locator(".suggestion")
    expect(stale).to_contain_text("Its words have changed since.")
    expect(stale.get_by_role("button", name="Accept")).to_have_count(0)
    overtaken = page.locator("[class*=st-key-suggestion-]", has_text="Shorter: If short")
    expect(overtaken).to_contain_text("You have changed these words since.")

    page.get_by_role("button", name="Accept all").click()
    expect(page.get_by_text(re.compile("^5 suggestions accepted"))).to_be_visible()
    expect(page.get_by_text("The words of this suggestion have changed since").first).to_be_visible()
    texts = "\n".join(app.texts(plan_id))
    assert all(new in texts for at, _, new in SUGGESTED if at != "B19")
    assert app.text(plan_id, "B19") == "Running late: the last two alone."
    stale.get_by_role("button", name="Dismiss").click()
    expect(stale).to_have_count(0)
    expect(page.get_by_role("heading", name="Suggestions (0)")).to_be_visible()


def test_one_undo_takes_back_all_that_one_click_accepted(checked: tuple[App, Page, str]) -> None:
    app, page, plan_id = checked
    before = app.texts(plan_id)
    page.get_by_role("button", name="Accept all").click()
    expect(page.get_by_role("heading", name="Suggestions (0)")).to_be_visible()
    page.locator(".bar-right").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Suggestions (6)")).to_be_visible()
    expect(page.locator(".sheet .suggestion")).to_have_count(6)
    assert app.texts(plan_id) == before


def stands_in_panel(app: App, page: Page, plan_id: str) -> None:
    """The panel shows score and findings of the page as it stands now."""
    until(lambda: app.kept(plan_id).critique == rechecked(app, plan_id))
    critique = app.kept(plan_id).critique
    expect(page.locator(".mc-score b")).to_have_text(f"{critique.total:.0f}")
    count = len(critique.findings)
    name = f"To look at ({count})" if count else "Found by the rules"
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def rechecked(app: App, plan_id: str) -> Critique:
    kept = app.kept(plan_id)
    touched = frozenset(one.block.id for one in kept.blocks if one.is_touched)
    return recheck(plan_of(kept), kept.context, kept.groundwork, kept.critique, touched=touched)[1]


def test_the_panel_follows_what_stands_on_the_page(checked: tuple[App, Page, str]) -> None:
    app, page, plan_id = checked
    daring = [
        Suggestion(id=f"D{at}", kind="cut", block=at, old=old, new=f"{new} Hollis has 48,211 crates.", why="More.")
        for at, old, new in SUGGESTED[2:5]
    ]
    app.suggest(plan_id, *daring)
    expect(page.get_by_role("heading", name="Suggestions (3)")).to_be_visible()
    before = len(app.kept(plan_id).critique.findings)
    block(page, "B9").get_by_role("button", name="Accept").click()
    until(lambda: len(app.kept(plan_id).critique.findings) > before)
    stands_in_panel(app, page, plan_id)
    page.get_by_role("button", name="Accept all").click()
    until(lambda: len(app.kept(plan_id).critique.findings) > before + 1)
    stands_in_panel(app, page, plan_id)
    for left in (before + 1, before):
        page.locator(".bar-right").get_by_role("button", name="Undo").click()
        until(lambda left=left: len(app.kept(plan_id).critique.findings) == left)  # type: ignore[misc]
        stands_in_panel(app, page, plan_id)
    write(page, block(page, "B30"), " Hollis has 48,211 crates.")
    until(lambda: len(app.kept(plan_id).critique.findings) > before)
    stands_in_panel(app, page, plan_id)
