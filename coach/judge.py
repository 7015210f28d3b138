"""The judge: the rubric's yes/no questions about a page, answered by a model with quoted evidence.

A second examiner is asked what the first denied, so that a no counts when it was said twice, and is turned by new words
or by two who say yes; the second also holds each block against the lines (untrue.py). Code checks that each quotation
stands on the page and makes points of the answers (see score.py). An answer holds as long as the words that decide it
stand: a page that was changed in one place is asked about anew only there.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence

from coach.brief import Brief, material
from coach.errors import ModelError
from coach.index import numbered
from coach.llm import Models
from coach.quoting import comparable, objects, stands_in
from coach.rubric import rubric
from coach.schema import Compared, JudgedAnswer, Judgement, MeetingPlan
from coach.sentences import sentences
from coach.untrue import read_untrue, seen

MAX_TOKENS = 1200
CALLS_AT_ONCE = 3
CALLS = frozenset({"judge", "judge_again"})
"""As a run names them."""
NOTHING_SAID = Judgement()


async def judge(
    brief: Brief, models: Models, *, model: str, plan: MeetingPlan, known: Judgement = NOTHING_SAID
) -> Judgement:
    """Every question of the rubric answered, and each block held against the lines. Never raises ModelError.

    A second examiner, in one call, answers what has no yes and compares the blocks. `not_judged` where no usable
    answer came. `known`: what was said before. What looked at the same notes and the same words is kept, and only the
    groups in which an answer is missing, what was denied once, and the blocks that are new are asked about. What was
    denied twice is a yes again when words show it that are new, or when both examiners say so.
    """
    told = material(brief.context)
    answers = await _first_look(brief, models, model=model, plan=plan, told=told, known=known.answers)
    return await _second_look(brief, models, model=model, plan=plan, told=told, answers=answers, known=known)


def read_answers(text: str, questions: Sequence[str], plan: MeetingPlan) -> tuple[JudgedAnswer, ...]:
    """One answer a question (its id in the rubric), in their order; yes counts only with words of the page."""
    page = _words(plan)
    said = {answer["id"]: answer for answer in objects(text)}
    return tuple(_answer(question, said.get(question), page) for question in questions)


async def _first_look(
    brief: Brief, models: Models, *, model: str, plan: MeetingPlan, told: str, known: Sequence[JudgedAnswer]
) -> tuple[JudgedAnswer, ...]:
    page = _words(plan)
    seen = {question: _seen(question, told, model, plan) for question in rubric().questions}
    kept = {one.question: one for one in known if one.seen == seen.get(one.question) and _holds(one, page)}
    size = -(-len(seen) // CALLS_AT_ONCE)
    questions = tuple(seen)
    groups = [questions[start : start + size] for start in range(0, len(questions), size)]
    asked = [group for group in groups if not kept.keys() >= set(group)]
    answered = await asyncio.gather(*(_ask(brief, models, model=model, plan=plan, questions=group) for group in asked))
    new = {one.question: one.model_copy(update={"seen": seen[one.question]}) for group in answered for one in group}
    return tuple((new | kept)[question] for question in questions)


async def _second_look(
    brief: Brief,
    models: Models,
    *,
    model: str,
    plan: MeetingPlan,
    told: str,
    answers: tuple[JudgedAnswer, ...],
    known: Judgement,
) -> Judgement:
    """One call, or none where nothing is open. Where it fails, what was said before stands."""
    before = {one.seen: one for one in known.compared if one.by == model}
    seen_by_block = {block.id: seen(block.text, told) for block in plan.blocks}
    kept = tuple(before[one] for one in dict.fromkeys(seen_by_block.values()) if one in before)
    blocks = [block for block in plan.blocks if seen_by_block[block.id] not in before]
    old = tuple(_words_of_before(plan, told, before.values()))
    denied = {one.question: one for one in known.answers if one.answer == "no" and one.said_twice}
    doubted = [one.question for one in answers if _is_open(one) or (one.question in denied and _is_known(one, old))]
    if not blocks and not doubted:
        return Judgement(answers=answers, compared=kept)
    is_whole = len(blocks) == len(plan.blocks)
    request = brief.request(
        "judge_again",
        max_tokens=MAX_TOKENS,
        questions=_listed(doubted) or "none",
        compared="all" if is_whole else " ".join(block.id for block in blocks) or "none",
        page=numbered(plan.blocks),
    )
    try:
        text = (await models.ask(model, request)).text
    except ModelError:
        return Judgement(answers=answers, compared=kept)
    again = {one.question: one for one in read_answers(text, doubted, plan)}
    is_read = any(objects(text))
    new = (
        Compared(
            seen=seen_by_block[block.id],
            by=model,
            untrue=read_untrue(text, block, brief.context),
            sentences=tuple(seen(words, told) for words in sentences(block.text)),
        )
        for block in (blocks if is_read else ())
    )
    settled = (
        _settled(one, again[one.question], denied.get(one.question), old) if one.question in again else one
        for one in answers
    )
    return Judgement(answers=tuple(settled), compared=(*kept, *new))


def _is_open(answer: JudgedAnswer) -> bool:
    return answer.answer != "yes" and not answer.said_twice


def _words_of_before(plan: MeetingPlan, told: str, before: Collection[Compared]) -> Iterator[str]:
    """Of the page, the blocks and the sentences that an examiner has had before them."""
    blocks, known = {one.seen for one in before}, {words for one in before for words in one.sentences}
    for block in plan.blocks:
        if seen(block.text, told) in blocks:
            yield comparable(block.text)
        else:
            yield from (comparable(words) for words in sentences(block.text) if seen(words, told) in known)


def _is_known(answer: JudgedAnswer, old: Sequence[str]) -> bool:
    """A yes by words that have been looked at before."""
    return answer.answer == "yes" and any(stands_in(answer.quote, words) for words in old)


def _settled(
    first: JudgedAnswer, second: JudgedAnswer, denied: JudgedAnswer | None, old: Sequence[str]
) -> JudgedAnswer:
    """Yes if either has shown it; a no that both gave is not asked about again. `denied`: such a no, said before."""
    if second.answer == "not_judged":
        return first
    shown = [one for one in (first, second) if one.answer == "yes"]
    if denied and len(shown) < 2 and not any(one for one in shown if not _is_known(one, old)):
        return denied.model_copy(update={"seen": first.seen})
    if shown:
        return shown[0].model_copy(update={"seen": first.seen})
    return second.model_copy(update={"seen": first.seen, "said_twice": first.answer == "no"})


def _listed(questions: Iterable[str]) -> str:
    return "\n".join(f"{question}: {rubric().questions[question].ask}" for question in questions)


async def _ask(
    brief: Brief, models: Models, *, model: str, plan: MeetingPlan, questions: Sequence[str]
) -> tuple[JudgedAnswer, ...]:
    answers = read_answers("", questions, plan)
    for attempt in (0, 1):
        request = brief.request(
            "judge", max_tokens=MAX_TOKENS, attempt=attempt, questions=_listed(questions), page=numbered(plan.blocks)
        )
        try:
            answers = read_answers((await models.ask(model, request)).text, questions, plan)
        except ModelError:
            return answers
        if any(answer.answer != "not_judged" for answer in answers):
            break
    return answers


def _seen(question: str, told: str, model: str, plan: MeetingPlan) -> str:
    """Hash of what decides the answer: who is asked what, the notes, and the words of the parts it looks at."""
    asked = rubric().questions[question]
    parts = rubric().items[asked.item].parts if asked.looks_at is None else asked.looks_at
    words = [block.text for block in plan.blocks if not parts or block.part in parts]
    return hashlib.sha256(json.dumps([model, asked.ask, told, words]).encode()).hexdigest()[:16]


def _holds(answer: JudgedAnswer, page: str) -> bool:
    return answer.answer == "no" or (answer.answer == "yes" and comparable(answer.quote) in page)


def _words(plan: MeetingPlan) -> str:
    return comparable("\n".join(block.text for block in plan.blocks))


def _answer(question: str, said: dict[str, str] | None, page: str) -> JudgedAnswer:
    verdict = str((said or {}).get("answer", "")).strip().casefold()
    if said is None or verdict not in ("yes", "no"):
        return JudgedAnswer(question=question, answer="not_judged")
    quote, why = said.get("quote", ""), said.get("why", "")
    if verdict == "yes" and not stands_in(quote, page):
        return JudgedAnswer(question=question, answer="not_judged", quote=quote, why="the quotation is not on the page")
    return JudgedAnswer.model_validate({"question": question, "answer": verdict, "quote": quote, "why": why})
