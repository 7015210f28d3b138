"""What a rep waits for in the browser, what open plans cost the server; beside them native text areas."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from playwright.sync_api import Browser, Page

from coach.schema import Critique, Drafted
from coach.store import plans
from coach.store.database import Database, open_database
from coach.store.preferences import set_preference
from tests.benchmarks.figures import line
from tests.benchmarks.served import requests, served
from tests.support.harrowgate import PLAN
from tests.support.plans import example
from tests.support.served import ROOT, Server, running_server, started_browser

FIRST_TOKEN_S, TOKENS_PER_S = 0.5, 60.0
MODEL = "openai:scripted"
KEYS, TABS, LOADS = 20, 20, 5
NATIVE_TABS = 5
"""Twenty of them keep a small machine so busy that they do not even open."""
IDLE_S = 30.0
SETTLES_S = 20.0
"""After the last plan has been opened: scripts have run, what was garbage is collected."""
PAGE = ".rows .block .shown[tabindex]"
AREA = "[data-testid=stTextArea] textarea"
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"
NATIVE = str(Path(__file__).with_name("native.py").relative_to(ROOT))
SHEET = """[...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
  .map((one) => one.shadowRoot).find((root) => root?.querySelector('.sheet'))"""
TYPED_TO_SAVED = f"""() => {{
  const root = {SHEET}, status = root.querySelector('.status');
  window.measured = new Promise((done) => {{
    let typed = 0;
    root.addEventListener('input', () => {{ typed = performance.now(); }}, {{ capture: true, once: true }});
    new MutationObserver((_, watch) => {{
      if (!typed || status.dataset.state !== 'saved') return;
      watch.disconnect();
      done(performance.now() - typed);
    }}).observe(status, {{ attributes: true, childList: true, characterData: true, subtree: true }});
  }});
}}"""
WHEN = f"""(isShown) => {{
  const root = {SHEET} ?? document.body;
  window.measured = new Promise((done) => {{
    const look = () => (isShown(root) ? done(Date.now()) : requestAnimationFrame(look));
    look();
  }});
}}"""
SHOWN = f"""(words) => ({WHEN})((root) => root.textContent.includes(words)
  || [...root.querySelectorAll('textarea')].some((one) => one.value.includes(words)))"""
ANY_GROUNDWORK = f"""() => ({WHEN})((root) => root.querySelector('.groundwork .lines-out')?.textContent.trim())"""
MEASURED = "() => window.measured"


def in_browser() -> None:
    """Prints all figures; takes some minutes."""
    print(f"\nIn the browser (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
    with served(first_token_s=FIRST_TOKEN_S, tokens_per_s=TOKENS_PER_S) as endpoint, started_browser() as browser:
        with kept_plans("app.py") as (server, db, ids):
            idle_here = idle(browser, server, ids, PAGE)
            saved = typed_to_saved(browser, server, ids[0])
            line("keystroke to saved, median (0.4 s of it waits for a pause)", statistics.median(saved), "s")
            line("keystroke to saved, 95th percentile", late(saved), "s")
            seen = statistics.median(tab_to_tab(browser, server, ids[0], PAGE))
            line("edit in one tab to shown in another", seen, "s")
            loaded = statistics.median(loads(browser, server, ids[0], PAGE))
            line("page load to editable", loaded, "s")
            drafted = first_text(browser, server, db, endpoint)
            line("first text after Draft, after the model's first token", drafted, "s", 0.5)
            line(f"server with {TABS} idle open plans, of a core", idle_here.percent, "%", 5.0)
            line("memory of the server for each open plan", idle_here.mb_each, "MB")
        print(f"The page / the same plan as native text areas (load {os.getloadavg()[0]:.1f})")
        with kept_plans(NATIVE) as (server, db, ids):
            idle_there = idle(browser, server, ids[:NATIVE_TABS], AREA)
            native = left_to_saved(browser, server, db, ids[0])
            line(
                "typed to saved, median (theirs: Ctrl+Enter to the database)",
                statistics.median(saved) / statistics.median(native),
                "",
            )
            line("typed to saved, 95th percentile (the same)", late(saved) / late(native), "")
            line("tab to tab", seen / statistics.median(tab_to_tab(browser, server, ids[0], AREA)), "")
            line("page load", loaded / statistics.median(loads(browser, server, ids[0], AREA)), "")
            cpu = idle_here.percent / TABS, idle_there.percent / NATIVE_TABS
            line("processor time of an idle open plan", cpu[0] / cpu[1], "")
            line("memory of an open plan", idle_here.mb_each / idle_there.mb_each, "")
    print(f"(load {os.getloadavg()[0]:.1f})")


@dataclass(frozen=True)
class Idle:
    percent: float
    """Of one core, all open plans together."""
    mb_each: float


@contextmanager
def kept_plans(script: str) -> Iterator[tuple[Server, Database, Sequence[str]]]:
    """A fresh server with as many drafted plans as tabs will be opened."""
    folder = Path(tempfile.mkdtemp())
    (folder / "home").mkdir()
    db = open_database(f"sqlite:///{folder / 'home' / 'coach.sqlite3'}")
    ids = [kept_plan(db) for _ in range(TABS)]
    with running_server(folder, script=script, COACH_MODEL="builtin") as server:
        yield server, db, ids
    db.close()


def kept_plan(db: Database) -> str:
    context = example("harrowgate_context")
    made = plans.create_plan(db, context, purpose="a test in one cold store")
    plans.keep_drafted(db, made.id, Drafted(context=context, plan=PLAN, critique=Critique(total=70.0)), PLAN.blocks)
    return made.id


def opened(browser: Browser, server: Server, plan_id: str, editable: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce").new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{server.url}/{'' if editable == AREA else 'plan'}?id={plan_id}")
    page.wait_for_selector(editable)
    return page


def typed_to_saved(browser: Browser, server: Server, plan_id: str) -> list[float]:
    """Seconds from each keystroke to the word Saved."""
    page = opened(browser, server, plan_id, PAGE)
    page.wait_for_selector(STILL)
    page.locator(PAGE).nth(1).focus()
    page.keyboard.press("Enter")
    found = []
    for _ in range(KEYS):
        page.evaluate(TYPED_TO_SAVED)
        page.keyboard.type("x")
        found.append(page.evaluate(MEASURED) / 1000)
    page.context.close()
    return found


def left_to_saved(browser: Browser, server: Server, db: Database, plan_id: str) -> list[float]:
    """The same with a text area, saved when it is left: from the key that does it until the database has it."""
    page = opened(browser, server, plan_id, AREA)
    page.wait_for_selector(STILL)
    found = []
    for _ in range(KEYS):
        page.locator(AREA).nth(1).press("x")
        words = page.locator(AREA).nth(1).input_value()
        began = time.monotonic()
        page.keyboard.press("Control+Enter")
        while words not in {one.block.text for one in plans.load_plan(db, plan_id).blocks}:
            time.sleep(0.005)
        found.append(time.monotonic() - began)
        page.wait_for_selector(STILL)
    page.context.close()
    return found


def tab_to_tab(browser: Browser, server: Server, plan_id: str, editable: str) -> list[float]:
    """Seconds from a keystroke in one tab until the other shows its word."""
    here, there = (opened(browser, server, plan_id, editable) for _ in range(2))
    found = []
    for number in range(LOADS):
        word = f"zq{number}qz"
        there.evaluate(SHOWN, word)
        one = here.locator(editable).nth(2)
        one.focus()
        here.keyboard.press("Enter" if editable == PAGE else "End")
        here.keyboard.type(word)
        began = time.time()
        here.keyboard.press("Escape" if editable == PAGE else "Control+Enter")
        found.append(there.evaluate(MEASURED) / 1000 - began)
    for page in (here, there):
        page.context.close()
    return found


def loads(browser: Browser, server: Server, plan_id: str, editable: str) -> list[float]:
    """Seconds from the address to a page that can be written on; the browser has the app's files already."""
    page = opened(browser, server, plan_id, editable)
    found = []
    for _ in range(LOADS):
        began = time.monotonic()
        page.reload()
        page.wait_for_selector(editable)
        found.append(time.monotonic() - began)
    page.context.close()
    return found


def first_text(browser: Browser, server: Server, db: Database, endpoint: Connection) -> float:
    """Seconds from the model's first token until its first words stand on the screen."""
    set_preference(db, "model", MODEL)
    plan_id = plans.create_plan(db, example("harrowgate_context")).id
    page = opened(browser, server, plan_id, ".sheet .nothing")
    page.wait_for_selector(STILL)
    page.evaluate(ANY_GROUNDWORK)
    page.get_by_role("button", name="Draft", exact=True).click()
    shown_at = page.evaluate(MEASURED) / 1000
    first_token_at = requests(endpoint)[0][1] + FIRST_TOKEN_S + time.time() - time.monotonic()
    page.locator(".progress").get_by_role("button", name="Cancel").click()
    page.locator(".progress").wait_for(state="hidden")
    page.context.close()
    return float(shown_at - first_token_at)


def idle(browser: Browser, server: Server, ids: Sequence[str], editable: str) -> Idle:
    """What the server takes while plans are open that nobody touches."""
    opened(browser, server, ids[0], editable).context.close()  # what the first one loads is there for all
    before = memory_mb(server)
    pages = [opened(browser, server, plan_id, editable) for plan_id in ids]
    time.sleep(SETTLES_S)
    began, used = time.monotonic(), cpu_s(server)
    time.sleep(IDLE_S)
    percent = 100 * (cpu_s(server) - used) / (time.monotonic() - began)
    each = (memory_mb(server) - before) / len(ids)
    for page in pages:
        page.context.close()
    return Idle(percent, each)


def cpu_s(server: Server) -> float:
    """Processor time of the server so far, all its threads. Source: proc(5), stat, fields 14 and 15."""
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(server: Server) -> float:
    assert server.process is not None
    rows = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("VmRSS")) / 1024


def late(figures: Sequence[float]) -> float:
    return statistics.quantiles(figures, n=20)[-1]
