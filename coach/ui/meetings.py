"""Home: the meetings that are coming, by date, with what each plan still lacks; past ones below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape

import streamlit as st

from coach.excerpt import excerpt
from coach.store.database import Database
from coach.store.plans import archive_plan, list_plans, unarchive_plan
from coach.store.records import PlanRow, Status
from coach.ui import when
from coach.ui.desk import desk
from coach.ui.first_start import example_plan
from coach.ui.places import go, link
from coach.ui.plain_text import plain, plain_line
from coach.ui.unfinished import all_unfinished, begin, throw_away

SHOWN_AT_ONCE = 30
STATUS_WORDS: dict[Status, str] = {
    "new": "Not drafted yet",
    "drafting": "Being drafted",
    "drafted": "Drafted",
    "edited": "Edited by you",
}
DATE_WIDTH = 112
"""Pixels; `Wed 30 Sep 2026` fits on two lines."""
_LONGEST = 160


def show() -> None:
    db, today = desk().db, when.today()
    search = _head()
    _undo(db)
    _unfinished(db)
    example = example_plan(db)
    rows = list_plans(db, search=search, today=today)
    examples = [row for row in rows if row.id == example]
    rest = [row for row in rows if row.id != example]
    coming = [row for row in rest if row.date is None or row.date >= today]
    past = [row for row in rest if row.date and row.date < today]
    _coming(coming, search, today, has_others=bool(past or examples))
    if examples:
        st.header("An example to look at")
        _cards(examples, today, key="example", is_example=True)
    if past:
        with st.expander(f"Past meetings ({len(past)})", expanded=bool(search) and not coming):
            _cards(past, today, key="past")
    _archived(db, search, today)


def card(row: PlanRow, today: dt.date, *, is_example: bool = False) -> None:
    """One meeting; the whole card opens its plan."""
    with st.container(border=True, horizontal=True, vertical_alignment="top", key=f"card-{row.id}"):
        st.html(moment(row, today), width=DATE_WIDTH)
        with st.container(width="stretch", gap="xxsmall"):
            link("plan", plain_line(row.account or "No account yet", longest=_LONGEST), id=row.id)
            st.html(about(row) + facts(row, is_example=is_example))
        if st.button("Archive", key=f"archive-{row.id}", type="tertiary"):
            archive_plan(desk().db, row.id)
            st.session_state.archived = (row.id, row.account or row.title or "The meeting")
            st.rerun()


def moment(row: PlanRow, today: dt.date) -> str:
    """When the meeting is, as HTML."""
    if row.date is None:
        return '<div class="moment"><b>No date yet</b></div>'
    hour = f"<span>{row.start:%H:%M}</span>" if row.start else ""
    day, distance = when.day(row.date, today=today), when.distance(row.date, today=today)
    return f'<div class="moment"><b>{day}</b>{hour}<span>{distance}</span></div>'


def about(row: PlanRow) -> str:
    """What the meeting is for, as HTML."""
    said = purpose(row)
    return f'<div class="about">{escape(said)}</div>' if said else ""


def purpose(row: PlanRow) -> str:
    """What it is for, else what the page's title says beyond account and day, which stand beside it."""
    title = row.title.removeprefix(row.account).lstrip(" ·:,–-")
    if row.date and title.startswith(f"{row.date:%a} {row.date.day} {row.date:%b}"):
        title = ""
    said = " ".join((row.purpose or title).split())
    return excerpt(said, _LONGEST)


def facts(row: PlanRow, *, is_example: bool = False) -> str:
    """How good the plan is and what is missing, as HTML."""
    number = None if row.status == "new" else row.score
    score = "" if number is None else f'<span class="score">{_score(number, is_judged=row.is_judged)}</span>'
    marks = ['<li class="mark">Example</li>'] if is_example else []
    marks += [f"<li>{escape(gap)}</li>" for gap in row.gaps]
    status = f"<span>{STATUS_WORDS[row.status]}</span>" if row.status != "new" else ""
    badges = f'<ul class="badges" aria-label="What to know">{"".join(marks)}</ul>' if marks else ""
    return f'<div class="facts">{score}{status}{badges}</div>'


def _score(score: float, *, is_judged: bool) -> str:
    return f"Score {score:.0f} of 100" if is_judged else f"Not judged yet (by rules alone {score:.0f} of 100)"


def _head() -> str:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title("Meetings", width="stretch")
        if st.button("New plan", type="primary"):
            go("new", draft=begin().id)
    return st.text_input(
        "Search meetings", key="search", placeholder="Account, person, place or purpose", bind="query-params"
    )


def _undo(db: Database) -> None:
    if "archived" not in st.session_state:
        return
    plan_id, name = st.session_state.archived
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"{plain(name)} is archived.", width="stretch")
        if st.button("Undo", key="undo-archive"):
            unarchive_plan(db, plan_id)
            del st.session_state.archived
            st.rerun()


def _unfinished(db: Database) -> None:
    found = all_unfinished(db)
    if not found:
        return
    place = st.container() if len(found) == 1 else st.expander(f"Plans not finished ({len(found)})")
    for one in found:
        with place.container(border=True, horizontal=True, vertical_alignment="center", key=f"unfinished-{one.id}"):
            st.markdown(f"**Not finished:** {plain_line(one.name)}", width="stretch")
            if st.button("Go on", key=f"go-on-{one.id}"):
                go("new", draft=one.id)
            if st.button("Throw away", key=f"throw-away-{one.id}", type="tertiary"):
                throw_away(db, one.id)
                st.rerun()


def _coming(rows: Sequence[PlanRow], search: str, today: dt.date, *, has_others: bool) -> None:
    st.header("Coming")
    if rows:
        _cards(rows, today, key="coming")
    elif search:
        also = " Past ones are below." if has_others else " Try a shorter word, or clear the search."
        st.markdown(f"No coming meeting has “{plain_line(search, longest=60)}” in it.{also}")
    else:
        st.markdown(
            "No meeting is coming up. **New plan** makes a page for the next: paste what you know, a line is enough."
        )


def _cards(rows: Sequence[PlanRow], today: dt.date, *, key: str, is_example: bool = False) -> None:
    shown = st.session_state.get(f"shown-{key}", SHOWN_AT_ONCE)
    for row in rows[:shown]:
        card(row, today, is_example=is_example)
    if len(rows) > shown and st.button(f"Show {min(SHOWN_AT_ONCE, len(rows) - shown)} more", key=f"more-{key}"):
        st.session_state[f"shown-{key}"] = shown + SHOWN_AT_ONCE
        st.rerun()


def _archived(db: Database, search: str, today: dt.date) -> None:
    rows = list_plans(db, search=search, today=today, archived=True)
    if not rows:
        return
    with st.expander(f"Archived ({len(rows)})"):
        for row in rows[:SHOWN_AT_ONCE]:
            with st.container(border=True, horizontal=True, vertical_alignment="center"):
                st.markdown(plain_line(f"{row.account or row.title} · {_when(row, today)}"), width="stretch")
                if st.button("Put back", key=f"put-back-{row.id}"):
                    unarchive_plan(db, row.id)
                    st.session_state.pop("archived", None)
                    st.rerun()


def _when(row: PlanRow, today: dt.date) -> str:
    if row.date is None:
        return "No date yet"
    hour = f", {row.start:%H:%M}" if row.start else ""
    return f"{when.day(row.date, today=today)}{hour} · {when.distance(row.date, today=today)}"
