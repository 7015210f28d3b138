"""A page that was written again as a whole: said above it, and the page of before brought back with one click.

What the rep has changed since stays, and so does what was worked out. Knows nothing about how a page is written.
"""

from __future__ import annotations

import datetime as dt

import streamlit as st
from pydantic import TypeAdapter

from coach import keeping
from coach.schema import Block
from coach.store import history, jobs
from coach.store.records import Job, KeptPlan
from coach.ui import acts
from coach.ui.desk import desk
from coach.ui.inert import as_html
from coach.ui.moments import ago
from coach.ui.telling import tried

OFFERED_FOR = dt.timedelta(hours=8)
"""A working day; later the history has every page."""
STAYS = "What you have changed since stays, and what was worked out stays as it is now."
_BLOCKS = TypeAdapter(tuple[Block, ...])


def show(kept: KeptPlan, *, by: str) -> None:
    """One line with its button; nothing where no page was written over, or nothing of it is left to take back."""
    job = jobs.last_draft(desk().db, kept.id, done=True)
    if job is None or st.session_state.get(_closed(job)):
        return
    if new := st.session_state.get(_taken_back(job), 0):
        _say("The page of before is back.", kept, job, revision=new, by=by)
    elif _is_fresh(job) and (whole := page_before(job)) and keeping.differs_from(desk().db, kept, whole):
        _say(f"Written again, {ago(job.beat_at)}.", kept, job, revision=0, by=by)


def page_before(job: Job) -> tuple[Block, ...]:
    """The page as it stood when the job began; empty: there was none."""
    kept = job.options.get(jobs.AT_FIRST, "")
    return _BLOCKS.validate_json(kept) if kept else ()


def written_again_at(kept: KeptPlan) -> str:
    """When the writing began that the plan's drafts are of, if it was the last and there was a page before it."""
    db = desk().db
    job = jobs.last_draft(db, kept.id, done=True)
    is_of_it = job and page_before(job) and not history.is_draft_brought_back(db, kept.id)
    return ago(job.started_at) if job and is_of_it else ""


def _is_fresh(job: Job) -> bool:
    return dt.datetime.now(dt.UTC) - job.beat_at < OFFERED_FOR


def _say(said: str, kept: KeptPlan, job: Job, *, revision: int, by: str) -> None:
    """`revision`: of the version that the button brings back; 0: the page of before."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="rewritten"):
        st.html(f'<p class="mc" role="status">{as_html(said)}</p>', width="content")
        act, given = "Undo" if revision else "Take it back", {"revision": revision, "by": by}
        st.button(act, key="undo-rewritten", help=STAYS, on_click=_bring_back, args=(kept, job), kwargs=given)
        st.button("Close", key="close-rewritten", type="tertiary", on_click=_close, args=(job,))


def _bring_back(kept: KeptPlan, job: Job, *, revision: int, by: str) -> None:
    db = desk().db
    whole = history.version(db, kept.id, revision).blocks if revision else page_before(job)
    known_at = revision or int(job.options.get(jobs.AT_REVISION, 0))
    here = history.stands(db, kept.id)
    if tried(acts.bring_page_back, kept.id, whole, known_at=known_at, by=by):
        st.session_state[_taken_back(job)] = 0 if revision else here


def _close(job: Job) -> None:
    st.session_state[_closed(job)] = True


def _closed(job: Job) -> str:
    return f"rewritten-closed-{job.id}"


def _taken_back(job: Job) -> str:
    return f"rewritten-back-{job.id}"
