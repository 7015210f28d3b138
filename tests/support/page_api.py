"""The routes of plans, in memory, for the page component: keeps the rules of saving, and fails on demand.

`python -m tests.support.page_api` serves it with the worked example and a Streamlit page that shows it.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from coach.markup import word_count
from tests.support.harrowgate import PLAN

Json = dict[str, object]
Kept = dict[str, object]

HOST = Path(__file__).parent / "page_host.py"
LONGEST_S = 30.0


@dataclass
class Plan:
    """One plan as the browser is told of it; every change raises the revision."""

    title: str = ""
    blocks: list[Kept] = field(default_factory=list)
    revision: int = 1
    lines: Json = field(default_factory=dict)
    suggestions: list[Kept] = field(default_factory=list)
    missing: list[Json] = field(default_factory=list)
    findings: list[Json] = field(default_factory=list)
    changes: list[Json] = field(default_factory=list)
    job: Json | None = None
    streaming: Json = field(default_factory=dict)
    worked_out: str = ""
    budget: int = 750
    pages: float = 0.8
    is_readonly: bool = False
    done: dict[str, Json] = field(default_factory=dict)
    """Results by op: the same edit sent twice is done once."""
    before: list[list[Kept]] = field(default_factory=list)
    said: list[tuple[str, Json]] = field(default_factory=list)
    """Requests other than edits, as (path, body)."""
    gone: set[str] = field(default_factory=set)
    undone: list[list[Kept]] = field(default_factory=list)
    """Pages that an undo took away, until somebody changes something."""

    def state(self, plan_id: str) -> Json:
        words = word_count("\n\n".join(str(block["text"]) for block in self.blocks))
        return {
            "id": plan_id, "revision": self.revision, "title": self.title, "status": "drafted", "stage": "",
            "job": self.job, "readonly": self.is_readonly, "words": words, "budget": self.budget, "pages": self.pages,
            "language": "en",
            "blocks": self.blocks, "missing": self.missing, "findings": self.findings, "suggestions": self.suggestions,
            "lines": self.lines, "worked_out": self.worked_out, "streaming": self.streaming, "changes": self.changes,
        }  # fmt: skip

    def block(self, block_id: str) -> Kept | None:
        return next((one for one in self.blocks if one["id"] == block_id), None)

    def text(self, block_id: str) -> str:
        found = self.block(block_id)
        return str(found["text"]) if found else ""

    def write(self, block_id: str, text: str, *, by: str = "Tom") -> None:
        """Somebody else's change."""
        self.remember()
        found = self.block(block_id)
        assert found
        found.update(text=text, revision=self.revision, written_by=by)

    def drop(self, block_id: str) -> None:
        self.remember()
        self.blocks = [one for one in self.blocks if one["id"] != block_id]
        self.gone.add(block_id)

    def add(self, block_id: str, kind: str, text: str, part: str = "other", **more: object) -> None:
        self.revision += 1
        self.blocks.append(kept(block_id, kind, text, part, revision=self.revision, **more))

    def is_writing(self, stage: str, text: str) -> None:
        """Who asks for the state is told of it too."""
        is_groundwork = stage == "groundwork"
        self.worked_out = text if is_groundwork else ""
        self.streaming = {"stage": stage, "text": "" if is_groundwork else text}

    def remember(self) -> None:
        self.before.append([dict(block) for block in self.blocks])
        self.undone.clear()
        self.revision += 1

    def steps(self, action: str) -> bool:
        """One change back, or forth again; whether there was one."""
        pages, others = (self.before, self.undone) if action == "undo" else (self.undone, self.before)
        if not pages:
            return False
        others.append([dict(block) for block in self.blocks])
        self.blocks = pages.pop()
        self.revision += 1
        return True

    def edit(self, edit: Json, by: str, own: dict[object, object]) -> Json:
        """`own`: the revisions that this request has brought about, which are known to who sent it."""
        op = str(edit["op"])
        if op not in self.done:
            edit = edit | {"base": own.get(edit["block"], edit["base"])}
            self.done[op] = {"op": op, "block": edit["block"], **_ACTIONS[str(edit["action"])](self, edit, by)}
        if self.done[op]["result"] == "saved":
            own[edit["block"]] = self.done[op]["revision"]
        return self.done[op]

    def clashes(self, found: Kept, edit: Json) -> Json | None:
        if edit["base"] == found["revision"] or edit["text"] == found["text"]:
            return None
        return {"result": "clash", "revision": found["revision"], "theirs": found["text"], "by": found["written_by"]}


def kept(block_id: str, kind: str, text: str, part: str = "other", *, revision: int = 1, **more: object) -> Kept:
    given: Kept = {
        "id": block_id, "revision": revision, "kind": kind, "text": text, "part": part, "citations": [], "basis": None,
        "check": {"status": "no_claim", "problems": []}, "written_by": "coach", "touched": False, "confidential": None,
    }  # fmt: skip
    return given | more


def _text(plan: Plan, edit: Json, by: str) -> Json:
    found = plan.block(str(edit["block"]))
    if not found:
        return {"result": "gone", "revision": plan.revision, "theirs": "", "by": "Tom"}
    if clash := plan.clashes(found, edit):
        return clash
    plan.remember()
    found = plan.block(str(edit["block"]))
    assert found
    found.update(text=edit["text"], revision=plan.revision, written_by=by, touched=True)
    return {"result": "saved", "revision": plan.revision}


def _insert(plan: Plan, edit: Json, by: str) -> Json:
    plan.remember()
    new = kept(str(edit["block"]), str(edit["kind"]), str(edit["text"]), str(edit["part"]), revision=plan.revision)
    _place(plan, new | {"written_by": by, "touched": True}, str(edit["after"]))
    return {"result": "saved", "revision": plan.revision}


def _delete(plan: Plan, edit: Json, by: str) -> Json:
    found = plan.block(str(edit["block"]))
    if found and edit["base"] != found["revision"]:
        return {"result": "clash", "revision": found["revision"], "theirs": found["text"], "by": found["written_by"]}
    plan.drop(str(edit["block"]))
    return {"result": "saved", "revision": plan.revision}


def _move(plan: Plan, edit: Json, by: str) -> Json:
    plan.remember()
    found = plan.block(str(edit["block"]))
    assert found
    plan.blocks.remove(found)
    _place(plan, found, str(edit["after"]))
    return {"result": "saved", "revision": found["revision"]}


def _place(plan: Plan, block: Kept, after: str) -> None:
    ids = [str(one["id"]) for one in plan.blocks]
    at = ids.index(after) + 1 if after in ids else 0 if not after else len(ids)
    plan.blocks.insert(at, block)


_Action = Callable[[Plan, Json, str], Json]
_ACTIONS: dict[str, _Action] = {"text": _text, "insert": _insert, "delete": _delete, "move": _move}


@dataclass
class PageApi:
    """A server on a free port. `is_down` drops connections, `fail_with` answers so, `delay_s` holds saving up.

    `tells_nothing` drops who asks for a plan's state: from then on no browser learns of a change.
    """

    plans: dict[str, Plan] = field(default_factory=dict)
    port: int = 0
    is_down: bool = False
    tells_nothing: bool = False
    fail_with: int = 0
    delay_s: float = 0.0
    posts: int = 0
    """Requests with edits that were answered."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    listening: list[tuple[str, queue.Queue[bytes]]] = field(default_factory=list)

    def __enter__(self) -> PageApi:
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.go_down()
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell(self, plan_id: str, event: str, data: Json) -> None:
        if event in ("text", "stage"):
            self.plans[plan_id].is_writing(str(data["stage"]), str(data.get("text", "")))
        line = f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()
        for plan, heard in list(self.listening):
            if plan == plan_id:
                heard.put(line)

    def changed(self, plan_id: str) -> None:
        self.tell(plan_id, "change", {"revision": self.plans[plan_id].revision})

    def go_down(self) -> None:
        self.is_down = True
        for _, heard in list(self.listening):
            heard.put(b"")

    def come_up(self) -> None:
        self.is_down = False

    def answer(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        _, _, _, plan_id, *rest = path.split("/")
        plan = self.plans.get(plan_id)
        if plan is None:
            return 404, {"error": "There is no such plan"}
        if method == "GET":
            return 200, plan.state(plan_id)
        if self.fail_with:
            return self.fail_with, {"error": "Something broke"}
        return self._post(plan_id, plan, "/".join(rest), body)

    def _post(self, plan_id: str, plan: Plan, action: str, body: Json) -> tuple[int, Json]:
        if action == "edits":
            time.sleep(self.delay_s)
            return 200, self._edits(plan_id, plan, body)
        plan.said.append((action, body))
        if action.startswith("suggestions/"):
            return self._decide(plan_id, plan, action.removeprefix("suggestions/"), body)
        if action in ("undo", "redo") and not plan.steps(action):
            return 409, {"error": f"There is nothing of yours to {action}.", "hint": "The history has every version."}
        elif action == "redraft":
            plan.job = {"id": "J1", "kind": "redraft", "stage": "block"}
        elif action == "cancel":
            plan.job = None
        self.changed(plan_id)
        return 200, {"revision": plan.revision, "job": "J1"}

    def _edits(self, plan_id: str, plan: Plan, body: Json) -> Json:
        edits = body["edits"]
        assert isinstance(edits, list)
        with self.lock:
            own: dict[object, object] = {}
            results = [plan.edit(edit, str(body["by"]), own) for edit in edits]
            self.posts += 1
        self.changed(plan_id)
        return {"revision": plan.revision, "results": results}

    def _decide(self, plan_id: str, plan: Plan, name: str, body: Json) -> tuple[int, Json]:
        found = next(one for one in plan.suggestions if one["id"] == name)
        block = plan.block(str(found["block"]))
        if body["action"] in ("accept", "edit"):
            if block is None or str(found["old"]) not in str(block["text"]):
                return 409, {"error": "The words of this suggestion have changed since"}
            plan.remember()
            new = str(body.get("text") or found["new"])
            block = plan.block(str(found["block"]))
            assert block
            block.update(text=str(block["text"]).replace(str(found["old"]), new), revision=plan.revision)
            found["state"] = "applied"
        else:
            plan.revision += 1
            found["state"] = "dismissed" if body["action"] == "dismiss" else "open"
        self.changed(plan_id)
        return 200, {"revision": plan.revision, "suggestion": found}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_OPTIONS(self) -> None:
                self.reply(204, None)

            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                if path.endswith("/live") and not api.is_down:
                    self.stream(path.split("/")[3])
                    return
                with api.lock:
                    if api.is_down or api.tells_nothing:
                        self.drop()
                    else:
                        self.reply(*api.answer("GET", path, {}))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if api.is_down:
                    self.drop()
                else:
                    self.reply(*api.answer("POST", urlsplit(self.path).path, body))

            def drop(self) -> None:
                self.close_connection = True

            def reply(self, status: int, answer: Json | None) -> None:
                content = b"" if answer is None else json.dumps(answer).encode()
                self.head(status, "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def head(self, status: int, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Access-Control-Allow-Headers", "authorization, content-type")
                self.send_header("Access-Control-Max-Age", "600")

            def stream(self, plan_id: str) -> None:
                assert "token" in parse_qs(urlsplit(self.path).query)
                heard: queue.Queue[bytes] = queue.Queue()
                api.listening.append((plan_id, heard))
                self.head(200, "text/event-stream")
                self.end_headers()
                self.close_connection = True
                try:
                    self.wfile.write(b": hello\n\n")
                    while line := heard.get(timeout=LONGEST_S):
                        self.wfile.write(line)
                except (OSError, queue.Empty):
                    pass  # the browser has left
                finally:
                    api.listening.remove((plan_id, heard))

            def log_message(self, format: str, *given: object) -> None:  # noqa: A002
                pass

        return Handler


LINES: Json = {
    label: {"text": text, "source": source, "voice": voice, "speaker": speaker}
    for label, source, voice, speaker, text in (
        (
            "L1",
            "CRM export",
            "ours",
            None,
            "12/10 RS call M Lopez. 2 dock scanner outages, worst 19 Sep, 41 trucks late",
        ),
        ("L3", "CRM export", "customer", "Maria Lopez", "ML wants renewal AND a fix she can show the board 15 Dec"),
        ("L4", "mail", "customer", "Tom Reed", "cause is your firmware 4.2 on the cold store units, our wifi is fine"),
        ("L5", "CRM export", "ours", None, "RS promised TR root cause report by 24/10"),
        ("L12", "CRM export", "customer", "Tom Reed", "20/11 TR asks: who pays for the weekend crew?"),
        ("P1", "case studies", "ours", None, "Brennholt Logistik: two stores at -25C on 4.3, 0 disconnects in 61 days"),
    )
}
NO_FALLBACK = "No fall-back yet: what is the smaller step if the best is refused?"


def worked_example() -> Plan:
    """The Harrowgate page with a mark, a finding and a suggestion of every kind, and without a fall-back."""
    plan = Plan(title=PLAN.title, lines=LINES, budget=700)
    for block in PLAN.blocks:
        if block.part != "fallback":
            plan.blocks.append(kept(block.id, block.kind, block.text, block.part, citations=list(block.citations)))
    plan.missing = [{"part": "fallback", "say": NO_FALLBACK, "after": "B34"}]
    return plan


def mark(plan: Plan, block_id: str, status: str, *problems: str, **more: object) -> None:
    found = plan.block(block_id)
    assert found
    found.update(check={"status": status, "problems": list(problems)}, **more)


def suggestion(name: str, block: str, old: str, new: str, why: str = "Tom will open with it.") -> Kept:
    return {
        "id": name, "kind": "harm", "block": block, "old": old, "new": new, "why": why, "lines": ["L5"],
        "check": {"status": "verified", "problems": []}, "state": "open", "reason": "",
    }  # fmt: skip


if __name__ == "__main__":
    with PageApi({"P1": worked_example(), "P2": Plan(title="Empty")}, port=8700) as served:
        print(f"http://127.0.0.1:8701/?api={served.url}&redraft=1")
        here = ["--server.port=8701", "--server.address=127.0.0.1", "--server.headless=true"]
        subprocess.run([sys.executable, "-m", "streamlit", "run", str(HOST), *here, *sys.argv[1:]], check=False)
