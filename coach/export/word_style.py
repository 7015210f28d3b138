"""How a Word file of ours looks: the styles of an empty document changed to the house's (python-docx)."""

from __future__ import annotations

import datetime as dt
from typing import cast

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import CharacterStyle, ParagraphStyle
from docx.table import Table, _Cell, _Row

from coach.export.typeset import Paper

INK = "12466F"
TINT = "EAF0F5"
GREY = "5F5F5F"
UNDATED = dt.date(2000, 1, 1)
"""When a file was made that no meeting belongs to: files of the same plan are the same."""
INDENT: Length = Mm(5)
_FONT = "Calibri"
_SIZES = {"a4": (Mm(210), Mm(297)), "us-letter": (Mm(215.9), Mm(279.4))}
_STYLES = {
    "Normal": (10, 4, ""),
    "Title": (18, 3, INK),
    "Subtitle": (9, 6, GREY),
    "Heading 1": (13, 3, INK),
    "Heading 2": (11, 3, INK),
    "Heading 3": (10, 3, INK),
    "List Bullet": (10, 2, ""),
    "List Paragraph": (10, 2, ""),
    "Quote": (10, 4, "000000"),
    "Footer": (8, 0, GREY),
}
"""Size and space below in points, colour."""


_BEHIND_BORDERS = (
    "w:shd",
    "w:tabs",
    "w:suppressAutoHyphens",
    "w:spacing",
    "w:ind",
    "w:contextualSpacing",
    "w:jc",
    "w:outlineLvl",
)
"""What the format wants after the borders of a paragraph."""


def empty_document(*, paper: Paper, language: str) -> WordDocument:
    """A page of that size in that language (ISO 639-1), with the house's styles and one more for citations."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = _SIZES[paper]
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(15)
    for name, (size, after, colour) in _STYLES.items():
        _look(_paragraph_style(document, name), size=size, after=after, colour=colour)
    _border(_paragraph_style(document, "Title"), "bottom", colour=INK, eighths=12)
    quote = _paragraph_style(document, "Quote")
    quote.paragraph_format.left_indent = INDENT
    _border(quote, "left", colour="A5A5A5", eighths=12)
    _add_citation(document)
    _speak(document, language)
    return document


def shade(cell: _Cell, colour: str = TINT) -> None:
    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=colour))


def keep_whole(row: _Row, *, is_header: bool) -> None:
    """No page break inside the row; a header comes again on every page."""
    properties = row._tr.get_or_add_trPr()
    properties.append(_element("w:cantSplit"))
    if is_header:
        properties.append(_element("w:tblHeader"))


def fit_columns(table: Table) -> None:
    """A narrow first column for hours, a narrow last one for minutes."""
    widths = (Mm(32), *[Mm(120 // max(len(table.columns) - 2, 1))] * (len(table.columns) - 2), Mm(22))
    for row in table.rows:
        for cell, width in zip(row.cells, widths[: len(row.cells)], strict=True):
            cell.width = width


def _paragraph_style(document: WordDocument, name: str) -> ParagraphStyle:
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)
    return style


def _look(style: ParagraphStyle, *, size: float, after: float, colour: str) -> None:
    style.font.size = Pt(size)
    style.font.italic = style.name == "Quote"
    style.font.bold = style.name is not None and style.name.startswith(("Title", "Heading"))
    style.paragraph_format.space_after = Pt(after)
    style.paragraph_format.space_before = Pt(8) if style.name and style.name.startswith("Heading") else Pt(0)
    style.paragraph_format.line_spacing = 1.05
    if colour:
        style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    style.font.name = _FONT


def _border(style: ParagraphStyle, side: str, *, colour: str, eighths: int) -> None:
    properties = style.element.get_or_add_pPr()
    for old in properties.findall(qn("w:pBdr")):
        properties.remove(old)
    borders = _element("w:pBdr")
    borders.append(_element(f"w:{side}", val="single", sz=str(eighths), space="4", color=colour))
    properties.insert_element_before(borders, *_BEHIND_BORDERS)


def _add_citation(document: WordDocument) -> None:
    style = document.styles.add_style("Citation", WD_STYLE_TYPE.CHARACTER)
    assert isinstance(style, CharacterStyle)
    style.font.size, style.font.italic, style.font.bold = Pt(7), False, False
    style.font.color.rgb = RGBColor.from_string(GREY)


def _speak(document: WordDocument, language: str) -> None:
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), language)


def _element(name: str, **attributes: str) -> BaseOxmlElement:
    element = cast(BaseOxmlElement, OxmlElement(name))
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element
