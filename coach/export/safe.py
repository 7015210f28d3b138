"""The one gate between a plan and the customer (pure).

What the customer may read is of the type `CustomerSafe`, and only this module makes one: from the coach's own fixed
phrases, from the facts of the meeting that both sides know, and from words of the page that passed. Two strengths: a
*topic* goes through only when every word of it is plain or the customer's own and it holds no figure; what we *bring*
may hold our figures, and is refused when anything in it belongs to us alone. Knows nothing about files or layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from coach.builtin.evidence import Evidence
from coach.confidence import Confidence, leaks
from coach.export.kept import all_kept, gathered, is_record, is_telling, lines_of_need, lines_of_ours
from coach.export.labels import Labels
from coach.export.our_talk import LANGUAGES, our_talk
from coach.export.outward import is_commented, mixed, outward, readings, visible
from coach.export.products import product_names
from coach.export.safe_words import (
    ABOUT_THEM,
    DIRECTION,
    EMPTY,
    FIXED,
    NAMED,
    NOTHING_BROUGHT,
    PROPOSAL,
    SHARED_NOUNS,
    STAGE,
    THEIRS,
    TO_THE_REP,
    VOCABULARY,
)  # fmt: skip
from coach.export.sent import sent_lines
from coach.figures import Figure, figures
from coach.held import stands, words_of
from coach.marks import Opened, opened
from coach.names import is_opener, known_people, name_words, names, same_person
from coach.rubric import words_for
from coach.schema import AccountContext, Block, Groundwork, NoteLine
from coach.words import fold

MAX_TOPIC_WORDS = 24
"""The longest aim an opening names is a sentence."""
MIN_SPECIAL_WORDS = 3
"""So many words that stand only in lines of ours alone repeat one of them; of confidences, two do."""
MIN_SPECIAL_LETTERS = 4
LABEL_WORDS = 3
"""In so few words a capital at the start may be a name's."""


class CustomerSafe:
    """Words that the customer may read. Not to be made outside of this module."""

    __slots__ = ("_text",)
    _text: str

    def __init__(self) -> None:
        raise TypeError("Customer-safe words come from the gate alone.")

    @property
    def text(self) -> str:
        return self._text

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Customer-safe words cannot be changed.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CustomerSafe) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"CustomerSafe({self._text!r})"


def _safe(text: str) -> CustomerSafe:
    made = object.__new__(CustomerSafe)
    object.__setattr__(made, "_text", text)
    return made


@dataclass(frozen=True)
class LeftOut:
    """Words of the page that the customer does not get, and why, for the rep."""

    block: str
    text: str
    why: str


@dataclass(frozen=True)
class Gate:
    """For one meeting. Lines that the notes mark as internal count as such, whatever the groundwork says."""

    context: AccountContext
    groundwork: Groundwork = field(default_factory=Groundwork)
    sheet: str = ""
    """All the words of what we bring: what it calls the customer's own is not ours."""

    # --- what passes -------------------------------------------------------------------------------------------------

    def phrase(self, phrase: str, **facts: str) -> CustomerSafe:
        """A fixed phrase of safe_words.py, with facts of the meeting in it: names of account, seller and attendees.

        Raises:
            ValueError: the phrase is none of those, or a fact is none of these.
        """
        if phrase not in FIXED:
            raise ValueError(f"“{phrase}” is no phrase of the coach's own.")
        known = {self.account, self.seller, *self.attendees, ""}
        strange = [fact for fact in facts.values() if fact not in known]
        if strange:
            raise ValueError(f"{strange[0]} is no fact of the meeting.")
        return _safe(phrase.format(**{name: visible(fact) for name, fact in facts.items()}))

    def name(self, person: str) -> CustomerSafe:
        """Somebody who comes. Raises ValueError for anybody else."""
        return self.phrase(NAMED, named=person)

    def day(self, labels: Labels) -> CustomerSafe | None:
        """The meeting's day; None when it is not known."""
        day = self.context.meeting.date
        return _safe(labels.day(day)) if day else None

    def hours(self, start: int | None, end: int | None) -> CustomerSafe:
        """`10:04–10:14`, in minutes of a day; empty without a start."""
        clocks = [f"{one // 60 % 24:02}:{one % 60:02}" for one in (start, end) if one is not None]
        return _safe("–".join(clocks) if start is not None else "")

    def length(self, minutes: int | None, unit: str) -> CustomerSafe:
        """`10 min`, with the unit of safe_words.py; empty when it is not known."""
        return _safe(f"{minutes} {self.phrase(unit).text}" if minutes else "")

    def joined(self, between: Literal[" ", ", ", "; ", " · "], *parts: CustomerSafe) -> CustomerSafe:
        """Safe words in a row."""
        return _safe(between.join(part.text for part in parts if part.text))

    def place(self) -> CustomerSafe | None:
        """Where they meet; None when it is not known or holds more than that."""
        place = visible(self.context.meeting.place)
        return _safe(place) if place and not self.why_not_brought(place) else None

    def topic(self, text: str) -> CustomerSafe | str:
        """A few words for an agenda; a sentence for the rep when they may not pass."""
        text = visible(text)
        why = self.why_no_topic(text)
        return why or _safe(text)

    def brought(self, text: str, *, is_cell: bool = False) -> CustomerSafe | str:
        """A cell or a sentence of what we bring; a sentence for the rep when it may not pass."""
        text = visible(text)
        why = self.why_not_brought(text, is_cell=is_cell)
        return why or _safe(text)

    def blank(self) -> CustomerSafe:
        """Room to write."""
        return _safe("__")

    # --- what is refused ---------------------------------------------------------------------------------------------

    def why_no_topic(self, text: str) -> str:
        """Empty when the words may stand on an agenda."""
        if any(map(str.isdigit, text)) or any(is_telling(one) for one in figures(text)):
            return "holds a figure or a date; an agenda has topics alone"
        if len(text.split()) > MAX_TOPIC_WORDS:
            return f"has more than {MAX_TOPIC_WORDS} words"
        if found := ABOUT_THEM.search(fold(text)):
            return f"speaks of them (“{found.group()}”), not to them"
        if words_for("order_words", "en").search(text) or words_for("promises", "en").search(text):
            return "asks for an order or promises something: ours to say in the room"
        if PROPOSAL.search(fold(text)):
            return "is our proposal, to be made in the room"
        if not any(len(word) >= MIN_SPECIAL_LETTERS for word in words_of(text) - EMPTY):
            return "says nothing"
        if named := sorted(words_of(text) & self._others_named):
            return f"names “{named[0]}”, who or what not everybody here may know of"
        strange = sorted(words_of(text) - self._known_words, key=text.lower().find)
        if strange:
            return f"“{strange[0]}” is no word of theirs"
        return self.why_not_brought(text)

    def why_not_brought(self, text: str, *, is_cell: bool = False) -> str:
        """Empty when the customer may read it on what we bring. `is_cell`: of a table, where nobody is told to act."""
        folded = fold(text)
        is_direction = not is_cell and DIRECTION.search(folded) is not None
        if is_direction or TO_THE_REP.search(folded) or NOTHING_BROUGHT.search(folded):
            return "is a word to you, not to them"
        return next(self._against(text), "")

    def _against(self, text: str) -> Iterator[str]:
        if is_commented(text):
            yield "holds a comment, which is to you"
        if found := mixed(text):
            yield f"writes “{found}” in letters of two alphabets"
        for reading in readings(text):
            yield from self._against_reading(reading)

    def _against_reading(self, text: str) -> Iterator[str]:
        yield from (f"“{phrase}” is our own talk" for phrase in our_talk(text, theirs=self._their_nouns))
        for language in LANGUAGES:
            if phrase := words_for("private", language).search(text):
                yield f"“{phrase.group()}” is private"
        yield from leaks(Block(id="-", kind="text", text=text, part="bring"), self._kept, self.context)
        yield from self._strange_names(text)
        yield from self._our_figures(text)
        if self._stage and STAGE.search(fold(text)) and self._stage in fold(text):
            yield f"shows our stage (“{self.context.stage}”)"
        yield from self._repeated(words_of(text))

    def _repeated(self, said: frozenset[str]) -> Iterator[str]:
        """Three words of lines of ours alone, or one where all that is said stands in one of them."""
        special = sorted(said & self._special_words)
        told = frozenset(word for word in said - VOCABULARY if len(word) >= MIN_SPECIAL_LETTERS)
        is_line = len(told) > 1 and any(told <= line for line in self._secret_lines)
        if len(special) >= MIN_SPECIAL_WORDS or (special and is_line):
            yield f"repeats a line of ours alone (“{' … '.join(special[:3])}”)"

    def _strange_names(self, text: str) -> Iterator[str]:
        said = words_of(text)
        for person in self._absent:
            parts = set(name_words(person)) - self._public_words
            if parts & said:
                yield f"names {person}, who does not attend"
        is_label = len(text.split()) <= LABEL_WORDS
        for name in (*names(text), *(text.split() if is_label else ())):
            words = words_of(name) if name[:1].isupper() else frozenset()
            if words & self._our_names:
                yield f"names {name}, which they have not named to us"
        if small := sorted(said & self._our_proper_names):
            yield f"names {small[0]}, which they have not named to us"

    def _our_figures(self, text: str) -> Iterator[str]:
        for figure in figures(text):
            if is_telling(figure) and stands(figure, self._our_own_figures):
                yield f"shows “{figure.text}”, which only our own lines have"

    # --- what is known to whom ---------------------------------------------------------------------------------------

    @cached_property
    def account(self) -> str:
        return outward(self.context.account)

    @cached_property
    def seller(self) -> str:
        return outward(self.context.seller.company)

    @cached_property
    def attendees(self) -> tuple[str, ...]:
        """Names of those who come; who has left, by the notes, does not."""
        gone = [person for person, _ in self._evidence.gone]
        return tuple(
            outward(person.name)
            for person in self.context.meeting.attendees
            if person.name.strip() and not any(same_person(person.name, other) for other in gone)
        )

    @cached_property
    def _evidence(self) -> Evidence:
        return gathered(self.context)

    @cached_property
    def _kept(self) -> tuple[Confidence, ...]:
        return all_kept(self.context, self.groundwork)

    @cached_property
    def _secret(self) -> frozenset[str]:
        return lines_of_ours(self.context, self.groundwork)

    @cached_property
    def _opened(self) -> Opened:
        return opened(self.context)

    @cached_property
    def _secret_lines(self) -> tuple[frozenset[str], ...]:
        """The words of each."""
        lines = self.context.lines
        return tuple(words_of(lines[label].text) for label in self._secret if label in lines)

    @cached_property
    def _stage(self) -> str:
        return fold(self.context.stage).strip()

    @cached_property
    def _public(self) -> tuple[NoteLine, ...]:
        """What the customer wrote or said themselves, and nobody asked us to keep."""
        return tuple(
            line
            for line in self.context.notes
            if line.voice == "customer" and line.label not in self._secret and self._comes(line.speaker)
        )

    def _comes(self, speaker: str | None) -> bool:
        """Where the record names nobody, whoever spoke for the customer may come."""
        is_open = not self.context.meeting.attendees
        return speaker is None or is_open or any(same_person(speaker, person) for person in self.attendees)

    @cached_property
    def _public_words(self) -> frozenset[str]:
        context = self.context
        texts = (context.meeting.place, *product_names(context), *(line.text for line in self._public))
        return self._met_words | words_of("\n".join(texts))

    @cached_property
    def _known_words(self) -> frozenset[str]:
        return self._public_words | VOCABULARY

    @cached_property
    def _others_named(self) -> frozenset[str]:
        """Words of names in any line, but for those who meet."""
        named = words_of("\n".join(name for line in self.context.lines.values() for name in names(line.text)))
        return named - self._met_words - words_of("\n".join(product_names(self.context))) - VOCABULARY

    @cached_property
    def _met_words(self) -> frozenset[str]:
        context = self.context
        return words_of("\n".join((self.account, context.rep, self.seller, *self.attendees)))

    @cached_property
    def _their_nouns(self) -> frozenset[str]:
        """Nouns of our own talk that are theirs here: in their words or needs, or called theirs by what we bring.

        In the last case no line of ours has them, in none a line of ours alone.
        """
        lines = self.context.lines.items()
        alone = words_of("\n".join(line.text for label, line in lines if label in self._secret))
        ours = words_of("\n".join(line.text for _, line in lines if line.voice == "ours"))
        needs = [line.text for label, line in lines if label in lines_of_need(self.context) - self._secret]
        theirs = words_of("\n".join((*needs, *(line.text for line in self._public))))
        called = frozenset(found["noun"] for found in THEIRS.finditer(fold(self.sheet)))
        found = (theirs - alone) | (called - ours - alone)
        return frozenset(noun for noun in found if SHARED_NOUNS.fullmatch(noun))

    @cached_property
    def _our_names(self) -> frozenset[str]:
        """Capitalised words of lines of ours alone, and names of outsiders and of other customers in our proofs."""
        lines = self.context.lines.values()
        alone = "\n".join(line.text for line in lines if line.label in self._secret)
        capitals = words_of(" ".join(word for word in alone.split() if word.strip(_MARKS)[:1].isupper()))
        outside = [line for line in lines if line.voice == "outside" or line.label[0] == "P"]
        named = words_of("\n".join(name for line in outside for name in names(line.text)))
        aside = self._secret | self._opened.notes
        noted = words_of("\n".join(line.text for line in self.context.notes if line.label not in aside))
        found = (capitals | (named - noted)) - self._known_words - self._written_to_them - self._common_nouns
        return frozenset(word for word in found if len(word) > len("ab") and not is_opener(word))

    @cached_property
    def _our_proper_names(self) -> frozenset[str]:
        """Those of our names that no line writes small: they are names however the page writes them."""
        lines = self.context.lines.values()
        small = frozenset(fold(word.strip(_MARKS)) for line in lines for word in line.text.split() if word.islower())
        return frozenset(name for name in self._our_names - small if len(name) >= MIN_SPECIAL_LETTERS)

    @cached_property
    def _written_to_them(self) -> frozenset[str]:
        """Words of our own mails to them, but for what they were told in confidence there."""
        kept = self._evidence.internal | self._evidence.confidential | self._evidence.limits
        return words_of("\n".join(line.text for line in sent_lines(self.context) if line.label not in kept))

    @cached_property
    def _common_nouns(self) -> frozenset[str]:
        """What the notes write in small letters behind an article (`the volume`) names nobody."""
        lines = self.context.lines.values()
        return frozenset(fold(noun) for line in lines for noun in _NOUN.findall(line.text) if noun.islower())

    @cached_property
    def _special_words(self) -> frozenset[str]:
        """Words that stand in lines of ours alone and nowhere else."""
        lines = self.context.lines
        ours = words_of("\n".join(lines[label].text for label in self._secret if label in lines))
        aside = self._secret | self._opened.lines | self._opened.notes
        others = words_of("\n".join(line.text for label, line in lines.items() if label not in aside))
        return frozenset(
            word for word in ours - others - self._known_words if len(word) >= MIN_SPECIAL_LETTERS and word.isalpha()
        )

    @cached_property
    def _our_own_figures(self) -> tuple[Figure, ...]:
        lines = self.context.lines
        aside = self._secret | self._opened.lines | self._opened.notes
        known = [line for label, line in lines.items() if label not in aside and not is_record(line)]
        public = [one for line in known for one in figures(line.text)]
        ours = (one for label in self._secret if label in lines for one in figures(lines[label].text))
        return tuple(one for one in ours if is_telling(one) and not stands(one, public))

    @cached_property
    def _absent(self) -> tuple[str, ...]:
        people: Iterable[str] = known_people(self.context)
        speakers = (line.speaker or "" for line in self._public)
        here = (*self.attendees, self.context.rep, *speakers)
        return tuple(person for person in people if not any(same_person(person, other) for other in here if other))


_MARKS = "\"'“”„«»()[]:;,.!?*-"
_NOUN = re.compile(r"\b(?i:the|an?|our|your|their|her|his|la|le|une?|el|una) ([^\W\d_]+)")
