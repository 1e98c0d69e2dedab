"""Agents that values of JSON, YAML and TOML start without permission checks, by the keys that they stand under."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from claude_preflight.agents import files
from claude_preflight.agents.agent_clis import (
    EVERYTHING,
    NOTHING,
    SERVERS,
    Agent,
    agent_called,
    agents,
    has_flag,
    loose_uses,
    uses,
    uses_for,
    variable_called,
)
from claude_preflight.agents.config import tree_of
from claude_preflight.agents.sandboxes import Sandbox, of_configuration
from claude_preflight.agents.unsafe_files.keys import ARGUMENTS_KEY, MODE_KEY, SCRIPT_KEY, TALKING_KEY
from claude_preflight.agents.unsafe_files.settings import CLAUDE_FILES, left_by
from claude_preflight.agents.unsafe_shell import (
    CHOICE_NAME,
    NEGATIVE_NAME,
    Unsafe,
    in_line,
    in_shell,
    in_variable,
    unsafe,
)
from claude_preflight.agents.unsafe_source.languages import SOURCE_PROGRAMS, is_test
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text
from claude_preflight.syntax.shell import split_words
from claude_preflight.typed import NamedTuple

_MODE_IN_JSON = late(r"\"defaultMode\"\s*:\s*\"(bypassPermissions)\"")
_APPROVED = late(r"(?:Bash|Shell|PowerShell|run_shell_command)\((.*?)(?::?\s?\*)?\)$", 16)


class _Spot(NamedTuple):
    node: Node
    ancestors: tuple[Node, ...]
    keys: tuple[str, ...]


def _spots(root: Node) -> Iterator[_Spot]:
    """Yield the mappings, and lists, and strings below `root`, save those under keys that only speak of something."""
    stack = [_Spot(root, (), ())]
    while stack:
        spot = stack.pop()
        yield spot
        node, ancestors = spot.node, (*spot.ancestors, spot.node)
        if len(ancestors) > 200:
            continue
        if isinstance(node, Mapping):
            pairs = [(str(key), value) for key, value in node.pairs if not TALKING_KEY.search(key) or key == "default"]
            stack += [_Spot(value, ancestors, (*spot.keys, key)) for key, value in reversed(pairs)]
        elif isinstance(node, Sequence):
            stack += [_Spot(item, ancestors, spot.keys) for item in reversed(node.items)]


def in_tree(document: Document, outer: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what the values of a configuration file start."""
    root = tree_of(document).root
    if root is None or (is_test(document.path) and document.kinds <= files.SEARCHED):
        return
    for spot in _spots(root):
        node = spot.node
        if isinstance(node, Scalar) and isinstance(node.value, Text):
            text = node.value
            yield from _in_scalar(document, spot, text, outer)
        elif isinstance(node, Sequence):
            yield from _in_list(document, spot, node, outer)


def _sandbox(document: Document, spot: _Spot, outer: Sandbox | None) -> Sandbox | None:
    inner = of_configuration(document.text, document.path, spot.ancestors or (spot.node,), spot.keys)
    initialising = spot.keys[:1] == ("initializeCommand",)
    return inner or (None if initialising else outer)


def _in_scalar(document: Document, spot: _Spot, text: Text, outer: Sandbox | None) -> Iterator[Unsafe]:
    key = spot.keys[-1] if spot.keys else ""
    family = _source_family(spot, key)
    if family:
        yield from _in_inner_source(text, family, _sandbox(document, spot, outer))
        return
    if key and (variable_called(key, text) or ("-" in text and key.replace("_", "").isupper())):
        yield from in_variable(Text.at(key, text.start, text.start), text, _sandbox(document, spot, outer))
        return
    mode = _MODE_IN_JSON.search(text) if key in ("settings", "claude_settings") else None
    if mode or (text == "bypassPermissions" and MODE_KEY.match(key) and not CLAUDE_FILES.search(document.known_as)):
        at = text.part(*mode.span(1)) if mode else text
        agent = agents()[0]
        options = spot.ancestors[-1] if spot.ancestors else None
        left = left_by(options) if at is text and isinstance(options, Mapping) else EVERYTHING
        if left != NOTHING:
            safe = f"`{key}: dontAsk` with a narrow list of allowed tools" if at is text else ""
            jail = _sandbox(document, spot, outer)
            yield Unsafe(agent, str(at), agent.switches[1].effect, at.span, left == SERVERS, jail, safe)
        return
    listed = bool(spot.ancestors) and isinstance(spot.ancestors[-1], Sequence)
    if listed and text.startswith("-"):  # an argument, which counts with those around it
        return
    approved = _APPROVED.match(text) if key in ("allow", "allowedTools") else None
    if approved:
        yield from in_shell(text.part(*approved.span(1)), quoted=True)
        return
    if "-" not in text or not has_flag(text.replace("\n", " ").replace('"', " ").replace("'", " ").split()):
        return
    sandbox = _sandbox(document, spot, outer)
    if ARGUMENTS_KEY.search(key) and not NEGATIVE_NAME.search(key):
        words = split_words(text)
        found = list(loose_uses(words)) or [use for agent in _around(spot) for use in uses_for(agent, words)]
        yield from (unsafe(use, sandbox) for use in found)
    elif any(SCRIPT_KEY.search(each) for each in spot.keys[-4:]):
        known = bool(SCRIPT_KEY.search(key)) or "scripts" in spot.keys[-2:]
        yield from in_shell(text, sandbox, quoted=not known)


def _source_family(spot: _Spot, key: str) -> str:
    """Return the family of the language that the script `key` of a CI step is written in, empty for a shell's."""
    step = spot.ancestors[-1] if spot.ancestors and key in ("run", "script") else None
    if not isinstance(step, Mapping):
        return ""
    holder = spot.ancestors[-2] if len(spot.ancestors) > 1 else None
    action = holder.text("uses") if isinstance(holder, Mapping) else None
    if key == "script" and action is not None and action.lower().startswith("actions/github-script@"):
        return "slash"
    return SOURCE_PROGRAMS.get(str(step.text("shell") or "").partition(" ")[0], "")


def _in_inner_source(text: Text, family: str, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    from claude_preflight.agents.unsafe_source.reader import in_source

    for found in in_source("", str(text), family, sandbox):
        yield found._replace(span=text.part(*found.span).span)


def _around(spot: _Spot) -> Iterator[Agent]:
    """Yield the agent that stands as the command beside the arguments at `spot`, or in its action."""
    for node in spot.ancestors[-2:]:
        for key in ("command", "cmd", "program", "executable", "path", "uses"):
            text = node.text(key) if isinstance(node, Mapping) else None
            for agent in agents() if text else ():
                if text and any(posixpath.basename(text.partition("@")[0]) == binary for binary in agent.binaries):
                    yield agent


def _in_list(document: Document, spot: _Spot, node: Sequence, outer: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what a list of words starts: a whole command, or the arguments of the one beside it."""
    key = spot.keys[-1] if spot.keys else ""
    items = list(node.texts())
    words = [item for item in items if " " not in item or item[:1] not in "-"] if items else []
    if not words or not has_flag(words) or NEGATIVE_NAME.search(key) or key in ("allow", "deny", "ask"):
        return
    parent = spot.ancestors[-1] if spot.ancestors else None
    program: list[Text] = []
    if isinstance(parent, Mapping) and ARGUMENTS_KEY.search(key):
        beside = parent.get("command") or parent.get("cmd") or parent.get("program") or parent.get("executable")
        if isinstance(beside, Sequence):
            program = list(beside.texts())
        elif isinstance(beside, Scalar) and isinstance(beside.value, Text):
            program = split_words(beside.value)
    if "matrix" in spot.keys[-3:-1]:  # a job is started with each of them
        yield from (unsafe(use, _sandbox(document, spot, outer)) for use in loose_uses(words))
        return
    if not program and key in ("flags", "options"):  # of a table that says which there are
        return
    if program or SCRIPT_KEY.search(key) or ARGUMENTS_KEY.search(key) or key.isupper():
        line = [*program, *words]
        found = list(uses(line))
        if len({use.agent.name for use in found}) == 1:
            chosen = not program and not agent_called(words[0]) and bool(CHOICE_NAME.search(key))
            yield from in_line(found, line, _sandbox(document, spot, outer), weak=chosen)
