from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer import Typer
from typer.testing import CliRunner

from coach import builtin
from coach.context import context_warnings, read_context
from coach.crm.commands import import_export
from coach.crm.contexts import body_of, context_of, file_name, keep, note_text, written
from coach.crm.joining import Note
from coach.crm.opportunity import Problem
from coach.crm.unused import SHOWN_OF_A_KIND, Unused
from coach.errors import InputError
from coach.record import Record
from coach.schema import AccountContext, Meeting, Person, Seller
from tests.support.exports import TODAY, imported, lines, table

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=60)
NAME = WORDS.map(lambda text: " ".join(text.split()))
app = Typer()
app.command()(import_export)


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def note(body: str, *, day: str = "2026-11-12", head: str = "Call, Riya Shah", form: str = "text") -> Note:
    return Note(day, head, body, form, "notes.csv", 2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    account=NAME,
    name=NAME,
    facts=st.dictionaries(NAME, NAME, max_size=4),
    bodies=st.lists(WORDS, max_size=4),
    attendees=st.lists(NAME, max_size=3),
)
@example("A &b, c", "*x: y # z", {"k: &v": "---"}, ["---\nstage: Won\n---", "L1 one\n\nL2 two"], ["Tom *T", "No"])
@example(
    "Yes", "1e3", {"a": "- b", "'": '"'}, ["From: Tom <t@x.example>\nTo: us\nSubject: hi\n\nwords", "| a | b |"], []
)
def test_a_written_context_reads_back_as_it_was(
    tmp_path: Path, account: str, name: str, facts: dict[str, str], bodies: list[str], attendees: list[str]
) -> None:
    from coach.crm.values import NOTHING, line_of

    account, name = ("" if line_of(text) in NOTHING else line_of(text) for text in (account, name))
    pairs = tuple(
        (line_of(key), line_of(text)) for key, text in facts.items() if line_of(key) and line_of(text) not in NOTHING
    )
    pairs = tuple({key: (key, text) for key, text in pairs}.values()) or (("Type", "Renewal"),)
    people = tuple(Person(name=line_of(one)) for one in attendees if line_of(one) not in NOTHING)
    meeting = Meeting(date=dt.date(2026, 12, 3), start=dt.time(10), minutes=45, attendees=people)
    record = Record(account=account, opportunity=name, meeting=meeting, facts=pairs, seller=Seller(company="Fernhill"))
    body = body_of(note_text(note(one)) for one in bodies)
    context = context_of(record, body, today=TODAY)
    path = tmp_path / "context.md"
    path.write_text(written(context, facts=pairs, body=body, proof=()), encoding="utf-8")
    assert read_context(path, today=TODAY) == context


def test_the_record_s_facts_are_lines_and_no_warnings(tmp_path: Path) -> None:
    path = tmp_path / "context.md"
    path.write_text("---\naccount: Harrowgate\nrecord: {Close date: 2026-12-31, Contact: [Maria, Tom]}\n---\n", "utf-8")
    context = read_context(path, today=TODAY)
    assert [line.text for line in context.fields] == [
        "Account: Harrowgate", "Close date: 2026-12-31", "Contact: Maria", "Contact: Tom",
    ]  # fmt: skip
    assert not [warning for warning in context_warnings(context) if "not known" in warning]


def test_a_record_without_notes_is_enough_for_a_plan_but_nothing_at_all_is_not(tmp_path: Path) -> None:
    table(tmp_path / "deals.csv", [{"Customer": "Harrowgate", "Stage": "Offer", "Value": "5", "Next step": "call"}])
    context = imported(tmp_path).only.context
    assert context.notes == ()
    assert builtin.draft_plan(context, builtin.work_out(context)).blocks
    empty = tmp_path / "empty.md"
    empty.write_text("---\naccount: Harrowgate\n---\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no notes"):
        read_context(empty)


def test_html_and_entities_become_words_and_a_title_that_the_text_repeats_stands_once() -> None:
    assert note_text(note("<p>R&amp;D <b>waits</b></p>")) == "2026-11-12 Call, Riya Shah: R&D waits"
    assert note_text(note("R&amp;D waits")) == "2026-11-12 Call, Riya Shah: R&D waits"
    assert note_text(note("5 < 6 and a > b")) == "2026-11-12 Call, Riya Shah: 5 < 6 and a > b"
    assert note_text(note("Report is late", head="Note: Report")) == "2026-11-12 Note: Report is late"
    assert note_text(note("", head="Task: Send report")) == "2026-11-12 Task: Send report"
    assert note_text(note("  ", head="Note")) == ""


def test_a_note_of_megabytes_is_cut() -> None:
    assert len(note_text(note("word " * 400_000))) < 21_000


def test_a_file_s_name_sorts_by_day_and_never_leaves_its_folder(tmp_path: Path) -> None:
    meeting = Meeting(date=dt.date(2026, 12, 3))
    context = AccountContext(account="../../etc", opportunity="Über/alles", today=TODAY, meeting=meeting)
    name = file_name(context, "files:1")
    assert name.startswith("2026-12-03-etc-")
    assert keep(tmp_path, context, "files:1", "x").parent == tmp_path
    assert file_name(context, "files:2") != name


def test_import_writes_contexts_tells_what_it_took_and_lists_what_it_did_not_use(tmp_path: Path) -> None:
    rows = [
        {
            "Customer": "Harrowgate",
            "Deal": "Scanners",
            "Stage": "Offer",
            "Value": "a lot",
            "Meeting date": "2026-12-03",
        },
        {"Customer": "Aldermoor", "Deal": "Labels", "Stage": "Won", "Value": "5", "Meeting date": ""},
        {"Customer": "Brennholt", "Deal": "Labels", "Stage": "Offer", "Value": "5", "Meeting date": ""},
    ]
    table(tmp_path / "deals.csv", rows)
    out = tmp_path / "out"
    said = run(tmp_path / "deals.csv", "--out", out, "--today", "2026-12-01")
    assert "deals.csv: opportunities, files" in said
    assert "account = Customer" in said
    assert "3 opportunities read, 1 contexts written" in said
    assert "closed: 1" in said
    assert "private" not in said
    assert "without a meeting to come (--all takes them): 1" in said
    assert "deals.csv, row 2: Value: `a lot` is no amount" in said
    (path,) = out.glob("*.md")
    context = read_context(path, today=TODAY)
    assert context == imported(tmp_path / "deals.csv").only.context.model_copy(
        update={"seller": Seller(), "fields": context.fields}
    )
    with (out / "not-used.csv").open(encoding="utf-8-sig") as file:
        assert list(csv.reader(file))[1] == ["deals.csv", "2", "Value", "`a lot` is no amount; used without"]


def test_what_is_listed_is_no_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    name = "=cmd()"
    lines(tmp_path / "deals.csv", [["Customer", "Stage", "Value", "Close date"], ["A", "Offer", "5", "soon"]])
    (tmp_path / "deals.csv").rename(tmp_path / f"{name}.csv")
    run(tmp_path, "--out", tmp_path / "out", "--all", "--today", "2026-12-01")
    with (tmp_path / "out" / "not-used.csv").open(encoding="utf-8-sig") as file:
        assert list(csv.reader(file))[1][0] == f"'{name}.csv"


def test_importing_again_replaces_the_files_and_adds_none(tmp_path: Path) -> None:
    table(tmp_path / "deals.csv", [{"Customer": "Harrowgate", "Stage": "Offer", "Value": "5", "Meeting": "2026-12-03"}])
    for _ in range(2):
        run(tmp_path / "deals.csv", "--out", tmp_path / "out", "--today", "2026-12-01")
    assert len(list((tmp_path / "out").glob("*.md"))) == 1


def test_what_is_shown_is_a_mapping_that_corrects_and_is_remembered(tmp_path: Path) -> None:
    row = {"Customer": "Harrowgate", "Stage": "Offer", "Close date": "2026-12-31", "Next": "2026-12-03"}
    table(tmp_path / "deals.csv", [row])
    path, out = tmp_path / "mapping.yaml", tmp_path / "out"
    shown = run(tmp_path / "deals.csv", "--show")
    assert not out.exists()
    path.write_text(shown.replace("account: Customer", "account: Customer\n      meeting_date: Next"), encoding="utf-8")
    run(tmp_path / "deals.csv", "--mapping", path, "--out", out, "--today", "2026-12-01")
    assert [file.name[:10] for file in out.glob("*.md")] == ["2026-12-03"]
    again = tmp_path / "again"
    (tmp_path / "deals.csv").rename(tmp_path / "december.csv")
    said = run(tmp_path / "december.csv", "--out", again, "--today", "2026-12-01")
    assert "december.csv: opportunities, files (remembered)" in said
    assert [file.name[:10] for file in again.glob("*.md")] == ["2026-12-03"]
    assert not (tmp_path / "coach-home" / "imports").exists()


def test_another_column_that_could_be_the_meeting_s_day_is_shown(tmp_path: Path) -> None:
    deal = {"Customer": "Harrowgate", "Stage": "Offer", "Next activity date": "2026-12-03", "Meeting date": ""}
    table(tmp_path / "deals.csv", [deal])
    said = "meeting_date could also be: Next activity date"
    assert f"# deals.csv: {said}" in run(tmp_path, "--show")
    assert said in run(tmp_path, "--out", tmp_path / "out", "--today", "2026-12-01")


def test_a_column_that_a_mapping_gives_a_meaning_is_no_line_of_the_record_too(tmp_path: Path) -> None:
    row = {"Customer": "Harrowgate", "Stage": "Offer", "Close date": "2026-12-31", "Next": "2026-12-03"}
    table(tmp_path / "deals.csv", [row])
    shown = run(tmp_path / "deals.csv", "--show")
    assert "- Next" in shown
    corrected = shown.replace("account: Customer", "account: Customer\n      meeting_date: Next")
    (tmp_path / "mapping.yaml").write_text(corrected, encoding="utf-8")
    run(tmp_path, "--mapping", tmp_path / "mapping.yaml", "--out", tmp_path / "out", "--today", "2026-12-01")
    (path,) = (tmp_path / "out").glob("*.md")
    assert "Next" not in path.read_text(encoding="utf-8")


def test_a_mapping_of_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    table(tmp_path / "deals.csv", [{"Customer": "Harrowgate", "Stage": "Offer", "Value": "5", "Meeting": "2026-12-03"}])
    (tmp_path / "mapping.yaml").write_text("tables: {daels.csv: {columns: {name: Customer}}}", encoding="utf-8")
    said = run(tmp_path, "--mapping", tmp_path / "mapping.yaml", "--out", tmp_path / "out", "--today", "2026-12-01")
    assert "daels.csv: the mapping says something of it, but no table of the export is called so" in said


def test_a_seller_and_its_proof_points_come_from_the_mapping(tmp_path: Path) -> None:
    table(tmp_path / "deals.csv", [{"Customer": "Harrowgate", "Stage": "Offer", "Value": "5", "Meeting": "2026-12-03"}])
    (tmp_path / "proof.md").write_text("61 days without a disconnect at Brennholt", encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(
        "currency: GBP\n"
        "seller: {company: Fernhill Systems, offer: scanning, proof: [proof.md, roll-back in 40 minutes]}\n",
        encoding="utf-8",
    )
    run(
        tmp_path / "deals.csv",
        "--mapping",
        tmp_path / "mapping.yaml",
        "--out",
        tmp_path / "out",
        "--today",
        "2026-12-01",
    )
    (path,) = (tmp_path / "out").glob("*.md")
    context = read_context(path)
    assert (context.seller.company, context.amount) == ("Fernhill Systems", "5 GBP")
    assert [line.text for line in context.proofs] == [
        "61 days without a disconnect at Brennholt", "roll-back in 40 minutes",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tables: {a.csv: {kind: deals}}", "tables: a.csv: kind"),
        ("timezone: Mars/Olympus", "no time zone"),
        ("unknown: 1", "unknown"),
        ("tables: [", "not a YAML file"),
    ],
)
def test_a_mapping_that_is_wrong_is_told_by_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        run(tmp_path, "--mapping", path)


def test_a_mapping_or_a_day_that_is_not_there_is_told(tmp_path: Path) -> None:
    table(tmp_path / "deals.csv", [{"Customer": "Harrowgate", "Stage": "Offer"}])
    with pytest.raises(InputError, match="no such file"):
        run(tmp_path, "--mapping", tmp_path / "mapping.yaml")
    with pytest.raises(InputError, match="is no day"):
        run(tmp_path, "--today", "tomorrow")


def test_the_command_s_module_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    heavy = "{'pydantic', 'yaml', 'bs4', 'openpyxl', 'sqlite3'}"
    code = f"import sys; import coach.crm.commands; print([name for name in sys.modules if name in {heavy}])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


def test_however_many_rows_are_not_used_few_are_shown_and_all_listed(tmp_path: Path) -> None:
    with Unused(tmp_path / "out" / "not-used.csv") as unused:
        for n in range(1_000):
            unused.add(Problem("deals.csv", n + 2, "Value", f"`{n} or so` is no amount; used without"))
    told = list(unused.told())
    assert len(told) == 1 + SHOWN_OF_A_KIND
    assert "1000 rows or values not used" in told[0]
    assert len((tmp_path / "out" / "not-used.csv").read_text(encoding="utf-8").splitlines()) == 1_001


def test_nothing_is_listed_where_everything_was_used(tmp_path: Path) -> None:
    with Unused(tmp_path / "not-used.csv") as unused:
        assert list(unused.told()) == []
    assert not (tmp_path / "not-used.csv").exists()


def test_a_table_that_nobody_can_guess_is_shown_so_that_it_can_be_said(tmp_path: Path) -> None:
    table(tmp_path / "list.csv", [{"A": "Harrowgate", "B": "Scanners", "C": "2026-12-03"}])
    shown = run(tmp_path / "list.csv", "--show")
    assert "# list.csv also has: A; B; C" in shown
    said = shown.replace("kind: ignore", "kind: opportunities").replace(
        "columns: {}", "columns: {account: A, name: B, meeting_date: C}"
    )
    (tmp_path / "mapping.yaml").write_text(said, encoding="utf-8")
    run(
        tmp_path / "list.csv",
        "--mapping",
        tmp_path / "mapping.yaml",
        "--out",
        tmp_path / "out",
        "--today",
        "2026-12-01",
    )
    assert [path.name[:10] for path in (tmp_path / "out").glob("*.md")] == ["2026-12-03"]
