from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from coach.batch.summary import COLUMNS
from coach.crm.mapping import Mapping, TableMapping
from coach.errors import InputError
from coach.schema import Person
from tests.support.exports import TODAY, facts, imported, lines, notes, table


def row(**more: object) -> dict[str, object]:
    return {"Customer": "Harrowgate", "Deal": "Dock scanners", "Phase": "Offer", "Value": "120000", **more}


def test_a_batch_s_own_table_beside_the_export_is_no_export(tmp_path: Path) -> None:
    table(tmp_path / "deals.csv", [{"Customer": "Harrowgate", "Stage": "Offer", "Meeting": "2026-12-03"}])
    table(tmp_path / "summary.csv", [dict.fromkeys(COLUMNS, "") | {"Account": "Aldermoor", "Stage": "Offer"}])
    assert imported(tmp_path).only.context.account == "Harrowgate"


def test_any_table_s_columns_are_guessed_by_synonym(tmp_path: Path) -> None:
    table(
        tmp_path / "my list.csv",
        [row(Rep="Riya Shah", Currency="GBP", **{"Next meeting": "3.12.2026", "Time": "10:00", "Comments": "Tom waits",
             "Attendees": "Maria Lopez, VP Operations; Tom Reed", "Where from": "fair", "Place": "Leeds",
             "Minutes": "45"})],
    )  # fmt: skip
    one = imported(tmp_path).only
    context = one.context
    assert (context.account, context.opportunity, context.stage) == ("Harrowgate", "Dock scanners", "Offer")
    assert (context.amount, context.rep, context.meeting.place) == ("120000 GBP", "Riya Shah", "Leeds")
    assert (context.meeting.date, context.meeting.start) == (dt.date(2026, 12, 3), dt.time(10))
    assert context.meeting.attendees == (Person(name="Maria Lopez", title="VP Operations"), Person(name="Tom Reed"))
    assert notes(one) == ["Description: Tom waits"]
    assert "Where from: fair" in facts(one)


@pytest.mark.parametrize(
    "headings",
    [
        ["Kunde", "Verkaufschance", "Phase", "Auftragswert", "Termin"],
        ["Cliente", "Oportunidad", "Etapa", "Importe", "Fecha de reunión"],
        ["Société", "Affaire", "Étape", "Montant", "Rendez-vous"],
        ["CUSTOMER_NAME", "opp name", "Sales Stage", "Deal-Value", "meeting date"],
        ["  customer ", "DEAL", "stage", "Amount (GBP)", "Meeting  Date"],
    ],
)
def test_headings_read_in_other_languages_and_whatever_their_case(tmp_path: Path, headings: list[str]) -> None:
    lines(tmp_path / "list.csv", [headings, ["Harrowgate", "Scanners", "Offer", "120000", "2026-12-03"]], ";")
    one = imported(tmp_path).only
    context = one.context
    assert (context.account, context.opportunity, context.stage) == ("Harrowgate", "Scanners", "Offer")
    assert (one.amount, context.meeting.date) == (120000, dt.date(2026, 12, 3))


def test_a_mapping_corrects_the_guess(tmp_path: Path) -> None:
    table(tmp_path / "list.csv", [{"Vorgang": "Scanners", "Bei": "Harrowgate", "Am": "12/03/2026", "Wo": "x"}])
    said = TableMapping(
        kind="opportunities", columns={"name": "vorgang", "account": "Bei", "meeting_date": "Am"}, dates="month first"
    )
    one = imported(tmp_path, mapping=Mapping(tables={"li*.csv": said})).only
    assert (one.context.account, one.context.meeting.date) == ("Harrowgate", dt.date(2026, 12, 3))
    with pytest.raises(InputError, match="did you mean `Vorgang`"):
        imported(
            tmp_path, mapping=Mapping(tables={"*": TableMapping(kind="opportunities", columns={"name": "Vorgan"})})
        )
    with pytest.raises(InputError, match="did you mean `account`"):
        imported(tmp_path, mapping=Mapping(tables={"*": TableMapping(kind="opportunities", columns={"acount": "Bei"})}))


def test_without_a_table_of_opportunities_the_error_says_what_to_write(tmp_path: Path) -> None:
    table(tmp_path / "list.csv", [{"A": "1", "B": "2"}])
    with pytest.raises(InputError, match=r"No table of opportunities .*list\.csv") as told:
        imported(tmp_path)
    assert "kind: opportunities" in told.value.hint


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No table that can be read"):
        imported(tmp_path)


def test_one_column_s_order_of_days_holds_for_all_its_rows(tmp_path: Path) -> None:
    days = ["01/02/2027", "12/31/2026", "31/12/2026"]
    table(tmp_path / "list.csv", [row(Deal=str(n), **{"Meeting date": day}) for n, day in enumerate(days[:2])])
    found = imported(tmp_path)
    assert [one.context.meeting.date for one in found.opportunities] == [dt.date(2027, 1, 2), dt.date(2026, 12, 31)]
    assert found.problems == ()


def test_a_day_against_its_column_s_order_is_told(tmp_path: Path) -> None:
    rows = [row(Deal=str(n), **{"Meeting date": "12/31/2026"}) for n in range(2_100)]
    table(tmp_path / "list.csv", [*rows, row(Deal="last", **{"Meeting date": "31/12/2026"})])
    found = imported(tmp_path)
    assert len(found.opportunities) == 2_100
    assert found.reasons == ["`31/12/2026` is no date when read month first"]


def test_days_that_can_be_read_both_ways_are_told_once(tmp_path: Path) -> None:
    table(tmp_path / "list.csv", [row(Deal=str(n), **{"Meeting date": "04/12/2026"}) for n in range(3)])
    found = imported(tmp_path)
    assert {one.context.meeting.date for one in found.opportunities} == {dt.date(2026, 12, 4)}
    ((problem,),) = [found.problems]
    assert (problem.row, problem.column) == (0, "Meeting date")


def test_a_value_that_cannot_be_used_is_told_with_its_place_and_the_row_is_used_without(tmp_path: Path) -> None:
    table(
        tmp_path / "list.csv",
        [row(**{"Close date": "2026-12-31"}), row(Deal="Labels", Value="a lot", **{"Close date": "end of year"})],
    )
    found = imported(tmp_path)
    assert len(found.opportunities) == 2
    assert {(one.file, one.row, one.column) for one in found.problems} == {
        ("list.csv", 3, "Value"), ("list.csv", 3, "Close date"),
    }  # fmt: skip


def test_a_row_without_id_has_the_same_id_in_every_export(tmp_path: Path) -> None:
    table(tmp_path / "one.csv", [row(**{"Meeting date": "2026-12-03"})])
    table(tmp_path / "two.csv", [row(Phase="Negotiation", Customer="HARROWGATE ", **{"Meeting date": "3.12.2026"})])
    assert imported(tmp_path / "one.csv").only.id == imported(tmp_path / "two.csv").only.id


def test_the_same_row_again_is_told_and_not_used(tmp_path: Path) -> None:
    table(tmp_path / "list.csv", [row(), row()])
    found = imported(tmp_path)
    assert len(found.opportunities) == 1
    assert found.reasons == ["the same opportunity and meeting again; the first is used"]


def test_of_two_columns_of_one_name_the_filled_one_counts(tmp_path: Path) -> None:
    headings = ["Customer", "Deal", "Amount", "Amount", "Stage"]
    lines(tmp_path / "list.csv", [headings, ["Harrowgate", "Scanners", "", "120000", "Offer"]])
    assert imported(tmp_path).only.amount == 120000


def test_words_for_nothing_are_nothing(tmp_path: Path) -> None:
    table(tmp_path / "list.csv", [row(Phase="NULL", Value="-", Rep="N/A", Rival="--")])
    one = imported(tmp_path).only
    assert (one.stage, one.amount, one.owner) == ("", None, "")
    assert not any("Rival" in line for line in facts(one))


def test_accounts_join_by_name_unless_two_have_it(tmp_path: Path) -> None:
    table(tmp_path / "deals.csv", [row()])
    table(tmp_path / "accounts.csv", [{"Account": "HARROWGATE", "Sector": "Food"}, {"Account": "Other", "Sector": "x"}])
    assert "Sector: Food" in facts(imported(tmp_path).only)
    table(tmp_path / "accounts.csv", [{"Account": "Harrowgate", "Sector": name} for name in ("Food", "Steel")])
    found = imported(tmp_path)
    assert not [line for line in facts(found.only) if "Sector" in line]
    assert "several accounts are called Harrowgate" in found.reasons[0]


def test_meetings_and_notes_of_other_tables_find_their_opportunity(tmp_path: Path) -> None:
    table(tmp_path / "deals.csv", [row()])
    table(
        tmp_path / "meetings.csv",
        [{"Account": "Harrowgate", "Deal": "Dock scanners", "Date": "2026-12-03", "Time": "10:00"}],
    )
    table(
        tmp_path / "notes.csv", [{"Account": "Harrowgate", "Date": "2026-11-12", "Notes": "Tom waits", "Author": "RS"}]
    )
    one = imported(tmp_path).only
    assert one.context.meeting.start == dt.time(10)
    assert notes(one) == ["2026-11-12 Note, RS: Tom waits"]


def test_no_account_s_words_reach_another_s_opportunity(tmp_path: Path) -> None:
    names = [f"Account {n}" for n in range(12)]
    table(
        tmp_path / "deals.csv",
        [row(Customer=name, Deal="Renewal", Notes=f"canary{n} d") for n, name in enumerate(names)],
    )
    table(tmp_path / "accounts.csv", [{"Account": name, "Sector": f"canary{n} s"} for n, name in enumerate(names)])
    said = [{"Account": name, "Deal": "Renewal", "Text": f"canary{n} n"} for n, name in enumerate(names)]
    table(tmp_path / "notes.csv", [*said, {"Deal": "Renewal", "Text": "canary99 of nobody"}])
    found = imported(tmp_path, today=TODAY, with_all_open=True).opportunities
    assert len(found) == len(names)
    for n, one in enumerate(found):
        told = {word.strip('"') for word in one.model_dump_json().split() if "canary" in word}
        assert {word.partition("canary")[2] for word in told} == {str(n)}


def test_exports_of_two_folders_never_join(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        table(tmp_path / name / "deals.csv", [row(id="1", Deal=name)])
        table(tmp_path / name / "notes.csv", [{"Deal ID": "1", "Text": f"said in {name}", "Account": "Harrowgate"}])
    for one in imported(tmp_path, with_all_open=True).opportunities:
        assert notes(one) == [f"Note: said in {one.context.opportunity}"]


def test_a_clock_of_twelve_hours_tells_that_the_month_comes_first(tmp_path: Path) -> None:
    table(tmp_path / "list.csv", [row(**{"Meeting date": "12/3/2026 2:30 PM"})])
    found = imported(tmp_path)
    assert (found.only.context.meeting.date, found.problems) == (dt.date(2026, 12, 3), ())


def test_a_note_on_a_name_that_two_accounts_have_reaches_neither(tmp_path: Path) -> None:
    table(tmp_path / "deals.csv", [row(Deal="A", **{"Account ID": "1"}), row(Deal="B", **{"Account ID": "2"})])
    table(
        tmp_path / "notes.csv",
        [{"Account": "Harrowgate", "Text": "whose"}, {"Account ID": "2", "Text": "of the second"}],
    )
    first, second = imported(tmp_path, with_all_open=True).opportunities
    assert (notes(first), notes(second)) == ([], ["Note: of the second"])


def test_a_person_s_notes_stay_with_their_own_account(tmp_path: Path) -> None:
    from coach.crm.salesforce_export import full_id

    deals = [
        {"Id": f"006Ax00000B1cD{n}", "IsDeleted": "0", "AccountId": f"001Ax00000B1cD{n}", "Name": f"Deal {n}",
         "StageName": "Offer", "CloseDate": "2026-12-31", "SystemModstamp": "x"}
        for n in range(2)
    ]  # fmt: skip
    table(tmp_path / "Opportunity.csv", deals)
    person = {"Id": "003Ax00000B1cD0", "AccountId": "001Ax00000B1cD0", "FirstName": "Sam", "LastName": "Adviser"}
    table(tmp_path / "Contact.csv", [person])
    roles = [{"OpportunityId": deal["Id"], "ContactId": person["Id"], "Role": "Adviser"} for deal in deals]
    table(tmp_path / "OpportunityContactRole.csv", roles)
    task = {"Id": "00T1", "WhoId": full_id(person["Id"]), "WhatId": "", "Subject": "Call", "Status": "Completed"}
    table(tmp_path / "Task.csv", [{**task, "ActivityDate": "2026-11-12", "Description": "said of the first"}])
    first, second = imported(tmp_path, with_all_open=True).opportunities
    assert (len(notes(first)), notes(second)) == (1, [])
