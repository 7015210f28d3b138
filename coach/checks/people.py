"""Who is on the page: everybody invited, nobody else's private matters (pure)."""

from __future__ import annotations

from collections.abc import Iterator

from coach.checks.language import words
from coach.checks.page import Page, finding
from coach.rubric import words_for
from coach.schema import Finding, Person

_SHORTEST_NAME = 3


def everybody_is_there(page: Page) -> Iterator[Finding]:
    """R14."""
    text = page.text("people")
    if not text:
        return
    block = page.block_of("people")
    attendees = page.context.meeting.attendees
    for person in attendees:
        if not _is_named(person, text) and not _is_named(person, page.told()):
            why = f"{person.name} is invited and not on the page: what does {_first(person)} want, and take home?"
            yield finding("R14", why, part="people", block=block)
    taken = len(words_for("take_away", page.language).findall(text))
    if not taken and not page.text("bring"):
        yield finding("R14", "Nobody on the page takes anything home.", part="people", block=block)
    elif taken < len(attendees) and not any(passage.block.kind == "table" for passage in page.of("people")):
        why = f"{len(attendees)} are invited, and the page says of {taken} what they take home."
        yield finding("R14", why, part="people", block=block, gravity="hint")


def private_matters(page: Page) -> Iterator[Finding]:
    """R20."""
    for passage, phrase in page.matches("private"):
        why = f"“{phrase}” is private and has no place on a page for a meeting."
        yield finding("R20", why, part=passage.part, block=passage.block.id)


def _is_named(person: Person, text: str) -> bool:
    """Whether the surname stands there, or the first name when there is no other."""
    names = [word for word in words(person.name) if len(word) >= _SHORTEST_NAME]
    found = set(words(text))
    return not names or names[-1] in found or names[0] in found


def _first(person: Person) -> str:
    return person.name.split()[0]
