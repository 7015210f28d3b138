"""What the notes plainly say somebody is: behind the name, before it, in a sentence about it, in a signature (pure).

Only words that stand in the notes, and only where they stand right beside the name: a doubtful title is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coach.words import fold, listed

TITLE_WORD = (
    r"director|head|manager|chief|officer|lead|leader|president|partner|owner|(?:co-?)?founder|buyer|procurement|"
    r"purchasing|controller|architect|supervisor|coordinator|C[DEFIMOPRST]O|CISO|CHRO|[SEA]?VP|\w*leiter(?:in)?|"
    r"geschäftsführer\w*|einkauf\w*|directeur|directrice|director\w*|responsable|jefe|gerente"
)
_TITLE = re.compile(rf"(?:{TITLE_WORD})", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:(?:our|their|the|an?|his|her|its|your|now|new)\s+)+", re.IGNORECASE)
_CONNECTS = listed("""of for and & the a an our their de du der fur im la""")
_NEVER = listed(
    """who that which or but not no never to with from by via per plus cc re is was are were will would can could has
    had have said says say told tells asked asks wants wanted met meets called calls wrote writes joins reports
    reporting works former formerly ex until whose when then"""
)
"""Before a title such a word makes it somebody else's, or none."""
_SENTENCE_GOES_ON = re.compile(
    r"\w+(?:ed|ing)|told|said|says|wants|will|is|was|has|had|and|but|who|joins|asks|thinks|likes"
)
_MOST_BEFORE, _MOST_BEHIND = 4, 7
_ASIDE = r"[^,.;:()|\n]{2,80}"
_RUNS = re.compile(
    r"(?:runs|leads|heads|manages|owns|oversees|is responsible for|is in charge of|looks after)\s"
    r"(?:(?!(?:and|but|at|in|for|since|because|when|which|that|who)\b)[\w&/’'-]+\s?){1,5}",
    re.IGNORECASE,
)


_BEGINS = (
    rf"(?:{TITLE_WORD}|senior|junior|vice|deputy|group|regional|global|national|interim|managing|executive|general"
    r"|technical|commercial|medical|operations|sales|marketing|it|finance|plant|site)\b"
)
_BEGINS_AS_TITLE = re.compile(_BEGINS, re.IGNORECASE)
"""With no other word does a title begin that nothing but its place tells."""


def opening_title(phrase: str) -> str:
    """The title that the phrase is from its first word on, `Head of Marketing`; not `Needs a manager`."""
    return as_title(phrase) if _BEGINS_AS_TITLE.match(_bare(phrase)) else ""


def title_of(name: str, text: str) -> str:
    """`Head of IT`, `runs operations`; empty where nothing says it plainly."""
    who = rf"(?<!\w){re.escape(name)}"
    duties = (match[0].strip() for match in _found(rf"{who}\s?,? who (?={_RUNS.pattern})", text, _RUNS))
    said = (title for phrase in _phrases(who, text) if (title := as_title(phrase)))
    whole = (title for phrase in _whole_phrases(who, text) if (title := as_title(phrase)) and title == _bare(phrase))
    found = next(said, "")
    return _longest(found, whole) if found else next(whole, "") or next(duties, "")


def _longest(title: str, others: Iterator[str]) -> str:
    """`VP of Operations`, where the notes say `VP` in another place."""
    return max((title, *(one for one in others if one.startswith(f"{title} "))), key=len)


def as_title(phrase: str) -> str:
    """The title with which the phrase begins, without article; empty: with none."""
    words = _bare(phrase).split()
    at = next(
        (place for place, word in enumerate(words[: _MOST_BEFORE + 1]) if _TITLE.fullmatch(word.strip("’'"))), None
    )
    if at is None or any(word.casefold() in _NEVER for word in words[:at]) or words[0].casefold() == "and":
        return ""
    title, behind = words[: at + 1], words[at + 1 : at + 1 + _MOST_BEHIND]
    for place, word in enumerate(behind):
        is_name = word[0].isupper() or not word[0].isalpha()
        is_object = fold(title[-1]) in _CONNECTS or (place and title[-1][0].islower() and place < _MOST_BEHIND)
        is_more = (
            is_name
            or _TITLE.fullmatch(word)
            or fold(word) in _CONNECTS
            or (is_object and not _SENTENCE_GOES_ON.fullmatch(word))
        )
        if not is_more and not _is_last_of_vp(title, behind):
            break
        title.append(word)
    while fold(title[-1]) in _CONNECTS:
        title.pop()
    return " ".join(title)


def _is_last_of_vp(title: list[str], behind: list[str]) -> bool:
    """`vp ops`: written small, and nothing more behind it."""
    return len(behind) == 1 and title[-1].casefold().endswith("vp")


def _phrases(who: str, text: str) -> Iterator[str]:
    """What stands behind the name, the title first."""
    for pattern in (
        rf"{who}\s*\(({_ASIDE})[,)]",
        rf"{who}\s?(?:,|–|—|-|\|)\s*(?:who(?: is|’s|'s)\s)?({_ASIDE})",
        rf"{who} (?:is|became|works as|serves as)\s((?:now\s)?(?:our|their|the|an?)\s{_ASIDE}|[A-Z]{_ASIDE})",
    ):
        yield from (match[1] for match in re.finditer(pattern, text, re.IGNORECASE))


def _whole_phrases(who: str, text: str) -> Iterator[str]:
    """What counts only where all of it is the title: before the name, and on the line below it in a signature."""
    for pattern in (
        rf"\b((?:our|their|the|your)\s(?:[\w&/’'-]+\s){{0,7}}?[\w&/’'-]+),?\s{who}",
        rf"\b({_BEGINS}\s(?-i:(?:(?:of|for|and|&|[A-Z][\w&/’'-]*)\s){{0,6}}))(?={who})",
        rf"^\W*{who}\W*\n({_ASIDE})$",
    ):
        yield from (match[1] for match in re.finditer(pattern, text, re.IGNORECASE | re.MULTILINE))


def _bare(phrase: str) -> str:
    words = " ".join(phrase.split())
    return words[match.end() :] if (match := _ARTICLE.match(words)) else words


def _found(before: str, text: str, wanted: re.Pattern[str]) -> Iterator[re.Match[str]]:
    for match in re.finditer(before, text, re.IGNORECASE):
        if duty := wanted.match(text, match.end()):
            yield duty
