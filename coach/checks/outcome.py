"""The best outcome, the fall-back and the stop test: who acts, by when, is it an act, is it smaller (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coach.checks.language import content_stems, language_of, overlap, sentences, words
from coach.checks.page import Page, finding
from coach.dates import dates, days_of_month
from coach.daycounts import COUNTED_UNITS
from coach.excerpt import excerpt
from coach.figures import figures
from coach.rubric import rubric, words_for
from coach.schema import Finding

COMMITMENTS = ("best", "fallback")
TITLES = {"best": "The best outcome", "fallback": "The fall-back"}
_DIGIT_DATE = re.compile(
    r"\b(?:week|kw|woche|semaine|semana)\s\d{1,2}\b|\b(?:by|on|until|bis|am|zum|le|el)\s\d{1,2}[./]\d{1,2}\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:whatever|whoever|whether|even if|if|unless|until|before|when|wenn|falls|bevor|bis|ob|si|avant|même|aunque"
    r"|antes)\b[^.;,:\n]*",
    re.IGNORECASE,
)
"""What is not done yet, or perhaps: `whatever she buys`, `before she signs`."""
_FEWEST_WORDS = 4
"""A sentence has more; `Dr.` alone is none."""
_LABEL = re.compile(r"^[^:\n]{2,24}:\s*")
_SUBJECT_WORDS = 8
"""How far into a sentence the one who acts stands."""
_FEWEST_SHARED = 2
"""Words that a sentence elsewhere has in common with the best outcome which it asks for: one is the topic's."""
ASKED_IN = ("opening", "purpose", "agenda", "find_out")
_FIRST_WORDS = 4
"""How far into what is done its main verb stands: `agree to discuss the plan`."""


def customer_acts(page: Page) -> Iterator[Finding]:
    """R4. Gate: only we act. Defect: nobody at the customer is named."""
    for part in COMMITMENTS:
        deed = _deed(page, part)
        if not deed or _is_theirs(page, part):
            continue
        if _is_ours(page, part):
            why = f"{TITLES[part]} is something that we do (“{_short(deed)}”); say what somebody at the customer does."
            yield finding("R4", why, part=part, block=page.block_of(part), gravity="gate")
        else:
            why = f"{TITLES[part]} names nobody at the customer who does it."
            yield finding("R4", why, part=part, block=page.block_of(part))


def has_a_day(page: Page) -> Iterator[Finding]:
    """R5. Where the page has ready words alone, the day may stand in them."""
    for part in COMMITMENTS:
        told = f"{page.commitment(part).by}\n{_deed(page, part)}"
        said = "" if words(page.told(part)) else "\n".join(page.said(part))
        if not _deed(page, part) or page.commitment(part).by.strip():
            continue
        if not (_is_dated(page, told) or _is_dated(page, said) or page.has("time_words", told)):
            why = f"{TITLES[part]} has no day and no dated event: by when?"
            yield finding("R5", why, part=part, block=page.block_of(part))


def is_an_act(page: Page) -> Iterator[Finding]:
    """R6."""
    vague = words_for("vague_verbs", page.language)
    for part in COMMITMENTS:
        verb = vague.search(_verb_phrase(page, part))
        if verb:
            why = f"{TITLES[part]} says “{verb.group()}”: nobody can check afterwards whether that happened."
            yield finding("R6", why, part=part, block=page.block_of(part))


def is_no_continuation(page: Page) -> Iterator[Finding]:
    """R7."""
    phrases = words_for("continuation", page.language)
    for part in COMMITMENTS:
        phrase = phrases.search(_deed(page, part))
        if phrase:
            why = f"{TITLES[part]} only continues (“{phrase.group()}”); name what they do, and by when."
            yield finding("R7", why, part=part, block=page.block_of(part))


def fallback_is_smaller(page: Page) -> Iterator[Finding]:
    """R8. The first sentences are compared: what they gain from it stands behind."""
    best, fallback = _deed(page, "best"), _deed(page, "fallback")
    if not best or not fallback:
        return
    block = page.block_of("fallback")
    if overlap(_first_sentence(best), _first_sentence(fallback)) > rubric().limits.commitment_similarity:
        why = "The fall-back is the best outcome once more; it must be something smaller."
        yield finding("R8", why, part="fallback", block=block)
    elif page.has("order_words", _done(_first_sentence(fallback))) and not page.has("order_words", _done(best)):
        why = "The fall-back asks for a signature or an order, the best outcome does not: it is the larger step."
        yield finding("R8", why, part="fallback", block=block)


def stop_test(page: Page) -> Iterator[Finding]:
    """R12."""
    text = _without_label(page.text("stop"))
    says_both = len(sentences(text)) > 1
    if text and not says_both and not page.has("negative_branch", text):
        why = "The stop test does not say on what we stop or park: if they say what, and what do we do then?"
        yield finding("R12", why, part="stop", block=page.block_of("stop"))


def same_outcome(page: Page) -> Iterator[Finding]:
    """R26."""
    best = page.plan.best_outcome
    asks = " ".join((best.ask, *page.said("best")))
    deed = f"{_deed(page, 'best')} {asks}"
    if not _deed(page, "best"):
        return
    if "?" not in asks:
        if not _is_asked_elsewhere(page):
            yield finding("R26", "No sentence asks for the best outcome.", part="best", block=page.block_of("best"))
    elif best.what and not content_stems(best.what) & content_stems(asks) and _same_tongue(best.what, asks):
        why = "The sentence that asks does not name what the best outcome is."
        yield finding("R26", why, part="best", block=page.block_of("best"), gravity="hint")
    for part, title in (("opening", "The opening"), ("agenda", "The agenda")):
        text = page.text(part) + (page.text("purpose") if part == "agenda" else "")
        if text and not content_stems(deed) & content_stems(text) and _same_tongue(deed, text):
            why = f"{title} does not lead to the best outcome: they have no word in common."
            yield finding("R26", why, part=part, block=page.block_of(part), gravity="hint")


def _is_asked_elsewhere(page: Page) -> bool:
    """Whether a spoken sentence of opening, agenda or questions asks for it: with a question mark, or as a wish."""
    people = " ".join(person.name for person in page.context.meeting.attendees)
    told = content_stems(f"{_deed(page, 'best')} {page.plan.best_outcome.what}") - content_stems(people)
    said = (sentence for words in page.said(*ASKED_IN) for sentence in sentences(words))
    return any(
        len(told & content_stems(one)) >= _FEWEST_SHARED and ("?" in one or page.has("opening_outcome", one))
        for one in said
    )


def _deed(page: Page, part: str) -> str:
    """Who does what by when, as the page says it, without the ready words; empty when it says nothing."""
    commitment = page.commitment(part)
    told = page.told(part)
    return told if words(told) else f"{commitment.who} {commitment.what} {commitment.by}".strip()


def _verb_phrase(page: Page, part: str) -> str:
    """The first words of what is done: behind who does it."""
    what = page.commitment(part).what
    deed = words(what)[:_FIRST_WORDS] if what else words(_without_label(_deed(page, part)))[:_SUBJECT_WORDS]
    return " ".join(deed)


def _is_theirs(page: Page, part: str) -> bool:
    """Whether somebody who is not one of us does it; who does it stands in the commitment, else early in the deed."""
    who = words(page.commitment(part).who)
    if who:
        return bool(page.customer_words & set(who)) or not _means_us(page, who)
    deed = words(_without_label(_deed(page, part)))
    if _means_us(page, deed[:1]):
        return False
    early = deed[:_SUBJECT_WORDS]
    return bool(page.customer_words & set(early)) or page.has("they", " ".join(early))


def _is_ours(page: Page, part: str) -> bool:
    who = words(page.commitment(part).who) or words(_without_label(_deed(page, part)))[:1]
    return _means_us(page, who)


def _means_us(page: Page, who: tuple[str, ...]) -> bool:
    subject = " ".join(who)
    ours = words_for("we", page.language).match(subject) or words_for("seller_verbs", page.language).match(subject)
    return bool(ours) or bool(page.seller_words & set(who))


def _is_dated(page: Page, told: str) -> bool:
    """A date, `the 15th`, `by 7.12`, `week 50`, or a number of days or weeks."""
    is_counted = any(one.unit in COUNTED_UNITS for one in figures(told))
    is_date = dates(told, today=page.context.today) or days_of_month(told)
    return bool(is_counted or is_date or _DIGIT_DATE.search(told))


def _first_sentence(deed: str) -> str:
    told = _without_label(deed)
    parts = sentences(told)
    ends = (number for number in range(1, len(parts)) if len(words(" ".join(parts[:number]))) >= _FEWEST_WORDS)
    return " ".join(parts[: next(ends, len(parts))])


def _done(deed: str) -> str:
    """Without what is done on a condition or by a limit of time."""
    return _ASIDE.sub(" ", deed)


def _without_label(deed: str) -> str:
    return _LABEL.sub("", deed)


def _same_tongue(one: str, other: str) -> bool:
    """False when one may be in another language than the other."""
    return language_of(one) == language_of(other)


def _short(text: str, longest: int = 60) -> str:
    return excerpt(" ".join(text.split()), longest)
