"""Whatever a person hands over, the answer is a context or one line that says what, where and what to do."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from coach import documents
from coach.context import parse_context, read_context
from coach.errors import InputError
from tests.test_documents import pdf_with

TODAY = date(2026, 12, 1)


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_context(path, today=TODAY)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def refused(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    message = refusal(folder / name)
    assert message.startswith(name)
    return message


def refused_text(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_context(text, name="deal.md", today=TODAY)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("text", ["", " \n\t\n", "---\naccount: Northwind\n---\n", "\u200b\ufeff\x00", "---\n***\n"])
def test_no_notes(text: str) -> None:
    assert "holds no notes" in refused_text(text)


@pytest.mark.parametrize(
    ("record", "complaint"),
    [
        ("meeting: {date: tomorrow}", 'meeting: date is "tomorrow", which is no date'),
        ("meeting: {date: 2026-13-45}", 'meeting: date is "2026-13-45"'),
        ("today: [1]", "today must be text, not a list"),
        ("meeting: {start: '25:00'}", 'meeting: start is "25:00"'),
        ("meeting: {minutes: 0}", 'meeting: minutes is "0"'),
        ("meeting: {minutes: many}", 'meeting: minutes is "many"'),
        ("meeting: soon", 'meeting must be fields such as `name: value`, not "soon"'),
        ("meeting: {attendees: [{title: VP}]}", "an attendee has no name"),
        ("account: {name: x}", "account must be text, not a group of fields"),
        ("account: a: b", "line 2 the front matter is not YAML"),
        ("account: [", "the front matter is not YAML"),
        ("account: &a [x]\nrep: *a", "YAML anchors"),
        ("account: " + "[" * 5000, "the front matter is not YAML"),
        ("account: " + "x" * 70_000, "70,009 characters"),
    ],
)
def test_front_matter_that_cannot_be_used(record: str, complaint: str) -> None:
    message = refused_text(f"---\n{record}\n---\na note\n")
    assert message.startswith("deal.md:")
    assert complaint in message


def test_missing_file(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "deal.md")


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    assert "a folder" in refusal(tmp_path)


def test_missing_proof_file(tmp_path: Path) -> None:
    message = refused(tmp_path, "deal.md", b"---\nseller: {proof: [cases.md]}\n---\na note\n")
    assert "the proof file cases.md is not in" in message


def test_pasted_text_never_reads_a_proof_file() -> None:
    assert "cannot be read from pasted text" in refused_text("---\nseller: {proof: [/etc/hosts.txt]}\n---\na note\n")


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.md", bytes(range(256)) * 20, "not text"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(200), "not text"),
        ("a.txt", b"\x81\x8d\x8f" * 40, "neither UTF-8"),
        ("a.doc", b"\xd0\xcf\x11\xe0" + bytes(600), "old or password-protected Office file"),
        ("a.rtf", b"{\\rtf1 hello}", "rich text"),
        ("a.docx", b"PK\x03\x04 broken", "damaged"),
        ("a.pdf", b"%PDF-1.4\nbroken", "damaged"),
        ("scan.pdf", pdf_with(""), "only pictures"),
    ],
)
def test_file_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, complaint: str) -> None:
    assert complaint in refused(tmp_path, name, content)


def test_locked_pdf(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_with("Two outages"))))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    assert "locked with a password" in refusal(tmp_path / "locked.pdf")


def test_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(documents.MAX_UNPACKED + 1))
    assert "unpacks to more than 200 MB" in refusal(tmp_path / "bomb.docx")


def test_document_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "PARSE_LIMIT_S", 0.001)
    assert "not read within" in refused(tmp_path, "a.pdf", pdf_with("Two outages"))


def test_file_above_the_limit(tmp_path: Path) -> None:
    with (tmp_path / "big.md").open("wb") as file:
        file.truncate(documents.MAX_BYTES + 1)
    assert "at most 20 MB" in refusal(tmp_path / "big.md")


def test_too_many_lines() -> None:
    assert "more than 200,000 lines" in refused_text("a\n" * 200_001)


def test_standard_input_that_is_not_utf8() -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"caf\xe9 \xff\xfe"), encoding="utf-8")
    with pytest.raises(InputError, match="not UTF-8"):
        read_context("-", stdin=stdin, today=TODAY)


def test_standard_input_is_a_context() -> None:
    assert read_context("-", stdin=io.StringIO("two outages"), today=TODAY).notes[0].text == "two outages"


def test_invisible_characters_and_mixed_line_ends_leave_clean_lines() -> None:
    text = "one\u202e\u200b\r\ntwo\x00\x07\rthree\u2028four \ud800five\u00a0six 120\u00a0000 e\u0301"
    lines = [line.text for line in parse_context(text, today=TODAY).notes]
    assert lines == ["one", "two", "three", "four five six 120 000 é"]


def test_one_line_of_200_000_characters_is_cut() -> None:
    lines = parse_context("outage, " * 25_000, today=TODAY).notes
    assert len(lines) > 300
    assert max(len(line.text) for line in lines) <= 600
