"""What must never reach a customer, from the examples' notes, and every text of what the customer would get."""

from __future__ import annotations

import contextlib
import io
from functools import cache

from docx import Document
from pypdf import PdfReader

from coach.builtin import draft_plan, work_out
from coach.builtin.evidence import gather
from coach.confidence import confidences
from coach.errors import InputError
from coach.export import bring_sheet, calendar, customer_agenda
from coach.export.handout import Handout, as_docx, as_markdown, as_pdf
from coach.schema import AccountContext, Block, Groundwork, Kind, MeetingPlan, NoteLine
from tests.support.moment import NOW
from tests.support.plans import EXAMPLES, example

INTERNAL_TALK = (
    "Stay silent after the price",
    "Hand her the sheet and wait",
    "Our floor is what Lars said",
    "Never mention the other supplier",
    "Come out with a signature",
    "Use the deadline as pressure",
    "If he hesitates, offer the discount",
    "She is our champion, keep her close",
    "Fall-back: one small thing",
    "In commit for December, forecast is at stake",
)
PARTS = ("agenda", "opening", "bring", "purpose")


@cache
def page_of(name: str) -> MeetingPlan:
    return draft_plan(example(name), work_out(example(name)))


@cache
def confidential_lines(name: str) -> tuple[NoteLine, ...]:
    """Told in confidence, or our own limits and aims."""
    context = example(name)
    found = gather(context)
    labels = found.confidential | found.limits
    labels |= {label for one in confidences(work_out(context), context) for label in one.lines}
    return tuple(context.lines[label] for label in sorted(labels, key=lambda label: int(label[1:])))


SECRETS = [(name, line.label) for name in EXAMPLES for line in confidential_lines(name)]


def with_block(plan: MeetingPlan, text: str, *, part: str, kind: Kind = "item") -> MeetingPlan:
    """The page with one more block in its middle, and the agenda's minutes around it as they were."""
    block = Block(id="X1", kind=kind, text=text, part=part)
    place = next((n for n, one in enumerate(plan.blocks) if one.part == part), len(plan.blocks))
    return plan.model_copy(update={"blocks": (*plan.blocks[:place], block, *plan.blocks[place:])})


def handouts(plan: MeetingPlan, context: AccountContext, groundwork: Groundwork | None = None) -> list[Handout]:
    """The agenda, and what we bring where something may be shown."""
    found = [customer_agenda.customer_agenda(plan, context, groundwork).handout]
    with contextlib.suppress(InputError):
        found.append(bring_sheet.bring_sheet(plan, context, groundwork).handout)
    return found


def shown_text(plan: MeetingPlan, context: AccountContext, groundwork: Groundwork | None = None) -> str:
    return "\n".join(map(as_markdown, handouts(plan, context, groundwork)))


def every_text(plan: MeetingPlan, context: AccountContext, groundwork: Groundwork | None = None) -> dict[str, str]:
    """By format: Markdown, Word with its properties, PDF, calendar."""
    sheets = handouts(plan, context, groundwork)
    agenda = customer_agenda.customer_agenda(plan, context, groundwork)
    return {
        "md": "\n".join(map(as_markdown, sheets)),
        "docx": "\n".join(_word_text(as_docx(one)) for one in sheets),
        "pdf": "\n".join(_pdf_text(as_pdf(one)) for one in sheets),
        "ics": calendar.to_ics(plan, context, agenda, now=NOW).decode().replace("\r\n ", ""),
    }


def _word_text(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    told = document.core_properties
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join((told.title, told.author, told.subject, *(p.text for p in document.paragraphs), *cells))


def _pdf_text(data: bytes) -> str:
    reader = PdfReader(io.BytesIO(data))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())
