"""Who takes part, for which side and with what title, in the notes (pure): speakers, and lists of participants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coach.names import name_words
from coach.schema import NoteLine

MOST_PEOPLE = 8
"""Whoever else has spoken in the notes is hardly coming too (practice)."""
_TITLE_WORD = (
    r"director|head|manager|chief|officer|lead|leader|president|partner|owner|founder|buyer|procurement|purchasing|"
    r"C[EFIOT]O|S?E?VP|leiter\w*|geschäftsführer\w*|einkauf\w*|directeur|director\w*|responsable|jefe|gerente"
)
_TITLE = re.compile(
    rf"\s*(?:\(([^(),\n]*\b(?:{_TITLE_WORD})\b[^(),\n]*)"
    rf"|(?:,|–|-)\s*((?:[\w&/.’'-]+ ){{0,4}}?(?:{_TITLE_WORD})(?: (?:of|for|de|für|der) [\w&/ ]+)?)\b)",
    re.IGNORECASE,
)
_HAS_TITLE = re.compile(rf"\b(?:{_TITLE_WORD})\b", re.IGNORECASE)
_FIELD = r'"{0}"\s*:\s*"{1}",?\s*'
_ADDRESS_OF_A_NAME = re.compile(r"([^\W\d_]{2,})[._]([^\W\d_]{2,})@", re.IGNORECASE)
_PARTICIPANT = re.compile(r"(?:[-*•]\s+)?([A-ZÀ-Þ][\w'’.-]+(?: [A-ZÀ-Þ][\w'’.-]+){0,3})\s*\(([^()\n]{2,80})\)")
_SELLS = re.compile(
    r"account executive|account manager|sales (?:engineer|rep)|solutions? engineer|\b(?:ae|sdr|bdr)\b", re.IGNORECASE
)
_COMPANY = re.compile(r"[A-ZÀ-Þ0-9][\w&.’'-]*(?: [A-ZÀ-Þ0-9&][\w&.’'-]*){0,4}")


def people(lines: Sequence[NoteLine]) -> Iterator[str]:
    """Those who speak for the customer with a full name, `Name, title`."""
    said_by = (line.speaker for line in lines if line.voice == "customer" and line.speaker)
    speakers = dict.fromkeys(map(_by_name, said_by))
    for name in [name for name in speakers if len(name_words(name)) > 1][:MOST_PEOPLE]:
        yield with_title(name, lines)


def with_title(name: str, lines: Sequence[NoteLine]) -> str:
    """`Kevin Brown, VP Sales` where the notes say so: behind the name, or in a record's fields."""
    everything = "\n".join(line.text for line in lines)
    found = re.search(re.escape(name) + _TITLE.pattern, everything, re.IGNORECASE) or _in_fields(name, everything)
    title = next((group for group in found.groups() if group), "") if found else ""
    return f"{name}, {title.strip()}" if title else name


def sides(lines: Sequence[NoteLine]) -> dict[str, str]:
    """`account`, `company` and `rep` as a list of participants tells them: `Kevin Brown (VP Sales, GrowthCo)`."""
    found: dict[str, str] = {}
    for match in filter(None, (_PARTICIPANT.fullmatch(line.text.strip()) for line in lines)):
        sells = _SELLS.search(match[2])
        if sells:
            ours = _COMPANY.fullmatch(match[2][: sells.start()].strip(" ,"))
            found |= {"rep": match[1]} if "rep" not in found else {}
            found |= {"company": ours[0]} if ours and "company" not in found else {}
        elif "account" not in found and (theirs := _company_behind_title(match[2])):
            found["account"] = theirs
    return found


def _company_behind_title(aside: str) -> str:
    title, comma, company = aside.rpartition(",")
    is_one = comma and _HAS_TITLE.search(title) and not _HAS_TITLE.search(company)
    return company.strip() if is_one and _COMPANY.fullmatch(company.strip()) else ""


def _in_fields(name: str, everything: str) -> re.Match[str] | None:
    """`"firstName": "Patricia", "lastName": "Nguyen", "title": "VP of Operations"`."""
    first, _, last = name.rpartition(" ")
    fields = (("firstName", re.escape(first)), ("lastName", re.escape(last)), ("title", r'([^"\n]{2,80})'))
    return re.search("".join(_FIELD.format(key, value) for key, value in fields), everything)


def _by_name(speaker: str) -> str:
    """`maria.lopez@northwind.example` is Maria Lopez; an address that tells no name stays as it is."""
    parts = _ADDRESS_OF_A_NAME.match(speaker)
    return f"{parts[1].capitalize()} {parts[2].capitalize()}" if parts else speaker
