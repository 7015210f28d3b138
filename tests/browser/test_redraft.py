"""One block or one part written again, undone, and any version brought back."""

from __future__ import annotations

from playwright.sync_api import expect

from coach.schema import Commitment
from tests.browser.app import App, Tabs, block, panel, says, until, write
from tests.support.harrowgate import PLAN
from tests.support.writer import BLOCK, task_of

NO_FALLBACK = PLAN.model_copy(
    update={"blocks": tuple(one for one in PLAN.blocks if one.part != "fallback"), "fallback": Commitment()}
)


def test_a_block_is_written_again_with_a_word_of_direction_and_undone(scripted: App, tabs: Tabs) -> None:
    plan_id = scripted.drafted_plan()
    page = tabs.plan(plan_id)
    write(page, block(page, "B12"), " He likes tea.")
    before = scripted.texts(plan_id)
    block(page, "B2").hover()
    page.get_by_label("Actions for What decides it, text 1").click()
    page.get_by_role("menuitem", name="Write it again…").click()
    page.keyboard.type("less technical")
    page.keyboard.press("Enter")
    expect(says(page, "Whether Tom trusts the cause")).to_be_visible()
    scripted.ends(plan_id)
    asked = [task_of(body) for body in scripted.model.bodies if task_of(body).startswith("TASK: write this block")]
    assert "less technical" in asked[-1]
    texts = scripted.texts(plan_id)
    assert BLOCK in texts
    assert [text for text in texts if text != BLOCK] == [text for text in before if not text.startswith("Whether Tom")]

    page.locator(".bar").get_by_role("button", name="Undo", exact=True).last.click()
    until(lambda: scripted.texts(plan_id) == before)
    expect(says(page, "Whether Tom believes the cause")).to_be_visible()
    expect(says(page, "He likes tea.")).to_be_visible()


def test_a_missing_part_is_drafted_at_its_place(scripted: App, tabs: Tabs) -> None:
    plan_id = scripted.drafted_plan(NO_FALLBACK)
    page = tabs.plan(plan_id)
    prompt = page.get_by_role("note").filter(has=page.get_by_role("button", name="Draft it"))
    expect(prompt).to_have_count(1)
    prompt.get_by_role("button", name="Draft it").click()
    expect(prompt).to_have_count(0)
    kept = scripted.ends(plan_id)
    (new,) = [one.block for one in kept.blocks if one.block.id not in {block.id for block in NO_FALLBACK.blocks}]
    assert new.text == BLOCK
    assert new.part == "fallback"
    expect(says(page, "Whether Tom trusts the cause")).to_be_visible()


def test_without_a_model_a_part_is_drafted_too(app: App, tabs: Tabs) -> None:
    plan_id = app.drafted_plan(NO_FALLBACK)
    page = tabs.plan(plan_id)
    page.get_by_role("button", name="Draft it").click()
    expect(page.get_by_role("button", name="Draft it")).to_have_count(0)
    assert any(one.block.part == "fallback" for one in app.ends(plan_id).blocks)


def test_any_version_comes_back_and_goes_again(app: App, tabs: Tabs) -> None:
    plan_id = app.drafted_plan()
    page = tabs.plan(plan_id)
    write(page, block(page, "B12"), " He likes tea.")
    block(page, "B38").hover()
    page.get_by_label("Actions for Leave out, text 1").click()
    page.get_by_role("menuitem", name="Delete").click()
    until(lambda: app.text(plan_id, "B38") == "")
    after = app.texts(plan_id)
    history = panel(page, "History")
    expect(history.get_by_text("You took away")).to_be_visible()
    as_drafted = history.locator("[class*='st-key-version-']").filter(has_text="Coach wrote the page")
    as_drafted.get_by_role("button", name="Bring this back").click()
    expect(block(page, "B38")).to_be_visible()
    assert app.texts(plan_id) == [one.text for one in PLAN.blocks]
    history.get_by_role("button", name="Undo", exact=True).click()
    expect(block(page, "B38")).to_have_count(0)
    until(lambda: app.texts(plan_id) == after)
    expect(says(page, "He likes tea.")).to_be_visible()
