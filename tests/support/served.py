"""The real app on a real server, and a real browser to look at it with."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
HARMLESS = re.compile(r"/_stcore/(?:health|host-config)")
"""Streamlit asks below a deep link first: two 404s."""
STARTS_WITHIN_S = 60.0
_TAB_WENT = re.compile(
    r"Exception in ASGI application\n(?:(?!.*Exception in ASGI).*\n)*?"
    r'.*WebSocketDisconnected: Cannot call "send" once a close message has been sent\.'
)
"""Streamlit's own, when a tab is closed in the very moment in which it would close the line itself."""


@dataclass
class Server:
    """One app on one port, with one home: it can be killed and started again on both."""

    folder: Path
    environment: Mapping[str, str]
    script: str = "app.py"
    port: int = field(default_factory=lambda: _free_port())
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder / 'home' / 'coach.sqlite3'}"

    @property
    def log(self) -> str:
        return (self.folder / "app.log").read_text(encoding="utf-8")

    def faults(self, *, since: int = 0) -> str:
        """The log from that character on, if there is a traceback of ours in it; else empty."""
        said = _TAB_WENT.sub("", self.log[since:])
        return said if "Traceback" in said else ""

    def begin(self) -> None:
        """Starts it and does not wait."""
        address = (f"--server.port={self.port}", "--server.address=127.0.0.1")
        settings = {**os.environ, "COACH_HOME": str(self.folder / "home"), **self.environment}
        command = [sys.executable, "-m", "streamlit", "run", self.script, *address]
        with (self.folder / "app.log").open("a") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=out, stderr=subprocess.STDOUT)

    def wait(self) -> None:
        """Until it answers."""
        until = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < until:
            assert self.process is not None
            assert self.process.poll() is None, f"the app ended at once: {self.log}"
            with contextlib.suppress(OSError):
                if urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1).read() == b"ok":
                    return
            time.sleep(0.05)
        raise AssertionError(f"the app did not answer within {STARTS_WITHIN_S:.0f} s")

    def kill(self) -> None:
        """As a power cut would: nothing is finished, nothing is said."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)


@contextlib.contextmanager
def running_server(folder: Path, *, script: str = "app.py", **environment: str) -> Iterator[Server]:
    """Its home is `folder`/home. Fails when the server has printed a traceback."""
    server = Server(folder, environment, script)
    server.begin()
    try:
        server.wait()
        yield server
    finally:
        server.stop()
    assert not server.faults(), server.faults()


@contextlib.contextmanager
def running_app(folder: Path, **environment: str) -> Iterator[str]:
    """The address of one that nobody kills."""
    with running_server(folder, **environment) as server:
        yield server.url


@contextlib.contextmanager
def started_browser(*flags: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *flags])
        yield browser
        browser.close()


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
