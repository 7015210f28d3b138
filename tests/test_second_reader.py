"""Suggestions are checked before they are offered; applying, dismissing and undoing lose nothing."""

import datetime as dt

import pytest

from coach.errors import InputError
from coach.markup import join, split
from coach.schema import AccountContext, Check, Groundwork, MeetingPlan, NoteLine, Suggestion
from coach.second_reader import apply, dismiss, mended, points_of, read_suggestion, undo, vet

CONTEXT = AccountContext(
    account="Harrowgate",
    today=dt.date(2026, 12, 1),
    notes=(
        NoteLine(label="L1", text="two outages since August, 41 trucks late"),
        NoteLine(label="L2", text="two stores have run 61 days without a disconnect"),
    ),
)
PLAN = MeetingPlan(blocks=split("## We bring\n\nCustomers reduce outages by 35 % with us. They like it. They like it."))


def suggestion(**changes: object) -> Suggestion:
    fields = {
        "id": "S1", "kind": "unsupported", "block": "B2", "old": "Customers reduce outages by 35 % with us.",
        "new": "Two stores have run 61 days without a disconnect.", "why": "35 stands in no line.", "lines": ("L2",),
    }  # fmt: skip
    return Suggestion.model_validate({**fields, **changes})


def test_one_whose_figures_stand_in_its_lines_is_verified() -> None:
    vetted = vet(suggestion(), PLAN, CONTEXT)
    assert isinstance(vetted, Suggestion)
    assert vetted.check.status == "verified"


def test_one_that_brings_in_a_figure_is_shown_as_unverified() -> None:
    vetted = vet(suggestion(new="Two stores have run 99 days without a disconnect."), PLAN, CONTEXT)
    assert isinstance(vetted, Suggestion)
    assert vetted.check.status == "unverified"
    assert "99" in vetted.check.problems[0]


def vetted(plan: MeetingPlan, old: str, new: str, groundwork: Groundwork | None = None) -> str:
    block = next(block.id for block in plan.blocks if old in block.text)
    found = vet(suggestion(block=block, old=old, new=new, lines=("L1",)), plan, CONTEXT, groundwork)
    assert isinstance(found, Suggestion)
    return found.check.status


def test_a_day_that_the_page_itself_proposes_may_be_said_elsewhere_on_it() -> None:
    page = split("We look at the logs together. The trucks wait.\n\n**Best:** Maria signs by 11 December.")
    as_proposed = page[1].model_copy(update={"part": "best", "basis": "proposal"})
    plan = MeetingPlan(blocks=(page[0].model_copy(update={"citations": ("L1",)}), as_proposed))
    assert vetted(plan, "The trucks wait.", "Maria signs by 11 December.") == "verified"
    assert vetted(plan, "The trucks wait.", "Maria signs by 14 December.") == "unverified"


def test_what_the_groundwork_has_worked_out_may_be_said() -> None:
    sums = split("41 trucks × 2 outages = 82 trucks.")[0].model_copy(update={"part": "sums", "citations": ("L1",)})
    plan = MeetingPlan(blocks=(split("The trucks wait.")[0].model_copy(update={"citations": ("L1",)}),))
    assert vetted(plan, "The trucks wait.", "82 trucks wait.") == "unverified"
    assert vetted(plan, "The trucks wait.", "82 trucks wait.", Groundwork(blocks=(sums,))) == "verified"


def test_a_problem_that_the_block_has_already_is_not_the_suggestions() -> None:
    plan = MeetingPlan(blocks=(split("77 trucks wait. They are late.")[0].model_copy(update={"citations": ("L1",)}),))
    assert vetted(plan, "They are late.", "41 of them are late.") == "verified"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"old": "They like it."}, "exactly once"),
        ({"old": "nowhere to be found"}, "exactly once"),
        ({"block": "B9"}, "no block B9"),
        ({"new": "Customers reduce outages by 35 % with us."}, "changes nothing"),
    ],
)
def test_one_that_cannot_be_applied_is_refused_with_its_reason(changes: dict[str, str], why: str) -> None:
    assert why in str(vet(suggestion(**changes), PLAN, CONTEXT))


def test_a_new_page_is_mended_by_what_is_verified_and_still_fits() -> None:
    held = suggestion(check=Check(status="verified"))
    loose = suggestion(old="We bring", block="B1", new="We bring 99", check=Check(status="unverified"))
    gone = suggestion(old="Customers reduce outages", new="Stores", check=Check(status="verified"))
    after, done = mended(PLAN, (held, loose, gone))
    assert [(one.old, one.state) for one in done] == [(held.old, "applied")]
    assert join(after.blocks) == join(PLAN.blocks).replace(held.old, held.new)
    assert mended(PLAN, (held,), spared=("They like it.",)) == (PLAN, ())
    cut = suggestion(old=PLAN.blocks[1].text, new="", check=Check(status="verified"))
    assert [block.id for block in mended(PLAN, (cut,))[0].blocks] == ["B1"]
    listed = MeetingPlan(blocks=split("## Find out\n\n- They like it.\n- Who signs?"))
    cut_item = suggestion(old="They like it.", new="", block="B2", check=Check(status="verified"))
    assert [block.text for block in mended(listed, (cut_item,))[0].blocks] == ["## Find out", "- Who signs?"]


def test_apply_and_undo_give_the_page_back_word_for_word() -> None:
    after, applied = apply(PLAN, suggestion())
    assert "61 days" in after.blocks[1].text
    before, reopened = undo(after, applied)
    assert before.blocks[1].text == PLAN.blocks[1].text
    assert reopened.state == "open"


def test_undoing_a_cut_brings_the_words_back() -> None:
    after, applied = apply(PLAN, suggestion(kind="cut", new=""))
    assert "35" not in after.blocks[1].text
    assert undo(after, applied)[0].blocks[1].text == PLAN.blocks[1].text


def test_undo_keeps_what_the_rep_wrote_elsewhere_in_the_block() -> None:
    after, applied = apply(PLAN, suggestion())
    edited = after.model_copy(
        update={
            "blocks": (after.blocks[0], after.blocks[1].model_copy(update={"text": after.blocks[1].text + " Mine."}))
        }
    )
    text = undo(edited, applied)[0].blocks[1].text
    assert text.endswith("Mine.")
    assert "35 %" in text


def test_words_changed_meanwhile_are_said_not_overwritten() -> None:
    after, applied = apply(PLAN, suggestion())
    with pytest.raises(InputError, match="have changed since"):
        apply(after, suggestion())
    rewritten = after.model_copy(
        update={"blocks": (after.blocks[0], after.blocks[1].model_copy(update={"text": "all new"}))}
    )
    with pytest.raises(InputError, match="have changed since"):
        undo(rewritten, applied)


def test_a_dismissed_one_can_be_reopened() -> None:
    gone = dismiss(suggestion(), reason="he knows")
    assert (gone.state, gone.reason) == ("dismissed", "he knows")
    assert undo(PLAN, gone)[1].state == "open"


@pytest.mark.parametrize(
    "line",
    [
        '{"kind":"harm","kind":"cut","block":"B1","old":"a","new":"b","why":"c"}',
        '{"kind":"harm","block":"B1","old":"a","new":5,"why":"c"}',
        '{"kind":"praise","block":"B1","old":"a","new":"b","why":"c"}',
        '{"kind":"harm","block":"B1"',
        '{"kind":"harm","old":"a","new":"b","why":"c"}',
        '["harm"]',
    ],
)
def test_a_line_that_is_not_one_whole_suggestion_says_why(line: str) -> None:
    assert isinstance(read_suggestion(line, 1), str)


def test_points_are_numbered_paragraphs_with_their_lines() -> None:
    points = points_of("1. The page opens with the quote (L5 L6).\n2. **Out** with Scandex (L9).\n   It is Maria's.")
    assert [point.lines for point in points] == [("L5", "L6"), ("L9",)]
    assert points[1].text == "**Out** with Scandex (L9). It is Maria's."
