"""The server is killed (-9) in the middle of drafting, and started again: the draft goes on, no call is paid twice."""

from __future__ import annotations

import json
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from coach.store.edits import apply_edits
from coach.store.records import Edit
from tests.browser.app import KILLS, MODEL, SEED, SOON_MS, App, Tabs, says, until
from tests.support.endpoint import Body, Endpoint
from tests.support.writer import REWRITE, task_of

TOKENS_PER_S = 400.0
"""The longest answer takes about a second: the draft gets on between two kills."""
ANSWERED_WITHIN_MS = 2000
BETTER = "agree which store is tested"
"""In the better version alone."""
ON_ITS_WAY_S = 1.0
"""An answer that came so shortly before a kill may not have been written down."""


@dataclass
class Killing:
    """Kills the server at random moments, and remembers when."""

    app: App
    chance: random.Random
    at: list[float] = field(default_factory=list)
    asked: int = 0
    """How many calls had been made when it last did."""

    def strike(self) -> None:
        self.app.server.kill()
        self.at.append(time.monotonic())
        self.asked = self.app.model.calls
        self.app.server.begin()
        self.app.server.wait()


def test_killed_in_the_middle_of_drafting_the_draft_goes_on_and_no_call_is_paid_twice(
    mortal: App, lasting: Tabs
) -> None:
    mortal.model.tokens_per_s = TOKENS_PER_S
    killing = Killing(mortal, random.Random(SEED))
    edited = 0
    page = lasting.open()
    while len(killing.at) < KILLS:
        plan_id = mortal.new_plan()
        lasting.show(page, plan_id)
        page.get_by_role("button", name="Draft", exact=True).click()
        edited += interrupted(mortal, page, plan_id, killing)
    assert edited
    assert_nothing_paid_twice(mortal.model, killing.at)


def interrupted(app: App, page: Page, plan_id: str, killing: Killing) -> bool:
    """One draft to its end, whatever comes between; whether the rep wrote on its page meanwhile."""
    mine = ""
    expect(page.locator(".progress")).to_be_visible(timeout=SOON_MS)
    while app.is_at_work(plan_id) and len(killing.at) < KILLS:
        until(lambda: app.model.calls > killing.asked or not app.is_at_work(plan_id), within_s=SOON_MS / 1000)
        page.wait_for_timeout(killing.chance.uniform(0, ANSWERED_WITHIN_MS))
        if not app.is_at_work(plan_id):
            break
        mine = mine or _written_meanwhile(app, plan_id)
        killing.strike()
    kept = app.ends(plan_id)
    expect(page.locator(".progress")).to_be_hidden(timeout=SOON_MS)
    texts = app.texts(plan_id)
    assert sum(BETTER in text for text in texts) == 1
    assert kept.critique.judged_by == MODEL
    assert not kept.failures
    if mine:
        assert texts.count(mine) == 1
        expect(says(page, mine)).to_be_visible(timeout=SOON_MS)
    return bool(mine)


def _written_meanwhile(app: App, plan_id: str) -> str:
    """What the rep makes of the first words of the page, in another tab, as soon as they are there."""
    first = next((one for one in app.kept(plan_id).blocks if one.block.text.startswith("Whether Tom")), None)
    if first is None:
        return ""
    words = f"Whether Tom signs plan {plan_id}."
    change = Edit(op=plan_id, action="text", block=first.block.id, base=first.revision, text=words)
    (result,) = apply_edits(app.db, plan_id, [change], by="Riya Shah")
    return words if result.result == "saved" else ""


def assert_nothing_paid_twice(model: Endpoint, killed_at: list[float]) -> None:
    """A call that was answered is asked again only if its answer was on its way when the server was killed."""
    answered: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for body, at in model.answered:
        answered[_call(body)].append(at)
    again = [(call, at) for call, times in answered.items() for at in times[:-1]]
    paid_twice = [call for call, at in again if not any(0 <= kill - at < ON_ITS_WAY_S for kill in killed_at)]
    assert paid_twice == []


def _call(body: Body) -> tuple[str, ...]:
    """Which call of which plan: a page is written with the groundwork and one without, then the better one, whatever
    the rep has written meanwhile; of the index and the judge there is one call for each part and question."""
    said = json.dumps(body["messages"], ensure_ascii=False)
    (lot,) = set(re.findall(r"lot (\d+)", said))
    task = task_of(body)
    version = "first" if BETTER not in said else "better"
    is_the_writers = task.startswith(("TASK: work this", "TASK: prepare me", REWRITE))
    source = "groundwork" if "<groundwork>" in said else "notes"
    return (lot, version, source, task[:40]) if is_the_writers else (lot, task)
