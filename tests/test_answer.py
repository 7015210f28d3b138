"""What of a model's text reaches a reader, in whatever pieces it arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.answer import Hearing, ending, without_fence


class Ear:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.voids = 0

    def text(self, delta: str) -> None:
        self.heard.append(delta)

    def again(self) -> None:
        self.heard.clear()
        self.voids += 1


def hear(text: str, size: int = 4) -> tuple[str, Ear]:
    ear = Ear()
    hearing = Hearing(ear)
    for start in range(0, len(text), size):
        hearing.hear(text[start : start + size])
    return hearing.finish(), ear


CASES = {
    "plain": ("Agree the store.", "Agree the store."),
    "thoughts": ("<think>Who is Jens?</think>\n\nAgree the store.", "Agree the store."),
    "thinking": ("<thinking>Who is Jens?</thinking>Agree.", "Agree."),
    "thoughts in the middle": ("Agree <think>hm</think>the store.", "Agree the store."),
    "thoughts without an opening": ("Who is Jens?</think>\nAgree.", "Agree."),
    "thoughts without an end": ("<think>Who is Jens", ""),
    "a sign that opens no thought": ("If 3 < 4 and <b>, <thin", "If 3 < 4 and <b>, <thin"),
    "a fence around all": ("```markdown\n# Page\n\nAgree.\n```\n", "# Page\n\nAgree."),
    "thoughts, then a fence": ("<think>hm</think>\n```json\n{}\n```", "{}"),
    "a fence that is part of it": ("Say:\n```\nHello\n```", "Say:\n```\nHello\n```"),
    "two fences": ("```\na\n```\nand\n```\nb\n```", "```\na\n```\nand\n```\nb\n```"),
    "a fence with fences inside": ("```md\nSay\n```\na\n```\nnow\n```", "Say\n```\na\n```\nnow"),
    "a fence that never closes": ("```json\n{}", "```json\n{}"),
    "code in another language": ("```python\nx = 1\n```", "```python\nx = 1\n```"),
    "ticks": ("``not`` a fence", "``not`` a fence"),
    "only ticks": ("``", "``"),
}


@pytest.mark.parametrize("size", [1, 3, 4, 1000])
@pytest.mark.parametrize(("sent", "read"), CASES.values(), ids=CASES.keys())
def test_only_what_is_meant_to_be_read_is_heard(sent: str, read: str, size: int) -> None:
    text, ear = hear(sent, size)
    assert text == read
    assert "".join(ear.heard).rstrip() == read


@pytest.mark.parametrize(
    "name", ["thoughts", "a fence around all", "thoughts, then a fence", "a fence that is part of it"]
)
def test_thoughts_and_fences_are_never_heard_even_for_a_moment(name: str) -> None:
    assert hear(CASES[name][0])[1].voids == 0


@given(
    st.lists(
        st.sampled_from(
            ["<think>", "</think>", "<", "think", ">", "```", "\n", "json", "md", "a", " ", "\u202e", "\x00"]
        )
    ),
    st.integers(1, 9),
)
def test_listener_and_caller_get_the_same_text_however_it_is_cut(pieces: list[str], size: int) -> None:
    sent = "".join(pieces)
    text, ear = hear(sent, size)
    assert text == hear(sent, 10_000)[0]
    assert "".join(ear.heard).strip() == text
    assert "\x00" not in text
    assert "\u202e" not in text


@given(st.text())
def test_unfencing_twice_changes_no_text_without_fences(text: str) -> None:
    if "```" not in text:
        assert without_fence(text) == text.strip()


def test_every_providers_word_for_the_end_is_understood() -> None:
    assert {ending(word) for word in ("stop", "STOP", "end_turn", "stop_sequence")} == {"complete"}
    assert {ending(word) for word in ("length", "MAX_TOKENS", "max_tokens", "model_length")} == {"cut_short"}
    assert {ending(word) for word in ("content_filter", "SAFETY", "refusal")} == {"filtered"}
    assert {ending(word) for word in (None, "")} == {"interrupted"}
    assert ending("tool_calls") == "odd"
