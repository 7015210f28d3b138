"""What must not be shown (pure): things told in confidence and our own limits, and where a block shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from coach.figures import HARD_UNITS, Figure, figures
from coach.held import Case, case_of, stands, words_of
from coach.marks import Opened, marks, opened
from coach.names import names, same_person
from coach.rubric import rubric
from coach.schema import CUSTOMER_FACING, AccountContext, Block, Groundwork, NoteLine
from coach.words import MONTHS, NOT_UNITS, WEEKDAYS, fold, listed

MIN_PHRASE_WORDS = 2
"""So many words that only confidential lines hold, in one spoken text, show what was told."""
MIN_SPECIAL_LETTERS = 4
SMALL = 12
"""Bare numbers up to a dozen are too common to give a confidence away."""


@dataclass(frozen=True)
class Confidence:
    """One thing that is kept."""

    text: str
    lines: tuple[str, ...]
    figures: tuple[Figure, ...] = ()
    names: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    """Words that stand in no other line."""
    kept_from: tuple[str, ...] = ()
    """Known people; empty: from everybody at the customer but who told it."""
    is_ours: bool = False
    """Our own floor, margin or authority."""


@lru_cache(maxsize=32)
def confidences(groundwork: Groundwork, context: AccountContext) -> tuple[Confidence, ...]:
    """What the groundwork or the rep says was told in confidence, and our own limits that lines of ours hold.

    Fields of the record and proof points are no confidences: the offer and its prices are what we tell. Nor is what the
    rep says may be said; what another line keeps too stays kept.
    """
    case = case_of(context)
    free = opened(context)
    blocks = [block for block in groundwork.blocks if block.part == "in_confidence" and block.kind != "heading"]
    blocks = [block for block in blocks if not _KEEPS_NOTHING.fullmatch(fold(block.text))]
    blocks += _marked_blocks(context)
    cited = {label for block in blocks for label in block.citations if label in case.lines and label[0] == "L"}
    secret = cited - free.lines - free.notes
    limits = [line for line in context.notes if line.voice == "ours" and _is_limit(line.text)]
    limits = [line for line in limits if line.label not in free.lines | free.notes]
    shared = [
        block for block in blocks if secret & set(block.citations) and not _only_the_teller_comes(block, secret, case)
    ]
    told = [_told(block, secret, free, case) for block in shared]
    return (*told, *(_limit(line, case) for line in limits))


def marked_lines(context: AccountContext) -> tuple[str, ...]:
    """What the rep marked as told in confidence and has not opened since: the lines, and the notes that say so."""
    free = opened(context)
    labels = (label for block in _marked_blocks(context) for label in block.citations)
    return tuple(label for label in labels if label not in free.lines | free.notes)


def without_opened(groundwork: Groundwork, context: AccountContext) -> Groundwork:
    """The groundwork without what it keeps though the rep says that all of its lines may be said."""
    free = opened(context).lines
    blocks = tuple(one for one in groundwork.blocks if not (one.part == "in_confidence" and _is_free(one, free)))
    return groundwork if len(blocks) == len(groundwork.blocks) else groundwork.model_copy(update={"blocks": blocks})


def _is_free(block: Block, free: frozenset[str]) -> bool:
    return bool(block.citations) and free.issuperset(block.citations)


def _marked_blocks(context: AccountContext) -> list[Block]:
    lines = context.lines
    return [
        Block(
            id=mark.own[0],
            kind="item",
            text=mark.text,
            part="in_confidence",
            citations=(*sorted(mark.lines & lines.keys(), key=lambda one: lines[one].number), *mark.own),
        )
        for mark in marks(context)
        if not mark.opens
    ]


def leaks(block: Block, kept: Sequence[Confidence], context: AccountContext) -> tuple[str, ...]:
    """One sentence for each confidence that the block shows to the customer: in a part they see, or in spoken words."""
    return tuple(leaking(block, kept, context))


def leaking(block: Block, kept: Sequence[Confidence], context: AccountContext) -> dict[str, tuple[str, ...]]:
    """As `leaks`, each sentence with the lines that are kept."""
    spoken = "\n".join(_spoken(block, context))
    return {sentence: one.lines for one in kept for sentence in _shown(spoken, one)} if spoken else {}


_LIMIT = re.compile(
    r"\b(?:(?<!shop )(?<!ground )(?<!first )(?<!top )floor(?! (?:space|area|plan|level|load)s?\b)"
    r"|walk-?away|margin|bottom line|bottom price|lowest (?:price|we)|max(?:imum"
    r"|\.)? (?:discount|rabatt)|can go (?:down |as low |up )?(?:to|as)"
    r"|authority (?:up )?to|not (?:go )?below|never below|without asking|w/o asking|our limit"
    r"|schmerzgrenze|untergrenze|marge|plancher|ondergrens"
    r"|up to \S+ (?:%|percent) (?:off|discount|without))\b"
)


@lru_cache(maxsize=4096)
def _is_limit(text: str) -> bool:
    return _LIMIT.search(fold(text)) is not None


_PLAIN_WORDS = r"(?:(?!\b(?:but|not|before|only|from|till|until)\b)[^.;:]){1,60}"
_KEEPS_NOTHING = re.compile(
    r"\W*(?:"
    r"(?:nothing|none)(?: (?:was|is|has been))?(?: (?:told|said|marked|given))?(?: to us)?"
    r"(?: (?:in confidence|as confidential|confidential|secret))?"
    r"|no confidences?|(?:nichts|keine(?:rlei)?) (?:vertraulich\w*|im vertrauen)(?: gesagt)?"
    r"|(?:rien|aucune?) (?:de |d')?(?:confiden\w+|dit en confidence)|nada (?:confidencial|en confianza)"
    r"|niets (?:vertrouwelijks?|in vertrouwen)(?: gezegd)?"
    rf"|{_PLAIN_WORDS} (?:is|was|are|were) (?:no secret|not confidential|not secret)(?:[:,] {_PLAIN_WORDS})?"
    r")\W*(?:(?:in|aus|dans|en) (?:the|den|les|las|de) (?:notes|lines|notizen|notas|notities))?\W*"
)
"""A bullet that says there is nothing to keep, and no more than that."""
_KEPT_FROM = re.compile(r"\b(?:before|from|in front of|to|vor|gegenuber|devant|neither)\b(?P<who>[^.;:]*)")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{8,}?)[\"”“»]")
_INTERNAL = frozenset({"decides", "people", "leave_out", "other"})
"""Parts for the rep's eyes, where quotation marks may quote a note."""


def _told(block: Block, secret: set[str], free: Opened, case: Case) -> Confidence:
    """What an opened line holds is open in the block's own words, but not where a line holds it that is still kept."""
    cited = [case.lines[label] for label in block.citations if label in secret]
    text = "\n".join((block.text, *(line.text for line in cited)))
    others = [
        line for label, line in case.lines.items() if label not in secret | free.lines and label not in free.notes
    ]
    may_be_said = [case.lines[label] for label in sorted(free.lines)]
    public = [line for line in others if not _is_limit(line.text)]
    return Confidence(
        text=block.text,
        lines=tuple(line.label for line in cited),
        figures=(
            *_secret_figures(block.text, [*public, *may_be_said]),
            *_secret_figures("\n".join(line.text for line in cited), public),
        ),
        names=tuple(_secret_names(block.text, text, others, may_be_said, case)),
        words=_special(" ".join(line.text for line in cited), others, case),
        kept_from=_kept_from(block.text, case),
    )


def _only_the_teller_comes(block: Block, secret: set[str], case: Case) -> bool:
    """What everybody in the meeting said themselves is shown to nobody new."""
    speakers = [case.lines[label].speaker for label in block.citations if label in secret]
    people = case.context.meeting.attendees
    return bool(people) and all(
        speaker and all(same_person(speaker, person.name) for person in people) for speaker in speakers
    )


def _limit(line: NoteLine, case: Case) -> Confidence:
    others = [other for other in case.lines.values() if other.voice == "customer" or other.label[0] in "FP"]
    found = tuple(one for one in _secret_figures(line.text, others) if one.unit not in {"day", "week", "month", "year"})
    return Confidence(text=line.text, lines=(line.label,), figures=found, is_ours=True)


def _secret_figures(text: str, others: Iterable[NoteLine]) -> Iterator[Figure]:
    public = [one for line in others for one in figures(line.text)]
    for one in figures(text):
        is_common = abs(one.value) <= SMALL and (one.unit not in HARD_UNITS or one.unit == "x")
        if not is_common and not stands(one, public):
            yield one


def _secret_names(
    text: str, told: str, others: Sequence[NoteLine], may_be_said: Sequence[NoteLine], case: Case
) -> Iterator[str]:
    public = words_of("\n".join(line.text for line in others if line.voice == "customer" or line.label[0] in "FP"))
    speakers = [line.speaker for line in case.lines.values() if line.speaker]
    elsewhere = words_of("\n".join(line.text for line in (*others, *may_be_said)))
    cited = words_of(told.removeprefix(text))
    for name in dict.fromkeys((*names(text), *names(told))):
        words = words_of(name)
        is_public = bool(words & case.public_words) or words <= public
        is_public = is_public or (words <= elsewhere and not words & cited)
        is_person_here = any(same_person(name, other) for other in speakers)
        if not is_public and not is_person_here and words & words_of(text) and len(name) > 2:
            yield name


def _special(cited: str, others: Iterable[NoteLine], case: Case) -> frozenset[str]:
    common = words_of(" ".join(line.text for line in others)) | case.public_words | NOT_UNITS
    return frozenset(
        word for word in words_of(cited) - common if len(word) >= MIN_SPECIAL_LETTERS and word not in _common_words()
    )


@cache
def _common_words() -> frozenset[str]:
    """Too common to give anything away. A month is not: it may be when something happens."""
    lexicons = rubric().lexicons
    by_language = (*lexicons["stop_words"].values(), *lexicons["common"].values())
    return (_COMMON | {fold(word) for words in by_language for word in words} | WEEKDAYS.keys()) - MONTHS.keys()


_COMMON = listed(
    """about after again also anything because been between call could does doesn even every everything from give going
    happens have having here hers himself into itself just keep know last like look looking make maybe might more much
    must never next nothing only other over people rather right said same shall should show since some still such take
    tell than that their them then there these they thing things think this those until very wants week well were what
    when where which while will with without would year your yours
    can't couldn't didn't doesn't don't he's i'll i'm i've isn't it's she's that's there's they'll they're we'll we're
    we've who'd won't you'll you're
    aber alle allein alles beide bitte dass doch durch einen erst etwas ganz hatte hatten ihnen immer kann kannst
    kommt konnen kurz lieber machen mehr muss nicht oder ohne sagen sagt schon sehr sein seit selbst sich sind unter
    vier viel wann warum weil weis weiter wenn werden wieder wird wurde zusammen
    alors aussi autre avant avez bien cela cette comme d'ici depuis dire dites elle encore entre etre faire fait
    fais huit j'ai jusqu jusqu'a leur mais meme moi-meme moins nous parce parler peut peut-etre plus puis quand quatre
    rien sans sera soit sous tous tout tres trois vous
    ahora algo antes bien como cuando desde donde entre esta este esto hacer hasta mucho nada nunca otro para pero
    porque puede quien sera siempre sobre solo tambien tiene todo usted
    alleen daar deze door geen heeft hier hebben iets maar meer misschien moet naar niet nog onder over toch veel voor
    waar want wanneer weer worden zijn zonder"""
)
"""Short words, and what is said in every call."""


def _kept_from(text: str, case: Case) -> tuple[str, ...]:
    words = words_of(" ".join(match["who"] for match in _KEPT_FROM.finditer(fold(text))))
    return tuple(person.name for person in case.context.meeting.attendees if words & words_of(person.name))


def _spoken(block: Block, context: AccountContext) -> Iterator[str]:
    if block.part in CUSTOMER_FACING or block.kind == "quote":
        yield block.text
        return
    for match in _QUOTED.finditer(block.text):
        if block.part != "leave_out" and not (block.part in _INTERNAL and _is_noted(match[1], context)):
            yield match[1]


def _is_noted(words: str, context: AccountContext) -> bool:
    quoted = fold(words.strip(" .,!?"))
    return any(quoted in fold(line.text) for line in (*context.notes, *context.fields, *context.proofs))


def _shown(spoken: str, one: Confidence) -> Iterator[str]:
    why = "our own limit" if one.is_ours else "told in confidence"
    where = f" ({' '.join(one.lines)})" if one.lines else ""
    said = words_of(spoken)
    for name in one.names:
        if words_of(name) <= said:
            yield f"shows “{name}”, {why}{where}"
    for figure in figures(spoken):
        alike = [kept for kept in one.figures if figure.value == kept.value and stands(figure, (kept,))]
        if any(kept.unit == figure.unit or figure.value > SMALL for kept in alike):
            yield f"shows “{figure.text}”, {why}{where}"
    phrase = () if one.names else sorted(one.words & said)
    if len(phrase) >= MIN_PHRASE_WORDS:
        yield f"shows “{' … '.join(phrase[:3])}”, {why}{where}"
