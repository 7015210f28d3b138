"""What a source says anew of a meeting, in a context that the rep may have changed meanwhile (pure).

Lines that still stand keep their labels, new ones come after all others, so that no label ever means something else.
What the rep added or changed stays; what only the source said, and says no longer, goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from pydantic import JsonValue

from coach.schema import AccountContext, NoteLine, Noun

_OF_THE_RECORD = ("account", "opportunity", "stage", "amount", "seller", "rep")
_OF_THE_MEETING = ("date", "start", "minutes", "place", "attendees")
_LINES = ("notes", "fields", "proofs")
HASH_CHARS = 16


def hash_of(context: AccountContext, *how: object) -> str:
    """Of what a source says and of how it is to be drafted; the day it was read on does not count."""
    said = context.model_dump_json(exclude={"today"})
    return _short_hash("\n".join((said, *map(str, how))))


def given_of(context: AccountContext) -> dict[str, JsonValue]:
    """What has to be remembered of a context to tell later what the rep has changed in it."""
    lines: list[JsonValue] = [_short_hash(line.text) for name in _LINES for line in getattr(context, name)]
    record = context.model_dump(mode="json", include=set(_OF_THE_RECORD))
    return {"lines": lines, "record": record, "meeting": context.meeting.model_dump(mode="json")}


def renewed(known: AccountContext, new: AccountContext, given: Mapping[str, JsonValue]) -> AccountContext:
    """The plan's context `known` with what the source says now; `given`: `given_of` what it said before."""
    lines = given.get("lines")
    before = frozenset(map(str, lines if isinstance(lines, list) else ()))
    meeting = known.meeting.model_copy(update=_news(known.meeting, new.meeting, given.get("meeting"), _OF_THE_MEETING))
    record = _news(known, new, given.get("record"), _OF_THE_RECORD)
    of_lines = {name: _lines(getattr(known, name), getattr(new, name), before) for name in _LINES}
    return known.model_copy(update={**record, **of_lines, "meeting": meeting, "today": new.today})


def _news(known: Noun, new: Noun, given: JsonValue, names: Iterable[str]) -> dict[str, object]:
    """What stands as it was given, as it is now; what the rep has changed stays."""
    before = given if isinstance(given, dict) else {}
    standing = known.model_dump(mode="json")
    return {name: getattr(new, name) for name in names if name not in before or standing[name] == before[name]}


def _lines(known: Sequence[NoteLine], new: Sequence[NoteLine], before: frozenset[str]) -> tuple[NoteLine, ...]:
    wanted: dict[str, list[NoteLine]] = {}
    for line in new:
        wanted.setdefault(line.text, []).append(line)
    kept: list[NoteLine] = []
    for line in known:
        if same := wanted.get(line.text):
            kept.append(same.pop(0).model_copy(update={"label": line.label}))
        elif _short_hash(line.text) not in before:
            kept.append(line)
    still_new = [line for line in new if any(line is one for one in wanted[line.text])]
    return (*kept, *_numbered(still_new, after=known))


def _numbered(lines: Sequence[NoteLine], *, after: Sequence[NoteLine]) -> Iterable[NoteLine]:
    first = max((line.number for line in after), default=0) + 1
    for number, line in enumerate(lines, start=first):
        yield line.model_copy(update={"label": f"{line.label[0]}{number}"})


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:HASH_CHARS]
