"""One model of a server for every client's dialect."""

from __future__ import annotations

import pytest

from claude_preflight.agents.mcp import Server, servers
from claude_preflight.document import Document


def read(path: str, text: str) -> tuple[Server, ...]:
    return servers(Document(path, text, frozenset()))


STDIO = '{"command": "npx", "args": ["-y", "acme@1.2.3"], "env": {"A": "b"}}'
AGENT = "---\nname: x\ndescription: y\nmcpServers:\n  - s: {command: npx, args: [-y, acme@1.2.3], env: {A: b}}\n---\n"
CODEX = '[mcp_servers.s]\ncommand = "npx"\nargs = ["-y", "acme@1.2.3"]\nenv = {A = "b"}\n'
CONTINUE = "mcpServers:\n  - name: s\n    command: npx\n    args: [-y, acme@1.2.3]\n    env: {A: b}\n"
GOOSE = "extensions:\n  s:\n    type: stdio\n    cmd: npx\n    args: [-y, acme@1.2.3]\n    envs: {A: b}\n"


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        (".mcp.json", f'{{"mcpServers": {{"s": {STDIO}}}}}', "mcpServers/s"),
        (".mcp.json", f'{{"servers": {{"s": {STDIO}}}}}', "servers/s"),
        ("plugin/.mcp.json", f'{{"s": {STDIO}}}', "s"),
        ("claude_desktop_config.json", f'{{"mcpServers": {{"s": {STDIO}}}}}', "mcpServers/s"),
        (".claude.json", f'{{"projects": {{"/p": {{"mcpServers": {{"s": {STDIO}}}}}}}}}', "projects//p/mcpServers/s"),
        (".cursor/mcp.json", f'{{"mcpServers": {{"s": {STDIO}}}}}', "mcpServers/s"),
        (".vscode/mcp.json", f'{{"servers": {{"s": {STDIO}}}, "inputs": [],}}', "servers/s"),
        (".vscode/mcp.json", '{"servers": [{"name": "s", ' + STDIO[1:] + "]}", "servers/s"),
        (".vscode/settings.json", f'{{"mcp": {{"servers": {{"s": {STDIO}}}}}}}', "mcp/servers/s"),
        ("x.code-workspace", f'{{"settings": {{"mcp": {{"servers": {{"s": {STDIO}}}}}}}}}', "settings/mcp/servers/s"),
        (
            ".devcontainer/devcontainer.json",
            f'{{"customizations": {{"vscode": {{"mcp": {{"servers": {{"s": {STDIO}}}}}}}}}}}',
            "customizations/vscode/mcp/servers/s",
        ),
        (".gemini/settings.json", f'{{"mcpServers": {{"s": {STDIO}}}}}', "mcpServers/s"),
        (".zed/settings.json", f'{{"context_servers": {{"s": {STDIO}}}}}', "context_servers/s"),
        (
            ".zed/settings.json",
            '{"context_servers": {"s": {"command": {"path": "npx", "args": ["-y", "acme@1.2.3"], "env": {"A": "b"}}}}}',
            "context_servers/s",
        ),
        (
            "opencode.json",
            '{"mcp": {"s": {"type": "local", "command": ["npx", "-y", "acme@1.2.3"], "environment": {"A": "b"}}}}',
            "mcp/s",
        ),
        (
            "mcp.json",
            '{"$schema": "https://opencode.ai/config.json", "mcp": {"s": {"command": ["npx", "-y", "acme@1.2.3"], '
            '"environment": {"A": "b"}}}}',
            "mcp/s",
        ),
        (".amp/settings.json", f'{{"amp.mcpServers": {{"s": {STDIO}}}}}', "amp.mcpServers/s"),
        (".kiro/settings/mcp.json", f'{{"mcpServers": {{"s": {STDIO}}}}}', "mcpServers/s"),
        (".codex/config.toml", CODEX, "mcp_servers/s"),
        (".continue/config.yaml", CONTINUE, "mcpServers/s"),
        (".config/goose/config.yaml", GOOSE, "extensions/s"),
        (".claude/agents/x.md", AGENT, "mcpServers/0/s"),
        (".claude-plugin/plugin.json", f'{{"name": "p", "mcpServers": {{"s": {STDIO}}}}}', "mcpServers/s"),
        (
            ".claude-plugin/marketplace.json",
            f'{{"plugins": [{{"name": "p", "mcpServers": {{"s": {STDIO}}}}}]}}',
            "plugins/0/mcpServers/s",
        ),
        (".mcp.json", '{"mcpServers": {"s": {"command": "npx -y acme@1.2.3", "env": ["A=b"]}}}', "mcpServers/s"),
        (
            ".mcp.json",
            '{"mcpServers": {"s": {"transport": {"command": "npx", "args": ["-y", "acme@1.2.3"]}, "env": '
            '[{"name": "A", "value": "b"}]}}}',
            "mcpServers/s",
        ),
    ],
)
def test_a_started_server_is_the_same_in_every_dialect(path: str, text: str, place: str) -> None:
    (server,) = read(path, text)
    launch = server.launch
    assert launch is not None
    assert (server.name, server.key(), server.url, server.disabled) == ("s", place, None, False)
    assert (launch.launcher, launch.package, launch.version) == ("npx", "acme", "1.2.3")
    assert server.env == (("A", "b"),)
    for word in (server.name, launch.package, launch.version, *server.env[0]):
        assert word is not None
        assert text[word.start : word.end] == word


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        (".mcp.json", '{"type": "http", "url": "https://x.dev/mcp", "headers": {"A": "b"}}'),
        (".codeium/windsurf/mcp_config.json", '{"serverUrl": "https://x.dev/mcp", "headers": {"A": "b"}}'),
        (".gemini/settings.json", '{"httpUrl": "https://x.dev/mcp", "headers": {"A": "b"}}'),
        (
            ".continue/mcpServers/x.json",
            '{"type": "sse", "url": "https://x.dev/mcp", "requestOptions": {"headers": {"A": "b"}}}',
        ),
        (".cursor/mcp.json", '{"transport": {"type": "sse", "url": "https://x.dev/mcp", "headers": {"A": "b"}}}'),
    ],
)
def test_a_remote_server_is_the_same_in_every_dialect(path: str, entry: str) -> None:
    (server,) = read(path, f'{{"mcpServers": {{"s": {entry}}}}}')
    assert (server.remote, server.command, server.launch) == ("https://x.dev/mcp", None, None)
    assert server.headers == (("A", "b"),)


def test_a_bridge_tells_the_remote_address() -> None:
    (server,) = read(
        ".mcp.json", '{"mcpServers": {"s": {"command": "npx", "args": ["mcp-remote@0.1.30", "https://x.dev/mcp"]}}}'
    )
    assert (server.url, server.remote) == (None, "https://x.dev/mcp")


@pytest.mark.parametrize("entry", ['{"command": "x", "disabled": true}', '{"command": "x", "enabled": false}'])
def test_servers_that_are_switched_off_are_marked(entry: str) -> None:
    (server,) = read(".mcp.json", f'{{"mcpServers": {{"s": {entry}}}}}')
    assert server.disabled


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".mcp.json", ""),
        (".mcp.json", "[]"),
        (".mcp.json", '{"mcpServers": 1}'),
        (".mcp.json", '{"mcpServers": {"a": 1, "b": [], "c": null}}'),
        ("docs/mcp.json", '{"title": "x", "colors": {"primary": "y"}}'),
        (".claude/agents/x.md", "# no front matter, but mcpServers\n"),
        (".claude/agents/x.md", "---\nname: x\n---\n"),
    ],
)
def test_no_servers(path: str, text: str) -> None:
    assert read(path, text) == ()


def test_of_a_repeated_name_the_last_counts() -> None:
    (server,) = read(".mcp.json", '{"mcpServers": {"s": {"command": "a"}, "s": {"command": "b"}}}')
    assert server.command == "b"


def test_odd_entries_do_not_hide_the_others() -> None:
    text = (
        '{"mcpServers": {"a": {"command": 1, "args": "x y", "env": "z", "url": []}, '
        '"b": {"command": [], "args": [1]}, "c": {"command": "x"}}}'
    )
    assert [(str(server.name), server.command) for server in read(".mcp.json", text)] == [
        ("a", None),
        ("b", None),
        ("c", "x"),
    ]


@pytest.mark.parametrize(("name", "expected"), [('"name": "acme", ', "acme"), ("", "")])
def test_a_bundle_has_one_server_with_its_own_name(name: str, expected: str) -> None:
    text = f'{{"manifest_version": "0.3", {name}"server": {{"mcp_config": {{"command": "a"}}}}}}'
    (server,) = read("manifest.json", text)
    assert (str(server.name), server.command) == (expected, "a")
