"""The Claude Code security checklist as pre-commit hooks."""

__version__ = "0.1.0"
DOCUMENTATION = "https://github.com/claude-preflight/claude-preflight/blob/main/docs/rules.md"
