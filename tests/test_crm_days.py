from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.crm.amounts import amount, currency, decimal_of, shown
from coach.crm.days import EXCEL_ZERO, Order, clock, is_numeric, moment, order_of

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
DAY_FIRST, MONTH_FIRST = "day first", "month first"


@given(day=DAYS)
def test_a_day_reads_the_same_in_each_of_the_shapes(day: dt.date) -> None:
    serial = str((dt.datetime.combine(day, dt.time()) - EXCEL_ZERO).days)
    shapes: list[tuple[str, Order]] = [
        (day.isoformat(), "day first"),
        (f"{day:%Y/%m/%d}", "month first"),
        (f"{day:%d.%m.%Y}", "day first"),
        (f"{day:%d/%m/%Y}", "day first"),
        (f"{day.month}/{day.day}/{day.year}", "month first"),
        (f"{day:%m-%d-%Y}", "month first"),
        (serial, "day first"),
        (f"{day:%Y%m%d}", "day first"),
        (f"{day:%d-%b-%Y}", "day first"),
        (f"{day:%b %d, %Y}", "month first"),
        (f"{day:%d.%m.%y}", "day first"),
    ]
    assert {found.day if (found := moment(text, order=order)) else text for text, order in shapes} == {day}


@given(at=st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2099, 12, 31)))
def test_an_excel_serial_gives_the_minute(at: dt.datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    serial = (at - EXCEL_ZERO) / dt.timedelta(days=1)
    found = moment(f"{serial:.9f}")
    assert found
    assert (found.day, found.start or dt.time()) == (at.date(), at.time())


@given(text=st.text(max_size=40))
def test_no_text_breaks_the_reading_of_days_and_amounts(text: str) -> None:
    moment(text)
    moment(text, order="month first")
    clock(text)
    assert is_numeric(text) in (True, False)
    amount(text)


@pytest.mark.parametrize(
    ("text", "day", "start"),
    [
        ("2026-12-03T09:00:00.000Z", "2026-12-03", "10:00"),
        ("2026-12-03T23:30:00.000+0000", "2026-12-04", "00:30"),
        ("2026-12-03 09:00", "2026-12-03", "09:00"),
        ("12/3/2026 2:30 PM", "2026-12-03", "14:30"),
        ("2026-12-03 00:00:00", "2026-12-03", ""),
        ("1796288400000", "2026-12-03", "10:00"),
        ("3 Dec 2026 10:00", "2026-12-03", "10:00"),
    ],
)
def test_a_time_with_a_zone_is_told_in_the_zone_asked_for_and_one_without_as_it_stands(
    text: str, day: str, start: str
) -> None:
    found = moment(text, order="month first", zone=ZoneInfo("Europe/Berlin"))
    assert found
    assert (found.day.isoformat(), f"{found.start:%H:%M}" if found.start else "") == (day, start)


@pytest.mark.parametrize("text", ["31.02.2026", "2026-13-01", "soon", "12", "99999", "", "13/13/2026", "45"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert moment(text) is None


def test_a_column_says_whether_its_days_come_first() -> None:
    assert order_of(["03/04/2026", "13/04/2026"]) == DAY_FIRST
    assert order_of(["03/04/2026", "04/13/2026"]) == MONTH_FIRST
    assert order_of(["03/04/2026"]) is None
    assert order_of(["13/04/2026", "04/13/2026"]) is None
    assert is_numeric("03/04/2026")
    assert not is_numeric("03/03/2026")


@pytest.mark.parametrize(
    ("text", "decimal", "value", "code"),
    [
        ("120000", ".", 120000, ""),
        ("1054.5", ".", 1054.5, ""),
        ("120,000.00", ".", 120000, ""),
        ("120.000,50 €", ".", 120000.5, "EUR"),
        ("USD 1 200 000", ".", 1200000, "USD"),
        ("1.234", ",", 1234, ""),
        ("1.234", ".", 1.234, ""),
        ("1,234", ".", 1234, ""),
        ("1'234.50 CHF", ".", 1234.5, "CHF"),
        ("(500)", ".", -500, ""),
        ("-500", ".", -500, ""),
    ],
)
def test_an_amount_reads_in_every_usual_writing(text: str, decimal: str, value: float, code: str) -> None:
    found = amount(text, decimal="," if decimal == "," else ".")
    assert found
    assert (found.value, found.currency) == (value, code)


@pytest.mark.parametrize("text", ["", "tbd", "10 to 20", "about a hundred thousand 5"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert amount(text) is None


def test_a_column_says_which_mark_is_its_decimal_one() -> None:
    assert decimal_of(["1.234", "1.234,50"]) == ","
    assert decimal_of(["1,234", "99.5"]) == "."
    assert decimal_of(["1.234"]) is None


def test_an_amount_is_shown_as_the_record_has_it() -> None:
    assert (shown(120000.0, "EUR"), shown(1054.5)) == ("120000 EUR", "1054.50")
    assert currency("Amount (USD)") == "USD"
