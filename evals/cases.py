"""The meetings that plans are measured on, and what an expert knows of each: read, checked, pinned by their hashes.

A case is a context file and a label file (YAML) of the same stem. Everything wrong is told at once, a line a fault.
Knows nothing about plans, models or scores.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.context import read_context
from coach.errors import InputError
from coach.rubric import YAML_LOADER
from coach.schema import AccountContext
from evals.places import CONTEXTS, EXAMPLES, HERE, MANIFEST

Split = Literal["dev", "test"]
SPLITS: tuple[Split, ...] = ("dev", "test")
PINNED = (".md", ".yaml", ".jsonl")


class _Known(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(_Known):
    """What a page must not miss."""

    fact: str
    lines: tuple[str, ...] = Field(min_length=1)
    any_of: tuple[str, ...] = Field(min_length=1)
    """One of these stands on the page, case aside."""


class Claim(_Known):
    """What a page must not say."""

    claim: str
    words: tuple[str, ...] = Field(min_length=1)
    why: str = ""


class Contradiction(_Known):
    what: str
    lines: tuple[str, ...] = Field(min_length=1)
    any_of: tuple[tuple[str, ...], ...] = Field(min_length=1)
    """All words of one of these stand on the page."""


class Promise(_Known):
    what: str
    lines: tuple[str, ...] = Field(min_length=1)
    any_of: tuple[str, ...] = Field(min_length=1)


class Promises(_Known):
    ours: tuple[Promise, ...] = ()
    theirs: tuple[Promise, ...] = ()


class Confidence(_Known):
    """What the customer must neither see nor hear."""

    lines: tuple[str, ...] = Field(min_length=1)
    words: tuple[str, ...] = Field(min_length=1)
    why: str = ""


class Outcome(_Known):
    who: str
    what: str
    by: str = ""


class Label(_Known):
    """What an expert knows of one meeting. Source of the situations: docs/coaching, the ten hardest and near misses."""

    situation: str = Field(pattern=r"^(near_miss:)?[a-z0-9_]+$")
    language: str = Field(pattern=r"^[a-z]{2}$")
    split: Split
    trap: str = Field(min_length=20)
    must_surface: tuple[Fact, ...] = Field(min_length=1)
    must_not_claim: tuple[Claim, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    promises: Promises = Promises()
    in_confidence: tuple[Confidence, ...] = ()
    best_outcomes: tuple[Outcome, ...] = Field(min_length=1)
    fallbacks: tuple[Outcome, ...] = Field(min_length=1)
    questions: tuple[str, ...] = ()

    @property
    def labelled_lines(self) -> Iterator[tuple[str, str]]:
        """Each named line with what it is named for."""
        named: list[tuple[str, tuple[str, ...]]] = [
            *(("must_surface", one.lines) for one in self.must_surface),
            *(("contradictions", one.lines) for one in self.contradictions),
            *(("promises", one.lines) for one in (*self.promises.ours, *self.promises.theirs)),
            *(("in_confidence", one.lines) for one in self.in_confidence),
        ]
        yield from ((line, what) for what, lines in named for line in lines)


@dataclass(frozen=True)
class Case:
    id: str
    context: AccountContext
    label: Label
    sha256: str
    """Of the context file, its proof files' lines and the label."""


@dataclass(frozen=True)
class Loaded:
    cases: tuple[Case, ...]
    faults: tuple[str, ...]
    """One line each: the file, the place, what is wrong."""


def load_cases(
    split: Split | Literal["all"] = "all", *, folder: Path = CONTEXTS, manifest: Path | None = MANIFEST
) -> Loaded:
    """Every case of a split, in the order of their names; those with faults are left out. Never raises."""
    cases: list[Case] = []
    faults: list[str] = []
    for path in label_files(folder):
        if split not in ("all", path.parent.name):
            continue
        read = _read(path)
        if isinstance(read, Case):
            cases.append(read)
        else:
            faults += [f"{_short(path)}: {fault}" for fault in read]
    faults += orphans(folder)
    faults += changed_files(folder, manifest) if manifest else []
    faults += _twice(cases)
    return Loaded(tuple(cases), tuple(faults))


def cases_or_faults(split: Split | Literal["all"] = "all") -> tuple[Case, ...]:
    """The cases of a split.

    Raises:
        InputError: its message holds a line for each fault.
    """
    loaded = load_cases(split)
    if loaded.faults:
        raise InputError("\n".join(loaded.faults), hint="evals/GUIDE.md says how a case is written and pinned.")
    return loaded.cases


def label_files(folder: Path = CONTEXTS) -> tuple[Path, ...]:
    return tuple(sorted(path for split in SPLITS for path in (folder / split).glob("*.yaml")))


def context_file(label_file: Path) -> Path:
    """Beside the label; a label of an example of this repository has its context in examples/."""
    beside = label_file.with_suffix(".md")
    return beside if beside.exists() else EXAMPLES / beside.name


def orphans(folder: Path) -> list[str]:
    """Contexts that nobody labelled."""
    contexts = sorted(path for split in SPLITS for path in (folder / split).glob("*.md"))
    return [
        f"{_short(path)}: has no label file beside it" for path in contexts if not path.with_suffix(".yaml").exists()
    ]


def hashes(folder: Path = HERE) -> dict[str, str]:
    """sha256 by path, of every file of the datasets."""
    parts = ("contexts", "critic", "injection")
    files = sorted(path for part in parts for path in (folder / part).rglob("*") if path.suffix in PINNED)
    return {path.relative_to(folder).as_posix(): hash_of(path) for path in files}


def hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pin(manifest: Path = MANIFEST, *, folder: Path = HERE) -> int:
    """Write down what the datasets hold now; how many files."""
    found = hashes(folder)
    manifest.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return len(found)


def changed_files(folder: Path, manifest: Path) -> list[str]:
    """Files that are not as pinned. `folder` is the contexts' own; its parent holds the other datasets."""
    if not manifest.exists():
        return [f"{_short(manifest)}: missing; `coach evals pin` writes it"]
    pinned: Mapping[str, str] = json.loads(manifest.read_text("utf-8"))
    now = hashes(folder.parent)
    return [
        *(
            _difference(name, pinned, now)
            for name in sorted(pinned.keys() | now.keys())
            if pinned.get(name) != now.get(name)
        )
    ]


def _difference(name: str, pinned: Mapping[str, str], now: Mapping[str, str]) -> str:
    if name not in now:
        return f"{name}: is pinned in manifest.json, but gone"
    what = "has changed since it was pinned" if name in pinned else "is not pinned"
    return f"{name}: {what}; `coach evals pin` pins it as it is"


def _read(path: Path) -> Case | list[str]:
    try:
        raw = yaml.load(path.read_text("utf-8"), YAML_LOADER)
        label = Label.model_validate(raw)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return [f"cannot be read: {' '.join(str(error).split())}"]
    except ValidationError as error:
        return [f"{'.'.join(map(str, one['loc'])) or 'the whole'}: {one['msg']}" for one in error.errors()]
    source = context_file(path)
    try:
        context = read_context(str(source))
    except InputError as error:
        return [f"its context cannot be read: {error.message}"]
    faults = [*_faults(label, context, path)]
    return faults or Case(path.stem, context, label, _hash(context, path))


def _faults(label: Label, context: AccountContext, path: Path) -> Iterator[str]:
    if label.split != path.parent.name:
        yield f"says split {label.split}, but lies in {path.parent.name}/"
    for line, what in label.labelled_lines:
        if line not in context.lines:
            yield f"{what}: names {line}, which the context does not have"
    for held in label.in_confidence:
        told = " ".join(context.lines[line].text for line in held.lines if line in context.lines).casefold()
        for word in held.words:
            if told and word.casefold() not in told:
                yield f"in_confidence: “{word}” does not stand in {' '.join(held.lines)}"


def _twice(cases: list[Case]) -> list[str]:
    names = [case.id for case in cases]
    return [f"{name}: stands in both splits" for name in sorted({name for name in names if names.count(name) > 1})]


def _hash(context: AccountContext, label_file: Path) -> str:
    return hashlib.sha256(context.model_dump_json().encode() + label_file.read_bytes()).hexdigest()


def _short(path: Path) -> str:
    return path.relative_to(HERE).as_posix() if path.is_relative_to(HERE) else path.name
