"""Accounts: the customers, with how much is known of each and when one meets them."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from coach.store.accounts import accounts, find_or_create_account
from coach.store.database import Database
from coach.store.records import Account
from coach.ui import when
from coach.ui.desk import desk
from coach.ui.places import go, link
from coach.ui.plain_text import plain_line

SHOWN_AT_ONCE = 50


def show() -> None:
    db, today = desk().db, when.today()
    st.title("Accounts")
    search = st.text_input("Search accounts", key="search-accounts", placeholder="Name", bind="query-params")
    found = accounts(db, search=search, today=today)
    if not found:
        st.markdown(
            f"No account has “{plain_line(search, longest=60)}” in its name."
            if search
            else "No accounts yet. They come with the first plan, or add one here."
        )
    shown = st.session_state.get("shown-accounts", SHOWN_AT_ONCE)
    for one in found[:shown]:
        with st.container(border=True, gap="xxsmall", key=f"card-account-{one.id}"):
            link("account", plain_line(one.name), id=one.id)
            st.html(f'<div class="facts">{"".join(f"<span>{fact}</span>" for fact in _facts(one, today))}</div>')
    if len(found) > shown and st.button("Show more", key="more-accounts"):
        st.session_state["shown-accounts"] = shown + SHOWN_AT_ONCE
        st.rerun()
    _add_account(db)


def _facts(one: Account, today: dt.date) -> list[str]:
    facts = [
        f"{one.plans} {'plan' if one.plans == 1 else 'plans'}",
        f"{one.notes} {'note' if one.notes == 1 else 'notes'}",
    ]
    if one.next_meeting:
        facts.append(f"Next: {when.day(one.next_meeting, today=today)}, {when.distance(one.next_meeting, today=today)}")
    if one.last_meeting:
        facts.append(f"Last: {when.day(one.last_meeting, today=today)}")
    return facts


def _add_account(db: Database) -> None:
    with (
        st.form("add-account", clear_on_submit=True, border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.text_input("New account", placeholder="Name of the customer")
        is_asked = st.form_submit_button("Add")
    if is_asked and name.strip():
        go("account", id=find_or_create_account(db, name).id)
