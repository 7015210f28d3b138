"""One batch of plans: how far it is, while it runs; what failed and why; the table, with a link to each plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from urllib.parse import quote

import streamlit as st

from coach.batch.run import Standing
from coach.errors import CoachError
from coach.failures import in_words
from coach.rubric import rubric
from coach.settings import BUILTIN
from coach.store.batches import Batch, BatchState, get_batch
from coach.store.slots import SlotRow, SlotState, rows_of
from coach.ui import undo_dialog, when
from coach.ui.desk import desk
from coach.ui.html_table import html_table
from coach.ui.places import link
from coach.ui.plain_text import plain, plain_line
from coach.ui.tables import table_link
from coach.ui.telling import show_told

LOOKED_AT_EVERY_S = 2.0
MOST_FAILED, SHOWN_AT_ONCE = 20, 100
STATE_WORDS: dict[BatchState, str] = {"running": "Being drafted", "done": "Finished", "stopped": "Stopped"}
ROW_WORDS: dict[SlotState, str] = {
    "waiting": "not drafted yet",
    "running": "being drafted",
    "done": "drafted",
    "failed": "failed",
}


def show(batch_id: str) -> None:
    batch = get_batch(desk().db, batch_id)
    link("import", "← Imports")
    st.title(f"Plans of {plain_line(batch.source, longest=80)}")
    is_live = batch.state == "running" or desk().batching.is_at_work(batch_id)
    if is_live:
        _live(batch_id)
    else:
        show_told()
        _standing(batch)
        undo_dialog.buttons(batch)
    _table(batch, is_live=is_live)


@st.fragment(run_every=LOOKED_AT_EVERY_S)
def _live(batch_id: str) -> None:
    """Looked at again every two seconds, until it has ended."""
    batch = get_batch(desk().db, batch_id)
    if batch.state != "running" and not desk().batching.is_at_work(batch_id):
        st.rerun(scope="app")
    _standing(batch)


def _standing(batch: Batch) -> None:
    now = desk().batching.standing(batch)
    ended = now.done + now.failed
    st.progress(ended / now.total if now.total else 0.0, text=plain(_said(batch, now)))
    items = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in _figures(batch, now))
    st.html(f'<dl class="figures">{items}</dl>')
    if batch.error:
        st.warning(plain(f"{batch.error}\n{batch.hint}".strip()))
    _buttons(batch, now)
    _failed(batch, now)


def _said(batch: Batch, now: Standing) -> str:
    is_at_work = desk().batching.is_at_work(batch.id)
    if batch.state == "running":
        found = f"{now.done:,} of {now.total:,} drafted" if now.total else "The meetings are being taken in"
        left = f", about {in_words(now.left_s)} left" if now.left_s else ""
        paused = f"; the provider asks to wait {in_words(now.paused_s)}" if now.paused_s else ""
        return f"{found}{left}{paused}"
    if is_at_work:
        return f"Stopping: the calls under way are finished. {now.done:,} of {now.total:,} drafted"
    return f"{STATE_WORDS[batch.state]}: {now.done:,} of {now.total:,} drafted"


def _figures(batch: Batch, now: Standing) -> Iterator[tuple[str, str]]:
    yield "drafted", f"{now.done:,}"
    yield "failed", f"{now.failed:,}"
    yield "still to do", f"{now.total - now.done - now.failed:,}"
    if now.plans_per_minute:
        yield "a minute", f"{now.plans_per_minute:,.0f}"
    if batch.options.get("model") != BUILTIN:
        budget = f" of ${batch.budget_usd:,.2f}" if batch.budget_usd is not None else ""
        yield "spent", f"${now.cost_usd:,.2f}{budget}"


def _buttons(batch: Batch, now: Standing) -> None:
    batching = desk().batching
    if batch.state == "running":
        if st.button("Stop", key="stop-batch", help="Calls under way are finished and kept; it can go on later."):
            batching.stop(batch.id)
            st.rerun(scope="app")
        return
    left = now.total - now.done
    if not left or batching.is_at_work(batch.id):
        return
    budget_usd = batch.budget_usd
    if budget_usd is not None:
        more = st.number_input(
            "Stop before it costs more than, in US dollars, all in all",
            min_value=0.01,
            value=max(budget_usd, round(now.cost_usd + 1, 2)) if "budget" in batch.error else budget_usd,
            step=1.0,
            key=f"more-{batch.id}",
        )
        budget_usd = more
    those = "one that is" if left == 1 else f"{left:,} that are"
    if st.button(f"Go on with the {those} left", type="primary", key="go-on-batch"):
        try:
            batching.go_on(batch.id, budget_usd=budget_usd)
        except CoachError as error:
            st.error(plain(f"{error.message} {error.hint}"))
        else:
            st.rerun(scope="app")


def _failed(batch: Batch, now: Standing) -> None:
    if not now.failed:
        return
    rows = list(rows_of(desk().db, batch.id, state="failed", most=MOST_FAILED))
    shown = [[_account(row), escape(row.error), escape(row.hint)] for row in rows]
    first = f", the first {MOST_FAILED}" if now.failed > MOST_FAILED else ""
    with st.expander(f"Failed ({now.failed:,}{first})", expanded=batch.state != "running"):
        st.html(html_table("Meetings that failed", ("Meeting", "Why", "What to do"), shown))


def _table(batch: Batch, *, is_live: bool) -> None:
    most = st.session_state.get(f"rows-{batch.id}", SHOWN_AT_ONCE)
    st.header("All meetings")
    if is_live:
        st.html("<p>What is finished stands under Meetings already. These tables tell how it is at this moment:</p>")
    names = {"csv": "All as CSV, for a spreadsheet", "html": "All as HTML, for a browser"}
    links = "".join(
        f'<li><a href="{table_link("batch", batch.id, ending)}" download>{name}</a></li>'
        for ending, name in names.items()
    )
    st.html(f'<ul class="links">{links}</ul>')
    if is_live:
        return
    rows = list(rows_of(desk().db, batch.id, most=most + 1))
    score = "By rules" if batch.options.get("model") == BUILTIN else "Score"
    headings = ("Meeting", "Account", "Opportunity", "Owner", "State", score, "Gravest faults", "To verify")
    shown = [_row(row) for row in rows[:most]]
    st.html(html_table("All meetings", headings, shown, marked=[row.state == "failed" for row in rows[:most]]))
    if len(rows) > most and st.button(f"Show {SHOWN_AT_ONCE} more", key=f"more-rows-{batch.id}"):
        st.session_state[f"rows-{batch.id}"] = most + SHOWN_AT_ONCE
        st.rerun()


def _row(row: SlotRow) -> Sequence[str]:
    return (
        when.day(row.date, today=when.today()) if row.date else "no day yet",
        _account(row),
        escape(row.opportunity),
        escape(row.rep),
        ROW_WORDS[row.state],
        "" if row.score is None else f"{row.score:.0f}",
        "<br>".join(escape(_gate(name)) for name in row.gates),
        f"{row.unverified}" if row.plan_id and row.unverified else "",
    )


def _gate(name: str) -> str:
    """In the words of the rubric."""
    known = rubric().gates.get(name)
    return name if known is None else known.when


def _account(row: SlotRow) -> str:
    """The account's name, as a link to the plan where there is one."""
    name = escape(row.account or row.opportunity or "No name")
    return f'<a href="plan?id={quote(row.plan_id)}" target="_self">{name}</a>' if row.plan_id else name
