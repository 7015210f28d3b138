"""The moment at which tests write their files."""

import datetime as dt

NOW = dt.datetime(2026, 12, 1, 9, 30, tzinfo=dt.UTC)
