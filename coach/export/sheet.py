"""What stands where on a sheet, whatever it is printed by: sections, the labels of outcomes, head and foot (pure).

Shared by the PDF and the Word file, so that both say the same. Knows nothing about layout or files.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from coach.checks.language import content_stems
from coach.checks.page import passages_in
from coach.export.labels import Labels
from coach.export.runs import Piece, Run, clean, printed
from coach.markup import plain, title_of
from coach.schema import AccountContext, Block, Commitment, Meeting, MeetingPlan, Part

SIGNS = {"unverified": "△", "contradicted": "▲"}
"""What stands behind a block in which a check found something."""
OUTCOMES = frozenset({"best", "fallback", "stop"})
LEAD = "decides"
STRAYS = frozenset({"fallback", "stop"})
_NEVER = re.compile(r"\W*(?:never|nie|niemals|jamais|nunca)\W*:", re.IGNORECASE)
_LABEL_END = re.compile(r"\s*:\s*$")


@dataclass(frozen=True)
class Section:
    heading: Block | None
    blocks: tuple[Block, ...]

    @property
    def parts(self) -> set[str]:
        return {block.part for block in self.blocks}


def sections(blocks: Iterable[Block]) -> list[Section]:
    """Each heading with what follows it; what stands before the first has none."""
    found = [Section(None, ())]
    for block in blocks:
        if block.kind == "heading":
            found.append(Section(block, ()))
        else:
            found[-1] = replace(found[-1], blocks=(*found[-1].blocks, block))
    return [section for section in found if section.heading or section.blocks]


def titled(plan: MeetingPlan, context: AccountContext | None) -> MeetingPlan:
    """The plan with the title that stands over it: that of its first heading, its own, else the account.

    The heading goes first as on the screen: whoever edits it, or brings an older page back, has named the page.
    """
    title = title_of(plan.blocks) or plan.title or (context.account if context else "") or "Meeting"
    return plan.model_copy(update={"title": title})


def printed_sections(plan: MeetingPlan) -> list[Section]:
    """What is printed below the plan's title, each block in its place."""
    return sections(strays_in_place(printed(plan.blocks, title=plan.title)))


def strays_in_place(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """A word to stop or to fall back behind other things stays there, where another section is about just that.

    So does one of what decides the meeting, the question at its place in the agenda, say, once the page has led with
    that. Such a block gets the part of what stands before it.
    """
    page = sections(blocks)
    own = {part for section in page if section.parts <= OUTCOMES for part in section.parts} & STRAYS
    settled: list[Block] = []
    for section in page:
        is_led = any(block.part == LEAD for block in settled)
        settled += (*_heading_of(section), *_settled(section, own, is_led=is_led))
    return tuple(settled)


def _heading_of(section: Section) -> tuple[Block, ...]:
    return (section.heading,) if section.heading else ()


def _settled(section: Section, own: set[str], *, is_led: bool) -> tuple[Block, ...]:
    settled: list[Block] = []
    for block in (_unsaid(one) for one in section.blocks):
        before = settled[-1].part if settled else ""
        is_stray = block.part in own and before not in ("", *OUTCOMES)
        if block.part == LEAD:
            is_stray, is_led = is_led and before not in ("", LEAD), True
        settled.append(block.model_copy(update={"part": before}) if is_stray else block)
    return tuple(settled)


def _unsaid(block: Block) -> Block:
    """`Never: …` says what is not said, and not when to stop, whatever it stands beside."""
    is_unsaid = block.part == "stop" and _NEVER.match(block.text) is not None
    return block.model_copy(update={"part": "leave_out"}) if is_unsaid else block


def split_label(pieces: tuple[Piece, ...]) -> tuple[tuple[Run, ...], tuple[Piece, ...]]:
    """`**Best:** Tom writes` as the label `Best` and the rest, when it begins so."""
    first = pieces[0] if pieces else Piece("paragraph")
    if len(first.runs) < 2 or not first.runs[0].bold:
        return (), pieces
    label, rest = first.runs[0], first.runs[1:]
    if _LABEL_END.search(label.text):
        label, rest = replace(label, text=_LABEL_END.sub("", label.text)), rest
    elif rest[0].text.startswith(":"):
        rest = (replace(rest[0], text=rest[0].text[1:]), *rest[1:])
    else:
        return (), pieces
    words = rest[0].text.lstrip()
    started = replace(rest[0], text=words[:1].upper() + words[1:])
    return (replace(label, bold=False),), (
        Piece("paragraph", (started, *rest[1:]), children=first.children),
        *pieces[1:],
    )


def spoken(commitment: Commitment, part: Part, page: Iterable[Block]) -> tuple[Block, ...]:
    """A commitment that stands in no block, in words; nothing where a block says it, under a label or not."""
    page = tuple(page)
    is_labelled = any(passage.part == part for block in page for passage in passages_in(block))
    if is_labelled or any(_says(block, commitment) for block in page):
        return ()
    does = " ".join(filter(None, (commitment.who, commitment.what)))
    lines = [", ".join(filter(None, (does, commitment.by))), commitment.benefit]
    blocks = [Block(id=f"o{i}", kind="text", text=line) for i, line in enumerate(lines) if line]
    quote = [Block(id="ask", kind="quote", text=commitment.ask)] if commitment.ask else []
    return (*blocks, *quote)


def _says(block: Block, commitment: Commitment) -> bool:
    """`What we want: … Lewis sends weights and hours`, in a block about something else too."""
    told = content_stems(f"{commitment.who} {commitment.what}")
    return len(told) >= FEWEST_TOLD and len(told & content_stems(plain(block.text))) >= SHARE_TOLD * len(told)


FEWEST_TOLD, SHARE_TOLD = 3, 0.7
"""Words that carry meaning, of which a block that says the same has most."""


def account_line(plan: MeetingPlan, context: AccountContext | None) -> str:
    """Account and opportunity, as far as the title does not say them already."""
    names = (context.account, context.opportunity) if context else ()
    return " · ".join(clean(name) for name in names if name and name.lower() not in plan.title.lower())


def where_lines(context: AccountContext | None, labels: Labels) -> list[str]:
    """Day, hours and place, and the rep, as far as they are known."""
    if context is None:
        return []
    meeting = context.meeting
    day = labels.day(meeting.date) if meeting.date else ""
    hours_and_place = " · ".join(filter(None, (hours(meeting), meeting.place)))
    return [clean(line) for line in (day, hours_and_place, context.rep) if line]


def hours(meeting: Meeting) -> str:
    """`11:30–12:15`, without an end where the length is not known; empty without a start."""
    if meeting.start is None:
        return ""
    if meeting.minutes is None:
        return f"{meeting.start:%H:%M}"
    end = dt.datetime.combine(dt.date(2000, 1, 1), meeting.start) + dt.timedelta(minutes=meeting.minutes)
    return f"{meeting.start:%H:%M}–{end:%H:%M}"


def signs_found(plan: MeetingPlan, labels: Labels) -> list[dict[str, str]]:
    """The signs that the page shows, each with its words."""
    found = {block.check.status for block in plan.blocks}
    words = {"unverified": labels.not_verified, "contradicted": labels.contradicted}
    return [{"sign": sign, "words": words[status]} for status, sign in SIGNS.items() if status in found]


def origin(drafted_by: str, labels: Labels) -> str:
    """Who drafted the page, in words."""
    if drafted_by == "builtin":
        return labels.builtin
    return " ".join(filter(None, (labels.drafted_by, clean(drafted_by)))) if drafted_by else "Meeting Coach"
