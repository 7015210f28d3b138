"""At most three questions to the rep, where the notes are silent and the rep may know (pure).

First what the groundwork says stands in no line, then what it found unsettled, then what `builtin` would ask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from coach import builtin
from coach.checks.language import content_stems
from coach.compare import similarity
from coach.excerpt import excerpt
from coach.figures import figures
from coach.moments import date_matches
from coach.names import names
from coach.plain import plain
from coach.schema import AccountContext, Block, Groundwork, MeetingPlan
from coach.settings import BUILTIN

MAX_QUESTIONS = 3
MAX_SILENT = 2
"""Questions from what stands in no line; the third place is kept for what is unsettled or left open."""
MAX_QUOTED_CHARS = 200
ALREADY_ASKED = 0.6
"""Similarity from which two questions ask the same; two short ones share half of their words by how they end."""
_SILENT = re.compile(
    r"\bno line(?: says| gives| names)?\b|\bin no line\b|\bno (?:date|day|figure|price|name) in the (?:lines|notes)\b"
    r"|\b(?:lines|notes) (?:do not|don['’]t) (?:say|name|give)\b|\bnot in the (?:lines|notes)\b|\brole unknown\b"
    r"|\bkeine Zeile\b|\bin keiner Zeile\b|\baucune ligne\b|\bgeen (?:enkele )?regel\b",
    re.IGNORECASE,
)

_MORE, _RIGHT = "Do you know more?", "Which is right, by what you know?"
_LEFT_OPEN, _TWO_WAYS = "The notes leave this open.", "The notes do not settle this."
_FRAME = re.compile(
    rf"{re.escape(_LEFT_OPEN)}|{re.escape(_TWO_WAYS)}|{re.escape(_MORE)}|{re.escape(_RIGHT)}|['’]s\b|\b(?:dates?|days?|figures?|names?|roles?|known)\b",
    re.IGNORECASE,
)
"""What says how it is asked, not about what."""
_SHARED_WORDS = 2
"""So many content words a line shares with a question before it may answer it; all, where the question has fewer."""
_DECIDES = re.compile(r"\b(?:decid|approv|sign(?=s|ed|\b)|final say|last word|entscheid)\w*", re.IGNORECASE)
_PRICE = re.compile(r"\b(?:price|cost|fee|quote|preis)\w*", re.IGNORECASE)
_MEETING_DAY = re.compile(
    r"\b(?:no|unknown|open|missing) (?:date|day) (?:of|for) (?:the|this|our) (?:next )?(?:meeting|call|visit)\b"
    r"|\b(?:meeting|call|visit)(?: itself)? has no (?:date|day)\b|\bmeeting (?:date|day)\b",
    re.IGNORECASE,
)
_IS_SOMETHING = re.compile(r"^Attendee: [^,]+, \S|\b(?:is|as|heads|leads|runs|works|ist|als|leitet)\b", re.IGNORECASE)


def questions_for(context: AccountContext, plan: MeetingPlan, groundwork: Groundwork) -> tuple[str, ...]:
    """At most three, the weightiest first, none twice. For pages of a model and of `builtin`."""
    asked: list[str] = []
    for one in (*_from_groundwork(groundwork), *builtin.questions_to_rep(context, plan)):
        if not any(similarity(one, other) >= ALREADY_ASKED for other in asked):
            asked.append(one)
    return tuple(asked[:MAX_QUESTIONS])


def still_open(asked: Sequence[str], context: AccountContext, plan: MeetingPlan, *, known: int) -> tuple[str, ...]:
    """Those that neither the record nor a line of the notes behind number `known` answers, as far as code can tell.

    `known`: the last line that they were asked from: what was found open with it in view, it does not answer.
    """
    lines = (*context.fields, *(line for line in context.notes if line.number > known))
    told = [line.text for line in lines if not line.text.rstrip().endswith("?")]
    companies = f"{context.account} {context.seller.company}"
    return tuple(
        one
        for one in asked
        if not builtin.has_its_answer(one, context, plan)
        and not (context.meeting.date and _MEETING_DAY.search(one))
        and not any(_answers(text, one, companies) for text in told)
    )


def _answers(text: str, question: str, companies: str) -> bool:
    """Whether the line speaks of what the question names, and holds what this lacks: a day, a figure, somebody."""
    subject = content_stems(_alike(_FRAME.sub(" ", _SILENT.sub(" ", question))))
    shared = subject & content_stems(_alike(_FRAME.sub(" ", text)))
    if not subject or len(shared) < min(_SHARED_WORDS, len(subject)):
        return False
    return any(asks.search(question) and holds(text, f"{question} {companies}") for asks, holds in _LACKING)


def _alike(text: str) -> str:
    """One word for all that are said of a decision, and of a price."""
    return _PRICE.sub("price", _DECIDES.sub("decides", text))


def _has_a_name(text: str, besides: str) -> bool:
    known = set(besides.replace(":", " ").split())
    return any(not known.issuperset(name.split()) for name in names(text))


def _from_groundwork(groundwork: Groundwork) -> Iterator[str]:
    """What a model said is missing; builtin's own groundwork asks by itself."""
    if groundwork.drafted_by == BUILTIN:
        return
    bullets = [block for block in groundwork.blocks if block.kind != "heading" and block.written_by == "coach"]
    silent = [block for block in bullets if _SILENT.search(block.text)][:MAX_SILENT]
    yield from (f"{_LEFT_OPEN} {_quoted(block)} {_MORE}" for block in silent)
    unsettled = [block for block in bullets if block.part == "not_settled" and block not in silent]
    yield from (f"{_TWO_WAYS} {_quoted(block)} {_RIGHT}" for block in unsettled[:1])


def _quoted(block: Block) -> str:
    words = " ".join(plain(block.text).split())
    short = excerpt(words, MAX_QUOTED_CHARS)
    return short if short.endswith((".", "!", "?", "…")) else f"{short}."


_LACKING: tuple[tuple[re.Pattern[str], Callable[[str, str], bool]], ...] = (
    (re.compile(r"\b(?:dates?|days?|when|Datum|Tag|wann)\b", re.I), lambda text, _: any(date_matches(text))),
    (
        re.compile(r"\b(?:prices?|costs?|figures?|amounts?|how (?:many|much)|Preis|Zahl)\b", re.I),
        lambda text, _: bool(figures(text)),
    ),
    (re.compile(r"\b(?:who|whose|names?|wer|Name)\b", re.I), _has_a_name),
    (re.compile(r"\b(?:roles?|Rolle)\b", re.I), lambda text, _: bool(_IS_SOMETHING.search(text))),
)
