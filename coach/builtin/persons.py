"""Who is who in the notes: attendees, others of theirs, the rep; by name, first name, initials.

Knows nothing about what they said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from coach.builtin.spotting import Spotter
from coach.names import known_people, same_person
from coach.schema import AccountContext

US = "us"


@dataclass(frozen=True)
class Persons:
    attendees: tuple[str, ...]
    others: tuple[str, ...]
    titles: dict[str, str]
    patterns: dict[str, re.Pattern[str]]
    anybody: re.Pattern[str]
    """Finds whoever any of the patterns finds; a quick first look."""
    ours: re.Pattern[str] | None
    rep: str

    @property
    def everybody(self) -> tuple[str, ...]:
        return (*self.attendees, *self.others)

    def who(self, name: str | None) -> str:
        """The known person that a name, initials or an address means; `us` for the rep; empty if unknown."""
        name = (name or "").strip(' "*')
        if not name:
            return ""
        if self.ours and self.ours.search(name):
            return US
        for person in self.everybody:
            if self.patterns[person].search(name) or same_person(name, person):
                return person
        return ""

    def named_in(self, text: str) -> tuple[str, ...]:
        """Persons of theirs in the order in which the text names them."""
        if not self.anybody.search(text):
            return ()
        hits = [(match.start(), person) for person in self.everybody if (match := self.patterns[person].search(text))]
        return tuple(person for _, person in sorted(hits))

    def names_us(self, text: str) -> bool:
        return bool(self.ours and self.ours.search(text))


def persons_of(context: AccountContext) -> Persons:
    """Attendees first, then everybody else whom record or notes name."""
    attendees = tuple(dict.fromkeys(p.name.strip() for p in context.meeting.attendees if p.name.strip()))
    known = {**contacts(context), **known_people(context)}
    others = tuple(n for n in known if _is_name(n) and not any(same_person(n, a) for a in attendees))[:12]
    titles = {**known, **{p.name.strip(): p.title for p in context.meeting.attendees}}
    everybody = (*attendees, *others)
    patterns = {name: _pattern(name, everybody) for name in everybody}
    ours = _pattern(context.rep, ()) if context.rep.strip() else None
    anybody = re.compile("|".join(form for name in everybody for form in _forms(name, everybody)) or r"(?!)")
    return Persons(attendees, others, titles, patterns, anybody, ours, context.rep.strip())


_CONTACT = Spotter(
    r'^\W*(?:primaryContactName|contactName|contact)"?\s*:\s*"?(?P<name>[A-ZÀ-Þ][\w’\'-]+ [A-ZÀ-Þ][\w’\'-]+)'
)


@lru_cache(maxsize=4)
def contacts(context: AccountContext) -> dict[str, str]:
    """Whom a record dump calls the contact."""
    found = (_CONTACT.match(line.text) for line in context.notes)
    return {match["name"]: "" for match in found if match and not same_person(match["name"], context.rep or "-")}


def _is_name(text: str) -> bool:
    """One to four capitalised words; a row of a table is none."""
    parts = text.split()
    return 0 < len(parts) < 5 and all(
        p[0].isupper() or p in {"von", "van", "de", "der", "den", "di", "la"} for p in parts
    )


def _pattern(name: str, everybody: tuple[str, ...]) -> re.Pattern[str]:
    forms = _forms(name, everybody)
    return re.compile(r"(?<![\w@])(?:" + "|".join(forms) + r")(?!\w)" if _parts(name) else forms[0])


def _forms(name: str, everybody: tuple[str, ...]) -> list[str]:
    """Full name, surname, first name if nobody shares it, initials, `MLopez`."""
    parts, forms = _parts(name), [re.escape(name)]
    shared = {p.casefold() for other in everybody if other != name for p in other.split()}
    forms += [re.escape(p) for p in parts if len(p) > 2 and p.casefold() not in shared]
    if len(parts) > 1:
        initials = "".join(p[0] for p in parts if p[0].isalpha()).upper()
        forms += [
            initials,
            re.escape(parts[0][0]) + r"\.?\s?" + re.escape(parts[-1]),
            re.escape(parts[0]) + r"\s" + re.escape(parts[-1][0]),
        ]
    return forms


def _parts(name: str) -> list[str]:
    return [p for p in re.split(r"[\s,]+", name) if p and p.strip(".").casefold() not in _COURTESY]


_COURTESY = {"mr", "mrs", "ms", "dr", "frau", "herr", "fr", "hr", "mme", "m", "prof"}


def first_name(name: str) -> str:
    """How one addresses them in a quick mail: the first name, or courtesy and surname."""
    parts = name.split()
    if not parts or name[0].islower():
        return name
    return name if parts[0].strip(".").casefold() in _COURTESY else parts[0]
