"""A page that people have edited, looked at again: its lines, its checks, its commitments and its score, all in code.

What reader and judge said stays until they are asked again. Pure, some milliseconds a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from coach.commitments import read_again
from coach.critique import assess, checked
from coach.grounding import unheld
from coach.index import Entry, index_by_code
from coach.schema import AccountContext, Block, Commitment, Critique, Groundwork, MeetingPlan, Part

SHARED = frozenset({"before", "people", "agenda", "bring", "find_out", "answers", "leave_out"})
"""Parts of many blocks, among which a new one is one more."""


def recheck(
    plan: MeetingPlan,
    context: AccountContext,
    groundwork: Groundwork,
    critique: Critique,
    *,
    touched: frozenset[str],
    unread: frozenset[str] = frozenset(),
) -> tuple[MeetingPlan, Critique]:
    """The plan with its checks renewed, and its critique: rules anew, answers and points as they were.

    `touched` are the ids of blocks that the rep wrote or changed: their lines are looked up again. `unread`: of blocks
    of a page that still comes, whose parts and lines nobody has named yet; they stay unchecked, and nothing is scored.
    """
    blocks = with_lines(plan.blocks, context, touched=touched)
    plan = plan.model_copy(
        update={
            "blocks": blocks,
            "best_outcome": _still_said_if_any(plan.best_outcome, blocks, "best", context),
            "fallback": _still_said_if_any(plan.fallback, blocks, "fallback", context),
        }
    )
    before = {block.id: block for block in plan.blocks}
    plan = checked(plan, context, groundwork)
    if unread:
        coming = tuple(before[block.id] if block.id in unread else block for block in plan.blocks)
        return plan.model_copy(update={"blocks": coming}), critique
    judged, by = critique.judgement, critique.judged_by
    found = assess(plan, context, groundwork, judgement=judged, points=critique.points, judged_by=by)
    return plan, found.model_copy(update={"suggestions": critique.suggestions})


def with_lines(blocks: Sequence[Block], context: AccountContext, *, touched: frozenset[str]) -> tuple[Block, ...]:
    """The blocks; touched ones rest on the lines that code finds for their words, else on those they had."""
    if not touched:
        return tuple(blocks)
    found = index_by_code(blocks, context, only=touched).entries
    lined = (_lined(block, found[block.id], context) if block.id in touched else block for block in blocks)
    return tuple(_with_its_neighbours(lined, touched))


def _with_its_neighbours(blocks: Iterable[Block], touched: frozenset[str]) -> Iterator[Block]:
    """What the rep wrote, and no code knows a part for, is of the part of what stands before it under its heading."""
    before = ""
    for block in blocks:
        if block.kind == "heading":
            before = ""
        elif block.id in touched and block.part in ("", "other") and before in SHARED:
            block = block.model_copy(update={"part": before})
        before = block.part if block.kind != "heading" else before
        yield block


def with_outcomes_as_said(plan: MeetingPlan, context: AccountContext) -> MeetingPlan:
    """The plan, its outcomes as its blocks say them now; one that was read from no block stays."""
    best = _still_said_if_any(plan.best_outcome, plan.blocks, "best", context)
    fallback = _still_said_if_any(plan.fallback, plan.blocks, "fallback", context)
    return plan.model_copy(update={"best_outcome": best, "fallback": fallback})


def still_said(old: Commitment, blocks: Sequence[Block], part: Part, context: AccountContext) -> Commitment:
    """The commitment as read before, if its blocks are unchanged; else read from the blocks of its part by code."""
    own = [block for block in blocks if block.part == part and block.kind != "heading"]
    is_whole = len(own) >= len(old.blocks)
    if own and is_whole and all(block.written_by == "coach" for block in own):
        return old.model_copy(update={"blocks": tuple(block.id for block in own)})
    return read_again(old, blocks, part, context) if own else Commitment()


def _still_said_if_any(old: Commitment, blocks: Sequence[Block], part: Part, context: AccountContext) -> Commitment:
    is_of_no_block = not old.blocks and not any(block.part == part and block.kind != "heading" for block in blocks)
    return old if is_of_no_block else still_said(old, blocks, part, context)


def _lined(block: Block, found: Entry, context: AccountContext) -> Block:
    """On the lines that code finds for its words, and on those of before where they lack something."""
    part = block.part if block.part not in ("", "other") else found.part
    said = {"part": part, "not_carried": ()}
    if not found.citations:
        return block.model_copy(update=said)
    basis, citations = found.basis, found.citations
    if unheld(block.text, citations, context):
        basis = "sum" if block.basis == "sum" else basis
        citations = tuple(dict.fromkeys((*block.citations, *citations)))
    return block.model_copy(update={**said, "basis": basis, "citations": citations})
