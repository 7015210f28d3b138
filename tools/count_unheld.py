"""count_unheld.py FILE…: drafts each without a model; counts statements that no cited line and no sum holds."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from coach.context import read_context
from coach.export.pdf import to_pdf
from coach.markup import word_count
from coach.rubric import word_budget
from coach.workflow import Options, plan_meeting


def main(paths: list[str]) -> int:
    unheld = over = drafted = 0
    for path in paths:
        found = asyncio.run(plan_meeting(read_context(Path(path)), options=Options(model="builtin")))
        doubted = [block for block in found.plan.blocks if block.check.status in ("unverified", "contradicted")]
        uncited = [
            block
            for block in found.plan.blocks
            if block.kind != "heading" and not block.citations and block.basis != "proposal"
        ]
        over += (
            word_count(found.plan.blocks) > word_budget(found.plan.depth) or not to_pdf(found.plan, found.context).data
        )
        drafted += 1
        unheld += len(doubted) + len(uncited)
        for block in (*doubted, *uncited):
            print(f"{path}: {block.text[:100]}: {'; '.join(block.check.problems)}")
    print(f"{drafted} drafted, {over} over the budget, {unheld} statements with a figure or name that nothing holds")
    return bool(unheld or over)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
