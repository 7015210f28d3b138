"""An export is dropped, corrected and made into plans, in a real browser; the server is killed in the middle of it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

from playwright.sync_api import Page, expect

from coach.store import batches, plans
from coach.store.database import Database
from coach.ui.first_start import example_plan
from tests.browser.app import MODEL, SOON_MS, App, Tabs, until
from tests.support.dropped import export

DONE = "Finished: 3 of 3 drafted"


def drop(page: Page, files: list[Path]) -> None:
    page.locator("input[type=file]").set_input_files([str(path) for path in files])
    expect(page.get_by_text("Recognised: Salesforce")).to_be_visible()


def make(page: Page) -> None:
    page.get_by_role("button", name="Make the plans").click()
    expect(page.get_by_role("heading", name="Plans of Salesforce export of 5 files")).to_be_visible()


def accounts_of(db: Database) -> Counter[str]:
    return Counter(row.account for row in plans.list_plans(db) if row.id != example_plan(db))


def test_from_the_files_of_a_crm_to_a_plan_a_person_can_open(app: App, tabs: Tabs, tmp_path: Path) -> None:
    page = tabs.open()
    page.get_by_role("link", name="Import").click()
    drop(page, export(tmp_path / "in"))
    expect(page.get_by_role("region", name="The first opportunities")).to_contain_text("Dock scanners, lot 0")
    make(page)
    expect(page.get_by_text(DONE)).to_be_visible(timeout=SOON_MS)
    with page.expect_download() as download:
        page.get_by_role("link", name="All as CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        assert Counter(row["State"] for row in csv.DictReader(file)) == {"drafted": 3}
    page.get_by_role("link", name="Tarnbeck Mills").click()
    expect(page).to_have_url(re.compile(r"/plan\?id="))
    expect(page.locator(".sheet .bar")).to_be_visible()


def test_a_column_is_corrected_in_its_box_and_the_export_read_this_way(app: App, tabs: Tabs, tmp_path: Path) -> None:
    page = tabs.open("import")
    drop(page, export(tmp_path / "in"))
    first = page.get_by_role("region", name="The first opportunities")
    expect(first).to_contain_text("1,000")
    page.get_by_text("Opportunity.csv: Opportunities").click()
    page.get_by_role("combobox", name="Column Amount is").click()
    page.keyboard.type("Not used")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Read it this way").click()
    expect(page.get_by_role("columnheader", name="Amount")).to_have_count(0)
    expect(first).to_contain_text("Dock scanners, lot 0")


def test_closed_and_killed_in_the_middle_the_plans_are_made_once_each(
    mortal: App, lasting: Tabs, tmp_path: Path
) -> None:
    mortal.model.tokens_per_s = 150.0
    mortal.drafts_with(MODEL)
    page = lasting.open("import")
    drop(page, export(tmp_path / "in"))
    make(page)
    until(lambda: mortal.model.calls >= 3)
    (batch,) = batches.list_batches(mortal.db)
    page.close()
    mortal.server.kill()
    assert batches.get_batch(mortal.db, batch.id).state == "running"
    mortal.server.begin()
    mortal.server.wait()
    page = lasting.open("import", batch=batch.id)
    expect(page.get_by_text(DONE)).to_be_visible(timeout=SOON_MS)
    assert accounts_of(mortal.db) == {"Northwind Foods": 1, "Pellworth Dairy": 1, "Tarnbeck Mills": 1}
