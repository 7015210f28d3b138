"""The rubric's rules: what code can see on a page, without a model.

`check_page` runs every rule of `prompts/rubric.yaml`. Pure and fast; knows nothing about scores (coach.score).
Precision before recall: a false alarm costs more trust than a miss, the second reader sees the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType

from coach.checks import facts, inputs, opening_agenda, outcome, people, sides, wording
from coach.checks.page import Page
from coach.figures import figures
from coach.rubric import rubric
from coach.schema import AccountContext, Depth, Finding, Groundwork, MeetingPlan, Part

RULES: Mapping[str, Callable[[Page], Iterable[Finding]]] = MappingProxyType(
    {
        "R1": wording.parts_are_there,
        "R2": facts.people_are_known,
        "R3": facts.figures_stand_in_lines,
        "R4": outcome.customer_acts,
        "R5": outcome.has_a_day,
        "R6": outcome.is_an_act,
        "R7": outcome.is_no_continuation,
        "R8": outcome.fallback_is_smaller,
        "R9": opening_agenda.agenda_fits,
        "R10": opening_agenda.few_open_questions,
        "R11": opening_agenda.opening_elements,
        "R12": outcome.stop_test,
        "R13": wording.one_page,
        "R14": people.everybody_is_there,
        "R15": inputs.days_can_be_met,
        "R16": wording.no_promises,
        "R17": inputs.instructions_change_nothing,
        "R18": inputs.contradictions_are_shown,
        "R19": wording.in_the_reps_language,
        "R20": people.private_matters,
        "R21": facts.confidences_are_kept,
        "R22": facts.sums_hold,
        "R23": facts.days_are_counted,
        "R24": wording.filled_in,
        "R25": inputs.promises_are_settled,
        "R26": outcome.same_outcome,
        "R27": wording.no_internal_talk,
        "R29": sides.both_sides_stand,
    }
)


def check_page(plan: MeetingPlan, context: AccountContext, groundwork: Groundwork | None = None) -> tuple[Finding, ...]:
    """Every finding of every rule, gates first, then defects, then hints; within these in the order of the rules.

    Blocks should have been grounded (`coach.grounding.ground`) before. An empty plan has only its parts missing.
    """
    page = Page(plan, context, groundwork)
    if not plan.blocks:
        return tuple(wording.parts_are_there(page))
    found = [finding for rule in RULES.values() for finding in rule(page)]
    return tuple(sorted(found, key=lambda finding: _GRAVEST_FIRST[finding.gravity]))


def missing_parts(plan: MeetingPlan) -> tuple[Part, ...]:
    """The required parts of which the page says nothing, in the order of the page."""
    return wording.missing(Page(plan, _NOTHING_KNOWN))


def depth_for(context: AccountContext) -> Depth:
    """How much page the meeting deserves, by amount (where none is known, by how much there is to tell), stage, people.

    Source: Apollo, depth follows the value of the opportunity; limits in prompts/rubric.yaml, depth.
    """
    limits = rubric().depth
    amount = max((float(figure.value) for figure in figures(context.amount)), default=0.0)
    attendees = len(context.meeting.attendees)
    is_late = any(stage in context.stage.lower() for stage in limits.late_stages)
    is_crowded = attendees >= limits.crowded_from
    if amount >= limits.major_amount_from:
        return "major"
    if amount >= limits.major_amount_from_when_crowded_or_late and (is_crowded or is_late):
        return "major"
    is_little = amount < limits.quick_amount_below if context.amount else _words(context) < limits.quick_words_below
    is_small = is_little and attendees <= limits.quick_attendees_at_most
    return "quick" if is_small and not is_late else "standard"


def _words(context: AccountContext) -> int:
    return sum(len(line.text.split()) for line in context.notes)


_NOTHING_KNOWN = AccountContext(today=date.min)
_GRAVEST_FIRST = {"gate": 0, "defect": 1, "hint": 2}
