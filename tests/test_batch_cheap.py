"""Plans by way of OpenAI's Batch API, against a local server that behaves as it is documented."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from coach.batch.cheap import run_cheaply
from coach.batch.run import Ended
from coach.batch.which import Which, fill, read_sources
from coach.errors import BudgetSpent, InputError, ModelNotConfigured, ModelRefused
from coach.ledger import Ledger
from coach.prices import cost_usd
from coach.store import batches, plans, slots
from coach.store.batches import Batch
from coach.store.database import Database, open_database
from tests.support.batch_api import BatchServer
from tests.support.crowd import OWN_WORD, Crowd, contexts_in, own_word
from tests.support.endpoint import Answer, Body, Reply, Status
from tests.support.writer import task_of

Serve = Callable[..., BatchServer]
MODEL = "openai:gpt-5-mini"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'coach.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    running: list[BatchServer] = []

    def start(*given: object, **more: object) -> BatchServer:
        server = BatchServer(*given, **more).__enter__()  # type: ignore[arg-type]
        running.append(server)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-real-key")
        return server

    monkeypatch.setattr("coach.batch.batch_api.FIRST_WAIT_S", 0.01)
    yield start
    for server in running:
        server.__exit__(None, None, None)


def opened(db: Database, tmp_path: Path, count: int, *, effort: str = "low", **more: float) -> Batch:
    folder = contexts_in(tmp_path / "in", count)
    options = {"model": MODEL, "effort": effort}
    batch = batches.open_batch(db, "key", source="here", options=options, budget_usd=more.get("budget_usd"))
    found = read_sources([str(folder)], today=dt.date(2026, 11, 29), on_problem=print)
    fill(db, batch.id, found, Which(with_undated=True), how=(effort,))
    return batch


async def run(db: Database, batch: Batch, tmp_path: Path, told: list[str] | None = None) -> Ended:
    tell = told.append if told is not None else lambda sentence: None
    ledger = Ledger(tmp_path / "ledger")
    return await run_cheaply(db, batch.id, ledger=ledger, home=tmp_path, tell=tell, poll_s=0.001)


def words(db: Database) -> list[list[str]]:
    found = [plans.load_plan(db, row.id) for row in plans.list_plans(db)]
    return sorted(sorted(set(OWN_WORD.findall(plan.model_dump_json()))) for plan in found)


async def test_every_meeting_gets_its_plan_in_rounds_of_calls_that_are_asked_once(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    crowd = Crowd()
    server = serve(crowd)
    batch, told = opened(db, tmp_path, 4, effort="normal"), []
    ended = await run(db, batch, tmp_path, told)
    assert (ended.standing.done, ended.stopped_by) == (4, None), told
    assert words(db) == [[own_word(number)] for number in range(1, 5)]
    assert crowd.repeated == 0
    assert not crowd.mixed
    assert 4 <= len(server.batches) <= 13
    assert any(sentence.startswith("Round 1: 4 calls") for sentence in told)


async def test_it_costs_half(db: Database, tmp_path: Path, serve: Serve) -> None:
    server = serve(Crowd())
    ended = await run(db, opened(db, tmp_path, 2), tmp_path)
    usual = 0.0
    for body in server.asked:
        answer = Crowd()(body)
        assert isinstance(answer, Answer)
        tokens_in = len(str(body["messages"])) // 4
        usual += cost_usd(MODEL, tokens_in=tokens_in, tokens_out=len(answer.text) // 4) or 0
    assert ended.standing.cost_usd == pytest.approx(usual / 2, rel=0.05)
    assert batches.progress(db, plans_batch(db)).cost_usd == pytest.approx(usual / 2, rel=0.05)


def plans_batch(db: Database) -> str:
    return batches.list_batches(db)[0].id


async def test_what_is_answered_without_the_batch_api_is_not_asked_again(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    server = serve(Crowd())
    await run(db, opened(db, tmp_path, 2), tmp_path)
    asked = len(server.asked)
    other = open_database(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    ended = await run(other, opened(other, tmp_path, 2), tmp_path)
    other.close()
    assert ended.standing.done == 2
    assert len(server.asked) == asked


async def test_requests_that_expire_are_asked_again(db: Database, tmp_path: Path, serve: Serve) -> None:
    expired: list[str] = []

    def expires(body: Body) -> bool:
        is_first = own_word(1) in str(body) and not expired
        expired.extend(["once"] if is_first else [])
        return is_first

    server = serve(Crowd(), expires=expires)
    ended = await run(db, opened(db, tmp_path, 3), tmp_path)
    assert ended.standing.done == 3
    assert [batch["status"] for batch in server.batches.values()].count("expired") == 1


async def test_a_call_that_is_refused_twice_fails_its_meeting_and_no_other(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    crowd = Crowd()
    serve(lambda body: Status(400, code="invalid_prompt") if own_word(2) in str(body["messages"]) else crowd(body))
    batch = opened(db, tmp_path, 3)
    ended = await run(db, batch, tmp_path)
    assert (ended.standing.done, ended.standing.failed) == (2, 1)
    (failed,) = [row for row in slots.rows_of(db, batch.id) if row.state == "failed"]
    assert "no usable answer" in failed.error


async def test_an_answer_that_was_cut_short_is_asked_again_with_twice_the_room(
    db: Database, tmp_path: Path, serve: Serve
) -> None:
    crowd, rooms = Crowd(), []

    def short_at_first(body: Body) -> Reply:
        answer = crowd(body)
        assert isinstance(answer, Answer)
        if task_of(body).startswith("TASK: prepare me"):
            rooms.append(body["max_completion_tokens"])
            return replace(answer, finish_reason="length") if len(rooms) == 1 else answer
        return answer

    serve(short_at_first)
    ended = await run(db, opened(db, tmp_path, 1), tmp_path)
    assert ended.standing.done == 1
    assert rooms == [3200, 6400]


@pytest.mark.parametrize("place", ["POST /v1/files", "POST /v1/batches", "GET /v1/batches/", "GET /v1/files"])
async def test_killed_at_any_step_it_goes_on_and_posts_nothing_twice(
    db: Database, tmp_path: Path, serve: Serve, place: str
) -> None:
    crowd = Crowd()
    server = serve(crowd)
    server.failures[place] = [Status(400)]
    batch = opened(db, tmp_path, 3)
    assert isinstance((await run(db, batch, tmp_path)).stopped_by, ModelRefused)
    assert (await run(db, opened(db, tmp_path, 3), tmp_path)).standing.done == 3
    assert crowd.repeated == 0


async def test_killed_between_posting_and_noting_it_the_batch_is_found_again(
    db: Database, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd()
    server = serve(crowd)
    batch = opened(db, tmp_path, 3)

    class Killed(BaseException):
        pass

    def dies(parcel: object, posted: str) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("coach.batch.outbox.Parcel.note_posted", dies)
        with pytest.raises(Killed):
            await run(db, batch, tmp_path)
    for _ in range(3):
        server.create({"endpoint": "e", "input_file_id": "file-1", "completion_window": "24h", "metadata": {}})
    assert (await run(db, opened(db, tmp_path, 3), tmp_path)).standing.done == 3
    assert crowd.repeated == 0


async def test_a_busy_api_is_asked_again_and_a_refused_key_is_said(db: Database, tmp_path: Path, serve: Serve) -> None:
    server = serve(Crowd())
    server.failures["POST /v1/batches"] = [Status(429, headers={"Retry-After": "0.01"}), Status(500)]
    assert (await run(db, opened(db, tmp_path, 1), tmp_path)).standing.done == 1
    server.failures["POST /v1/files"] = [Status(401)]
    (tmp_path / "in" / "account00001.md").unlink()
    contexts_in(tmp_path / "in", 1, first=7)
    ended = await run(db, opened(db, tmp_path, 0), tmp_path)
    assert isinstance(ended.stopped_by, ModelRefused)
    assert "does not accept the key" in ended.stopped_by.message


async def test_a_file_that_the_api_does_not_take_is_said_and_nothing_is_kept_of_it(
    db: Database, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(Crowd())
    batch = opened(db, tmp_path, 1)
    with monkeypatch.context() as patched:
        patched.setattr("coach.batch.outbox.ENDPOINT", "/v1/elsewhere")
        ended = await run(db, batch, tmp_path)
    assert isinstance(ended.stopped_by, ModelRefused)
    assert "invalid_url" in ended.stopped_by.message
    assert (await run(db, opened(db, tmp_path, 1), tmp_path)).standing.done == 1


@pytest.mark.parametrize("usage", [{}, {"prompt_tokens": 0}, {"prompt_tokens": 10**9, "completion_tokens": 10**9}])
async def test_a_budget_holds_whatever_usage_says_and_a_larger_one_goes_on(
    db: Database, tmp_path: Path, serve: Serve, usage: dict[str, object]
) -> None:
    crowd = Crowd()

    def lies(body: Body) -> Reply:
        answer = crowd(body)
        assert isinstance(answer, Answer)
        return replace(answer, usage=usage)

    serve(lies)
    ended = await run(db, opened(db, tmp_path, 12, budget_usd=0.004), tmp_path)
    assert isinstance(ended.stopped_by, BudgetSpent)
    assert 0 < ended.standing.cost_usd <= 0.004
    ended = await run(db, opened(db, tmp_path, 12, budget_usd=2.0), tmp_path)
    assert (ended.standing.done, crowd.repeated) == (12, 0)


async def test_stopped_while_it_waits_it_goes_on_waiting_later(db: Database, tmp_path: Path, serve: Serve) -> None:
    import os
    import signal

    server = serve(Crowd(), looks=10_000)
    batch = opened(db, tmp_path, 2)
    work = asyncio.create_task(run(db, batch, tmp_path))
    while not server.batches:  # noqa: ASYNC110  # the server knows no event of this loop
        await asyncio.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)
    ended = await work
    assert ended.is_interrupted
    server.looks = 2
    assert (await run(db, opened(db, tmp_path, 2), tmp_path)).standing.done == 2
    assert len({batch["metadata"]["coach"] for batch in server.batches.values()}) == len(server.batches)


async def test_only_openais_models_and_only_with_a_key(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = opened(db, tmp_path, 1)
    with pytest.raises(ModelNotConfigured, match="OPENAI_API_KEY"):
        await run(db, batch, tmp_path)
    other = batches.open_batch(db, "other", source="", options={"model": "mistralai:small"})
    with pytest.raises(InputError, match="OpenAI"):
        await run(db, other, tmp_path)
