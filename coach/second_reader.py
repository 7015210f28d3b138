"""The second reader, by a model: criticism of a draft, and suggestions for a page that the rep has touched.

Each suggestion is checked by code before it is offered; applying, dismissing and undoing are pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from json import JSONDecodeError

from coach.brief import Brief
from coach.checks.sides import one_sided
from coach.confidence import Confidence, confidences
from coach.errors import InputError
from coach.excerpt import excerpt
from coach.grounding import problems_of
from coach.index import numbered
from coach.labels import labels_in
from coach.llm import Listener, Models
from coach.markup import plain, word_count
from coach.schema import AccountContext, Block, Check, Finding, Groundwork, MeetingPlan, Point, Suggestion

CRITICISM_MAX_TOKENS = 1500
JUST_WRITTEN = "as it has just been written"
SUGGESTIONS_MAX_TOKENS = 2500
MAX_SUGGESTIONS = 8
MAX_GROWTH_WORDS = 40
"""All suggestions together. Source: prompts/suggest.md."""
OF_SIDES = frozenset({"R18", "R29"})
"""Rules that object to a contradiction of which the page says one side. Source: rubric.yaml."""
UNHEARD = frozenset({"before", "leave_out"})
"""Parts of which the customer hears nothing, whatever they say."""
_QUOTED = re.compile("“[^”]+”")
_NUMBER = re.compile(r"^\s*\**\(?(\d+)[.)]\**\s+", re.M)
OnSuggestion = Callable[[Suggestion], None]
_KINDS = ("unsupported", "harm", "missing", "outcome", "thing", "cut")


@dataclass(frozen=True)
class Suggested:
    """What the second reader said, sorted by code."""

    offered: tuple[Suggestion, ...]
    refused: tuple[str, ...]
    """Why each of the others could not be offered."""


async def criticise(brief: Brief, models: Models, *, model: str, listener: Listener | None = None) -> str:
    """The criticism of the page at the end of the brief, as numbered points. Raises ModelError."""
    request = brief.request("criticise", max_tokens=CRITICISM_MAX_TOKENS)
    return (await models.ask(model, request, listener=listener)).text


def points_of(criticism: str) -> tuple[Point, ...]:
    """Numbered points with the lines they name; without numbers, one a paragraph."""
    parts = _NUMBER.split(criticism)
    texts = parts[2::2] if len(parts) > 2 else criticism.split("\n\n")
    return tuple(Point(text=" ".join(text.split()), lines=labels_in(text)) for text in texts if text.strip())


async def suggest(
    brief: Brief,
    models: Models,
    *,
    model: str,
    plan: MeetingPlan,
    findings: Sequence[Finding] = (),
    groundwork: Groundwork | None = None,
    budget: int,
    is_new: bool = False,
    on_suggestion: OnSuggestion | None = None,
) -> Suggested:
    """At most eight checked suggestions, each given to `on_suggestion` as soon as its line is complete.

    `groundwork`: what its sums give, a suggestion may say. `budget` is the page's, in words. `is_new`: the page is just
    written, and no rep has it yet. Raises ModelError.
    """
    sorter = _Sorter(plan, brief.context, groundwork, budget=budget, on_suggestion=on_suggestion)
    request = brief.request(
        "suggest",
        max_tokens=SUGGESTIONS_MAX_TOKENS,
        whose=JUST_WRITTEN if is_new else "as the rep has it",
        blocks=numbered(plan.blocks),
        findings=_listed(findings),
    )
    await models.ask(model, request, listener=sorter)
    return sorter.finish()


async def say_both_sides(
    brief: Brief,
    models: Models,
    *,
    model: str,
    plan: MeetingPlan,
    findings: Sequence[Finding] = (),
    groundwork: Groundwork | None = None,
    budget: int,
) -> Suggested:
    """Checked suggestions for a page just written: where the lines do not agree, both sides stand on it.

    `suggest` looks at everything, and leaves some of these out. What was told in confidence is refused but where the
    page speaks of it already and the customer hears nothing. Raises ModelError.
    """
    sorter = _Sorter(plan, brief.context, groundwork, budget=budget, on_suggestion=None)
    request = brief.request(
        "both_sides",
        max_tokens=SUGGESTIONS_MAX_TOKENS,
        blocks=numbered(plan.blocks),
        findings=_listed([finding for finding in findings if finding.rule in OF_SIDES]),
        room=str(min(MAX_GROWTH_WORDS, max(0, budget - word_count(plan.blocks)))),
    )
    await models.ask(model, request, listener=sorter)
    return _without_confidences(sorter.finish(), plan, confidences(groundwork or Groundwork(), brief.context))


def _without_confidences(suggested: Suggested, plan: MeetingPlan, kept: Sequence[Confidence]) -> Suggested:
    secret = frozenset(label for one in kept for label in one.lines)
    told = [one for one in suggested.offered if _newly_told(one, _block(plan, one.block), secret)]
    offered = tuple(one for one in suggested.offered if one not in told)
    return Suggested(
        offered, (*suggested.refused, *(f"{one.block} would say what was told in confidence" for one in told))
    )


def _newly_told(suggestion: Suggestion, block: Block, secret: frozenset[str]) -> bool:
    told = secret & {*suggestion.lines}
    return bool(told) and (block.part not in UNHEARD or not told <= {*block.citations})


def _listed(findings: Sequence[Finding]) -> str:
    return "\n".join(f"- {finding.why}" for finding in findings) or "nothing"


def vet(
    suggestion: Suggestion, plan: MeetingPlan, context: AccountContext, groundwork: Groundwork | None = None
) -> Suggestion | str:
    """The suggestion with its check filled, or the reason why it cannot be offered.

    Its old words must stand exactly once in its block. It is `unverified`, shown and never applied by itself, where the
    block as it would be then has a problem that it has not now: a figure, name or date that its lines do not hold, say;
    or where the page would lose one side of a contradiction.
    """
    block = next((one for one in plan.blocks if one.id == suggestion.block), None)
    if block is None:
        return f"there is no block {suggestion.block}"
    if not suggestion.old or block.text.count(suggestion.old) != 1:
        return f"“{excerpt(suggestion.old, 60)}” does not stand exactly once in {suggestion.block}"
    if suggestion.new == suggestion.old:
        return f"changes nothing in {suggestion.block}"
    then, _ = apply(plan, suggestion)
    worked_out = groundwork.blocks if groundwork else ()
    known = {_subject(problem) for problem in problems_of(block, plan.blocks, context, groundwork=worked_out)}
    found = problems_of(_block(then, block.id), then.blocks, context, groundwork=worked_out)
    missing = one_sided(plan, context, groundwork)
    lost = [why for lines, why in one_sided(then, context, groundwork).items() if lines not in missing]
    problems = (*(problem for problem in found if _subject(problem) not in known), *lost)
    return suggestion.model_copy(
        update={"check": Check(status="unverified" if problems else "verified", problems=problems)}
    )


def _subject(problem: str) -> str:
    """The words that a problem is about: the lines in which they do not stand may be others after a change."""
    quoted = _QUOTED.search(problem)
    return quoted[0] if quoted else problem


def apply(plan: MeetingPlan, suggestion: Suggestion) -> tuple[MeetingPlan, Suggestion]:
    """The plan with the old words replaced, and the suggestion as applied.

    Raises:
        InputError: the rep has changed these words meanwhile.
    """
    block = _block(plan, suggestion.block)
    if block.text.count(suggestion.old) != 1:
        raise InputError(f"The words of this suggestion have changed since: “{excerpt(suggestion.old, 60)}”")
    text = block.text.replace(suggestion.old, suggestion.new)
    applied = suggestion.model_copy(update={"state": "applied", "before": block.text})
    citations = tuple(dict.fromkeys((*block.citations, *suggestion.lines)))
    return _with_block(plan, block.model_copy(update={"text": text, "citations": citations})), applied


def mended(
    plan: MeetingPlan, suggestions: Sequence[Suggestion], *, spared: Sequence[str] = ()
) -> tuple[MeetingPlan, tuple[Suggestion, ...]]:
    """The plan with every suggestion applied that code may apply by itself, and these: verified, the words still there.

    `spared`: words that stay as they are; what would change a block that holds some of them is left out.
    """
    done = []
    for suggestion in suggestions:
        text = _block(plan, suggestion.block).text
        is_spared = any(words.strip() in text for words in spared if words.strip())
        if suggestion.check.status == "verified" and not is_spared and text.count(suggestion.old) == 1:
            plan, applied = apply(plan, suggestion)
            done.append(applied)
    kept = tuple(block for block in plan.blocks if not _is_empty(block))
    return plan.model_copy(update={"blocks": kept}), tuple(done)


def undo(plan: MeetingPlan, suggestion: Suggestion) -> tuple[MeetingPlan, Suggestion]:
    """The plan as before this suggestion, other changes kept, and the suggestion open again.

    Raises:
        InputError: it is not applied, or its words have been changed meanwhile.
    """
    if suggestion.state == "dismissed":
        return plan, suggestion.model_copy(update={"state": "open", "reason": ""})
    if suggestion.state != "applied":
        raise InputError("This suggestion has not been applied")
    block = _block(plan, suggestion.block)
    if block.text == suggestion.before.replace(suggestion.old, suggestion.new):
        text = suggestion.before
    elif suggestion.new and block.text.count(suggestion.new) == 1:
        text = block.text.replace(suggestion.new, suggestion.old)
    else:
        raise InputError(f"The words of this suggestion have changed since: “{excerpt(suggestion.new, 60)}”")
    return _with_block(plan, block.model_copy(update={"text": text})), suggestion.model_copy(
        update={"state": "open", "before": ""}
    )


def dismiss(suggestion: Suggestion, *, reason: str = "") -> Suggestion:
    return suggestion.model_copy(update={"state": "dismissed", "reason": reason})


def read_suggestion(line: str, number: int) -> Suggestion | str:
    """One line of the answer, or why it cannot be read."""
    try:
        said = json.loads(line, object_pairs_hook=_once)
    except (JSONDecodeError, ValueError) as error:
        return f"line {number} is not one JSON object: {excerpt(str(error), 80)}"
    if not isinstance(said, dict) or said.get("kind") not in _KINDS:
        return f"line {number} names no kind of suggestion"
    fields = {key: said.get(key) for key in ("block", "old", "new", "why")}
    if not all(isinstance(value, str) for value in fields.values()):
        return f"line {number} lacks one of block, old, new, why"
    lines = labels_in(" ".join(map(str, said.get("lines") or ())))
    return Suggestion.model_validate({**fields, "id": f"S{number}", "kind": said["kind"], "lines": lines})


class _Sorter:
    """Reads suggestions line by line while they stream."""

    def __init__(
        self,
        plan: MeetingPlan,
        context: AccountContext,
        groundwork: Groundwork | None,
        *,
        budget: int,
        on_suggestion: Callable[[Suggestion], None] | None,
    ) -> None:
        self._plan, self._context, self._groundwork = plan, context, groundwork
        self._budget, self._tell = budget, on_suggestion
        self.again()

    def again(self) -> None:
        self._rest, self._number, self._growth = "", 0, 0
        self._offered: list[Suggestion] = []
        self._refused: list[str] = []

    def text(self, delta: str) -> None:
        self._rest += delta
        while "\n" in self._rest:
            line, self._rest = self._rest.split("\n", 1)
            self._read(line)

    def finish(self) -> Suggested:
        self._read(self._rest)
        self._rest = ""
        return Suggested(tuple(self._offered), tuple(self._refused))

    def _read(self, line: str) -> None:
        if not line.strip().startswith("{"):
            return
        self._number += 1
        read = read_suggestion(line.strip(), self._number)
        vetted = read if isinstance(read, str) else self._within_limits(read)
        if isinstance(vetted, str):
            self._refused.append(vetted)
            return
        self._offered.append(vetted)
        if self._tell:
            self._tell(vetted)

    def _within_limits(self, suggestion: Suggestion) -> Suggestion | str:
        growth = word_count(plain(suggestion.new)) - word_count(plain(suggestion.old))
        if len(self._offered) >= MAX_SUGGESTIONS:
            return f"more than {MAX_SUGGESTIONS} suggestions"
        grown = self._growth + growth
        if growth > 0 and (grown > MAX_GROWTH_WORDS or word_count(self._plan.blocks) + grown > self._budget):
            return f"the page would grow by {grown} words"
        vetted = vet(suggestion, self._plan, self._context, self._groundwork)
        self._growth += 0 if isinstance(vetted, str) else growth
        return vetted


def _is_empty(block: Block) -> bool:
    """Also an item of which only the mark is left; a line across the page has no words and stays."""
    return not block.text.strip() or (block.kind == "item" and not any(map(str.isalnum, block.text)))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _block(plan: MeetingPlan, block: str) -> Block:
    found = next((one for one in plan.blocks if one.id == block), None)
    if found is None:
        raise InputError(f"The block of this suggestion is no longer on the page: {block}")
    return found


def _with_block(plan: MeetingPlan, changed: Block) -> MeetingPlan:
    blocks = tuple(changed if block.id == changed.id else block for block in plan.blocks)
    return plan.model_copy(update={"blocks": blocks})
