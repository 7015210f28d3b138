"""Plans in files: the format by the file's ending, written whole or not at all.

Knows nothing about models; what a format looks like is said in its own file.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from coach.documents import MAX_BYTES, check_size, decoded
from coach.errors import InputError
from coach.export.jsonfile import from_json, to_json
from coach.export.markdown import from_markdown, to_markdown
from coach.export.sources import without_sources
from coach.schema import AccountContext, Drafted, MeetingPlan

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from coach.export.handout import Handout
    from coach.export.typeset import Paper

What = Literal["page", "agenda", "bring"]
WRITTEN: dict[What, tuple[str, ...]] = {
    "page": (".md", ".pdf", ".docx", ".json", ".ics"),
    "agenda": (".md", ".pdf", ".docx", ".ics"),
    "bring": (".md", ".pdf", ".docx"),
}
"""What can be written of a plan, and how. A calendar file holds the customer agenda, whatever was asked for."""
_NAMES: dict[What, str] = {"page": "a plan", "agenda": "a customer agenda", "bring": "what we bring"}
READ = (".json", ".md", ".markdown", ".txt")


def check_outputs(paths: Iterable[Path], *, what: What = "page") -> None:
    """Find out before any work is done whether the files can be written. Raises InputError."""
    for path in paths:
        if path.suffix.lower() not in WRITTEN[what]:
            endings = ", ".join(WRITTEN[what])
            raise InputError(f"{path}: {_NAMES[what]} is written as {endings}. Give the file one of these endings.")
        if path.is_dir():
            raise InputError(f"{path}: is a folder. Name a file in it.")
        if not path.parent.is_dir():
            raise InputError(f"{path}: there is no folder {path.parent}. Create it first.")


def check_day(paths: Iterable[Path], context: AccountContext) -> None:
    """As `check_outputs`, for a calendar file, which needs the day of the meeting. Raises InputError."""
    for path in paths:
        if path.suffix.lower() == ".ics" and context.meeting.date is None:
            raise InputError(f"{path}: a calendar file needs the day of the meeting. Add it to the context.")


def write_all(
    drafted: Drafted,
    paths: Iterable[Path],
    *,
    what: What = "page",
    with_sources: bool = False,
    zone: ZoneInfo | None = None,
) -> tuple[str, ...]:
    """Write to each file, atomically; one sentence a file for the rep, and what was left out. Raises InputError."""
    return tuple(_write(drafted, path, what, with_sources=with_sources, zone=zone) for path in paths)


def read_plan(path: Path, *, today: dt.date | None = None) -> Drafted | MeetingPlan:
    """A plan from JSON, or from Markdown, also one written by hand, whose days without a year `today` dates.

    Raises InputError.
    """
    if path.suffix.lower() not in READ:
        raise InputError(f"{path}: a plan is read from {', '.join(READ)}.")
    text = _text(path)
    if path.suffix.lower() == ".json":
        return from_json(text, name=str(path))
    plan = from_markdown(text, name=str(path), today=today)
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


def made(
    drafted: Drafted,
    *,
    what: What = "page",
    ending: str,
    paper: Paper = "a4",
    plan_id: str = "",
    with_sources: bool = False,
    zone: ZoneInfo | None = None,
) -> tuple[bytes, str]:
    """One file's content, and what a person should know of it (empty, or as it goes on after “written”).

    `ending` with its dot; `plan_id` keeps the calendar event the same one when the meeting is moved. `with_sources`:
    the page shows the codes of the lines behind it; JSON always has them, the customer's files never. `zone`: of the
    meeting's hour in a calendar file.

    Raises:
        InputError: the meeting has no day for a calendar file, or there is nothing to bring.
    """
    if ending == ".ics" or what == "agenda":
        return _agenda(drafted, ending, paper, plan_id, zone)
    if what == "bring":
        return _bring(drafted, ending, paper)
    from coach.recheck import with_outcomes_as_said

    plan = with_outcomes_as_said(drafted.plan, drafted.context)
    if ending == ".json":
        return to_json(drafted.model_copy(update={"plan": plan})).encode(), ""
    if ending == ".md":
        return to_markdown(plan, drafted.context, with_sources=with_sources).encode(), ""
    plan = plan if with_sources else without_sources(plan, drafted.context)
    if ending == ".pdf":
        from coach.export.pdf import to_pdf

        page = to_pdf(plan, drafted.context, paper=paper)
        return page.data, "" if page.fits_readably else ", but too long to be read at a table"
    from coach.export.docx import to_docx

    return to_docx(plan, drafted.context, paper=paper), ""


def _write(drafted: Drafted, path: Path, what: What, *, with_sources: bool, zone: ZoneInfo | None) -> str:
    data, remark = made(drafted, what=what, ending=path.suffix.lower(), with_sources=with_sources, zone=zone)
    _replace(path, data)
    return f"{path}: written{remark}"


def _agenda(drafted: Drafted, ending: str, paper: Paper, plan_id: str, zone: ZoneInfo | None) -> tuple[bytes, str]:
    from coach.export.calendar import to_ics
    from coach.export.customer_agenda import customer_agenda

    agenda = customer_agenda(drafted.plan, drafted.context, drafted.groundwork)
    kept = len(agenda.left_out)
    remark = f"; {kept} pieces of the page stay with you" if kept else ""
    if ending == ".ics":
        now = dt.datetime.now(dt.UTC)
        return to_ics(drafted.plan, drafted.context, agenda, now=now, plan_id=plan_id, zone=zone), remark
    return _sheet(agenda.handout, ending, paper), remark


def _bring(drafted: Drafted, ending: str, paper: Paper) -> tuple[bytes, str]:
    from coach.export.bring_sheet import bring_sheet

    sheet = bring_sheet(drafted.plan, drafted.context, drafted.groundwork)
    left_out = "".join(f"; left out “{one.text}”: {one.why}" for one in sheet.left_out)
    return _sheet(sheet.handout, ending, paper), left_out


def _sheet(handout: Handout, ending: str, paper: Paper) -> bytes:
    from coach.export.handout import as_docx, as_markdown, as_pdf

    if ending == ".pdf":
        return as_pdf(handout, paper=paper)
    return as_docx(handout, paper=paper) if ending == ".docx" else as_markdown(handout).encode()


def _replace(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written: {error.strerror}.") from error
