"""The door to models: what is sent, heard, counted and kept."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from coach.errors import BudgetSpent, ModelNotConfigured
from coach.ledger import Ledger
from coach.llm import Models, Request, full_name
from coach.schema import Run
from tests.support.endpoint import Answer, Endpoint, in_turn

MODEL = "openai:gpt-4o-mini"
REQUEST = Request("page", "You coach.", "L1 Tom wants the report.\n\nWrite the page.", "abc123", 500)
Serve = Callable[..., Endpoint]


class Ear:
    """Hears what a listener hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.voids = 0

    def text(self, delta: str) -> None:
        self.heard.append(delta)

    def again(self) -> None:
        self.heard.clear()
        self.voids += 1

    @property
    def all(self) -> str:
        return "".join(self.heard)


async def test_answer_streams_to_the_listener_and_comes_back_whole(serve: Serve) -> None:
    serve(in_turn(Answer("# Decides\n\nWhether Tom believes the cause.")))
    ear = Ear()
    completion = await Models(deadline_s=5).ask(MODEL, REQUEST, listener=ear)
    assert completion.text == "# Decides\n\nWhether Tom believes the cause."
    assert ear.all == completion.text
    assert len(ear.heard) > 5


async def test_request_is_two_messages_and_asks_for_text_only(serve: Serve) -> None:
    endpoint = serve(in_turn(Answer()))
    await Models(deadline_s=5).ask(MODEL, REQUEST)
    [body] = endpoint.bodies
    assert body["messages"] == [
        {"role": "system", "content": REQUEST.system},
        {"role": "user", "content": REQUEST.user},
    ]
    assert body["model"] == "gpt-4o-mini"
    assert body["max_tokens"] == 500
    assert not {"response_format", "tools", "functions", "tool_choice"} & body.keys()
    assert endpoint.paths == ["/v1/chat/completions"]


async def test_a_name_that_would_switch_protocols_still_uses_chat_completions(serve: Serve) -> None:
    endpoint = serve(in_turn(Answer()))
    await Models(deadline_s=5).ask("openai:gpt-5.5-pro-codex", REQUEST)
    assert endpoint.paths == ["/v1/chat/completions"]


async def test_run_tells_tokens_cost_and_time(serve: Serve) -> None:
    usage = {"prompt_tokens": 40, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 30}}
    serve(in_turn(Answer(usage={**usage, "total_tokens": 60})))
    runs: list[Run] = []
    completion = await Models(deadline_s=5, on_run=runs.append).ask(MODEL, REQUEST)
    run = completion.run
    assert runs == [run]
    assert (run.tokens_in, run.tokens_in_cached, run.tokens_out) == (40, 30, 20)
    assert (run.call, run.prompt_hash, run.model, run.ended, run.attempts) == ("page", "abc123", MODEL, "ok", 1)
    assert not run.tokens_are_estimated
    assert run.cost_usd == pytest.approx(10 * 0.15e-6 + 30 * 0.075e-6 + 20 * 0.6e-6)
    assert run.first_token_s is not None
    assert 0 < run.first_token_s <= run.seconds


async def test_unknown_price_is_none_and_not_zero(serve: Serve) -> None:
    serve(in_turn(Answer()))
    assert (await Models(deadline_s=5).ask("openai:my-own-model", REQUEST)).run.cost_usd is None


async def test_second_ask_is_answered_by_the_ledger_and_heard_too(serve: Serve, tmp_path: Path) -> None:
    endpoint = serve(in_turn(Answer("Heard twice, paid once. " * 40)))
    models = Models(ledger=Ledger(tmp_path), deadline_s=5)
    first = await models.ask(MODEL, REQUEST)
    ear = Ear()
    second = await models.ask("gpt-4o-mini", REQUEST, listener=ear)
    assert endpoint.calls == 1
    assert second.text == first.text == ear.all
    assert len(ear.heard) > 1
    assert second.run == first.run.model_copy(update={"is_from_ledger": True})


async def test_again_please_asks_the_model_again(serve: Serve, tmp_path: Path) -> None:
    endpoint = serve(in_turn(Answer("one"), Answer("two")))
    models = Models(ledger=Ledger(tmp_path), deadline_s=5)
    await models.ask(MODEL, REQUEST)
    assert (await models.ask(MODEL, replace(REQUEST, attempt=1))).text == "two"
    assert endpoint.calls == 2


async def test_budget_stops_before_the_call_that_may_pass_it(serve: Serve) -> None:
    endpoint = serve(in_turn(Answer("x" * 400)))
    models = Models(deadline_s=5, budget_usd=0.0004)
    await models.ask(MODEL, REQUEST)
    with pytest.raises(BudgetSpent, match="page"):
        await models.ask(MODEL, replace(REQUEST, max_tokens=1000))
    assert endpoint.calls == 1


def test_one_process_may_run_several_event_loops(serve: Serve) -> None:
    endpoint = serve(in_turn(Answer()))
    models = Models(deadline_s=20)
    for _ in range(2):
        asyncio.run(models.ask(MODEL, REQUEST))
    assert endpoint.calls == 2


def test_bare_name_is_openais_and_unknown_provider_is_refused() -> None:
    assert full_name("gpt-4o") == "openai:gpt-4o"
    assert full_name("ollama:llama3:8b") == "ollama:llama3:8b"
    with pytest.raises(ModelNotConfigured) as caught:
        full_name("llama3:8b")
    assert "openai:llama3:8b" in caught.value.hint
    with pytest.raises(ModelNotConfigured):
        full_name("openai:")


async def test_missing_package_names_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
    with pytest.raises(ModelNotConfigured, match=r"pip install meeting-coach\[anthropic\]"):
        await Models(deadline_s=5).ask("anthropic:claude", REQUEST)


async def test_missing_key_names_its_variable() -> None:
    with pytest.raises(ModelNotConfigured, match="OPENAI_API_KEY"):
        await Models(deadline_s=5).ask(MODEL, REQUEST)


async def test_azure_asks_its_deployment(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = serve(in_turn(Answer("From Azure.")))
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", endpoint.url.removesuffix("/v1"))
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure-test-key")
    monkeypatch.setenv("OPENAI_API_VERSION", "2025-01-01")
    monkeypatch.delenv("OPENAI_BASE_URL")
    completion = await Models(deadline_s=5).ask("azure_openai:our-deployment", REQUEST)
    assert completion.text == "From Azure."
    assert endpoint.paths == ["/openai/deployments/our-deployment/chat/completions?api-version=2025-01-01"]


async def test_questions_may_be_asked_at_once(serve: Serve) -> None:
    endpoint = serve(lambda body: Answer(str(body["messages"][1]["content"])))
    models = Models(deadline_s=10)
    requests = [replace(REQUEST, user=f"Block B{number}") for number in range(8)]
    completions = await asyncio.gather(*(models.ask(MODEL, request) for request in requests))
    assert [completion.text for completion in completions] == [request.user for request in requests]
    assert endpoint.calls == 8


async def test_local_server_needs_no_key(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(in_turn(Answer("local")))
    monkeypatch.delenv("OPENAI_API_KEY")
    assert (await Models(deadline_s=5).ask("openai:llama3", REQUEST)).text == "local"


async def test_tracing_in_the_environment_sends_no_notes_anywhere(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(in_turn(Answer()))
    made: list[object] = []
    monkeypatch.setattr("langsmith.Client.__init__", lambda self, *args, **options: made.append(self))
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")
    await Models(deadline_s=5).ask(MODEL, REQUEST)
    assert made == []


def test_importing_the_door_imports_nothing_heavy() -> None:
    code = (
        "import sys, coach.llm; print([m for m in sys.modules if m.split('.')[0] in "
        "('langchain', 'langchain_core', 'langchain_openai', 'openai', 'httpx2', 'genai_prices', 'langsmith')])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
