"""Words that more than one screen says to the rep."""

from __future__ import annotations

from coach.schema import Part

SAY_MISSING: dict[Part, str] = {
    "decides": "Nothing yet says what decides this meeting.",
    "before": "Nothing is planned before the meeting.",
    "people": "Nothing yet says who comes and what each takes away.",
    "opening": "No opening yet: the time, what each wants settled, our hope, and that no is fine.",
    "purpose": "No purpose yet, in one sentence that could stand in the invitation.",
    "agenda": "No agenda yet: the minutes, their concern first, the decision last.",
    "bring": "Nothing to bring yet that helps them even if they never buy.",
    "find_out": "Nothing to find out yet.",
    "answers": "No hard questions answered yet.",
    "best": "No best outcome yet: who at the customer does what, by when.",
    "fallback": "No fall-back yet: a smaller step that somebody in the room can take.",
    "stop": "Nothing yet says when to stop, and what to say then.",
    "leave_out": "Nothing yet says what to leave out.",
}
PART_NAMES: dict[str, str] = {
    "decides": "What decides it",
    "before": "Before the meeting",
    "people": "Who comes",
    "opening": "The opening",
    "purpose": "Purpose",
    "agenda": "The minutes",
    "bring": "What we bring",
    "find_out": "To find out",
    "answers": "What they will ask",
    "best": "Best outcome",
    "fallback": "Fall-back",
    "stop": "When to stop",
    "leave_out": "Leave out",
    "other": "Other",
}
