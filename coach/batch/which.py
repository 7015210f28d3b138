"""Which meetings a batch plans, how deep each plan goes by what is at stake, and the slots they are put into.

Reads exports and folders of context files as a stream: nothing of them is kept in memory. Knows nothing about models.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

from coach.batch.news import hash_of
from coach.batch.summary import SUMMARY
from coach.checks import depth_for
from coach.context import TEXT_ENDINGS, read_context
from coach.crm import read_export
from coach.crm.connect import is_source, open_source
from coach.crm.export import Counts
from coach.crm.mapping import read_mapping
from coach.crm.opportunity import Opportunity, Problem
from coach.crm.unused import NOT_USED
from coach.errors import InputError
from coach.figures import figures
from coach.schema import Depth
from coach.store.database import Database
from coach.store.slots import Filled, Wish, put_slots

AT_ONCE = 100
"""Slots written in one transaction."""
LIVE_DAYS = 14
WITHOUT_DAY = "without a meeting day"
OWN_TABLES = frozenset({NOT_USED, SUMMARY})
CONTEXT_ENDINGS = TEXT_ENDINGS - {""}
OnProblem = Callable[[Problem], None]


@dataclass(frozen=True)
class Which:
    """The meetings that are wanted; what is left empty does not matter."""

    since: dt.date | None = None
    until: dt.date | None = None
    """The last day, itself included."""
    owner: str = ""
    """Words of the owner's name, whatever their case."""
    stage: str = ""
    min_amount: float | None = None
    with_undated: bool = False
    """Also meetings without a day."""

    def misses(self, opportunity: Opportunity) -> str:
        """Why a meeting is not wanted, in words for the count of what was left out; empty: it is."""
        day = opportunity.context.meeting.date
        if day is None and not self.with_undated:
            return WITHOUT_DAY
        if day and ((self.since and day < self.since) or (self.until and day > self.until)):
            return "outside the days"
        if not _holds(opportunity.owner or opportunity.context.rep, self.owner):
            return "of other owners"
        if not _holds(opportunity.stage or opportunity.context.stage, self.stage):
            return "in other stages"
        if self.min_amount is not None and (opportunity.amount or 0.0) < self.min_amount:
            return "below the amount"
        return ""


@dataclass(frozen=True)
class Found:
    """What a source held: slots by what became of them, and what was left out, by why."""

    filled: Filled
    left_out: dict[str, int]


def fill(
    db: Database,
    batch_id: str,
    opportunities: Iterable[Opportunity],
    which: Which,
    *,
    how: Sequence[str] = (),
    on_progress: Callable[[int], None] | None = None,
) -> Found:
    """A slot for every meeting that is wanted; asked for again it changes nothing but what has changed.

    `how`: model, effort and language: where they differ, a plan is drafted anew. `on_progress`: slots so far.
    """
    left_out: dict[str, int] = {}
    filled, seen = Filled(), 0
    wanted = _wanted(opportunities, which, left_out)
    while some := tuple(islice(wanted, AT_ONCE)):
        filled += put_slots(db, batch_id, [wish_of(one, how=how) for one in some])
        seen += len(some)
        if on_progress:
            on_progress(seen)
    return Found(filled, left_out)


def wish_of(opportunity: Opportunity, *, how: Sequence[str] = ()) -> Wish:
    depth = depth_by_value(opportunity)
    return Wish(
        key=opportunity.id,
        context=opportunity.context,
        wanted=hash_of(opportunity.context, depth, *how),
        depth=depth,
        rep=opportunity.owner,
        stage=opportunity.stage,
        amount=opportunity.amount,
        currency=opportunity.currency,
    )


def depth_by_value(opportunity: Opportunity) -> Depth:
    """How much page a meeting deserves: by the amount of the record, stage and people; see `coach.checks.depth_for`."""
    context = opportunity.context
    if opportunity.amount is not None and not context.amount:
        context = context.model_copy(update={"amount": f"{opportunity.amount:.0f} {opportunity.currency}".strip()})
    return depth_for(context)


def context_files(folder: Path, *, today: dt.date, on_problem: OnProblem) -> Iterator[Opportunity]:
    """The context files of a folder, in the order of their names; one that cannot be read is a problem, and left out.

    A meeting is known by its file: the same path is the same meeting.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix.casefold() not in CONTEXT_ENDINGS or path.name.startswith("."):
            continue
        try:
            yield _of_file(path, today)
        except InputError as error:
            on_problem(Problem(file=path.name, row=0, column="", reason=error.message))


def is_of_contexts(source: Path) -> bool:
    """Whether a folder or file holds context files, and no tables but those that an import or a batch left there."""
    files = source.iterdir() if source.is_dir() else [source]
    endings = [path.suffix.casefold() for path in files if path.name not in OWN_TABLES]
    return any(end in CONTEXT_ENDINGS for end in endings) and not any(end in (".csv", ".xlsx") for end in endings)


def read_sources(
    sources: Sequence[str],
    *,
    today: dt.date,
    on_problem: OnProblem,
    with_all_open: bool = False,
    mapping: Path | None = None,
    db: Database | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    counts: Counts | None = None,
) -> Iterator[Opportunity]:
    """The opportunities of folders of context files, of exports and of live CRMs (`salesforce:`), as a stream.

    `with_all_open`: of an export that tells of meetings also the opportunities without one. `mapping`: a file that says
    which column is what. `db`: where that is remembered. `since`, `until`: of what a live CRM is asked for; else
    LIVE_DAYS from today. `counts`: what became of an export's opportunities, growing.

    Raises:
        InputError: a source that is not there, or a CRM that cannot be asked.
    """
    live = [source for source in sources if is_source(source)]
    first = since or today
    last = until or first + dt.timedelta(days=LIVE_DAYS)
    asked = [open_source(name, since=first, until=last, on_problem=on_problem, today=today) for name in live]
    paths = [Path(source) for source in sources if source not in live]
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}: there is no such file or folder.")
    contexts = [path for path in paths if is_of_contexts(path)]
    exports = [path for path in paths if path not in contexts]
    streams = [*asked, *(_contexts(path, today, on_problem) for path in contexts)]
    if not exports:
        return chain(*streams)
    known = read_mapping(mapping) if mapping else None
    read = partial(read_export, mapping=known, with_all_open=with_all_open, db=db, counts=counts)
    return chain(*streams, read(exports, today=today, on_problem=on_problem))


def _contexts(path: Path, today: dt.date, on_problem: OnProblem) -> Iterator[Opportunity]:
    if path.is_dir():
        yield from context_files(path, today=today, on_problem=on_problem)
    else:
        yield _of_file(path, today)


def _of_file(path: Path, today: dt.date) -> Opportunity:
    context = read_context(path, today=today)
    return Opportunity(
        id=f"files:{path.resolve()}",
        system="files",
        owner=context.rep,
        stage=context.stage,
        amount=max((float(figure.value) for figure in figures(context.amount)), default=None),
        context=context,
    )


def _wanted(opportunities: Iterable[Opportunity], which: Which, left_out: dict[str, int]) -> Iterator[Opportunity]:
    for one in opportunities:
        if why := which.misses(one):
            left_out[why] = left_out.get(why, 0) + 1
        else:
            yield one


def _holds(text: str, words: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words.casefold().split())
