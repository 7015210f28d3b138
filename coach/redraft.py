"""One block, a few, one part or the whole page written again, with or without a word of direction from the rep.

Gives the new blocks, indexed and compared with their lines; what becomes of the rep's own words is for `merge` to say.
Knows nothing about where a page is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from coach import builtin
from coach.brief import Brief, bounded
from coach.compare import is_worded_alike
from coach.confidence import without_opened
from coach.corrections import decided_by_rep
from coach.critique import checked
from coach.draft import trim
from coach.errors import AnswerUnusable, BudgetSpent, InputError
from coach.events import OnEvent, nobody
from coach.groundwork import as_text
from coach.index import Indexer, apply_index, index_by_code
from coach.labels import take_citations
from coach.ledger import Ledger
from coach.llm import Listener, Models
from coach.markup import heading_level, join, split, word_count
from coach.options import Options
from coach.rubric import word_budget
from coach.schema import AccountContext, Block, Drafted, Groundwork, MeetingPlan
from coach.workflow import plan_meeting

MAX_TOKENS = 1600
MAX_DIRECTION_CHARS = 500
ROOM_TO_GROW = 20
"""Words by which a redrafted passage may grow, where the page has room."""
MISSING_WORDS = 90
"""Of a part that is written anew: about an eighth of a standard page, which has fourteen parts."""
FEWEST_WORDS = 25
"""Less says nothing that could be done; a page over its budget is said to be so elsewhere."""
OVERSHOOT = 1.25
"""Beyond this share of the words asked for, it is asked for once more, shorter."""
ORDER = (
    "other", "decides", "before", "people", "opening", "purpose", "agenda", "bring", "find_out", "answers", "best",
    "fallback", "stop", "leave_out",
)  # fmt: skip
"""Parts in the order of use, the title first. Source: prompts/page.md."""
SAID = {
    "decides": "what decides the meeting", "before": "what to do before it",
    "people": "who comes and what each takes away", "opening": "the opening as spoken",
    "purpose": "the purpose, in one sentence", "agenda": "the room, minute by minute",
    "bring": "the thing we bring, filled in", "find_out": "what to find out, as questions",
    "answers": "the hard questions they will ask, with answers as spoken", "best": "the best outcome and the ask",
    "fallback": "the fall-back: a smaller step in the power of someone in the room",
    "stop": "when to stop or park, and what to say then", "leave_out": "what never to say or show, and why",
}  # fmt: skip
"""How a part is asked for; for the writer and, in an error, for the rep."""
_MARK = re.compile(r"(?:>[ \t]*)*(?:(?:[-*+•]|\d{1,3}[.)])\s+)?")
_FENCE = re.compile(r"\A\s*```\w*\n(.*?)\n?```\s*\Z", re.DOTALL)
_REPLACED = ("[[the words to replace begin]]", "[[the words to replace end]]")
_MISSING = "[[here a part is missing]]"


def blocks_of(plan: MeetingPlan, part: str) -> tuple[str, ...]:
    """Ids of all blocks of a part, its headings apart; none where the page lacks it."""
    return tuple(block.id for block in plan.blocks if block.part == part and block.kind != "heading")


async def redraft(
    context: AccountContext,
    groundwork: Groundwork,
    plan: MeetingPlan,
    *,
    blocks: Sequence[str] = (),
    part: str = "",
    direction: str = "",
    touched: Collection[str] = (),
    model: str,
    models: Models,
    index_model: str = "",
    language: str = "",
    again: int = 0,
    listener: Listener | None = None,
) -> tuple[Block, ...]:
    """What takes the place of the blocks, or of a part that is missing; see `put_in`. Ids are none of the page's.

    Args:
        blocks: ids of what is written again. Empty: all blocks of `part`, or that part anew where the page lacks it.
        direction: a word of the rep's, such as "less technical".
        touched: ids of the rep's own blocks, which are never written again: leave out of it what the rep gives up.
        index_model: says the parts and lines; empty or `builtin`: code does.

    Raises:
        InputError: nothing is left to write again.
        ModelError, BudgetSpent: the model could not be used; nothing has changed.
    """
    asked = _Asked.of(plan, blocks or blocks_of(plan, part), part, touched)
    read, _ = bounded(context)
    brief = Brief(read, language=language or plan.language, again=again)
    writer = _Writer(plan, asked, _told(brief, groundwork, plan, asked, touched), direction)
    written = await writer.write(model, models, listener)
    named = "" if index_model == "builtin" else index_model
    indexed = await _indexed(written, brief, models, named) if named else _by_code(written, read)
    return _in_its_page(plan, asked, indexed, context)


def redraft_by_builtin(
    context: AccountContext, groundwork: Groundwork, plan: MeetingPlan, *, part: str
) -> tuple[Block, ...]:
    """The part as `builtin` writes it; its heading too where the page lacks the part.

    Raises:
        InputError: it has nothing for this part, or nothing but what stands there.
    """
    there = [block for block in plan.blocks if block.part == part]
    offered = builtin.draft_plan(context, groundwork, depth=plan.depth).blocks
    own = [block for block in offered if block.part == part and not (there and block.kind == "heading")]
    new = [block for block in own if not any(is_worded_alike(block, old) for old in plan.blocks)]
    if not any(block.kind != "heading" for block in new):
        raise InputError(
            f"Without a model there is nothing else to offer for {SAID.get(part, part or 'this block')}.",
            hint="Write it yourself, or choose a model in the settings.",
        )
    asked = _Asked.of(plan, blocks_of(plan, part), part, ())
    return _in_its_page(plan, asked, tuple(new if there else own), context)


async def redraft_page(
    context: AccountContext,
    groundwork: Groundwork,
    *,
    options: Options,
    decisions: Sequence[str] = (),
    settled: Callable[[], Sequence[Block]] = tuple,
    on_event: OnEvent = nobody,
    ledger: Ledger | None = None,
) -> Drafted:
    """The page written again from the groundwork as the rep has left it, which is not paid for again.

    `settled` gives the blocks that the rep has touched: the rest is written to fit them. Failures as `plan_meeting`.
    """
    return await plan_meeting(
        context,
        options=replace(options, decisions=tuple(decisions) or options.decisions),
        groundwork=groundwork,
        settled=settled,
        on_event=on_event,
        ledger=ledger,
    )


def put_in(
    blocks: Sequence[Block], replacement: Sequence[Block], *, instead: Collection[str] = (), part: str = ""
) -> tuple[Block, ...]:
    """The page with the new blocks where the first of the old ones stood, or where their part belongs.

    Give it to `merge` with `touched`: blocks under their old ids stay, and ids come to the new ones.
    """
    kept = [block for block in blocks if block.id not in instead]
    first = next((place for place, block in enumerate(blocks) if block.id in instead), None)
    at = first if first is not None else _where(kept, part)
    return (*kept[:at], *replacement, *kept[at:])


@dataclass(frozen=True)
class _Asked:
    """What is to be written."""

    old: tuple[Block, ...]
    """Empty: a part that is missing."""
    part: str

    @classmethod
    def of(cls, plan: MeetingPlan, ids: Sequence[str], part: str, touched: Collection[str]) -> _Asked:
        there = [block for block in plan.blocks if block.id in ids]
        old = tuple(block for block in there if block.id not in touched)
        if ids and not there:
            raise InputError("These blocks are no longer on the page.")
        if there and not old:
            raise InputError("All of this is in your own words, which are never written again unless you say so.")
        if not old and part not in SAID:
            raise InputError(f"There is no part “{part}” of a page.")
        parts = {block.part for block in old if block.kind != "heading"}
        return cls(old, parts.pop() if len(parts) == 1 else "" if old else part)

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(block.id for block in self.old)

    @property
    def task(self) -> str:
        if not self.old:
            return f"the page lacks {SAID[self.part]}. Write it, with a heading that suits the page."
        what = "this block" if len(self.old) == 1 else f"these {len(self.old)} blocks"
        return f"write {what} of the page again, between the two marks, better than it stands."

    def room(self, plan: MeetingPlan) -> int:
        """Words that the page has left for it."""
        return max(FEWEST_WORDS, word_budget(plan.depth) - word_count(plan.blocks) + word_count(self.old))

    def words(self, plan: MeetingPlan) -> int:
        """How many it is asked to have: as many as there were and a few more, within what the page has left."""
        wanted = word_count(self.old) + ROOM_TO_GROW if self.old else MISSING_WORDS
        return min(max(FEWEST_WORDS, wanted), self.room(plan))


class _Writer:
    """Asks for the passage, once more where it is far too long, and keeps what belongs there and fits the page."""

    def __init__(self, plan: MeetingPlan, asked: _Asked, brief: Brief, direction: str) -> None:
        self.plan, self.asked, self.brief = plan, asked, brief
        self.budget = asked.words(plan)
        wish = " ".join(direction.split())[:MAX_DIRECTION_CHARS].rstrip(".")
        self.direction = f"The rep wants it so: {wish}. " if wish else ""

    async def write(self, model: str, models: Models, listener: Listener | None) -> tuple[Block, ...]:
        written = await self._ask(model, models, listener)
        if word_count(written) > OVERSHOOT * self.budget:
            if listener:
                listener.again()
            complaint = f"Your last answer had {word_count(written)} words: cut it. "
            written = await self._ask(model, models, listener, complaint=complaint)
        return trim(written, budget=self.asked.room(self.plan))

    async def _ask(
        self, model: str, models: Models, listener: Listener | None, *, complaint: str = ""
    ) -> tuple[Block, ...]:
        request = self.brief.request(
            "block", max_tokens=MAX_TOKENS, attempt=1 if complaint else 0, task=self.asked.task,
            direction=self.direction, words=str(self.budget), complaint=complaint,
        )  # fmt: skip
        answer = (await models.ask(model, request, listener=listener)).text
        kept = self._what_belongs(split(_unfenced(answer)))
        if not any(block.kind != "heading" for block in kept):
            raise AnswerUnusable(f"{model} wrote nothing that the page does not say already.")
        return kept

    def _what_belongs(self, answer: Sequence[Block]) -> tuple[Block, ...]:
        """Without the rest of the page, marks and line numbers, and without a heading where none was asked for."""
        rest = [block for block in self.plan.blocks if block.id not in self.asked.ids]
        has_heading = not self.asked.old or any(block.kind == "heading" for block in self.asked.old)
        bare = [block.model_copy(update={"text": take_citations(block.text)[0]}) for block in answer]
        kept = [
            block
            for block in bare
            if block.text not in (*_REPLACED, _MISSING)
            and not any(is_worded_alike(block, other) for other in rest)
            and (has_heading or not (heading_level(block) and block.text.startswith("#")))
        ]
        return tuple(self._in_its_form(kept))

    def _in_its_form(self, blocks: Sequence[Block]) -> Sequence[Block]:
        """One item or quotation stays one, where the writer forgot its mark."""
        old = self.asked.old
        if len(old) != 1 or len(blocks) != 1 or old[0].kind not in ("item", "quote") or blocks[0].kind != "text":
            return blocks
        mark = _MARK.match(old[0].text)
        text = (mark[0] if mark else "") + blocks[0].text.replace("\n", "\n> " if old[0].kind == "quote" else "\n  ")
        return [blocks[0].model_copy(update={"text": text, "kind": old[0].kind})]


def _told(brief: Brief, groundwork: Groundwork, plan: MeetingPlan, asked: _Asked, touched: Collection[str]) -> Brief:
    """Groundwork, decisions, page with the place marked, and the rep's own words."""
    said = without_opened(groundwork, brief.context)
    told = brief.then("groundwork", as_text(said)) if said.blocks else brief
    decisions = "\n".join(f"- {one}" for one in decided_by_rep(groundwork))
    told = told.then("the rep has decided", decisions) if decisions else told
    return told.then("page", _marked(plan, asked)).with_settled([b for b in plan.blocks if b.id in touched])


def _marked(plan: MeetingPlan, asked: _Asked) -> str:
    """The page with marks around each stretch that is replaced, or where a part is missing."""
    marks: list[str] = []
    run: list[Block] = []
    blocks = plan.blocks if asked.old else put_in(plan.blocks, (_mark(_MISSING),), part=asked.part)
    is_inside = False
    for block in (*blocks, None):
        if (block is not None and block.id in asked.ids) != is_inside:
            marks += [join(run).strip(), _REPLACED[is_inside]]
            run, is_inside = [], not is_inside
        run += [block] if block else []
    return "\n\n".join(one for one in (*marks, join(run).strip()) if one)


def _mark(text: str) -> Block:
    return Block(id="", kind="text", text=text)


def _unfenced(answer: str) -> str:
    """Without the code fence that some models put around Markdown."""
    fenced = _FENCE.match(answer)
    return fenced[1] if fenced else answer


async def _indexed(blocks: tuple[Block, ...], brief: Brief, models: Models, model: str) -> tuple[Block, ...]:
    """By the indexer; by code where it fails or the money is spent: what is written is kept."""
    indexer = Indexer(brief, models, model=model, is_whole=False)
    indexer.add(blocks)
    try:
        return (await indexer.finish()).blocks
    except BudgetSpent:
        return _by_code(blocks, brief.context)


def _by_code(blocks: tuple[Block, ...], context: AccountContext) -> tuple[Block, ...]:
    return apply_index(blocks, index_by_code(blocks, context), context)


def _in_its_page(plan: MeetingPlan, asked: _Asked, new: Sequence[Block], context: AccountContext) -> tuple[Block, ...]:
    """The new blocks under ids of their own, in the part they were asked for, compared with their lines in the page."""
    taken = {block.id for block in plan.blocks}
    free = (f"R{number}" for number in range(1, len(new) + len(taken) + 1) if f"R{number}" not in taken)
    parts = [block.part for block in asked.old if block.kind != "heading"]
    named = [
        block.model_copy(update={"id": id_, "part": asked.part or _part(block, place, parts)})
        for place, (block, id_) in enumerate(zip(new, free, strict=False))
    ]
    page = plan.model_copy(update={"blocks": put_in(plan.blocks, named, instead=asked.ids, part=asked.part)})
    ids = {block.id for block in named}
    return tuple(block for block in checked(page, context).blocks if block.id in ids)


def _part(block: Block, place: int, parts: Sequence[str]) -> str:
    """As indexed; where that says nothing, as what stood there."""
    return block.part if block.part != "other" or not parts else parts[min(place, len(parts) - 1)]


def _where(blocks: Sequence[Block], part: str) -> int:
    """Behind the last block of what comes before this part in the order of use; behind the title at least."""
    rank = {name: number for number, name in enumerate(ORDER)}
    before = [
        place + 1
        for place, block in enumerate(blocks)
        if rank.get(block.part, len(ORDER)) <= rank.get(part, len(ORDER)) and (block.part != "other" or not place)
    ]
    return max(before, default=min(1, len(blocks)) if heading_level(blocks[0]) == 1 else 0) if blocks else 0
