"""The plan that an address names, for every screen around one plan."""

from __future__ import annotations

import streamlit as st

from coach.errors import CoachError
from coach.store import plans
from coach.store.records import KeptPlan
from coach.ui.desk import desk
from coach.ui.plain_text import plain_line


def asked_plan() -> KeptPlan | None:
    """None after one line that says why there is none."""
    asked = st.query_params.get("id") or st.query_params.get("plan", "")
    try:
        return plans.load_plan(desk().db, asked)
    except CoachError as error:
        st.info(plain_line(f"{error.message} {error.hint}"))
        return None
