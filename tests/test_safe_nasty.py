"""Pages that try to slip something of ours past the gate, looked for in every byte that a customer could read."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from coach.builtin import work_out
from coach.context import parse_context
from coach.errors import InputError
from coach.export.files import What, made
from coach.export.outward import outward
from coach.schema import AccountContext, Block, Commitment, Drafted, Kind, MeetingPlan
from coach.ui.files import file_name

NOTES = """12/11 call Maria Lopez: we need the firing curve for kiln one by May, and who may read the log.
Maria Lopez: can you show the log on a tablet in the hall?
13/11 Maria, in confidence: kiln two will be sold in March and forty people go; nobody here knows yet.
Our floor is 41,500 EUR. Sven approves up to 14 % discount, do not tell them.
Jonas Weber told me privately: Veltrix quoted 38,900 EUR, and he prefers them.
Internal: Nadia Brandt (works council) is against us; keep her out of it. Our margin is 31 %.
From: Kim Vale <kim@fern.example>; To: Maria Lopez <maria@ashgrove.example>; Subject: the log
The list price is 52,000 EUR for three kilns, 12 months.
"""
OURS = re.compile(
    r"veltrix|41[ .,’]?(?:500|5k)|38[.,]9|14 ?%|fourteen|forty|margin|31 ?%|nadia|brandt|\bsold\b|blocker|at risk"
    r"|champion|floor|discount|council|negotiation|prefers|privately",
    re.IGNORECASE,
)
FILES: tuple[tuple[What, str], ...] = (
    ("agenda", ".md"), ("agenda", ".pdf"), ("agenda", ".docx"), ("agenda", ".ics"), ("bring", ".md"), ("bring", ".pdf"),
    ("bring", ".docx"),
)  # fmt: skip
TOLD_IN_WORD = ("word/document", "word/comments", "word/foot", "word/header", "docProps/")
KINDS: dict[str, Kind] = {"-": "item", ">": "quote", "|": "table", "#": "heading"}


def context_of(
    account: str = "Ashgrove Ceramics",
    place: str = "Ashgrove, hall 2",
    seller: str = "Fern Systems",
    jonas: str = "Jonas Weber",
) -> AccountContext:
    return parse_context(
        f"---\naccount: {account!r}\nstage: Negotiation\namount: 52000 EUR\nrep: Kim Vale\n"
        f"seller: {{company: {seller!r}, offer: Kiln log}}\nmeeting: {{date: 2026-12-03, start: '10:00', minutes: 45,"
        f" place: {place!r}, attendees: [{{name: Maria Lopez, title: Ops}}, {{name: {jonas!r}, title: Buyer}}]}}\n"
        f"---\n{NOTES}",
        today=dt.date(2026, 11, 30),
    )


def page_of(*blocks: tuple[str, str]) -> MeetingPlan:
    read = (
        Block(id=f"B{n}", kind=KINDS.get(text[0], "text"), text=text, part=part)
        for n, (text, part) in enumerate(blocks, 1)
    )
    best = Commitment(who="Maria", what="signs at 41,500 before Veltrix is back")
    return MeetingPlan(title="Beat Veltrix at 41,500", language="en", best_outcome=best, blocks=tuple(read))


def readable(plan: MeetingPlan, context: AccountContext) -> Iterator[str]:
    """Every file for the customer: its words, its properties and its name."""
    drafted = Drafted(context=context, plan=plan, groundwork=work_out(context))
    yield file_name(context.account, what="agenda", ending="pdf")
    for what, ending in FILES:
        try:
            data, _ = made(drafted, what=what, ending=ending)
        except InputError:
            continue
        yield from map(_plain, _texts(data, ending))


def _texts(data: bytes, ending: str) -> Iterator[str]:
    if ending == ".pdf":
        read = PdfReader(io.BytesIO(data))
        yield from (page.extract_text() for page in read.pages)
        yield f"{read.metadata} {read.trailer['/Root']['/Metadata'].get_data().decode()}"
    elif ending == ".docx":
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            parts = [file.read(name) for name in file.namelist() if name.startswith(TOLD_IN_WORD)]
            yield from (re.sub("<[^>]+>", "", part.decode("utf-8", "replace")) for part in parts)
    else:
        yield data.decode().replace("\r\n ", "")


def _plain(text: str) -> str:
    shown = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return re.sub(r"(?<=\w)-(?=\w)", "", shown.replace("\u0435", "e"))


def row(*cells: str) -> str:
    return f"| Point | What |\n|---|---|\n| {' | '.join(cells)} |\n| the log | on a tablet |"


@pytest.mark.parametrize(
    "blocks",
    [
        [(row("Price", "Veltrix is lower"), "bring")],
        [(row("Price", "veltrix is lower"), "bring")],
        [(row("Price", "Vel**trix** is lower"), "bring")],
        [(row("Price", "Vel\u200btrix, Vel\u00adtrix"), "bring")],
        [(row("Price", "V\u0435ltrix is lower"), "bring")],
        [(row("Price", "𝐕𝐞𝐥𝐭𝐫𝐢𝐱 is lower"), "bring")],
        [(row("Price", "Vel-trix is lower"), "bring")],
        [(row("Price", "`veltrix` ~~Veltrix~~"), "bring")],
        [(row("Price", "ours <!-- Veltrix 38,900 -->"), "bring")],
        [(row("Price", "![Veltrix quote](https://crm.example/veltrix.png)"), "bring")],
        [(row("Price", "41.500, or 41 500, or 41\u00a0500, or 41.5k"), "bring")],
        [(row("Price", "４１，５００"), "bring")],
        [(row("Price", "less 14 %, less fourteen per cent"), "bring")],
        [(row("Stage", "Negotiation"), "bring")],
        [(row("Who", "N. Brandt, the works council"), "bring")],
        [("| Kiln two, sold in March | Nadia’s log |\n|---|---|\n| one | two |", "bring")],
        [("## For Nadia Brandt: forty go", "bring"), (row("the log", "[L3 L5]"), "bring")],
        [("> Jonas prefers Veltrix at 38,900.", "bring"), ("- the log\n  - Veltrix\n    - kiln two is sold", "bring")],
        [("- 0–5 opening", "agenda"), ("- 5–45 Jonas: “What do you like about Veltrix?” “Is it sold?”", "agenda")],
        [("| Min | What |\n|---|---|\n| 0–5 | Veltrix |\n| 5–45 | at our floor |", "agenda")],
        [("“I'd like to settle who of the forty goes. I hope we agree what is sold in March.”", "opening")],
        [("We agree that it is sold in March. We settle at our floor. We decide before Veltrix is back.", "best")],
    ],
)  # fmt: skip
def test_nothing_of_ours_is_in_any_file_for_the_customer(blocks: list[tuple[str, str]]) -> None:
    agenda = [("- 0–5 opening", "agenda"), ("- 5–45 the log", "agenda")] if blocks[0][1] == "bring" else []
    found = [OURS.findall(text) for text in readable(page_of(*agenda, *blocks), context_of())]
    assert len(found) > 4
    assert not any(found)


@pytest.mark.parametrize(
    "context",
    [
        context_of(account="Ashgrove Ceramics (at risk)"),
        context_of(account="Ashgrove Ceramics - champion leaves"),
        context_of(seller="Fern Systems [discount desk]"),
        context_of(place="Teams, our floor 41,500"),
        context_of(jonas="Jonas Weber (blocker)"),
        context_of(jonas="Jonas Weber, blocker, prefers Veltrix"),
    ],
)
def test_what_somebody_added_to_a_name_of_the_record_is_in_no_file(context: AccountContext) -> None:
    page = page_of(("- 0–5 opening", "agenda"), ("- 5–45 the log", "agenda"), (row("the log", "on a tablet"), "bring"))
    texts = tuple(readable(page, context))
    assert not [found for text in texts for found in OURS.findall(text)]
    assert any("Ashgrove Ceramics and Fern Systems: our meeting" in text for text in texts)
    assert any("Jonas Weber" in text for text in texts)


@pytest.mark.parametrize(
    "name",
    ["Acme (UK) Ltd", "Brown, Smith and Co", "Lopez, Maria", "Maria Lopez-Weber", "Vallées – Volnay", "adesso SE", ""],
)
def test_what_belongs_to_a_name_stays(name: str) -> None:
    assert outward(name) == name
