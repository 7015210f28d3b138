"""Every screen of the app in a state worth looking at: a home filled with invented meetings, and the way to each."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, Route

from coach.batch.gathered import Choice, Gathered
from coach.batch.which import wish_of
from coach.recheck import recheck
from coach.schema import AccountContext, Block, Check, Critique, Draft, Drafted, Groundwork, Point, Suggestion
from coach.store import accounts, batches, edits, plans, shares, slots
from coach.store.database import Database
from coach.store.preferences import set_preference
from coach.store.records import Edit, KeptPlan
from coach.ui import unfinished
from coach.ui.first_start import example_plan, first_start
from tests.support.dropped import dropped, export
from tests.support.harrowgate import PLAN
from tests.support.plans import example

REP, OTHER = "Riya Shah", "Tom Ebner"
MODEL = "openai:scripted"
NOTE = "Call with Joss Penhale of Tarnbeck Mills: wants 40 looms by 3 March 2027, has 95,000 EUR for them."
MINE, THEIRS = " First of all, the report.", "1. Tom gets the report today, by hand."
GROUNDWORK = Groundwork(
    blocks=(
        Block(id="G1", kind="item", text="- Whether Tom believes the cause.", part="decides", citations=("L4",)),
        Block(id="G2", kind="item", text="- A test sheet: one night, one store.", part="bring", citations=("L4", "L7")),
        Block(
            id="G3", kind="item", text="- Her board on 15 Dec, 12 days after we meet.", part="clock", citations=("L3",)
        ),
        Block(
            id="G4",
            kind="item",
            text="- Tom has waited 44 days.",
            part="promises",
            citations=("L6",),
            check=Check(status="unverified", problems=("44 stands in no line it names",)),
        ),
    )
)
OPEN = ".sheet .bar:visible"
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"


@dataclass(frozen=True)
class Home:
    """The database of the app that is looked at, and what there is in it."""

    db: Database
    plan: str
    example: str
    """The plan that a first start brings along."""
    new: str
    account: str
    share: str
    unfinished: str
    gathered: str
    """An import that has been read."""
    batch: str
    """Plans made of it, one of them failed."""


@dataclass(frozen=True)
class Screen:
    name: str
    place: str
    """Below the app's address; `{plan}` and the other names of `Home` stand for ids."""
    reach: Callable[[Page, Home], None] = lambda page, home: None
    """What a rep does there until the screen is as it should be seen."""
    waits_for: str = STILL
    leave: Callable[[Page, Home], None] = lambda page, home: None


def open_screen(page: Page, url: str, screen: Screen, home: Home) -> None:
    place = screen.place.format(
        plan=home.plan,
        example=home.example,
        new=home.new,
        account=home.account,
        share=home.share,
        unfinished=home.unfinished,
        gathered=home.gathered,
        batch=home.batch,
    )
    page.goto(f"{url}/{place}")
    page.wait_for_selector(STILL)
    page.wait_for_selector(screen.waits_for)
    screen.reach(page, home)
    page.wait_for_selector(STILL)


def furnish(db: Database) -> Home:
    """Meetings to come, past and not drafted, one page with suggestions and groundwork, an account with notes."""
    with ThreadPoolExecutor() as beside:  # a browser's loop may be running in this thread
        beside.submit(first_start, db).result()
    kept = _suggested_to(db, _drafted(db))
    new = plans.create_plan(db, example("harrowgate_context"), purpose="renew the scanners").id
    plans.create_plan(db, _coming(example("demo_for_five"), days=6), purpose="a demo for five")
    shared = shares.share(db, kept.id)
    accounts.add_note(db, kept.account_id, "Jens asked for the minutes of the last meeting.", source="pasted")
    begun = unfinished.begin().model_copy(update={"typed": {"text": NOTE, "purpose": "Agree on the looms"}})
    unfinished.keep(db, begun.model_copy(update={"is_read": True}))
    gathered = _gathered(db)
    batch = _batch(db, gathered)
    return Home(db, kept.id, example_plan(db), new, kept.account_id, shared.token, begun.id, gathered.id, batch)


def _gathered(db: Database) -> Gathered:
    """In the home that the database stands in, as the app's own."""
    with tempfile.TemporaryDirectory() as folder:
        return dropped(export(Path(folder)), home=Path(str(db.engine.url.database)).parent)


def _batch(db: Database, one: Gathered) -> str:
    batch = batches.open_batch(db, "seen", source=one.state().called, options={"model": MODEL}, budget_usd=5.0)
    slots.put_slots(db, batch.id, [wish_of(each) for each in one.opportunities(Choice())])
    first, *others = slots.ids_of(db, batch.id)
    for slot_id in (first, *others):
        slot = slots.claim(db, slot_id, owner="seen")
        assert slot is not None
        if slot_id == first:
            error = slots.Outcome(error="The model gave no answer that can be used.", hint="Try another model.")
            slots.end_slot(db, slot, "failed", error)
        else:
            slots.plan_for(db, slot, slot.context, given={})
            slots.end_slot(db, slot, "done", slots.Outcome(calls=9, cost_usd=0.04, score=71.0, unverified=2))
    batches.end_batch(db, batch.id, "stopped", error="The budget of $5 is used up.", hint="Go on with a larger one.")
    return batch.id


def _drafted(db: Database) -> KeptPlan:
    context = _coming(example("harrowgate_context"), days=3)
    plan, critique = recheck(PLAN, context, GROUNDWORK, Critique(), touched=frozenset())
    first = Draft(plan=plan, critique=critique.model_copy(update={"total": 58.0}))
    points = (Point(text="Nobody answers who pays the weekend crew.", lines=("L12",)),)
    drafted = Drafted(
        context=context,
        plan=plan,
        groundwork=GROUNDWORK,
        critique=critique.model_copy(update={"points": points}),
        drafts=(first,),
        questions=("Who has to agree to a change in the peak?",),
        warnings=("The quote went out by itself; nobody has signed it.",),
    )
    made = plans.create_plan(db, context, purpose="a test in one cold store")
    plans.keep_drafted(db, made.id, drafted, plan.blocks)
    return plans.load_plan(db, made.id)


def _coming(context: AccountContext, *, days: int) -> AccountContext:
    meeting = context.meeting.model_copy(update={"date": dt.date.today() + dt.timedelta(days=days)})
    return context.model_copy(update={"meeting": meeting})


def _suggested_to(db: Database, kept: KeptPlan) -> KeptPlan:
    """The rep has touched the page, and the second reader has been asked."""
    touched, crew, jens = [one.block for one in kept.blocks if one.block.kind == "item"][:3]
    write(db, kept.id, touched.id, f"{touched.text} In person, not by mail.", by=REP)
    named = Suggestion(
        id="S1",
        kind="missing",
        block=crew.id,
        old="who pays a crew",
        new="who pays Tom's weekend crew",
        why="He asked it in as many words.",
        lines=("L12",),
        check=Check(status="verified"),
    )
    timed = Suggestion(
        id="S2",
        kind="harm",
        block=jens.id,
        old="what should he take away?",
        new="may we have 35 minutes with him?",
        why="Jens must not hear of Scandex from us.",
        lines=("L9",),
        check=Check(status="unverified", problems=("35 stands in no line it names",)),
    )
    plans.set_suggestions(db, kept.id, (named, timed))
    return plans.load_plan(db, kept.id)


def write(db: Database, plan_id: str, block: str, text: str, *, by: str) -> None:
    """An edit by someone who sees the page as it is."""
    base = next(one.revision for one in plans.load_plan(db, plan_id).blocks if one.block.id == block)
    op = f"{by}{base}{dt.datetime.now().timestamp()}"
    edits.apply_edits(db, plan_id, [Edit(op=op, action="text", block=block, base=base, text=text)], by=by)


def turn_to(name: str) -> Callable[[Page, Home], None]:
    def turn(page: Page, home: Home) -> None:
        page.get_by_role("radio", name=name, exact=True).click()
        page.get_by_role("radio", name=name, exact=True, checked=True).wait_for()

    return turn


def press(name: str, *, then: str) -> Callable[[Page, Home], None]:
    def act(page: Page, home: Home) -> None:
        page.get_by_role("button", name=name, exact=True).first.click()
        page.wait_for_selector(then)

    return act


def clash(page: Page, home: Home) -> None:
    """Two people write into the first item; neither has seen the other's words."""
    item = page.locator(".rows .block.item").first
    block = str(item.get_attribute("data-id"))

    def held(route: Route) -> None:
        route.abort()

    page.route("**/edits", held)
    item.locator(".shown").focus()
    page.keyboard.press("Enter")
    page.keyboard.type(MINE)
    write(home.db, home.plan, block, f"{THEIRS} {dt.datetime.now():%H:%M:%S}", by=OTHER)
    page.wait_for_function("() => true")
    page.unroute("**/edits", held)
    page.keyboard.press("Escape")
    page.locator(".clash").wait_for()


def settle(page: Page, home: Home) -> None:
    page.get_by_role("button", name="Take theirs").click()
    page.locator(".clash").wait_for(state="detached")


def draft(page: Page, home: Home) -> None:
    """With the scripted model, in the middle of the groundwork."""
    set_preference(home.db, "model", MODEL)
    page.get_by_role("button", name="Draft", exact=True).click()
    page.locator(".groundwork .item").nth(2).wait_for()


def stop(page: Page, home: Home) -> None:
    page.locator(".sheet").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Draft", exact=True).wait_for()
    set_preference(home.db, "model", "builtin")


def answer(page: Page, home: Home) -> None:
    page.get_by_role("button", name="Show the answer").click()
    page.locator(".mc-card .answer").wait_for()


def show_sources(page: Page, home: Home) -> None:
    page.get_by_role("button", name="Show sources").click()
    page.locator(".tail .cites .chip").first.click()
    page.locator(".pop:popover-open").wait_for()


def block_menu(page: Page, home: Home) -> None:
    item = page.locator(".rows .block.item").nth(1)
    item.locator(".shown").focus()
    item.get_by_role("button", name="Actions for").click()
    page.locator(".pop:popover-open").wait_for()


def columns(page: Page, home: Home) -> None:
    page.get_by_text("Opportunity.csv: Opportunities").click()
    page.get_by_role("button", name="Read it this way").wait_for()


SCREENS = (
    Screen("meetings", ""),
    Screen("accounts", "accounts"),
    Screen("account", "account?id={account}"),
    Screen("import", "import"),
    Screen("import-read", "import?id={gathered}", waits_for="text=Make the plans"),
    Screen("import-columns", "import?id={gathered}", columns, "text=Make the plans"),
    Screen("import-plans", "import?batch={batch}", waits_for="text=All as CSV"),
    Screen("settings", "settings"),
    Screen("new", "new"),
    Screen("new-check", "new?draft={unfinished}", waits_for="text=Is this right?"),
    Screen("plan-example", "plan?id={example}", waits_for=OPEN),
    Screen("plan-coach", "plan?id={plan}", waits_for=OPEN),
    Screen("plan-worked-out", "plan?id={plan}", turn_to("Worked out"), OPEN),
    Screen("plan-notes", "plan?id={plan}", turn_to("Notes"), OPEN),
    Screen("plan-history", "plan?id={plan}", turn_to("History"), OPEN),
    Screen("plan-sources", "plan?id={plan}", show_sources, OPEN),
    Screen("plan-menu", "plan?id={plan}", block_menu, OPEN),
    Screen("plan-clash", "plan?id={plan}", clash, OPEN, settle),
    Screen("plan-empty", "plan?id={new}", waits_for=".sheet .nothing"),
    Screen("plan-drafting", "plan?id={new}", draft, ".sheet .nothing", stop),
    Screen("plan-share", "plan?id={plan}", press("Share", then="[role=dialog]"), OPEN),
    Screen("plan-export", "plan?id={plan}", press("Export", then=".mc-links"), OPEN),
    Screen("shared", "shared?token={share}", waits_for=OPEN),
    Screen("rehearse", "rehearse?id={plan}", answer),
    Screen("bring", "bring?id={plan}", waits_for=".mc-sheet"),
)
