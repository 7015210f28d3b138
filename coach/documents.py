"""Files of a sales desk -> paragraphs of text, each with whoever is known to have said it.

The kind is told from the content, the name only helps between kinds of text. What can be slow or hostile (docx,
xlsx, pdf) is read in a process of its own with a time limit (`office.py`). Knows nothing about lines or labels.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path

from coach.errors import InputError
from coach.office import table_rows
from coach.web import web_text

MAX_BYTES = 20_000_000
"""A rep's notes of ten years are below 5 MB; larger files are exports and belong to `coach batch`."""
MAX_UNPACKED = 200_000_000
"""Bytes inside a docx or xlsx; a real one of 20 MB unpacks to a tenth of that beyond its pictures."""
PARSE_LIMIT_S = 20.0
"""A pdf of 300 pages takes about eight seconds."""

_MAIL_START = re.compile(
    rb"(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:MIME-Version|Message-ID|Received|Content-Type|Return-Path):", re.I
)
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html|head|body)\b", re.I | re.S
)
_CUE_TIME = re.compile(r"\s*(?:\d+:)?\d{1,2}:\d\d[.,]\d{3}\s+-->")
_CUE_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>|^([^\W\d][^:<>]{1,40}):\s")
_OLD = {
    b"\xd0\xcf\x11\xe0": "an old or password-protected Office file. Save it as .docx or .xlsx without a password.",
    b"{\\rtf": "a rich text file. Save it as .docx or .txt.",
}


@dataclass(frozen=True)
class Paragraph:
    text: str
    speaker: str | None = None
    sent_from: str | None = None
    """Mail address."""
    said_on: date | None = None


@dataclass(frozen=True)
class Document:
    name: str
    paragraphs: tuple[Paragraph, ...]


def read_document(path: Path) -> Document:
    """Read txt, md, docx, pdf, eml, vtt, xlsx, csv or html.

    Raises:
        InputError: one line that names the file, what is wrong with it and what to do.
    """
    data = _bytes(path)
    kind = kind_of(data, path.name)
    if kind in {"docx", "xlsx", "pdf"}:
        return Document(path.name, tuple(Paragraph(text) for text in _parsed(kind, path)))
    if kind == "eml":
        return Document(path.name, (_mail(data, path.name),))
    return Document(path.name, tuple(_text_paragraphs(kind, decoded(data, path.name))))


def kind_of(data: bytes, name: str) -> str:
    """`docx`, `xlsx`, `pdf`, `eml`, `html`, `vtt`, `csv` or `text`.

    Raises:
        InputError: a kind that is not read.
    """
    for start, problem in _OLD.items():
        if data.startswith(start):
            raise InputError(f"{name}: {problem}")
    ending = name.rpartition(".")[2].casefold()
    if data.startswith(b"PK\x03\x04"):
        return _zip_kind(data, name)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if ending == "eml" or _MAIL_START.match(data[:8000]):
        return "eml"
    if _HTML_START.match(data[:2000]) or ending in {"html", "htm"}:
        return "html"
    if data[:16].lstrip(b"\xef\xbb\xbf").startswith(b"WEBVTT") or ending in {"vtt", "srt"}:
        return "vtt"
    return "csv" if ending in {"csv", "tsv"} else "text"


def _zip_kind(data: bytes, name: str) -> str:
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise InputError(f"{name}: a damaged Office or zip file. Save it again, or paste its text.") from None
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise InputError(f"{name}: unpacks to more than {MAX_UNPACKED / 1e6:.0f} MB. Save the text alone.")
    names = {entry.filename for entry in entries}
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    raise InputError(f"{name}: a zip file, but no .docx or .xlsx. Unpack it and name the files in it.")


def _parsed(kind: str, path: Path) -> list[str]:
    """What `office.py` reads, in a process of its own."""
    call = [sys.executable, "-m", "coach.office", kind, str(path.resolve())]
    paths = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, sys.path)])}
    try:
        run = subprocess.run(call, capture_output=True, timeout=PARSE_LIMIT_S, env={**os.environ, **paths}, check=False)
    except subprocess.TimeoutExpired:
        raise InputError(
            f"{path.name}: not read within {PARSE_LIMIT_S:g} s. Save the pages on this account alone."
        ) from None
    if run.returncode:
        raise InputError(f"{path.name}: a damaged {kind} file. Save it again, or paste its text.")
    answer = json.loads(run.stdout)
    if "problem" in answer:
        raise InputError(f"{path.name}: {answer['problem']}")
    return [str(text) for text in answer["paragraphs"]]


def _mail(data: bytes, name: str) -> Paragraph:
    """Header fields, body and the attachments' names."""
    try:
        mail = message_from_bytes(data, policy=policy.default)
        header = {key: " ".join(str(mail[key]).split()) for key in ("From", "Date", "To", "Cc", "Subject") if mail[key]}
        body = _body(mail)
        attached = [part.get_filename() or "unnamed" for part in mail.iter_attachments()]
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        raise InputError(
            f"{name}: cannot be read as a mail ({type(error).__name__}). Paste its text instead."
        ) from error
    speaker, address = parseaddr(header.get("From", ""))
    lines = [f"{key}: {value}" for key, value in header.items()]
    text = "\n".join(lines) + f"\n\n{body}" + (f"\n\nAttachments: {', '.join(attached)}" if attached else "")
    return Paragraph(text, speaker or None, address, _sent_on(header.get("Date", "")))


def _body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain", "html"))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        text = data.decode(part.get_content_charset("utf-8"))
    except (UnicodeDecodeError, LookupError):
        text = data.decode("cp1252", errors="replace")
    return web_text(text) if part.get_content_type() == "text/html" else text


def _sent_on(text: str) -> date | None:
    try:
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError):
        return None


def _text_paragraphs(kind: str, text: str) -> Iterator[Paragraph]:
    if kind == "vtt":
        yield from _spoken(text)
    elif kind == "csv":
        yield from (Paragraph(row) for row in table_rows(_csv_rows(text)))
    else:
        yield Paragraph(web_text(text) if kind == "html" else text)


def _csv_rows(text: str) -> Iterator[list[str]]:
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:8000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    csv.field_size_limit(MAX_BYTES)
    return csv.reader(io.StringIO(text.replace("\0", "")), dialect)


def _spoken(text: str) -> Iterator[Paragraph]:
    """Cues of a transcript; what one speaker says in a row is one paragraph."""
    held, words = None, ""
    for speaker, said in _cues(text):
        if words and speaker != held:
            yield Paragraph(words, held)
            words = ""
        held, words = speaker, f"{words} {said}".strip()
    if words:
        yield Paragraph(words, held)


def _cues(text: str) -> Iterator[tuple[str | None, str]]:
    speaker: str | None = None
    for cue in re.split(r"\n\s*\n", _LINE_ENDS.sub("\n", text)):
        lines = cue.split("\n")
        at = next((at for at, line in enumerate(lines) if _CUE_TIME.match(line)), None)
        for line in lines[at + 1 :] if at is not None else []:
            voice = _CUE_VOICE.search(line)
            speaker = (voice[1] or voice[2]).strip() if voice else speaker
            said = re.sub(r"<[^>]*>", "", line[voice.end() :] if voice else line).strip()
            if said:
                yield speaker, said


def decoded(data: bytes, name: str) -> str:
    """UTF-8, UTF-16 or Windows-1252 as text.

    Raises:
        InputError: binary content, or too large.
    """
    check_size(len(data), name)
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _as_text(data, encoding, name)
    if b"\x00" in data[:4096]:
        return _as_text(data, _utf16_without_mark(data, name), name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _as_text(data, "cp1252", name)


def check_size(size: int, name: str) -> None:
    if size > MAX_BYTES:
        raise InputError(
            f"{name}: {size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read. Leave old notes out."
        )


def _bytes(path: Path) -> bytes:
    try:
        check_size(path.stat().st_size, path.name)
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file. Check the path.") from None
    except IsADirectoryError:
        raise InputError(f"{path}: a folder, not a file. Name a file in it.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path cannot be used"
        raise InputError(f"{path.name}: cannot be read ({reason}). Check the file and its permissions.") from None


def _utf16_without_mark(data: bytes, name: str) -> str:
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 8 or min(even, odd) > len(head) // 64:
        raise _binary(name)
    return "utf-16-le" if odd > even else "utf-16-be"


def _as_text(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(f"{name}: neither UTF-8, UTF-16 nor Windows-1252 text. Save it as UTF-8.") from None
    if sum(text[:4096].count(mark) for mark in "\x01\x02\x03\x04\x05\x06\x0e\x0f\x10") > 3:
        raise _binary(name)
    return text


def _binary(name: str) -> InputError:
    return InputError(f"{name}: not text and no document that can be read. Use .md, .txt, .docx, .pdf, .eml or .xlsx.")


_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile("\r\n|[\r\u000b\u000c\u0085\u2028\u2029]")


def cleaned(text: str) -> str:
    """Composed characters, one kind of line end and of space, nothing invisible."""
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    for space in "\u00a0\u2007\u202f":
        text = text.replace(space, " ")
    return unicodedata.normalize("NFC", text)


def cleaned_document(document: Document) -> Document:
    """The document with every paragraph cleaned."""
    return replace(document, paragraphs=tuple(replace(each, text=cleaned(each.text)) for each in document.paragraphs))
