"""Words without which a file has nothing to say to a check: a search for them spares the import of the check.

Tests hold them against `schemas/agent_clis.json`.
"""

from __future__ import annotations

# Parts of the switches, variables and settings that turn permission checks off, and, of agents whose own switches are
# too short to be telling, the program.
SWITCHES = (
    "bypassPermissions",
    "dangerously-",
    "skip-permissions",
    "angerouslySkip",
    "skipDangerousModePermissionPrompt",
    "dangerouslyAllowAll",
    "danger-full-access",
    "--yolo",
    "yolo",
    "--allow-all",
    "COPILOT_ALLOW_ALL",
    "--approve-mcps",
    "--full-auto",
    "--yes-always",
    "yes-always",
    "AIDER_YES_ALWAYS",
    "GOOSE_MODE",
    "--trust-all-tools",
    "--always-approve",
    "--skip-permissions-unsafe",
    "chat.tools.",
    '"unrestricted"',
    *(
        f"{binary}{end}"
        for binary in ("gemini", "qwen", "cursor-agent", "opencode", "aider", "/cline", "kiro-cli")
        for end in (" ", '"', "'")
    ),
    "gemini-cli",
    "qwen-code",
    "opencode-ai",
    "aider-chat",
    "aider-install",
    " cline ",
    "\ncline ",
    "\tcline ",
    '"cline"',
    "'cline'",
    "kiro chat",
    "q chat",
)

# The programs, packages, images and CI actions of coding agents.
AGENTS = (
    "claude",
    "Claude",
    "CLAUDE",
    "codex",
    "Codex",
    "CODEX",
    "gemini",
    "Gemini",
    "GEMINI",
    "cursor",
    "opencode",
    "aider",
    "goose",
    "qwen",
    "copilot",
    "Copilot",
    "kiro",
    "amazon-q",
    "q chat",
    "cline",
    "droid",
    "crush",
    "openhands",
    "sourcegraph/amp",
    "amp ",
    "auggie",
    "agy",
    "ampcode",
    "app.factory.ai",
    "desktop-release.q",
)
