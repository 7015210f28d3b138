"""The nouns of the database, beside those of coach.schema which they hold."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from coach.schema import (
    AccountContext,
    Block,
    Critique,
    Draft,
    Failure,
    Groundwork,
    Kind,
    MeetingPlan,
    Noun,
    Run,
    Suggestion,
)

Status = Literal["new", "drafting", "drafted", "edited"]
"""`edited`: the rep has touched the page, which from then on is only suggested to."""
Action = Literal["text", "insert", "delete", "move"]
Result = Literal["saved", "clash", "gone"]
JobState = Literal["running", "done", "failed", "cancelled"]
JobKind = Literal["draft", "redraft", "redraft_part", "check"]
WHOLE_PAGE: frozenset[JobKind] = frozenset({"draft", "redraft"})
"""Those that write every passage."""


class KeptBlock(Noun):
    """One block of a page as it stands in the database."""

    block: Block
    revision: int
    """Of the plan when this block last changed; what an edit is compared with."""
    is_touched: bool = False
    """The rep has written or changed it: no redraft replaces it."""


class KeptPlan(Noun):
    """One meeting with its page and all that belongs to it."""

    id: str
    account_id: str
    context: AccountContext
    purpose: str = ""
    """What the rep said the meeting is for; empty until known."""
    status: Status = "new"
    revision: int = 0
    """Rises by one with every change of the page; never falls."""
    pulse: int = 0
    """Rises with everything a screen shows of the plan, marks and score too."""
    blocks: tuple[KeptBlock, ...] = ()
    plan: MeetingPlan = MeetingPlan()
    """Title, commitments, language, depth, drafted_by; its blocks are those above, in their order."""
    groundwork: Groundwork = Groundwork()
    critique: Critique = Critique()
    suggestions: tuple[Suggestion, ...] = ()
    drafts: tuple[Draft, ...] = ()
    """As drafted and as rewritten, before the rep touched it."""
    decisions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    runs: tuple[Run, ...] = ()
    checked_at: dt.datetime | None = None
    checked_revision: int = 0
    """The revision that reader and judge last saw."""
    edits_since_check: int = 0
    created_at: dt.datetime
    updated_at: dt.datetime


class PlanRow(Noun):
    """What the list of meetings shows of a plan."""

    id: str
    account_id: str
    account: str
    title: str
    purpose: str
    status: Status
    date: dt.date | None
    start: dt.time | None
    score: float | None
    is_judged: bool = False
    """False: the score is what the rules alone give."""
    gaps: tuple[str, ...]
    """In words, at most four: `no dated customer commitment`, `3 unverified facts`, `not drafted`."""
    updated_at: dt.datetime


class Edit(Noun):
    """One thing a person did to the page, as the browser sends it."""

    op: str
    """Chosen by the browser, unique: the same edit sent twice is done once."""
    action: Action
    block: str
    """The block; for an insert the id of the new one, chosen by the browser."""
    base: int = 0
    """The block's revision that the person saw."""
    text: str = ""
    kind: Kind = "text"
    part: str = ""
    after: str = ""
    """insert, move: the block that it follows; empty: first."""


class EditResult(Noun):
    op: str
    result: Result
    block: str
    revision: int
    theirs: str = ""
    """clash: the text that stands there now. The text that was sent is kept in the history."""
    by: str = ""
    """clash: who wrote it."""


class Known(Noun):
    """What is known of a page as a whole, beside its blocks."""

    status: Status = "edited"
    plan: MeetingPlan = MeetingPlan()
    """Without its blocks."""
    critique: Critique = Critique()
    suggestions: tuple[Suggestion, ...] = ()
    checked_at: dt.datetime | None = None
    checked_revision: int = 0


class Origin(Noun):
    """What came with a page when it was drafted."""

    drafts: tuple[Draft, ...] = ()
    questions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    runs: tuple[Run, ...] = ()


class Version(Noun):
    """The page at one moment; any of them can be brought back."""

    revision: int
    at: dt.datetime
    by: str
    """A person's name, or `coach`."""
    what: str
    """`drafted`, `rewritten`, `edited`, `redrafted`, `applied`, `restored`, `clash`, … in words for the rep."""
    blocks: tuple[Block, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    """Old and new text of what changed against the version before."""


class Account(Noun):
    id: str
    name: str
    notes: int = 0
    """How many notes are kept."""
    plans: int = 0
    last_meeting: dt.date | None = None
    next_meeting: dt.date | None = None


class AccountNote(Noun):
    id: str
    account_id: str
    source: str
    """`pasted`, a file's name, `corrected by the rep`, …"""
    text: str
    added_at: dt.datetime


class Job(Noun):
    """Work of a model on a plan, which outlives the browser and the server."""

    id: str
    plan_id: str
    kind: JobKind
    state: JobState
    stage: str = ""
    options: dict[str, str] = Field(default_factory=dict)
    error: str = ""
    hint: str = ""
    owner: str = ""
    beat_at: dt.datetime
    started_at: dt.datetime


class Share(Noun):
    token: str
    plan_id: str
    created_at: dt.datetime
    revoked_at: dt.datetime | None = None
