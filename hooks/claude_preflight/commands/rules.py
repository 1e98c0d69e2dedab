"""`claude-preflight rules`: list every rule with its severity and its hook."""

from __future__ import annotations

from claude_preflight.examine import write
from claude_preflight.explain import listing
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""


def run(options: argparse.Namespace, files: list[str]) -> int:
    """Print the list, and return the exit status."""
    write(listing())
    return 0
