"""What the rep writes herself and no line holds (pure): said alike wherever in her sentence and on the page it stands.

Goes over what grounding found in her blocks, and adds names that open a sentence, which elsewhere are too common to be
told from other words. Knows nothing about pages, models or screens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coach.claims import plain
from coach.held import Case, case_of, is_named
from coach.names import is_opener, names, page_reads_german
from coach.schema import AccountContext, Block, Check
from coach.sentences import sentences
from coach.words import fold

ON_HER_WORD = "it rests on your word alone"
"""How such a problem ends; the page in the browser knows it by these words."""
_ABOUT_A_WORD = re.compile(
    r"“(?P<word>[^”]+)” (?:is named in no line|stands in no line|stands in none of [LFP\d ]+"
    r"|does not stand in [LFP]\d+)"
    r"|no line is named for it: “(?P<named>[^”]+)”"
)
_OPENS = re.compile(
    r"(?:^|[.!?:;|\n\"“„]\s*)(?P<name>[A-ZÀ-Þ][a-zà-ÿ]{2,}) (?:also |never |already |still )?"
    r"(?:has|had|knows|knew|owns|keeps|kept|holds|held|brings|brought|comes|came|runs|leads|decides|signs|signed|likes"
    r"|hates|works|gives|gave|sends|sent|got|took|takes|joins|joined|left)\b"
)
"""A word before what people do, and without an article: a name, unless the notes know it."""


def on_her_word(blocks: Sequence[Block], context: AccountContext) -> tuple[Block, ...]:
    """The blocks; in those of the rep's, what no line holds is said to rest on her word."""
    if not any(block.written_by == "rep" for block in blocks):
        return tuple(blocks)
    case, is_german = case_of(context), page_reads_german("\n".join(block.text for block in blocks))
    return tuple(
        _looked_at(block, case, is_german=is_german)
        if block.written_by == "rep" and block.check.status in _OURS
        else block
        for block in blocks
    )


def resting_on_her_word(block: Block) -> str:
    """The sentences of a block that hold such a word, as one line; empty where there is none."""
    ours = [problem for problem in block.check.problems if problem.endswith(ON_HER_WORD)]
    words = [problem[1:].partition("”")[0] for problem in ours]
    said = (" ".join(one.split()) for one in sentences(plain(block.text)))
    return " ".join(one for one in said if any(word in one for word in words))


_OURS = ("unverified", "verified", "no_claim")
"""Not what a line contradicts, nor what nobody has looked at yet."""


def _looked_at(block: Block, case: Case, *, is_german: bool) -> Block:
    problems = [_worded(problem, case) for problem in block.check.problems]
    said = " ".join(problems)
    opening = () if is_german or block.kind == "heading" else _opening_names(plain(block.text), case)
    problems += [_on_her_word(name) for name in opening if f"“{name}" not in said]
    if not problems:
        return block
    check = Check(status="unverified", problems=tuple(dict.fromkeys(problems)))
    return block.model_copy(update={"check": check})


def _worded(problem: str, case: Case) -> str:
    """In words for who wrote it; a word that another line holds stays said as it is."""
    found = _ABOUT_A_WORD.fullmatch(problem)
    word = (found["word"] or found["named"]) if found else ""
    is_held = any(fold(word) in fold(line.text) for line in case.in_order)
    return problem if not word or is_held else _on_her_word(word)


def _opening_names(text: str, case: Case) -> Iterator[str]:
    known = {word for name in names(text) for word in name.split()}
    for match in _OPENS.finditer(text):
        name = match["name"]
        if name not in known and not is_opener(name) and not is_named(name, case.whole, case):
            yield name


def _on_her_word(word: str) -> str:
    return f"“{word}” stands in no line of the notes: {ON_HER_WORD}"
