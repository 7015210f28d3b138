"""Rules looked at again after every save, in a thread of their own, a moment after the last one."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from coach import keeping
from coach.recheck import recheck
from coach.schema import Draft, MeetingPlan
from coach.store import drafts, plans
from coach.store.database import Database
from coach.store.jobs import running_job
from coach.store.records import KeptPlan
from coach.ui.live import Hub

AFTER_S = 0.25
"""Several saves in a row are looked at once."""


class Rechecker:
    def __init__(self, db: Database, hub: Hub) -> None:
        self.db, self.hub = db, hub
        self._waiting: dict[str, threading.Timer] = {}
        self._lock = threading.Lock()

    def soon(self, plan_id: str) -> None:
        with self._lock:
            if waiting := self._waiting.pop(plan_id, None):
                waiting.cancel()
            timer = threading.Timer(AFTER_S, self._now, [plan_id])
            timer.daemon = True
            self._waiting[plan_id] = timer
            timer.start()

    def close(self) -> None:
        """What is due is done at the next save, or when the plan is checked."""
        with self._lock:
            waiting = tuple(self._waiting.values())
            self._waiting.clear()
        for timer in waiting:
            timer.cancel()
            timer.join()

    def _now(self, plan_id: str) -> None:
        with self._lock:
            self._waiting.pop(plan_id, None)
        recheck_kept(self.db, plan_id)
        self.hub.changed(plan_id, plans.revisions(self.db, [plan_id]).get(plan_id, 0))


def unread(db: Database, kept: KeptPlan) -> frozenset[str]:
    """Ids of blocks of a page that is still being written: nobody has named their parts and lines yet."""
    waiting = _waiting(kept)
    return waiting if waiting and running_job(db, kept.id) else frozenset()


def recheck_kept(db: Database, plan_id: str) -> None:
    """Checks and score of a kept page renewed; what was changed meanwhile is looked at next time."""
    kept = plans.load_plan(db, plan_id)
    plan = _as_drafted(kept.plan.model_copy(update={"blocks": tuple(one.block for one in kept.blocks)}), kept.drafts)
    touched = keeping.reworded(kept)
    found, waiting = unread(db, kept), _waiting(kept)
    if not found:  # the draft ended before they were read: code finds their lines
        touched |= waiting
    plan, critique = recheck(plan, kept.context, kept.groundwork, kept.critique, touched=touched, unread=found)
    drafts.set_checks(db, plan_id, plan, critique, seen=kept.revision)


def _as_drafted(plan: MeetingPlan, drafts: Sequence[Draft]) -> MeetingPlan:
    """Who does what by when, as the last draft has it, where its words stand again: after an undo, say."""
    if not drafts:
        return plan
    drafted = drafts[-1].plan
    is_best, is_fallback = (_says(plan, part) == _says(drafted, part) for part in ("best", "fallback"))
    best = drafted.best_outcome if is_best else plan.best_outcome
    return plan.model_copy(
        update={"best_outcome": best, "fallback": drafted.fallback if is_fallback else plan.fallback}
    )


def _says(plan: MeetingPlan, part: str) -> list[str]:
    return [block.text for block in plan.blocks if block.part == part]


def _waiting(kept: KeptPlan) -> frozenset[str]:
    """Ids of blocks whose lines nobody has looked for."""
    return frozenset(
        one.block.id for one in kept.blocks if one.block.check.status == "unchecked" and not one.is_touched
    )
