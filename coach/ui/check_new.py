"""The second step of a new plan: what was read from the notes and where, for correction; then the draft is started."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape

import streamlit as st

from coach.context import context_warnings
from coach.errors import InputError
from coach.excerpt import excerpt
from coach.schema import AccountContext
from coach.store import plans
from coach.store.accounts import accounts, add_note, find_or_create_account, notes_of
from coach.store.database import Database
from coach.store.records import Account
from coach.ui import new_plan, when
from coach.ui.defaults import Preferences, options_from, preferences_of
from coach.ui.desk import desk
from coach.ui.earlier import LAST_PLAN, Earlier, earlier, known_account, next_purpose, of_last_plan, who_came
from coach.ui.places import go
from coach.ui.plain_text import plain, plain_line
from coach.ui.read_in import TYPED, Found, Material, context_from, left_out_proofs, read_in
from coach.ui.unfinished import Unfinished, finish, keep

LABELS = {
    "account": "Account",
    "purpose": "What for?",
    "opportunity": "Opportunity",
    "date": "Day",
    "start": "Hour",
    "minutes": "Minutes",
    "place": "Place",
    "attendees": "Who comes, one a line: name, title",
    "company": "Your company",
    "offer": "What you offer",
    "rep": "You",
    "stage": "Stage",
    "amount": "Amount",
}
_COLUMNS = (("account", "purpose", "attendees"), ("date", "start", "minutes", "place"))
_FOLDED = {
    "The opportunity": ("opportunity", "stage", "amount"),
    "You and your offer": ("company", "offer", "rep"),
}
MOST_MINUTES = 24 * 60
FIRST_DAY, LAST_DAY = dt.date(1990, 1, 1), dt.date(2099, 12, 31)
"""Of the day's field: a day that it refuses is dropped without a word."""
_SHOWN = 90
_QUOTED = 240


def show(db: Database, one: Unfinished) -> None:
    head = st.container(horizontal=True, vertical_alignment="bottom")
    head.title("Is this right?", width="stretch")
    top = st.container()
    today, material = when.today(), new_plan.material_of(one)
    found = _found(db, one, material, today)
    shown, fields = one, _form(one, found)
    one = _corrected(one, found, fields)
    known = known_account(db, fields["account"])
    before = earlier(db, known.id, today=today, but_not=material.text) if known else ()
    one = _start_from(one, known, before)
    chosen = tuple(each for each in before if each.id not in one.left_out)
    documents = (*material.documents, *(each.as_document() for each in chosen))
    whole = replace(material, documents=documents, purpose=fields["purpose"])
    if one != shown:
        keep(db, one)
    with top:
        context = _context(db, fields, whole, today)
        if context is not None:
            _warn(context, material)
    if context is not None:
        _lines(context)
    for place, key in ((head, "top"), (st.container(horizontal=True), "below")):
        with place:
            _acts(db, one, context, known, purpose=fields["purpose"], key=key)
    if one != shown:
        st.rerun()


def _acts(
    db: Database, one: Unfinished, context: AccountContext | None, known: Account | None, *, purpose: str, key: str
) -> None:
    is_asked = st.button("Draft the plan", type="primary", key=f"draft-{key}", disabled=context is None)
    if is_asked and context is not None:
        _make(db, one, context, known, purpose=purpose)
    if st.button("Back to the notes", key=f"back-{key}"):
        keep(db, one.model_copy(update={"is_read": False}))
        st.rerun()


def _found(db: Database, one: Unfinished, material: Material, today: dt.date) -> dict[str, Found]:
    names = [known.name for known in accounts(db)]
    found = read_in(one.typed, material, accounts=names, preferences=preferences_of(db), today=today)
    purpose = one.typed.get("purpose", "").strip()
    found["purpose"] = Found(purpose, TYPED if purpose else "")
    known = known_account(db, found["account"].value)
    return found if known is None else found | _proposed(db, known.id, found, today)


def _proposed(db: Database, account_id: str, found: Mapping[str, Found], today: dt.date) -> dict[str, Found]:
    """From the account's meetings of before, for fields of which nothing is said."""
    proposed = {
        "attendees": Found(who_came(db, account_id, today=today), "who came last time"),
        "purpose": Found(next_purpose(db, account_id, today=today), "what the last plan aimed at"),
        **{name: Found(value, "the last plan") for name, value in of_last_plan(db, account_id, today=today).items()},
        **(_next_meeting(db, account_id, today) if not found["date"].value else {}),
    }
    return {name: each for name, each in proposed.items() if each.value and not found[name].value}


def _next_meeting(db: Database, account_id: str, today: dt.date) -> dict[str, Found]:
    """Day, hour, minutes and place where the account's newest note that names a coming meeting has them."""
    for note in reversed(notes_of(db, account_id)):
        said = read_in({}, Material(note.text), preferences=Preferences(), today=today)
        if said["date"].value:
            source = f"kept of the account, {said['date'].source}"
            return {name: Found(said[name].value, source) for name in ("date", "start", "minutes", "place")}
    return {}


def _form(one: Unfinished, found: Mapping[str, Found]) -> dict[str, str]:
    """What stands in the fields now. A folded title says what was read: with other words Streamlit would fold it."""
    known = {name: one.corrected.get(name, each.value) for name, each in found.items()}
    said: dict[str, str] = {}
    for column, names in zip(st.columns(len(_COLUMNS), gap="medium"), _COLUMNS, strict=True):
        with column:
            said |= {name: _field(one, name, found[name], known[name]) for name in names}
    for title, names in _FOLDED.items():
        told = ", ".join(found[name].value for name in names if found[name].value)
        with st.expander(f"**{title}** · {plain_line(told or 'not in the notes', longest=_SHOWN)}"):
            said |= {name: _field(one, name, found[name], known[name]) for name in names}
    return known | said


def _corrected(one: Unfinished, found: Mapping[str, Found], fields: Mapping[str, str]) -> Unfinished:
    """With what the rep has just corrected; a click on a button at the same moment is not lost over keeping it."""
    changed = {name: value for name, value in fields.items() if value != one.corrected.get(name, found[name].value)}
    return one.model_copy(update={"corrected": {**one.corrected, **changed}}) if changed else one


def _field(one: Unfinished, name: str, found: Found, value: str) -> str:
    """What stands in the field; below it where that was read from."""
    yours = "corrected by you" if found.value else "filled in by you"
    source = yours if name in one.corrected else found.source or "not found"
    with st.container(gap="xxsmall"):
        said = _WIDGETS.get(name, _text)(LABELS[name], value, f"{one.id}-{name}")
        st.html(f'<div class="source">{escape(source)}</div>')
    return said


def _text(label: str, value: str, key: str) -> str:
    return st.text_input(label, value, key=key)


def _people(label: str, value: str, key: str) -> str:
    return st.text_area(label, value, key=key, height=120, placeholder="Maria Lopez, VP Operations")


def _date(label: str, value: str, key: str) -> str:
    known = dt.date.fromisoformat(value) if value else None
    day = st.date_input(label, known, FIRST_DAY, LAST_DAY, key=key, format="YYYY-MM-DD")
    return day.isoformat() if day else ""


def _time(label: str, value: str, key: str) -> str:
    hour = st.time_input(label, dt.time.fromisoformat(value) if value else None, key=key, step=900)
    return f"{hour:%H:%M}" if hour else ""


def _minutes(label: str, value: str, key: str) -> str:
    minutes = min(max(int(value), 1), MOST_MINUTES) if value else None
    said = st.number_input(label, 1, MOST_MINUTES, minutes, step=5, key=key)
    return "" if said is None else str(said)


_WIDGETS: dict[str, Callable[[str, str, str], str]] = {
    "attendees": _people,
    "date": _date,
    "start": _time,
    "minutes": _minutes,
}


def _start_from(one: Unfinished, known: Account | None, before: tuple[Earlier, ...]) -> Unfinished:
    """Which of the account's notes the plan starts from: all of them unless the rep says otherwise."""
    if known is None or not before:
        return one
    st.header(f"Start from what is known of {plain_line(known.name)}")
    left_out = {each.id for number, each in enumerate(before, start=1) if not _is_chosen(one, each, number)}
    if left_out == {*one.left_out} & {each.id for each in before}:
        return one
    return one.model_copy(update={"left_out": tuple(sorted(left_out))})


def _is_chosen(one: Unfinished, each: Earlier, number: int) -> bool:
    label = "What the last plan aimed at" if each.id == LAST_PLAN else f"Note {number}"
    with st.container(gap="xxsmall"):
        said = st.checkbox(label, each.id not in one.left_out, key=f"from-{one.id}-{each.id}")
        shown = excerpt(" ".join(each.text.split()), _QUOTED)
        st.html(f'<div class="source indented">{escape(each.name)} · {escape(shown)}</div>')
    return said


def _context(db: Database, fields: Mapping[str, str], material: Material, today: dt.date) -> AccountContext | None:
    try:
        return context_from(fields, material, preferences=preferences_of(db), today=today)
    except InputError as error:
        st.error(plain(f"{error.message} {error.hint}".strip()))
        return None


def _warn(context: AccountContext, material: Material) -> None:
    """What the rep should know before relying on the page."""
    said = [*context_warnings(context)]
    if files := left_out_proofs(material):
        said.append(
            f"Proof points in {', '.join(files)} are not in what you gave: paste them in Settings, or drop the file."
        )
    if said:
        st.warning("\n".join(f"- {plain_line(one)}" for one in said))


def _lines(context: AccountContext) -> None:
    with st.expander(f"{len(context.notes)} {'line' if len(context.notes) == 1 else 'lines'} of notes"):
        st.markdown("\n".join(f"- **{line.label}** {plain_line(line.text)}" for line in context.notes[:400]))


def _make(db: Database, one: Unfinished, context: AccountContext, known: Account | None, *, purpose: str) -> None:
    """The plan, its account with the new notes, and the draft on its way; then to its page."""
    name = context.account.strip()
    account = known or (find_or_create_account(db, name) if name else None)
    kept = plans.create_plan(db, context, purpose=purpose.strip(), account_id=account.id if account else "")
    if account is not None:
        _add_notes(db, account, one)
    finish(db, one.id, kept.id)
    desk().drafter.start(kept.id, "draft", options_from(preferences_of(db)))
    go("plan", id=kept.id, draft=one.id)


def _add_notes(db: Database, account: Account, one: Unfinished) -> None:
    """What was pasted and dropped, to the account's notes, unless it is there already."""
    known = {" ".join(each.text.split()) for each in earlier(db, account.id, today=when.today())}
    given = [("pasted", one.typed.get("text", "")), *((file.name, file.text) for file in one.files)]
    for source, text in given:
        if text.strip() and " ".join(text.split()) not in known:
            add_note(db, account.id, text, source=source)
