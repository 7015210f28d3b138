"""Real completions for the six examples, played through the whole product: a model's own pages are read rightly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coach.context import read_context
from coach.export.pdf import to_pdf
from coach.markup import join, split, word_count
from coach.rubric import word_budget
from coach.schema import Drafted
from coach.workflow import Options, plan_meeting
from tests.support.endpoint import Endpoint
from tests.support.recorded import FOLDER, Recorded

EXAMPLES = Path(__file__).parent.parent / "examples"
NAMES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))
LEAST_VERIFIED = 0.75
"""Share of the blocks that state something: the lowest of the six when they were recorded."""


@pytest.fixture
def played(serve: Callable[..., Endpoint]) -> Callable[[str], object]:
    async def play(name: str) -> Drafted:
        serve(Recorded(name))
        context = read_context(EXAMPLES / f"{name}.md")
        return await plan_meeting(context, options=Options(model="openai:recorded", depth="standard"))

    return play


def test_every_example_is_recorded_and_says_where_from() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.md")} == set(NAMES)
    for name in NAMES:
        assert {"provenance", "date", "context"} <= Recorded(name).provenance.keys()


@pytest.mark.parametrize("name", NAMES)
async def test_a_recorded_plan_is_read_whole_and_mostly_verified(name: str, played: Callable[..., object]) -> None:
    drafted: Drafted = await played(name)  # type: ignore[misc]
    assert not drafted.failures
    assert len(drafted.drafts) >= 2
    assert word_count(drafted.plan.blocks) <= word_budget("standard")
    assert drafted.plan.best_outcome.who
    assert drafted.plan.fallback.what
    stated = [block for block in drafted.plan.blocks if block.check.status not in ("no_claim", "unchecked")]
    verified = sum(block.check.status == "verified" for block in stated)
    assert verified / len(stated) >= LEAST_VERIFIED
    assert not drafted.critique.gates
    assert to_pdf(drafted.plan, drafted.context).data.startswith(b"%PDF")


async def test_over_all_examples_the_rewrite_scores_above_the_draft(played: Callable[..., object]) -> None:
    gained = []
    for name in NAMES:
        drafted: Drafted = await played(name)  # type: ignore[misc]
        first, last = drafted.drafts[0].critique.total, drafted.critique.total
        assert first is not None
        assert last is not None
        gained.append(last - first)
    assert sum(gained) / len(gained) > 0


@pytest.mark.parametrize("name", NAMES)
def test_recorded_pages_go_through_markup_word_for_word(name: str) -> None:
    for call in ("groundwork", "page", "rewrite"):
        text = Recorded(name).text(call)
        assert "".join(join(split(text)).split()) == "".join(text.split())
