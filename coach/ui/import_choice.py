"""Which meetings of an import get a plan, how thorough it is, what it may cost; and the button that begins."""

from __future__ import annotations

import math
from typing import get_args

import streamlit as st

from coach.batch.estimate import Estimate, estimate
from coach.batch.gathered import Choice, Chosen, Gathered, State
from coach.options import Options
from coach.schema import Effort
from coach.settings import BUILTIN
from coach.ui import when
from coach.ui.defaults import preferences_of
from coach.ui.desk import desk
from coach.ui.places import link
from coach.ui.plain_text import plain

EFFORTS: dict[Effort, str] = {
    "low": "One page, checked by rules",
    "normal": "Worked out, criticised, rewritten twice",
    "high": "Rewritten three times",
}


def show(one: Gathered, state: State) -> None:
    st.header("Which meetings")
    _offer_undated(one, state)
    if not state.told.taken:
        st.markdown(
            "No meeting is coming."
            if state.told.unread
            else "There is no open opportunity in this export, so there is nothing to plan."
        )
        return
    choice = _choice(one, state)
    chosen = one.chosen(choice)
    model, effort = _how()
    wanted = estimate(model, effort, plans=chosen.meetings, words=chosen.words)
    budget_usd = _cost(chosen, model, wanted)
    if st.button("Make the plans", type="primary", key="make-plans", disabled=not chosen.meetings) and chosen.meetings:
        language = preferences_of(desk().db).language
        options = {"model": model, "effort": effort, "language": language}
        batch_id = desk().batching.begin(one, choice, options=options, budget_usd=budget_usd)
        st.query_params.from_dict({"batch": batch_id})
        st.rerun()


def _offer_undated(one: Gathered, state: State) -> None:
    if not state.told.unread:
        return
    left = f"{state.told.unread:,} open opportunities without a meeting were counted, not read."
    st.html(f'<p class="source">The export is large: {left}</p>')
    if st.button("Read them too", key="read-undated"):
        one.read(one.asked().model_copy(update={"with_all_open": True}))
        st.rerun()


def _choice(one: Gathered, state: State) -> Choice:
    undated = state.told.without_meeting - state.told.unread
    has_meetings = undated < state.told.taken
    today = when.today()
    first, last, least = st.columns(3)
    begin, off = today if has_meetings else None, not has_meetings
    since = first.date_input("From", begin, key=f"since-{one.id}", disabled=off, format="YYYY-MM-DD")
    until = last.date_input("Until, that day too", None, key=f"until-{one.id}", disabled=off, format="YYYY-MM-DD")
    min_amount = least.number_input(
        "At least this amount", min_value=0.0, value=None, step=1000.0, key=f"min-amount-{one.id}"
    )
    left, right = st.columns(2)
    owners = left.multiselect("Owners", one.offered("owner"), key=f"owners-{one.id}", placeholder="All")
    stages = right.multiselect("Stages", one.offered("stage"), key=f"stages-{one.id}", placeholder="All")
    with_undated = not has_meetings
    if has_meetings and undated:
        label = f"Also the {undated:,} open opportunities without a meeting"
        with_undated = st.checkbox(label, key=f"with-undated-{one.id}")
    elif not has_meetings:
        st.html(
            '<p class="source">The export tells of no meetings to come, so every open opportunity can get a plan.</p>'
        )
    return Choice(
        since=since if has_meetings else None,
        until=until if has_meetings else None,
        owners=tuple(owners),
        stages=tuple(stages),
        min_amount=min_amount,
        with_undated=with_undated,
    )


def _how() -> tuple[str, Effort]:
    """The model, and how thorough."""
    model = Options(model=preferences_of(desk().db).model).model_for("draft")
    st.header("How")
    if model == BUILTIN:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown("The coach writes them by itself, without a model.", width="content")
            link("settings", "Choose a model in Settings")
        return model, "normal"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"Written by {plain(model)}.", width="content")
        link("settings", "Change it in Settings")
    efforts: list[Effort] = list(get_args(Effort))
    effort = st.radio("How thorough", efforts, index=1, format_func=lambda one: EFFORTS[one], key="effort")
    return model, effort or "normal"


def _cost(chosen: Chosen, model: str, wanted: Estimate | None) -> float | None:
    """Says how many, and how much; the budget, None where none is kept."""
    count = f"**{chosen.meetings:,} {'plan' if chosen.meetings == 1 else 'plans'}**"
    if not chosen.meetings:
        st.markdown("No meeting fits. Choose more days, owners or stages.")
        return None
    if model == BUILTIN:
        st.markdown(f"{count}. They cost nothing.")
        return None
    if wanted is None:
        st.markdown(f"{count}. No price of this model is known, so no limit can be kept.")
        return None
    enough = max(1.0, float(math.ceil(wanted.enough_usd)))
    budget = st.number_input(
        "Stop before it costs more than, in US dollars",
        min_value=0.01,
        value=enough,
        step=1.0,
        key=f"budget-{chosen.meetings}-{enough}",
    )
    likely = plain(f"${wanted.likely_usd:,.2f}")
    st.markdown(
        f"{count}, likely about {likely}; models that think first take up to five times that. "
        f"Never more than {plain(f'${budget:,.2f}')}: it stops before, and can go on with more."
    )
    return budget
