"""The Worked out panel: what the rep corrects becomes notes; a changed decision writes the page again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

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
