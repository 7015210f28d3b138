"""The whole way without a model: a pasted note, read and corrected, drafted, edited, printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.app import App, Tabs, says, write

NOTE = """Customer: Tarnbeck Mills
Rep: Ada Quill

Call with Joss Penhale, mill manager: wants 40 looms by 3 March 2027, has 95,000 EUR for them.
He has to show his board a price on 12 February 2027."""


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_a_pasted_note_becomes_a_printed_page(app: App, tabs: Tabs, tmp_path: Path, scheme: str, width: int) -> None:
    page = tabs.open(scheme=scheme, width=width)
    page.get_by_role("button", name="New plan").click()
    page.get_by_label("Your notes").fill(NOTE)
    page.get_by_label("What for?").fill("Agree on the looms")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Is this right?")).to_be_visible()
    account = page.get_by_role("textbox", name="Account")
    expect(account).to_have_value("Tarnbeck Mills")
    account.fill("Tarnbeck & Sons")
    account.press("Tab")
    expect(page.get_by_text("corrected by you")).to_have_count(1)
    page.get_by_label(re.compile("^Who comes")).fill("Joss Penhale, Mill Manager")
    page.get_by_role("button", name="Draft the plan").first.click()
    expect(page.get_by_role("heading", name="Tarnbeck & Sons: Agree on the looms")).to_be_visible()
    expect(page.locator(".block.heading", has_text="What decides it")).to_be_visible()
    expect(page.get_by_role("button", name="Draft again")).to_be_visible()
    expect(page.locator(".sheet")).to_have_attribute("data-theme", scheme)
    assert (luminance(page, ".paper") < 60) == (scheme == "dark")

    write(page, says(page, "Joss"), " They save 77,777 EUR with us.")
    doubtful = says(page, "77,777")
    expect(doubtful.locator(".tail .mark")).to_contain_text("your own word")

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF, one page").click()
    download.value.save_as(tmp_path / "plan.pdf")
    (sheet,) = PdfReader(tmp_path / "plan.pdf").pages
    words = " ".join(sheet.extract_text().split())
    assert "They save 77,777 EUR with us." in words
    assert "Tarnbeck" in words


def luminance(page: Page, selector: str) -> int:
    """Of what is behind the words, from 0 (black) to 255."""
    colour = page.locator(selector).first.evaluate("element => getComputedStyle(element).backgroundColor")
    return max(int(part) for part in re.findall(r"\d+", colour)[:3])


def test_a_first_visitor_finds_an_example_that_is_drafted(app: App, tabs: Tabs) -> None:
    page = tabs.open()
    page.get_by_role("link", name="Brackwell Pathology").click()
    expect(page.locator(".block.heading", has_text="What decides it")).to_be_visible()
    assert page.locator(".rows .block").count() > 10
    expect(page.get_by_role("heading", name="Score")).to_be_visible()


def test_an_empty_note_gets_one_plain_line(app: App, tabs: Tabs) -> None:
    page = tabs.open("new")
    page.get_by_label("Your notes").fill("   ")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert").first).to_contain_text("There is nothing to read yet")


def test_what_is_typed_into_a_new_plan_survives_a_refresh(app: App, tabs: Tabs) -> None:
    page = tabs.open("new")
    page.get_by_label("Your notes").click()
    page.keyboard.type("Joss wants forty looms.")
    page.reload()
    expect(page.get_by_label("Your notes")).to_have_value("Joss wants forty looms.")


def test_fields_that_were_unfolded_stay_so_while_they_are_corrected(app: App, tabs: Tabs) -> None:
    page = tabs.open("new")
    page.get_by_label("Your notes").fill(NOTE)
    page.get_by_role("button", name="Go on").click()
    page.get_by_text(re.compile("^The opportunity")).click()
    opportunity = page.get_by_role("textbox", name="Opportunity")
    opportunity.fill("Forty looms")
    opportunity.press("Tab")
    expect(page.get_by_text("filled in by you")).to_have_count(1)
    expect(page.get_by_role("textbox", name="Amount")).to_be_visible()
