"""One account: its notes, which grow over time, and its meetings; the next plan starts from them."""

from __future__ import annotations

import datetime as dt
from html import escape

import streamlit as st

from coach.store.accounts import account, add_note, notes_of, plans_of
from coach.store.database import Database
from coach.store.plans import load_plan
from coach.store.preferences import preference, set_preference
from coach.store.records import Account, AccountNote, PlanRow
from coach.ui import meetings, when
from coach.ui.desk import desk
from coach.ui.earlier import NOT_RECORDED, aimed_at
from coach.ui.files_in import KINDS, MOST_MB, read_files
from coach.ui.places import go, link
from coach.ui.plain_text import plain, plain_line
from coach.ui.typed import TypedField, typed
from coach.ui.unfinished import begin_about, dropped


def show() -> None:
    """Of the account that the address names. Raises InputError: there is none."""
    db, today = desk().db, when.today()
    one = account(db, st.query_params.get("id", ""), today=today)
    link("accounts", "← All accounts")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.title(plain_line(one.name), width="stretch")
        if st.button("Next plan", type="primary", key="next-plan"):
            go("new", id=one.id, draft=begin_about(db, one.name).id)
    rows, notes = plans_of(db, one.id, today=today), notes_of(db, one.id)
    st.header("Meetings")
    if not rows:
        st.markdown("No meeting yet. **Next plan** starts from the notes below.")
    for row in rows:
        _meeting(db, row, today)
    st.header("Notes")
    for number, note in reversed(list(enumerate(notes, start=1))):
        _note(number, note, today)
    if not notes:
        st.markdown("No notes yet. Add what you know: the next plan starts from it.")
    _add_note(db, one)


def _meeting(db: Database, row: PlanRow, today: dt.date) -> None:
    """One meeting; where it is past, with what it was to bring."""
    with st.container(border=True, horizontal=True, key=f"card-{row.id}"):
        st.html(meetings.moment(row, today), width=meetings.DATE_WIDTH)
        with st.container(width="stretch", gap="xxsmall"):
            link("plan", plain_line(meetings.purpose(row) or "Meeting"), id=row.id)
            st.html(meetings.facts(row) + (_aim(db, row) if row.date and row.date < today else ""))


def _aim(db: Database, row: PlanRow) -> str:
    plan = load_plan(db, row.id).plan
    aims = aimed_at(plan.best_outcome, plan.fallback)
    return f'<div class="quiet">{escape(aims[:1].upper() + aims[1:])} {NOT_RECORDED}</div>' if aims else ""


def _note(number: int, note: AccountNote, today: dt.date) -> None:
    name = f"**{number}** · {when.day(note.added_at.date(), today=today)} · {plain_line(note.source, longest=60)}"
    with st.expander(f"{name} · {plain_line(note.text, longest=70)}"):
        st.html(f'<div class="note">{escape(note.text)}</div>')


def _add_note(db: Database, one: Account) -> None:
    """By paste or drop; what is typed stays until it is added."""
    for problem in st.session_state.pop("note-problems", []):
        st.error(plain(problem))
    key, turn = f"note:{one.id}", st.session_state.get(f"notes-added-{one.id}", 0)
    kept = preference(db, key)
    field = TypedField(
        "text", "Add a note", "long", placeholder="A mail, what was said on the phone, what changed …", lines=6
    )
    said = typed((field,), {"text": kept}, key=f"note-{one.id}-{turn}")
    text = kept if said is None else said.get("text", "")
    if text != kept:
        set_preference(db, key, text)
    files = st.file_uploader(
        "Or drop files",
        type=KINDS,
        accept_multiple_files=True,
        max_upload_size=MOST_MB,
        key=f"note-files-{one.id}-{turn}",
    )
    if not st.button("Add to the notes", key="add-note"):
        return
    documents, problems = read_files(files)
    given = [("pasted", text), *((file.name, file.text) for file in map(dropped, documents))]
    for source, words in given:
        if words.strip():
            add_note(db, one.id, words, source=source)
    set_preference(db, key, "")
    st.session_state[f"notes-added-{one.id}"] = turn + 1
    st.session_state["note-problems"] = [f"{error.message} {error.hint}".strip() for error in problems]
    st.rerun()
