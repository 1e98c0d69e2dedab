"""Settings that switch the permission checks of agents off: those of Claude Code and its subagents, and of others."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from claude_preflight.agents import files
from claude_preflight.agents.agent_clis import (
    EVERYTHING,
    NOTHING,
    SERVERS,
    Agent,
    Setting,
    agents,
    tool_names,
    tools_left,
)
from claude_preflight.agents.config import tree_of
from claude_preflight.agents.sandboxes import of_settings
from claude_preflight.agents.settings import Scope, is_true, settings_of
from claude_preflight.agents.unsafe_shell import Unsafe
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text

CLAUDE_FILES = late(r"(?:^|/)(?:settings[\w.-]*|managed-settings[\w.-]*)\.json$|(?:^|/)managed-settings\.d/")
_BYPASS = {
    Scope.PROJECT: "starts without permission checks up to version 2.1.240; newer ones ignore it in a project's file",
    Scope.LOCAL: "starts without permission checks up to version 2.1.240; newer ones ignore it in a local file as well",
    Scope.MANAGED: "starts without permission checks in every project of the organisation",
    None: "starts without permission checks wherever this file becomes somebody's settings",
}
_PROMPT = {
    Scope.PROJECT: "ignores it in a project's file, but it shows that the mode without checks is meant to be used",
    Scope.LOCAL: "no longer warns before it starts without permission checks",
    Scope.MANAGED: "no longer warns anybody before it starts without permission checks",
    None: "no longer warns before it starts without permission checks, wherever this file becomes somebody's settings",
}


def in_settings(document: Document) -> Iterator[Unsafe]:
    """Yield the settings of agents in `document` that switch checks off."""
    yield from _claude(document)
    path = f"/{document.known_as}"
    for agent in agents():
        for setting in agent.settings:
            if any(fnmatchcase(path, pattern if pattern[0] != "*" else f"*{pattern[1:]}") for pattern in setting.files):
                yield from _setting(document, agent, setting)


def _claude(document: Document) -> Iterator[Unsafe]:
    """Yield what a settings file of Claude Code, or the front matter of a subagent, says about the mode."""
    if not document.kinds.isdisjoint((files.AGENT,)) and document.known_as.endswith(".md"):
        yield from _subagent(document)
    if not CLAUDE_FILES.search(document.known_as):
        return
    settings = settings_of(document)
    if settings is None or of_settings(settings):
        return
    own = files.CLAUDE_SETTINGS in document.kinds
    scope = settings.scope if own else None
    mode, prompt = settings.permissions.text("defaultMode"), "skipDangerousModePermissionPrompt"
    agent = agents()[0]
    if mode == "bypassPermissions" and mode is not None:
        yield Unsafe(agent, "defaultMode: bypassPermissions", _BYPASS[scope], mode.span, False, None)
    value = settings.root.get(prompt)
    if value is not None and is_true(settings.root, prompt):
        yield Unsafe(agent, f"{prompt}: true", _PROMPT[scope], value.span, True, None)


def _subagent(document: Document) -> Iterator[Unsafe]:
    root = tree_of(document).root
    mode = root.text("permissionMode") if isinstance(root, Mapping) else None
    # A subagent with an empty list has all tools.
    left = left_by(root) if isinstance(root, Mapping) and _tools(root) else EVERYTHING
    if mode == "bypassPermissions" and mode is not None and left != NOTHING:
        plugin = "/.claude/" not in f"/{document.known_as}"
        effect = "runs every tool call of this subagent without asking anybody"
        effect += ", unless it comes from a plugin" if plugin else ""
        weak = left == SERVERS
        yield Unsafe(agents()[0], "permissionMode: bypassPermissions", effect, mode.span, weak, None)


def _setting(document: Document, agent: Agent, setting: Setting) -> Iterator[Unsafe]:
    root = tree_of(document).root
    if document.known_as.endswith(".code-workspace") and isinstance(root, Mapping):
        root = root.mapping("settings")
    level: list[tuple[Text | None, Node]] = [(None, root)] if root is not None else []
    for step in setting.key:
        level = [
            (key, value)
            for _, node in level
            if isinstance(node, Mapping)
            for key, value in node.live_pairs()
            if step == "*" or key == step.replace("\\*", "*")
        ]
    for key, value in level:
        if isinstance(value, Scalar) and key is not None and _is(value.value, setting.values):
            span = value.value.span if isinstance(value.value, Text) else value.span
            yield Unsafe(
                agent,
                f"{key}: {str(value.value).lower() if value.value is True else value.value}",
                setting.effect,
                span,
                setting.weak,
                None,
            )


def _is(value: object, values: tuple[str | bool, ...]) -> bool:
    if isinstance(value, bool):
        return any(each is value for each in values)
    return isinstance(value, str) and str(value) in [each for each in values if isinstance(each, str)]


def left_by(options: Mapping) -> str:
    """Return what the tools and servers that `options` list leave Claude Code to do, as `tools_left` says it."""
    servers = options.get("mcpServers") or options.get("mcp_servers")
    served = isinstance(servers, Sequence) or (isinstance(servers, Mapping) and bool(servers.pairs))
    return tools_left(agents()[0], _tools(options), served=served)


def _tools(options: Mapping) -> list[str] | None:
    """Return the tools that `options` list, in a list or in a text; None if they list none."""
    listed, text = options.sequence("tools"), options.text("tools")
    if listed is None and text is None:
        return None
    return [str(tool) for tool in listed.texts()] if listed else tool_names(text or "")
