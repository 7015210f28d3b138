import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.markup import (
    Splitter,
    heading_level,
    heading_text,
    join,
    plain,
    sections,
    split,
    title_of,
    word_count,
)
from coach.schema import Block

PAGE = """# Harrowgate, 3 December

## What decides it
Whether Tom believes the cause.
He has waited 38 days.

**Before:**
1. **Today, Riya → Tom:** the report.
> "Tom, this was due on 24 October.
>
> You asked who pays."
2. **Wednesday:** does Jens come?
   - and what should he take away?

| That night | Then it was |
|---|---|
| no disconnects | firmware |

---
Leave out
---------
The quote.
"""


def kinds(markdown: str) -> list[str]:
    return [block.kind for block in split(markdown)]


def texts(markdown: str) -> list[str]:
    return [block.text for block in split(markdown)]


def words_of(blocks: tuple[Block, ...]) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in blocks]


def visible(text: str) -> str:
    return "".join(character for character in text if not character.isspace())


def test_page_splits_into_its_blocks_in_order():
    assert kinds(PAGE) == [
        *("heading", "heading", "text", "heading", "item", "quote", "item", "table", "text", "heading", "text"),
    ]
    assert [block.id for block in split(PAGE, prefix="G")][:2] == ["G1", "G2"]


def test_ready_mail_of_several_paragraphs_is_one_quote():
    assert texts(PAGE)[5] == '> "Tom, this was due on 24 October.\n>\n> You asked who pays."'


def test_item_keeps_its_marker_and_what_is_nested_in_it():
    assert texts(PAGE)[6] == "2. **Wednesday:** does Jens come?\n   - and what should he take away?"


@pytest.mark.parametrize("marker", ["-", "*", "+", "•", "1.", "1)", "12."])
def test_every_usual_marker_begins_an_item(marker: str):
    assert kinds(f"{marker} one\n{marker} two") == ["item", "item"]


def test_indented_quote_under_an_item_is_a_block_of_its_own():
    assert words_of(split('1. Mail:\n   > "Tom"\n2. Call')) == [
        ("item", "1. Mail:"),
        ("quote", '> "Tom"'),
        ("item", "2. Call"),
    ]


def test_item_goes_on_after_an_empty_line_when_indented():
    assert texts("- one\n\n  still one\n\nno longer") == ["- one\n\n  still one", "no longer"]


def test_text_right_below_an_item_belongs_to_it_and_a_bold_heading_does_not():
    assert kinds("- one\nstill one\n**Find out**\n- two") == ["item", "heading", "item"]


def test_line_with_a_bold_label_begins_a_block():
    outcome = '**Best:** Tom writes.\nBy Monday.\n**Ask:** "Could we?"\n**Fall-back**: logs.\n**Tom**, IT: no label'
    assert texts(outcome) == [
        "**Best:** Tom writes.\nBy Monday.",
        '**Ask:** "Could we?"',
        "**Fall-back**: logs.\n**Tom**, IT: no label",
    ]
    assert kinds("- item\n**Stop:** we leave") == ["item", "text"]


def test_table_without_outer_pipes_is_known_by_its_dashes():
    assert words_of(split("See:\na | b\n---|---\n1 | 2\n\nafter | all")) == [
        ("text", "See:"),
        ("table", "a | b\n---|---\n1 | 2"),
        ("text", "after | all"),
    ]


def test_code_and_html_stay_whole():
    code = "```\n# no heading\n\n- no item\n```"
    html = "<!-- one\n\n# two -->"
    assert words_of(split(f"{code}\n{html}\nend")) == [("text", code), ("text", html), ("text", "end")]


def test_code_in_an_item_stays_in_it_whatever_its_indentation():
    assert texts("- run\n  ```\n- not an item\n  ```\n- next") == ["- run\n  ```\n- not an item\n  ```", "- next"]


def test_inline_code_of_three_ticks_opens_nothing():
    assert kinds("```x``` is code\n\n- item") == ["text", "item"]


@pytest.mark.parametrize(
    "heading", ["## Before", "**Before**", "**Before:**", "__Before__", "Before\n===", "Before\n---"]
)
def test_headings_of_every_form_are_read(heading: str):
    (block,) = split(heading)
    assert block.kind == "heading"
    assert heading_text(block) == "Before"


@pytest.mark.parametrize(
    "line", ["**Before** we go", "**a** and **b**", "****", "**He said no.**", "**" + "x" * 90 + "**"]
)
def test_bold_statement_is_no_heading(line: str):
    assert kinds(line) == ["text"]


def test_rule_below_a_statement_is_a_rule():
    assert words_of(split("He has waited 38 days.\n---\nNext")) == [
        ("text", "He has waited 38 days."),
        ("text", "---"),
        ("text", "Next"),
    ]


def test_step_of_a_list_that_goes_on_right_under_a_paragraph_is_a_block_of_its_own():
    text = '1. Search\n2. Ring Tom:\n> "Tom?"\n\nVoicemail: the same.\n3. **Desk:** prices?\n4. Crew?'
    assert [(block.kind, block.text) for block in split(text)] == [
        ("item", "1. Search"), ("item", "2. Ring Tom:"), ("quote", '> "Tom?"'), ("text", "Voicemail: the same."),
        ("item", "3. **Desk:** prices?"), ("item", "4. Crew?"),
    ]  # fmt: skip
    assert split(join(split(text))) == split(text)
    assert len(split("1. Search\n\n## Room\n\nTom, we have\n2. a night.")) == 3


def test_wrapped_line_that_begins_with_a_number_is_no_item():
    assert kinds("We meet on\n14. December, with Tom\n2026. And then") == ["text"]


@pytest.mark.parametrize("empty", ["", " ", "\n\n\t\n", "\r\n\r\n"])
def test_white_space_alone_gives_no_block(empty: str):
    assert split(empty) == ()
    assert join(()) == ""


def test_line_ends_of_windows_and_tabs_do_not_matter():
    assert words_of(split("- a\r\n\t- b\r\n\r\n## C\r\n")) == [("item", "- a\n    - b"), ("heading", "## C")]


def test_block_is_given_out_as_soon_as_it_is_complete():
    splitter = Splitter()
    assert [b.text for b in splitter.feed("## Before\n1. Rep")] == ["## Before"]
    assert splitter.feed("ort\n") == ()
    assert splitter.open_text() == "1. Report\n"
    assert [b.text for b in splitter.feed("> mail\n")] == ["1. Report"]
    assert [b.id for b in splitter.finish()] == ["B3"]
    assert splitter.finish() == ()


def test_very_long_line_in_small_pieces_is_one_block():
    splitter = Splitter()
    assert all(splitter.feed("emoji 🙂 ") == () for _ in range(30_000))
    assert len(splitter.finish()) == 1


def test_join_leaves_out_empty_blocks():
    blocks = [
        Block(id="B1", kind="text", text="a"),
        Block(id="B2", kind="text", text=" "),
        Block(id="B3", kind="item", text="- b"),
    ]
    assert join(blocks) == "a\n\n- b\n"


def test_title_is_the_first_heading_of_level_one():
    assert title_of(split(PAGE)) == "Harrowgate, 3 December"
    assert title_of(split("## Only\ntext")) is None
    assert [heading_level(b) for b in split("# a\n### b\n**c**\n\nd\n===\n\ne")] == [1, 3, 3, 1, None]


def test_sections_hold_what_stands_under_each_heading():
    found = sections(split("intro\n## A\none\n- two\n## B\n"))
    assert [(s.heading and s.heading.text, len(s.blocks)) for s in found] == [(None, 1), ("## A", 2), ("## B", 0)]


@pytest.mark.parametrize(
    ("marked", "bare"),
    [
        ("## What *decides* it", "What decides it"),
        ("- **Maria Lopez**, VP. *Takes away* a plan", "Maria Lopez, VP. Takes away a plan"),
        ("> one\n>\n> two", "one\n\ntwo"),
        ("1. see [the sheet](https://example.com/a_b) and `code`", "see the sheet and code"),
        ("| a | b |\n|---|---|\n| 1 | **2** |", "a · b\n1 · 2"),
        ("- a\n  1. b", "a\nb"),
        ("We meet on\n14. December", "We meet on\n14. December"),
        ("***both*** and __bold__", "both and bold"),
        ("2 * 3 * 4, snake_case_name, 5**2", "2 * 3 * 4, snake_case_name, 5**2"),
        ("an **open mark", "an **open mark"),
        (r"\*kept\* star", "*kept* star"),
        ("**שלום** لكم", "שלום لكم"),
    ],
)
def test_plain_takes_the_marks_off(marked: str, bare: str):
    assert plain(marked) == bare


def test_words_are_counted_as_a_reader_counts_them():
    assert word_count("- **Until 11:30**, don't – 120,000 GBP!") == 5
    assert word_count(split("## A b\n> c\n\n| d | e |\n|---|---|")) == 5
    assert word_count("会議 at ten") == 4


PLAIN_LINES = """text¦more text.¦# Head¦## ¦**Bold**¦**Bold:**¦**open¦**Ask:** x¦**Ask:**¦===¦---¦- - -
***¦- item¦* item¦+ item
• dot¦•dot¦1. one¦2) two¦14. Dez¦-¦1.¦> quote¦>¦>no space¦| a | b |¦|---|---|¦a | b¦---|---¦2. a | b¦- c | d¦|
```¦```py¦~~~¦- ```¦<div>¦</div>¦<!-- c¦-->¦<!-- d -->¦<pre>¦</pre>¦<b>x</b>¦é 🙂 שלום¦\\¦`¦_a_"""
SPACED_LINES = "¦ x¦\ttab¦    deep¦  - nested¦   1. n¦  > in¦  ```¦\u3000wide¦nbsp\u00a0¦x\r¦a\rb¦\x0b"
LINES = st.sampled_from(PLAIN_LINES.replace("\n", "¦").split("¦") + SPACED_LINES.split("¦"))
MARKDOWN = st.one_of(st.lists(LINES, max_size=14).map("\n".join), st.text(max_size=80))


@pytest.mark.parametrize("piece", [" ", "`", "_", "**a ", "[", "[a](b ", "|-", "- ", "`a", "---|", "\\*", "> "])
def test_hostile_repetition_is_read_in_no_time(piece: str):
    text = piece * (200_000 // len(piece))
    assert sum(len(block.text) for block in split(text)) <= len(text)
    assert len(plain(text)) <= 2 * len(text)


@given(MARKDOWN)
def test_blocks_written_out_are_read_back_word_for_word(markdown: str):
    blocks = split(markdown)
    assert words_of(split(join(blocks))) == words_of(blocks)


@given(MARKDOWN)
def test_every_character_is_kept_in_order(markdown: str):
    assert visible("".join(texts(markdown))) == visible(markdown)


@given(MARKDOWN, st.randoms(use_true_random=False))
def test_pieces_of_any_size_give_the_same_blocks(markdown: str, chance: random.Random):
    splitter, blocks, place = Splitter(), [], 0
    while place < len(markdown):
        size = chance.randint(1, 6)
        blocks += splitter.feed(markdown[place : place + size])
        place += size
    assert (*blocks, *splitter.finish()) == split(markdown)


@given(MARKDOWN)
def test_what_is_given_out_and_what_is_open_are_all_that_arrived(markdown: str):
    splitter = Splitter()
    given_out = splitter.feed(markdown)
    seen = "".join(block.text for block in given_out) + splitter.open_text()
    assert visible(seen) == visible(markdown)


@given(MARKDOWN)
def test_plain_takes_away_marks_only(markdown: str):
    letters = [character for character in plain(markdown) if character.isalpha()]
    rest = iter(markdown)
    assert all(letter in rest for letter in letters)


def test_an_item_is_complete_as_soon_as_the_next_one_begins() -> None:
    splitter = Splitter()
    splitter.feed("1. **Today:** the report\n2. ")
    assert [block.text for block in splitter.feed("**Wed")] == ["1. **Today:** the report"]


def test_an_item_is_complete_as_soon_as_a_quotation_begins_below_it() -> None:
    splitter = Splitter()
    assert splitter.feed("5. **Piotr, by phone:**\n   ") == ()
    (item,) = splitter.feed("> “The re")
    assert item.text == "5. **Piotr, by phone:**"
    assert [block.kind for block in (*splitter.feed("port is late.”\n"), *splitter.finish())] == ["quote"]
