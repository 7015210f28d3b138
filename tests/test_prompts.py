"""Prompts are files with checked variables, and what was asked can be known by its hash."""

from pathlib import Path

import pytest

from coach.prompts import prompt, prompt_names, prompts_from


def test_every_prompt_declares_exactly_the_variables_it_uses() -> None:
    assert {"system", "groundwork", "page", "criticise", "rewrite", "index", "suggest", "judge", "judge_again"} <= set(
        prompt_names()
    )
    for name in prompt_names():
        assert prompt(name).purpose


def test_notes_are_filled_in_as_they_stand() -> None:
    awkward = 'a < b & "c" {{{x}}} {{y}} $5'
    assert f"\n{awkward}" in prompt("index").render(blocks=awkward, complaint="")


@pytest.mark.parametrize("values", [{}, {"language": "in German", "tone": "kind"}])
def test_a_missing_or_unknown_variable_is_an_error(values: dict[str, str]) -> None:
    with pytest.raises(KeyError, match="prompt system takes"):
        prompt("system").render(**values)


def test_the_hash_names_text_and_system_text() -> None:
    hashes = {prompt(name).hash for name in prompt_names()}
    assert len(hashes) == len(prompt_names())
    assert all(len(one) == 12 for one in hashes)


def test_a_folder_of_prompts_stands_in_for_ours_while_it_is_asked_to(tmp_path: Path) -> None:
    (tmp_path / "cut.md").write_text(
        "---\npurpose: try\nvariables: [over, words]\n---\nCut {{{over}}} of {{{words}}}.\n"
    )
    ours = prompt("cut").text, prompt("page").text
    with prompts_from(tmp_path):
        assert prompt("cut").render(over="3", words="9") == "Cut 3 of 9."
        assert prompt("page").text == ours[1]
    assert prompt("cut").text == ours[0]
