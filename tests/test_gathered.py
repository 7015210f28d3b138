"""An export that somebody dropped: read once in a process of its own, its meetings chosen and counted from disk."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from coach.batch.estimate import estimate
from coach.batch.gathered import Choice, Gathered
from coach.crm import read_export
from coach.crm.mapping import TableMapping
from coach.errors import InputError
from coach.schema import Seller
from tests.support.dropped import OWNERS, TODAY, dropped, export, is_read

ALL = Choice(with_undated=True)


@pytest.fixture
def one(tmp_path: Path) -> Gathered:
    return dropped(export(tmp_path / "in"), home=tmp_path / "home")


def days(*ahead: int) -> list[str]:
    return [(TODAY + dt.timedelta(days=one)).isoformat() for one in ahead]


def test_what_was_recognised_is_counted(one: Gathered) -> None:
    state = one.state()
    assert state.stage == "read"
    assert {table.file: (table.kind, table.system) for table in state.tables} == {
        "Opportunity.csv": ("opportunities", "salesforce"),
        "Event.csv": ("meetings", "salesforce"),
        "Note.csv": ("notes", "salesforce"),
        "Account.csv": ("accounts", "salesforce"),
        "User.csv": ("users", "salesforce"),
    }
    told = state.told
    assert (told.rows, told.taken, told.closed, told.without_meeting, told.without_account) == (10, 7, 3, 4, 0)
    assert state.called == "Salesforce export of 5 files"


def test_every_column_is_told_with_what_it_was_taken_for_and_examples(one: Gathered) -> None:
    (deals,) = [table for table in one.state().tables if table.kind == "opportunities"]
    columns = {column.heading: column for column in deals.columns}
    assert (columns["Amount"].role, columns["Budget Line"].role, columns["Budget Line"].is_fact) == ("amount", "", True)
    assert columns["StageName"].examples == ("Negotiation", "Proposal", "Closed Won")
    assert deals.rows == 10


def test_rows_that_cannot_be_used_stand_in_a_table_with_row_column_and_reason(one: Gathered) -> None:
    with one.not_used.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["file"], row["row"], row["column"], row["reason"]) for row in csv.DictReader(file)]
    assert ("Opportunity.csv", "3", "CloseDate", "`soon` is no date") in rows
    assert ("Event.csv", "5", "StartDateTime", "`next Tuesday` is no date") in rows
    assert one.state().told.unused == len(rows) == 2


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        (Choice(), days(1, 2, 4)),
        (Choice(with_undated=True), [*days(1, 2, 4), "", "", "", ""]),
        (Choice(since=TODAY + dt.timedelta(days=2)), days(2, 4)),
        (Choice(until=TODAY + dt.timedelta(days=2)), days(1, 2)),
        (Choice(since=TODAY + dt.timedelta(days=3), with_undated=True), [*days(4), "", "", "", ""]),
        (Choice(owners=("Riya Shah",)), days(1)),
        (Choice(stages=("Proposal",), with_undated=True), [*days(2), "", ""]),
        (Choice(min_amount=2000), days(2, 4)),
        (Choice(owners=("Nobody",)), []),
    ],
)
def test_meetings_are_chosen_by_day_owner_stage_and_amount(one: Gathered, choice: Choice, found: list[str]) -> None:
    assert [line.day for line in one.lines(choice, most=20)] == found
    assert one.chosen(choice).meetings == len(found)
    chosen = one.opportunities(choice)
    dates = [context.meeting.date for context in (each.context for each in chosen)]
    assert sorted(str(date or "~") for date in dates) == sorted(day or "~" for day in found)


def test_owners_and_stages_are_offered(one: Gathered) -> None:
    assert set(one.offered("owner")) == set(OWNERS)
    assert set(one.offered("stage")) == {"Negotiation", "Proposal"}
    assert one.last_day() == TODAY + dt.timedelta(days=4)


def test_what_is_kept_is_what_the_command_line_reads(one: Gathered, tmp_path: Path) -> None:
    there = read_export(
        [tmp_path / "in"], today=TODAY, seller=Seller(), on_problem=lambda problem: None, with_all_open=True
    )
    assert list(one.opportunities(ALL)) == list(there)


def test_a_corrected_column_is_read_anew_and_remembered_for_the_next_export(one: Gathered, tmp_path: Path) -> None:
    asked = one.asked()
    said = TableMapping.model_validate({"kind": "opportunities", "columns": {"next_step": "Budget Line", "amount": ""}})
    mapping = asked.mapping.model_copy(update={"tables": {"Opportunity.csv": said}})
    one.read(asked.model_copy(update={"mapping": mapping}))
    is_read(one)
    assert all(line.amount is None for line in one.lines(ALL, most=20))
    (deals,) = [table for table in one.state().tables if table.kind == "opportunities"]
    assert deals.told_by == "mapping"
    next_one = dropped(export(tmp_path / "next"), home=tmp_path / "home")
    (deals,) = [table for table in next_one.state().tables if table.kind == "opportunities"]
    assert deals.told_by == "remembered"
    assert all(line.amount is None for line in next_one.lines(ALL, most=20))


def test_an_export_without_opportunities_says_so_and_what_its_tables_were_taken_for(tmp_path: Path) -> None:
    notes = [path for path in export(tmp_path / "in") if path.name == "Note.csv"]
    state = dropped(notes, home=tmp_path / "home").state()
    assert state.stage == "failed"
    assert "No table of opportunities" in state.error
    assert [table.file for table in state.tables] == ["Note.csv"]


def test_of_a_large_export_what_has_no_meeting_is_counted_and_read_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = dropped(export(tmp_path / "in"), home=tmp_path / "home")
    assert not one.is_large()
    monkeypatch.setattr("coach.batch.gathered.LARGE_BYTES", 100)
    assert one.is_large()
    one.read(one.asked().model_copy(update={"with_all_open": False}))
    told = is_read(one).told
    assert (told.taken, told.without_meeting, told.unread) == (3, 4, 4)
    assert one.chosen(ALL).meetings == 3


def test_a_file_is_written_within_the_folder_and_over_no_other(tmp_path: Path) -> None:
    one = Gathered.begin(tmp_path, at=dt.datetime.now(dt.UTC))
    for name in ("../../evil.csv", "C:\\in\\deals.csv", "deals.csv", ".hidden.csv", "~$open.xlsx", "..", ""):
        path = one.place_for(name)
        assert path.parent == one.files
        path.touch()
    assert sorted(path.name for path in one.files.iterdir()) == [
        "__open.xlsx", "deals (2).csv", "deals.csv", "evil.csv", "file", "file (2)", "hidden.csv",
    ]  # fmt: skip


def test_a_reading_that_breaks_off_is_begun_again_and_given_up_the_second_time(
    one: Gathered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one.folder / "process").write_text("999999999")
    one.note(one.state().model_copy(update={"stage": "reading", "tries": 1}))
    assert one.look_after().tries == 2
    assert is_read(one).stage == "read"
    (one.folder / "process").write_text("999999999")
    one.note(one.state().model_copy(update={"stage": "reading", "tries": 2}))
    assert one.look_after().error == "The reading broke off."


def test_thrown_away_nothing_is_left_of_it(one: Gathered, tmp_path: Path) -> None:
    assert [each.id for each in Gathered.all(tmp_path / "home")] == [one.id]
    one.throw_away()
    assert Gathered.all(tmp_path / "home") == []
    assert Gathered.known(tmp_path / "home", one.id) is None
    with pytest.raises(InputError, match="cannot be read any more"):
        one.state()
    with pytest.raises(InputError, match="not there any more"):
        one.chosen(ALL)


def test_no_name_leads_out_of_the_folder_of_imports(tmp_path: Path) -> None:
    assert Gathered.known(tmp_path, "../../etc") is None
    assert Gathered.known(tmp_path, "") is None


def test_long_examples_end_at_a_word(one: Gathered) -> None:
    (notes,) = [table for table in one.state().tables if table.kind == "notes"]
    (body,) = [column for column in notes.columns if column.heading == "Body"]
    assert body.examples[0] == "Maria Lopez said 40 trucks stood for 6 hours. The report …"


def test_what_plans_cost_grows_with_their_notes_and_is_unknown_without_a_price() -> None:
    few = estimate("openai:gpt-5-mini", "normal", plans=100, words=100 * 420)
    many = estimate("openai:gpt-5-mini", "normal", plans=100, words=100 * 4200)
    page = estimate("openai:gpt-5-mini", "low", plans=100, words=100 * 420)
    assert few
    assert many
    assert page
    assert 1 < few.likely_usd < 4, "a million plans: 23,000 dollars (docs/many-machines.md)"
    assert page.likely_usd < few.likely_usd < many.likely_usd
    assert few.enough_usd > 2 * few.likely_usd
    assert estimate("openai:nobody-knows-this", "low", plans=1, words=1) is None
    builtin = estimate("builtin", "low", plans=9, words=9)
    assert builtin
    assert builtin.enough_usd == 0
