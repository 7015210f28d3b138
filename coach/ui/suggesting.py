"""A suggestion of the second reader's, as the rep decides on it: accepted, worded otherwise, dismissed, undone."""

from __future__ import annotations

from typing import Literal

from coach import second_reader
from coach.errors import ChangedMeanwhile, InputError
from coach.excerpt import excerpt
from coach.schema import MeetingPlan, Suggestion
from coach.store import drafts, plans
from coach.store.database import Database
from coach.store.records import KeptPlan

Decision = Literal["accept", "edit", "dismiss", "undo"]
ACCEPTED = "suggestions accepted"
TRIES = 4
"""A colleague who saves between our reading and writing makes us look again."""


def decide(
    db: Database, plan_id: str, suggestion_id: str, action: Decision, *, text: str = "", reason: str = "", by: str
) -> Suggestion:
    """The suggestion as it stands afterwards; the page with it, in one step.

    Raises:
        InputError: there is none of this id, or its words have been changed meanwhile.
    """
    kept = plans.load_plan(db, plan_id)
    suggestion = _found(kept, suggestion_id)
    plan, decided = _decided(_plan(kept), suggestion, action, text=text, reason=reason)
    changed = next((new for new, old in zip(plan.blocks, kept.blocks, strict=True) if new.text != old.block.text), None)
    drafts.keep_decision(db, plan_id, decided, block=changed, seen=kept.revision, by=by, what=_WHAT[action])
    return decided


def accept_all(db: Database, plan_id: str, *, by: str) -> tuple[int, tuple[str, ...]]:
    """How many were applied, in one step, and why the others were not.

    Those that bring in what no line holds stay open. Raises ChangedMeanwhile: somebody writes all the time.
    """
    for _ in range(TRIES):
        kept = plans.load_plan(db, plan_id)
        plan, applied, left = _all_applied(kept)
        changed = [new for new, old in zip(plan.blocks, kept.blocks, strict=True) if new.text != old.block.text]
        try:
            if applied:
                what = _WHAT["accept"] if len(applied) == 1 else ACCEPTED
                drafts.keep_decisions(db, plan_id, applied, blocks=changed, seen=kept.revision, by=by, what=what)
        except ChangedMeanwhile:
            continue
        return len(applied), left
    raise ChangedMeanwhile("The page is being changed all the time: no suggestion was accepted.")


def _all_applied(kept: KeptPlan) -> tuple[MeetingPlan, tuple[Suggestion, ...], tuple[str, ...]]:
    """The page with all that can be accepted at once, these, and why not the others."""
    plan, applied, left = _plan(kept), [], []
    for suggestion in (one for one in kept.suggestions if one.state == "open"):
        if suggestion.check.status == "unverified":
            left.append(f"“{excerpt(suggestion.new, 40)}” says what no line holds: look at it yourself.")
            continue
        try:
            plan, done = second_reader.apply(plan, suggestion)
            applied.append(done)
        except InputError as error:
            left.append(error.message)
    return plan, tuple(applied), tuple(left)


_WHAT = {
    "accept": "suggestion accepted",
    "edit": "suggestion worded otherwise",
    "dismiss": "suggestion dismissed",
    "undo": "suggestion undone",
}


def _decided(
    plan: MeetingPlan, suggestion: Suggestion, action: Decision, *, text: str, reason: str
) -> tuple[MeetingPlan, Suggestion]:
    match action:
        case "accept":
            return second_reader.apply(plan, suggestion)
        case "edit":
            return second_reader.apply(plan, suggestion.model_copy(update={"new": text}))
        case "dismiss":
            return plan, second_reader.dismiss(suggestion, reason=reason)
        case "undo":
            return second_reader.undo(plan, suggestion)


def _found(kept: KeptPlan, suggestion_id: str) -> Suggestion:
    found = next((one for one in kept.suggestions if one.id == suggestion_id), None)
    if found is None:
        raise InputError("This suggestion is no longer there.")
    return found


def _plan(kept: KeptPlan) -> MeetingPlan:
    return kept.plan.model_copy(update={"blocks": tuple(one.block for one in kept.blocks)})
