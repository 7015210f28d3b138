"""The meetings that plans are measured on: contexts and what an expert knows of them stand up to their own notes."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.context import read_context
from coach.schema import AccountContext

ROOT = Path(__file__).parents[1]
CONTEXTS = ROOT / "evals" / "contexts"
LABELS = sorted(CONTEXTS.glob("*/*.yaml"))
NOTES = sorted(CONTEXTS.glob("*/*.md"))

Words = Annotated[list[str], Field(min_length=1)]
_NUMBER = r"\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_TERM = rf"(?:{_NUMBER})(?:\s?%)?(?:\s[^\W\d_]+)?"
SUM = re.compile(rf"(?<![\w.,-])({_TERM}(?:\s[-+x×/]\s{_TERM})+)\s=\s({_NUMBER})(?:\s?(%))?")
DAYS = re.compile(r"(\d{4}-\d\d-\d\d) ([-+]) (\d+) days = (\d{4}-\d\d-\d\d)")
BETWEEN = re.compile(r"(\d{4}-\d\d-\d\d) - (\d{4}-\d\d-\d\d) = (\d+) days")


class Known(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Fact(Known):
    fact: str
    lines: Words
    any_of: Words


class Claim(Known):
    claim: str
    words: Words
    why: str


class Contradiction(Known):
    what: str
    lines: Words
    any_of: Annotated[list[Words], Field(min_length=1)]


class Promise(Known):
    what: str
    lines: Words
    any_of: Words


class Promises(Known):
    ours: list[Promise]
    theirs: list[Promise]


class Confidence(Known):
    lines: Words
    words: Words
    why: str


class Outcome(Known):
    who: str
    what: str
    by: str = ""


class Label(Known):
    situation: str = Field(pattern=r"^(near_miss:)?[a-z_]+$")
    language: Literal["en", "de", "fr"]
    split: Literal["dev", "test"]
    trap: str = Field(min_length=40)
    must_surface: list[Fact] = Field(min_length=4, max_length=8)
    must_not_claim: list[Claim] = Field(min_length=1, max_length=4)
    contradictions: list[Contradiction]
    promises: Promises
    in_confidence: list[Confidence]
    best_outcomes: list[Outcome] = Field(min_length=1, max_length=3)
    fallbacks: list[Outcome] = Field(min_length=1, max_length=3)
    questions: Words = Field(min_length=3, max_length=5)


@cache
def label_of(path: Path) -> Label:
    return Label.model_validate(yaml.safe_load(path.read_text("utf-8")))


def notes_of(path: Path) -> Path:
    """Beside the label; a label of one of the repository's examples has its context there."""
    beside = path.with_suffix(".md")
    return beside if beside.exists() else ROOT / "examples" / beside.name


@cache
def context_of(path: Path) -> AccountContext:
    return read_context(notes_of(path))


def text_of(context: AccountContext, labels: list[str]) -> str:
    return " ".join(context.lines[label].text for label in labels).casefold()


def stands(words: list[str], text: str) -> bool:
    return any(word.casefold() in text for word in words)


def is_worked_out(words: list[str], explanation: str) -> bool:
    """One of the words is a figure or a date that no line holds, and the label says how it comes about."""
    return any(re.search(r"\d", word) and word.casefold() in explanation.casefold() for word in words)


def number(text: str) -> float:
    """A figure as written in English, German or French: groups of three behind a mark are thousands."""
    plain = re.sub(r"[.,' \u00a0\u202f](?=\d{3}(?:\D|$))", "", text)
    return float(plain.replace(",", "."))


def worth(terms: str) -> float:
    """The value of `4 x 14 x 60 / 35`, with words behind the figures and per cent as hundredths."""
    first, *others = re.split(r"\s([-+])\s", terms)
    signed = zip(others[::2], others[1::2], strict=True)
    return _product(first) + sum(_product(part) * (1 if sign == "+" else -1) for sign, part in signed)


def _product(terms: str) -> float:
    first, *others = re.split(r"\s([x×/])\s", terms)
    value = _value(first)
    for operator, part in zip(others[::2], others[1::2], strict=True):
        value = value / _value(part) if operator == "/" else value * _value(part)
    return value


def _value(term: str) -> float:
    found = re.match(_NUMBER, term)
    assert found, term
    return number(found[0]) / (100 if "%" in term else 1)


def every_word(label: Label) -> list[str]:
    facts = [one.fact for one in label.must_surface]
    promises = [one.what for one in (*label.promises.ours, *label.promises.theirs)]
    contradictions = [one.what for one in label.contradictions]
    return [*facts, *promises, *contradictions, label.trap, *(one.why for one in label.must_not_claim)]


by_name = pytest.mark.parametrize("path", LABELS, ids=lambda path: path.stem)


def test_every_context_is_labelled_and_every_label_has_its_context() -> None:
    assert LABELS
    assert [path.name for path in NOTES if path.with_suffix(".yaml") not in LABELS] == []
    assert [path.name for path in LABELS if not notes_of(path).exists()] == []


def test_no_two_contexts_share_a_name() -> None:
    assert [stem for stem, count in Counter(path.stem for path in LABELS).items() if count > 1] == []


@by_name
def test_labels_fit_their_schema(path: Path) -> None:
    try:
        label_of(path)
    except ValidationError as error:
        pytest.fail(f"{path.name}: {error}")


@by_name
def test_split_is_the_folder(path: Path) -> None:
    assert label_of(path).split == path.parent.name


@by_name
def test_record_says_today_and_when_and_whom_we_meet(path: Path) -> None:
    context = context_of(path)
    assert context.meeting.date
    assert context.today <= context.meeting.date
    assert context.meeting.minutes
    assert context.meeting.attendees
    assert "today:" in notes_of(path).read_text("utf-8")


@by_name
def test_contexts_hold_sixty_to_two_thousand_five_hundred_words(path: Path) -> None:
    assert 60 <= len(notes_of(path).read_text("utf-8").split()) <= 2500


@by_name
def test_labels_name_lines_that_exist(path: Path) -> None:
    label, context = label_of(path), context_of(path)
    lines = [
        *(line for fact in label.must_surface for line in fact.lines),
        *(line for one in label.contradictions for line in one.lines),
        *(line for promise in (*label.promises.ours, *label.promises.theirs) for line in promise.lines),
        *(line for held in label.in_confidence for line in held.lines),
    ]
    assert [line for line in lines if line not in context.lines] == []


@by_name
def test_lines_named_in_brackets_exist(path: Path) -> None:
    found = [line for text in every_word(label_of(path)) for line in re.findall(r"\b[LFP]\d+\b", text)]
    assert [line for line in found if line not in context_of(path).lines] == []


@by_name
def test_facts_stand_in_their_lines_or_are_worked_out(path: Path) -> None:
    label, context = label_of(path), context_of(path)
    unfounded = [
        fact.fact
        for fact in label.must_surface
        if not (stands(fact.any_of, text_of(context, fact.lines)) or is_worked_out(fact.any_of, fact.fact))
    ]
    assert unfounded == []


@by_name
def test_promises_stand_in_their_lines_or_are_counted(path: Path) -> None:
    label, context = label_of(path), context_of(path)
    unfounded = [
        promise.what
        for promise in (*label.promises.ours, *label.promises.theirs)
        if not (stands(promise.any_of, text_of(context, promise.lines)) or is_worked_out(promise.any_of, promise.what))
    ]
    assert unfounded == []


@by_name
def test_confidences_are_quoted_from_their_lines(path: Path) -> None:
    label, context = label_of(path), context_of(path)
    for held in label.in_confidence:
        lines = text_of(context, held.lines)
        assert [word for word in held.words if word.casefold() not in lines] == []


@by_name
def test_no_word_is_both_wanted_and_forbidden(path: Path) -> None:
    label = label_of(path)
    wanted = {word.casefold() for fact in label.must_surface for word in fact.any_of}
    forbidden = {word.casefold() for claim in label.must_not_claim for word in claim.words}
    assert wanted & forbidden == set()
    assert [f"{bad} in {good}" for bad in forbidden for good in wanted if bad in good] == []


@by_name
def test_sums_in_labels_hold(path: Path) -> None:
    for text in every_word(label_of(path)):
        for terms, result, per_cent in SUM.findall(DAYS.sub("", BETWEEN.sub("", text))):
            expected = number(result) / (100 if per_cent else 1)
            assert math.isclose(worth(terms), expected, rel_tol=0.01), f"{terms} = {result} {per_cent}"


@by_name
def test_days_in_labels_are_counted_right(path: Path) -> None:
    for text in every_word(label_of(path)):
        for start, sign, days, end in DAYS.findall(text):
            moved = dt.timedelta(days=int(days)) * (1 if sign == "+" else -1)
            assert dt.date.fromisoformat(start) + moved == dt.date.fromisoformat(end), text
        for later, earlier, days in BETWEEN.findall(text):
            assert (dt.date.fromisoformat(later) - dt.date.fromisoformat(earlier)).days == int(days), text


@pytest.mark.parametrize(
    ("terms", "result"),
    [
        ("4 x 14 x 60 / 35", 96),
        ("3 x 2 x 3 % x 2,950", 531),
        ("40 x 35 x 36 + 40 x 90", 54_000),
        ("610.000 - 180.000", 430_000),
        ("42,757 + 7,607.60 + 11,520", 61_884.60),
        ("14 Anlagen x 63 EUR x 12", 10_584),
    ],
)
def test_a_sum_is_worked_out_as_a_person_would(terms: str, result: float) -> None:
    assert worth(terms) == pytest.approx(result)
