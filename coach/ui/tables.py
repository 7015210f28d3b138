"""Tables to take away: what became of a batch's meetings, and what of an import could not be used."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from coach.batch.gathered import Gathered
from coach.batch.status import write_table
from coach.errors import CoachError, InputError
from coach.settings import settings
from coach.store.batches import get_batch
from coach.ui.desk import desk
from coach.ui.tokens import grant, right_of

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8"}
_NAME = re.compile(r"(batch|import)-([\w-]+)\.(csv|html)")


def table_link(kind: str, asked: str, ending: str) -> str:
    """The address of a table beside the page's own, with a token for it alone."""
    key = f"table-{kind}-{asked}"
    if key not in st.session_state:
        st.session_state[key] = grant(desk().secret, f"{kind}-{asked}", right="read")
    return f"tables/{kind}-{asked}.{ending}?token={quote(st.session_state[key])}"


async def table_file(request: Request) -> Response:
    """`batch-{id}.csv`, `batch-{id}.html`, and the rows of an import that could not be used: `import-{id}.csv`."""
    found = _NAME.fullmatch(request.path_params["name"])
    subject = f"{found[1]}-{found[2]}" if found else ""
    if not found or right_of(desk().secret, request.query_params.get("token", ""), subject) is None:
        return JSONResponse({"error": "This link is no longer open to you. Load the page again."}, status_code=401)
    try:
        path = await run_in_threadpool(_path, found[1], found[2], found[3])
    except CoachError as error:
        return JSONResponse({"error": error.message, "hint": error.hint}, status_code=404)
    name = f"plans.{found[3]}" if found[1] == "batch" else "not-used.csv"
    headers = {"Cache-Control": "no-store"}
    return FileResponse(path, media_type=MEDIA_TYPES[found[3]], filename=name, headers=headers)


def _path(kind: str, asked: str, ending: str) -> Path:
    """Raises InputError: there is no such table."""
    if kind == "batch":
        table, page = write_table(desk().db, get_batch(desk().db, asked), settings().home / "batches" / asked)
        return table if ending == "csv" else page
    one = Gathered.known(settings().home, asked)
    if one is None or not one.not_used.is_file() or ending != "csv":
        raise InputError("There is no such table.")
    return one.not_used
