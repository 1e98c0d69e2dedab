"""`claude-preflight agent-hook`: tell a coding agent at once what the file that it has just written breaks.

For Claude Code's hooks `PostToolUse` (matcher `Edit|Write|MultiEdit`) and `ConfigChange`: they hand over a JSON object
on standard input, and show the agent what stands on standard error when the exit status is 2. Source:
code.claude.com/docs/en/hooks, 2026-08-22.
"""

from __future__ import annotations

import json
import os
import sys

from claude_preflight.context import Context
from claude_preflight.examine import FOUND_NOTHING, Options, Unusable, examine
from claude_preflight.model import Severity
from claude_preflight.policy import Policy
from claude_preflight.report.text import line
from claude_preflight.repository import Repository
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

# The status with which the agent is told; any other failure it would show to the person only.
_TELL_AGENT = 2
_MOST_INPUT = 16 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--strict", action="store_true", help="tell of warnings as well")


def run(options: argparse.Namespace, files: list[str]) -> int:
    """Check the file that the agent's message on standard input names; return 2 if the agent should mend it.

    A file that is not for agents, that is gone, or that lies outside of the repository is none of our business. Raises
    `Unusable` when the input is no such message.
    """
    path, folder = _written(sys.stdin.buffer.read(_MOST_INPUT))
    repository = Repository(folder)
    relative = repository.relative(os.path.join(folder, path)) if path else None
    kinds = Context(repository, Policy(), "").kinds_of(relative) if relative else ()
    if not relative or not kinds or not os.path.isfile(repository.absolute(relative)):
        return FOUND_NOTHING
    os.chdir(repository.root)
    report = examine(Options(paths=(relative,)))
    told = [result for result in report.results if options.strict or result.severity is Severity.ERROR]
    for result in told:
        sys.stderr.write(f"{line(result)}\n    repair: {result.finding.repair}\n")
    return _TELL_AGENT if told else FOUND_NOTHING


def _written(message: bytes) -> tuple[str, str]:
    """Return the path of the file that was written, empty if there is none, and the agent's working folder."""
    try:
        content = json.loads(message)
        arguments = content.get("tool_input") or {}
        path = arguments.get("file_path") or arguments.get("notebook_path") or content.get("file_path") or ""
        folder = content.get("cwd") or "."
    except (ValueError, AttributeError, RecursionError):
        raise Unusable("standard input holds no message of an agent's hook") from None
    if not isinstance(path, str) or not isinstance(folder, str) or "\0" in path + folder:
        raise Unusable("standard input holds no message of an agent's hook")
    return path, folder
