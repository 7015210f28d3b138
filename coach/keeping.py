"""What a model has written, merged with what the rep has touched, and kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from coach.commitments import with_words_as_now
from coach.errors import ChangedMeanwhile, InputError
from coach.handwritten import with_parts
from coach.merge import Merged, brought_back, merge, rekeyed
from coach.recheck import recheck
from coach.redraft import put_in
from coach.schema import Block, Critique, Drafted, MeetingPlan, Suggestion
from coach.store import drafts, history, plans
from coach.store.database import Database, First
from coach.store.pages import COACH
from coach.store.records import KeptPlan

TRIES = 8
"""A rep who saves between our reading and writing makes us merge again; so many times in a row nobody does."""


@dataclass(frozen=True)
class Arrived:
    """How much of a page that is being written is kept, and under which ids."""

    revision: int = 0
    ids: Mapping[str, str] = field(default_factory=dict)
    written: tuple[Block, ...] = ()
    """As the coach wrote them, by stored ids."""


def plan_of(kept: KeptPlan) -> MeetingPlan:
    return kept.plan.model_copy(update={"blocks": tuple(one.block for one in kept.blocks)})


def drafted_of(kept: KeptPlan) -> Drafted:
    """The kept plan as the noun that exports and critics take."""
    return Drafted(
        context=kept.context,
        plan=plan_of(kept),
        groundwork=kept.groundwork,
        critique=kept.critique.model_copy(update={"suggestions": kept.suggestions}),
        drafts=kept.drafts,
        questions=kept.questions,
        warnings=kept.warnings,
        failures=kept.failures,
        runs=kept.runs,
        drafted_by=kept.plan.drafted_by,
    )


def keep_arrived(
    db: Database,
    plan_id: str,
    new: Sequence[Block],
    *,
    before: Sequence[Block],
    known: Mapping[str, str],
    whole: Sequence[Block] = (),
) -> Arrived:
    """What has arrived of a page takes the place of what it replaces; the rest of the old page stays below.

    `whole`: the old page as it was before anything of the new one came; see `merge`.
    """
    new = with_parts(new)
    for _ in range(TRIES):
        kept = plans.load_plan(db, plan_id)
        merged = _merged(db, kept, new, before=before, known=known, whole=whole, is_complete=False)
        try:
            revision = drafts.replace_blocks(
                db, plan_id, merged.blocks, what=drafts.DRAFTING, touched=_touched(kept), seen=kept.revision
            )
        except ChangedMeanwhile:
            continue
        return Arrived(revision, merged.ids, _by_stored_ids(new, merged.ids))
    raise ChangedMeanwhile("The page is being changed all the time: the draft could not be kept.")


def bring_back(
    db: Database,
    plan_id: str,
    whole: Sequence[Block],
    *,
    before: Sequence[Block] | None = None,
    known_at: int = 0,
    by: str = COACH,
    what: str = "broken off",
) -> int:
    """The last whole page, with the rep's own words, instead of the one that stands there. Returns the revision.

    `before`: what the touched blocks said before the rep touched them; None: as the history has it. `known_at`: the
    revision whose page it is, if it is one that was kept: its title, its outcomes, its score come back with it.
    """
    for _ in range(TRIES):
        kept = plans.load_plan(db, plan_id)
        blocks = _with_reps_words(db, kept, whole, before=before)
        touched = _touched(kept)
        try:
            return drafts.replace_blocks(
                db, plan_id, blocks, by=by, what=what, touched=touched, seen=kept.revision, known_at=known_at
            )
        except ChangedMeanwhile:
            continue
    raise ChangedMeanwhile("The page is being changed all the time: the last whole page could not be brought back.")


def differs_from(db: Database, kept: KeptPlan, whole: Sequence[Block]) -> bool:
    """Whether there is anything of that page that `bring_back` could bring: asked at every look at a plan.

    What the rep has touched or deleted stays so. At most one question to the history, about those blocks alone.
    """
    said, here = {block.id: block.text for block in whole}, {one.block.id for one in kept.blocks}
    coachs = {one.block.id: one.block.text for one in kept.blocks if not one.is_touched}
    if list(coachs.items()) != [(one, said[one]) for one in said if one in coachs]:
        return True
    missing = said.keys() - here
    return not missing <= history.deleted_of(db, kept.id, missing) if missing else False


def _with_reps_words(
    db: Database, kept: KeptPlan, whole: Sequence[Block], *, before: Sequence[Block] | None
) -> tuple[Block, ...]:
    """That page with what the rep has touched on the present one in it; see `bring_back`."""
    said = history.as_first_said(db, kept.id) if before is None else before
    current, deleted = [one.block for one in kept.blocks], history.deleted_by_rep(db, kept.id)
    return brought_back(current, whole, touched=_touched(kept), before=said, deleted=deleted)


def keep_drafted(
    db: Database,
    plan_id: str,
    drafted: Drafted,
    *,
    before: Sequence[Block],
    known: Mapping[str, str],
    first: First | None = None,
    last: First | None = None,
) -> int:
    """The whole draft: page, critique and all that was found on the way. Returns the revision."""
    for _ in range(TRIES):
        kept = plans.load_plan(db, plan_id)
        merged = _merged(db, kept, drafted.plan.blocks, before=before, known=known, is_complete=True)
        plan, critique = rekeyed(drafted.plan, drafted.critique, merged.ids)
        plan = plan.model_copy(update={"blocks": merged.blocks})
        if touched := _touched(kept):
            plan, critique = recheck(plan, drafted.context, drafted.groundwork, critique, touched=reworded(kept))
        whole = drafted.model_copy(update={"plan": plan, "critique": critique})
        try:
            return drafts.keep_drafted(
                db, plan_id, whole, plan.blocks, touched=touched, seen=kept.revision, first=first, last=last
            )
        except ChangedMeanwhile:
            continue
    raise ChangedMeanwhile("The page is being changed all the time: the draft could not be kept.")


def keep_redrafted(
    db: Database,
    kept: KeptPlan,
    new: Sequence[Block],
    *,
    instead: frozenset[str],
    part: str,
    by: str,
    is_wanted_so: bool = False,
) -> int:
    """Blocks that were written again take the place of those that were asked for, or stand where the part was missing.

    `kept` is the plan as the writer saw it: what the rep has changed since stays, and the new words stand beside it.
    `is_wanted_so`: the rep said how they should be; no draft of the whole page replaces them.
    """
    for _ in range(TRIES):
        now = plans.load_plan(db, kept.id)
        replaced = instead - _touched_since(now, kept.revision)
        current = [one.block for one in now.blocks]
        touched = _touched(now) - replaced
        page = put_in(current, new, instead=replaced, part=part)
        merged = merge(current, page, touched=touched, known=_same_block(new, replaced, now))
        plan = plan_of(now).model_copy(update={"blocks": merged.blocks})
        plan = with_words_as_now(plan, plan_of(now), now.context)
        plan, critique = recheck(plan, now.context, now.groundwork, now.critique, touched=reworded(now) - replaced)
        wanted = {merged.ids[one.id] for one in new if one.id in merged.ids} if is_wanted_so else frozenset()
        try:
            revision = drafts.replace_blocks(
                db, kept.id, plan.blocks, what="redrafted", touched=touched | wanted, seen=now.revision, asked_by=by
            )
        except ChangedMeanwhile:
            continue
        drafts.set_checks(db, kept.id, plan, critique, seen=revision)
        return revision
    raise ChangedMeanwhile("The page is being changed all the time: nothing was redrafted.")


def numbered(plan: MeetingPlan) -> tuple[MeetingPlan, Mapping[str, str]]:
    """The plan with short ids in the order of the page, as models read and repeat them, and their stored ones."""
    stored = {f"B{number}": block.id for number, block in enumerate(plan.blocks, 1)}
    short = {block_id: number for number, block_id in stored.items()}
    return rekeyed(plan, Critique(), short)[0], stored


def keep_checked(db: Database, kept: KeptPlan, critique: Critique) -> None:
    """What reader and judge said of the page as they saw it.

    Decided suggestions stay decided, also those decided meanwhile; open ones stay while their words stand.
    """
    drafts.set_critique(db, kept.id, critique, revision=kept.revision, by_reader=True)
    now = plans.load_plan(db, kept.id)
    texts = {one.block.id: one.block.text for one in now.blocks}
    stay = [one for one in now.suggestions if one.state != "open" or texts.get(one.block, "").count(one.old) == 1]
    ids = {one.id for one in stay}
    new = [one for one in critique.suggestions if not any(_is_double(one, other, texts) for other in stay)]
    named = [one.model_copy(update={"id": _free_id(f"{one.id}.{kept.revision}", ids)}) for one in new]
    plans.set_suggestions(db, kept.id, (*stay, *named))


def _is_double(new: Suggestion, known: Suggestion, texts: Mapping[str, str]) -> bool:
    """The same change, or another one of words that were dismissed or for which one stands open already."""
    if (new.old, new.new) == (known.old, known.new):
        return True
    if new.block != known.block or known.state == "applied":
        return False
    text = texts.get(new.block, "")
    starts = (text.find(new.old), text.find(known.old))
    is_over = starts[0] < starts[1] + len(known.old) and starts[1] < starts[0] + len(new.old)
    return new.old == known.old or (known.state == "open" and min(starts) >= 0 and is_over)


def _free_id(wanted: str, taken: Collection[str]) -> str:
    """A page that is checked twice as it stands has two first suggestions of one revision."""
    return next(one for one in chain((wanted,), (f"{wanted}.{n}" for n in count(2))) if one not in taken)


def asked_for(kept: KeptPlan, *, block: str, part: str) -> tuple[str, ...]:
    """Ids of the blocks that are to be written again: one, or all of a part but its headings."""
    if block:
        if block not in {one.block.id for one in kept.blocks}:
            raise InputError("This block is no longer on the page.")
        return (block,)
    return tuple(one.block.id for one in kept.blocks if one.block.part == part and one.block.kind != "heading")


def _same_block(new: Sequence[Block], replaced: frozenset[str], now: KeptPlan) -> Mapping[str, str]:
    """One block written again is the same block, in whatever words: what it said before is known by its id."""
    here = [one.block.id for one in now.blocks if one.block.id in replaced]
    first = [block.id for block in new if block.kind != "heading"][:1]
    return dict(zip(first, here, strict=False)) if len(replaced) == 1 else {}


def reworded(kept: KeptPlan) -> frozenset[str]:
    """Ids of the blocks in which the rep has written or put a suggestion: their lines are to be looked for again.

    What the coach wrote as the rep wanted it has the lines that were found when it was written.
    """
    suggested = {one.block for one in kept.suggestions if one.state == "applied"}
    mine = (one.block for one in kept.blocks if one.is_touched)
    return frozenset(block.id for block in mine if block.written_by == "rep" or block.id in suggested)


def _merged(
    db: Database,
    kept: KeptPlan,
    new: Sequence[Block],
    *,
    before: Sequence[Block],
    known: Mapping[str, str],
    whole: Sequence[Block] = (),
    is_complete: bool,
) -> Merged:
    return merge(
        [one.block for one in kept.blocks],
        new,
        touched=_touched(kept),
        before=before,
        deleted=history.deleted_by_rep(db, kept.id),
        known=known,
        whole=whole,
        is_complete=is_complete,
    )


def _touched(kept: KeptPlan) -> frozenset[str]:
    return frozenset(one.block.id for one in kept.blocks if one.is_touched)


def _touched_since(kept: KeptPlan, revision: int) -> frozenset[str]:
    """What the rep changed after asking: it stays even where the rep wanted the old words replaced."""
    return frozenset(one.block.id for one in kept.blocks if one.is_touched and one.revision > revision)


def _by_stored_ids(new: Sequence[Block], ids: Mapping[str, str]) -> tuple[Block, ...]:
    return tuple(block.model_copy(update={"id": ids[block.id]}) for block in new if block.id in ids)
