"""Lines that try to instruct a machine, for the rep to see; they change nothing (pure).

A label, never a defence: known patterns find about a fifth of such lines. What protects is that notes are data.
Source: prompts/rubric.yaml, rule R17.
"""

from __future__ import annotations

import re
from functools import lru_cache

from coach.schema import AccountContext

_PATTERNS = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)\s+(?:\w+\s+){0,3}?(?:previous|prior|above|earlier|all|any|your|these|the)\s+"
    r"(?:\w+\s+){0,2}?(?:instructions?|prompts?|rules|guidelines|directions|context)"
    r"|(?:system|developer)\s+(?:prompt|message|override|instructions?)\b|\bnew (?:system )?instructions?\s*:"
    r"|\byou are (?:now|no longer)\b.{0,40}(?:assistant|ai|model|bot|mode|dan|unrestricted|free)"
    r"|\b(?:as|dear|attention|note to|hey)\s+(?:an?\s+|the\s+)?(?:ai|llm|language model|chatbot|assistant|coach)\b"
    r"|\b(?:ai|llm|language models?|assistants?|chatbots?)\s+(?:must|should|reading this|processing this|that reads?)\b"
    r"|<\|[a-z_]+\|>|\[/?inst\]|</?(?:system|instructions?|notes|context)>|^\s*(?:system|assistant)\s*:"
    r"|\b(?:respond|reply|answer)\s+(?:only\s+)?with\b|\b(?:output|print|reveal|repeat)\s+(?:your|the)\s+(?:prompt|instructions?|system)"
    r"|\b(?:give|rate|score|grade)\b.{0,30}\b(?:plan|page|this)\b.{0,30}\b(?:100|10/10|full marks|maximum|highest)"
    r"|\bdo not (?:mention|tell|show|reveal|warn)\b.{0,30}\b(?:rep|user|seller|human)\b"
    r"|ignorier\w*\s+(?:\w+\s+){0,3}?(?:anweisung|vorgabe|regel)\w*|du bist (?:jetzt|nun) ein"
    r"|ignore[zr]?\s+(?:\w+\s+){0,3}?(?:instructions|consignes)|(?:ignora|olvida)\w*\s+(?:\w+\s+){0,3}?instrucciones"
    r"|\b[A-Za-z0-9+/]{120,}={0,2}(?!\w)",
    re.IGNORECASE,
)


_CUES = (
    "instruc", "ignor", "system", "assistant", "developer", "you are", "language model", "chatbot", "coach", "respond",
    "reply", "answer", "output", "print", "reveal", "repeat", "give", "rate", "score", "grade", "do not", "prompt",
    "rules", "guidelines", "directions", "context", "notes>", "inst]", "<|", "anweisung", "vorgabe", "regel",
    "du bist", "consignes",
)  # fmt: skip
"""One of them stands in every such line but those that speak of `AI` or `LLM` or are unreadable: a quick first look."""
_SHORT_CUES = re.compile(r"\b(?:ai|llm)\b|[a-z0-9+/]{120}")


@lru_cache(maxsize=48)
def instruction_like(context: AccountContext) -> tuple[str, ...]:
    """Labels of the lines that read like instructions to a machine, in the order L, F, P."""
    lines = context.lines
    cues = _cues_in(_plain("\n".join(line.text for line in lines.values())))
    return tuple(label for label, line in lines.items() if _is_suspect(line.text, cues))


def is_instruction_like(text: str) -> bool:
    """Whether a line reads like an instruction to a machine."""
    return _is_suspect(text, _cues_in(_plain(text)))


def _is_suspect(text: str, cues: tuple[str, ...]) -> bool:
    """`cues`: those that it can hold."""
    lower = _plain(text)
    is_worth_a_look = any(cue in lower for cue in cues) or _SHORT_CUES.search(lower) is not None
    return is_worth_a_look and _PATTERNS.search(text) is not None


def _cues_in(lower: str) -> tuple[str, ...]:
    return tuple(cue for cue in _CUES if cue in lower)


def _plain(text: str) -> str:
    return text.casefold().replace("i\u0307", "i").replace("ı", "i")
