"""Exposed values: what servers, settings and commands are given, under which name, and where it stands."""

from __future__ import annotations

import json

import pytest

from claude_preflight.agents.exposed import Setting, command_settings, loose_settings, server_settings
from claude_preflight.agents.files import kinds_of
from claude_preflight.agents.mcp import servers
from claude_preflight.document import Document
from claude_preflight.syntax.nodes import Text


def flags(setting: Setting) -> str:
    return "".join(name[0] for name in ("host", "selects", "passed") if getattr(setting, name))


def told(found: list[Setting]) -> list[str]:
    """Return `name=value` of each setting, with its flags behind a blank."""
    return [f"{setting.name or ''}={setting.value} {flags(setting)}".strip() for setting in found]


def of_server(entry: dict[str, object]) -> list[Setting]:
    text = json.dumps({"mcpServers": {"db": entry}})
    (server,) = servers(Document(".mcp.json", text, kinds_of(".mcp.json")))
    found = list(server_settings(server))
    for setting in found:
        spelled = text[setting.value.start : setting.value.end]
        assert json.loads(f'"{spelled}"') == setting.value
        assert setting.owner == 'server "db"'
    return found


SERVERS: list[tuple[dict[str, object], list[str]]] = [
    (
        {"command": "x", "env": {"DB_HOST": "db", "AWS_PROFILE": "main", "MODE": "a"}},
        ["DB_HOST=db h", "AWS_PROFILE=main s", "MODE=a", "=x"],
    ),
    ({"command": "x", "env": {"C": '{"host": "db", "n": 1, "url": "u"}'}}, ["C={…}", "host=db h", "url=u h", "=x"]),
    ({"url": "https://a.io", "headers": {"X-Key": "k"}}, ["X-Key=k", "=https://a.io"]),
    ({"command": "x", "envFile": ".env.dev"}, ["=.env.dev s", "=x"]),
    (
        {"command": "x", "args": ["--host", "db", "--port=1", "-v", "--dsn", "d"]},
        ["=x", "--host=db h", "--port=1", "--dsn=d h"],
    ),
    ({"command": "x", "args": ["-v", "a.io:80"]}, ["=x", "-v=a.io:80 h"]),
    ({"command": "x", "args": ["--profile", "a", "--context=b"]}, ["=x", "--profile=a s", "--context=b s"]),
    (
        {"command": "docker", "args": ["run", "-e", "A_KEY", "--env", "B=1", "--env-file", ".env", "img"]},
        ["=docker", "=run", "-e=A_KEY p", "B=1", "--env-file=.env s", "=img"],
    ),
    ({"command": "/usr/bin/psql", "args": ["-h", "db", "-U", "u"]}, ["=/usr/bin/psql", "-h=db h", "-U=u"]),
    ({"command": "x", "args": ["-h", "db"]}, ["=x", "-h=db"]),
    ({"command": "ssh", "args": ["-i", "k", "u@db", "run"]}, ["=ssh", "-i=k", "=u@db h", "=run h"]),
    ({"command": "sudo", "args": ["-n", "psql", "-h", "db"]}, ["=sudo", "=psql", "-h=db h"]),
    ({"command": "npx", "args": ["-y", "dotenv", "-e", ".env.a", "--", "x"]}, ["=npx", "=dotenv", "-e=.env.a s", "=x"]),
    ({"command": "env", "args": ["A=1", "psql", "-h", "db"]}, ["=env", "A=1", "=psql", "-h=db h"]),
    ({"command": "cmd", "args": ["/c", "psql", "-h", "db"]}, ["=cmd", "=/c", "=psql", "-h=db h"]),
    (
        {"command": "aws-vault", "args": ["exec", "a", "--", "psql", "-h", "db"]},
        ["=aws-vault", "exec=a s", "=psql", "-h=db h"],
    ),
    ({"command": "doppler", "args": ["run", "-c", "a", "--", "x"]}, ["=doppler", "=run", "-c=a s", "=x"]),
    ({"command": "bash", "args": ["-lc", "A=1 psql -h db | cat"]}, ["=bash", "A=1", "=psql", "-h=db h", "=cat"]),
    ({"command": "psql -h db --port=1"}, ["=psql", "-h=db h", "--port=1"]),
    ({"command": "x", "args": []}, ["=x"]),
]


@pytest.mark.parametrize(("entry", "expected"), SERVERS)
def test_server(entry: dict[str, object], expected: list[str]) -> None:
    found = [line if not line.startswith("C={") else "C={…}" for line in told(of_server(entry))]
    assert found == expected


FILES: dict[tuple[str, str], list[str]] = {
    (".claude/settings.json", '{"env": {"A_HOST": "a", "N": 1}}'): ["env/A_HOST A_HOST=a h"],
    (
        ".claude/settings.json",
        '{"permissions": {"allow": ["Bash(psql -h db:*)", "Read(a)", "WebFetch(domain:a.io)"]}}',
    ): [
        "permissions/allow =psql",
        "permissions/allow/-h -h=db h",
    ],
    (".claude/settings.json", '{"permissions": {"deny": ["Bash(psql -h db)"], "ask": ["Bash(ssh a)"]}}'): [],
    (".claude/settings.json", '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "A=1 x"}]}]}}'): [
        "hooks/Stop/hooks/command/A A=1",
        "hooks/Stop/hooks/command =x",
    ],
    (".claude/settings.json", '{"awsAuthRefresh": "aws sso login --profile a"}'): [
        "awsAuthRefresh =aws",
        "awsAuthRefresh =sso",
        "awsAuthRefresh =login",
        "awsAuthRefresh/--profile --profile=a s",
    ],
    (".codex/config.toml", '[shell_environment_policy]\nset = { A = "1" }\n'): ["shell_environment_policy/set/A A=1"],
    (".devcontainer/devcontainer.json", '{"remoteEnv": {"A": "1"}, "name": "x"}'): ["remoteEnv/A A=1"],
    (".vscode/settings.json", '{"terminal.integrated.env.linux": {"A": "1"}, "env.x": "y"}'): [
        "terminal.integrated.env.linux/A A=1"
    ],
    (".mcp.json", '{"mcpServers": {"x": {"command": "x", "env": {"A": "1"}}}}'): [],
    (".mcp.json", "{"): [],
    ("CLAUDE.md", "env: x\n"): [],
}


@pytest.mark.parametrize(("path", "text"), FILES)
def test_settings_outside_of_servers(path: str, text: str) -> None:
    found = list(loose_settings(Document(path, text, kinds_of(path))))
    assert [f"{setting.key} {line}" for setting, line in zip(found, told(found), strict=True)] == FILES[path, text]


def test_endless_wrapping_ends() -> None:
    text = "sudo " * 5000 + "psql -h db"
    assert len(list(command_settings("", "", Text.at(text, 0, len(text))))) < 20
