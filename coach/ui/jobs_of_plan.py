"""Work of the coach on one plan as the rep starts it, sees it go on and cancels it."""

from __future__ import annotations

import streamlit as st

from coach.errors import InputError
from coach.store import jobs
from coach.store.records import Job, JobKind, KeptPlan
from coach.ui.defaults import has_reader, options_from, preferences_of
from coach.ui.desk import desk
from coach.ui.plain_text import plain_line
from coach.ui.telling import trying

NO_READER = "Nobody can read the page yet: a check needs a model. Choose one in Settings; the rules look at every save."


def start(kept: KeptPlan, kind: JobKind, *, by: str, again: bool = False) -> None:
    """Raises InputError: the coach is at work on this plan already, or a check is asked for and no model is chosen."""
    if kind == "check" and not has_reader(preferences_of(desk().db)):
        raise InputError(NO_READER)
    options = {**options_from(preferences_of(desk().db)), "by": by}
    if again:
        options["again"] = str(kept.revision)
    desk().drafter.start(kept.id, kind, options)


def show_failure(kept: KeptPlan, *, by: str) -> None:
    """How the last job failed, and a way to try again; nothing where it did not."""
    job = jobs.last_job(desk().db, kept.id)
    if job is None or job.state != "failed" or st.session_state.get(_closed(job)):
        return
    with st.container(key="failed-job"):
        st.error(plain_line(f"{job.error} {job.hint}"))
        with st.container(horizontal=True, gap="small"):
            again = {"by": by, "again": True}
            if job.kind != "redraft_part":
                st.button("Try again", type="primary", on_click=trying, args=(start, kept, job.kind), kwargs=again)
            st.button("Close", key=f"close-{job.id}", on_click=_close, args=(job,))


def _close(job: Job) -> None:
    st.session_state[_closed(job)] = True


def _closed(job: Job) -> str:
    return f"closed-{job.id}"
