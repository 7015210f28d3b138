"""A new page put together with what the rep has touched on the old one (pure).

The rep's blocks stand word for word, once, in their order; around them stands the new page. Works on a page that is
complete and on one that still streams. Knows nothing about why a page is written again or where it is kept.
"""

from __future__ import annotations

import uuid
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from coach.compare import alike, is_worded_alike
from coach.markup import heading_level, title_of, word_count
from coach.schema import Block, Commitment, Critique, MeetingPlan

SPOKEN_ONCE = frozenset({"opening", "purpose", "best", "fallback", "stop"})
"""Parts of which a page has one: the rep's own stands instead of the new one, however differently it is worded."""
FURTHEST_JUMP = 2
"""A block that is found more than so many times further down the old page was moved up; what lies between stays."""


@dataclass(frozen=True)
class Merged:
    blocks: tuple[Block, ...]
    ids: Mapping[str, str]
    """Id on the new page to the id of the block that stands for it; what was left out has none."""


def fresh_id() -> str:
    """An id that no block ever had."""
    return f"B{uuid.uuid4().hex[:12]}"


def merge(
    current: Sequence[Block],
    new: Sequence[Block],
    *,
    touched: Collection[str],
    before: Sequence[Block] = (),
    deleted: Sequence[Block] = (),
    known: Mapping[str, str] | None = None,
    whole: Sequence[Block] = (),
    fresh: Callable[[], str] = fresh_id,
    is_complete: bool = True,
) -> Merged:
    """The new page with the touched blocks of the current one in it.

    What is the same statement keeps its id; a touched block takes the place of the new version of it. While the new
    page still streams (`is_complete` False) the rest of the old page stays below what has arrived: no part of which
    something has arrived, and nothing that the new page is past.

    Args:
        current: the page as it stands, by stored ids.
        new: the new page, or as much of it as has arrived, by ids of its own.
        touched: ids of the blocks that stay word for word.
        before: the page as the coach last wrote it, by stored ids: what a touched block once said.
        deleted: what the rep has taken out. New blocks that say the same are left out.
        known: `ids` of the last merge of the same stream, whose blocks are on the current page: a new block keeps its
            stored one however the rep has reworded it, and stays away where the rep has deleted it meanwhile.
        whole: the page whose place the streaming one takes, by stored ids: as many of its words go, from the top, as
            have arrived, and what is said again gets its id back though it has gone meanwhile.
        fresh: gives an id that was never used.
    """
    taken_out = {block.id for block in deleted}
    page = _Merging(current, new, touched, known or {}, [one for one in whole if one.id not in taken_out], fresh)
    page.pair(before, deleted)
    return page.put_together(is_complete=is_complete)


def brought_back(
    current: Sequence[Block],
    whole: Sequence[Block],
    *,
    touched: Collection[str],
    before: Sequence[Block] = (),
    deleted: Sequence[Block] = (),
) -> tuple[Block, ...]:
    """The last whole page once more; of the better version that was broken off only what the rep has touched stays.

    Args:
        current: the page as it stands, with what had arrived of the better version.
        whole: the page as it was, by stored ids.
        before: what the touched blocks said before the rep touched them.
        deleted: what the rep has taken out; it stays away.
    """
    ids = {block.id for block in whole}
    standing = [block for block in current if block.id in ids or block.id in touched]
    here = {block.id for block in standing}
    known = {one: one for one in ids & (here | {block.id for block in deleted})}
    merged = merge(standing, whole, touched=touched, before=before, deleted=deleted, known=known)
    own = {stored: one for one, stored in merged.ids.items() if stored not in here}
    return tuple(block.model_copy(update={"id": own.get(block.id, block.id)}) for block in merged.blocks)


def rekeyed(plan: MeetingPlan, critique: Critique, ids: Mapping[str, str]) -> tuple[MeetingPlan, Critique]:
    """The new plan and its critique under stored ids; a commitment or finding of a block left out names none."""
    blocks = (block.model_copy(update={"id": ids[block.id]}) for block in plan.blocks if block.id in ids)
    renamed = plan.model_copy(
        update={
            "blocks": tuple(blocks),
            "best_outcome": _rekeyed(plan.best_outcome, ids),
            "fallback": _rekeyed(plan.fallback, ids),
        }
    )
    findings = (one.model_copy(update={"block": ids.get(one.block, "")}) for one in critique.findings)
    suggestions = (one.model_copy(update={"block": ids[one.block]}) for one in critique.suggestions if one.block in ids)
    return renamed, critique.model_copy(update={"findings": tuple(findings), "suggestions": tuple(suggestions)})


def _rekeyed(commitment: Commitment, ids: Mapping[str, str]) -> Commitment:
    return commitment.model_copy(update={"blocks": tuple(ids[one] for one in commitment.blocks if one in ids)})


@dataclass(frozen=True)
class _Standing:
    """One block of the page that is being put together."""

    block: Block
    has_arrived: bool = False
    is_new: bool = False
    """Nothing on the old page says this."""


class _Merging:
    """One merge: first who is whom, then where everything stands."""

    def __init__(
        self,
        current: Sequence[Block],
        new: Sequence[Block],
        touched: Collection[str],
        known: Mapping[str, str],
        whole: Sequence[Block],
        fresh: Callable[[], str],
    ) -> None:
        self.current, self.new, self.known, self.whole, self.fresh = current, new, known, whole, fresh
        self.places = {block.id: place for place, block in enumerate(current)}
        self.once = frozenset(block.id for block in whole)
        self.touched = frozenset(touched) & self.places.keys()
        self.old = (*current, *(block for block in whole if block.id not in self.places))
        """The current page, and behind it what has gone from it while the new one streams."""
        self.old_of: dict[int, int] = {}
        """Index on the new page to index in `old`."""
        self.left_out: set[int] = set()
        """Of the new page: what the rep has deleted."""

    def pair(self, before: Sequence[Block], deleted: Sequence[Block]) -> None:
        self._pair_known()
        once = [block for block in before if block.id in self.touched]
        mine = [block for block in self.current if block.id in self.touched]
        steps = [step for block in (*mine, *once) for step in _steps_in(block)]
        owners = [*range(len(self.old)), *(self.places[one.id] for one in (*once, *steps)), *(-1 for _ in deleted)]
        first_step = len(self.old) + len(once)
        for pair in alike([*self.old, *once, *steps, *deleted], self.new):
            owner = owners[pair.old]
            if pair.new in self.old_of or pair.new in self.left_out:
                continue
            if owner not in self.old_of.values() and owner >= 0:
                self.old_of[pair.new] = owner
            elif pair.old >= first_step:
                self.left_out.add(pair.new)
        self._pair_what_is_said_once()

    def _pair_known(self) -> None:
        for place, block in enumerate(self.new):
            stored = self.known.get(block.id)
            if stored in self.places:
                self.old_of[place] = self.places[stored]
            elif stored:
                self.left_out.add(place)

    def _pair_what_is_said_once(self) -> None:
        mine, theirs = _said_once(self.current), _said_once(self.new)
        for said in sorted(mine.keys() & theirs.keys()):
            old, new = mine[said], theirs[said]
            is_free = old not in self.old_of.values() and new not in self.old_of and new not in self.left_out
            if is_free and self.current[old].id in self.touched:
                self.old_of[new] = old

    def put_together(self, *, is_complete: bool) -> Merged:
        fixed = self._fixed()
        standing = [*self._arrived(fixed), *(() if is_complete else self._below())]
        for place, block in enumerate(self.current):
            if block.id in self.touched and place not in fixed:
                standing.insert(self._place_for(place, standing), _Standing(block))
        taken_by = {new: self.old[old].id for new, old in self.old_of.items()}
        taken_by |= self._new_ids
        ids = {self.new[new].id: taken_by[new] for new in sorted(taken_by)}
        return Merged(tuple(one.block for one in standing), ids)

    def _fixed(self) -> frozenset[int]:
        """Places of the touched blocks that stand where their new version would: as many as keep their order."""
        pairs = [(new, old) for new, old in sorted(self.old_of.items()) if self.old[old].id in self.touched]
        return frozenset(_longest_rise([old for _, old in pairs]))

    def _arrived(self, fixed: frozenset[int]) -> Iterator[_Standing]:
        self._new_ids: dict[int, str] = {}
        for place, block in enumerate(self.new):
            old = self.old_of.get(place)
            if place in self.left_out:
                continue
            if old is None:
                self._new_ids[place] = self.fresh()
                yield _Standing(block.model_copy(update={"id": self._new_ids[place]}), has_arrived=True, is_new=True)
            elif self.old[old].id not in self.touched:
                is_new = bool(self.once) and self.old[old].id not in self.once
                yield _Standing(_next_version(self.old[old], block), has_arrived=True, is_new=is_new)
            elif old in fixed:
                yield _Standing(self.old[old], has_arrived=True)

    @cached_property
    def parts(self) -> frozenset[str]:
        """Of which something has arrived that the old page did not say."""
        said = {new for new, old in self.old_of.items() if self.old[old].id in self.once}
        return frozenset(block.part for place, block in enumerate(self.new) if place not in said) - {"other", ""}

    @cached_property
    def passed(self) -> frozenset[str]:
        """Of the page whose place the new one takes: from its top, what ends above where the new one has come to."""
        old, new = ([block for block in page if block.kind != "heading"] for page in (self.whole, self.new))
        ends = accumulate(word_count(block.text) for block in old)
        come = word_count(new)
        return frozenset(block.id for block, end in zip(old, ends, strict=True) if end <= come)

    def _below(self) -> Iterator[_Standing]:
        """What nothing that has arrived replaces: the untouched rest of the old page, without a heading that has lost
        all that stood below it."""
        here = {new: old for new, old in self.old_of.items() if old < len(self.current)}
        reached = max((old for new, old in here.items() if old < FURTHEST_JUMP * (new + 1)), default=-1)
        outdated = {*range(reached + 1), *here.values(), *self._outdated(here)}
        gone = {place for place in outdated if self.current[place].id not in self.touched}
        for place, block in enumerate(self.current):
            below = range(place + 1, place + _length(self.current, place))
            is_bare = block.kind == "heading" and below and gone.issuperset(below)
            if place not in gone and block.id not in self.touched and not is_bare:
                yield _Standing(block)

    def _outdated(self, here: Mapping[int, int]) -> Iterator[int]:
        """Of the old page: what the new one is past, each part of which something has arrived that the old page did not
        say, and under a heading that has arrived as many blocks as have arrived under it. The title, once one has."""
        is_titled = title_of(self.new) is not None
        for place, block in enumerate(self.current):
            is_old_title = is_titled and heading_level(block) == 1
            if is_old_title or block.part in self.parts or block.id in self.passed:
                yield place
        for new, old in here.items():
            if self.new[new].kind == "heading" and self.current[old].kind == "heading":
                yield from range(old + 1, min(old + _length(self.new, new), old + _length(self.current, old)))

    def _place_for(self, place: int, standing: Sequence[_Standing]) -> int:
        """Behind what stood before the touched block, and among its own: behind the last, before the next.

        Where nothing of that is left, with its part. Below all that has arrived, as long as nothing of its section has
        and the new page is not past it.
        """
        block, before = self.current[place], self._stood_before(place)
        at = {one.block.id: index for index, one in enumerate(standing)}
        anchor = next((number for number in reversed(range(len(before))) if before[number].id in at), -1)
        index, gone = at[before[anchor].id] + 1 if anchor >= 0 else 0, before[anchor + 1 :]
        of_part = [number for number, one in enumerate(standing) if _is_of_part(one.block, block)]
        if self._is_to_come(block, gone):
            index, gone = max(index, *(number + 1 for number, one in enumerate(standing) if one.has_arrived), 0), ()
        elif anchor < 0 and of_part:
            index, gone = (of_part[0], _last_section(gone)) if self.whole else (of_part[-1] + 1, ())
        for one in gone:
            if index < len(standing) and standing[index].is_new and _is_heading(standing[index].block, one):
                index += 1
        last = max((at[one.id] for one in self.current[:place] if one.id in self.touched and one.id in at), default=-1)
        after = (at[one.id] for one in self.current[place + 1 :] if one.id in self.touched and one.id in at)
        return min(max(index, last + 1), min(after, default=len(standing)))

    def _is_to_come(self, block: Block, gone: Sequence[Block]) -> bool:
        """`gone`: what stood right before the block and stands no more."""
        is_section_gone = any(one.kind == "heading" for one in (*gone, block))
        return (
            block.id in self.once and is_section_gone and block.id not in self.passed and block.part not in self.parts
        )

    def _stood_before(self, place: int) -> Sequence[Block]:
        """On the page whose place the new one takes; what was not there stands where it stands now."""
        at = next((at for at, block in enumerate(self.whole) if block.id == self.current[place].id), None)
        return self.current[:place] if at is None else self.whole[:at]


def _said_once(blocks: Sequence[Block]) -> dict[tuple[str, str], int]:
    """Index of the only block of its part, and of its part and kind, for the parts that a page has once."""
    found: dict[tuple[str, str], list[int]] = {}
    for place, block in enumerate(blocks):
        if block.part in SPOKEN_ONCE and block.kind != "heading":
            found.setdefault((block.part, ""), []).append(place)
            found.setdefault((block.part, block.kind), []).append(place)
    return {said: places[0] for said, places in found.items() if len(places) == 1}


def _steps_in(block: Block) -> Iterator[Block]:
    """Each line of a block that says several things, as a block of the same id: `… \\n3. **Support:** …`."""
    lines = [line for line in block.text.splitlines() if line.strip()]
    if len(lines) > 1 and block.kind in {"text", "item"}:
        yield from (block.model_copy(update={"text": line, "kind": "item"}) for line in lines)


def _length(blocks: Sequence[Block], heading: int) -> int:
    """Of the section under a heading, the heading included."""
    below = range(heading + 1, len(blocks))
    return next((place for place in below if blocks[place].kind == "heading"), len(blocks)) - heading


def _last_section(blocks: Sequence[Block]) -> Sequence[Block]:
    """From the last heading on."""
    return blocks[max((place for place, block in enumerate(blocks) if block.kind == "heading"), default=0) :]


def _next_version(old: Block, new: Block) -> Block:
    """The new block under the old one's id. As long as nobody has indexed it, it keeps what is known of the old one."""
    is_indexed = new.basis is not None or bool(new.citations) or new.check.status != "unchecked"
    if is_indexed:
        return new.model_copy(update={"id": old.id})
    if is_worded_alike(old, new):
        return old.model_copy(update={"text": new.text, "kind": new.kind})
    return new.model_copy(update={"id": old.id, "part": old.part if new.part == "other" else new.part})


def _is_heading(one: Block, other: Block) -> bool:
    """Whether both are headings, or neither is."""
    return (one.kind == "heading") == (other.kind == "heading")


def _is_of_part(one: Block, other: Block) -> bool:
    return one.part == other.part and other.part not in ("", "other")


def _longest_rise(places: Sequence[int]) -> list[int]:
    """The longest rising subsequence."""
    ends: list[int] = []
    last: list[int] = []
    above: list[int] = []
    for index, place in enumerate(places):
        length = bisect_left(ends, place)
        ends[length:] = [place, *ends[length + 1 :]]
        last[length:] = [index, *last[length + 1 :]]
        above.append(last[length - 1] if length else -1)
    found: list[int] = []
    index = last[-1] if last else -1
    while index >= 0:
        found.append(places[index])
        index = above[index]
    return found[::-1]
