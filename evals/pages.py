"""Pages of cases by arms, each made once for all the tasks that look at it, and shown as HTML beside its notes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from html import escape
from typing import Protocol

from coach import judge
from coach.brief import material
from coach.errors import ModelError
from coach.export.html import text_to_html
from coach.groundwork import as_text
from coach.markup import join
from coach.schema import Drafted
from evals.arms import Arm, Conditions, as_of_version, make
from evals.cases import Case

Key = tuple[str, str, int]


class Source(Protocol):
    """Where the calls are answered: by recordings, or by a model."""

    def conditions(self, name: str, *, again: int = 0) -> Conditions: ...
    def is_timed(self, name: str) -> bool: ...


class Pages:
    def __init__(self, source: Source) -> None:
        self.source = source
        self._made: dict[Key, asyncio.Task[Drafted]] = {}

    async def made(self, case: Case, arm: Arm, *, again: int = 0) -> Drafted:
        """Raises ModelError where a step failed for good: a page that `builtin` had to help with is not the model's."""
        key = (case.id, arm.name, again)
        if key not in self._made:
            self._made[key] = asyncio.ensure_future(self._make(case, arm, again))
        drafted = await asyncio.shield(self._made[key])
        if drafted.failures:
            first = drafted.failures[0]
            raise ModelError(f"{first.step}: {first.message}", hint=first.hint)
        return drafted

    async def _make(self, case: Case, arm: Arm, again: int) -> Drafted:
        if arm.whole:
            return as_of_version(await self.made(case, arm.whole, again=again), arm.version)
        conditions = self.source.conditions(recording_of(case), again=again)
        if arm.spends_like:
            other = await self.made(case, arm.spends_like, again=again)
            for_pages = [run for run in other.runs if run.call not in judge.CALLS]
            conditions = replace(conditions, tokens=sum(run.tokens_in + run.tokens_out for run in for_pages))
        return await make(case, arm, conditions)


def recording_of(case: Case) -> str:
    return f"contexts/{case.id}"


def as_markdown(drafted: Drafted) -> str:
    """The plan, then what it was worked out from, for Inspect's viewer."""
    worked_out = f"\n\n---\n\n# Groundwork\n\n{as_text(drafted.groundwork)}" if drafted.groundwork.blocks else ""
    return f"{join(drafted.plan.blocks)}{worked_out}"


def as_html(title: str, drafted: Drafted, *, why: str = "") -> str:
    """Plan and notes side by side; nothing in them is an element of its own."""
    columns = {
        "Plan": text_to_html(join(drafted.plan.blocks)),
        "Measured": f"<pre>{escape(why)}</pre>" if why else "",
        "Groundwork": text_to_html(as_text(drafted.groundwork)),
        "Notes": f"<pre>{escape(material(drafted.context))}</pre>",
    }
    sections = "\n".join(f"<section><h1>{name}</h1>\n{body}</section>" for name, body in columns.items() if body)
    return f"{_HEAD.format(title=escape(title))}<main>\n{sections}\n</main>\n"


_HEAD = """<!doctype html><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{{font:16px/1.45 system-ui,sans-serif;margin:1.5rem;color-scheme:light dark}}
main{{display:flex;flex-wrap:wrap;gap:2rem}}section{{flex:1 1 26rem;max-width:46rem}}h1{{font-size:1.1rem}}
pre{{white-space:pre-wrap;font-size:.85rem}}table{{border-collapse:collapse}}
td,th{{border:1px solid #8888;padding:.2rem .5rem}}</style>
"""
