"""What a CRM's answers hold: rows of fields -> texts, numbers and moments (pure). Never raises on odd content."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

_T = TypeVar("_T")

Row = Mapping[str, object]

LONGEST_TEXT = 65_536
"""Characters of one field: HubSpot's limit for a note; longer ones are threads of mails that quote themselves."""

_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$")
_PRIVATE = re.compile(
    r"\W*(?:(?:private?|privat\w{0,3}|privé|vertraulich|personal)(?:\s+(?:appointment|event|meeting|termin))?"
    r"|busy|beschäftigt|occupé|ocupado)\W*$",
    re.IGNORECASE,
)


def rows_in(row: Row, key: str) -> list[Row]:
    """The rows that a field lists; anything else in the list is left out."""
    found = row.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text_in(row: Row, key: str) -> str:
    """The field as trimmed text; empty when it is missing or no single value."""
    value = row.get(key)
    return "" if value is None or isinstance(value, (dict, list, bool)) else str(value).strip()


def trimmed(row: Row) -> Row:
    """The row with its longest texts cut, so that a thread of mails does not fill the memory."""
    return {key: value[:LONGEST_TEXT] if isinstance(value, str) else value for key, value in row.items()}


def number_in(row: Row, key: str) -> float | None:
    try:
        found = float(text_in(row, key))
    except ValueError:
        return None
    return found if abs(found) < 1e15 else None  # also not for nan


def is_true(row: Row, key: str) -> bool:
    return str(row.get(key)).casefold() in {"true", "1"}


def moment_of(value: object) -> dt.datetime | None:
    """`2026-12-03T09:00:00.000+0000`, `…Z`, or milliseconds since 1970, as an aware moment."""
    text = str(value or "").strip()
    try:
        if text.lstrip("-").isdigit():
            return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC)
        found = dt.datetime.fromisoformat(_OFFSET.sub(r"\1:\2", text))
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def day_of(value: object) -> dt.date | None:
    """A date without a time, `2026-12-03`."""
    try:
        return dt.date.fromisoformat(str(value or "")[:10])
    except ValueError:
        return None


def in_batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Lists of `size` items, the last one shorter."""
    some: list[_T] = []
    for item in items:
        some.append(item)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def looks_private(title: str) -> bool:
    """Whether an appointment's title says no more than that it is nobody's business: `Private`, `Busy`."""
    return bool(_PRIVATE.match(title))
