"""The Worked out panel: the groundwork by part, each bullet with its lines; corrections and changed decisions."""

from __future__ import annotations

import streamlit as st

from coach import corrections
from coach.export.kept import kept_lines
from coach.marks import is_mark
from coach.schema import Block, NoteLine
from coach.store import jobs
from coach.store.records import KeptPlan
from coach.ui import acts
from coach.ui.desk import desk
from coach.ui.inert import as_html, chips, inert_html
from coach.ui.jobs_of_plan import start
from coach.ui.telling import tried, trying

PARTS = {
    "decides": "What decides it",
    "bring": "What we bring",
    "clock": "Dates and days",
    "people": "Who is who",
    "promises": "Promised",
    "in_confidence": "Told in confidence",
    "not_settled": "Not settled",
    "sums": "Sums",
    "other": "Other",
}
"""In the order shown: first what can be changed to lead the page."""
MARKS = {"unverified": "No line holds all of this", "contradicted": "A line says otherwise"}
NOTED = "correction-noted"
FACT, PERSON, CONFIDENCE, OPEN = "It is different", "Who somebody is", "Told in confidence", "It may be said"


def show(kept: KeptPlan, *, is_busy: bool, by: str) -> None:
    """The whole panel; `is_busy`: a job is at work on the plan, so none can be started."""
    if st.session_state.pop(NOTED, False):
        st.toast("Added to the notes. What is written from now on knows it.")
    if not kept.groundwork.blocks:
        st.html('<p class="mc">What the coach works out from the notes stands here once a page has been drafted.</p>')
        return
    _offer_rewrite(kept, is_busy=is_busy, by=by)
    known = jobs.worked_out_from(desk().db, kept.id)
    for part, title in PARTS.items():
        blocks = [one for one in kept.groundwork.blocks if one.part == part and one.kind != "heading"]
        if blocks:
            st.html(f'<div class="mc"><h2>{title}</h2></div>')
        for block in blocks:
            _show_bullet(kept, block, known=known)


def is_decision(block: Block) -> bool:
    return block.part in corrections.DECIDING


def _offer_rewrite(kept: KeptPlan, *, is_busy: bool, by: str) -> None:
    changed = corrections.decided_by_rep(kept.groundwork)
    if not changed:
        return
    say = "1 decision is yours now." if len(changed) == 1 else f"{len(changed)} decisions are yours now."
    with st.container(border=True, key="write-again"):
        st.html(f'<p class="mc"><b>{say}</b> What you wrote on the page stays as it is.</p>')
        st.button(
            "Write the page again from this",
            key="redraft",
            type="primary",
            disabled=is_busy or not kept.blocks,
            on_click=trying,
            args=(start, kept, "redraft"),
            kwargs={"by": by},
        )


def _show_bullet(kept: KeptPlan, block: Block, *, known: int) -> None:
    """`known`: number of the last line of the notes that the groundwork was worked out from."""
    with st.container(horizontal=True, wrap=False, gap="small", key=f"bullet-{block.id}"):
        st.html(
            f'<div class="mc mc-bullet">{_bullet(kept, block)}{_corrected(kept, block, known=known)}</div>',
            width="stretch",
        )
        act = "Change" if is_decision(block) else "Correct"
        if st.button(act, key=f"correct-{block.id}", type="tertiary", help=f"{act} this"):
            _change(kept, block) if is_decision(block) else _correct(kept, block)


def _bullet(kept: KeptPlan, block: Block) -> str:
    mark = MARKS.get(block.check.status, "")
    why = "; ".join(block.check.problems)
    doubt = f'<div><span class="mc-word defect">{mark}</span> <small>{as_html(why)}</small></div>' if mark else ""
    yours = '<span class="mc-word good">Yours</span>' if block.written_by == "rep" else ""
    return f"{yours}{inert_html(block.text)}{doubt}{chips(block.citations, kept.context.lines)}"


def _corrected(kept: KeptPlan, block: Block, *, known: int) -> str:
    """The bullet stays as it was worked out; what the rep has said against it since stands below."""
    said = corrections.corrections_of(kept.context, block, after=known)
    mark = '<span class="mc-word good">Corrected by you</span>'
    return "".join(f"<div>{mark} {as_html(one)}</div>" for one in said)


@st.dialog("Change what the page is written from")
def _change(kept: KeptPlan, block: Block) -> None:
    with st.form("decision", border=False):
        text = st.text_area("As you decide", value=_bare(block), height=160, max_chars=corrections.MAX_CHARS)
        st.html('<p class="mc mc-muted">The page stays as it is until you have it written again.</p>')
        if st.form_submit_button("Keep", type="primary") and tried(acts.change_decision, kept.id, block.id, text):
            st.rerun()


@st.dialog("Correct this")
def _correct(kept: KeptPlan, block: Block) -> None:
    st.html(f'<div class="mc"><blockquote>{inert_html(block.text)}</blockquote></div>')
    forms = {FACT: _fact, PERSON: _person, CONFIDENCE: _confidence}
    if _kept_lines(kept, block):
        forms[OPEN] = _open
    what = st.segmented_control("What is right?", list(forms), default=FACT, required=True, key="correcting")
    with st.form("correction", border=False):
        is_done = forms[what or FACT](kept, block)
    if is_done:
        st.session_state[NOTED] = True
        st.rerun()


def _fact(kept: KeptPlan, block: Block) -> bool:
    text = st.text_area("What is right, in a sentence", placeholder="Their board meets on 17 December", max_chars=2000)
    is_sent = st.form_submit_button("Add to the notes", type="primary")
    return is_sent and tried(acts.correct, kept.id, text, about=block, kind="fact")


def _person(kept: KeptPlan, block: Block) -> bool:
    name = st.text_input("Name", max_chars=120)
    title = st.text_input("Who that is", placeholder="Head of Finance, decides above 50k", max_chars=300)
    comes = st.checkbox("Comes to the meeting")
    is_sent = st.form_submit_button("Add to the notes", type="primary")
    return is_sent and tried(acts.name_person, kept.id, name, title, comes=comes)


def _confidence(kept: KeptPlan, block: Block) -> bool:
    text = st.text_area("From whom must it be kept? (may stay empty)", placeholder="Not before Tom", max_chars=2000)
    is_sent = st.form_submit_button("Mark as told in confidence", type="primary")
    return is_sent and tried(acts.correct, kept.id, text, about=block, kind="confidence")


def _open(kept: KeptPlan, block: Block) -> bool:
    """Line by line: what one of them keeps is not said with another. One line alone needs no choice."""
    lines = _kept_lines(kept, block)
    is_one = len(lines) == 1
    st.html('<p class="mc mc-muted">The customer may read and hear it. Every other line stays as it is.</p>')
    for line in lines:
        st.html(f'<div class="mc"><blockquote><b>{line.label}</b> {as_html(line.text)}</blockquote></div>')
    labels = [line.label for line in lines]
    chosen = labels if is_one else st.pills("Which lines may be said?", labels, selection_mode="multi")
    is_sent = st.form_submit_button("It may be said", type="primary")
    return is_sent and tried(acts.open_lines, kept.id, chosen)


def _kept_lines(kept: KeptPlan, block: Block) -> tuple[NoteLine, ...]:
    """Lines of the bullet that the coach, the notes or the rep take for a confidence."""
    taken = kept_lines(kept.context, kept.groundwork)
    return tuple(
        line for line in kept.context.notes if line.label in taken.intersection(block.citations) and not is_mark(line)
    )


def _bare(block: Block) -> str:
    return block.text.removeprefix("- ").strip()
