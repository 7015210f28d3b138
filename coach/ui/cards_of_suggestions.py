"""Suggestions as cards: why, which lines, old and new words; accept, edit, dismiss with a reason, undo, accept all."""

from __future__ import annotations

import streamlit as st

from coach.schema import Suggestion
from coach.store.records import KeptPlan
from coach.ui import acts
from coach.ui.inert import as_html, chips, difference, first_words
from coach.ui.plain_text import plain_line
from coach.ui.suggesting import Decision
from coach.ui.telling import tried, trying

KINDS = {
    "unsupported": "No line says that", "harm": "Could do harm", "missing": "Missing", "outcome": "Outcome",
    "thing": "What we bring", "cut": "Shorter",
}  # fmt: skip


def show_suggestions(kept: KeptPlan, *, by: str) -> None:
    """Open ones as cards, decided ones below; nothing where there are none."""
    open_ones = [one for one in kept.suggestions if one.state == "open"]
    decided = [one for one in kept.suggestions if one.state != "open"]
    if not kept.suggestions:
        return
    st.html(f'<div class="mc"><h2>Suggestions ({len(open_ones)})</h2></div>')
    if not open_ones:
        st.html('<p class="mc mc-muted">All decided. Check looks for more.</p>')
    if len(open_ones) > 1:
        st.button("Accept all", key="accept-all", on_click=trying, args=(acts.accept_all, kept.id), kwargs={"by": by})
    for one in open_ones:
        _show_card(kept, one, by=by)
    if decided:
        with st.expander(f"Decided ({len(decided)})"):
            for one in decided:
                _show_decided(kept, one, by=by)


def is_overtaken(kept: KeptPlan, suggestion: Suggestion) -> bool:
    """The rep has changed the words that it would replace, or taken them away."""
    text = next((one.block.text for one in kept.blocks if one.block.id == suggestion.block), "")
    return text.count(suggestion.old) != 1


def _show_card(kept: KeptPlan, one: Suggestion, *, by: str) -> None:
    with st.container(border=True, key=f"suggestion-{one.id}"):
        st.html(f'<div class="mc">{_words(kept, one)}</div>')
        if is_overtaken(kept, one):
            st.html('<p class="mc"><b>You have changed these words since.</b> The suggestion no longer fits.</p>')
            _decide_button("Dismiss", kept, one, "dismiss", by=by)
            return
        if st.session_state.get(_editing(one)):
            _show_editor(kept, one, by=by)
            return
        with st.container(horizontal=True, gap="small"):
            _decide_button("Accept", kept, one, "accept", by=by, is_main=True)
            st.button("Edit", key=f"edit-{one.id}", on_click=_edit, args=(one, True))
            with st.popover("Dismiss", key=f"dismissing-{one.id}"):
                _show_dismissal(kept, one, by=by)


def _words(kept: KeptPlan, one: Suggestion) -> str:
    doubt = ""
    if one.check.status == "unverified":
        why = "; ".join(one.check.problems) or "It says what no line holds"
        doubt = f'<p><span class="mc-word defect">Not verified</span> {as_html(why)}. Accept all leaves it to you.</p>'
    kind = f'<span class="mc-word hint">{KINDS[one.kind]}</span>'
    change, lines = difference(one.old, one.new), chips(one.lines, kept.context.lines)
    return f"<p>{kind} {as_html(one.why)}</p>{change}{doubt}{lines}"


def _show_editor(kept: KeptPlan, one: Suggestion, *, by: str) -> None:
    with st.form(f"editor-{one.id}", border=False):
        st.text_area("In your words", value=one.new, key=f"words-{one.id}", max_chars=5000)
        with st.container(horizontal=True, gap="small"):
            key, words = f"use-{one.id}", (kept, one, by)
            st.form_submit_button("Use these words", key=key, type="primary", on_click=_use_words, args=words)
            st.form_submit_button("Cancel", key=f"leave-{one.id}", on_click=_edit, args=(one, False))


def _show_dismissal(kept: KeptPlan, one: Suggestion, *, by: str) -> None:
    with st.form(f"dismiss-{one.id}", border=False):
        st.text_input("Why not? (may stay empty)", key=f"reason-{one.id}", max_chars=300)
        st.form_submit_button("Dismiss it", key=f"dismiss-it-{one.id}", on_click=_dismiss, args=(kept, one, by))


def _show_decided(kept: KeptPlan, one: Suggestion, *, by: str) -> None:
    is_applied = one.state == "applied"
    word = '<span class="mc-word good">Accepted</span>' if is_applied else '<span class="mc-word hint">Dismissed</span>'
    reason = f"<br><small>{as_html(one.reason)}</small>" if one.reason else ""
    shown = difference(one.old, one.new) if is_applied else f"<br><small>{as_html(one.why)}</small>"
    st.html(f'<div class="mc">{word}{reason}{shown}</div>')
    _decide_button("Undo", kept, one, "undo", by=by)


def _decide_button(
    label: str, kept: KeptPlan, one: Suggestion, action: Decision, *, by: str, is_main: bool = False
) -> None:
    st.button(
        label,
        key=f"{action}-{one.id}",
        type="primary" if is_main else "secondary",
        help=None if is_main else plain_line(first_words(one.new or one.old)),
        on_click=trying,
        args=(acts.decide, kept.id, one.id, action),
        kwargs={"by": by},
    )


def _use_words(kept: KeptPlan, one: Suggestion, by: str) -> None:
    text = st.session_state[f"words-{one.id}"]
    if tried(acts.decide, kept.id, one.id, "edit", text=text, by=by):
        _edit(one, False)


def _dismiss(kept: KeptPlan, one: Suggestion, by: str) -> None:
    trying(acts.decide, kept.id, one.id, "dismiss", reason=st.session_state[f"reason-{one.id}"], by=by)


def _edit(one: Suggestion, is_on: bool) -> None:
    st.session_state[_editing(one)] = is_on


def _editing(one: Suggestion) -> str:
    return f"editing-{one.id}"
