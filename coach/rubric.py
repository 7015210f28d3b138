"""The rubric: items, gates, rules, judge's questions, word budgets and lexicons, as values.

Reads `prompts/rubric.yaml`, the only place with exact numbers of what is good. Knows nothing about plans or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from coach.errors import InputError
from coach.prompts import prompts_folder
from coach.schema import Depth, Part

YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C one where PyYAML has it: ten times faster."""
POINTS_OF_AN_ITEM = 4.0
ENGLISH = "en"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Entry):
    """One of the article's eight factors, its three principles, or conciseness."""

    title: str
    weight: float = Field(gt=0)
    parts: tuple[Part, ...]
    """The parts of the page it looks at; no other item looks at them."""
    anchors: tuple[str, str, str, str, str]
    """What 0, 1, 2, 3 and 4 look like."""


class Gate(_Entry):
    when: str
    cap: float | None = Field(None, ge=0, le=100)
    """The most that the total can be."""
    item_cap: float | None = Field(None, ge=0, le=POINTS_OF_AN_ITEM)
    """The most that the item of the finding can be."""


class Rule(_Entry):
    what: str
    source: str
    points: float = Field(ge=0, le=POINTS_OF_AN_ITEM)
    """What a defect takes off its item."""
    hint_points: float | None = None
    """What a hint takes off; nothing unless given."""
    items: tuple[str, ...] = ()
    """Empty: the item that looks at the finding's part."""
    gates: tuple[str, ...] = ()
    """The gates that a finding of gravity `gate` closes."""
    by: Literal["code", "judge"] = "code"
    """Who finds what breaks it; of what the judge names, code checks the quotation and the line."""


class Question(_Entry):
    item: str
    points: float = Field(gt=0, le=POINTS_OF_AN_ITEM)
    ask: str
    looks_at: tuple[Part, ...] | None = None
    """The parts whose words decide the answer; None: those of its item. Empty: the whole page."""


class DepthLimits(_Entry):
    quick_amount_below: float
    quick_words_below: int
    quick_attendees_at_most: int
    major_amount_from: float
    major_amount_from_when_crowded_or_late: float
    crowded_from: int
    late_stages: tuple[str, ...]


class Limits(_Entry):
    part_words: int
    commitment_similarity: float
    agenda_items: int
    agenda_items_major: int
    closing_share: float
    closed_questions: float
    questions_per_half_hour: int
    opening_words: int
    overlong: float
    item_words: int
    repeated_words: int
    bring_blanks: int
    language_words: int


class Rubric(_Entry):
    items: dict[str, Item]
    required_parts: tuple[Part, ...]
    gates: dict[str, Gate]
    rules: dict[str, Rule]
    questions: dict[str, Question]
    word_budgets: dict[Depth, int]
    depth: DepthLimits
    limits: Limits
    lexicons: dict[str, dict[str, tuple[str, ...]]]
    """Lexicon to language to phrases; `labels` has parts in place of languages."""

    @model_validator(mode="after")
    def _names_exist(self) -> Rubric:
        named = {item for rule in self.rules.values() for item in rule.items}
        named |= {question.item for question in self.questions.values()}
        gates = {gate for rule in self.rules.values() for gate in rule.gates}
        if unknown := (named - self.items.keys()) | (gates - self.gates.keys()):
            raise ValueError(f"no such item or gate: {', '.join(sorted(unknown))}")
        return self

    @model_validator(mode="after")
    def _numbers_add_up(self) -> Rubric:
        if sum(item.weight for item in self.items.values()) != 100:
            raise ValueError("the weights of the items do not add up to 100")
        for name in self.items:
            points = [question.points for question in self.questions.values() if question.item == name]
            if points and sum(points) != POINTS_OF_AN_ITEM:
                raise ValueError(f"the points of the questions of {name} do not add up to 4")
        parts = [part for item in self.items.values() for part in item.parts]
        if len(parts) != len(set(parts)):
            raise ValueError("two items look at the same part")
        return self

    @cached_property
    def item_by_part(self) -> dict[str, str]:
        return {part: name for name, item in self.items.items() for part in item.parts}


@cache
def rubric() -> Rubric:
    """The rubric as it stands in `prompts/rubric.yaml`. Raises InputError, naming the place, when it is not sound."""
    return read_rubric(prompts_folder() / "rubric.yaml")


def read_rubric(path: Path) -> Rubric:
    """Read a rubric of one's own. Raises InputError when the file is missing or not sound."""
    try:
        return Rubric.model_validate(yaml.load(path.read_text("utf-8"), Loader=YAML_LOADER))  # a safe one
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path.name} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the whole"
        raise InputError(f"{path.name}, {place}: {first['msg']}") from error


def word_budget(depth: Depth) -> int:
    """Words that a page of this depth may have."""
    return rubric().word_budgets[depth]


@cache
def words_for(lexicon: str, language: str = ENGLISH) -> re.Pattern[str]:
    """A pattern for the phrases of a lexicon, English and `language` (`de`); case does not count.

    In a phrase `*` stands for any letters. A language that the lexicon does not have adds nothing.
    """
    by_language = rubric().lexicons[lexicon]
    phrases = dict.fromkeys((*by_language.get(ENGLISH, ()), *by_language.get(language, ())))
    return _pattern(phrases)


@cache
def label_parts() -> dict[str, str]:
    """Part by the label with which a passage may begin, in lower case: `fall-back` is `fallback`."""
    return {label: part for part, labels in rubric().lexicons["labels"].items() for label in labels}


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Phrases that begin and end with a letter or digit match whole words only."""
    longest_first = sorted(phrases, key=len, reverse=True)
    whole = "|".join(_body(phrase) for phrase in longest_first if phrase[0].isalnum() and phrase[-1].isalnum())
    others = [_with_edges(phrase) for phrase in longest_first if not (phrase[0].isalnum() and phrase[-1].isalnum())]
    alternatives = [*([rf"\b(?:{whole})\b"] if whole else []), *others]
    return re.compile("|".join(alternatives) or r"(?!)", re.IGNORECASE)


def _with_edges(phrase: str) -> str:
    before, after = (r"\b" if sign.isalnum() else "" for sign in (phrase[0], phrase[-1]))
    return f"{before}{_body(phrase)}{after}"


def _body(phrase: str) -> str:
    return re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ ", r"\s+").replace("'", "['’]")
