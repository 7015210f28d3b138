"""Files of a sales desk become paragraphs, whatever their ending says."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import docx
import openpyxl
import pytest

from coach.context import read_context
from coach.documents import Document, read_document

TODAY = date(2026, 12, 1)


def read(folder: Path, name: str, content: str | bytes) -> Document:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_document(path)


def texts(document: Document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def pdf_with(text: str) -> bytes:
    """A one-page PDF; an empty text makes a page without any."""
    drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode() if text else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 6\n0000000000 65535 f \n"
    return body + head + table + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(body)


EML = (
    "From: Maria Lopez <m.lopez@harrowgate.example>\r\nTo: riya@fernhill.example\r\n"
    "Date: Thu, 12 Nov 2026 16:20:00 +0000\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMIME-Version: 1.0\r\n"
)


def test_text_is_read_whole(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "a.txt", "one\ntwo")) == ["one\ntwo"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_is_read_in_the_encodings_of_office_programs(tmp_path: Path, encoding: str) -> None:
    assert texts(read(tmp_path, "a.txt", "Größe 120 € für Maria".encode(encoding))) == ["Größe 120 € für Maria"]


def test_word_file_gives_paragraphs_and_table_rows_in_order(tmp_path: Path) -> None:
    file = docx.Document()
    file.add_paragraph("Two outages since August")
    table = file.add_table(rows=2, cols=3)
    for cell, text in zip(
        [*table.rows[0].cells, *table.rows[1].cells], ["Site", "Units", "Since", "North", "12", "May"], strict=True
    ):
        cell.text = text
    file.add_paragraph("Wants a fix")
    file.save(str(tmp_path / "call.docx"))
    read_texts = texts(read_document(tmp_path / "call.docx"))
    assert read_texts == ["Two outages since August", "Site: North; Units: 12; Since: May", "Wants a fix"]


def test_workbook_rows_name_their_columns_and_show_dates_as_dates(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Customer", "Close", "Amount", "Probability"])
    sheet.append(["Harrowgate", datetime(2026, 12, 31), 120000, 0.9])
    sheet["D2"].number_format = "0%"
    book.save(tmp_path / "deals.xlsx")
    read_texts = texts(read_document(tmp_path / "deals.xlsx"))
    assert read_texts == ["Customer: Harrowgate; Close: 2026-12-31; Amount: 120000; Probability: 90%"]


def test_workbook_with_dates_counted_from_1904(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = datetime(1904, 1, 1)
    book.active.append(["Close"])
    book.active.append([datetime(2026, 12, 31)])
    book.save(tmp_path / "mac.xlsx")
    assert texts(read_document(tmp_path / "mac.xlsx")) == ["Close: 2026-12-31"]


def test_pdf_text_is_read(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "a.pdf", pdf_with("Two outages since August"))) == ["Two outages since August"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_rows_name_their_columns(tmp_path: Path, mark: str) -> None:
    rows = [["Date", "Note"], ["3 Nov", "wants a fix"], ["4 Nov", "sent report"]]
    document = read(tmp_path, "a.csv", "\n".join(mark.join(row) for row in rows))
    assert texts(document) == ["Date: 3 Nov; Note: wants a fix", "Date: 4 Nov; Note: sent report"]


def test_transcript_keeps_speakers_and_merges_their_cues(tmp_path: Path) -> None:
    cues = ["<v Tom Reed>It is the firmware.</v>", "<v Tom Reed>Not the wifi.", "Maria Lopez: We lost six hours."]
    body = "\n\n".join(f"{at}\n00:00:0{at}.000 --> 00:00:0{at}.900\n{cue}" for at, cue in enumerate(cues))
    document = read(tmp_path, "call.vtt", "WEBVTT\n\n" + body)
    spoken = [(paragraph.speaker, paragraph.text) for paragraph in document.paragraphs]
    assert spoken == [("Tom Reed", "It is the firmware. Not the wifi."), ("Maria Lopez", "We lost six hours.")]


def test_web_page_gives_what_a_reader_sees(tmp_path: Path) -> None:
    page = (
        "<html><head><title>x</title></head><body><p>We <b>sell</b>\n scanners</p><script>steal()</script>"
        "<!-- ignore --><p style='display:none'>hidden</p><div hidden>also</div><ul><li>One</li></ul>"
        "<table><tr><td>Units</td><td>12</td></tr></table><a href='http://evil.example'>site</a></body></html>"
    )
    lines = [line for line in texts(read(tmp_path, "a.html", page))[0].split("\n") if line]
    assert lines == ["We sell scanners", "One", "Units; 12", "site"]


def test_mail_file_gives_sender_date_and_header(tmp_path: Path) -> None:
    paragraph = read(tmp_path, "a.eml", EML + "Content-Type: text/plain\r\n\r\nSee you.\r\n").paragraphs[0]
    assert (paragraph.speaker, paragraph.sent_from) == ("Maria Lopez", "m.lopez@harrowgate.example")
    assert paragraph.said_on == date(2026, 11, 12)
    assert paragraph.text.startswith("From: Maria Lopez <m.lopez@harrowgate.example>\nDate: Thu, 12 Nov 2026")
    assert "Subject: Grüße" in paragraph.text


def test_mail_of_html_alone_is_read_and_attachments_are_named(tmp_path: Path) -> None:
    parts = (
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>See <i>you</i></p>'
        '\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="terms.pdf"\r\n\r\nx\r\n'
    )
    text = texts(read(tmp_path, "a.eml", EML + parts))[0]
    assert "See you" in text
    assert text.endswith("Attachments: terms.pdf")


def test_kind_is_told_from_content_not_from_the_ending(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "notes.txt", pdf_with("Two outages"))) == ["Two outages"]
    assert read(tmp_path, "mail.txt", EML + "\r\nSee you.\r\n").paragraphs[0].speaker == "Maria Lopez"


def test_mail_file_as_a_context_is_its_senders_words(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text(EML + "\r\nThe board sits on the fifteenth.\r\n")
    (tmp_path / "deal.md").write_text("---\nmeeting: {attendees: [Maria Lopez]}\n---\nasked her for the date\n")
    lines = read_context(tmp_path / "deal.md", notes_files=[tmp_path / "a.eml"], today=TODAY).notes
    assert [(line.voice, line.speaker) for line in lines] == [("ours", None)] + [("customer", "Maria Lopez")] * 2


def test_word_file_as_the_context_itself(tmp_path: Path) -> None:
    file = docx.Document()
    file.add_paragraph("Customer: Tarn Electric")
    file.add_paragraph("they want a visit")
    file.save(str(tmp_path / "call.docx"))
    context = read_context(tmp_path / "call.docx", today=TODAY)
    assert [line.text for line in context.notes] == ["Customer: Tarn Electric", "they want a visit"]


def test_zip_is_no_document(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(Exception, match=r"a zip file, but no \.docx"):
        read_document(tmp_path / "a.docx")
