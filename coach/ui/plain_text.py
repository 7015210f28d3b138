"""Text of notes, models and people -> Markdown in which it reads exactly as written (pure).

`st.markdown` would make formulas of two amounts in dollars, links of addresses and emphasis of stars.
"""

from __future__ import annotations

import re

from coach.excerpt import excerpt

_JOINER = "\u2060"
"""Takes no room and shows nothing; between two marks it keeps apart what would become a link or an arrow."""
_MADE_LIVE = re.compile(
    r"(?<=\bwww)(?=\.)|(?<=:)(?=//)|(?<=@)(?=\w)|(?<=[-<>=])(?=[-<>=])|(?<=:)(?=streamlit:)", re.IGNORECASE
)
"""Streamlit looks for addresses, arrows and its logo in the finished text too, where no escape helps."""
_MARKS = re.compile(r"[\\`*_{}\[\]()#+\-.!|>~<$&:=]")
_LEFT_OUT = re.compile(r"[\\`*_{}\[\]#|~<>$&=@]+")
_DIRECTIVE = re.compile(r":(?=\S)")
_LINE_END = re.compile(r"[ \t]*\r?\n")


def plain(text: str) -> str:
    """The text for `st.markdown` and for labels: no formula, link, image, emoji, colour or HTML comes of it.

    Every mark is written as its character reference, which no Markdown reads; a line's end stays one.
    """
    return _LINE_END.sub("  \n", _MARKS.sub(_reference, _MADE_LIVE.sub(_JOINER, text)))


def plain_line(text: str, *, longest: int = 0) -> str:
    """The same on one line, of it the words within `longest` characters (0: all)."""
    line = " ".join(text.split())
    return plain(excerpt(line, longest) if longest else line)


def plain_name(text: str) -> str:
    """The same for the labels of fields, which screen readers say as they are written: the marks are left out."""
    return " ".join(_DIRECTIVE.sub(f":{_JOINER}", _MADE_LIVE.sub(_JOINER, _LEFT_OUT.sub(" ", text))).split())


def _reference(mark: re.Match[str]) -> str:
    return f"&#{ord(mark[0])};"
