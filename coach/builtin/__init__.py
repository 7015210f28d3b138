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
    return tuple(_questions(_evidence(context), plan, of_each=1))[:MAX_QUESTIONS]


def has_its_answer(question: str, context: AccountContext, plan: MeetingPlan) -> bool:
    """Whether it is one of these questions and would not be asked now, of this context and this page."""
    is_ours = question in _ASKED or question.endswith((_WANTS[1], _WHICH))
    return is_ours and question not in _questions(_evidence(context), plan, of_each=None)


_WHO, _WHEN = "Who comes, and who of them decides?", "On which day do you meet, and for how long?"
_BY_WHEN = "Is there a day on their side by which this has to be settled?"
_OFFER = "What exactly do we offer here, and what can it not do?"
_CARRIER = "Who at the customer could carry the next step?"
_ASKED = (_WHO, _WHEN, _BY_WHEN, _OFFER, _CARRIER)
_WANTS = ("What does ", " want from this meeting, in their own words?")
_WHICH = ": which side is right, and who can tell?"


def _questions(evidence: Evidence, plan: MeetingPlan, *, of_each: int | None) -> list[str]:
    """`of_each`: of contradictions and of people at most so many; None: all."""
    context, meeting = evidence.context, evidence.context.meeting
    found = [f"{clash.what}{_WHICH}" for clash in clashes(evidence) if len(clash.sides) > 1][:of_each]
    if not meeting.attendees:
        found.append(_WHO)
    silent = (person for person in evidence.persons.attendees if not evidence.goals.get(person))
    found += [person.join(_WANTS) for person in silent][:of_each]
    if meeting.date is None:
        found.append(_WHEN)
    if not evidence.deadlines:
        found.append(_BY_WHEN)
    if not context.seller.offer:
        found.append(_OFFER)
    if not plan.best_outcome.who or plan.best_outcome.who == "the customer":
        found.append(_CARRIER)
    return found


@lru_cache(maxsize=4)
def _evidence(context: AccountContext) -> Evidence:
    return gather(context)
