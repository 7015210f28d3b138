"""What only a browser shows of the screens around one plan: the panel follows the page, the clock runs, files come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from coach.schema import Critique, Drafted
from coach.store import plans
from coach.store.database import open_database
from tests.support.harrowgate import PLAN
from tests.support.plans import example
from tests.support.served import HARMLESS, running_app, started_browser
from tests.test_ui_plan import GROUNDWORK

pytestmark = pytest.mark.browser
WAITS_MS = 20_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as started:
        yield started


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The app's address, and the id of a plan with a page."""
    folder = tmp_path_factory.mktemp("plan")
    (folder / "home").mkdir()
    db = open_database(f"sqlite:///{folder / 'home' / 'coach.sqlite3'}")
    context = example("harrowgate_context")
    kept = plans.create_plan(db, context, purpose="a test in one cold store")
    drafted = Drafted(context=context, plan=PLAN, groundwork=GROUNDWORK, critique=Critique(total=70.0))
    plans.keep_drafted(db, kept.id, drafted, PLAN.blocks)
    db.close()
    with running_app(folder, COACH_MODEL="builtin") as url:
        yield url, kept.id


@pytest.fixture
def page(browser: Browser, app: tuple[str, str]) -> Iterator[Page]:
    """Fails on whatever the browser complains of, and on requests to other hosts."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(WAITS_MS)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: complaints.append(asked.url) if not _is_ours(asked.url, app[0]) else None)
    missing: list[str] = []
    page.on("response", lambda got: missing.append(got.url) if got.status == 404 else None)
    yield page
    context.close()
    is_known = all(HARMLESS.search(url) for url in missing)
    assert [one for one in complaints if not (is_known and "404" in one)] == []


def _is_ours(url: str, base: str) -> bool:
    return url.startswith((base, base.replace("http", "ws", 1), "data:", "blob:"))


def go(page: Page, app: tuple[str, str], place: str) -> None:
    page.goto(f"{app[0]}/{place}?id={app[1]}")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def test_a_chip_on_the_page_brings_its_line_into_view_in_the_notes(page: Page, app: tuple[str, str]) -> None:
    go(page, app, "plan")
    page.get_by_role("button", name="Show sources").click()
    page.locator("button.chip:visible", has_text="L12").first.click()
    line = page.locator("#note-L12.cited")
    expect(line).to_be_in_viewport()
    expect(page.get_by_role("radio", name="Notes")).to_be_checked()


def test_the_panel_stays_beside_the_page_while_it_scrolls(page: Page, app: tuple[str, str]) -> None:
    go(page, app, "plan")
    expect(page.get_by_text("Leave out").first).to_be_attached()
    page.get_by_text("Leave out").first.scroll_into_view_if_needed()
    expect(page.get_by_role("radio", name="History")).to_be_in_viewport()


@pytest.mark.parametrize(("name", "starts"), [("PDF, one page", b"%PDF"), ("What we bring, as PDF", b"%PDF")])
def test_files_come_from_the_menu(page: Page, app: tuple[str, str], tmp_path: Path, name: str, starts: bytes) -> None:
    go(page, app, "plan")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    download.value.save_as(tmp_path / "file")
    assert (tmp_path / "file").read_bytes().startswith(starts)


def test_the_clock_runs_and_says_how_the_time_compares(page: Page, app: tuple[str, str]) -> None:
    go(page, app, "rehearse")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("timer")).to_have_text("0:01")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text(re.compile(r"^0:0\d: \d+ s quicker than the words need\.$"))).to_be_visible()


def test_cards_are_turned_with_the_keyboard(page: Page, app: tuple[str, str]) -> None:
    go(page, app, "rehearse")
    expect(page.get_by_text("Question 1 of 3")).to_be_visible()
    expect(page.get_by_role("switch", name="Shuffled")).to_be_enabled()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("I promised it for the 24th")).to_be_visible()
    expect(page.get_by_role("button", name="Show the answer")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Question 2 of 3")).to_be_visible()


@pytest.mark.parametrize("place", ["plan", "rehearse", "bring"])
def test_nothing_is_wider_than_a_phone(page: Page, app: tuple[str, str], place: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, app, place)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
