"""What the page says and a line contradicts, as the second examiner names it; code checks block, words and line.

What was said of a block holds while its words and the notes stand, so nothing here is kept by a block's id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache

from coach.brief import material
from coach.labels import labels_in
from coach.quoting import comparable, objects, stands_in
from coach.schema import AccountContext, Block, Compared, Finding, Untrue

RULE = "R28"


def seen(words: str, told: str) -> str:
    """Hash of what decides the comparison: the words of a block, or of a sentence in it, and the notes."""
    both = _hash_begun(told).copy()
    both.update(f", {json.dumps(words)}]".encode())
    return both.hexdigest()[:16]


@lru_cache(maxsize=8)
def _hash_begun(told: str) -> hashlib._Hash:
    """Of the list `[told, words]` as JSON, up to the notes, which are the same for every block."""
    return hashlib.sha256(f"[{json.dumps(told)}".encode())


def read_untrue(text: str, block: Block, context: AccountContext) -> tuple[Untrue, ...]:
    """What an answer says of this block: each with words that stand in it, and with lines that exist."""
    return tuple(dict.fromkeys(_of_block(text, block, context)))


def untrue_findings(
    blocks: Sequence[Block], context: AccountContext, compared: Sequence[Compared]
) -> Iterator[Finding]:
    """A finding each; none where the indexer has named the contradiction already (G4)."""
    said = {one.seen: one.untrue for one in compared if one.untrue}
    if not said:
        return
    told = material(context)
    for block in blocks:
        if block.check.status == "contradicted":
            continue
        for one in said.get(seen(block.text, told), ()):
            yield Finding(rule=RULE, part=block.part, block=block.id, gravity="gate", why=_why(one), lines=one.lines)


def _of_block(text: str, block: Block, context: AccountContext) -> Iterator[Untrue]:
    words = comparable(block.text)
    for said in objects(text):
        if said["id"] != "untrue" or said.get("block", "").split()[:1] != [block.id]:
            continue
        quote = said.get("quote", "").strip()
        lines = tuple(label for label in labels_in(said.get("line", "")) if label in context.lines)
        if lines and stands_in(quote, words):
            yield Untrue(quote=quote, lines=lines, why=said.get("why", "").strip())


def _why(one: Untrue) -> str:
    instead = f": {one.why.rstrip('.')}" if one.why else ""
    return f"A line says otherwise than “{one.quote}”{instead}."
