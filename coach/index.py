"""Says of every block its part and its lines, by a model that did not write it, while the rest still streams.

What it answers is only a claim: grounding compares each block with the lines named here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import get_args

from coach.brief import Brief
from coach.errors import ModelError
from coach.grounding import ground, unheld
from coach.headings import part_of_heading
from coach.labels import labels_in
from coach.llm import Models
from coach.markup import heading_text, plain, word_count
from coach.moments import date_matches
from coach.schema import AccountContext, Basis, Block, Check, Commitment, MeetingPlan, Part

MAX_TOKENS = 1600
GROUP_WORDS = 200
"""Words of page a request: small enough to be done soon after the page, large enough to pay for its material."""
PARTS: frozenset[str] = frozenset(get_args(Part))
_ENTRY = re.compile(r"^(?:\W|\d+[.)]\s)*(B\d+)(?:\s*\(\w+\))?\W*[:|\-–—=. ]\s*(.*)$")
_NOT = re.compile(r"\bnot\s*:\s*(.*)$", re.I)
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]")
_COMMITMENT = re.compile(r"^\W*(BEST|FALL-?\s?BACK)\b[\s:|*]*(.*)$", re.I)
_FIELD = re.compile(r"\b(who|what|by|ask)\s*:\s*(.*?)\s*(?=\|\s*(?:who|what|by|ask)\s*:|$)", re.I)


@dataclass(frozen=True)
class Entry:
    """What the indexer said of one block."""

    part: str = ""
    basis: Basis | None = None
    citations: tuple[str, ...] = ()
    not_carried: tuple[str, ...] = ()
    objection: str = ""
    """Why it does not hold, in the rep's words; empty if nothing was said against it."""


@dataclass(frozen=True)
class Index:
    entries: dict[str, Entry] = field(default_factory=dict)
    best: dict[str, str] = field(default_factory=dict)
    fallback: dict[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    """Lines of the answer that are in none of the forms."""


@dataclass(frozen=True)
class Indexed:
    blocks: tuple[Block, ...]
    best: Commitment
    fallback: Commitment


class Indexer:
    """Indexes a page in groups of blocks, each asked for as soon as it is complete."""

    def __init__(
        self,
        brief: Brief,
        models: Models,
        *,
        model: str,
        known: MeetingPlan | None = None,
        is_whole: bool = True,
    ) -> None:
        """`known`: an earlier page; the same words keep what was said of them and are not asked for again.

        `is_whole`: a page, and no part of one: an outcome that no group of blocks held is looked for in all of them.
        """
        self._brief, self._models, self._model, self._is_whole = brief, models, model, is_whole
        self._earlier = known or MeetingPlan()
        self._known = {block.text: block for block in self._earlier.blocks if block.kind != "heading"}
        self._waiting: list[Block] = []
        self._groups: list[tuple[tuple[Block, ...], asyncio.Task[Index]]] = []
        self.failed: ModelError | None = None

    def add(self, blocks: Iterable[Block]) -> None:
        """The groups are the same however many blocks arrive at once: a recorded answer comes in larger pieces."""
        for block in blocks:
            if block.kind == "heading" and word_count(self._waiting) >= GROUP_WORDS:
                self._ask()
            self._waiting.append(block)
            if word_count(self._waiting) >= 2 * GROUP_WORDS:
                self._ask()

    def void(self) -> None:
        """The page begins again: nothing said so far counts."""
        for _, task in self._groups:
            task.cancel()
        self._waiting, self._groups = [], []

    async def finish(self) -> Indexed:
        """All blocks with part, lines, basis and check. A group that failed is indexed by code; `failed` says why."""
        if self._waiting:
            self._ask()
        done: list[Block] = []
        best: dict[str, str] = {}
        fallback: dict[str, str] = {}
        for blocks, task in self._groups:
            index = await self._outcome(blocks, task)
            done += [self._as_known(block) for block in apply_index(blocks, index, self._brief.context)]
            best, fallback = index.best or best, index.fallback or fallback
        whole = tuple(_headings_follow(done))
        earlier = self._earlier
        best_still, fallback_still = self._still(earlier.best_outcome, whole), self._still(earlier.fallback, whole)
        lacks_best = self._lacks(best, best_still, earlier.best_outcome)
        if lacks_best or self._lacks(fallback, fallback_still, earlier.fallback):
            said = await self._outcomes(whole)
            best, fallback = best or said.best, fallback or said.fallback
        return Indexed(
            whole,
            best_still or commitment(best, whole, "best"),
            fallback_still or commitment(fallback, whole, "fallback"),
        )

    def _lacks(self, said: dict[str, str], kept: Commitment | None, earlier: Commitment) -> bool:
        """Nothing names it, and it is not that the earlier page had none either."""
        is_of_none = bool(self._earlier.blocks) and not earlier.what
        return self._is_whole and not said and not kept and not is_of_none

    async def _outcomes(self, blocks: Sequence[Block]) -> Index:
        if all(block.kind == "heading" for block in blocks):
            return Index()
        request = self._brief.request("index_outcomes", max_tokens=MAX_TOKENS, blocks=numbered(blocks))
        try:
            return read_index((await self._models.ask(self._model, request)).text)
        except ModelError as error:
            self.failed = error
            return Index()

    def _still(self, earlier: Commitment, blocks: Sequence[Block]) -> Commitment | None:
        """The earlier page's commitment, where all its blocks stand on this one word for word."""
        ids = {block.text: block.id for block in blocks}
        texts = [block.text for block in self._earlier.blocks if block.id in earlier.blocks]
        if not texts or not all(text in ids for text in texts):
            return None
        return earlier.model_copy(update={"blocks": tuple(ids[text] for text in texts)})

    def _ask(self) -> None:
        group = tuple(self._waiting)
        self._waiting = []
        unknown = tuple(block for block in group if block.text not in self._known)
        self._groups.append((group, asyncio.ensure_future(self._index(unknown))))

    def _as_known(self, block: Block) -> Block:
        known = self._known.get(block.text)
        return known.model_copy(update={"id": block.id}) if known else block

    async def _outcome(self, blocks: tuple[Block, ...], task: asyncio.Task[Index]) -> Index:
        try:
            return await task
        except ModelError as error:
            self.failed = error
            return index_by_code(blocks, self._brief.context)

    async def _index(self, blocks: tuple[Block, ...]) -> Index:
        if all(block.kind == "heading" for block in blocks):
            return Index()
        request = self._brief.request("index", max_tokens=MAX_TOKENS, blocks=numbered(blocks), complaint="")
        index = read_index((await self._models.ask(self._model, request)).text)
        if not any(block.id in index.entries for block in blocks):
            repaired = self._brief.request(
                "index", max_tokens=MAX_TOKENS, attempt=1, blocks=numbered(blocks),
                complaint="Your last answer could not be read: keep to the forms, one line for each block.\n",
            )  # fmt: skip
            index = read_index((await self._models.ask(self._model, repaired)).text)
        return await self._asked_once_more(blocks, index)

    async def _asked_once_more(self, blocks: tuple[Block, ...], index: Index) -> Index:
        asked = [line for block in blocks for line in questions_about(block, index, self._brief.context)]
        if not asked:
            return index
        request = self._brief.request("index_again", max_tokens=MAX_TOKENS, asked="\n".join(asked))
        try:
            answer = (await self._models.ask(self._model, request)).text
        except ModelError:
            return index  # what could not be asked again stays unverified
        return with_second_answer(index, read_index(answer))


def numbered(blocks: Sequence[Block]) -> str:
    """As the indexer, the judge and the second reader see a page."""
    return "\n".join(f"{block.id} ({block.kind}): {block.text}" for block in blocks)


def read_index(text: str) -> Index:
    """The indexer's answer, however bent; what is in none of the forms is reported in `unread`."""
    entries: dict[str, Entry] = {}
    commitments: dict[str, dict[str, str]] = {"best": {}, "fallback": {}}
    unread = []
    for line in text.splitlines():
        outcome, entry = _COMMITMENT.match(line), _ENTRY.match(line)
        if outcome:
            name = "best" if outcome[1].lower() == "best" else "fallback"
            commitments[name] = {key.lower(): value.strip(" |") for key, value in _FIELD.findall(outcome[2])}
        elif entry:
            entries[entry[1]] = _entry(entry[2])
        elif line.strip(" `"):
            unread.append(line.strip())
    return Index(entries, commitments["best"], commitments["fallback"], tuple(unread))


def with_index(plan: MeetingPlan, indexed: Indexed) -> MeetingPlan:
    """The plan with these blocks and what they ask of the customer."""
    found = {"blocks": indexed.blocks, "best_outcome": indexed.best, "fallback": indexed.fallback}
    return plan.model_copy(update=found)


def apply_index(blocks: Sequence[Block], index: Index, context: AccountContext) -> tuple[Block, ...]:
    """The blocks with what the index says of them, compared with their lines."""
    said = [_with_entry(block, index.entries.get(block.id, Entry())) for block in blocks]
    return tuple(_with_objection(block, index.entries.get(block.id, Entry())) for block in ground(said, context))


def questions_about(block: Block, index: Index, context: AccountContext) -> tuple[str, ...]:
    """What to ask once more: words that the lines named for this block do not hold."""
    entry = index.entries.get(block.id)
    if block.kind == "heading" or entry is None or (entry.basis == "proposal" and not entry.citations):
        return ()
    words = unheld(block.text, entry.citations, context)
    lines = " ".join(entry.citations) or "no line"
    return tuple(f'{block.id}: "{word}" is not in {lines}. The block: {plain(block.text)[:300]}' for word in words)


def with_second_answer(index: Index, second: Index) -> Index:
    """The first index with the lines that the second answer adds."""
    entries = dict(index.entries)
    for block, more in second.entries.items():
        if block in entries and more.citations:
            citations = tuple(dict.fromkeys((*entries[block].citations, *more.citations)))
            entries[block] = Entry(entries[block].part, entries[block].basis, citations, (), entries[block].objection)
    return Index(entries, index.best, index.fallback, index.unread)


def index_by_code(blocks: Sequence[Block], context: AccountContext, *, only: Collection[str] | None = None) -> Index:
    """Without a model: the part from the headings, the lines by the figures and names that they hold.

    `only`: ids of the blocks that are asked about; the others just say under what heading these stand.
    """
    part, entries = "other", {}
    for block in blocks:
        if block.kind == "heading":
            part = part_of_heading(heading_text(block)) or "other"
        if only is None or block.id in only:
            entries[block.id] = Entry(part=part, citations=_lines_by_words(block, context))
    return Index(entries)


def commitment(said: dict[str, str], blocks: Sequence[Block], part: str) -> Commitment:
    """What the customer is to do, from the indexer's line and the blocks of that part."""
    own = [block for block in blocks if block.part == part and block.kind != "heading"]
    asked = next((block for block in blocks if block.id == said.get("ask", "").strip("[]. ")), None)
    if not own and _is_missing(said):
        return Commitment()
    said = {
        key: "" if value.lower().strip(" .-–—") in ("missing", "none", "") else value for key, value in said.items()
    }
    return Commitment(
        who=said.get("who", ""),
        what=said.get("what", "") or plain(own[0].text if own else ""),
        by=said.get("by", "") or next((day for block in own if (day := _day_said(block.text))), ""),
        ask=_spoken(asked.text) if asked else next((_spoken(b.text) for b in own if _QUOTED.search(b.text)), ""),
        blocks=tuple(block.id for block in own),
    )


def _day_said(text: str) -> str:
    """The day by which something is wanted, as it is said: `by Thursday the 17th`; empty where there is none."""
    words = plain(text)
    for by in _BY.finditer(words):
        behind = words[by.end() : by.end() + LONGEST_DAY]
        dated = next((one for one in date_matches(behind) if one.start <= _BEFORE_A_DAY), None)
        named = _WEEKDAY.match(behind)
        if dated:
            return behind[: dated.end].strip(" ,")
        if named:
            return named[0]
    return ""


LONGEST_DAY = 40
_BEFORE_A_DAY = 12
"""Signs of a weekday or an article before a date."""
_BY = re.compile(r"\b(?:by|until|before|no later than|bis|spätestens|avant|d'ici)\s+", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri)day(?:,? the \d{1,2}(?:st|nd|rd|th))?|(?:Mon|Diens|Donners|Frei)tag|Mittwoch"
)


def _entry(said: str) -> Entry:
    part, _, rest = said.partition("|")
    part = part.strip(" *`:").casefold().replace("-", "_").replace(" ", "_")
    if part not in PARTS:
        first = re.match(
            r"\W*([a-z_]+)", said.casefold().replace("find out", "find_out").replace("leave out", "leave_out")
        )
        rest = said if "|" not in said else rest
        part = first[1] if first and first[1] in PARTS else ""
    refused = _NOT.search(rest)
    claim = rest[: refused.start()] if refused else rest
    words = set(re.findall(r"[a-z]+", claim.casefold()))
    labels = labels_in(claim)
    return Entry(part, _basis(words, labels), labels, _quoted(refused[1]) if refused else (), _objection(words, labels))


def _basis(words: set[str], labels: tuple[str, ...]) -> Basis | None:
    if "sum" in words:
        return "sum"
    if words & {"ours", "our", "proposal"}:
        return "proposal"
    if labels and all(label.startswith("P") for label in labels):
        return "offer"
    return "notes" if labels or words & {"none", "against"} else None


def _objection(words: set[str], labels: tuple[str, ...]) -> str:
    if "against" in words:
        return f"{' '.join(labels)} says otherwise"
    if "wrong" in words:
        return f"does not follow from {' '.join(labels)}"
    return "no line carries it" if "none" in words and not labels else ""


def _quoted(text: str) -> tuple[str, ...]:
    return tuple(_QUOTED.findall(text)) or ((text.strip(),) if text.strip() else ())


def _with_entry(block: Block, entry: Entry) -> Block:
    carried = tuple(word for word in entry.not_carried if word in block.text)
    said = {
        "part": entry.part or block.part,
        "basis": entry.basis,
        "citations": entry.citations,
        "not_carried": carried,
    }
    return block.model_copy(update=said)


def _with_objection(block: Block, entry: Entry) -> Block:
    if not entry.objection or block.kind == "heading":
        return block
    status = "contradicted" if "otherwise" in entry.objection else "unverified"
    problems = tuple(dict.fromkeys((entry.objection, *block.check.problems)))
    return block.model_copy(update={"check": Check.model_validate({"status": status, "problems": problems})})


def _headings_follow(blocks: Sequence[Block]) -> Iterable[Block]:
    for block, after in zip(blocks, (*blocks[1:], None), strict=True):
        follows = block.kind == "heading" and block.part == "other" and after and after.kind != "heading"
        yield block.model_copy(update={"part": after.part}) if follows and after else block


def _lines_by_words(block: Block, context: AccountContext) -> tuple[str, ...]:
    missing = set(unheld(block.text, (), context))
    chosen: list[str] = []
    while missing and len(chosen) < 4:
        left = {label: set(unheld(block.text, (*chosen, label), context)) for label in context.lines}
        best = min(left, key=lambda label: len(left[label]), default="")
        if not best or len(left[best]) >= len(missing):
            break
        chosen.append(best)
        missing = left[best]
    return tuple(chosen)


def _is_missing(said: dict[str, str]) -> bool:
    return not said.get("who") and not said.get("what")


def _spoken(text: str) -> str:
    quoted = [words for words in _QUOTED.findall(text) if "?" in words] or _QUOTED.findall(text)
    return quoted[-1].strip() if quoted else plain(text)
