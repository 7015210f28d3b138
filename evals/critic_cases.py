"""Good pages and the same pages with one thing spoilt: read, checked, and made into plans.

A base is a page somebody would hand over, with its context and what was worked out; a mutant is exact words replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.context import read_context
from coach.critique import checked
from coach.errors import InputError
from coach.export.markdown import from_markdown
from coach.groundwork import read_groundwork
from coach.rubric import rubric
from coach.schema import AccountContext, Groundwork, MeetingPlan
from evals.places import CRITIC, EXAMPLES

Answer = Literal["yes", "no"]


class _Known(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Edit(_Known):
    find: str
    replace: str


class Expected(_Known):
    """What a careful person objects to, or does not."""

    rules: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    questions: dict[str, Answer] = {}


class CriticCase(_Known):
    id: str
    base: str
    split: Literal["dev", "test"] = "dev"
    kind: Literal["good", "mutant"]
    defect: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    expected: Expected = Expected()
    either: tuple[str, ...] = ()
    """What may be objected to besides, or may not: it counts neither way."""
    false_alarms: tuple[str, ...] = ()
    """Objections that were known to be wrong when the case was written: they count as false."""
    missed_by_rules: tuple[str, ...] = ()
    """Rules that should object and were known not to when the case was written: they count as missed."""
    why: str = ""


@dataclass(frozen=True)
class Base:
    name: str
    context: AccountContext
    groundwork: Groundwork
    text: str


@dataclass(frozen=True)
class LoadedCritic:
    cases: tuple[CriticCase, ...]
    faults: tuple[str, ...]


def load_critic(folder: Path = CRITIC, *, split: Literal["dev", "test", "all"] = "all") -> LoadedCritic:
    """Every case, base by base; a line for each fault. Never raises."""
    cases: list[CriticCase] = []
    faults: list[str] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                case = CriticCase.model_validate_json(line)
                found = [*_faults(case, folder)]
            except ValidationError as error:
                first = error.errors()[0]
                found = [f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}"]
            except InputError as error:
                found = [error.message]
            faults += [f"critic/{path.name} line {number}: {fault}" for fault in found]
            cases += [] if found or split not in ("all", case.split) else [case]
    names = [case.id for case in cases]
    faults += [f"critic: {name} stands twice" for name in sorted({name for name in names if names.count(name) > 1})]
    return LoadedCritic(tuple(cases), tuple(faults))


@cache
def base(name: str, folder: Path = CRITIC) -> Base:
    """Raises InputError when its page or its context is missing."""
    plan, own = folder / "plans" / f"{name}.md", folder / "contexts" / f"{name}.md"
    if not plan.exists():
        raise InputError(f"there is no page critic/plans/{name}.md")
    context = read_context(str(own if own.exists() else EXAMPLES / f"{name}.md"))
    worked_out = folder / "groundwork" / f"{name}.md"
    text = worked_out.read_text("utf-8") if worked_out.exists() else ""
    return Base(name, context, read_groundwork(text, drafted_by="by hand"), plan.read_text("utf-8"))


def plan_of(case: CriticCase, folder: Path = CRITIC) -> MeetingPlan:
    """The page with its words replaced, every block compared with its lines."""
    good = base(case.base, folder)
    text = good.text
    for edit in case.edits:
        text = text.replace(edit.find, edit.replace)
    plan = from_markdown(text, name=case.id, today=good.context.today)
    return checked(plan, good.context, good.groundwork)


def objections(case: CriticCase) -> frozenset[str]:
    """Rules, gates and questions by which the defect may be named."""
    asked = (question for question, answer in case.expected.questions.items() if answer == "no")
    return frozenset((*case.expected.rules, *case.expected.gates, *asked))


def labelled_answers(case: CriticCase, good: CriticCase | None) -> Mapping[str, Answer]:
    """The answers that a careful person gives: the case's own, and the base's where the defect does not touch them."""
    inherited = good.expected.questions if good else {}
    untouched = {name: answer for name, answer in inherited.items() if name not in case.either}
    return {**untouched, **case.expected.questions}


def _faults(case: CriticCase, folder: Path) -> Iterator[str]:
    text = base(case.base, folder).text
    for edit in case.edits:
        if text.count(edit.find) != 1:
            yield f"{case.id}: “{edit.find[:50]}” stands {text.count(edit.find)} times on the page, not once"
        text = text.replace(edit.find, edit.replace)
    known = rubric().rules.keys() | rubric().gates.keys() | rubric().questions.keys()
    named = {*objections(case), *case.expected.questions, *case.either, *case.defect}
    yield from (f"{case.id}: the rubric has no {name}" for name in sorted(named - known))
    if case.kind == "mutant" and not objections(case):
        yield f"{case.id}: says of no rule, gate or question that it should object"
    if case.kind == "mutant" and not case.edits:
        yield f"{case.id}: is a mutant without a change"
