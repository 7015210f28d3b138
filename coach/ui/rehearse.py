"""Rehearse: the opening against a clock, then what they will ask, card by card, the answer hidden until asked."""

from __future__ import annotations

import random
from collections.abc import Sequence

import streamlit as st

from coach.checks.spoken import ways_to_open
from coach.plain import words
from coach.schema import Block
from coach.store.records import KeptPlan
from coach.ui import places
from coach.ui.asked import asked_plan
from coach.ui.cards import Card, cards, opening
from coach.ui.clock import clock
from coach.ui.desk import desk
from coach.ui.heading import panel_styles, show_small_heading
from coach.ui.inert import as_html, chips, inert_html
from coach.ui.rechecking import unread

WORDS_A_MINUTE = 150
"""Calm speech. Source: usual range of 130 to 170 words a minute for talks in English."""


SEVERAL = "There is more than one way to open here. The clock is set for the longest of them."
STILL_COMES = "The page is still being written. As soon as it is whole you can rehearse its opening and its answers."


def show() -> None:
    panel_styles()
    kept = asked_plan()
    if kept is None:
        return
    places.link("plan", "← Back to the plan", id=kept.id)
    show_small_heading(kept, "Rehearse")
    if unread(desk().db, kept):
        st.html(f'<p class="mc">{STILL_COMES}</p>')
        return
    blocks = [one.block for one in kept.blocks]
    _show_opening(kept, blocks)
    st.html('<div class="mc"><h2>What they will ask</h2></div>')
    found = cards(blocks)
    if found:
        _show_cards(kept, found)
    else:
        st.html(
            '<p class="mc">The page has no hard questions yet. Add what they will ask, each with your answer, '
            "and they stand here one after another.</p>"
        )


def _show_opening(kept: KeptPlan, blocks: Sequence[Block]) -> None:
    text = opening(blocks)
    st.html('<div class="mc"><h2>The opening</h2></div>')
    if not text:
        st.html(
            '<p class="mc">The page has no opening yet. Write one on the page: the time, what each wants settled, '
            "your hope, and that no is fine.</p>"
        )
        return
    clock(target_s=opening_s(blocks), key=f"clock-{kept.id}")
    if len(ways_to_open(blocks)) > 1:
        st.html(f'<p class="mc">{SEVERAL}</p>')
    st.html(f'<div class="mc-said">{as_html(text)}</div>')


def opening_s(blocks: Sequence[Block]) -> int:
    """How long the opening takes: of alternatives, the longest."""
    return max(map(seconds_of, ways_to_open(blocks)), default=0)


def seconds_of(text: str) -> int:
    """How long the words take, spoken calmly."""
    return max(1, round(60 * len(words(text)) / WORDS_A_MINUTE))


@st.fragment
def _show_cards(kept: KeptPlan, found: Sequence[Card]) -> None:
    order = _order(kept, len(found))
    place, is_open = _where(kept)
    place = min(place, len(found))
    if place == len(found):
        _show_end(kept, len(found))
        return
    card = found[order[place]]
    st.progress((place + 1) / len(found), text=f"Question {place + 1} of {len(found)}")
    answer = f'<div class="answer">{_answer(kept, card)}</div>' if is_open else ""
    st.html(f'<div class="mc-card" role="status">{as_html(card.question)}{answer}</div>')
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if is_open:
            st.button("Next", key="next", type="primary", shortcut="Right", on_click=_to, args=(kept, place + 1))
        else:
            st.button(
                "Show the answer", key="answer", type="primary", shortcut="Down", on_click=_to, args=(kept, place, True)
            )
            st.button("Next", key="skip", shortcut="Right", on_click=_to, args=(kept, place + 1))
        st.button("Back", key="back", shortcut="Left", disabled=place == 0, on_click=_to, args=(kept, place - 1))
        st.toggle("Shuffled", key="shuffled", on_change=_to, args=(kept, 0))


def _answer(kept: KeptPlan, card: Card) -> str:
    said = inert_html(card.answer) if card.answer else "<p>The page has no answer to this yet.</p>"
    return f"{said}{chips(card.lines, kept.context.lines)}"


def _show_end(kept: KeptPlan, count: int) -> None:
    say = f"That was the last of {count}. Which one would you not like to get?"
    st.html(f'<div class="mc-card" role="status">{say}</div>')
    st.button("Once more", key="again", type="primary", shortcut="Right", on_click=_to, args=(kept, 0))


def _order(kept: KeptPlan, count: int) -> list[int]:
    """The same until the round is over, so that going back finds the card that was there."""
    order = list(range(count))
    if st.session_state.get("shuffled"):
        random.Random(f"{kept.id}{st.session_state.get('round', 0)}").shuffle(order)
    return order


def _where(kept: KeptPlan) -> tuple[int, bool]:
    """Which card, from 0, and whether its answer is shown."""
    place, is_open = st.session_state.get(f"card-{kept.id}", (0, False))
    return int(place), bool(is_open)


def _to(kept: KeptPlan, place: int, is_open: bool = False) -> None:
    if place == 0 and not is_open:
        st.session_state["round"] = st.session_state.get("round", 0) + 1
    st.session_state[f"card-{kept.id}"] = place, is_open
