"""The plan as a note in the CRM: how it is known again, and whether somebody has changed it since (pure).

A note ends with a mark: which meeting it is for, and a digest of the words above it. The mark makes writing it twice
one note, and keeps the coach from reading its own plan as news. Knows no CRM.
"""

from __future__ import annotations

import hashlib
import html
import re
from typing import Literal

from coach.excerpt import excerpt
from coach.plain import plain
from coach.schema import MeetingPlan
from coach.web import web_text

Written = Literal["created", "updated", "unchanged", "left_alone"]
"""`left_alone`: a person has changed the note since; it is theirs."""

LONGEST_NOTE = 50_000
"""Characters of HTML; HubSpot's note holds 65,536."""
_MARK = re.compile(r"\[meeting-coach ([\w.:@-]{1,120}) ([0-9a-f]{12})\]")


def plan_text(plan: MeetingPlan) -> str:
    """The page in words, a paragraph a block, without marks and citations: what a rep reads in the CRM."""
    return "\n\n".join(filter(None, (plan.title, *(plain(block.text) for block in plan.blocks))))


def note_html(text: str, *, key: str) -> str:
    """The text as paragraphs of escaped HTML, with its mark; never a link, never a tag of the text's own.

    `key`: the opportunity's id with its meeting, `salesforce:006…@2026-12-03T10:00`: one note a meeting.
    """
    shown = text.strip()
    while len(body := _paragraphs(shown)) > LONGEST_NOTE:
        shown = excerpt(shown, len(shown) * 9 // 10)
    return f"{body}<p>[meeting-coach {key} {_digest(web_text(body))}]</p>"


def key_of(note: str) -> str:
    """Of which plan a note (HTML or text) is; empty: a person's note."""
    found = _MARK.search(note)
    return found[1] if found else ""


def is_untouched(note: str) -> bool:
    """Whether the words above the mark are still those that were written."""
    text = web_text(note)
    found = _MARK.search(text)
    return found is not None and _digest(text[: found.start()] + text[found.end() :]) == found[2]


def says_the_same(note: str, other: str) -> bool:
    """Whether two notes carry the same mark, and so the same words as they were written."""
    one, two = _MARK.search(note), _MARK.search(other)
    return bool(one and two and one.groups() == two.groups())


def _paragraphs(text: str) -> str:
    parts = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "".join(f"<p>{'<br>'.join(html.escape(line) for line in part.splitlines())}</p>" for part in parts)


def _digest(text: str) -> str:
    """Of the words alone: a CRM rewrites spaces and tags."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]
