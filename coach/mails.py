"""Mails pasted into notes -> blocks that know their sender (pure).

Finds headers, forwarded and quoted copies, sign-offs and disclaimers, and joins lines that were wrapped. Outside
mails every line stays a block. Knows nothing about labels or whose side a sender is on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from functools import lru_cache
from typing import Literal

_FROM = "from|von|de|da|van"
_KEYS = (
    f"{_FROM}|date|datum|fecha|data|sent|gesendet|envoyé|enviado|verzonden|to|an|à|para|aan|cc|bcc|kopie|copie|"
    "subject|betreff|objet|asunto|onderwerp|oggetto|importance|reply-to"
)
_HEADER = re.compile(rf"\s*\*{{0,2}}({_KEYS})\s?:\*{{0,2}}(?:\s+(.*))?$", re.IGNORECASE)
_FROM_LINE = re.compile(rf"^[>\s*]*(?:{_FROM})\s?:\**[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_ADDRESSED_LINE = re.compile(r"^.{2,120}<[^<>\s]+@[^<>\s]+>.{0,80}$", re.MULTILINE)
_OPENS_HEADER = re.compile(rf"\s*\*{{0,2}}({_FROM}|to)\s?:", re.IGNORECASE)
_SUBJECT = re.compile(r"\s*(?:subject|betreff|objet|asunto|onderwerp)\s?:", re.IGNORECASE)
_COPY = re.compile(
    r"\s*[-_=*]{2,}\s*(original message|forwarded|begin forwarded|ursprüngliche nachricht|weitergeleitet|"
    r"message d'origine|mensaje original|oorspronkelijk bericht)",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"\s*(?:(?:On|Am|Le|El|Op|Il)\s.{6,120}?(?:wrote|schrieb|a écrit|escribió|schreef|ha scritto)\b.{0,80}:\s*$"
    r"|.{2,60}<[^<>\s]+@[^<>\s]+>\s+on\s+\d.*$)"
)
_ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_SIGN_OFF = re.compile(
    r"\s*(?:(?:many |with )?(?:kind|best|warm)?\s?regards|best|cheers|thanks(?: again)?|thank you|many thanks|sincerely"
    r"|yours(?: \w+)?|mit (?:freundlichen|besten|herzlichen) grüßen|(?:viele|beste|freundliche|liebe) grüße|mfg|lg"
    r"|cordialement|bien à vous|saludos(?: cordiales)?|atentamente|met vriendelijke groet(?:en)?|mvg|groet(?:en|jes)?)"
    r"\s*[,.!]?\s*$|\s*--\s*$",
    re.IGNORECASE,
)
_GREETING = re.compile(r"\s*[A-ZÀ-Þ][^.:;?!\d]{0,38},\s*$")
_DISCLAIMER = re.compile(
    r"(?:this (?:e-?mail|message)|diese (?:e-?mail|nachricht)|ce (?:message|courriel)|este (?:correo|mensaje)).{0,600}"
    r"(?:confidential|privileged|intended recipient|vertraulich|confidentiel|confidencial)"
    r"|intended recipient.{0,300}(?:prohibited|delete)",
    re.IGNORECASE | re.DOTALL,
)
_DATED = re.compile(
    r"\s*(?:[-*•]\s+)?(?:\[(?:auto|system|crm|done|upcoming|call|mail|email)\]"
    r"|\(?\d{1,2}\s?[./-]\s?\d{1,2}\b|\d{4}-\d\d-\d\d|\d{1,2}\.? ?(?:Jan|Feb"
    r"|F[ée]v|M[aä]r|Apr|Avr|Ma[iy]|Ju[ln]|Aug|Sep|O[ck]t|Nov|De[cz])[a-zé]{0,6}\b"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}\b|(?:Mo|Di|Mi|Do|Fr|Sa|So)\.? \d"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]* \d)"
)
_ITEM = re.compile(r"\s*(?:[-*•·–+]|\d{1,2}[.)]|[a-z]\))\s+\S")
_STANDS_ALONE = re.compile(r"\s*(?:#{1,6}\s|\||\*\*|L\d+\s|\[[a-z]+\]\s+\S)")
_QUOTED = re.compile(r"\s?(?:>\s?)+")

WRAPPED_FROM = 45
"""Mail programs wrap at 60 to 78 characters; a shorter line was ended on purpose."""
WIDEST_WRAP = 100
"""A text with longer lines is not wrapped."""
SIGNATURE_LINES = 7


@dataclass(frozen=True)
class Sender:
    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class Block:
    text: str
    sender: Sender | None = None
    """None outside mails."""
    kind: Literal["text", "header", "signature"] = "text"
    is_copy: bool = False
    """Stands in a quoted or forwarded part."""


@dataclass(frozen=True)
class _Place:
    sender: Sender | None = None
    is_copy: bool = False
    depth: int = 0


@dataclass(frozen=True)
class _Header:
    fields: list[tuple[str, str]]
    """Key and value of each line."""
    end: int
    """The row after it."""


@dataclass
class _Thread:
    """Walks the rows once; `place` is the mail it is in."""

    rows: list[tuple[int, str]]
    place: _Place
    width: int
    at: int = 0
    open_lines: list[str] = field(default_factory=list)
    outer: _Place = field(default_factory=_Place)
    body_lines: int = 0

    def blocks(self) -> Iterator[Block]:
        while self.at < len(self.rows):
            depth, line = self.rows[self.at]
            if depth != self.place.depth:
                yield from self._closed()
                self._change_depth(depth)
            if not line.strip():
                if not (self.place.sender and self.open_lines and _GREETING.match(self.open_lines[-1])):
                    yield from self._closed()
                self.at += 1
            elif ":" in line and (header := self._header_here()):
                yield from self._closed()
                yield self._header(header)
            elif copied := _copied_from(line):
                yield from self._closed()
                self._enter(copied, is_copy=True)
                self.at += 1
            else:
                yield from self._body(line)
        yield from self._closed()

    def _body(self, line: str) -> Iterator[Block]:
        if self._leaves_mail(line):
            self.place = _Place()
        in_mail = self.place.sender is not None
        if in_mail and len(line) < 60 and (_SIGN_OFF.match(line) or self._is_own_name(line)):
            yield from self._closed()
            yield from self._signature()
            return
        if self.open_lines and not _continues(self.open_lines[-1], line, in_mail=in_mail, width=self.width):
            yield from self._closed()
        self.open_lines.append(line)
        self.body_lines += 1
        self.at += 1

    def _closed(self) -> Iterator[Block]:
        if not self.open_lines:
            return
        text = " ".join(line.strip() for line in self.open_lines)
        self.open_lines = []
        if self.place.sender is None or not _DISCLAIMER.search(text):
            yield Block(text, self.place.sender, is_copy=self.place.is_copy)

    def _leaves_mail(self, line: str) -> bool:
        """A heading, or a dated note after a blank line, is the rep's again."""
        if self.place.depth or self.open_lines:
            return False
        return line.lstrip().startswith("#") or bool(self.body_lines and _DATED.match(line))

    def _is_own_name(self, line: str) -> bool:
        """The sender's name as a line of its own: a signature without a sign-off."""
        words = [word.casefold() for word in re.findall(r"[^\W\d_]{3,}", line)]
        sender = self.place.sender or Sender()
        own = f"{sender.name} {sender.address.partition('@')[0]}".casefold()
        return bool(self.body_lines and words) and len(line.split()) <= 5 and any(word in own for word in words)

    def _change_depth(self, depth: int) -> None:
        if depth and not self.place.depth:
            self.outer = self.place
        self.place = replace(self.place, depth=depth, is_copy=True) if depth else self.outer

    def _enter(self, sender: Sender, *, is_copy: bool) -> None:
        self.place = _Place(sender, is_copy, self.place.depth)
        self.body_lines = 0

    def _header_here(self) -> _Header | None:
        """A run of header lines that starts here, the first of them From or To; None when none does."""
        if not _OPENS_HEADER.match(self.rows[self.at][1]):
            return None
        found, end = self._header_fields()
        return _Header(found, end) if len(found) > 1 else None

    def _header(self, header: _Header) -> Block:
        """The mail's header as one line."""
        found = header.fields
        is_first = "to" not in found[0][0].casefold()
        follows_copy = self.place.is_copy and self.place.sender in (Sender(), None) and not self.body_lines
        is_copy = bool(self.place.depth) or follows_copy or not is_first
        sender = _sender(found[0][1]) if is_first else (self.place.sender or Sender())
        self._enter(sender, is_copy=is_copy)
        self.at = header.end
        text = "; ".join(f"{key}: {value}" for key, value in found if value)
        return Block(text, sender, "header", is_copy)

    def _header_fields(self) -> tuple[list[tuple[str, str]], int]:
        found: list[tuple[str, str]] = []
        at = self.at
        while at < len(self.rows):
            line = self.rows[at][1]
            if not line.strip():
                if not (found and at + 1 < len(self.rows) and _SUBJECT.match(self.rows[at + 1][1])):
                    break
                at += 1
                continue
            match = _HEADER.match(line)
            if match:
                found.append((match[1].strip().capitalize(), " ".join((match[2] or "").split())))
            elif found and line[0] in " \t" and len(line) < 200:
                found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
            else:
                break
            at += 1
        return found, at

    def _signature(self) -> Iterator[Block]:
        """Sign-off, name, title and address as one line."""
        kept: list[str] = []
        while self.at < len(self.rows) and len(kept) < SIGNATURE_LINES:
            depth, line = self.rows[self.at]
            is_blank = not line.strip()
            if depth != self.place.depth or (is_blank and len(kept) != 1) or (kept and not _fits_signature(line)):
                break
            kept += [] if is_blank else [line.strip(" ,\t-")]
            self.at += 1
            if is_blank and len(kept) == 1 and self._next_is_text():
                break
        text = ", ".join(part for part in kept if part)
        if text:
            yield Block(text, self.place.sender, "signature", self.place.is_copy)

    def _next_is_text(self) -> bool:
        return self.at < len(self.rows) and not _fits_signature(self.rows[self.at][1])


def blocks(text: str, *, sender: Sender | None = None) -> Iterator[Block]:
    """The blocks of cleaned text in order; `sender` is whose mail it is, where a file said so."""
    rows = [_row(line) for line in text.split("\n")]
    return _Thread(rows, _Place(sender), max(len(line) for _, line in rows)).blocks()


def _copied_from(line: str) -> Sender | None:
    """Who wrote what is quoted below this line; an unknown sender where the line names none; None: nothing is."""
    if _COPY.match(line):
        return Sender()
    if ("<" in line or line.rstrip().endswith(":")) and _WROTE.match(line):
        return _sender_in(line)
    return None


def senders_in(text: str) -> Iterator[Sender]:
    """Senders that headers and quotations name, as they come."""
    for found in _FROM_LINE.finditer(text):
        yield _sender(found[1])
    for line in _ADDRESSED_LINE.findall(text):
        if _WROTE.match(line):
            yield _sender_in(line)


def _row(line: str) -> tuple[int, str]:
    quoted = _QUOTED.match(line) if line[:2].lstrip().startswith(">") else None
    return (quoted.group().count(">"), line[quoted.end() :]) if quoted else (0, line)


def _continues(before: str, line: str, *, in_mail: bool, width: int) -> bool:
    """Was `line` wrapped off `before`? Notes are wrapped only where the first word would not have fitted."""
    if _ITEM.match(line) or _STANDS_ALONE.match(line):
        return False
    starts_low = line.lstrip()[0].islower()
    if not in_mail:
        would_fit = len(before) + 1 + len(line.split(maxsplit=1)[0]) <= width
        return (
            starts_low
            and len(before) >= WRAPPED_FROM
            and width <= WIDEST_WRAP
            and not would_fit
            and before.rstrip()[-1] not in ".!?:;|"
        )
    return (
        len(before) >= WRAPPED_FROM
        or bool(_GREETING.match(before))
        or (starts_low and before.rstrip()[-1] not in ".!?:")
    )


def _fits_signature(line: str) -> bool:
    stripped = line.strip()
    return (
        len(stripped) < 60
        and not stripped.endswith(("?", "!"))
        and not _HEADER.match(line)
        and not (_DATED.match(line) or _COPY.match(line) or _ITEM.match(line) or _STANDS_ALONE.match(line))
    )


@lru_cache(maxsize=4096)
def _sender(value: str) -> Sender:
    address = _ADDRESS.search(value)
    name, _ = parseaddr(value)
    if not address:
        name = re.split(r"[<\[(/]|\s{3,}|\d\d/\d\d", value)[0]
    return Sender(_first_name_first(name), address.group().casefold() if address else "")


@lru_cache(maxsize=4096)
def _sender_in(line: str) -> Sender:
    address = _ADDRESS.search(line)
    before = (
        line[: address.start()] if address else re.sub(r"\s*(?:wrote|schrieb|a écrit|escribió|schreef).*", "", line)
    )
    words = re.findall(r"[^\W\d_][\w.'-]*", before.split(",")[-1].rsplit("<", 1)[0])
    name = " ".join(word for word in words if word[0].isupper())
    return Sender(_first_name_first(name), address.group().casefold() if address else "")


def _first_name_first(name: str) -> str:
    name = name.strip(" \"'\t")
    last, comma, first = name.partition(", ")
    return f"{first} {last}".strip() if comma and first else name
