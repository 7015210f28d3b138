"""Plans in files: the format by the file's ending, written whole or not at all.

Knows nothing about models; what a format looks like is said in its own file.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from pathlib import Path

from coach.documents import MAX_BYTES, check_size, decoded
from coach.errors import InputError
from coach.export.jsonfile import from_json, to_json
from coach.export.markdown import from_markdown, to_markdown
from coach.schema import AccountContext, Drafted, MeetingPlan

WRITTEN = (".md", ".pdf", ".json")
READ = (".json", ".md", ".markdown", ".txt")


def check_outputs(paths: Iterable[Path]) -> None:
    """Find out before any work is done whether the files can be written. Raises InputError."""
    for path in paths:
        if path.suffix.lower() not in WRITTEN:
            raise InputError(f"{path}: a plan is written as {', '.join(WRITTEN)}. Give the file one of these endings.")
        if path.is_dir():
            raise InputError(f"{path}: is a folder. Name a file in it.")
        if not path.parent.is_dir():
            raise InputError(f"{path}: there is no folder {path.parent}. Create it first.")


def write_all(drafted: Drafted, paths: Iterable[Path]) -> tuple[str, ...]:
    """Write the plan to each file, atomically; one sentence a file for the rep. Raises InputError."""
    return tuple(_write(drafted, path) for path in paths)


def read_plan(path: Path) -> Drafted | MeetingPlan:
    """A plan from JSON, or from Markdown, also one written by hand. Raises InputError."""
    if path.suffix.lower() not in READ:
        raise InputError(f"{path}: a plan is read from {', '.join(READ)}.")
    text = _text(path)
    if path.suffix.lower() == ".json":
        return from_json(text, name=str(path))
    plan = from_markdown(text, name=str(path))
    if not plan.blocks:
        raise InputError(f"{path}: holds no plan; the file is empty.")
    return plan if plan.title else plan.model_copy(update={"title": path.stem})


def plan_in(found: Drafted | MeetingPlan) -> MeetingPlan:
    return found.plan if isinstance(found, Drafted) else found


def drafted_in(found: Drafted | MeetingPlan, *, context: AccountContext | None) -> Drafted:
    """The plan with its context: the one given, else its own, else one that says nothing."""
    if isinstance(found, Drafted):
        return found.model_copy(update={"context": context}) if context else found
    return Drafted(context=context or AccountContext(today=dt.date.today()), plan=found, drafted_by=found.drafted_by)


def _text(path: Path) -> str:
    try:
        check_size(path.stat().st_size, str(path))
        data = path.read_bytes()[: MAX_BYTES + 1]
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from error
    return decoded(data, str(path))


def _write(drafted: Drafted, path: Path) -> str:
    ending = path.suffix.lower()
    if ending == ".pdf":
        from coach.export.pdf import to_pdf

        page = to_pdf(drafted.plan, drafted.context)
        _replace(path, page.data)
        return f"{path}: written" if page.fits_readably else f"{path}: written, but too long to be read at a table"
    if ending == ".json":
        _replace(path, to_json(drafted).encode())
    else:
        _replace(path, to_markdown(drafted.plan, drafted.context).encode())
    return f"{path}: written"


def _replace(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written: {error.strerror}.") from error
