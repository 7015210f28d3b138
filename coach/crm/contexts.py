"""An opportunity's row and what belongs to it -> the context from which a plan is drafted, and its file.

The file that `written` makes reads back as the same context. Knows nothing about tables.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from coach.context import assemble
from coach.crm.joining import Note, folded
from coach.crm.values import LONGEST_NOTE, text_of
from coach.documents import Document, Paragraph
from coach.excerpt import excerpt
from coach.record import Record
from coach.schema import AccountContext, NoteLine

MAX_FACTS = 40
NO_WORDS = "(no text)"


def note_text(note: Note) -> str:
    """A dated note, or a mail with its header; empty when nothing stands in it."""
    words = excerpt(text_of(note.body, "base64" if note.form == "base64" else "text"), LONGEST_NOTE)
    if note.form == "mail":
        return f"{note.head}\n\n{words or NO_WORDS}"
    title = note.head.partition(": ")[2]
    if title and folded(words).startswith(folded(title)):
        return f"{note.day} {note.head.removesuffix(': ' + title)}: {words}".strip()
    if not words and not title:
        return ""
    joined = f"{note.head}{'' if not words else '. ' if title and title[-1] not in '.!?:' else ' ' if title else ': '}"
    return f"{note.day} {joined}{words}".strip()


def body_of(texts: Iterable[str]) -> str:
    """The notes below the record: each begins with its day, so that none is taken for a part of the one before."""
    return "\n\n".join(text for text in texts if text)


def context_of(record: Record, body: str, *, today: dt.date, proofs: tuple[NoteLine, ...] = ()) -> AccountContext:
    documents = [Document("", (Paragraph(body),))] if body else []
    return assemble(record, documents, today=today, proofs=proofs)


def written(context: AccountContext, *, facts: Sequence[tuple[str, str]], body: str, proof: Sequence[str]) -> str:
    """The context as a file that `coach draft` reads; `today` stays open, so that days count from when it is read."""
    meeting, seller = context.meeting, context.seller
    lines = [
        _field("account", context.account),
        _field("opportunity", context.opportunity),
        _field("stage", context.stage),
        _field("amount", context.amount),
        _field("rep", context.rep),
    ]
    lines += _group("seller", [_field("company", seller.company), _field("offer", seller.offer), _list("proof", proof)])
    people = [{"name": one.name, **({"title": one.title} if one.title else {})} for one in meeting.attendees]
    lines += _group(
        "meeting",
        [
            _field("date", meeting.date.isoformat() if meeting.date else ""),
            _field("start", f"{meeting.start:%H:%M}" if meeting.start else ""),
            _field("minutes", str(meeting.minutes or "")),
            _field("place", meeting.place),
            *(["attendees:", *(f"  - {_quoted(person)}" for person in people)] if people else []),
        ],
    )
    lines += _group("record", [_list(name, [text for _, text in same]) for name, same in groupby(facts, _name)])
    return "\n".join(["---", *filter(None, lines), "---", body, ""])


def file_name(context: AccountContext, ident: str) -> str:
    """Sorted by meeting; the same for the same opportunity and meeting in every export."""
    day = context.meeting.date.isoformat() if context.meeting.date else "no-date"
    words = re.sub(
        r"[^a-z0-9]+", "-", folded(f"{context.account} {context.opportunity}").encode("ascii", "ignore").decode()
    )
    return f"{day}-{words.strip('-')[:60].strip('-') or 'opportunity'}-{_digest(ident)[:8]}.md"


def made_up_id(account: str, name: str, day: dt.date | None) -> str:
    """For a row without an id: from account, name and the meeting's day."""
    return _digest("\x1f".join((folded(account), folded(name), day.isoformat() if day else "")))[:16]


def keep(folder: Path, context: AccountContext, ident: str, text: str) -> Path:
    """Write a context's file; one that stands already is replaced whole."""
    path = folder / file_name(context, ident)
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return path


def _name(one: tuple[str, str]) -> str:
    return one[0]


def _group(name: str, lines: Sequence[str]) -> Iterator[str]:
    filled = [line for line in lines if line]
    if filled:
        yield f"{name}:"
        yield from (f"  {line}" for line in filled)


def _field(name: str, value: str) -> str:
    return f"{name}: {_quoted(value)}" if value else ""


def _list(name: str, values: Sequence[str]) -> str:
    return (
        f"{_quoted(name)}: {_quoted(list(values) if len(values) > 1 or name == 'proof' else values[0])}"
        if values
        else ""
    )


def _quoted(value: object) -> str:
    """JSON, which is YAML; `&` and `*` escaped, which the reader takes for anchors."""
    return json.dumps(value, ensure_ascii=False).replace("&", "\\u0026").replace("*", "\\u002a")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
