"""`coach batch`: what the command line asks for, and what it is told meanwhile and at the end.

Everything heavy is imported inside. Exit codes: 0 done, 2 the call or a source is wrong, 3 the model cannot be used, 4
the budget is used up, 130 interrupted; after 3, 4 and 130 the same command goes on.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coach.errors import InputError

if TYPE_CHECKING:
    import datetime as dt

    from coach.batch.run import Ended
    from coach.batch.telling import Teller
    from coach.batch.which import Which
    from coach.ledger import Ledger
    from coach.store.batches import Batch
    from coach.store.database import Database

CONCURRENCY = 16
"""Calls at once unless asked otherwise: what the smallest paid accounts of the large providers bear."""
BUSY_S = 90.0
"""How long a write waits for another one's: nobody sits before a screen, and a slow disk must not lose a meeting.
Longer than a frozen process keeps its locks (FROZEN_S and a beat)."""


def batch(
    source: Annotated[
        list[str] | None,
        typer.Argument(
            help="Exports (files, folders, zips), context files, salesforce: or hubspot:; or batches, for --status."
        ),
    ] = None,
    since: Annotated[str, typer.Option("--from", help="First day of the meetings, YYYY-MM-DD; else `--today`.")] = "",
    until: Annotated[str, typer.Option(help="Last day of the meetings, YYYY-MM-DD.")] = "",
    owner: Annotated[str, typer.Option(help="Only meetings of this owner.")] = "",
    stage: Annotated[str, typer.Option(help="Only opportunities in this stage.")] = "",
    min_amount: Annotated[float | None, typer.Option(help="Only opportunities of at least this amount.")] = None,
    undated: Annotated[bool, typer.Option("--undated", help="Also open opportunities without a meeting.")] = False,
    budget_usd: Annotated[
        float | None, typer.Option("--budget-usd", min=0, help="The most that the calls may cost, all runs together.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=512, help="Calls at once.")] = CONCURRENCY,
    tokens_per_minute: Annotated[int | None, typer.Option(min=1, help="As the provider allows.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the summary.")] = None,
    model: Annotated[str, typer.Option(help="provider:model, or builtin for working without one.")] = "",
    effort: Annotated[
        Literal["low", "normal", "high"],
        typer.Option(help="low: one page; normal: worked out, rewritten twice, mended; high: rewritten once more."),
    ] = "normal",
    language: Annotated[str, typer.Option(help="Language of the pages; else the notes'.")] = "",
    timeout: Annotated[float | None, typer.Option(min=1, help="Seconds for the calls of one plan.")] = None,
    today: Annotated[
        str,
        typer.Option(help="The day to count from, YYYY-MM-DD; an export's meetings before it are past. Else today."),
    ] = "",
    mapping: Annotated[Path | None, typer.Option(help="A file that says which column of an export is what.")] = None,
    queue: Annotated[bool, typer.Option("--queue", help="Leave the drafting to `coach worker`.")] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Say how far the batches are; with an id or --out also in a table.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back what the batches named did; plans that people use stay.")
    ] = False,
    redo: Annotated[bool, typer.Option("--redo", help="Take an --undo back.")] = False,
    writes_back: Annotated[
        bool, typer.Option("--write-back", help="Keep each plan as a note in the CRM it was read from.")
    ] = False,
    cheap: Annotated[bool, typer.Option("--cheap", help="OpenAI's Batch API: half the price, within a day.")] = False,
) -> None:
    """Draft a plan for each upcoming meeting of an export or a folder of context files."""
    from coach.batch.telling import Teller
    from coach.batch.which import Which
    from coach.store.database import open_database

    teller = Teller(sys.stderr)
    db = open_database(busy_s=BUSY_S)
    try:
        if status:
            return _tell(db, source or [], out, teller)
        if undo or redo:
            return _undo(db, source or [], teller, is_back=redo)
        if not source:
            raise InputError("Name an export or a folder of context files, or ask for `--status`.")
        day = _day(today, "--today")
        which = Which(
            since=_day(since, "--from"),
            until=_day(until, "--until"),
            owner=owner,
            stage=stage,
            min_amount=min_amount,
            with_undated=undated,
        )
        asked = {"model": model, "effort": effort, "language": language, "timeout_s": f"{timeout or ''}"}
        found = _fill(db, source, which, asked, budget_usd, day, mapping, out, teller)
        if queue:
            return _enqueue(db, found, tokens_per_minute, teller)
        folder = out or _folder(found)
        places = {"concurrency": concurrency, "tokens_per_minute": tokens_per_minute}
        ended = _by_batch_api(db, found, teller) if cheap else _draft(db, found, places, teller)
        _write(db, found, folder, ended, teller)
        if writes_back:
            _write_back(db, found, teller)
    finally:
        db.close()
    _leave(ended, teller)


def _fill(
    db: Database,
    source: list[str],
    which: Which,
    asked: dict[str, str],
    budget_usd: float | None,
    day: dt.date | None,
    mapping: Path | None,
    out: Path | None,
    teller: Teller,
) -> Batch:
    """The batch, begun or gone on with, its slots as the sources have them now, and the list of what was not used."""
    import datetime as dt
    from contextlib import ExitStack
    from dataclasses import replace
    from tempfile import TemporaryDirectory

    from coach.batch.which import WITHOUT_DAY, fill, read_sources
    from coach.crm.export import Counts
    from coach.crm.unused import NOT_USED, Unused
    from coach.store.batches import forget_batch

    today, counts = day or dt.date.today(), Counts()
    with ExitStack() as stack:
        unused = stack.enter_context(Unused(Path(stack.enter_context(TemporaryDirectory())) / NOT_USED))
        opportunities = read_sources(
            source,
            today=today,
            on_problem=unused.add,
            with_all_open=which.with_undated,
            mapping=mapping,
            db=db,
            since=which.since,
            until=which.until,
            counts=counts,
        )
        if not (which.since or which.until):
            which = replace(which, with_undated=True)
        batch = _opened(db, source, which, asked, budget_usd)
        how = (asked["model"], asked["effort"], asked["language"])
        found = fill(db, batch.id, opportunities, which, how=how, on_progress=teller.reading)
        unused.move_to(out or _folder(batch if found.filled.total else None))
    teller.unused(unused)
    teller.found(replace(found, left_out={**counts.left_out, **found.left_out}))
    if found.filled.total == 0:
        forget_batch(db, batch.id)
        raise InputError(
            "No meeting was found that is wanted.",
            hint=_wider(which, today, counts.without_meeting + found.left_out.get(WITHOUT_DAY, 0)),
        )
    return batch


def _opened(db: Database, source: list[str], which: Which, asked: dict[str, str], budget_usd: float | None) -> Batch:
    from coach.options import Options
    from coach.store.batches import open_batch

    asked["model"] = Options(model=asked["model"]).model_for("draft")
    if budget_usd is not None:
        _check_price(asked["model"])
    key = _key(source, which, asked)
    return open_batch(db, key, source=", ".join(source), options=asked, budget_usd=budget_usd)


def _folder(batch: Batch | None) -> Path:
    """Where a batch's tables stand unless another place is asked for; without meetings there is none of its own."""
    return _home() / "batches" / (batch.id if batch else "")


def _wider(which: Which, today: dt.date, undated: int) -> str:
    if which.since and which.since < today:
        return (
            f"Only meetings from {today} on are planned, earlier ones are notes. "
            f"For an older export say which day it was: `--today {which.since}`."
        )
    if undated:
        return f"`--undated` takes open opportunities without a meeting too: {undated:,} here."
    return "An earlier `--from` or a later `--until` widens it."


def _draft(db: Database, batch: Batch, places: dict[str, int | None], teller: Teller) -> Ended:
    import asyncio

    return asyncio.run(_run(db, batch, places, teller))


async def _run(db: Database, batch: Batch, places: dict[str, int | None], teller: Teller) -> Ended:
    import asyncio
    import contextlib
    import signal

    from coach.batch.elsewhere import by_builtin
    from coach.batch.limits import Limits
    from coach.batch.purse import Purse
    from coach.batch.run import Running
    from coach.batch.slots import this_process
    from coach.settings import BUILTIN

    limits = Limits(concurrency=places["concurrency"] or CONCURRENCY, tokens_per_minute=places["tokens_per_minute"])
    purse = Purse(db, batch.id, owner=this_process())
    with contextlib.ExitStack() as stack:
        drafter = stack.enter_context(by_builtin()) if batch.options.get("model") == BUILTIN else None
        running = Running(
            db,
            batch.id,
            ledger=_ledger(teller),
            limits=limits,
            purse=purse,
            on_standing=teller.standing,
            drafter=drafter,
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, running.stop)
        return await running.run()


def _by_batch_api(db: Database, batch: Batch, teller: Teller) -> Ended:
    import asyncio

    from coach.batch.cheap import run_cheaply

    return asyncio.run(run_cheaply(db, batch.id, ledger=_ledger(teller), home=_home(), tell=teller.note))


def _tell(db: Database, ids: list[str], out: Path | None, teller: Teller) -> None:
    """Where several batches are asked for, each has a folder of its own in `out`."""
    from coach.batch.queue_commands import queue_line
    from coach.batch.status import asked_batches, write_table

    asked = asked_batches(db, ids) if ids or out else ()
    teller.all(db, asked if ids else None)
    if line := queue_line(db):
        teller.note(line)
    for one in asked:
        folder = _folder(one) if out is None else out / one.id if len(asked) > 1 else out
        sys.stdout.write("".join(f"{path}\n" for path in write_table(db, one, folder)))


def _undo(db: Database, ids: list[str], teller: Teller, *, is_back: bool) -> None:
    from coach.batch.undoing import AGAIN, redo_batch, told, undo_batch

    if not ids:
        raise InputError("Say which batch.", hint="`coach batch --status` lists them: `coach batch --undo 3f2a…`.")
    for batch_id in ids:
        done = redo_batch(db, batch_id) if is_back else undo_batch(db, batch_id)
        sys.stdout.write("".join(f"{line}\n" for line in told(done, is_back=is_back)))
    if not is_back:
        teller.note(f"{AGAIN} To bring them back: `coach batch --redo {' '.join(ids)}`.")


def _enqueue(db: Database, batch: Batch, tokens_per_minute: int | None, teller: Teller) -> None:
    from coach.batch.queue_commands import needs_queue, set_limits

    needs_queue()
    from coach.batch.queue import enqueue

    count = enqueue(db, batch.id)
    set_limits(db, tokens_per_minute=tokens_per_minute)
    teller.note(f"{count:,} meetings wait for `coach worker`; `coach batch --status` tells how far it is.")


def _write(db: Database, batch: Batch, folder: Path, ended: Ended, teller: Teller) -> None:
    from coach.batch.summary import write_summary
    from coach.store.batches import get_batch
    from coach.store.slots import rows_of

    table, page = write_summary(folder, get_batch(db, batch.id), rows_of(db, batch.id), ended.standing)
    teller.ended(ended)
    sys.stdout.write(f"{table}\n{page}\n")


def _write_back(db: Database, batch: Batch, teller: Teller) -> None:
    from coach.batch.write_back import write_back
    from coach.store.slots import rows_of

    written = write_back(db, rows_of(db, batch.id), on_problem=teller.note)
    told = ", ".join(f"{count:,} {what.replace('_', ' ')}" for what, count in sorted(written.items()))
    teller.note(f"Notes in the CRM: {told or 'none, no meeting was read from one'}.")


def _leave(ended: Ended, teller: Teller) -> None:
    if ended.stopped_by is not None:
        raise ended.stopped_by
    if ended.is_interrupted:
        sys.exit(130)
    if ended.standing.failed and not ended.standing.done:
        sys.exit(3)


def _key(source: list[str], which: Which, asked: dict[str, str]) -> str:
    """The same command is the same batch, whatever its budget and pace, and on whichever day it goes on."""
    import hashlib

    paths = sorted(str(Path(one).resolve()) if Path(one).exists() else one for one in source)
    wanted = (which.until, which.owner, which.stage, which.min_amount, which.with_undated)
    said = "\n".join(map(str, (*paths, *wanted, *sorted(asked.items()))))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]


def _check_price(model: str) -> None:
    """A budget can only be kept where a call's highest price is known before it is made."""
    from coach.prices import cost_usd
    from coach.providers import full_name
    from coach.settings import BUILTIN

    if model != BUILTIN and cost_usd(full_name(model), tokens_in=1000, tokens_out=1000) is None:
        raise InputError(f"No price is known for {model}, so no budget can be kept.", hint="Leave `--budget-usd` out.")


def _ledger(teller: Teller) -> Ledger:
    from coach.ledger import Ledger

    return Ledger(_home() / "ledger", on_warning=teller.note)


def _home() -> Path:
    from coach.settings import settings

    return settings().home


def _day(text: str, name: str) -> dt.date | None:
    from datetime import date

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"{name}: `{text}` is no day. Write it as YYYY-MM-DD.") from None
