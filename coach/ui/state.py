"""What the page component shows, as JSON: the kept plan, what is being written, what is missing or wrong."""

from __future__ import annotations

import re

from pydantic import JsonValue

from coach.checks import missing_parts
from coach.compare import changes
from coach.marks import is_mark
from coach.markup import title_of, word_count
from coach.rubric import word_budget
from coach.schema import Block, Finding, NoteLine, Part, Suggestion
from coach.store.records import Job, KeptBlock, KeptPlan
from coach.ui.live import Writing
from coach.ui.words import SAY_MISSING

Json = dict[str, JsonValue]
CUT_SHORT = "The draft was stopped: only the beginning of the page is here, the rest has not been written."
_WORD = re.compile(r"\w+")
AFTER: dict[Part, tuple[Part, ...]] = {
    "decides": (),
    "before": ("decides",),
    "people": ("before", "decides"),
    "opening": ("people", "before", "decides"),
    "purpose": ("opening", "people", "before", "decides"),
    "agenda": ("purpose", "opening", "people", "before", "decides"),
    "bring": ("agenda", "opening", "purpose", "people", "before", "decides"),
    "find_out": ("bring", "agenda", "opening", "purpose", "people", "decides"),
    "answers": ("find_out", "bring", "agenda", "opening", "people", "decides"),
    "best": ("answers", "find_out", "agenda", "bring", "opening", "decides"),
    "fallback": ("best", "answers", "find_out", "agenda", "opening", "decides"),
    "stop": ("fallback", "best", "answers", "agenda", "opening", "decides"),
    "leave_out": ("stop", "fallback", "best", "answers", "agenda", "opening", "decides"),
}
"""What a missing part would stand after, the nearest first. Source: the order of use, prompts/page.md."""


def page_state(
    kept: KeptPlan, *, job: Job | None, writing: Writing, is_readonly: bool, is_cut_short: bool = False
) -> Json:
    """The whole state of one page. Who may only read is given no line of the notes but those that the page names.

    `is_cut_short`: its draft was ended before the page was whole; said as long as a part of it is missing.
    """
    blocks = [one.block for one in kept.blocks]
    title = title_of(blocks) or kept.plan.title
    budget = word_budget(kept.plan.depth)
    words = word_count(blocks)
    lines, cited = kept.context.lines, {label for block in blocks for label in block.citations}
    stage = writing.stage or (job.stage if job else "")
    told = _kept_on_the_page(kept)
    is_groundwork = writing.stage == "groundwork"
    missing = [] if job and job.kind == "draft" else _missing(kept, blocks)
    return {
        "id": kept.id,
        "revision": kept.revision,
        "pulse": kept.pulse,
        "title": title or kept.context.account,
        "titled_above": _is_said(title, _above(kept)),
        "status": kept.status,
        "stage": stage,
        "job": {"id": job.id, "kind": job.kind, "stage": stage} if job else None,
        "readonly": is_readonly,
        "words": words,
        "budget": budget,
        "pages": pages(words),
        "language": kept.plan.language,
        "blocks": [_block(one, confidential=told.get(one.block.id)) for one in kept.blocks],
        "missing": missing,
        "cut_short": CUT_SHORT if is_cut_short and missing and not job else "",
        "findings": [_finding(one) for one in kept.critique.findings if one.block],
        "suggestions": [] if is_readonly else [_suggestion(one) for one in kept.suggestions],
        "lines": {label: _line(line) for label, line in lines.items() if label in cited or not is_readonly},
        "worked_out": writing.text if is_groundwork else "",
        "streaming": {"stage": writing.stage, "text": "" if is_groundwork else writing.text},
        "changes": [] if job and job.kind != "check" else _changes(kept),
    }


def _above(kept: KeptPlan) -> str:
    """The words of the heading above the page: account, purpose, day, hour and place."""
    meeting = kept.context.meeting
    day = f"{meeting.date:%a %d %b %Y} {meeting.date.day}" if meeting.date else ""
    hour = f"{meeting.start:%H:%M}" if meeting.start else ""
    return f"{kept.context.account} {kept.purpose} {day} {hour} {meeting.place}"


def _is_said(title: str, above: str) -> bool:
    """Whether the heading above the page has every word of its title: it need not stand there twice."""
    return set(_WORD.findall(title.casefold())) <= set(_WORD.findall(above.casefold()))


def pages(words: int) -> float:
    """About how many printed pages so many words fill: above 1 the type would have to be small to fit on one."""
    return round(words / word_budget("major"), 2)


def _kept_on_the_page(kept: KeptPlan) -> dict[str, list[str]]:
    """By block that shows what is told in confidence: the lines of the notes by which it is."""
    found: dict[str, list[str]] = {}
    for one in kept.critique.findings:
        if one.rule == "R21" and one.block:
            found.setdefault(one.block, []).extend(one.lines)
    noted = {line.label for line in kept.context.notes if not is_mark(line)}
    return {block: [label for label in dict.fromkeys(labels) if label in noted] for block, labels in found.items()}


def _block(one: KeptBlock, *, confidential: list[str] | None) -> Json:
    """`confidential`: None where it shows nothing of the kind."""
    block = one.block
    return {
        "id": block.id,
        "revision": one.revision,
        "kind": block.kind,
        "text": block.text,
        "part": block.part,
        "citations": list(block.citations),
        "basis": block.basis,
        "check": {"status": block.check.status, "problems": list(block.check.problems)},
        "written_by": block.written_by,
        "touched": one.is_touched,
        "confidential": None if confidential is None else list(confidential),
    }


def _missing(kept: KeptPlan, blocks: list[Block]) -> list[JsonValue]:
    if not blocks:
        return []
    plan = kept.plan.model_copy(update={"blocks": tuple(blocks)})
    last = {block.part: block.id for block in blocks}
    return [
        {"part": part, "say": SAY_MISSING[part], "after": next((last[one] for one in AFTER[part] if one in last), "")}
        for part in missing_parts(plan)
        if part in SAY_MISSING
    ]


def _finding(one: Finding) -> Json:
    return {"block": one.block, "gravity": one.gravity, "why": one.why}


def _suggestion(one: Suggestion) -> Json:
    return {
        "id": one.id,
        "kind": one.kind,
        "block": one.block,
        "old": one.old,
        "new": one.new,
        "why": one.why,
        "lines": list(one.lines),
        "check": {"status": one.check.status, "problems": list(one.check.problems)},
        "state": one.state,
        "reason": one.reason,
    }


def _line(line: NoteLine) -> Json:
    return {"text": line.text, "source": line.source, "voice": line.voice, "speaker": line.speaker or ""}


def _changes(kept: KeptPlan) -> list[JsonValue]:
    """What the better version changed, until the rep goes on writing: words written while it came do not count."""
    mine = max((one.revision for one in kept.blocks if one.is_touched), default=0)
    is_fresh = any(one.revision > mine for one in kept.blocks)
    if not is_fresh or len(kept.drafts) < 2:
        return []
    found = changes(kept.drafts[0].plan.blocks, kept.drafts[-1].plan.blocks)
    return [{"old": change.old, "new": change.new} for change in found]
