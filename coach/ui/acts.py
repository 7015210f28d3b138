"""What a rep does beside the page: decide on suggestions, answer, correct, bring back. Kept, and told to every browser.

What is learnt becomes part of this plan's notes and of the account's. Knows nothing about Streamlit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from coach import corrections, keeping
from coach.corrections import CorrectionKind
from coach.documents import Document, Paragraph, cleaned
from coach.errors import InputError
from coach.notes import note_lines, senders
from coach.own_words import resting_on_her_word
from coach.questions import still_open
from coach.schema import AccountContext, Block
from coach.store import accounts, history, jobs, plans
from coach.store.records import KeptPlan
from coach.ui import suggesting
from coach.ui.desk import desk
from coach.ui.rechecking import recheck_kept
from coach.ui.suggesting import Decision
from coach.voices import Voices, known_voices

MAX_NOTE_CHARS = 200_000
"""Of one note added on the screen; a longer text comes as a file with a new plan."""
ADDED = "Added to the notes. Draft again, and the page takes it up."
_ASKED = "(asked: "


def changed(plan_id: str) -> None:
    """Tells every open browser, and has the rules looked at again."""
    desk().hub.changed(plan_id, plans.revisions(desk().db, [plan_id])[plan_id])
    desk().rechecker.soon(plan_id)


def changed_words(plan_id: str) -> int:
    """After an act that is over with one click: the rules look at once, and every browser is told; the revision."""
    recheck_kept(desk().db, plan_id)
    revision = plans.revisions(desk().db, [plan_id])[plan_id]
    desk().hub.changed(plan_id, revision)
    return revision


def decide(plan_id: str, suggestion: str, action: Decision, *, text: str = "", reason: str = "", by: str) -> None:
    """Raises InputError: its words have been changed meanwhile."""
    suggesting.decide(desk().db, plan_id, suggestion, action, text=text, reason=reason, by=by)
    changed_words(plan_id)


def accept_all(plan_id: str, *, by: str) -> str:
    """What was done, in words, and what was left and why."""
    applied, left = suggesting.accept_all(desk().db, plan_id, by=by)
    changed_words(plan_id)
    done = "1 suggestion accepted." if applied == 1 else f"{applied} suggestions accepted."
    return " ".join((done, *left))


def open_questions(kept: KeptPlan) -> tuple[str, ...]:
    """Those that neither the rep has answered here, nor the record or a later note."""
    notes = kept.context.notes
    asked = [one for one in kept.questions if not any(line.text.endswith(_asked(kept.context, one)) for line in notes)]
    last = max((line.number for line in notes), default=0)
    known = jobs.worked_out_from(desk().db, kept.id) or last
    return still_open(asked, kept.context, kept.plan, known=known)


def answer(plan_id: str, question: str, text: str) -> str:
    """Raises InputError: no words, or too many."""
    return _learn(plan_id, lambda known: corrections.answered(known, question, text, today=_today()))


def vouch(plan_id: str, block: str) -> int:
    """What the rep knows of herself becomes a line of the notes, in her words; the plan's revision.

    Raises:
        InputError: the passage is gone, or nothing in it rests on her word.
    """
    kept = plans.load_plan(desk().db, plan_id)
    text = next((resting_on_her_word(one.block) for one in kept.blocks if one.block.id == block), "")
    _learn(plan_id, lambda known: corrections.vouched(known, text, today=_today()))
    return changed_words(plan_id)


def correct(plan_id: str, text: str, *, about: Block | None, kind: CorrectionKind) -> str:
    """Raises InputError: no words, or too many."""
    return _learn(plan_id, lambda known: corrections.corrected(known, text, about=about, kind=kind, today=_today()))


def open_lines(plan_id: str, labels: Sequence[str]) -> int:
    """The lines are told in confidence no more; the plan's revision. Raises InputError: none, or not to be opened."""

    def open_each(known: AccountContext) -> AccountContext:
        for label in labels:
            known = corrections.may_be_said(known, label, today=_today())
        return known

    if not labels:
        raise InputError("Choose the lines that may be said.")
    _learn(plan_id, open_each)
    return changed_words(plan_id)


def keep_line(plan_id: str, label: str) -> int:
    """The line is told in confidence; the plan's revision. Raises InputError: there is no such line."""

    def mark(known: AccountContext) -> AccountContext:
        line = known.lines.get(label)
        return corrections.corrected(
            known, "", about=corrections.of_line(line) if line else None, kind="confidence", today=_today()
        )

    _learn(plan_id, mark)
    return changed_words(plan_id)


def name_person(plan_id: str, person: str, title: str, *, comes: bool) -> str:
    """Raises InputError: no name or no title."""
    return _learn(plan_id, lambda known: corrections.who_is(known, person, title, comes=comes))


def set_meeting(plan_id: str, date: dt.date | None, start: dt.time | None, minutes: int | None, place: str) -> str:
    """When, how long and where it is; the page stays as it is."""

    def change(known: AccountContext) -> AccountContext:
        return corrections.meets(known, date=date, start=start, minutes=minutes, place=place)

    plans.change_context(desk().db, plan_id, change)
    changed(plan_id)
    return "Changed. Draft again, and the page takes it up."


def add_note(plan_id: str, text: str, *, source: str) -> str:
    """The text as further lines of this plan's notes, and as a note of the account. Raises InputError."""
    kept = plans.load_plan(desk().db, plan_id)
    plans.change_context(desk().db, plan_id, lambda known: with_note(known, text, source=source))
    if kept.account_id:
        accounts.add_note(desk().db, kept.account_id, text, source=source)
    changed(plan_id)
    return ADDED


def with_note(context: AccountContext, text: str, *, source: str) -> AccountContext:
    """The context with the text as new lines behind the others, whose labels stay.

    Raises:
        InputError: there are no words in it, or too many.
    """
    if len(text) > MAX_NOTE_CHARS:
        raise InputError(f"That is {len(text):,} characters; {MAX_NOTE_CHARS:,} at most. Add it in parts.")
    document = Document(source, (Paragraph(cleaned(text)),))
    found = note_lines([document], _voices(context, document))
    if not found:
        raise InputError("There is nothing to add yet: write or paste the note first.")
    last = max((line.number for line in context.notes), default=0)
    new = (line.model_copy(update={"label": f"L{last + line.number}"}) for line in found)
    return context.model_copy(update={"notes": (*context.notes, *new)})


def change_decision(plan_id: str, block: str, text: str) -> str:
    """Raises InputError: no words, or the decision is no longer there."""
    kept = plans.load_plan(desk().db, plan_id)
    plans.set_groundwork(desk().db, plan_id, corrections.changed_decision(kept.groundwork, block, text))
    changed(plan_id)
    return "Changed. The page stays as it is until you have it written again."


def bring_back(plan_id: str, revision: int, *, by: str) -> None:
    """Raises InputError: there is no such version."""
    history.restore(desk().db, plan_id, revision, by=by)
    changed_words(plan_id)


def bring_page_back(plan_id: str, whole: Sequence[Block], *, known_at: int, by: str) -> None:
    """The page of before it was written again; what the rep has changed since stays. Raises ChangedMeanwhile."""
    keeping.bring_back(desk().db, plan_id, whole, known_at=known_at, by=by, what=history.PAGE_OF_BEFORE)
    changed_words(plan_id)


def _learn(plan_id: str, learn: Callable[[AccountContext], AccountContext]) -> str:
    """What it adds to the notes of the plan is a note of the account too: the next plan starts from it."""
    kept = plans.load_plan(desk().db, plan_id)
    context = plans.change_context(desk().db, plan_id, learn)
    known = {line.label for line in kept.context.notes}
    for line in context.notes if kept.account_id else ():
        if line.label not in known:
            note = corrections.for_other_plans(line, context)
            accounts.add_note(desk().db, kept.account_id, note.text, source=note.source)
    changed(plan_id)
    return ADDED


def _today() -> dt.date:
    return dt.date.today()


def _asked(context: AccountContext, question: str) -> str:
    """How an answer to this question ends in the notes."""
    return _ASKED + corrections.answered(context, question, "-").notes[-1].text.partition(_ASKED)[2]


def _voices(context: AccountContext, document: Document) -> Voices:
    return known_voices(
        document.paragraphs[0].text,
        rep=context.rep,
        attendees=[person.name for person in context.meeting.attendees],
        account=context.account,
        company=context.seller.company,
        senders=senders([document]),
    )
