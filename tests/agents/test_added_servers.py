"""What commands register as MCP servers: names and addresses, with their places."""

from __future__ import annotations

import time

import pytest

from claude_preflight.agents.added_servers import added_servers
from claude_preflight.agents.files import kinds_of
from claude_preflight.document import Document

URL = "http://mcp.acme-tools.com/mcp"


def found(path: str, text: str) -> list[tuple[str, str]]:
    """Return the name and the address of each server; the address as it stands in `text`."""
    servers = added_servers(Document(path, text, kinds_of(path)))
    return [(str(server.name), text[server.remote.start : server.remote.end]) for server in servers if server.remote]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"claude mcp add notes {URL}", "notes"),
        (f"claude mcp add --transport http --scope project notes {URL}", "notes"),
        (f"claude mcp add -e A=http://a.io -H 'X: http://b.io' notes {URL}", "notes"),
        (f"claude mcp add --transport=sse \\\n  notes \\\n  {URL}\nls\n", "notes"),
        (f"codex mcp add notes --url {URL}", "notes"),
        (f"codex mcp add notes --url={URL}", "notes"),
        (f"claude mcp add {URL}", ""),
        (f'claude mcp add-json notes \'{{"type": "http", "url": "{URL}"}}\'', "notes"),
        (f'claude mcp add-json notes \'{{"a": {{"serverUrl": "{URL}"}}}}\'', "notes"),
        (f"claude mcp add notes -- npx -y mcp-remote@0.1.38 {URL}", "notes"),
        (f'"postCreateCommand": "claude mcp add notes {URL}",', "notes"),
        (f"run `claude mcp add notes {URL}`; then open http://a.io", "notes"),
        (f"it's: claude mcp add notes {URL}", "notes"),
        (f"ls # `x`\nclaude mcp add notes {URL} # http://a.io", "notes"),
    ],
)
def test_registered(text: str, name: str) -> None:
    assert found("CLAUDE.md", text) == [(name, URL)]


def test_an_address_may_have_a_query() -> None:
    assert found("CLAUDE.md", f"claude mcp add notes {URL}?to=http://a.io") == [("notes", f"{URL}?to=http://a.io")]


def test_several_on_one_line() -> None:
    text = f"claude mcp add a {URL} && claude mcp add b {URL}/b"
    assert found("CLAUDE.md", text) == [("a", URL), ("b", f"{URL}/b")]


def test_script_has_variables_and_bridges() -> None:
    text = f"U={URL}\nclaude mcp add a $U\nnpx -y mcp-remote@0.1.38 {URL}/b\n"
    assert found("setup.sh", text) == [("a", URL), ("mcp-remote", f"{URL}/b")]


@pytest.mark.parametrize(
    "text",
    [
        f"# claude mcp add notes {URL}",
        f"claude mcp remove notes {URL}",
        f"claude mcp added {URL}",
        f"claude mcp add notes -- npx acme-notes; curl {URL}",
        f"run `claude mcp add notes`, then {URL}",
        "claude mcp add",
        "claude mcp add ",
        "claude mcp add-json notes '{'",
        'claude mcp add-json notes \'{"command": "x"}\'',
        "claude mcp add notes --",
    ],
)
def test_nothing_registered(text: str) -> None:
    assert found("CLAUDE.md", text) == []


@pytest.mark.parametrize("piece", ["mcp add ", "`mcp add x ", "mcp add \\\n", '"mcp add {', "mcp add # '"])
def test_time_is_bounded(piece: str) -> None:
    start = time.process_time()
    found("CLAUDE.md", piece * (500_000 // len(piece)))
    assert time.process_time() - start < 5
