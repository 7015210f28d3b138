"""The tables. A page's blocks are rows, so that people who edit different blocks never meet; other nouns are JSON.

Changes here need a migration beside it; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Time,
    text,
)

from coach.store.columns import Moment, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("key", Words, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
)
"""`key`: the name without case and doubled spaces."""

account_notes = Table(
    "account_notes",
    metadata,
    Column("id", Words, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("source", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("added_at", Moment, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("id", Words, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=True, index=True),
    Column("revision", Integer, nullable=False),
    Column("pulse", Integer, nullable=False),
    Column("status", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("purpose", Words, nullable=False),
    Column("searched", Words, nullable=False),
    Column("date", Date, nullable=True),
    Column("start", Time, nullable=True),
    Column("score", Float, nullable=True),
    Column("context", JSON, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("groundwork", JSON, nullable=False),
    Column("critique", JSON, nullable=False),
    Column("critique_revision", Integer, nullable=False),
    Column("suggestions", JSON, nullable=False),
    Column("drafts", JSON, nullable=False),
    Column("decisions", JSON, nullable=False),
    Column("questions", JSON, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("failures", JSON, nullable=False),
    Column("runs", JSON, nullable=False),
    Column("checked_at", Moment, nullable=True),
    Column("checked_revision", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("archived_at", Moment, nullable=True),
)
"""`revision` rises with the page, `pulse` with everything a screen shows; `plan` is a MeetingPlan without its blocks;
`searched` holds all words that find it, folded."""

blocks = Table(
    "blocks",
    metadata,
    Column("plan_id", ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Words, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("part", Words, nullable=False),
    Column("citations", JSON, nullable=False),
    Column("basis", Words, nullable=True),
    Column("not_carried", JSON, nullable=False),
    Column("check", JSON, nullable=False),
    Column("written_by", Words, nullable=False),
    Column("is_touched", Boolean, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan_id", ForeignKey("plans.id", ondelete="CASCADE"), nullable=False),
    Column("first_revision", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Words, nullable=False),
    Column("asked_by", Words, nullable=False),
    Column("what", Words, nullable=False),
    Column("block", Words, nullable=False),
    Column("blocks", JSON, nullable=False),
    Column("changed", JSON, nullable=False),
    Column("fullest", Words, nullable=False),
    Column("suggestion", JSON, nullable=True),
    Column("known", JSON, nullable=True),
    Column("origin", JSON, nullable=True),
    Column("back_to", Integer, nullable=True),
    Column("is_aside", Boolean, nullable=False),
    Column("is_undone", Boolean, nullable=False),
    Index("ix_versions_plan_id_revision", "plan_id", "revision"),
)
"""One row a change; a person's edits of one block soon after each other share one, from `first_revision` to `revision`.

`fullest`: the longest text that its block had within it. `is_aside`: words that did not come onto the page; the blocks
are the page as it would be with them. `suggestion`: those decided on as they stood before; one alone in older rows.
`known`: a Known, written with the blocks when the page is left; older rows have none. `origin`: the Origin that stood
before this version brought another. `back_to`: the version that this one brought back.
"""

operations = Table(
    "operations",
    metadata,
    Column("plan_id", ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True),
    Column("op", Words, primary_key=True),
    Column("words", Words, primary_key=True),
    Column("result", JSON, nullable=False),
)
"""What was answered to each edit; `words` is the edit's hash, so that a reused name never swallows other words."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", Words, primary_key=True),
    Column("plan_id", ForeignKey("plans.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("stage", Words, nullable=False),
    Column("options", JSON, nullable=False),
    Column("error", Words, nullable=False),
    Column("hint", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("beat_at", Moment, nullable=False),
    Column("started_at", Moment, nullable=False),
)
Index(
    "one_running_job_a_plan",
    jobs.c.plan_id,
    unique=True,
    sqlite_where=text("state = 'running'"),
    postgresql_where=text("state = 'running'"),
)

shares = Table(
    "shares",
    metadata,
    Column("token", Words, primary_key=True),
    Column("plan_id", ForeignKey("plans.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment, nullable=True),
)

preferences = Table(
    "preferences",
    metadata,
    Column("key", Words, primary_key=True),
    Column("value", Words, nullable=False),
)

remembered = Table(
    "remembered",
    metadata,
    Column("key", Words, primary_key=True),
    Column("said", JSON, nullable=False),
    Column("said_at", Moment, nullable=False),
)
"""What was said of an export's columns; `key` is the hash of its headings (crm/memory.py)."""

batches = Table(
    "batches",
    metadata,
    Column("id", Words, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("source", Words, nullable=False),
    Column("options", JSON, nullable=False),
    Column("budget_usd", Float, nullable=True),
    Column("state", Words, nullable=False),
    Column("error", Words, nullable=False),
    Column("hint", Words, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    Column("owner", Words, nullable=False, server_default=text("''")),
    Column("beat_at", Moment, nullable=True),
)
"""`key`: what was asked for, so that the same command finds the batch that it began. `owner`: the server of the app
that runs it, if one does (store/held.py).
"""

slots = Table(
    "slots",
    metadata,
    Column("id", Words, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False),
    Column("state", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("claim", Integer, nullable=False, server_default="0"),
    Column("beat_at", Moment, nullable=True),
    Column("not_before", Moment, nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("plan_id", ForeignKey("plans.id"), nullable=True),
    Column("account", Words, nullable=False),
    Column("opportunity", Words, nullable=False),
    Column("rep", Words, nullable=False),
    Column("stage", Words, nullable=False),
    Column("amount", Float, nullable=True),
    Column("currency", Words, nullable=False),
    Column("date", Date, nullable=True),
    Column("depth", Words, nullable=False),
    Column("context", JSON, nullable=False),
    Column("wanted", Words, nullable=False),
    Column("drafted", Words, nullable=False),
    Column("given", JSON, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("cost_usd", Float, nullable=False),
    Column("score", Float, nullable=True),
    Column("gates", JSON, nullable=False),
    Column("unverified", Integer, nullable=False),
    Column("error", Words, nullable=False),
    Column("hint", Words, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_slots_batch_id_state_date", "batch_id", "state", "date"),
    Index("ix_slots_plan_id", "plan_id"),
    Index("ix_slots_owner_state", "owner", "state"),
)
"""One meeting of a customer that a batch has been asked to plan; `key` is the meeting's, over all batches.

`context`: as the source gave it last; `wanted` is its hash, `drafted` that of what the plan was drafted from, `given`
what of it the plan was given. `batch_id`: the last batch that asked for it. `claim` rises with every claim: whoever
drafts the slot writes only while theirs is the last.
"""

made = Table(
    "made",
    metadata,
    Column("batch_id", ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("plan_id", ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("pulse", Integer, nullable=False),
    Column("was", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("undone_at", Moment, nullable=True),
)
"""What each batch did to which plan. `was`: as it stood before, or, of what was taken back, after; `pulse`: the plan's
as it was left: while it is the same, nobody has done anything with it.
"""

purses = Table(
    "purses",
    metadata,
    Column("batch_id", ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("owner", Words, primary_key=True),
    Column("drawn_usd", Float, nullable=False),
    Column("beat_at", Moment, nullable=False),
)
"""What each process has drawn of a batch's budget: spent, or set aside for calls under way."""

calls = Table(
    "calls",
    metadata,
    Column("key", Words, primary_key=True),
    Column("entry", Words, nullable=False),
    Column("kept_at", Moment, nullable=False, index=True),
)
"""The ledger of many machines; `key` and `entry` are those of coach.ledger's files."""

paces = Table(
    "paces",
    metadata,
    Column("name", Words, primary_key=True),
    Column("requests_a_minute", Float, nullable=True),
    Column("tokens_a_minute", Float, nullable=True),
    Column("starts_at", Moment, nullable=False),
    Column("next_request_at", Moment, nullable=False),
    Column("next_token_at", Moment, nullable=False),
    Column("closed_until", Moment, nullable=False),
)
"""How fast all workers together may ask, and when there is room again (store/paces.py)."""
