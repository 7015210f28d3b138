"""Settings: who writes the plans, and what holds for every plan. Each is kept as soon as it is changed.

Keys of providers are neither shown nor kept: they come from the server's environment.
"""

from __future__ import annotations

import asyncio
import os

import streamlit as st

from coach.doctor import ROLES, try_model
from coach.errors import CoachError
from coach.providers import PACKAGES, full_name, variables_of
from coach.settings import BUILTIN, settings
from coach.store.database import Database
from coach.ui.defaults import A4, LETTER, Preferences, keep_preference, preferences_of
from coach.ui.desk import desk
from coach.ui.plain_text import plain, plain_line
from coach.ui.typed import TypedField, typed

SERVER, OPENAI, OLLAMA, OTHER = "server", "openai", "ollama", "other"
LANGUAGES = ("English", "German", "French", "Spanish", "Dutch", "Italian", "Portuguese", "Polish", "Swedish", "Danish")
NOTES_LANGUAGE = "The language of the notes"
_PAPER = {A4: "A4", LETTER: "Letter"}
_EXAMPLES = {OPENAI: "gpt-5.1", OLLAMA: "qwen3:32b", OTHER: "anthropic:claude-sonnet-4-5"}
_PLACES = {"openai": "OPENAI_BASE_URL"}
"""Where a provider's address may be changed; without it, the provider's own is used."""


def show() -> None:
    db = desk().db
    known = preferences_of(db)
    st.title("Settings")
    _model(db, known)
    _seller(db, known)
    _page(db, known)


def _model(db: Database, known: Preferences) -> None:
    st.header("Who writes the plans")
    choices = {
        SERVER: f"As this server is set up: {_called(settings().model)}",
        BUILTIN: "Nobody: the coach works from your notes by itself",
        OPENAI: "A model of OpenAI, or of any address that speaks its language",
        OLLAMA: "A model on Ollama",
        OTHER: "A model of another provider",
    }
    kinds = list(choices)
    kind = st.radio(
        "Who writes the plans",
        kinds,
        index=kinds.index(_kind(known.model)),
        format_func=lambda one: plain_line(choices[one]),
        key="model-kind",
        label_visibility="collapsed",
    )
    model = _named(kind, known.model)
    if model is not None and model != known.model:
        _keep(db, "model", model, "who writes the plans")
    _apart()
    _saved("model")
    _tested(model or settings().model if model is not None else "")


def _called(model: str) -> str:
    return "the coach by itself, without a model" if model == BUILTIN else model


def _kind(model: str) -> str:
    if model in ("", BUILTIN):
        return model or SERVER
    provider = model.partition(":")[0]
    return provider if provider in (OPENAI, OLLAMA) else OTHER


def _named(kind: str, known: str) -> str | None:
    """The model as it is kept; None as long as none is named that can be asked."""
    if kind in (SERVER, BUILTIN):
        return "" if kind == SERVER else BUILTIN
    is_own = _kind(known) == kind
    shown = known if kind == OTHER else known.partition(":")[2]
    label = "Provider and model, as provider:model" if kind == OTHER else "Model"
    name = st.text_input(label, shown if is_own else "", key=f"model-{kind}", placeholder=_EXAMPLES[kind]).strip()
    if kind == OTHER:
        st.markdown(f"Providers: {', '.join(PACKAGES)}.")
    if not name:
        st.markdown("Name a model; until then nothing changes.")
        return None
    try:
        model = full_name(name if kind == OTHER else f"{kind}:{name}")
    except CoachError as error:
        st.error(plain(f"{error.message} {error.hint}".strip()))
        return None
    _variables(model.partition(":")[0])
    return model


def _variables(provider: str) -> None:
    """Which variables of the environment its key and address come from, and whether they are set."""
    names = [*variables_of(provider), *([_PLACES[provider]] if provider in _PLACES else [])]
    if not names:
        st.markdown("Its key comes from the variables of its own package, in this server's environment.")
    for name in names:
        is_place = name in _PLACES.values() or provider == OLLAMA
        unset = "not set: its usual address is used" if is_place else "not set. Set it where this server is started"
        st.markdown(f"- `{name}` is {'set' if os.environ.get(name) else unset}.")


def _apart() -> None:
    """Roles that the server gives to a model of their own."""
    own = {role: settings().model_for(role) for role in ROLES if settings().model_for(role) != settings().model}
    if own:
        said = "; ".join(f"{role}: {model}" for role, model in own.items())
        st.markdown(f"On this server some work has a model of its own: {plain_line(said)}.")


def _tested(model: str) -> None:
    if not model or not st.button("Test it", key="test-model"):
        return
    if model == BUILTIN:
        st.success("The coach works from your notes by itself: no key, no network.")
        return
    with st.spinner("Asking it for a word …"):
        found = asyncio.run(try_model(model))
    hint = "" if "`coach doctor`" in found.hint else found.hint
    said = plain(f"{found.what}\n{hint}".strip())
    (st.success if found.is_fine else st.error)(said)


def _seller(db: Database, known: Preferences) -> None:
    st.header("You")
    fields = (
        TypedField("rep", "Your name", placeholder="As it stands in your notes", columns=6),
        TypedField("company", "Your company", columns=6),
        TypedField("offer", "What you offer", "long", "In a sentence or two, with what it cannot do", lines=4),
        TypedField("proofs", "Proof points, one a line", "long", "A customer, what changed, in figures", lines=6),
    )
    kept = {field.name: str(getattr(known, field.name)) for field in fields}
    said = typed(fields, kept, key="seller")
    for name, value in (said or {}).items():
        if name in kept and value.strip() != kept[name]:
            keep_preference(db, name, value)


def _page(db: Database, known: Preferences) -> None:
    st.header("The page")
    left, right = st.columns(2, gap="large")
    offered = [NOTES_LANGUAGE, *dict.fromkeys((*LANGUAGES, *([known.language] if known.language else [])))]
    chosen = left.selectbox(
        "Language",
        offered,
        index=offered.index(known.language or NOTES_LANGUAGE),
        key="language",
        accept_new_options=True,
    )
    language = "" if chosen in (None, NOTES_LANGUAGE) else str(chosen)
    if language != known.language:
        _keep(db, "language", language, "language")
    sizes = list(_PAPER)
    place = sizes.index(known.paper) if known.paper in sizes else 0
    paper = right.radio("Paper", sizes, index=place, format_func=lambda one: _PAPER[one], key="paper", horizontal=True)
    if paper != known.paper:
        _keep(db, "paper", paper, "paper")
    _saved("language", "paper")


def _keep(db: Database, name: str, value: str, called: str) -> None:
    keep_preference(db, name, value)
    st.session_state.settings_saved = (name, called)


def _saved(*names: str) -> None:
    """What of these was kept last, said where it was changed."""
    name, called = st.session_state.get("settings_saved", ("", ""))
    st.html(f'<p class="saved" role="status">{f"✓ Saved: {called}" if name in names else ""}</p>')
