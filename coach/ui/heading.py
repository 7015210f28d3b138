"""What stands above a plan on every screen around it: account and purpose, the hour, how far it is."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from coach.store.records import KeptPlan, Status
from coach.ui import when
from coach.ui.inert import as_html
from coach.ui.moments import of_meeting

STATUSES: dict[Status, str] = {
    "new": "Not drafted yet", "drafting": "Being drafted", "drafted": "Drafted", "edited": "Edited by you",
}  # fmt: skip
_STYLES = Path(__file__).with_name("panels.css")


def panel_styles() -> None:
    """The styles of everything beside the page; once a screen. Menus and dialogs stand outside of Streamlit's theme."""
    st.html(_STYLES)
    st.html(f"<style>:root {{ color-scheme: {'dark' if st.context.theme.type == 'dark' else 'light'}; }}</style>")


def title_of(kept: KeptPlan) -> str:
    return f"{kept.context.account or 'Meeting'}{': ' + kept.purpose if kept.purpose else ''}"


def show_heading(kept: KeptPlan, *, is_shared: bool = False, is_drafting: bool = False) -> None:
    """`is_shared`: somebody else than the rep looks at it. `is_drafting`: also of a page that the rep has touched."""
    meeting = kept.context.meeting
    place = f" · {as_html(meeting.place)}" if meeting.place else ""
    hour = f"{of_meeting(meeting.date, meeting.start)}{place}"
    said = STATUSES["drafting" if is_drafting else kept.status]
    said = said.replace("you", kept.context.rep or "the rep") if is_shared else said
    status = f'<span class="mc-word hint">{as_html(said)}</span>'
    said = f"<p>{hour} {status}</p>{_counted_from(kept)}"
    st.html(f'<div class="mc mc-head"><h1>{as_html(title_of(kept))}</h1>{said}</div>', width="stretch")


def _counted_from(kept: KeptPlan) -> str:
    """Which day is today on the page, where that is another one by now; the heading itself counts from the real one."""
    day, today = kept.context.today, when.today()
    if not kept.blocks or day == today:
        return ""
    return (
        f'<p class="mc-muted">“Today” on the page is {when.day(day, today=today)}: its days are counted from there.</p>'
    )


def show_small_heading(kept: KeptPlan, title: str) -> None:
    """For screens of their own: what it is, and for which meeting."""
    hour = of_meeting(kept.context.meeting.date, kept.context.meeting.start)
    st.html(f'<div class="mc mc-head"><h1>{as_html(title)}</h1><p>{as_html(title_of(kept))} · {hour}</p></div>')
