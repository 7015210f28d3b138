from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.dates import (
    calendar,
    dates,
    days_of_month,
    days_to_come,
    noted_days,
    times,
    weekdays,
    writes_month_first,
)
from coach.figures import figures
from coach.schema import AccountContext, Meeting, NoteLine

TODAY = dt.date(2026, 12, 1)


def days(text: str, **how: bool) -> list[str]:
    return [one.day.isoformat() for one in dates(text, today=TODAY, **how)]


def context(*texts: str) -> AccountContext:
    notes = tuple(NoteLine(label=f"L{i}", text=text) for i, text in enumerate(texts, 1))
    return AccountContext(today=TODAY, meeting=Meeting(date=dt.date(2026, 12, 3)), notes=notes)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-03", "2026-12-03"), ("12/10 call", "2026-10-12"), ("12/10/25", "2025-10-12"), 
        ("10/13 call", "2026-10-13"),
        ("12 Oct", "2026-10-12"), ("Oct 12th", "2026-10-12"), ("12. Oktober", "2026-10-12"),
        ("le 12 octobre", "2026-10-12"),
        ("12 de octubre", "2026-10-12"), ("15 Dec 2026", "2026-12-15"), ("Thu 3 Dec", "2026-12-03"),
        ("Mon, 22 Oct 2001 10:04:04 -0700", "2001-10-22"), ("Tuesday, November 17, 2026 9:31 PM", "2026-11-17"),
        ("27.11.2026 09:05", "2026-11-27"), ("bis Dienstag, 24.11. an", "2026-11-24"), ("3.11. JW call", "2026-11-03"),
        ("18-11 Ravi", "2026-11-18"), ("vr 4/12", "2026-12-04"), ("26 January", "2027-01-26"),
        ("le mardi 8 décembre", "2026-12-08"),
        ("１２ Oct", "2026-10-12"),
    ],
)  # fmt: skip
def test_date_is_read_however_it_is_written(text: str, day: str) -> None:
    assert days(text) == [day]


@pytest.mark.parametrize("text", ["24./27.11. (ihr Mail)", "am 24.-27.11.", "24. / 27.11."])
def test_two_days_of_one_month_that_is_written_once_in_figures(text: str) -> None:
    found = dates(text, today=dt.date(2026, 11, 20))
    assert [one.day for one in found] == [dt.date(2026, 11, 24), dt.date(2026, 11, 27)]
    assert not dates("3./4. Quartal", today=dt.date(2026, 11, 20))


@pytest.mark.parametrize(
    "text",
    [
        "Thursday",
        "end of November",
        "Q4",
        "24/7",
        "2/3 of them",
        "a 2 1/2 hour meeting",
        "firmware 4.2.",
        "3 may need",
        "5-6 of them",
        "31/31",
        "by the 15th",
    ],
)
def test_what_names_no_exact_day_is_no_date(text: str) -> None:
    assert days(text) == []


def test_weekday_beside_the_date_is_told_though_it_may_be_wrong() -> None:
    assert [one.weekday for one in dates("Wed 3 Dec, 14 Oct (Wed), 15 Dec", today=TODAY)] == [2, 2, None]


def test_both_ends_of_a_range_are_dates() -> None:
    assert days("between 4 and 14 Dec") == ["2026-12-04", "2026-12-14"]


@pytest.mark.parametrize("text", ["the dark week, 1–5 February", "1-5 Feb", "1st–5th February"])
def test_both_ends_of_a_range_without_spaces_are_dates(text: str) -> None:
    assert days(text)[-1] == "2027-02-05"


def test_month_first_notes_read_month_first() -> None:
    notes = context("10/13 call", "11/5 voicemail")
    assert writes_month_first(notes)
    assert [day.day.isoformat() for day in calendar(notes)][:2] == ["2026-10-13", "2026-11-05"]
    assert not writes_month_first(context("13/10 call", "11/5"))


def test_calendar_has_each_day_once_with_its_lines_and_distances() -> None:
    found = calendar(context("board 15 Dec", "again 15/12", "report by 24/10"))
    assert [(one.weekday, one.text, one.lines) for one in found] == [
        ("Sat", "24/10", ("L3",)),
        ("Tue", "today", ()),
        ("Thu", "the meeting", ()),
        ("Tue", "15 Dec", ("L1", "L2")),
    ]
    assert [(one.days_from_today, one.days_from_meeting) for one in found] == [(-38, -40), (0, -2), (2, 0), (14, 12)]


def test_days_without_a_year_in_notes_of_long_ago_are_of_that_time() -> None:
    old = (
        '"createdAt": "2023-06-15T10:00:00Z"', "Call on Dec 3", '"lastModified": "2024-11-25T10:00:00Z"',
        "Board on Dec 20, papers Jan 5",
    )  # fmt: skip
    new = ("Contract since 2019-03-01", "Call on Dec 3")
    notes = [NoteLine(label=f"L{place}", text=text, source="a") for place, text in enumerate(old, 1)]
    notes += [NoteLine(label=f"L{place}", text=text, source="b") for place, text in enumerate(new, 5)]
    context = AccountContext(today=TODAY, notes=tuple(notes))
    found = {label: [one.day.isoformat() for one in days] for label, days in noted_days(context).items()}
    assert found["L2"] == ["2024-12-03"]
    assert found["L4"] == ["2024-12-20", "2025-01-05"]
    assert found["L6"] == ["2026-12-03"]


def test_times_of_day_are_read() -> None:
    assert [f"{one:%H:%M}" for one in times("07:50, back 1:20 pm, um 9.30 Uhr, 10u, 14h30, 2 p.m., 8 h 45")] == [
        "07:50", "13:20", "09:30", "10:00", "14:30", "14:00", "08:45",
    ]  # fmt: skip
    assert times("2 h 40 of driving") == ()


def test_both_ends_of_a_span_of_the_clock_are_times() -> None:
    assert times("13:20–13:32 Bern") == (dt.time(13, 20), dt.time(13, 32))


def test_weekdays_and_days_without_a_month_are_told() -> None:
    assert weekdays("on Thursday, am Freitag")[0][0] == 3
    assert weekdays("on Thursday, am Freitag")[1][0] == 4
    assert days_of_month("by the 15th") == ((15, "15th"),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("by Wed 17, himself", [17]),
        ("papers Fri 11, committee Wed 16.", [11, 16]),
        ("gelées dès samedi 5.", [5]),
        ("urteilt bis Do 28. darüber", [28]),
        ("Monday the 14th", [14]),
        ("promis pour le 13, du 15 au 18", [13, 15, 18]),
        ("Mon 14 units, Tue 3 stores", []),
        ("Tue 10:30, Fri 9 am, mardi 8 h 30", []),
        ("le 5 février, Fri 11 Dec", []),
        ("au 20 % de hausse, Wed 45", []),
    ],
)
def test_days_under_their_weekday_or_behind_an_article_are_days_of_a_month(text: str, found: list[int]) -> None:
    assert [day for day, _ in days_of_month(text)] == found
    assert not [one for one in figures(text) if one.value in found]


def test_the_day_to_come_is_the_one_with_that_weekday() -> None:
    assert days_to_come("by Wed 16, not Fri 16", today=TODAY) == (dt.date(2026, 12, 16),)


@given(
    day=st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31)),
    form=st.sampled_from(
        ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %b %Y", "%B %d, %Y", "%A %d %B %Y", "%a, %d %b %Y", "%d-%m-%Y"]
    ),
)
def test_every_way_of_writing_a_date_gives_the_same_day(day: dt.date, form: str) -> None:
    assert [one.day for one in dates("See you " + day.strftime(form) + " then", today=TODAY)] == [day]


@given(text=st.text(max_size=200))
def test_no_text_breaks_it_and_spans_fit(text: str) -> None:
    assert all(text[one.start : one.end] == one.text for one in dates(text, today=TODAY))
    times(text)


def test_text_full_of_dates_is_read_in_proportion_to_its_length() -> None:
    began = time.process_time()
    assert len(dates("1/2 " * 20_000, today=TODAY)) == 20_000
    assert time.process_time() - began < 2, "a quadratic reader takes ten seconds"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Fri 16 Feb call", "2024-02-16"),
        ("Fri 16 Feb 2027 call", "2027-02-16"),
        ("Wed 3 Dec call", "2026-12-03"),
        ("Tue 16 Feb call", "2027-02-16"),
        ("16 Feb call", "2027-02-16"),
        ("Fri 14 May call", "2027-05-14"),
    ],
)
def test_a_day_of_the_notes_is_of_the_year_in_which_it_has_its_weekday_unless_it_is_near(text: str, day: str) -> None:
    assert [one.day.isoformat() for one in noted_days(context(text))["L1"]] == [day]


def test_the_year_that_a_weekday_tells_is_the_nearest_to_the_day_of_its_entry() -> None:
    found = noted_days(context("Mon 8 Jan 2018: called.", "Fri 16 Mar: sent it.", "Sat 16 Feb: sent it."))
    assert [one.day for label in ("L2", "L3") for one in found[label]] == [dt.date(2018, 3, 16), dt.date(2018, 2, 16)]
