"""People's verdicts, in the terminal and blind: one page with the rubric's questions, or two pages side by side.

Each verdict is a JSON line with who gave it and when. Only what a person typed here is a label.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from coach.brief import material
from coach.errors import InputError
from coach.export.runs import clean
from coach.rubric import rubric
from coach.schema import AccountContext, MeetingPlan
from evals.places import LABELS
from evals.reading import neutral
from evals.stats import Estimate, Pair, kappa

Ask = Callable[[str], str]
"""Shows a prompt, gives what was typed. Raises EOFError when the person is gone."""
WORDS = {"y": "yes", "n": "no", "s": "skip"}


class Verdict(BaseModel):
    """What one person said of one page, or of two."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: str
    at: dt.datetime
    kind: Literal["questions", "pair"]
    case: str
    pages: tuple[str, ...]
    """Hashes of the pages as they were read, in the order in which they stood."""
    arms: tuple[str, ...]
    """Who made them; not shown to the person."""
    answers: dict[str, str] = {}
    """Rubric question to yes or no; of a pair, `first` to 1 or 2, its place. What was skipped is not in it."""
    note: str = ""


@dataclass(frozen=True)
class Page:
    case: str
    arm: str
    context: AccountContext
    plan: MeetingPlan

    @property
    def sha256(self) -> str:
        return hashlib.sha256(neutral(self.plan).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Sitting:
    """One person at one terminal."""

    who: str
    console: Console
    ask: Ask
    file: Path

    def keep(self, verdict: Verdict) -> None:
        """At once, so that whoever stops loses nothing."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(verdict.model_dump_json(exclude_defaults=True) + "\n")


def label_pages(pages: Sequence[Page], sitting: Sitting, *, questions: Sequence[str] = ()) -> int:
    """One page after the other with the rubric's questions, until the person stops; how many were labelled."""
    done = 0
    for page in _not_yet(pages, sitting):
        _show_material(page.context, sitting.console)
        sitting.console.print(Panel(_shown(page), title="The page"))
        answers = _asked_questions(questions or tuple(rubric().questions), sitting)
        if answers is None:
            return done
        sitting.keep(_verdict("questions", [page], answers, sitting))
        done += 1
    return done


def label_pairs(pairs: Sequence[tuple[Page, Page]], sitting: Sitting, *, seed: int = 0) -> int:
    """Two pages of one meeting side by side, in an order of chance; how many pairs were labelled."""
    done = 0
    for pair in pairs:
        first, second = Random(f"{seed} {sitting.who} {pair[0].case}").sample(pair, 2)
        if _is_known(_hashes(sitting), sitting.who, [first, second]):
            continue
        _show_material(first.context, sitting.console)
        panels = [Panel(_shown(page), title=f"Page {place}") for place, page in ((1, first), (2, second))]
        sitting.console.print(Columns(panels, equal=True, expand=True))
        said = _typed("Which would you hand to your rep? 1, 2, s to skip, q to stop: ", ("1", "2", "s", "q"), sitting)
        if said == "q":
            return done
        if said != "s":
            sitting.keep(_verdict("pair", [first, second], {"first": said}, sitting))
            done += 1
    return done


def verdicts(folder: Path = LABELS) -> tuple[Verdict, ...]:
    """All that people said. Raises InputError, naming file and line, for what is no verdict."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                found.append(Verdict.model_validate(json.loads(line)))
            except ValueError as error:
                raise InputError(f"labels/{path.name} line {number} is no verdict: {error}") from None
    return tuple(found)


def agreement_of_people(found: Sequence[Verdict]) -> Estimate | None:
    """Kappa between any two people who answered the same question of the same page; None where there are none."""
    pairs = []
    for number, one in enumerate(found):
        for other in found[number + 1 :]:
            if one.kind == "questions" and one.who != other.who and one.pages == other.pages:
                shared = one.answers.keys() & other.answers.keys()
                pairs += [Pair(one.case, one.answers[name], other.answers[name]) for name in sorted(shared)]
    return kappa(pairs)


def _asked_questions(questions: Sequence[str], sitting: Sitting) -> dict[str, str] | None:
    """None: the person stopped; the page is asked again at the next sitting."""
    answers: dict[str, str] = {}
    for question in questions:
        text = f"{rubric().questions[question].ask.split(' Quote')[0]}\n  y, n, s to skip, q to stop: "
        said = _typed(text, ("y", "n", "s", "q"), sitting)
        if said == "q":
            return None
        if said != "s":
            answers[question] = WORDS[said]
    return answers


def _typed(prompt: str, allowed: Sequence[str], sitting: Sitting) -> str:
    while True:
        try:
            said = sitting.ask(prompt).strip().casefold()
        except (EOFError, KeyboardInterrupt):
            return "q"
        if said in allowed:
            return said
        sitting.console.print(f"Please type one of {', '.join(allowed)}.")


def _not_yet(pages: Sequence[Page], sitting: Sitting) -> Iterator[Page]:
    known = _hashes(sitting)
    return (page for page in pages if not _is_known(known, sitting.who, [page]))


def _hashes(sitting: Sitting) -> frozenset[tuple[str, frozenset[str]]]:
    if not sitting.file.exists():
        return frozenset()
    read = (Verdict.model_validate_json(line) for line in sitting.file.read_text("utf-8").splitlines())
    return frozenset((one.who, frozenset(one.pages)) for one in read)


def _is_known(known: frozenset[tuple[str, frozenset[str]]], who: str, pages: Sequence[Page]) -> bool:
    return (who, frozenset(page.sha256 for page in pages)) in known


def _verdict(
    kind: Literal["questions", "pair"], pages: Sequence[Page], answers: dict[str, str], sitting: Sitting
) -> Verdict:
    return Verdict(
        who=sitting.who,
        at=dt.datetime.now(dt.UTC).replace(microsecond=0),
        kind=kind,
        case=pages[0].case,
        pages=tuple(page.sha256 for page in pages),
        arms=tuple(page.arm for page in pages),
        answers=answers,
    )


def _show_material(context: AccountContext, console: Console) -> None:
    console.clear()
    console.print(Panel(Text(clean(material(context))), title="Record and notes"))


def _shown(page: Page) -> Text:
    """As plain text: nothing in a page is a link or a colour of the terminal."""
    return Text(clean(neutral(page.plan)))
