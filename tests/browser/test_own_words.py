"""What the rep writes and no line holds: marked alike in an old and in a new passage, vouched for with one click."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.app import App, Tabs, block, edit, saved, says, write


def test_own_words_are_marked_alike_and_become_notes_with_one_click(app: App, tabs: Tabs) -> None:
    plan_id = app.drafted_plan()
    page = tabs.plan(plan_id)
    write(page, block(page, "B9"), " Petra has the keys.")
    edit(page, block(page, "B9"))
    page.keyboard.press("Enter")
    page.keyboard.type("Sven has the van")
    page.keyboard.press("Escape")
    saved(page)
    old, new = block(page, "B9"), says(page, "Sven has the van")
    for one, name in ((old, "Petra"), (new, "Sven")):
        expect(one.locator(".mark:visible")).to_have_text("✎ your own word")
        one.locator(".mark").click()
        expect(page.get_by_role("dialog")).to_contain_text(f"“{name}” stands in no line of the notes")
        page.get_by_role("button", name="I know this: add it to the notes").click()
        expect(page.locator(".said")).to_contain_text("Added to the notes, in your words.")
        expect(one.locator(".mark")).to_have_count(0)
    said = [line.text for line in app.kept(plan_id).context.notes[-2:]]
    assert said == ["The rep says: Petra has the keys.", "The rep says: Sven has the van"]
