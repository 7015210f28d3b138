"""A page and what can be done to it (pure): put, take out, move, undo. Knows nothing about a database."""

from __future__ import annotations

from collections.abc import Sequence

from coach.schema import Block
from coach.store.records import KeptBlock

Page = tuple[KeptBlock, ...]
Changed = tuple[tuple[str, str], ...]


def block_of(page: Page, block_id: str) -> KeptBlock | None:
    return next((kept for kept in page if kept.block.id == block_id), None)


def ids_of(page: Page) -> tuple[str, ...]:
    return tuple(kept.block.id for kept in page)


def is_same(one: Block, other: Block) -> bool:
    """Whether a person sees the same words; what they rest on may differ."""
    return one.text == other.text and one.kind == other.kind


def is_same_page(one: Page, other: Page) -> bool:
    return ids_of(one) == ids_of(other) and all(map(is_same, blocks_of(one), blocks_of(other)))


def blocks_of(page: Page) -> tuple[Block, ...]:
    return tuple(kept.block for kept in page)


def replaced(page: Page, kept: KeptBlock) -> Page:
    return tuple(kept if one.block.id == kept.block.id else one for one in page)


def without(page: Page, block_id: str) -> Page:
    return tuple(one for one in page if one.block.id != block_id)


def placed(page: Page, kept: KeptBlock, *, after: str, order: Sequence[str] = ()) -> Page:
    """The page with this block, moved or new, behind `after`; empty: first.

    Is `after` not on the page, its nearest predecessor in `order` that still is takes its place; without one, the end.
    """
    rest = without(page, kept.block.id)
    at = _index_behind(ids_of(rest), after, order)
    return (*rest[:at], kept, *rest[at:])


def _index_behind(ids: Sequence[str], after: str, order: Sequence[str]) -> int:
    if not after:
        return 0
    if after in ids:
        return ids.index(after) + 1
    if after not in order:
        return len(ids)
    before = [one for one in order[: order.index(after)] if one in ids]
    return ids.index(before[-1]) + 1 if before else 0


def predecessor(order: Sequence[str], block_id: str) -> str:
    """The one before it; empty for the first, and for one that is not there the last."""
    if block_id not in order:
        return order[-1] if order else ""
    at = order.index(block_id)
    return order[at - 1] if at else ""


def with_revisions(before: Page, page: Page, revision: int) -> Page:
    """Blocks whose words are new or changed get `revision`; the others keep theirs, so that no edit of them clashes."""
    known = {kept.block.id: kept for kept in before}
    return tuple(kept.model_copy(update={"revision": _revision(known, kept, revision)}) for kept in page)


def _revision(known: dict[str, KeptBlock], kept: KeptBlock, revision: int) -> int:
    old = known.get(kept.block.id)
    return old.revision if old and is_same(old.block, kept.block) else revision


def differences(before: Page, after: Page) -> Changed:
    """Old and new text of each block that differs, in the order of the new page; removed ones last."""
    old = {kept.block.id: kept.block for kept in before}
    new = set(ids_of(after))
    changed = [
        (old[kept.block.id].text if kept.block.id in old else "", kept.block.text)
        for kept in after
        if kept.block.id not in old or not is_same(old[kept.block.id], kept.block)
    ]
    return (*changed, *((kept.block.text, "") for kept in before if kept.block.id not in new))


def taken_away(old: str, new: str) -> int:
    """How many characters of `old` are gone from `new`: the stretch between what both begin and end with."""
    most = min(len(old), len(new))
    start = next((at for at in range(most) if old[at] != new[at]), most)
    end = next((at for at in range(most - start) if old[-1 - at] != new[-1 - at]), most - start)
    return len(old) - start - end


def undone(now: Page, before: Page, after: Page) -> Page:
    """The page without the change from `before` to `after`, where nobody has changed it further since."""
    page = now
    for block_id in dict.fromkeys((*ids_of(before), *ids_of(after))):
        old, new, here = (block_of(one, block_id) for one in (before, after, now))
        if not _differ(old, new) or _differ(here, new):
            continue
        page = _with_old(page, old, block_id, ids_of(before))
    return _in_old_order(page, before, after)


def _with_old(page: Page, old: KeptBlock | None, block_id: str, order: Sequence[str]) -> Page:
    if old is None:
        return without(page, block_id)
    if block_of(page, block_id):
        return replaced(page, old)
    return placed(page, old, after=predecessor(order, block_id), order=order)


def _differ(one: KeptBlock | None, other: KeptBlock | None) -> bool:
    if one is None or other is None:
        return one is not other
    return not is_same(one.block, other.block)


def _in_old_order(page: Page, before: Page, after: Page) -> Page:
    """What the change had moved moves back, as long as it still stands where the change put it."""
    here = ids_of(page)
    common = set(ids_of(before)) & set(ids_of(after)) & set(here)
    old, new, now = ([one for one in order if one in common] for order in (ids_of(before), ids_of(after), here))
    if old == new or now != new:
        return page
    wanted = iter(old)
    by_id = {kept.block.id: kept for kept in page}
    return tuple(by_id[next(wanted)] if one in common else by_id[one] for one in here)
