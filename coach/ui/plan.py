"""The plan: what it is and what can be done with it, the page itself, and the panel beside it.

Page and panel are one fragment, so that what happens on the page runs only this part again.
"""

from __future__ import annotations

import streamlit as st

from coach.errors import CoachError
from coach.store import jobs, plans
from coach.store.records import WHOLE_PAGE, Job, KeptPlan
from coach.ui import coach_panel, downloads, history_panel, notes_panel, places, rewritten, worked_out
from coach.ui.asked import asked_plan
from coach.ui.desk import desk
from coach.ui.heading import panel_styles, show_heading
from coach.ui.jobs_of_plan import show_failure, start
from coach.ui.meeting_dialog import meeting_dialog
from coach.ui.page import plan_page
from coach.ui.person import person, token
from coach.ui.plain_text import plain_line
from coach.ui.share_dialog import share_dialog
from coach.ui.telling import show_told, tried, trying

COACH, WORKED_OUT, NOTES, HISTORY = PANELS = ("Coach", "Worked out", "Notes", "History")


def show() -> None:
    panel_styles()
    kept = asked_plan()
    if kept is not None:
        _whole(kept.id)


@st.fragment
def _whole(plan_id: str) -> None:
    try:
        kept = plans.load_plan(desk().db, plan_id)
        job = jobs.running_job(desk().db, plan_id)
    except CoachError as error:
        st.error(plain_line(f"{error.message} {error.hint}"))
        return
    by = person(kept)
    _show_head(kept, job, by=by)
    show_told()
    page, beside = st.columns([2, 1], gap="medium")
    with page:
        _show_page(kept, by=by, is_at_work=job is not None)
    with beside, st.container(key="panel"):
        _show_panel(kept, job, by=by)


def _show_head(kept: KeptPlan, job: Job | None, *, by: str) -> None:
    with st.container(key="plan-head", gap="small"), st.container(horizontal=True, vertical_alignment="bottom"):
        show_heading(kept, is_drafting=job is not None and job.kind in WHOLE_PAGE)
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="plan-acts", width="content"):
            if not job:
                _show_work(kept, by=by)
            if st.button("When", icon=":material/event:", help="Change day, hour, minutes or place of the meeting"):
                meeting_dialog(kept)
            downloads.show(kept)
            if st.button("Share", icon=":material/share:", disabled=not kept.blocks):
                share_dialog(kept)
            if st.button("Rehearse", icon=":material/timer:", disabled=not kept.blocks):
                places.go("rehearse", id=kept.id)
            if st.button("Bring", icon=":material/slideshow:", disabled=not kept.blocks):
                places.go("bring", id=kept.id)
    if not job:
        show_failure(kept, by=by)
        rewritten.show(kept, by=by)


def _show_work(kept: KeptPlan, *, by: str) -> None:
    if kept.blocks:
        if st.button("Draft again", icon=":material/edit_note:"):
            _draft_again(kept, by=by)
    else:
        draft = {"by": by, "again": bool(kept.drafts)}
        icon = ":material/edit_note:"
        st.button("Draft", icon=icon, type="primary", on_click=trying, args=(start, kept, "draft"), kwargs=draft)
    st.button(
        "Check",
        icon=":material/fact_check:",
        disabled=not kept.blocks,
        help="Has a second reader read the page and suggest changes",
        on_click=trying,
        args=(start, kept, "check"),
        kwargs={"by": by, "again": True},
    )


@st.dialog("Draft the page again")
def _draft_again(kept: KeptPlan, *, by: str) -> None:
    touched = sum(one.is_touched for one in kept.blocks)
    yours = "What you wrote, changed or had written your way"
    yours = yours if touched != 1 else "The passage that you wrote, changed or had written your way"
    stays = f"<b>{yours} stays as it is{f' ({touched} passages)' if touched > 1 else ''}.</b> " if touched else ""
    st.html(f'<p class="mc">{stays}The rest is written anew; one click brings the page of now back.</p>')
    whole = st.button("Work the notes out again, then write", type="primary", width="stretch")
    page = st.button("Only write the page again", width="stretch", disabled=not kept.groundwork.blocks)
    if whole and tried(start, kept, "draft", by=by, again=True):
        st.rerun()
    if page and tried(start, kept, "redraft", by=by, again=True):
        st.rerun()


def _show_page(kept: KeptPlan, *, by: str, is_at_work: bool) -> None:
    told = plan_page(
        plan_id=kept.id,
        token=token(kept.id),
        by=by,
        can_redraft=True,
        is_at_work=is_at_work,
        show=coach_panel.in_view(kept.id),
        key=f"page-{kept.id}",
    )
    if told.cite:
        st.session_state["panel-shown"] = NOTES
        notes_panel.cite(kept.id, str(told.cite))


def _show_panel(kept: KeptPlan, job: Job | None, *, by: str) -> None:
    if cite := st.query_params.get("cite", ""):
        st.session_state.setdefault("panel-shown", NOTES)
        notes_panel.cite(kept.id, cite, is_new=False)
    st.session_state.setdefault("panel-shown", COACH)
    shown = st.segmented_control(
        "Beside the page", PANELS, key="panel-shown", required=True, label_visibility="collapsed", width="stretch"
    )
    if shown == COACH:
        coach_panel.show(kept, by=by, is_busy=job is not None)
    elif shown == WORKED_OUT:
        worked_out.show(kept, is_busy=job is not None, by=by)
    elif shown == NOTES:
        notes_panel.show(kept)
    else:
        history_panel.show(kept, by=by)
