"""What a check may know besides its document."""

from __future__ import annotations

from typing import NamedTuple

from claude_preflight.policy import Policy
from claude_preflight.repository import Repository


class Context(NamedTuple):
    """The repository, its policy, and the day (YYYY-MM-DD) of the run."""

    repository: Repository
    policy: Policy
    today: str
