"""Where the evals keep what: datasets, recordings and the baseline in the repository, runs beside them."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
CONTEXTS = HERE / "contexts"
CRITIC = HERE / "critic"
INJECTION = HERE / "injection"
PROMPT_SETS = HERE / "prompt_sets"
"""Folders of prompts that stand in for those of the same name: an arm each."""
RECORDINGS = HERE / "recordings"
MANIFEST = HERE / "manifest.json"
BASELINE = HERE / "baseline.json"
RUNS = HERE / "runs"
"""Not committed: logs for Inspect's viewer, pages as HTML, figures."""
LABELS = HERE / "labels"
"""People's verdicts, JSON lines."""
EXAMPLES = HERE.parent / "examples"
