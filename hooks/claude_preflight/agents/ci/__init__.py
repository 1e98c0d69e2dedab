"""CI files as jobs: GitHub Actions, GitLab CI, CircleCI, Azure Pipelines, Bitbucket Pipelines, Jenkins.

`jobs` is the one reader; see `model.Job` for what it returns.
"""

from __future__ import annotations

from claude_preflight.agents.ci.model import Job
from claude_preflight.agents.ci.reader import jobs

__all__ = ["Job", "jobs"]
