"""Files that were dropped on the screen -> their text. Their bytes are read at once and not kept."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from coach.documents import Document, read_document
from coach.errors import InputError

MOST_MB = 20
"""Of one file of notes; the server takes more, for exports (imports.MOST_MB)."""
KINDS = ["txt", "md", "docx", "pdf", "eml", "vtt", "csv", "xlsx", "html"]


class Uploaded(Protocol):
    @property
    def name(self) -> str: ...

    def getvalue(self) -> bytes: ...


def read_files(files: Sequence[Uploaded]) -> tuple[list[Document], list[InputError]]:
    """What could be read, and a line about each that could not."""
    documents: list[Document] = []
    problems: list[InputError] = []
    for file in files:
        try:
            documents.append(_read(file))
        except InputError as error:
            problems.append(error)
    return documents, problems


def _read(file: Uploaded) -> Document:
    """Raises InputError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(file.name.replace("\\", "/")).name or "file")
        path.write_bytes(file.getvalue())
        document = read_document(path)
    if not any(paragraph.text.strip() for paragraph in document.paragraphs):
        raise InputError(f"{document.name}: there is no text in it. A scan needs to be made text first.")
    return document
