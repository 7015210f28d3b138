"""The same plan as Streamlit's own text areas, saved to the same database: what the page component is compared with.

`streamlit run tests/benchmarks/native.py` with COACH_HOME and `?id=PLAN`. Looks for others' changes every two seconds.
"""

from __future__ import annotations

import secrets

import streamlit as st

from coach.store import edits, plans
from coach.store.database import Database, open_database
from coach.store.records import Edit, KeptBlock

LOOKS_EVERY_S = 2.0


@st.cache_resource
def database() -> Database:
    return open_database()


def keep(plan_id: str, one: KeptBlock) -> None:
    text = st.session_state[f"text-{one.block.id}"]
    now = next(kept for kept in plans.load_plan(database(), plan_id).blocks if kept.block.id == one.block.id)
    edit = Edit(op=secrets.token_hex(8), action="text", block=one.block.id, base=now.revision, text=text)
    edits.apply_edits(database(), plan_id, [edit], by="Riya")


@st.fragment(run_every=LOOKS_EVERY_S)
def look(plan_id: str) -> None:
    revision = plans.revisions(database(), [plan_id])[plan_id]
    if revision != st.session_state.setdefault("revision", revision):
        st.session_state.revision = revision
        st.rerun()


def main() -> None:
    plan_id = st.query_params["id"]
    for one in plans.load_plan(database(), plan_id).blocks:
        key = f"text-{one.block.id}"
        if st.session_state.get("seen", {}).get(one.block.id) != one.revision:
            st.session_state[key] = one.block.text
        st.text_area(one.block.id, key=key, on_change=keep, args=(plan_id, one), height=68)
    st.session_state.seen = {one.block.id: one.revision for one in plans.load_plan(database(), plan_id).blocks}
    look(plan_id)


main()
