"""The whole way from notes to a criticised page without a model. Knows nothing about when it is wanted."""

from __future__ import annotations

from coach import builtin
from coach.checks import depth_for
from coach.checks.language import NAMES, language_of
from coach.context import context_warnings
from coach.corrections import with_decisions
from coach.critique import assess, checked
from coach.options import Options
from coach.questions import questions_for
from coach.schema import AccountContext, Draft, Drafted, Groundwork
from coach.settings import BUILTIN


def draft_unaided(context: AccountContext, options: Options, given: Groundwork | None = None) -> Drafted:
    """`given`: a groundwork as the rep has corrected it; what the rep decided leads the page."""
    groundwork = with_decisions(given or builtin.work_out(context), options.decisions)
    depth = options.depth or depth_for(context)
    plan = checked(builtin.draft_plan(context, groundwork, depth=depth), context, groundwork)
    critique = assess(plan, context, groundwork)
    return Drafted(
        context=context,
        plan=plan,
        groundwork=groundwork,
        critique=critique,
        drafts=(Draft(plan=plan, critique=critique),),
        questions=questions_for(context, plan, groundwork),
        warnings=(*_only_english(context, options), *context_warnings(context)),
        drafted_by=BUILTIN,
    )


def _only_english(context: AccountContext, options: Options) -> tuple[str, ...]:
    """Said where a person would expect another language."""
    notes = "\n".join(line.text for line in context.notes)
    expected = options.language.strip() or NAMES.get(language_of(notes), "English")
    if expected.lower().startswith("en"):
        return ()
    return (f"Without a model the page is in English, not in {expected}; what the notes say stands as they say it.",)
