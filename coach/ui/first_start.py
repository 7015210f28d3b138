"""An example to look at, drafted without a model, in a database that holds nothing yet; made once."""

from __future__ import annotations

import asyncio
import threading
from functools import cache
from pathlib import Path

from coach.context import read_context
from coach.options import Options
from coach.settings import BUILTIN
from coach.store.database import Database
from coach.store.plans import create_plan, keep_drafted, list_plans
from coach.store.preferences import preference, set_preference
from coach.workflow import plan_meeting

_PLAN = "example"
_NONE = "none"
_IN_CHECKOUT = Path(__file__).parents[2] / "examples"
_IN_WHEEL = Path(__file__).parents[1] / "examples"
_making = threading.Lock()


def first_start(db: Database) -> None:
    """Put the example there if nobody has planned anything. Raises StoreError."""
    with _making:
        _once(db)


def example_plan(db: Database) -> str:
    """Id of the example's plan, also once it is archived; empty: none was made."""
    kept = preference(db, _PLAN)
    return "" if kept == _NONE else kept


@cache
def _once(db: Database) -> None:
    """Asked on every run of the script, looked up once a process."""
    if preference(db, _PLAN):
        return
    is_used = bool(list_plans(db) or list_plans(db, archived=True))
    set_preference(db, _PLAN, _NONE if is_used else _made(db))


def _made(db: Database) -> str:
    folder = _IN_CHECKOUT if _IN_CHECKOUT.is_dir() else _IN_WHEEL
    context = read_context(folder / "renewal.md")
    drafted = asyncio.run(plan_meeting(context, options=Options(model=BUILTIN)))
    kept = create_plan(db, context, purpose=context.opportunity)
    keep_drafted(db, kept.id, drafted, drafted.plan.blocks, touched=frozenset())
    return kept.id
