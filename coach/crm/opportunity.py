"""An opportunity with one meeting, as any CRM gives it, and what of an export could not be used.

Knows nothing about files, systems or how the context was put together.
"""

from __future__ import annotations

from dataclasses import dataclass

from coach.schema import AccountContext, Noun


class Opportunity(Noun):
    """One opportunity and one meeting; several meetings give one of these each."""

    id: str
    """Stable over exports: `salesforce:006…`, or a hash of account, name and meeting day where there is no id. Where a
    meeting is known, it ends in its start: `@2026-12-03T10:00`, so that a second meeting changes no other id."""
    system: str
    """`salesforce`, `hubspot`, `dynamics`, `pipedrive`, `zoho` or `files`."""
    owner: str = ""
    stage: str = ""
    amount: float | None = None
    currency: str = ""
    context: AccountContext


@dataclass(frozen=True)
class Problem:
    """What could not be used; the rest goes on."""

    file: str
    row: int
    """As a spreadsheet shows it: the heading is row 1. 0: the file as a whole."""
    column: str
    """As the file heads it; empty: the row as a whole."""
    reason: str
