"""`claude-preflight explain`: tell what a rule or a hook is about."""

from __future__ import annotations

from claude_preflight.examine import write
from claude_preflight.explain import explanation
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("name", metavar="RULE", help="the id of a rule, or of a hook")


def run(options: argparse.Namespace, files: list[str]) -> int:
    """Print the documentation, and return the exit status. Raises `Unusable`."""
    write(explanation(options.name))
    return 0
