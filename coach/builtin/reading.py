"""The notes, sentence by sentence: whose words, on what day, and what is only packing (headers, ids, signatures).

Knows what lines look like in mail threads, call notes, transcripts and record dumps; nothing about pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from coach.builtin import words
from coach.builtin.persons import Persons
from coach.builtin.spotting import Spotter
from coach.dates import dates_of_note, day_around
from coach.instructions import instruction_like
from coach.schema import AccountContext, NoteLine, Voice

MAX_QUOTE_WORDS = 34
"""A longer sentence is not quoted on the page: five of them would fill a third of it."""

_LEAD = Spotter(
    r"^\s*(?:(?:[-*•]|\d{1,2}\)|#{1,6}|\[[^\]]{1,12}\]|\([a-z ]{1,10}\))\s*|(?:mon|tue|wed|thu|fri|sat|sun|mo|"
    r"di|mi|do|fr|sa|so)[a-z]*\.?,?\s+(?=\d)"
    r"|\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?Z?)?|\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4}|\.)?(?=[\s,:])(?!\s*%)"
    r"|\d{1,2}\.?\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:\s\d{4})?\b|(?:jan|feb|mar|apr|"
    r"may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\s\d{1,2}\b(?:,?\s\d{4})?"
    r"|\(?(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\)(?=\s)|\d{1,2}:\d{2}(?=\s)|[:,;–-])\s*"
)
_SPEAKER = re.compile(r"^\**(?P<who>[A-ZÀ-Þ][\w.’'-]*(?: [A-ZÀ-Þ][\w.’'-]*){0,2})\**:\**\s+(?=\S)")
_HEADER = Spotter(
    r"^\W*(?:from|to|cc|bcc|sent|date|subject|re|fw|fwd|von|an|datum|betreff|gesendet|de|à|objet|envoyé|van|"
    r"aan|onderwerp|phone|fax|tel|"
    r"e-?mail|website|web|mobile|call id|duration|participants|linkedin|id|rep|customer|account|contact|"
    r"status|value|outcome|upcoming meeting)\s*:"
)
_PACKING = Spotter(
    r"original message|forwarded by|https?:|www\.|<<.*>>|see attached file|"
    r"access code|\[phone\]|unsubscribe|\b(?:phone|fax|suite|street)\b.*\d{4}|badge-scan|marketing sequence|newsletter"
)
_ADDRESSES = re.compile(r"\w@\w+\.\w+.*\w@")
_PACKING_HEAD = Spotter(
    r">|\W*$|"
    r"\W*(?:thanks|thank you|regards|best|best regards|"
    r"cheers|mvg|groeten|gruß|viele grüße|cordialement|sincerely|hi|hello|dear|dag|guten abend|guten tag|"
    r"bonjour)\b[^.?!]{0,30}[,.!]?\W*$|"
    r"\W*merge suggestion|\w{3}, \d{1,2} \w{3} \d{4} [\d:]+"
)
_KEYED = re.compile(r'^\s*"?(?P<key>[A-Za-z_]\w*)"?\s*:\s*"?(?P<value>.*?)"?,?\s*$')
_PROSE_KEYS = {
    "dealnotes", "description", "notes", "nextstep", "nextsteps", "completionnotes", "text", "content",
    "expansionpotential", "summary", "body", "lossreason", "note", "comment", "painpoints",
}  # fmt: skip
_AUTOMATIC = Spotter(r"^\W*(?:[\d/.-]+\s+|\d{1,2} [A-Z][a-z]{2} )?\[auto\]|^mktg|^newsletter")
_GENERAL = Spotter(r"\bunsere kunden|\bour customers\b|\bbei ihnen:")
_BRACES = re.compile(r"^[\s\[\]{},]*$")


@dataclass(frozen=True)
class Said:
    """One sentence of one line."""

    label: str
    text: str
    """Without its leading date, list mark and speaker; word for word otherwise."""
    line: str
    voice: Voice
    speaker: str = ""
    """Full name of a person of theirs, `us` for the rep, or empty."""
    day: date | None = None
    day_label: str = ""
    """The line that the day stands in: this one, or the last dated one above it."""
    about: str = ""
    """With whom the call or mail was that the line belongs to; empty if the notes do not show it."""
    order: int = 0
    is_automatic: bool = False

    @property
    def is_theirs(self) -> bool:
        return self.voice == "customer" or bool(self.speaker and self.speaker != "us")

    @property
    def size(self) -> int:
        return len(self.text.split())


def sentences(text: str) -> tuple[str, ...]:
    """Split at sentence ends; abbreviations and initials do not end one."""
    parts: list[str] = []
    start = 0
    for match in words.SENTENCE.finditer(text):
        head = text[start : match.end()].rstrip()
        is_open_quote = (
            text[start : match.start()].count('"') % 2 == 1 and '"' not in match[0] and '"' in text[match.end() :]
        )
        if is_open_quote or words.ABBREVIATION.search(head):
            continue
        parts.append(head)
        start = match.end()
    parts.append(text[start:].strip())
    return tuple(part for part in parts if part)


def read(context: AccountContext, persons: Persons) -> tuple[Said, ...]:
    """Every sentence of the notes that says something, in their order."""
    found: list[Said] = []
    seen: set[str] = set()
    day: date | None = None
    day_label = about = ""
    suspect = set(instruction_like(context))
    for line in context.notes:
        if line.label in suspect:
            continue
        if own_day := _day_of(line, context):
            day, day_label = own_day, line.label
            named = persons.named_in(line.text)
            about = named[0] if len(named) == 1 else ""
        for said in _said(line, day, day_label, about, persons, len(found)):
            key = said.text.casefold()
            if key not in seen:
                seen.add(key)
                found.append(said)
    return tuple(found)


def _said(line: NoteLine, day: date | None, day_label: str, about: str, persons: Persons, order: int) -> list[Said]:
    text = _prose(line.text)
    if not text:
        return []
    text = _without_lead(text)
    speaker = persons.who(line.speaker)
    match = _SPEAKER.match(text)
    if match and line.speaker and line.speaker.startswith(match["who"].split()[0]):
        text, speaker = text[match.end() :], speaker or ("us" if line.voice == "ours" else "")
    elif match and (named := persons.who(match["who"])):
        speaker, text = named, text[match.end() :]
    speaker = _not_of_oneself(text, speaker, persons)
    automatic = bool(_AUTOMATIC.match(line.text))
    text = re.sub(r"\s*\[auto\].*$", "", text) if not automatic else text
    voice: Voice = "customer" if speaker and speaker != "us" else line.voice
    if automatic or _GENERAL.search(text):
        speaker, voice = "", "ours"
    return [
        Said(line.label, sentence, line.text, voice, speaker, day, day_label, about, order + index, automatic)
        for index, sentence in enumerate(sentences(text))
        if len(sentence) > 3
    ]


def _not_of_oneself(text: str, speaker: str, persons: Persons) -> str:
    """Nobody quotes themselves by name: `"Koen has chosen, I have to buy"` is another's word."""
    said = " ".join(str(quote) for quote in words.QUOTED.findall(text))
    if not speaker or speaker == "us" or speaker not in persons.named_in(said):
        return speaker
    others = [one for one in persons.named_in(text) if one != speaker]
    return others[0] if len(others) == 1 else ""


def _prose(text: str) -> str:
    """The line's words; empty for headers, signatures, ids and braces."""
    text = text.strip()
    is_packing = _PACKING_HEAD.match(text) or _PACKING.search(text) or ("@" in text and _ADDRESSES.search(text))
    if is_packing or _BRACES.match(text) or _HEADER.match(text):
        return ""
    keyed = _KEYED.match(text)
    if keyed and text.startswith('"'):
        return keyed["value"] if keyed["key"].casefold() in _PROSE_KEYS and len(keyed["value"].split()) > 3 else ""
    if text.startswith("|"):
        cells = [cell.strip(" *") for cell in text.strip("|").split("|")]
        return ": ".join(cell for cell in cells if cell) if len(cells) == 2 and not set(text) <= set("|-: ") else ""
    return (
        text.replace("**", "").strip('",') if text.startswith('"') and text.endswith('",') else text.replace("**", "")
    )


def _without_lead(text: str) -> str:
    previous = ""
    while previous != text:
        previous = text
        text = _LEAD.sub("", text, count=1)
    return text or previous


def _day_of(line: NoteLine, context: AccountContext) -> date | None:
    is_header = bool(_HEADER.match(line.text))
    head = line.text if is_header else line.text[:44]
    if not re.search(r"\d", head):
        return None
    around = day_around(line.label, context)
    found = [one for one in dates_of_note(head, today=around) if is_header or one.start < 18]
    return found[0].day if found and found[0].day <= context.today else None
