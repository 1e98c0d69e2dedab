"""What is found in a deployment: an agent, where it stands, and why that counts as production."""

from __future__ import annotations

from claude_preflight.agents.agent_clis import Agent
from claude_preflight.model import Span
from claude_preflight.typed import NamedTuple

IMAGE, SERVICE, JOB = "image", "service", "job"


class Presence(NamedTuple):
    """An agent in a command line, a file or an image name: `how` is a verb phrase behind its name."""

    agent: Agent
    how: str
    span: Span


class Evidence(NamedTuple):
    """Why something counts as production: `what` says it behind a colon; it is a guess unless `sure`."""

    what: str
    sure: bool = True


class Deployed(NamedTuple):
    """An agent in production.

    `kind` is a constant of this module; `place` names the stage, service, container, process or job that holds it,
    with its article; `key` does so for good.
    """

    kind: str
    presence: Presence
    place: str
    evidence: Evidence
    key: str
