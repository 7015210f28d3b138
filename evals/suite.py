"""Which samples a run has: the tasks and parts that were asked for, each arm beside the one without a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from coach.errors import InputError
from evals.arms import Arm, ablations, builtin_arm, chat_arm, model_arm
from evals.cases import Case, Split, cases_or_faults
from evals.critic_cases import CriticCase, load_critic
from evals.critic_jobs import JUDGED, READ, RULES, Critic, Looked, agreement_jobs, critic_jobs
from evals.injection_jobs import injection_jobs
from evals.jobs import Job
from evals.label import verdicts
from evals.metrics import TASKS
from evals.pages import Pages, Source
from evals.pairwise_jobs import Readings, bias_jobs, pairwise_jobs, win_share
from evals.people_jobs import people_jobs
from evals.plan_jobs import ablation_jobs, groundwork_jobs, plan_jobs
from evals.recordings import Roles

PARTS = ("plan", "judged", "read", "pairwise", "ablation")
"""What models are asked for: pages; the judge, and the second reader too, on critic cases; readings; left-out steps."""

READ_BASES = ("demo_for_five", "intermediaire", "thin_lead")
"""Bases whose good page and mutants the second reader is asked about where none is named: 58 calls, not 238. Every item
of the rubric is spoilt in them, and 49 of the 58 rules, gates and questions that some case breaks."""

ABLATED: Split = "test"
"""The split that ablations are made and read on."""


@dataclass(frozen=True)
class Asked:
    tasks: tuple[str, ...] = TASKS
    parts: tuple[str, ...] = ()
    split: Split | Literal["all"] = "all"
    only: tuple[str, ...] = ()
    """Meetings or base plans by name; empty: all."""
    epochs: int = 1
    other_reader: str = ""
    other_prompts: Path | None = None
    arms: tuple[str, ...] = ()
    """Ablations by name; empty: all."""
    is_replay: bool = False
    """Naming meetings then leaves others out, and asks for nothing more of those that are named."""

    def wants(self, name: str) -> bool:
        return not self.only or name in self.only

    @property
    def names_more(self) -> bool:
        """Whether meetings are named of which models may be asked for more than is asked of all."""
        return bool(self.only) and not self.is_replay


@dataclass(frozen=True)
class Data:
    cases: tuple[Case, ...]
    critic: tuple[CriticCase, ...]


def data_for(asked: Asked) -> Data:
    """Raises InputError with a line for each fault, and where nothing of that name is there."""
    critic = load_critic(split=asked.split)
    if critic.faults:
        raise InputError("\n".join(critic.faults), hint="evals/GUIDE.md says how a case is written.")
    found = Data(
        tuple(case for case in cases_or_faults(asked.split) if asked.wants(case.id)),
        tuple(case for case in critic.cases if asked.wants(case.base)),
    )
    known = {case.id for case in found.cases} | {case.base for case in found.critic}
    if unknown := [name for name in asked.only if name not in known]:
        raise InputError(f"There is no meeting or base plan {', '.join(unknown)} in the {asked.split} cases.")
    return found


def jobs_for(asked: Asked, data: Data, source: Source, roles: Roles | None) -> list[Job]:
    """The samples, task by task. Without roles no model is asked."""
    found = [*_of_pages(asked, data, source, roles), *_of_critic(asked, data, source, roles)]
    if "injection" in asked.tasks and not asked.only:
        found += injection_jobs()
    return [job for job in found if job.task in asked.tasks]


def _of_pages(asked: Asked, data: Data, source: Source, roles: Roles | None) -> Iterator[Job]:
    pages = Pages(source)
    arms = [builtin_arm(), *([model_arm(roles)] if roles and "plan" in asked.parts else [])]
    yield from groundwork_jobs(data.cases, arms, pages, epochs=asked.epochs)
    yield from plan_jobs(data.cases, arms, pages, epochs=asked.epochs)
    if roles and "plan" in asked.parts:
        yield from people_jobs(data.cases, model_arm(roles), pages, verdicts())
    if roles:
        yield from _compared(asked, data.cases, pages, roles)


def _compared(asked: Asked, cases: Sequence[Case], pages: Pages, roles: Roles) -> Iterator[Job]:
    whole, readings = model_arm(roles), Readings(pages, reader=roles.judge)
    chat = chat_arm(roles)
    if "pairwise" in asked.parts:
        yield from pairwise_jobs(cases, whole, chat, readings)
        yield from bias_jobs(cases, whole, chat, readings)
    if "ablation" in asked.parts:
        ablated = _ablated(asked, cases)
        every = ablations(roles, other_reader=asked.other_reader, other_prompts=asked.other_prompts)
        arms = [arm for arm in every if not asked.arms or arm.name in asked.arms]
        yield from ablation_jobs(ablated, [whole], pages)
        yield from ablation_jobs(ablated, arms, pages, wins=partial(_wins, whole, readings))


def _ablated(asked: Asked, cases: Sequence[Case]) -> Sequence[Case]:
    """Each arm is a page a meeting and two readings: where none is named, those of the test split are enough."""
    return cases if asked.names_more else [case for case in cases if case.label.split == ABLATED]


def _read(asked: Asked, cases: Sequence[CriticCase]) -> Sequence[CriticCase]:
    """Each is a call: where none is named, a fixed sample is enough."""
    sample = (case for case in cases if case.base in READ_BASES)
    return cases if asked.names_more else [case for case in sample if case.kind == "mutant" or not case.edits]


async def _wins(whole: Arm, readings: Readings, case: Case, arm: Arm) -> float | None:
    return await win_share(case, whole, arm, readings)


def _of_critic(asked: Asked, data: Data, source: Source, roles: Roles | None) -> Iterator[Job]:
    if not data.critic:
        return
    arms = [RULES, *(name for name in (JUDGED, READ) if roles and name in asked.parts)]
    by_rules: dict[str, Looked] = {}
    for arm in arms:
        cases = _read(asked, data.critic) if arm == READ else data.critic
        critic = Critic(cases, source, roles, arm=arm, by_rules=by_rules)
        yield from critic_jobs(critic)
        yield from agreement_jobs(critic)
