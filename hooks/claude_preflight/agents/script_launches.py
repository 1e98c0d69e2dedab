"""What the commands of a shell script start, as launch lines: scripts wrap servers that a configuration only names."""

from __future__ import annotations

from claude_preflight.agents.launch import Launch, take_apart
from claude_preflight.document import Document
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import commands


def script_launches(document: Document) -> tuple[Launch, ...]:
    """Return the launch of each command of the shell script `document`, in its order."""
    return document.remember(_launches)


def _launches(document: Document) -> tuple[Launch, ...]:
    whole = Text.at(document.text, 0, len(document.text))
    return tuple(take_apart(command.words[0], command.words[1:]) for command in commands(whole) if command.words)
