"""What the rep has set once for every plan: model, language, paper, seller, proof points, name.

Knows nothing about screens. The database holds each as a preference by the key named here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from coach.options import Options
from coach.schema import AccountContext, NoteLine, Seller
from coach.sentences import pieces
from coach.settings import BUILTIN
from coach.store.database import Database
from coach.store.preferences import preference, set_preference

A4 = "a4"
LETTER = "letter"


@dataclass(frozen=True)
class Preferences:
    """Each field's name is its key in the database."""

    model: str = ""
    """`provider:model` or `builtin`; empty: as the server is set up."""
    language: str = ""
    """Of the page; empty: that of the notes."""
    paper: str = A4
    company: str = ""
    offer: str = ""
    proofs: str = ""
    """One proof point a line."""
    rep: str = ""


def preferences_of(db: Database) -> Preferences:
    return Preferences(**{field.name: preference(db, field.name, str(field.default)) for field in fields(Preferences)})


def keep_preference(db: Database, name: str, value: str) -> None:
    """Raises KeyError for a name that no preference has."""
    if name not in {field.name for field in fields(Preferences)}:
        raise KeyError(name)
    set_preference(db, name, value.strip())


def with_defaults(context: AccountContext, preferences: Preferences) -> AccountContext:
    """The context, with seller, rep and proof points from the settings where it names none of its own.

    Labels of its lines stay; what is added gets the next ones.
    """
    own = context.seller
    seller = Seller(company=own.company or preferences.company, offer=own.offer or preferences.offer)
    rep = context.rep or preferences.rep
    added = [
        *_said("Seller", preferences.company if not own.company else ""),
        *_said("Offer", preferences.offer if not own.offer else ""),
        *_said("Rep", preferences.rep if not context.rep else ""),
    ]
    known = {line.text for line in context.proofs}
    proofs = [
        piece
        for line in preferences.proofs.splitlines()
        for piece in pieces(line.strip())
        if piece and piece not in known
    ]
    return context.model_copy(
        update={
            "seller": seller,
            "rep": rep,
            "fields": (*context.fields, *_lines("F", len(context.fields), added)),
            "proofs": (*context.proofs, *_lines("P", len(context.proofs), proofs)),
        }
    )


def options_from(preferences: Preferences) -> dict[str, str]:
    """Options of a drafting job; what is not set is left to the server."""
    said = {"model": preferences.model, "language": preferences.language}
    return {name: value for name, value in said.items() if value}


def has_reader(preferences: Preferences) -> bool:
    """Whether there is a model that can read a page and judge it."""
    return Options(model=preferences.model).model_for("reader") != BUILTIN


def _said(name: str, value: str) -> list[str]:
    return [f"{name}: {piece}" for piece in pieces(value) if piece]


def _lines(kind: str, before: int, texts: Iterable[str]) -> tuple[NoteLine, ...]:
    return tuple(
        NoteLine(label=f"{kind}{number}", text=text, source="settings")
        for number, text in enumerate(texts, start=before + 1)
    )
