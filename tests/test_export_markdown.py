import datetime as dt
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import InputError
from coach.export.files import plan_in, read_plan
from coach.export.markdown import from_markdown, to_markdown
from coach.schema import AccountContext, Block, Check, Commitment, Meeting, MeetingPlan, NoteLine

TODAY = dt.date(2026, 12, 1)
CONTEXT = AccountContext(
    account="Harrowgate Chilled Foods",
    today=TODAY,
    rep="Riya Shah",
    meeting=Meeting(date=dt.date(2026, 12, 3), start=dt.time(10), place="Harrowgate"),
    notes=(
        NoteLine(label="L5", text="RS promised TR root cause report by 24/10"),
        NoteLine(label="L6", text='29/10 TR: "still\n<!-- @B9 best -->\nwaiting"'),
        NoteLine(label="L9", text="Scandex"),
    ),
)
PLAN = MeetingPlan(
    title="Harrowgate: 3 December",
    language="en",
    depth="quick",
    drafted_by="openai:some-model",
    best_outcome=Commitment(who="Tom Reed", what="writes what counts as passed", by="2026-12-07", blocks=("B5",)),
    blocks=(
        Block(id="B1", kind="heading", text="## Before", part="before"),
        Block(
            id="B2",
            kind="item",
            text="1. **Today:** the report, 38 days late",
            part="before",
            citations=("L5", "L6"),
            basis="sum",
            check=Check(status="unverified", problems=('"38 days" --> counts 39',)),
            not_carried=("38 days",),
        ),
        Block(id="B3", kind="quote", text='> "Tom,\n>\n> that\'s on me."', part="before", citations=("L5",)),
        Block(id="B4", kind="table", text="| a | b |\n|---|---|\n| 1 | 2 |", part="bring", citations=("P1",)),
        Block(id="B5", kind="text", text="**Best:** Tom writes.", part="best", written_by="rep", basis="proposal"),
    ),
)
BY_HAND = """# Harrowgate, Thursday

## Vorher
1. Report [L5]

## 7. Best possible outcome
Tom Reed writes by 7 December what counts as passed. [L3, L4]
**Ask:** "If it makes sense, could we choose the night before we stop?"
**Fall-back:** Tom sends the logs by 8 December 2026. "Could you send both nights?"
**Stop:** nobody may touch firmware.

## Anything else
Nothing of note.
"""


def edited(old: str, new: str) -> MeetingPlan:
    written = to_markdown(PLAN)
    assert written.count(old) == 1
    return from_markdown(written.replace(old, new))


def test_file_reads_well_raw():
    written = to_markdown(PLAN, CONTEXT)
    assert written.startswith(
        "---\nmeeting_plan: 1\ntitle: 'Harrowgate: 3 December'\naccount: Harrowgate Chilled Foods\n"
    )
    assert "\n## Before\n<!-- @B1 before #" in written
    assert "\n1. **Today:** the report, 38 days late [L5 L6]\n<!-- @B2 before sum unverified #" in written
    assert "\n> that's on me.\" [L5]\n<!-- @B3 before #" in written
    assert "\n| 1 | 2 |\n[P1]\n<!-- @B4 bring #" in written
    assert written.endswith(
        '- L5: RS promised TR root cause report by 24/10\n- L6: 29/10 TR: "still <!-- at B9 best --> waiting"\n'
    )


def test_plan_comes_back_as_it_was_with_and_without_its_lines():
    assert from_markdown(to_markdown(PLAN)) == PLAN
    assert from_markdown(to_markdown(PLAN, CONTEXT)) == PLAN


def test_line_ends_byte_order_mark_and_trailing_spaces_of_editors_change_nothing():
    written = to_markdown(PLAN)
    assert from_markdown("\ufeff" + written.replace("\n", "\r\n")) == PLAN
    assert from_markdown(written.replace("-->\n", "-->   \n\n\n")) == PLAN


def test_edited_block_keeps_its_place_and_is_the_reps_and_unchecked():
    block = edited("the report, 38 days late", "the report, 39 days late").blocks[1]
    assert block.text == "1. **Today:** the report, 39 days late"
    assert (block.id, block.part, block.basis, block.citations) == ("B2", "before", "sum", ("L5", "L6"))
    assert (block.written_by, block.check, block.not_carried) == ("rep", Check(), ())


def test_edited_citations_win():
    assert edited("[L5 L6]", "[L6-L8]").blocks[1].citations == ("L6", "L7", "L8")
    assert edited(" [L5 L6]", "").blocks[1].citations == ()
    assert edited("[P1]", "[P2]").blocks[3].citations == ("P2",)


def test_new_block_is_the_reps_in_the_part_of_its_section():
    plan = edited("1. **Today:**", "1. Call Tom first [L4]\n2. **Today:**")
    assert [block.id for block in plan.blocks] == ["B1", "B6", "B2", "B3", "B4", "B5"]
    new = plan.blocks[1]
    assert (new.text, new.part, new.citations, new.written_by) == ("1. Call Tom first", "before", ("L4",), "rep")


def test_block_whose_text_was_taken_out_is_gone():
    assert [block.id for block in edited("**Best:** Tom writes.", "").blocks] == ["B1", "B2", "B3", "B4"]


def test_copied_block_gets_an_id_of_its_own():
    written = to_markdown(PLAN)
    _, block = written.split("\n\n**Best:**")
    plan = from_markdown(f"{written}\n**Best:**{block}")
    assert [one.id for one in plan.blocks][-2:] == ["B5", "B6"]


def test_text_that_looks_like_a_comment_is_only_text():
    text = "a\n<!-- @B9 best {} -->\n---\n<!-- @lines -->\n[L3]"
    plan = MeetingPlan(blocks=(Block(id="B1", kind="text", text=text), Block(id="B2", kind="text", text="b")))
    assert from_markdown(to_markdown(plan)) == plan


def test_plan_written_by_hand_gets_parts_citations_and_outcomes():
    plan = from_markdown(BY_HAND, today=TODAY)
    assert plan.title == "Harrowgate, Thursday"
    assert [(block.id, block.part) for block in plan.blocks if block.kind != "heading"] == [
        *(("B3", "before"), ("B5", "best"), ("B6", "best"), ("B7", "fallback"), ("B8", "stop"), ("B10", "other")),
    ]
    assert plan.blocks[2].text == "1. Report"
    assert (plan.blocks[2].citations, plan.blocks[2].basis) == (("L5",), "notes")
    assert plan.best_outcome == Commitment(
        who="Tom Reed",
        what="Tom Reed writes by 7 December what counts as passed.",
        by="2026-12-07",
        ask="If it makes sense, could we choose the night before we stop?",
        blocks=("B5", "B6"),
    )
    assert plan.fallback == Commitment(
        who="Tom",
        what="Tom sends the logs by 8 December 2026.",
        by="2026-12-08",
        ask="Could you send both nights?",
        blocks=("B7",),
    )
    assert {block.written_by for block in plan.blocks} == {"rep"}


def test_day_without_a_year_stays_open_when_nobody_says_what_today_is():
    plan = from_markdown(BY_HAND)
    assert (plan.best_outcome.by, plan.fallback.by) == ("", "2026-12-08")


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("## Best outcome", "best"),
        ("## Fall-back", "fallback"),
        ("**Opening:**", "opening"),
        ("# Agenda", "agenda"),
        ("## What decides it", "decides"),
        ("## Before", "before"),
        ("## Who", "people"),
        ("## They will ask", "answers"),
        ("## Find out", "find_out"),
        ("## Stop", "stop"),
        ("## Leave out", "leave_out"),
        ("## 2. Purpose", "purpose"),
        ("Insights to share\n---", "bring"),
        ("## Information to get", "find_out"),
        ("## Questions they will ask", "answers"),
        ("## What is the best possible outcome?", "best"),
        ("## If I fail to achieve that, what is my next best fall-back objective?", "fallback"),
        ("## We bring: one night, one store", "bring"),
        ("## Eröffnung", "opening"),
        ("## Ordre du jour", "agenda"),
        ("## Averiguar", "find_out"),
        ("## Weather", "other"),
    ],
)
def test_headings_give_hand_written_blocks_their_part(heading: str, part: str):
    assert [block.part for block in from_markdown(f"{heading}\n\nwords\n- more").blocks] == [part] * 3


@pytest.mark.parametrize(
    ("label", "part"),
    [("**Best:**", "best"), ("- **Fall-back**:", "fallback"), ("Stop:", "stop"), ("**Purpose:**", "purpose")],
)
def test_label_gives_its_block_a_part(label: str, part: str):
    plan = from_markdown(f"## Minutes\n\nwords\n\n{label} Tom writes\n> ready words\n\nmore")
    assert [block.part for block in plan.blocks] == ["agenda", "agenda", part, part, "agenda"]


def test_label_of_a_person_is_no_part_and_stays_in_the_commitment():
    plan = from_markdown("## Best outcome\n**Who:** Tom Reed signs")
    assert plan.blocks[1].part == "best"
    assert from_markdown("## Best outcome\n**Tom:** signs").best_outcome.what == "Tom: signs"


def test_day_without_a_year_is_the_one_nearest_to_the_given_today(tmp_path: Path):
    page = tmp_path / "plan.md"
    page.write_text("## Best outcome\nTom Reed signs by Friday 18 December", "utf-8")
    assert plan_in(read_plan(page, today=TODAY)).best_outcome.by == "2026-12-18"
    assert plan_in(read_plan(page)).best_outcome.by == ""


def test_front_matter_by_hand_is_read_word_for_word():
    plan = from_markdown("---\ntitle: On\nlanguage: no\ndepth: major\nwhatever: 1\n---\n# Heading")
    assert (plan.title, plan.language, plan.depth) == ("On", "no", "major")


def test_rule_at_the_start_is_no_front_matter():
    assert [block.text for block in from_markdown("---\nwords\n\n---\nmore").blocks] == ["---", "words", "---", "more"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\ntitle: a\ndepth: deep\n---\n", "line 3: depth"),
        ("---\ntitle: a\nbest_outcome: [\n---\n", "line 4"),
        ("---\ntitle: a\nbest_outcome: Tom\n---\n", "line 3: best_outcome"),
        ("---\na: " + "[" * 5000 + "\n---\n", "front matter"),
        ("words\n<!-- @B1 best {cut -->", "line 2"),
        ('words\n<!-- @B1 best #000000 {"id": 3} -->', "line 2: id"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, said: str):
    with pytest.raises(InputError, match=said):
        from_markdown(text)


@pytest.mark.parametrize("piece", ["« ", '"a ', "[L1 ", "1/2 ", "Tom ", "<!-- @", "**a:** "])
def test_hostile_repetition_in_an_outcome_is_read_in_no_time(piece: str):
    assert from_markdown("## Best outcome\n" + piece * 20_000).blocks


ODD = st.sampled_from(
    ["-->", "<!--", "<!-- @B1 best -->", "[L3]", "---", "```", "> ", "- ", "| a |", "\n", "\r", " ", "{", "é"]
)
TEXTS = st.one_of(st.text(max_size=20), st.lists(st.one_of(ODD, st.text(max_size=5)), max_size=6).map("".join))
NAMES = st.one_of(st.text(string.ascii_letters, min_size=1, max_size=6), st.text(min_size=1, max_size=4))
LABELS = st.lists(st.one_of(st.sampled_from(["L3", "L12", "F1", "P2", "P2"]), st.text(max_size=3)), max_size=3).map(
    tuple
)
COMMITMENTS = st.builds(
    Commitment, who=TEXTS, what=TEXTS, by=TEXTS, benefit=TEXTS, ask=TEXTS, blocks=st.lists(NAMES, max_size=2).map(tuple)
)
CHECKS = st.builds(Check, problems=st.lists(TEXTS, max_size=2).map(tuple))
BLOCKS = st.builds(
    Block, id=NAMES, text=TEXTS, part=st.one_of(st.sampled_from(["best", "rep", "notes"]), NAMES), citations=LABELS,
    not_carried=st.lists(TEXTS, max_size=2).map(tuple), check=CHECKS,
)  # fmt: skip
PLANS = st.builds(
    MeetingPlan,
    title=TEXTS,
    language=TEXTS,
    drafted_by=TEXTS,
    best_outcome=COMMITMENTS,
    fallback=COMMITMENTS,
    blocks=st.lists(BLOCKS, max_size=4, unique_by=lambda block: block.id).map(tuple),
)


@given(PLANS)
def test_any_plan_is_read_back_without_loss(plan: MeetingPlan):
    assert from_markdown(to_markdown(plan)) == plan


@given(TEXTS)
def test_any_text_is_a_plan_or_an_input_error(text: str):
    try:
        plan = from_markdown(text)
    except InputError:
        return
    assert from_markdown(to_markdown(plan)) == plan
