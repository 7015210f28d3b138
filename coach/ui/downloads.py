"""Export: the plan for the rep's side, and what can be sent to the customer, each as a link to its file."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote
from zoneinfo import ZoneInfo

import streamlit as st

from coach.errors import InputError
from coach.export.bring_sheet import BringSheet, bring_sheet
from coach.export.customer_agenda import customer_agenda
from coach.export.safe import LeftOut
from coach.keeping import plan_of
from coach.plain import plain
from coach.schema import Meeting
from coach.store.records import KeptPlan
from coach.ui import moments
from coach.ui.inert import as_html
from coach.ui.person import token

OURS = {"pdf": "PDF, one page", "docx": "Word", "md": "Markdown, plain text", "json": "All of it, for other programs"}
BRING = "-bring.pdf"
THEIRS = {
    "-agenda.pdf": "Agenda as PDF", "-agenda.docx": "Agenda as Word", "-agenda.md": "Agenda as plain text",
    ".ics": "Calendar entry with the agenda", BRING: "What we bring, as PDF",
}  # fmt: skip
GENERAL = "<p>The agenda holds general words alone: no topic of the page could be shown to the customer.</p>"
SOURCES = "with-sources"
ANYWHERE = "wherever it is opened: your browser does not tell its time zone"
NO_DAY = "A calendar entry needs the meeting’s day: set it under When."


def show(kept: KeptPlan) -> None:
    """The menu behind Export."""
    menu = st.popover("Export", icon=":material/download:", key="export", on_change="rerun")
    if not menu.open:
        return
    with menu:
        if not kept.blocks:
            st.html('<p class="mc">There is nothing to export yet: draft the page first.</p>')
            return
        ours = {f".{ending}": name for ending, name in OURS.items()}
        with_sources = st.session_state.get(SOURCES, False)
        st.html(f'<div class="mc"><h2>For your side</h2>{_links(kept, ours, with_sources=with_sources)}</div>')
        st.toggle(
            "With sources", key=SOURCES, help="Shows behind each statement which lines of your notes it rests on."
        )
        sheet, without = _sheet(kept)
        missing = {".ics": not kept.context.meeting.date, BRING: sheet is None}
        theirs = {ending: name for ending, name in THEIRS.items() if not missing.get(ending)}
        undated = _hour(kept.context.meeting) if ".ics" in theirs else f"<p>{NO_DAY}</p>"
        told = undated + without + _left_out(kept, sheet)
        st.html(f'<div class="mc"><h2>For the customer</h2>{_links(kept, theirs)}{told}</div>')


def address(kept: KeptPlan, ending: str, *, with_sources: bool = False) -> str:
    """Beside the page's own address, wherever the app is served."""
    sources = "&sources=1" if with_sources else ""
    zone = f"&zone={quote(_zone(), safe='')}" if ending == ".ics" and _zone() else ""
    return f"files/{kept.id}{ending}?token={quote(token(kept.id))}{sources}{zone}"


def _zone() -> str:
    """The browser's, by name; empty where it does not tell."""
    zone = moments.zone()
    return zone.key if isinstance(zone, ZoneInfo) else ""


def _hour(meeting: Meeting) -> str:
    """Which clock the calendar entry goes by, where the record has an hour without a zone."""
    if meeting.start is None or meeting.start.tzinfo:
        return ""
    where = f"in your time zone, {_zone().replace('_', ' ')}" if _zone() else ANYWHERE
    return f"<p><small>The calendar entry is for {meeting.start:%H:%M} {as_html(where)}.</small></p>"


def _links(kept: KeptPlan, names: dict[str, str], *, with_sources: bool = False) -> str:
    addresses = {name: address(kept, ending, with_sources=with_sources) for ending, name in names.items()}
    items = "".join(f'<li><a href="{one}" download>{name}</a></li>' for name, one in addresses.items())
    return f'<ul class="mc-links">{items}</ul>'


def _sheet(kept: KeptPlan) -> tuple[BringSheet | None, str]:
    """What we bring, or a sentence why there is nothing to hand out."""
    try:
        return bring_sheet(plan_of(kept), kept.context, kept.groundwork), ""
    except InputError as error:
        return None, f"<p>{as_html(plain(error.message))}</p>"


def _left_out(kept: KeptPlan, sheet: BringSheet | None) -> str:
    """What the agenda and the sheet we bring do without, for the rep to know before sending either."""
    agenda = customer_agenda(plan_of(kept), kept.context, kept.groundwork)
    told = _told("agenda", agenda.left_out) if agenda.own_topics else GENERAL + _reasons("agenda", agenda.left_out)
    return told + (_told("sheet we bring", sheet.left_out) + _doubts(sheet) if sheet else "")


def _doubts(sheet: BringSheet) -> str:
    """What the rep should look at before the customer does; empty where the notes carry all of it."""
    said = "; ".join(as_html(plain(one)) for one in sheet.doubts)
    return f"<p><strong>On the sheet we bring, not verified:</strong> {said}.</p>" if said else ""


def _told(name: str, left: Sequence[LeftOut]) -> str:
    return _reasons(name, left) or f"<p><small>Nothing had to be left out of the {name}.</small></p>"


def _reasons(name: str, left: Sequence[LeftOut]) -> str:
    items = "".join(f"<li>“{as_html(plain(one.text))}”: {as_html(one.why)}</li>" for one in left)
    if not left:
        return ""
    return f"<details><summary>Left out of the {name} ({len(left)})</summary><ul>{items}</ul></details>"
