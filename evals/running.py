"""One run from its question to its folder: what is missing, what it costs, the samples, the scores, the pages."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from coach.errors import BudgetSpent, InputError
from coach.prompts import prompt, prompt_names
from evals.forked import done_apart, processes_for, rows_apart
from evals.jobs import Job
from evals.live import Live, estimate
from evals.places import RECORDINGS, RUNS
from evals.recordings import Recorded, Roles, keep_recorded, recorded
from evals.replay import garbage_seldom_sought, not_recorded, prepared, sentences
from evals.runs import Row, Run, folder_of, save
from evals.suite import Asked, Data, data_for, jobs_for

AT_ONCE = 4
PAGES = "pages"
MOST_PROCESSES = 8
"""Each reads all the datasets first: more would wait longer than they work."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """Where a run finds its recordings and leaves what it found."""

    runs: Path = RUNS
    recordings: Path = RECORDINGS


@dataclass(frozen=True)
class LiveOptions:
    roles: Roles
    max_usd: float | None
    timeout_s: float = 3600.0
    at_once: int = AT_ONCE
    provenance: str = ""
    is_recorded: bool = False
    """Whether what was answered goes into the repository's recordings."""
    is_timed: bool = True


def replay(
    name: str, asked: Asked, *, place: Place, tell: Tell, skips_missing: bool = False, processes: int = 1
) -> Run:
    """A run on recordings. Where some are missing it ends before it began, unless those are to be left out.

    `processes`: over which the work is shared out; with one it is done here. Raises InputError for faulty datasets.
    """
    if processes > 1:
        with processes_for(asked, place.recordings, count=min(processes, MOST_PROCESSES)) as pool:
            return _replayed(name, asked, pool, place=place, tell=tell, skips_missing=skips_missing)
    with garbage_seldom_sought():
        return _replayed(name, asked, None, place=place, tell=tell, skips_missing=skips_missing)


def _replayed(
    name: str, asked: Asked, pool: ProcessPoolExecutor | None, *, place: Place, tell: Tell, skips_missing: bool
) -> Run:
    ready = prepared(asked, place.recordings)
    jobs: Sequence[Job]
    if pool:
        jobs, lacking = done_apart(pool, ready, asked, place.recordings)
    else:
        jobs, lacking = ready.jobs, asyncio.run(not_recorded(ready))
    missing = sentences(lacking, folder=place.recordings)
    for sentence in missing:
        tell(sentence)
    if missing and not skips_missing:
        return _saved(Run(name=name, missing=missing, prompts=_prompts()), place)
    jobs = [job for job in jobs if job.recording not in lacking]
    return _run(name, jobs, place, ready.roles, missing=missing, at_once=AT_ONCE, pool=pool)


def live(name: str, asked: Asked, options: LiveOptions, *, place: Place, tell: Tell) -> Run:
    """A run with models: cost first, then the calls that are not answered yet.

    Raises:
        BudgetSpent: what is left to ask costs more than the cap.
        InputError: faulty datasets.
    """
    data = data_for(asked)
    ledger = place.runs / "ledger"
    left = _left_to_ask(asked, data, options, place, ledger)
    cost = estimate(left, options.roles)
    tell(str(cost) if left else "Everything is answered already; nothing is asked.")
    if options.max_usd is not None and (cost.usd or 0.0) > options.max_usd:
        raise BudgetSpent(
            f"That is more than --max-usd {options.max_usd:g}.",
            hint="Raise --max-usd, or narrow with --only or --task.",
        )
    source = _live_source(options, place, ledger)
    jobs = jobs_for(asked, data, source, options.roles)
    run = _run(name, jobs, place, options.roles, at_once=options.at_once, is_live=True)
    tell(f"{source.asked} calls were asked; ${source.purse.committed_usd:.2f} at known prices.")
    if options.is_recorded:
        _record(run, jobs, asked, source, options, place, tell)
    return run


def _live_source(options: LiveOptions, place: Place, ledger: Path) -> Live:
    return Live(
        ledger,
        cap_usd=options.max_usd,
        timeout_s=options.timeout_s,
        provenance=options.provenance,
        folder=place.recordings,
    )


def _left_to_ask(asked: Asked, data: Data, options: LiveOptions, place: Place, ledger: Path) -> list[Job]:
    """Jobs some of whose calls are not answered yet: found by doing them with a ledger that asks nobody."""
    dry = _live_source(options, place, ledger)
    dry.asks_nobody = True
    jobs = [job for job in jobs_for(asked, data, dry, options.roles) if job.recording]
    asyncio.run(_tried(jobs))
    return [job for job in jobs if job.recording in dry.unanswered]


async def _tried(jobs: Sequence[Job]) -> None:
    await asyncio.gather(*(job.result() for job in jobs), return_exceptions=True)


def _run(
    name: str,
    jobs: Sequence[Job],
    place: Place,
    roles: Roles | None,
    *,
    at_once: int,
    missing: tuple[str, ...] = (),
    is_live: bool = False,
    pool: ProcessPoolExecutor | None = None,
) -> Run:
    folder = folder_of(name, place.runs)
    rows = _looked_at(jobs, folder / "logs", at_once, pool)
    asyncio.run(_write_pages(jobs, rows, folder / PAGES))
    run = Run(
        name=name,
        is_live=is_live,
        roles=vars(roles) if roles else {},
        prompts=_prompts(),
        missing=missing,
        rows=tuple(rows),
    )
    return _saved(run, place)


def _looked_at(jobs: Sequence[Job], logs: Path, at_once: int, pool: ProcessPoolExecutor | None) -> list[Row]:
    if pool:
        return rows_apart(pool, jobs, logs=logs, at_once=at_once)
    from evals.inspecting import run_under_inspect

    return run_under_inspect(jobs, logs=logs, at_once=at_once)


async def _write_pages(jobs: Sequence[Job], rows: Sequence[Row], folder: Path) -> None:
    """The plans as HTML files, for whoever follows a link of a comparison."""
    unscored = {(row.task, row.arm, row.key) for row in rows if row.error}
    for job in jobs:
        if (job.task, job.arm, job.case) in unscored or job.task not in ("plan", "ablation"):
            continue
        result = await job.result()
        path = folder / job.arm / f"{job.case}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(result.html, "utf-8")
        path.with_suffix(".md").write_text(result.markdown, "utf-8")


def _record(
    run: Run, jobs: Sequence[Job], asked: Asked, source: Live, options: LiveOptions, place: Place, tell: Tell
) -> None:
    """Only what came to its end: a recording that lacks a call would fail each replay."""
    failed = {(row.task, row.arm, row.case) for row in run.rows if row.error}
    broken = {job.recording for job in jobs if (job.task, job.arm, job.case) in failed}
    names = sorted({job.recording for job in jobs if job.recording} - broken)
    before = recorded(place.recordings)
    is_whole = before is None or set(asked.parts) >= set(before.parts)
    source.record(names, is_whole=is_whole, is_timed=options.is_timed)
    parts = tuple(dict.fromkeys((*(before.parts if before else ()), *asked.parts)))
    arms = tuple(dict.fromkeys((*(before.arms if before else ()), *asked.arms)))
    keep_recorded(Recorded(options.roles, parts, arms), place.recordings)
    tell(f"{len(names)} recordings written; {len(broken - {''})} left out, since calls of theirs failed.")


def _saved(run: Run, place: Place) -> Run:
    save(run, folder_of(run.name, place.runs))
    return run


def _prompts() -> dict[str, str]:
    return {name: prompt(name).hash for name in prompt_names()}


def name_of_now() -> str:
    return dt.datetime.now().strftime("%Y-%m-%d-%H%M%S")


def roles_for(model: str, *, index: str = "", reader: str = "", judge: str = "") -> Roles:
    """Raises InputError when no model is named."""
    if not model.strip():
        raise InputError("--live names no model.", hint="Write provider:model, such as openai:gpt-5-mini.")
    return Roles.all_by(model, index=index, reader=reader, judge=judge)
