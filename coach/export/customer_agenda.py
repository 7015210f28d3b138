"""The customer agenda: purpose, minutes and topics, and what we would like to achieve together.

Made of `CustomerSafe` words alone, so that nothing internal can be on it; what was left out of the page, and why, is
for the rep. Where a stretch of the room has no safe short topic, a fixed phrase stands in. Knows nothing about files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from coach.checks.language import content_stems, sentences
from coach.checks.page import Page, Passage, quotations
from coach.export.handout import Handout, SafeBlock, Section, as_docx, as_markdown, as_pdf
from coach.export.labels import labels_for
from coach.export.outward import visible
from coach.export.safe import CustomerSafe, Gate, LeftOut
from coach.export.safe_words import AGREED, COURTESY, HOPE, LEAVING, NAMED, PROPOSAL, YOURS, Phrases, phrases_for
from coach.export.slots import Slot, slots
from coach.export.sources import without_sources
from coach.export.typeset import Paper
from coach.markup import plain
from coach.names import name_words
from coach.rubric import words_for
from coach.schema import AccountContext, Groundwork, MeetingPlan
from coach.words import fold

MAX_TOPIC_WORDS = 12
"""Of one line of the agenda."""
MIN_PURPOSE_WORDS = 4
"""Fewer (`Your view`, `One next step.`) say no more than a fixed phrase."""
_CLAUSE_END = re.compile(r"\s*(?:[.:;?!“\"„«»|(]|\s[–—-]\s)\s*")
_AND_NAMES = re.compile(
    r"\W*\b(?:and|und|et|y|both|all|each of them|everybody|beide|alle|tous|todos)\b\W*", re.IGNORECASE
)
_ABOUT_PRICE = re.compile(r"\b(?:prices?|pricing|preise?|prix|tarif|precios?)\b")
_OUR_QUESTION = re.compile(
    r"(?:the|our|one|my|die|unsere|eine|la|notre|une|nuestra|una) (?:one |eine )?(?:question|frage|pregunta)\b"
)
"""The one that the page turns on is ours to them; `questions` are theirs to us."""
_ABOUT_QUESTIONS = re.compile(r"\b(?:questions?|fragen|preguntas?)\b")
_A_DEMONSTRATION = re.compile(r"\b(?:demos?|demonstrations?|vorfuhrung|demostracion)\b")
_ABOUT_OPENING = re.compile(r"\b(?:open|opening|welcome|eroffnung|begrussung|ouverture|accueil|apertura)\b")
_ABOUT_THE_ASK = re.compile(r"(?:(?:the|our|my) )?ask\b|(?:die|unsere) bitte\b|la demande\b|la peticion\b")


@dataclass(frozen=True)
class AgendaItem:
    hours: CustomerSafe
    """`10:04–10:14`; empty when no start is known."""
    minutes: int | None
    topic: CustomerSafe


@dataclass(frozen=True)
class CustomerAgenda:
    title: CustomerSafe
    place: CustomerSafe | None
    purpose: CustomerSafe
    items: tuple[AgendaItem, ...]
    together: tuple[CustomerSafe, ...]
    handout: Handout
    """The same as a sheet."""
    own_topics: int = 0
    """How many of the items are the page's own words; the rest are general ones."""
    left_out: tuple[LeftOut, ...] = ()
    """For the rep alone."""


def customer_agenda(plan: MeetingPlan, context: AccountContext, groundwork: Groundwork | None = None) -> CustomerAgenda:
    """Read the agenda out of a page. Without a groundwork the notes alone say what is confidential."""
    gate = Gate(context, groundwork or Groundwork())
    return _Maker(without_sources(plan, context), gate).agenda()


def to_markdown(agenda: CustomerAgenda) -> str:
    return as_markdown(agenda.handout)


def to_docx(agenda: CustomerAgenda, *, paper: Paper = "a4") -> bytes:
    return as_docx(agenda.handout, paper=paper)


def to_pdf(agenda: CustomerAgenda, *, paper: Paper = "a4") -> bytes:
    return as_pdf(agenda.handout, paper=paper)


class _Maker:
    """Collects what it leaves out."""

    def __init__(self, plan: MeetingPlan, gate: Gate) -> None:
        self._plan, self._gate = plan, gate
        self._page = Page(plan, gate.context)
        self._phrases = phrases_for(self._page.language)
        self._left_out: list[LeftOut] = []
        self._own_topics: set[str] = set()

    def agenda(self) -> CustomerAgenda:
        gate, context = self._gate, self._gate.context
        found = self._first_passing(self._purposes())
        title = title_of(gate, self._phrases)
        items, together = tuple(self._items()), tuple(self._together(found))
        purpose = found or self._topics_alone(items) or gate.phrase(self._phrases.whole_purpose)
        lines = tuple(one for one in (*self._where(), self._with()) if one.text)
        sections = (
            Section(gate.phrase(self._phrases.purpose), (SafeBlock("text", ((purpose,),)),)),
            Section(gate.phrase(self._phrases.agenda), (SafeBlock("timed", tuple(map(self._row, items))),)),
            Section(gate.phrase(self._phrases.together), tuple(SafeBlock("item", ((aim,),)) for aim in together)),
        )
        author, code = gate.phrase(NAMED, named=gate.seller), self._page.language
        handout = Handout(title, lines, sections, author, code, context.today)
        left_out = tuple(dict.fromkeys(self._left_out))
        own = sum(item.topic.text in self._own_topics for item in items)
        return CustomerAgenda(title, gate.place(), purpose, items, together, handout, own, left_out)

    def _where(self) -> tuple[CustomerSafe, ...]:
        gate = self._gate
        told = (gate.day(labels_for(self._page.language)), self._hours(), gate.place())
        return (gate.joined(" · ", *(one for one in told if one and one.text)),)

    def _with(self) -> CustomerSafe:
        gate = self._gate
        people = gate.joined(", ", *(gate.name(person) for person in gate.attendees))
        return gate.joined(" ", gate.phrase(self._phrases.with_), people) if people.text else people

    def _row(self, item: AgendaItem) -> tuple[CustomerSafe, ...]:
        return (item.hours, item.topic, self._gate.length(item.minutes, self._phrases.minutes))

    def _hours(self) -> CustomerSafe:
        start, minutes = self._gate.context.meeting.start, self._gate.context.meeting.minutes
        begin = start.hour * 60 + start.minute if start else None
        return self._gate.hours(begin, begin + minutes if begin is not None and minutes else None)

    # --- purpose and aims --------------------------------------------------------------------------------------------

    def _purposes(self) -> Iterator[tuple[str, str]]:
        """Block and words: the page's own purpose, then what its opening would like to do."""
        for passage in self._page.of("purpose"):
            yield passage.block.id, _LABEL.sub("", passage.text)
        yield from self._said_in_opening(COURTESY)

    def _topics_alone(self, items: Iterable[AgendaItem]) -> CustomerSafe | None:
        """What is to be settled, by the page's own topics, where no purpose of the page may be shown."""
        own = [item.topic for item in items if item.topic.text in self._own_topics]
        if sum(len(topic.text.split()) for topic in own) < MIN_PURPOSE_WORDS:
            return None
        return self._gate.joined(" ", self._gate.phrase(self._phrases.to_settle), self._gate.joined("; ", *own))

    def _together(self, purpose: CustomerSafe | None) -> Iterator[CustomerSafe]:
        hoped = self._first_passing(self._agreed()) or self._first_passing(self._hoped())
        if hoped and hoped != purpose and len(hoped.text.split()) >= MIN_PURPOSE_WORDS:
            yield hoped
        yield from map(self._gate.phrase, (self._phrases.answered, self._phrases.a_step))

    def _agreed(self) -> Iterator[tuple[str, str]]:
        """What the best outcome says that both sides settle, as the rep has left it."""
        for passage in self._page.of("best"):
            yield from self._found(AGREED, passage.block.id, passage.told)

    def _hoped(self) -> Iterator[tuple[str, str]]:
        """What the opening hopes that we settle: not where it is older than the best outcome, which says another."""
        best, opening = self._page.of("best"), self._page.of("opening")
        is_older = any(map(_is_the_rep_s, best)) and not any(map(_is_the_rep_s, opening))
        wanted = content_stems(self._page.text("best"))
        for block, words in self._said_in_opening(HOPE):
            if is_older and not content_stems(words) & wanted:
                self._left_out.append(LeftOut(block, _sentence(words), "is no longer the best outcome of the page"))
            else:
                yield block, words

    def _said_in_opening(self, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
        for passage in self._page.of("opening"):
            for said in passage.said or (passage.text,):
                yield from self._found(pattern, passage.block.id, said)

    def _found(self, pattern: re.Pattern[str], block: str, text: str) -> Iterator[tuple[str, str]]:
        """Block and words of each aim."""
        yield from ((block, text[slice(*found.span("aim"))]) for found in pattern.finditer(fold(text)))

    def _first_passing(self, offered: Iterable[tuple[str, str]]) -> CustomerSafe | None:
        for block, words in offered:
            aim = LEAVING.sub("", words.strip(), count=1) if LEAVING.match(words.strip()) else words
            if passed := self._pass(block, _sentence(aim).rstrip(".") + "."):
                return passed
        return None

    def _pass(self, block: str, text: str) -> CustomerSafe | None:
        found = self._gate.topic(_sentence(YOURS.sub("your ", text)))
        if isinstance(found, CustomerSafe):
            return found if found.text else None
        self._left_out.append(LeftOut(block, text, found))
        return None

    # --- minutes and topics ------------------------------------------------------------------------------------------

    def _items(self) -> Iterator[AgendaItem]:
        meeting = self._gate.context.meeting
        found = slots(self._plan, start=meeting.start, minutes=meeting.minutes)
        if not found:
            yield from self._untimed()
            return
        topics = [self._topic(slot, is_first=place == 0) for place, slot in enumerate(found)]
        topics[: len(topics) // 2] = map(self._not_yet_steps, topics[: len(topics) // 2])
        for same in _runs(topics):
            first, last = found[same[0]], found[same[-1]]
            hours = self._gate.hours(None if first.is_counted else first.start, last.end)
            yield AgendaItem(hours, _length(first, last), topics[same[0]])
        yield from self._close(found[-1], topics[-1])

    def _not_yet_steps(self, topic: CustomerSafe) -> CustomerSafe:
        """What we ask them early on is what they think, not who does what."""
        steps, view = (self._gate.phrase(one) for one in (self._phrases.next_steps, self._phrases.your_view))
        return view if topic == steps else topic

    def _close(self, last: Slot, topic: CustomerSafe) -> Iterator[AgendaItem]:
        """What is left of the meeting behind the last stretch that the page gives a time."""
        meeting, steps = self._gate.context.meeting, self._gate.phrase(self._phrases.next_steps)
        begin = 0 if last.is_counted or not meeting.start else meeting.start.hour * 60 + meeting.start.minute
        end = begin + (meeting.minutes or 0)
        if last.end is not None and last.end < end and topic != steps:
            yield AgendaItem(self._gate.hours(None if last.is_counted else last.end, end), end - last.end, steps)

    def _untimed(self) -> Iterator[AgendaItem]:
        """The page's own topics where it has any without times, else what every meeting has, in between."""
        phrases = self._phrases
        general = [self._gate.phrase(phrase) for phrase in (phrases.your_questions, phrases.open_points)]
        first, last = self._gate.phrase(phrases.welcome), self._gate.phrase(phrases.next_steps)
        between = tuple(dict.fromkeys(self._own_untimed())) or general
        none = self._gate.hours(None, None)
        yield from (AgendaItem(none, None, topic) for topic in (first, *between, last))

    def _own_untimed(self) -> Iterator[CustomerSafe]:
        for block in self._plan.blocks:
            if block.part == "agenda" and block.kind in ("text", "item"):
                words = _MARK.sub("", plain(block.text))
                if passed := self._own_topic(Slot(None, None, words, block, parts=frozenset({"agenda"}))):
                    yield passed

    def _topic(self, slot: Slot, *, is_first: bool) -> CustomerSafe:
        known = self._fixed(_label(slot.words), slot, is_first=is_first)
        if known:
            self._say_left_out(slot)
            return known
        people, _ = self._people_in(_label(slot.words))
        return self._own_topic(slot) or self._stand_in(slot, people, is_first=is_first)

    def _own_topic(self, slot: Slot) -> CustomerSafe | None:
        """The stretch's own label, as far as it may be shown; what is left out is told."""
        label = _label(slot.words)
        _, rest = self._people_in(label)
        offered = rest or _label(_behind(slot.words))
        is_said = any(fold(offered) in fold(quote) for quote in quotations(slot.words))
        is_said = is_said or PROPOSAL.search(fold(slot.words)) is not None
        is_ours = self._closes(label) or _OUR_QUESTION.match(fold(offered)) is not None
        is_told = not offered or is_said or is_ours
        passed = None if is_told else self._pass(slot.block.id, _sentence(offered))
        if passed and len(passed.text.split()) <= MAX_TOPIC_WORDS:
            self._own_topics.add(passed.text)
            return passed
        if is_told or passed:
            self._say_left_out(slot)
        return self._question_in(slot)

    def _question_in(self, slot: Slot) -> CustomerSafe | None:
        """A question that the page puts to them in ready words, where all of its words are plain or theirs."""
        if "bring" in slot.parts:
            return None
        asked = (one.strip() for quote in quotations(slot.words) for one in sentences(quote))
        for question in (one for one in asked if one.endswith("?") and len(one.split()) <= MAX_TOPIC_WORDS):
            found = self._gate.topic(_sentence(question))
            if isinstance(found, CustomerSafe) and len(found.text.split()) >= MIN_PURPOSE_WORDS:
                self._own_topics.add(found.text)
                return found
        return None

    def _fixed(self, label: str, slot: Slot, *, is_first: bool) -> CustomerSafe | None:
        """Stretches that every meeting has."""
        folded, phrases = fold(label), self._phrases
        if slot.block.part == "opening" or _ABOUT_OPENING.match(folded):
            return self._gate.phrase(phrases.welcome)
        if slot.block.part in ("best", "fallback", "stop") or _ABOUT_THE_ASK.match(folded) or self._closes(label):
            return self._gate.phrase(phrases.welcome if is_first else phrases.next_steps)
        if _ABOUT_PRICE.search(folded):
            return self._gate.phrase(phrases.price)
        if _ABOUT_QUESTIONS.search(folded) and not _OUR_QUESTION.match(folded):
            return self._gate.phrase(phrases.your_questions)
        return None

    def _closes(self, label: str) -> bool:
        return words_for("closing", self._page.language).search(label) is not None

    def _stand_in(self, slot: Slot, people: tuple[str, ...], *, is_first: bool) -> CustomerSafe:
        if "bring" in slot.parts:
            return self._gate.phrase(self._phrases.figures)
        if len(people) == 1 and len(self._gate.attendees) > 1:
            return self._gate.phrase(self._phrases.theirs, name=people[0])
        is_our_question = _OUR_QUESTION.match(fold(_label(slot.words))) is not None
        if (is_our_question or slot.parts & {"find_out", "people"}) and not is_first:
            return self._gate.phrase(self._phrases.your_view)
        otherwise = self._phrases.to_see if self._is_a_demonstration else self._phrases.your_questions
        return self._gate.phrase(self._phrases.welcome if is_first else otherwise)

    @cached_property
    def _is_a_demonstration(self) -> bool:
        """The page speaks of one, and so do the notes."""
        context = self._gate.context
        noted = " ".join((context.opportunity, *(line.text for line in context.notes)))
        page = " ".join(block.text for block in self._plan.blocks)
        return all(_A_DEMONSTRATION.search(fold(text)) for text in (noted, page))

    def _people_in(self, label: str) -> tuple[tuple[str, ...], str]:
        """Attendees that the label names, and what is left of it without them."""
        found, rest = [], label
        for person in self._gate.attendees:
            parts = "|".join(sorted(map(re.escape, (*person.split(), *name_words(person))), key=len, reverse=True))
            shorter = re.sub(rf"\b(?:{parts})\b(?:['’]s)?", " ", rest, flags=re.IGNORECASE)
            if shorter != rest:
                found.append(person)
            rest = shorter
        left = _AND_NAMES.sub(" ", rest) if found or _AND_NAMES.fullmatch(rest) else rest
        return tuple(found), " ".join(left.strip(" ,&/").split())

    def _say_left_out(self, slot: Slot) -> None:
        text = visible(slot.words)
        if len(text.split()) > 1:
            self._left_out.append(LeftOut(slot.block.id, text, "words and directions for the room stay with you"))


_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_LABEL = re.compile(r"^[^\W\d_]+(?:\s[^\W\d_]+)?:\s+")
"""`Purpose: `, in any language."""


def title_of(gate: Gate, phrases: Phrases) -> CustomerSafe:
    """Who meets, as far as it is known."""
    account, seller = gate.account, gate.seller
    if account and seller:
        return gate.phrase(phrases.meeting, account=account, seller=seller)
    return gate.phrase(phrases.meeting_alone, account=account) if account else gate.phrase(phrases.our_meeting)


def _is_the_rep_s(passage: Passage) -> bool:
    return passage.block.written_by == "rep"


def _label(words: str) -> str:
    """The first clause."""
    return _CLAUSE_END.split(visible(words), maxsplit=1)[0].strip(" ,*")


def _behind(words: str) -> str:
    """What follows the first clause: `Hilde and Koen: what matters most`."""
    parts = _CLAUSE_END.split(visible(words), maxsplit=1)
    return parts[1] if len(parts) > 1 and ":" in words[: len(parts[0]) + 2] else ""


def _sentence(text: str) -> str:
    text = visible(text).strip(" ,;*")
    return text[:1].upper() + text[1:]


def _runs(topics: list[CustomerSafe]) -> Iterator[list[int]]:
    """Places of neighbours with the same topic."""
    run: list[int] = []
    for place, topic in enumerate(topics):
        if run and topics[run[-1]] != topic:
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _length(first: Slot, last: Slot) -> int | None:
    return last.end - first.start if first.start is not None and last.end is not None else None
