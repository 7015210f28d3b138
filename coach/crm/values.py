"""Cells of a row by what they are, tidied (pure): nothing for `NULL`, ids and flags in one form.

Knows nothing about which table they come from.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from coach.crm.columns import Columns, label
from coach.crm.salesforce_export import content_of, short_id
from coach.crm.zoho import plain_id
from coach.documents import cleaned
from coach.excerpt import excerpt
from coach.web import web_text

Values = Mapping[str, str]

LONGEST_NOTE = 20_000
"""Characters; longer ones are pasted documents, and their end is left out."""
LONGEST_FACT = 600
NOTHING = frozenset({"", "NULL", "null", "Null", "~", "None", "N/A", "n/a", "#N/A", "-", "--"})
_TRUE = frozenset({"1", "true", "yes", "y", "ja", "oui", "sí", "si", "wahr", "vrai", "x", "done", "erledigt"})
_CLOSED = re.compile(
    r"(?:(?:closed|won|lost|deals?|no decision|cancell?ed|abandoned|disqualified|dead|gewonnen|verloren|abgeschlossen|"
    r"geschlossen|storniert|gagnée?|perdue?|fermée?|ganad[oa]|perdid[oa]|cerrad[oa]|vint[oa]|pers[oa]|chius[oa])"
    r"[\s\-–:/()]*)+$",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"<\s*/?\s*(?:p|div|br|span|ul|ol|li|table|tr|td|b|i|u|strong|em|a|h[1-6]|body|html|head|font|img|script|style|blockquote)"
    r"\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{1,6});", re.IGNORECASE)
_WITH_MAIL = re.compile(r"\s*[(<]\s*[^()<>\s]*@[^()<>\s]*\s*[)>]")


def reader(columns: Columns) -> Callable[[Sequence[str]], dict[str, str]]:
    """Rows to their filled values by role."""
    places = tuple(columns.places.items())

    def read(cells: Sequence[str]) -> dict[str, str]:
        return {role: value for role, at in places if (value := cells[at].strip()) and value not in NOTHING}

    return read


def line_of(text: str) -> str:
    """One line without anything invisible."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    return " ".join(cleaned(text).split())


def fact(text: str) -> str:
    """A value worth a line of the record; HTML as its words."""
    words = line_of(text_of(text) if "<" in text or "&" in text else text)
    return excerpt(words, LONGEST_FACT)


def text_of(body: str, form: str = "text") -> str:
    """The words of a note in plain text, HTML or base64 of either; empty when the base64 is none."""
    if form == "base64":
        decoded = content_of(body)
        if decoded is None:
            return ""
        body = decoded
    if _TAG.search(body):
        body = web_text(body)
    elif _ENTITY.search(body):
        body = html.unescape(body)
    return cleaned(body).strip()


def is_true(text: str) -> bool:
    return text.strip().casefold() in _TRUE


def is_closed(values: Values) -> bool:
    """By its flag, its status, or a stage that says so."""
    if "closed" in values:
        return is_true(values["closed"])
    if values.get("state_code") in {"1", "2"}:
        return True
    return any(role in values and _CLOSED.match(values[role]) for role in ("closed_as", "stage"))


def ident(text: str, system: str) -> str:
    """An id in the form in which other tables have it."""
    text = text.strip()
    if system == "salesforce":
        return short_id(text)
    if system == "zoho":
        return plain_id(text)
    if system == "dynamics":
        return text.strip("{}").casefold()
    return text.removesuffix(".0") if text.endswith(".0") and text[:-2].isdecimal() else text


def idents(text: str, system: str) -> list[str]:
    """Ids of a cell that may hold several."""
    if text.isalnum():
        return [ident(text, system)]
    return [ident(part, system) for part in re.split(r"[;,\s]+", text) if part] if text else []


def names(text: str) -> list[str]:
    """Names of a cell that may hold several, `;` between; addresses in brackets left out."""
    return [name for part in text.split(";") if (name := line_of(_WITH_MAIL.sub("", part)))]


def full_name(values: Values) -> str:
    """`Maria Lopez`, from one column or two; the address where there is no name."""
    parts = (values.get("first_name", ""), values.get("last_name", ""))
    return line_of(values.get("name", "") or " ".join(filter(None, parts)) or values.get("email", ""))


def facts_of(columns: Columns, cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names and values of what else a row holds."""
    for heading, at in columns.facts.items():
        value = cells[at].strip() if at < len(cells) else ""
        if value and value not in NOTHING:
            yield label(heading), value
