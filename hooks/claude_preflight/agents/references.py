"""How each client's configuration refers to an environment variable."""

from __future__ import annotations

from claude_preflight.late import late

# Claude Desktop, Windsurf, Cline, Zed and Codex expand nothing in their files, so no reference can stand there.
_STYLES = (
    (late(r"(^|/)\.mcp\.json$|(^|/)\.(kiro|gemini|qwen)/.*\.json$|(^|/)(gemini|qwen)-extension\.json$"), "${%s}"),
    (late(r"(^|/)\.(vscode|vs|cursor|roo)/mcp\.json$"), "${env:%s}"),
    (late(r"(^|/)opencode\.jsonc?$|(^|/)\.opencode/.*\.jsonc?$"), "{env:%s}"),
)


def reference(path: str, variable: str) -> str | None:
    """Return how the MCP configuration at `path` refers to the environment variable `variable`; None if it cannot."""
    return next((style % variable for expression, style in _STYLES if expression.search(path)), None)
