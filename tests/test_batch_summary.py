"""The table at the end: every meeting in a row, and nothing in it that a spreadsheet or a browser would act upon."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.batch.run import Standing
from coach.batch.summary import COLUMNS, safe_cell, write_summary
from coach.batch.telling import said
from coach.errors import InputError
from coach.store.batches import Batch
from coach.store.slots import SlotRow

ATTACKS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("http://x.invalid")')
BATCH = Batch("b1", "<script>export.csv", {}, 5.0, "done", "", "", dt.datetime(2026, 12, 1, tzinfo=dt.UTC), None)


def row(account: str = "Harrowgate", **values: object) -> SlotRow:
    known = {
        "id": "s1", "key": "k", "state": "done", "plan_id": "p1", "account": account, "opportunity": "Renewal",
        "rep": "Ada", "stage": "Negotiation", "amount": 1200.0, "currency": "EUR", "date": dt.date(2026, 12, 3),
        "attempts": 1, "calls": 9, "cost_usd": 0.0123, "score": 71.4, "gates": ("G2",), "unverified": 3,
        "error": "", "hint": "",
    }  # fmt: skip
    return SlotRow(**{**known, **values})  # type: ignore[arg-type]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_meeting_is_a_row_with_its_score_gates_unverified_facts_and_error(tmp_path: Path) -> None:
    rows = [row(), row(state="failed", score=None, gates=(), plan_id="", error="fell silent", hint="Ask later.")]
    table, page = write_summary(tmp_path / "new", BATCH, iter(rows), Standing(total=2, done=1, failed=1, cost_usd=0.5))
    first, second = read(table)
    assert tuple(first) == COLUMNS
    assert [first[name] for name in ("Meeting", "Amount", "State", "Score", "Gates", "Unverified")] == [
        "2026-12-03", "1200", "drafted", "71", "G2", "3",
    ]  # fmt: skip
    assert [second[name] for name in ("State", "Score", "Unverified", "Error")] == ["failed", "", "", "fell silent"]
    html = page.read_text(encoding="utf-8")
    assert html.count("<tr ") == 2
    assert "1 of 2 meetings drafted, 1 failed, $0.50 spent of $5.00" in html


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_is_computed_by_a_spreadsheet(attack: str, tmp_path: Path) -> None:
    table, _ = write_summary(tmp_path, BATCH, [row(attack, opportunity=attack, error=attack)], Standing())
    (read_back,) = read(table)
    for name in ("Account", "Opportunity", "Error"):
        assert read_back[name] == f"'{attack}"


@given(st.text())
def test_a_cell_never_begins_with_what_is_computed_and_says_the_same(text: str) -> None:
    cell = safe_cell(text)
    assert cell.removeprefix("'") == text.removeprefix("'")
    assert not cell.strip().startswith(("=", "+", "-", "@"))


def test_the_page_shows_tags_as_text_and_has_no_links_or_scripts(tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)><a href='http://x.invalid'>"
    _, page = write_summary(tmp_path, BATCH, [row(hostile, error=hostile)], Standing())
    html = page.read_text(encoding="utf-8")
    assert "<img" not in html
    assert "<a " not in html
    assert "<script" not in html
    assert "default-src 'none'" in html


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        write_summary(tmp_path / "file" / "out", BATCH, [], Standing())


def test_how_far_it_is_is_said_in_one_line() -> None:
    standing = Standing(
        total=10_000, done=1204, failed=3, calls_under_way=64, cost_usd=12.34, budget_usd=100.0,
        plans_per_minute=252.0, left_s=2100.0, paused_s=20.0,
    )  # fmt: skip
    assert said(standing) == (
        "1,204 of 10,000 drafted, 3 failed, 64 calls under way, 252 a minute, $12.34 of $100.00, 35 minutes left, "
        "the provider asks to wait 20 seconds"
    )
