"""What a model call costs, from the offline price data of genai-prices.

Knows nothing about calls. An unknown price is None, never 0.
"""

from __future__ import annotations

PROVIDERS = {
    "openai": "openai",
    "azure_openai": "azure",
    "anthropic": "anthropic",
    "google_genai": "google",
    "mistralai": "mistral",
}
"""LangChain's name of a provider to that of genai-prices. Whoever is not listed has no price that we know."""


def prepare() -> None:
    """Import the price data, which takes about a second, once a process."""
    import genai_prices  # noqa: F401


def cost_usd(model: str, *, tokens_in: int, tokens_out: int, tokens_in_cached: int = 0) -> float | None:
    """The price of one call in US dollars; `tokens_in` includes the cached ones. None: no price is known.

    `model` is `provider:model`.
    """
    provider, _, name = model.partition(":")
    if provider not in PROVIDERS:
        return None
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=tokens_in, cache_read_tokens=tokens_in_cached, output_tokens=tokens_out)
    try:
        return float(calc_price(usage, name, provider_id=PROVIDERS[provider]).total_price)
    except (LookupError, ValueError):
        return None
