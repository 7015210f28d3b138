"""A new plan: three fields at most and the notes as they are; then what was read from them, shown for correction.

What is typed, pasted or dropped is kept until the plan is made; the address holds under which name.
"""

from __future__ import annotations

import streamlit as st

from coach.errors import InputError
from coach.store.accounts import accounts
from coach.store.database import Database
from coach.ui import check_new, when
from coach.ui.defaults import preferences_of
from coach.ui.desk import desk
from coach.ui.earlier import earlier, in_words, known_account
from coach.ui.files_in import KINDS, MOST_MB, read_files
from coach.ui.places import go
from coach.ui.plain_text import plain, plain_line
from coach.ui.read_in import Material, meant, read_in
from coach.ui.typed import TypedField, typed
from coach.ui.unfinished import Unfinished, begin, begin_again, dropped, keep, plan_made, throw_away, unfinished

MOST_OFFERED = 200
"""Account names to choose from while typing."""


def show() -> None:
    db = desk().db
    if made := plan_made(db, st.query_params.get("draft", "")):
        _already(db, made)
        return
    one = _current(db)
    if one.is_read:
        check_new.show(db, one)
    else:
        _ask(db, one)


def _already(db: Database, plan_id: str) -> None:
    """Somebody came back to where the plan was made, asked for it twice, or sees now what was read wrongly."""
    one = unfinished(db, st.query_params["draft"])
    st.title("New plan")
    stays = " Corrected, it becomes another plan; this one stays until you archive it." if one else ""
    st.markdown(f"This plan is made.{stays}")
    with st.container(horizontal=True):
        if st.button("Open it", type="primary", key="open-made"):
            go("plan", id=plan_id, draft=st.query_params["draft"])
        if one and st.button("Correct what was read", key="correct-made"):
            st.query_params.from_dict({"draft": begin_again(db, one).id})
            st.rerun()
        if st.button("Begin another", key="begin-another"):
            st.query_params.clear()
            st.rerun()


def material_of(one: Unfinished) -> Material:
    documents = tuple(file.as_document() for file in one.files)
    return Material(one.typed.get("text", ""), documents, one.typed.get("purpose", ""))


def _current(db: Database) -> Unfinished:
    """What the address names, else a new one, to which the address is set."""
    wanted = st.query_params.get("draft", "")
    if found := unfinished(db, wanted):
        return found
    fresh = begin()
    if wanted:
        return fresh.model_copy(update={"id": wanted[:40]})
    st.query_params.from_dict({"draft": fresh.id})
    return fresh


def _ask(db: Database, one: Unfinished) -> None:
    st.title("New plan")
    st.markdown("Paste what you have, as messy as it is. Everything else is read from it, and you can correct it next.")
    known_already = st.container()
    one = _typed(db, one)
    with known_already:
        _tell_what_is_known(db, one)
    one = _dropped(db, one)
    with st.container(horizontal=True):
        if st.button("Go on", type="primary", key="go-on"):
            _read(db, one)
        if not one.is_empty and st.button("Throw away", key="throw-away", type="tertiary"):
            throw_away(db, one.id)
            go("meetings")


def _tell_what_is_known(db: Database, one: Unfinished) -> None:
    """What the plan will start from, so that nobody pastes it again."""
    who, names = one.typed.get("who", ""), [known.name for known in accounts(db)]
    known = known_account(db, meant(who, names)[0])
    today, text = when.today(), one.typed.get("text", "")
    before = earlier(db, known.id, today=today, but_not=text) if known else ()
    chosen = in_words([each for each in before if each.id not in one.left_out], today=today)
    if known and chosen:
        st.info(f"Starts from {chosen}, kept of {plain_line(known.name)}. Paste only what is new.")


def _typed(db: Database, one: Unfinished) -> Unfinished:
    names = tuple(known.name for known in accounts(db))[:MOST_OFFERED]
    fields = (
        TypedField("who", "Whom do you meet?", placeholder="Company: names, if known", offered=names, columns=4),
        TypedField("day", "When?", "date", columns=2),
        TypedField("start", "Hour", "time", columns=2),
        TypedField("purpose", "What for?", placeholder="In a few words", columns=4),
        TypedField(
            "text", "Your notes", "long", placeholder="Mails, call notes, the record from your CRM, a transcript …"
        ),
    )
    said = typed(fields, one.typed, key=f"typed-{one.id}")
    if said is None or said == one.typed:
        return one
    one = one.model_copy(update={"typed": said})
    keep(db, one)
    return one


def _dropped(db: Database, one: Unfinished) -> Unfinished:
    """Files are read when they come; the uploader is empty again afterwards."""
    turn = st.session_state.get("drops", 0)
    files = st.file_uploader(
        "Or drop files",
        type=KINDS,
        accept_multiple_files=True,
        max_upload_size=MOST_MB,
        key=f"drop-{one.id}-{turn}",
    )
    if files:
        documents, problems = read_files(files)
        one = one.model_copy(update={"files": (*one.files, *map(dropped, documents))})
        keep(db, one)
        st.session_state.drops = turn + 1
        st.session_state.drop_problems = [f"{error.message} {error.hint}".strip() for error in problems]
        st.rerun()
    for problem in st.session_state.pop("drop_problems", []):
        st.error(plain(problem))
    for place, file in enumerate(one.files):
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f"**{plain_line(file.name)}** · {len(file.text.split()):,} words", width="stretch")
            if st.button("Take out", key=f"take-out-{one.id}-{place}", type="tertiary"):
                left = tuple(other for at, other in enumerate(one.files) if at != place)
                keep(db, one.model_copy(update={"files": left}))
                st.rerun()
    return one


def _read(db: Database, one: Unfinished) -> None:
    """On to the correction, if there is anything to read."""
    today = when.today()
    names = [known.name for known in accounts(db)]
    try:
        found = read_in(one.typed, material_of(one), accounts=names, preferences=preferences_of(db), today=today)
    except InputError as error:
        st.error(plain(f"{error.message} {error.hint}".strip()))
        return
    is_known = found["account"].value.casefold() in {name.casefold() for name in names}
    has_notes = one.typed.get("text", "").strip() or one.files or one.typed.get("purpose", "").strip()
    if not has_notes and not is_known:
        st.error("There is nothing to read yet. Paste a note, a line is enough, or drop a file.")
        return
    keep(db, one.model_copy(update={"is_read": True}))
    st.rerun()
