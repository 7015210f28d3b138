"""Words as a customer would see them: without signs that hide others, names without what was added to them (pure).

Knows nothing about what may be shown.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from coach.export.our_talk import our_talk

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_COMMENT = re.compile(r"<!--|-->")
_ADDED = re.compile(r"\s*[(\[](?P<added>[^)\]]*)[)\]]")
_GAP = re.compile(r"\s*[,;|]\s+|\s+[–—-]\s+")
_CUT = re.compile(r"(?<=\w)[-‐‑_\\](?=\w)")
_LETTER_BY_LETTER = re.compile(r"\b\w(?:\s\w){3,}\b")
_ALIKE = frozenset({"LATIN", "CYRILLIC"})


def visible(text: str) -> str:
    """On one line, without signs that show nothing and could hide a word from the gate."""
    spaced = (" " if sign.isspace() else sign for sign in text)
    return " ".join("".join(sign for sign in spaced if unicodedata.category(sign) not in _UNSEEN).split())


def outward(name: str) -> str:
    """A company's or a person's name without what somebody added to it for themselves: `Acme (at risk)`."""
    bare = _ADDED.sub(lambda found: found.group() if _is_of_name(found["added"]) else "", visible(name))
    end = next((gap.start() for gap in _GAP.finditer(bare) if not _is_of_name(_GAP.split(bare[gap.end() :])[0])), None)
    return bare[:end].strip()


def readings(text: str) -> tuple[str, ...]:
    """The text as it stands, and as a reader may take it: in plain letters, with what a hyphen or spaces cut joined."""
    plain = unicodedata.normalize("NFKC", text)
    joined = _CUT.sub("", _LETTER_BY_LETTER.sub(lambda found: "".join(found.group().split()), plain))
    return tuple(dict.fromkeys((text, plain, joined)))


def is_commented(text: str) -> bool:
    """Holds a comment of HTML, which whoever wrote it takes to be unseen."""
    return _COMMENT.search(text) is not None


def mixed(text: str) -> str:
    """The first word of letters that look alike and are of two alphabets; empty where there is none."""
    return next((word for word in text.split() if {*map(_alphabet, filter(str.isalpha, word))} >= _ALIKE), "")


def _is_of_name(added: str) -> bool:
    """`UK`, `Smith and Co`; not `blocker`, `Champion`."""
    is_named = all(not word[:1].islower() or len(word) <= len("and") for word in added.split())
    return is_named and any(map(str.isupper, added)) and not any(our_talk(added, theirs=frozenset()))


@cache
def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
