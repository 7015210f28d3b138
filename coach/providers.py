"""Providers of models, by LangChain's names for them: the only file that knows LangChain.

Each provider's key and address come from its own environment variables, which its package reads. Knows nothing
about retries, deadlines or what is asked. Nothing heavy is imported before a model is asked.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from coach.errors import ModelNotConfigured

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

PACKAGES = {
    "openai": "langchain-openai",
    "azure_openai": "langchain-openai",
    "anthropic": "langchain-anthropic",
    "google_genai": "langchain-google-genai",
    "mistralai": "langchain-mistralai",
    "ollama": "langchain-ollama",
    "bedrock_converse": "langchain-aws",
    "cohere": "langchain-cohere",
    "deepseek": "langchain-deepseek",
    "fireworks": "langchain-fireworks",
    "google_vertexai": "langchain-google-vertexai",
    "groq": "langchain-groq",
    "openrouter": "langchain-openrouter",
    "together": "langchain-together",
    "xai": "langchain-xai",
}
"""A provider outside this list is refused, lest notes go where nobody meant them to."""
_EXTRAS = {
    "langchain-anthropic": "meeting-coach[anthropic]",
    "langchain-google-genai": "meeting-coach[google]",
    "langchain-mistralai": "meeting-coach[mistral]",
    "langchain-ollama": "meeting-coach[ollama]",
}

_KEY_VARIABLES = {
    "openai": "OPENAI_API_KEY",
    "azure_openai": "AZURE_OPENAI_API_KEY, AZURE_OPENAI_ENDPOINT and OPENAI_API_VERSION",
    "anthropic": "ANTHROPIC_API_KEY",
    "google_genai": "GOOGLE_API_KEY",
    "mistralai": "MISTRAL_API_KEY",
    "ollama": "OLLAMA_HOST, if it does not run on this machine",
}
_OPENAI_URL = "https://api.openai.com/v1"
_NO_KEY_NEEDED = "none"


def full_name(model: str) -> str:
    """`provider:model`; a bare name is OpenAI's.

    Raises:
        ModelNotConfigured: for an unknown provider or an empty name.
    """
    provider, colon, name = model.strip().partition(":")
    if not colon:
        provider, name = "openai", provider
    if not name:
        raise ModelNotConfigured(f"`{model}` names no model.", hint="Write it as `provider:model`.")
    if provider not in PACKAGES:
        hint = f"For a model of that name at an OpenAI-compatible address, write `openai:{model}`."
        raise ModelNotConfigured(f"There is no provider `{provider}`; known are {', '.join(PACKAGES)}.", hint=hint)
    return f"{provider}:{name}"


def variables_of(provider: str) -> tuple[str, ...]:
    """Environment variables that a provider's key and address come from; none for one we know none of."""
    return tuple(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", _KEY_VARIABLES.get(provider, "")))


def prepare(model: str) -> None:
    """Import what `model` needs; takes seconds, once a process.

    Raises:
        ModelNotConfigured: when the provider's package is not installed.
    """
    provider = model.partition(":")[0]
    package = PACKAGES[provider]
    try:
        importlib.import_module("langchain.chat_models")
        importlib.import_module(package.replace("-", "_"))
    except ImportError:
        install = f"pip install {_EXTRAS.get(package, package)}"
        raise ModelNotConfigured(f"The package for `{provider}` is missing: {install}", hint=install) from None
    if package == "langchain-openai":
        importlib.import_module("coach.transport")


def chat_model(model: str, *, max_tokens: int, is_watched: bool = True) -> BaseChatModel:
    """LangChain's model for `provider:model`, for use in the running event loop. It does not retry.

    `prepare` comes before, once. `is_watched` False: nobody reads along while it answers.

    Raises:
        ModelNotConfigured: when its key or address is missing.
    """
    from langchain.chat_models import init_chat_model

    provider, _, name = model.partition(":")
    try:
        options: dict[str, Any] = _options(provider, name, max_tokens, is_watched)
        chat: BaseChatModel = init_chat_model(name, model_provider=provider, **options)
        return chat
    except Exception:  # noqa: BLE001  # each package has its own for a missing key
        variables = _KEY_VARIABLES.get(provider, "its variables")
        raise ModelNotConfigured(f"{model} cannot be used: set {variables} in the environment.") from None


async def stream(chat: BaseChatModel, *, system: str, user: str) -> AsyncIterator[AIMessageChunk]:
    """The chunks of one answer."""
    from langchain_core.messages import HumanMessage, SystemMessage

    async for chunk in chat.astream([SystemMessage(system), HumanMessage(user)]):
        yield chunk


def untraced() -> AbstractContextManager[None]:
    """Whatever `LANGSMITH_TRACING` says: notes go to the model and to nobody else."""
    from langsmith import tracing_context

    return tracing_context(enabled=False)


def _options(provider: str, name: str, max_tokens: int, is_watched: bool) -> dict[str, object]:
    if provider == "openai":
        return _openai_options(max_tokens, is_watched)
    if provider == "azure_openai":
        return {**_shared_openai_options(is_watched), "azure_deployment": name, "max_tokens": max_tokens}
    if provider == "ollama":
        return {"num_predict": max_tokens}
    if provider == "google_genai":
        return {"max_output_tokens": max_tokens, "max_retries": 1}  # its 0 means the package's own default
    if provider == "mistralai":
        return {"max_tokens": max_tokens, "max_retries": 1}  # it counts tries
    return {"max_tokens": max_tokens, "max_retries": 0}


def _openai_options(max_tokens: int, is_watched: bool) -> dict[str, object]:
    """Servers that are not OpenAI's may need no key, and know the limit by its older name."""
    url = os.environ.get("OPENAI_API_BASE") or os.environ.get("OPENAI_BASE_URL") or _OPENAI_URL
    if url.startswith(_OPENAI_URL):
        return {**_shared_openai_options(is_watched), "base_url": url, "max_tokens": max_tokens}
    return {
        **_shared_openai_options(is_watched),
        "base_url": url,
        "api_key": os.environ.get("OPENAI_API_KEY") or _NO_KEY_NEEDED,
        "extra_body": {"max_tokens": max_tokens},
    }


def _shared_openai_options(is_watched: bool) -> dict[str, object]:
    """Chat completions whatever the name, usage also from other hosts, and our own client (see coach.transport)."""
    from coach.transport import careful_client

    return {
        "http_async_client": careful_client(proxy=os.environ.get("OPENAI_PROXY") or None, is_watched=is_watched),
        "openai_proxy": "",
        "max_retries": 0,
        "stream_chunk_timeout": None,
        "stream_usage": True,
        "use_responses_api": False,
    }
