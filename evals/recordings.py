"""What models once answered, kept in the repository and played back through the product's own ledger.

A recording is JSON lines, one file a meeting (or base plan): first where it comes from, then the ledger's entries.
They are found by the hash of the whole request, so that a changed prompt, setting or note never gets an old answer.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from coach.errors import BudgetSpent, InputError, NotRecorded
from coach.ledger import Ledger, Question, Recording
from coach.prices import cost_usd
from coach.prompts import prompt, prompt_names
from coach.schema import Run
from evals.places import RECORDINGS

ROLES_FILE = "recorded.json"
Entry = dict[str, object]


@dataclass(frozen=True)
class Roles:
    """Which model does what, each as `provider:model`."""

    draft: str
    index: str
    reader: str
    judge: str

    @classmethod
    def all_by(cls, model: str, *, index: str = "", reader: str = "", judge: str = "") -> Roles:
        return cls(model, index or model, reader or model, judge or model)


@dataclass(frozen=True)
class Missing:
    """A call that no recording answers, as it would be made now."""

    call: str
    model: str
    has_other_prompt: bool
    """Recorded, but with another text of its prompt."""

    def __str__(self) -> str:
        if self.has_other_prompt:
            return f"prompts/{self.call}.md (or system.md) has changed since it was recorded"
        return f"no recording answers `{self.call}` of {self.model} as it is asked now"


class Replayed(Ledger):
    """The ledger in replay, which also remembers what it could not answer: some callers do without an answer.

    `entries`: by key, as they are written; without them those of the folder.
    """

    def __init__(
        self, folder: Path, *, prompts: Mapping[str, frozenset[str]], entries: Mapping[str, bytes] | None = None
    ) -> None:
        super().__init__(folder, mode="replay")
        self._prompts, self._entries = prompts, entries
        self.missing: list[Missing] = []

    def find(self, question: Question, *, call: str) -> Recording | None:
        try:
            return super().find(question, call=call)
        except NotRecorded:
            known = self._prompts.get(call, frozenset())
            changed = bool(known) and call in prompt_names() and prompt(call).hash not in known
            self.missing.append(Missing(call, question.model, has_other_prompt=changed))
            raise

    def _kept(self, key: str) -> bytes | str:
        return super()._kept(key) if self._entries is None else self._entries.get(key, "absent")


class Purse:
    """What a live run may still spend, over all its calls: a call's highest price is set aside before it is made."""

    def __init__(self, cap_usd: float | None) -> None:
        self.cap_usd = cap_usd
        self.committed_usd = 0.0
        self._aside: dict[str, float] = {}

    def set_aside(self, question: Question, *, call: str) -> None:
        """Raises BudgetSpent. A model without a known price costs nothing here."""
        chars = len(question.system) + len(question.user)
        highest = cost_usd(question.model, tokens_in=chars // 2 + 1, tokens_out=question.max_tokens) or 0.0
        if self.cap_usd is not None and self.committed_usd + highest > self.cap_usd:
            left = max(0.0, self.cap_usd - self.committed_usd)
            raise BudgetSpent(f"The call `{call}` may cost ${highest:.4f}; of --max-usd only ${left:.4f} is left.")
        self.committed_usd += highest
        self._aside[question.key] = highest

    def paid(self, question: Question, run: Run) -> None:
        self.committed_usd += (run.cost_usd or 0.0) - self._aside.pop(question.key, 0.0)


class Recorder(Ledger):
    """The ledger in record, which also knows which of its entries this run used and what it may spend."""

    def __init__(self, folder: Path, *, purse: Purse, provenance: str = "") -> None:
        super().__init__(folder, mode="record", provenance=provenance)
        self._purse = purse
        self.used: dict[str, None] = {}
        self.asked = 0

    def find(self, question: Question, *, call: str) -> Recording | None:
        found = super().find(question, call=call)
        if found is None:
            self._purse.set_aside(question, call=call)
        else:
            self.used[question.key] = None
        return found

    def keep(self, question: Question, text: str, run: Run) -> None:
        super().keep(question, text, run)
        self._purse.paid(question, run)
        self.used[question.key] = None
        self.asked += 1

    def entries(self) -> list[Entry]:
        """What was used, in the order of its use, without the texts of the requests: prompts and notes are here."""
        return [_bare(json.loads(self.path(key).read_text("utf-8"))) for key in self.used if self.path(key).exists()]


@dataclass(frozen=True)
class Recorded:
    """What the recordings of the repository hold: by which models, for which parts of the tasks."""

    roles: Roles
    parts: tuple[str, ...]
    arms: tuple[str, ...] = ()
    """Ablations by name; empty: all."""


def recorded(folder: Path = RECORDINGS) -> Recorded | None:
    """None when nothing is recorded."""
    path = folder / ROLES_FILE
    if not path.exists():
        return None
    said = json.loads(path.read_text("utf-8"))
    return Recorded(Roles(**said["roles"]), tuple(said["parts"]), tuple(said.get("arms", ())))


def keep_recorded(found: Recorded, folder: Path = RECORDINGS) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ROLES_FILE).write_text(json.dumps(asdict(found), indent=1) + "\n", "utf-8")


def replayed(name: str, *, folder: Path = RECORDINGS) -> Replayed:
    """The recording of that name as a ledger; an empty one where there is none."""
    entries = read_entries(folder / f"{name}.jsonl")
    prompts: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        run = entry["run"]
        assert isinstance(run, dict)
        prompts[run["call"]].add(run["prompt_hash"])
    return Replayed(
        folder / name,
        prompts={call: frozenset(hashes) for call, hashes in prompts.items()},
        entries={str(entry["key"]): json.dumps(entry).encode() for entry in entries},
    )


def lay_out(entries: Iterable[Entry], target: Path) -> None:
    """Entries as the ledger's files; those that are there stay."""
    for entry in entries:
        key = str(entry["key"])
        path = target / key[:2] / f"{key}.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(entry), "utf-8")


def provenance_of(name: str, *, folder: Path = RECORDINGS) -> Mapping[str, str]:
    """The first line of a recording; empty where there is none."""
    path = folder / f"{name}.jsonl"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as file:
        found: Mapping[str, str] = json.loads(file.readline() or "{}")
        return found


def read_entries(path: Path) -> list[Entry]:
    """The ledger's entries of a recording; none where the file is missing.

    Raises:
        InputError: a line is not JSON, or the first does not say where the recording comes from.
    """
    if not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines()
    try:
        first, *entries = [json.loads(line) for line in lines if line.strip()]
    except ValueError as error:
        raise InputError(f"{path.name} is no recording: {error}") from None
    if "provenance" not in first:
        raise InputError(f"{path.name}: its first line does not say where it comes from.")
    return entries


def write_recording(name: str, entries: Iterable[Entry], *, provenance: Mapping[str, str], folder: Path) -> Path:
    """A recording with its provenance first; each key once."""
    path = folder / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    known: dict[str, Entry] = {str(entry["key"]): entry for entry in entries}
    lines = [json.dumps(one, ensure_ascii=False) for one in (dict(provenance), *known.values())]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _bare(entry: Entry) -> Entry:
    request = entry["request"]
    assert isinstance(request, dict)
    return {**entry, "request": {key: value for key, value in request.items() if key not in ("system", "user")}}
