"""What only a browser shows: words are kept while they are typed, whole cards open, nothing is wider than a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import TIMEOUT_MS, opened, settled
from tests.support.served import running_app, started_browser

NOTES = "Customer: Tarnbeck Mills\n\nCall with Joss Penhale: wants 40 looms, $120,000 or $95,000."
PHONE = {"width": 390, "height": 844}

expect.set_options(timeout=TIMEOUT_MS)
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as started:
        yield started


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_app(tmp_path_factory.mktemp("app")) as address:
        yield address


def test_a_paste_survives_a_refresh_in_the_same_moment(browser: Browser, url: str) -> None:
    with opened(browser, url, "/new") as page:
        expect(page).to_have_url(re.compile("draft="))
        page.get_by_label("Your notes").fill(NOTES)
        page.reload()
        expect(page.get_by_label("Your notes")).to_have_value(NOTES)


def test_what_was_typed_is_there_in_another_browser(browser: Browser, url: str) -> None:
    with opened(browser, url, "/new") as page:
        page.get_by_label("Whom do you meet?").press_sequentially("Tarnbeck: Joss Penhale")
        page.get_by_label("When?").fill("2027-02-03")
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        address = page.url
    with opened(browser, url, address.removeprefix(url)) as page:
        expect(page.get_by_label("Whom do you meet?")).to_have_value("Tarnbeck: Joss Penhale")
        expect(page.get_by_label("When?")).to_have_value("2027-02-03")


def test_pasted_notes_are_read_and_shown_for_correction(browser: Browser, url: str) -> None:
    with opened(browser, url, "/new") as page:
        page.get_by_label("Your notes").fill(NOTES)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", name="Is this right?")).to_be_visible()
        expect(page.get_by_label("Account")).to_have_value("Tarnbeck Mills")


def test_settings_are_kept_while_they_are_typed(browser: Browser, url: str) -> None:
    with opened(browser, url, "/settings") as page:
        page.get_by_label("Your company").press_sequentially("Osmere Systems")
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        page.reload()
        expect(page.get_by_label("Your company")).to_have_value("Osmere Systems")


def test_a_note_is_added_to_an_account_and_the_box_is_empty_again(browser: Browser, url: str) -> None:
    with opened(browser, url, "/accounts") as page:
        page.get_by_role("link", name="Brackwell Pathology").click()
        page.get_by_label("Add a note").fill("Hester rang: $5 or $6?")
        page.get_by_role("button", name="Add to the notes").click()
        expect(page.get_by_text(re.compile(r"pasted · Hester rang: \$5 or \$6\?"))).to_be_visible()
        settled(page)
        expect(page.get_by_label("Add a note")).to_have_value("")


def test_the_whole_card_opens_its_plan(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        page.get_by_text("Result delivery, renewal").click(force=True)
        expect(page).to_have_url(re.compile(r"/plan\?id=\w+"))
        settled(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/new", "/accounts", "/settings"])
def test_nothing_is_wider_than_a_phone(browser: Browser, url: str, path: str, scheme: str) -> None:
    with opened(browser, url, path, viewport=PHONE, color_scheme=scheme) as page:
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
