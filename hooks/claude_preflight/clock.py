"""The one clock: every date that a check compares with comes from here."""

from __future__ import annotations

import os
import time

VARIABLE = "CLAUDE_PREFLIGHT_TODAY"


def today() -> str:
    """Return the day as YYYY-MM-DD (local time), or what the environment variable `CLAUDE_PREFLIGHT_TODAY` says."""
    return os.environ.get(VARIABLE) or time.strftime("%Y-%m-%d")
