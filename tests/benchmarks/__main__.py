"""`make bench`: what a rep waits for, what a plan costs, what our own code adds.

`python -m tests.benchmarks browser`: only what is measured in a browser.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from coach import builtin
from coach.brief import Brief
from coach.checks import check_page
from coach.context import parse_context, read_context
from coach.events import BlockDone, Event, TextArrived
from coach.grounding import ground
from coach.llm import CHARS_PER_TOKEN, Models, Request
from coach.prices import cost_usd
from coach.schema import AccountContext, Drafted, Groundwork, MeetingPlan, Run
from coach.workflow import Options, plan_meeting
from tests.benchmarks.evals import replayed_suite
from tests.benchmarks.figures import line
from tests.benchmarks.in_browser import in_browser
from tests.benchmarks.served import EXAMPLE, PLAIN, requests, served
from tests.support.recorded import Recorded

ROOT = Path(__file__).parent.parent.parent
MODEL = "openai:scripted"
FIRST_TOKEN_S, TOKENS_PER_S = 0.5, 60.0
PRICED = ("openai:gpt-5", "openai:gpt-5-mini")
OPTIONS = Options(model=MODEL, depth="standard")
REPEATS = 5
GROUNDWORK, PAGE = (Recorded(EXAMPLE).text(call) for call in ("groundwork", "page"))


def main() -> None:
    os.environ["COACH_HOME"] = tempfile.mkdtemp()
    if "browser" in sys.argv:
        in_browser()
        return
    context = read_context(ROOT / "examples" / f"{EXAMPLE}.md")
    asyncio.run(waiting(context))
    asyncio.run(own_cpu(context))
    without_model()
    start_up()
    replayed_suite()
    in_browser()


async def waiting(context: AccountContext) -> None:
    """What is on the screen when, at a usual provider's pace."""
    print(f"\nOn a scripted endpoint: {FIRST_TOKEN_S} s to the first token, {TOKENS_PER_S:g} tokens a second a stream")
    with served(first_token_s=FIRST_TOKEN_S, tokens_per_s=TOKENS_PER_S) as connection:
        await plain(400)  # imports, once a process
        heard: list[tuple[float, Event]] = []
        began = time.monotonic()
        drafted = await plan_meeting(
            context, options=OPTIONS, on_event=lambda event: heard.append((time.monotonic(), event))
        )
        all_done_s = time.monotonic() - began
        asked = requests(connection)
        first = asked[0][1] + FIRST_TOKEN_S
        line("first text after the first token", heard_at(heard, TextArrived, "groundwork")[0] - first, "s", 0.3)
        line("a block after its last token, worst", worst_block(heard, asked), "s", 0.2)
        first_page_s = heard_at(heard, BlockDone, "page")[-1] - began
        line(
            "first page / a plain completion of groundwork and page",
            first_page_s / await plain(len(GROUNDWORK + PAGE)),
            "",
            1.05,
        )
        written = sum(run.tokens_out for run in drafted.runs) * CHARS_PER_TOKEN
        line("all done / a plain completion of all output tokens", all_done_s / await plain(written), "", 0.85)
        tokens(drafted)


async def plain(characters: int) -> float:
    """Seconds of one completion of that length through the same door."""
    began = time.monotonic()
    await Models(deadline_s=600).ask(MODEL, Request("plain", "", f"{PLAIN}{characters}", "", 4000))
    return time.monotonic() - began


def heard_at(heard: list[tuple[float, Event]], kind: type[Event], stage: str) -> list[float]:
    return [when for when, event in heard if isinstance(event, kind) and getattr(event, "stage", "") == stage]


def worst_block(heard: list[tuple[float, Event]], asked: list[tuple[str, float]]) -> float:
    """The longest time from when the endpoint sent a block's last token to when the block was told."""
    (sent,) = [when for task, when in asked if task.startswith("TASK: prepare me")]
    late, place = [], 0
    for when, event in heard:
        if isinstance(event, BlockDone) and event.stage == "page":
            place = PAGE.index(event.block.text, place) + len(event.block.text)
            late.append(when - (sent + FIRST_TOKEN_S + (1 + place / CHARS_PER_TOKEN) / TOKENS_PER_S))
    return max(late)


def tokens(drafted: Drafted) -> None:
    """Input and output of a plan, with a provider's prefix cache and without, in dollars."""
    calls = [run for run in drafted.runs if not run.is_from_ledger]
    into, out = sum(run.tokens_in for run in calls), sum(run.tokens_out for run in calls)
    cached = len(Brief(drafted.context).material) // CHARS_PER_TOKEN * (len(calls) - 1)
    line(f"input tokens of {len(calls)} calls (670 words of notes)", into, "")
    line("of these a shared beginning, asked for again", cached, "")
    line("output tokens", out, "")
    for model in PRICED:
        whole = cost_usd(model, tokens_in=into, tokens_out=out)
        with_cache = cost_usd(model, tokens_in=into, tokens_out=out, tokens_in_cached=cached)
        if whole is not None and with_cache is not None:
            line(f"{model}: without a prefix cache", whole, "USD")
            line(f"{model}: with it", with_cache, "USD")


async def own_cpu(context: AccountContext) -> None:
    """Processor time of a plan beyond bare LangChain streams of the same texts."""
    print("\nOur own work, as fast as the endpoint can")
    with served(first_token_s=0.0, tokens_per_s=None):
        runs = (await plan_meeting(context, options=OPTIONS)).runs
        ours, bare = [], []
        for _ in range(REPEATS):
            ours.append(await cpu_s(lambda: plan_meeting(context, options=OPTIONS)))
            bare.append(await cpu_s(lambda: bare_streams(runs)))
        line("a plan, processor time", statistics.median(ours) * 1000, "ms")
        line("bare LangChain streams of the same tokens", statistics.median(bare) * 1000, "ms")
        line("the difference", (statistics.median(ours) - statistics.median(bare)) * 1000, "ms", 60)


async def cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    await work()  # type: ignore[misc]  # each gives an awaitable
    return time.process_time() - began


async def bare_streams(runs: tuple[Run, ...]) -> None:
    from langchain_core.messages import HumanMessage
    from langchain_openai import ChatOpenAI

    for run in runs:
        chat = ChatOpenAI(model="scripted", use_responses_api=False, stream_usage=True, max_retries=0)
        async for _ in chat.astream([HumanMessage(f"{PLAIN}{run.tokens_out * CHARS_PER_TOKEN}")]):
            pass


def without_model() -> None:
    print("\nWithout a model")
    notes = (ROOT / "examples" / "demo_for_five.md").read_text(encoding="utf-8")
    front, body = notes.split("---\n", 2)[1:]
    contexts = [
        parse_context(f"---\n{front}---\n" + unlike(body, draft=n, words=2000), folder=ROOT / "examples")
        for n in range(REPEATS)
    ]
    words = sum(len(one.text.split()) for one in contexts[0].notes)
    builtin.draft_plan(contexts[0], builtin.work_out(contexts[0]))
    took = [processor_s(partial(drafted, one)) for one in contexts[1:]]
    what = f"builtin draft of {words} words of notes, each for the first time"
    line(what, statistics.median(took) * 1000, "ms", 50)
    context = contexts[1]
    plan = builtin.draft_plan(context, builtin.work_out(context))
    groundwork = builtin.work_out(context)
    checked = [processor_s(lambda: checks(plan, context, groundwork)) for _ in range(REPEATS)]
    line("all rules and grounding of a plan", statistics.median(checked) * 1000, "ms", 10)


def unlike(body: str, *, draft: int, words: int) -> str:
    """That many words of notes, no line of them as in another draft, so that nothing is known before."""
    rows: list[str] = []
    for copy in count():
        for row in (*body.split("\n"), ""):
            rows.append(
                row.replace("1", str(draft + copy)) + (f" and q{chr(97 + draft)}{chr(97 + copy)}" if row else "")
            )
            words -= len(rows[-1].split())
            if words <= 0:
                return "\n".join(rows)
    raise AssertionError("notes never end")


def drafted(context: AccountContext) -> MeetingPlan:
    return builtin.draft_plan(context, builtin.work_out(context))


def checks(plan: MeetingPlan, context: AccountContext, groundwork: Groundwork) -> None:
    check_page(plan.model_copy(update={"blocks": ground(plan.blocks, context)}), context, groundwork)


def processor_s(work: Callable[[], object]) -> float:
    """Processor time, which does not count what else the machine does."""
    began = time.process_time()
    work()
    return time.process_time() - began


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def start_up() -> None:
    print("\nStart")
    took = [
        seconds(lambda: subprocess.run([sys.executable, "-m", "coach.cli", "--help"], capture_output=True, check=True))
        for _ in range(REPEATS)
    ]
    bare = [
        seconds(lambda: subprocess.run([sys.executable, "-c", "import typer, pydantic"], check=True))
        for _ in range(REPEATS)
    ]
    line("coach --help / python importing typer and pydantic", statistics.median(took) / statistics.median(bare), "")


if __name__ == "__main__":
    main()
