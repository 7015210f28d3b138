"""Meetings drafted many at once: exactly one plan each, around what the rep has touched, within money and pace."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from pydantic import JsonValue
from sqlalchemy import text

from coach.batch.limits import Draining, Limits
from coach.batch.purse import Purse
from coach.batch.run import Ended, Running
from coach.batch.slots import SlotResult, beating, draft_slot
from coach.batch.which import Which, fill, read_sources
from coach.crm.opportunity import Problem
from coach.errors import BudgetSpent, InputError, ModelRefused, ModelUnavailable, StoreError
from coach.ledger import Ledger
from coach.prices import cost_usd
from coach.schema import AccountContext, Drafted
from coach.store import batches, database, history, plans, slots
from coach.store.batches import Batch
from coach.store.database import Database
from coach.store.edits import apply_edits
from coach.store.records import Edit, KeptPlan
from coach.store.slots import Filled, Slot, TakenOver
from tests.support.crowd import OWN_WORD, Crowd, context_text, contexts_in, own_word
from tests.support.endpoint import Answer, Body, Endpoint, Fault, Reply, Status, in_turn
from tests.support.frozen import frozen
from tests.support.harrowgate import PLAN
from tests.support.postgres import Cluster

Serve = Callable[..., Endpoint]
MODEL = "openai:gpt-5-mini"
TODAY = dt.date(2026, 11, 29)


def opened(db: Database, folder: Path, *, budget_usd: float | None = None, effort: str = "low") -> Batch:
    """A batch of the context files of a folder, with its slots as they are now."""
    options = {"model": MODEL, "effort": effort}
    batch = batches.open_batch(db, str(folder), source=str(folder), options=options, budget_usd=budget_usd)
    found = read_sources([str(folder)], today=TODAY, on_problem=problems.append)
    fill(db, batch.id, found, Which(with_undated=True), how=(MODEL, effort))
    return batch


problems: list[Problem] = []


async def run(db: Database, batch: Batch, home: Path, *, at_once: int = 8, owner: str = "me", **more: object) -> Ended:
    limits = more.pop("limits", None) or Limits(concurrency=at_once)
    assert isinstance(limits, Limits)
    purse = Purse(db, batch.id, owner=owner)
    return await Running(db, batch.id, ledger=Ledger(home / "ledger"), limits=limits, purse=purse).run()


async def draft(db: Database, batch: Batch, home: Path, slot_id: str, *, owner: str = "me") -> SlotResult:
    purse = Purse(db, batch.id, owner=owner)
    return await draft_slot(db, slot_id, ledger=Ledger(home / "ledger"), limits=Limits(), purse=purse)


def kept(db: Database, batch: Batch) -> list[KeptPlan]:
    return [plans.load_plan(db, row.plan_id) for row in slots.rows_of(db, batch.id) if row.plan_id]


def words_on(plan: KeptPlan) -> set[str]:
    return set(OWN_WORD.findall(plan.model_dump_json()))


async def test_every_meeting_gets_one_plan_and_no_accounts_words_reach_another(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    crowd = Crowd()
    serve(crowd)
    batch = opened(db, contexts_in(tmp_path / "in", 12), effort="normal")
    ended = await run(db, batch, tmp_path, at_once=16)
    found = kept(db, batch)
    assert ended.standing.done == ended.standing.total == len(found) == len(plans.list_plans(db)) == 12
    assert sorted(map(sorted, map(words_on, found))) == [[own_word(number)] for number in range(1, 13)]
    assert not crowd.mixed
    assert {word for plan in found for word in words_on(plan)} == {own_word(number) for number in range(1, 13)}
    assert batches.get_batch(db, batch.id).state == "done"


def test_the_soonest_meetings_come_first_and_of_these_the_largest(db: Database, tmp_path: Path) -> None:
    folder = contexts_in(tmp_path / "in", 0)
    for number, amount in ((2, 10), (1, 10), (29, 5000)):  # 1 and 29: the same day
        (folder / f"{number}.md").write_text(context_text(number, amount=amount), encoding="utf-8")
    (folder / "0.md").write_text("Account: Undated Ltd\n\nDana wants to talk some day.", encoding="utf-8")
    batch = opened(db, folder)
    accounts = {row.id: row.account for row in slots.rows_of(db, batch.id)}
    claimed = [accounts[one] for one in slots.claim_next(db, batch.id, owner="me", most=4)]
    assert claimed == list(accounts.values())
    assert claimed[:3] == ["Account 29 Ltd", "Account 1 Ltd", "Account 2 Ltd"]


async def test_run_again_it_asks_nothing_and_changes_nothing(db: Database, tmp_path: Path, serve: Serve) -> None:
    endpoint = serve(Crowd())
    folder = contexts_in(tmp_path / "in", 3)
    await run(db, opened(db, folder), tmp_path)
    calls, before = endpoint.calls, plans.pulses(db, [plan.id for plan in plans.list_plans(db)])
    again = opened(db, folder)
    ended = await run(db, again, tmp_path)
    assert endpoint.calls == calls
    assert plans.pulses(db, list(before)) == before
    assert (ended.standing.done, ended.standing.total) == (3, 3)


async def test_only_a_changed_meeting_is_drafted_again_and_into_the_same_plan(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    endpoint = serve(Crowd())
    folder = contexts_in(tmp_path / "in", 3)
    await run(db, opened(db, folder), tmp_path)
    calls, before = endpoint.calls, {plan.id for plan in plans.list_plans(db)}
    changed = folder / "account00002.md"
    changed.write_text(context_text(2, more="She now needs it by 27 November."), encoding="utf-8")
    await run(db, opened(db, folder), tmp_path)
    assert {plan.id for plan in plans.list_plans(db)} == before
    asked = {word for body in endpoint.bodies[calls:] for word in OWN_WORD.findall(str(body["messages"]))}
    assert asked == {own_word(2)}
    (plan,) = [one for one in before if "27 November" in plans.load_plan(db, one).model_dump_json()]
    assert own_word(2) in plans.load_plan(db, plan).model_dump_json()


async def test_what_the_rep_has_written_noted_and_changed_survives_the_new_draft(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    serve(Crowd())
    folder = contexts_in(tmp_path / "in", 1)
    batch = opened(db, folder)
    await run(db, batch, tmp_path)
    (plan,) = kept(db, batch)
    block = next(one for one in plan.blocks if "writes by 4 December" in one.block.text)
    mine = "- Dana signs on the spot, word for word mine."
    edit = Edit(op="1", action="text", block=block.block.id, base=block.revision, text=mine)
    assert apply_edits(db, plan.id, (edit,), by="Rep")[0].result == "saved"
    note = plan.context.notes[-1].model_copy(update={"label": "L9", "text": "The rep knows better.", "source": "rep"})
    changed = plan.context.model_copy(update={"notes": (*plan.context.notes, note), "stage": "As the rep sees it"})
    plans.set_context(db, plan.id, changed)
    (folder / "account00001.md").write_text(context_text(1, more="Dana is on leave until Monday."), encoding="utf-8")
    await run(db, opened(db, folder), tmp_path)
    (plan,) = kept(db, batch)
    assert [one.block.text for one in plan.blocks if one.is_touched] == [mine]
    assert [one.block.text for one in plan.blocks].count(mine) == 1
    assert plan.context.lines["L9"].text == "The rep knows better."
    assert plan.context.stage == "As the rep sees it"
    assert any("on leave" in line.text for line in plan.context.notes)


async def test_a_slot_is_drafted_by_one_process_only(db: Database, tmp_path: Path, serve: Serve) -> None:
    endpoint = serve(Crowd(), first_token_s=0.2)
    batch = opened(db, contexts_in(tmp_path / "in", 1))
    (slot_id,) = slots.ids_of(db, batch.id)
    results = await asyncio.gather(*(draft(db, batch, tmp_path, slot_id, owner=f"process {one}") for one in range(4)))
    assert sorted(result.state for result in results) == ["done", "taken", "taken", "taken"]
    assert len(plans.list_plans(db)) == 1
    assert max(Crowd().asked.values(), default=0) <= 1
    assert endpoint.calls == batches.progress(db, batch.id).calls


async def test_a_slot_that_was_taken_over_is_not_kept_twice(db: Database, tmp_path: Path, serve: Serve) -> None:
    serve(Crowd())
    batch = opened(db, contexts_in(tmp_path / "in", 1))
    (slot_id,) = slots.ids_of(db, batch.id)
    first = slots.claim(db, slot_id, owner="fell silent")
    assert first
    slots.take_back(db, batch.id, is_gone=lambda owner: True)
    assert (await draft(db, batch, tmp_path, slot_id)).state == "done"
    with pytest.raises(TakenOver):
        slots.plan_for(db, first, first.context, given={})
    with pytest.raises(TakenOver):
        slots.end_slot(db, first, "done", slots.Outcome())
    assert len(plans.list_plans(db)) == 1


async def test_a_process_that_sleeps_just_before_it_keeps_a_plan_writes_nothing_over_who_took_over(
    db: Database, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(Crowd())
    batch = opened(db, contexts_in(tmp_path / "in", 1))
    (slot_id,) = slots.ids_of(db, batch.id)
    others: list[str] = []

    def sleep(db: Database, slot: Slot, context: AccountContext, *, given: Mapping[str, JsonValue]) -> str:
        plan_id = plan_for(db, slot, context, given=given)
        if slot.owner == "asleep":
            monkeypatch.setattr("coach.store.slots.STALE_AFTER_S", -1.0)
            others.append(asyncio.run(draft(db, batch, tmp_path, slot_id, owner="another")).state)
        return plan_id

    plan_for = slots.plan_for
    monkeypatch.setattr("coach.batch.slots.slots.plan_for", sleep)
    assert (await draft(db, batch, tmp_path, slot_id, owner="asleep")).state == "taken"
    assert others == ["done"]
    (plan,) = kept(db, batch)
    assert len(history.versions(db, plan.id)) == 1
    assert batches.progress(db, batch.id).done == 1


async def test_a_process_that_sleeps_before_it_begins_gives_no_old_notes_to_a_plan_that_has_newer_ones(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    serve(Crowd())
    folder = contexts_in(tmp_path / "in", 1)
    await run(db, opened(db, folder), tmp_path)
    (folder / "account00001.md").write_text(context_text(1, more="An old rumour."), encoding="utf-8")
    batch = opened(db, folder)
    (slot_id,) = slots.ids_of(db, batch.id)
    asleep = slots.claim(db, slot_id, owner="asleep")
    assert asleep
    (folder / "account00001.md").write_text(context_text(1, more="The news of today."), encoding="utf-8")
    opened(db, folder)
    slots.take_back(db, batch.id, is_gone=lambda owner: True)
    assert (await draft(db, batch, tmp_path, slot_id)).state == "done"
    with pytest.raises(TakenOver):
        plans.change_context(
            db, asleep.plan_id, lambda known: asleep.context, first=partial(slots.give, slot=asleep, given={})
        )
    (plan,) = kept(db, batch)
    assert any("news of today" in line.text for line in plan.context.notes)


def test_a_slot_that_a_process_claims_again_is_lost_to_its_own_earlier_claim(db: Database, tmp_path: Path) -> None:
    batch = opened(db, contexts_in(tmp_path / "in", 1))
    (slot_id,) = slots.ids_of(db, batch.id)
    earlier, later = slots.claim(db, slot_id, owner="me"), slots.claim(db, slot_id, owner="me")
    assert earlier
    assert later
    with pytest.raises(TakenOver):
        slots.end_slot(db, earlier, "done", slots.Outcome())
    slots.end_slot(db, later, "done", slots.Outcome())


def test_a_slot_is_not_done_when_its_plan_could_not_be_kept(db: Database, tmp_path: Path) -> None:
    batch = opened(db, contexts_in(tmp_path / "in", 1))
    (slot_id,) = slots.ids_of(db, batch.id)
    slot = slots.claim(db, slot_id, owner="me")
    assert slot
    end = partial(slots.end_within, slot=slot, state="done", outcome=slots.Outcome())
    with pytest.raises(InputError):
        plans.keep_drafted(db, "no such plan", Drafted(context=slot.context, plan=PLAN), [], first=end)
    assert (batches.progress(db, batch.id).running, batches.progress(db, batch.id).done) == (1, 0)


async def test_notes_that_change_while_they_are_drafted_are_drafted_again(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    folder = contexts_in(tmp_path / "in", 1)

    def changes_the_file_first(body: Body) -> Reply:
        if not (tmp_path / "once").exists():
            (tmp_path / "once").touch()
            (folder / "account00001.md").write_text(context_text(1, more="And one more site."), encoding="utf-8")
            opened(db, folder)
        return Crowd()(body)

    serve(changes_the_file_first)
    batch = opened(db, folder)
    ended = await run(db, batch, tmp_path)
    (plan,) = kept(db, batch)
    assert any("one more site" in line.text for line in plan.context.notes)
    assert batches.progress(db, batch.id).done == 1
    assert ended.stopped_by is None


async def test_a_model_that_fails_at_one_meeting_does_not_stop_the_others(
    db: Database, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.batch.slots.FIRST_WAIT_S", 0.01)
    crowd = Crowd()
    serve(lambda body: Status(500) if own_word(2) in str(body["messages"]) else crowd(body))
    monkeypatch.setattr("coach.llm.FIRST_WAIT_S", 0.01)
    batch = opened(db, contexts_in(tmp_path / "in", 3))
    ended = await run(db, batch, tmp_path)
    assert (ended.standing.done, ended.standing.failed, ended.stopped_by) == (2, 1, None)
    (failed,) = [row for row in slots.rows_of(db, batch.id) if row.state == "failed"]
    assert failed.attempts == 3
    assert "500" in failed.error
    assert plans.load_plan(db, failed.plan_id).plan.drafted_by == "builtin"


async def test_a_failed_meeting_is_tried_again_when_it_is_asked_for_again(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    serve(Crowd())
    folder = contexts_in(tmp_path / "in", 1)
    batch = opened(db, folder)
    (slot_id,) = slots.claim_next(db, batch.id, owner="me", most=1)
    slot = slots.claim(db, slot_id, owner="me")
    assert slot
    slots.end_slot(db, slot, "failed", slots.Outcome(error="no"))
    ended = await run(db, opened(db, folder), tmp_path)
    assert (ended.standing.done, ended.standing.failed) == (1, 0)


async def test_a_refused_key_stops_the_batch_at_once(db: Database, tmp_path: Path, serve: Serve) -> None:
    endpoint = serve(in_turn(Status(401, code="invalid_api_key")))
    batch = opened(db, contexts_in(tmp_path / "in", 20))
    ended = await run(db, batch, tmp_path, at_once=2)
    assert isinstance(ended.stopped_by, ModelRefused)
    assert endpoint.calls <= 8
    assert batches.get_batch(db, batch.id).state == "stopped"
    assert not plans.list_plans(db)
    assert batches.progress(db, batch.id).waiting == 20


async def test_an_endpoint_that_only_fails_stops_the_batch(
    db: Database, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.llm.FIRST_WAIT_S", 0.001)
    serve(in_turn(Status(500)))
    batch = opened(db, contexts_in(tmp_path / "in", 30))
    ended = await run(db, batch, tmp_path, at_once=2)
    assert isinstance(ended.stopped_by, ModelUnavailable)
    assert "500" in ended.stopped_by.message
    assert batches.progress(db, batch.id).done == 0


async def test_a_context_that_breaks_the_coach_fails_alone(
    db: Database, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.batch.slots.FIRST_WAIT_S", 0.01)
    serve(Crowd())
    batch = opened(db, contexts_in(tmp_path / "in", 2))

    async def breaks(context: object, options: object, ledger: object, settled: object) -> object:
        raise RecursionError

    (first, _) = slots.ids_of(db, batch.id)
    for _ in range(3):
        purse = Purse(db, batch.id, owner="me")
        ledger = Ledger(tmp_path / "ledger")
        result = await draft_slot(db, first, ledger=ledger, limits=Limits(), purse=purse, drafter=breaks)  # type: ignore[arg-type]
    assert result.state == "failed"
    assert "RecursionError" in result.outcome.error
    ended = await run(db, batch, tmp_path)
    assert (ended.standing.done, ended.standing.failed) == (1, 1)


async def test_a_database_that_is_busy_for_a_moment_loses_no_meeting(
    db: Database, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(Crowd())
    monkeypatch.setattr("coach.batch.run.TICK_S", 0.01)
    busy, claim = [StoreError("It is locked.")] * 3, slots.claim

    def claimed(*given: object, **more: object) -> object:
        if busy:
            raise busy.pop()
        return claim(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("coach.batch.slots.slots.claim", claimed)
    ended = await run(db, opened(db, contexts_in(tmp_path / "in", 4)), tmp_path)
    assert (ended.standing.done, ended.stopped_by) == (4, None)


# Money


async def test_a_process_frozen_within_a_write_does_not_hold_up_a_batch(
    postgres: Cluster, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "FROZEN_S", 3.0)
    monkeypatch.setattr("coach.batch.slots.BEATS_EVERY_S", 0.2)
    serve(Crowd())
    url = postgres.new_database(template="ready")
    with closing(database.open_database(url, busy_s=30)) as db:
        batch = opened(db, contexts_in(tmp_path / "in", 3))
        slots.claim_next(db, batch.id, owner=f"{socket.gethostname()} 999999999 gone", most=3)
        with frozen(url, "slots"):
            ended = await run(db, batch, tmp_path)
    assert ended.standing.done == 3


async def test_after_a_beat_that_the_database_missed_the_next_one_counts(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = opened(db, contexts_in(tmp_path / "in", 1))
    slots.claim_next(db, batch.id, owner="me", most=1)
    monkeypatch.setattr("coach.batch.slots.BEATS_EVERY_S", 0.01)
    with db.writing() as connection:
        connection.execute(text("ALTER TABLE slots RENAME TO away"))
    async with beating(db, "me"):
        await asyncio.sleep(0.05)
        with db.writing() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO slots"))
            connection.execute(text("UPDATE slots SET beat_at = NULL"))
        for _ in range(2000):
            if beat_at(db) is not None:
                return
            await asyncio.sleep(0.01)
    raise AssertionError("no beat any more")


def beat_at(db: Database) -> object:
    with db.reading() as connection:
        return connection.execute(text("SELECT beat_at FROM slots")).scalar()


def price_of(body: Body) -> float:
    """What a call really costs: four characters a token, whatever the endpoint says."""
    asked = len("".join(str(message["content"]) for message in body["messages"]))  # type: ignore[attr-defined]
    answer = Crowd()(body)
    assert isinstance(answer, Answer)
    usd = cost_usd(MODEL, tokens_in=asked // 4 + 1, tokens_out=len(answer.text) // 4 + 1)
    assert usd
    return usd


@pytest.mark.parametrize(
    "usage",
    [
        {},
        {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        {"prompt_tokens": -5, "completion_tokens": -5, "total_tokens": -10},
        {"prompt_tokens": 10**9, "completion_tokens": 10**9, "total_tokens": 2 * 10**9},
    ],
    ids=["not told", "nothing", "one", "less than nothing", "a billion"],
)
async def test_a_batch_never_costs_more_than_its_budget_and_one_call_whatever_usage_says(
    db: Database, tmp_path: Path, serve: Serve, usage: dict[str, int]
) -> None:
    crowd = Crowd()

    def lies(body: Body) -> Reply:
        answer = crowd(body)
        assert isinstance(answer, Answer)
        return replace(answer, usage=usage)

    endpoint = serve(lies)
    batch = opened(db, contexts_in(tmp_path / "in", 30), budget_usd=0.015)
    ended = await run(db, batch, tmp_path, at_once=20)
    paid = [price_of(body) for body in endpoint.bodies]
    assert isinstance(ended.stopped_by, BudgetSpent)
    assert sum(paid) <= 0.015 + max(paid)
    assert sum(paid) >= 0.005
    drafted = batches.progress(db, batch.id).done
    assert 0 < drafted < 30
    assert len(plans.list_plans(db)) == drafted


async def test_when_a_budget_ends_hardly_a_plan_is_half_paid(db: Database, tmp_path: Path, serve: Serve) -> None:
    crowd = Crowd()
    endpoint = serve(crowd, first_token_s=0.05)
    batch = opened(db, contexts_in(tmp_path / "in", 40), budget_usd=0.02)
    ended = await run(db, batch, tmp_path, at_once=30)
    assert isinstance(ended.stopped_by, BudgetSpent)
    of_plans_usd = batches.progress(db, batch.id).cost_usd
    paid_usd = sum(price_of(body) for body in endpoint.bodies)
    assert of_plans_usd >= 0.75 * paid_usd


async def test_two_hundred_calls_at_once_overrun_a_budget_by_one_call_at_most(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    crowd = Crowd()

    def lies(body: Body) -> Reply:
        answer = crowd(body)
        assert isinstance(answer, Answer)
        return replace(answer, usage={"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2})

    endpoint = serve(lies, first_token_s=0.3)
    batch = opened(db, contexts_in(tmp_path / "in", 200), budget_usd=0.1)
    purse, limits, ledger = Purse(db, batch.id, owner="me"), Limits(concurrency=200), Ledger(tmp_path / "ledger")
    work = partial(draft_slot, db, ledger=ledger, limits=limits, purse=purse)
    ended = await asyncio.gather(*(work(slot_id) for slot_id in slots.claim_next(db, batch.id, owner="me", most=200)))
    paid = [price_of(body) for body in endpoint.bodies]
    assert any(isinstance(one.stopped_by, BudgetSpent) for one in ended)
    assert 0.05 < sum(paid) <= 0.1 + max(paid)


async def test_a_larger_budget_goes_on_and_pays_for_nothing_twice(db: Database, tmp_path: Path, serve: Serve) -> None:
    crowd = Crowd()
    serve(crowd)
    folder = contexts_in(tmp_path / "in", 8)
    first = opened(db, folder, budget_usd=0.004)
    assert (await run(db, first, tmp_path)).stopped_by
    second = opened(db, folder, budget_usd=1.0)
    assert second.id == first.id
    ended = await run(db, second, tmp_path)
    assert ended.stopped_by is None
    assert ended.standing.done == 8
    assert crowd.repeated == 0


# Stopping


async def test_stopped_it_finishes_calls_under_way_keeps_them_and_goes_on_later(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    crowd = Crowd()
    endpoint = serve(crowd, first_token_s=0.3)
    batch = opened(db, contexts_in(tmp_path / "in", 6))
    purse = Purse(db, batch.id, owner="me")
    running = Running(db, batch.id, ledger=Ledger(tmp_path / "ledger"), limits=Limits(concurrency=4), purse=purse)
    work = asyncio.create_task(running.run())
    while endpoint.calls < 6:  # noqa: ASYNC110  # the endpoint knows no event of this loop
        await asyncio.sleep(0.01)
    running.stop()
    ended = await work
    assert ended.is_interrupted
    assert len(endpoint.answered) == endpoint.calls
    assert batches.progress(db, batch.id).running == 0
    assert batches.get_batch(db, batch.id).state == "stopped"
    again = await run(db, opened(db, tmp_path / "in"), tmp_path)
    assert again.standing.done == 6
    assert crowd.repeated == 0


async def test_stopped_twice_it_does_not_wait_for_calls_under_way(db: Database, tmp_path: Path, serve: Serve) -> None:
    endpoint = serve(lambda body: Fault("hang"))
    batch = opened(db, contexts_in(tmp_path / "in", 3))
    purse = Purse(db, batch.id, owner="me")
    running = Running(db, batch.id, ledger=Ledger(tmp_path / "ledger"), limits=Limits(concurrency=2), purse=purse)
    work = asyncio.create_task(running.run())
    while endpoint.calls < 2:  # noqa: ASYNC110  # the endpoint knows no event of this loop
        await asyncio.sleep(0.01)
    running.stop()
    running.stop()
    assert (await asyncio.wait_for(work, 20)).is_interrupted
    assert batches.progress(db, batch.id).waiting == 3


async def test_a_slot_that_is_drained_waits_again_and_does_not_count(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    serve(Crowd())
    batch = opened(db, contexts_in(tmp_path / "in", 1))
    (slot_id,) = slots.ids_of(db, batch.id)
    limits = Limits()
    limits.drain()
    purse = Purse(db, batch.id, owner="me")
    with pytest.raises(Draining):
        await draft_slot(db, slot_id, ledger=Ledger(tmp_path / "ledger"), limits=limits, purse=purse)
    (row,) = slots.rows_of(db, batch.id)
    assert (row.state, row.attempts) == ("waiting", 0)


def test_wishes_are_told_apart_into_new_changed_and_as_before(db: Database, tmp_path: Path) -> None:
    folder = contexts_in(tmp_path / "in", 3)
    batch = opened(db, folder)
    (folder / "account00002.md").write_text(context_text(2, more="More."), encoding="utf-8")
    (folder / "account00009.md").write_text(context_text(9), encoding="utf-8")
    found = fill(
        db,
        batch.id,
        read_sources([str(folder)], today=TODAY + dt.timedelta(days=1), on_problem=problems.append),
        Which(with_undated=True),
        how=(MODEL, "low"),
    )
    assert found.filled == Filled(new=1, changed=1, same=2)
