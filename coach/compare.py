"""What changed between two pages, block by block, and what of the old page's index still holds (pure).

Knows nothing about why a page was rewritten.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from coach.plain import words
from coach.schema import Block, Change

SAME_STATEMENT = 0.5
"""Similarity from which a block is a changed one and not a new one: half of the words, in their order."""

LONGEST_COMPARED = 400
"""Words of a text that are compared; a page's budget is below that for all its blocks together."""

MOST_PAIRS = 10_000
"""Pairs of changed blocks that are weighed; two pages of a hundred new blocks each. Above: added and removed."""

_LIST_MARK = re.compile(r"(?:\d[.)]|[-*+•])\s+")


def similarity(one: str, other: str) -> float:
    """0 to 1: share of words that two texts have in common in the same order; case and Markdown do not count.

    Two texts without a word are 1, one without a word against one with words is 0.
    """
    return _ratio(*sorted((_compared_words(one), _compared_words(other))))


@dataclass(frozen=True)
class Alike:
    """Two blocks that are one statement, by their indices."""

    likeness: float
    old: int
    new: int


def alike(before: Sequence[Block], after: Sequence[Block]) -> tuple[Alike, ...]:
    """All pairs of an old and a new block that are one statement; the most similar first, then those nearest in place.

    Words in common are counted before texts are compared, so that two pages of sixty blocks take milliseconds.
    """
    pairs = (Alike(_likeness(before[old], after[new]), old, new) for old, new in _worth_comparing(before, after))
    found = [pair for pair in pairs if pair.likeness >= SAME_STATEMENT]
    return tuple(sorted(found, key=lambda pair: (-pair.likeness, abs(pair.old - pair.new), pair.new, pair.old)))


def is_worded_alike(one: Block, other: Block) -> bool:
    """Whether two blocks have the same words; a list's mark or number and white space do not count."""
    return _words_alone(one) == _words_alone(other)


def changes(before: Sequence[Block], after: Sequence[Block]) -> tuple[Change, ...]:
    """What was reworded, added (empty `old`) and removed (empty `new`), in the order of the new page.

    Left out: what is the same, also where it was only moved, numbered anew or marked with another bullet.
    """
    kept = _kept(before, after)
    reworded = _reworded(before, after, kept)
    new_places = [place for place in range(len(after)) if place not in kept]
    found = [
        *(_Placed(new, before[reworded[new]].text if new in reworded else "", after[new].text) for new in new_places),
        *_removed(before, kept | reworded),
    ]
    return tuple(Change(old=one.old, new=one.new) for one in sorted(found, key=lambda one: one.place))


def carry_over(before: Sequence[Block], after: Sequence[Block]) -> tuple[Block, ...]:
    """The new blocks; those that stand word for word in the old page take over its part, citations and basis.

    A number at the start of an item may differ. Check and writer are not taken over.
    """
    kept = _kept(before, after)
    return tuple(_indexed_like(block, before, kept.get(place)) for place, block in enumerate(after))


def _indexed_like(block: Block, before: Sequence[Block], place: int | None) -> Block:
    if place is None:
        return block
    old = before[place]
    index = {"part": old.part, "citations": old.citations, "basis": old.basis, "not_carried": old.not_carried}
    return block.model_copy(update=index)


@dataclass(frozen=True)
class _Placed:
    place: float
    """Index in the new page; between two for what was removed there."""
    old: str
    new: str


def _kept(before: Sequence[Block], after: Sequence[Block]) -> dict[int, int]:
    """Index in the new page to index in the old one, for blocks with the same words; each old block once."""
    places: dict[str, list[int]] = {}
    for place in reversed(range(len(before))):
        places.setdefault(_words_alone(before[place]), []).append(place)
    found = ((new, places.get(_words_alone(block))) for new, block in enumerate(after))
    return {new: olds.pop() for new, olds in found if olds}


def _reworded(before: Sequence[Block], after: Sequence[Block], kept: dict[int, int]) -> dict[int, int]:
    """Index in the new page to index in the old one: the most similar first, each block in one pair at most."""
    olds = [place for place in range(len(before)) if place not in kept.values()]
    news = [place for place in range(len(after)) if place not in kept]
    if len(olds) * len(news) > MOST_PAIRS:
        return {}
    pairs: dict[int, int] = {}
    for pair in alike([before[old] for old in olds], [after[new] for new in news]):
        old, new = olds[pair.old], news[pair.new]
        if new not in pairs and old not in pairs.values():
            pairs[new] = old
    return pairs


def _worth_comparing(before: Sequence[Block], after: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Pairs with enough words in common, in whatever order, to be one statement."""
    sizes = [len(_compared_words(block.text)) for block in before]
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for old, block in enumerate(before):
        for word, count in Counter(_compared_words(block.text)).items():
            places[word].append((old, count))
    wordless = [old for old, size in enumerate(sizes) if not size]
    for new, block in enumerate(after):
        words = _compared_words(block.text)
        shared: Counter[int] = Counter()
        for word, count in Counter(words).items():
            for old, other in places.get(word, ()):
                shared[old] += min(count, other)
        yield from ((old, new) for old in wordless if not words)
        yield from (
            (old, new) for old, held in shared.items() if 2 * held >= SAME_STATEMENT * (sizes[old] + len(words))
        )


def _likeness(old: Block, new: Block) -> float:
    is_one_heading = (old.kind == "heading") != (new.kind == "heading")
    return 0.0 if is_one_heading else similarity(old.text, new.text)


def _removed(before: Sequence[Block], partners: dict[int, int]) -> Iterator[_Placed]:
    new_by_old = {old: new for new, old in partners.items()}
    place = -0.5
    for old, block in enumerate(before):
        if old in new_by_old:
            place = new_by_old[old] + 0.5
        else:
            yield _Placed(place, block.text, "")


def _words_alone(block: Block) -> str:
    text = _LIST_MARK.sub("", block.text, count=1) if _LIST_MARK.match(block.text) else block.text
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def _ratio(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


@lru_cache(maxsize=1024)
def _compared_words(text: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in words(text)[:LONGEST_COMPARED])
