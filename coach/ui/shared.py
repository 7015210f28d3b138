"""What a manager sees through a read-only link: the page, its score, what the coach says of it. Nothing to change."""

from __future__ import annotations

import streamlit as st

from coach.errors import CoachError
from coach.store import plans, shares
from coach.ui import coach_panel
from coach.ui.desk import desk
from coach.ui.heading import panel_styles, show_heading
from coach.ui.page import plan_page
from coach.ui.plain_text import plain_line


def show() -> None:
    panel_styles()
    token = st.query_params.get("token", "")
    try:
        kept = plans.load_plan(desk().db, shares.shared(desk().db, token))
    except CoachError as error:
        st.info(plain_line(f"{error.message} {error.hint}"))
        return
    show_heading(kept, is_shared=True)
    page, beside = st.columns([2, 1], gap="medium")
    with page:
        plan_page(plan_id=kept.id, token=token, by="", is_readonly=True, key=f"shared-{kept.id}")
    with beside, st.container(key="panel"):
        coach_panel.show_score(kept)
        coach_panel.show_findings(kept, can_jump=False)
        coach_panel.show_points(kept)
