"""Downloads of a kept plan: the page, and what may be shown to the customer."""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.responses import Response

from coach.errors import InputError
from coach.export.calendar import zone_named
from coach.export.files import What, made
from coach.export.outward import outward
from coach.export.typeset import Paper
from coach.keeping import drafted_of
from coach.store import plans
from coach.store.database import Database
from coach.store.preferences import preference

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WHATS: dict[str, What] = {"": "page", "agenda": "agenda", "bring": "bring"}
ENDINGS: dict[What, frozenset[str]] = {
    "page": frozenset({"pdf", "docx", "md", "json", "ics"}),
    "agenda": frozenset({"pdf", "docx", "md"}),
    "bring": frozenset({"pdf", "docx", "md"}),
}
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": WORD,
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "ics": "text/calendar; charset=utf-8",
}


def file_of(
    db: Database, plan_id: str, *, what: str, ending: str, with_sources: bool = False, zone: str = ""
) -> Response:
    """The plan; with `what` = `agenda` or `bring` only what the customer may see.

    `zone`: the rep's, of the meeting's hour.

    Raises:
        InputError: no such plan or kind of file.
    """
    kept = plans.load_plan(db, plan_id)
    asked = WHATS.get(what)
    if asked is None or ending not in ENDINGS[asked]:
        raise InputError(f"There is no download of this kind: {what or 'page'}, .{ending}")
    paper: Paper = "us-letter" if preference(db, "paper") == "us-letter" else "a4"
    data, _ = made(
        drafted_of(kept),
        what=asked,
        ending=f".{ending}",
        paper=paper,
        plan_id=plan_id,
        with_sources=with_sources,
        zone=zone_named(zone) if zone else None,
    )
    name = file_name(kept.context.account, what=what, ending=ending)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return Response(data, media_type=MEDIA_TYPES[ending], headers=headers)


def file_name(account: str, *, what: str = "", ending: str) -> str:
    """`northwind-foods.pdf`, `northwind-foods-agenda.docx`; letters of any alphabet stay, what is not its name goes."""
    stem = "-".join(re.findall(r"\w+", outward(account).casefold())) or "plan"
    return f"{stem}-{what}.{ending}" if what else f"{stem}.{ending}"
