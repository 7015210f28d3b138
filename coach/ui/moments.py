"""Moments of the past and of the meeting, as a rep would say them, in the time zone of the browser."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from coach.ui import when


def ago(moment: dt.datetime) -> str:
    """`10:42` today, `yesterday, 10:42`, else `Thu 3 Dec, 10:42`."""
    here, today = moment.astimezone(zone()), when.today()
    if here.date() == today:
        return f"{here:%H:%M}"
    return f"{'yesterday' if (today - here.date()).days == 1 else when.day(here.date(), today=today)}, {here:%H:%M}"


def of_meeting(date: dt.date | None, start: dt.time | None) -> str:
    """`Thu 3 Dec, 10:00, in 2 days`."""
    if date is None:
        return "No date yet"
    today = when.today()
    hour = f", {start:%H:%M}" if start else ""
    return f"{when.day(date, today=today)}{hour}, {when.distance(date, today=today)}"


def zone() -> dt.tzinfo | None:
    """The browser's; None, which is the server's, where it does not tell."""
    try:
        return ZoneInfo(st.context.timezone or "")
    except (ZoneInfoNotFoundError, ValueError):
        return None
