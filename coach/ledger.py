"""Remembers every finished model call by the hash of its request: resume, record, replay, audit.

One readable JSON file a call, `<first two hex>/<hash>.json`, or, shared by many machines, a row each
(store/calls.py). Only accepted answers are kept, and at once, so a killed batch pays at most for the calls that were
under way. Knows nothing about how a model is asked.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.errors import NotRecorded, StoreError
from coach.schema import Run

Mode = Literal["resume", "record", "replay"]

VERSION = 1
MAX_ENTRY_BYTES = 16_000_000
"""An answer is at most 1 MB of text; a record also holds the request."""


@dataclass(frozen=True)
class Question:
    """What decides the answer to a call. No key, host or time: the same question is the same everywhere."""

    model: str
    system: str
    user: str
    max_tokens: int
    attempt: int = 0

    @property
    def key(self) -> str:
        """sha256 over canonical JSON, in hex."""
        return _sha256(json.dumps(vars(self), sort_keys=True, separators=(",", ":")))


@dataclass(frozen=True)
class Recording:
    text: str
    run: Run
    """As it was when the model was asked: its cost is what was paid then."""


class Ledger:
    """A folder of finished calls.

    `resume` and `record` look a call up and keep it when it was not there; `record` keeps the texts of the request too,
    so that recordings can be reviewed, while `resume` keeps only their hashes and the notes stay where they were.
    `replay` never asks a model. A process killed between an answer and its file pays for that one call again.
    """

    def __init__(
        self,
        folder: Path,
        *,
        mode: Mode = "resume",
        provenance: str = "",
        on_warning: Callable[[str], None] | None = None,
    ) -> None:
        self.folder = folder
        self.mode: Mode = mode
        self._provenance = provenance
        self._warn = on_warning or (lambda sentence: None)

    def find(self, question: Question, *, call: str) -> Recording | None:
        """The recording of a question; None when the model has to be asked.

        Raises:
            NotRecorded: in replay, for a question without a readable recording.
        """
        kept = self._kept(question.key)
        entry, problem = (None, kept) if isinstance(kept, str) else _read(kept, question.key)
        if entry is not None:
            return Recording("\n".join(entry.answer), entry.run)
        name = self.path(question.key).name
        if self.mode == "replay":
            raise NotRecorded(f"No recording answers the call `{call}` to {question.model} ({problem}: {name}).")
        if problem != "absent":
            self._warn(f"The ledger's entry {name} is {problem}; the model is asked again.")
        return None

    def keep(self, question: Question, text: str, run: Run) -> None:
        """Store an accepted answer. A full or read-only disk is a warning: the answer itself must not be lost."""
        if self.mode == "replay":
            return
        entry = self._entry(question, text, run).model_dump_json(indent=1, exclude_none=True)
        try:
            self._write(question.key, entry)
        except (OSError, StoreError) as error:
            why = str(error) if isinstance(error, StoreError) else error.strerror or "the disk failed"
            self._warn(f"The ledger could not keep the call `{run.call}`: {why.rstrip('.')}.")

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def _kept(self, key: str) -> bytes | str:
        """What was written of a call, or why it cannot be had: `absent`, `unreadable`, `corrupt`."""
        path = self.path(key)
        try:
            return path.read_bytes() if path.stat().st_size <= MAX_ENTRY_BYTES else "corrupt"
        except FileNotFoundError:
            return "absent"
        except OSError:
            return "unreadable"

    def _write(self, key: str, entry: str) -> None:
        """All or nothing. Raises OSError, or StoreError where a database keeps the calls."""
        _write(self.path(key), entry)

    def _entry(self, question: Question, text: str, run: Run) -> _Entry:
        with_texts = self.mode == "record"
        request = _AskedWith(
            system_sha256=_sha256(question.system),
            user_sha256=_sha256(question.user),
            max_tokens=question.max_tokens,
            attempt=question.attempt,
            system=_lines(question.system) if with_texts else None,
            user=_lines(question.user) if with_texts else None,
        )
        return _Entry(
            version=VERSION,
            key=question.key,
            provenance=self._provenance,
            run=run,
            request=request,
            answer=_lines(text),
        )


class _AskedWith(BaseModel):
    model_config = ConfigDict(extra="forbid")

    system_sha256: str
    user_sha256: str
    max_tokens: int
    attempt: int
    system: list[str] | None = None
    user: list[str] | None = None


class _Entry(BaseModel):
    """The file. Texts are lists of lines, so that a recording and its changes can be read."""

    model_config = ConfigDict(extra="forbid")

    version: int
    key: str
    provenance: str
    run: Run
    request: _AskedWith
    answer: list[str]


def _lines(text: str) -> list[str]:
    """Lone surrogates, which no file can hold, become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8").split("\n")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _read(kept: bytes, key: str) -> tuple[_Entry | None, str]:
    """The entry, or why there is none: `corrupt`, `of another version`."""
    try:
        entry = _Entry.model_validate_json(kept)
    except ValidationError:
        return None, "corrupt"
    if entry.version != VERSION:
        return None, "of another version"
    return (entry, "") if entry.key == key else (None, "corrupt")


def _write(path: Path, text: str) -> None:
    """All or nothing, also when two processes write the same entry or the machine stops."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.stem}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        with half.open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError:
        with suppress(OSError):
            half.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Makes the new name last; Windows cannot open a folder and needs no such step."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
