"""The nouns: what the notes, the work on them, the page and its criticism are.

One set everywhere: command line, browser, database and evals use these, not copies of them. Knows nothing
about models, files or screens.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Voice = Literal["ours", "customer", "outside"]
Kind = Literal["heading", "text", "item", "quote", "table"]
Basis = Literal["notes", "offer", "sum", "assumption", "proposal"]
Part = Literal[
    "decides", "before", "people", "opening", "purpose", "agenda", "bring",
    "find_out", "answers", "best", "fallback", "stop", "leave_out", "other",
]  # fmt: skip
GroundworkPart = Literal[
    "clock", "sums", "people", "in_confidence", "promises", "not_settled", "decides", "bring", "other",
]  # fmt: skip
Author = Literal["coach", "rep"]
Gravity = Literal["gate", "defect", "hint"]
Depth = Literal["quick", "standard", "major"]
Effort = Literal["low", "normal", "high"]
CheckStatus = Literal["verified", "unverified", "contradicted", "no_claim", "unchecked"]

CUSTOMER_FACING: frozenset[str] = frozenset({"opening", "purpose", "agenda", "bring"})
"""Parts that the customer sees or hears; quotes (ready words) are customer-facing in every part."""


class Noun(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NoteLine(Noun):
    """One citable line: a note (`L4`), a field of the record (`F2`) or a proof point of the seller's (`P1`)."""

    label: str = Field(pattern=r"^[LFP][1-9]\d*$")
    text: str
    source: str = ""
    """File, field or mail it came from; empty for the notes of the context file itself."""
    voice: Voice = "ours"
    speaker: str | None = None

    @property
    def number(self) -> int:
        """1-based, as the rep sees it."""
        return int(self.label[1:])


class Person(Noun):
    name: str
    title: str = ""


class Seller(Noun):
    company: str = ""
    offer: str = ""


class Meeting(Noun):
    date: dt.date | None = None
    start: dt.time | None = None
    minutes: int | None = Field(None, ge=1, le=24 * 60)
    place: str = ""
    attendees: tuple[Person, ...] = ()


class AccountContext(Noun):
    """All that is known before the meeting, as numbered lines."""

    account: str = ""
    opportunity: str = ""
    stage: str = ""
    amount: str = ""
    """As the record has it, with its currency: `120000 EUR`."""
    seller: Seller = Seller()
    rep: str = ""
    meeting: Meeting = Meeting()
    today: dt.date
    notes: tuple[NoteLine, ...] = ()
    fields: tuple[NoteLine, ...] = ()
    proofs: tuple[NoteLine, ...] = ()

    def __hash__(self) -> int:
        """Of what usually tells contexts apart: hashing every line costs more than most of what is kept by context."""
        ends = tuple(line.text for line in (*self.notes[:1], *self.notes[-1:]))
        return hash((self.account, self.opportunity, self.today, self.meeting.date, len(self.notes), ends))

    @property
    def lines(self) -> dict[str, NoteLine]:
        """Every citable line by its label, in the order L, F, P."""
        return {line.label: line for line in (*self.notes, *self.fields, *self.proofs)}


class Check(Noun):
    """What comparing a block with its cited lines found.

    `no_claim`: a heading, question, proposal or courtesy that states no fact. `contradicted`: a line says otherwise.
    """

    status: CheckStatus = "unchecked"
    problems: tuple[str, ...] = ()
    """One sentence each, for the rep: `"38 days" counts 39`."""


class Block(Noun):
    """One thing on the page or in the groundwork; `text` is its Markdown, word for word, without its citations."""

    id: str
    kind: Kind
    text: str
    part: str = "other"
    """A `Part` on a page, a `GroundworkPart` in a groundwork."""
    citations: tuple[str, ...] = ()
    basis: Basis | None = None
    """None as long as nobody has said what it rests on."""
    not_carried: tuple[str, ...] = ()
    """Exact words of `text` that the indexer found in no line."""
    check: Check = Check()
    written_by: Author = "coach"


class Groundwork(Noun):
    blocks: tuple[Block, ...] = ()
    drafted_by: str = ""


class Commitment(Noun):
    """What the customer is to do. Empty strings: the page does not say."""

    who: str = ""
    what: str = ""
    by: str = ""
    """ISO date, or the event in words."""
    benefit: str = ""
    ask: str = ""
    """The sentence with which the rep asks for it."""
    blocks: tuple[str, ...] = ()
    """Ids of the blocks it was read from."""


class MeetingPlan(Noun):
    title: str = ""
    blocks: tuple[Block, ...] = ()
    best_outcome: Commitment = Commitment()
    fallback: Commitment = Commitment()
    language: str = ""
    depth: Depth = "standard"
    drafted_by: str = ""
    """`builtin`, or `provider:model`; `provider:model, builtin` when parts of a failed draft came from the latter."""


class Finding(Noun):
    """What a check or the judge found."""

    rule: str
    """`R1` to `R29`, `G1` to `G5`, or a rubric question's id."""
    part: str = ""
    block: str = ""
    gravity: Gravity
    why: str
    lines: tuple[str, ...] = ()


class Suggestion(Noun):
    """A change that the second reader proposes to a page the rep has touched."""

    id: str
    kind: Literal["unsupported", "harm", "missing", "outcome", "thing", "cut"]
    block: str
    old: str
    """Exact words of that block, found once."""
    new: str
    why: str
    lines: tuple[str, ...] = ()
    check: Check = Check()
    """`unverified`: brings in a figure, name or date that its lines do not hold; never applied by itself."""
    state: Literal["open", "applied", "dismissed"] = "open"
    before: str = ""
    """The block's text before it was applied."""
    reason: str = ""


class Point(Noun):
    """One point of the second reader's criticism."""

    text: str
    lines: tuple[str, ...] = ()


class JudgedAnswer(Noun):
    """One yes/no question of the rubric, answered with a quotation from the page."""

    question: str
    answer: Literal["yes", "no", "not_judged"]
    quote: str = ""
    why: str = ""
    seen: str = ""
    """Hash of what decided the answer; while it stays the same, so does the answer."""
    said_twice: bool = False
    """A no that the second examiner gave as well."""


class Untrue(Noun):
    """Words of the page that lines contradict."""

    quote: str
    lines: tuple[str, ...]
    why: str = ""


class Compared(Noun):
    """One block as the second examiner held it against the lines; nothing untrue: they contradict nothing."""

    seen: str
    """Hash of the block's words and the notes; while it stays the same, so does what was said of it."""
    by: str
    """The model."""
    untrue: tuple[Untrue, ...] = ()
    sentences: tuple[str, ...] = ()
    """The same hash of each of its sentences."""


class Judgement(Noun):
    """What both examiners said of a page."""

    answers: tuple[JudgedAnswer, ...] = ()
    compared: tuple[Compared, ...] = ()


class Critique(Noun):
    """The second reader's points, the rules' findings and the score. No model writes a score."""

    points: tuple[Point, ...] = ()
    findings: tuple[Finding, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    answers: tuple[JudgedAnswer, ...] = ()
    compared: tuple[Compared, ...] = ()
    scores_by_item: dict[str, float | None] = {}
    """Rubric item to 0-4; None is not judged, never 0."""
    total: float | None = None
    """0-100 over the judged items, after gates; None when nothing was judged."""
    gates: tuple[str, ...] = ()
    """Gates that capped the total."""
    judged_by: str = ""
    """`rules` when no model judged."""

    @property
    def judgement(self) -> Judgement:
        return Judgement(answers=self.answers, compared=self.compared)


class Run(Noun):
    """One model call. Tokens are the provider's where plausible, else estimated."""

    call: str
    """`groundwork`, `page`, `index`, …"""
    prompt_hash: str
    model: str
    tokens_in: int = 0
    tokens_in_cached: int = 0
    tokens_out: int = 0
    tokens_are_estimated: bool = False
    cost_usd: float | None = None
    """None: no price is known. Never 0 for unknown."""
    seconds: float = 0.0
    first_token_s: float | None = None
    ended: str = "ok"
    """`ok`, or the class name of the error."""
    is_from_ledger: bool = False
    attempts: int = 1
    started_at: dt.datetime | None = None


class Failure(Noun):
    """A step at which a model failed for good; what it should have given is missing or comes from `builtin`."""

    step: str
    error: str
    """Class name of the error, see errors.py."""
    message: str
    hint: str = ""


class Change(Noun):
    """One difference between two versions of a page. An empty side: added or removed."""

    old: str = ""
    new: str = ""


class Draft(Noun):
    """One version of the page with what was found in it."""

    plan: MeetingPlan
    critique: Critique = Critique()


class Drafted(Noun):
    """Everything that drafting brought forth. `drafts` holds every version, `plan` is the last of them."""

    context: AccountContext
    plan: MeetingPlan
    groundwork: Groundwork = Groundwork()
    critique: Critique = Critique()
    drafts: tuple[Draft, ...] = ()
    changes: tuple[Change, ...] = ()
    """Between the first and the last draft."""
    questions: tuple[str, ...] = ()
    """At most three, to the rep, where the notes are silent."""
    warnings: tuple[str, ...] = ()
    """Instruction-like lines, parts that fell back, what was left out: one sentence each."""
    failures: tuple[Failure, ...] = ()
    runs: tuple[Run, ...] = ()
    drafted_by: str = ""
