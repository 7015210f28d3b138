"""The Coach panel: the score and what moved it, questions to the rep, suggestions, findings, the reader's points."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from coach.context import standing_warnings
from coach.rubric import POINTS_OF_AN_ITEM, rubric
from coach.schema import Critique, Finding, Gravity, Point
from coach.score import capped_by, is_judged, items_of
from coach.settings import BUILTIN
from coach.store.records import KeptPlan
from coach.ui import acts, rewritten
from coach.ui.cards_of_suggestions import show_suggestions
from coach.ui.defaults import has_reader, preferences_of
from coach.ui.desk import desk
from coach.ui.inert import as_html, chips, first_words, inert_html
from coach.ui.moments import ago
from coach.ui.places import link
from coach.ui.plain_text import plain_line
from coach.ui.rechecking import unread
from coach.ui.telling import trying

GRAVITIES: dict[Gravity, str] = {"gate": "Serious", "defect": "To mend", "hint": "Hint"}
NO_PAGE = "The coach reads along as soon as there is a page. Draft it, or begin to write."
READ_NOT_SCORED = "The second reader has read it; nobody has given it points yet. <b>Check</b> does."
WITHOUT_ONE = "Written from your notes <b>without a model</b>. With one it is worked out and read."
NO_LONGER = "<b>No model is chosen</b> now: until one is, the rules alone look at the page."
WHAT_RULES_SEE = "The rules see what is missing, not how good it is."
BY_RULES_ALONE = "By the rules alone. Not looked at yet by the judge."
FIRST_SHOWN = 6
MOST_REASONS = 3
"""Of one item of the score; the findings below have them all."""


def show(kept: KeptPlan, *, by: str, is_busy: bool = False) -> None:
    """The whole panel, for the rep. `is_busy`: a job works on the plan."""
    if not kept.blocks or unread(desk().db, kept):
        is_coming = kept.blocks or kept.status == "drafting"
        say = "What the coach thinks of the page stands here once it is written." if is_coming else NO_PAGE
        st.html(f'<p class="mc">{say}</p>')
        return
    show_score(kept, is_busy=is_busy)
    _show_no_reader(kept)
    _show_notices(kept)
    show_suggestions(kept, by=by)
    _show_questions(kept)
    show_findings(kept)
    show_points(kept)


def show_score(kept: KeptPlan, *, is_busy: bool = False) -> None:
    """The score with where it came from, who judged, and how old that is."""
    critique = kept.critique
    if critique.total is None:
        unread = "The second reader is at work." if is_busy else "Nobody has read the page so far."
        say = READ_NOT_SCORED if _was_read(kept) else unread
        st.html(f'<div class="mc"><h2>Not scored yet</h2><p>{say}</p></div>')
        return
    first = kept.drafts[0].critique if kept.drafts else None
    if is_by_rules(critique.judged_by):
        said = (f"{critique.total:.0f} of 100", _capped(critique))
        say = f"By the rules alone it has {', '.join(filter(None, said))}. {WHAT_RULES_SEE}"
        st.html(f'<div class="mc"><h2>Score</h2><p><b>Not judged yet.</b> {as_html(say)}</p></div>')
        _show_what_moved(first or critique, critique)
        return
    first_of = rewritten.written_again_at(kept)
    moved = _moved(first.total, critique.total, first_of) if first and first.total is not None else ""
    beside = "".join(f"<span>{as_html(one)}</span>" for one in ("of 100", _capped(critique), moved) if one)
    judged = f"<p><small>{as_html(_judged(kept))}</small></p>"
    st.html(
        f'<div class="mc"><h2>Score</h2><div class="mc-score"><b>{critique.total:.0f}</b>{beside}</div>{judged}</div>'
    )
    _show_what_moved(first or critique, critique)


def _was_read(kept: KeptPlan) -> bool:
    """By the second reader: this page, or the draft that it was written from."""
    return bool(kept.critique.points) or any(draft.critique.points for draft in kept.drafts)


def _show_no_reader(kept: KeptPlan) -> None:
    """Why the page is plain, or nobody looks at it any more, and where that is changed."""
    if has_reader(preferences_of(desk().db)):
        return
    with st.container(key="no-reader", gap="xxsmall"):
        said = WITHOUT_ONE if kept.plan.drafted_by in ("", BUILTIN) else NO_LONGER
        st.html(f'<p class="mc">{said}</p>')
        link("settings", "Choose a model in Settings")


def is_by_rules(judged_by: str) -> bool:
    """Nobody has read it: a page without a flaw that rules can see is not a good one yet."""
    return judged_by in ("", "rules")


def _show_what_moved(first: Critique, now: Critique) -> None:
    with st.expander("Points, and what moved them"):
        st.html(f'<div class="mc">{_items(first, now)}</div>')


def show_findings(kept: KeptPlan, *, can_jump: bool = True) -> None:
    """The gravest first; the first few at once, the others when asked for."""
    order = list(GRAVITIES)
    findings = sorted(kept.critique.findings, key=lambda one: order.index(one.gravity))
    if not findings:
        st.html('<div class="mc"><h2>Found by the rules</h2><p>Nothing to mend.</p></div>')
        return
    st.html(f'<div class="mc"><h2>To look at ({len(findings)})</h2></div>')
    _show_each(kept, findings[:FIRST_SHOWN], can_jump=can_jump, start=0)
    if len(findings) > FIRST_SHOWN:
        with st.expander(f"{len(findings) - FIRST_SHOWN} more"):
            _show_each(kept, findings[FIRST_SHOWN:], can_jump=can_jump, start=FIRST_SHOWN)


def show_points(kept: KeptPlan) -> None:
    """What the second reader said: of this page, or of the first draft."""
    of_first = kept.drafts[0].critique.points if kept.drafts else ()
    points = kept.critique.points or of_first
    if not points:
        return
    title = "The second reader says" if kept.critique.points else "The second reader said of the first draft"
    with st.expander(f"{title} ({len(points)})"):
        st.html(f'<div class="mc"><ul class="mc-items">{"".join(_point(kept, one) for one in points)}</ul></div>')


def _point(kept: KeptPlan, point: Point) -> str:
    return f"<li>{inert_html(point.text)}{chips(point.lines, kept.context.lines)}</li>"


def _moved(before: float, now: float, first_of: str = "") -> str:
    """By the rounded numbers that stand beside each other. `first_of`: when the page was written again, if it was."""
    change = round(now) - round(before)
    if not change:
        return f"as the first draft of {first_of}" if first_of else "as first drafted"
    which = f"the first draft of {first_of}" if first_of else "the first draft"
    return f"{'up' if change > 0 else 'down'} {abs(change)} from {which} ({before:.0f})"


def _judged(kept: KeptPlan) -> str:
    """`Read and judged by the second reader, 10:42, before the last 2 edits.`"""
    when = f", {ago(kept.checked_at)}" if kept.checked_at else ""
    edits = kept.edits_since_check
    since = "" if not edits else ", before the last edit" if edits == 1 else f", before the last {edits} edits"
    who = kept.critique.judged_by.rpartition(":")[2]
    return f"Judged by {who}{when}{since}. The rules are looked at again at every save."


def _capped(critique: Critique) -> str:
    """`capped: the page says what a line contradicts`; empty where no gate holds the total down."""
    capped = capped_by(critique)
    return f"capped: {'; '.join(gate.when for gate in capped)}" if capped else ""


def _items(first: Critique, now: Critique) -> str:
    """Every item with its points: what lost some or changed, with why, before those that have all."""
    scores = now.scores_by_item
    full = [item for item in rubric().items if scores.get(item) == POINTS_OF_AN_ITEM == first.scores_by_item.get(item)]
    others = [item for item in rubric().items if item not in full]
    return f'<ul class="mc-items">{"".join(_item(item, first, now) for item in (*others, *full))}</ul>'


def _item(item: str, first: Critique, now: Critique) -> str:
    title = as_html(rubric().items[item].title)
    points, before = now.scores_by_item.get(item), first.scores_by_item.get(item)
    if points is None:
        return f"<li><b>{title}</b>: Not looked at yet</li>"
    has, had = _share(item, points), _share(item, before)
    was = f" <small>first {had}</small>" if had and had != has else ""
    by = (
        ""
        if is_by_rules(now.judged_by) or is_judged(item, now)
        else "By the rules alone. Not looked at yet by the judge."
    )
    reasons = [one.why for one in now.findings if item in items_of(one)]
    reasons += [
        one.why or rubric().questions[one.question].ask
        for one in now.answers
        if one.answer == "no" and one.question in rubric().questions and rubric().questions[one.question].item == item
    ]
    unique = list(dict.fromkeys(reasons))[:MOST_REASONS] if points < POINTS_OF_AN_ITEM else []
    why = "".join(f"<br><small>{as_html(one)}</small>" for one in (by, *unique) if one)
    return f"<li><b>{title}</b>: {has}&nbsp;of&nbsp;{rubric().items[item].weight:.0f}{was}{why}</li>"


def _share(item: str, points: float | None) -> str:
    """What the item gives to the 100 of the score: `8.6`, `12`; empty where nobody has looked."""
    if points is None:
        return ""
    return f"{rubric().items[item].weight * points / POINTS_OF_AN_ITEM:.1f}".removesuffix(".0")


def _show_each(kept: KeptPlan, findings: Sequence[Finding], *, can_jump: bool, start: int) -> None:
    texts = {one.block.id: one.block.text for one in kept.blocks}
    for number, finding in enumerate(findings, start):
        words = first_words(texts.get(finding.block, ""))
        st.html(f'<div class="mc">{_finding(kept, finding, "" if can_jump else words)}</div>')
        if words and can_jump:
            name, key = f"Show “{plain_line(words)}”", f"jump-{number}-{finding.block}"
            st.button(name, key=key, type="tertiary", on_click=bring_into_view, args=(kept.id, finding.block))


def _finding(kept: KeptPlan, finding: Finding, words: str) -> str:
    at = f"<br><small>“{as_html(words)}”</small>" if words else ""
    word = f'<span class="mc-word {finding.gravity}">{GRAVITIES[finding.gravity]}</span>'
    return f"{word} {as_html(finding.why)}{at}{chips(finding.lines, kept.context.lines)}"


def bring_into_view(plan_id: str, block: str) -> None:
    """The page scrolls to a block or suggestion, also when it is asked for a second time."""
    times = int(in_view(plan_id).rpartition("#")[2] or 0) + 1
    st.session_state[f"in-view-{plan_id}"] = f"{block}#{times}"


def in_view(plan_id: str) -> str:
    """What the page was last asked to show, in the words of the page component."""
    return str(st.session_state.get(f"in-view-{plan_id}", ""))


def _show_notices(kept: KeptPlan) -> None:
    for failure in kept.failures:
        st.warning(plain_line(f"{failure.message} {failure.hint}"))
    if warnings := standing_warnings(kept.warnings, kept.context):
        with st.expander(f"Good to know ({len(warnings)})"):
            items = "".join(f"<li>{as_html(one)}</li>" for one in warnings)
            st.html(f'<div class="mc"><ul class="mc-items">{items}</ul></div>')


def _show_questions(kept: KeptPlan) -> None:
    questions = acts.open_questions(kept)[:3]
    if not questions:
        return
    st.html('<div class="mc"><h2>The notes are silent here</h2></div>')
    for question in questions:
        with st.form(f"question-{question}", border=False):
            st.text_input(plain_line(question), key=f"answer-{question}", max_chars=2000)
            st.form_submit_button("Add to the notes", key=f"add-{question}", on_click=_answer, args=(kept, question))


def _answer(kept: KeptPlan, question: str) -> None:
    trying(acts.answer, kept.id, question, st.session_state[f"answer-{question}"])
