"""How values are kept: words without what no database can hold, moments in UTC, nouns as JSON.

A noun is read tolerantly: what an older or newer program wrote differently falls back to the noun's default, part by
part, so that one strange field never hides a page.
"""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json
from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from coach.errors import StoreError

MOST_ROUNDS = 20
"""How often a noun that does not fit is mended; each round mends every place found."""
N = TypeVar("N", bound=BaseModel)
Place = tuple[int | str, ...]


class Words(TypeDecorator[str]):
    """Text without NUL and without half surrogate pairs, which PostgreSQL and UTF-8 refuse."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else cleaned(value)


class Moment(TypeDecorator[dt.datetime]):
    """An aware moment; kept and read in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def cleaned(text: str) -> str:
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def as_json(value: object) -> str:
    """Nouns and plain values as compact JSON; every text in it cleaned."""
    try:
        text = to_json(value).decode("utf-8")
    except PydanticSerializationError:
        return as_json(_cleaned_within(value))
    return as_json(_cleaned_within(value)) if "\\u0000" in text and _holds_nul(value) else text


def read(kind: type[N], kept: JsonValue) -> N:
    """A noun from its JSON.

    Raises:
        StoreError: what is kept is no such noun at all.
    """
    for _ in range(MOST_ROUNDS):
        try:
            return kind.model_validate(kept)
        except ValidationError as error:
            places = [_strange(found["loc"], found["type"]) for found in error.errors(include_url=False)]
        if () in places:
            break
        for place in reversed(places):
            _drop(kept, place)
    raise StoreError(f"What the database keeps as {kind.__name__} cannot be read.")


def read_all(kind: type[N], kept: JsonValue) -> tuple[N, ...]:
    """The nouns of a list; those that cannot be read at all are left out."""
    return tuple(one for item in (kept if isinstance(kept, list) else []) for one in _readable(kind, item))


def _readable(kind: type[N], item: JsonValue) -> list[N]:
    try:
        return [read(kind, item)]
    except StoreError:
        return []


def _strange(place: Place, problem: str) -> Place:
    """What has to go: the value itself, or, where a value is missing that has no default, what it is missing in."""
    return place[:-1] if problem == "missing" else place


def _drop(kept: JsonValue, place: Place) -> None:
    *way, last = place
    here: JsonValue = kept
    for step in way:
        here = _step(here, step)
    if isinstance(here, dict) and isinstance(last, str):
        here.pop(last, None)
    elif isinstance(here, list) and isinstance(last, int) and last < len(here):
        del here[last]


def _step(here: JsonValue, step: int | str) -> JsonValue:
    if isinstance(here, dict) and isinstance(step, str):
        return here.get(step)
    if isinstance(here, list) and isinstance(step, int) and step < len(here):
        return here[step]
    return None


def _cleaned_within(value: object) -> object:
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="python")
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, dict):
        return {_cleaned_within(key): _cleaned_within(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned_within(item) for item in value]
    return value


def _holds_nul(value: object) -> bool:
    """Whether a text holds NUL; the six characters `\\u0000` typed by a person are no NUL."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="python")
    if isinstance(value, dict):
        return any(map(_holds_nul, value.keys())) or any(map(_holds_nul, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_holds_nul, value))
    return isinstance(value, str) and "\0" in value


def from_kept_json(text: str | bytes) -> JsonValue:
    value: JsonValue = from_json(text)
    return value
