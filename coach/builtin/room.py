"""Who comes: what each said they want, in their words, and what each takes away."""

from __future__ import annotations

from collections.abc import Iterator

from coach.builtin.clashes import field_label
from coach.builtin.evidence import Evidence
from coach.builtin.persons import contacts, first_name
from coach.builtin.pieces import ESSENTIAL, SPARE, USEFUL, WORTH, Piece, cites, listed, quoted, short_day

MOST = 6
OWN_POINT = "a yes or a no on that, in writing"
LAST_RESORT = "the sheet below, put right by them"


def people(evidence: Evidence) -> Iterator[Piece]:
    """One piece a person; those who only speak in the notes follow, and are asked for."""
    attendees, gone = evidence.persons.attendees, dict(evidence.gone)
    used: set[str] = set()
    for person in attendees[:MOST]:
        if person in gone:
            yield Piece(
                "people",
                f"- **{person}** has left by the notes and is still on the list.",
                cites(field_label(evidence.context, person), gone[person]),
                rank=WORTH,
            )
            continue
        yield _one(person, evidence, used, ESSENTIAL if len(used) < 2 else WORTH)
    heard = [p for p in _heard(evidence) if p not in gone]
    if not attendees:
        for person in heard[:3]:
            yield _one(person, evidence, used, USEFUL)
        yield Piece(
            "people",
            f"- The notes do not say who comes: ask, and who decides. Whoever comes *takes away* {LAST_RESORT}.",
            (),
            "proposal",
            rank=ESSENTIAL,
        )
    elif heard:
        labels = cites(*(_first_line(p, evidence) for p in heard[:2]))
        yield Piece(
            "people",
            f"- Not on the list, though heard in the notes: {listed(heard[:2])}. Ask whether they come.",
            labels,
            rank=SPARE,
        )


def _heard(evidence: Evidence) -> list[str]:
    named = [{said.speaker, *evidence.persons.named_in(said.text)} for said in evidence.said]
    count = {person: sum(person in one for one in named) for person in evidence.persons.others}
    theirs = {line.speaker for line in evidence.context.notes if line.voice == "customer"} | set(
        contacts(evidence.context)
    )
    return sorted((p for p in count if p in theirs), key=lambda p: -count[p])


def _first_line(person: str, evidence: Evidence) -> str:
    return next((line.label for line in evidence.context.notes if line.speaker == person or person in line.text), "")


def _one(person: str, evidence: Evidence, used: set[str], rank: int) -> Piece:
    title = evidence.persons.titles.get(person, "")
    head = f"- **{person}**" + (f", {title}." if title else ".")
    goal = next((g for g in evidence.goals.get(person, ()) if g.label not in used), None)
    takes, label = _takes_away(person, evidence, bool(goal))
    record = field_label(evidence.context, person) or _first_line(person, evidence)
    ask = f"“{first_name(person)}, what would make this worth your time?”"
    bare = Piece("people", f"{head} Ask: {ask} *Takes away* {LAST_RESORT}.", cites(record), rank=rank)
    if goal is None:
        return Piece(
            "people",
            f"{head} Goal not in the notes; ask: {ask} *Takes away* {takes}.",
            cites(record, label),
            rank=rank,
            instead=bare,
        )
    used.add(goal.label)
    verb = "Says" if goal.speaker == person else "By our notes"
    return Piece(
        "people",
        f"{head} {verb}: {quoted(goal)} *Takes away* {takes}.",
        cites(record, goal.label, label),
        rank=rank,
        instead=bare,
    )


def _takes_away(person: str, evidence: Evidence, has_goal: bool) -> tuple[str, str]:
    """What they have in hand afterwards, and the line that shows they want it."""
    owed = next((p for p in evidence.overdue if p.to == person and p.what), None)
    if owed:
        return f"{_the(owed.what)}, at last" if not owed.is_act else "what we said we would do, done", owed.said.label
    question = next((q for q in evidence.fresh_questions if q.who == person), None)
    if question and len(question.text.split()) < 16:
        return f"an answer to “{question.text}”", question.label
    dated = next((d for d in evidence.deadlines if d.said.speaker == person), None)
    if dated:
        return f"what has to be ready for {short_day(dated.day)}, in writing", dated.said.label
    return OWN_POINT if has_goal else LAST_RESORT, ""


def _the(what: str) -> str:
    return what if what.split()[0].casefold() in {"the", "a", "an", "our"} else f"the {what}"
