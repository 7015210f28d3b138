"""The Notes panel: every numbered line with its source and whose words it is; search, the cited line, a note more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import streamlit as st

from coach.schema import AccountContext, NoteLine
from coach.store.records import KeptPlan
from coach.ui import acts, when
from coach.ui.desk import desk
from coach.ui.inert import VOICES, as_html
from coach.ui.places import link
from coach.ui.telling import tried
from coach.ui.unfinished import made_from

MOST_SHOWN = 400
"""Lines at once: more than anyone reads, and what a browser draws in no time."""
BEFORE_CITED = 40
_LABEL = re.compile(r"[LFP][1-9]\d*")
BESIDE = "(min-width: 900px)"
"""The panel stands beside the page from here on, as in panels.css; on a phone the page shows the line itself."""
RECORD = "The record"
PROOFS = "Proof points"


def cite(plan_id: str, label: str, *, is_new: bool = True) -> None:
    """The line to show, from now on; not `is_new`: unless another has been asked for before."""
    cited, times = st.session_state.get(_cited(plan_id), ("", 0))
    if is_new or not cited:
        st.session_state[_cited(plan_id)] = label, times + 1
        st.session_state["notes-search"] = ""


def show(kept: KeptPlan) -> None:
    """The whole panel, the cited line in view."""
    cited, times = st.session_state.get(_cited(kept.id), ("", 0))
    words = st.text_input("Search the notes", key="notes-search", placeholder="a word, a name, L12")
    lines = found(kept.context, words)
    shown = window(lines, cited)
    if not lines:
        nothing = "No line has all of these words." if words.strip() else "No notes yet. Add the first below."
        st.html(f'<p class="mc">{nothing}</p>')
    elif len(shown) < len(lines):
        st.html(f'<p class="mc mc-muted">{len(shown)} of {len(lines):,} lines. Search to find the others.</p>')
    if lines:
        st.html(f'<div class="mc">{"".join(_groups(shown, cited))}</div>')
    _scroll_to(cited, times)
    _offer_note(kept)
    if draft := made_from(desk().db, kept.id):
        link("new", "Account, people or purpose read wrongly?", draft=draft)


def found(context: AccountContext, words: str) -> tuple[NoteLine, ...]:
    """Lines in which every word stands, whatever its case; a label finds its line."""
    asked = words.casefold().split()
    return tuple(line for line in context.lines.values() if all(_has(line, word) for word in asked))


def _has(line: NoteLine, word: str) -> bool:
    return word == line.label.casefold() or word in f"{line.text} {line.speaker or ''} {line.source}".casefold()


def window(lines: Sequence[NoteLine], cited: str) -> Sequence[NoteLine]:
    """As many lines as are shown at once, the cited one among them."""
    place = next((index for index, line in enumerate(lines) if line.label == cited), 0)
    first = 0 if place < MOST_SHOWN else place - BEFORE_CITED
    return lines[first : first + MOST_SHOWN]


def _groups(lines: Sequence[NoteLine], cited: str) -> Iterator[str]:
    for title, group in groupby(lines, key=_group):
        items = "".join(_item(line, is_cited=line.label == cited) for line in group)
        yield f'<h2>{as_html(title)}</h2><ul class="mc-notes">{items}</ul>'


def _group(line: NoteLine) -> str:
    if line.label.startswith("F"):
        return RECORD
    return PROOFS if line.label.startswith("P") else line.source or "Notes"


def _item(line: NoteLine, *, is_cited: bool) -> str:
    mark = ' class="cited" aria-current="true"' if is_cited else ""
    who = VOICES[line.voice] if line.voice != "ours" or line.speaker else ""
    said = f"<small>{as_html(f'{line.speaker}, {who}' if line.speaker else who)}</small>" if who else ""
    return f'<li id="note-{line.label}"{mark}><b>{line.label}</b><div>{as_html(line.text)}{said}</div></li>'


def _scroll_to(cited: str, times: int) -> None:
    """Once each time it is asked for, and never away from the page. Nothing of the notes is in the script."""
    if not _LABEL.fullmatch(cited) or st.session_state.get("notes-scrolled") == (cited, times):
        return
    st.session_state["notes-scrolled"] = cited, times
    line = f"document.getElementById('note-{cited}')?.scrollIntoView({{block: 'nearest'}})"
    st.html(f"<script>/* {times} */ if (matchMedia('{BESIDE}').matches) {line};</script>", unsafe_allow_javascript=True)


def _offer_note(kept: KeptPlan) -> None:
    with st.expander("Add a note"), st.form("add-note", border=False):
        hint = "3/12 MLopez called: board moved to the 17th"
        st.text_area("What is new", placeholder=hint, height=120, key=f"note-{kept.id}")
        st.form_submit_button("Add to the notes", key="add-the-note", on_click=_add_note, args=(kept,))


def _add_note(kept: KeptPlan) -> None:
    """What could not be added stays in its field."""
    key, today = f"note-{kept.id}", when.today()
    if tried(acts.add_note, kept.id, st.session_state[key], source=f"added {today.day} {today:%b}"):
        st.session_state[key] = ""


def _cited(plan_id: str) -> str:
    return f"cited-{plan_id}"
