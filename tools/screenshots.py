"""The pictures of the README, taken from the real app on a fresh home with invented meetings.

`python -m tools.screenshots [FOLDER]` (docs/screenshots without one); needs the development packages and a chromium.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from coach.store.database import open_database
from tests.support.endpoint import Endpoint
from tests.support.screens import SCREENS, Home, furnish, open_screen
from tests.support.served import ROOT, running_server, started_browser
from tests.support.writer import writer

TOKENS_PER_S = 40.0
MOST_BYTES = 300_000


@dataclass(frozen=True)
class Picture:
    name: str
    screen: str
    width: int
    height: int
    scheme: str = "light"


PICTURES = (
    Picture("plan", "plan-example", 1440, 1000),
    Picture("suggestions-dark", "plan-coach", 1440, 1000, "dark"),
    Picture("meetings-phone", "meetings", 390, 844),
)


def main() -> None:
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    into.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp())
    (folder / "home").mkdir()
    os.environ["COACH_HOME"] = str(folder / "home")
    db = open_database(f"sqlite:///{folder / 'home' / 'coach.sqlite3'}")
    home = furnish(db)
    with (
        Endpoint(writer, tokens_per_s=TOKENS_PER_S) as model,
        running_server(folder, COACH_MODEL="builtin", OPENAI_BASE_URL=model.url, OPENAI_API_KEY="none") as server,
        started_browser() as browser,
    ):
        for picture in PICTURES:
            take(browser, server.url, home, picture, into / f"{picture.name}.png")
    db.close()


def take(browser: Browser, url: str, home: Home, picture: Picture, path: Path) -> None:
    screen = next(one for one in SCREENS if one.name == picture.screen)
    scheme = "dark" if picture.scheme == "dark" else "light"
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    open_screen(page, url, screen, home)
    page.evaluate("() => document.fonts.ready")
    page.screenshot(path=path)
    size = path.stat().st_size
    print(f"{path.name}: {size / 1000:.0f} kB")
    assert size <= MOST_BYTES, f"{path.name} has {size} bytes; {MOST_BYTES} at most."
    context.close()


if __name__ == "__main__":
    main()
