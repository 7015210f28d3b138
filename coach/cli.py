"""The command line: reads files, calls the workflow, prints and writes what comes back; decides nothing.

Everything heavy is imported inside the command that needs it, so that `coach --help` answers at once. Exit codes: 0
done, 2 the call or the input is wrong, 3 a model failed that was asked for by name, 4 the budget is used up, 130
interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from string import hexdigits
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from coach.batch.commands import batch
from coach.batch.queue_commands import worker
from coach.crm.commands import import_export
from coach.errors import CoachError, InputError

if TYPE_CHECKING:
    import datetime as dt
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from coach.export.terminal import Progress
    from coach.ledger import Ledger
    from coach.schema import AccountContext, Drafted
    from coach.workflow import Options

T = TypeVar("T")
ID_LENGTH = 16
"""Of a plan's id: eight bytes in hexadecimal, see `coach.store.plans`."""
DepthName = Literal["quick", "standard", "major"]
EffortName = Literal["low", "normal", "high"]
WhatName = Literal["page", "agenda", "bring"]
NounName = Literal["plan", "context", "groundwork", "critique"]

Notes = Annotated[list[Path] | None, typer.Option("--notes", help="A further file of notes; may be repeated.")]
Model = Annotated[str, typer.Option(help="provider:model, or builtin for working without one.")]
Out = Annotated[
    list[Path] | None, typer.Option("--out", help="Also write .md, .pdf, .docx, .json, .ics; may be repeated.")
]
Sources = Annotated[
    bool, typer.Option("--sources", help="Files of the page show the codes of the notes behind it, such as [L3].")
]
Zone = Annotated[
    str,
    typer.Option(
        help="Time zone of the meeting in a .ics file, such as Europe/Berlin; without it the entry is for that hour of"
        " the local clock wherever it is opened."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Language = Annotated[str, typer.Option(help="Language of the page; else the notes'.")]
Timeout = Annotated[float | None, typer.Option(min=1, help="Seconds for everything together.")]
Budget = Annotated[float | None, typer.Option("--budget-usd", min=0, help="The most that the calls may cost.")]
Again = Annotated[int, typer.Option("--again", count=True, help="Ask afresh; finished calls are not used.")]

app = typer.Typer(
    name="coach",
    help="One page for a B2B sales meeting, drafted from your notes, every fact traced to its line.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line. A failure is a line or two on stderr and its exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except CoachError as error:
        _tell(error.message, error.hint)
        sys.exit(error.exit_code)


@app.command()
def draft(
    context: Annotated[str, typer.Argument(help="A context file or any notes; - reads standard input.")],
    notes: Notes = None,
    model: Model = "",
    depth: Annotated[DepthName | None, typer.Option(help="Length of the page; else by what is at stake.")] = None,
    effort: Annotated[
        EffortName,
        typer.Option(help="low: one page; normal: worked out, rewritten twice, mended; high: rewritten once more."),
    ] = "normal",
    language: Language = "",
    decide: Annotated[list[str] | None, typer.Option(help="What is decided already; may be repeated.")] = None,
    out: Out = None,
    sources: Sources = False,
    zone: Zone = "",
    as_json: AsJson = False,
    again: Again = 0,
    timeout: Timeout = None,
    budget_usd: Budget = None,
    today: Annotated[str, typer.Option(help="The day to count from, YYYY-MM-DD; else the context's.")] = "",
) -> None:
    """Draft the page for a meeting."""
    from coach.export.files import check_day, check_outputs, write_all
    from coach.workflow import Options, plan_meeting

    check_outputs(out or [])
    of_hours = _zone(zone)
    material = _context(context, notes, _day(today))
    check_day(out or [], material)
    options = Options(
        model=model,
        depth=depth,
        effort=effort,
        language=language,
        decisions=tuple(decide or ()),
        again=again,
        timeout_s=timeout,
        budget_usd=budget_usd,
    )
    progress = _progress()
    ledger = _ledger(options, progress)
    drafted = _run(plan_meeting(material, options=options, on_event=progress.hear, ledger=ledger), progress)
    for note in write_all(drafted, out or [], with_sources=sources, zone=of_hours):
        progress.note(note)
    _show(drafted, as_json=as_json)
    _end(drafted, is_model_named=bool(model))


@app.command()
def critique(
    plan: Annotated[Path, typer.Argument(help="A plan as .json or .md, also one written by hand.")],
    context: Annotated[str, typer.Option(help="The context that the plan is for.")],
    notes: Notes = None,
    model: Model = "",
    suggest: Annotated[bool, typer.Option("--suggest", help="Propose changes by their exact words.")] = False,
    language: Language = "",
    as_json: AsJson = False,
    again: Again = 0,
    timeout: Timeout = None,
    budget_usd: Budget = None,
) -> None:
    """Check, judge and score a plan."""
    from coach.critiquing import critique_plan
    from coach.export.files import plan_in, read_plan
    from coach.export.terminal import show_review
    from coach.options import Options

    options = Options(model=model, language=language, again=again, timeout_s=timeout, budget_usd=budget_usd)
    material = _context(context, notes)
    meeting_plan = plan_in(read_plan(plan, today=material.today))
    progress = _progress()
    work = critique_plan(
        meeting_plan,
        material,
        options=options,
        with_suggestions=suggest,
        on_event=progress.hear,
        ledger=_ledger(options, progress),
    )
    read = _run(work, progress)
    if as_json:
        _print(read.critique.model_dump_json(indent=1))
    else:
        show_review(read, console=_console())


@app.command()
def export(
    plan: Annotated[Path, typer.Argument(help="A plan as .json or .md, or the id of one in the app.")],
    out: Annotated[list[Path], typer.Option("--out", help="A .md, .pdf, .docx, .json or .ics file; may be repeated.")],
    context: Annotated[str, typer.Option(help="The plan's context, where the plan does not hold it.")] = "",
    what: Annotated[
        WhatName,
        typer.Option(help="The page, or what the customer gets: the agenda, what we bring."),
    ] = "page",
    sources: Sources = False,
    zone: Zone = "",
) -> None:
    """Write a plan, the customer's agenda or what we bring in another format."""
    from coach.export.files import check_day, check_outputs, drafted_in, read_plan, write_all

    check_outputs(out, what=what)
    of_hours = _zone(zone)
    drafted = drafted_in(_kept(str(plan)) or read_plan(plan), context=_context(context) if context else None)
    check_day(out, drafted.context)
    for note in write_all(drafted, out, what=what, with_sources=sources, zone=of_hours):
        _tell(note)


app.command(name="import")(import_export)
app.command()(batch)
app.command()(worker)
with suppress(ImportError):  # only where the repository is: datasets and recordings are no part of the package
    from evals.commands import app as evals_app

    app.add_typer(evals_app)


@app.command()
def doctor() -> None:
    """Say what is configured, what answers and what is missing."""
    import asyncio

    from coach.doctor import examine

    _checked_settings()
    findings = asyncio.run(examine())
    for finding in findings:
        _print(f"{'ok     ' if finding.is_fine else 'MISSING'}  {finding.what}")
        if finding.hint:
            _print(f"         {finding.hint}")
    sys.exit(max(finding.exit_code for finding in findings))


@app.command()
def schema(noun: Annotated[NounName, typer.Argument(help="What to describe.")]) -> None:
    """Print the JSON Schema of a plan, a context, a groundwork or a critique."""
    import json

    from coach.schema import AccountContext, Critique, Groundwork, MeetingPlan, Noun

    nouns: dict[str, type[Noun]] = {
        "plan": MeetingPlan,
        "context": AccountContext,
        "groundwork": Groundwork,
        "critique": Critique,
    }
    _print(json.dumps(nouns[noun].model_json_schema(), indent=1, ensure_ascii=False))


@app.command(name="app")
def serve(port: Annotated[int, typer.Option(min=1, max=65535, help="The port to serve on.")] = 8501) -> None:
    """Open the coach in the browser."""
    import os
    import subprocess

    package = Path(__file__).parent
    script = next((path for path in (package / "_app.py", package.parent / "app.py") if path.is_file()), None)
    if script is None:
        raise InputError("The browser app is not installed with this package.", hint="Run it from the source folder.")
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    if sys.platform == "win32":
        sys.exit(subprocess.call(command))
    os.execv(sys.executable, command)  # whoever stops this process stops the server, and not its parent alone


# --- reading the call --------------------------------------------------------------------------------------------


def _context(source: str, notes: list[Path] | None = None, today: dt.date | None = None) -> AccountContext:
    """A context by path or `-`. A day given on the command line goes before the file's."""
    from coach.context import read_context

    context = read_context(source, notes_files=notes or (), today=today)
    return context.model_copy(update={"today": today}) if today else context


def _kept(plan_id: str) -> Drafted | None:
    """A plan of the app by its id, as a batch's table has it; None where this is no id. Raises InputError."""
    if len(plan_id) != ID_LENGTH or not set(plan_id) <= set(hexdigits):
        return None
    from coach.keeping import drafted_of
    from coach.store.database import open_database
    from coach.store.plans import load_plan

    db = open_database()
    try:
        return drafted_of(load_plan(db, plan_id))
    finally:
        db.close()


def _zone(name: str) -> ZoneInfo | None:
    from coach.export.calendar import zone_named

    return zone_named(name) if name else None


def _day(text: str) -> dt.date | None:
    from datetime import date

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"--today: `{text}` is no day. Write it as YYYY-MM-DD.") from None


def _ledger(options: Options, progress: Progress) -> Ledger:
    from coach.ledger import Ledger

    _checked_settings()
    from coach.settings import settings

    return Ledger(settings().home / "ledger", on_warning=progress.note)


def _checked_settings() -> None:
    """Read the environment. Raises InputError that names the variable which does not fit."""
    from pydantic import ValidationError

    from coach.settings import settings

    try:
        settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"COACH_{first['loc'][0]}".upper()
        raise InputError(f"{name}={first['input']}: {first['msg']}", hint=f"Correct or unset {name}.") from None


# --- telling -----------------------------------------------------------------------------------------------------


def _run(work: Coroutine[object, object, T], progress: Progress) -> T:
    import asyncio

    try:
        return asyncio.run(work)
    finally:
        progress.done()


def _progress() -> Progress:
    from coach.export.terminal import Progress

    return Progress(_console(stderr=True))


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def _show(drafted: Drafted, *, as_json: bool) -> None:
    from coach.export.jsonfile import to_json
    from coach.export.terminal import show

    if as_json:
        _print(to_json(drafted))
    else:
        show(drafted, console=_console())


def _end(drafted: Drafted, *, is_model_named: bool) -> None:
    """Leave with the code of what failed, after all that is done was shown and written."""
    for message, hint in dict.fromkeys((failure.message, failure.hint) for failure in drafted.failures):
        _tell(message, hint)
    if any(failure.error == "BudgetSpent" for failure in drafted.failures):
        sys.exit(4)
    if drafted.failures and is_model_named:
        sys.exit(3)


def _print(text: str) -> None:
    sys.stdout.write(f"{text.rstrip()}\n")


def _tell(message: str, hint: str = "") -> None:
    for line in filter(None, (message, hint)):
        sys.stderr.write(f"{' '.join(line.split())}\n")


if __name__ == "__main__":
    main()
