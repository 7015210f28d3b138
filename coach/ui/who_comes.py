"""Who takes part, for which side and with what title, in the notes (pure): speakers, and lists of participants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coach.names import name_words, names, same_person
from coach.record import PLAIN_LINES
from coach.schema import NoteLine
from coach.ui.titles import TITLE_WORD, opening_title, title_of

MOST_PEOPLE = 8
"""Whoever else has spoken in the notes is hardly coming too (practice)."""
_HAS_TITLE = re.compile(rf"\b(?:{TITLE_WORD})\b", re.IGNORECASE)
_FIELD = r'"{0}"\s*:\s*"{1}",?\s*'
_ADDRESS_OF_A_NAME = re.compile(r"([^\W\d_]{2,})[._]([^\W\d_]{2,})@", re.IGNORECASE)
_PARTICIPANT = re.compile(r"(?:[-*•]\s+)?([A-ZÀ-Þ][\w'’.-]+(?: [A-ZÀ-Þ][\w'’.-]+){0,3})\s*\(([^()\n]{2,80})\)")
_SELLS = re.compile(
    r"account executive|account manager|sales (?:engineer|rep)|solutions? engineer|\b(?:ae|sdr|bdr)\b", re.IGNORECASE
)
_ENGINEER = re.compile(r"engineer", re.IGNORECASE)
_LEAD = re.compile(r"\W*(?:lead notes|(?:job |contact )?title|role|position)\W{1,4}([^.;\n]{2,80})", re.IGNORECASE)
_COMPANY_WORDS = r"[A-ZÀ-Þ0-9][\w&.’'-]*(?: [A-ZÀ-Þ0-9&][\w&.’'-]*){0,4}"
_COMPANY = re.compile(_COMPANY_WORDS)
_MET = re.compile(r"^(?:Met|Saw|Rang|Called|Visited|Asked|Told|Thanked|Mailed|Emailed|Phoned|Seen)\s+(?=\w+ \w)")
"""A verb that opens a note and looks like a part of the name: `Met Jo Reyes`."""
_SOMEBODY_AT = re.compile(
    r"(?P<person>[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+){1,2})(?:, [^,.;:\n]{2,40},?| \([^()\n]{2,40}\))?"
    r" (?:at|of|from|bei|chez) "
    rf"(?P<company>{_COMPANY_WORDS})"
)
"""`Lisa Tran at Kestrel Foods`, `Lisa Tran, COO at Kestrel Foods`."""


def people(lines: Sequence[NoteLine]) -> Iterator[str]:
    """Those who speak for the customer with a full name, `Name, title`."""
    said_by = (line.speaker for line in lines if line.voice == "customer" and line.speaker)
    speakers = dict.fromkeys(map(_by_name, said_by))
    for name in [name for name in speakers if len(name_words(name)) > 1 and "@" not in name][:MOST_PEOPLE]:
        yield with_title(name, lines)


def with_title(name: str, lines: Sequence[NoteLine]) -> str:
    """`Kevin Brown, VP Sales` where the notes say so: beside the name, or in a record's fields."""
    everything = "\n".join(line.text for line in lines)
    title = _in_fields(name, everything) or title_of(name, everything)
    return f"{name}, {title}" if title else name


def title_of_the_lead(lines: Sequence[NoteLine]) -> str:
    """What a record says first of its contact: `Lead notes: Head of Marketing. Needs …`, `Title: COO`."""
    said = (_LEAD.match(line.text) for line in lines[:PLAIN_LINES])
    return next((title for one in said if one and (title := opening_title(one[1]))), "")


def with_titles(attendees: str, lines: Sequence[NoteLine]) -> str:
    """Attendees, one a line, with the titles that the notes give those who have none."""
    known = (name if "," in name or "(" in name else with_title(name, lines) for name in attendees.splitlines())
    return "\n".join(known)


def named_with_title(line: NoteLine, *, ours: Sequence[str] = ()) -> Iterator[str]:
    """Those whom a line names in full together with what they are, `Name, title`; none of `ours`."""
    for name in (_MET.sub("", name) for name in names(line.text)):
        is_theirs = len(name_words(name)) > 1 and not any(same_person(name, one) for one in ours)
        if is_theirs and (title := title_of(name, line.text)) and not _SELLS.search(title):
            yield f"{name}, {title}"


def somebody_at(lines: Sequence[NoteLine], *, ours: Sequence[str] = ()) -> tuple[str, str, NoteLine] | None:
    """The first whom the notes name in full with a company, that company, and the line that does; none of `ours`."""
    everybody = ((line, found) for line in lines for found in _SOMEBODY_AT.finditer(line.text))
    for said_in, found in everybody:
        person = found["person"]
        if len(name_words(person)) > 1 and not any(same_person(person, one) for one in ours):
            return with_title(person, lines), found["company"].rstrip(".,'’"), said_in
    return None


def sides(lines: Sequence[NoteLine]) -> dict[str, str]:
    """`account`, `company` and `rep` as a list of participants tells them: `Kevin Brown (VP Sales, GrowthCo)`.

    The engineer beside an account executive is not the rep.
    """
    found: dict[str, str] = {}
    sellers: dict[str, bool] = {}
    """Whether each is an engineer."""
    for match in filter(None, (_PARTICIPANT.fullmatch(line.text.strip()) for line in lines)):
        sells = _SELLS.search(match[2])
        if sells:
            ours = _COMPANY.fullmatch(match[2][: sells.start()].strip(" ,"))
            sellers.setdefault(match[1], _ENGINEER.search(match[2]) is not None)
            found |= {"company": ours[0]} if ours and "company" not in found else {}
        elif "account" not in found and (theirs := _company_behind_title(match[2])):
            found["account"] = theirs
    return found | ({"rep": min(sellers, key=sellers.__getitem__)} if sellers else {})


def _company_behind_title(aside: str) -> str:
    title, comma, company = aside.rpartition(",")
    is_one = comma and _HAS_TITLE.search(title) and not _HAS_TITLE.search(company)
    return company.strip() if is_one and _COMPANY.fullmatch(company.strip()) else ""


def _in_fields(name: str, everything: str) -> str:
    """`"firstName": "Patricia", "lastName": "Nguyen", "title": "VP of Operations"`."""
    first, _, last = name.rpartition(" ")
    fields = (("firstName", re.escape(first)), ("lastName", re.escape(last)), ("title", r'([^"\n]{2,80})'))
    found = re.search("".join(_FIELD.format(key, value) for key, value in fields), everything)
    return found[1].strip() if found else ""


def _by_name(speaker: str) -> str:
    """`maria.lopez@northwind.example` is Maria Lopez; an address that tells no name stays as it is."""
    parts = _ADDRESS_OF_A_NAME.match(speaker)
    return f"{parts[1].capitalize()} {parts[2].capitalize()}" if parts else speaker
