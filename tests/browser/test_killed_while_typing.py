"""The server is killed (-9) in the middle of typing, and started again: no letter is lost."""

from __future__ import annotations

import random
import threading

from playwright.sync_api import Page, expect

from tests.browser.app import KILLS, SEED, SOON_MS, App, Tabs, block, edit, saved
from tests.support.harrowgate import PLAN

TYPED_WITHIN_S = 1.5


def test_killed_in_the_middle_of_typing_no_letter_is_lost(mortal: App, lasting: Tabs) -> None:
    chance = random.Random(SEED)
    plan_id = mortal.drafted_plan()
    page = lasting.plan(plan_id)
    expected = {one.id: one.text for one in PLAN.blocks}
    written = [one.id for one in PLAN.blocks if one.kind in ("text", "item", "quote") and not one.text.endswith('"')]
    for number in range(KILLS):
        block_id = written[number % len(written)]
        words = f" Said at {number}: {chance.randbytes(8).hex()}."
        edit(page, block(page, block_id))
        killing = threading.Timer(chance.uniform(0, TYPED_WITHIN_S), mortal.server.kill)
        killing.start()
        type_in_bursts(page, words, chance)
        killing.join()
        mortal.server.begin()
        expected[block_id] += words
        page.keyboard.type(" On.")
        expected[block_id] += " On."
        mortal.server.wait()
    page.keyboard.press("Escape")
    expect(page.locator(".sheet .status")).to_have_text("Saved", timeout=SOON_MS)
    saved(page)
    kept = {one.block.id: one.block.text for one in mortal.kept(plan_id).blocks}
    assert kept == expected
    expect(page.locator(".clash")).to_have_count(0)


def type_in_bursts(page: Page, words: str, chance: random.Random) -> None:
    """About as long as the kill may take to come, with pauses in which what was typed is sent."""
    while words:
        burst = chance.randint(1, 12)
        page.keyboard.type(words[:burst], delay=8)
        words = words[burst:]
        page.wait_for_timeout(chance.uniform(0, 450))
