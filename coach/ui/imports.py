"""Import: an export of the CRM dropped, what was recognised in it, the meetings chosen, and their plans made.

The address says which import (`id`) or which batch of plans (`batch`) is looked at; without either, files are wanted.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from html import escape

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from coach.batch.gathered import Asked, Gathered, State
from coach.batch.status import standing_now
from coach.errors import CoachError
from coach.schema import Seller
from coach.settings import settings
from coach.store.batches import Batch, list_batches
from coach.store.database import Database
from coach.ui import batch_view, import_view, when
from coach.ui.batch_view import STATE_WORDS
from coach.ui.defaults import preferences_of
from coach.ui.desk import desk
from coach.ui.places import link
from coach.ui.plain_text import plain_line

KINDS = ["csv", "tsv", "xlsx", "zip"]
MOST_MB = 200
"""Of one file, as `server.maxUploadSize` in .streamlit/config.toml; the browser sends it whole. What is larger is for
`coach import` and `coach batch`."""
SHOWN_IMPORTS, SHOWN_BATCHES = 5, 20
_LONGEST = 120


def show() -> None:
    if batch_id := st.query_params.get("batch", ""):
        return batch_view.show(batch_id)
    if asked := st.query_params.get("id", ""):
        if one := Gathered.known(settings().home, asked):
            return import_view.show(one)
        st.info("This import is not there any more. Drop the files again.")
    _ask()


def _ask() -> None:
    st.title("Import")
    st.markdown(
        "Drop what your CRM exports. You see what was recognised in it, choose the meetings, and get a plan for each. "
        "Nothing is drafted before you say so."
    )
    turn = st.session_state.get("imports-dropped", 0)
    files = st.file_uploader(
        "Files of one export: CSV, Excel, or the zip as it comes",
        type=KINDS,
        accept_multiple_files=True,
        max_upload_size=MOST_MB,
        key=f"import-{turn}",
    )
    st.html(
        '<p class="source">Salesforce, HubSpot, Dynamics 365, Pipedrive, Zoho, or a table with one opportunity a row. '
        "Drop files that belong together at once: accounts, people, notes and meetings find their opportunity.</p>"
    )
    if files:
        one = _taken(files)
        st.session_state["imports-dropped"] = turn + 1
        st.query_params.from_dict({"id": one.id})
        st.rerun()
    _imports()
    _batches(desk().db)


def _taken(files: Sequence[UploadedFile]) -> Gathered:
    """The files in a folder of their own, being read."""
    one = Gathered.begin(settings().home, at=dt.datetime.now(dt.UTC))
    for file in files:
        with one.place_for(file.name).open("wb") as kept:
            shutil.copyfileobj(file, kept)
    preferences = preferences_of(desk().db)
    seller = Seller(company=preferences.company, offer=preferences.offer)
    one.read(Asked(today=when.today(), seller=seller, with_all_open=not one.is_large()))
    return one


def _imports() -> None:
    found = _readable(Gathered.all(settings().home))
    if not found:
        return
    st.header("Imports")
    for one, state in found[:SHOWN_IMPORTS]:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"card-import-{one.id}"):
            with st.container(width="stretch", gap="xxsmall"):
                link("import", plain_line(state.called, longest=_LONGEST), id=one.id)
                st.html(f'<div class="facts"><span>{escape(_said(state))}</span></div>')
            if st.button("Throw away", key=f"throw-away-{one.id}", type="tertiary"):
                one.throw_away()
                st.rerun()


def _readable(found: Sequence[Gathered]) -> list[tuple[Gathered, State]]:
    states: list[tuple[Gathered, State]] = []
    for one in found:
        try:
            states.append((one, one.state()))
        except CoachError:
            continue
    return states


def _said(state: State) -> str:
    match state.stage:
        case "read":
            said = f"{state.told.taken + state.told.unread:,} open of {state.told.rows:,} opportunities"
        case "failed":
            said = state.error
        case _:
            said = "Being read"
    return f"{when.day(state.begun_at.astimezone().date(), today=when.today())} · {said}"


def _batches(db: Database) -> None:
    found = list_batches(db, most=SHOWN_BATCHES)
    if not found:
        return
    st.header("Plans made of them")
    for batch in found:
        with st.container(border=True, gap="xxsmall", key=f"card-batch-{batch.id}"):
            link("import", plain_line(batch.source, longest=_LONGEST), batch=batch.id)
            facts = "".join(f"<span>{escape(fact)}</span>" for fact in _facts(db, batch))
            st.html(f'<div class="facts">{facts}</div>')


def _facts(db: Database, batch: Batch) -> list[str]:
    now = standing_now(db, batch)
    failed = f", {now.failed:,} failed" if now.failed else ""
    spent = f" · ${now.cost_usd:,.2f}" if now.cost_usd else ""
    day = when.day(batch.started_at.astimezone().date(), today=when.today())
    return [day, STATE_WORDS[batch.state], f"{now.done:,} of {now.total:,} drafted{failed}{spent}"]
