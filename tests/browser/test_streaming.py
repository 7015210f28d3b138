"""A draft by a model, seen while it is written: the groundwork, the page, its better version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from coach.markup import split
from coach.store import jobs
from tests.browser.app import App, Tabs, block, edit, panel, saved, says, until, write
from tests.support.endpoint import Answer, Body, Reply, Script
from tests.support.writer import GROUNDWORK, PAGE, REWRITE, task_of, writer

SLOW, READABLE, WATCHED = 25.0, 60.0, 250.0
"""Tokens a second."""


@pytest.fixture
def slow(scripted: App) -> Iterator[App]:
    """A model whose words can be watched; a test hurries it when it has seen enough."""
    scripted.model.tokens_per_s = SLOW
    yield scripted
    scripted.model.tokens_per_s = None


def begin(app: App, tabs: Tabs, *, width: int = 1440) -> tuple[Page, str]:
    plan_id = app.new_plan()
    page = tabs.plan(plan_id, width=width)
    page.get_by_role("button", name="Draft", exact=True).click()
    return page, plan_id


def test_what_the_rep_writes_during_the_draft_stands_word_for_word(slow: App, tabs: Tabs) -> None:
    page, plan_id = begin(slow, tabs)
    expect(page.locator(".progress")).to_contain_text("Working the notes out…")
    expect(page.locator(".groundwork")).to_contain_text("Meeting Thu 3 Dec, in 2 days")
    expect(page.locator(".groundwork")).to_contain_text("Sums")
    expect(page.locator(".groundwork")).not_to_contain_text("[L3 L11]")
    assert slow.kept(plan_id).groundwork.blocks == ()
    slow.model.tokens_per_s = READABLE
    expect(page.locator(".progress")).to_contain_text("Writing the page…")
    first = says(page, "Whether Tom believes the cause enough")
    edit(page, first)
    page.keyboard.type(" Mine: {she} signs at *noon*.")
    assert "Mine" not in "".join(block.text for block in slow.kept(plan_id).plan.blocks)
    slow.model.tokens_per_s = None
    expect(page.locator(".progress")).to_be_hidden()
    expect(first.locator("textarea")).to_be_focused()
    page.keyboard.press("Escape")
    saved(page)

    texts = slow.texts(plan_id)
    before = "Whether Tom believes the cause enough to let us test one cold store before Maria's board on 15 December."
    assert texts.count(f"{before} Mine: {{she}} signs at *noon*.") == 1
    assert not any(text == before for text in texts)
    assert any("agree which store is tested, and before the peak" in text for text in texts)
    expect(says(page, "agree which store is tested")).to_be_visible()
    assert not any("agree how the scanners become stable" in text for text in texts)
    assert slow.kept(plan_id).groundwork.blocks
    expect(page.get_by_role("heading", name="Score")).to_be_visible()
    expect(page.get_by_text("Judged by scripted")).to_be_visible()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_what_finds_another_place_goes_there_where_the_eye_can_follow(
    scripted: App, tabs: Tabs, motion: Literal["no-preference", "reduce"]
) -> None:
    scripted.model.tokens_per_s = WATCHED
    plan_id = scripted.new_plan()
    page = tabs.plan(plan_id)
    page.emulate_media(reduced_motion=motion)
    page.evaluate(
        """() => { window.glides = 0; const animate = Element.prototype.animate;
        Element.prototype.animate = function (...all) { window.glides += 1; return animate.apply(this, all); }; }"""
    )
    page.get_by_role("button", name="Draft", exact=True).click()
    expect(page.locator(".progress")).to_be_hidden()
    expect(says(page, "agree which store is tested")).to_be_visible()
    assert (page.evaluate("window.glides") > 0) is (motion == "no-preference")
    scripted.ends(plan_id)


def test_the_better_version_says_what_it_changed(slow: App, tabs: Tabs) -> None:
    page, plan_id = begin(slow, tabs, width=390)
    expect(page.locator(".groundwork")).to_be_visible()
    slow.model.tokens_per_s = None
    expect(page.locator(".progress")).to_be_hidden()
    page.get_by_text("The better version changed 2 places").click()
    changes = page.locator(".changes")
    expect(changes.locator("del").first).to_contain_text("agree how the scanners become stable")
    expect(changes.locator("ins").first).to_contain_text("agree which store is tested")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    slow.ends(plan_id)


def test_cancel_cancels(slow: App, tabs: Tabs) -> None:
    page, plan_id = begin(slow, tabs)
    expect(page.locator(".groundwork")).to_contain_text(re.compile(r"Clock"))
    page.locator(".progress").get_by_role("button", name="Cancel").click()
    expect(page.locator(".progress")).to_be_hidden()
    expect(page.get_by_role("button", name="Draft", exact=True)).to_be_visible()
    until(lambda: not slow.is_at_work(plan_id))
    asked = slow.model.calls
    slow.model.tokens_per_s = None
    last = jobs.last_job(slow.db, plan_id)
    assert last is not None
    assert last.state == "cancelled"
    assert slow.texts(plan_id) == []
    page.wait_for_timeout(500)
    assert slow.model.calls == asked
    expect(page.locator(".failed")).to_be_hidden()


def stops_behind(begins: str, words: str) -> Script:
    """A model that falls silent in the middle of the answer to that task."""

    def script(body: Body) -> Reply:
        answer = writer(body)
        if not task_of(body).startswith(begins):
            return answer
        assert isinstance(answer, Answer)
        return Answer(answer.text[: answer.text.index(words) + len(words)], breaks_off=True)

    return script


def test_a_first_page_that_is_cancelled_stays_as_far_as_it_came_and_says_so(scripted: App, tabs: Tabs) -> None:
    scripted.model.script = stops_behind("TASK: prepare me", "## Opening\n\n> ")
    page, plan_id = begin(scripted, tabs)
    expect(says(page, "Tom Reed")).to_be_visible()
    page.locator(".progress").get_by_role("button", name="Cancel").click()
    expect(page.locator(".cut-short")).to_have_text(
        "The draft was stopped: only the beginning of the page is here, the rest has not been written."
    )
    expect(page.locator(".said")).to_have_text("Cancelled. What had come stays.")
    page.reload()
    expect(page.locator(".cut-short")).to_be_visible()
    assert "- **Tom Reed** wants the report. *Takes away* the report." in scripted.texts(plan_id)
    scripted.model.script = writer
    page.get_by_role("button", name="Draft again").click()
    page.get_by_role("button", name="Only write the page again").click()
    expect(says(page, "Could we put the night in the diary")).to_be_visible()
    expect(page.locator(".progress")).to_be_hidden()
    expect(page.locator(".cut-short")).to_be_hidden()


def test_a_better_version_that_is_cancelled_leaves_the_page_before_it(scripted: App, tabs: Tabs) -> None:
    scripted.model.script = stops_behind(REWRITE, "## They will ask")
    page, plan_id = begin(scripted, tabs)
    expect(says(page, "agree which store is tested")).to_be_visible()
    write(page, says(page, "wants the report"), " Mine.")
    page.locator(".progress").get_by_role("button", name="Cancel").click()
    expect(page.locator(".progress")).to_be_hidden()
    expect(page.locator(".said")).to_have_text("Cancelled. The last whole page stands.")
    expect(says(page, "agree how the scanners become stable")).to_be_visible()
    expect(says(page, "agree which store is tested")).to_have_count(0)
    expect(page.locator(".cut-short")).to_be_hidden()
    mine = [f"{one.text} Mine." if "wants the report" in one.text else one.text for one in split(PAGE)]
    assert scripted.texts(plan_id) == mine
    expect(panel(page, "History")).to_contain_text("was stopped; the last whole page is back")


def test_a_draft_goes_on_when_its_tab_is_closed(slow: App, tabs: Tabs) -> None:
    page, plan_id = begin(slow, tabs)
    expect(page.locator(".groundwork")).to_be_visible()
    page.close()
    slow.model.tokens_per_s = None
    kept = slow.ends(plan_id)
    assert any("agree which store is tested" in one.block.text for one in kept.blocks)
    assert kept.groundwork.blocks[-1].text in GROUNDWORK
    page = tabs.plan(plan_id)
    expect(block(page, kept.blocks[-1].block.id)).to_be_visible()
