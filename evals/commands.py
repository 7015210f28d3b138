"""`coach evals …`: reads the call, has it done, says what came of it; decides nothing.

Imported with the command line, so everything heavy is imported inside the command that needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer

from coach.errors import InputError

SplitName = Literal["dev", "test", "all"]
MAX_USD = 5.0
T = TypeVar("T")

Runs = Annotated[Path | None, typer.Option(help="Folder of the runs; else evals/runs.")]
Recordings = Annotated[Path | None, typer.Option(help="Folder of the recordings; else evals/recordings.")]
Baseline = Annotated[Path | None, typer.Option(help="The baseline; else evals/baseline.json.")]

app = typer.Typer(
    name="evals",
    help="Know, with error bars, whether a change made plans better.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command()
def run(
    live: Annotated[str, typer.Option(help="Ask this model, provider:model; else recordings are played.")] = "",
    judge: Annotated[str, typer.Option(help="The judge, where it is another model than the writer.")] = "",
    reader: Annotated[str, typer.Option(help="The second reader, where it is another model.")] = "",
    index: Annotated[str, typer.Option(help="The indexer, where it is another model.")] = "",
    other_reader: Annotated[str, typer.Option(help="Ablation: one more arm with this second reader.")] = "",
    other_prompts: Annotated[
        Path | None, typer.Option(help="Ablation: one more arm with this folder's prompts instead of ours.")
    ] = None,
    arm: Annotated[list[str] | None, typer.Option(help="Only this ablation; may be repeated.")] = None,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be repeated.")] = None,
    part: Annotated[
        list[str] | None,
        typer.Option(
            help="What the model is asked for; may be repeated. Else: plan. "
            "Of ablation the test split, of read 58 pages of three bases, where --only names none."
        ),
    ] = None,
    split: Annotated[SplitName, typer.Option(help="Which cases.")] = "all",
    only: Annotated[list[str] | None, typer.Option(help="Only this meeting or base plan; may be repeated.")] = None,
    epochs: Annotated[int, typer.Option(min=1, help="How often each plan is made.")] = 1,
    max_usd: Annotated[float, typer.Option("--max-usd", min=0, help="The most that the calls may cost.")] = MAX_USD,
    at_once: Annotated[int, typer.Option(min=1, help="Samples at once.")] = 4,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for one plan, all calls together.")] = 3600.0,
    record: Annotated[bool, typer.Option("--record", help="Keep what was answered as recordings.")] = False,
    provenance: Annotated[str, typer.Option(help="Who answered, for the recordings' first line.")] = "",
    untimed: Annotated[bool, typer.Option("--untimed", help="The seconds are not a model's own.")] = False,
    skip_missing: Annotated[bool, typer.Option("--skip-missing", help="Leave out what is not recorded.")] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Over how many a replay is shared out; else the processors.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the run; else the time.")] = "",
    runs: Runs = None,
    recordings: Recordings = None,
) -> None:
    """Make and measure plans: from recordings, or with a model."""
    from coach.processes import processors
    from evals.arms import ABLATIONS
    from evals.gate import EXIT_CODES
    from evals.metrics import TASKS
    from evals.places import RECORDINGS, RUNS
    from evals.running import LiveOptions, Place, name_of_now, replay, roles_for
    from evals.running import live as run_live
    from evals.suite import PARTS, Asked
    from evals.tables import markdown

    asked = Asked(
        tasks=_known("--task", task, TASKS) or TASKS,
        parts=_known("--part", part, PARTS) or ("plan",),
        split=split,
        only=tuple(only or ()),
        epochs=epochs,
        other_reader=other_reader,
        other_prompts=other_prompts,
        arms=_known("--arm", arm, ABLATIONS),
    )
    place, name = Place(runs or RUNS, recordings or RECORDINGS), name or name_of_now()
    if live:
        options = LiveOptions(
            roles=roles_for(live, index=index, reader=reader, judge=judge),
            max_usd=max_usd,
            timeout_s=timeout,
            at_once=at_once,
            provenance=provenance or live,
            is_recorded=record,
            is_timed=not untimed,
        )
        found = _told(lambda: run_live(name, asked, options, place=place, tell=_tell))
    else:
        count = processes or processors()
        found = _told(lambda: replay(name, asked, place=place, tell=_tell, skips_missing=skip_missing, processes=count))
    if found.rows:
        _print(markdown(found))
    _tell(f"Run {name}: {place.runs / name}. Look at samples: inspect view --log-dir {place.runs / name / 'logs'}")
    if found.missing and not skip_missing:
        sys.exit(EXIT_CODES["missing"])


@app.command()
def compare(
    old: Annotated[str, typer.Argument(help="A run, or RUN:ARM: what is measured against.")],
    new: Annotated[str, typer.Argument(help="A run, or RUN:ARM.")],
    runs: Runs = None,
) -> None:
    """Print what differs, case by case, with intervals."""
    from evals.compare import compare as compared
    from evals.compare import side
    from evals.places import RUNS
    from evals.tables import compared_table

    folder = runs or RUNS
    found = [*compared(side(old, runs=folder), side(new, runs=folder))]
    if not found:
        raise InputError(f"{old} and {new} have no metric of the same cases.")
    _print(compared_table(found))


@app.command()
def gate(
    name: Annotated[str, typer.Argument(help="A run; else the latest.")] = "",
    runs: Runs = None,
    baseline: Baseline = None,
) -> None:
    """Fail where a run is worse than the baseline, unscored, or lacks recordings."""
    from evals.gate import exit_code, objections
    from evals.places import BASELINE, RUNS
    from evals.runs import SCORES, folder_of, latest, load

    folder = folder_of(name, runs or RUNS) if name else latest(runs or RUNS)
    found = objections(load(folder / SCORES), load(baseline or BASELINE))
    for one in found:
        _print(f"{one.kind.upper()}  {one.line}")
    _print(f"The gate is {'red' if found else 'green'}: run {folder.name}, {len(found)} objections.")
    sys.exit(exit_code(found))


@app.command(name="baseline")
def set_baseline(
    name: Annotated[str, typer.Argument(help="A run; else the latest.")] = "",
    runs: Runs = None,
    baseline: Baseline = None,
) -> None:
    """Make a run what others are compared with."""
    from evals.places import BASELINE, RUNS
    from evals.runs import SCORES, as_json, folder_of, latest, load

    folder = folder_of(name, runs or RUNS) if name else latest(runs or RUNS)
    run = load(folder / SCORES)
    if not run.rows or any(row.error for row in run.rows):
        raise InputError(f"{folder.name} has no samples, or failed ones: no baseline is made of it.")
    (baseline or BASELINE).write_text(as_json(run.model_copy(update={"name": "baseline"})), "utf-8")
    _tell(f"{len(run.rows)} samples are the baseline now.")


@app.command()
def table(name: Annotated[str, typer.Argument(help="A run; else the latest.")] = "", runs: Runs = None) -> None:
    """Print a run's tables as Markdown."""
    from evals.places import RUNS
    from evals.runs import SCORES, folder_of, latest, load
    from evals.tables import markdown

    _print(markdown(load((folder_of(name, runs or RUNS) if name else latest(runs or RUNS)) / SCORES)))


@app.command()
def pin() -> None:
    """Check the datasets and write down their hashes."""
    from evals.cases import load_cases
    from evals.cases import pin as write_hashes
    from evals.critic_cases import load_critic

    faults = [*load_cases(manifest=None).faults, *load_critic().faults]
    for fault in faults:
        _tell(fault)
    if faults:
        sys.exit(InputError.exit_code)
    _print(f"{write_hashes()} files are pinned.")


@app.command()
def label(
    who: Annotated[str, typer.Option(prompt="Your name or initials", help="Who reads.")],
    name: Annotated[str, typer.Argument(help="A run; else the latest.")] = "",
    arm: Annotated[list[str] | None, typer.Option(help="Whose pages; two for pairs side by side.")] = None,
    question: Annotated[list[str] | None, typer.Option(help="Only this question of the rubric.")] = None,
    runs: Runs = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the verdicts; else evals/labels.")] = None,
) -> None:
    """Read pages blind and say what you think of them."""
    from rich.console import Console

    from evals.label import Sitting, label_pages, label_pairs
    from evals.labelled_pages import pages_of, pairs_of
    from evals.places import LABELS, RUNS
    from evals.runs import folder_of, latest

    folder = folder_of(name, runs or RUNS) if name else latest(runs or RUNS)
    arms = tuple(arm or ())
    console = Console()
    sitting = Sitting(who, console, console.input, (out or LABELS) / f"{_file_name(who)}.jsonl")
    if len(arms) == 2:
        done = label_pairs(pairs_of(folder, arms[0], arms[1]), sitting)
    else:
        done = label_pages(pages_of(folder, arms), sitting, questions=tuple(question or ()))
    _tell(f"{done} verdicts kept in {sitting.file}.")


def _known(option: str, named: list[str] | None, known: tuple[str, ...]) -> tuple[str, ...]:
    for one in named or ():
        if one not in known:
            raise InputError(f"{option}: there is no `{one}`.", hint=f"There are {', '.join(known)}.")
    return tuple(named or ())


@app.command()
def agreement(
    out: Annotated[Path | None, typer.Option(help="Folder of the verdicts; else evals/labels.")] = None,
) -> None:
    """Say how far people agree with each other beyond chance."""
    from evals.label import agreement_of_people, verdicts
    from evals.places import LABELS
    from evals.tables import interval

    found = verdicts(out or LABELS)
    people = sorted({one.who for one in found})
    kappa = agreement_of_people(found)
    _print(
        f"{len(found)} verdicts by {len(people)} people; kappa {interval(kappa, 2)}"
        + (f" n={kappa.n}" if kappa else "")
    )


def _file_name(who: str) -> str:
    kept = "".join(letter for letter in who.casefold() if letter.isalnum() or letter in "-_")
    if not kept:
        raise InputError(f"--who: `{who}` has no letter or digit.")
    return kept


def _told(work: Callable[[], T]) -> T:
    """The work's result; faults of the datasets are told a line each."""
    try:
        return work()
    except InputError as error:
        lines = error.message.splitlines()
        for line in lines[:-1]:
            _tell(line)
        raise InputError(lines[-1], hint=error.hint) from None


def _print(text: str) -> None:
    sys.stdout.write(f"{text.rstrip()}\n")


def _tell(message: str) -> None:
    sys.stderr.write(f"{' '.join(message.split())}\n")
