"""Which lines of ours the customer has read: our mails addressed to them (pure).

Knows nothing about what may be shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coach.names import same_person
from coach.schema import AccountContext, NoteLine
from coach.voices import PUBLIC_MAIL

_HEADER = re.compile(r"(?:From|Von|De|Da|Van)\s?: ", re.IGNORECASE)
_ADDRESSEES = re.compile(r"(?:^|; )(?:To|An|À|Para|Aan|Cc)\s?: (?P<who>.+?)(?=; [\w-]+\s?: |$)", re.IGNORECASE)
_ADDRESS = re.compile(r"<[^<>]*>|\S+@\S+")
_DOMAIN = re.compile(r"@([\w-]+(?:\.[\w-]+)+)")


def sent_lines(context: AccountContext) -> tuple[NoteLine, ...]:
    """Our own lines in mails that have somebody of the customer's among the addressees, headers included."""
    theirs = _their_domains(context)
    return tuple(line for mail in _our_mails(context) if _is_addressed(mail[0], context, theirs) for line in mail)


def _our_mails(context: AccountContext) -> Iterator[list[NoteLine]]:
    """Each with its header first; a mail ends where somebody else speaks or another source begins."""
    mail: list[NoteLine] = []
    for line in context.notes:
        is_header = _HEADER.match(line.text) is not None
        if mail and not is_header and (line.voice, line.speaker, line.source) == _writer(mail[0]):
            mail.append(line)
            continue
        if mail:
            yield mail
        mail = [line] if is_header and line.voice == "ours" and line.speaker else []
    if mail:
        yield mail


def _writer(line: NoteLine) -> tuple[str, str | None, str]:
    return line.voice, line.speaker, line.source


def _is_addressed(header: NoteLine, context: AccountContext, domains: frozenset[str]) -> bool:
    addressees = [found["who"] for found in _ADDRESSEES.finditer(header.text)]
    people = [person.name for person in context.meeting.attendees]
    people += [line.speaker for line in context.notes if line.voice == "customer" and line.speaker]
    named = [_ADDRESS.sub("", one).strip(" \"'") for who in addressees for one in who.split(", ")]
    is_named = any(same_person(one, person) for one in named if one for person in people)
    return is_named or any(domains & _domains(who) for who in addressees)


def _their_domains(context: AccountContext) -> frozenset[str]:
    """Of those who wrote to us for the customer, without ours."""
    found: dict[str, set[str]] = {"customer": set(), "ours": set(), "outside": set()}
    for line in context.notes:
        if _HEADER.match(line.text):
            found[line.voice] |= _domains(line.text.split("; ")[0])
    return frozenset(found["customer"] - found["ours"] - found["outside"])


def _domains(text: str) -> frozenset[str]:
    return frozenset(one.lower() for one in _DOMAIN.findall(text) if one.split(".")[0].lower() not in PUBLIC_MAIL)
