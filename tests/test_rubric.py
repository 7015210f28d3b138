from pathlib import Path

import pytest

from coach.errors import InputError
from coach.prompts import prompts_folder
from coach.rubric import read_rubric, rubric, word_budget, words_for


def test_the_weights_of_the_twelve_items_add_up_to_100() -> None:
    assert len(rubric().items) == 12
    assert sum(item.weight for item in rubric().items.values()) == 100


def test_every_part_of_a_page_is_looked_at_by_exactly_one_item() -> None:
    parts = [part for item in rubric().items.values() for part in item.parts]
    assert len(parts) == len(set(parts)) == 14


def test_every_item_has_questions_worth_its_four_points() -> None:
    for name in rubric().items:
        assert sum(question.points for question in rubric().questions.values() if question.item == name) == 4


def test_every_rule_has_a_source() -> None:
    assert [f"R{number}" for number in range(1, 30)] == list(rubric().rules)
    assert all(len(rule.source) > 8 for rule in rubric().rules.values())


def test_word_budgets_follow_depth() -> None:
    assert (word_budget("quick"), word_budget("standard"), word_budget("major")) == (450, 750, 850)


def test_phrases_match_whole_words_whatever_their_case() -> None:
    pattern = words_for("continuation")
    assert pattern.search("They will Stay in  touch")
    assert not pattern.search("a reconnection test")


def test_a_phrase_of_the_pages_language_counts_beside_english() -> None:
    assert words_for("continuation", "de").search("wir bleiben in Kontakt")
    assert not words_for("continuation").search("wir bleiben in Kontakt")
    assert words_for("continuation", "it").search("stay in touch")


def test_a_rubric_with_weights_that_do_not_add_up_is_refused_with_its_place(tmp_path: Path) -> None:
    unsound = tmp_path / "rubric.yaml"
    unsound.write_text(
        (prompts_folder() / "rubric.yaml").read_text("utf-8").replace("weight: 12", "weight: 13", 1), "utf-8"
    )
    with pytest.raises(InputError, match=r"rubric\.yaml.*100"):
        read_rubric(unsound)


def test_a_rule_for_an_unknown_item_is_refused(tmp_path: Path) -> None:
    unsound = tmp_path / "rubric.yaml"
    text = (prompts_folder() / "rubric.yaml").read_text("utf-8")
    unsound.write_text(text.replace("items: [F8]", "items: [F9]"), "utf-8")
    with pytest.raises(InputError, match="F9"):
        read_rubric(unsound)


def test_a_rubric_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_rubric(tmp_path / "rubric.yaml")
