"""A new page put together with what the rep has touched on the old one (pure).

The rep's blocks stand word for word, once, in their order; around them stands the new page. Works on a page that is
complete and on one that still streams. Knows nothing about why a page is written again or where it is kept.
"""

from __future__ import annotations

import uuid
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from coach.compare import alike, is_worded_alike
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
    fresh: Callable[[], str] = fresh_id,
    is_complete: bool = True,
) -> Merged:
    """The new page with the touched blocks of the current one in it.

    What is the same statement keeps its id; a touched block takes the place of the new version of it. While the new
    page still streams (`is_complete` False) the rest of the old page stays below what has arrived.

    Args:
        current: the page as it stands, by stored ids.
        new: the new page, or as much of it as has arrived, by ids of its own.
        touched: ids of the blocks that stay word for word.
        before: the page as the coach last wrote it, by stored ids: what a touched block once said.
        deleted: what the rep has taken out. New blocks that say the same are left out.
        known: `ids` of the last merge of the same stream, whose blocks are on the current page: a new block keeps its
            stored one however the rep has reworded it, and stays away where the rep has deleted it meanwhile.
        fresh: gives an id that was never used.
    """
    page = _Merging(current, new, touched, known or {}, fresh)
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
        fresh: Callable[[], str],
    ) -> None:
        self.current, self.new, self.known, self.fresh = current, new, known, fresh
        self.places = {block.id: place for place, block in enumerate(current)}
        self.touched = frozenset(touched) & self.places.keys()
        self.old_of: dict[int, int] = {}
        """Index on the new page to index on the current one."""
        self.left_out: set[int] = set()
        """Of the new page: what the rep has deleted."""

    def pair(self, before: Sequence[Block], deleted: Sequence[Block]) -> None:
        self._pair_known()
        once = [block for block in before if block.id in self.touched]
        mine = [block for block in self.current if block.id in self.touched]
        steps = [step for block in (*mine, *once) for step in _steps_in(block)]
        owners = [*range(len(self.current)), *(self.places[one.id] for one in (*once, *steps)), *(-1 for _ in deleted)]
        first_step = len(self.current) + len(once)
        for pair in alike([*self.current, *once, *steps, *deleted], self.new):
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
        taken_by = {new: self.current[old].id for new, old in self.old_of.items()}
        taken_by |= self._new_ids
        ids = {self.new[new].id: taken_by[new] for new in sorted(taken_by)}
        return Merged(tuple(one.block for one in standing), ids)

    def _fixed(self) -> frozenset[int]:
        """Places of the touched blocks that stand where their new version would: as many as keep their order."""
        pairs = [(new, old) for new, old in sorted(self.old_of.items()) if self.current[old].id in self.touched]
        return frozenset(_longest_rise([old for _, old in pairs]))

    def _arrived(self, fixed: frozenset[int]) -> Iterator[_Standing]:
        self._new_ids: dict[int, str] = {}
        for place, block in enumerate(self.new):
            old = self.old_of.get(place)
            if place in self.left_out:
                continue
            if old is None:
                self._new_ids[place] = self.fresh()
                yield _Standing(block.model_copy(update={"id": self._new_ids[place]}), is_new=True)
            elif self.current[old].id not in self.touched:
                yield _Standing(_next_version(self.current[old], block))
            elif old in fixed:
                yield _Standing(self.current[old])

    def _below(self) -> Iterator[_Standing]:
        """What nothing that has arrived replaces: the untouched rest of the old page."""
        replaced = set(self.old_of.values())
        reached = max((old for new, old in self.old_of.items() if old < FURTHEST_JUMP * (new + 1)), default=-1)
        outdated = self._outdated()
        for place, block in enumerate(self.current):
            if place > reached and place not in replaced | outdated and block.id not in self.touched:
                yield _Standing(block)

    def _outdated(self) -> set[int]:
        """Of the old page: under a heading that has arrived, as many blocks as have arrived under it."""
        gone: set[int] = set()
        for new, old in self.old_of.items():
            if self.new[new].kind == "heading" and self.current[old].kind == "heading":
                gone |= {*range(old + 1, min(old + _length(self.new, new), old + _length(self.current, old)))}
        return gone

    def _place_for(self, place: int, standing: Sequence[_Standing]) -> int:
        """Behind what stands before the touched block now, and among its own: behind the last, before the next.

        Where nothing of that is left, behind the last block of its part.
        """
        at = {one.block.id: index for index, one in enumerate(standing)}
        gone: list[Block] = []
        part = self.current[place].part
        of_part = [index for index, one in enumerate(standing) if part not in ("", "other") and one.block.part == part]
        is_alone = not any(above.id in at for above in self.current[:place])
        index = of_part[-1] + 1 if is_alone and of_part else 0
        for above in reversed(self.current[:place]):
            if above.id in at:
                index = at[above.id] + 1
                break
            gone.insert(0, above)
        for block in gone if not (is_alone and of_part) else ():
            if index < len(standing) and standing[index].is_new and _is_heading(standing[index].block, block):
                index += 1
        last = max((at[one.id] for one in self.current[:place] if one.id in self.touched and one.id in at), default=-1)
        after = (at[one.id] for one in self.current[place + 1 :] if one.id in self.touched and one.id in at)
        return min(max(index, last + 1), min(after, default=len(standing)))


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
