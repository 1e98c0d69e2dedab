"""Where a configuration belongs, and what the profiles ask of its servers."""

from __future__ import annotations

import json

import pytest

from claude_preflight.agents.files import MCP_CONFIG
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.agents.profiles import outside_development, reaches_network
from claude_preflight.agents.user_level import is_global, is_sample, program_of
from claude_preflight.document import Document
from claude_preflight.policy import Policy
from claude_preflight.repository import Repository
from conftest import Files, MakeRepository

POLICY = Policy(packages_allow=("@acme/*", "mcp.acme.example", "https://open.example/*"))


def server_of(**entry: object) -> Server:
    text = json.dumps({"mcpServers": {"s": entry}})
    return servers(Document(".mcp.json", text, frozenset((MCP_CONFIG,))))[0]


def started(line: str, **entry: object) -> Server:
    command, *args = line.split()
    return server_of(command=command, args=args, **entry)


@pytest.mark.parametrize(
    ("server", "key"),
    [
        (server_of(url="https://mcp.exa.ai/mcp"), "mcp.exa.ai"),
        (server_of(url="https://mcp.acme.example/mcp"), None),
        (server_of(url="https://open.example/any"), None),
        (server_of(url="http://localhost:3000/mcp"), None),
        (server_of(url="http://[::1]:3000/mcp"), None),
        (server_of(url="http://localhost.evil.example/mcp"), "localhost.evil.example"),
        (started("npx mcp-remote https://mcp.exa.ai/mcp"), "mcp.exa.ai"),
        (started("npx -y @acme/notes-mcp@1.0.0"), None),
        (started("npx -y unknown-mcp@1.0.0"), "unknown-mcp"),
        (started("npx -y mongodb-mcp-server@1.0.0"), "mongodb-mcp-server"),
        (started("npx -y @modelcontextprotocol/server-filesystem@2026.8.31 ."), None),
        (started("uvx --from git+https://user:word@git.example/acme/x.git@abc x"), "git.example/acme/x"),
        (started("node tools/x.js"), None),
        (server_of(disabled=True), None),
    ],
)
def test_reaches_network(server: Server, key: str | None) -> None:
    breach = reaches_network(server, POLICY)
    assert (breach.key if breach else None) == key
    assert breach is None or "word" not in breach.what


@pytest.mark.parametrize(
    ("server", "keys"),
    [
        (started("uvx postgres-mcp ${DEV_DATABASE_URL}"), []),
        (started("uvx postgres-mcp", env={"DATABASE_URI": "${DATABASE_URI_DEV:-}"}), []),
        (started("uvx postgres-mcp", env={"DATABASE_URI": "${DATABASE_URI}"}), ["DATABASE_URI"]),
        (started("uvx postgres-mcp", env={"DATABASE_URI": "${env:PROD_DB}"}), ["PROD_DB"]),
        (started("uvx postgres-mcp", env={"DATABASE_URI": "$STAGING_DB_URL"}), ["STAGING_DB_URL"]),
        (started("uvx postgres-mcp postgresql://localhost/shop"), ["address"]),
        (started("node db.js", env={"PGHOST": "db1", "PGPASSWORD": "${PGPASSWORD}"}), ["PGHOST", "PGPASSWORD"]),
        (started("node db.js --dir /home/${USER}/x", env={"DB_HOST": "${DEV_DB_HOST}"}), []),
        (started("uvx postgres-mcp ${CLAUDE_PROJECT_DIR}/sql"), []),
        (started("node docs.js", env={"DOCS_URL": "${DOCS_URL}"}), []),
        (server_of(url="https://mcp.supabase.com/mcp?project_ref=${SUPABASE_REF}"), ["SUPABASE_REF"]),
        (server_of(url="https://mcp.supabase.com/mcp?project_ref=${SUPABASE_DEV_REF}"), []),
    ],
)
def test_outside_development(server: Server, keys: list[str]) -> None:
    assert [breach.key for breach in outside_development(server)] == keys


@pytest.mark.parametrize(
    ("path", "program"),
    [
        ("claude_desktop_config.json", "Claude Desktop"),
        ("mac/claude_desktop_config_work.json", "Claude Desktop"),
        (".claude.json", "Claude Code"),
        ("x.claude.json", ""),
        (".mcp.json", ""),
        (".cursor/mcp.json", ""),
    ],
)
def test_program_of(path: str, program: str) -> None:
    assert program_of(path) == program


@pytest.mark.parametrize(
    ("path", "text", "sample"),
    [
        ("examples/claude_desktop_config.json", "{}", True),
        ("claude_desktop_config.example.json", "{}", True),
        ("claude_desktop_config.json", '{"args": ["/path/to/server.js"]}', True),
        ("claude_desktop_config.json", '{"KEY": "YOUR_API_KEY"}', True),
        ("claude_desktop_config.json", '{"KEY": "<token>"}', True),
        ("claude_desktop_config.json", '{"_note": "Copy this file to your folder"}', True),
        ("claude_desktop_config.json", '{"args": ["/Users/ann/latest/server.js"]}', False),
    ],
)
def test_is_sample(path: str, text: str, sample: bool) -> None:
    assert is_sample(path, text) == sample


@pytest.mark.parametrize(
    ("files", "path", "answer"),
    [
        ({".zshrc": "x"}, ".cursor/mcp.json", True),
        ({"home/.gitconfig": "x"}, "home/.gemini/settings.json", True),
        ({"zsh/.zshrc": "x", "git/.gitconfig": "x"}, "gemini/.gemini/settings.json", True),
        ({"zsh/.zshrc": "x"}, "gemini/.gemini/settings.json", False),
        ({"images/dev/home/.bashrc": "x", "images/dev/home/.profile": "x"}, ".cursor/mcp.json", False),
        ({"README.md": "x"}, ".cursor/mcp.json", False),
        ({"README.md": "x"}, ".config/zed/settings.json", True),
        ({"README.md": "x"}, "x/.codeium/windsurf/mcp_config.json", True),
        ({".zshrc": "x"}, ".mcp.json", False),
    ],
)
def test_is_global(files: Files, path: str, answer: bool, make_repository: MakeRepository) -> None:
    assert is_global(Repository(str(make_repository(files))), path) == answer
