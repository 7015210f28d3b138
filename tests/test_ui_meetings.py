"""Meetings, new plan, accounts and settings: the script of the app over a real database, without a browser."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
import streamlit as st
from streamlit.navigation.page import calc_hash
from streamlit.testing.v1 import AppTest

from coach.context import parse_context
from coach.schema import AccountContext, Block, Commitment, Critique, MeetingPlan
from coach.settings import settings
from coach.store import accounts, plans
from coach.store.database import Database
from coach.store.preferences import preference
from coach.ui import main, meetings, unfinished
from coach.ui.defaults import keep_preference, preferences_of
from coach.ui.desk import desk
from coach.ui.first_start import example_plan, first_start
from coach.ui.places import Place
from tests.support.endpoint import Answer, Endpoint

TODAY = dt.date.today()
SOON, LONG_AGO = TODAY + dt.timedelta(days=3), TODAY - dt.timedelta(days=40)
NOTES = "Customer: Tarnbeck Mills\n\nCall with Joss Penhale: wants 40 looms, $120,000 or $95,000."


@pytest.fixture
def db() -> Iterator[Database]:
    desk.cache_clear()
    yield desk().db
    desk().close()
    desk.cache_clear()


@pytest.fixture(autouse=True)
def a_page_to_go_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan's own screen has tests of its own; here it only says which plan it was asked for."""
    plan = ModuleType("coach.ui.plan")
    plan.show = lambda: st.title(f"Plan {st.query_params['id']}")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "coach.ui.plan", plan)


def opened(place: Place = "meetings", **query: str) -> AppTest:
    app = AppTest.from_file(str(Path(main.__file__)), default_timeout=30)
    app._page_hash = "" if place == "meetings" else calc_hash(place)
    for name, value in query.items():
        app.query_params[name] = value
    return seen(app.run())


def next_plan(db: Database, account: str) -> AppTest:
    """As an account's page leads there."""
    return opened("new", draft=unfinished.begin_about(db, account).id)


def seen(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def words(app: AppTest) -> str:
    """All that the screen says."""
    shown = [*app.title, *app.header, *app.markdown, *app.error, *app.warning, *app.info, *app.success]
    return "\n".join([*(str(one.value) for one in shown), *(str(one.proto.body) for one in app.get("html"))])


def links(app: AppTest) -> list[str]:
    return [one.proto.label for one in app.get("page_link")]


def context(
    account: str = "Northwind Foods", *, day: dt.date | None = SOON, notes: str = "They want 41 scanners."
) -> AccountContext:
    text = f"---\naccount: {account}\nmeeting: {{date: {day or ''}, start: '10:00'}}\n---\n{notes}"
    return parse_context(text, today=TODAY)


def test_first_start_shows_an_example_that_is_drafted(db: Database) -> None:
    app = opened()
    assert "Brackwell Pathology" in links(app)
    assert "Example" in words(app)
    assert plans.load_plan(db, example_plan(db)).blocks


def test_the_example_is_made_once(db: Database) -> None:
    first_start(db)
    plans.archive_plan(db, example_plan(db))
    first_start(db)
    assert plans.list_plans(db) == ()
    assert len(plans.list_plans(db, archived=True)) == 1


def test_a_database_in_use_gets_no_example(db: Database) -> None:
    plans.create_plan(db, context())
    first_start(db)
    assert example_plan(db) == ""
    assert len(plans.list_plans(db)) == 1


def test_coming_meetings_stand_by_date_and_past_ones_below(db: Database) -> None:
    for account, day in (("Later", SOON + dt.timedelta(days=9)), ("Soon", SOON), ("Past", LONG_AGO), ("Undated", None)):
        plans.create_plan(db, context(account, day=day))
    app = opened()
    assert links(app) == ["Soon", "Later", "Undated", "Past"]
    assert "in 3 days" in words(app)
    assert app.expander[0].label == "Past meetings (1)"


def test_a_meeting_shows_at_a_glance_what_it_lacks(db: Database) -> None:
    kept = plans.create_plan(db, context(day=None))
    shown = words(opened())
    assert "not drafted" in shown
    assert "no meeting date" in shown
    plans.set_purpose(db, kept.id, "Agree <b>the test</b>")
    assert "Agree &lt;b&gt;the test&lt;/b&gt;" in words(opened())


def test_long_words_of_a_meeting_end_at_a_word(db: Database) -> None:
    account, purpose = "Consolidated Northwind Provisioning " * 6, "Agree on the instrumentation of the warehouses " * 6
    kept = plans.create_plan(db, context(account.strip()))
    plans.set_purpose(db, kept.id, purpose.strip())
    (row,), (link,) = plans.list_plans(db), links(opened())
    for shown, whole in ((link, account), (meetings.purpose(row), purpose)):
        assert shown.endswith(" …")
        assert whole.startswith(f"{shown.removesuffix(' …')} ")
    assert begun(db, text=purpose).name == "Agree on the instrumentation of the warehouses Agree on the …"


def test_a_title_of_account_and_day_alone_is_not_said_twice(db: Database) -> None:
    kept = plans.create_plan(db, context("Tarnbeck", day=SOON))
    day = f"{SOON:%a} {SOON.day} {SOON:%b}"
    for title, shown in ((f"Tarnbeck · {day} 10:00", ""), ("Tarnbeck", ""), (f"Tarnbeck: looms · {day}", "looms · ")):
        plans.set_plan(db, kept.id, MeetingPlan(title=title))
        (row,) = plans.list_plans(db)
        assert meetings.purpose(row).removesuffix(day) == shown


def test_a_score_that_nobody_judged_is_said_to_be_none(db: Database) -> None:
    kept = plans.create_plan(db, context())
    at = plans.replace_blocks(db, kept.id, (Block(id="B1", kind="text", text="Tom comes."),), what="drafted")
    plans.set_critique(db, kept.id, Critique(total=100.0, judged_by="rules"), revision=at, by_reader=False)
    assert "Not judged yet (by rules alone 100 of 100)" in words(opened())
    plans.set_critique(db, kept.id, Critique(total=71.0, judged_by="test:judge"), revision=at, by_reader=True)
    assert "Score 71 of 100" in words(opened())


def test_an_accounts_name_is_shown_as_it_is_written(db: Database) -> None:
    plans.create_plan(db, context("A*B* $1 and $2"))
    (label,) = links(opened())
    assert "$" not in label
    assert "*" not in label


def test_search_finds_a_meeting_by_its_purpose(db: Database) -> None:
    plans.create_plan(db, context("Northwind"), purpose="Dock scanners")
    plans.create_plan(db, context("Tarnbeck"), purpose="Looms")
    app = opened()
    assert links(seen(app.text_input(key="search").set_value("scanners").run())) == ["Northwind"]
    assert "No coming meeting has" in words(seen(app.text_input(key="search").set_value("nowhere").run()))


def test_without_meetings_the_screen_says_what_to_do(db: Database) -> None:
    first_start(db)
    plans.archive_plan(db, example_plan(db))
    assert "paste what you know" in words(opened())


def test_archiving_can_be_undone_at_once_and_later(db: Database) -> None:
    kept = plans.create_plan(db, context())
    app = opened()
    seen(app.button(key=f"archive-{kept.id}").click().run())
    assert not plans.list_plans(db)
    assert "is archived" in words(app)
    seen(app.button(key="undo-archive").click().run())
    assert plans.list_plans(db)
    plans.archive_plan(db, kept.id)
    seen(opened().button(key=f"put-back-{kept.id}").click().run())
    assert plans.list_plans(db)


def test_a_long_list_comes_in_parts(db: Database) -> None:
    for number in range(33):
        plans.create_plan(db, context(f"Account {number}"))
    app = opened()
    assert len(links(app)) == 30
    assert len(links(seen(app.button(key="more-coming").click().run()))) == 33


def test_a_database_that_cannot_be_used_is_one_plain_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_DATABASE_URL", "mysql://somewhere/else")
    settings.cache_clear()
    desk.cache_clear()
    app = opened()
    assert len(app.error) == 1
    assert "no database that Meeting Coach can use" in app.error[0].value


def begun(db: Database, **typed: str) -> unfinished.Unfinished:
    one = unfinished.begin().model_copy(update={"typed": typed})
    unfinished.keep(db, one)
    return one


def test_a_new_plan_has_an_address_under_which_it_is_kept(db: Database) -> None:
    app = opened("new")
    assert app.query_params["draft"]
    assert not unfinished.all_unfinished(db)


def test_an_unfinished_plan_can_be_gone_on_with_or_thrown_away(db: Database) -> None:
    one = begun(db, text=NOTES)
    app = opened()
    assert "Not finished" in words(app)
    seen(app.button(key=f"go-on-{one.id}").click().run())
    assert app.title[0].value == "New plan"
    seen(opened().button(key=f"throw-away-{one.id}").click().run())
    assert unfinished.unfinished(db, one.id) is None


def test_with_nothing_to_read_the_rep_is_told_what_to_do(db: Database) -> None:
    app = opened("new")
    seen(app.button(key="go-on").click().run())
    assert "Paste a note" in app.error[0].value


def test_dropped_files_are_read_and_kept(db: Database) -> None:
    app = opened("new")
    app.file_uploader[0].upload("call.txt", NOTES.encode())
    app.file_uploader[0].upload("old.doc.txt", b"\xd0\xcf\x11\xe0 old")
    seen(app.run())
    assert "call" in words(app)
    assert "old or password" in app.error[0].value
    (one,) = unfinished.all_unfinished(db)
    assert [file.name for file in one.files] == ["call.txt"]
    again = opened("new", draft=one.id)
    seen(again.button(key=f"take-out-{one.id}-0").click().run())
    assert unfinished.unfinished(db, one.id).files == ()


def test_what_was_read_is_shown_with_where_it_was_read(db: Database) -> None:
    one = begun(db, text=NOTES, day=SOON.isoformat(), start="10:30", purpose="Agree on looms")
    app = opened("new", draft=one.id)
    seen(app.button(key="go-on").click().run())
    assert app.text_input(key=f"{one.id}-account").value == "Tarnbeck Mills"
    assert "from the top of the notes" in words(app)
    assert app.date_input(key=f"{one.id}-date").value == SOON
    assert app.time_input(key=f"{one.id}-start").value == dt.time(10, 30)
    assert "Nobody is named who comes" in app.warning[0].value


def test_a_correction_survives_a_refresh(db: Database) -> None:
    one = begun(db, text=NOTES)
    app = opened("new", draft=one.id)
    seen(app.button(key="go-on").click().run())
    seen(app.text_input(key=f"{one.id}-account").set_value("Tarnbeck & Sons").run())
    seen(app.date_input(key=f"{one.id}-date").set_value(SOON).run())
    again = opened("new", draft=one.id)
    assert again.text_input(key=f"{one.id}-account").value == "Tarnbeck & Sons"
    assert "corrected by you" in words(again)
    assert "filled in by you" in words(again)
    assert again.date_input(key=f"{one.id}-date").value == SOON


def test_the_draft_is_started_from_what_was_corrected(db: Database) -> None:
    keep_preference(db, "rep", "Ada Quill")
    keep_preference(db, "proofs", "Harrow Mills saved 12 % in a year.")
    one = begun(db, text=NOTES, purpose="Agree on looms")
    app = opened("new", draft=one.id)
    seen(app.button(key="go-on").click().run())
    seen(app.text_area(key=f"{one.id}-attendees").set_value("Joss Penhale, Mill Manager").run())
    seen(app.button(key="draft-below").click().run())
    (row,) = [row for row in plans.list_plans(db) if row.account == "Tarnbeck Mills"]
    assert app.title[0].value == f"Plan {row.id}"
    desk().drafter.wait(row.id, timeout_s=30)
    kept = plans.load_plan(db, row.id)
    assert kept.blocks
    assert kept.purpose == "Agree on looms"
    assert kept.context.rep == "Ada Quill"
    assert [one.name for one in kept.context.meeting.attendees] == ["Joss Penhale"]
    assert [line.text for line in kept.context.proofs] == ["Harrow Mills saved 12 % in a year."]
    assert any("Agree on looms" in line.text for line in kept.context.notes)
    assert [note.text for note in accounts.notes_of(db, row.account_id)] == [NOTES]
    assert not unfinished.all_unfinished(db)


def test_going_back_to_where_a_plan_was_made_does_not_make_it_twice(db: Database) -> None:
    one = begun(db, text=NOTES)
    unfinished.finish(db, one.id, "the-plan")
    app = opened("new", draft=one.id)
    assert "This plan is made" in words(app)
    seen(app.button(key="open-made").click().run())
    assert app.title[0].value == "Plan the-plan"
    another = opened("new", draft=one.id)
    seen(another.button(key="begin-another").click().run())
    assert another.query_params["draft"] != one.id


def test_what_was_read_wrongly_is_corrected_in_another_plan_of_the_same_notes(db: Database) -> None:
    one = begun(db, text=NOTES, purpose="Agree on looms")
    app = opened("new", draft=one.id)
    seen(app.button(key="go-on").click().run())
    seen(app.button(key="draft-top").click().run())
    (made,) = [row for row in plans.list_plans(db) if row.account == "Tarnbeck Mills"]
    assert unfinished.made_from(db, made.id) == one.id
    again = opened("new", draft=one.id)
    seen(again.button(key="correct-made").click().run())
    another = again.query_params["draft"]
    assert another != one.id
    assert again.text_input(key=f"{another}-purpose").value == "Agree on looms"
    seen(again.text_input(key=f"{another}-company").set_value("Kassaro").run())
    seen(again.button(key="draft-top").click().run())
    (other,) = [row for row in plans.list_plans(db) if row.account == "Tarnbeck Mills" and row.id != made.id]
    assert plans.load_plan(db, other.id).context.seller.company == "Kassaro"
    assert len(accounts.notes_of(db, accounts.find_or_create_account(db, "Tarnbeck Mills").id)) == 1


def test_the_next_plan_starts_from_the_accounts_notes(db: Database) -> None:
    known = accounts.find_or_create_account(db, "Tarnbeck Mills")
    accounts.add_note(db, known.id, "Joss wants a test run.", source="call")
    left = accounts.add_note(db, known.id, "Canteen closed in May.", source="mail")
    past = plans.create_plan(db, context("Tarnbeck Mills", day=LONG_AGO))
    aim = Commitment(who="Joss", what="books a test night", by="2026-11-20")
    plans.set_plan(db, past.id, MeetingPlan(title="First", best_outcome=aim))
    app = next_plan(db, known.name)
    seen(app.button(key="go-on").click().run())
    one = app.query_params["draft"]
    assert all(box.value for box in app.checkbox)
    seen(app.checkbox(key=f"from-{one}-{left.id}").uncheck().run())
    seen(app.button(key="draft-top").click().run())
    (row,) = [row for row in accounts.plans_of(db, known.id) if row.id != past.id]
    notes = [line.text for line in plans.load_plan(db, row.id).context.notes]
    assert "Joss wants a test run." in notes
    assert any("books a test night" in text for text in notes)
    assert any("not recorded" in text for text in notes)
    assert not any("Canteen" in text for text in notes)


def test_a_next_plan_for_which_nothing_is_typed_is_not_called_unfinished(db: Database) -> None:
    known = accounts.find_or_create_account(db, "Tarnbeck Mills")
    app = next_plan(db, known.name)
    assert not unfinished.all_unfinished(db)
    one = unfinished.unfinished(db, app.query_params["draft"])
    assert one is not None
    unfinished.keep(db, one.model_copy(update={"typed": {**one.typed, "text": NOTES}}))
    assert [each.id for each in unfinished.all_unfinished(db)] == [one.id]


def test_a_plan_without_a_page_has_no_score(db: Database) -> None:
    made = plans.create_plan(db, context())
    plans.set_critique(db, made.id, Critique(total=16.0, judged_by="rules"), revision=0, by_reader=False)
    assert "not drafted" in words(opened())
    assert "16 of 100" not in words(opened())


def test_the_first_page_of_a_new_plan_says_what_it_starts_from(db: Database) -> None:
    known = accounts.find_or_create_account(db, "Tarnbeck Mills")
    assert "Starts from" not in words(next_plan(db, known.name))
    accounts.add_note(db, known.id, "Joss wants a test run.", source="call")
    assert "Starts from 1 note, kept of Tarnbeck Mills." in words(next_plan(db, known.name))
    accounts.add_note(db, known.id, "Canteen closed in May.", source="mail")
    past = plans.create_plan(db, context("Tarnbeck Mills", day=LONG_AGO))
    plans.set_plan(db, past.id, MeetingPlan(title="First", best_outcome=Commitment(who="Joss", what="books a night")))
    day = f"{LONG_AGO.day} {LONG_AGO:%B}" + (f" {LONG_AGO.year}" if LONG_AGO.year != TODAY.year else "")
    said = f"Starts from 2 notes and the plan of {day}, kept of Tarnbeck Mills. Paste only what is new."
    assert said in words(next_plan(db, known.name))
    assert said in words(opened("new", draft=begun(db, who="tarnbeck mills: Joss Penhale").id))
    pasted = begun(db, who=known.name, text="By mail: Canteen closed in May.")
    assert "Starts from 1 note and the plan" in words(opened("new", draft=pasted.id))
    assert "Starts from" not in words(opened("new", draft=begun(db, who="Somebody else").id))


def test_who_came_last_time_is_proposed_for_the_next_plan(db: Database) -> None:
    known = accounts.find_or_create_account(db, "Tarnbeck Mills")
    meeting = f"{{date: {LONG_AGO}, attendees: ['Joss Penhale, Mill Manager']}}"
    text = f"---\naccount: Tarnbeck Mills\nmeeting: {meeting}\n---\nA call."
    plans.create_plan(db, parse_context(text, today=TODAY))
    accounts.add_note(db, known.id, "The looms run.", source="call")
    app = next_plan(db, known.name)
    seen(app.button(key="go-on").click().run())
    assert app.text_area[0].value == "Joss Penhale, Mill Manager"
    assert "who came last time" in words(app)


def test_the_next_plan_knows_us_and_the_day_from_what_is_kept_of_the_account(db: Database) -> None:
    known = accounts.find_or_create_account(db, "Tarnbeck Mills")
    text = (
        f"---\naccount: Tarnbeck Mills\nopportunity: Looms\nrep: Pia Lund\nseller: {{company: Kassaro, offer: Looms}}\n"
        f"meeting: {{date: {LONG_AGO}}}\n---\nA call."
    )
    older = text.replace(str(LONG_AGO), str(LONG_AGO - dt.timedelta(days=90))).replace("Pia Lund", "Ola Berg")
    for one in (text, older):
        plans.create_plan(db, parse_context(one, today=TODAY))
    accounts.add_note(db, known.id, "We meet on Monday.", source="call")
    day = TODAY + dt.timedelta(days=8)
    accounts.add_note(
        db, known.id, f"Next meeting {day:%d %B %Y}, 14:00, half an hour, at their office.", source="call"
    )
    app = next_plan(db, known.name)
    seen(app.button(key="go-on").click().run())
    one = app.query_params["draft"]
    assert [app.text_input(key=f"{one}-{name}").value for name in ("company", "offer", "rep", "opportunity")] == [
        "Kassaro",
        "Looms",
        "Pia Lund",
        "Looms",
    ]
    assert app.date_input(key=f"{one}-date").value == day
    assert app.time_input(key=f"{one}-start").value == dt.time(14)
    assert app.number_input(key=f"{one}-minutes").value == 30
    assert app.text_input(key=f"{one}-place").value == "their office"
    assert "kept of the account, from" in words(app)


def test_a_day_of_long_ago_is_taken_as_it_is_typed(db: Database) -> None:
    one = begun(db, text=NOTES)
    app = opened("new", draft=one.id)
    seen(app.button(key="go-on").click().run())
    seen(app.date_input(key=f"{one.id}-date").set_value(dt.date(2001, 5, 9)).run())
    seen(app.button(key="draft-below").click().run())
    (row,) = [row for row in plans.list_plans(db) if row.account == "Tarnbeck Mills"]
    assert plans.load_plan(db, row.id).context.meeting.date == dt.date(2001, 5, 9)


def test_what_for_is_shown_and_corrected_before_the_plan_is_made(db: Database) -> None:
    one = begun(db, text=NOTES, purpose="Agree on looms")
    app = opened("new", draft=one.id)
    seen(app.button(key="go-on").click().run())
    assert app.text_input(key=f"{one.id}-purpose").value == "Agree on looms"
    seen(app.text_input(key=f"{one.id}-purpose").set_value("Agree on the test night").run())
    seen(app.button(key="draft-below").click().run())
    (row,) = [row for row in plans.list_plans(db) if row.account == "Tarnbeck Mills"]
    kept = plans.load_plan(db, row.id)
    assert kept.purpose == "Agree on the test night"
    assert any("for: Agree on the test night" in line.text for line in kept.context.notes)
    assert not any("Agree on looms" in line.text for line in kept.context.notes)


@pytest.mark.parametrize(
    ("what", "proposed"),
    [
        ("books a test night", "Follow up: Joss books a test night"),
        ("writes down what would count as settled, and who on their side of the table checks it",
         "Follow up: Joss writes down what would count as settled"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_next_plans_purpose_is_proposed_from_the_last_one(db: Database, what: str, proposed: str) -> None:
    known = accounts.find_or_create_account(db, "Tarnbeck Mills")
    past = plans.create_plan(db, context("Tarnbeck Mills", day=LONG_AGO))
    plans.set_plan(db, past.id, MeetingPlan(title="First", best_outcome=Commitment(who="Joss", what=what)))
    app = next_plan(db, known.name)
    accounts.add_note(db, known.id, "The looms run.", source="call")
    seen(app.button(key="go-on").click().run())
    one = app.query_params["draft"]
    assert app.text_input(key=f"{one}-purpose").value == proposed
    assert ("what the last plan aimed at" in words(app)) == bool(proposed)
    seen(app.text_input(key=f"{one}-purpose").set_value("").run())
    seen(app.button(key="draft-top").click().run())
    (row,) = [row for row in accounts.plans_of(db, known.id) if row.id != past.id]
    assert plans.load_plan(db, row.id).purpose == ""


def test_accounts_are_listed_searched_and_added(db: Database) -> None:
    first_start(db)
    accounts.find_or_create_account(db, "Northwind Foods")
    app = opened("accounts")
    assert links(app) == ["Brackwell Pathology", "Northwind Foods"]
    assert links(seen(app.text_input(key="search-accounts").set_value("north").run())) == ["Northwind Foods"]
    app = opened("accounts")
    app.text_input[1].set_value("Tarnbeck Mills")
    seen(app.button[0].click().run())
    assert app.title[0].value == "Tarnbeck Mills"


def test_an_account_shows_its_notes_and_what_its_meetings_aimed_at(db: Database) -> None:
    known = accounts.find_or_create_account(db, "Northwind Foods")
    accounts.add_note(db, known.id, "First: <i>41</i> scanners", source="call.txt")
    accounts.add_note(db, known.id, "Second", source="pasted")
    past = plans.create_plan(db, context(day=LONG_AGO))
    plans.set_plan(db, past.id, MeetingPlan(best_outcome=Commitment(who="Maria", what="books a test night")))
    app = opened("account", id=known.id)
    assert [one.label.split("**")[1] for one in app.expander] == ["2", "1"]
    assert "First: &lt;i&gt;41&lt;/i&gt; scanners" in words(app)
    assert "The best outcome was: Maria: books a test night." in words(app)


def test_a_note_is_added_by_dropping_a_file(db: Database) -> None:
    known = accounts.find_or_create_account(db, "Northwind Foods")
    app = opened("account", id=known.id)
    app.file_uploader[0].upload("mail.txt", b"Maria confirms.")
    seen(app.button(key="add-note").click().run())
    (note,) = accounts.notes_of(db, known.id)
    assert (note.source, note.text) == ("mail.txt", "Maria confirms.")


def test_an_unknown_account_is_one_plain_line(db: Database) -> None:
    assert "There is no such account" in opened("account", id="nobody").error[0].value.replace("&#46;", ".")


def test_the_chosen_model_is_kept_and_used(db: Database) -> None:
    app = opened("settings")
    seen(app.radio(key="model-kind").set_value("openai").run())
    assert preferences_of(db).model == ""
    seen(app.text_input(key="model-openai").set_value("gpt-5.1").run())
    assert preferences_of(db).model == "openai:gpt-5.1"
    assert "Saved: who writes the plans" in words(app)
    assert opened("settings").text_input(key="model-openai").value == "gpt-5.1"
    seen(app.radio(key="model-kind").set_value("builtin").run())
    assert preferences_of(db).model == "builtin"


def test_a_provider_that_is_not_known_is_refused_in_words(db: Database) -> None:
    app = opened("settings")
    seen(app.radio(key="model-kind").set_value("other").run())
    seen(app.text_input(key="model-other").set_value("nowhere:model").run())
    assert "There is no provider" in app.error[0].value
    assert preferences_of(db).model == ""


def test_a_key_is_never_shown_only_whether_it_is_set(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    keep_preference(db, "model", "openai:gpt-5.1")
    shown = words(opened("settings"))
    assert "`OPENAI_API_KEY` is set" in shown
    assert "`OPENAI_BASE_URL` is not set" in shown
    assert "sk-very-secret" not in shown


def test_the_model_is_tested_by_a_click(db: Database, serve: Callable[..., Endpoint]) -> None:
    serve(lambda body: Answer("ok"))
    keep_preference(db, "model", "openai:scripted")
    app = opened("settings")
    seen(app.button(key="test-model").click().run())
    assert "answers" in app.success[0].value


def test_a_model_that_does_not_answer_says_why(db: Database) -> None:
    keep_preference(db, "model", "openai:scripted")
    app = opened("settings")
    seen(app.button(key="test-model").click().run())
    assert "OPENAI&#95;API&#95;KEY" in app.error[0].value


def test_language_and_paper_are_kept(db: Database) -> None:
    app = opened("settings")
    seen(app.selectbox(key="language").set_value("German").run())
    seen(app.radio(key="paper").set_value("letter").run())
    assert (preference(db, "language"), preference(db, "paper")) == ("German", "letter")
    assert opened("settings").selectbox(key="language").value == "German"
