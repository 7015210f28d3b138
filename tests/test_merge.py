"""A new page never takes a word from the rep, and never says the same thing twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from coach.compare import SAME_STATEMENT, similarity
from coach.markup import split
from coach.merge import brought_back, fresh_id, merge, rekeyed
from coach.schema import Block, Check, Commitment, Critique, Finding, MeetingPlan, Suggestion

OLD = """# Harrowgate: a test

## Before

1. **Today:** send Tom the report.
2. Ask Maria whether Jens comes on Thursday.
3. Prepare slides about the roadmap.

## Find out

- What must the board see on the 15th?
"""
NEW = """# Harrowgate: a test

## Before

1. **Today:** send Tom the whole report.
2. Ask Maria whether Jens comes on Thursday.
3. Clear at home who pays the weekend crew.

## Find out

- What must the board see on the 15th?
- Who has to agree to a firmware change?
"""


def stored(markdown: str) -> tuple[Block, ...]:
    """A page as the database has it: ids of its own."""
    return tuple(block.model_copy(update={"id": f"K{place}"}) for place, block in enumerate(split(markdown)))


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"N{next(numbers)}"


def texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks]


def reworded(blocks: Sequence[Block], block: str, text: str) -> tuple[Block, ...]:
    return tuple(
        one.model_copy(update={"text": text, "written_by": "rep"}) if one.id == block else one for one in blocks
    )


def test_a_better_version_that_is_broken_off_leaves_the_page_before_it() -> None:
    whole = stored(OLD)
    half = merge(whole, split(NEW)[:5], touched=(), is_complete=False).blocks
    assert texts(half) != texts(whole)
    assert brought_back(half, whole, touched=()) == whole


def test_what_the_rep_wrote_into_a_version_that_is_broken_off_stands_on_the_page_before_it() -> None:
    whole = stored(OLD)
    half = merge(whole, split(NEW)[:5], touched=(), is_complete=False, fresh=ids()).blocks
    crew = next(block.id for block in half if "weekend crew" in block.text)
    mine = reworded(half, crew, "3. Clear at home who pays the weekend crew: Dana.")
    first = reworded(mine, "K2", "1. **Today:** carry the report to Tom.")
    gone = [block for block in first if block.id != "K3"]
    back = brought_back(gone, whole, touched={crew, "K2"}, before=half, deleted=[whole[3]])
    assert [text for text in texts(back) if text[0].isdigit()] == [
        "1. **Today:** carry the report to Tom.",
        "3. Clear at home who pays the weekend crew: Dana.",
        "3. Prepare slides about the roadmap.",
    ]


@given(came=st.integers(0, 8), mine=st.sets(st.integers(0, 12), max_size=4))
def test_whenever_it_is_broken_off_the_page_before_it_stands_once_with_every_word_of_the_reps(
    came: int, mine: set[int]
) -> None:
    whole = stored(OLD)
    half = merge(whole, split(NEW)[:came], touched=(), is_complete=False).blocks
    touched = {half[place].id for place in mine if place < len(half)}
    now = tuple(
        block.model_copy(update={"text": f"{block.text} Mine."}) if block.id in touched else block for block in half
    )
    back = brought_back(now, whole, touched=touched, before=half)
    assert len({block.id for block in back}) == len(back)
    assert {block.text for block in now if block.id in touched} <= set(texts(back))
    assert [block for block in back if block.id not in touched] == [
        block for block in whole if block.id not in touched and block in back
    ]
    lost = {block.id for block in whole} - {block.id for block in back}
    assert len(lost) <= len(touched)


def test_an_untouched_page_becomes_the_new_page_and_what_it_says_again_keeps_its_id() -> None:
    current = stored(OLD)
    merged = merge(current, split(NEW), touched=(), fresh=ids())
    assert texts(merged.blocks) == texts(split(NEW))
    by_text = {block.text: block.id for block in merged.blocks}
    assert by_text["2. Ask Maria whether Jens comes on Thursday."] == "K3"
    assert by_text["1. **Today:** send Tom the whole report."] == "K2"
    assert by_text["3. Clear at home who pays the weekend crew."] == "N1"
    assert merged.ids == {block.id: one.id for block, one in zip(split(NEW), merged.blocks, strict=True)}


def test_the_reps_words_stand_where_the_new_version_of_them_would_stand() -> None:
    current = reworded(stored(OLD), "K3", "2. Call Jens himself: does he come?")
    turned = NEW.replace("2. Ask Maria whether Jens comes on Thursday.\n", "").replace(
        "## Find out\n\n", "## Find out\n\n- Ask Maria whether Jens comes on Thursday.\n"
    )
    merged = merge(current, split(turned), touched={"K3"}, before=stored(OLD), fresh=ids())
    at = texts(merged.blocks).index("2. Call Jens himself: does he come?")
    assert merged.blocks[at - 1].text == "## Find out"
    assert not any("Ask Maria" in text for text in texts(merged.blocks))


def test_the_reps_words_that_the_new_page_does_not_have_stand_behind_what_stood_before_them() -> None:
    current = reworded(stored(OLD), "K4", "3. Bring the signed roll-back sheet.")
    merged = merge(current, split(NEW), touched={"K4"}, fresh=ids())
    at = texts(merged.blocks).index("3. Bring the signed roll-back sheet.")
    assert merged.blocks[at - 1].text == "2. Ask Maria whether Jens comes on Thursday."


def test_the_reps_item_under_items_that_are_all_new_stays_in_its_section() -> None:
    current = stored("## Before\n\n- alpha beta\n- gamma delta\n- my own words\n\n## Who\n\n- Tom")
    new = split("## Before\n\n- one two\n- three four\n- five six\n\n## Who\n\n- Tom")
    merged = merge(current, new, touched={"K3"}, fresh=ids())
    assert texts(merged.blocks) == [
        "## Before", "- one two", "- three four", "- my own words", "- five six", "## Who", "- Tom",
    ]  # fmt: skip


def test_there_is_one_opening_however_differently_the_rep_has_worded_it() -> None:
    (mine,) = split("> “Shall we begin?”")
    mine = mine.model_copy(update={"id": "K0", "part": "opening"})
    (theirs,) = split("We have until 10:45; what do you each want settled, and what would you rather leave?")
    theirs = theirs.model_copy(update={"part": "opening"})
    merged = merge([mine], [theirs], touched={"K0"}, fresh=ids())
    assert merged.blocks == (mine,)
    assert merged.ids == {"B1": "K0"}


def test_what_the_rep_has_deleted_does_not_come_back() -> None:
    current = stored(OLD)
    merged = merge(
        [block for block in current if block.id != "K4"],
        split(NEW.replace("Clear at home who pays the weekend crew", "Prepare a few slides about the roadmap")),
        touched=(), deleted=[current[4]], fresh=ids(),
    )  # fmt: skip
    assert not any("slides" in text for text in texts(merged.blocks))
    assert len(merged.blocks) == len(split(NEW)) - 1


def test_one_of_two_equal_statements_deleted_leaves_the_other() -> None:
    current = stored("- Ask Tom\n- Ask Tom")
    merged = merge(current[:1], split("- Ask Tom"), touched=(), deleted=current[1:], fresh=ids())
    assert [block.id for block in merged.blocks] == ["K0"]


def test_while_the_page_streams_the_rest_of_the_old_one_stays_below() -> None:
    current = reworded(stored(OLD), "K6", "- What does the board fear?")
    arrived = split(NEW)[:4]
    merged = merge(current, arrived, touched={"K6"}, is_complete=False, fresh=ids())
    assert texts(merged.blocks) == [
        "# Harrowgate: a test", "## Before", "1. **Today:** send Tom the whole report.",
        "2. Ask Maria whether Jens comes on Thursday.", "3. Prepare slides about the roadmap.", "## Find out",
        "- What does the board fear?",
    ]  # fmt: skip


def in_parts(markdown: str, parts: Mapping[str, str]) -> tuple[Block, ...]:
    """Each block in the part of the heading above it, or in none."""
    part, blocks = "other", []
    for block in stored(markdown):
        part = parts.get(block.text, "other") if block.kind == "heading" else part
        blocks.append(block.model_copy(update={"part": part}))
    return tuple(blocks)


PARTS = {"## Before": "before", "## Today": "before", "## Never": "leave_out", "## Leave out": "leave_out"}
OTHER = """## Before

1. Carry the report to Tom.
2. Whether Jens comes: ask.
3. Slides about the roadmap.

## Find out

- What must the board see?
- Who pays the crew?

## Leave out

- The other price.
"""
WORDED_ANEW = """## Today

1. Tom gets his findings.
2. Maria knows of Jens.

## Never

- A discount.
"""


def streamed(old: Sequence[Block], new: Sequence[Block], *, touched: Sequence[str] = ()) -> list[tuple[Block, ...]]:
    """The page after each block of the new one that came."""
    fresh, known, moments = ids(), dict[str, str](), [tuple(old)]
    for length in range(1, len(new) + 1):
        step = merge(
            moments[-1],
            new[:length],
            touched=touched,
            before=old,
            known=known,
            whole=old,
            is_complete=False,
            fresh=fresh,
        )
        moments.append(step.blocks)
        known = dict(step.ids)
    return moments[1:]


def test_while_a_page_streams_no_part_of_which_something_has_come_stands_there_in_its_old_words() -> None:
    new = [block.model_copy(update={"id": f"B{place}"}) for place, block in enumerate(in_parts(WORDED_ANEW, PARTS))]
    first, second, third, fourth, fifth = (texts(blocks) for blocks in streamed(in_parts(OTHER, PARTS), new))
    rest = texts(in_parts(OTHER, PARTS))[4:]
    assert first == ["## Today", *rest]
    assert second == ["## Today", "1. Tom gets his findings.", *rest]
    assert third == [*second[:2], "2. Maria knows of Jens.", *rest]
    assert fourth == [*third[:3], "## Never", *rest[:3]]
    assert fifth == [*fourth[:4], "- A discount.", *rest[:3]]


def test_a_page_that_streams_over_another_has_one_title() -> None:
    old, new = stored("# The first words\n\n## Who\n\n- Tom"), split("# Quite another one\n\n## Today\n\n- Ring.")
    assert texts(streamed(old, new)[0]) == ["# Quite another one", "## Who", "- Tom"]


def test_a_section_that_is_said_again_is_replaced_block_by_block() -> None:
    old = in_parts(OTHER, PARTS)
    new = split(OTHER.replace("Carry the report", "Carry the whole report"))
    for length, blocks in enumerate(streamed(old, new), 1):
        assert texts(blocks) == [*texts(new[:length]), *texts(old[length:])]


def test_of_a_page_worded_anew_as_much_of_the_old_one_goes_from_the_top_as_has_come() -> None:
    old, new = stored("\n\n".join(f"old{place} one two" for place in range(6))), "\n\n".join(["new a b"] * 6)
    lengths = [[text.split()[0] for text in texts(blocks)] for blocks in streamed(old, split(new))]
    assert lengths[0] == ["new", "old1", "old2", "old3", "old4", "old5"]
    assert lengths[3] == ["new", "new", "new", "new", "old4", "old5"]
    assert lengths[5] == ["new"] * 6


def test_what_is_said_again_after_it_has_gone_is_the_same_block_with_all_that_is_known_of_it() -> None:
    old = [block.model_copy(update={"citations": ("L5",)}) for block in in_parts(OTHER, PARTS)]
    new = split("## Today\n\n1. Tom gets his findings.\n2. Slides about the roadmap.")
    new = tuple(block.model_copy(update={"part": "before"}) for block in new)
    first, second, third = streamed(old, new)
    assert not any("Slides" in text for text in texts(first) + texts(second))
    (again,) = (block for block in third if "Slides" in block.text)
    assert (again.id, again.citations) == ("K3", ("L5",))


def test_what_the_rep_deletes_while_a_page_streams_is_not_taken_for_what_has_only_gone() -> None:
    old = in_parts(OTHER, PARTS)
    gone = tuple(block for block in old if "Slides" not in block.text)
    merged = merge(
        gone, split("1. Slides about the roadmap."), touched=(), deleted=[old[3]], whole=old, is_complete=False
    )
    assert "K3" not in {block.id for block in merged.blocks}
    assert merged.ids == {}


def test_the_reps_words_stay_where_they_are_while_all_around_them_is_worded_anew() -> None:
    old = in_parts(OTHER, PARTS)
    mine = {"K2": "2. Mine: ask Jens.", "K6": "- Mine: who pays?"}
    now = tuple(block.model_copy(update={"text": mine.get(block.id, block.text)}) for block in old)
    new = [block.model_copy(update={"id": f"B{place}"}) for place, block in enumerate(in_parts(WORDED_ANEW, PARTS))]
    moments = streamed(now, [*new[:2], *new[2:3], *new[3:]], touched=tuple(mine))
    find_out = ["## Find out", "- What must the board see?", mine["K6"]]
    assert texts(moments[0])[:2] == ["## Today", mine["K2"]]
    for blocks in moments[1:3]:
        assert texts(blocks)[:3] == ["## Today", "1. Tom gets his findings.", mine["K2"]]
    assert texts(moments[2])[3:] == ["2. Maria knows of Jens.", *find_out, "## Leave out", "- The other price."]
    assert texts(moments[4])[4:] == ["## Never", "- A discount.", *find_out]


def test_what_the_new_page_leaves_out_goes_as_soon_as_the_page_is_past_it() -> None:
    current = stored(OLD)
    merged = merge(current, split(NEW)[:6], touched=(), is_complete=False, fresh=ids())
    assert "3. Prepare slides about the roadmap." not in texts(merged.blocks)
    assert texts(merged.blocks)[-1] == "- What must the board see on the 15th?"


def test_a_block_moved_to_the_top_does_not_empty_the_page_that_still_streams() -> None:
    current = stored("\n\n".join(f"word{place} thing{place}" for place in range(20)))
    merged = merge(current, split("word19 thing19"), touched=(), is_complete=False, fresh=ids())
    assert len(merged.blocks) == 20
    assert merged.blocks[0].id == "K19"


def test_what_the_rep_does_to_a_block_while_others_still_come_stands() -> None:
    current = stored(OLD)
    new = split(NEW)
    first = merge(current, new[:5], touched=(), is_complete=False, fresh=ids())
    (fresh,) = [block for block in first.blocks if "weekend crew" in block.text]
    mine = reworded(first.blocks, fresh.id, "3. Nothing of the kind.")
    gone = tuple(block for block in mine if "whole report" not in block.text)
    last = merge(gone, new, touched={fresh.id}, known=first.ids, fresh=ids())
    assert "3. Nothing of the kind." in texts(last.blocks)
    assert not any("weekend crew" in text or "whole report" in text for text in texts(last.blocks))


def test_steps_that_the_reps_block_holds_do_not_stand_beside_it_again() -> None:
    old = """Voicemail: the same words. Ring again Tuesday.
**Support and product:** what went wrong for them this year, what is still open?
**Manager:** "May I offer a smaller scope or a short extension, if she needs time?" No answer: offer neither."""
    current = tuple(block.model_copy(update={"id": "K0", "kind": "text", "text": old}) for block in split("Voicemail."))
    before = current
    current = reworded(current, "K0", old + " Dana Reed comes along.")
    new = split(
        "## Before\n\n1. Ring Patricia.\n"
        "2. **Support and product:** what went wrong for them this year, and is it open?\n"
        '3. **Manager:** "May I offer a smaller scope, or an extension, if she needs time?" No answer: offer neither.\n'
        "4. Voicemail: the same words. Ring again Tuesday."
    )
    merged = merge(current, new, touched={"K0"}, before=before, fresh=ids())
    assert texts(merged.blocks) == ["## Before", "1. Ring Patricia.", current[0].text]


def test_a_list_that_is_written_again_does_not_keep_its_old_lines_below_the_new_ones() -> None:
    old = ('- "Any news?"', "- A discount nobody asked for.", "- Names of other vendors.", "## Stop", "Leave.")
    current = stored("\n\n".join(("## Never", *old)))
    two = ('- "Any news?"', "- A part to cut, before Alex asks.")
    for new, left in (two, old[2:]), ((*two, "- Going round him."), old[3:]):
        arrived = split("\n\n".join(("## Never", *new)))
        merged = merge(current, arrived, touched=(), is_complete=False, fresh=ids())
        assert texts(merged.blocks) == ["## Never", *new, *left]


def test_on_a_page_that_is_wholly_new_the_reps_words_stand_with_their_part() -> None:
    (mine,) = (block.model_copy(update={"id": "K1", "part": "before"}) for block in split("Ring again on Tuesday."))
    current = (*stored("## Old"), mine)
    new = tuple(
        block.model_copy(update={"part": part})
        for block, part in zip(
            split("## Why\n\nTom doubts it.\n\n## Todo\n\nSend logs."),
            ("decides", "decides", "before", "before"),
            strict=True,
        )
    )
    merged = merge(current, new, touched={"K1"}, fresh=ids())
    assert texts(merged.blocks) == ["## Why", "Tom doubts it.", "## Todo", "Send logs.", "Ring again on Tuesday."]


def test_what_is_known_of_unchanged_words_stays_until_the_new_page_is_indexed() -> None:
    (old,) = split("1. Send the report.")
    old = old.model_copy(update={"id": "K0", "part": "before", "citations": ("L5",), "check": Check(status="verified")})
    (plain,) = merge([old], split("2. Send the report."), touched=()).blocks
    assert (plain.text, plain.part, plain.citations, plain.check) == (
        "2. Send the report.",
        "before",
        ("L5",),
        old.check,
    )
    indexed = split("1. Send the report.")[0].model_copy(update={"part": "stop", "citations": ("L6",)})
    assert merge([old], [indexed], touched=()).blocks[0].citations == ("L6",)


def test_commitments_and_findings_follow_their_blocks() -> None:
    plan = MeetingPlan(
        blocks=split("a b\n\nc d"), best_outcome=Commitment(who="Tom", blocks=("B1", "B2")),
        fallback=Commitment(blocks=("B2",)),
    )  # fmt: skip
    critique = Critique(
        findings=tuple(Finding(rule="R1", block=block, gravity="hint", why="x") for block in ("B1", "B2")),
        suggestions=(Suggestion(id="S1", kind="cut", block="B1", old="a", new="", why="z"),),
    )  # fmt: skip
    renamed, found = rekeyed(plan, critique, {"B1": "K7"})
    assert (renamed.best_outcome.blocks, renamed.fallback.blocks) == (("K7",), ())
    assert [block.id for block in renamed.blocks] == ["K7"]
    assert [one.block for one in found.findings] == ["K7", ""]
    assert [one.block for one in found.suggestions] == ["K7"]


def test_ids_are_never_given_twice() -> None:
    assert len({fresh_id() for _ in range(1000)}) == 1000


WORDS = ("Tom", "report", "Maria", "board", "test", "night", "crew", "store", "logs", "who", "pays", "Monday")
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
STATEMENT = st.tuples(st.sampled_from(["- ", "## ", "", "> "]), SENTENCE).map("".join)
PAGE = st.lists(STATEMENT, max_size=9).map("\n\n".join)
PICKED = st.sets(st.integers(0, 9))


@given(PAGE, PAGE, PICKED, PAGE)
def test_touched_blocks_survive_word_for_word_once_and_in_their_order(
    old: str, new: str, picked: set[int], deleted: str
) -> None:
    current, arrived = stored(old), split(new)
    touched = {f"K{one}" for one in picked}
    mine = [block for block in current if block.id in touched]
    gone = split(deleted, prefix="D")
    for length in range(len(arrived) + 1):
        part = arrived[:length]
        merged = merge(current, part, touched=touched, deleted=gone, is_complete=False, fresh=ids())
        assert [block for block in merged.blocks if block.id in touched] == mine
        assert len({block.id for block in merged.blocks}) == len(merged.blocks)
    merged = merge(current, arrived, touched=touched, deleted=gone, fresh=ids())
    assert [block for block in merged.blocks if block.id in touched] == mine
    assert len({block.id for block in merged.blocks}) == len(merged.blocks)


@given(PAGE, PAGE, PICKED)
def test_every_new_block_is_there_unless_a_touched_one_took_its_place(old: str, new: str, picked: set[int]) -> None:
    current, arrived = stored(old), split(new)
    touched = {f"K{one}" for one in picked}
    merged = merge(current, arrived, touched=touched, fresh=ids())
    others = [block for block in merged.blocks if block.id not in touched]
    assert set(merged.ids) == {block.id for block in arrived}
    assert texts(others) == [block.text for block in arrived if merged.ids[block.id] not in touched]
    for block in arrived:
        stand = next(one for one in merged.blocks if one.id == merged.ids[block.id])
        assert stand.text == block.text or stand.id in touched


@given(PAGE, PAGE)
def test_an_untouched_page_becomes_the_new_one_and_equal_statements_keep_their_ids(old: str, new: str) -> None:
    current, arrived = stored(old), split(new)
    merged = merge(current, arrived, touched=(), fresh=ids())
    assert [(block.kind, block.text) for block in merged.blocks] == [(block.kind, block.text) for block in arrived]
    once = {
        text: block.id for text, block in zip(texts(current), current, strict=True) if texts(current).count(text) == 1
    }
    for block in merged.blocks:
        if texts(arrived).count(block.text) == 1 and block.text in once and _is_alone(block.text, old, new):
            assert block.id == once[block.text]


def _is_alone(text: str, old: str, new: str) -> bool:
    """Whether no other statement has just the same words under other marks."""
    return all(sum(similarity(text, block.text) == 1 for block in split(page)) == 1 for page in (old, new))


@given(PAGE, PAGE, PICKED, st.data())
def test_a_page_that_streams_in_ends_as_the_whole_would(
    old: str, new: str, picked: set[int], data: st.DataObject
) -> None:
    current, arrived = stored(old), split(new)
    touched = {f"K{one}" for one in picked}
    whole = merge(current, arrived, touched=touched, fresh=ids())
    mine = texts([block for block in current if block.id in touched])
    fresh, known = ids(), dict[str, str]()
    standing = current
    instead = data.draw(st.sampled_from([(), current]))
    for length in sorted(data.draw(st.sets(st.integers(0, len(arrived))))):
        so_far = arrived[:length]
        step = merge(standing, so_far, touched=touched, known=known, whole=instead, is_complete=False, fresh=fresh)
        standing, known = step.blocks, dict(step.ids)
        assert texts([block for block in standing if block.id in touched]) == mine
        _says_nothing_twice(standing, step.ids)
    last = merge(standing, arrived, touched=touched, known=known, fresh=fresh)
    assert texts([block for block in last.blocks if block.id in touched]) == mine
    if not touched:
        assert texts(last.blocks) == texts(whole.blocks) == texts(arrived)
    assert set(last.ids) == set(whole.ids)


def _says_nothing_twice(blocks: Sequence[Block], arrived: Mapping[str, str]) -> None:
    """One block stands for each new one: the old version of it is not there beside it."""
    assert len(set(arrived.values())) == len(arrived)
    assert set(arrived.values()) <= {block.id for block in blocks}


@given(PAGE, PAGE, PAGE)
def test_nothing_that_says_what_was_deleted_is_new_on_the_page(old: str, new: str, deleted: str) -> None:
    current, gone = stored(old), split(deleted, prefix="D")
    merged = merge(current, split(new), touched=(), deleted=gone, fresh=ids())
    for block in merged.blocks:
        if block.id.startswith("N"):
            assert not any(
                one.kind != "heading" and block.kind != "heading" and similarity(one.text, block.text) >= SAME_STATEMENT
                for one in gone
            )


@given(PAGE, PICKED)
def test_a_page_merged_with_itself_does_not_change(page: str, picked: set[int]) -> None:
    current = stored(page)
    merged = merge(current, split(page), touched={f"K{one}" for one in picked}, fresh=ids())
    assert texts(merged.blocks) == texts(current)
