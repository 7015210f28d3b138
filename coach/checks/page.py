"""The page as the rules look at it: its passages by part, the words said aloud, its language, and what a finding is.

A passage is a block, or what stands under a bold label inside one (`**Stop:** …`), so that a rule finds its part
whatever the headings are called. Knows nothing about single rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from coach.checks.language import language_of, words
from coach.claims import proposed_terms
from coach.figures import figures
from coach.instructions import instruction_like
from coach.markup import plain
from coach.names import known_people
from coach.rubric import label_parts, rubric, words_for
from coach.schema import CUSTOMER_FACING, AccountContext, Block, Commitment, Finding, Gravity, Groundwork, MeetingPlan
from coach.sums import shown_sums
from coach.words import fold

_LABEL = re.compile(r"^[ \t]*(?:[-*+•][ \t]+|\d{1,2}[.)][ \t]+)?\*\*([^*\n]{2,30}?)[:.]?\*\*[:.]?[ \t]*", re.MULTILINE)
_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|„([^“”]+)[“”]|«\s*([^»]+?)\s*»|»([^«]+)«")
_MINUTES = re.compile(r"^\s*\d{1,2}\s*[–—-]\s*\d{1,2}\s", re.MULTILINE)
_BLOCK_QUOTE = re.compile(r"^\s*>\s?", re.MULTILINE)
_ASK = "ask"
_DOT, _EDGE = " · ", " | "
"""Between the cells of a table stands no dot: it would say `times` between two figures."""
SHOWN_WHOLE = CUSTOMER_FACING - {"opening", "agenda"}
"""An opening and an agenda also hold notes to the rep; of these only the ready words are shown."""
_SHORTEST_NAME_WORD = 2
"""Letters; `of`, `IT` and initials name nobody."""


@dataclass(frozen=True)
class Passage:
    """A piece of one block that belongs to one part."""

    part: str
    text: str
    """Without Markdown marks."""
    block: Block

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The words in it that are meant to be said or sent as they stand."""
        quoted = quotations(self.text)
        return quoted or ((self.text,) if self.block.kind == "quote" else ())

    @cached_property
    def told(self) -> str:
        """What is left for the rep when the ready words are taken out."""
        return "" if self.block.kind == "quote" else _QUOTED.sub(" ", self.text)


@dataclass(frozen=True)
class Page:
    plan: MeetingPlan
    context: AccountContext
    groundwork: Groundwork | None = None

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(passage for block in self.plan.blocks for passage in passages_in(block))

    @cached_property
    def language(self) -> str:
        """Two letters; English when the page is too short to tell."""
        chosen = self.plan.language[:2].lower()
        return chosen if chosen in rubric().lexicons["stop_words"] else language_of(self.told()) or "en"

    def of(self, *parts: str) -> tuple[Passage, ...]:
        return tuple(passage for passage in self.passages if passage.part in parts)

    def text(self, *parts: str) -> str:
        """All words of these parts, headings left out."""
        return "\n".join(passage.text for passage in self.of(*parts))

    def told(self, *parts: str) -> str:
        """As `text`, without ready words; the whole page when no part is named."""
        return "\n".join(passage.told for passage in (self.of(*parts) if parts else self.passages))

    def said(self, *parts: str) -> tuple[str, ...]:
        """The ready words of these parts."""
        return tuple(words for passage in self.of(*parts) for words in passage.said)

    @cached_property
    def shown(self) -> tuple[tuple[Passage, str], ...]:
        """What the customer sees or hears: ready words anywhere, and all of the purpose and the thing we bring."""
        return tuple((passage, words) for passage in self.passages for words in self._shown_in(passage))

    def _shown_in(self, passage: Passage) -> tuple[str, ...]:
        is_shown = passage.part in SHOWN_WHOLE or (passage.part == "opening" and not self.said("opening"))
        return (passage.text,) if is_shown else passage.said

    @cached_property
    def customer_words(self) -> frozenset[str]:
        """Words by which somebody at the customer is named: their people and titles, the account."""
        attendees = self.context.meeting.attendees
        named = [self.context.account, *(f"{person.name} {person.title}" for person in attendees)]
        return _name_words(named) - self.seller_words

    @cached_property
    def seller_words(self) -> frozenset[str]:
        return _name_words([self.context.rep, self.context.seller.company])

    @cached_property
    def people(self) -> frozenset[str]:
        """Everybody whom the record or the notes name, the rep among them."""
        return frozenset({*known_people(self.context), self.context.rep})

    @cached_property
    def context_words(self) -> frozenset[str]:
        """Every word of the context, folded."""
        context = self.context
        texts = [line.text for line in context.lines.values()]
        return frozenset(re.findall(r"[^\W_]+", fold(" ".join([context.account, context.rep, *texts]))))

    @cached_property
    def summed(self) -> frozenset[Decimal]:
        """What the page works out: results of sums that are shown and hold, the terms that it says are ours, and
        figures of blocks that are sums."""
        shown = [one.result.value for passage in self.passages for one in shown_sums(passage.text) if one.holds]
        sums = [passage.text for passage in self.passages if passage.block.basis == "sum"]
        ours = [one.value for passage in self.passages for one in proposed_terms(passage.text)]
        return frozenset((*shown, *ours, *(one.value for text in sums for one in figures(text))))

    @cached_property
    def context_figures(self) -> frozenset[Decimal]:
        return frozenset(one.value for line in self.context.lines.values() for one in figures(line.text))

    @cached_property
    def instruction_lines(self) -> tuple[str, ...]:
        return instruction_like(self.context)

    def commitment(self, part: str) -> Commitment:
        return self.plan.best_outcome if part == "best" else self.plan.fallback

    def block_of(self, part: str) -> str:
        """Id of the first block of a part; empty when there is none."""
        return next((passage.block.id for passage in self.of(part)), "")

    def matches(self, lexicon: str) -> tuple[tuple[Passage, str], ...]:
        """The first phrase of the lexicon in each passage that has one."""
        pattern = words_for(lexicon, self.language)
        if not pattern.search(self._all_text):
            return ()
        found = ((passage, pattern.search(passage.text)) for passage in self.passages)
        return tuple((passage, match.group()) for passage, match in found if match)

    @cached_property
    def _all_text(self) -> str:
        return "\n".join(passage.text for passage in self.passages)

    def has(self, lexicon: str, text: str) -> bool:
        """Whether a phrase of the lexicon stands in the text; ready words may be in another language than the page."""
        language = language_of(text) or self.language
        patterns = (words_for(lexicon, self.language), words_for(lexicon, language))
        return any(pattern.search(text) for pattern in patterns)


def finding(
    rule: str, why: str, *, part: str = "", block: str = "", gravity: Gravity = "defect", lines: tuple[str, ...] = ()
) -> Finding:
    return Finding(rule=rule, part=part, block=block, gravity=gravity, why=why, lines=lines)


def quotations(text: str) -> tuple[str, ...]:
    """What stands in quotation marks, without them."""
    return tuple(next(group for group in match.groups() if group) for match in _QUOTED.finditer(text))


def _name_words(names: Iterable[str]) -> frozenset[str]:
    return frozenset(word for name in names for word in words(name) if len(word) > _SHORTEST_NAME_WORD)


def passages_in(block: Block) -> tuple[Passage, ...]:
    """A block cut where a bold label names another part; none of a heading."""
    if block.kind == "heading":
        return ()
    text = _BLOCK_QUOTE.sub("", block.text)
    marks = [(match.start(), part) for match in _LABEL.finditer(text) if (part := label_parts().get(_key(match[1])))]
    if block.part == "purpose" and (minutes := _MINUTES.search(text)):
        marks = sorted([*marks, (minutes.start(), "agenda")])
    starts = [0, *(start for start, _ in marks)]
    ends = [*starts[1:], len(text)]
    found: list[Passage] = []
    part = block.part
    for start, end, named in zip(starts, ends, [block.part, *(name for _, name in marks)], strict=True):
        part = part if named == _ASK else named
        if words := plain(text[start:end]):
            found.append(Passage(part, words.replace(_DOT, _EDGE) if block.kind == "table" else words, block))
    return tuple(found)


def _key(label: str) -> str:
    return label.strip().rstrip(":.").casefold()
