"""When and where the meeting is, changed after its plan was made."""

from __future__ import annotations

import streamlit as st

from coach.store.records import KeptPlan
from coach.ui import acts
from coach.ui.telling import tried

MOST_MINUTES = 24 * 60


@st.dialog("When you meet")
def meeting_dialog(kept: KeptPlan) -> None:
    meeting = kept.context.meeting
    with st.form("meeting", border=False):
        day = st.date_input("Day", meeting.date, format="YYYY-MM-DD", key="meeting-day")
        start = st.time_input("Hour", meeting.start, step=900, key="meeting-hour")
        minutes = st.number_input("Minutes", 1, MOST_MINUTES, meeting.minutes, step=5, key="meeting-minutes")
        place = st.text_input("Place", meeting.place, max_chars=300, key="meeting-place")
        is_sent = st.form_submit_button("Keep", type="primary", key="keep-meeting")
    if is_sent and tried(acts.set_meeting, kept.id, day, start, minutes, place):
        st.rerun()
