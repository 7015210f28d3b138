"""A plan in a database with a small drafted page, and the ways tests change it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from coach.schema import Block
from coach.store import plans
from coach.store.database import Database
from coach.store.edits import apply_edits
from coach.store.records import Action, Edit, EditResult, KeptPlan
from tests.support.harrowgate import CONTEXT

_numbers = count(1)
TEXTS = ("What decides it", "Ask for the pilot", "Agenda: three points", "Fall back to the contract")


def page(*texts: str) -> tuple[Block, ...]:
    """Blocks B1, B2, …"""
    return tuple(Block(id=f"B{number}", kind="item", text=text) for number, text in enumerate(texts, start=1))


def drafted_plan(db: Database, texts: Sequence[str] = TEXTS) -> str:
    """Id of a plan whose page the coach has drafted: revision 1, blocks B1, B2, …"""
    plan_id = plans.create_plan(db, CONTEXT).id
    plans.replace_blocks(db, plan_id, page(*texts), what="drafted")
    return plan_id


def edit(action: Action, block: str, text: str = "", *, base: int = 1, after: str = "", op: str = "") -> Edit:
    return Edit(op=op or f"op{next(_numbers)}", action=action, block=block, base=base, text=text, after=after)


def do(db: Database, plan_id: str, one: Edit, *, by: str = "Riya") -> EditResult:
    (result,) = apply_edits(db, plan_id, [one], by=by)
    return result


def write(db: Database, plan_id: str, block: str, text: str, *, by: str = "Riya") -> EditResult:
    """An edit by someone who sees the page as it is."""
    base = next(one.revision for one in plans.load_plan(db, plan_id).blocks if one.block.id == block)
    return do(db, plan_id, edit("text", block, text, base=base), by=by)


def texts(kept: KeptPlan) -> list[str]:
    return [one.block.text for one in kept.blocks]


def ids(kept: KeptPlan) -> list[str]:
    return [one.block.id for one in kept.blocks]
