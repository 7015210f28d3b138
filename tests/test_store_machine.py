"""No word that a person was told is saved is ever lost, whatever two people, the coach and crashes do in any order.

And any version that is brought back is exactly what stood, with all that was known of it.

Sequences of about fifteen steps: 100 on SQLite and 30 on PostgreSQL, or as many as the environment says:
`STORE_SEQUENCES=2000 python -m pytest tests/test_store_machine.py` (a quarter of an hour of processor time for both).
"""

from __future__ import annotations

import os
from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from pydantic import JsonValue

from coach.errors import ChangedMeanwhile, InputError
from coach.schema import Block, Check, Commitment, Critique, Draft, Drafted, MeetingPlan, Suggestion
from coach.store import plans
from coach.store.database import Database, open_database
from coach.store.edits import apply_edits, redo_last, undo_last
from coach.store.history import restore, stands, version, versions
from coach.store.page import taken_away
from coach.store.pages import MOST_TAKEN_AWAY
from coach.store.records import Edit, EditResult, KeptBlock, KeptPlan
from tests.support.crashes import Crash, crashing
from tests.support.harrowgate import CONTEXT

SEQUENCES = int(os.environ.get("STORE_SEQUENCES", "0"))
USUAL = {"sqlite": 100, "postgresql": 30}
PEOPLE = st.sampled_from(["Riya Shah", "Tom Reed"])
PLACE = st.integers(0, 2)
COUNTERS = {"revision", "pulse", "updated_at"}
CHANCE = st.booleans()


class Page(RuleBasedStateMachine):
    """`told`: texts that were acknowledged. `writer`: who wrote what stands in a block now. `stood`: by the revision of
    each version, the plan as it was when the version was last seen to stand.

    Each person sees the page of their last look, which may be long ago; so does the coach.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self.db: Database = open_database(url)
        self.url, self.count = url, 0
        self.told: list[str] = []
        self.sent: list[tuple[Edit, str, EditResult]] = []
        self.seen: dict[str, KeptPlan] = {}
        self.stood: dict[int, dict[str, JsonValue]] = {}

    @initialize(blocks=st.integers(1, 3))
    def make(self, blocks: int) -> None:
        self.plan_id = plans.create_plan(self.db, CONTEXT).id
        page = [Block(id=self.fresh("B"), kind="item", text=self.words("Coach")) for _ in range(blocks)]
        plans.replace_blocks(self.db, self.plan_id, page, what="drafted")
        self.revision = 1
        self.writer = {block.id: "coach" for block in page}
        """Whose words stand in a block."""
        self.returned: dict[tuple[str, int], str] = {}
        """Block and revision, to who brought somebody's words back there by an undo."""
        self.seen = dict.fromkeys(("Riya Shah", "Tom Reed", "coach"), self.page())

    def fresh(self, name: str) -> str:
        self.count += 1
        return f"{name}{self.count}"

    def words(self, author: str) -> str:
        """Longer than what may go without a version, and unlike every other text."""
        self.count += 1
        return (
            f"{self.count} {author} wrote this sentence, number {self.count}, and no other stands like it {self.count}."
        )

    def page(self) -> KeptPlan:
        kept = plans.load_plan(self.db, self.plan_id)
        assert kept.revision >= self.revision
        self.revision = kept.revision
        self.stood[stands(self.db, self.plan_id)] = whole(kept)
        return kept

    def reopen(self) -> None:
        self.db.close()
        self.db = open_database(self.url)

    def send(self, edit: Edit, by: str, crash_at: int) -> EditResult:
        """Send an edit; where the server dies, send it again, as the browser does."""
        try:
            with crashing(self.db.engine, before_statement=crash_at):
                (result,) = apply_edits(self.db, self.plan_id, [edit], by=by)
        except Crash:
            self.reopen()
            (result,) = apply_edits(self.db, self.plan_id, [edit], by=by)
        self.sent.append((edit, by, result))
        if edit.action in ("text", "insert"):
            self.told.append(edit.text)
        return result

    @rule(by=st.sampled_from(["Riya Shah", "Tom Reed", "coach"]))
    def look(self, by: str) -> None:
        self.seen[by] = self.page()

    @rule(by=PEOPLE, place=PLACE)
    def write_at_once(self, by: str, place: int) -> None:
        self.look(by)
        self.write(by, place, False, 0)

    @rule(by=PEOPLE, place=PLACE)
    def type_on(self, by: str, place: int) -> None:
        self.look(by)
        self.write(by, place, True, 0)

    @rule(by=PEOPLE, place=PLACE, types_on=CHANCE, crash_at=st.integers(0, 12))
    def write(self, by: str, place: int, types_on: bool, crash_at: int) -> None:
        before, view = self.page(), self.seen[by]
        if not view.blocks:
            return
        seen = view.blocks[place % len(view.blocks)]
        text = f"{seen.block.text} {self.count}" if types_on else self.words(by)
        edit = Edit(op=self.fresh("op"), action="text", block=seen.block.id, base=seen.revision, text=text)
        result, after = self.send(edit, by, crash_at), self.page()
        here = next((one for one in before.blocks if one.block.id == edit.block), None)
        assert after.revision == before.revision + 1
        match result.result:
            case "saved":
                assert here is not None
                assert here.revision == seen.revision
                self.writer[edit.block] = by
                assert self.text_of(after, edit.block) == text
            case "clash":
                assert here is not None
                assert here.revision != seen.revision
                assert (result.theirs, result.by) == (here.block.text, self.who_wrote(here))
                assert after.blocks == before.blocks
            case "gone":
                assert here is None
                assert after.blocks == before.blocks

    @rule(place=PLACE, first_deletes=CHANCE, times=st.integers(1, 3))
    def meet(self, place: int, first_deletes: bool, times: int) -> None:
        """Both look at the same page and change the same block of it; the second one writes on."""
        self.look("Riya Shah")
        self.look("Tom Reed")
        if first_deletes:
            self.take_out("Riya Shah", place, 0)
        else:
            self.write("Riya Shah", place, False, 0)
        for _ in range(times):
            self.write("Tom Reed", place, False, 0)

    @rule(by=PEOPLE, place=PLACE, crash_at=st.integers(0, 12))
    def put_in(self, by: str, place: int, crash_at: int) -> None:
        view = self.seen[by]
        after = view.blocks[place % len(view.blocks)].block.id if view.blocks else ""
        edit = Edit(op=self.fresh("op"), action="insert", block=self.fresh("N"), text=self.words(by), after=after)
        assert self.send(edit, by, crash_at).result == "saved"
        self.writer[edit.block] = by
        assert self.text_of(self.page(), edit.block) == edit.text

    @rule(by=PEOPLE, place=PLACE, crash_at=st.integers(0, 9))
    def take_out(self, by: str, place: int, crash_at: int) -> None:
        before, view = self.page(), self.seen[by]
        if not view.blocks:
            return
        seen = view.blocks[place % len(view.blocks)]
        here = next((one for one in before.blocks if one.block.id == seen.block.id), None)
        edit = Edit(op=self.fresh("op"), action="delete", block=seen.block.id, base=seen.revision)
        result = self.send(edit, by, crash_at).result
        assert result == ("saved" if here is None or here.revision == seen.revision else "clash")
        assert (self.text_of(self.page(), edit.block) is None) == (result == "saved")

    @rule(by=PEOPLE, place=PLACE, to=PLACE)
    def shift(self, by: str, place: int, to: int) -> None:
        before = self.page()
        if len(before.blocks) < 2:
            return
        ids = [one.block.id for one in before.blocks]
        edit = Edit(op=self.fresh("op"), action="move", block=ids[place % len(ids)], after=ids[to % len(ids)])
        assert self.send(edit, by, 0).result == "saved"
        after = self.page()
        assert {one.block.id: one for one in after.blocks} == {one.block.id: one for one in before.blocks}
        moved = [one.block.id for one in after.blocks]
        assert edit.after == edit.block or moved.index(edit.block) == moved.index(edit.after) + 1

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 100))
    def send_again(self, which: int) -> None:
        before = self.page()
        edit, by, first = self.sent[which % len(self.sent)]
        assert apply_edits(self.db, self.plan_id, [edit], by=by) == (first,)
        assert self.page() == before

    @rule(keeps=st.sets(PLACE), adds=st.integers(0, 2), asked_by=st.sampled_from(["", "Riya Shah", "Tom Reed"]))
    def coach_writes(self, keeps: set[int], adds: int, asked_by: str) -> None:
        read = self.seen["coach"]
        new = [
            one.block
            if one.is_touched or place in keeps
            else one.block.model_copy(update={"text": self.words("Coach")})
            for place, one in enumerate(read.blocks)
        ]
        new += [Block(id=self.fresh("B"), kind="item", text=self.words("Coach")) for _ in range(adds)]
        before = self.page()
        touched = frozenset(one.block.id for one in read.blocks if one.is_touched)
        try:
            plans.replace_blocks(
                self.db, self.plan_id, new, what="redrafted", touched=touched, seen=read.revision, asked_by=asked_by
            )
        except ChangedMeanwhile:
            assert read.revision < before.revision
            assert self.page() == before
            self.look("coach")
            return
        after = self.seen["coach"] = self.page()
        stand = {one.block.id: (one.block.text, one.revision) for one in after.blocks if one.is_touched}
        for one in before.blocks:
            if one.is_touched:  # its lines and marks are the newer ones, the job's or the rules'
                assert stand[one.block.id] == (one.block.text, one.revision)
        old = {one.block.id: one.block.text for one in before.blocks}
        self.writer.update({one.id: "coach" for one in new if old.get(one.id) != one.text})

    @rule(by=PEOPLE, place=PLACE, is_late=CHANCE)
    def apply_suggestion(self, by: str, place: int, is_late: bool) -> None:
        before = self.page()
        view = self.seen[by] if is_late else before
        if not view.blocks:
            return
        seen = view.blocks[place % len(view.blocks)]
        here = next((one for one in before.blocks if one.block.id == seen.block.id), None)
        block = seen.block.model_copy(update={"text": self.words("Reader")})
        asked = Suggestion(id="S1", kind="thing", block=block.id, old=seen.block.text, new=block.text, why="Clearer.")
        plans.set_suggestions(self.db, self.plan_id, [asked])
        self.page()
        applied = asked.model_copy(update={"state": "applied"})
        try:
            plans.keep_decision(self.db, self.plan_id, applied, block=block, seen=view.revision, by=by, what="applied")
        except ChangedMeanwhile:
            assert here is None or here.revision > view.revision
            assert self.page().suggestions == (asked,)
            return
        self.told.append(block.text)
        self.writer[block.id] = by
        assert self.text_of(self.page(), block.id) == block.text

    @rule(by=PEOPLE)
    def dismiss_suggestion(self, by: str) -> None:
        before = self.page()
        if before.suggestions:
            dismissed = before.suggestions[0].model_copy(update={"state": "dismissed", "reason": self.words(by)})
            plans.keep_decision(self.db, self.plan_id, dismissed, seen=before.revision, by=by)
            assert self.page().blocks == before.blocks

    @rule(place=PLACE)
    def look_at_rules(self, place: int) -> None:
        """As after a save: other lines and marks, other outcomes, another score; of a page that may have changed."""
        read = self.seen["coach"]
        if not read.blocks:
            return
        self.count += 1
        found = read.blocks[place % len(read.blocks)].block.model_copy(
            update={"part": f"part {self.count}", "citations": (f"L{self.count}",), "check": Check(status="verified")}
        )
        best = Commitment(what=f"Deed {self.count}", blocks=(found.id,))
        plan = read.plan.model_copy(update={"blocks": (found,), "best_outcome": best})
        critique = Critique(total=float(self.count % 100), judged_by="rules")
        plans.set_checks(self.db, self.plan_id, plan, critique, seen=read.revision)
        self.page()

    @rule()
    def judge(self) -> None:
        read = self.seen["coach"]
        self.count += 1
        critique = Critique(total=float(self.count % 100), judged_by="openai:judge-1")
        plans.set_critique(self.db, self.plan_id, critique, revision=read.revision, by_reader=True)
        self.page()

    @rule(keeps=st.sets(PLACE))
    def draft(self, keeps: set[int]) -> None:
        """The page again with all that comes with it, as a job leaves it."""
        self.look("coach")
        read = self.seen["coach"]
        blocks = tuple(
            one.block
            if one.is_touched or place in keeps
            else one.block.model_copy(update={"text": self.words("Coach")})
            for place, one in enumerate(read.blocks)
        )
        plan = MeetingPlan(title=f"Title {self.count}", blocks=blocks, fallback=Commitment(what=f"Way {self.count}"))
        drafted = Drafted(context=CONTEXT, plan=plan, drafts=(Draft(plan=plan),), warnings=(f"Warned {self.count}",))
        touched = frozenset(one.block.id for one in read.blocks if one.is_touched)
        plans.keep_drafted(self.db, self.plan_id, drafted, blocks, touched=touched, seen=read.revision)
        self.look("coach")
        old = {one.block.id: one.block.text for one in read.blocks}
        self.writer.update({one.id: "coach" for one in blocks if old.get(one.id) != one.text})

    @rule(by=PEOPLE, which=st.integers(0, 100), crash_at=st.integers(0, 20))
    def bring_back(self, by: str, which: int, crash_at: int) -> None:
        known = versions(self.db, self.plan_id)
        wanted = version(self.db, self.plan_id, known[which % len(known)].revision)
        before = self.page()
        is_there = wanted.revision == stands(self.db, self.plan_id)
        try:
            with crashing(self.db.engine, before_statement=crash_at):
                restore(self.db, self.plan_id, wanted.revision, by=by)
        except Crash:
            self.reopen()
            assert self.page() == before
            return
        after = self.page()
        assert [(one.block.id, one.block.text) for one in after.blocks] == [(one.id, one.text) for one in wanted.blocks]
        assert after.revision == before.revision + (not is_there)
        if wanted.what not in ("clash", "gone"):
            assert whole(after) == self.stood[wanted.revision]
        old = {one.block.id: one.block.text for one in before.blocks}
        self.writer.update({one.id: by for one in wanted.blocks if old.get(one.id) != one.text})

    @rule(by=PEOPLE, which=st.integers(0, 100))
    def bring_back_and_undo(self, by: str, which: int) -> None:
        before, there, writer = self.page(), stands(self.db, self.plan_id), dict(self.writer)
        self.bring_back(by, which, 0)
        if stands(self.db, self.plan_id) != there:
            undo_last(self.db, self.plan_id, by=by)
            after = self.page()
            assert whole(after) == whole(before)
            self.writer = writer
            self.returned |= {(one.block.id, one.revision): by for one in after.blocks if one not in before.blocks}

    @rule(by=PEOPLE, crash_at=st.integers(0, 12))
    def undo(self, by: str, crash_at: int) -> None:
        self.take_back(undo_last, by, crash_at)

    @rule(by=PEOPLE, crash_at=st.integers(0, 12))
    def redo(self, by: str, crash_at: int) -> None:
        self.take_back(redo_last, by, crash_at)

    @rule(by=PEOPLE)
    def undo_and_redo(self, by: str) -> None:
        before = self.page()
        self.undo(by, 0)
        if self.page() == before:
            return
        redo_last(self.db, self.plan_id, by=by)
        after = self.page()
        assert [(one.block, one.is_touched) for one in after.blocks] == [
            (one.block, one.is_touched) for one in before.blocks
        ]
        self.writer.update({one.block.id: by for one in after.blocks if one not in before.blocks})

    def take_back(self, act: Callable[..., int], by: str, crash_at: int) -> None:
        before = self.page()
        try:
            with crashing(self.db.engine, before_statement=crash_at):
                act(self.db, self.plan_id, by=by)
        except InputError:
            assert self.page() == before
            return
        except Crash:
            self.reopen()
            assert self.page() == before
            return
        after = self.page()
        assert after.revision == before.revision + 1
        for one in before.blocks:
            if self.text_of(after, one.block.id) != one.block.text:
                whose = {self.who_wrote(one), self.writer[one.block.id]}
                assert whose & {by, "coach"}, "also one's own words that somebody else's undo brought back"
        old = {one.block.id: one.block.text for one in before.blocks}
        self.writer.update({one.block.id: by for one in after.blocks if old.get(one.block.id) != one.block.text})

    @rule()
    def crash(self) -> None:
        before = self.page()
        self.reopen()
        assert self.page() == before

    def who_wrote(self, kept: KeptBlock) -> str:
        """Or who brought these words back last."""
        return self.returned.get((kept.block.id, kept.revision), self.writer[kept.block.id])

    def text_of(self, kept: KeptPlan, block_id: str) -> str | None:
        return next((one.block.text for one in kept.blocks if one.block.id == block_id), None)

    def teardown(self) -> None:
        if hasattr(self, "plan_id"):
            self.nothing_is_lost()
        self.db.close()

    def nothing_is_lost(self) -> None:
        revisions = [one.revision for one in versions(self.db, self.plan_id)]
        assert revisions == sorted(set(revisions), reverse=True)
        kept = [version(self.db, self.plan_id, revision).blocks for revision in revisions]
        known = {block.text for blocks in kept for block in blocks}
        assert known >= {one.block.text for one in self.page().blocks}
        for text in self.told:
            assert text in known or any(taken_away(text, one) <= MOST_TAKEN_AWAY for one in known), text


def whole(kept: KeptPlan) -> dict[str, JsonValue]:
    """All that is known of a plan, without what only counts its changes."""
    blocks = [one.model_dump(mode="json", exclude={"revision"}) for one in kept.blocks]
    return {**kept.model_dump(mode="json", exclude=COUNTERS), "blocks": blocks}


def test_nothing_that_was_acknowledged_is_ever_lost(database_url: str) -> None:
    make: Callable[[], Page] = lambda: Page(database_url)  # noqa: E731
    run_state_machine_as_test(
        make,
        settings=settings(
            max_examples=SEQUENCES or USUAL[database_url.split(":")[0]],
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
