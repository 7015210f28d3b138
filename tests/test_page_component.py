"""The editable page in a real browser, on a real Streamlit server, against its routes in memory."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from coach.ui import page as page_package
from tests.support.page_api import HOST, NO_FALLBACK, PageApi, Plan, kept, mark, suggestion, worked_example

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
OUTAGE = (
    "ERR_EMPTY_RESPONSE",
    "ERR_CONNECTION",
    "ERR_INCOMPLETE",
    "ERR_FAILED",
    "status of 500",
    "status of 409",
    "status of 422",
)

pytestmark = pytest.mark.browser
expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("page") / "server.log"
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(HOST), f"--server.port={port}"]
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "--server.address=127.0.0.1"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
    assert "Traceback" not in log.read_text(), log.read_text()


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
            if answer.read() == b"ok":
                return
    raise RuntimeError("Streamlit did not start")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def api() -> Iterator[PageApi]:
    with PageApi({"P1": worked_example()}) as served:
        yield served


@pytest.fixture
def plan(api: PageApi) -> Plan:
    return api.plans["P1"]


@pytest.fixture(scope="module")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """One for all, so that Streamlit's files are fetched once."""
    opened = browser.new_context(viewport={"width": 1440, "height": 960}, reduced_motion="reduce")
    yield opened
    opened.close()


@pytest.fixture
def context(profile: BrowserContext) -> Iterator[BrowserContext]:
    yield profile
    for page in profile.pages:
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(context: BrowserContext, server: str, api: PageApi) -> Iterator[Open]:
    """Opens a tab on a plan; at the end nothing was said to the console and nobody else was asked."""
    wrong: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        ours = (server, api.url, server.replace("http", "ws"), "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(ours) else wrong.append(request.url))

    def open_(*, width: int = 1440, **asked: str) -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 960})
        watch(page)
        page.goto(f"{server}/?{urlencode({'api': api.url, **asked})}")
        expect(page.locator(".sheet .bar").first).to_be_visible(timeout=15_000)
        return page

    yield open_
    told = [one for one in wrong if not any(word in one for word in OUTAGE)]
    assert not told, told


def block(page: Page, block_id: str) -> Locator:
    return page.locator(f'.block[data-id="{block_id}"]')


def edit(page: Page, block_id: str) -> Locator:
    block(page, block_id).locator(".shown").focus()
    page.keyboard.press("Enter")
    return block(page, block_id).locator("textarea").first


def status(page: Page) -> Locator:
    return page.locator(".status")


def until(claim: Callable[[], bool], page: Page) -> None:
    """Wait for what happens on the server."""
    for _ in range(200):
        if claim():
            return
        page.wait_for_timeout(20)
    raise AssertionError("It did not happen")


def test_typed_words_are_saved_while_typing_and_shown_as_printed(open_page: Open, plan: Plan) -> None:
    page = open_page()
    field = edit(page, "B7")
    expect(field).to_have_value("**Today, Riya → her manager:** who pays a crew, yes or no, by Wednesday noon.")
    page.keyboard.type(" **Twice.**")
    until(lambda: plan.text("B7").endswith("noon. **Twice.**"), page)
    expect(field).to_be_focused()
    assert plan.text("B7").startswith("2. **Today")
    page.keyboard.press("Escape")
    expect(status(page)).to_have_text("Saved")
    expect(block(page, "B7").locator("strong").last).to_have_text("Twice.")
    expect(block(page, "B7").locator(".shown")).to_be_focused()


def test_a_click_puts_the_caret_where_it_was(open_page: Open, plan: Plan) -> None:
    page = open_page()
    block(page, "B7").locator(".words p").click(position={"x": 2, "y": 8})
    page.keyboard.type("Very ")
    expect(block(page, "B7").locator("textarea")).to_have_value(re.compile("^\\*\\*Very Today"))
    until(lambda: plan.text("B7").startswith("2. **Very Today"), page)


def test_reload_in_the_middle_of_typing_loses_no_letter(open_page: Open, api: PageApi, plan: Plan) -> None:
    page = open_page()
    api.delay_s = 0.3
    edit(page, "B13")
    page.keyboard.type(" One")
    until(lambda: "One" in plan.text("B13") or api.posts > 0, page)
    page.keyboard.type(" two three")
    page.reload()
    expect(block(page, "B13")).to_contain_text("One two three")
    until(lambda: plan.text("B13").endswith("One two three"), page)
    expect(status(page)).to_have_text("Saved")
    expect(page.locator(".clash")).to_have_count(0)


def test_words_written_while_the_server_is_down_are_kept_and_sent_when_it_is_back(
    open_page: Open, api: PageApi, plan: Plan
) -> None:
    page = open_page()
    api.go_down()
    edit(page, "B13")
    page.keyboard.type(" Kept")
    expect(status(page)).to_have_text("Not saved: no connection, kept here")
    page.keyboard.type(" here")
    assert "Kept" not in plan.text("B13")
    api.come_up()
    until(lambda: plan.text("B13").endswith("Kept here"), page)
    expect(status(page)).to_have_text("Saved")
    expect(block(page, "B13").locator("textarea")).to_be_focused()


def test_words_outlive_a_closed_tab_while_the_server_is_down(open_page: Open, api: PageApi, plan: Plan) -> None:
    page = open_page()
    api.go_down()
    edit(page, "B13")
    page.keyboard.type(" Late")
    expect(status(page)).to_contain_text("Not saved")
    page.close()
    api.come_up()
    page = open_page()
    until(lambda: plan.text("B13").endswith("Late"), page)


def test_a_server_with_trouble_is_asked_again(open_page: Open, api: PageApi, plan: Plan) -> None:
    page = open_page()
    api.fail_with = 500
    edit(page, "B13")
    page.keyboard.type(" Again")
    expect(status(page)).to_have_text("Not saved: the server has trouble, kept here")
    api.fail_with = 0
    until(lambda: plan.text("B13").endswith("Again"), page)


def test_a_refused_edit_says_so_and_does_not_hold_up_others(open_page: Open, api: PageApi, plan: Plan) -> None:
    page = open_page()
    api.fail_with = 422
    edit(page, "B13")
    page.keyboard.type(" Bad")
    expect(block(page, "B13").locator(".clash")).to_contain_text("Not saved: Something broke")
    api.fail_with = 0
    edit(page, "B12")
    page.keyboard.type(" Good")
    until(lambda: plan.text("B12").endswith("Good"), page)
    assert "Bad" not in plan.text("B13")
    edit(page, "B13")
    page.keyboard.type("der")
    until(lambda: plan.text("B13").endswith("Badder"), page)
    expect(page.locator(".clash")).to_have_count(0)


def _clash(page: Page, plan: Plan, api: PageApi) -> None:
    """Tom writes after the rep has begun to."""
    api.is_down = True
    edit(page, "B13")
    page.keyboard.type(" Mine")
    expect(status(page)).to_contain_text("Not saved")
    plan.write("B13", "- **Jens** comes.")
    api.is_down = False
    expect(status(page)).to_contain_text("Clash")
    page.keyboard.press("Escape")
    expect(block(page, "B13").locator(".version").first).to_contain_text("Mine")
    expect(block(page, "B13").locator(".version").last).to_contain_text("Jens comes.")
    assert plan.text("B13") == "- **Jens** comes."


def test_clash_keep_mine(open_page: Open, plan: Plan, api: PageApi) -> None:
    page = open_page()
    _clash(page, plan, api)
    page.get_by_role("button", name="Keep mine").click()
    until(lambda: plan.text("B13").endswith("Mine"), page)
    expect(page.locator(".clash")).to_have_count(0)
    expect(status(page)).to_have_text("Saved")


def test_a_clash_out_of_sight_is_brought_into_view(open_page: Open, plan: Plan, api: PageApi) -> None:
    page = open_page()
    _clash(page, plan, api)
    block(page, "B38").scroll_into_view_if_needed()
    page.get_by_role("button", name="Show it").click()
    expect(page.locator(".clash")).to_be_in_viewport()
    page.get_by_role("button", name="Keep mine").click()
    expect(page.get_by_role("button", name="Show it")).to_have_count(0)


def test_clash_take_theirs(open_page: Open, plan: Plan, api: PageApi) -> None:
    page = open_page()
    _clash(page, plan, api)
    page.get_by_role("button", name="Take theirs").click()
    expect(block(page, "B13")).to_contain_text("Jens comes.")
    expect(page.locator(".clash")).to_have_count(0)
    assert plan.text("B13") == "- **Jens** comes."


def test_seven_tabs_in_sight_all_save_and_all_hear_what_another_wrote(open_page: Open, plan: Plan) -> None:
    """A browser gives a host six connections; a stream in every tab would take them all."""
    pages = [open_page() for _ in range(7)]
    first, *others = pages
    edit(first, "B12")
    first.keyboard.type(" All seven")
    until(lambda: plan.text("B12").endswith("All seven"), first)
    expect(status(first)).to_have_text("Saved")
    for page in others:
        expect(block(page, "B12")).to_contain_text("All seven")
        expect(page.get_by_text("No connection")).to_have_count(0)
    edit(others[-1], "B13")
    others[-1].keyboard.type(" The last too")
    until(lambda: plan.text("B13").endswith("The last too"), others[-1])


def test_clash_edit_both_outlives_a_reload(open_page: Open, plan: Plan, api: PageApi) -> None:
    page = open_page()
    _clash(page, plan, api)
    page.reload()
    expect(block(page, "B13").locator(".version").first).to_contain_text("Mine")
    page.get_by_role("button", name="Edit both").click()
    expect(block(page, "B13").locator("textarea")).to_be_focused()
    until(lambda: "Jens** comes." in plan.text("B13") and "Mine" in plan.text("B13"), page)


def test_words_in_a_block_that_somebody_deleted_can_be_put_back(open_page: Open, plan: Plan, api: PageApi) -> None:
    page = open_page()
    edit(page, "B13")
    plan.drop("B13")
    page.keyboard.type(" Mine")
    expect(page.locator(".clash")).to_contain_text("Somebody deleted this")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Put it back").click()
    until(lambda: any(str(one["text"]).endswith("Mine") for one in plan.blocks), page)
    ids = [str(one["id"]) for one in plan.blocks]
    assert ids[ids.index("B12") + 1].startswith("N")
    expect(page.locator(".clash")).to_have_count(0)


def test_two_tabs_see_each_others_words(open_page: Open, plan: Plan) -> None:
    first, second = open_page(), open_page(by="Ola Brandt")
    edit(first, "B13")
    first.keyboard.type(" Seen")
    expect(block(second, "B13")).to_contain_text("Seen")
    edit(second, "B12")
    second.keyboard.type(" Both")
    expect(block(first, "B12")).to_contain_text("Both")
    expect(block(first, "B13").locator("textarea")).to_be_focused()


def test_new_blocks_by_keyboard(open_page: Open, plan: Plan) -> None:
    page = open_page()
    edit(page, "B7")
    page.keyboard.press("Enter")
    page.keyboard.type("Call the crew")
    page.keyboard.press("Enter")
    page.keyboard.type("And Tom")
    until(lambda: plan.blocks[8]["text"] == "4. And Tom", page)
    assert plan.blocks[7]["text"] == "3. Call the crew"
    assert plan.blocks[7]["part"] == "before"
    expect(page.get_by_role("group", name="Before, item 3", exact=True)).to_be_visible()


def test_enter_inside_an_item_splits_it(open_page: Open, plan: Plan) -> None:
    page = open_page()
    field = edit(page, "B13")
    field.evaluate("field => field.setSelectionRange(field.value.indexOf('*Takes'), field.value.indexOf('*Takes'))")
    page.keyboard.press("Enter")
    until(lambda: str(plan.blocks[13]["text"]).startswith("- *Takes away*"), page)
    assert plan.text("B13") == "- **Jens**, maybe; role unknown."


def test_an_empty_new_block_is_nobodys_business(open_page: Open, plan: Plan, api: PageApi) -> None:
    page = open_page()
    count = len(plan.blocks)
    edit(page, "B7")
    page.keyboard.press("Enter")
    expect(page.locator(".block")).to_have_count(count + 1)
    page.keyboard.press("Escape")
    expect(page.locator(".block")).to_have_count(count)
    assert api.posts == 0


def test_backspace_in_an_empty_block_deletes_it_and_undo_brings_it_back(open_page: Open, plan: Plan) -> None:
    page = open_page()
    field = edit(page, "B13")
    field.fill("")
    page.keyboard.press("Backspace")
    until(lambda: plan.block("B13") is None, page)
    expect(block(page, "B12").locator("textarea")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    until(lambda: plan.block("B13") is not None, page)
    expect(block(page, "B13")).to_be_visible()


def test_alt_arrows_move_a_block_and_keep_the_caret(open_page: Open, plan: Plan) -> None:
    page = open_page()
    field = edit(page, "B12")
    field.evaluate("field => field.setSelectionRange(3, 3)")
    page.keyboard.press("Alt+ArrowUp")
    until(lambda: [one["id"] for one in plan.blocks][10:12] == ["B12", "B11"], page)
    expect(field).to_be_focused()
    assert field.evaluate("field => field.selectionStart") == 3
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+ArrowDown")
    until(lambda: [one["id"] for one in plan.blocks][10:12] == ["B11", "B12"], page)


def test_the_menu_works_by_keyboard(open_page: Open, plan: Plan) -> None:
    page = open_page(redraft="1")
    block(page, "B12").locator(".shown").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Actions for Who, item 2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Add below", exact=True)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    until(lambda: plan.block("B12") is None, page)


COVERED = """
() => {
  const shadows = [...document.querySelectorAll('*')].map((one) => one.shadowRoot);
  const root = shadows.find((one) => one?.querySelector('.sheet')) ?? document;
  const isOver = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const buttons = [...root.querySelectorAll('.tools button, .beside button')];
  const shown = buttons.filter((one) => one.checkVisibility({ visibilityProperty: true }));
  const words = [];
  for (const element of root.querySelectorAll('.words')) {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode());) {
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) words.push([node.data, rect]);
    }
  }
  const over = (one) => words.filter(([, rect]) => isOver(one.getBoundingClientRect(), rect)).map(([text]) => text);
  return { shown: shown.map((one) => one.textContent), covered: shown.flatMap(over) };
}
"""
"""The buttons that are to be seen, and the texts which they cover."""


@pytest.mark.parametrize("width", [1440, 700])
def test_pointing_at_a_block_covers_no_word(open_page: Open, plan: Plan, width: int) -> None:
    for one in plan.blocks:
        one["citations"] = ["L3", "L12"]
    page = open_page(width=width)
    chips = set()
    for one in plan.blocks[1:]:
        block(page, str(one["id"])).locator(".words").first.hover(position={"x": 8, "y": 8})
        found = page.evaluate(COVERED)
        assert found["covered"] == [], one["id"]
        chips |= set(found["shown"])
    assert ("L12" in chips) == (width > 1000)
    page.get_by_role("button", name="Show sources").click()
    expect(block(page, "B12").locator(".tail .chip").first).to_be_visible()


def test_a_line_named_in_the_margin_is_shown(open_page: Open, plan: Plan) -> None:
    plan.block("B12")["citations"] = ["L3"]  # type: ignore[index]
    page = open_page()
    block(page, "B12").hover()
    block(page, "B12").locator(".beside .chip").click()
    expect(page.get_by_role("dialog", name="Line L3")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Line L3")).to_be_hidden()


def test_the_kind_of_a_block_can_be_changed(open_page: Open, plan: Plan) -> None:
    page = open_page()
    block(page, "B19").hover()
    page.get_by_label("Actions for Minutes, text 3").click()
    page.get_by_role("menuitem", name="Make it: List item").click()
    until(lambda: plan.block("B19") is None and str(plan.blocks[18]["text"]).startswith("- Short: keep"), page)
    assert plan.blocks[18]["kind"] == "item"
    before = len(plan.blocks)
    page.keyboard.press("Control+z")
    until(lambda: plan.block("B19") is not None and len(plan.blocks) == before, page)
    expect(page.locator(".said")).to_have_text("Undone.")
    for again in ("redo", "undo", "redo"):  # both edits of it each time
        page.keyboard.press("Control+z" if again == "undo" else "Control+Shift+z")
        expect(page.locator(".said")).to_have_text("Undone." if again == "undo" else "Redone.")
        assert (plan.block("B19") is None) == (again == "redo")
        assert len(plan.blocks) == before


@pytest.mark.parametrize("how", ["Control+Shift+z", "Control+y", "the button"])
def test_what_was_undone_can_be_redone(open_page: Open, plan: Plan, how: str) -> None:
    page = open_page()
    edit(page, "B13")
    page.keyboard.type(" Mine")
    until(lambda: plan.text("B13").endswith("Mine"), page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    until(lambda: not plan.text("B13").endswith("Mine"), page)
    page.get_by_role("button", name="Redo").click() if how == "the button" else page.keyboard.press(how)
    expect(block(page, "B13")).to_contain_text("Mine")
    expect(page.locator(".said")).to_have_text("Redone.")
    page.get_by_role("button", name="Redo").click()
    expect(page.locator(".said")).to_have_text("There is nothing of yours to redo. The history has every version.")


def test_a_block_is_written_again_with_a_word_of_direction(open_page: Open, plan: Plan) -> None:
    page = open_page(redraft="1")
    block(page, "B12").hover()
    page.get_by_label("Actions for Who, item 2").click()
    page.get_by_role("menuitem", name="Write it again…").click()
    page.keyboard.type("less technical")
    page.keyboard.press("Enter")
    until(lambda: bool(plan.said), page)
    asked = {"block": "B12", "part": "", "direction": "less technical", "may_go": False, "keep": True}
    assert plan.said == [("redraft", asked)]
    expect(page.locator(".progress")).to_contain_text("Writing it again…")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".progress")).to_be_hidden()


def test_what_is_written_the_reps_way_stays_unless_it_may_go_and_the_window_says_so(
    open_page: Open, plan: Plan
) -> None:
    plan.block("B12").update(touched=True)  # type: ignore[union-attr]
    page = open_page(redraft="1")
    block(page, "B12").hover()
    page.get_by_label("Actions for Who, item 2").click()
    page.get_by_role("menuitem", name="Write it again…").click()
    window = page.get_by_role("dialog")
    expect(window).to_contain_text("It stands so by your choice: these words will be replaced.")
    expect(window).to_contain_text("With a direction it stays as it is then written when the page is drafted again.")
    page.keyboard.type("shorter")
    page.get_by_label("It may change then").check()
    page.get_by_role("button", name="Write again").click()
    until(lambda: bool(plan.said), page)
    asked = {"block": "B12", "part": "", "direction": "shorter", "may_go": True, "keep": False}
    assert plan.said == [("redraft", asked)]
    page.get_by_role("button", name="Cancel").click()
    edit(page, "B12")
    page.keyboard.type(" Mine.")
    until(lambda: plan.text("B12").endswith("Mine."), page)
    page.get_by_label("Actions for Who, item 2").click()
    page.get_by_role("menuitem", name="Write it again…").click()
    expect(window).to_contain_text("You wrote in this block: your words will be replaced.")
    expect(page.get_by_role("button", name="Replace my words")).to_be_visible()


def test_a_table_is_edited_cell_by_cell(open_page: Open, plan: Plan) -> None:
    page = open_page()
    block(page, "B21").get_by_text("firmware", exact=True).click()
    cell = page.get_by_label("We bring: one night, one cold store (for Tom and Maria), table 1, row 1, column 2")
    expect(cell).to_be_focused()
    cell.fill("firmware | surely")
    page.keyboard.press("Tab")
    page.keyboard.type(" Done.")
    page.get_by_role("button", name="Add row").click()
    page.keyboard.type("nothing at all")
    page.keyboard.press("Escape")
    until(lambda: "\n| nothing at all |  |  |\n| disconnects" in plan.text("B21"), page)
    assert "| firmware \\| surely |" in plan.text("B21")
    assert "one by one Done. |" in plan.text("B21")
    assert plan.text("B21").split("\n")[1] == "|---|---|---|"
    expect(block(page, "B21").locator("td").nth(1)).to_have_text("firmware | surely")
    expect(block(page, "B21").locator("tr")).to_have_count(4)


def _suggest(plan: Plan) -> None:
    new = "who could stop it?"
    plan.suggestions = [
        suggestion("S1", "B26", "who can say no?", new),
        suggestion("S2", "B27", "words that went", "x"),
    ]


def test_a_suggestion_stands_as_a_tracked_change_and_is_accepted_and_undone(open_page: Open, plan: Plan) -> None:
    _suggest(plan)
    page = open_page()
    expect(block(page, "B26").locator("del")).to_have_text("Suggested to leave out: who can say no?")
    expect(block(page, "B26").locator("ins")).to_have_text("Suggested instead: who could stop it?")
    block(page, "B26").get_by_role("button", name="Accept").click()
    until(lambda: "who could stop it?" in plan.text("B26"), page)
    expect(block(page, "B26").locator("del")).to_have_count(0)
    page.locator(".said").get_by_role("button", name="Undo").click()
    expect(block(page, "B26").locator(".suggestion")).to_have_count(1)


def test_tracked_changes_of_a_table_are_shown_cell_by_cell(open_page: Open, plan: Plan) -> None:
    row = "| no disconnects on 4.3, same access points | firmware | the other stores, one by one |"
    plan.suggestions = [
        suggestion(
            "S1", "B21", row, "| no disconnects on 4.3 | firmware | the other stores |\n| none at all | ? | ask Tom |"
        )
    ]
    page = open_page()
    table = block(page, "B21").locator("table")
    expect(table.locator("tr")).to_have_count(4)
    expect(table).not_to_contain_text("|")
    expect(table.locator("tr").nth(1).locator("del")).to_contain_text(["same access points", "one by one"])
    expect(table.locator("tr").nth(1).locator("td").nth(1)).to_have_text("firmware")
    expect(table.locator("tr").nth(2).locator("ins")).to_contain_text(["none at all", "?", "ask Tom"])
    expect(table.locator("tr").nth(3).locator("del, ins")).to_have_count(0)
    table.locator("tr").nth(3).locator("td").nth(1).click(position={"x": 3, "y": 3})
    expect(page.get_by_label(re.compile("row 2, column 2"))).to_be_focused()


def test_a_table_that_is_suggested_as_a_whole_shows_no_raw_rows(open_page: Open, plan: Plan) -> None:
    whole = "| Night | Then |\n|---|---|\n| quiet | firmware |"
    plan.suggestions = [
        suggestion("S1", "B21", plan.text("B21"), whole),
        suggestion("S2", "B26", "who can say no?", whole),
        suggestion("S3", "B27", "words that went", whole),
    ]
    page = open_page()
    for name in ("B21", "B26", "B27"):
        expect(block(page, name)).to_contain_text("quiet")
        expect(block(page, name)).not_to_contain_text("|")
    expect(block(page, "B21").locator("tr").first.locator("ins")).to_contain_text(["Night", "Then"])
    plan.suggestions = [suggestion("S1", "B21", plan.text("B21"), "")]
    page.reload()
    expect(block(page, "B21").locator("td del")).to_have_count(6)


def test_a_suggestion_is_taken_with_the_reps_words(open_page: Open, plan: Plan) -> None:
    _suggest(plan)
    page = open_page()
    block(page, "B26").get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Your words instead")).to_have_value("who could stop it?")
    page.keyboard.press("Control+a")
    page.keyboard.type("whose word counts?")
    page.get_by_role("button", name="Use these words").click()
    until(lambda: "whose word counts?" in plan.text("B26"), page)


def test_a_suggestion_is_dismissed(open_page: Open, plan: Plan) -> None:
    _suggest(plan)
    page = open_page()
    block(page, "B26").get_by_role("button", name="Dismiss").click()
    expect(block(page, "B26").locator(".suggestion")).to_have_count(0)
    assert plan.suggestions[0]["state"] == "dismissed"
    assert "who can say no?" in plan.text("B26")


def test_a_suggestion_whose_words_have_changed_says_so(open_page: Open, plan: Plan) -> None:
    _suggest(plan)
    page = open_page()
    stale = block(page, "B27").locator(".suggestion")
    expect(stale).to_contain_text("Its words have changed since.")
    expect(stale.get_by_role("button", name="Accept")).to_have_count(0)
    stale.get_by_role("button", name="Dismiss").click()
    expect(stale).to_have_count(0)


def test_accepting_what_somebody_has_just_rewritten_says_why_not(open_page: Open, plan: Plan, api: PageApi) -> None:
    _suggest(plan)
    page = open_page()
    with api.lock:  # what was asked before is answered in the old words
        api.tells_nothing = True
        plan.write("B26", "- Whole new words.")
    block(page, "B26").get_by_role("button", name="Accept").click()
    expect(page.locator(".said")).to_have_text("The words of this suggestion have changed since")
    api.tells_nothing = False
    expect(block(page, "B26")).to_contain_text("Whole new words.")


def test_a_page_is_edited_while_it_streams_and_the_caret_stays(open_page: Open, plan: Plan, api: PageApi) -> None:
    plan.blocks, plan.suggestions, plan.missing = [], [], []
    plan.job = {"id": "J1", "kind": "draft", "stage": "groundwork"}
    page = open_page()
    expect(page.locator(".progress")).to_contain_text("Working the notes out…")
    api.tell("P1", "text", {"stage": "groundwork", "text": "## Clock\n- Meeting in 2 days. [L3]\n- Her bo"})
    expect(page.locator(".groundwork .item").last).to_have_text("Her bo")
    api.tell("P1", "stage", {"stage": "page"})
    _stream(plan, api, "B1", "heading", "## Before", "before")
    _stream(plan, api, "B2", "item", "1. **Today:** the report.", "before")
    expect(page.locator(".progress")).to_contain_text("Writing the page…")
    field = edit(page, "B2")
    page.keyboard.type(" At noon")
    field.evaluate("field => field.setSelectionRange(4, 4)")
    for number in range(3, 9):
        api.tell("P1", "text", {"stage": "page", "text": f"- Unfinished {number}"})
        expect(page.locator(".typing")).to_have_text(f"Unfinished {number}")
        _stream(plan, api, f"B{number}", "item", f"- Finished {number}", "find_out")
        expect(block(page, f"B{number}")).to_be_visible()
        page.keyboard.type("x")
    expect(field).to_be_focused()
    expect(field).to_have_value("**Toxxxxxxday:** the report. At noon")
    plan.job["stage"] = "rewrite 2"
    api.tell("P1", "stage", {"stage": "rewrite 2"})
    expect(page.locator(".progress")).to_contain_text("Writing the better version, once more…")
    plan.job, plan.streaming = None, {}
    api.tell("P1", "ended", {"error": ""})
    expect(page.locator(".progress")).to_be_hidden()
    until(lambda: plan.text("B2") == "1. **Toxxxxxxday:** the report. At noon", page)
    expect(page.locator(".typing")).to_have_count(0)


def test_words_are_seen_coming_while_only_the_title_stands(open_page: Open, plan: Plan) -> None:
    plan.blocks, plan.suggestions, plan.missing = [], [], []
    plan.job = {"id": "J1", "kind": "draft", "stage": "page"}
    plan.add("B1", "heading", f"# {plan.title}")
    plan.is_writing("page", "- Unfinished")
    page = open_page()
    expect(page.locator(".typing")).to_have_text("Unfinished")


def _stream(plan: Plan, api: PageApi, block_id: str, kind: str, text: str, part: str) -> None:
    with api.lock:
        plan.add(block_id, kind, text, part)
    plan.job = {"id": "J1", "kind": "draft", "stage": "page"}
    api.changed("P1")


def test_what_is_being_written_is_told_in_words_alone_and_not_beyond_its_stage(
    open_page: Open, plan: Plan, api: PageApi
) -> None:
    plan.job = {"id": "J1", "kind": "redraft", "stage": "page"}
    page = open_page()
    preview = page.locator(".progress .preview")
    until(lambda: bool(api.listening), page)
    api.tell("P1", "text", {"stage": "page", "text": "| Night | Then |\n|---|---|\n| quiet | firm"})
    expect(preview).to_contain_text(re.compile(r"Night\s+Then\s+quiet\s+firm"))
    api.tell("P1", "text", {"stage": "page", "text": "- Send **Tom** the rep"})
    expect(preview).to_contain_text(re.compile(r"^\u200eSend\s+Tom\s+the rep"))
    api.tell("P1", "stage", {"stage": "criticism"})
    expect(page.locator(".progress")).to_contain_text("Looking for what is wrong…")
    expect(preview).to_be_empty()


def test_a_phone_has_the_foot_of_the_page_in_one_row(open_page: Open) -> None:
    page = open_page(width=390)
    beside = "() => document.body.append(Object.assign(document.createElement('div'), { className: 'st-key-panel' }))"
    page.evaluate(beside)
    edit(page, "B13")
    page.keyboard.type("x")
    expect(page.get_by_role("button", name=re.compile("below the page"))).to_be_visible()
    expect(page.get_by_role("button", name="Redo", exact=True)).to_be_visible()
    above, row = status(page).bounding_box(), page.locator(".bar-right").bounding_box()
    assert above
    assert row
    assert row["y"] < above["y"] + above["height"]


def test_a_heading_of_the_groundwork_is_shown_when_its_words_have_come(open_page: Open, api: PageApi) -> None:
    plan = api.plans["P1"]
    plan.blocks, plan.job, plan.worked_out = (
        [],
        {"id": "J", "kind": "draft", "stage": "groundwork"},
        "## Clock\n- a\n## ",
    )
    page = open_page()
    expect(page.locator(".groundwork .item")).to_have_count(1)
    expect(page.locator(".groundwork .lines-out :is(h2, h3)")).to_have_text(["Clock"])


def test_an_open_block_that_was_not_changed_follows_the_coach(open_page: Open, plan: Plan, api: PageApi) -> None:
    page = open_page()
    field = edit(page, "B13")
    plan.write("B13", "- **Jens** comes, surely.", by="coach")
    api.changed("P1")
    expect(field).to_have_value("**Jens** comes, surely.")
    expect(field).to_be_focused()
    page.keyboard.type(" Good")
    until(lambda: "Good" in plan.text("B13"), page)
    expect(page.locator(".clash")).to_have_count(0)


def test_what_the_better_version_changed_is_told(open_page: Open, plan: Plan) -> None:
    plan.changes = [{"old": "- Prepare slides.", "new": "- Send Tom the report."}]
    page = open_page()
    page.get_by_text("The better version changed 1 place").click()
    expect(page.locator(".changes ins")).to_contain_text("Send Tom the report.")


def test_a_failed_draft_says_why(open_page: Open, api: PageApi) -> None:
    page = open_page()
    until(lambda: bool(api.listening), page)
    api.tell("P1", "ended", {"error": "The model did not answer."})
    expect(page.get_by_role("alert").filter(has_text="The model did not answer.")).to_be_visible()


def test_a_chip_shows_the_line_and_tells_streamlit(open_page: Open) -> None:
    page = open_page()
    expect(block(page, "B2").locator(".tail .chip").first).to_be_hidden()
    page.get_by_role("button", name="Show sources").click()
    block(page, "B2").locator(".tail").get_by_role("button", name="Line L3").click()
    line = page.get_by_role("dialog", name="Line L3")
    expect(line).to_contain_text("a fix she can show the board 15 Dec")
    expect(line).to_contain_text("the customer’s words · Maria Lopez · CRM export")
    expect(page.get_by_text("cite L3")).to_be_visible()
    expect(line).to_be_visible()
    page.keyboard.press("Escape")
    expect(line).to_be_hidden()


def test_doubtful_statements_are_marked_in_words(open_page: Open, plan: Plan) -> None:
    mark(plan, "B9", "unverified", "“31 December” stands in no line that it cites.")
    mark(plan, "B12", "unverified", "“3 × 2 = 7” counts 6", basis="sum")
    mark(plan, "B13", "unverified", "“14th” stands in none of L3 L4", basis="sum")
    mark(plan, "B22", "contradicted", "P1 says 60 days.")
    mark(plan, "B38", "no_claim", confidential=[])
    page = open_page()
    marks = (
        ("B9", "not verified"), ("B12", "the sum does not hold"), ("B13", "not verified"),
        ("B22", "a line says otherwise"),
    )  # fmt: skip
    for block_id, words in marks:
        expect(block(page, block_id).locator(".tail .mark")).to_contain_text(words)
    expect(block(page, "B38").locator(".tail .mark")).to_contain_text("told in confidence")
    block(page, "B9").locator(".tail .mark").click()
    expect(page.get_by_role("dialog")).to_contain_text("“31 December” stands in no line that it cites.")


def test_a_mark_is_shown_once_and_covers_no_text_whoever_is_at_its_block(open_page: Open, plan: Plan) -> None:
    mark(plan, "B12", "unverified", "“31 December” stands in no line that it cites.")
    page = open_page()
    seen = block(page, "B12").locator(".mark:visible")
    block(page, "B12").locator(".words").first.hover(position={"x": 8, "y": 8})
    expect(seen).to_have_count(1)
    block(page, "B12").locator(".shown").focus()
    expect(block(page, "B12").locator(".tools .own")).to_be_visible()
    expect(seen).to_have_count(1)
    assert page.evaluate(COVERED)["covered"] == []
    page.keyboard.press("Tab")
    expect(seen).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("“31 December” stands in no line that it cites.")
    page.keyboard.press("Escape")
    expect(seen).to_be_focused()


def test_a_long_section_is_cut_so_that_no_column_is_empty_and_stays_cut_while_one_writes(
    open_page: Open, plan: Plan
) -> None:
    plan.missing = []
    plan.blocks[:] = [
        kept("A1", "text", "Two years lie between.", "other"),
        kept("A2", "heading", "## Monday, in this order", "before"),
        *(
            kept(f"S{n}", "item", f"{n}. " + "Search orders, invoices and the mailbox. " * 3, "before")
            for n in range(1, 13)
        ),
    ]
    page = open_page()
    columns = page.locator(".row.cols > .column")
    expect(columns).to_have_count(2)
    left, right = (columns.nth(place).bounding_box() for place in (0, 1))
    assert left
    assert right
    assert abs(left["height"] - right["height"]) < max(left["height"], right["height"]) / 3
    cut = columns.nth(1).locator(".block").first.get_attribute("data-id")
    assert cut
    edit(page, "S2")
    page.keyboard.type(" More words than before, and again more of them." * 6)
    expect(status(page)).to_have_text("Saved")
    expect(columns.nth(1).locator(".block").first).to_have_attribute("data-id", cut)


def test_what_is_suggested_counts_when_the_columns_are_cut(open_page: Open, plan: Plan) -> None:
    plan.missing = []
    sections = [
        (
            kept(f"H{n}", "heading", f"## Part {n}", "other"),
            kept(f"T{n}", "text", "A line of a few words. " * 9, "other"),
        )
        for n in range(1, 7)
    ]
    plan.blocks[:] = [block for section in sections for block in section]
    page = open_page()
    right = page.locator(".row.cols > .column").nth(1).locator(".block").first
    expect(right).to_have_attribute("data-id", "H4")
    plan.suggestions[:] = [suggestion(f"S{n}", f"T{n}", "few words", "many words") for n in (1, 2)]
    page.reload()
    expect(page.locator(".suggestion").first).to_be_visible()
    expect(right).to_have_attribute("data-id", "H3")


def test_a_word_to_stop_among_the_steps_is_not_torn_out_of_them(open_page: Open, plan: Plan) -> None:
    plan.missing = []
    plan.blocks[:] = [
        kept("S1", "text", "Open: ask for ten minutes.", "before"),
        kept("S2", "text", "Closed: thank him.", "stop"),
        kept("S3", "text", "Nothing: ring again.", "before"),
        kept("S4", "heading", "## If it goes otherwise", "fallback"),
        kept("S5", "item", "- Tom sends the logs.", "fallback"),
        kept("S6", "item", "- No need: leave it.", "stop"),
    ]
    page = open_page()
    expect(page.locator(".row.band .block")).to_have_count(3)
    expect(page.locator(".row.cols .block")).to_have_count(3)


def test_the_deciding_question_stands_in_the_agenda_where_it_is_asked(open_page: Open, plan: Plan) -> None:
    plan.missing = []
    plan.blocks[:] = [
        kept("D1", "text", "Saturday, 10:00.", "other"),
        kept("D2", "text", "**What decides it.** Whether Tom believes the cause.", "decides"),
        kept("D3", "quote", "> Whom would you have to convince?", "decides"),
        kept("D4", "heading", "## The hour", "agenda"),
        kept("D5", "text", "**19 Ask, then wait.** Tom alone:", "agenda"),
        kept("D6", "quote", "> Whom would you have to convince?", "decides"),
        kept("D7", "text", "Then the money.", "agenda"),
    ]
    page = open_page()
    expect(page.locator(".row.lead .block")).to_have_count(2)
    expect(page.locator(".row.cols").last.locator(".block")).to_have_count(4)


def test_a_missing_part_is_said_at_its_place_and_can_be_written(open_page: Open, plan: Plan) -> None:
    page = open_page(redraft="1")
    prompt = page.get_by_role("note").filter(has_text=NO_FALLBACK)
    expect(prompt).to_be_visible()
    prompt.get_by_role("button", name="Draft it").click()
    until(lambda: bool(plan.said), page)
    assert plan.said[0] == ("redraft", {"block": "", "part": "fallback", "direction": "", "keep": True})
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Write it").click()
    page.keyboard.type("Tom sends the logs.")
    until(lambda: any(one["text"] == "**Fall-back:** Tom sends the logs." for one in plan.blocks), page)
    written = next(one for one in plan.blocks if one["part"] == "fallback")
    assert plan.blocks[plan.blocks.index(written) - 1]["id"] == "B34"
    expect(prompt).to_have_count(0)


def test_an_empty_page_says_what_to_do(open_page: Open, api: PageApi) -> None:
    api.plans["P2"] = Plan(title="Nothing yet")
    page = open_page(plan="P2")
    page.get_by_role("button", name="Begin to write").click()
    page.keyboard.type("First words")
    until(lambda: [one["text"] for one in api.plans["P2"].blocks] == ["First words"], page)
    expect(status(page)).to_have_text("Saved")


def test_a_reader_can_look_but_not_touch(open_page: Open, plan: Plan) -> None:
    _suggest(plan)
    page = open_page(readonly="1")
    expect(status(page)).to_have_text("Read only")
    block(page, "B13").locator(".shown").click()
    expect(page.locator(".sheet textarea")).to_have_count(0)
    for name in ("Accept", "Write it", "Undo", "Redo", "Actions for Who, item 2"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("button", name="Show sources").click()
    block(page, "B2").locator(".tail").get_by_role("button", name="Line L4").click()
    expect(page.get_by_role("dialog")).to_contain_text("our wifi is fine")


def test_the_word_budget_counts_along_and_warns(open_page: Open, plan: Plan) -> None:
    plan.budget = 695
    page = open_page()
    expect(page.locator(".budget")).to_have_text("691 of 695 words · one page")
    edit(page, "B13")
    page.keyboard.type(" one two three four five six")
    expect(page.locator(".budget")).to_have_text("▲ 697 of 695 words · 2 words over")
    plan.pages = 1.2
    page.keyboard.press("Escape")
    expect(page.locator(".budget")).to_contain_text("over one page: cut about 2 words")


def test_a_phone_shows_the_page_without_scrolling_sideways(open_page: Open) -> None:
    page = open_page(width=390)
    expect(block(page, "B38")).to_be_visible()
    edit(page, "B12")
    widths = page.evaluate("() => { const s = document.querySelector('[data-testid=stMain]'); return s.scrollWidth; }")
    assert widths <= 390
    small = page.evaluate(_SMALL_TARGETS)
    assert small == []


_SMALL_TARGETS = """() => {
  const root = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot;
  const seen = [...root.querySelectorAll('button')].map((one) => [one.getBoundingClientRect(), one.textContent]);
  return seen.filter(([box]) => box.width && (box.width < 24 || box.height < 24)).map(([, text]) => text);
}"""


def test_the_title_stands_above_the_page_and_not_on_it_again(open_page: Open, plan: Plan) -> None:
    plan.blocks.insert(0, kept("B0", "heading", f"# **{plan.title}**", "decides"))
    page = open_page()
    expect(page.get_by_role("heading", name=plan.title)).to_have_count(1)
    expect(block(page, "B1")).to_be_visible()


def test_hostile_markdown_is_inert(open_page: Open, plan: Plan) -> None:
    evil = "<script>window.hit=1</script> <img src=x onerror=window.hit=1> ![a](http://evil.example/x.png) "
    evil += "[b](javascript:window.hit=1) <https://evil.example> **bold"
    plan.blocks = [
        kept("B1", "text", evil),
        kept("B2", "item", f"- {evil}"),
        kept("B3", "table", f"| {evil} | b |\n|---|---|\n| {evil} | c |"),
        kept("B4", "quote", f"> {evil}", "decides"),
        kept("B5", "heading", f"## {evil}"),
        kept("B6", "text", "**a " * 5000),
        kept("B7", "text", "**Best:** " + evil, "best"),
    ]
    plan.lines = {"L1": {"text": evil, "source": evil, "voice": "outside", "speaker": None}}
    plan.suggestions = [suggestion("S1", "B2", "<script>", evil, why=evil)]
    plan.missing = [{"part": "stop", "say": evil, "after": "B7"}]
    plan.title = evil
    page = open_page()
    expect(block(page, "B1")).to_contain_text("<script>window.hit=1</script>")
    assert page.locator(".sheet").locator("a, img, script, iframe").count() == 0
    assert page.evaluate("window.hit") is None


def test_the_page_survives_being_mounted_again(open_page: Open, plan: Plan, api: PageApi) -> None:
    page = open_page()
    api.go_down()
    edit(page, "B13")
    page.keyboard.type(" Held")
    expect(status(page)).to_contain_text("Not saved")
    page.get_by_text("Page", exact=True).click()
    expect(page.locator(".sheet")).to_have_count(0)
    api.come_up()
    page.get_by_text("Page", exact=True).click()
    expect(block(page, "B13")).to_contain_text("Held")
    until(lambda: plan.text("B13").endswith("Held"), page)


def test_two_plans_in_one_tab_do_not_mix(open_page: Open, api: PageApi, plan: Plan) -> None:
    api.plans["P2"] = worked_example()
    page = open_page(plan="P1,P2")
    second = page.locator(".sheet").nth(1)
    expect(second.locator('[data-id="B13"]')).to_be_visible()
    second.locator('[data-id="B13"] .shown').focus()
    page.keyboard.press("Enter")
    page.keyboard.type(" Second")
    until(lambda: api.plans["P2"].text("B13").endswith("Second"), page)
    assert "Second" not in plan.text("B13")


def test_streamlit_is_told_of_what_was_saved(open_page: Open) -> None:
    page = open_page()
    edit(page, "B13")
    expect(page.get_by_text("focus B13")).to_be_visible()
    page.keyboard.type(" Told")
    expect(page.get_by_text("saved 2")).to_be_visible()
    expect(block(page, "B13").locator("textarea")).to_be_focused()


def test_blocks_are_named_for_screen_readers(open_page: Open) -> None:
    page = open_page()
    expect(page.get_by_role("group", name="They will ask, item 2", exact=True)).to_be_visible()
    expect(page.get_by_role("group", name="Before, words to say 1", exact=True)).to_be_visible()
    expect(page.get_by_role("group", name="Opening, heading", exact=True)).to_be_visible()


def test_the_panel_can_bring_a_block_into_view(open_page: Open) -> None:
    page = open_page(beside="1")
    expect(block(page, "B38")).not_to_be_in_viewport()
    page.get_by_label("Show").fill("B38")
    page.keyboard.press("Enter")
    expect(block(page, "B38")).to_be_in_viewport()
    expect(block(page, "B38")).to_have_class(re.compile("flash"))


def test_someone_who_never_pauses_is_saved_all_the_same(open_page: Open, plan: Plan) -> None:
    page = open_page()
    edit(page, "B13")
    for _ in range(30):
        page.keyboard.type("x", delay=100)
    assert "xxx" in plan.text("B13")


def test_blocks_that_come_above_do_not_move_what_is_being_written(open_page: Open, plan: Plan, api: PageApi) -> None:
    page = open_page(width=600)
    field = edit(page, "B31")
    before = field.bounding_box()
    page.keyboard.type("x")
    for number in range(5):
        plan.remember()
        plan.blocks.insert(3, kept(f"C{number}", "text", "Much to say. " * 20, "before"))
    api.changed("P1")
    expect(block(page, "C4")).to_have_count(1)
    after = field.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2
    expect(field).to_be_focused()


def test_files_are_short_and_all_of_them_are_read() -> None:
    folder = Path(page_package.__file__).parent
    assert {path.stem for path in folder.glob("*.js")} == set(page_package.PARTS)
    assert max(len(path.read_text().splitlines()) for path in folder.glob("*.js")) < 400
