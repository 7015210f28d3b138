"""The app in a real browser, on a real server: fails on console errors, outside requests and tracebacks."""

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

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.endpoint import Endpoint
from tests.support.writer import writer

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
HARMLESS = re.compile(r"/_stcore/(?:health|host-config)")
"""Streamlit asks below a deep link first: two 404s."""

expect.set_options(timeout=30_000)
pytestmark = pytest.mark.browser


@contextlib.contextmanager
def running_app(folder: Path, **environment: str) -> Iterator[str]:
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "app.log"
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        f"--server.port={port}",
        "--server.address=127.0.0.1",
    ]
    settings = {**os.environ, "COACH_HOME": str(folder / "home"), **environment}
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(10)
    assert "Traceback" not in log.read_text(), log.read_text()


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the app ended at once"
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).read() == b"ok":
                return
        time.sleep(0.1)
    raise AssertionError("the app did not answer within 30 s")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@contextlib.contextmanager
def opened(browser: Browser, url: str, **context: object) -> Iterator[Page]:
    """A page that must not complain or ask anybody else for anything."""
    window = browser.new_context(base_url=url, reduced_motion="reduce", **context)  # type: ignore[arg-type]
    page, bad = window.new_page(), []
    page.set_default_timeout(30_000)
    page.on("console", lambda said: bad.append(f"{said.text} {said.location}") if said.type == "error" else None)
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.on("request", lambda asked: bad.append(asked.url) if _is_outside(asked.url, url) else None)
    page.goto("/")
    yield page
    window.close()
    assert not [one for one in bad if not HARMLESS.search(one)]


def _is_outside(asked: str, url: str) -> bool:
    return not asked.startswith((url, url.replace("http", "ws"), "data:", "blob:"))


def test_the_example_stands_there_at_once_without_a_key(browser: Browser, tmp_path: Path) -> None:
    with running_app(tmp_path) as url, opened(browser, url) as page:
        expect(page.get_by_role("heading", name="What decides it")).to_be_visible()
        expect(page.get_by_text("Drafted without a model")).to_be_visible()
        assert page.locator(".page .lines").count() > 10
        with page.expect_download() as download:
            page.get_by_role("button", name="PDF, one page").click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_pasted_notes_are_drafted_edited_and_checked_again(browser: Browser, tmp_path: Path) -> None:
    with running_app(tmp_path) as url, opened(browser, url) as page:
        expect(page.get_by_role("heading", name="What decides it")).to_be_visible()
        notes = page.get_by_label("Paste what you have")
        notes.fill(
            "Rep: Ada Quill\nCustomer: Tarnbeck Mills\n\nCall with Joss Penhale: wants 40 looms by 3 March 2027."
        )
        page.get_by_role("button", name="Draft the plan").click()
        expect(page.get_by_role("heading", name=re.compile("Tarnbeck Mills")).first).to_be_visible()
        page.get_by_role("tab", name="Edit").click()
        editor = page.get_by_label("The page as Markdown")
        editor.fill(editor.input_value() + "\n\nThey save 77,777 EUR with us.")
        page.get_by_role("button", name="Save and check again").click()
        expect(page.locator(".unverified").first).to_contain_text("not verified")


def test_empty_notes_get_one_plain_line(browser: Browser, tmp_path: Path) -> None:
    with running_app(tmp_path) as url, opened(browser, url) as page:
        notes = page.get_by_label("Paste what you have")
        notes.fill("   ")
        page.get_by_role("button", name="Draft the plan").click()
        expect(page.get_by_role("alert").first).to_contain_text("holds no notes")


def test_with_a_model_the_page_appears_while_it_is_written(
    browser: Browser, tmp_path: Path, serve: Callable[..., Endpoint]
) -> None:
    endpoint = serve(writer, tokens_per_s=400.0)
    model = {"COACH_MODEL": "openai:scripted", "OPENAI_BASE_URL": endpoint.url, "OPENAI_API_KEY": "none"}
    with running_app(tmp_path, **model) as url, opened(browser, url, viewport={"width": 390, "height": 844}) as page:
        expect(page.get_by_text("Working on the")).to_be_visible()
        expect(page.locator("section.page").filter(has_text="Clock")).to_be_visible()
        expect(page.get_by_text("Judged by openai:scripted")).to_be_visible()
        expect(page.get_by_role("heading", name="What decides it").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
