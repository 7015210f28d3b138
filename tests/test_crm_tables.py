from __future__ import annotations

import codecs
import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coach.crm.opportunity import Problem
from coach.crm.tables import Hint, Table, read_tables
from coach.errors import InputError
from tests.support.exports import lines

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
CELL = st.text(st.characters(codec="cp1252", exclude_characters="\x00\r\n", exclude_categories=("Cc",)), max_size=12)
HEADINGS = ["Deal name", "Account", "Größe", "Close date"]


def tables(*paths: Path, hints: dict[str, Hint] | None = None) -> tuple[list[Table], list[Problem]]:
    problems: list[Problem] = []
    found = read_tables(paths, on_problem=problems.append, hints=hints)
    return [table for group in found for table in group], problems


def rows(table: Table) -> list[list[str]]:
    return [cells for _, cells in table.rows(on_problem=lambda problem: None)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    cells=st.lists(st.lists(CELL, min_size=4, max_size=4).filter(lambda row: any(row)), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(ENCODINGS),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    line_end=st.sampled_from(["\r\n", "\n"]),
)
@example([["a;b", "c|d", "e,f", 'say "x"']], ",", "utf-8", csv.QUOTE_MINIMAL, "\n")
def test_every_dialect_gives_the_same_cells(
    tmp_path: Path, cells: list[list[str]], delimiter: str, encoding: str, quoting: int, line_end: str
) -> None:
    text = io.StringIO()
    # quoted headings only where they need it, as spreadsheets write
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=line_end)  # type: ignore[arg-type]
    writer.writerows([HEADINGS, *cells])
    path = tmp_path / "deals.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    (table,), problems = tables(path)
    assert (list(table.headings), rows(table), problems) == (HEADINGS, cells, [])


def test_line_ends_inside_quotes_stay_in_their_cell_and_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    lines(tmp_path / "a.csv", [["Name", "Note"], ["One", "first\nsecond\r\nthird"], ["Two", "x"]])
    (table,), _ = tables(tmp_path)
    found = list(table.rows(on_problem=lambda problem: None))
    assert [number for number, _ in found] == [2, 3]
    assert found[0][1][1].split() == ["first", "second", "third"]


def test_a_report_s_title_stands_above_its_heading(tmp_path: Path) -> None:
    top = [["Pipeline of the week", "", ""], ["", "", ""], ["Filtered by", "Region", ""]]
    lines(tmp_path / "a.csv", [*top, ["Name", "Account", "Stage"], ["Renewal", "Harrowgate", "Offer"]])
    (table,), _ = tables(tmp_path)
    assert table.headings == ("Name", "Account", "Stage")
    assert [number for number, _ in table.rows(on_problem=lambda problem: None)] == [5]


def test_excel_s_separator_line_is_obeyed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sep=|\nName|Account, and more\nRenewal|Harrowgate\n", encoding="utf-8")
    (table,), _ = tables(tmp_path)
    assert table.headings == ("Name", "Account, and more")


def test_short_rows_are_filled_and_long_ones_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Name,Account,Stage\nOne,A\nTwo,B,C,D\nThree,E,F,\n", encoding="utf-8")
    (table,), _ = tables(tmp_path)
    problems: list[Problem] = []
    assert [cells[0] for _, cells in table.rows(on_problem=problems.append)] == ["One", "Three"]
    (problem,) = problems
    assert (problem.file, problem.row) == ("a.csv", 3)
    assert "4 values under 3 headings" in problem.reason


def test_a_windows_byte_far_below_does_not_spoil_a_utf8_file(tmp_path: Path) -> None:
    many = "".join(f"Deal {n},Zürich\n" for n in range(30_000)).encode()
    (tmp_path / "a.csv").write_bytes(b"Name,Town\n" + many + "Last,Köln\n".encode("cp1252"))
    (table,), problems = tables(tmp_path)
    found = rows(table)
    assert (found[0][1], found[-1][1], problems) == ("Zürich", "Köln", [])


def test_a_mapping_s_encoding_and_delimiter_go_before_what_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("名前:会社\n更新:北市\n".encode("shift_jis"))
    (table,), _ = tables(tmp_path, hints={"A*.csv": Hint("shift_jis", ":")})
    assert (table.headings, rows(table)) == (("名前", "会社"), [["更新", "北市"]])


def test_a_quote_that_is_never_closed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.crm.tables.LONGEST_CELL", 200)
    (tmp_path / "a.csv").write_text('Name,Account\nOne,A\n"Two,B\n' + "x,y\n" * 300, encoding="utf-8")
    (table,), _ = tables(tmp_path)
    problems: list[Problem] = []
    found = [cells for _, cells in table.rows(on_problem=problems.append)]
    assert found[0] == ["One", "A"]
    assert found[-1] == ["x", "y"]
    assert "never closed" in problems[0].reason


def test_a_zip_of_tables_reads_as_its_folder_does(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("data/Account.csv", codecs.BOM_UTF8 + b"Id,Name\n1,Harrowgate\n")
        archive.writestr("__MACOSX/data/._Account.csv", b"junk")
        archive.writestr("readme.md", b"no table")
    (table,), problems = tables(tmp_path / "export.zip")
    assert (table.file, rows(table), problems) == ("export.zip/data/Account.csv", [["1", "Harrowgate"]], [])


def test_a_damaged_zip_gives_what_stands_before_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "Name,Account\n" + "".join(f"Deal {n},Harrowgate\n" for n in range(40_000)))
    data = bytearray(path.read_bytes())
    data[700_000] ^= 0xFF
    path.write_bytes(bytes(data))
    (table,), _ = tables(path)
    problems: list[Problem] = []
    found = list(table.rows(on_problem=problems.append))
    assert found[0][1] == ["Deal 0", "Harrowgate"]
    assert "damaged" in problems[0].reason


def test_a_workbook_gives_a_table_a_sheet_and_days_as_days(tmp_path: Path) -> None:
    import datetime as dt

    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Open"
    for row in [["Topic", "Close"], ["Renewal", dt.date(2026, 12, 31)], [None, None], ["Cut-over", 46387.5]]:
        first.append(row)
    second = book.create_sheet("Accounts")
    second.append(["Account Name", "Town"])
    second.append(["Harrowgate", "Leeds"])
    book.save(tmp_path / "book.xlsx")
    found, problems = tables(tmp_path / "book.xlsx")
    assert [table.file for table in found] == ["book.xlsx/Open", "book.xlsx/Accounts"]
    assert list(found[0].rows(on_problem=problems.append)) == [
        (2, ["Renewal", "2026-12-31"]),
        (4, ["Cut-over", "46387.5"]),
    ]
    assert (rows(found[1]), problems) == ([["Harrowgate", "Leeds"]], [])


def test_what_is_no_table_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"%PDF-1.7 and so on")
    (tmp_path / "b.csv").write_bytes(b"")
    (tmp_path / "c.xlsx").write_bytes(b"PK\x03\x04 broken")
    lines(tmp_path / "d.csv", [["Name", "Account"], ["One", "A"]])
    found, problems = tables(tmp_path)
    assert [table.file for table in found][-1] == "d.csv"
    assert [problem.file for problem in problems][:2] == ["a.csv", "b.csv"]


def test_a_path_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        tables(tmp_path / "nothing")
