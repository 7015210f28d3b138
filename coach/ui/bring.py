"""Bring: the thing made for the customer on a screen of its own, to show, print or send. Nothing internal is on it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from coach.errors import InputError
from coach.export.bring_sheet import BringSheet, NothingBrought, bring_sheet, to_markdown, to_pdf
from coach.export.typeset import Paper
from coach.keeping import plan_of
from coach.store.preferences import preference
from coach.store.records import KeptPlan
from coach.ui import places
from coach.ui.asked import asked_plan
from coach.ui.desk import desk
from coach.ui.files import file_name
from coach.ui.heading import panel_styles
from coach.ui.inert import as_html, inert_html
from coach.ui.rechecking import unread
from coach.ui.stage import stage

STILL_COMES = "The page is still being written; what we bring stands here as soon as it is whole."


def show() -> None:
    panel_styles()
    kept = asked_plan()
    if kept is None:
        return
    sheet, told = _sheet(kept)
    with st.container(key="no-print", horizontal=True, vertical_alignment="center", gap="small"):
        places.link("plan", "← Back to the plan", id=kept.id)
        if sheet:
            stage(key=f"stage-{kept.id}")
            _offer_pdf(kept, sheet)
    if sheet:
        st.html(f'<article class="mc mc-sheet">{inert_html(to_markdown(sheet))}</article>')
    else:
        st.html(told)


def _sheet(kept: KeptPlan) -> tuple[BringSheet | None, str]:
    """The sheet, or why there is none, as HTML."""
    if unread(desk().db, kept):
        return None, _no_sheet_yet(STILL_COMES)
    try:
        return bring_sheet(plan_of(kept), kept.context, kept.groundwork), ""
    except NothingBrought as choice:
        return None, f'<div class="mc"><h2>Nothing to hand out</h2><p>{as_html(choice.message)}</p></div>'
    except InputError as error:
        return None, _no_sheet_yet(f"{error.message} {error.hint}".strip())


def _no_sheet_yet(why: str) -> str:
    help_them = "Something that is of use to them even if they never buy: a sheet to fill in, a sum, a test plan."
    return f'<div class="mc"><h2>Nothing to show yet</h2><p>{as_html(why)}</p><p>{help_them}</p></div>'


def _offer_pdf(kept: KeptPlan, sheet: BringSheet) -> None:
    paper: Paper = "us-letter" if preference(desk().db, "paper") == "us-letter" else "a4"
    st.download_button(
        "Download as PDF",
        partial(to_pdf, sheet, paper=paper),
        file_name=file_name(kept.context.account, what="sheet", ending="pdf"),
        mime="application/pdf",
        on_click="ignore",
    )
