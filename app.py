"""The simple screen: paste or drop notes, draft, read the page with its lines and its criticism, edit, download.

Shows and edits, decides nothing. Drafting runs on a loop of its own, never inside the script.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from coach.context import parse_context, read_context
from coach.documents import read_document
from coach.errors import CoachError
from coach.events import Event, Noted, StageStarted, StartedAgain, TextArrived
from coach.export import html
from coach.export.jsonfile import to_json
from coach.export.markdown import to_markdown
from coach.export.pdf import to_pdf
from coach.ledger import Ledger
from coach.markup import join, word_count
from coach.rubric import rubric, word_budget
from coach.schema import AccountContext, Drafted
from coach.settings import BUILTIN, settings
from coach.workflow import Options, edit_plan, plan_meeting

EXAMPLE = Path(__file__).parent / "examples" / "renewal.md"
KINDS = ["txt", "md", "docx", "pdf", "eml", "vtt", "xlsx", "csv", "html"]
SHOWN_EVERY_S = 0.2


@dataclass
class Drafting:
    """A plan on its way; written by the loop's thread, read by the script."""

    future: Future[Drafted] | None = None
    stage: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        match event:
            case StageStarted(stage) | StartedAgain(stage):
                self.stage = stage
                self.texts[stage] = ""
            case TextArrived(stage, delta):
                self.texts[stage] = self.texts.get(stage, "") + delta
            case Noted(text):
                self.notes.append(text)


@st.cache_resource
def loop() -> asyncio.AbstractEventLoop:
    """The one event loop of the process, on a thread of its own."""
    new = asyncio.new_event_loop()
    threading.Thread(target=new.run_forever, daemon=True, name="drafting").start()
    return new


@st.cache_resource
def ledger() -> Ledger:
    return Ledger(settings().home / "ledger")


def start(context: AccountContext, options: Options) -> None:
    drafting = Drafting()
    work = plan_meeting(context, options=options, on_event=drafting.hear, ledger=ledger())
    drafting.future = asyncio.run_coroutine_threadsafe(work, loop())
    st.session_state.drafting = drafting


def read_input(text: str, files: list[tuple[str, bytes]]) -> AccountContext:
    """The pasted text, and dropped files as further notes. Raises InputError."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / Path(name).name for name, _ in files]
        for path, (_, data) in zip(paths, files, strict=True):
            path.write_bytes(data)
        if not text.strip() and paths:
            return read_context(paths[0], notes_files=paths[1:])
        extra = [read_document(path) for path in paths]
        return parse_context(text, name="the pasted notes", folder=EXAMPLE.parent, extra=extra)


def sidebar() -> None:
    with st.sidebar.form("material", border=False):
        st.header("Your notes")
        text = st.text_area("Paste what you have", value=st.session_state.notes, height=420, key="pasted")
        files = st.file_uploader("or drop files", type=KINDS, accept_multiple_files=True)
        model = settings().model
        by = "Drafts without a model (set COACH_MODEL to use one)." if model == BUILTIN else f"Drafts with {model}."
        st.write(by)
        decision = st.text_input("Your own decision, if you have one", placeholder="We ask for a test, not the renewal")
        is_asked = st.form_submit_button("Draft the plan", type="primary", width="stretch")
    if not is_asked:
        return
    try:
        context = read_input(text, [(file.name, file.getvalue()) for file in files or []])
    except CoachError as error:
        st.sidebar.error(f"{error.message} {error.hint}".strip())
        return
    start(context, Options(decisions=(decision,) if decision.strip() else ()))


@st.fragment(run_every=SHOWN_EVERY_S)
def show_progress() -> None:
    drafting: Drafting = st.session_state.drafting
    if drafting.future is None or drafting.future.done():
        finish(drafting)
        st.rerun()
    st.write(f"Working on the {drafting.stage or 'notes'} …")
    if st.button("Stop"):
        drafting.future.cancel()
    for stage, text in reversed(list(drafting.texts.items())):
        st.html(f'<section class="page"><small class="lines">{stage}</small>{html.text_to_html(text)}</section>')


def finish(drafting: Drafting) -> None:
    st.session_state.drafting = None
    if drafting.future is None or drafting.future.cancelled():
        return
    try:
        st.session_state.drafted = drafting.future.result()
    except CoachError as error:
        st.session_state.trouble = f"{error.message} {error.hint}".strip()


def show_plan(drafted: Drafted) -> None:
    page, coach = st.columns([2, 1], gap="large")
    with page:
        if drafted.drafted_by == BUILTIN:
            st.info("Drafted without a model, from what the notes say.")
        for failure in drafted.failures:
            st.warning(f"{failure.step}: {failure.message} {failure.hint}")
        read, edit = st.tabs(["Page", "Edit"])
        read.html(html.to_html(drafted.plan.blocks))
        with edit:
            show_editor(drafted)
        downloads(drafted)
    with coach:
        show_coach(drafted)


def show_editor(drafted: Drafted) -> None:
    with st.form("editor", border=False):
        text = st.text_area("The page as Markdown", value=join(drafted.plan.blocks), height=600)
        st.write(f"{word_count(drafted.plan.blocks)} of {word_budget(drafted.plan.depth)} words")
        is_saved = st.form_submit_button("Save and check again")
    if is_saved:
        st.session_state.drafted = edit_plan(drafted, text)
        st.rerun()


def downloads(drafted: Drafted) -> None:
    name = "-".join(drafted.context.account.lower().split()).replace("/", "-") or "plan"
    pdf, markdown, json = st.columns(3)
    pdf.download_button("PDF, one page", to_pdf(drafted.plan, drafted.context).data, f"{name}.pdf", "application/pdf")
    markdown.download_button("Markdown", to_markdown(drafted.plan, drafted.context), f"{name}.md", "text/markdown")
    json.download_button("JSON", to_json(drafted), f"{name}.json", "application/json")


def show_coach(drafted: Drafted) -> None:
    critique = drafted.critique
    first = drafted.drafts[0].critique.total if drafted.drafts else None
    is_rewritten = len(drafted.drafts) > 1 and first is not None and critique.total is not None
    change = f"{(critique.total or 0) - (first or 0):+.0f} since the draft" if is_rewritten else None
    st.metric("Score", "not judged" if critique.total is None else f"{critique.total:.0f} of 100", change)
    by_rules = critique.judged_by in ("", "rules")
    st.write("By the rules alone: nobody has read it yet." if by_rules else f"Judged by {critique.judged_by}.")
    found, worked_out, notes, asked = st.tabs(["Coach", "Worked out", "Notes", "Items"])
    found.html(html.critique_to_html(drafted))
    worked_out.html(html.to_html(drafted.groundwork.blocks))
    notes.html(html.notes_to_html(drafted.context))
    for item, points in critique.scores_by_item.items():
        asked.write(f"{rubric().items[item].title}: {'not judged' if points is None else f'{points:.1f} of 4'}")


def main() -> None:
    st.set_page_config(page_title="Meeting Coach", page_icon="🧭", layout="wide")
    st.html(Path(html.__file__).with_name("page.css"))
    state = st.session_state
    if "notes" not in state:
        state.notes, state.drafting = EXAMPLE.read_text(encoding="utf-8"), None
        start(read_context(EXAMPLE), Options())
    sidebar()
    if trouble := state.pop("trouble", ""):
        st.error(trouble)
    if state.drafting:
        show_progress()
    elif "drafted" in state:
        st.header(state.drafted.plan.title or "Your plan")
        show_plan(state.drafted)


main()
