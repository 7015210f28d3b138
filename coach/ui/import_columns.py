"""What every column of an import was taken for, one table at a time, with a box to correct each; it is remembered."""

from __future__ import annotations

import glob

import streamlit as st

from coach.batch.gathered import Column, Gathered, Seen, State
from coach.crm.columns import KINDS, Kind
from coach.crm.mapping import ROLES, TableMapping
from coach.ui.plain_text import plain, plain_line

NOTHING, FACT = "Not used", "Worth knowing"
AS_FOUND = "as the column tells"
KIND_WORDS: dict[Kind, str] = {
    "opportunities": "Opportunities",
    "accounts": "Accounts",
    "people": "People",
    "roles": "Who has which role in an opportunity",
    "meetings": "Meetings",
    "activities": "Activities: meetings, calls, tasks",
    "notes": "Notes, mails, tasks",
    "users": "Owners",
    "stages": "Stages",
    "links": "Links between the other tables",
    "ignore": "Nothing that is needed",
}
ORDERS = ("day first", "month first")
TOLD_BY = {"mapping": "as you said", "remembered": "as you said for an earlier export", "guess": "guessed"}


def show(one: Gathered, state: State) -> None:
    if not state.tables:
        return
    st.header("What each column was taken for")
    with st.expander(_summary(state), expanded=state.stage == "failed", key="columns", on_change="rerun") as place:
        if not place.open:
            return
        table = _table(state)
        kind = st.selectbox(
            "It holds",
            KINDS,
            index=KINDS.index(table.kind),
            format_func=lambda one: KIND_WORDS[one],
            key=f"kind-{one.id}-{table.file}",
        )
        _columns(one, table, kind or table.kind)


def _summary(state: State) -> str:
    """`Opportunity.csv: Opportunities · Account.csv: Accounts · 3 others not needed`"""
    used = sorted((table for table in state.tables if table.kind != "ignore"), key=_rank)
    named = [f"{plain_line(table.file, longest=40)}: {KIND_WORDS[table.kind].split(':')[0]}" for table in used[:3]]
    others = len(used) - len(named)
    left = len(state.tables) - len(used)
    more = [f"{others} more"] if others else []
    return " · ".join([*named, *more, *([f"{left} not needed"] if left else [])])


def _table(state: State) -> Seen:
    """The one that is looked at; opportunities first."""
    files = {table.file: table for table in sorted(state.tables, key=_rank)}
    file = next(iter(files))
    if len(files) > 1:
        file = (
            st.selectbox(
                "Table",
                list(files),
                format_func=lambda name: _named(files[name]),
                key=f"table-{state.begun_at.timestamp()}",
            )
            or file
        )
    return files[file]


def _rank(table: Seen) -> int:
    """Opportunities first, what is not needed last."""
    return KINDS.index(table.kind)


def _named(table: Seen) -> str:
    rows = f", {table.rows:,} rows" if table.rows else ""
    return f"{table.file} ({KIND_WORDS[table.kind]}{rows}; {TOLD_BY[table.told_by]})"


def _columns(one: Gathered, table: Seen, kind: Kind) -> None:
    options = [NOTHING, FACT, *ROLES[kind]] if kind in ("opportunities", "accounts") else [NOTHING, *ROLES[kind]]
    with st.form(f"columns-{one.id}-{table.file}-{kind}", border=False):
        said = [
            _column(column, options, f"{one.id}-{table.file}-{kind}-{at}") for at, column in enumerate(table.columns)
        ]
        dates = st.selectbox("Days such as 3/12/2026 are read", (AS_FOUND, *ORDERS), key=f"dates-{one.id}-{table.file}")
        is_asked = st.form_submit_button("Read it this way", type="primary")
    if not is_asked:
        return
    roles = [role for role in said if role not in (NOTHING, FACT)]
    if twice := next((role for role in roles if roles.count(role) > 1), None):
        st.error(plain(f"Two columns are taken for “{_words(twice)}”. Choose one of them."))
        return
    order = {"day first": "day first", "month first": "month first"}.get(dates or "")
    _read_again(one, table, TableMapping.model_validate(
        {"kind": kind, "columns": _roles(table, said, kind), "facts": _facts(table, said), "dates": order}
    ))  # fmt: skip


def _column(column: Column, options: list[str], key: str) -> str:
    now = column.role if column.role in options else FACT if column.is_fact and FACT in options else NOTHING
    left, right = st.columns([3, 2], vertical_alignment="center", gap="small")
    examples = f"  \n{plain_line(' · '.join(column.examples), longest=90)}" if column.examples else ""
    other = f"  \nCould also be: {_words(column.could_be)}" if column.could_be and now != column.could_be else ""
    left.markdown(f"**{plain_line(column.heading, longest=60)}**{examples}{other}")
    said = right.selectbox(
        f"Column {column.heading} is",
        options,
        index=options.index(now),
        format_func=_words,
        key=f"column-{key}",
        label_visibility="collapsed",
    )
    return said or NOTHING


def _words(role: str) -> str:
    return role if role in (NOTHING, FACT) else role.replace("_", " ").capitalize()


def _roles(table: Seen, said: list[str], kind: Kind) -> dict[str, str]:
    """Role to heading; a role that was guessed and is taken away has none."""
    gone = {column.role: "" for column in table.columns if column.role in ROLES[kind]}
    named = {role: column.heading for column, role in zip(table.columns, said, strict=True)}
    return {**gone, **{role: heading for role, heading in named.items() if role not in (NOTHING, FACT)}}


def _facts(table: Seen, said: list[str]) -> list[str]:
    return [column.heading for column, role in zip(table.columns, said, strict=True) if role == FACT]


def _read_again(one: Gathered, table: Seen, mapping: TableMapping) -> None:
    asked = one.asked()
    tables = {**asked.mapping.tables, glob.escape(table.file): mapping}
    one.read(asked.model_copy(update={"mapping": asked.mapping.model_copy(update={"tables": tables})}))
    st.rerun()
