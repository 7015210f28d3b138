"""Jobs as tasks of Inspect, so that a person can look at plan, notes and scores of every sample in its viewer.

The only module that knows Inspect. Its exit codes and its metrics are not trusted: rows come from the samples.
"""

from __future__ import annotations

import gc
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import inspect_ai
from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog, EvalSampleSummary, read_eval_log_sample_summaries
from inspect_ai.model import ChatMessageAssistant, ModelOutput
from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, metric, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from evals.jobs import Job
from evals.runs import Row

SCORER = "measured"
JobOf = Callable[[str], Job]
"""By a sample's id. A function, since Inspect writes what solver and scorer are given into every sample's log: of this,
its name; of the jobs themselves, all their notes."""


@metric
def average() -> Metric:
    """Over what was scored; NaN where nothing was. Not scored is not zero."""

    def compute(scores: list[SampleScore]) -> float:
        values = [one.score.value for one in scores if isinstance(one.score.value, (int, float))]
        return sum(values) / len(values) if values else math.nan

    return compute


def inspect_tasks(jobs: Sequence[Job]) -> list[Task]:
    """One task for each task and arm."""
    names = dict.fromkeys(job.name for job in jobs)
    return [_task(name, [job for job in jobs if job.name == name]) for name in names]


def run_under_inspect(jobs: Sequence[Job], *, logs: Path, at_once: int) -> list[Row]:
    """Every job as a sample; what errored is a row with its error, and the others go on."""
    with _what_is_there_not_searched(), _unclosed_streams_ignored():
        done = inspect_ai.eval(
            inspect_tasks(jobs),
            model=None,
            log_dir=str(logs),
            display="log",
            log_level="critical",
            log_realtime=False,
            score_display=False,
            fail_on_error=False,
            max_samples=at_once,
        )
        known = {(job.name, job.id): job for job in jobs}
        rows = [row for log in done for row in _rows(log, known)]
    return rows


@contextmanager
def _what_is_there_not_searched() -> Iterator[None]:
    """Pages and notes made before are kept to the end: to search them for garbage took most of Inspect's time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _unclosed_streams_ignored() -> Iterator[None]:
    """Inspect leaves streams for the garbage collector, which warns of each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


def _task(name: str, jobs: Sequence[Job]) -> Task:
    by_id = {job.id: job for job in jobs}
    samples = [
        Sample(id=job.id, input=job.notes, target=job.target, metadata={**job.about, "cluster": job.cluster})
        for job in jobs
    ]
    dataset = MemoryDataset(samples, name=name)
    return Task(name=name, dataset=dataset, solver=_worked(by_id.__getitem__), scorer=measured(by_id.__getitem__))


@solver
def _worked(job_of: JobOf) -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        job = job_of(str(state.sample_id))
        result = await job.result()
        state.messages.append(ChatMessageAssistant(content=result.page, source="generate"))
        state.output = ModelOutput.from_content(job.arm, result.page)
        return state

    return solve


@scorer(metrics={"*": [average()]}, name=SCORER)
def measured(job_of: JobOf) -> Scorer:
    async def score(state: TaskState, target: Target) -> Score:
        result = await job_of(str(state.sample_id)).result()
        return Score(value=dict(result.values), explanation=result.why or "nothing to object to")

    return score


def _rows(log: EvalLog, jobs: Mapping[tuple[str, str], Job]) -> list[Row]:
    """One a job, also for those that never began."""
    read = read_eval_log_sample_summaries(log.location) if log.location else []
    samples = {str(sample.id): sample for sample in read}
    own = [(key, job) for key, job in jobs.items() if key[0] == log.eval.task]
    return [_row(job, samples.get(key[1]), log) for key, job in own]


def _row(job: Job, sample: EvalSampleSummary | None, log: EvalLog) -> Row:
    error = (sample.error or "") if sample else (log.error.message if log.error else "it was not run")
    found = (sample.scores or {}).get(SCORER) if sample else None
    values = found.value if found and isinstance(found.value, dict) else {}
    return Row(
        task=job.task,
        arm=job.arm,
        case=job.case,
        cluster=job.cluster,
        epoch=job.epoch,
        values={name: float(one) if isinstance(one, (int, float)) else None for name, one in values.items()},
        error=error.strip().splitlines()[-1][:300] if error.strip() else "",
    )
