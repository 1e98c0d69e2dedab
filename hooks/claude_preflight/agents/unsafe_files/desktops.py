"""Agents that a desktop starts without permission checks: scripts of Windows, jobs of launchd, layouts of Zellij."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.agents.agent_clis import Agent, agent_called, has_flag, loose_uses, uses_for
from claude_preflight.agents.sandboxes import Sandbox, of_command
from claude_preflight.agents.unsafe_shell import ARGUMENT_NAME, NEGATIVE_NAME, Unsafe, in_line, in_shell, in_words
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text

_ARRAY = late(r"^[ \t]*\$(\w+)[ \t]*\+?=[ \t]*@\(([^()]*)\)", 8)
_SPLAT = late(r"[@$](\w+)")
_MAX_LINE = 200  # characters in front of an array that is handed on
_QUOTED = late(r"#[^\n]*|\"((?:[^\"\\\n]|\\.)*+)\"|'([^'\n]*)'")
_LAUNCHED = late(r"<key>ProgramArguments</key>\s*<array>((?:[^<]|<(?!/array>))*+)", 16)
_XML_STRING = late(r"<!--(?:[^-]|-(?!->))*+|<string>([^<]*)</string>")
_PANE = late(r"//[^\n]*|\b(command|args)((?:[ \t=]+\"(?:[^\"\\\n]|\\.)*+\")++)")


def in_windows(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what a script of PowerShell or cmd starts."""
    dialect = "powershell" if document.path.lower().endswith(("ps1", "psm1")) else "cmd"
    text, start = document.text, 0
    for line in text.splitlines(keepends=True):
        bare = line.strip().lower()
        if bare and not bare.startswith(("#", "::", "rem ")):
            yield from in_shell(Text.at(line, start, start + len(line)), sandbox, dialect=dialect)
        start += len(line)
    if dialect == "powershell":
        yield from _in_arrays(text, sandbox)


def _in_arrays(text: str, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what the arrays of a PowerShell script switch off that it gives to an agent, or that are named for that."""
    arrays = [(match[1], _items(_QUOTED, text, *match.span(2))) for match in _ARRAY.finditer(text)]
    arrays = [(name, words) for name, words in arrays if has_flag(words)]
    users = _users(text, {name for name, _ in arrays})
    for name, words in arrays:
        named = ARGUMENT_NAME.search(name) and not NEGATIVE_NAME.search(name)
        found = uses_for(users[name], words) if name in users else loose_uses(words) if named else ()
        yield from in_line(list(found), words, sandbox)


def _users(text: str, names: set[str]) -> dict[str, Agent]:
    """Return the agents that are started on a line of `text` with an array among their arguments, by its name."""
    found: dict[str, Agent] = {}
    for match in _SPLAT.finditer(text) if names else ():
        if match[1] in names and match[1] not in found:
            line = text[max(0, match.start() - _MAX_LINE) : match.start()].rpartition("\n")[2]
            agent = next(filter(None, (agent_called(word.strip("\"'")) for word in line.split())), None)
            if agent:
                found[match[1]] = agent
    return found


def in_launchd(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what a job of launchd starts."""
    for match in _LAUNCHED.finditer(document.text):
        yield from _in_arguments(_items(_XML_STRING, document.text, *match.span(1)), sandbox)


def in_layout(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what the panes of a Zellij layout start."""
    program: list[Text] = []
    for match in _PANE.finditer(document.text):
        words = _items(_QUOTED, document.text, *match.span(2)) if match[1] else []
        if match[1] == "command":
            program = words[:1]
        elif words:
            yield from _in_arguments([*program, *words], sandbox)


def _in_arguments(words: list[Text], sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what the list `words` starts, by itself or by the script that it hands to a shell."""
    yield from in_words(words, sandbox)
    for word in words:
        if " -" in word:
            yield from in_shell(word, of_command(words) or sandbox, quoted=True)


def _items(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[Text]:
    """Return the first groups of `pattern` between `start` and `end` that are matched, without what is commented."""
    matches = (match for match in pattern.finditer(text, start, end) if match[1] is not None)
    return [Text.at(match[1], *match.span(1)) for match in matches]
