"""A person sees what MCP tools are called with.

What it does
------------
Refuses approvals that let every tool of a server, or of all servers, pass unseen: `autoApprove: ["*"]`, `alwaysAllow`,
Gemini's `trust`, Codex's `default_tools_approval_mode`, Cursor's `mcpAllowlist: ["*:*"]`, the switches of editors;
`enableAllProjectMcpServers`, which approves servers that nobody has written yet; and single tools that run SQL or
commands, destroy data or return credentials. Gathers, one finding per file, the tools that write, delete, publish or
send, and whole servers that can. Says where such a key has no effect in the file it stands in. Tools that read are
fine.

Why is this bad?
----------------
The arguments of a call are where an injected instruction shows: the query, the recipient, the path. Once the tool is
approved nobody looks at them. A server may also add tools, or change what one does, after the approval.

Example
-------
```json .kiro/settings/mcp.json
{
  "mcpServers": {
    "db": {"command": "npx", "args": ["@acme/db-mcp@1.2.3"], "autoApprove": ["list_tables", "execute_sql"]},
    "files": {"command": "npx", "args": ["@acme/files-mcp@1.2.3"], "autoApprove": ["*"]}
  }
}
```

Use instead
-----------
```json .kiro/settings/mcp.json
{
  "mcpServers": {
    "db": {"command": "npx", "args": ["@acme/db-mcp@1.2.3"], "autoApprove": ["list_tables"]},
    "files": {"command": "npx", "args": ["@acme/files-mcp@1.2.3"], "autoApprove": ["read_file"]}
  }
}
```

References
----------
* MCP servers of a project, and how Claude Code approves them: https://code.claude.com/docs/en/mcp
* CVE-2025-53773, an injected instruction that switched all approvals off: https://nvd.nist.gov/vuln/detail/CVE-2025-53773
* CWE-862, missing authorization: https://cwe.mitre.org/data/definitions/862.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from claude_preflight.agents.config import mapping_of
from claude_preflight.agents.files import CLAUDE_SETTINGS
from claude_preflight.agents.permissions import Kind
from claude_preflight.agents.settings import Scope, Settings, is_true, settings_of
from claude_preflight.agents.tool_approvals import (
    Approval,
    Danger,
    danger_of,
    danger_of_server,
    tool_approvals,
)
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Finding, Rule, Severity
from claude_preflight.syntax.nodes import Mapping, Node
from claude_preflight.wording import only

ALL_SERVERS = Rule(
    "all-project-servers-enabled",
    Severity.ERROR,
    Confidence.HIGH,
    "every MCP server that the repository will ever name is approved in advance",
    862,
)
ALL_TOOLS = Rule(
    "all-tools-approved", Severity.ERROR, Confidence.HIGH, "every tool of an MCP server runs without asking", 862
)
DANGEROUS_TOOL = Rule(
    "dangerous-tool-approved",
    Severity.ERROR,
    Confidence.HIGH,
    "a tool that runs SQL or commands, destroys data or returns credentials runs without asking",
    862,
)
CHANGING_TOOLS = Rule(
    "changing-tool-approved",
    Severity.WARNING,
    Confidence.MEDIUM,
    "tools that write, delete, publish or send run without asking",
    862,
)
WHOLE_SERVER = Rule(
    "whole-server-approved",
    Severity.WARNING,
    Confidence.MEDIUM,
    "every tool of a server that is known to change things runs without asking",
    862,
)
NO_EFFECT = Rule(
    "tool-approval-without-effect",
    Severity.WARNING,
    Confidence.HIGH,
    "an approval that the program which reads the file ignores",
    693,
)
RULES = (ALL_SERVERS, ALL_TOOLS, DANGEROUS_TOOL, CHANGING_TOOLS, WHOLE_SERVER, NO_EFFECT)

# Which programs go by a key that stands where another program ignores it.
_OBEYERS = {
    "autoApprove": "Cline, Kiro and Amazon Q do",
    "alwaysAllow": "Roo Code and Kilo Code do",
    "trust": "Gemini CLI and Qwen Code do",
    "default_tools_approval_mode": "Codex does",
    "approval_mode": "Codex does",
    "permission_policy": "Claude Code does",
}
# Lists in which naming a server approves all of its tools, as their documentation shows.
_SERVER_LISTS = frozenset(("permissions.allow", "mcpAllowlist", "allowedTools", "amp.permissions"))
_REPAIRS = {
    "trust": "remove trust; every call is asked about then",
    "default_tools_approval_mode": 'set default_tools_approval_mode to "prompt"',
    "approval_mode": 'set approval_mode to "prompt"',
    "permission_policy": 'set permission_policy to "always_ask"',
}
_MOST_LISTED = 8
_MOST_NAMED = 50


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield the approvals in `document` that let calls of MCP tools pass unseen."""
    settings = settings_of(document) if CLAUDE_SETTINGS in document.kinds else None
    if settings:
        yield from _project_servers(settings)
        yield from _rules_without_effect(settings)
    root = mapping_of(document)
    if root:
        yield from _switches(document.known_as, root)
    yield from _approvals(tool_approvals(document))


def _approvals(approvals: list[Approval]) -> Iterator[Finding]:
    changing: list[tuple[Approval, Danger]] = []
    whole: list[tuple[Approval, str]] = []
    ignored: list[Approval] = []
    for approval in approvals:
        broad = not approval.tool.strip("*")
        danger = None if broad else danger_of(approval)
        grave = broad or (danger is not None and danger.severity is Severity.ERROR)
        if not approval.obeyed:
            ignored += [approval] if grave else []
        elif broad and approval.key in _SERVER_LISTS and approval.server.strip("*"):
            does = danger_of_server(approval.server)
            whole += [(approval, does)] if does else []
        elif broad:
            yield _every_tool(approval)
        elif danger and grave:
            yield _dangerous(approval, danger)
        elif danger:
            changing.append((approval, danger))
    if whole:
        yield _whole_servers(whole)
    if changing:
        yield _changing(changing)
    if ignored:
        yield _ignored(ignored)


# --- servers ------------------------------------------------------------------------------------------------------


def _project_servers(settings: Settings) -> Iterator[Finding]:
    value = settings.root.get("enableAllProjectMcpServers")
    if value is None or not is_true(settings.root, "enableAllProjectMcpServers"):
        return
    effect = {
        Scope.PROJECT: "without asking anyone who trusts the folder (and before 2.1.196 anyone at all)",
        Scope.LOCAL: "in a file that is one person's own, which a commit hands to everybody",
        Scope.MANAGED: "on every machine that gets this policy",
    }[settings.scope]
    message = f"enableAllProjectMcpServers approves every server that any .mcp.json will ever name, {effect}"
    repair = 'name the servers that have been reviewed: "enabledMcpjsonServers": ["docs"]'
    yield ALL_SERVERS.at(value.span, message, repair=repair, key="enableAllProjectMcpServers")


def _whole_servers(whole: list[tuple[Approval, str]]) -> Finding:
    listed = list(dict.fromkeys(f"{approval.server} ({does})" for approval, does in whole))
    servers = sorted({approval.server for approval, _ in whole})
    message = f"every tool of a server that may change things runs without asking: {', '.join(listed[:_MOST_LISTED])}"
    repair = "name the tools that only read, e.g. mcp__github__get_issue"
    return WHOLE_SERVER.at(
        whole[0][0].span, message, repair=repair, key=f"{whole[0][0].key}: {', '.join(servers[:_MOST_NAMED])}"
    )


# --- tools --------------------------------------------------------------------------------------------------------


def _every_tool(approval: Approval) -> Finding:
    owner = f'of server "{approval.server}"' if approval.server.strip("*") else "of every server"
    message = f"{approval.key} lets every tool {owner} run without asking, those it adds later too"
    repair = _REPAIRS.get(approval.key, f"name the tools that only read in {approval.key}")
    return ALL_TOOLS.at(approval.span, message, repair=repair, key=_key(approval), server=_server(approval))


def _dangerous(approval: Approval, danger: Danger) -> Finding:
    message = f'{approval.key} lets {approval.tool} of server "{approval.server}" {danger.does} without asking'
    repair = _REPAIRS.get(approval.key, f"take {approval.tool} out of {approval.key}, so that a person sees each call")
    return DANGEROUS_TOOL.at(approval.span, message, repair=repair, key=_key(approval), server=_server(approval))


def _ignored(ignored: list[Approval]) -> Finding:
    """Return the one finding about approvals that stand in the file of a program which does not know them."""
    first = ignored[0]
    tools = ["every tool" if not approval.tool.strip("*") else approval.tool for approval in ignored]
    listed = ", ".join(list(dict.fromkeys(tools))[:_MOST_LISTED])
    message = (
        f"{first.key} has no effect in this file, because the program that reads it does not know the key;"
        f" {_OBEYERS[first.key]}, and would let {listed} run without asking once the entry is copied there"
    )
    key = f"{first.key}: {_names(ignored)}"
    repair = "remove it, or keep to tools that only read"
    return NO_EFFECT.at(first.span, message, repair=repair, key=key, server=only(map(_server, ignored)))


def _changing(changing: list[tuple[Approval, Danger]]) -> Finding:
    by_danger: dict[str, list[str]] = {}
    for approval, danger in changing:
        by_danger.setdefault(danger.does, []).append(approval.tool)
    parts = [f"{does} ({', '.join(dict.fromkeys(tools[:_MOST_LISTED]))})" for does, tools in by_danger.items()]
    message = f"tools may, without anybody seeing the call, {'; '.join(parts)}"
    repair = "approve the tools that only read"
    tools = _names(approval for approval, _ in changing)
    first = changing[0][0]
    server = only(_server(approval) for approval, _ in changing)
    return CHANGING_TOOLS.at(first.span, message, repair=repair, key=f"{first.key}: {tools}", server=server)


def _names(approvals: Iterable[Approval]) -> str:
    return ", ".join(sorted({f"{approval.server}/{approval.tool}" for approval in approvals})[:_MOST_NAMED])


def _key(approval: Approval) -> str:
    return f"{approval.server}/{approval.key}/{approval.tool}"


def _server(approval: Approval) -> str:
    return approval.server if approval.server.strip("*") else ""


# --- switches and rules that approve nothing ----------------------------------------------------------------------

_SWITCHES = (
    (("chat.tools.global.autoApprove",), "VS Code"),
    (("chat.tools.autoApprove",), "VS Code"),
    (("chat.agent.autoApprove",), "VS Code"),
    (("agent", "always_allow_tool_actions"), "Zed (before version 0.224)"),
    (("assistant", "always_allow_tool_actions"), "Zed (before version 0.224)"),
    (("autoRun",), "Cursor"),
)


def _switches(path: str, root: Mapping) -> Iterator[Finding]:
    if path.endswith(".code-workspace"):
        root = root.mapping("settings") or root
    for keys, program in _SWITCHES:
        value = _at(root, keys)
        holder = _at(root, keys[:-1])
        if value is not None and isinstance(holder, Mapping) and is_true(holder, keys[-1]):
            yield _everything(value, ".".join(keys), program)
    permissions = _at(root, ("agent", "tool_permissions"))
    default = permissions.text("default") if isinstance(permissions, Mapping) else None
    if default is not None and default == "allow":
        message = "agent.tool_permissions.default lets every tool of every server run without asking in Zed"
        repair = 'set it to "confirm", and allow the tools that only read'
        yield ALL_TOOLS.at(default.span, message, repair=repair, key="agent.tool_permissions.default")


def _everything(value: Node, key: str, program: str) -> Finding:
    message = (
        f"{key} lets every tool of every server run without asking in {program}, for everyone who opens the folder"
    )
    repair = "remove it; approve the tools that only read where the program asks"
    return ALL_TOOLS.at(value.span, message, repair=repair, key=key)


def _at(root: Mapping, keys: tuple[str, ...]) -> Node | None:
    node: Node | None = root
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _rules_without_effect(settings: Settings) -> Iterator[Finding]:
    for rule in settings.allow:
        if rule.kind is Kind.TOOL_GLOB and rule.tool.startswith("mcp__"):
            message = (
                "an allow rule for MCP tools needs the server's name; Claude Code skips one with a pattern in its"
                " place, so this approves nothing"
            )
            repair = "name the tools that only read, e.g. mcp__github__get_issue"
            yield NO_EFFECT.at(rule.text.span, message, repair=repair, key="permissions.allow/mcp__*")
            return


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("mcp-tool-approval", argv)


if __name__ == "__main__":
    raise SystemExit(main())
