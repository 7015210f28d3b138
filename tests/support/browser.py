"""The app on a real server, in a real browser: fails on console errors, outside requests and tracebacks."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
TIMEOUT_MS = 30_000
_HARMLESS = re.compile(r"/_stcore/(?:health|host-config)")
"""Streamlit asks below a deep link first: two 404s."""
_SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@contextlib.contextmanager
def running_app(folder: Path, **environment: str) -> Iterator[str]:
    """The address of an app of its own, whose database is in `folder`."""
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
        process.wait(20)
    assert "Traceback" not in log.read_text(), log.read_text()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@contextlib.contextmanager
def opened(browser: Browser, url: str, path: str = "/", **context: object) -> Iterator[Page]:
    """A page that must not complain or ask anybody else for anything."""
    window = browser.new_context(base_url=url, reduced_motion="reduce", **context)  # type: ignore[arg-type]
    bad: list[str] = []
    page = window.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.on("console", lambda said: bad.append(f"{said.text} {said.location}") if said.type == "error" else None)
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.on("request", lambda asked: bad.append(asked.url) if _is_outside(asked.url, url) else None)
    page.goto(path)
    settled(page)
    yield page
    window.close()
    assert not [one for one in bad if not _HARMLESS.search(one)]


def settled(page: Page) -> None:
    """Until the script has run to its end."""
    page.wait_for_selector(_SETTLED)


def _is_outside(asked: str, url: str) -> bool:
    return not asked.startswith((url, url.replace("http", "ws"), "data:", "blob:"))


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the app ended at once"
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).read() == b"ok":
                return
        time.sleep(0.1)
    raise AssertionError("the app did not answer within 30 s")
