"""A Streamlit page with nothing but the component; the address says which plan, whose routes and which rights."""

import streamlit as st

from coach.ui.page import plan_page

st.set_page_config(page_title="Page", layout="wide")
asked = st.query_params
page, beside = st.columns([2, 1]) if "beside" in asked else (st.container(), st.container())
with beside:
    is_shown = st.toggle("Page", value=True)
    show = st.text_input("Show") if "beside" in asked else ""
for plan in asked.get("plan", "P1").split(","):
    if not is_shown:
        continue
    with page:
        told = plan_page(
            plan_id=plan,
            token="secret",
            base_url=asked.get("api", ""),
            by=asked.get("by", "Riya Shah"),
            is_readonly="readonly" in asked,
            can_redraft="redraft" in asked,
            show=show,
            key=f"page-{plan}",
        )
    with beside:
        st.text(f"cite {told.cite} saved {told.saved} focus {told.focus}")
