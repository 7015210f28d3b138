"""What the page in the browser asks the server for, beside Streamlit: its state, its saving, its news.

Every answer is JSON; every refusal has one line for a person. Bodies are bounded. Knows nothing about Streamlit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from coach.errors import CoachError, InputError, StoreError
from coach.store import edits, jobs, plans, shares
from coach.store.records import Edit
from coach.ui import acts, suggesting
from coach.ui.defaults import options_from, preferences_of
from coach.ui.desk import desk
from coach.ui.files import file_of
from coach.ui.live import as_event
from coach.ui.state import Json, page_state
from coach.ui.tables import table_file
from coach.ui.tokens import Right, right_of

MAX_BODY_BYTES = 200_000
MAX_BLOCK_CHARS = 20_000
NEVER_KEPT = {"Cache-Control": "no-store"}


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    by: str = Field("", max_length=200)
    """The rep's name, for the history."""


class Edits(_Body):
    edits: tuple[Edit, ...] = Field(max_length=200)


class Decision(_Body):
    action: Literal["accept", "dismiss", "undo", "edit"]
    text: str = Field("", max_length=MAX_BLOCK_CHARS)
    reason: str = Field("", max_length=1000)


class Vouched(_Body):
    block: str = Field(max_length=100)


class Marked(_Body):
    line: str = Field(max_length=20)
    may_be_said: bool


class Redraft(_Body):
    block: str = Field("", max_length=100)
    part: str = Field("", max_length=100)
    direction: str = Field("", max_length=500)
    may_go: bool = False
    keep: bool = True


B = TypeVar("B", bound=_Body)


def routes() -> list[Route]:
    return [
        Route("/api/plans/{plan_id}", _asked(show, right="read")),
        Route("/api/plans/{plan_id}/edits", _told(Edits, save), methods=["POST"]),
        Route("/api/plans/{plan_id}/suggestions/{suggestion}", _told(Decision, decide), methods=["POST"]),
        Route("/api/plans/{plan_id}/undo", _told(_Body, undo), methods=["POST"]),
        Route("/api/plans/{plan_id}/redo", _told(_Body, redo), methods=["POST"]),
        Route("/api/plans/{plan_id}/vouch", _told(Vouched, vouch), methods=["POST"]),
        Route("/api/plans/{plan_id}/confidence", _told(Marked, mark), methods=["POST"]),
        Route("/api/plans/{plan_id}/redraft", _told(Redraft, redraft), methods=["POST"]),
        Route("/api/plans/{plan_id}/cancel", _told(_Body, cancel), methods=["POST"]),
        Route("/api/plans/{plan_id}/live", live),
        Route("/files/{name}", _file),
        Route("/tables/{name}", table_file),
    ]


def show(request: Request, right: Right) -> Json:
    kept = plans.load_plan(desk().db, _plan_id(request))
    job = jobs.running_job(desk().db, kept.id)
    return page_state(
        kept,
        job=job,
        writing=desk().hub.writing(kept.id),
        is_readonly=right == "read",
        is_cut_short=jobs.is_cut_short(desk().db, kept.id),
    )


def save(request: Request, body: Edits) -> Json:
    plan_id = _plan_id(request)
    if long := next((one for one in body.edits if len(one.text) > MAX_BLOCK_CHARS), None):
        raise InputError(f"One block holds {len(long.text):,} characters; at most {MAX_BLOCK_CHARS:,} are kept.")
    results = edits.apply_edits(desk().db, plan_id, body.edits, by=body.by or "the rep")
    revision = plans.revisions(desk().db, [plan_id])[plan_id]
    if any(one.result == "saved" for one in results):
        desk().hub.changed(plan_id, revision)
        desk().rechecker.soon(plan_id)
    return {"revision": revision, "results": [one.model_dump(mode="json") for one in results]}


def decide(request: Request, body: Decision) -> Json:
    plan_id = _plan_id(request)
    suggestion = suggesting.decide(
        desk().db,
        plan_id,
        request.path_params["suggestion"],
        body.action,
        text=body.text,
        reason=body.reason,
        by=body.by or "the rep",
    )
    return {"revision": acts.changed_words(plan_id), "suggestion": suggestion.model_dump(mode="json")}


def undo(request: Request, body: _Body) -> Json:
    plan_id = _plan_id(request)
    edits.undo_last(desk().db, plan_id, by=body.by or "the rep")
    return {"revision": acts.changed_words(plan_id)}


def redo(request: Request, body: _Body) -> Json:
    plan_id = _plan_id(request)
    edits.redo_last(desk().db, plan_id, by=body.by or "the rep")
    return {"revision": acts.changed_words(plan_id)}


def vouch(request: Request, body: Vouched) -> Json:
    return {"revision": acts.vouch(_plan_id(request), body.block)}


def mark(request: Request, body: Marked) -> Json:
    plan_id = _plan_id(request)
    is_open = body.may_be_said
    return {"revision": acts.open_lines(plan_id, [body.line]) if is_open else acts.keep_line(plan_id, body.line)}


def redraft(request: Request, body: Redraft) -> Json:
    asked = {"block": body.block, "part": body.part, "direction": body.direction.strip(), "keep": str(body.keep)}
    options = {**options_from(preferences_of(desk().db)), **asked, "may_go": str(body.may_go), "by": body.by}
    job = desk().drafter.start(_plan_id(request), "redraft_part", options)
    return {"job": job.model_dump(mode="json")}


def cancel(request: Request, body: _Body) -> Json:
    desk().drafter.cancel(_plan_id(request))
    return {}


async def live(request: Request) -> Response:
    """Server-sent events until the browser goes."""
    plan_id = _plan_id(request)
    if await run_in_threadpool(_right, request) is None:
        return _refusal(401, "This page is no longer open to you. Load it again.")
    return StreamingResponse(_news(request, plan_id), media_type="text/event-stream", headers=NEVER_KEPT)


async def _news(request: Request, plan_id: str) -> AsyncIterator[str]:
    """Until the browser goes, or the link by which it came is taken back."""
    yield ": here\n\n"
    async for message in desk().hub.listen(plan_id):
        if await run_in_threadpool(_right, request) is None:
            return
        yield as_event(message)


async def _file(request: Request) -> Response:
    """`{plan}.pdf`, `{plan}-agenda.docx` …"""
    stem, _, ending = request.path_params["name"].rpartition(".")
    plan_id, _, what = stem.partition("-")
    request.path_params["plan_id"] = plan_id
    if await run_in_threadpool(_right, request) is None:
        return _refusal(401, "This link is no longer open to you. Load the page again.")
    asked = request.query_params
    with_sources, zone = bool(asked.get("sources")), asked.get("zone", "")
    file = partial(file_of, desk().db, plan_id, what=what, ending=ending, with_sources=with_sources, zone=zone)
    return await _answered(file)


def _asked(handle: Callable[[Request, Right], Json], *, right: Right) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        held = await run_in_threadpool(_right, request)
        if held is None:
            return _refusal(401, "This page is no longer open to you. Load it again.")
        return await _answered(lambda: JSONResponse(handle(request, held), headers=NEVER_KEPT))

    return endpoint


def _told(body: type[B], handle: Callable[[Request, B], Json]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if await run_in_threadpool(_right, request) != "edit":
            return _refusal(401, "This page is no longer open to you for editing. Load it again.")
        data = await _bounded_body(request)
        if data is None:
            return _refusal(413, f"More than {MAX_BODY_BYTES:,} bytes at once are not taken.")
        try:
            told = body.model_validate_json(data or b"{}")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            return _refusal(422, f"{'.'.join(map(str, first['loc'])) or 'the request'}: {first['msg']}")
        return await _answered(lambda: JSONResponse(handle(request, told), headers=NEVER_KEPT))

    return endpoint


async def _answered(work: Callable[[], Response]) -> Response:
    try:
        return await run_in_threadpool(work)
    except StoreError as error:
        return _refusal(503, error.message, hint=error.hint)
    except CoachError as error:
        return _refusal(409 if isinstance(error, InputError) else 502, error.message, hint=error.hint)


async def _bounded_body(request: Request) -> bytes | None:
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BODY_BYTES:
            return None
    return data


def _right(request: Request) -> Right | None:
    """By a signed token, or by a shared link, which is looked up each time: once taken back it opens nothing."""
    header = request.headers.get("authorization", "").removeprefix("Bearer ")
    token = header or request.query_params.get("token", "")
    return right_of(desk().secret, token, _plan_id(request)) or _shared_right(token, _plan_id(request))


def _shared_right(token: str, plan_id: str) -> Right | None:
    try:
        return "read" if token and shares.shared(desk().db, token) == plan_id else None
    except InputError:
        return None


def _plan_id(request: Request) -> str:
    return str(request.path_params["plan_id"])


def _refusal(status: int, message: str, *, hint: str = "") -> JSONResponse:
    return JSONResponse({"error": message, "hint": hint}, status_code=status, headers=NEVER_KEPT)
