"""Every file that the Export menu offers, opened by a parser of its kind; what is confidential is in none for them."""

from __future__ import annotations

import io
import re
from datetime import UTC, date

import docx
import pytest
from docx.document import Document
from icalendar import Calendar
from playwright.sync_api import Browser, BrowserContext, expect
from pypdf import PdfReader

from coach.export.jsonfile import from_json
from coach.export.markdown import from_markdown
from coach.schema import Drafted, Meeting
from coach.store import plans
from tests.browser.app import App, Tabs, block, write
from tests.browser.conftest import WAITS_MS

MINE = "Jens comes by train."
CONFIDENTIAL = ("Scandex", "Aldermoor", "18%", "waited", "24/10", "24 October", "120k", "120,000", "Negotiation")
"""Of what Maria told us alone, of our debts, of our deal."""
OFFERED = {
    ".pdf", ".docx", ".md", ".json", ".ics", "-agenda.pdf", "-agenda.docx", "-agenda.md", "-bring.pdf",
}  # fmt: skip
SLIP = "Tell Tom that Maria fears Scandex and Aldermoor, 18% of her volume"


@pytest.fixture(scope="module")
def files(running: App, profile: BrowserContext) -> dict[str, bytes]:
    """Whatever the Export menu offers for a page on which the rep has written something confidential by mistake."""
    plan_id = running.drafted_plan()
    tabs = Tabs(profile, running.server.url)
    page = tabs.plan(plan_id)
    for block_id, words in (("B13", f" {MINE}"), ("B18", f" {SLIP}."), ("B22", f" {SLIP}.")):
        write(page, block(page, block_id), words)
    page.get_by_role("button", name="Export").click()
    links = page.locator(".mc-links a")
    expect(links).to_have_count(len(OFFERED))
    found = {}
    for link in links.all():
        address = link.get_attribute("href") or ""
        answer = page.request.get(f"{running.server.url}/{address}")
        assert answer.status == 200, address
        assert "attachment" in answer.headers["content-disposition"]
        found[address.partition("?")[0].removeprefix(f"files/{plan_id}")] = answer.body()
    tabs.close()
    return found


def test_all_files_are_offered_and_come(files: dict[str, bytes]) -> None:
    assert set(files) == OFFERED


def words_of(data: bytes, ending: str) -> str:
    if ending == "pdf":
        return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())
    if ending == "docx":
        return text_of(docx.Document(io.BytesIO(data)))
    return data.decode()


def text_of(document: Document) -> str:
    rows = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *rows])


@pytest.mark.parametrize("ending", ["pdf", "docx", "md"])
def test_the_page_is_whole_in_each_form(files: dict[str, bytes], ending: str) -> None:
    words = words_of(files[f".{ending}"], ending)
    assert MINE in words
    assert "Whether Tom believes the cause" in words.replace("\n", " ")


def test_the_page_is_one_sheet_of_paper(files: dict[str, bytes]) -> None:
    assert len(PdfReader(io.BytesIO(files[".pdf"])).pages) == 1


def test_markdown_and_json_are_read_back(files: dict[str, bytes]) -> None:
    drafted = from_json(files[".json"].decode())
    assert isinstance(drafted, Drafted)
    read = from_markdown(files[".md"].decode())
    assert [one.text for one in read.blocks] == [one.text for one in drafted.plan.blocks]
    assert drafted.context.account == "Harrowgate Chilled Foods"


def test_without_a_day_no_calendar_entry_is_offered(app: App, tabs: Tabs) -> None:
    plan_id = app.drafted_plan()
    plans.set_context(app.db, plan_id, app.kept(plan_id).context.model_copy(update={"meeting": Meeting()}))
    page = tabs.plan(plan_id)
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_text("A calendar entry needs the meeting’s day: set it under When.")).to_be_visible()
    expect(page.get_by_role("link", name="Calendar entry with the agenda")).to_have_count(0)


def test_the_page_is_offered_with_its_sources(app: App, tabs: Tabs) -> None:
    page = tabs.plan(app.drafted_plan())
    page.get_by_role("button", name="Export").click()
    word = page.get_by_role("link", name="Word", exact=True)
    expect(word).to_have_attribute("href", re.compile("token=[^&]+$"))
    page.get_by_text("With sources").click()
    expect(word).to_have_attribute("href", re.compile("&sources=1$"))


def test_the_calendar_entry_goes_by_the_browser_s_time_zone(app: App, browser: Browser) -> None:
    plan_id = app.drafted_plan()
    with browser.new_context(timezone_id="America/New_York", reduced_motion="reduce") as context:
        context.set_default_timeout(WAITS_MS)
        page = Tabs(context, app.server.url).plan(plan_id)
        page.get_by_role("button", name="Export").click()
        expect(page.get_by_text("is for 10:00 in your time zone, America/New York.")).to_be_visible()
        link = page.get_by_role("link", name="Calendar entry with the agenda")
        answer = page.request.get(f"{app.server.url}/{link.get_attribute('href')}").text()
    (event,) = Calendar.from_ical(answer).walk("VEVENT")
    assert event["DTSTART"].dt.astimezone(UTC).isoformat() == "2026-12-03T15:00:00+00:00"


def test_the_calendar_has_the_hour_and_the_agenda(files: dict[str, bytes]) -> None:
    (event,) = Calendar.from_ical(files[".ics"].decode()).walk("VEVENT")
    assert event["DTSTART"].dt.date() == date(2026, 12, 3)
    assert (event["DTEND"].dt - event["DTSTART"].dt).seconds == 45 * 60
    assert "10:00" in event["DTSTART"].dt.isoformat()


@pytest.mark.parametrize("name", ["-agenda.pdf", "-agenda.docx", "-agenda.md", ".ics", "-bring.pdf"])
def test_nothing_confidential_is_in_what_the_customer_gets(files: dict[str, bytes], name: str) -> None:
    words = words_of(files[name], name.rpartition(".")[2]).replace("\r\n ", "")
    assert words.strip()
    assert [one for one in CONFIDENTIAL if one.casefold() in words.casefold()] == []
    assert "Tell Tom" not in words
