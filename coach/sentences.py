"""Where a long paragraph may be cut, so that one line says one thing (pure).

Knows abbreviations, initials, ordinals and decimals of English, German, French, Spanish and Dutch notes; knows
nothing about mails, speakers or labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

WHOLE_UP_TO = 160
"""Characters that stay one line: about two sentences of a note; grounding is sharpest on short lines."""
SHORTEST_PIECE = 25
"""Shorter sentences (`Thanks.`) stay with the one before."""
LONGEST_PIECE = 600
"""Longer ones are cut at a semicolon, comma or space: no line may drown the others."""

_ENGLISH = (
    "mr mrs ms dr prof st jr sr inc ltd co corp approx est vs etc incl excl max min avg dept ext fig tel ref re attn "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun"
)
_GERMAN = "bzw ca evtl ggf inkl exkl zzgl usw vgl hr fr str tsd mio mrd mrz okt dez std nr abs art gem lt mtl jhrl"
_FRENCH_SPANISH_DUTCH = "mme mlle env janv févr avr juil déc sr sra srta ud uds aprox pág dhr mevr bijv enz incl"
_ABBREVIATIONS = frozenset(f"{_ENGLISH} {_GERMAN} {_FRENCH_SPANISH_DUTCH}".split())
_NUMBERED = "cl sched sec para no nos nr n° art abs p pp pg pag pág fig kw vol ch tel ext núm"
_BEFORE_NUMBER = frozenset(_NUMBERED.split())
_MONTH = re.compile(
    "jan|feb|f[ée]v|mar|mär|mrz|apr|avr|abr|ma[iy]|mei|jun|juin|jul|juil|aug|ao[uû]t|ago|sep|o[kc]t|out|nov|de[czs]|déc",
    re.IGNORECASE,
)
_DAY_AND_MONTH = re.compile(r"\d{1,2}\.\d{1,2}")
"""`8.12. 12 Uhr`."""
_END = re.compile(r"""[.!?…]+["”“»'’)\]]*\s+|[。！？]+""")
_OPENERS = "\"“„«'‘([¿¡-–*"
_SOFT_ENDS = tuple(re.compile(rf".*{end}", re.DOTALL) for end in (r";\s", r",\s", r"\s"))
"""Up to the last semicolon, comma or space."""


def spans(text: str) -> tuple[Span, ...]:
    """Start and end of every piece, in order; together they hold everything but the white space between them."""
    if len(text) <= WHOLE_UP_TO:
        return ((0, len(text)),)
    pieces = (cut for span in _joined(_sentences(text)) for cut in _bounded(text, span))
    return tuple(span for span in pieces if span[1] > span[0])


def pieces(text: str) -> tuple[str, ...]:
    """The text of every piece of `spans`."""
    if len(text) <= WHOLE_UP_TO:
        return (text,)
    return tuple(text[start:end] for start, end in spans(text))


def sentences(text: str) -> tuple[str, ...]:
    """Every sentence, however short."""
    return tuple(text[start:end] for start, end in _sentences(text) if end > start)


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for found in _END.finditer(text):
        if _ends_sentence(text, found):
            yield start, _right_edge(text, start, found.end())
            start = found.end()
    yield start, _right_edge(text, start, len(text))


def _ends_sentence(text: str, found: re.Match[str]) -> bool:
    following = text[found.end() : found.end() + 12]
    if not following or not (following[0].isupper() or following[0].isdigit() or following[0] in _OPENERS):
        return found.group()[0] in "。！？"
    if not found.group().startswith(".") or found.group().startswith(".."):
        return True
    word = re.split(r"[\s(\[\"“„'«/]", text[max(0, found.start() - 24) : found.start()])[-1]
    return not _is_abbreviation(word, following)


def _is_abbreviation(word: str, following: str) -> bool:
    if _DAY_AND_MONTH.fullmatch(word) and following[0].isdigit():
        return True
    last = word.rsplit(".", 1)[-1].casefold()
    if last.isdigit():
        return len(last) <= 2 and bool(_MONTH.match(following))
    if last in _BEFORE_NUMBER and following[0].isdigit():
        return True
    return len(last) == 1 or last in _ABBREVIATIONS


def _joined(sentences: Iterator[Span]) -> Iterator[Span]:
    start = end = 0
    for first, last in sentences:
        if end and (last - first < SHORTEST_PIECE or end - start < SHORTEST_PIECE) and last - start <= WHOLE_UP_TO:
            end = last
            continue
        if end:
            yield start, end
        start, end = first, last
    yield start, end


def _bounded(text: str, span: Span) -> Iterator[Span]:
    start, end = span
    while end - start > LONGEST_PIECE:
        cut = _soft_end(text, start)
        yield start, _right_edge(text, start, cut)
        start = cut
    yield start, end


def _soft_end(text: str, start: int) -> int:
    """After the last semicolon, comma or space in the second half of the longest piece; else right at its end."""
    window = text[start + LONGEST_PIECE // 2 : start + LONGEST_PIECE]
    last = next((found.end() for pattern in _SOFT_ENDS if (found := pattern.match(window))), len(window))
    return start + LONGEST_PIECE // 2 + last


def _right_edge(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip())
