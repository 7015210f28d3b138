from __future__ import annotations

import io
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from coach.export.pdf import READABLE_SCALE, PagePdf, Paper, to_pdf
from coach.schema import Block, Check, CheckStatus, Commitment, Kind, MeetingPlan
from tests.support.harrowgate import CONTEXT, PLAN


def _plan(*blocks: Block, **fields: object) -> MeetingPlan:
    return MeetingPlan.model_validate({"title": "A page", "blocks": blocks, **fields})


def _block(text: str, kind: Kind = "text", part: str = "other", status: CheckStatus = "unchecked", n: int = 1) -> Block:
    return Block(id=f"B{n}", kind=kind, text=text, part=part, check=Check(status=status))


def _reader(page: PagePdf) -> PdfReader:
    return PdfReader(io.BytesIO(page.data))


def _text(page: PagePdf) -> str:
    return " ".join(_reader(page).pages[0].extract_text().replace("\u200b", "").split())


def _words(page: PagePdf) -> str:
    """Without any space: line ends and columns do not matter."""
    return "".join(_text(page).split())


def _orders(text: str, words: Iterable[str]) -> bool:
    places = [text.index(word) for word in words]
    return places == sorted(places)


def _placed(page: PagePdf) -> list[tuple[str, float, float]]:
    """Stretches of text with where they stand, in points from the lower left."""
    found: list[tuple[str, float, float]] = []

    def hear(text: str, cm: list[float], tm: list[float], _font: object, _size: float) -> None:
        x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
        if text.strip():
            found.append((text, x, y))

    _reader(page).pages[0].extract_text(visitor_text=hear)
    return found


def _middle(page: PagePdf) -> float:
    return float(_reader(page).pages[0].mediabox.width) / 2


def _column_ends(page: PagePdf) -> tuple[float, float]:
    """The heights at which the left and the right column end."""
    body = [(x, y) for text, x, y in _placed(page) if "and so on" in text]
    left, right = (min(y for x, y in body if (x < _middle(page)) == is_left) for is_left in (True, False))
    return left, right


def _columns_of(page: PagePdf, *words: str) -> list[bool]:
    """Of each of these words, whether it stands in the left column."""
    return [next(x < _middle(page) for text, x, _ in _placed(page) if word in text) for word in words]


def test_every_word_of_the_page_is_printed_on_one_page() -> None:
    page = to_pdf(PLAN, CONTEXT)
    assert len(_reader(page).pages) == 1
    shown = _words(page)
    for block in PLAN.blocks:
        for word in block.text.replace("|", " ").replace("*", "").replace("#", "").split():
            assert word.strip(':.>-"').lower() in shown.lower(), word


def test_example_page_is_set_at_a_readable_size() -> None:
    page = to_pdf(PLAN, CONTEXT)
    assert page.fits_readably
    assert page.scale > 0.9


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
@pytest.mark.parametrize("words", [0, 5, 300, 850, 3_000, 20_000])
def test_any_number_of_words_is_one_page(words: int, paper: Paper) -> None:
    blocks = (_block("word " * min(60, words - start), "item", n=start) for start in range(0, words, 60))
    page = to_pdf(_plan(*blocks), CONTEXT, paper=paper)
    assert len(_reader(page).pages) == 1
    assert _text(page).count("word") == words


def test_too_many_words_are_said_not_to_be_readable() -> None:
    page = to_pdf(_plan(*(_block("word " * 60, "item", n=n) for n in range(50))), CONTEXT)
    assert page.scale < READABLE_SCALE
    assert not page.fits_readably


def test_fewer_words_are_set_larger() -> None:
    short = to_pdf(_plan(*PLAN.blocks[:12]), CONTEXT)
    assert short.scale > to_pdf(PLAN, CONTEXT).scale


def test_us_letter_is_us_letter() -> None:
    box = _reader(to_pdf(PLAN, CONTEXT, paper="us-letter")).pages[0].mediabox
    assert (box.width, box.height) == (612, 792)


def test_head_says_when_where_and_who() -> None:
    text = _text(to_pdf(PLAN, CONTEXT))
    assert "Thursday 3 December 2026 10:00–10:45 · Harrowgate Riya Shah" in text
    assert "Harrowgate Chilled Foods · Dock scanners, renewal" in text


def test_a_title_that_ends_with_the_day_leaves_it_to_the_head() -> None:
    page = to_pdf(PLAN.model_copy(update={"title": "Harrowgate, renewal · Thu 3 Dec 10:00"}), CONTEXT)
    assert "Thu 3 Dec 10:00" not in _text(page)
    assert "Harrowgate, renewal" in _text(page)
    other = to_pdf(PLAN.model_copy(update={"title": "Harrowgate · the long way"}), CONTEXT)
    assert "Harrowgate · the long way" in _text(other)


def test_page_without_a_context_is_set() -> None:
    assert "one night, one cold store" in _text(to_pdf(PLAN, None))


def test_what_decides_leads_and_outcomes_stand_at_the_foot() -> None:
    blocks = (
        _block("The goal is reached", part="best", n=1),
        _block("Somewhere between", part="agenda", n=2),
        _block("Whether they believe it", part="decides", n=3),
    )
    text = _text(to_pdf(_plan(*blocks), None))
    assert _orders(text, ["Whether they believe it", "Somewhere between", "Best outcome", "The goal is reached"])


def test_blocks_in_the_columns_keep_their_order_of_use() -> None:
    blocks = [_block(f"Step{n:02d} " + "and so on " * 12, "item", n=n) for n in range(20)]
    assert _orders(_text(to_pdf(_plan(*blocks), None)), [f"Step{n:02d}" for n in range(20)])


def test_bold_word_that_opens_an_outcome_is_its_label() -> None:
    text = _text(to_pdf(_plan(_block("**Goal:** tom writes by Monday", part="best")), None))
    assert "Goal Tom writes by Monday" in text
    assert "Best outcome" not in text


def test_a_heading_over_some_outcomes_stands_over_these_and_not_over_the_ask() -> None:
    blocks = [
        _block("## The room", "heading", "agenda", n=1),
        _block("We talk.", "text", "agenda", n=2),
        _block("Could we choose a night?", "text", "best", n=3),
        _block("## Smaller step, and stop", "heading", "fallback", n=4),
        _block("Tom sends the logs.", "text", "fallback", n=5),
        _block("No need: close it.", "text", "stop", n=6),
    ]
    text = _text(to_pdf(_plan(*blocks), None))
    assert _orders(
        text, ["We talk.", "Best outcome", "choose a night", "Smaller step, and stop", "Tom sends", "close it"]
    )


def test_a_word_to_stop_among_the_steps_stays_there_where_another_section_is_about_stopping() -> None:
    blocks = [
        _block("## Monday", "heading", "before", n=1),
        _block("Open: ask for ten minutes.", "text", "before", n=2),
        _block("Closed: thank him.", "text", "stop", n=3),
        _block("Nothing: ring again.", "text", "before", n=4),
        _block("## If it goes otherwise", "heading", "fallback", n=5),
        _block("Tom sends the logs.", "text", "fallback", n=6),
        _block("No need: leave it.", "text", "stop", n=7),
    ]
    text = _text(to_pdf(_plan(*blocks), None))
    assert _orders(text, ["ask for ten", "thank him", "ring again", "If it goes otherwise", "leave it"])
    assert _orders(_text(to_pdf(_plan(*blocks[:6]), None)), ["ring again", "thank him"])


def test_what_is_never_said_does_not_stand_under_when_to_stop() -> None:
    blocks = [
        _block("Say what we know.", "text", "answers", n=1),
        _block("Never: Bastien's call, a price.", "text", "stop", n=2),
    ]
    text = _text(to_pdf(_plan(*blocks), None))
    assert "Never: Bastien" in text
    assert "When to stop" not in text
    assert "When to stop" in _text(to_pdf(_plan(blocks[0], _block("No need: leave it.", "text", "stop", n=2)), None))


def test_the_deciding_question_is_printed_where_it_is_asked() -> None:
    blocks = [
        _block("Whether Tom believes the cause", part="decides", n=1),
        _block("## The hour", "heading", "agenda", n=2),
        _block("19 Ask Tom alone:", "text", "agenda", n=3),
        _block("> Whom would you have to convince?", "quote", "decides", n=4),
        _block("Then the money.", "text", "agenda", n=5),
    ]
    said = ["believes the cause", "The hour", "Ask Tom alone", "have to convince", "Then the money"]
    assert _orders(_text(to_pdf(_plan(*blocks), None)), said)
    assert _orders(_text(to_pdf(_plan(*blocks[1:]), None)), ["have to convince", "Ask Tom alone"])


def test_a_long_section_around_a_table_leaves_no_column_empty() -> None:
    def steps(words: str, part: str, first: int) -> list[Block]:
        return [_block(f"{words}{n} " + "and so on " * 14, "text", part, n=first + n) for n in range(6)]

    table = _block("| One | Two |\n|---|---|\n| nine | ten |", "table", "bring", n=30)
    heading = _block("## The room", "heading", "agenda", n=10)
    blocks = [*steps("Do", "before", 1), heading, *steps("Say", "agenda", 11), table, *steps("Then", "agenda", 31)]
    left, right = _column_ends(to_pdf(_plan(*blocks), None))
    assert abs(left - right) < 120


def test_a_heading_stays_with_what_stands_below_it_when_that_has_a_heading_of_its_own() -> None:
    def step(n: int) -> Block:
        return _block(f"Step{n} " + "and so on " * 14, "text", "agenda", n=n)

    for above in range(1, 9):
        blocks = [*(step(n) for n in range(above)), _block("## The room", "heading", "agenda", n=20),
                  _block("### 10:00 Open", "heading", "agenda", n=21), *(step(n) for n in range(22, 29))]  # fmt: skip
        places = _columns_of(to_pdf(_plan(*blocks), None), "The room", "10:00 Open")
        assert len(set(places)) == 1


@pytest.mark.parametrize(
    ("above", "below", "kind"),
    [
        ("- **Today, to Tom:** write", "> “Tom, the report was due.”", "quote"),
        ("Write to them:", "“Tom, the report was due.”", "text"),
        ("**Three points:**", "- Tom, the report was due.", "item"),
        ("- The small points", "  - Tom, the report was due.", "item"),
    ],
)
def test_ready_words_and_points_stay_with_what_announces_them(above: str, below: str, kind: Kind) -> None:
    def step(n: int) -> Block:
        return _block(f"Step{n} " + "and so on " * 14, "item", "before", n=n)

    for before in range(1, 9):
        pair = [_block(above, "item", "before", n=20), _block(below, kind, "before", n=21)]
        page = to_pdf(_plan(*map(step, range(before)), *pair, *map(step, range(22, 28))), None)
        assert len(set(_columns_of(page, above.strip("-* :")[:9], "report was due"))) == 1


def test_a_page_whose_every_line_announces_the_next_has_two_columns_all_the_same() -> None:
    blocks = [_block(f"Step{n} " + "and so on " * 14 + ":", "text", "before", n=n) for n in range(9)]
    left, right = _column_ends(to_pdf(_plan(*blocks), None))
    assert abs(left - right) < 120


def test_outcome_that_stands_in_no_block_is_printed_from_the_commitment() -> None:
    fallback = Commitment(who="Tom", what="sends the logs", by="Monday 7 December", ask="Could you send them?")
    text = _text(to_pdf(_plan(fallback=fallback), None))
    assert "Fall-back" in text
    assert "Tom sends the logs, Monday 7 December" in text
    assert "Could you send them?" in text


def test_an_outcome_under_a_label_of_its_own_in_another_block_is_not_printed_again() -> None:
    block = _block("**Best:** Tom chooses a night.\n**Fall-back:** Tom sends the logs.", part="best")
    fallback = Commitment(who="Tom", what="sends the old logs", by="Monday 7 December")
    text = _text(to_pdf(_plan(block, fallback=fallback), None))
    assert "Tom sends the logs" in text
    assert "old logs" not in text


def test_unverified_statement_is_marked_and_explained() -> None:
    text = _text(to_pdf(_plan(_block("They lose 18 %", status="unverified")), None))
    assert "They lose 18 % △" in text
    assert "△ not verified in the notes" in text
    assert "△" not in _text(to_pdf(PLAN, CONTEXT))


def test_contradicted_statement_is_marked_and_explained() -> None:
    text = _text(to_pdf(_plan(_block("They lose 18 %", status="contradicted")), None))
    assert "They lose 18 % ▲" in text
    assert "▲ the notes say otherwise" in text


def test_foot_says_who_drafted_the_page() -> None:
    assert "without a model (builtin)" in _text(to_pdf(_plan(drafted_by="builtin"), None))
    assert "Drafted by openai:example-model" in _text(to_pdf(PLAN, None))


def test_citations_stand_after_their_block() -> None:
    block = Block(id="B1", kind="text", text="Tom waits.", citations=("L5", "L6"))
    assert "Tom waits. L5 L6" in _text(to_pdf(_plan(block), None))


@pytest.mark.parametrize(
    "hostile",
    [
        '#import "x.typ"',
        "#panic[out]",
        '#read("/etc/passwd")',
        "$ x^2 $ costs $5",
        "@label <label> \\ \\u{41}",
        "<script>alert(1)</script>",
        "&lt;b&gt; &#65;",
        "= Heading // comment /* more",
        "~~gone~~ `#code` [#x]",
        "{{mustache}} ]] }} ``` ",
        "C:\\new\\table",
    ],
)
def test_markup_in_the_text_stays_text(hostile: str) -> None:
    shown = _words(to_pdf(_plan(_block(hostile), title=hostile), None))
    expected = "".join(hostile.replace("`", "").split())
    assert "".join(shown.replace("`", "").split()).count(expected) == 2


def test_links_are_words_that_lead_nowhere() -> None:
    page = to_pdf(_plan(_block("See [the report](https://example.com/x) ![plan](https://example.com/y.png)")), None)
    assert "See the report plan" in _text(page)
    assert "example.com" not in _text(page)
    assert "/Annots" not in _reader(page).pages[0]


def test_line_break_in_a_cell_is_one() -> None:
    table = "| When | Then |\n|---|---|\n| cold<br>wet | stop |"
    lines = _reader(to_pdf(_plan(_block(table, "table", "bring")), None)).pages[0].extract_text().splitlines()
    assert "<br>" not in " ".join(lines)
    assert any(line.strip() == "wet" for line in lines)


def test_cell_beyond_the_header_is_not_lost() -> None:
    table = "| When | Then |\n|---|---|\n| cold | stop | surplus |"
    assert "surplus" in _text(to_pdf(_plan(_block(table, "table", "bring")), None))


def test_nested_items_are_printed_below_their_item() -> None:
    text = _text(to_pdf(_plan(_block("- Outer\n  - Inner one\n  - Inner two", "item")), None))
    assert "• Outer • Inner one • Inner two" in text


def test_german_page_speaks_german() -> None:
    blocks = (_block("Ob Tom es glaubt", part="decides"), _block("Er schreibt es auf", part="best", n=2))
    page = to_pdf(_plan(*blocks, language="German", drafted_by="builtin"), CONTEXT)
    assert "Donnerstag, 3. Dezember 2026" in _text(page)
    assert "Bestes Ergebnis" in _text(page)
    assert _reader(page).trailer["/Root"]["/Lang"] == "de"


@pytest.mark.parametrize("foreign", ["日本語の会議", "اجتماع", "פגישה", "🎯 goal", "\ue000"])
def test_script_without_a_bundled_font_does_not_stop_the_page(foreign: str) -> None:
    assert len(_reader(to_pdf(_plan(_block(foreign)), None)).pages) == 1


def test_pdf_is_tagged_and_titled() -> None:
    reader = _reader(to_pdf(PLAN, CONTEXT))
    assert reader.metadata is not None
    assert reader.metadata.title == PLAN.title
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert b"pdfuaid:part" in reader.trailer["/Root"]["/Metadata"].get_data()


def test_same_plan_gives_the_same_file() -> None:
    assert to_pdf(PLAN, CONTEXT).data == to_pdf(PLAN, CONTEXT).data


def test_word_longer_than_a_column_is_broken_within_it() -> None:
    text = _words(to_pdf(_plan(_block("x" * 2_000)), None))
    assert text.count("x") == 2_000


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(["heading", "text", "item", "quote", "table"]), st.text(max_size=200)), max_size=8
    )
)
def test_no_text_breaks_the_page(blocks: list[tuple[Kind, str]]) -> None:
    page = to_pdf(_plan(*(_block(text, kind, "bring", n=n) for n, (kind, text) in enumerate(blocks))), CONTEXT)
    assert len(_reader(page).pages) == 1


def test_deep_nesting_is_flattened_not_lost() -> None:
    assert "deep" in _text(to_pdf(_plan(_block("- " * 30 + "deep", "item"), _block("> " * 30 + "deep", "quote")), None))


def test_table_too_wide_for_a_column_gets_the_width_of_the_page() -> None:
    row = "| " + " | ".join(f"nine words that would never fit {n}" for n in range(4)) + " |\n"
    table = row + "|---|---|---|---|\n" + row
    blocks = (_block("Before it", n=1), _block(table, "table", "bring", n=2), _block("After it", n=3))
    text = _text(to_pdf(_plan(*blocks), None))
    assert _orders(text, ["Before it", "nine words", "After it"])
    narrow = to_pdf(_plan(_block(table, "table", "other")), None)
    assert "nine words that would" in text
    assert len(_reader(narrow).pages) == 1


def test_step_written_right_under_a_paragraph_begins_a_line() -> None:
    text = _reader(to_pdf(_plan(_block("Ring again.\n3. **Support:** what is open?\n4. **Crew:** who?")), None))
    lines = [line.strip() for line in text.pages[0].extract_text().splitlines()]
    assert [line for line in lines if line.startswith(("Ring", "3.", "4."))] == [
        "Ring again.", "3. Support: what is open?", "4. Crew: who?",
    ]  # fmt: skip


def test_heading_without_words_is_left_out() -> None:
    assert "#" not in _text(to_pdf(_plan(_block("##", "heading"), _block("Text")), None))


def test_title_that_is_a_heading_too_is_printed_once() -> None:
    page = to_pdf(_plan(_block("# A page", "heading"), _block("Text", n=2)), None)
    assert _text(page).count("A page") == 1


def test_a_page_without_a_title_has_that_of_its_first_heading_and_not_the_account_twice() -> None:
    plan = MeetingPlan(blocks=(_block("# Tom doubts the cause", "heading"), _block("Text", n=2)))
    text = _text(to_pdf(plan, CONTEXT))
    assert text.count("Tom doubts the cause") == 1
    bare = _text(to_pdf(MeetingPlan(blocks=(_block("Text"),)), CONTEXT))
    assert bare.count(CONTEXT.account) == 1


def test_rule_between_sections_is_not_printed() -> None:
    assert "---" not in _text(to_pdf(_plan(_block("One"), _block("---", n=2), _block("Two", n=3)), None))


@pytest.mark.parametrize("heading", ["## Before", "**Before**", "**Before:**", "Before\n------", "### Before ###"])
def test_heading_of_any_form_is_its_words(heading: str) -> None:
    text = _text(to_pdf(_plan(_block(heading, "heading"), _block("Text", n=2)), None))
    assert "Before Text" in text
    assert not set("#*") & set(text)


def test_number_sign_that_opens_a_heading_is_kept() -> None:
    assert "#1 priority" in _text(to_pdf(_plan(_block("## #1 priority", "heading"), _block("Text")), None))
