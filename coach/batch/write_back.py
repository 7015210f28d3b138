"""The plans of a batch as notes in the live CRM that their meetings were read from: only where a person asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from coach.crm.connect import is_source, write_note
from coach.crm.opportunity import Opportunity
from coach.crm.written_back import plan_text
from coach.errors import CoachError
from coach.keeping import plan_of
from coach.store.database import Database
from coach.store.plans import load_plan
from coach.store.slots import SlotRow


def write_back(db: Database, rows: Iterable[SlotRow], *, on_problem: Callable[[str], None]) -> Counter[str]:
    """How many notes were created, updated, left unchanged or, being a person's by now, left alone.

    Meetings out of files have nowhere to be written. `on_problem`: one sentence for each that could not be written.
    """
    written: Counter[str] = Counter()
    done = [(row.key, row.plan_id) for row in rows if row.state == "done" and is_source(_source_of(row.key))]
    for key, plan_id in done:
        kept = load_plan(db, plan_id)
        opportunity = Opportunity(id=key, system=_source_of(key).rstrip(":"), context=kept.context)
        try:
            written[write_note(opportunity, text=plan_text(plan_of(kept)))] += 1
        except CoachError as error:
            on_problem(f"{key}: {error.message}")
            written["failed"] += 1
    return written


def _source_of(key: str) -> str:
    """`hubspot:` of `hubspot:1@2026-12-03T10:00`."""
    return f"{key.partition(':')[0]}:"
