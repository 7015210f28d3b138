"""A model's text as it arrives: what is not meant for a reader is taken out, and its ending judged.

Thoughts between <think> tags, one fence around everything, control characters and text-direction overrides go.
Knows nothing about models or networks.
"""

from __future__ import annotations

import re
from typing import Literal, Protocol

from coach.errors import AnswerUnusable

Ending = Literal["complete", "cut_short", "filtered", "interrupted", "odd"]

MAX_TEXT_CHARS = 1_000_000
"""A page has about 6,000; whoever sends a million is broken or hostile."""

_ENDINGS: dict[str, Ending] = {
    **dict.fromkeys(("stop", "end_turn", "stop_sequence", "eos", "eos_token"), "complete"),
    **dict.fromkeys(("length", "max_tokens", "model_length", "model_context_window_exceeded"), "cut_short"),
    **dict.fromkeys(
        ("content_filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content", "spii"), "filtered"
    ),
}
"""What OpenAI, Azure, Anthropic, Google, Mistral, Ollama and vLLM call it, in lower case."""

_HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters but tab and newline, bidi overrides, byte-order marks, lone surrogates."""
_TAG = re.compile(r"<(/?)think(?:ing)?>")
_TAGS = ("<think>", "</think>", "<thinking>", "</thinking>")
_OPENING = re.compile(r"```(?:markdown|md|json|jsonl|text|txt)?[ \t]*\n")
_CLOSING_BEGUN = re.compile(r"\n`{0,3}\s*\Z")
_FENCE_LINE = re.compile(r"^```", re.MULTILINE)


class Listener(Protocol):
    """Who may hear an answer while it arrives.

    After the last `again` the deltas together are the answer's text, apart from white space at the end.
    """

    def text(self, delta: str) -> None: ...

    def again(self) -> None:
        """What was heard so far is void: another try begins."""


def ending(reason: str | None) -> Ending:
    """What a provider's word for the end of an answer means; no word at all is an interrupted stream."""
    return _ENDINGS.get(reason.lower(), "odd") if reason else "interrupted"


def without_fence(text: str) -> str:
    """The text without white space and without one Markdown fence around all of it."""
    text = text.strip()
    opening = _OPENING.match(text)
    if opening is None or not text.endswith("\n```"):
        return text
    inside = text[opening.end() : -4]
    holds_fences = len(_FENCE_LINE.findall(inside))
    if holds_fences and (holds_fences % 2 or not opening[0].startswith(("```markdown", "```md"))):
        return text
    return inside.strip()


class Hearing:
    """Collects one answer and passes on what is meant to be read. Costs about a microsecond a delta."""

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener
        self._begin()

    def _begin(self) -> None:
        self._parts: list[str] = []
        self._told: list[str] = []
        self._size = 0
        self._held = ""
        self._is_thinking = False
        self._start: str | None = ""
        self._is_fenced = False
        self._tail = ""

    def hear(self, delta: str) -> None:
        """Take the next piece.

        Raises:
            AnswerUnusable: when the text is longer than any answer can be.
        """
        self._size += len(delta)
        if self._size > MAX_TEXT_CHARS:
            raise AnswerUnusable(f"The answer is longer than {MAX_TEXT_CHARS:,} characters.")
        delta = _HOSTILE.sub("", delta)
        if self._is_thinking or self._held or "<" in delta:
            self._sort(self._held + delta)
        elif delta:
            self._accept(delta)

    def finish(self) -> str:
        """The whole text. The listener has heard the same when this returns."""
        if self._held and not self._is_thinking:
            self._accept(self._held)
        self._held = ""
        text = without_fence("".join(self._parts))
        self._tell_rest(text)
        return text

    def void(self) -> None:
        """Forget everything, also what the listener heard."""
        if self._told and self._listener:
            self._listener.again()
        self._begin()

    def _sort(self, text: str) -> None:
        """Separate thoughts from answer; half a tag at the end waits for the rest."""
        self._held = ""
        while tag := _TAG.search(text):
            if tag[1] and not self._is_thinking:
                self._drop_thoughts_without_opening()
            elif not self._is_thinking:
                self._accept(text[: tag.start()])
            self._is_thinking = not tag[1]
            text = text[tag.end() :]
        text, self._held = _without_half_tag(text)
        if not self._is_thinking:
            self._accept(text)

    def _drop_thoughts_without_opening(self) -> None:
        """Some servers put the opening tag into the prompt: all before the closing one was thought."""
        size = self._size
        self.void()
        self._size = size

    def _accept(self, text: str) -> None:
        if not self._parts:
            text = text.lstrip()
        if not text:
            return
        self._parts.append(text)
        if self._start is not None:
            text = self._past_opening(text)
        if self._is_fenced:
            text = self._before_closing(text)
        if text:
            self._tell(text)

    def _past_opening(self, text: str) -> str:
        """What follows an opening fence; nothing as long as the first line may still become one."""
        self._start = text = (self._start or "") + text
        opening = _OPENING.match(text)
        if opening is None and "\n" not in text and text[:3] == "```"[: len(text)]:
            return ""
        self._start = None
        self._is_fenced = opening is not None
        return text[opening.end() :] if opening else text

    def _before_closing(self, text: str) -> str:
        text = self._tail + text
        closing = _CLOSING_BEGUN.search(text)
        cut = closing.start() if closing else len(text)
        self._tail = text[cut:]
        return text[:cut]

    def _tell(self, text: str) -> None:
        self._told.append(text)
        if self._listener:
            self._listener.text(text)

    def _tell_rest(self, text: str) -> None:
        told = "".join(self._told)
        if told.strip() == text:
            return
        if text.startswith(told):
            self._tell(text[len(told) :])
        elif self._listener:
            self._listener.again()
            self._listener.text(text)


def _without_half_tag(text: str) -> tuple[str, str]:
    begin = text.rfind("<")
    if begin >= 0 and any(tag.startswith(text[begin:]) for tag in _TAGS):
        return text[:begin], text[begin:]
    return text, ""
