"""Which MCP tools the configuration of any agent lets it call without asking: one model for all dialects.

Sources: code.claude.com/docs/en/permissions and mcp, and the CLI 2.1.330; kiro.dev/docs/mcp/configuration and
cli/custom-agents/configuration-reference; the documentation of Cline, Roo Code, Gemini CLI 0.61 and Codex 0.169;
cursor.com on permissions.json and the CLI's tokens; ampcode.com/manual; all as of November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from claude_preflight.agents.config import mapping_of
from claude_preflight.agents.data import load
from claude_preflight.agents.files import CLAUDE_SETTINGS
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.agents.permissions import Kind, names_tool
from claude_preflight.agents.settings import Settings, is_true, settings_of
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.model import Severity, Span
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence
from claude_preflight.typed import NamedTuple

EVERY_TOOL = "*"
_LONGEST_NAME = 128


class Approval(NamedTuple):
    """A tool (`*`: all of them) of the MCP server `server` (`*`: of all) that runs unasked.

    `span` is what approves it; `key` names the key that does, and `obeyed` tells whether the program that reads the
    file goes by that key. `entry` is the server's own entry, where the approval stands in it.
    """

    span: Span
    server: str
    tool: str
    key: str
    obeyed: bool = True
    entry: Server | None = None


def tool_approvals(document: Document) -> list[Approval]:
    """Return what `document` lets an agent call without asking, in its order, without what it denies or asks about.

    Names longer than any client takes are cut.
    """
    root = mapping_of(document)
    if root is None:
        return []
    settings = settings_of(document) if CLAUDE_SETTINGS in document.kinds else None
    found = list(_claude(settings)) if settings else []
    for server in servers(document):
        found += (approval._replace(entry=server) for approval in _of_server(document.known_as, server))
    found += _of_file(document.known_as, root)
    cut = (each._replace(server=each.server[:_LONGEST_NAME], tool=each.tool[:_LONGEST_NAME]) for each in found)
    unique = {approval[:-1]: approval for approval in cut}
    return sorted(unique.values(), key=lambda approval: approval.span)


# --- Claude Code --------------------------------------------------------------------------------------------------

# More patterns than a person writes over the names of tools are left out: what they deny counts as allowed.
_MOST_PATTERNS = 50
_MCP_NAME = late(r"mcp__(.+?)(?:__(.*))?")


def _claude(settings: Settings) -> Iterator[Approval]:
    named = {str(rule.tool) for rule in settings.restraints if rule.effective and rule.specifier is None}
    patterns = [rule for rule in settings.restraints if rule.kind is Kind.TOOL_GLOB][:_MOST_PATTERNS]
    for rule in settings.allow:
        if rule.kind not in (Kind.MCP_SERVER, Kind.MCP_TOOL) or not rule.effective:
            continue
        match = _MCP_NAME.fullmatch(rule.tool)
        server, tool = (match[1], match[2] or EVERY_TOOL) if match else ("", "")
        whole = {str(rule.tool), f"mcp__{server}", f"mcp__{server}__*"}
        if named.isdisjoint(whole) and not any(names_tool(other, rule.tool) for other in patterns):
            yield Approval(rule.text.span, server, tool, "permissions.allow")


# --- entries of servers -------------------------------------------------------------------------------------------

# Which programs go by a key, by the paths of their files; others that read a file called so ignore it.
_OBEYED = {
    "autoApprove": late(r"(^|/)(\.kiro/|\.amazonq/|cline_mcp_settings\.json$)"),
    "alwaysAllow": late(r"(^|/)(\.roo/|\.kilocode/|mcp_settings\.json$)"),
    "trust": late(r"(^|/)\.(gemini|qwen)/settings\.json$"),
    "default_tools_approval_mode": late(r"(^|/)\.codex/"),
    "approval_mode": late(r"(^|/)\.codex/"),
    "permission_policy": late(r"(^|/)(\.mcp\.json|\.claude\.json|managed-mcp\.json)$"),
}
# Files that one known program reads, which knows none of the keys of the others.
_KNOWN_READERS = late(
    r"(^|/)(\.mcp\.json|\.claude\.json|managed-mcp\.json|claude_desktop_config[^/]*\.json|cline_mcp_settings\.json"
    r"|\.(cursor|vscode|vs|roo|kilocode|kiro|amazonq|gemini|qwen|codex|zed|amp|continue|claude|claude-plugin|github)/.*"
    r"|opencode\.jsonc?|gemini-extension\.json|\.?crush\.json)$"
)


def _is_obeyed(path: str, key: str) -> bool:
    return bool(_OBEYED[key].search(path)) or not _KNOWN_READERS.search(path)


def _of_server(path: str, server: Server) -> Iterator[Approval]:
    node, name = server.node, str(server.name)
    for key in ("autoApprove", "alwaysAllow"):
        for span, tool in _tools(node, key):
            yield Approval(span, name, tool, key, _is_obeyed(path, key))
    trust = node.get("trust")
    if trust is not None and is_true(node, "trust"):
        yield Approval(trust.span, name, EVERY_TOOL, "trust", _is_obeyed(path, "trust"))
    mode = node.text("default_tools_approval_mode")
    if mode is not None and mode == "approve":
        key = "default_tools_approval_mode"
        yield Approval(mode.span, name, EVERY_TOOL, key, _is_obeyed(path, key))
    yield from _single_tools(path, name, node.get("tools"))


def _tools(node: Mapping, key: str) -> Iterator[tuple[Span, str]]:
    """Yield the tools that the list `key` names; the value true stands for all of them."""
    value = node.get(key)
    if isinstance(value, Sequence):
        yield from ((text.span, str(text)) for text in value.texts())
    elif isinstance(value, Scalar) and value.value in (True, EVERY_TOOL):
        yield value.span, EVERY_TOOL


def _single_tools(path: str, server: str, tools: Node | None) -> Iterator[Approval]:
    if isinstance(tools, Sequence):
        for tool in tools.items:
            policy = tool.text("permission_policy") if isinstance(tool, Mapping) else None
            if policy is not None and policy == "always_allow" and isinstance(tool, Mapping):
                name = str(tool.text("name") or "")
                yield Approval(policy.span, server, name, "permission_policy", _is_obeyed(path, "permission_policy"))
    elif isinstance(tools, Mapping):
        for name, entry in tools.live_pairs():
            mode = entry.text("approval_mode") if isinstance(entry, Mapping) else None
            if mode is not None and mode == "approve":
                yield Approval(mode.span, server, str(name), "approval_mode", _is_obeyed(path, "approval_mode"))


# --- whole files of other agents ----------------------------------------------------------------------------------

_CURSOR_TOKEN = late(r"Mcp\(\s*(.*?)\s*[:,]\s*(.*?)\s*\)", re.DOTALL)


def _of_file(path: str, root: Mapping) -> Iterator[Approval]:
    name = path.rpartition("/")[2]
    if "/.cursor/" in f"/{path}":
        yield from _cursor(root)
    elif name.endswith(".json") and path.rpartition("/")[0].endswith((".kiro/agents", ".amazonq/cli-agents")):
        yield from _kiro(root)
    elif "amp.permissions" in dict(root.pairs):
        yield from _amp(root)


def _cursor(root: Mapping) -> Iterator[Approval]:
    listed = root.sequence("mcpAllowlist")
    for text in listed.texts() if listed else ():
        server, _, tool = text.partition(":")
        yield Approval(text.span, server, tool or EVERY_TOOL, "mcpAllowlist")
    permissions = root.mapping("permissions")
    allowed = permissions.sequence("allow") if permissions else None
    for text in allowed.texts() if allowed else ():
        match = _CURSOR_TOKEN.fullmatch(text) if len(text) < 500 else None
        if match or text in ("Mcp", "Mcp(*)", "Mcp(**)"):
            server, tool = (match[1], match[2]) if match else (EVERY_TOOL, EVERY_TOOL)
            yield Approval(text.span, server, tool, "permissions.allow")


def _kiro(root: Mapping) -> Iterator[Approval]:
    """Yield the entries of an agent's `allowedTools`: `@server`, `@server/tool`, or `*`."""
    listed = root.sequence("allowedTools")
    for text in listed.texts() if listed else ():
        server, _, tool = text.removeprefix("@").partition("/")
        if text == EVERY_TOOL:
            yield Approval(text.span, EVERY_TOOL, EVERY_TOOL, "allowedTools")
        elif text.startswith("@") and server != "builtin":
            yield Approval(text.span, server, tool or EVERY_TOOL, "allowedTools")


def _amp(root: Mapping) -> Iterator[Approval]:
    rules = root.sequence("amp.permissions")
    for rule in rules.items if rules else ():
        if not isinstance(rule, Mapping) or rule.get("matches"):
            continue
        tool, action = rule.text("tool"), rule.text("action")
        match = _MCP_NAME.fullmatch(tool) if tool is not None else None
        if tool is not None and action is not None and action == "allow" and (match or tool == EVERY_TOOL):
            server = match[1] if match else EVERY_TOOL
            yield Approval(tool.span, server, (match[2] if match else "") or EVERY_TOOL, "amp.permissions")


# --- what tools and servers do ------------------------------------------------------------------------------------


class Danger(NamedTuple):
    """What a call may do, as words that follow "may", and how grave it is to let it pass unseen."""

    does: str
    severity: Severity


class _Data(NamedTuple):
    harmless: frozenset[str]
    tools: list[tuple[re.Pattern[str], Danger]]
    servers: dict[str, str]
    readers: tuple[str, ...]


@cache
def _data() -> _Data:
    data = load("mcp_tools.json")
    tools = [
        (
            late("|".join(re.escape(name).replace(r"\*", ".*") for name in entry["names"])),
            Danger(entry["does"], Severity(entry["severity"])),
        )
        for entry in data["tools"]
    ]
    by_word = {name: entry["does"] for entry in data["servers"] for name in entry["names"]}
    return _Data(frozenset(data["harmless"]), tools, by_word, tuple(_folded(name) for name in data["readers"]))


def danger_of_tool(tool: str, server: str = "") -> Danger | None:
    """Return why a person should see the calls of `tool`; None for one that reads, or that nothing is known of."""
    data = _data()
    name = _folded(tool)[:100]
    spellings = [name]
    for prefix in _folded(server).split("_"):
        spellings += [name.removeprefix(f"{prefix}_")] if prefix and name.startswith(f"{prefix}_") else []
    if data.harmless.intersection(spellings):
        return None
    return next((danger for pattern, danger in data.tools for each in spellings if pattern.fullmatch(each)), None)


def danger_of(approval: Approval) -> Danger | None:
    """Return why a person should see the calls that `approval` lets pass: by the tool's name, or as a tool of a server
    that is known; None for one that reads, or that nothing is known of.
    """
    found = danger_of_tool(approval.tool, approval.server)
    return found if found or approval.entry is None else _danger_of_known_tool(_folded(approval.tool), approval.entry)


def _danger_of_known_tool(tool: str, entry: Server) -> Danger | None:
    from claude_preflight.agents.recognised import recognised
    from claude_preflight.agents.server_switches import used

    known = recognised(entry)
    found = next((each for each in known.tools if tool in each.names), None) if known else None
    if known is None or found is None or any(used(entry, known, "read_only")):
        return None
    return Danger(found.does, Severity(found.severity))


def danger_of_server(server: str) -> str | None:
    """Return what the tools of `server` may do, by a word in its name; None for one that nothing is known of."""
    data, name = _data(), _folded(server)
    if any(reader in name for reader in data.readers):
        return None
    return next((data.servers[word] for word in name.split("_") if word in data.servers), None)


def _folded(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9*]+", "_", words.lower()).strip("_")
