"""The judge: the rubric's yes/no questions about a page, answered by a model with quoted evidence.

Code checks that each quotation stands on the page and makes points of the answers (see score.py). An answer holds as
long as the words that decide it stand: a page that was changed in one place is asked about anew only there.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from json import JSONDecodeError

from coach.brief import Brief, material
from coach.errors import ModelError
from coach.index import numbered
from coach.llm import Models
from coach.markup import plain
from coach.rubric import rubric
from coach.schema import JudgedAnswer, MeetingPlan

MAX_TOKENS = 1200
CALLS_AT_ONCE = 3
_SAME = str.maketrans("“”„«»’‘–—\u00a0", '"""""\'\'-- ')


async def judge(
    brief: Brief, models: Models, *, model: str, plan: MeetingPlan, known: Sequence[JudgedAnswer] = ()
) -> tuple[JudgedAnswer, ...]:
    """Every question of the rubric answered; `not_judged` where no usable answer came. Never raises ModelError.

    `known`: answers of before. Those that looked at the same notes and the same words are kept, and only the groups in
    which one is missing are asked.
    """
    told, page = material(brief.context), _words(plan)
    seen = {question: _seen(question, told, model, plan) for question in rubric().questions}
    kept = {one.question: one for one in known if one.seen == seen.get(one.question) and _holds(one, page)}
    size = -(-len(seen) // CALLS_AT_ONCE)
    questions = tuple(seen)
    groups = [questions[start : start + size] for start in range(0, len(questions), size)]
    asked = [group for group in groups if not kept.keys() >= set(group)]
    answered = await asyncio.gather(*(_ask(brief, models, model=model, plan=plan, questions=group) for group in asked))
    new = {one.question: one.model_copy(update={"seen": seen[one.question]}) for group in answered for one in group}
    return tuple((new | kept)[question] for question in questions)


def read_answers(text: str, questions: Sequence[str], plan: MeetingPlan) -> tuple[JudgedAnswer, ...]:
    """One answer a question (its id in the rubric), in their order; yes counts only with words of the page."""
    page = _words(plan)
    said = {answer["id"]: answer for line in text.splitlines() if (answer := _object(line))}
    return tuple(_answer(question, said.get(question), page) for question in questions)


async def _ask(
    brief: Brief, models: Models, *, model: str, plan: MeetingPlan, questions: Sequence[str]
) -> tuple[JudgedAnswer, ...]:
    listed = "\n".join(f"{question}: {rubric().questions[question].ask}" for question in questions)
    answers = read_answers("", questions, plan)
    for attempt in (0, 1):
        request = brief.request(
            "judge", max_tokens=MAX_TOKENS, attempt=attempt, questions=listed, page=numbered(plan.blocks)
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
    return answer.answer == "no" or (answer.answer == "yes" and _comparable(answer.quote) in page)


def _words(plan: MeetingPlan) -> str:
    return _comparable("\n".join(block.text for block in plan.blocks))


def _answer(question: str, said: dict[str, str] | None, page: str) -> JudgedAnswer:
    verdict = str((said or {}).get("answer", "")).strip().casefold()
    if said is None or verdict not in ("yes", "no"):
        return JudgedAnswer(question=question, answer="not_judged")
    quote, why = said.get("quote", ""), said.get("why", "")
    if verdict == "yes" and (not quote.strip() or _comparable(quote) not in page):
        return JudgedAnswer(question=question, answer="not_judged", quote=quote, why="the quotation is not on the page")
    return JudgedAnswer.model_validate({"question": question, "answer": verdict, "quote": quote, "why": why})


def _object(line: str) -> dict[str, str] | None:
    try:
        value = json.loads(line.strip().strip(",`"))
    except JSONDecodeError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return None
    return {str(key): str(one) for key, one in value.items()}


@lru_cache(maxsize=256)
def _comparable(text: str) -> str:
    return " ".join(plain(text).translate(_SAME).casefold().split()).strip(" .\"'")
