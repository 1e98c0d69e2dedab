"""The command `claude-preflight`: each of its commands is a module, imported only when it is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from claude_preflight import __version__
from claude_preflight.examine import COULD_NOT_CHECK, Options, Unusable, examine, refuse, show, split_arguments
from claude_preflight.late import module
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

# Each module has `add_arguments(parser)` and `run(options, files) -> exit status`; `files` are arguments that only look
# like options. Raises `Unusable`.
COMMANDS = {
    "check": ("claude_preflight.commands.check", "check files, or every tracked file"),
    "explain": ("claude_preflight.commands.explain", "tell what a rule or a hook is about"),
    "checklist": ("claude_preflight.commands.checklist", "print the checklist with the state of each item"),
    "audit": ("claude_preflight.audit.command", "ask the registries about the MCP servers, and keep the answers"),
    "sessions": ("claude_preflight.sessions.command", "show what a session of Claude Code did"),
    "init": ("claude_preflight.commands.init", "write the first files of a repository that takes this up"),
    "agent-hook": ("claude_preflight.commands.agent_hook", "tell a coding agent what its last edit broke"),
    "rules": ("claude_preflight.commands.rules", "list every rule"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with `argv` (default: `sys.argv[1:]`) and return its exit status.

    0 nothing that blocks, 1 findings that block, 2 could not check.
    """
    words, files = split_arguments(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] == ["check"] and not any(word.startswith("-") for word in words):
            # How pre-commit calls it: building the parser would cost a tenth of the run.
            return show(examine(Options((*files, *words[1:]))), strict=False)
        options = _parser(words[0] if words else "").parse_args(words)
        status: int = options.run(options, files)
    except Unusable as error:
        return refuse("claude-preflight", error)
    except BrokenPipeError:  # the reader has seen enough; nothing more may be written
        sys.stderr.close()
        return COULD_NOT_CHECK
    return status


def _parser(called: str) -> argparse.ArgumentParser:
    """Return the parser of all commands; only the one that is `called` knows its arguments."""
    import argparse

    parser = argparse.ArgumentParser(
        prog="claude-preflight",
        description="The Claude Code security checklist, checked before each commit.",
        epilog="exit status: 0 nothing that blocks, 1 findings that block, 2 could not check",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, (implemented, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name == called:
            implementation = module(implemented)
            implementation.add_arguments(command)
            command.set_defaults(run=implementation.run)
    return parser
