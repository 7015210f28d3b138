"""The ways of making a page that are compared: by rules, by a model, with a step left out, by a plain chat.

Each gives the same noun, so that every measure can be taken of every arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from coach.ledger import Ledger
from coach.prompts import prompts_from
from coach.schema import Depth, Drafted, Effort, Groundwork, Run
from coach.settings import BUILTIN
from coach.workflow import STEPS, Options, plan_meeting
from evals.cases import Case
from evals.chat import chat_page
from evals.places import PROMPT_SETS
from evals.recordings import Roles

ABLATIONS = (
    "no_groundwork",
    "no_rewrite",
    "not_mended",
    "one_round",
    "three_rounds",
    "fixed_headings",
    "equal_tokens",
    "other_reader",
    "other_prompts",
)
AFTER_THE_REWRITES = frozenset({"cut", "suggest", "both_sides"})


@dataclass(frozen=True)
class Arm:
    name: str
    what: str
    roles: Roles
    has_groundwork: bool = True
    whole: Arm | None = None
    """The way of which this is an earlier page: nothing is made anew."""
    version: int = -1
    """Which version of its page counts: 0 as first written, 1 rewritten once …, -1 the last, mended word for word."""
    is_chat: bool = False
    effort: Effort = "normal"
    prompts: Path | None = None
    """A folder whose prompts stand in for those of the same name."""
    spends_like: Arm | None = None
    """A chat goes on improving its page until it has spent the tokens of this arm."""

    @property
    def asks_models(self) -> bool:
        return self.roles.draft != BUILTIN


@dataclass(frozen=True)
class ByRoles(Options):
    """Options with a model a role, whatever the environment says."""

    roles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def model_for(self, role: str) -> str:
        return self.roles[role]


def builtin_arm() -> Arm:
    return Arm(BUILTIN, "without a model", Roles.all_by(BUILTIN))


def model_arm(roles: Roles) -> Arm:
    return Arm("model", "groundwork, page, criticised, rewritten, mended word for word", roles)


def chat_arm(roles: Roles) -> Arm:
    return Arm("chat", "a plain chat's page after its follow-up question", roles, is_chat=True)


def ablations(roles: Roles, *, other_reader: str = "", other_prompts: Path | None = None) -> tuple[Arm, ...]:
    """What is left out or done otherwise, to be read against the model's arm. Pages of their own are not judged."""
    whole, unjudged, rewrites = model_arm(roles), replace(roles, judge=BUILTIN), STEPS["normal"].rewrites
    arms = (
        Arm("no_groundwork", "page without groundwork", unjudged, has_groundwork=False),
        Arm("no_rewrite", "groundwork and page, not criticised", roles, whole=whole, version=0),
        Arm("not_mended", "rewritten twice, not mended word for word", roles, whole=whole, version=rewrites),
        Arm("one_round", "criticised and rewritten once, not mended", roles, whole=whole, version=1),
        Arm("three_rounds", "criticised and rewritten three times, mended", unjudged, effort="high"),
        Arm("fixed_headings", "the same headings for every meeting", unjudged, prompts=PROMPT_SETS / "fixed_headings"),
        Arm("equal_tokens", "a chat that spends as many tokens", roles, is_chat=True, spends_like=whole),
    )
    other = Arm("other_reader", "another model as second reader", replace(roles, reader=other_reader))
    prompts = Arm("other_prompts", f"with the prompts of {other_prompts}", roles, prompts=other_prompts)
    return (*arms, *([other] if other_reader else []), *([prompts] if other_prompts else []))


@dataclass(frozen=True)
class Conditions:
    """What is the same for every arm of a case."""

    ledger: Ledger | None = None
    again: int = 0
    budget_usd: float | None = None
    timeout_s: float = 3600.0
    depth: Depth | None = None
    """As it was recorded; None: by what is at stake."""
    tokens: int = 0
    """What a chat may spend, in and out together; 0: its page and one improvement."""


def options_for(arm: Arm, conditions: Conditions) -> ByRoles:
    return ByRoles(
        roles=MappingProxyType(vars(arm.roles).copy()),
        effort=arm.effort,
        depth=conditions.depth,
        again=conditions.again,
        budget_usd=conditions.budget_usd,
        timeout_s=conditions.timeout_s,
    )


async def make(case: Case, arm: Arm, conditions: Conditions) -> Drafted:
    """The page of that arm, with its groundwork, critique and the calls that it took. Raises CoachError."""
    options = options_for(arm, conditions)
    if arm.is_chat:
        return await chat_page(case.context, options, conditions.ledger, tokens=conditions.tokens, is_checked=False)
    given = None if arm.has_groundwork else Groundwork()
    with prompts_from(arm.prompts) if arm.prompts else nullcontext():
        return await plan_meeting(case.context, options=options, groundwork=given, ledger=conditions.ledger)


def as_of_version(drafted: Drafted, version: int) -> Drafted:
    """The plan as it stood then, with the calls that had led to it."""
    if version < 0 or version >= len(drafted.drafts):
        return drafted
    draft = drafted.drafts[version]
    return drafted.model_copy(
        update={
            "plan": draft.plan.model_copy(update={"drafted_by": drafted.drafted_by}),
            "critique": draft.critique,
            "drafts": drafted.drafts[: version + 1],
            "runs": calls_until(drafted.runs, version),
        }
    )


def calls_until(runs: tuple[Run, ...], version: int) -> tuple[Run, ...]:
    """The calls for the first pages: `version` rewrites, and the indexing in proportion to the pages."""
    pages = 1 + sum(run.call == "rewrite" for run in runs)
    kept: list[Run] = []
    for call in dict.fromkeys(run.call for run in runs):
        own = [run for run in runs if run.call == call]
        if call in AFTER_THE_REWRITES:
            continue
        if call in ("criticise", "rewrite"):
            kept += own[:version]
        elif call.startswith("index"):
            kept += own[: -(-len(own) * (version + 1) // pages)]
        else:
            kept += own
    return tuple(kept)
