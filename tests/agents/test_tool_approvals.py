"""Which MCP tools run unasked by each client's configuration, and which of them a person should see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from claude_preflight.agents.data import data_path
from claude_preflight.agents.files import kinds_of
from claude_preflight.agents.tool_approvals import danger_of, danger_of_server, danger_of_tool, tool_approvals
from claude_preflight.agents.validation import load_schema
from claude_preflight.document import Document
from claude_preflight.model import Severity

DANGERS = {
    "run any SQL on the database": "execute_sql executeSql execute_sql_query supabase_execute_sql run_sql"
    " execute_query",
    "run any command": "execute_command run-command shell runShellCommand bash run_terminal_cmd start_process",
    "run any command of the cloud's own client": "aws_cli call_aws kubectl_generic terraform_apply",
    "change or destroy the structure of a database or project": "apply_migration drop_table dropCollection"
    " truncate_table"
    " delete_project deleteRepository destroy_stack",
    "return credentials": "get_secret getSecretValue get_connection_string reveal_secret create_access_key",
    "run code": "execute_code executeCode browser_evaluate puppeteer_evaluate evaluate_script execute_python_code",
    "work the screen, mouse and keyboard": "computer computer_use computerUse",
    "delete data": "delete_file deleteIssue remove_member purge_cache delete_*",
    "write files or rows": "write_file edit_file push_files_x write_query create_table upsert_rows",
    "publish, merge or deploy": "merge_pull_request deploy_edge_function publish_package git_push",
    "send messages or money": "send_message sendEmail slack_post_message create_payment_link create_refund",
}
READING = (
    "read_file list_tables get_issue search query describe_table fetch get_file_contents create_entities"
    " delete_entities"
    " delete_observations list_deleted_items get_send_history browser_navigate browser_click sequentialthinking"
    " tavily-search"
    " getDiagnostics supabase_query aws_documentation_search read_graph add_observations create_issue"
    " update_issue * resolve"
)


@pytest.mark.parametrize(("does", "tool"), [(does, tool) for does, tools in DANGERS.items() for tool in tools.split()])
def test_danger_of_tool(does: str, tool: str) -> None:
    if tool == "push_files_x":
        does = "publish, merge or deploy"
    found = danger_of_tool(tool)
    assert found is not None
    assert found.does == does


@pytest.mark.parametrize("tool", [*READING.split(), "", "ü", "_"])
def test_reading_tool(tool: str) -> None:
    assert danger_of_tool(tool) is None


def test_name_of_the_server_in_front_of_the_tool_is_looked_through() -> None:
    assert danger_of_tool("acme_delete_row") is None
    found = danger_of_tool("acme_delete_row", "acme-crm")
    assert found == ("delete data", Severity.WARNING)
    assert danger_of_tool("slack_send_message", "Slack") == ("send messages or money", Severity.WARNING)


@pytest.mark.parametrize(
    ("server", "does"),
    [
        ("github", "change repositories"),
        ("plugin_acme_supabase", "change databases"),
        ("claude_ai_Gmail", "send messages or money"),
        ("my-postgres-db", "change databases"),
        ("chromeDevtools", "act in a browser"),
        ("context7", None),
        ("sequential-thinking", None),
        ("githubish", None),
        ("aws-documentation", None),
        ("plugin-deploy-on-aws-awsknowledge", None),
        ("github_read-only", None),
        ("", None),
    ],
)
def test_danger_of_server(server: str, does: str | None) -> None:
    assert danger_of_server(server) == does


POSTGRES = "leave its read-only transaction and run any SQL on the database"


@pytest.mark.parametrize(
    ("line", "tool", "does"),
    [
        ("npx -y @modelcontextprotocol/server-postgres@0.6.2 postgresql://localhost/x", "query", POSTGRES),
        ("cmd /c npx @modelcontextprotocol/server-postgres", "query", POSTGRES),
        ("uvx mcp-server-motherduck", "query", "run any SQL on the database"),
        ("uvx mcp-server-motherduck --read-only=false", "Query", "run any SQL on the database"),
        ("uvx mcp-server-motherduck", "execute_query", "run any SQL on the database"),
        ("uvx mcp-server-motherduck --read-only", "query", None),
        ("uvx mcp-server-motherduck", "list_tables", None),
        ("npx mcp-mongo-server", "query", None),
        ("npx @benborla29/mcp-server-mysql", "mysql_query", None),
        ("npx @modelcontextprotocol/server-memory", "query", None),
        ("npx acme-postgres", "query", None),
        ("acme", "query", None),
    ],
)
def test_danger_of_a_tool_whose_name_tells_nothing(line: str, tool: str, does: str | None) -> None:
    command, *args = line.split()
    entry = {"command": command, "args": args, "autoApprove": [tool]}
    path = ".kiro/settings/mcp.json"
    (approval,) = tool_approvals(Document(path, json.dumps({"mcpServers": {"db": entry}}), kinds_of(path)))
    found = danger_of(approval)
    assert (found.does if found else None) == does
    assert found is None or found.severity is Severity.ERROR


# Path; text; for each approval its server, tool, key, and whether the file's reader obeys, and what it points at.
Case = tuple[str, str, list[tuple[str, str, str, bool, str]]]
CASES: list[Case] = [
    (
        ".claude/settings.json",
        '{"permissions": {"allow": ["mcp__a", "mcp__b__*", "mcp__c__get_x", "mcp__*", "Bash(ls)", "mcp__d__e(x)"]}}',
        [
            ("a", "*", "permissions.allow", True, "mcp__a"),
            ("b", "*", "permissions.allow", True, "mcp__b__*"),
            ("c", "get_x", "permissions.allow", True, "mcp__c__get_x"),
        ],
    ),
    (
        ".claude/settings.json",
        '{"permissions": {"allow": ["mcp__a__x", "mcp__b__x", "mcp__c__x", "mcp__d__x", "mcp__e__x"],'
        ' "deny": ["mcp__a", "mcp__b__x", "mcp__*d*"], "ask": ["mcp__c__*", "mcp__e__y"]}}',
        [("e", "x", "permissions.allow", True, "mcp__e__x")],
    ),
    (
        ".kiro/settings/mcp.json",
        '{"mcpServers": {"a": {"command": "x", "autoApprove": ["*", "read"], "alwaysAllow": ["y"], "trust": true}}}',
        [
            ("a", "*", "autoApprove", True, "*"),
            ("a", "read", "autoApprove", True, "read"),
            ("a", "y", "alwaysAllow", False, "y"),
            ("a", "*", "trust", False, "true"),
        ],
    ),
    (".roo/mcp.json", '{"mcpServers": {"a": {"alwaysAllow": true}}}', [("a", "*", "alwaysAllow", True, "true")]),
    ("x/mcp_settings.json", '{"mcpServers": {"a": {"alwaysAllow": "*"}}}', [("a", "*", "alwaysAllow", True, '"*"')]),
    (
        "cline_mcp_settings.json",
        '{"mcpServers": {"a": {"autoApprove": ["x"]}}}',
        [("a", "x", "autoApprove", True, "x")],
    ),
    ("mcp.json", '{"mcpServers": {"a": {"autoApprove": ["x"]}}}', [("a", "x", "autoApprove", True, "x")]),
    (".mcp.json", '{"mcpServers": {"a": {"autoApprove": ["x"]}}}', [("a", "x", "autoApprove", False, "x")]),
    (".cursor/mcp.json", '{"mcpServers": {"a": {"autoApprove": ["x"]}}}', [("a", "x", "autoApprove", False, "x")]),
    (
        ".mcp.json",
        '{"mcpServers": {"a": {"url": "https://a.dev", "tools": [{"name": "x", "permission_policy": "always_allow"},'
        ' {"name": "y", "permission_policy": "always_ask"}, 1]}}}',
        [("a", "x", "permission_policy", True, "always_allow")],
    ),
    (
        ".gemini/settings.json",
        '{"mcpServers": {"a": {"command": "x", "trust": true}, "b": {"command": "x", "trust": "true"}}}',
        [("a", "*", "trust", True, "true")],
    ),
    (
        ".codex/config.toml",
        '[mcp_servers.a]\ncommand = "x"\ndefault_tools_approval_mode = "approve"\n'
        '[mcp_servers.b]\ncommand = "x"\ndefault_tools_approval_mode = "auto"\n'
        '[mcp_servers.b.tools.y]\napproval_mode = "approve"\n',
        [
            ("a", "*", "default_tools_approval_mode", True, "approve"),
            ("b", "y", "approval_mode", True, "approve"),
        ],
    ),
    (
        ".cursor/permissions.json",
        '{"mcpAllowlist": ["a:x", "b:*", "*:*", "c", 1]}',
        [
            ("a", "x", "mcpAllowlist", True, "a:x"),
            ("b", "*", "mcpAllowlist", True, "b:*"),
            ("*", "*", "mcpAllowlist", True, "*:*"),
            ("c", "*", "mcpAllowlist", True, "c"),
        ],
    ),
    (
        ".cursor/cli.json",
        '{"permissions": {"allow": ["Mcp(a:x)", "Mcp( b , y )", "Mcp(*)", "Shell(ls)"], "deny": ["Mcp(a:x)"]}}',
        [
            ("a", "x", "permissions.allow", True, "Mcp(a:x)"),
            ("b", "y", "permissions.allow", True, "Mcp( b , y )"),
            ("*", "*", "permissions.allow", True, "Mcp(*)"),
        ],
    ),
    (
        ".kiro/agents/dev.json",
        '{"allowedTools": ["@a", "@b/x", "@builtin", "fs_read", "*"]}',
        [
            ("a", "*", "allowedTools", True, "@a"),
            ("b", "x", "allowedTools", True, "@b/x"),
            ("*", "*", "allowedTools", True, "*"),
        ],
    ),
    (
        ".amp/settings.json",
        '{"amp.permissions": [{"tool": "mcp__a__x", "action": "allow"}, {"tool": "mcp__b__*", "action": "ask"},'
        ' {"tool": "mcp__c__x", "action": "allow", "matches": {"y": "1"}}, {"tool": "*", "action": "allow"}]}',
        [("a", "x", "amp.permissions", True, "mcp__a__x"), ("*", "*", "amp.permissions", True, "*")],
    ),
]


@pytest.mark.parametrize(("path", "text", "expected"), CASES)
def test_approvals(path: str, text: str, expected: list[tuple[str, str, str, bool, str]]) -> None:
    found = tool_approvals(Document(path, text, kinds_of(path)))
    assert [(each.server, each.tool, each.key, each.obeyed, text[slice(*each.span)]) for each in found] == expected


def test_data_follow_their_schema() -> None:
    data = json.loads(Path(data_path("mcp_tools.json")).read_text(encoding="utf-8"))
    Draft202012Validator(load_schema("mcp_tools")).validate(data)
    for entry in data["tools"]:
        for name in entry["names"]:
            found = danger_of_tool(name.replace("*", "x"))
            assert found is not None, name


@settings(max_examples=150, deadline=None)
@given(st.text(), st.text())
def test_any_names_are_read(tool: str, server: str) -> None:
    found = danger_of_tool(tool, server)
    assert found is None or found.does
    assert danger_of_server(server) is None or server
