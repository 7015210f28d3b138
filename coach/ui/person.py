"""Who writes, by name, and the signed right of this session to one plan."""

from __future__ import annotations

import time

import streamlit as st

from coach.store.preferences import preference
from coach.store.records import KeptPlan
from coach.ui.desk import desk
from coach.ui.tokens import LIFETIME_S, Right, grant

SOMEBODY = "You"
RENEWED_AFTER_S = LIFETIME_S / 7


def person(kept: KeptPlan) -> str:
    """Whoever is logged in, else the rep of the settings, else the one whom the notes name."""
    logged_in = st.user.get("name") or st.user.get("email")
    return str(logged_in or preference(desk().db, "rep") or kept.context.rep or SOMEBODY)


def token(plan_id: str, *, right: Right = "edit") -> str:
    """The same one for a day: whatever changes here is sent to the page in the browser again."""
    key = f"token-{right}-{plan_id}"
    made_at, made = st.session_state.get(key, (0.0, ""))
    if not made or time.time() - made_at > RENEWED_AFTER_S:
        made_at, made = time.time(), grant(desk().secret, plan_id, right=right)
        st.session_state[key] = made_at, made
    return str(made)
