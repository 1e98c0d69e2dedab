from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import claude_preflight
from claude_preflight.agents.data import data_path
from claude_preflight.agents.validation import (
    Keys,
    accepts,
    duplicate_keys,
    errors,
    load_schema,
    misspellings,
    misspelt,
)
from claude_preflight.model import Severity, Span
from claude_preflight.syntax.jsonc import read_json
from claude_preflight.syntax.nodes import Node, plain

ERROR, WARNING = Severity.ERROR, Severity.WARNING
PACKAGE = Path(claude_preflight.__path__[0])


def marked(text: str) -> tuple[Node, str, list[Span]]:
    """Read JSON in which « and » enclose what is to be found; return the root, the text without marks, their spans."""
    spans = []
    while "«" in text:
        start, end = text.index("«"), text.index("»") - 1
        text = text.replace("«", "", 1).replace("»", "", 1)
        spans.append(Span(start, end))
    root = read_json(text).root
    assert root is not None
    return root, text, spans


LIST_OF_RULES = "must be a list of strings; otherwise the agent ignores it"
RULE = "is not a rule of the form Tool or Tool(specifier); Claude Code skips it"
EVENT = 'must be a list such as [{"matcher": …, "hooks": […]}]; otherwise it never runs'
MATCHER = "must be an object with a `hooks` list of handlers; otherwise it never runs"
MODE = "must be default, acceptEdits, plan, auto, dontAsk or bypassPermissions"
OFF = 'must be the string "disable"; any other value is invalid and switches nothing off'
QUOTES = "should be a string in quotes: some clients drop the whole entry otherwise"
NO_COMMAND = "has neither `command` nor `url`, so no client can start it"
SWITCH = "must be true or false, without quotes"

REFUSED: list[tuple[str, str, list[tuple[Severity, str]]]] = [
    ("claude-settings", '«[»{"permissions": {}}]', [(ERROR, "the top level: must be an object")]),
    (
        "claude-settings",
        '{"«permissions»": ["Read(.env)"]}',
        [(ERROR, "permissions: must be an object; otherwise all its rules are ignored")],
    ),
    ("claude-settings", '{"permissions": {"deny": «"Read(.env)"»}}', [(ERROR, f"permissions.deny: {LIST_OF_RULES}")]),
    ("claude-settings", '{"permissions": {"«deny»": {"Read": true}}}', [(ERROR, f"permissions.deny: {LIST_OF_RULES}")]),
    (
        "claude-settings",
        '{"permissions": {"deny": [«7», «null», «"Read[.env]"», "Read(.env)", «"Bash(curl *"», «"Bash()"»]}}',
        [
            (ERROR, 'permissions.deny[0]: must be a permission rule, a string such as "Read(.env)"'),
            (ERROR, 'permissions.deny[1]: must be a permission rule, a string such as "Read(.env)"'),
            (WARNING, f"permissions.deny[2]: {RULE}"),
            (WARNING, f"permissions.deny[4]: {RULE}"),
            (WARNING, f"permissions.deny[5]: {RULE}"),
        ],
    ),
    (
        "claude-settings",
        '{"permissions": {"defaultMode": «"allowEdits"»}}',
        [(ERROR, f"permissions.defaultMode: {MODE}")],
    ),
    (
        "claude-settings",
        '{"permissions": {"disableBypassPermissionsMode": «true»}}',
        [(ERROR, f"permissions.disableBypassPermissionsMode: {OFF}")],
    ),
    (
        "claude-settings",
        '{"«deny»": ["Read(.env)"], "«PreToolUse»": []}',
        [
            (WARNING, "deny: has no effect here; it belongs under `permissions`"),
            (WARNING, "PreToolUse: has no effect here; it belongs under `hooks`"),
        ],
    ),
    (
        "claude-settings",
        '{"sandbox": «true»}',
        [(ERROR, 'sandbox: must be an object such as {"enabled": true}; otherwise commands run without a sandbox')],
    ),
    ("claude-settings", '{"sandbox": {"enabled": «"true"»}}', [(ERROR, f"sandbox.enabled: {SWITCH}")]),
    (
        "claude-settings",
        '{"env": {"A": «1», "B": «false», "C": «null», "«D»": {}, "E": "x"}}',
        [
            (WARNING, f"env.A: {QUOTES}"),
            (WARNING, f"env.B: {QUOTES}"),
            (ERROR, "env.C: must be a string"),
            (ERROR, "env.D: must be a string"),
        ],
    ),
    (
        "claude-settings",
        '{"hooks": {"«preEditHook»": {"command": "npx"}, "Stop": [«{»"command": "./x"}], "PreToolUse": [{"hooks": '
        '[«{»"type": "command"}, {"type": «"cmd"», "command": "x"}, «{»"command": "x"}, '
        '{"type": "command", "command": «""»}]}]}}',
        [
            (ERROR, f"hooks.preEditHook: {EVENT}"),
            (ERROR, f"hooks.Stop[0]: {MATCHER}"),
            (ERROR, "hooks.PreToolUse[0].hooks[0]: needs `command`"),
            (
                WARNING,
                "hooks.PreToolUse[0].hooks[1].type: must be command, http, prompt, agent or mcp_tool; "
                "a handler of another type does not run",
            ),
            (ERROR, "hooks.PreToolUse[0].hooks[2]: needs `type`"),
            (
                ERROR,
                "hooks.PreToolUse[0].hooks[3].command: must be a command, a string that is not empty",
            ),
        ],
    ),
    (
        "claude-settings",
        '{"hooks": {"PreToolUse": [{"«matcher»": ["Bash"], "hooks": [«{»"type": "mcp_tool", "server": "a"}]}]}}',
        [
            (ERROR, "hooks.PreToolUse[0].matcher: must be a string; otherwise the hook is dropped"),
            (ERROR, "hooks.PreToolUse[0].hooks[0]: needs `tool`"),
        ],
    ),
    ("claude-settings", '{"statusLine": «"./line.sh"»}', [(ERROR, "statusLine: must be an object")]),
    (
        "claude-settings",
        '{"deniedMcpServers": [«"docs"», «{»"name": "docs"}]}',
        [
            (ERROR, "deniedMcpServers[0]: must be an object with `serverName`, `serverCommand` or `serverUrl`"),
            (
                ERROR,
                "deniedMcpServers[1]: needs `serverName`, `serverCommand` or `serverUrl`; "
                "otherwise it matches no server",
            ),
        ],
    ),
    (
        "hooks",
        '{"hooks": [«{»"event": "Stop", "command": "x"}, «"x"»]}',
        [
            (ERROR, "hooks[0]: never runs: hooks are an object keyed by event, not a list"),
            (ERROR, "hooks[1]: never runs: hooks are an object keyed by event, not a list"),
        ],
    ),
    (
        "hooks",
        '{"hooks": «"./hooks.json"»}',
        [(ERROR, "hooks: must be an object keyed by event; otherwise no hook in it runs")],
    ),
    ("hooks", '{"version": 1, "hooks": {"«stop»": {}}}', [(ERROR, "hooks.stop: must be a list")]),
    ("hooks", '«{»"PreToolUse": []}', [(ERROR, "the top level: needs `hooks`")]),
    (
        "mcp-config",
        '{"«servers»": [{"name": "docs", "command": "npx"}]}',
        [(ERROR, "servers: must be an object keyed by server name; otherwise it gives no servers")],
    ),
    ("mcp-config", '{"mcpServers": {"«a»": {"link": "https://a.example"}}}', [(ERROR, f"mcpServers.a: {NO_COMMAND}")]),
    ("mcp-config", '{"mcpServers": {"«Größe · 2»": {}}}', [(ERROR, f'mcpServers."Größe · 2": {NO_COMMAND}')]),
    (
        "mcp-config",
        '{"mcpServers": {"«a\\u001b[2J\\u202e»": {}}}',
        [(ERROR, f'mcpServers."a\\u001b[2J\\u202e": {NO_COMMAND}')],
    ),
    (
        "mcp-config",
        '{"mcpServers": {"a": {"«command»": ["npx"], "args": «"-y x"»}}}',
        [
            (ERROR, "mcpServers.a.command: must be a command, a string"),
            (ERROR, "mcpServers.a.args: must be a list of strings, one for each argument"),
        ],
    ),
    (
        "mcp-config",
        '{"a": {"command": "x", "args": ["--port", «8080»]}, "«b»": {"url": ""}}',
        [(ERROR, "a.args[1]: must be a string"), (ERROR, f"b: {NO_COMMAND}")],
    ),
    ("mcp-config", '{"«a»": {"command": "", "url": "", "httpUrl": ""}}', [(ERROR, f"a: {NO_COMMAND}")]),
    (
        "mcp-config",
        '{"«a»": {"type": "http", "command": "x", "url": ""}}',
        [(WARNING, "a: has a `command` but a `type` that takes a `url`; the client skips it")],
    ),
    (
        "mcp-config",
        '{"mcpServers": {"«a»": {"type": "http", "command": "x"}, "b": {"type": «"htpp"», "url": "https://b.example"}}}',
        [
            (WARNING, "mcpServers.a: has a `command` but a `type` that takes a `url`; the client skips it"),
            (
                WARNING,
                "mcpServers.b.type: is no transport that a client knows (stdio, http, streamable-http, sse, ws, local, "
                "remote); the server is skipped",
            ),
        ],
    ),
    (
        "mcp-config",
        '{"mcpServers": {"a": {"command": "x", "disabled": «"true"», "alwaysAllow": «"*"», "timeout": «"60"»}}}',
        [
            (ERROR, f"mcpServers.a.disabled: {SWITCH}; otherwise the server may stay on"),
            (ERROR, "mcpServers.a.alwaysAllow: must be a list of tool names; otherwise the client ignores it"),
            (ERROR, "mcpServers.a.timeout: must be a number, without quotes"),
        ],
    ),
    (
        "mcp-config",
        '{"mcpServers": {"a": {"type": "http", "url": "https://a.example", "oauth": '
        '{"authServerMetadataUrl": «"http://a.example"»}}}}',
        [
            (
                ERROR,
                "mcpServers.a.oauth.authServerMetadataUrl: must be an https:// URL; the client refuses any other",
            )
        ],
    ),
    (
        "mcp-config-claude-code",
        '{"mcpServers": {"«a»": {"url": "https://a.example"}, "b": {"type": «"streamableHttp"», "url": "https://b.example"}}}',
        [
            (
                WARNING,
                "mcpServers.a: has a `url` but no `type`; Claude Code 2.1.202 and later skips such a server "
                '(write "type": "http")',
            ),
            (
                WARNING,
                "mcpServers.b.type: is a transport of other clients; Claude Code skips the server "
                "(write http, or streamable-http)",
            ),
        ],
    ),
    (
        "mcp-config-claude-code",
        '{"«a»": {"url": "https://a.example"}}',
        [
            (
                WARNING,
                "a: has a `url` but no `type`; Claude Code 2.1.202 and later skips such a server "
                '(write "type": "http")',
            )
        ],
    ),
    (
        "mcp-config-vscode",
        '{"«mcpServers»": {}, "inputs": [{"id": "k", "type": "promptString", "password": «"true"»}]}',
        [
            (WARNING, "mcpServers: is the key of other clients; VS Code reads `servers`"),
            (ERROR, f"inputs[0].password: {SWITCH}; otherwise what is typed stays visible"),
        ],
    ),
    (
        "mcp-config-codex",
        '{"sandbox_mode": «"full"», "approval_policy": «"none"», "mcp_servers": {"a": {"url": "https://a.example", '
        '"«bearer_token»": "x"}}}',
        [
            (ERROR, "sandbox_mode: must be read-only, workspace-write or danger-full-access"),
            (ERROR, "approval_policy: must be untrusted, on-request, on-failure or never"),
            (ERROR, "mcp_servers.a.bearer_token: is refused by Codex; name the variable in `bearer_token_env_var`"),
        ],
    ),
    (
        "mcp-config-opencode",
        '{"permission": {"bash": {"*": «"prompt"»}, "edit": «true»}, '
        '"mcp": {"a": {"type": "local", "command": «"npx a"»}}}',
        [
            (ERROR, "permission.bash.*: must be ask, allow or deny"),
            (ERROR, "permission.edit: must be ask, allow or deny, or an object of patterns"),
            (ERROR, "mcp.a.command: must be a list: the program and its arguments"),
        ],
    ),
    (
        "agent",
        '{"permissionMode": «"bypass"», "tools": [«{»"Bash": "git *"}], "disallowedTools": «7»}',
        [
            (ERROR, f"permissionMode: {MODE}; any other value is ignored"),
            (ERROR, "tools[0]: must be the name of a tool; put it in quotes"),
            (
                ERROR,
                "disallowedTools: must be tool names, with commas or as a list; otherwise nothing is taken away",
            ),
        ],
    ),
    (
        "agent-claude-code",
        '«{»"name": "a", "«allowed-tools»": "Read"}',
        [
            (WARNING, "the top level: needs `name` and `description`; Claude Code skips an agent without them"),
            (
                WARNING,
                "allowed-tools: does nothing in an agent, which then inherits every tool; the key of agents is `tools`",
            ),
        ],
    ),
    (
        "skill",
        '{"disable-model-invocation": «"never"»}',
        [(ERROR, "disable-model-invocation: must be true or false; otherwise the model may start it by itself")],
    ),
    (
        "plugin",
        '{"name": "a", "author": «"A"», "skills": [«{»"name": "x"}]}',
        [
            (ERROR, 'author: must be an object such as {"name": …}; otherwise the plugin does not load'),
            (ERROR, "skills[0]: must be a string"),
        ],
    ),
    (
        "marketplace",
        '«{»"name": "a", "plugins": [{"name": "b", "«source»": {"source": "github", "sha": «"main"»}}, '
        '«{»"name": "c"}]}',
        [
            (ERROR, "the top level: needs `owner`"),
            (ERROR, "plugins[0].source: needs `repo`"),
            (ERROR, "plugins[0].source.sha: must be a full commit id, 40 hexadecimal digits"),
            (ERROR, "plugins[1]: needs `source`"),
        ],
    ),
    ("monitors", '[«{»"name": "a"}]', [(ERROR, "[0]: needs `command`")]),
]


@pytest.mark.parametrize(("name", "text", "expected"), REFUSED)
def test_errors_point_and_say_why(name: str, text: str, expected: list[tuple[Severity, str]]) -> None:
    root, _, spans = marked(text)
    schema = load_schema(name)
    found = errors(schema, root)
    assert [error.span for error in found] == spans
    assert [(error.severity, error.message) for error in found] == expected
    assert not accepts(schema, plain(root))


# Words for schemas without `x-message`, and what only other schemas of the project use.
WORDED: list[tuple[Any, str, list[str]]] = [
    ({"type": "integer"}, "«1.5»", ["the top level: must be a whole number"]),
    ({"type": ["string", "array", "null"]}, "«1»", ["the top level: must be a string, a list or null"]),
    ({"enum": ["a", 1, None]}, '«"b"»', ['the top level: must be "a", 1 or null']),
    ({"const": "a"}, '«"b"»', ['the top level: must be "a"']),
    ({"minLength": 1}, '«""»', ["the top level: must not be empty"]),
    ({"minItems": 2}, "«[»1]", ["the top level: must have at least 2 items"]),
    ({"minimum": 0.5}, "«0»", ["the top level: must be at least 0.5"]),
    ({"maximum": 3}, "«4»", ["the top level: must be at most 3"]),
    ({"pattern": "^x"}, '«"y"»', ["the top level: does not have the form that is asked for"]),
    ({"uniqueItems": True}, "«[»1, 1]", ["the top level: holds the same item twice"]),
    ({"multipleOf": 2}, "«3»", ["the top level: is not valid here"]),
    ({"required": ["a", "b", "c"]}, '«{»"b": 1}', ["the top level: needs `a` and `c`"]),
    ({"properties": {"a": {"not": {}}}}, '{"«a»": 1}', ["a: is not valid here"]),
    (
        {
            "properties": {
                "a": {"additionalProperties": False, "properties": {"b": {}}, "patternProperties": {"^x": {}}}
            }
        },
        '{"a": {"«c»": 1, "b": 2, "«d»": {}, "xy": 3}}',
        ["a.c: is not a known key", "a.d: is not a known key"],
    ),
    ({"propertyNames": {"pattern": "^a"}}, '{"ab": 1, "«b»": 2}', ["b: does not have the form that is asked for"]),
    (
        {
            "properties": {"a": {"$ref": "#/$defs/b", "x-message": "outer"}},
            "$defs": {"b": {"type": "null", "x-message": "in"}},
        },
        '{"a": «1»}',
        ["a: outer"],
    ),
    (
        {
            "items": {"$ref": "#/$defs/a"},
            "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "null", "x-message": "end"}},
        },
        "[«1»]",
        ["[0]: end"],
    ),
    ({"anyOf": [{"type": "string"}, {"type": "array"}]}, "«1»", ["the top level: must be a string or a list"]),
    (
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        '["a", «1»]',
        ["[1]: must be a string"],
    ),
    (
        {"oneOf": [{"properties": {"a": {"properties": {"b": {"type": "null"}}}}}, {"required": ["c"]}]},
        '{"a": {"b": «1»}}',
        ["a.b: must be null"],
    ),
    (
        {"anyOf": [{"properties": {"a": {"type": "null"}}}, {"type": "string"}], "x-message": "is neither"},
        '«{»"a": 1}',
        ["the top level: is neither"],
    ),
    ({"anyOf": [{"minimum": 3}, {"enum": ["a"]}]}, "«1»", ["the top level: is not valid here"]),
    (
        {"items": {"allOf": [{"type": "null", "x-severity": "warning"}, {"type": "null"}]}},
        "[«1»]",
        ["[0]: must be null"],
    ),
]


@pytest.mark.parametrize(("schema", "text", "messages"), WORDED)
def test_errors_have_words_for_every_keyword(schema: Any, text: str, messages: list[str]) -> None:
    root, _, spans = marked(text)
    found = errors(schema, root)
    assert [(error.span, error.message) for error in found] == list(zip(spans, messages, strict=True))
    assert all(error.severity is ERROR for error in found)


def test_an_error_knows_its_node_and_path() -> None:
    root, _, _ = marked('{"hooks": {"Stop": [{"hooks": [{"type": "command"}]}]}}')
    (error,) = errors(load_schema("hooks"), root)
    assert error.path == ("hooks", "Stop", 0, "hooks", 0)
    assert plain(error.node) == {"type": "command"}


def test_messages_hold_no_value_and_no_long_name() -> None:
    secret = "s" * 5000
    server = {"command": 7, "env": {"A": [secret]}, "x": secret}
    root, _, _ = marked(json.dumps({"mcpServers": {"n" * 5000: server}}))
    messages = [error.message for error in errors(load_schema("mcp-config"), root)]
    assert messages == [
        f'mcpServers."{"n" * 60}…".command: must be a command, a string',
        f'mcpServers."{"n" * 60}…".env.A: must be a string',
    ]


def test_the_last_of_repeated_keys_is_the_one_that_counts() -> None:
    root, _, spans = marked('{"permissions": {"deny": "x", "deny": [], "deny": «7»}}')
    assert [error.span for error in errors(load_schema("claude-settings"), root)] == spans


@pytest.mark.parametrize(
    "schema",
    [
        {"unevaluatedProperties": False},
        {"$ref": "other.json"},
        {"$ref": "#/$defs/missing"},
        {"type": "any"},
        {"enum": [["a"]]},
        {"properties": {"a": {"pattern": "("}}},
        {"anyOf": [{"type": "string"}, {"dependentRequired": {}}]},
    ],
)
def test_accepts_leaves_what_it_does_not_know_to_jsonschema(schema: Any) -> None:
    assert not accepts(schema, {"a": "x"})


def test_accepts_survives_a_schema_and_a_value_without_end() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    assert not accepts({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}, value)
    assert accepts({"items": {"type": "array"}}, value)


KEYS = st.sampled_from(["a", "b", "ab"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats() | st.sampled_from(["", "a", "bb"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
TYPES = st.sampled_from(["string", "number", "integer", "boolean", "null", "array", "object"])
FEW = st.integers(0, 2)
PLAIN = {
    "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
    "enum": st.lists(st.sampled_from([0, 1, 1.0, True, False, None, "a"]), min_size=1, max_size=3),
    "const": st.sampled_from([0, 1, True, None, "a"]),
    "required": st.lists(KEYS, max_size=2, unique=True),
    "minItems": FEW,
    "minLength": FEW,
    "pattern": st.sampled_from(["^a", "b$", ""]),
    "minimum": FEW,
    "maximum": FEW,
    "x-anything": st.just({"type": 1}),
    "description": st.just("text"),
}


def over(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    keywords: dict[str, st.SearchStrategy[Any]] = {
        **dict.fromkeys(("items", "additionalProperties", "propertyNames", "not", "if", "then", "else"), inner),
        **dict.fromkeys(("anyOf", "oneOf", "allOf", "prefixItems"), some),
        "properties": st.dictionaries(KEYS, inner, max_size=2),
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "b"]), inner, max_size=2),
        "$ref": st.sampled_from(["#/$defs/one", "#/$defs/two"]),
    }
    return st.fixed_dictionaries({}, optional={**PLAIN, **keywords})


SCHEMAS = st.recursive(st.booleans() | st.fixed_dictionaries({}, optional=PLAIN), over, max_leaves=6)
LEAVES = st.fixed_dictionaries({}, optional=PLAIN)


@settings(max_examples=300, deadline=None)
@given(over(SCHEMAS), LEAVES, LEAVES, VALUES)
def test_accepts_agrees_with_jsonschema(schema: Any, one: Any, two: Any, value: Any) -> None:
    schema = {**schema, "$defs": {"one": one, "two": two}}
    assert accepts(schema, value) == Draft202012Validator(schema).is_valid(value)


def test_jsonschema_is_imported_only_for_what_is_refused() -> None:
    code = (
        "import sys; from claude_preflight.agents.validation import *\n"
        "from claude_preflight.syntax.jsonc import read_json\n"
        "schema = load_schema('claude-settings'); root = read_json('{\"permissions\": {\"deny\": []}}').root\n"
        "print(accepts(schema, {}), list(misspellings(schema, root)), 'jsonschema' in sys.modules)\n"
        "print(errors(schema, root), 'jsonschema' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True [] False\n[] True\n"


def test_an_installed_package_brings_its_own_schemas(tmp_path: Path) -> None:
    installed = tmp_path / "lib" / "claude_preflight"
    for name in ("agents", "syntax"):
        shutil.copytree(PACKAGE / name, installed / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("model.py", "late.py", "typed.py"):
        shutil.copy(PACKAGE / name, installed)
    (installed / "schemas").mkdir()
    (installed / "schemas" / "own.schema.json").write_text('{"title": "Ünstalled"}', encoding="utf-8")
    code = (
        "from claude_preflight.agents.data import data_path\n"
        "from claude_preflight.agents.validation import load_schema\n"
        "print(data_path('own.schema.json'), load_schema('own'))"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        env={"PYTHONPATH": str(tmp_path / "lib")},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == f"{installed / 'schemas' / 'own.schema.json'} {{'title': 'Ünstalled'}}\n"


def test_a_checkout_has_its_schemas_beside_the_package() -> None:
    assert Path(data_path("skill.schema.json")) == PACKAGE.parent.parent / "schemas" / "skill.schema.json"
    assert load_schema("skill") is load_schema("skill")
    with pytest.raises(FileNotFoundError):
        load_schema("no-such-schema")


PERMISSIONS = Keys(frozenset(("allow", "ask", "deny", "defaultMode", "note")), ("allow", "ask", "deny", "defaultMode"))
TOP = Keys(frozenset(("permissions", "hooks", "theme", "env", "agent")), ("permissions", "hooks"))
TOOLS = Keys(
    frozenset(("tools", "disallowedTools", "mcpServers", "lspServers")), ("tools", "disallowedTools", "mcpServers")
)


@pytest.mark.parametrize(
    ("key", "keys", "meant"),
    [
        ("denny", PERMISSIONS, "deny"),
        ("dney", PERMISSIONS, "deny"),
        ("Deny", PERMISSIONS, "deny"),
        ("allows", PERMISSIONS, "allow"),
        ("alow", PERMISSIONS, "allow"),
        ("default_mode", PERMISSIONS, "defaultMode"),
        ("defualtMdoe", PERMISSIONS, "defaultMode"),
        ("permision", TOP, "permissions"),
        ("permission", TOP, "permissions"),
        ("premissions", TOP, "permissions"),
        ("PERMISSIONS", TOP, "permissions"),
        ("hook", TOP, "hooks"),
        ("hoosk", TOP, "hooks"),
        ("tool", TOOLS, "tools"),
        ("disallowed-tools", TOOLS, "disallowedTools"),
        ("disallowed_tool", TOOLS, "disallowedTools"),
        ("mcpServer", TOOLS, "mcpServers"),
        ("deny", PERMISSIONS, None),
        ("denied", PERMISSIONS, None),
        ("allowed", PERMISSIONS, None),
        ("notes", PERMISSIONS, None),
        ("themes", TOP, None),
        ("lspServer", TOOLS, None),
        ("_hooks", TOP, None),
        ("//hooks", TOP, None),
        ("$hooks", TOP, None),
        ("", TOP, None),
        ("\udc80", TOP, None),
        ("許可", TOP, None),
        ("permissions" * 1000, TOP, None),
        ("hook", Keys(frozenset(), ()), None),
    ],
)
def test_misspelt(key: str, keys: Keys, meant: str | None) -> None:
    assert misspelt(key, keys) == meant


MISSPELT: list[tuple[str, str, list[tuple[tuple[str | int, ...], str]]]] = [
    ("claude-settings", '{"«permision»": {"deny": ["Read(.env)"]}}', [((), "permissions")]),
    (
        "claude-settings",
        '{"permissions": {"«denny»": [], "«allows»": [], "note": 1}}',
        [(("permissions",), "deny"), (("permissions",), "allow")],
    ),
    (
        "claude-settings",
        '{"sandbox": {"network": {"«allowed_domains»": []}}}',
        [(("sandbox", "network"), "allowedDomains")],
    ),
    (
        "claude-settings",
        '{"hooks": {"«PreToolUSe»": [], "«preToolUse»": [], "PostToolUse": []}}',
        [(("hooks",), "PreToolUse"), (("hooks",), "PreToolUse")],
    ),
    (
        "claude-settings",
        '{"hooks": {"AnEventOfNextYear": [], "Stop": [{"hooks": []}, {"«Matcher»": "x", "hooks": []}]}}',
        [(("hooks", "Stop", 1), "matcher")],
    ),
    (
        "claude-settings",
        '{"permission": 1, "permissions": {}, "_hooks": {}, "theme": "dark", "env": {"HOOKS": "1"}}',
        [],
    ),
    ("mcp-config", '{"«mcp_servers»": {"a": {"command": "x"}}}', [((), "mcpServers")]),
    ("mcp-config", '{"mcp-server": {"command": "x"}}', []),
    (
        "mcp-config",
        '{"mcpServers": {"header": {"command": "x"}, "tool": {"url": "x"}, "mcp-servers": {"url": "x"}}}',
        [],
    ),
    ("mcp-config", '{"mcpServers": {"a": {"command": "x", "«disable»": true}}}', [(("mcpServers", "a"), "disabled")]),
    ("mcp-config", '{"a": {"command": "x", "«excludedTools»": []}}', [(("a",), "excludeTools")]),
    ("agent", '{"name": "a", "«Tools»": "Read", "allowed-tools": "Read", "color": "red"}', [((), "tools")]),
    ("agent", '{"name": "a", "«permission-mode»": "plan"}', [((), "permissionMode")]),
    ("skill", '{"«allowed_tools»": "Read", "tools": "x"}', [((), "allowed-tools")]),
    ("skill", '{"«disable_model_invocation»": true}', [((), "disable-model-invocation")]),
    ("hooks", '{"version": 1, "hooks": {"preToolUse": [], "sessionStart": []}}', []),
    ("marketplace", '{"plugins": [{"name": "a"}, {"source": {"«Sha»": "x"}}]}', [(("plugins", 1, "source"), "sha")]),
    ("mcp-config-codex", '{"«mcpServers»": {"a": {"command": "x"}}}', [((), "mcp_servers")]),
]


@pytest.mark.parametrize(("name", "text", "expected"), MISSPELT)
def test_misspellings(name: str, text: str, expected: list[tuple[tuple[str | int, ...], str]]) -> None:
    root, _, spans = marked(text)
    found = list(misspellings(load_schema(name), root))
    assert [misspelling.key.span for misspelling in found] == spans
    assert [(misspelling.path, misspelling.meant) for misspelling in found] == expected


def slips(word: str) -> list[str]:
    """Return `word` with a letter dropped, doubled, or swapped with the next, in each place but the first."""
    places = range(1, len(word))
    return [
        *(word[:at] + word[at + 1 :] for at in places),
        *(word[:at] + word[at] + word[at:] for at in places),
        *(word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] for at in places),
    ]


@pytest.mark.parametrize("key", ["permissions", "hooks", "sandbox", "disableAllHooks", "enabledMcpjsonServers"])
def test_every_slip_in_a_key_of_the_settings_is_seen(key: str) -> None:
    schema = load_schema("claude-settings")
    for slip in {*slips(key)} - {key}:
        root, _, _ = marked(f'{{"{slip}": null}}')
        assert [(found.key, found.meant) for found in misspellings(schema, root)] == [(slip, key)]


def test_duplicate_keys() -> None:
    root, _, spans = marked(
        '{"a": {"b": 1, "c": {"d": 1, "«d»": 2}, "«b»": 2, "«b»": 3}, "list": [{"x": 1, "«x»": 1}], "«\\u0061»": 1}'
    )
    assert sorted(key.span for key in duplicate_keys(root)) == spans
    assert sorted(duplicate_keys(root)) == ["a", "b", "b", "d", "x"]


@pytest.mark.parametrize(
    "text", ["null", "[]", "{}", '"x"', "[" * 90 + "]" * 90, '{"a":' * 90 + "1" + "}" * 90, '{"": {"\\ud800": 1}}']
)
@pytest.mark.parametrize("name", ["claude-settings", "mcp-config", "hooks", "skill", "plugin"])
def test_odd_files_raise_nothing(name: str, text: str) -> None:
    root = read_json(text).root
    assert root is not None
    schema = load_schema(name)
    assert list(duplicate_keys(root)) == []
    assert list(misspellings(schema, root)) == []
    assert bool(errors(schema, root)) != accepts(schema, plain(root))
