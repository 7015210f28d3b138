"""Text -> numbered, citable note lines, each with whose words it is (pure).

One line says one thing: bullets, paragraphs, table rows and single sentences of long paragraphs. Quoted copies of
what was already read are left out, nothing else. Knows nothing about files or front matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from coach.documents import Document, Paragraph
from coach.errors import InputError
from coach.mails import Block, Sender, blocks, senders_in
from coach.schema import NoteLine, Voice
from coach.sentences import sentences, spans
from coach.voices import OUTSIDER_CARRIES_FROM, QUOTE_CARRIES_FROM, Said, Voices

MAX_LINES = 200_000
"""Above, the notes are an export of many accounts, not one account's history."""
LONGEST_BLOCK = 20_000
"""Characters looked at together; nobody speaks longer in one paragraph."""
COPY_FROM = 12
"""Shorter sentences (`Yes, please.`) may well be written twice, so they are kept also in quoted parts."""

_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|[-*•·–+]\s+(?:\[[ xX]\]\s+)?)+")
_BOLD = re.compile(r"\*\*(?=\S)|(?<=\S)\*\*|(?<!\w)__(?=\S)|(?<=\S)__(?!\w)")
_LABEL = re.compile(r"^\s*([LP])(\d{1,6})[ \t:.]+(?=\S)")
_RULE_ROW = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?)?\s*$")
_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class _Piece:
    text: str
    voice: Voice = "ours"
    speaker: str | None = None
    is_copy: bool = False
    is_mail: bool = False
    is_header: bool = False


def note_lines(documents: Sequence[Document], voices: Voices, *, label: str = "L") -> tuple[NoteLine, ...]:
    """Lines of cleaned documents, numbered from 1 across them; the first one's source is empty when its name is.

    Raises:
        InputError: more than MAX_LINES lines.
    """
    found: list[NoteLine] = []
    seen: set[str] = set()
    for document in documents:
        for piece in _without_copies(_pieces(document, voices), seen):
            found.append(_line(f"{label}{len(found) + 1}", piece, document.name))
            if len(found) > MAX_LINES:
                raise InputError(f"{document.name or 'notes'}: more than {MAX_LINES:,} lines. Leave old notes out.")
    return tuple(found)


def without_labels(text: str) -> tuple[str, str]:
    """The notes without `L4`-like labels, and the lines labelled `P1` …; as it was unless they run 1..n in order."""
    rows = [(row, _LABEL.match(row)) for row in text.split("\n") if row.strip()]
    marks = [(found[1], int(found[2])) for _, found in rows if found]
    by_letter = {letter: [number for mark, number in marks if mark == letter] for letter in "LP"}
    is_ours = len(marks) == len(rows) > 1 and all(
        numbers == list(range(1, len(numbers) + 1)) for numbers in by_letter.values()
    )
    if not is_ours or not by_letter["L"]:
        return text, ""
    texts = {letter: [row[found.end() :] for row, found in rows if found and found[1] == letter] for letter in "LP"}
    return "\n\n".join(texts["L"]), "\n\n".join(texts["P"])


def senders(documents: Iterable[Document]) -> tuple[Sender, ...]:
    """Every mail's sender, in order, once each."""
    paragraphs = [paragraph for document in documents for paragraph in document.paragraphs]
    files = [sender for paragraph in paragraphs if (sender := _sender(paragraph))]
    pasted = [sender for paragraph in paragraphs if "@" in paragraph.text for sender in senders_in(paragraph.text)]
    return tuple(dict.fromkeys(sender for sender in [*files, *pasted] if sender != Sender()))


def _texts(document: Document) -> Iterator[tuple[str, Paragraph]]:
    """Paragraphs of one speaker together, so that a mail pasted into a document is seen whole."""

    def who(paragraph: Paragraph) -> tuple[str | None, str | None]:
        return paragraph.speaker, paragraph.sent_from

    for _, group in groupby(document.paragraphs, key=who):
        together = list(group)
        yield _without_tables("\n\n".join(paragraph.text for paragraph in together)), together[0]


def _sender(paragraph: Paragraph) -> Sender | None:
    if paragraph.sent_from is None:
        return None
    return Sender(paragraph.speaker or "", paragraph.sent_from.casefold())


def _pieces(document: Document, voices: Voices) -> Iterator[_Piece]:
    for text, first in _texts(document):
        speaker = first.speaker if first.sent_from is None else None
        for block in blocks(text, sender=_sender(first)):
            yield from _pieces_of(block, voices, speaker)


def _pieces_of(block: Block, voices: Voices, speaker: str | None) -> Iterator[_Piece]:
    text = _plain(block)
    if not _WORD.search(text):
        return
    if block.kind == "header":
        yield _Piece(text, *voices.of_sender(block.sender or Sender()), block.is_copy, True, True)
        return
    for at in range(0, len(text), LONGEST_BLOCK):
        part = text[at : at + LONGEST_BLOCK]
        said = _said(part, block, voices, speaker)
        for start, end in spans(part):
            voice, who = _spoken(part[start:end], start, said) if said else ("ours", None)
            yield _Piece(part[start:end], voice, who, block.is_copy, block.sender is not None)


def _plain(block: Block) -> str:
    """The block's text without Markdown's marks."""
    text = block.text
    if block.kind == "text" and not text[:1].isalnum():
        text = _MARKS.sub("", text, count=1)
    if "**" in text or "__" in text:
        text = _BOLD.sub("", text)
    return " ".join(text.split())


def _said(text: str, block: Block, voices: Voices, speaker: str | None) -> tuple[Said, ...]:
    if speaker:
        return (Said(0, len(text), *voices.of_name(speaker)),)
    if block.sender and block.sender != Sender():
        return (Said(0, len(text), *voices.of_sender(block.sender)),)
    return voices.in_note(text)


def _spoken(text: str, start: int, said: tuple[Said, ...]) -> tuple[Voice, str | None]:
    """The voice that holds enough of the piece; a piece with words of two sides stays the rep's report."""
    if len(said) == 1 and said[0].start <= start and start + len(text) <= said[0].end:
        return said[0].voice, said[0].speaker
    shares = [(min(one.end, start + len(text)) - max(one.start, start), one) for one in said]
    held = [(share, one) for share, one in shares if share > 0]
    if not held or len({one.voice for _, one in held}) > 1:
        return "ours", None
    voice = held[0][1].voice
    least = OUTSIDER_CARRIES_FROM if voice == "outside" else QUOTE_CARRIES_FROM
    if sum(share for share, _ in held) < least * len(text):
        return "ours", None
    names = {one.speaker for _, one in held}
    return voice, names.pop() if len(names) == 1 else None


def _without_copies(pieces: Iterator[_Piece], seen: set[str]) -> Iterator[_Piece]:
    """Leave out the sentences that a quoted part repeats; its header too when nothing of it is new."""
    header: _Piece | None = None
    for piece in pieces:
        if piece.is_header and piece.is_copy:
            header = piece
            continue
        new = _new_in(piece, seen) if piece.is_copy else piece
        if new and header and piece.is_copy:
            yield header
        if new or not piece.is_copy:
            header = None
        if new:
            yield new
        if piece.is_copy or piece.is_mail:
            seen.update(map(_key, sentences(piece.text)))


def _new_in(piece: _Piece, seen: set[str]) -> _Piece | None:
    parts = sentences(piece.text)
    new = [part for part in parts if len(key := _key(part)) < COPY_FROM or key not in seen]
    return replace(piece, text=" ".join(new)) if new else None


def _key(text: str) -> str:
    return "".join(text.split()).casefold()


def _line(label: str, piece: _Piece, source: str) -> NoteLine:
    return NoteLine(label=label, text=piece.text, source=source, voice=piece.voice, speaker=piece.speaker)


def _without_tables(text: str) -> str:
    """Markdown tables as rows of `column: value; column: value`."""
    if "|" not in text:
        return text
    rows = text.split("\n")
    found: list[str] = []
    columns: list[str] = []
    for at, row in enumerate(rows):
        if not row.lstrip().startswith("|"):
            columns = []
            found.append(row)
        elif at + 1 < len(rows) and _RULE_ROW.match(rows[at + 1]):
            columns = _cells(row)
        elif not _RULE_ROW.match(row):
            found += ["", "- " + _table_row(columns, _cells(row))]
    return "\n".join(found)


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _table_row(columns: list[str], cells: list[str]) -> str:
    if len(cells) == 2:
        return f"{cells[0]}: {cells[1]}"
    named = [f"{column}: {cell}" if column else cell for column, cell in zip(columns, cells, strict=False) if cell]
    return "; ".join(named if columns else cells)
