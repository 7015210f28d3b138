"""A plan as JSON, in the contract's shape, without loss: keys as the nouns of schema.py name them."""

from __future__ import annotations

import json

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from coach.errors import InputError
from coach.schema import Drafted, MeetingPlan


def to_json(drafted: Drafted) -> str:
    """All of it, indented; half a surrogate pair, which UTF-8 cannot hold, is escaped."""
    try:
        return drafted.model_dump_json(indent=1)
    except PydanticSerializationError:
        return json.dumps(drafted.model_dump(mode="python"), indent=1, default=str)


def from_json(text: str, *, name: str = "the plan") -> Drafted | MeetingPlan:
    """What `to_json` wrote, or a plan alone.

    Raises:
        InputError: it is neither; the message names the line of broken JSON, or the first place that does not fit.
    """
    loaded = _loaded(text, name)
    noun = Drafted if isinstance(loaded, dict) and "plan" in loaded else MeetingPlan
    try:
        return noun.model_validate(loaded)
    except ValidationError as error:
        found = error.errors()[0]
    place = ".".join(map(str, found["loc"])) or "the whole"
    raise InputError(f"{name}: not a plan: {place}: {found['msg']}", hint="`coach schema plan` shows what is expected.")


def _loaded(text: str, name: str) -> object:
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise InputError(f"{name}, line {error.lineno}, column {error.colno}: no JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise InputError(f"{name}: nested too deep, or a number too long, to be a plan") from error
