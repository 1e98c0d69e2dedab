"""Whether a commit is made by an agent, and what the agent's environment holds: names of variables, never values.

Sources: code.claude.com/docs/en/env-vars, 2026-08-22; AI_AGENT is a convention of several vendors; the variables of
other agents as their command lines set them.
"""

from __future__ import annotations

from collections.abc import Mapping

MARKERS = (
    "CLAUDECODE",
    "CLAUDE_CODE_SESSION_ID",
    "AI_AGENT",
    "CURSOR_AGENT",
    "CODEX_SANDBOX",
    "CODEX_SANDBOX_NETWORK_DISABLED",
    "GEMINI_CLI",
    "OPENCODE",
    "GOOSE_TERMINAL",
)
SESSION_ID = "CLAUDE_CODE_SESSION_ID"


def in_session(environment: Mapping[str, str]) -> bool:
    """Tell whether the process with this `environment` was started by an agent."""
    return any(environment.get(name) for name in MARKERS)
