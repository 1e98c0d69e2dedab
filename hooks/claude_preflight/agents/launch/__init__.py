"""Take the launch line of an MCP server apart: launcher, package, version, what the server itself receives.

The grammars follow the programs' own help: npm 11, pnpm 9, uv 0.9, pipx 1.8, deno 2, docker 28, podman 5.
"""

from __future__ import annotations

from claude_preflight.agents.launch.model import Launch, Mount, all_of
from claude_preflight.agents.launch.reader import take_apart
from claude_preflight.agents.launch.words import program_name

__all__ = ["Launch", "Mount", "all_of", "program_name", "take_apart"]
