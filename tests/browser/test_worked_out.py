"""The Worked out panel: what the rep corrects becomes notes; a changed decision writes the page again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from coach.marks import opened
from coach.schema import Block, Groundwork
from tests.browser.app import App, Tabs, at_rest, panel, says, write
from tests.support.writer import task_of


@pytest.fixture
def drafted(scripted: App, tabs: Tabs) -> tuple[App, Page, str]:
    plan_id = scripted.new_plan()
    page = tabs.plan(plan_id)
    page.get_by_role("button", name="Draft", exact=True).click()
    expect(page.get_by_role("button", name="Draft again")).to_be_visible()
    scripted.ends(plan_id)
    return scripted, page, plan_id


def bullet(page: Page, words: str, act: str) -> None:
    at_rest(page)
    page.locator("[class*=st-key-bullet-]", has_text=words).get_by_role("button", name=act).click()


def test_what_is_corrected_or_told_in_confidence_becomes_a_note(drafted: tuple[App, Page, str]) -> None:
    app, page, plan_id = drafted
    panel(page, "Worked out")
    bullet(page, "her board 15 Dec", "Correct")
    page.get_by_label("What is right, in a sentence").fill("Their board meets on 17 December")
    page.get_by_role("button", name="Add to the notes").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    bullet(page, "Maria: renewal", "Correct")
    page.get_by_role("radio", name="Told in confidence").click()
    page.get_by_label("From whom must it be kept? (may stay empty)").fill("Not before Tom")
    page.get_by_role("button", name="Mark as told in confidence").click()
    expect(page.get_by_role("dialog")).to_be_hidden()

    notes = panel(page, "Notes")
    expect(notes).to_contain_text("Their board meets on 17 December")
    fact, confidence = app.kept(plan_id).context.notes[-2:]
    assert (fact.label, confidence.label) == ("L13", "L14")
    assert "Their board meets on 17 December" in fact.text
    assert fact.source.startswith("corrected by the rep")
    assert "Not before Tom" in confidence.text
    assert "in confidence" in confidence.source


def test_what_the_coach_took_for_a_confidence_may_be_said_and_be_kept_again(drafted: tuple[App, Page, str]) -> None:
    app, page, plan_id = drafted
    worked_out = panel(page, "Worked out")
    bullet(page, "Scandex", "Correct")
    page.get_by_role("radio", name="It may be said").click()
    expect(page.get_by_role("dialog")).to_contain_text("L9")
    page.get_by_role("button", name="It may be said").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(worked_out).to_contain_text("L9 may be said")
    assert opened(app.kept(plan_id).context).lines == {"L9"}

    page.reload()
    panel(page, "Worked out")
    expect(worked_out).to_contain_text("L9 may be said")
    bullet(page, "Scandex", "Correct")
    expect(page.get_by_role("radio", name="It may be said")).to_have_count(0)
    page.get_by_role("radio", name="Told in confidence").click()
    page.get_by_role("button", name="Mark as told in confidence").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert opened(app.kept(plan_id).context).lines == frozenset()


def test_a_line_is_opened_at_the_mark_of_what_shows_it(app: App, tabs: Tabs) -> None:
    told = Block(id="G1", kind="item", text="- Maria on Jens and Scandex.", part="in_confidence", citations=("L9",))
    plan_id = app.drafted_plan(groundwork=Groundwork(blocks=(told,)))
    page = tabs.plan(plan_id)
    opening = says(page, "We have until 10:45")
    write(page, opening, " Jens talks with Scandex.")
    expect(opening.locator(".mark:visible")).to_have_text("⊘ told in confidence")
    opening.locator(".mark").click()
    expect(page.get_by_role("dialog")).to_contain_text("Jens asked me")
    page.get_by_role("button", name="L9 may be said").click()
    expect(page.locator(".said")).to_contain_text("Noted: L9 may be said.")
    expect(opening.locator(".mark.confidential")).to_have_count(0)
    page.locator(".said").get_by_role("button", name="Undo").click()
    expect(opening.locator(".mark:visible")).to_have_text("⊘ told in confidence")


def test_a_changed_decision_writes_the_page_again_around_the_reps_words(drafted: tuple[App, Page, str]) -> None:
    app, page, plan_id = drafted
    write(page, says(page, "We have until 10:45"), " And thank you for the coffee.")
    paid = len(app.model.bodies)
    panel(page, "Worked out")
    bullet(page, "Whether Tom believes", "Change")
    page.get_by_label("As you decide").fill("Whether Maria orders the crew before Friday")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("1 decision is yours now.")).to_be_visible()
    page.get_by_role("button", name="Write the page again from this").click()
    expect(page.get_by_role("button", name="Draft again")).to_be_hidden()
    expect(page.get_by_role("button", name="Draft again")).to_be_visible()
    app.ends(plan_id)

    asked = [task_of(body) for body in app.model.bodies[paid:]]
    assert any(task.startswith("TASK: prepare me") for task in asked)
    assert not any(task.startswith("TASK: work this") for task in asked)
    page_calls = [str(body["messages"]) for body in app.model.bodies[paid:] if "TASK: prepare me" in task_of(body)]
    assert "Whether Maria orders the crew before Friday" in page_calls[0]
    assert sum(text.endswith("And thank you for the coffee.") for text in app.texts(plan_id)) == 1
    expect(says(page, "And thank you for the coffee.")).to_be_visible()
