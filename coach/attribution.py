"""Who said it, and whether it was denied (pure): swapped speakers, outsiders' claims, turned negations.

Looks for the plain cases only: a wrong alarm costs more trust than a missed one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from coach.held import Case, words_of
from coach.instructions import is_instruction_like
from coach.names import name_words, same_person
from coach.schema import NoteLine
from coach.words import NOT_UNITS, fold, listed

_SAID = (
    r"(?:also |already |still |now |himself |herself |once |has |had |hat )*(?P<verb>said|says|say|wants?"
    r"|wanted|asks?|asked|promised|promises|told"
    r"|tells|wrote|writes|needs|offered|offers|refused|refuses|agreed|accepted|accepts|thinks|believes"
    r"|claims|claimed|warned"
    r"|warns|complains|complained|confirmed|confirms|expects|insists|calls|called|mailed|reported|reports"
    r"|mentioned|owns|decides"
    r"|sagt|sagte|will|fragt|fragte|versprach|schrieb|dit|veut|demande|promis|dice|quiere|zei|wil|vraagt|beloofde)\b"
)
_SUBJECT = re.compile(r"(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?),? (?:\([^)]*\) )?" + _SAID)
_ACCORDING = re.compile(
    r"\b(?:[Aa]ccording to|[Ii]n the words of|laut|selon|volgens) (?P<name>[A-Z][\w-]+(?: [A-Z][\w-]+)?)"
)
_OWNED = re.compile(
    r"\b(?P<name>[A-Z][\w-]+(?: [A-Z][\w-]+)?)['’]s (?:words|mail|question|request|wish|claim|test|price"
    r"|figure|promise|demand)\b"
)
_COLON = re.compile(r"^\W*(?P<name>[A-Z][\w-]+(?: [A-Z][\w-]+)?): [\"“„]")
_DECISION = re.compile(
    r"\b(?:decid\w+|chos\w+|choos\w+|select\w+|prefer\w*|commit\w*|approv\w+|agree[ds]?|sign\w*|buy\w*"
    r"|bought|order(?:ed|s)?|intend\w*"
    r"|plans? to|wants?|will|going to|ready to|settled|in favou?r|won|done|paperwork|just paper|behind us"
    r"|on board|convinced|gewahlt|entschieden|unterschreib\w+"
    r"|choisi\w*|decide\w*|gekozen|besloten)\b"
)
_HEARSAY = re.compile(
    r"\b(?:says|said|claims?|claimed|according|hearsay|rumou?r|outsider|outside|told|writes|wrote"
    r"|reports?|alleged\w*|unconfirmed|nobody at|not from"
    r"|laut|angeblich|selon|volgens|behauptet)\b"
)
_NEGATORS = listed(
    """no not never nobody none nothing cannot neither nor nowhere hardly
    kein keine keinen keiner keinem keines nicht nie niemals niemand nichts
    pas jamais aucun aucune rien personne geen niet nooit nunca ningun ninguna nadie"""
)
_UNTOLD = listed(
    """that with from they them their there here about when what which would could should have been will were
    this than then also only even just into over before after still very much more most some such your ours
    said says told wants want asked because while where longer some anything something"""
)
_EMPTY = NOT_UNITS | _NEGATORS | _UNTOLD
_CLAUSE_END = re.compile(
    r"(?:^|(?<=[.;!?()\"“”„–—|\n]))[^.;!?()\"“”„–—|\n]++\?|[.;:!()\"“”„–—|\n]|\s-\s|,(?!\d)"
    r"|\b(?:but|aber|mais|and|und|et|or|oder)\b"
)
_FORMULA = re.compile(r"[=×÷]")
_NO_SHOW = re.compile(r"\bno-(?=[a-z])")
"""`no-show`, `no-access`: things, no denials."""
_NOT_UNTIL = re.compile(r"\b(?:not|nicht|pas|no) (?:until|till|before|bis|vor|avant|hasta|antes)\b")
"""Says when, and denies nothing."""
_CLAUSE_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_ENDING = re.compile(r"(?<=\w{4})(?:ing|ed|es|s)$")
_CONDITION = re.compile(
    r"\s*(?:but |aber |mais )?(?:only |nur |seulement |except )?"
    r"(?:if|unless|si|s'il|s'ils|wenn|falls|sofern|als|for (?:each|every|any)|whenever)\b"
    r"|.*\b(?:if|unless|falls|sofern)\b"
)
_WISH = re.compile(r"\b(?:wants?|wanted|would like|wishes|mochte|wunscht|veut|souhaite|quiere|wil)\b")
_OUGHT = re.compile(r"\b(?:should|ought|supposed|was to|were to|sollte\w*|devai\w+|devrai\w+|deberia\w*|zou)\b")
"""What ought to be is not so yet."""
_THAT_NOT = re.compile(r"\b(?:that|who|which|die|der|das|qui|que)\b.*\b(?:not|never|nicht|nie|pas|no|geen|niet)\b")
_NUMBER = re.compile(r"\d[\d.,]*")
_ABSENT = re.compile(r"\s*(?:not|nicht|pas) (?:on the call|in the room|at the table|there|present|invited|dabei|la)\b")
"""`Not on the call`: nobody said so before, and `call again Monday` does not deny it."""
MIN_SHARED_WORDS = 2
MIN_SINGLE_LETTERS = 4
"""One word in common is enough when it is all that both clauses say, and no short one."""
MIN_SHARE = 0.7
"""Of the shorter clause's content words; below, two clauses are not taken to speak of the same thing."""


@dataclass(frozen=True)
class _Clause:
    stems: frozenset[str]
    is_denied: bool
    denied: frozenset[str]
    """The word that each denial is about: the next one, or the last before it."""
    words: int
    numbers: frozenset[str]
    is_condition: bool
    """`if I do not find it`: says nothing of what is, nor does what only follows from it."""
    wishes_otherwise: bool
    """`wants two vans that do not meet`: what is wished for is not so yet."""


def swapped(text: str, cited: Sequence[NoteLine], case: Case) -> str | None:
    """A sentence when the text puts words in the mouth of somebody else than the cited lines do."""
    subjects = _subjects(text, case.people)
    present = {name for line in cited for name in _present(line, case)} if subjects else set()
    for name, verb in subjects:
        others = sorted(other for other in present if other != name)
        if name not in present and others:
            return f"said of {_first(name)}, but {_labels(cited)} is about {_first(others[0])}"
        speakers = {_full(line.speaker, case.people) for line in cited if line.speaker} - {None}
        is_subject = any(_is_subject(line, name, case) for line in cited)
        if speakers and name not in speakers and not is_subject and verb in _SPEECH and _only_spoken(cited):
            return (
                f"said of {_first(name)}, but {_labels(cited)} has the words of {_first(sorted(map(str, speakers))[0])}"
            )
    return None


def outsider(text: str, cited: Sequence[NoteLine]) -> str | None:
    """A sentence when what the customer decided or wants rests on an outsider's words alone, unmarked."""
    if not cited or any(line.voice != "outside" for line in cited):
        return None
    speakers = [line.speaker for line in cited if line.speaker]
    is_marked = bool(_HEARSAY.search(fold(text))) or any(set(words_of(name)) & words_of(text) for name in speakers)
    if is_marked or not _DECISION.search(fold(text)):
        return None
    return f"said by an outsider ({speakers[0]})" if speakers else "said by an outsider"


def turned(text: str, cited: Sequence[NoteLine], case: Case) -> str | None:
    """A sentence when the text denies what a cited line affirms, or affirms what it denies."""
    people = _all_name_words(case.people)
    theirs = [(clause, line) for line in cited for clause in _clauses(line.text, people)]
    for clause in _clauses(text, people):
        near = [(other, line) for other, line in theirs if not clause.stems.isdisjoint(other.stems)]
        alike = [(len(clause.stems & other.stems), other, line) for other, line in near if _is_alike(clause, other)]
        best = max((count for count, _, _ in alike), default=0)
        nearest = [(other, line) for count, other, line in alike if count == best]
        same = clause.is_denied and any(other.is_denied and clause.stems & other.stems for other, _ in theirs)
        is_turned = all(_is_opposite(clause, other) for other, _ in nearest)
        if nearest and is_turned and not same:
            line = nearest[0][1]
            if is_instruction_like(line.text):
                continue
            return f"{line.label} says the opposite: “{line.text[:80]}”"
    return None


_SPEECH = listed(
    """said says say asked asks ask wants want wanted promised promises told wrote writes warned thinks believes offered
    offers confirmed confirms claims claimed insists needs"""
)


def _only_spoken(cited: Sequence[NoteLine]) -> bool:
    return all(line.speaker for line in cited)


@lru_cache(maxsize=4096)
def _subjects(text: str, people: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Who says or wants something in the text, and the verb."""
    matches = [match for pattern in (_SUBJECT, _ACCORDING, _OWNED, _COLON) for match in pattern.finditer(text)]
    named = ((_full(match["name"], people) or _full(match["name"].split()[-1], people), match) for match in matches)
    return tuple((name, match.groupdict().get("verb") or "said") for name, match in named if name)


def _full(name: str | None, people: tuple[str, ...]) -> str | None:
    if not name:
        return None
    return next((one for one in people if same_person(name.removesuffix("'s").removesuffix("’s"), one)), None)


def _present(line: NoteLine, case: Case) -> frozenset[str]:
    return _people_in(line.text, line.speaker, case.people, case.context.rep)


@lru_cache(maxsize=4096)
def _people_in(text: str, speaker: str | None, people: tuple[str, ...], rep: str) -> frozenset[str]:
    tokens = re.findall(r"\b[A-Z]{2,3}\b|\b[A-Z][\w'’-]*(?: [A-Z][\w-]+)?", text)
    parts = {part.removesuffix("'s").removesuffix("’s") for token in tokens for part in (token, *token.split())}
    found = {one for one in people for token in (*parts, speaker or "") if same_person(token, one)}
    says_i = re.search(r"\bI\b|\bwe\b|\bich\b", text) is not None and speaker is None
    return frozenset(found | ({rep} if says_i and rep else set()))


def _is_subject(line: NoteLine, name: str, case: Case) -> bool:
    return name in {found for found, _ in _subjects(line.text, case.people)}


@lru_cache(maxsize=48)
def _all_name_words(people: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in people for word in name_words(name))


@lru_cache(maxsize=4096)
def _clauses(text: str, people: frozenset[str]) -> tuple[_Clause, ...]:
    words = _NOT_UNTIL.sub(" ", _NO_SHOW.sub("no", fold(text).replace("n't", " not")))
    parts = _CLAUSE_END.split(words)
    clauses = (_clause(part, people) for part in parts if part.strip() and not _FORMULA.search(part))
    return tuple(clause for clause in clauses if clause)


def _clause(part: str, people: frozenset[str]) -> _Clause | None:
    """None without content words: nothing can say its opposite."""
    words = _CLAUSE_WORD.findall(part)
    stems = frozenset(_stem(word) for word in words if _tells(word, people))
    if not stems:
        return None
    return _Clause(
        stems=stems,
        is_denied=len([word for word in words if word in _NEGATORS]) % 2 == 1 and not _ABSENT.match(part),
        denied=frozenset(_denied(words, people)),
        words=len(words),
        numbers=frozenset(number.rstrip(".,") for number in _NUMBER.findall(part)),
        is_condition=_CONDITION.match(part) is not None,
        wishes_otherwise=_is_wished_otherwise(part),
    )


def _denied(words: Sequence[str], people: frozenset[str]) -> Iterator[str]:
    """`she cannot answer yet` of an order denies the answer."""
    tells = [_tells(word, people) for word in words]
    for place in (number for number, word in enumerate(words) if word in _NEGATORS):
        behind = (number for number in range(place + 1, len(words)) if tells[number])
        before = (number for number in range(place - 1, -1, -1) if tells[number])
        yield from (_stem(words[number]) for number in [next(behind, next(before, None))] if number is not None)


def _tells(word: str, people: frozenset[str]) -> bool:
    return len(word) > 3 and word not in _EMPTY and word not in people and not word[0].isdigit()


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    return _ENDING.sub("", word)[:5]


def _is_wished_otherwise(part: str) -> bool:
    """What ought to be, or a denial in what is wished for: `that do not meet`; `wants no demo` denies the wish."""
    wish = _WISH.search(part)
    return _OUGHT.search(part) is not None or (wish is not None and _THAT_NOT.search(part, wish.end()) is not None)


def _is_alike(one: _Clause, other: _Clause) -> bool:
    if one.is_condition or other.is_condition or one.wishes_otherwise or other.wishes_otherwise:
        return False
    if one.numbers and other.numbers and one.numbers.isdisjoint(other.numbers):
        return False
    if one.stems == other.stems and len("".join(one.stems)) >= MIN_SINGLE_LETTERS and one.words > 3 and other.words > 2:
        return True
    shared = len(one.stems & other.stems)
    return shared >= MIN_SHARED_WORDS and shared >= MIN_SHARE * min(len(one.stems), len(other.stems))


def _is_opposite(one: _Clause, other: _Clause) -> bool:
    """One of two that are alike denies what both say, and nothing else."""
    denied = one.denied if one.is_denied else other.denied
    return one.is_denied != other.is_denied and not denied.isdisjoint(one.stems & other.stems)


def _first(name: str) -> str:
    return name.split()[0] if name else name


def _labels(cited: Sequence[NoteLine]) -> str:
    return " ".join(line.label for line in cited)
