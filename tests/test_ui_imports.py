"""Import in the app: what was recognised, corrected, chosen and made, over a real database, without a browser."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.navigation.page import calc_hash
from streamlit.testing.v1 import AppTest

from coach.batch.gathered import Choice, Gathered
from coach.settings import settings
from coach.store import batches, plans
from coach.store.batches import Batch
from coach.store.database import Database
from coach.store.held import held, hold
from coach.store.shares import share
from coach.store.slots import Outcome, claim, end_slot, ids_of, put_slots, rows_of
from coach.ui import main
from coach.ui.defaults import keep_preference
from coach.ui.desk import desk
from coach.ui.first_start import example_plan
from coach.ui.routes import routes
from coach.ui.tokens import grant
from tests.support.dropped import TODAY, dropped, export, is_read
from tests.support.endpoint import Endpoint, Status, in_turn
from tests.support.exports import table
from tests.support.queued import wish
from tests.support.writer import writer

ENDS_WITHIN_S = 90.0
ALL = Choice(with_undated=True)
MODEL = "openai:gpt-5-mini"


@pytest.fixture
def db() -> Iterator[Database]:
    desk.cache_clear()
    yield desk().db
    desk().close()
    desk.cache_clear()


@pytest.fixture
def one(db: Database, tmp_path: Path) -> Gathered:
    return dropped(export(tmp_path / "in"))


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(Path(main.__file__)), default_timeout=60)
    app._page_hash = calc_hash("import")
    for name, value in query.items():
        app.query_params[name] = value
    return seen(app.run())


def seen(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def words(app: AppTest) -> str:
    shown = [*app.title, *app.header, *app.markdown, *app.error, *app.warning, *app.info, *app.success]
    return "\n".join([*(str(one.value) for one in shown), *(str(one.proto.body) for one in app.get("html"))])


def press(app: AppTest, key: str) -> AppTest:
    return seen(app.button(key=key).click().run())


def make(app: AppTest) -> Batch:
    """The batch that the button begins."""
    press(app, "make-plans")
    return batches.get_batch(desk().db, asked(app, "batch"))


def asked(app: AppTest, name: str) -> str:
    said = app.query_params[name]
    return said if isinstance(said, str) else said[0]


def wait_for(claim: Callable[[], bool]) -> None:
    end = time.monotonic() + ENDS_WITHIN_S
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.02)


def ended(batch: Batch) -> Batch:
    """Waits for it."""
    end = time.monotonic() + ENDS_WITHIN_S
    while desk().batching.is_at_work(batch.id) or (now := batches.get_batch(desk().db, batch.id)).state == "running":
        assert time.monotonic() < end
        time.sleep(0.02)
    return now


def plans_made(db: Database) -> list[str]:
    return sorted(row.account for row in plans.list_plans(db) if row.id != example_plan(db))


def test_without_an_import_files_are_asked_for(db: Database) -> None:
    app = opened()
    assert app.title[0].value == "Import"
    assert [one.label for one in app.get("file_uploader")] == [
        "Files of one export: CSV, Excel, or the zip as it comes"
    ]


def test_dropped_files_are_read_and_shown(db: Database, tmp_path: Path) -> None:
    app = opened()
    files = export(tmp_path / "in")
    app.get("file_uploader")[0].set_value([(path.name, path.read_bytes(), "text/csv") for path in files])
    seen(app.run())
    (one,) = Gathered.all(settings().home)
    assert asked(app, "id") == one.id
    assert is_read(one).stage == "read"
    assert "Salesforce" in words(opened(id=one.id))


def test_what_was_recognised_is_told_with_its_counts(one: Gathered) -> None:
    said = words(opened(id=one.id))
    for name, count in (("opportunities", 10), ("open", 7), ("closed", 3), ("without a meeting", 4)):
        assert f"<dt>{name}</dt><dd>{count}</dd>" in said
    assert "Northwind Foods" in said
    assert "Dock scanners, lot 0" in said


def test_rows_that_cannot_be_used_are_shown_with_row_column_and_why(one: Gathered) -> None:
    said = words(opened(id=one.id))
    assert "<td>Opportunity.csv</td><td>3</td><td>CloseDate</td><td>`soon` is no date</td>" in said
    assert "Not used (2)" in said


def test_a_column_is_corrected_in_its_box_and_all_is_read_this_way(one: Gathered) -> None:
    app = columns_of(opened(id=one.id))
    box(app, "Amount").set_value("Not used")
    box(app, "Budget Line").set_value("next_step")
    submit(app)
    assert is_read(one).stage == "read"
    assert all(line.amount is None for line in one.lines(ALL, most=9))
    app = columns_of(opened(id=one.id))
    assert (box(app, "Amount").value, box(app, "Budget Line").value) == ("Not used", "next_step")


def test_a_column_that_could_be_the_meeting_s_day_says_so_beside_its_box(db: Database, tmp_path: Path) -> None:
    deal = {"Customer": "Harrowgate", "Stage": "Offer", "Next activity date": TODAY, "Meeting date": ""}
    one = dropped([table(tmp_path / "deals.csv", [deal])])
    app = columns_of(opened(id=one.id))
    assert "Could also be: Meeting date" in words(app)
    assert box(app, "Meeting date").value == "meeting_date"
    box(app, "Meeting date").set_value("Not used")
    box(app, "Next activity date").set_value("meeting_date")
    submit(app)
    is_read(one)
    assert [line.day for line in one.lines(ALL, most=9)] == [TODAY.isoformat()]
    assert "Could also be" not in words(columns_of(opened(id=one.id)))


def test_two_columns_cannot_be_taken_for_the_same(one: Gathered) -> None:
    app = columns_of(opened(id=one.id))
    box(app, "Budget Line").set_value("amount")
    submit(app)
    assert "Two columns are taken for “Amount”" in words(app)
    assert one.state().stage == "read"


def columns_of(app: AppTest) -> AppTest:
    """The columns, opened."""
    app.session_state["columns"] = True
    return seen(app.run())


def box(app: AppTest, heading: str) -> object:
    return next(one for one in app.selectbox if one.label == f"Column {heading} is")


def submit(app: AppTest) -> None:
    seen(next(one for one in app.button if one.label == "Read it this way").click().run())


def test_the_choice_says_how_many_plans_there_will_be(one: Gathered) -> None:
    app = opened(id=one.id)
    assert "**3 plans**. They cost nothing." in words(app)
    seen(app.checkbox(key=f"with-undated-{one.id}").check().run())
    assert "**7 plans**" in words(app)
    seen(app.multiselect(key=f"owners-{one.id}").set_value(["Riya Shah"]).run())
    seen(app.multiselect(key=f"stages-{one.id}").set_value(["Negotiation"]).run())
    seen(app.number_input(key=f"min-amount-{one.id}").set_value(2000.0).run())
    assert "**1 plan**" in words(app)
    seen(app.number_input(key=f"min-amount-{one.id}").set_value(900000.0).run())
    assert "No meeting fits" in words(app)
    assert app.button(key="make-plans").disabled


def test_days_are_written_as_everywhere_else(one: Gathered) -> None:
    assert {field.proto.format for field in opened(id=one.id).date_input} == {"YYYY-MM-DD"}


def test_of_a_large_export_those_without_a_meeting_are_read_when_asked_for(one: Gathered) -> None:
    one.read(one.asked().model_copy(update={"with_all_open": False}))
    is_read(one)
    app = opened(id=one.id)
    assert "<dt>open</dt><dd>7</dd>" in words(app)
    assert "4 open opportunities without a meeting were counted" in words(app)
    press(app, "read-undated")
    is_read(one)
    assert one.chosen(ALL).meetings == 7


def test_without_a_model_the_plans_are_made_and_stand_in_a_table(db: Database, one: Gathered) -> None:
    batch = ended(make(opened(id=one.id)))
    assert batch.state == "done"
    assert plans_made(db) == ["Northwind Foods", "Pellworth Dairy", "Tarnbeck Mills"]
    said = words(opened(batch=batch.id))
    assert "<dt>drafted</dt><dd>3</dd>" in said
    for row in rows_of(db, batch.id):
        assert f'<a href="plan?id={row.plan_id}" target="_self">{row.account}</a>' in said


def test_asked_for_twice_it_is_one_batch_with_one_plan_each(db: Database, one: Gathered) -> None:
    first = ended(make(opened(id=one.id)))
    assert ended(make(opened(id=one.id))).id == first.id
    assert len(plans_made(db)) == 3


def test_the_gravest_faults_of_a_plan_are_told_in_words(db: Database) -> None:
    batch = batches.open_batch(db, "x", source="export", options={"model": MODEL})
    put_slots(db, batch.id, [wish(1)])
    slot = claim(db, next(ids_of(db, batch.id)), owner="me")
    assert slot
    end_slot(db, slot, "done", Outcome(score=60.0, gates=("G2",)))
    batches.end_batch(db, batch.id, "done")
    assert "nobody at the customer does anything in the best outcome" in words(opened(batch=batch.id))


def test_seller_and_proof_of_the_settings_go_into_every_plan(db: Database, one: Gathered) -> None:
    keep_preference(db, "company", "Fernhill Systems")
    keep_preference(db, "proofs", "A dairy halved its waiting time.")
    batch = ended(make(opened(id=one.id)))
    (row, *_) = rows_of(db, batch.id)
    context = plans.load_plan(db, row.plan_id).context
    assert context.seller.company == "Fernhill Systems"
    assert "A dairy halved its waiting time." in [line.text for line in context.proofs]


@pytest.fixture
def scripted(db: Database, serve: Callable[..., Endpoint]) -> Endpoint:
    keep_preference(db, "model", MODEL)
    return serve(writer)


def test_with_a_model_the_likely_price_and_a_limit_are_told_first(scripted: Endpoint, one: Gathered) -> None:
    app = opened(id=one.id)
    said = words(app)
    assert "likely about" in said
    (limit,) = [one for one in app.number_input if one.label.startswith("Stop before it costs more")]
    usd = limit.value
    assert usd >= 1
    seen(app.radio(key="effort").set_value("low").run())
    batch = ended(make(app))
    assert (batch.budget_usd, batch.options["effort"], batch.state) == (usd, "low", "done")
    assert scripted.calls


def test_a_limit_that_is_used_up_stops_and_a_higher_one_goes_on(
    db: Database, scripted: Endpoint, one: Gathered
) -> None:
    app = opened(id=one.id)
    (limit,) = [one for one in app.number_input if one.label.startswith("Stop before it costs more")]
    seen(limit.set_value(0.01).run())
    batch = ended(make(app))
    assert batch.state == "stopped"
    app = opened(batch=batch.id)
    assert "is used up" in words(app)
    (limit,) = [one for one in app.number_input if one.label.startswith("Stop before it costs more")]
    seen(limit.set_value(5.0).run())
    press(app, "go-on-batch")
    assert ended(batch).state == "done"
    assert len(plans_made(db)) == 3


def test_what_failed_is_told_with_its_reason_and_tried_again(
    db: Database, serve: Callable[..., Endpoint], one: Gathered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.batch.slots.MOST_ATTEMPTS", 1)
    monkeypatch.setattr("coach.llm.FIRST_WAIT_S", 0.001)
    keep_preference(db, "model", MODEL)
    endpoint = serve(in_turn(Status(500)))
    app = opened(id=one.id)
    batch = ended(make(app))
    assert batches.progress(db, batch.id).failed == 3
    said = words(opened(batch=batch.id))
    assert "Failed (3)" in "\n".join(place.label for place in opened(batch=batch.id).expander)
    assert "500" in said
    endpoint.script = writer
    press(opened(batch=batch.id), "go-on-batch")
    ended(batch)
    assert (batches.progress(db, batch.id).done, batches.progress(db, batch.id).failed) == (3, 0)


def test_stopped_it_says_so_and_goes_on_when_asked(db: Database, serve: Callable[..., Endpoint], one: Gathered) -> None:
    keep_preference(db, "model", MODEL)
    endpoint = serve(writer, tokens_per_s=60.0)
    batch = make(opened(id=one.id))
    wait_for(lambda: endpoint.calls > 0)
    press(opened(batch=batch.id), "stop-batch")
    assert ended(batch).state == "stopped"
    assert len(endpoint.answered) == endpoint.calls, "calls under way come to their end"
    assert "Stopped" in words_of_bar(opened(batch=batch.id))
    endpoint.tokens_per_s = None
    press(opened(batch=batch.id), "go-on-batch")
    assert ended(batch).state == "done"
    assert len(plans_made(db)) == 3


def words_of_bar(app: AppTest) -> str:
    return "\n".join(str(one.proto.text) for one in app.get("progress"))


def test_a_batch_whose_server_is_gone_is_gone_on_with(db: Database, one: Gathered) -> None:
    said = {"model": "builtin", "import": one.id, "choice": ALL.model_dump_json()}
    batch = batches.open_batch(db, "of the other one", source="export", options=said)
    gone = desk().batching.owner.rsplit(" ", 2)[0] + " 999999999 abcd"
    assert hold(db, batch.id, owner=gone)
    assert desk().batching.take_over() == 1
    assert desk().batching.take_over() == 0
    assert ended(batch).state == "done"
    assert len(plans_made(db)) == 7


def test_closed_in_the_middle_it_stays_to_be_gone_on_with(
    db: Database, serve: Callable[..., Endpoint], one: Gathered
) -> None:
    keep_preference(db, "model", MODEL)
    endpoint = serve(writer, tokens_per_s=60.0)
    batch = make(opened(id=one.id))
    desk().close()
    desk.cache_clear()
    endpoint.tokens_per_s = None
    assert batches.get_batch(desk().db, batch.id).state == "running"
    assert desk().batching.start(batch.id, instead=owner_of(desk().db, batch.id))
    assert ended(batch).state == "done"
    assert len(plans_made(desk().db)) == 3


def owner_of(db: Database, batch_id: str) -> str:
    return next(one.owner for one in held(db) if one.batch_id == batch_id)


def test_imports_and_batches_are_listed_and_thrown_away(db: Database, one: Gathered) -> None:
    batch = ended(make(opened(id=one.id)))
    app = opened()
    assert "7 open of 10 opportunities" in words(app)
    assert "3 of 3 drafted" in words(app)
    press(app, f"throw-away-{one.id}")
    assert Gathered.all(settings().home) == []
    assert "3 of 3 drafted" in words(opened(batch=batch.id)) + words_of_bar(opened(batch=batch.id))
    assert "not there any more" in words(opened(id=one.id))


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=routes()))


def link(subject: str, ending: str, *, token: str = "") -> str:
    return f"/tables/{subject}.{ending}?token={token or grant(desk().secret, subject, right='read')}"


def test_the_tables_are_downloaded_whole(db: Database, one: Gathered, client: TestClient) -> None:
    batch = ended(make(opened(id=one.id)))
    told = client.get(link(f"batch-{batch.id}", "csv"))
    assert "plans.csv" in told.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(told.content.decode("utf-8-sig"))))
    assert {row["State"] for row in rows} == {"drafted"}
    assert len(rows) == 3
    assert "<table>" in client.get(link(f"batch-{batch.id}", "html")).text
    unused = client.get(link(f"import-{one.id}", "csv"))
    assert "`soon` is no date" in unused.text


@pytest.mark.parametrize("name", ["batch-{batch}.csv", "import-{one}.csv", "batch-../../x.csv", "plan-1.csv"])
def test_a_table_is_given_to_nobody_without_its_token(
    db: Database, one: Gathered, client: TestClient, name: str
) -> None:
    batch = batches.open_batch(db, "x", source="x", options={})
    other = grant(desk().secret, "batch-other", right="read")
    address = f"/tables/{name.format(batch=batch.id, one=one.id)}"
    assert client.get(f"{address}?token={other}").status_code in (401, 404)
    assert client.get(address).status_code in (401, 404)


def test_plans_are_taken_back_after_a_question_and_brought_back(db: Database, one: Gathered) -> None:
    app = opened(id=one.id)
    batch = ended(make(app))
    made = plans_made(db)
    app = press(opened(batch=batch.id), "undo-batch")
    assert f"{len(made)} plans go to the archive." in words(app)
    assert plans_made(db) == made
    app = press(app, "undo-now")
    assert f"{len(made)} plans archived" in app.toast[0].value
    assert plans_made(db) == []
    app = press(app, "redo-batch")
    assert plans_made(db) == made
    assert f"{len(made)} plans brought back" in app.toast[0].value


def test_the_question_names_the_plans_that_stay(db: Database, one: Gathered) -> None:
    batch = ended(make(opened(id=one.id)))
    row = next(iter(list(rows_of(db, batch.id))))
    share(db, row.plan_id)
    app = press(opened(batch=batch.id), "undo-batch")
    assert f"{row.account}, {row.opportunity}: a link to it was shared" in words(app)
    press(app, "undo-now")
    assert plans_made(db) == [row.account]
