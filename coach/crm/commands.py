"""`coach import`: an export in, context files out; the guess shown, corrected by a mapping, remembered.

Prints and writes, decides nothing. Everything heavy is imported inside.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import datetime as dt

    from coach.crm.export import Counts, Part, Wishes
    from coach.crm.mapping import Mapping
    from coach.crm.rows import Drawn
    from coach.store.database import Database

CONTEXTS = Path("contexts")


def import_export(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders or zips of a CRM's export.")],
    mapping: Annotated[Path | None, typer.Option(help="A YAML file that says which column is what.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print what each column is taken for, and stop.")] = False,
    out: Annotated[Path, typer.Option(help="The folder for the context files.")] = CONTEXTS,
    with_all_open: Annotated[
        bool, typer.Option("--all", help="Also open opportunities without a meeting to come.")
    ] = False,
    today: Annotated[str, typer.Option(help="The day from which meetings are to come, YYYY-MM-DD; else today.")] = "",
) -> None:
    """Read a CRM's export and write a context file for each meeting to come."""
    from contextlib import closing

    from coach.crm.export import Wishes, look
    from coach.crm.mapping import Mapping, read_mapping, written
    from coach.store.database import open_database

    known = read_mapping(mapping) if mapping else Mapping()
    with closing(open_database()) as db:
        if show:
            parts = look(paths, mapping=known, on_problem=lambda problem: None, db=db)
            _print(written([each for part in parts for each in part.tables], known))
            return
        _read(paths, known, out, db, Wishes.of(known, today=_day(today), with_all_open=with_all_open))


def _read(paths: list[Path], known: Mapping, out: Path, db: Database, wishes: Wishes) -> None:
    from coach.crm.export import Counts, look, opportunities
    from coach.crm.memory import remember
    from coach.crm.unused import NOT_USED, Unused

    with Unused(out / NOT_USED) as unused:
        parts = look(paths, mapping=known, on_problem=unused.add, db=db)
        _print("\n".join(_taken_for(parts)))
        counts = Counts()
        _keep(opportunities(parts, wishes=wishes, counts=counts, on_problem=unused.add), out, known)
    remember([each for part in parts for each in part.tables], db)
    _print("\n".join([*_told(counts, out), *unused.told()]))


def _keep(found: Iterable[Drawn], out: Path, mapping: Mapping) -> None:
    from coach.crm.contexts import keep, written

    out.mkdir(parents=True, exist_ok=True)
    for one in found:
        context = one.opportunity.context
        text = written(context, facts=one.facts, body=one.body, proof=mapping.seller.proof)
        keep(out, context, one.opportunity.id, text)


def _taken_for(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        for table, columns in part.tables:
            told = "" if columns.told_by == "guess" else f" ({columns.told_by})"
            yield f"{table.file}: {columns.kind}, {columns.system}{told}"
            used = [f"{role} = {heading}" for role, heading in columns.shown(table)]
            if columns.kind != "ignore":
                yield f"    {'; '.join(used)}"
                yield from (f"    {other}" for other in columns.alternatives(table))
            if columns.facts:
                yield f"    also: {'; '.join(columns.facts)}"


def _told(counts: Counts, out: Path) -> Iterator[str]:
    yield f"\n{counts.rows} opportunities read, {counts.taken} contexts written to {out}."
    yield (
        f"    with a meeting to come: {counts.with_meeting}; account found: {counts.with_account}; "
        f"people: {counts.people}; notes: {counts.notes}"
    )
    for why, number in counts.left_out.items():
        yield f"    left out, {why}{' (--all takes them)' if 'meeting' in why else ''}: {number}"
    for file, loaded in counts.loaded.items():
        if loaded.deleted or loaded.private:
            yield f"    left out of {file}: {loaded.deleted} deleted, {loaded.private} private"


def _day(text: str) -> dt.date:
    import datetime as dt

    from coach.errors import InputError

    try:
        return dt.date.fromisoformat(text) if text else dt.date.today()
    except ValueError:
        raise InputError(f"--today: `{text}` is no day. Write it as YYYY-MM-DD.") from None


def _print(text: str) -> None:
    sys.stdout.write(f"{text.rstrip()}\n")
