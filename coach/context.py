"""Context files -> AccountContext: the record, the notes and the proof points as numbered lines.

The only place that joins record, notes and files. Knows nothing about models.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from coach.documents import MAX_BYTES, Document, Paragraph, check_size, cleaned, cleaned_document, read_document
from coach.errors import InputError
from coach.notes import note_lines, senders, without_labels
from coach.record import Record, closest_key, plain_record, read_record, split_front_matter
from coach.schema import AccountContext, NoteLine
from coach.sentences import pieces
from coach.voices import Voices, known_voices

MANY_ATTENDEES = 12
"""Beyond, nobody can be given something of value in one meeting (practice)."""
TEXT_ENDINGS = frozenset({".md", ".markdown", ".txt", ".text", ""})
_FILE_ENDINGS = frozenset({*TEXT_ENDINGS - {""}, ".docx", ".pdf", ".eml", ".vtt", ".xlsx", ".csv", ".html", ".htm"})


def read_context(
    source: Path | str,
    *,
    notes_files: Sequence[Path] = (),
    today: date | None = None,
    stdin: TextIO | None = None,
) -> AccountContext:
    """Read a context file, any other document as one, or standard input (`-`), with further notes files.

    Raises:
        InputError: one line that names the file, the place in it and what to do.
    """
    extra = [read_document(path) for path in notes_files]
    if str(source) == "-":
        text = _all_of(stdin or sys.stdin)
        return parse_context(text, name="standard input", folder=Path.cwd(), extra=extra, today=today)
    path = Path(source)
    document = read_document(path)
    if path.suffix.casefold() in TEXT_ENDINGS:
        text = "\n\n".join(paragraph.text for paragraph in document.paragraphs)
        return parse_context(text, name=path.name, folder=path.parent, extra=extra, today=today)
    return parse_context("", name=path.name, folder=path.parent, extra=[document, *extra], today=today)


def parse_context(
    text: str,
    *,
    name: str = "notes",
    folder: Path | None = None,
    extra: Sequence[Document] = (),
    today: date | None = None,
) -> AccountContext:
    """A context file's text, with further documents as notes.

    `folder` is where proof files are looked for; without one none are read. `today` holds where the text names none.

    Raises:
        InputError: one line that names the place and what to do.
    """
    check_size(len(text), name)
    front_matter, below = split_front_matter(cleaned(text))
    notes, labelled_proofs = without_labels(below)
    own = Document("", (Paragraph(notes),))
    documents = [own, *map(cleaned_document, extra)]
    record = plain_record(_top(documents)) if front_matter is None else read_record(front_matter, name=name)
    proofs = [
        *proof_documents(record.proof, folder=folder, name=name),
        Document("proof", (Paragraph(labelled_proofs),)),
    ]
    context = assemble(record, documents, today=record.today or today or date.today(), proofs=proof_lines(proofs))
    if not context.notes and not record.facts:
        raise InputError(f"{name}: holds no notes. Write or paste what is known of the account below the front matter.")
    return context if front_matter is not None or record != Record() else context.model_copy(update={"fields": ()})


def assemble(
    record: Record, documents: Sequence[Document], *, today: date, proofs: tuple[NoteLine, ...] = ()
) -> AccountContext:
    """A record and cleaned documents as one context of numbered lines."""
    has_notes = any(paragraph.text for document in documents for paragraph in document.paragraphs)
    return AccountContext(
        account=record.account,
        opportunity=record.opportunity,
        stage=record.stage,
        amount=record.amount,
        seller=record.seller,
        rep=record.rep,
        meeting=record.meeting,
        today=today,
        notes=note_lines(documents, _voices(record, documents)) if has_notes else (),
        fields=_fields(record),
        proofs=proofs,
    )


def proof_lines(documents: Sequence[Document]) -> tuple[NoteLine, ...]:
    """The seller's proof points, always in our own voice."""
    return _ours(note_lines(documents, Voices(), label="P"))


def proof_documents(entries: Sequence[str], *, folder: Path | None, name: str) -> list[Document]:
    """Proof points in words, or the files in `folder` that hold them.

    Raises:
        InputError: a file that is not there or cannot be read.
    """
    return [_proof(entry, folder, name) for entry in entries]


def context_warnings(context: AccountContext) -> tuple[str, ...]:
    """What the rep should know before relying on the page; one sentence each, in the order of gravity."""
    return tuple(warning for warning in _warnings(context) if warning)


def standing_warnings(said: Iterable[str], context: AccountContext) -> tuple[str, ...]:
    """Those of an earlier day that hold still: who comes and when may be known by now."""
    now = context_warnings(context)
    return tuple(one for one in said if one in now or not _OF_THE_MEETING.match(one))


_OF_THE_MEETING = re.compile(
    r"No meeting date is known|The meeting on [\d-]+ is|Nobody is named who comes|\d+ attendees: more than"
)


def _warnings(context: AccountContext) -> Iterator[str]:
    meeting = context.meeting
    if meeting.date is None:
        yield "No meeting date is known, so no days to the meeting are counted."
    elif meeting.date < context.today:
        days = (context.today - meeting.date).days
        yield f"The meeting on {meeting.date} is {days} {'day' if days == 1 else 'days'} past on {context.today}."
    if not meeting.attendees:
        yield "Nobody is named who comes to the meeting."
    elif len(meeting.attendees) > MANY_ATTENDEES:
        count = len(meeting.attendees)
        yield f"{count} attendees: more than {MANY_ATTENDEES} cannot each take something away from one meeting."
    for line in context.fields:
        if line.source.startswith("record: "):
            yield _unknown_key(line.source.removeprefix("record: "), line.label)


def _unknown_key(key: str, label: str) -> str:
    known = closest_key(key.rsplit(" ", 1)[-1])
    meant = f"; did you mean `{known}`?" if known else "."
    return f"The front matter's key `{key}` is not known and kept as {label}{meant}"


def _all_of(stream: TextIO) -> str:
    try:
        text = stream.read(MAX_BYTES + 1)
    except UnicodeDecodeError:
        raise InputError("standard input: not UTF-8 text. Save the notes as UTF-8, or name the file instead.") from None
    check_size(len(text), "standard input")
    return text


def _top(documents: Sequence[Document]) -> str:
    return next(
        (text for document in documents if (text := document.paragraphs[0].text if document.paragraphs else "")), ""
    )


def _voices(record: Record, documents: Sequence[Document]) -> Voices:
    return known_voices(
        "\n".join(paragraph.text for document in documents for paragraph in document.paragraphs),
        rep=record.rep,
        attendees=[person.name for person in record.meeting.attendees],
        account=record.account,
        company=record.seller.company,
        senders=senders(documents),
    )


def _fields(record: Record) -> tuple[NoteLine, ...]:
    return tuple([_field(number, text, source) for number, (text, source) in enumerate(_field_texts(record), start=1)])


@lru_cache(maxsize=8192)
def _field(number: int, text: str, source: str) -> NoteLine:
    """Opportunities of one export share many of their fields."""
    return NoteLine(label=f"F{number}", text=text, source=source)


def _field_texts(record: Record) -> Iterator[tuple[str, str]]:
    meeting = record.meeting
    values = {
        "Account": record.account,
        "Opportunity": record.opportunity,
        "Stage": record.stage,
        "Amount": record.amount,
        "Seller": record.seller.company,
        "Offer": record.seller.offer,
        "Rep": record.rep,
        "Meeting date": meeting.date.isoformat() if meeting.date else "",
        "Start": f"{meeting.start:%H:%M}" if meeting.start else "",
        "Minutes": str(meeting.minutes or ""),
        "Place": meeting.place,
    }
    for name, value in values.items():
        for piece in pieces(value) if value else ():
            yield f"{name}: {piece}", "record"
    for person in meeting.attendees:
        yield f"Attendee: {person.name}{', ' + person.title if person.title else ''}", "record"
    for key, value in record.facts:
        for piece in pieces(value):
            yield f"{key[:1].upper()}{key[1:]}: {piece}", "record"
    for key, value in record.others.items():
        yield f"{key[:1].upper()}{key[1:]}: {value}", f"record: {key}"


def _proof(entry: str, folder: Path | None, name: str) -> Document:
    path = Path(entry)
    if path.suffix.casefold() not in _FILE_ENDINGS or len(entry.split()) > 5:
        return Document("proof", (Paragraph(entry),))
    if folder is None:
        raise InputError(f"{name}: the proof file {entry} cannot be read from pasted text. Write the proof points out.")
    if not (folder / path).is_file():
        raise InputError(
            f"{name}: the proof file {entry} is not in {folder}. Correct its path, or take it out of `proof`."
        )
    return cleaned_document(replace(read_document(folder / path), name=path.name))


def _ours(lines: tuple[NoteLine, ...]) -> tuple[NoteLine, ...]:
    return tuple(line.model_copy(update={"voice": "ours", "speaker": None}) for line in lines)
