"""The groundwork and the page without a model: read the notes by plain code, compose the page from what they say.

What it states stands in a line that it names; the rest is marked as a proposal or asked. Knows nothing about models.
"""

from __future__ import annotations

from functools import lru_cache

from coach.builtin.clashes import clashes
from coach.builtin.evidence import Evidence, gather
from coach.builtin.groundwork import groundwork_blocks
from coach.builtin.page import compose
from coach.schema import AccountContext, Depth, Groundwork, MeetingPlan
from coach.settings import BUILTIN

MAX_QUESTIONS = 3


def work_out(context: AccountContext) -> Groundwork:
    """Clock, sums, people, confidences, promises, what is not settled, what decides it, what we bring."""
    return Groundwork(blocks=groundwork_blocks(_evidence(context)), drafted_by=BUILTIN)


def draft_plan(context: AccountContext, groundwork: Groundwork, *, depth: Depth = "standard") -> MeetingPlan:
    """The page within the words of its depth. What the rep wrote into the groundwork's `decides` leads it."""
    return compose(_evidence(context), groundwork, depth=depth)


def questions_to_rep(context: AccountContext, plan: MeetingPlan) -> tuple[str, ...]:
    """At most three, where the notes are silent and the rep may know; the weightiest first."""
    return tuple(_questions(_evidence(context), plan))[:MAX_QUESTIONS]


def _questions(evidence: Evidence, plan: MeetingPlan) -> list[str]:
    context, meeting = evidence.context, evidence.context.meeting
    found = [
        f"{clash.what}: which side is right, and who can tell?" for clash in clashes(evidence) if len(clash.sides) > 1
    ][:1]
    if not meeting.attendees:
        found.append("Who comes, and who of them decides?")
    found += [
        f"What does {person} want from this meeting, in their own words?"
        for person in evidence.persons.attendees
        if not evidence.goals.get(person)
    ][:1]
    if meeting.date is None:
        found.append("On which day do you meet, and for how long?")
    if not evidence.deadlines:
        found.append("Is there a day on their side by which this has to be settled?")
    if not context.seller.offer:
        found.append("What exactly do we offer here, and what can it not do?")
    if not plan.best_outcome.who or plan.best_outcome.who == "the customer":
        found.append("Who at the customer could carry the next step?")
    return found


@lru_cache(maxsize=4)
def _evidence(context: AccountContext) -> Evidence:
    return gather(context)
