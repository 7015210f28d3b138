"""The running app as tests meet it, tabs that notice every complaint, and what a rep does in them again and again."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from coach.context import parse_context
from coach.schema import Critique, Drafted, Groundwork, MeetingPlan, Suggestion
from coach.store import jobs, plans
from coach.store.database import Database
from coach.store.preferences import set_preference
from coach.store.records import KeptPlan
from tests.support.endpoint import Endpoint
from tests.support.harrowgate import PLAN
from tests.support.plans import PLANS
from tests.support.served import HARMLESS, Server

MODEL = "openai:scripted"
REP = "Riya Shah"
"""Who writes: the rep whom the example's notes name."""
HAPPENS_WITHIN_S = 30.0
KILLS = 20
SEED = 20261203
SOON_MS = 120_000
"""For what a killed server has to do again."""
OUTAGE = re.compile("net::ERR_|WebSocket|DoInitPings|Connection timed out|not responding|Cannot send rerun")
"""What the browser says of a server that is not there."""
NOTES = PLANS / "harrowgate_context.md"
_numbers = count(101)


@dataclass
class App:
    server: Server
    db: Database
    model: Endpoint

    def drafts_with(self, model: str) -> None:
        set_preference(self.db, "model", model)

    def new_plan(self) -> str:
        """Id of a plan that has no page yet. Each is for another matter: no answer comes from the ledger."""
        text = NOTES.read_text(encoding="utf-8").replace("Dock scanners", f"Dock scanners, lot {next(_numbers)}")
        context = parse_context(text, name=NOTES.name, folder=NOTES.parent)
        return plans.create_plan(self.db, context, purpose="a test in a store").id

    def drafted_plan(self, plan: MeetingPlan = PLAN, *, groundwork: Groundwork | None = None) -> str:
        """Id of a plan with a page."""
        plan_id = self.new_plan()
        context = self.kept(plan_id).context
        drafted = Drafted(
            context=context, plan=plan, groundwork=groundwork or Groundwork(), critique=Critique(total=70.0)
        )
        plans.keep_drafted(self.db, plan_id, drafted, plan.blocks)
        return plan_id

    def suggest(self, plan_id: str, *suggestions: Suggestion) -> None:
        plans.set_suggestions(self.db, plan_id, suggestions)

    def kept(self, plan_id: str) -> KeptPlan:
        return plans.load_plan(self.db, plan_id)

    def texts(self, plan_id: str) -> list[str]:
        return [one.block.text for one in self.kept(plan_id).blocks]

    def text(self, plan_id: str, block: str) -> str:
        return next((one.block.text for one in self.kept(plan_id).blocks if one.block.id == block), "")

    def is_at_work(self, plan_id: str) -> bool:
        return jobs.running_job(self.db, plan_id) is not None

    def ends(self, plan_id: str) -> KeptPlan:
        """The plan once no job works on it any more."""
        until(lambda: not self.is_at_work(plan_id))
        return self.kept(plan_id)


@dataclass
class Tabs:
    """Tabs of one browser. `expected`: what a test brings about on purpose, as the browser says it."""

    context: BrowserContext
    url: str
    expected: re.Pattern[str] = re.compile(r"(?!)")
    complaints: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def open(self, place: str = "", *, width: int = 1440, scheme: str = "light", **query: str) -> Page:
        page = self.context.new_page()
        self.pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda asked: None if self._is_ours(asked.url) else self.complaints.append(asked.url))
        go(page, f"{self.url}/{place}{f'?{urlencode(query)}' if query else ''}")
        return page

    def plan(self, plan_id: str, *, width: int = 1440, scheme: str = "light") -> Page:
        page = self.open("plan", id=plan_id, width=width, scheme=scheme)
        expect(page.locator(".sheet .bar")).to_be_visible()
        return page

    def show(self, page: Page, plan_id: str) -> None:
        """Another plan in a tab that is open."""
        go(page, f"{self.url}/plan?{urlencode({'id': plan_id})}")
        expect(page.locator(".sheet .bar")).to_be_visible()

    def close(self) -> None:
        for page in self.pages:
            if not page.is_closed():
                page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
                page.close()
        told = [one for one in self.complaints if not HARMLESS.search(one) and not self.expected.search(one)]
        assert told == [], told

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(f"{said.text} {said.location['url']}")

    def _is_ours(self, url: str) -> bool:
        return url.startswith((self.url, self.url.replace("http", "ws", 1), "data:", "blob:"))


def go(page: Page, url: str) -> None:
    page.goto(url)
    settled(page)


def settled(page: Page) -> None:
    """Streamlit's script has run."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def at_rest(page: Page) -> None:
    """The script has run, and the page has told it of every save, which it does within 1.5 s.

    A dialog that is opened in the same moment is dropped by Streamlit ("Cannot set a node at a delta path").
    """
    page.evaluate("() => { window.atRestSince = undefined; }")
    page.wait_for_function("""() => {
      const state = document.querySelector('[data-testid=stApp]').dataset.testScriptState;
      if (state !== 'notRunning') window.atRestSince = undefined;
      else window.atRestSince ??= performance.now();
      return performance.now() - (window.atRestSince ?? Infinity) > 1800;
    }""")


def block(page: Page, block_id: str) -> Locator:
    return page.locator(f'.block[data-id="{block_id}"]')


def says(page: Page, words: str) -> Locator:
    """The block that has these words."""
    return page.locator(".rows .block:not(.heading)", has_text=words).first


def edit(page: Page, one: Locator) -> Locator:
    """The field of a block, opened by keyboard, the caret at its end."""
    one.locator(".shown").focus()
    page.keyboard.press("Enter")
    field_of_it = one.locator("textarea").first
    expect(field_of_it).to_be_focused()
    return field_of_it


def write(page: Page, one: Locator, words: str) -> None:
    """Adds words at the end of a block, and leaves it."""
    edit(page, one)
    page.keyboard.type(words)
    page.keyboard.press("Escape")
    saved(page)


def saved(page: Page) -> None:
    expect(page.locator(".sheet .status")).to_have_text("Saved")


def panel(page: Page, name: str) -> Locator:
    """The panel beside the page, turned to one of its four sides."""
    page.get_by_role("radio", name=name, exact=True).click()
    return page.locator(".st-key-panel")


def until(claim: Callable[[], bool], *, within_s: float = HAPPENS_WITHIN_S) -> None:
    """Wait for what happens on the server."""
    end = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < end, "It did not happen"
        time.sleep(0.05)
