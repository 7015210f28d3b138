"""What to ask for in each kind of meeting, and when to stop: the words alone, without people or days.

`{by}` becomes the day. Every commitment is the customer's to carry out, one rung above where the deal stands.
Source: Rackham, SPIN Selling, on advances: who, what and when, carried out by the customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["lost", "won", "small", "thin", "fix", "price", "renewal", "demo", "discovery", "decision", "next_step"]
NO_MEETING: tuple[Kind, ...] = ("lost", "small")
"""Not worth an hour of anybody: a call or a mail."""


@dataclass(frozen=True)
class Play:
    purpose: str
    hope: str
    """What we hope they do, for the opening: `you name …`."""
    best: str
    """What the person does, after the name: `writes down …`."""
    gain: str
    """What they have from doing it."""
    ask: str
    fallback: str
    small_gain: str
    small_ask: str
    stop: str
    stop_words: str


PLAYS: dict[Kind, Play] = {
    "lost": Play(
        "learn in five minutes why it went the other way, and whether there is a day on which to talk again",
        "you name the one reason that decided, and the event, if any, after which we should talk again",
        "names the reason that decided and the event after which a new talk makes sense, {by}",
        "no more calls that lead nowhere",
        "Would you tell me {by} what decided it, and after which event we should talk again, if ever?",
        "answers by mail with the one reason, {by}",
        "one line instead of a meeting",
        "Could you send me one line {by}: what decided it?",
        "No reason and no event by that day: close it in the record and spend the hour elsewhere.",
        "Thank you for the fair process. I won't call again unless you do.",
    ),
    "won": Play(
        "agree who does what first, and what you want to see after the first weeks",
        "you name who is in charge on your side and the first result you want to see",
        "names who is in charge on their side and the first result they will measure, {by}",
        "a start that can be checked, before anybody talks of more",
        "If the start looks right to you, would you name the person in charge and the first result {by}?",
        "names the person in charge, {by}",
        "one contact for the start",
        "Could you name the person in charge {by}?",
        "No person in charge: do not start, and do not speak of more. Settle that first.",
        "Let's not start before somebody on your side has the time for it. When would that be?",
    ),
    "small": Play(
        "find out in ten minutes whether there is enough here for both sides, or whether mail is the better way",
        "you tell me quantity, day and who orders, and I tell you honestly whether we are the right ones",
        "sends quantity, the day it is needed and who orders, {by}",
        "a straight answer instead of a meeting",
        "If we can serve you, would you send me quantity, day and who orders {by}?",
        "says by mail whether it is still wanted, {by}",
        "one line and no meeting",
        "Could you send me one line {by}: still wanted, or not?",
        "Below what we can serve well: name a better source and close it.",
        "I think you are better served elsewhere, and I can tell you where. Is that all right?",
    ),
    "thin": Play(
        "find out whether there is something worth solving, and for whom",
        "you tell me what it is for, by when, and who else has a say",
        "tells us what it is for, by when it is needed and who else decides, {by}",
        "an answer that fits instead of a brochure",
        "If it is worth a second talk, would you send me {by} what it is for, by when, and who decides?",
        "names the right person to talk to, {by}",
        "the right person gets the answer at once",
        "Could you tell me {by} who the right person for this is?",
        "No need, no day and nobody who decides: leave it with one mail and close it.",
        "It sounds as if this is not the moment. May I leave it with you, and you call when it is?",
    ),
    "fix": Play(
        "settle what we still owe you, and agree what has to be true before we talk of anything else",
        "you write down what would count as settled",
        "writes down what would count as settled, and who on their side checks it, {by}",
        "we can be held to it, whoever they go on with",
        "If what we bring makes sense to you, would you write down {by} what would count as settled?",
        "names the one open point that matters most, in writing, {by}",
        "the first point is worked on at once",
        "Could you send me {by} the one point that matters most?",
        "Nothing we bring would change their mind, or nobody may test or check it: stop selling, finish what "
        "we owe, take it out of the forecast.",
        "Then let's not force it. We finish what we owe you, and you tell me if you want to talk again. All right?",
    ),
    "price": Play(
        "agree what the paper must hold to be signed, and which approval it needs by when",
        "you tell us the approval it needs and what you can give for anything we move on",
        "writes down what the paper must hold to be signed: scope, start, term, the approval it needs and its "
        "day, {by}",
        "one paper that passes at the first try",
        "If scope and terms fit, would you send me {by} what the paper must hold, and whose approval it needs?",
        "sends the approval steps with their days, {by}",
        "no step is found out too late",
        "Could you send me the approval steps with their days {by}?",
        "Only the price moves and nothing comes back for it: keep the offer as it is and leave it open until its day.",
        "I can't go there without something changing on your side too. Shall we leave the offer as it stands?",
    ),
    "renewal": Play(
        "agree what has to be true for you to go on with us, and by when you decide",
        "you name what has to be true and the day on which you decide",
        "names in writing what has to be true to renew, and the day of the decision, {by}",
        "the decision rests on their own measure",
        "If we cover what matters to you, would you write down {by} what has to be true, and when you decide?",
        "names who has to agree to a renewal, {by}",
        "nobody is passed over",
        "Could you tell me {by} who has to agree?",
        "They will decide without a measure, or have decided already: stop pushing the paper and help them "
        "leave in good order.",
        "If you have decided, tell me; then we help you leave in good order. Have you?",
    ),
    "demo": Play(
        "agree what has to be seen to decide, and see only that",
        "you settle on three criteria and who scores each",
        "writes down the three criteria that decide and who scores each, {by}",
        "the choice can be defended to everybody who was not there",
        "If you saw what you needed, would you send me {by} the criteria and who scores each?",
        "sends the one case of their own that must work, {by}",
        "they see their own case and no show",
        "Could you send me {by} the one case that must work?",
        "A criterion that decides cannot be met: say so in the room and stop.",
        "Then we are not the right ones for that, and I would rather say so today. Is that fair?",
    ),
    "discovery": Play(
        "find out whether this is worth solving this year, in your own numbers",
        "you name the two numbers that would make it worth solving, and who can give them to us",
        "names the two numbers that decide whether it is worth solving, and the person who has them, {by}",
        "a case in their own numbers, of use whoever they choose",
        "If it looks worth solving, would you name {by} the two numbers and the person who has them?",
        "sends one of the numbers, {by}",
        "a first sum to check",
        "Could you send me one of those numbers {by}?",
        "No number, no owner or no day this year: park it until one of them exists.",
        "Then it is not the moment, and that is a good answer. May I ask again when one of these changes?",
    ),
    "decision": Play(
        "agree whether this goes to a decision, and who has to do what until then",
        "you name the steps to the decision, with a person and a day for each",
        "writes down the steps to the decision, a person and a day for each, {by}",
        "no surprise at the last step",
        "If it still makes sense to you, would you send me {by} the steps, with a person and a day for each?",
        "names the person who could still say no, {by}",
        "that question is answered early",
        "Could you tell me {by} who could still say no?",
        "Nobody can name the next step or its day: take it out of the forecast and park it.",
        "It sounds as if nobody has this on the table now. Shall we stop here until somebody has?",
    ),
    "next_step": Play(
        "find out what you want to decide, and what you need for it",
        "you name the decision, the day and who takes it",
        "names the decision, its day and who takes it, {by}",
        "everybody knows what the talks are for",
        "If it is worth going on, would you send me {by} what is decided, when, and by whom?",
        "sends the one open point that matters most, {by}",
        "that point is answered first",
        "Could you send me {by} the point that matters most?",
        "No decision and no day: stop the talks until there is one.",
        "I don't want to take your time without a decision in sight. Shall we stop here until there is one?",
    ),
}
