"""Drafts that run outside the browser: kept while they come, cancelled, taken over, and never over the rep's words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coach import keeping
from coach.errors import InputError
from coach.ledger import Ledger
from coach.markup import split
from coach.schema import AccountContext, Commitment, Critique, Drafted, Groundwork, Suggestion
from coach.store import drafts, edits, history, jobs, plans
from coach.store.database import Database, close, open_database
from coach.store.records import Edit, KeptPlan
from coach.ui.drafting import Drafter
from coach.ui.live import Hub
from coach.ui.rechecking import recheck_kept
from tests.support.endpoint import Answer, Body, Endpoint, Reply, Status
from tests.support.harrowgate import PLAN
from tests.support.writer import BLOCK, PAGE, REWRITE, REWRITTEN, task_of, writer

Serve = Callable[..., Endpoint]
MODEL = {"model": "openai:scripted"}
OTHERWISE = ("Whether Tom believes the cause", "Whether Tom can trust the cause")
"""How a page that is broken off differs from the whole one."""


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'coach.db'}")
    yield opened
    close(opened)


@pytest.fixture
def drafter(db: Database, tmp_path: Path) -> Iterator[Drafter]:
    started = Drafter(db, Hub(), Ledger(tmp_path / "ledger"))
    yield started
    started.close()


def drafted(db: Database, drafter: Drafter, context: AccountContext) -> KeptPlan:
    kept = plans.create_plan(db, context)
    drafter.start(kept.id, "draft", MODEL)
    drafter.wait(kept.id, timeout_s=60)
    return plans.load_plan(db, kept.id)


def texts(kept: KeptPlan) -> list[str]:
    return [one.block.text for one in kept.blocks]


def change(db: Database, kept: KeptPlan, old: str, new: str, *, op: str = "op") -> None:
    (one,) = [one for one in kept.blocks if old in one.block.text]
    edit = Edit(op=op, action="text", block=one.block.id, base=one.revision, text=new)
    (result,) = edits.apply_edits(db, kept.id, (edit,), by="Ada")
    assert result.result == "saved"


def test_a_draft_is_kept_with_all_that_was_found(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    serve(writer)
    kept = drafted(db, drafter, context)
    assert texts(kept) == [block.text for block in split(REWRITTEN)]
    assert kept.status == "drafted"
    assert kept.groundwork.blocks
    assert [draft.critique.judged_by for draft in kept.drafts] == ["openai:scripted", "rules", "openai:scripted"]
    assert kept.plan.best_outcome.who == "Tom Reed"
    stored = {one.block.id for one in kept.blocks}
    assert set(kept.plan.best_outcome.blocks) <= stored
    assert {finding.block for finding in kept.critique.findings if finding.block} <= stored
    last = jobs.last_job(db, kept.id)
    assert last
    assert last.state == "done"


def test_finished_blocks_are_kept_while_the_rest_still_comes(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def waits_at_the_rewrite(body: Body) -> Reply:
        if task_of(body).startswith(REWRITE):
            asked.set()
            assert go_on.wait(30)
        return writer(body)

    serve(waits_at_the_rewrite)
    kept = plans.create_plan(db, context)
    drafter.start(kept.id, "draft", MODEL)
    assert asked.wait(30)
    _until(lambda: texts(plans.load_plan(db, kept.id)) == [block.text for block in split(PAGE)])
    assert plans.load_plan(db, kept.id).groundwork.blocks
    change(db, plans.load_plan(db, kept.id), "Purpose", "**Purpose:** in my own words.")
    go_on.set()
    drafter.wait(kept.id, timeout_s=60)
    after = plans.load_plan(db, kept.id)
    assert texts(after).count("**Purpose:** in my own words.") == 1
    assert not any("which store is tested" in text and "Purpose" in text for text in texts(after))
    assert after.status == "edited"


def test_a_draft_is_cancelled_and_what_is_written_stays(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    asked = threading.Event()

    def hangs(body: Body) -> Reply:
        if task_of(body).startswith(REWRITE):
            asked.set()
            threading.Event().wait(3)
        return writer(body)

    serve(hangs)
    kept = plans.create_plan(db, context)
    drafter.start(kept.id, "draft", MODEL)
    assert asked.wait(30)
    _until(lambda: len(plans.load_plan(db, kept.id).blocks) == len(split(PAGE)))
    drafter.cancel(kept.id)
    drafter.wait(kept.id, timeout_s=10)
    last = jobs.last_job(db, kept.id)
    assert last
    assert last.state == "cancelled"
    after = plans.load_plan(db, kept.id)
    assert texts(after) == [block.text for block in split(PAGE)]
    assert not any(one.block.check.status == "unchecked" for one in after.blocks)
    assert not [one.why for one in after.critique.findings if "opening" in one.why]


def broken_off_in(serve: Serve, begins: str, *, after: str) -> None:
    """A model that stops in the middle of the answer to that task, behind these words, and keeps the line open."""

    def script(body: Body) -> Reply:
        answer = writer(body)
        if not task_of(body).startswith(begins):
            return answer
        assert isinstance(answer, Answer)
        text = answer.text[: answer.text.index(after) + len(after)]
        return Answer(text.replace(*OTHERWISE), breaks_off=True)

    serve(script)


def test_a_better_version_that_is_cancelled_leaves_the_last_whole_page(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    broken_off_in(serve, REWRITE, after="## They will ask")
    kept = plans.create_plan(db, context)
    drafter.start(kept.id, "draft", MODEL)
    _until(lambda: any("which store is tested" in text for text in texts(plans.load_plan(db, kept.id))))
    change(db, plans.load_plan(db, kept.id), "wants the report", "- **Tom Reed** has waited long enough.")
    drafter.cancel(kept.id)
    after = plans.load_plan(db, kept.id)
    mine = "- **Tom Reed** has waited long enough."
    assert texts(after) == [mine if "wants the report" in one.text else one.text for one in split(PAGE)]
    assert not any(one.block.check.status == "unchecked" for one in after.blocks)
    assert not jobs.is_cut_short(db, kept.id)
    assert history.versions(db, kept.id)[0].what == "broken off"


def test_a_page_that_is_written_again_and_cancelled_is_as_it_was(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    serve(writer)
    kept = drafted(db, drafter, context)
    change(db, kept, "Purpose", "**Purpose:** in my own words.")
    (late,) = [one for one in kept.blocks if "report so late" in one.block.text]
    before = [text for text in texts(plans.load_plan(db, kept.id)) if text != late.block.text]
    broken_off_in(serve, "TASK: prepare me", after="## Opening")
    plans.set_decisions(db, kept.id, ("No test before January",))
    drafter.start(kept.id, "redraft", {**MODEL, "again": "1"})
    _until(lambda: any("can trust the cause" in text for text in texts(plans.load_plan(db, kept.id))))
    base = next(one.revision for one in plans.load_plan(db, kept.id).blocks if one.block.id == late.block.id)
    gone = Edit(op="d", action="delete", block=late.block.id, base=base)
    edits.apply_edits(db, kept.id, (gone,), by="Ada")
    drafter.cancel(kept.id)
    assert texts(plans.load_plan(db, kept.id)) == before


def test_while_a_page_is_written_in_other_words_each_part_stands_once_and_the_reps_words_where_they_are(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    old = [
        one.model_copy(update={"text": f"{'## ' * (one.kind == 'heading')}{one.part} {one.id} {'word ' * 12}".strip()})
        for one in PLAN.blocks
    ]
    kept = plans.create_plan(db, context)
    drafted = Drafted(context=context, plan=PLAN, groundwork=Groundwork(blocks=PLAN.blocks[:1]))
    drafts.keep_drafted(db, kept.id, drafted, old)
    (_, _, second, *_) = [one for one in old if one.part == "people"]
    change(db, plans.load_plan(db, kept.id), second.text, "Mine: Maria.")
    broken_off_in(serve, "TASK: prepare me", after="## Opening\n\n> ")
    drafter.start(kept.id, "redraft", {**MODEL, "again": "1"})
    come = [one.text for one in split(PAGE[: PAGE.index("> “We have until")].replace(*OTHERWISE))]
    _until(lambda: come[-1] in texts(plans.load_plan(db, kept.id)))
    now = texts(plans.load_plan(db, kept.id))
    drafter.cancel(kept.id)
    below = next(place for place, one in enumerate(old) if one.part in ("purpose", "agenda"))
    maria = next(place for place, text in enumerate(come) if "Maria Lopez" in text)
    assert now == [
        *come[: maria + 1], "Mine: Maria.", *come[maria + 1 :], *(one.text for one in old[below:])
    ]  # fmt: skip


def test_the_outcome_of_a_page_is_the_one_it_had_when_writing_it_again_is_cancelled(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    serve(writer)
    kept = drafted(db, drafter, context)
    redrafted = [
        one.model_copy(update={"text": f"{one.text} So be it."}) if one.part == "best" else one
        for one in kept.plan.blocks
    ]
    plans.replace_blocks(db, kept.id, redrafted, what="redrafted")
    best = kept.plan.best_outcome.model_copy(update={"what": "signs it, so be it"})
    plans.set_plan(db, kept.id, kept.plan.model_copy(update={"best_outcome": best}))
    broken_off_in(serve, "TASK: prepare me", after="## Opening")
    drafter.start(kept.id, "redraft", {**MODEL, "again": "1"})
    _until(lambda: any("can trust the cause" in text for text in texts(plans.load_plan(db, kept.id))))
    half_way = plans.load_plan(db, kept.id).plan
    plans.set_plan(db, kept.id, half_way.model_copy(update={"best_outcome": Commitment()}))  # as its rules found it
    drafter.cancel(kept.id)
    assert plans.load_plan(db, kept.id).plan.best_outcome.what == "signs it, so be it"


def test_of_a_first_page_that_is_cancelled_stays_what_had_come_and_it_is_known_that_the_rest_is_missing(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    broken_off_in(serve, "TASK: prepare me", after="## Opening\n\n> ")
    kept = plans.create_plan(db, context)
    drafter.start(kept.id, "draft", MODEL)
    page = PAGE[: PAGE.index("> “We have until")].replace(*OTHERWISE)
    had_come = [block.text for block in split(page)]
    _until(lambda: texts(plans.load_plan(db, kept.id)) == had_come)
    drafter.cancel(kept.id)
    assert texts(plans.load_plan(db, kept.id)) == had_come
    assert jobs.is_cut_short(db, kept.id)
    serve(writer)
    drafter.start(kept.id, "draft", {**MODEL, "again": "1"})
    drafter.wait(kept.id, timeout_s=60)
    assert texts(plans.load_plan(db, kept.id)) == [block.text for block in split(REWRITTEN)]
    assert not jobs.is_cut_short(db, kept.id)


def test_a_better_version_that_fails_in_the_middle_leaves_the_page_before_it(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    def fails(body: Body) -> Reply:
        answer = writer(body)
        if not task_of(body).startswith(REWRITE):
            return answer
        assert isinstance(answer, Answer)
        return Answer(answer.text[: answer.text.index("## They will ask")], finish_reason="content_filter")

    serve(fails)
    kept = drafted(db, drafter, context)
    assert texts(kept) == [block.text for block in split(PAGE)]
    assert [one.step for one in kept.failures] == ["rewrite"]


def test_a_draft_whose_process_is_gone_is_continued_without_paying_twice(
    db: Database, tmp_path: Path, context: AccountContext, serve: Serve
) -> None:
    asked, is_over = threading.Event(), threading.Event()

    def hangs_after_the_page(body: Body) -> Reply:
        if task_of(body).startswith(REWRITE):
            asked.set()
            is_over.wait(30)
        return writer(body)

    serve(hangs_after_the_page)
    kept = plans.create_plan(db, context)
    first = Drafter(db, Hub(), Ledger(tmp_path / "ledger"))
    first.start(kept.id, "draft", MODEL)
    assert asked.wait(30)
    _until(lambda: any("Purpose" in text for text in texts(plans.load_plan(db, kept.id))))
    change(db, plans.load_plan(db, kept.id), "Purpose", "**Purpose:** in my own words.")
    first.close()
    is_over.set()
    endpoint = serve(writer)
    second = Drafter(db, Hub(), Ledger(tmp_path / "ledger"))
    job = jobs.running_job(db, kept.id)
    assert job
    assert jobs.take_over(db, job, owner="elsewhere 99999999 x")
    assert second.take_over() == 0
    found = jobs.running_job(db, kept.id)
    assert found
    assert jobs.take_over(db, found, owner=first.owner.replace(first.owner.split()[1], "99999999"))
    assert second.take_over() == 1
    second.wait(kept.id, timeout_s=60)
    second.close()
    tasks = [task_of(body) for body in endpoint.bodies]
    assert not any(task.startswith(("TASK: work this", "TASK: prepare me")) for task in tasks)
    mine = ["**Purpose:** in my own words." if "Purpose" in one.text else one.text for one in split(REWRITTEN)]
    assert texts(plans.load_plan(db, kept.id)) == mine


def test_a_second_job_on_a_plan_is_refused_in_words(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    serve(lambda body: threading.Event().wait(1) or writer(body))
    kept = plans.create_plan(db, context)
    drafter.start(kept.id, "draft", MODEL)
    with pytest.raises(InputError, match="already at work"):
        drafter.start(kept.id, "check")
    drafter.cancel(kept.id)


def test_a_model_that_fails_leaves_a_page_and_says_why(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    serve(lambda body: Status(401))
    kept = drafted(db, drafter, context)
    assert kept.blocks
    assert kept.failures
    assert kept.plan.drafted_by == "builtin"


def test_a_redraft_keeps_what_the_rep_has_written_and_deleted(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    serve(writer)
    kept = drafted(db, drafter, context)
    change(db, kept, "Purpose", "**Purpose:** in my own words.")
    (late,) = [one for one in kept.blocks if "report so late" in one.block.text]
    gone = Edit(op="d", action="delete", block=late.block.id, base=late.revision)
    edits.apply_edits(db, kept.id, (gone,), by="Ada")
    drafter.start(kept.id, "redraft", MODEL)
    drafter.wait(kept.id, timeout_s=60)
    after = texts(plans.load_plan(db, kept.id))
    assert after.count("**Purpose:** in my own words.") == 1
    assert not any("report so late" in text for text in after)


def test_a_changed_decision_is_written_without_working_it_out_again(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    endpoint = serve(writer)
    kept = drafted(db, drafter, context)
    calls = endpoint.calls
    plans.set_decisions(db, kept.id, ("No test before January",))
    drafter.start(kept.id, "redraft", MODEL)
    drafter.wait(kept.id, timeout_s=60)
    tasks = [task_of(body) for body in endpoint.bodies[calls:]]
    assert not any(task.startswith("TASK: work this") for task in tasks)
    pages = [str(body["messages"]) for body in endpoint.bodies[calls:] if task_of(body).startswith("TASK: prepare me")]
    (page,) = pages
    assert "No test before January" in page


def test_one_block_is_redrafted_by_the_reps_word(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    endpoint = serve(writer)
    kept = drafted(db, drafter, context)
    (asked,) = [one for one in kept.blocks if "Purpose" in one.block.text]
    options = {**MODEL, "block": asked.block.id, "direction": "less technical", "by": "Ada"}
    drafter.start(kept.id, "redraft_part", options)
    drafter.wait(kept.id, timeout_s=60)
    after = plans.load_plan(db, kept.id)
    assert any("Whether Tom trusts the cause" in text for text in texts(after))
    assert not any("Purpose" in text for text in texts(after))
    assert any("less technical" in str(body["messages"]) for body in endpoint.bodies)
    edits.undo_last(db, kept.id, by="Ada")
    assert texts(plans.load_plan(db, kept.id)) == texts(kept)


@pytest.mark.parametrize(
    ("asked", "stays"),
    [({"direction": "shorter"}, True), ({"direction": "shorter", "may_go": "True"}, False), ({}, False)],
)
def test_what_was_written_as_the_rep_wanted_it_stays_on_a_page_drafted_again(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve, asked: dict[str, str], stays: bool
) -> None:
    serve(writer)
    kept = drafted(db, drafter, context)
    (old,) = [one.block for one in kept.blocks if "so late" in one.block.text]
    drafter.start(kept.id, "redraft_part", {**MODEL, "block": old.id, **asked})
    drafter.wait(kept.id, timeout_s=60)
    (new,) = [one for one in plans.load_plan(db, kept.id).blocks if one.block.text.endswith(BLOCK)]
    assert (new.is_touched, new.block.written_by) == (stays, "coach")
    recheck_kept(db, kept.id)
    assert next(one.block for one in plans.load_plan(db, kept.id).blocks if one.block.id == new.block.id) == new.block
    drafter.start(kept.id, "redraft", {**MODEL, "again": "1"})
    drafter.wait(kept.id, timeout_s=60)
    after = texts(plans.load_plan(db, kept.id))
    assert any(text.endswith(BLOCK) for text in after) == stays
    assert any("so late" in text for text in after) != stays


def test_the_reps_own_block_is_redrafted_only_when_the_rep_says_so(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    serve(writer)
    kept = drafted(db, drafter, context)
    change(db, kept, "Purpose", "**Purpose:** in my own words.")
    (mine,) = [one for one in plans.load_plan(db, kept.id).blocks if "my own words" in one.block.text]
    drafter.start(kept.id, "redraft_part", {**MODEL, "block": mine.block.id})
    drafter.wait(kept.id, timeout_s=60)
    last = jobs.last_job(db, kept.id)
    assert last
    assert (last.state, "your own words" in last.error) == ("failed", True)
    drafter.start(kept.id, "redraft_part", {**MODEL, "block": mine.block.id, "keep": "False"})
    drafter.wait(kept.id, timeout_s=60)
    assert not any("my own words" in text for text in texts(plans.load_plan(db, kept.id)))


def test_a_check_brings_suggestions_and_dismissed_ones_stay_dismissed(
    db: Database, drafter: Drafter, context: AccountContext, serve: Serve
) -> None:
    serve(writer)
    kept = drafted(db, drafter, context)
    change(db, kept, "Purpose", "**Purpose:** in my own words.")
    drafter.start(kept.id, "check", MODEL)
    drafter.wait(kept.id, timeout_s=60)
    checked = plans.load_plan(db, kept.id)
    (one,) = checked.suggestions
    assert checked.critique.judged_by == "openai:scripted"
    assert checked.edits_since_check == 0
    plans.update_suggestion(db, kept.id, one.model_copy(update={"state": "dismissed", "reason": "no"}))
    drafter.start(kept.id, "check", {**MODEL, "again": "1"})
    drafter.wait(kept.id, timeout_s=60)
    assert [one.state for one in plans.load_plan(db, kept.id).suggestions] == ["dismissed"]


def test_a_check_keeps_what_was_still_open_and_brings_no_doubles(db: Database, context: AccountContext) -> None:
    kept = plans.create_plan(db, context)
    drafts.replace_blocks(db, kept.id, split("Tom pays the crew, and Maria waits.\n\nJens comes."), what="drafting")
    crew, jens = [one.block.id for one in plans.load_plan(db, kept.id).blocks]

    def asked(*said: tuple[str, str, str]) -> list[tuple[str, str, str]]:
        found = tuple(
            Suggestion(id=f"S{n}", kind="cut", block=block, old=old, new=new, why="-")
            for n, (block, old, new) in enumerate(said, 1)
        )
        now = plans.load_plan(db, kept.id)
        keeping.keep_checked(db, now, Critique(suggestions=found))
        after = plans.load_plan(db, kept.id).suggestions
        assert len({one.id for one in after}) == len(after)
        return [(one.old, one.new, one.state) for one in after]

    asked((crew, "Tom pays", "We pay"), (crew, "waits", "decides"), (jens, "Jens", "Nobody"))
    dismissed = plans.load_plan(db, kept.id).suggestions[1].model_copy(update={"state": "dismissed"})
    plans.update_suggestion(db, kept.id, dismissed)
    change(db, plans.load_plan(db, kept.id), "Jens", "Ida comes.")
    stays = [("Tom pays", "We pay", "open"), ("waits", "decides", "dismissed")]
    assert asked() == stays
    assert asked((crew, "pays the crew", "pays"), (crew, "waits", "asks"), (crew, "Tom pays", "We pay")) == stays
    assert asked((jens, "Ida", "Ann")) == [*stays, ("Ida", "Ann", "open")]


def test_what_is_decided_during_a_check_stays_decided(db: Database, context: AccountContext) -> None:
    kept = plans.create_plan(db, context)
    drafts.replace_blocks(db, kept.id, split("Jens comes."), what="drafting")
    before = plans.load_plan(db, kept.id)
    one = Suggestion(id="S1", kind="cut", block=before.blocks[0].block.id, old="Jens", new="Ida", why="-")
    plans.set_suggestions(db, kept.id, (one,))
    seen = plans.load_plan(db, kept.id)
    plans.update_suggestion(db, kept.id, one.model_copy(update={"state": "dismissed"}))
    keeping.keep_checked(db, seen, Critique(suggestions=(one,)))
    assert [one.state for one in plans.load_plan(db, kept.id).suggestions] == ["dismissed"]


def _until(is_so: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(500):
        if is_so():
            return
        waiting.wait(0.02)
    raise AssertionError("it did not come to be so within 10 s")
