"""The plan as a Word file, read back by python-docx word for word."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.export.docx import to_docx
from coach.schema import Block, Check, Commitment, Kind, MeetingPlan
from tests.support.harrowgate import CONTEXT, PLAN

_WORD = re.compile(r"\w+")


def _read(plan: MeetingPlan, **options: object) -> WordDocument:
    return Document(io.BytesIO(to_docx(plan, CONTEXT, **options)))  # type: ignore[arg-type]


def _paragraphs(place: WordDocument | _Cell) -> Iterator[Paragraph]:
    for inner in place.iter_inner_content():
        if isinstance(inner, Table):
            for row in inner.rows:
                for cell in row.cells:
                    yield from _paragraphs(cell)
        else:
            yield inner


def _text(document: WordDocument) -> str:
    return "\n".join(paragraph.text for paragraph in _paragraphs(document))


def _plan(*blocks: tuple[str, Kind, str], **fields: object) -> MeetingPlan:
    made = tuple(Block(id=f"B{n}", kind=kind, text=text, part=part) for n, (text, kind, part) in enumerate(blocks, 1))
    return MeetingPlan.model_validate({"title": "A page", "blocks": made, **fields})


def test_every_word_of_the_page_stands_in_the_file_as_often_as_on_the_page() -> None:
    found = Counter(_WORD.findall(_text(_read(PLAN))))
    wanted = Counter(word for block in PLAN.blocks for word in _WORD.findall(block.text))
    assert not wanted - found


def test_what_decides_it_and_the_best_outcome_stand_in_the_band_on_top() -> None:
    blocks = (("## Where it stands", "heading", "decides"), ("Tom doubts it.", "text", "decides"))
    best = ("**Best:** Ana signs the test plan.", "text", "best")
    document = _read(_plan(*blocks, ("## Before", "heading", "before"), ("- call Ana", "item", "before"), best))
    band = document.tables[0]
    assert [cell.paragraphs[0].text for cell in band.rows[0].cells] == ["Where it stands", "Best"]
    assert [cell.paragraphs[1].text for cell in band.rows[0].cells] == ["Tom doubts it.", "Ana signs the test plan."]
    assert _text(document).count("Tom doubts it.") == 1


@pytest.mark.parametrize("heading", [(), (("## What decides it", "heading", "decides"),)])
def test_what_decides_it_is_said_once_in_the_band(heading: tuple[tuple[str, Kind, str], ...]) -> None:
    document = _read(_plan(*heading, ("**What decides it:** Tom doubts it.", "text", "decides")))
    assert _text(document).count("What decides it") == 1
    assert document.tables[0].rows[0].cells[0].paragraphs[1].text == "Tom doubts it."


def test_the_deciding_question_stands_where_it_is_asked() -> None:
    plan = _plan(
        ("Whether Tom believes the cause", "text", "decides"),
        ("## The hour", "heading", "agenda"),
        ("Ask Tom alone:", "text", "agenda"),
        ("> Whom would you have to convince?", "quote", "decides"),
    )
    said = _text(_read(plan))
    assert said.index("believes the cause") < said.index("Ask Tom alone") < said.index("have to convince")


def test_a_best_outcome_that_stands_in_no_block_is_in_the_band_in_words() -> None:
    plan = _plan(("Hello", "text", "other"), best_outcome=Commitment(who="Ana", what="signs", by="2026-12-01"))
    assert "Ana signs, 2026-12-01" in _text(_read(plan))


def test_headings_items_and_ready_words_have_words_own_styles() -> None:
    plan = _plan(
        ("## Before", "heading", "before"),
        ("- call Ana", "item", "before"),
        ("2. then Tom", "item", "before"),
        ("> Ana, may I?", "quote", "before"),
        ("We have until ten.", "text", "opening"),
    )
    styles = {paragraph.text: paragraph.style.name for paragraph in _paragraphs(_read(plan)) if paragraph.style}
    assert styles["Before"] == "Heading 1"
    assert styles["call Ana"] == "List Bullet"
    assert styles["2.\tthen Tom"] == "List Paragraph"
    assert styles["Ana, may I?"] == "Quote"
    assert styles["We have until ten."] == "Quote"


def test_a_table_has_a_header_row_that_comes_again_on_every_page() -> None:
    document = _read(_plan(("| What | Sum |\n|---|---|\n| price | **416** |", "table", "bring")))
    table = document.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["What", "Sum"], ["price", "416"]]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table.rows[1]._tr.trPr.find(qn("w:tblHeader")) is None
    assert table.cell(1, 1).paragraphs[0].runs[0].bold


def test_citations_are_small_and_a_doubt_is_shown_with_its_meaning() -> None:
    block = Block(id="B1", kind="text", text="It costs 9.", citations=("L4", "F2"), check=Check(status="unverified"))
    document = _read(MeetingPlan(title="A page", blocks=(block,)))
    run = next(p for p in document.paragraphs if p.text.startswith("It costs")).runs[-1]
    assert run.text == " △ L4 F2"
    assert run.style.name == "Citation"
    assert "△ not verified in the notes" in document.sections[0].footer.paragraphs[0].text


def test_the_file_says_what_it_is_and_in_which_language() -> None:
    document = _read(PLAN.model_copy(update={"language": "de-AT"}))
    told = document.core_properties
    assert (told.title, told.author, told.language) == (PLAN.title, CONTEXT.rep, "de")
    assert {one.get(qn("w:val")) for one in document.styles.element.iter(qn("w:lang"))} == {"de"}
    assert "Intern: nicht für den Kunden" in document.sections[0].footer.paragraphs[0].text


@pytest.mark.parametrize(("paper", "size"), [("a4", (210, 297)), ("us-letter", (215.9, 279.4))])
def test_the_page_has_the_size_that_was_asked_for(paper: str, size: tuple[float, float]) -> None:
    section = _read(PLAN, paper=paper).sections[0]
    assert (round(section.page_width.mm, 1), round(section.page_height.mm, 1)) == size


def test_links_and_markup_stay_words() -> None:
    document = _read(_plan(("[click](http://evil.example) <b>now</b> {HYPERLINK x}", "text", "other")))
    assert "click <b>now</b> {HYPERLINK x}" in _text(document)
    assert not list(document.element.iter(qn("w:hyperlink"), qn("w:fldSimple"), qn("w:instrText")))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["text", "item", "quote", "heading", "table"]))
def test_any_text_makes_a_file_that_opens(text: str, kind: Kind) -> None:
    assert _read(_plan((text, kind, "other"))).paragraphs
