"""New plans that are not made yet: what was typed, pasted and dropped, kept until the plan is made or thrown away."""

from __future__ import annotations

import datetime as dt
import json
import secrets

from pydantic import Field, ValidationError

from coach.documents import Document, Paragraph
from coach.excerpt import excerpt
from coach.schema import Noun
from coach.store.database import Database
from coach.store.preferences import preference, set_preference

MOST_LISTED = 20
_LIST = "unfinished"


class DroppedParagraph(Noun):
    text: str
    speaker: str | None = None
    sent_from: str | None = None
    said_on: dt.date | None = None


class DroppedFile(Noun):
    """A file as it was read; its bytes are not kept."""

    name: str
    paragraphs: tuple[DroppedParagraph, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(f"{one.speaker}: {one.text}" if one.speaker else one.text for one in self.paragraphs)

    def as_document(self) -> Document:
        return Document(self.name, tuple(Paragraph(**dict(one)) for one in self.paragraphs))


class Unfinished(Noun):
    """One new plan on its way."""

    id: str
    typed: dict[str, str] = Field({})
    """`who`, `day`, `start`, `purpose`, `text`, as typed."""
    files: tuple[DroppedFile, ...] = ()
    corrected: dict[str, str] = Field({})
    """Fields that the rep changed after they had been read from the text, by name."""
    left_out: tuple[str, ...] = ()
    """Ids of earlier notes of the account that the plan shall not start from; `last plan` for what was agreed."""
    is_read: bool = False
    """The rep has gone on to what was read from it."""
    begun_at: dt.datetime

    @property
    def is_empty(self) -> bool:
        return not self.files and not any(value.strip() for value in self.typed.values())

    @property
    def name(self) -> str:
        """What to call it in a list."""
        said = self.corrected.get("account") or self.typed.get("who") or self.typed.get("text", "")
        return excerpt(" ".join(said.split()), 60) or (self.files[0].name if self.files else "")


def begin() -> Unfinished:
    """A new one; kept once something is in it."""
    return Unfinished(id=secrets.token_hex(6), begun_at=dt.datetime.now(dt.UTC))


def begin_about(db: Database, account: str) -> Unfinished:
    """A new one for the next meeting with an account; in no list before something is typed for it."""
    one = begin().model_copy(update={"typed": {"who": account}})
    set_preference(db, _key(one.id), one.model_dump_json())
    return one


def dropped(document: Document) -> DroppedFile:
    paragraphs = tuple(
        DroppedParagraph(text=one.text, speaker=one.speaker, sent_from=one.sent_from, said_on=one.said_on)
        for one in document.paragraphs
    )
    return DroppedFile(name=document.name, paragraphs=paragraphs)


def unfinished(db: Database, unfinished_id: str) -> Unfinished | None:
    """None: there is none of this id, or its plan has been made."""
    kept = preference(db, _key(unfinished_id))
    try:
        return Unfinished.model_validate_json(kept) if kept else None
    except ValidationError:
        return None


def keep(db: Database, one: Unfinished) -> None:
    set_preference(db, _key(one.id), one.model_dump_json())
    listed = _listed(db)
    if one.id not in listed:
        set_preference(db, _LIST, json.dumps([one.id, *listed][:MOST_LISTED]))


def throw_away(db: Database, unfinished_id: str) -> None:
    _unlist(db, unfinished_id)
    set_preference(db, _key(unfinished_id), "")


def finish(db: Database, unfinished_id: str, plan_id: str) -> None:
    """Its plan is made; it is in no list any more, and kept for whoever sees then that something was read wrongly."""
    _unlist(db, unfinished_id)
    set_preference(db, _made(unfinished_id), plan_id)
    set_preference(db, _made_from(plan_id), unfinished_id)


def made_from(db: Database, plan_id: str) -> str:
    """Id of what a plan was made from; empty: it was not made here, or before that was kept."""
    return preference(db, _made_from(plan_id))


def begin_again(db: Database, one: Unfinished) -> Unfinished:
    """A new one with all that was typed, dropped and corrected for one whose plan is made, to be corrected further."""
    again = one.model_copy(update={"id": begin().id, "is_read": True})
    keep(db, again)
    return again


def plan_made(db: Database, unfinished_id: str) -> str:
    """Id of the plan that came of it; empty: none has."""
    return preference(db, _made(unfinished_id))


def all_unfinished(db: Database) -> tuple[Unfinished, ...]:
    """Those with something in them, the latest first."""
    found = (unfinished(db, one) for one in _listed(db))
    return tuple(one for one in found if one is not None and not one.is_empty)


def _unlist(db: Database, unfinished_id: str) -> None:
    set_preference(db, _LIST, json.dumps([one for one in _listed(db) if one != unfinished_id]))


def _listed(db: Database) -> list[str]:
    return [str(one) for one in json.loads(preference(db, _LIST, "[]"))]


def _key(unfinished_id: str) -> str:
    return f"unfinished:{unfinished_id}"


def _made_from(plan_id: str) -> str:
    return f"made-from:{plan_id}"


def _made(unfinished_id: str) -> str:
    return f"made:{unfinished_id}"
