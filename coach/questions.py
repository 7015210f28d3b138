"""At most three questions to the rep, where the notes are silent and the rep may know (pure).

First what the groundwork says stands in no line, then what it found unsettled, then what `builtin` would ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from coach import builtin
from coach.compare import similarity
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


def questions_for(context: AccountContext, plan: MeetingPlan, groundwork: Groundwork) -> tuple[str, ...]:
    """At most three, the weightiest first, none twice. For pages of a model and of `builtin`."""
    asked: list[str] = []
    for one in (*_from_groundwork(groundwork), *builtin.questions_to_rep(context, plan)):
        if not any(similarity(one, other) >= ALREADY_ASKED for other in asked):
            asked.append(one)
    return tuple(asked[:MAX_QUESTIONS])


def _from_groundwork(groundwork: Groundwork) -> Iterator[str]:
    """What a model said is missing; builtin's own groundwork asks by itself."""
    if groundwork.drafted_by == BUILTIN:
        return
    bullets = [block for block in groundwork.blocks if block.kind != "heading" and block.written_by == "coach"]
    silent = [block for block in bullets if _SILENT.search(block.text)][:MAX_SILENT]
    yield from (f"{_quoted(block)} Do you know more?" for block in silent)
    unsettled = [block for block in bullets if block.part == "not_settled" and block not in silent]
    yield from (f"{_quoted(block)} Which is right, by what you know?" for block in unsettled[:1])


def _quoted(block: Block) -> str:
    words = " ".join(plain(block.text).split())
    short = words if len(words) <= MAX_QUOTED_CHARS else words[:MAX_QUOTED_CHARS].rsplit(" ", 1)[0] + " …"
    return short if short.endswith((".", "!", "?", "…")) else f"{short}."
