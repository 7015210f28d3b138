"""Halves, thirds and quarters that a text calls so: `a half of it is 60,000 EUR`, of 120,000 EUR (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from coach.figures import AMOUNT, Figure, figures, same_unit
from coach.sums import fits
from coach.words import fold

PARTS = {"half": 2, "third": 3, "quarter": 4}
WITHIN = 60
"""Signs on each side of a figure in which it is called a share."""


def called_shares(text: str, given: Iterable[Figure]) -> tuple[Figure, ...]:
    """Figures that are that half, third or quarter of a given one which the words beside them say; so is its `half`."""
    if not _SHARE.search(fold(text)):
        return ()
    found, wholes = figures(text), tuple(one for one in given if one.unit != "%")
    held = [
        (one.start, start, end)
        for one in found
        for start, end, parts in _called(one, text)
        if any(_is_part(one, parts, whole) for whole in wholes)
    ]
    return tuple(one for one in found if any(one.start == own or start <= one.start < end for own, start, end in held))


def _called(one: Figure, text: str) -> Iterator[tuple[int, int, int]]:
    """Where the words stand that call the figure a share, and of how many equal parts."""
    first = max(0, one.start - WITHIN)
    before = _BEFORE.search(fold(text[first : one.start]))
    behind = _BEHIND.match(fold(text[one.end : one.end + WITHIN]))
    for offset, match in ((first, before), (one.end, behind)):
        if match and match.lastgroup:
            start, end = match.span(match.lastgroup)
            yield offset + start, offset + end, PARTS[match.lastgroup]


def _is_part(one: Figure, parts: int, whole: Figure) -> bool:
    is_alike = one.unit == whole.unit or (whole.value >= AMOUNT and same_unit(one, whole))
    return is_alike and fits(one, whole.value / parts)


_NAMED = (
    r"\b(?:(?P<half>(?<!first )(?<!second )half(?! an?\b| past\b|-)|halfte|moitie|mitad)"
    r"|(?P<third>(?:a|one) third(?! (?!of|or|and|is|are|was|were|would|now|in|on|at)[a-z])"
    r"|ein drittel|(?:un|le) tiers|un tercio)"
    r"|(?P<quarter>(?:a|one) quarter(?! of an)|ein viertel|(?:un|le) quart(?! d)|un cuarto(?! de hora)))\b"
)
_SHARE = re.compile(_NAMED)
_IS = (
    r"(?:\s*(?:[,:(=-]|\b(?:is|are|was|were|would be|makes?|comes to|that is|or|ist|sind|waren|macht|ergibt|also|das"
    r"|soit|est|sont|fait|font|es|son|sea)\b)){1,3}\s*"
)
_ROUGHLY = r"(?:(?:exactly|just|about|around|roughly|some|genau|rund|etwa|exactement|environ|unos|ca\.?|~)\s*)?"
_OF = (
    r"(?: (?:of|the|von|der|des|davon|de|du|del|dieser|dieses)\b(?:(?! (?:is|are|was|were|has|have|ist|sind|hat|est"
    r"|sont|ont|es|son)\b)(?:[^.,:;!?()=\n]|(?<=\d)[.,](?=\d))){0,30})?"
)
"""The whole, in a few words that state nothing: `of it`, `of the 120,000 EUR a year`."""
_BEFORE = re.compile(_NAMED + _OF + _IS + _ROUGHLY + "$")
_BEHIND = re.compile("(?: [a-z]+)?" + _IS + _ROUGHLY + r"(?:(?:an?|the|die|la|une) )?" + _NAMED)
