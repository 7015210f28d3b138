"""The judge's word counts only with words of the page behind it."""

from coach.judge import read_answers
from coach.markup import split
from coach.schema import MeetingPlan

PLAN = MeetingPlan(blocks=split("## Opening\n\n> “We have until 10:45 – is that still right? No is **fine**.”"))


def answered(line: str) -> tuple[str, str]:
    (answer,) = read_answers(line, ["P1.a"], PLAN)
    return answer.answer, answer.why


def test_yes_with_words_of_the_page_counts() -> None:
    assert answered('{"id":"P1.a","answer":"yes","quote":"No is fine","why":"said"}') == ("yes", "said")


def test_quotation_marks_dashes_and_emphasis_do_not_matter() -> None:
    assert answered('{"id":"P1.a","answer":"YES","quote":"\\"we have until 10:45 - is that","why":""}')[0] == "yes"


def test_yes_with_invented_words_is_not_judged() -> None:
    assert answered('{"id":"P1.a","answer":"yes","quote":"we love you","why":"x"}') == (
        "not_judged",
        "the quotation is not on the page",
    )


def test_no_needs_no_words() -> None:
    assert answered('{"id":"P1.a","answer":"no","quote":"","why":"nothing"}')[0] == "no"


def test_silence_nonsense_and_other_questions_are_not_judged() -> None:
    for line in ("", "yes", '{"id":"P1.b","answer":"yes","quote":"No is fine"}', '{"id":"P1.a","answer":"4/4"}', "[]"):
        assert answered(line)[0] == "not_judged"


def test_a_fence_and_prose_around_the_answers_do_no_harm() -> None:
    assert answered('Here:\n```json\n{"id":"P1.a","answer":"no","quote":"","why":"w"},\n```')[0] == "no"
