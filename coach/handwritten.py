"""Reads plans that people wrote in an editor (pure): parts from headings and labels, citations, what is to be agreed.

Simple on purpose: what it does not find stays empty for the rep or the indexer to say. Knows no model and no file.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from coach.dates import dates
from coach.headings import part_of_heading, part_of_label
from coach.labels import take_citations
from coach.markup import heading_text, plain
from coach.names import names
from coach.schema import Basis, Block, Commitment, Part

ASK = frozenset({"ask", "the ask", "frage", "bitte", "demande", "à demander", "pregunta", "pedir"})
"""Labels of the sentence with which the rep asks for the outcome above it."""

OUTCOMES = ("best", "fallback")

_HELD_ANYWHERE = frozenset({"best", "fallback", "stop", "purpose", "agenda", "opening", "bring", "leave_out"})
"""Parts whose label counts under any heading; `**Who:**` below `Best outcome` is no new part."""

_LABEL = re.compile(
    r"(?P<mark>(?:[-*+•]|\d{1,3}[.)])\s+)?(?:\*\*(?P<bold>[^*\n]{1,40}?)(?::\*\*|\*\*:)|(?P<bare>[^*:\n]{1,40}):)\s*"
)
_QUOTED = re.compile(r"“([^“”]+)”|„([^„“”]+)[“”]|«\s?([^«»]+?)\s?»|\"([^\"]+)\"")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\Wa-z\d_]|$)")
_WE = re.compile(r"(?:we|i|wir|ich|nous|je|nosotros|yo)\b", re.IGNORECASE)
"""Who begins so speaks of us, whatever place or name stands behind."""

MOST_READ = 2_000
"""Characters of an outcome in which a name and a date are sought; a page's outcomes are far shorter."""

_ANY_DAY = dt.date(2000, 1, 1)
"""Stands in for an unknown today; then only dates with a year count."""


def with_parts(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Blocks of no part get that of their label, else of the heading above; the others keep theirs."""
    section: str | None = None
    labelled: str | None = None
    read: list[Block] = []
    for block in blocks:
        if block.kind == "heading":
            section = block.part if block.part != "other" else part_of_heading(heading_text(block))
            part = section
            labelled = None
        else:
            label = _part_of_label(block, section, labelled)
            labelled = label or (labelled if _goes_on(block, section) else None)
            part = labelled or section
        read.append(block.model_copy(update={"part": part}) if part and block.part == "other" else block)
    return tuple(read)


def with_citations(block: Block) -> Block:
    """Bracketed line labels, in the text or after it, become citations; what rests on them rests on the notes."""
    text, cited = take_citations(block.text)
    if not cited:
        return block
    basis: Basis = "offer" if all(label.startswith("P") for label in cited) else "notes"
    citations = tuple(dict.fromkeys((*block.citations, *cited)))
    return block.model_copy(update={"text": text, "citations": citations, "basis": block.basis or basis})


def commitment(blocks: Sequence[Block], part: Part, *, today: dt.date | None = None) -> Commitment:
    """What the customer is to do, from the blocks of `best` or `fallback`.

    `who` is the first name in it, also one known from elsewhere on the page, unless it begins with us; `by` is the
    first date (ISO), without `today` only one with its year. Empty where nothing is found.
    """
    own = [block for block in blocks if block.part == part and block.kind != "heading"]
    said = [_without_label(block.text) for block in own if block.kind != "quote" and not _asks(block)]
    what = next((text for text in (_unquoted(one) for one in said) if text), "")
    return Commitment(
        who=_first_name(what[:MOST_READ], blocks),
        what=what,
        by=_first_day(what[:MOST_READ], today),
        ask=_ask(own),
        blocks=tuple(block.id for block in own),
    )


def begins_with_us(text: str) -> bool:
    """`We send the offer`: nobody of the customer's does it, whoever is named behind."""
    return _WE.match(text) is not None


def _part_of_label(block: Block, section: str | None, labelled: str | None) -> str | None:
    if block.kind == "quote":
        return None
    if _asks(block):
        return next((part for part in (labelled, section) if part in OUTCOMES), None)
    found = _LABEL.match(block.text)
    part = part_of_label(found["bold"] or found["bare"]) if found else None
    return part if part in _HELD_ANYWHERE or section is None else None


def _goes_on(block: Block, section: str | None) -> bool:
    """A label holds for ready words below it, and under a heading that says no part or only `Outcome`."""
    return block.kind == "quote" or section in (None, "best")


def _asks(block: Block) -> bool:
    found = _LABEL.match(block.text)
    return found is not None and (found["bold"] or found["bare"]).strip().casefold() in ASK


def _without_label(text: str) -> str:
    found = _LABEL.match(text)
    label = (found["bold"] or found["bare"]).strip() if found else ""
    is_known = part_of_label(label) is not None or label.casefold() in ASK
    return plain(text[found.end() :] if found and is_known else text)


def _unquoted(text: str) -> str:
    """The text up to its first spoken sentence."""
    spoken = _QUOTED.search(text)
    return " ".join((text[: spoken.start()] if spoken else text).split()).rstrip(" :–—-")


def _ask(blocks: Sequence[Block]) -> str:
    asked = [block for block in blocks if _asks(block)]
    if asked:
        text = " ".join(_without_label(asked[0].text).split())
        return _spoken(text) or _SENTENCE_END.split(text, maxsplit=1)[0]
    spoken = [words for words in (_spoken(plain(block.text)) for block in blocks) if words]
    return next((words for words in spoken if "?" in words), next(iter(spoken), ""))


def _spoken(text: str) -> str:
    said = [" ".join(next(filter(None, found)).split()) for found in _QUOTED.findall(text)]
    return next((words for words in said if "?" in words), next(iter(said), ""))


def _first_name(text: str, blocks: Sequence[Block]) -> str:
    """A first name alone at the start of a sentence is no name to `names`: it must stand as one elsewhere."""
    if begins_with_us(text):
        return ""
    elsewhere = {part for block in blocks for name in names(plain(block.text[:MOST_READ])) for part in name.split()}
    opener = text.split(maxsplit=1)[0] if text else ""
    found = [*names(text), *((opener,) if opener in elsewhere else ())]
    return min(found, key=text.find, default="")


def _first_day(text: str, today: dt.date | None) -> str:
    found = [one for one in dates(text, today=today or _ANY_DAY) if today or one.has_year]
    return found[0].day.isoformat() if found else ""
