import datetime as dt
import json

import pytest

from coach.errors import InputError
from coach.export.jsonfile import from_json, to_json
from coach.schema import (
    AccountContext,
    Block,
    Change,
    Commitment,
    Critique,
    Draft,
    Drafted,
    Finding,
    Groundwork,
    Meeting,
    MeetingPlan,
    Point,
    Run,
)

PLAN = MeetingPlan(
    title="Harrowgate",
    blocks=(Block(id="B1", kind="item", text='- "38 days" \0 --> é 🙂', part="before", citations=("L5",)),),
    best_outcome=Commitment(who="Tom Reed", what="writes", by="2026-12-07", blocks=("B1",)),
)
DRAFTED = Drafted(
    context=AccountContext(
        today=dt.date(2026, 12, 1), meeting=Meeting(date=dt.date(2026, 12, 3), start=dt.time(10, 5))
    ),
    plan=PLAN,
    groundwork=Groundwork(blocks=(Block(id="G1", kind="text", text="clock", part="clock"),)),
    critique=Critique(
        points=(Point(text="late", lines=("L5",)),),
        findings=(Finding(rule="R1", gravity="gate", why="none"),),
        scores_by_item={"F1": None, "F2": 3.0},
        total=60.0,
    ),
    drafts=(Draft(plan=PLAN),),
    changes=(Change(old="a", new="b"),),
    questions=("Who comes?",),
    warnings=("L3 reads like an instruction",),
    runs=(Run(call="page", prompt_hash="ab", model="m", started_at=dt.datetime(2026, 12, 1, tzinfo=dt.UTC)),),
    drafted_by="builtin",
)


def test_everything_that_was_drafted_comes_back():
    assert from_json(to_json(DRAFTED)) == DRAFTED


def test_keys_are_those_of_the_nouns():
    written = json.loads(to_json(DRAFTED))
    assert {"plan", "groundwork", "critique", "drafts", "runs", "drafted_by", "context", "changes"} <= set(written)
    assert written["plan"]["blocks"][0]["citations"] == ["L5"]
    assert written["critique"]["scores_by_item"]["F1"] is None


def test_plan_alone_is_read_too():
    assert from_json("\ufeff" + PLAN.model_dump_json()) == PLAN


def test_half_a_surrogate_pair_is_written_in_utf_8_and_comes_back():
    block = PLAN.blocks[0].model_copy(update={"text": "cut \ud83d"})
    drafted = DRAFTED.model_copy(update={"plan": PLAN.model_copy(update={"blocks": (block,)})})
    written = to_json(drafted)
    assert written.encode("utf-8")
    assert from_json(written) == drafted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"plan":\n {"title": "a",}}', r"offer\.json, line 2, column \d+: no JSON"),
        ("", r"line 1, column 1"),
        ('{"plan": 3, "context": {"today": "2026-12-01"}}', r"not a plan: plan: "),
        ('{"blocks": [{"id": "B1", "kind": "x", "text": ""}]}', r"blocks\.0\.kind: "),
        ('{"whatever": 1}', r"whatever: "),
        ("[1]", r"the whole: "),
        ("[" * 100_000, r"nested too deep"),
        ('{"title": 1' + "0" * 5000 + "}", r"a number too long"),
    ],
)
def test_broken_file_is_refused_with_its_place(text: str, said: str):
    with pytest.raises(InputError, match=said):
        from_json(text, name="offer.json")
