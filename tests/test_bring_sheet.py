"""The thing we bring on a sheet of its own, without anything that is ours alone."""

from __future__ import annotations

import io

import pytest
from docx import Document
from pypdf import PdfReader

from coach.errors import InputError
from coach.export.bring_sheet import AROUND_IT, NothingBrought, bring_sheet, to_docx, to_markdown, to_pdf
from coach.export.safe import LeftOut
from coach.schema import AccountContext, Block, Check, Groundwork, Kind, MeetingPlan, NoteLine, Voice
from tests.support.plans import example

CONTEXT = example("price_negotiation")
TABLE = """| Plants | Net € | Lars |
|---|---|---|
| Noord and Zuid | **72,500** | |
| Floor | 71k | |
| All three | 102,500 | |"""


def _plan(*texts: tuple[str, Kind], part: str = "bring") -> MeetingPlan:
    blocks = (Block(id=f"B{n}", kind=kind, text=text, part=part) for n, (text, kind) in enumerate(texts, 1))
    return MeetingPlan(title="Scope, not discount", blocks=tuple(blocks), language="en")


def test_a_table_is_shown_but_for_rows_and_columns_that_are_ours_alone() -> None:
    sheet = bring_sheet(_plan((TABLE, "table")), CONTEXT)
    (table,) = sheet.blocks
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["Plants", "Net €"],
        ["Noord and Zuid", "**72,500**"],
        ["All three", "102,500"],
    ]
    assert [one.text for one in sheet.left_out] == ["Lars", "Floor | 71k"]
    assert "whole column" in sheet.left_out[0].why
    assert "whole row" in sheet.left_out[1].why


def test_a_row_with_our_own_product_s_name_stays_though_only_our_lines_have_it() -> None:
    lines = (
        '"products": [',
        '"name": "Marrow Gauge",',
        '"quantity": 2',
        "Do not tell them: Marrow Gauge was built for Ferrol",
    )
    notes = tuple(
        NoteLine(label=f"L{place}", text=text) for place, text in enumerate(lines, len(CONTEXT.notes) + 1)
    )  # fmt: skip
    context = CONTEXT.model_copy(update={"notes": (*CONTEXT.notes, *notes)})
    table = "| Part | Each |\n|---|---|\n| Marrow Gauge | __ |\n| Ferrol | __ |"
    sheet = bring_sheet(_plan((table, "table")), context)
    assert [row[0].text for row in sheet.blocks[0].rows] == ["Part", "Marrow Gauge"]
    (unlisted,) = bring_sheet(_plan((table, "table"), ("- Two plants.", "item")), context.model_copy(
        update={"notes": (*CONTEXT.notes, *notes[1:])})).blocks  # fmt: skip
    assert unlisted.rows[0][0].text == "Two plants."


def test_what_the_rep_is_to_fill_in_is_room_to_write_and_hers_is_yours() -> None:
    table = (
        "| What counts | Today |\n|---|---|\n| Ends | from step 1 |\n| Her figures | support's list |\n| Plants | two |"
    )
    sheet = bring_sheet(_plan((table, "table")), CONTEXT)
    assert [[cell.text for cell in row] for row in sheet.blocks[0].rows[1:]] == [
        ["Ends", "__"], ["Your figures", "__"], ["Plants", "two"],
    ]  # fmt: skip
    assert [one.why for one in sheet.left_out] == ["is yours to fill in before you hand it over"] * 2


def test_text_is_shown_sentence_by_sentence() -> None:
    text = "Kaai has no transformers before June. Ask Hilde over it. Hilde is judged on 3 % per contract."
    sheet = bring_sheet(_plan((text, "text")), CONTEXT)
    assert [row[0].text for block in sheet.blocks for row in block.rows] == ["Kaai has no transformers before June."]
    assert len(sheet.left_out) == 2


def test_a_margin_of_theirs_is_no_talk_of_ours() -> None:
    table = "| Your margin | Extra revenue |\n|---|---|\n| 50 % | 220 |"
    (shown,) = bring_sheet(_plan((table, "table")), CONTEXT).blocks
    assert shown.rows[0][0].text == "Your margin"
    hidden = bring_sheet(_plan((table.replace("Your", "Our"), "table"), ("- Two plants.", "item")), CONTEXT)
    assert [block.kind for block in hidden.blocks] == ["item"]
    assert [(one.text, one.why) for one in hidden.left_out] == [
        ("Our margin | Extra revenue", "“margin” is our own talk; the whole table is left out")
    ]


MARGIN = "| Margin | Extra revenue |\n|---|---|\n| 50 % | 220 |"


def test_a_word_that_the_customer_used_is_no_talk_of_ours() -> None:
    said, _ = _with(("KB: our margin on a pallet is thin, and so is the discount.", "customer", "Koen Baeten"))
    (shown,) = bring_sheet(_plan((MARGIN, "table")), said).blocks
    assert shown.rows[0][0].text == "Margin"
    limit, _ = _with(
        ("KB: our margin on a pallet is thin.", "customer", "Koen Baeten"), ("Margin: not below 31.", "ours", None)
    )
    with pytest.raises(InputError, match="the whole table is left out"):
        bring_sheet(_plan((MARGIN, "table")), limit)
    with pytest.raises(InputError, match="“margin” is our own talk"):
        bring_sheet(_plan((MARGIN.replace("Margin", "Our margin"), "table")), said)


def test_what_the_sheet_calls_their_own_is_theirs_where_no_line_of_ours_speaks_of_it() -> None:
    around = ("The leak a quarter. Find your own margin.", "text")
    table = bring_sheet(_plan((MARGIN, "table"), around), CONTEXT).blocks[0]
    assert table.rows[0][0].text == "Margin"
    ours, _ = _with(("We keep a good margin here.", "ours", None))
    with pytest.raises(InputError, match="the whole table is left out"):
        bring_sheet(_plan((MARGIN, "table"), around), ours)


def test_a_line_with_room_to_write_belongs_to_the_sheet() -> None:
    form = "**Day 90:** measure ____ from ____ to ____; source ____"
    sheet = bring_sheet(_plan((TABLE, "table"), (form, "text"), ("Ask: from ____?", "text")), CONTEXT)
    assert to_markdown(sheet).endswith(f"\n\n{form.replace('**', '')}\n")
    assert "Ask: from ____?" in [one.text for one in sheet.left_out]


def test_behind_a_word_to_the_rep_nothing_of_a_paragraph_is_for_the_customer() -> None:
    text = "Two plants first. *For you alone: we saw it last year.* It is on page 8. Then the third plant."
    sheet = bring_sheet(_plan((text, "text"), ("Noord comes first.", "text")), CONTEXT)
    assert [row[0].text for block in sheet.blocks for row in block.rows] == ["Two plants first.", "Noord comes first."]
    assert [one.why for one in sheet.left_out[1:]] == ["stands behind a word to you"] * 2


def test_items_and_quotations_keep_their_kind() -> None:
    sheet = bring_sheet(_plan(("- Noord: 26,000", "item"), ("> Nothing is signed yet.", "quote")), CONTEXT)
    assert to_markdown(sheet).endswith("- Noord: 26,000\n\n> Nothing is signed yet.\n")


def test_it_is_headed_with_the_customer_s_name_and_not_with_the_page_s_title() -> None:
    text = to_markdown(bring_sheet(_plan(("Two plants.", "text")), CONTEXT))
    assert text.startswith("# For Maasvelde Zuivel NV\n\nLindemoor Metering · Friday 4 December 2026\n")
    assert "discount" not in text


def test_word_and_pdf_hold_the_same_table() -> None:
    sheet = bring_sheet(_plan((TABLE, "table")), CONTEXT)
    table = Document(io.BytesIO(to_docx(sheet))).tables[0]
    assert [cell.text for cell in table.rows[1].cells] == ["Noord and Zuid", "72,500"]
    (page,) = PdfReader(io.BytesIO(to_pdf(sheet))).pages
    assert "Noord and Zuid" in page.extract_text()
    assert "71k" not in page.extract_text()


@pytest.mark.parametrize("count", [60, 400])
def test_a_long_sheet_is_one_page(count: int) -> None:
    rows = "\n".join(f"| Noord {n} | 26,000 |" for n in range(count))
    pages = PdfReader(io.BytesIO(to_pdf(bring_sheet(_plan((f"| a | b |\n|---|---|\n{rows}", "table")), CONTEXT)))).pages
    assert len(pages) == 1


def test_a_page_that_brings_nothing_says_so() -> None:
    with pytest.raises(InputError, match="brings nothing"):
        bring_sheet(_plan(("Hello.", "text"), part="other"), CONTEXT)


def test_when_nothing_may_be_shown_the_reason_is_given() -> None:
    with pytest.raises(InputError, match=r"Nothing we bring may be shown: “Floor is 71k\.”"):
        bring_sheet(_plan(("Floor is 71k.", "text")), CONTEXT)


def test_text_around_a_table_is_for_the_rep() -> None:
    table = "| Bought | Runs? |\n|---|---|\n| Scheduling | __ |"
    sheet = bring_sheet(_plan(("No deck. The rest stays empty.", "text"), (table, "table")), CONTEXT)
    assert [block.kind for block in sheet.blocks] == ["table"]
    assert LeftOut("B1", "No deck. The rest stays empty.", AROUND_IT) in sheet.left_out
    (alone,) = bring_sheet(_plan(("Two plants.", "text")), CONTEXT).blocks
    assert alone.rows[0][0].text == "Two plants."


def test_what_the_notes_do_not_carry_is_told_to_the_rep() -> None:
    plan = _plan(("| Pays at |\n|---|\n| 13.19 an hour |", "table"))
    doubtful = Check(status="unverified", problems=("“13.19” stands in no line",))
    blocks = (plan.blocks[0].model_copy(update={"check": doubtful}),)
    sheet = bring_sheet(plan.model_copy(update={"blocks": blocks}), CONTEXT)
    assert sheet.doubts == ("“13.19” stands in no line",)
    assert bring_sheet(plan, CONTEXT).doubts == ()


@pytest.mark.parametrize(
    "text",
    [
        "No sheet; it would be a burden. You bring the question, working access and two free slots, Fri 4 and Mon 7.",
        "Kein Blatt, es wäre eine Last. Sie bringen die Frage mit.",
        "Pas de feuille : ce serait une charge. Vous apportez la question.",
        "Sin hoja: sería una carga. Usted lleva la pregunta.",
    ],
)
def test_where_the_page_hands_nothing_out_there_is_no_sheet_and_the_rep_is_told_so(text: str) -> None:
    with pytest.raises(NothingBrought, match=r"^Nothing is handed out at this meeting: the page says “\w+"):
        bring_sheet(_plan((text, "text"), ("- The question", "item")), CONTEXT)


@pytest.mark.parametrize(
    "text",
    [
        "You bring the question, working access, one person for set-up.",
        "Two plants first; here you ask which one.",
        "Du bringst die Frage mit.",
        "Hier fragen Sie nach dem Werk.",
        "Vous apportez la question et un accès.",
        "Usted lleva la pregunta.",
        "One good question is the help.",
    ],
)
def test_what_speaks_to_the_rep_is_never_on_the_sheet(text: str) -> None:
    sheet = bring_sheet(_plan(("Noord comes first.", "text"), (text, "text")), CONTEXT)
    assert to_markdown(sheet).endswith("\n\nNoord comes first.\n")
    assert [one.why for one in sheet.left_out] == ["is a word to you, not to them"]


def test_what_asks_the_customer_for_something_stays_on_the_sheet() -> None:
    text = "You tell us which plant is first. What you asked for is on page 8. You show us both meters."
    assert text in to_markdown(bring_sheet(_plan((text, "text")), CONTEXT))


def test_a_table_is_handed_out_though_the_words_around_it_say_that_no_sheet_is_needed() -> None:
    sheet = bring_sheet(_plan(("No sheet but this one.", "text"), ("| Plant |\n|---|\n| Noord |", "table")), CONTEXT)
    assert [block.kind for block in sheet.blocks] == ["table"]


def _with(*added: tuple[str, Voice, str | None], confidential: str = "") -> tuple[AccountContext, Groundwork]:
    """The example with more lines, and a groundwork that keeps what the first of them says."""
    first = len(CONTEXT.notes) + 1
    lines = (
        NoteLine(label=f"L{n}", text=text, voice=voice, speaker=speaker)
        for n, (text, voice, speaker) in enumerate(added, first)
    )
    kept = Block(id="G1", kind="item", text=confidential, part="in_confidence", citations=(f"L{first + 1}",))
    context = CONTEXT.model_copy(update={"notes": (*CONTEXT.notes, *lines)})
    return context, Groundwork(blocks=(kept,) if confidential else ())


OFFER = "| Item | So far | You fill in |\n|---|---|---|\n| Point | Tolhuis Hub | Agreed? |\n| Tonnage | 90 | Exact |"


@pytest.mark.parametrize(("to", "is_known"), [("hilde@maasvelde.example", True), ("lars@lindemoor.example", False)])
def test_a_name_that_stands_in_our_mail_to_them_is_known_to_them(to: str, is_known: bool) -> None:
    context, groundwork = _with(
        (f"From: ward@lindemoor.example; To: {to}; Subject: offer", "ours", "ward@lindemoor.example"),
        ("The offer is 90 tonnes delivered at Tolhuis Hub.", "ours", "ward@lindemoor.example"),
        ("From: koen@maasvelde.example; To: ward@lindemoor.example", "customer", "Koen Baeten"),
        ("Tonnage: corrected, Tolhuis Hub too. Our floor is 80.", "ours", None),
        ("The rep corrects: the tonnage is 90; its exact figure is open.", "ours", None),
        confidential="- Nothing is marked. Floor unrecorded.",
    )
    sheet = bring_sheet(_plan((OFFER, "table")), context, groundwork)
    shown = [row[0].text for row in sheet.blocks[0].rows]
    assert shown == ["Item", *(["Point"] if is_known else []), "Tonnage"]
    told = [] if is_known else ["names Tolhuis Hub, which they have not named to us; the whole row is left out"]
    assert [one.why for one in sheet.left_out] == told


def test_what_a_groundwork_keeps_by_name_is_kept_though_our_mail_to_them_has_it() -> None:
    context, groundwork = _with(
        ("From: ward@lindemoor.example; To: Hilde Maertens", "ours", "ward@lindemoor.example"),
        ("The offer is 90 tonnes delivered at Tolhuis Hub.", "ours", "ward@lindemoor.example"),
        ("The rep corrects: the tonnage is 90; its exact figure is open.", "ours", None),
        confidential="- Tolhuis Hub: from everybody but Hilde.",
    )
    sheet = bring_sheet(_plan((OFFER, "table")), context, groundwork)
    assert [row[0].text for row in sheet.blocks[0].rows] == ["Item", "Tonnage"]


def test_a_name_alone_in_its_cell_stays_away_where_only_our_lines_have_it() -> None:
    table = "| Who | Price |\n|---|---|\n| Skarn | __ |\n| Noord | __ |"
    context, _ = _with(("Our floor: below what Skarn asks.", "ours", None))
    sheet = bring_sheet(_plan((table, "table")), context)
    assert [row[0].text for row in sheet.blocks[0].rows] == ["Who", "Noord"]
