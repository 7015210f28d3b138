"""Opportunities with a meeting out of a CRM: its exports and its live data, as contexts that plans are drafted from.

Nothing heavy is imported before it is called for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from coach.crm.export import Counts
    from coach.crm.mapping import Mapping
    from coach.crm.opportunity import Opportunity, Problem
    from coach.schema import Seller
    from coach.store.database import Database


def read_export(
    paths: Iterable[Path],
    *,
    mapping: Mapping | None = None,
    today: dt.date,
    seller: Seller | None = None,
    on_problem: Callable[[Problem], None],
    with_all_open: bool = False,
    db: Database | None = None,
    counts: Counts | None = None,
) -> Iterator[Opportunity]:
    """The opportunities of an export, one a meeting from `today` on, as the files are read.

    Where an export tells of no meetings at all, every open opportunity is given, without a meeting; where it does,
    those without one only `with_all_open`. `seller` goes before the mapping's. `db`: where what was said of columns
    is remembered. `counts` grows meanwhile.

    Raises:
        InputError: nothing there, no table of opportunities, or a mapping that does not fit.
    """
    from coach.crm.export import Counts as NoCounts
    from coach.crm.export import Wishes, look, opportunities
    from coach.crm.mapping import Mapping as NoMapping
    from coach.crm.memory import remember

    known = mapping or NoMapping()
    wishes = Wishes.of(known, today=today, seller=seller, with_all_open=with_all_open)
    parts = look(paths, mapping=known, on_problem=on_problem, db=db)
    found = opportunities(parts, wishes=wishes, counts=counts or NoCounts(), on_problem=on_problem)
    if mapping and db:
        remember([each for part in parts for each in part.tables], db)
    return (one.opportunity for one in found)
