"""Codes of the notes stand in what is printed or handed over only where they were asked for."""

from __future__ import annotations

import datetime as dt
import io
import re

import docx
import pytest
from icalendar import Calendar
from pypdf import PdfReader

from coach.context import parse_context
from coach.export.files import What, made
from coach.export.markdown import from_markdown
from coach.export.sources import without_sources
from coach.options import Options
from coach.schema import Block, Commitment, Drafted, Kind, MeetingPlan
from coach.unaided import draft_unaided
from tests.support.plans import EXAMPLES, example

CONTEXT = parse_context(
    "---\naccount: Thornmere\nrep: Kim Vale\nseller: {company: Vale, offer: Pumps}\n"
    "meeting: {date: 2027-01-26, start: '10:00', minutes: 30, attendees: [{name: Priya Nair, title: Finance}]}\n"
    "---\n" + "\n".join(f"Priya Nair: which site begins, and which figures does it need? {n}" for n in range(9)),
    today=dt.date(2027, 1, 21),
)
CODE = re.compile(r"\b[LFP]\d+\b")


def block(text: str, *cited: str, kind: Kind = "text", part: str = "before") -> Block:
    return Block(id="B1", kind=kind, text=text, part=part, citations=cited)


def without(one: Block) -> Block:
    return without_sources(MeetingPlan(blocks=(one,)), CONTEXT).blocks[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is late [L3 L7].", "It is late."),
        ("**It is late** *[L3, F1]*", "**It is late**"),
        ("What we were told (L3, L4): not before others.", "What we were told: not before others."),
        ("Weekday and date do not fit in L3: ask.", "Weekday and date do not fit: ask."),
        ("It was promised, see lines L3-L5.", "It was promised."),
        ("The report (L3, mail of May) is due (mail, L4).", "The report (mail of May) is due (mail)."),
        ("“No report.” L3 L4", "“No report.”"),
        ("L3: “no report”", "“no report”"),
        ("So L3 says 12, and L3 and L4 say more.", "So the note says 12, and the notes say more."),
    ],
)
def test_a_code_goes_and_its_sentence_stays(text: str, said: str) -> None:
    assert without(block(text, "L3")).text == said


@pytest.mark.parametrize(
    "text",
    [
        "Their L2 support answers in L3 hours.",
        "Second level support (L2) is away.",
        "A P1 incident (P1) is ours.",
        "L2: 24/7",
        "The F4 key,  twice .",
        "(L99) is no line of the notes.",
    ],
)
def test_a_word_that_looks_like_a_code_stays_as_it_is(text: str) -> None:
    assert without(block(text)).text == text


def test_a_table_loses_its_codes_and_the_column_that_holds_nothing_else() -> None:
    table = "| Point [L2] | Source | Day |\n|---|---|---|\n| report [L3] | L3 | Monday |\n| price | L4, L5 | – |"
    assert without(block(table, kind="table")).text == (
        "| Point | Day |\n|---|---|\n| report | Monday |\n| price | – |"
    )  # fmt: skip
    plain = "| a | b |\n|:--|--:|\n| x\\|y | 1 |"
    assert without(block(plain, kind="table")).text == plain


CODED = Drafted(
    context=CONTEXT,
    plan=MeetingPlan(
        title="Which site begins [L3]",
        blocks=(
            block("## Before (L2)", kind="heading").model_copy(update={"id": "B1"}),
            block("- Ask Priya (L3).", "L3", "L4", kind="item").model_copy(update={"id": "B2"}),
            block("> “Which site begins?” [L4]", "L4", kind="quote").model_copy(update={"id": "B3"}),
            block("| Site [L3] | Source |\n|---|---|\n| begins | L4 |", "L4", kind="table", part="bring").model_copy(
                update={"id": "B4"}
            ),
            block("10:00 which site begins [L4]", "L4", part="agenda").model_copy(update={"id": "B5"}),
            block("10:10 which figures [L4]", "L4", part="agenda").model_copy(update={"id": "B6"}),
        ),
        best_outcome=Commitment(who="Priya", what="names the site [L3]"),
    ),
)


def words_of(data: bytes, ending: str) -> str:
    """Every word of a file, those of its properties too, but for comments of Markdown."""
    if ending == ".pdf":
        read = PdfReader(io.BytesIO(data))
        return " ".join([*(page.extract_text() for page in read.pages), *map(str, (read.metadata or {}).values())])
    if ending == ".docx":
        file = docx.Document(io.BytesIO(data))
        return re.sub(
            r"<[^>]+>", " ", "".join(part.blob.decode("utf-8", "replace") for part in file.part.package.iter_parts())
        )
    if ending == ".ics":
        return " ".join(map(str, Calendar.from_ical(data).walk("VEVENT")[0].values()))
    return re.sub(r"<!--.*?-->", "", data.decode(), flags=re.DOTALL)


FILES: tuple[tuple[What, str], ...] = (
    ("page", ".pdf"), ("page", ".docx"), ("page", ".md"), ("page", ".ics"), ("agenda", ".pdf"), ("agenda", ".docx"),
    ("agenda", ".md"), ("bring", ".pdf"), ("bring", ".docx"), ("bring", ".md"),
)  # fmt: skip


@pytest.mark.parametrize(("what", "ending"), FILES)
def test_no_file_shows_a_code_unasked(what: What, ending: str) -> None:
    data, _ = made(CODED, what=what, ending=ending)
    words = words_of(data, ending)
    assert "site" in words.lower()
    assert CODE.findall(words) == []


@pytest.mark.parametrize("ending", [".pdf", ".docx", ".md"])
def test_asked_for_they_stand_on_the_page(ending: str) -> None:
    data, _ = made(CODED, ending=ending, with_sources=True)
    assert {"L3", "L4"} <= set(CODE.findall(words_of(data, ending)))


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("ending", [".pdf", ".md"])
def test_no_page_of_the_examples_shows_a_code_unasked(name: str, ending: str) -> None:
    context = example(name)
    data, _ = made(draft_unaided(context, Options()), ending=ending)
    assert [one for one in CODE.findall(words_of(data, ending)) if one in context.lines] == []


def test_markdown_without_sources_is_read_back_with_them() -> None:
    data, _ = made(CODED, ending=".md")
    assert from_markdown(data.decode()).blocks == CODED.plan.blocks


def test_a_line_edited_in_markdown_without_sources_keeps_them() -> None:
    data, _ = made(CODED, ending=".md")
    edited = from_markdown(data.decode().replace("“Which site begins?”", "“Which site begins, and when?”"))
    found = next(one for one in edited.blocks if one.id == "B3")
    assert ("and when" in found.text, found.citations, found.written_by) == (True, ("L4",), "rep")
