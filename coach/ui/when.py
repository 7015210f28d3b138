"""Days and hours as a rep says them (pure, but for today, which is that of the person's browser)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

MOST_DAYS = 13
"""Beyond it, weeks say more."""


def today() -> dt.date:
    """The date where the person is; the server's where the browser does not tell."""
    try:
        return dt.datetime.now(ZoneInfo(st.context.timezone or "")).date()
    except (ZoneInfoNotFoundError, ValueError):
        return dt.date.today()


def day(date: dt.date, *, today: dt.date) -> str:
    """`Wed 25 Nov`, with the year where it is another than today's."""
    return f"{date:%a} {date.day} {date:%b}" + (f" {date.year}" if date.year != today.year else "")


def distance(date: dt.date, *, today: dt.date) -> str:
    """`today`, `tomorrow`, `in 3 days`, `in 2 weeks`, `4 days ago`."""
    days = (date - today).days
    if days in (-1, 0, 1):
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    amount = f"{abs(days)} days" if abs(days) <= MOST_DAYS else f"{abs(days) // 7} weeks"
    return f"in {amount}" if days > 0 else f"{amount} ago"
