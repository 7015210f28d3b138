"""The indexer's answer is read however it is bent, and never believed without looking."""

import datetime as dt

import pytest

from coach.index import Entry, apply_index, commitment, questions_about, read_index, with_second_answer
from coach.labels import labels_in
from coach.markup import split
from coach.schema import AccountContext, NoteLine

CONTEXT = AccountContext(
    account="Harrowgate",
    today=dt.date(2026, 12, 1),
    notes=(
        NoteLine(label="L1", text="two outages since August, 41 trucks late"),
        NoteLine(label="L2", text="board on 15 December"),
        NoteLine(label="L3", text="no price was agreed"),
    ),
)


@pytest.mark.parametrize(
    ("line", "part", "labels"),
    [
        ("B4: people | L12 L30", "people", ("L12", "L30")),
        ("B4 : people | L12, L30", "people", ("L12", "L30")),
        ("- B4: people | L12 L30", "people", ("L12", "L30")),
        ("* **B4**: people | L12 L30", "people", ("L12", "L30")),
        ("**B4:** people | L12 L30", "people", ("L12", "L30")),
        ("`B4: people | L12 L30`", "people", ("L12", "L30")),
        ("B4 | people | L12 L30", "people", ("L12", "L30")),
        ("B4: PEOPLE | L12 L30", "people", ("L12", "L30")),
        ("B4: people | [L12] [L30]", "people", ("L12", "L30")),
        ("B4: people | L12; L30 (both)", "people", ("L12", "L30")),
        ("B4: people | L12 and L30", "people", ("L12", "L30")),
        ("B4: people | lines L12 L30", "people", ("L12", "L30")),
        ("B4 - people | L12 L30", "people", ("L12", "L30")),
        ("B4. people | L12 L30", "people", ("L12", "L30")),
        ("B4 (item): people | L12 L30", "people", ("L12", "L30")),
        ("1. B4: people | L12 L30", "people", ("L12", "L30")),
        ("| B4 | people | L12 L30 |", "people", ("L12", "L30")),
        ("B4: find out | L12 L30", "find_out", ("L12", "L30")),
        ("B4: leave-out | L12–L14", "leave_out", ("L12", "L13", "L14")),
        ("B4: people L12 L30", "people", ("L12", "L30")),
        ("B4 people | L12 L30", "people", ("L12", "L30")),
        ("\tB4:people|L12 L30\r", "people", ("L12", "L30")),
    ],
)
def test_bent_lines_are_read(line: str, part: str, labels: tuple[str, ...]) -> None:
    index = read_index(line)
    assert index.entries["B4"].part == part
    assert index.entries["B4"].citations == labels
    assert not index.unread


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("B7: bring | sum L3 F7", Entry(part="bring", basis="sum", citations=("L3", "F7"))),
        ("B6: find_out | ours", Entry(part="find_out", basis="proposal")),
        ("B6: before | ours L5", Entry(part="before", basis="proposal", citations=("L5",))),
        ("B5: before | none", Entry(part="before", basis="notes", objection="no line carries it")),
        ("B8: decides | against L9", Entry("decides", "notes", ("L9",), (), "L9 says otherwise")),
        ("B8: bring | wrong sum L3 F7", Entry("bring", "sum", ("L3", "F7"), (), "does not follow from L3 F7")),
        ('B9: answers | L4 | not: "by Friday"', Entry("answers", "notes", ("L4",), ("by Friday",))),
        ("B2: bring | P1 P2", Entry("bring", "offer", ("P1", "P2"))),
        ("B3: nonsense | L4", Entry("", "notes", ("L4",))),
    ],
)
def test_each_form_is_understood(line: str, expected: Entry) -> None:
    (entry,) = read_index(line).entries.values()
    assert entry == expected


def test_prose_around_the_answer_is_reported_and_does_no_harm() -> None:
    index = read_index("Sure, here is the index:\nB1: decides | L1\nHope this helps!")
    assert list(index.entries) == ["B1"]
    assert index.unread == ("Sure, here is the index:", "Hope this helps!")


def test_commitments_are_read_with_or_without_marks() -> None:
    index = read_index(
        "**BEST** who: Tom Reed | what: writes what passed means | by: 2026-12-07 | ask: B12\n"
        "FALL-BACK: who: Tom | by: Monday | ask: B13"
    )
    assert index.best == {"who": "Tom Reed", "what": "writes what passed means", "by": "2026-12-07", "ask": "B12"}
    assert index.fallback == {"who": "Tom", "by": "Monday", "ask": "B13"}


def test_a_missing_commitment_is_empty() -> None:
    assert commitment(read_index("BEST missing").best, (), "best").who == ""


def test_the_ask_is_the_sentence_in_quotation_marks() -> None:
    blocks = apply_index(split('Ask: "Could we put the night in the diary?"'), read_index("B1: best | ours"), CONTEXT)
    assert commitment({"who": "Tom", "ask": "B1"}, blocks, "best").ask == "Could we put the night in the diary?"


def test_a_figure_that_the_named_line_lacks_is_asked_for_once_more_and_then_unverified() -> None:
    (block,) = split("The outages made 41 trucks late.")
    index = read_index("B1: decides | L2")
    assert [question for question in questions_about(block, index, CONTEXT) if '"41' in question]
    (still_wrong,) = apply_index([block], index, CONTEXT)
    assert still_wrong.check.status == "unverified"
    mended = with_second_answer(index, read_index('B1: "41" | L1'))
    (block_now,) = apply_index([block], mended, CONTEXT)
    assert block_now.check.status == "verified"
    assert block_now.citations == ("L2", "L1")


def test_a_line_that_says_otherwise_makes_a_block_contradicted() -> None:
    (block,) = apply_index(split("The price was agreed."), read_index("B1: decides | against L3"), CONTEXT)
    assert block.check.status == "contradicted"
    assert block.check.problems[0] == "L3 says otherwise"


def test_ranges_are_written_out_and_absurd_ones_are_not() -> None:
    assert labels_in("L3-L5 and F1") == ("L3", "L4", "L5", "F1")
    assert labels_in("L3-L99999") == ("L3",)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ('"Alex, by Thursday the 17th you introduce me to whoever signs. Does that work?"', "Thursday the 17th"),
        ("Tom writes it down by Monday 7 December, and sends the logs.", "Monday 7 December"),
        ("Tom sends the logs until Friday.", "Friday"),
        ("Tom sends the logs.", ""),
        ("Who pays by invoice since 3 May?", ""),
    ],
)
def test_the_day_of_an_outcome_is_read_where_the_indexer_does_not_say_it(text: str, by: str) -> None:
    (block,) = (one.model_copy(update={"part": "best"}) for one in split(text))
    assert commitment({}, [block], "best").by == by
    assert commitment({"by": "2026-12-17"}, [block], "best").by == "2026-12-17"
