"""Which commands run unasked by each client's configuration."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.files import kinds_of
from claude_preflight.agents.shell_grants import broad_grants
from claude_preflight.checks import mcp_tool_approval, permission_scope, sensitive_path_deny
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.policy import Policy
from claude_preflight.repository import Repository

# Path; configuration; for each broad grant its pattern, its key, and what it points at.
CASES: list[tuple[str, object, list[tuple[str, str, str]]]] = [
    (
        ".claude/settings.json",
        {"permissions": {"allow": ["Bash", "Bash(python3:*)", "Bash(ls:*)", "PowerShell(iex *)", "bash(*)", "Bash()"]}},
        [
            ("*", "permissions.allow", "Bash"),
            ("python3 *", "permissions.allow", "Bash(python3:*)"),
            ("iex *", "permissions.allow", "PowerShell(iex *)"),
        ],
    ),
    (
        ".claude/settings.json",
        {"permissions": {"allow": ["Bash(*)", "Bash(node *)"], "ask": ["Bash(node *)"], "deny": ["Bash(rm *)"]}},
        [("*", "permissions.allow", "Bash(*)")],
    ),
    (".claude/settings.json", {"permissions": {"deny": ["Bash"], "ask": ["Bash(*)"]}}, []),
    (
        ".cursor/cli.json",
        {"permissions": {"allow": ["Shell(*)", "Shell", "Shell(git)", "Shell(node)", "Shell(sh:-c *)", "Read(**)"]}},
        [
            ("*", "permissions.allow", "Shell(*)"),
            ("*", "permissions.allow", "Shell"),
            ("node *", "permissions.allow", "Shell(node)"),
            ("sh -c *", "permissions.allow", "Shell(sh:-c *)"),
        ],
    ),
    (".cursor/cli.json", {"permissions": {"allow": ["Shell(node)"], "deny": ["Shell(node)"]}}, []),
    (
        ".cursor/permissions.json",
        {"terminalAllowlist": ["git", "*", "python3 -c", "python3 -m pytest"]},
        [("*", "terminalAllowlist", "*"), ("python3 -c *", "terminalAllowlist", "python3 -c")],
    ),
    ("opencode.json", {"permission": "allow"}, [("*", "permission", "allow")]),
    ("opencode.json", {"permission": {"*": "allow"}}, [("*", "permission.*", "allow")]),
    ("opencode.json", {"permission": {"*": "allow", "bash": "ask"}}, []),
    ("opencode.json", {"permission": {"*": "ask", "bash": "allow"}}, [("*", "permission.bash", "allow")]),
    (
        "opencode.jsonc",
        {"permission": {"bash": {"*": "ask", "node *": "allow", "git *": "allow"}}},
        [("node *", "permission.bash", "node *")],
    ),
    ("opencode.json", {"permission": {"bash": {"node *": "allow", "*": "ask"}}}, []),
    ("opencode.json", {"permission": {"bash": {"*": "allow", "rm *": "deny"}}}, [("*", "permission.bash", "*")]),
    ("opencode.json", {"agent": {"a": {"permission": "allow"}}}, [("*", "agent.a.permission", "allow")]),
    (
        "opencode.json",
        {"permissions": [{"action": "shell", "resource": "node *", "effect": "allow"}, {"action": "edit"}, 1]},
        [("node *", "permissions", "allow")],
    ),
    (
        "opencode.json",
        {
            "permissions": [
                {"action": "*", "resource": "*", "effect": "allow"},
                {"action": "shell", "resource": "*", "effect": "deny"},
            ]
        },
        [],
    ),
    (
        ".gemini/settings.json",
        {"tools": {"allowed": ["run_shell_command(node)", "ShellTool", "read_file"], "exclude": ["ShellTool(node)"]}},
        [("*", "tools.allowed", "ShellTool")],
    ),
    (".qwen/settings.json", {"allowedTools": ["run_shell_command"]}, [("*", "allowedTools", "run_shell_command")]),
    (
        ".qwen/settings.json",
        {
            "permissions": {
                "allow": ["Bash(node *)", "Bash(ruby:*)", "Bash(npx)", "Shell", "Bash(node x.js)", "Read(//srv/**)"],
                "ask": ["Bash(ruby *)"],
            }
        },
        [
            ("node *", "permissions.allow", "Bash(node *)"),
            ("npx *", "permissions.allow", "Bash(npx)"),
            ("*", "permissions.allow", "Shell"),
        ],
    ),
    (
        ".qwen/settings.json",
        {"permissions": {"allow": ["Bash", "Bash(git status *)", "Bash(node -e 1)"], "deny": ["run_shell_command"]}},
        [],
    ),
    (".gemini/settings.json", {"permissions": {"allow": ["Bash(node *)"]}}, []),
    (".gemini/settings.json", {"coreTools": ["run_shell_command"], "tools": {"core": ["run_shell_command"]}}, []),
    (
        ".kiro/agents/a.json",
        {
            "allowedTools": ["shell", "@builtin", "@docs", "fs_read"],
            "toolsSettings": {"execute_bash": {"allowedCommands": [".*", "^node\\s.*", "^node x.js$", "git .*"]}},
        },
        [
            ("*", "allowedTools", "shell"),
            ("*", "allowedTools", "@builtin"),
            ("*", "toolsSettings.execute_bash.allowedCommands", ".*"),
            ("node *", "toolsSettings.execute_bash.allowedCommands", "^node\\s.*"),
        ],
    ),
    (
        ".vscode/settings.json",
        {
            "chat.tools.terminal.autoApprove": {
                "/.*/": True,
                "/^.*$/i": {"approve": True, "matchCommandLine": True},
                "node": True,
                "/^python3\\b/": True,
                "/^python3$/": True,
                "/^(node|python3)\\b/": True,
                "npm test": True,
                "rm": False,
                "curl": None,
            }
        },
        [
            ("*", "chat.tools.terminal.autoApprove", "/.*/"),
            ("*", "chat.tools.terminal.autoApprove", "/^.*$/i"),
            ("node *", "chat.tools.terminal.autoApprove", "node"),
            ("python3 *", "chat.tools.terminal.autoApprove", "/^python3\\b/"),
            ("python3", "chat.tools.terminal.autoApprove", "/^python3$/"),
        ],
    ),
    (".vscode/settings.json", {"chat.tools.terminal.autoApprove": {"node": True, "/.*/": False}}, []),
    (
        "shop.code-workspace",
        {"settings": {"roo-cline.allowedCommands": ["*", "npm test"], "roo-cline.deniedCommands": ["rm"]}},
        [("*", "roo-cline.allowedCommands", "*")],
    ),
    (
        ".zed/settings.json",
        {"agent": {"tool_permissions": {"default": "allow", "tools": {"terminal": {"default": "allow"}}}}},
        [("*", "agent.tool_permissions.tools.terminal.default", "allow")],
    ),
    (".zed/settings.json", {"agent": {"tool_permissions": {"tools": {"terminal": {"default": "confirm"}}}}}, []),
    (
        ".amp/settings.json",
        {
            "amp.permissions": [
                {"tool": "Bash", "action": "allow", "matches": {"cmd": "node *"}},
                {"tool": "Bash", "action": "ask", "matches": {"cmd": "python3 *"}},
                {"tool": "Bash", "action": "allow", "matches": {"cmd": "python3 *"}},
                {"tool": "Read", "action": "allow"},
                {"tool": "Bash", "action": "reject"},
                {"tool": "Bash", "action": "allow"},
            ],
            "amp.commands.allowlist": ["git", "npx"],
        },
        [("node *", "amp.permissions", "allow"), ("npx *", "amp.commands.allowlist", "npx")],
    ),
    (".mcp.json", {"permission": "allow", "permissions": {"allow": ["Bash"]}}, []),
    (".claude/settings.json", [], []),
]


@pytest.mark.parametrize(("path", "value", "expected"), CASES)
def test_broad_grants(path: str, value: object, expected: list[tuple[str, str, str]]) -> None:
    text = json.dumps(value, indent=1)
    grants = broad_grants(Document(path, text, kinds_of(path)))
    pointed = [json.loads(f'"{text[slice(*grant.text.span)]}"') for grant in grants]
    assert [(grant.pattern, grant.key, at) for grant, at in zip(grants, pointed, strict=True)] == expected
    assert all(grant.breadth for grant in grants)


def test_no_grant_escapes_a_sandbox_that_holds_every_command() -> None:
    value = {"permissions": {"allow": ["Bash"]}, "sandbox": {"enabled": True, "allowUnsandboxedCommands": False}}
    path = ".claude/settings.json"
    assert broad_grants(Document(path, json.dumps(value), kinds_of(path))) == []


@pytest.mark.parametrize(
    ("path", "condition"),
    [
        (".claude/settings.json", ", once the folder is trusted"),
        (".claude/settings.local.json", ", once the folder is trusted"),
        ("managed-settings.json", ", in every project"),
    ],
)
def test_when_a_grant_holds(path: str, condition: str) -> None:
    [grant] = broad_grants(Document(path, '{"permissions": {"allow": ["Bash"]}}', kinds_of(path)))
    assert grant.condition == condition


WORDS = ["permissions", "permission", "allow", "deny", "bash", "*", "tools", "allowed", "agent", "terminal", "default"]
KEYS = st.sampled_from(
    [
        *WORDS,
        "mcpServers",
        "autoApprove",
        "trust",
        "chat.tools.terminal.autoApprove",
        "amp.permissions",
        "tool",
        "action",
    ]
)
TEXTS = st.sampled_from(
    [*WORDS, "Bash", "Shell(*)", "mcp__a__b", "/.*/", "//", "/", "node", "@a/b", "a:b", "\udc80", ""]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | TEXTS, inner, max_size=4),
    max_leaves=12,
)
PATHS = sorted({path for path, _, _ in CASES} | {".kiro/settings/mcp.json", ".roo/mcp.json", "managed-settings.json"})


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATHS), VALUES | st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_configuration_is_checked(path: str, value: object) -> None:
    document = Document(path, json.dumps(value), kinds_of(path))
    context = Context(Repository("."), Policy(), "2026-11-22")
    for check in (permission_scope, sensitive_path_deny, mcp_tool_approval):
        for finding in check.check(document, context):
            assert 0 <= finding.span.start < finding.span.end <= len(document.text)
            assert finding.key
            assert finding.rule in check.RULES
