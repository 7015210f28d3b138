"""What a rep would do otherwise: the notes in a plain chat, a page, and the same chat's improved page.

The opponent of blind readings. Its page has no parts and no lines of its own; code finds what it can.
"""

from __future__ import annotations

from coach.brief import material
from coach.critiquing import critique_plan
from coach.ledger import Ledger
from coach.llm import Request
from coach.markup import split, title_of
from coach.options import Options
from coach.schema import AccountContext, Drafted, MeetingPlan, Run

ASK = (
    "Here are our CRM record and my notes. I meet this customer (date, people are in them). "
    "Prepare me: a one-page plan for the meeting that I can read in five minutes."
)
IMPROVE = (
    "Criticise this page as my sales manager would: what is wrong, what is missing, what would harm? Then give me the "
    "improved page, still one page that I can read in five minutes (at most 720 words). Begin the page with the line "
    "PAGE and nothing else on it."
)
MAX_TOKENS = 4000
MARK = "PAGE"
MAX_IMPROVEMENTS = 12
"""However much may still be spent."""


async def chat_page(
    context: AccountContext, options: Options, ledger: Ledger | None, *, tokens: int = 0, is_checked: bool = True
) -> Drafted:
    """Two questions to the drafting model, then the same checks as for any page. Raises ModelError.

    `tokens`: the page is improved again, each time with all that was said before, while that leaves enough of them, in
    and out together. `is_checked`: not where it is only read; finding its lines takes code a second.
    """
    runs: list[Run] = []
    models = options.models(ledger, runs)
    model = options.model_for("draft")
    asked = f"{material(context)}\n\n{ASK}"
    answer = page = (await models.ask(model, _request("chat", asked, options))).text
    name = "page"
    for _ in range(MAX_IMPROVEMENTS):
        asked = f"{asked}\n\n<your {name}>\n{answer}\n</your {name}>\n\n{IMPROVE}"
        answer = (await models.ask(model, _request("chat_improved", asked, options))).text
        page, name = page_in(answer), "answer"
        if _spent(runs) + _spent(runs[-1:]) + runs[-1].tokens_out > tokens:
            break
    blocks = split(page)
    plan = MeetingPlan(title=title_of(blocks) or context.account, blocks=blocks, drafted_by=f"{model} as a chat")
    if not is_checked:
        return Drafted(context=context, plan=plan, runs=tuple(runs), drafted_by=plan.drafted_by)
    by_rules = Options(model="builtin")
    read = await critique_plan(plan, context, options=by_rules)
    return read.model_copy(update={"runs": tuple(runs), "drafted_by": plan.drafted_by})


def _spent(runs: list[Run]) -> int:
    return sum(run.tokens_in + run.tokens_out for run in runs)


def page_in(text: str) -> str:
    """What follows the mark; everything where a model forgot it."""
    lines = text.splitlines()
    marks = [number for number, line in enumerate(lines) if line.strip(" *#`:") == MARK]
    return "\n".join(lines[marks[-1] + 1 :]) if marks else text


def _request(call: str, user: str, options: Options) -> Request:
    return Request(call, "You are a helpful assistant.", user, "", MAX_TOKENS, attempt=options.again * 100)
