"""An import being read, then what was recognised, its columns to be corrected, its first meetings, what is unusable."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice

import streamlit as st

from coach.batch.gathered import SYSTEMS, Choice, Gathered, State
from coach.ui import import_choice, import_columns, when
from coach.ui.html_table import html_table
from coach.ui.places import go, link
from coach.ui.plain_text import plain, plain_line
from coach.ui.tables import table_link

LOOKED_AT_EVERY_S = 1.0
FIRST = 5
MOST_UNUSED = 50


def show(one: Gathered) -> None:
    state = one.look_after()
    link("import", "← Imports")
    st.title(plain_line(state.called, longest=100))
    if state.stage in ("new", "reading"):
        return _reading(one)
    if state.stage == "failed":
        st.error(plain(f"{state.error}\n{state.hint}".strip()))
    else:
        _recognised(state)
    import_columns.show(one, state)
    if state.stage == "read":
        _first(one)
        _unused(one, state)
        import_choice.show(one, state)
    if st.button("Throw this import away", key="throw-away", type="tertiary"):
        one.throw_away()
        go("import")


@st.fragment(run_every=LOOKED_AT_EVERY_S)
def _reading(one: Gathered) -> None:
    """Looked at again every second, until it is read."""
    state = one.look_after()
    if state.stage not in ("new", "reading"):
        st.rerun(scope="app")
    so_far = f" {state.rows:,} opportunities looked at so far." if state.rows else ""
    st.html(f'<p role="status">Being read.{so_far} You may close the page: it goes on.</p>')
    if st.button("Stop and throw away", key="stop-reading"):
        one.throw_away()
        go("import")


def _recognised(state: State) -> None:
    told = state.told
    systems = dict.fromkeys(SYSTEMS[table.system] for table in state.tables if table.kind != "ignore")
    st.markdown(f"Recognised: **{plain(', '.join(systems) or 'nothing')}**.")
    facts = {
        "opportunities": told.rows,
        "open": told.taken + told.unread,
        "closed": told.closed,
        "left out": told.left_out,
        "without a meeting": told.without_meeting,
        "without an account": told.without_account,
        "notes": told.notes,
    }
    shown = [(name, count) for name, count in facts.items() if count or name in ("opportunities", "open", "closed")]
    items = "".join(f"<div><dt>{name}</dt><dd>{count:,}</dd></div>" for name, count in shown)
    st.html(f'<dl class="figures">{items}</dl>')


def _first(one: Gathered) -> None:
    lines = one.lines(Choice(with_undated=True), most=FIRST)
    if not lines:
        return
    st.header("The first of them")
    rows = [
        (
            when.day(dt.date.fromisoformat(line.day), today=when.today()) if line.day else "none yet",
            line.account,
            line.opportunity,
            line.stage,
            "" if line.amount is None else f"{line.amount:,.0f} {line.currency}".strip(),
            line.owner,
            f"{line.people or ''}",
            f"{line.notes or ''}",
        )
        for line in lines
    ]
    headings = ("Meeting", "Account", "Opportunity", "Stage", "Amount", "Owner", "People invited", "Notes")
    st.html(html_table("The first opportunities", headings, [[escape(cell) for cell in row] for row in rows]))


def _unused(one: Gathered, state: State) -> None:
    if not state.told.unused:
        return
    st.header(f"Not used ({state.told.unused:,})")
    rows = [[escape(cell) for cell in row] for row in islice(_problems(one), MOST_UNUSED)]
    more = f" The first {MOST_UNUSED} are shown." if state.told.unused > MOST_UNUSED else ""
    with st.expander(f"Rows and values that could not be used: {state.told.unused:,}"):
        st.html(
            f'<p class="unused">The rest of the export is used without them.{more} '
            f'<a href="{table_link("import", one.id, "csv")}" download>All of them as CSV</a></p>'
            + html_table("Rows and values that could not be used", ("File", "Row", "Column", "Why"), rows)
        )


def _problems(one: Gathered) -> Iterator[Sequence[str]]:
    if one.not_used.is_file():
        with one.not_used.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            next(rows, None)
            for row in rows:
                yield [row[0], "" if row[1] == "0" else row[1], *row[2:4]]
