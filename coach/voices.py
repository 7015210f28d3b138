"""Whose words a note is: ours, the customer's, or an outsider's (pure).

Works from the people and companies the record names, mail addresses, speaker labels and attributed quotations.
When in doubt a note is the rep's own, and a mail by nobody known is an outsider's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from coach.mails import Sender
from coach.schema import Voice

Side = Literal["ours", "customer"]

_HONORIFICS = re.compile(r"^(?:(?:mr|mrs|ms|miss|dr|prof|herr|frau|fr|hr|mme|m|sr|sra|dhr|mevr)\.?\s+)+", re.IGNORECASE)
_HEAD = re.compile(r"([^:：\"“„«]{1,60}?)\s?[:：]\s*(?=\S)")
_SPOKEN_TO = re.compile(r"\b(?:told|tell|ask(?:ed)?|to|for|an|with|re|w/|remind|and|&)\s+$", re.IGNORECASE)
_QUOTATION = re.compile(r"\"([^\"\n]{3,}?)\"|“([^”\n]{3,}?)[”\"]|„([^“”\n]{3,}?)[“”\"]|«([^»\n]{3,}?)»")
_OUTSIDE = re.compile(
    r"(?:[\d./\s-]{0,12}|\[\w+\]\s?)(?:press|analysts?|consultants?|competitors?|website|news|article|gartner|forrester|"
    r"idc|blog|reuters|bloomberg|presse|zeitung|analyst\w*|berater\w*|wettbewerb\w*|prensa)\b[^:]{0,40}:\s+(?:\S+\s+){2}\S",
    re.IGNORECASE,
)
_FULL_NAME = re.compile(r"\b([A-ZÀ-Þ][\w'’-]+ [A-ZÀ-Þ][\w'’-]+)\b")
_ASIDE = re.compile(r"\([^()]*(?:\)|$)")
_LABEL = re.compile(
    r"^\s*(?:\*\*([A-ZÀ-Þ][^*:\n]{0,40}):\*\*|([A-ZÀ-Þ][\w'’.-]+(?: [A-ZÀ-Þ][\w'’.-]+){0,2}):)"
    r"[ \t]+(?:\S+[ \t]+){2}\S.*[.?!…\"”][ \t]*$",
    re.MULTILINE,
)
_ROLE = re.compile(
    r"(rep|seller|ae|sdr|sales rep|agent|verkäufer)|(customer|client|prospect|buyer|lead|kunde)", re.IGNORECASE
)
_PARTICLES = "van|von|zu|der|den|de|del|della|di|da|dos|du|la|le|el|al|bin|ten|ter"
_PARTICIPANT = re.compile(
    rf"^\s*[-*•]\s+([A-ZÀ-Þ][\w'’.-]*(?: (?:{_PARTICLES}|[A-ZÀ-Þ][\w'’.-]*)){{0,4}})"
    r"\s*\(([^()\n]{2,80})\)\s*$",
    re.MULTILINE,
)
"""`- Maria Lopez (VP Operations)`; every word a name's, for `- Slow onboarding (two months)` is nobody."""
_CONTACT = re.compile(
    r"^\s*(?:primary )?contacts?:\s*([A-ZÀ-Þ][^<\n,(]{2,40}?)\s*(?:[<,(]|$)", re.MULTILINE | re.IGNORECASE
)
_SELLS = re.compile(
    r"account executive|account manager|sales (?:engineer|rep)|solutions? engineer|\b(?:ae|sdr|bdr|se)\b", re.IGNORECASE
)
_COLLEAGUE = re.compile(r"\b(?:mgr|manager|deal desk|support|our|presales)\b", re.IGNORECASE)

QUOTE_CARRIES_FROM = 0.4
"""Share of a line that must stand in a quotation for the line to be the speaker's; below, the rep reports."""
OUTSIDER_CARRIES_FROM = 0.2
"""Less is enough for an outsider's quotation: hearsay must never pass as the rep's own knowledge."""
QUOTE_WORDS = 3
NAMED_WITHIN = 200
"""Characters before a quotation in which its speaker is looked for."""
LABELS_MAKE_A_TALK = 2
_PROVIDERS = "gmail googlemail outlook hotmail yahoo icloud gmx web aol proton protonmail live"
PUBLIC_MAIL = frozenset(_PROVIDERS.split())


@dataclass(frozen=True)
class Said:
    """Characters `start` to `end` are this speaker's words."""

    start: int
    end: int
    voice: Voice
    speaker: str | None


@dataclass(frozen=True)
class Known:
    name: str
    side: Side


@dataclass(frozen=True)
class Voices:
    """Who is on which side."""

    people: tuple[Known, ...] = ()
    our_domains: frozenset[str] = frozenset()
    their_domains: frozenset[str] = frozenset()
    talkers: frozenset[str] = frozenset()
    """Labels of a transcript that nobody in the record explains."""
    has_attendees: bool = False
    not_people: str = ""
    """Account and seller, whose names are no speakers."""
    _aliases: dict[str, frozenset[Known]] = field(default_factory=dict)
    _mention: re.Pattern[str] = re.compile(r"(?!)")
    _heard: dict[Sender, tuple[Voice, str | None]] = field(default_factory=dict, compare=False, repr=False)
    """Senders seen before: a thread has thousands of mails by a few people."""

    def of_sender(self, sender: Sender) -> tuple[Voice, str | None]:
        if sender not in self._heard:
            self._heard[sender] = self._of_new_sender(sender)
        return self._heard[sender]

    def _of_new_sender(self, sender: Sender) -> tuple[Voice, str | None]:
        known = self._by_name(sender.name) or self._by_address(sender.address)
        name = sender.name if sender.name and "@" not in sender.name else ""
        if known:
            return known.side, known.name
        domain = _domain(sender.address)
        if domain in self.our_domains or _COLLEAGUE.search(name):
            return "ours", name or sender.address or None
        if domain in self.their_domains:
            return "customer", name or sender.address or None
        if domain and not (self.our_domains and self.their_domains):
            return "customer", name or sender.address or None
        return ("outside" if self.has_attendees or domain else "customer"), name or sender.address or None

    def in_note(self, text: str) -> tuple[Said, ...]:
        """Stretches of the note that are somebody's words; the rest is the rep's."""
        if _OUTSIDE.match(text):
            return (Said(0, len(text), "outside", None),)
        quotations = [found for found in _QUOTATION.finditer(text) if len(found.group().split()) >= QUOTE_WORDS]
        head = _HEAD.match(text) if ":" in text or "：" in text else None
        spoken = self._label(text, head) if head else None
        if spoken and head and not (quotations and quotations[0].start() == head.end()):
            return (spoken,)
        if not quotations or not (self._mention.search(text) or _FULL_NAME.search(text)):
            return ()
        return tuple(said for found in quotations if (said := self._quoted(text, found)))

    def of_name(self, name: str) -> tuple[Voice, str | None]:
        """A speaker label of a transcript."""
        known = self._by_name(name)
        role = _ROLE.fullmatch(name.strip())
        if known:
            return known.side, known.name
        if role:
            return ("ours" if role[1] else "customer"), None
        return ("outside" if self.has_attendees else "ours"), name or None

    def _label(self, text: str, head: re.Match[str]) -> Said | None:
        label = head[1].strip(" *")
        if label in self.talkers:
            return Said(head.end(), len(text), *self.of_name(label))
        mentions = list(self._mention.finditer(head[1]))
        if not mentions or _SPOKEN_TO.search(head[1][: mentions[-1].start()]):
            return None
        is_label = head[1].rstrip(" *").endswith(mentions[-1].group()) or text[head.end()] in '"“„«'
        if not is_label or len(head[1].split()) > 8:
            return None
        return Said(mentions[-1].start(), len(text), *self._side_of(mentions[-1].group()))

    def _quoted(self, text: str, found: re.Match[str]) -> Said | None:
        before = text[max(0, found.start() - NAMED_WITHIN) : found.start()]
        mentions = list(self._mention.finditer(before))
        if mentions and _SPOKEN_TO.search(before[: mentions[-1].start()]):
            return None
        if mentions:
            return Said(found.start(), found.end(), *self._side_of(mentions[-1].group()))
        strangers = [name for name in _FULL_NAME.findall(_ASIDE.sub("", before)) if not self._is_known(name)]
        if strangers and len(found.group().split()) > QUOTE_WORDS:
            return Said(found.start(), found.end(), "outside", strangers[-1])
        return None

    def _is_known(self, name: str) -> bool:
        return name in self.not_people or bool(self._mention.search(name))

    def _side_of(self, alias: str) -> tuple[Voice, str | None]:
        candidates = self._aliases.get(_plain(alias), frozenset())
        sides = {known.side for known in candidates}
        if len(sides) != 1:
            return "ours", None
        names = {known.name for known in candidates}
        return sides.pop(), names.pop() if len(names) == 1 else None

    def _by_name(self, name: str) -> Known | None:
        """Also with a middle name that the record lacks: `Kim S Ward` is Kim Ward."""
        parts = _names_of(name)
        whole = self._aliases.get("".join(map(_plain, parts)), frozenset())
        candidates = whole or self._aliases.get(_plain(parts[0] + parts[-1]) if len(parts) > 2 else "", frozenset())
        return next(iter(candidates)) if len(candidates) == 1 else None

    def _by_address(self, address: str) -> Known | None:
        local = _plain(address.partition("@")[0])
        matching = [known for known in self.people if local and local in _mail_names(known.name)]
        return matching[0] if len(matching) == 1 else None


def known_voices(
    text: str, *, rep: str, attendees: Iterable[str], account: str, company: str, senders: Iterable[Sender]
) -> Voices:
    """Everybody whose side the record, the participants' list and the mail addresses tell."""
    attendees, senders = tuple(attendees), tuple(senders)
    listed = [
        Known(name.strip(), "ours" if _SELLS.search(title) else "customer")
        for name, title in _PARTICIPANT.findall(text)
    ]
    contacts = [Known(name.strip(), "customer") for name in _CONTACT.findall(text[:5000])]
    named = [Known(name.strip(), "ours") for name in re.split(r"[/&;]| and ", rep) if name.strip()] + [
        Known(name, "customer") for name in attendees
    ]
    ours = _domains(senders, [known.name for known in named if known.side == "ours"], company)
    theirs = _domains(senders, [known.name for known in named if known.side == "customer"], account) - ours
    ours, theirs = _by_exclusion(senders, ours, theirs)
    people = tuple(dict.fromkeys([*named, *listed, *contacts, *_writers(senders, ours, theirs)]))
    counts = Counter(bold or plain for bold, plain in _LABEL.findall(text))
    talkers = frozenset(name for name, count in counts.items() if count >= LABELS_MAKE_A_TALK and _can_talk(name, text))
    aliases = _aliases_of(people)
    return Voices(
        people, ours, theirs, talkers, bool(attendees or listed), f"{account} {company}", aliases, _pattern(people)
    )


def _can_talk(name: str, text: str) -> bool:
    """A bold label, or the name or role of somebody."""
    return f"**{name}:**" in text or bool(_ROLE.fullmatch(name)) or len(name.split()) > 1


def _writers(senders: Iterable[Sender], ours: frozenset[str], theirs: frozenset[str]) -> list[Known]:
    side: dict[str, Side] = {**dict.fromkeys(theirs, "customer"), **dict.fromkeys(ours, "ours")}
    found = [(sender.name, side.get(_domain(sender.address))) for sender in senders if " " in sender.name]
    return [Known(name, where) for name, where in found if where]


def _by_exclusion(
    senders: Iterable[Sender], ours: frozenset[str], theirs: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Where one side's domain is known and the mails come from one other only, that is the other side's."""
    others = frozenset(_domain(sender.address) for sender in senders if sender.address) - ours - theirs
    if len(others) != 1 or bool(ours) == bool(theirs):
        return ours, theirs
    return (ours, others) if ours else (others, theirs)


def _domains(senders: Iterable[Sender], names: list[str], company: str) -> frozenset[str]:
    """Mail domains of these people, and those that carry the company's name."""
    locals_of_people = {local for name in names for local in _mail_names(name)}
    found = set()
    for sender in senders:
        local, _, domain = sender.address.partition("@")
        core = _core(domain)
        is_theirs = _plain(local) in locals_of_people or _plain(sender.name) in {_plain(name) for name in names}
        if core and core not in PUBLIC_MAIL and (is_theirs or _names_company(core, company)):
            found.add(core)
    return frozenset(found)


def _names_company(core: str, company: str) -> bool:
    words = [_plain(word) for word in re.findall(r"[^\W_]+", company)]
    together = "".join(words)
    first = words[0] if words else ""
    initials = "".join(word[0] for word in words)
    return bool(core) and (
        (len(core) > 2 and core in together)
        or (len(first) > 3 and first in core)
        or (len(words) > 2 and core == initials)
    )


def _domain(address: str) -> str:
    return _core(address.partition("@")[2])


def _core(domain: str) -> str:
    """`mail.fernhill.com` and `fernhill.co.uk` -> `fernhill`."""
    parts = [part for part in domain.casefold().split(".") if part not in {"co", "com", "example", "org", "net"}]
    return parts[-2] if len(parts) > 1 and len(parts[-1]) <= 3 else (parts[-1] if parts else "")


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


@lru_cache(maxsize=4096)
def _names_of(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W\d_][\w'’-]*", _HONORIFICS.sub("", name)))


def _mail_names(name: str) -> frozenset[str]:
    """`kimward`, `kward`, `kimw`, `wardkim`: what stands before the @."""
    parts = [_plain(part) for part in _names_of(name)]
    if len(parts) < 2:
        return frozenset()
    first, last = parts[0], parts[-1]
    return frozenset({first + last, first[0] + last, last + first, last + first[0], first + last[0]})


def _aliases_of(people: Iterable[Known]) -> dict[str, frozenset[Known]]:
    found: dict[str, set[Known]] = {}
    for known in people:
        for alias in _spellings(known.name):
            found.setdefault(_plain(alias), set()).add(known)
    return {alias: frozenset(who) for alias, who in found.items()}


def _spellings(name: str) -> Sequence[str]:
    """`Maria Lopez`, `M Lopez`, `Lopez`, `Maria`, `ML`."""
    parts = _names_of(name)
    if len(parts) < 2:
        return parts
    first, last = parts[0], parts[-1]
    initials = "".join(part[0] for part in parts).upper()
    return [" ".join(parts), f"{first} {last}", f"{first[0]} {last}", f"{first} {last[0]}", last, first, initials]


def _pattern(people: Iterable[Known]) -> re.Pattern[str]:
    spellings = {spelling for known in people for spelling in _spellings(known.name)}
    escaped = [re.escape(spelling).replace(r"\ ", r"\.?\s?") for spelling in sorted(spellings, key=len, reverse=True)]
    return re.compile(rf"(?<![\w@])(?:{'|'.join(escaped)})(?![\w@])" if escaped else r"(?!)")
