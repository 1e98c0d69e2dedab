"""Coding agents in what is deployed: images, compose files, Kubernetes manifests, Procfiles, servers, CI jobs.

`deployed` is the one reader; see `model.Deployed` for what it returns.
"""

from __future__ import annotations

from claude_preflight.agents.deployments.model import Deployed
from claude_preflight.agents.deployments.reader import deployed

__all__ = ["Deployed", "deployed"]
