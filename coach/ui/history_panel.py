"""The History panel: who changed what when, coach and rep told apart; any version back, and back again."""

from __future__ import annotations

import streamlit as st

from coach.store import history
from coach.store.records import KeptPlan, Version
from coach.ui import acts
from coach.ui.desk import desk
from coach.ui.inert import as_html, difference
from coach.ui.moments import ago
from coach.ui.telling import tried

SHOWN_AT_ONCE = 12
CHANGES_SHOWN = 3
COACH = "coach"
STAYS = "Your notes, and what was worked out from them, stay as they are now."
WHAT = {
    "drafting": "began to write the page",
    "broken off": "was stopped; the last whole page is back",
    "drafted": "wrote the page",
    "rewritten": "wrote the better version",
    "redrafted": "wrote a part again",
    "edited": "changed",
    "added": "added",
    "deleted": "took away",
    "moved": "moved",
    "undone": "took a change back",
    "redone": "brought a change back that was taken back",
    "restored": "brought a version back",
    history.PAGE_OF_BEFORE: "took back that the page was written again",
    "applied": "accepted a suggestion",
    "suggestion accepted": "accepted a suggestion",
    "suggestions accepted": "accepted all suggestions",
    "suggestion undone": "took a suggestion back",
    "suggestion worded otherwise": "used a suggestion in other words",
    "clash": "wrote at the same time; kept here, not on the page",
    "gone": "wrote into a passage that was gone; kept here, not on the page",
}
"""What the history calls a change, to what is said of it behind a name."""


def show(kept: KeptPlan, *, by: str) -> None:
    """The whole panel."""
    db, most = desk().db, st.session_state.get(_most(kept), SHOWN_AT_ONCE)
    versions, here = history.versions(db, kept.id, most=most + 1), history.stands(db, kept.id)
    if not versions:
        st.html('<p class="mc">Every change is kept here, with who made it. Nothing has been changed yet.</p>')
        return
    _show_undo(kept, by=by)
    for version in versions[:most]:
        _show_version(kept, version, here=here, by=by)
    if len(versions) > most:
        st.button("Show earlier", key="earlier", on_click=_show_more, args=(kept, most))


def _show_version(kept: KeptPlan, version: Version, *, here: int, by: str) -> None:
    """`here`: revision of the version that stands."""
    kind = "hint" if version.by == COACH else "good"
    who = "Coach" if version.by == COACH else "You" if version.by == by else version.by
    what = WHAT.get(version.what, version.what)
    head = f'<span class="mc-word {kind}">{as_html(who)}</span> {as_html(what)} <small>{ago(version.at)}</small>'
    with st.container(key=f"version-{version.revision}-{version.what}-{version.at:%H%M%S%f}", gap="xsmall"):
        st.html(f'<div class="mc">{head}{_changes(version)}</div>')
        if version.revision != here:
            st.button(
                "Bring this back",
                key=f"back-{version.revision}-{version.what}-{version.at:%H%M%S%f}",
                type="tertiary",
                help=f"The page exactly as of {ago(version.at)}; the present one stays here. {STAYS}",
                on_click=_bring_back,
                args=(kept, version),
                kwargs={"here": here, "by": by},
            )


def _changes(version: Version) -> str:
    """A few changes as they are; a whole page's behind a line that opens to them."""
    is_short = len(version.changed) <= CHANGES_SHOWN
    shown = "".join(difference(old, new) for old, new in version.changed)
    count = len(version.changed)
    return shown if is_short else f"<details><summary>{count} passages</summary>{shown}</details>"


def _bring_back(kept: KeptPlan, version: Version, *, here: int, by: str) -> None:
    if tried(acts.bring_back, kept.id, version.revision, by=by):
        st.session_state[_restored(kept)] = here, ago(version.at)


def _show_undo(kept: KeptPlan, *, by: str) -> None:
    """As long as nothing else has been changed since, one click takes it back."""
    before, when = st.session_state.get(_restored(kept), (0, ""))
    if not before:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.html(f'<p class="mc" role="status">The page of {as_html(when)} is back.</p>', width="stretch")
        st.button("Undo", key="undo-restore", on_click=_undo, args=(kept, before), kwargs={"by": by})


def _undo(kept: KeptPlan, before: int, *, by: str) -> None:
    if tried(acts.bring_back, kept.id, before, by=by):
        del st.session_state[_restored(kept)]


def _show_more(kept: KeptPlan, most: int) -> None:
    st.session_state[_most(kept)] = most + SHOWN_AT_ONCE


def _most(kept: KeptPlan) -> str:
    return f"history-{kept.id}"


def _restored(kept: KeptPlan) -> str:
    return f"restored-{kept.id}"
