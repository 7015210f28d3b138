"""What the rep corrects, answers or marks as told in confidence becomes part of the notes (pure).

New lines come after the others, so that no label ever means something else. Knows nothing about screens or storage.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from typing import Literal

from coach.documents import cleaned
from coach.errors import InputError
from coach.excerpt import excerpt
from coach.labels import labels_in, take_citations
from coach.marks import MARKED, OPENED, OPENS, TELLS, is_mark, opened
from coach.names import same_person
from coach.plain import in_single_quotes, plain
from coach.schema import AccountContext, Block, Check, Groundwork, NoteLine, Person

CorrectionKind = Literal["fact", "confidence", "answer"]

MAX_CHARS = 2_000
"""Of what the rep writes at once; a longer text is notes of its own, to be pasted as such."""
MAX_QUOTED_CHARS = 240
"""Of what is corrected: enough to know it again."""
DECIDING = frozenset({"decides", "bring"})
"""Parts of the groundwork from which the page is written: a change of them offers to write it again."""
_MARK = re.compile(r"(?:[-*+•]|\d{1,3}[.)])\s+")
_CORRECTS, _SAYS = "The rep corrects: ", "The rep says: "
_LABELS_MARKED = re.compile(r" \([^()]*\)")
_DECISION_ID = re.compile(r"D\d+")


def corrected(
    context: AccountContext,
    text: str,
    *,
    about: Block | None,
    kind: CorrectionKind,
    today: date | None = None,
    question: str = "",
) -> AccountContext:
    """The context with one more note: the rep's words, and what they are about in single quotation marks.

    Double ones are kept for what people said; the readers of voices would take a quoted bullet for somebody's words.

    Args:
        text: what the rep says; may be empty for a confidence, where the mark alone says enough.
        about: the bullet or line that it corrects or marks; its lines are told in confidence too.
        question: what was asked, for an answer.

    Raises:
        InputError: the text is empty or too long.
    """
    said = _one_line(text)
    if not said and not (kind == "confidence" and about):
        raise InputError("There is nothing to note. Say in a sentence what is right.")
    day = today or context.today
    if kind == "confidence":
        labels = " ".join(about.citations) if about else ""
        source = f"{MARKED}{f' ({labels})' if labels else ''}, says the rep, {_short(day)}"
        return _noted(context, _confidence(said, about), source)
    source = f"{'answered' if kind == 'answer' else 'corrected'} by the rep, {_short(day)}"
    return _noted(context, _answer(said, question) if kind == "answer" else _fact(said, about), source)


def may_be_said(context: AccountContext, label: str, *, today: date | None = None) -> AccountContext:
    """The context with one more note, by which this line of the notes is no confidence; no other line is meant.

    To take it back is to mark the line as told in confidence, by `corrected`.

    Raises:
        InputError: there is no such line, it says itself what is kept, or it may be said already.
    """
    line = next((one for one in context.notes if one.label == label and not is_mark(one)), None)
    if line is None:
        raise InputError(f"There is no line {label} in the notes that could be opened.")
    if label in opened(context).lines:
        raise InputError(f"{label} may be said already.")
    text = f"{OPENS}{in_single_quotes(line.text)}"
    return _noted(context, text, f"{OPENED} ({label}), says the rep, {_short(today or context.today)}")


def for_other_plans(line: NoteLine, context: AccountContext) -> NoteLine:
    """A note as the account keeps it: labels are other lines' there, so what it marks is named by its words."""
    if not is_mark(line):
        return line
    source = _LABELS_MARKED.sub("", line.source, count=1)
    if line.source.startswith(OPENED):
        return line.model_copy(update={"source": source})
    marked = [one for label in labels_in(line.source) if (one := context.lines.get(label))]
    words = [quoted for one in marked if (quoted := in_single_quotes(one.text)) not in line.text]
    said = f"{line.text} (lines: {' '.join(words)})" if words else line.text
    return line.model_copy(update={"source": source, "text": said})


def answered(context: AccountContext, question: str, answer: str, *, today: date | None = None) -> AccountContext:
    """The context with the rep's answer as one more note. Raises InputError for an empty one."""
    return corrected(context, answer, about=None, kind="answer", today=today, question=question)


def vouched(context: AccountContext, text: str, *, today: date | None = None) -> AccountContext:
    """The context with what the rep knows of herself as one more note. Raises InputError: no words, or too many."""
    said = _one_line(text)
    if not said:
        raise InputError("There is nothing here that rests on your word alone.")
    return _noted(context, f"{_SAYS}{said}", f"said by the rep, {_short(today or context.today)}")


def who_is(context: AccountContext, name: str, title: str, *, comes: bool = False) -> AccountContext:
    """Who somebody is: the attendee of that name gets the title; anybody else becomes a note.

    `comes`: somebody new is an attendee too. Raises InputError without a name or title.
    """
    name, title = _one_line(name), _one_line(title)
    if not name or not (title or comes):
        raise InputError("Say who it is and what they do: a name and a title.")
    attendees = context.meeting.attendees
    found = [place for place, person in enumerate(attendees) if same_person(name, person.name)]
    if len(found) == 1 and title:
        return _with_title(context, found[0], title)
    if comes and not found:
        return _with_attendee(context, Person(name=name, title=title))
    return _noted(context, f"{_SAYS}{name} is {title}", f"corrected by the rep, {_short(context.today)}")


def meets(
    context: AccountContext, *, date: date | None, start: time | None, minutes: int | None, place: str
) -> AccountContext:
    """When, how long and where the meeting is; None or empty: not known. Labels of the record's lines stay."""
    place = _one_line(place)
    meeting = context.meeting.model_copy(update={"date": date, "start": start, "minutes": minutes, "place": place})
    values = {
        "Meeting date": date.isoformat() if date else "",
        "Start": f"{start:%H:%M}" if start else "",
        "Minutes": str(minutes or ""),
        "Place": place,
    }
    fields = context.fields
    for name, value in values.items():
        fields = _with_field(fields, name, value)
    return context.model_copy(update={"meeting": meeting, "fields": fields})


def of_line(line: NoteLine) -> Block:
    """A note as something to be corrected or marked."""
    return Block(id=line.label, kind="text", text=line.text, citations=(line.label,))


def corrections_of(context: AccountContext, block: Block, *, after: int = 0) -> tuple[str, ...]:
    """What the rep has said against a bullet of the groundwork, in lines behind number `after`; empty for a mark alone.

    A person who was named is told of the bullets about people that name them.
    """
    quoted = _quoted(block.text)
    return tuple(
        said
        for line in context.notes
        if line.number > after and (said := _said_against(line, block, quoted)) is not None
    )


def decisions_of(groundwork: Groundwork) -> tuple[Block, ...]:
    """The bullets that the page is written from: what decides it, what they could do, what we bring."""
    return tuple(block for block in groundwork.blocks if block.part in DECIDING and block.kind != "heading")


def changed_decision(groundwork: Groundwork, block_id: str, text: str) -> Groundwork:
    """The groundwork with one decision in the rep's words; lines named in brackets become its citations.

    Raises:
        InputError: no such decision, or no text.
    """
    old = next((block for block in decisions_of(groundwork) if block.id == block_id), None)
    if old is None:
        raise InputError(f"There is no decision {block_id} in what was worked out.")
    said, labels = take_citations(cleaned(text).strip())
    if not said or len(said) > MAX_CHARS:
        raise InputError(f"A decision has words, {MAX_CHARS:,} characters at most.")
    mark = _MARK.match(old.text) if old.kind == "item" and not _MARK.match(said) else None
    new = old.model_copy(
        update={
            "text": (mark[0] if mark else "") + said,
            "citations": labels or old.citations,
            "basis": "proposal",
            "not_carried": (),
            "check": Check(),
            "written_by": "rep",
        }
    )
    blocks = tuple(new if block.id == block_id else block for block in groundwork.blocks)
    return groundwork.model_copy(update={"blocks": blocks})


def decided_by_rep(groundwork: Groundwork) -> tuple[str, ...]:
    """What the rep wrote into the decisions, without its marks."""
    return tuple(plain(block.text) for block in decisions_of(groundwork) if block.written_by == "rep")


def with_decisions(groundwork: Groundwork, decisions: Sequence[str]) -> Groundwork:
    """The groundwork led by these decisions of the rep's; those that led it before make room."""
    first = tuple(
        Block(id=f"D{number}", kind="item", text=f"- {one}", part="decides", basis="proposal", written_by="rep")
        for number, one in enumerate(decisions, 1)
    )
    rest = tuple(block for block in groundwork.blocks if not _DECISION_ID.fullmatch(block.id))
    return groundwork.model_copy(update={"blocks": (*first, *rest)})


def _said_against(line: NoteLine, block: Block, quoted: str) -> str | None:
    """None: the line is about something else."""
    if line.source.startswith(OPENED):
        label = next(iter(labels_in(line.source)), "")
        return f"{label} may be said" if block.part == "in_confidence" and label in block.citations else None
    if line.source.startswith(MARKED):
        before, found, behind = line.text.partition(quoted)
        return f"Told in confidence{behind}" if found and before == _confidence("", None) + ": " else None
    if not line.source.startswith("corrected by the rep"):
        return None
    if line.text.startswith(_CORRECTS) and line.text.endswith(instead := f" (instead of: {quoted})"):
        return line.text.removeprefix(_CORRECTS).removesuffix(instead)
    named = line.text.removeprefix(_SAYS).partition(" is ")[0] if line.text.startswith(_SAYS) else ""
    return line.text.removeprefix(_SAYS) if block.part == "people" and named and named in block.text else None


def _fact(said: str, about: Block | None) -> str:
    """The words stand behind others: a date that opens a line would be that of an entry."""
    return f"{_CORRECTS}{said}" + (f" (instead of: {_quoted(about.text)})" if about else "")


def _confidence(said: str, about: Block | None) -> str:
    told = f": {_quoted(about.text)}" if about else ""
    return f"{TELLS}{told}" + (f". {said}" if said and told else f": {said}" if said else "")


def _answer(said: str, question: str) -> str:
    asked = _quoted(question.strip().rstrip("?")) if question.strip() else ""
    return f"The rep answers: {said}" + (f" (asked: {asked})" if asked else "")


def _quoted(text: str) -> str:
    return f"‘{excerpt(in_single_quotes(text)[1:-1], MAX_QUOTED_CHARS)}’"


def _one_line(text: str) -> str:
    line = " ".join(cleaned(text).split())
    if len(line) > MAX_CHARS:
        raise InputError(f"That is {len(line):,} characters; {MAX_CHARS:,} at most. Paste longer texts as notes.")
    return line


def _noted(context: AccountContext, text: str, source: str) -> AccountContext:
    number = max((line.number for line in context.notes), default=0) + 1
    line = NoteLine(label=f"L{number}", text=text, source=source)
    return context.model_copy(update={"notes": (*context.notes, line)})


def _with_field(fields: tuple[NoteLine, ...], name: str, value: str) -> tuple[NoteLine, ...]:
    """As coach.context writes it into the record: changed at its place, left out if empty, else behind the others."""
    said = f"{name}: {value}"
    here = [line for line in fields if line.text.startswith(f"{name}: ")]
    if not value or len(here) > 1:
        fields = tuple(line for line in fields if line not in here)
        here = []
    if here:
        return tuple(line.model_copy(update={"text": said}) if line == here[0] else line for line in fields)
    number = max((line.number for line in fields), default=0) + 1
    return (*fields, NoteLine(label=f"F{number}", text=said, source="record")) if value else fields


def _with_title(context: AccountContext, place: int, title: str) -> AccountContext:
    attendees = list(context.meeting.attendees)
    old = attendees[place]
    attendees[place] = old.model_copy(update={"title": title})
    fields = tuple(
        line.model_copy(update={"text": _attendee(attendees[place])}) if line.text == _attendee(old) else line
        for line in context.fields
    )
    return _with_attendees(context, attendees, fields)


def _with_attendee(context: AccountContext, person: Person) -> AccountContext:
    number = max((line.number for line in context.fields), default=0) + 1
    line = NoteLine(label=f"F{number}", text=_attendee(person), source="record")
    return _with_attendees(context, [*context.meeting.attendees, person], (*context.fields, line))


def _with_attendees(
    context: AccountContext, attendees: Sequence[Person], fields: tuple[NoteLine, ...]
) -> AccountContext:
    meeting = context.meeting.model_copy(update={"attendees": tuple(attendees)})
    return context.model_copy(update={"meeting": meeting, "fields": fields})


def _attendee(person: Person) -> str:
    """As coach.context writes it into the record."""
    return f"Attendee: {person.name}{', ' + person.title if person.title else ''}"


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"
