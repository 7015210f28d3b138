from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.figures import figures


def read(text: str) -> list[tuple[str, str]]:
    return [(f"{one.value.normalize():f}", one.unit) for one in figures(text)]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("120k", "120000", ""),
        ("1.2M", "1200000", ""),
        ("1,2 Mio", "1200000", ""),
        ("3 Mio. EUR", "3000000", "EUR"),
        ("1.250,00 EUR", "1250", "EUR"),
        ("$1.2M", "1200000", "USD"),
        ("£44k/yr", "44000", "GBP"),
        ("£201,600", "201600", "GBP"),
        ("GBP 640", "640", "GBP"),
        ("40 TEUR", "40000", "EUR"),
        ("42 €/h", "42", "EUR"),
        ("4.18m", "4180000", ""),
        ("1\u00a0250\u00a0000", "1250000", ""),
        ("41.400 a year", "41400", ""),
        ("102,5", "102.5", ""),
        ("18 %", "18", "%"),
        ("18 percent", "18", "%"),
        ("18 Prozent", "18", "%"),
        ("8 in a hundred", "8", "%"),
        ("１２", "12", ""),
        ("١٢٣", "123", ""),
        ("team of three", "3", ""),
        ("two outages", "2", "outage"),
        ("drei Werke", "3", "werke"),
        ("a dozen lockers", "12", "locker"),
        ("two dozen lockers", "24", "locker"),
        ("twenty-two people", "22", "people"),
        ("half an hour", "0.5", "h"),
        ("five and a half hours", "5.5", "h"),
        ("6 h", "6", "h"),
        ("25min", "25", "min"),
        ("2 h 40", "160", "min"),
        ("4 minutes 10 seconds", "250", "s"),
        ("10 working days", "10", "day"),
        ("12-month term", "12", "month"),
        ("41 trucks", "41", "truck"),
        ("14 months' queue", "14", "month"),
        ("firmware 4.2 on it", "4.2", ""),
        ("at -25C", "-25", "°C"),
    ],
)
def test_number_is_read_as_value_and_unit(text: str, value: str, unit: str) -> None:
    assert read(text) == [(value, unit)]


@pytest.mark.parametrize(
    "text",
    ["L4 F2 P1 B3", "S/4HANA", "SAP S4", "Q-3117", "T&C v8", "15 Dec 2026", "12/10", "07:50", "9.30 Uhr", "14h30",
     "2 pm", "by the 15th", "the 2nd weekend", "24/7", "one of them", "at two is fine", "1.2.3"],
)  # fmt: skip
def test_dates_times_labels_codes_and_ordinals_are_no_figures(text: str) -> None:
    assert read(text) == []


def test_range_gives_both_ends_with_scale_and_unit() -> None:
    assert read("120-150k") == [("120000", ""), ("150000", "")]
    assert read("5 to 6 %") == [("5", "%"), ("6", "%")]


def test_word_before_a_number_makes_it_approximate() -> None:
    assert [one.is_approximate for one in figures("about 7 an hour, ~3,000 visits, 41 trucks")] == [True, True, False]


def test_span_gives_back_the_words() -> None:
    text = "Der Preis ist 1.250,00 EUR im Jahr"
    (one,) = figures(text)
    assert text[one.start : one.end] == one.text == "1.250,00 EUR"


FORMATS = (
    lambda n: f"{n:,}",
    lambda n: f"{n:,}".replace(",", "."),
    lambda n: f"{n:,}".replace(",", "\u00a0"),
    lambda n: f"{n:,}".replace(",", "\u202f"),
    lambda n: f"{n:,}".replace(",", "'"),
    lambda n: f"{n:,}.00",
    lambda n: f"{n:,}".replace(",", ".") + ",00",
    lambda n: "".join(chr(0xFF10 + int(digit)) for digit in str(n)),
    str,
)


@given(
    number=st.integers(0, 10**9),
    form=st.sampled_from(FORMATS),
    sign=st.sampled_from(["{}", "€{}", "{} EUR", "$ {}", "({})"]),
)
def test_every_way_of_writing_a_number_gives_the_same_value(number: int, form, sign: str) -> None:  # type: ignore[no-untyped-def]
    found = figures("It is " + sign.format(form(number)) + " in all")
    assert [one.value for one in found] == [Decimal(number)]


@given(text=st.text(max_size=200))
def test_no_text_breaks_it_and_spans_fit(text: str) -> None:
    assert all(text[one.start : one.end] == one.text for one in figures(text))
