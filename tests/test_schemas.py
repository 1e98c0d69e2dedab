"""The schemas of agent configuration: well formed, of one mind, and right about ordinary files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from claude_preflight.agents.data import data_path
from claude_preflight.agents.validation import accepts, load_schema

STDIO = {"command": "npx", "args": ["-y", "@acme/docs-mcp@1.4.2"], "env": {"ACME_TOKEN": "${ACME_TOKEN}"}}
HTTP = {"type": "http", "url": "https://mcp.acme.example/mcp", "headers": {"Authorization": "Bearer ${ACME_TOKEN}"}}
HOOKS = {
    "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "./guard.sh", "timeout": 5}]}],
    "Stop": [{"hooks": [{"type": "prompt", "prompt": "Is the work done?"}, {"type": "agent", "prompt": "Check it."}]}],
    "SessionEnd": [
        {"hooks": [{"type": "http", "url": "http://localhost:9/x", "headers": {"A": "$B"}, "allowedEnvVars": ["B"]}]},
        {"hooks": [{"type": "mcp_tool", "server": "lint", "tool": "run", "input": {"n": 1}, "onFailure": "block"}]},
    ],
    "AnEventOfNextYear": [{"hooks": []}],
    "_comment": "kept for later",
}

# What must pass, by schema: every form that a client documents or takes.
VALID: dict[str, list[Any]] = {
    "mcp-config": [
        {},
        {"mcpServers": {}},
        {"mcpServers": {"docs": STDIO, "issues": HTTP}},
        {"servers": {"docs": STDIO}, "inputs": [{"id": "key", "type": "promptString", "password": True}]},
        {"docs": STDIO, "issues": HTTP, "_note": "a plugin's bare map"},
        {"mcpServers": {"Größe · 2": {"url": "http://127.0.0.1:3845/sse"}, "w": {"serverUrl": "https://a.example/m"}}},
        {
            "mcpServers": {
                "a": {"command": "x", "disabled": True, "autoApprove": [], "alwaysAllow": ["*"], "timeout": 60}
            }
        },
        {"mcpServers": {"a": {"disabled": True}, "b": {"enabled": False}, "c": {"type": "registry"}, "_off": "later"}},
        {"mcpServers": {"a": {"transport": {"type": "http", "url": "http://127.0.0.1:1/mcp"}, "name": "A"}}},
        {"mcpServers": {"a": {"type": "local", "command": "a", "tools": ["*"]}, "b": {**HTTP, "tools": "*"}}},
        {"mcpServers": {"a": {**HTTP, "tools": [{"name": "x", "permission_policy": "always_ask"}]}}},
        {"mcpServers": {"a": {**HTTP, "oauth": {"clientId": "i", "callbackPort": 8080, "scopes": "read write"}}}},
        *(
            {"mcpServers": {"a": {"type": kind, "url": "https://a.example/"}}}
            for kind in ("sse", "ws", "streamable-http")
        ),
        {"mcpServers": {"a": {"type": "streamableHttp", "url": "https://a.example/", "aKeyOfNextYear": [None]}}},
        {"projects": {"/src/app": {"mcpServers": {"docs": STDIO}, "hasTrustDialogAccepted": True}}, "numStartups": 3},
        {"amp.mcpServers": {"docs": STDIO}, "amp.notifications.enabled": True},
        {"name": "a manifest of something else", "repository": {"type": "git", "url": "https://a.example/r"}},
    ],
    "mcp-config-claude-code": [
        {"mcpServers": {"docs": STDIO, "issues": HTTP, "s": {"type": "sse", "url": "https://a.example/"}}},
        {"docs": STDIO, "issues": HTTP},
        {"mcpServers": {"a": {"type": "local", "command": "a"}, "_comment": "text"}},
    ],
    "mcp-config-vscode": [
        {"servers": {"docs": {**STDIO, "type": "stdio", "envFile": "${workspaceFolder}/.env"}, "issues": HTTP}},
        {"servers": {"a": {"url": "https://a.example/"}, "b": {"command": "b", "env": {"A": None, "B": 1}}}},
        {
            "inputs": [
                {"id": "key", "type": "promptString", "description": "API key", "password": True},
                {"id": "env", "type": "pickString", "options": ["a", "b"], "default": "a"},
            ],
            "servers": {},
        },
        {"editor.formatOnSave": True, "mcp": {"servers": {"docs": STDIO}, "inputs": []}},
        {"folders": [{"path": "."}], "settings": {"mcp": {"servers": {"issues": HTTP}}}},
        {"image": "debian", "customizations": {"vscode": {"mcp": {"servers": {"docs": STDIO}}, "extensions": []}}},
    ],
    "mcp-config-codex": [
        {"model": "m", "approval_policy": "on-request", "sandbox_mode": "workspace-write", "notify": ["a", "b"]},
        {"mcp_servers": {"docs": {**STDIO, "startup_timeout_sec": 20, "enabled_tools": ["read"], "env_vars": ["A"]}}},
        {"mcp_servers": {"a": {"url": "https://a.example/", "bearer_token_env_var": "A", "http_headers": {"B": "c"}}}},
        {"mcp_servers": {"a": {"enabled": False}}, "approval_policy": {"granular": {"sandbox_approval": True}}},
        {"sandbox_workspace_write": {"network_access": False, "writable_roots": ["/tmp/x"]}},
        {"profiles": {"ci": {"approval_policy": "never", "sandbox_mode": "read-only"}}, "projects": {"/a": {}}},
        {"shell_environment_policy": {"inherit": "core", "exclude": ["*_KEY"], "ignore_default_excludes": False}},
    ],
    "mcp-config-gemini": [
        {"mcpServers": {"docs": {**STDIO, "trust": False, "includeTools": ["a"], "timeout": 1000, "cwd": "."}}},
        {"mcpServers": {"a": {"httpUrl": "https://a.example/m"}, "b": {"url": "https://a.example/sse", "headers": {}}}},
        {
            "mcp": {"allowed": ["docs"], "excluded": []},
            "tools": {"sandbox": "docker", "exclude": ["run_shell_command"]},
        },
        {"name": "ext", "version": "1.0.0", "contextFileName": "GEMINI.md", "excludeTools": ["run_shell_command"]},
        {"security": {"auth": {"selectedType": "oauth-personal"}}, "ui": {"theme": "GitHub"}},
    ],
    "mcp-config-one-key": [{}, {"mcpServers": {"docs": STDIO}}],
    "mcp-config-zed": [
        {"context_servers": {"docs": {"source": "custom", **STDIO}, "a": {"url": "https://a.example/", "headers": {}}}},
        {"context_servers": {"old": {"command": {"path": "x", "args": ["a"], "env": {}}, "settings": {}}}},
        {"theme": "One", "agent": {"always_allow_tool_actions": False}},
    ],
    "mcp-config-opencode": [
        {"mcp": {"docs": {"type": "local", "command": ["npx", "-y", "a@1.0.0"], "environment": {"A": "{env:A}"}}}},
        {"mcp": {"a": {"type": "remote", "url": "https://a.example/", "oauth": False}, "b": {"enabled": False}}},
        {
            "mcp": {
                "a": {"type": "stdio", "command": "a", "args": ["b"]},
                "b": {"type": "sse", "url": "https://a.example/"},
            }
        },
        {"permission": "ask", "tools": {"write": False}},
        {"permission": {"edit": "ask", "bash": {"*": "ask", "git push *": "deny"}, "external_directory": "deny"}},
        {"agent": {"docs": {"mode": "subagent", "tools": {"bash": False}, "permission": {"edit": "deny"}}}},
    ],
    "claude-settings": [
        {},
        {"permissions": {"allow": [], "deny": [], "ask": []}},
        {
            "permissions": {
                "allow": [
                    "Bash(make test)",
                    "Bash(git diff *)",
                    "Bash(npm run lint:*)",
                    "mcp__docs",
                    "mcp__docs__get_*",
                ],
                "ask": ["Bash(git push *)", "Agent(model:opus)", "mcp__*"],
                "deny": ["Read(.env)", "Read(~/.ssh/**)", 'Bash(echo "a)b" | sh)', "*", "Read(//c/Users/a/(x)/**)"],
                "defaultMode": "acceptEdits",
                "additionalDirectories": ["../shared"],
                "disableBypassPermissionsMode": "disable",
                "aKeyOfNextYear": {"x": 1},
            },
            "sandbox": {
                "enabled": True,
                "allowUnsandboxedCommands": False,
                "network": {"allowedDomains": ["docs.example.com"], "httpProxyPort": 8080},
                "filesystem": {"denyRead": ["~/.ssh"]},
                "credentials": {"files": [{"path": "~/.aws/credentials", "mode": "deny"}], "envVars": []},
                "ignoreViolations": {"*": ["/tmp"]},
            },
            "disableAutoMode": "disable",
        },
        *(
            {"permissions": {"defaultMode": mode}}
            for mode in ("default", "manual", "plan", "auto", "dontAsk", "delegate")
        ),
        {"hooks": HOOKS, "env": {"MAX_THINKING_TOKENS": "8000"}, "disableAllHooks": False},
        {"hooks": {}, "statusLine": {"type": "command", "command": "./line.sh", "padding": 0}},
        {"enableAllProjectMcpServers": False, "enabledMcpjsonServers": ["docs"], "disabledMcpjsonServers": []},
        {"allowedMcpServers": [{"serverName": "docs"}, {"serverCommand": ["npx", "a"]}, {"serverUrl": "https://*"}]},
        {"enabledPlugins": {"fmt@tools": True}, "apiKeyHelper": "./key.sh", "cleanupPeriodDays": 20},
        {"extraKnownMarketplaces": {"tools": {"source": {"source": "github", "repo": "a/b"}, "autoUpdate": False}}},
        {
            "theme": "dark",
            "model": "opus",
            "attribution": False,
            "aKeyOfNextYear": [1],
            "$schema": "https://a.example/s",
        },
        {"autoMode": {"allow": ["$defaults"], "classifyAllShell": True}, "strictPluginOnlyCustomization": ["hooks"]},
        {"mcpServers": {"docs": STDIO}, "includeCoAuthoredBy": False, "outputStyle": "Explanatory"},
    ],
    "agent": [
        {"name": "reviewer", "description": "Reads changes", "tools": "Read, Grep", "model": "inherit"},
        {"name": "reviewer", "description": "Reads changes", "tools": ["Read", "mcp__docs__*"], "maxTurns": 5},
        {"description": "Docs", "mode": "subagent", "tools": {"bash": False, "write": True}, "temperature": 0.1},
        {"name": "a", "description": "b", "tools": None, "permissionMode": "plan", "background": True, "color": "red"},
        {
            "name": "a",
            "description": "b",
            "disallowedTools": "Write",
            "hooks": HOOKS,
            "skills": ["x"],
            "memory": "project",
        },
        {"name": "a", "description": "b", "mcpServers": ["docs", {"own": STDIO}], "isolation": "worktree"},
        {
            "name": "a",
            "description": "b",
            "target": "vscode",
            "mcp-servers": {"docs": HTTP},
            "handoffs": [{"agent": "c"}],
        },
    ],
    "agent-claude-code": [
        {"name": "a", "description": "b"},
        {"name": "a", "description": "b", "tools": "Read", "allowed-tools": "Read"},
    ],
    "skill": [
        {},
        {
            "name": "deploy",
            "description": "Ships it",
            "allowed-tools": "Bash(make *), Read",
            "argument-hint": "[where]",
        },
        {"name": "deploy", "description": "Ships it", "allowed-tools": ["Read"], "disable-model-invocation": True},
        {
            "user-invocable": "no",
            "disable-model-invocation": 0,
            "argument-hint": ["file"],
            "model": None,
            "hooks": HOOKS,
        },
        {
            "description": "x",
            "context": "fork",
            "agent": "plan",
            "paths": ["src/**"],
            "shell": "bash",
            "metadata": {"a": 1},
        },
        {"allowed-tools": None, "category": "git", "version": 1.0, "tools": ["a"]},
    ],
    "plugin": [
        {"name": "fmt"},
        {
            "name": "fmt",
            "version": "1.0.0",
            "description": "Formats",
            "author": {"name": "A", "email": "a@example.com"},
            "homepage": "https://a.example/",
            "repository": "https://a.example/r",
            "license": "MIT",
            "keywords": ["a"],
            "commands": ["./extra.md"],
            "agents": "./agents/a.md",
            "skills": "./skills",
            "hooks": "./config/hooks.json",
            "mcpServers": "./.mcp.json",
        },
        {"name": "fmt", "hooks": HOOKS, "mcpServers": {"docs": STDIO}, "commands": {"go": {"source": "./go.md"}}},
        {"name": "fmt", "hooks": {"hooks": HOOKS}, "mcpServers": {"mcpServers": {"docs": STDIO}}, "strict": False},
        {
            "name": "fmt",
            "hooks": ["./a.json"],
            "mcpServers": ["./a.json", {"docs": STDIO}],
            "dependencies": ["a", {"name": "b"}],
        },
        {
            "name": "fmt",
            "userConfig": {"key": {"type": "string", "title": "Key", "description": "d", "sensitive": True}},
        },
        {"name": "fmt", "experimental": {"monitors": "./m.json"}, "monitors": [{"name": "a", "command": "b"}]},
    ],
    "marketplace": [
        {"name": "tools", "owner": {"name": "A"}, "plugins": []},
        {
            "name": "tools",
            "owner": {"name": "A", "url": "https://a.example/"},
            "metadata": {"description": "d", "version": "1.0.0", "pluginRoot": "./plugins"},
            "plugins": [
                {"name": "a", "source": "./a", "description": "d", "category": "x", "tags": ["y"], "strict": True},
                {"name": "b", "source": {"source": "github", "repo": "a/b", "ref": "v1", "sha": "0123456789" * 4}},
                {"name": "c", "source": {"source": "url", "url": "https://a.example/c.git"}},
                {"name": "d", "source": {"source": "git-subdir", "url": "https://a.example/d.git", "path": "x"}},
                {"name": "e", "source": {"source": "npm", "package": "@a/e", "version": "1.0.0"}},
                {"name": "f", "source": {"source": "archive", "url": "https://a.example/f.tgz", "sha256": "ab" * 32}},
                {"name": "g", "source": {"source": "command", "command": "./g.sh", "timeout": 3}},
                {"name": "h", "source": {"source": "a-source-of-next-year", "x": 1}, "author": {"name": "H"}},
            ],
        },
    ],
    "hooks": [
        {"hooks": HOOKS},
        {"description": "Guards", "hooks": {}},
        {"hooks": []},
        {"version": 1, "hooks": {"beforeShellExecution": [{"command": "./guard.sh"}], "stop": []}},
    ],
    "monitors": [
        [],
        [{"name": "ci", "command": "tail -f log", "description": "Watches", "when": "always"}],
        [{"name": "ci", "command": "tail -f log", "when": "on-skill-invoke:deploy"}],
    ],
}

# Nodes that need no words of their own: they only choose between others, or sit beside a node that has them.
BRANCHES = ("if", "then", "else", "not", "anyOf", "oneOf", "allOf")
ANNOTATIONS = {"$schema", "$comment", "$defs", "title", "description", "then", "else", "default", "examples", "format"}
EVERY = sorted(Path(data_path("skill.schema.json")).parent.glob("*.schema.json"))


def nodes(schema: Any, keyword: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each schema node with the keyword that it stands under: `if` for all that is below one."""
    if not isinstance(schema, dict):
        return
    yield keyword, schema
    for word, inner in schema.items():
        inside = "if" if keyword == "if" else word
        if word in ("properties", "patternProperties", "$defs"):
            for each in inner.values():
                yield from nodes(each, inside)
        elif word in ("anyOf", "oneOf", "allOf", "prefixItems"):
            for each in inner:
                yield from nodes(each, inside)
        elif word in ("items", "additionalProperties", "propertyNames", "not", "if", "then", "else"):
            yield from nodes(inner, inside)


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name.removesuffix(".schema.json"))
def test_is_a_schema(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert re.match(r"\d{4}-\d\d-\d\d\. ", schema["$comment"])
    words = {word for _, node in nodes(schema) for word in node}
    assert {word for word in words if not word.startswith("x-")} <= ANNOTATIONS | Draft202012Validator.VALIDATORS.keys()
    references = {node["$ref"] for _, node in nodes(schema) if "$ref" in node}
    assert references <= {f"#/$defs/{name}" for name in schema.get("$defs", ())}


@pytest.mark.parametrize("name", VALID)
def test_nodes_say_what_they_are(name: str) -> None:
    schema = load_schema(name)
    silent = [
        node
        for keyword, node in nodes(schema)
        if keyword not in (*BRANCHES, "") and "$ref" not in node and "description" not in node and node
    ]
    assert silent == []
    for _, node in nodes(schema):
        known, security = node.get("x-known", []), node.get("x-security", [])
        assert node.get("x-severity", "warning") == "warning"
        assert len({*known, *security}) == len(known) + len(security)
        assert not {*known} & node.get("properties", {}).keys()
        assert "$ref" not in node or node.keys() <= {"$ref", "description", "x-message", "x-severity"}


@pytest.mark.parametrize("name", VALID)
def test_definitions_are_used_and_do_not_recur(name: str) -> None:
    schema = load_schema(name)
    definitions = schema.get("$defs", {})
    uses = {
        key: {node["$ref"].rpartition("/")[2] for _, node in nodes(each) if "$ref" in node}
        for key, each in definitions.items()
    }
    body = {key: value for key, value in schema.items() if key != "$defs"}
    reached: set[str] = set()
    level = {node["$ref"].rpartition("/")[2] for _, node in nodes(body) if "$ref" in node}
    for _ in range(len(definitions) + 1):
        reached |= level
        level = {inner for key in level for inner in uses[key]}
    assert not level
    assert reached == definitions.keys()


def test_definitions_of_one_name_are_the_same_everywhere() -> None:
    seen: dict[str, Any] = {}
    for name in VALID:
        for key, definition in load_schema(name).get("$defs", {}).items():
            assert seen.setdefault(key, definition) == definition


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in VALID.items() for value in values])
def test_takes_ordinary_files(name: str, value: Any) -> None:
    schema = load_schema(name)
    assert accepts(schema, value)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(value)] == []


def words_of(schema: Any) -> list[str]:
    found = {word for _, node in nodes(schema) for word in ("properties", "x-security") for word in node.get(word, ())}
    return sorted(found)


SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-1, 2) | st.sampled_from(["", "a", "disable", "http"])
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for step, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from spots(inner, (*path, step))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a copy of `value` with what stands at `path` replaced by `new`, or dropped where `new` is Ellipsis."""
    if not path:
        return new
    inner = changed(value[path[0]], path[1:], new)
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    pairs = [(step, inner if step == path[0] else old) for step, old in pairs]
    pairs = [(step, each) for step, each in pairs if each is not ...]
    return dict(pairs) if isinstance(value, dict) else [each for _, each in pairs]


@st.composite
def broken_files(draw: st.DrawFn) -> tuple[str, Any]:
    """Draw an ordinary file, broken in one to three places: a value of another type, a key more, less or renamed."""
    name = draw(st.sampled_from(sorted(VALID)))
    value = draw(st.sampled_from(VALID[name]))
    words = st.sampled_from(words_of(load_schema(name)) or ["name"])
    anything = st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2)
    )
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(spots(value))[:200]))
        old = value
        for step in path:
            old = old[step]
        kind = draw(st.sampled_from(["replace", "drop", "wrap", "add"]))
        if kind == "add" and isinstance(old, dict):
            value = changed(value, path, {**old, draw(words): draw(anything)})
        elif kind == "wrap":
            value = changed(value, path, draw(st.sampled_from([[old], {"a": old}])))
        elif kind == "drop" and path:
            value = changed(value, path, ...)
        else:
            value = changed(value, path, draw(anything))
    return name, value


@settings(max_examples=300, deadline=None)
@given(broken_files())
def test_accepts_what_jsonschema_takes_and_no_more(file: tuple[str, Any]) -> None:
    name, value = file
    schema = load_schema(name)
    assert accepts(schema, value) == Draft202012Validator(schema).is_valid(value)
