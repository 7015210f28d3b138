"""What an export says anew of a meeting whose notes the rep has changed meanwhile; and which meetings are wanted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.batch.news import given_of, hash_of, renewed
from coach.batch.which import Which, context_files, depth_by_value, is_of_contexts, read_sources, wish_of
from coach.crm.opportunity import Opportunity, Problem
from coach.errors import InputError
from coach.schema import AccountContext, Meeting, NoteLine, Person
from tests.support.crowd import context_text, contexts_in

TODAY = dt.date(2026, 11, 29)
TEXTS = st.lists(st.sampled_from("abcdef"), max_size=6)


def context(*texts: str, stage: str = "Proposal", day: int = 3, today: dt.date = TODAY) -> AccountContext:
    notes = tuple(NoteLine(label=f"L{number}", text=text) for number, text in enumerate(texts, 1))
    meeting = Meeting(date=dt.date(2026, 12, day), attendees=(Person(name="Dana"),))
    return AccountContext(account="Harrowgate", stage=stage, meeting=meeting, today=today, notes=notes)


def labelled(known: AccountContext) -> list[str]:
    return [f"{line.label} {line.text}" for line in known.notes]


def test_lines_that_still_stand_keep_their_labels_and_new_ones_come_after_all_others() -> None:
    old = context("one", "two", "three")
    new = renewed(old, context("zero", "one", "three"), given_of(old))
    assert labelled(new) == ["L1 one", "L3 three", "L4 zero"]


def test_what_the_rep_noted_stays_and_what_only_the_source_said_goes() -> None:
    old = context("one", "two")
    by_rep = old.model_copy(update={"notes": (*old.notes, NoteLine(label="L3", text="mine", source="rep"))})
    assert labelled(renewed(by_rep, context("two", "new"), given_of(old))) == ["L2 two", "L3 mine", "L4 new"]


def test_a_field_that_the_rep_changed_stays_and_the_others_follow_the_source() -> None:
    old = context("one")
    by_rep = old.model_copy(update={"stage": "Won, says the rep"})
    moved = renewed(by_rep, context("one", stage="Lost", day=9), given_of(old))
    assert (moved.stage, moved.meeting.date) == ("Won, says the rep", dt.date(2026, 12, 9))
    assert renewed(old, context("one", stage="Lost"), given_of(old)).stage == "Lost"


@given(old=TEXTS, new=TEXTS, mine=TEXTS)
def test_every_new_line_stands_once_no_label_twice_and_the_reps_words_stay(
    old: list[str], new: list[str], mine: list[str]
) -> None:
    was = context(*old)
    own = tuple(NoteLine(label=f"L{50 + number}", text=f"mine {text}") for number, text in enumerate(mine))
    known = was.model_copy(update={"notes": (*was.notes, *own)})
    after = renewed(known, context(*new), given_of(was))
    labels = [line.label for line in after.notes]
    assert len(set(labels)) == len(labels)
    texts = [line.text for line in after.notes]
    assert sorted(text for text in texts if not text.startswith("mine")) == sorted(new)
    assert [line for line in after.notes if line.text.startswith("mine")] == list(own)


def test_the_day_it_was_read_on_is_no_change_but_the_way_of_drafting_is() -> None:
    monday, friday = context("one"), context("one", today=dt.date(2026, 12, 4))
    assert hash_of(monday, "model") == hash_of(friday, "model")
    assert hash_of(monday, "model") != hash_of(monday, "other")
    assert hash_of(monday) != hash_of(context("one", "two"))


def opportunity(**values: object) -> Opportunity:
    known = {"id": "1", "system": "salesforce", "owner": "Ada Marsh", "stage": "Negotiation", "amount": 5000.0}
    return Opportunity.model_validate({**known, "context": context("one", stage="Discovery"), **values})


@pytest.mark.parametrize(
    ("which", "why"),
    [
        (Which(since=dt.date(2026, 12, 3), until=dt.date(2026, 12, 3)), ""),
        (Which(since=dt.date(2026, 12, 4)), "outside the days"),
        (Which(until=dt.date(2026, 12, 2)), "outside the days"),
        (Which(owner="marsh ADA"), ""),
        (Which(owner="Riya"), "of other owners"),
        (Which(stage="negot"), ""),
        (Which(stage="won"), "in other stages"),
        (Which(min_amount=5000), ""),
        (Which(min_amount=5001), "below the amount"),
    ],
)
def test_only_the_meetings_asked_for_are_wanted(which: Which, why: str) -> None:
    assert which.misses(opportunity()) == why


def test_a_meeting_without_a_day_is_wanted_only_where_it_is_asked_for() -> None:
    undated = opportunity(context=context("one").model_copy(update={"meeting": Meeting()}))
    assert Which().misses(undated) == "without a meeting day"
    assert Which(with_undated=True).misses(undated) == ""


def test_a_page_goes_as_deep_as_the_amount_of_the_record_deserves() -> None:
    assert depth_by_value(opportunity(amount=500.0, stage="Discovery")) == "quick"
    assert depth_by_value(opportunity(amount=5_000_000.0)) == "major"
    assert wish_of(opportunity(amount=500.0, stage="Discovery")).depth == "quick"


def test_a_file_that_cannot_be_read_is_a_problem_and_the_others_are_read(tmp_path: Path) -> None:
    folder = contexts_in(tmp_path, 2)
    (folder / "broken.md").write_text("---\nmeeting: [\n---\n", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    problems: list[Problem] = []
    found = list(context_files(folder, today=TODAY, on_problem=problems.append))
    assert [one.context.account for one in found] == ["Account 1 Ltd", "Account 2 Ltd"]
    assert [problem.file for problem in problems] == ["broken.md"]


def test_a_context_file_is_known_by_its_path(tmp_path: Path) -> None:
    folder = contexts_in(tmp_path, 1)
    (before,) = read_sources([str(folder)], today=TODAY, on_problem=print)
    (folder / "account00001.md").write_text(context_text(1, more="More."), encoding="utf-8")
    (after,) = read_sources([str(folder)], today=TODAY, on_problem=print)
    assert before.id == after.id
    assert (before.owner, before.stage, before.amount) == ("Rep 1", "Negotiation", 2000.0)
    assert is_of_contexts(folder)


@pytest.mark.parametrize("left", ["not-used.csv", "summary.csv"])
def test_what_an_import_or_a_batch_left_beside_contexts_makes_them_no_export(tmp_path: Path, left: str) -> None:
    folder = contexts_in(tmp_path, 1)
    (folder / left).write_text("file,row,column,reason\n", encoding="utf-8")
    assert is_of_contexts(folder)
    (folder / "deals.csv").write_text("Customer,Stage\n", encoding="utf-8")
    assert not is_of_contexts(folder)


def test_a_source_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_sources([str(tmp_path / "nowhere")], today=TODAY, on_problem=print)
