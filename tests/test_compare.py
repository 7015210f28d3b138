from hypothesis import given
from hypothesis import strategies as st

from coach.compare import carry_over, changes, similarity
from coach.markup import split
from coach.schema import Change, Check

OLD = """## Before
1. **Today:** send Tom the report.
2. Prepare slides.

## Find out
- What must the board see to stop the Scandex question?

| a | b |
|---|---|
"""
NEW = """## Before
1. **Wednesday:** ask Maria whether Jens comes.
2. **Today:** send Tom the report.

## Find out
- What must the board see on the 15th?

| a | b |
|---|---|
"""


def test_only_what_was_reworded_added_or_removed_is_a_change_in_the_order_of_the_page():
    assert changes(split(OLD), split(NEW)) == (
        Change(new="1. **Wednesday:** ask Maria whether Jens comes."),
        Change(old="2. Prepare slides."),
        Change(
            old="- What must the board see to stop the Scandex question?", new="- What must the board see on the 15th?"
        ),
    )


def test_block_that_was_only_moved_or_numbered_anew_is_no_change():
    assert changes(split("- a b\n- c d\n\ne"), split("e\n\n1. c d\n2. a b")) == ()


def test_block_that_stands_twice_and_is_taken_out_once_is_removed_once():
    assert changes(split("a\n\nb\n\na"), split("a\n\nb")) == (Change(old="a"),)


def test_most_similar_blocks_are_paired_first():
    before = split("- Tom reads the report today\n- Tom reads the report on Thursday night")
    after = split("- Tom reads the whole report on Thursday night")
    assert changes(before, after) == (
        Change(old="- Tom reads the report today"),
        Change(old=before[1].text, new=after[0].text),
    )


def test_heading_is_never_paired_with_a_statement():
    assert Change(old="## Ask Tom now") in changes(split("## Ask Tom now"), split("Ask Tom now, please"))


def test_very_long_pages_are_compared_without_pairing():
    before = split("\n\n".join(f"old {n} word" for n in range(150)))
    after = split("\n\n".join(f"new {n} word" for n in range(150)))
    assert len(changes(before, after)) == 300


def test_index_is_carried_over_word_for_word_only():
    (old, *_) = split("1. Report\n2. Slides")
    indexed = old.model_copy(
        update={
            "part": "before",
            "citations": ("L5",),
            "basis": "notes",
            "not_carried": ("Report",),
            "check": Check(status="verified"),
            "written_by": "rep",
        }
    )
    changed, kept = carry_over((indexed,), split("1. The report\n2. Report"))
    assert (changed.part, changed.citations) == ("other", ())
    assert (kept.id, kept.text) == ("B2", "2. Report")
    assert (kept.part, kept.citations, kept.basis, kept.not_carried) == ("before", ("L5",), "notes", ("Report",))
    assert (kept.check, kept.written_by) == (Check(), "coach")


def test_index_of_a_statement_that_stands_twice_goes_to_each_in_order():
    before = [b.model_copy(update={"part": part}) for b, part in zip(split("a\n\na"), ("best", "stop"), strict=True)]
    assert [block.part for block in carry_over(before, split("a\n\na\n\na"))] == ["best", "stop", "other"]


def test_similarity_weighs_words_not_marks_or_case():
    assert similarity("**Tom** writes by Monday", "tom writes by monday") == 1
    assert similarity("Tom writes by Monday", "Maria chooses a store") == 0
    assert similarity("", "") == 1
    assert 0.6 < similarity("Tom sends the logs by Monday", "Tom sends both logs by Friday") < 0.7


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_the_same_both_ways(one: str, other: str):
    assert similarity(one, other) == similarity(other, one)
    assert 0 <= similarity(one, other) <= 1


@given(st.lists(st.sampled_from(["a b c", "a b d", "# H", "- x y z", "x y"]), max_size=6), st.integers(0, 6))
def test_page_does_not_differ_from_itself_in_another_order(statements: list[str], turn: int):
    before = split("\n\n".join(statements))
    after = split("\n\n".join(statements[turn:] + statements[:turn]))
    assert changes(before, after) == ()
