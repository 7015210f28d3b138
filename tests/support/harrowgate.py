"""The Harrowgate page and its context, built by hand with their parts and citations."""

from __future__ import annotations

import json
from pathlib import Path

from coach.schema import AccountContext, MeetingPlan

_DATA = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
CONTEXT = AccountContext.model_validate(_DATA["context"])
PLAN = MeetingPlan.model_validate(_DATA["plan"])
