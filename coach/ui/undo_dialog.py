"""A batch taken back from its page, after a question that says what goes and what stays; and brought back again."""

from __future__ import annotations

import streamlit as st

from coach.batch.undoing import AGAIN, redo_batch, told, undo_batch
from coach.store import made
from coach.store.batches import Batch
from coach.store.made import Undone
from coach.ui.desk import desk
from coach.ui.plain_text import plain, plain_line
from coach.ui.telling import trying

MOST_LEFT = 20


def buttons(batch: Batch) -> None:
    """Of a batch that nobody drafts."""
    can, was = made.knows(desk().db, batch.id), made.knows(desk().db, batch.id, is_back=True)
    with st.container(horizontal=True):
        if can and st.button("Take these plans back …", key="undo-batch"):
            undo_dialog(batch.id)
        if was:
            st.button("Bring them back", key="redo-batch", on_click=trying, args=(_brought_back, batch.id))


@st.dialog("Take these plans back?")
def undo_dialog(batch_id: str) -> None:
    found = made.look(desk().db, batch_id)
    if found.plans:
        st.markdown(f"{_count(found.plans)} go to the archive.")
    if found.older:
        st.markdown(f"{_count(found.older)} from before become what they were.")
    if not (found.plans or found.older):
        st.markdown("Nothing can be taken back: somebody has used each of these plans since.")
    _left(found)
    st.html(f'<p class="source">{AGAIN}</p>')
    if not (found.plans or found.older):
        return
    if st.button("Take them back", type="primary", key="undo-now", on_click=trying, args=(_taken_back, batch_id)):
        st.rerun()


def _left(found: Undone) -> None:
    if not found.left:
        return
    st.markdown(f"{_count(len(found.left))} stay:")
    named = [(", ".join(filter(None, (one.account, one.opportunity))), one.why) for one in found.left[:MOST_LEFT]]
    more = [f"- {len(found.left) - MOST_LEFT:,} more"] if len(found.left) > MOST_LEFT else []
    st.markdown("\n".join([*(f"- {plain_line(name)}: {why}" for name, why in named), *more]))


def _count(plans: int) -> str:
    return plain(f"{plans:,} {'plan' if plans == 1 else 'plans'}")


def _taken_back(batch_id: str) -> str:
    return next(told(undo_batch(desk().db, batch_id)))


def _brought_back(batch_id: str) -> str:
    return next(told(redo_batch(desk().db, batch_id), is_back=True))
