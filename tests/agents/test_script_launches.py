"""What the commands of a script start, servers written as JSON in their words included, and each of them once."""

from __future__ import annotations

import pytest

from claude_preflight.agents.script_launches import script_launches
from claude_preflight.document import Document

ENTRY = '{"command": "uvx", "args": ["acme-mcp==1.2.3"]}'
SERVERS = '{"mcpServers": {"a": ' + ENTRY + "}}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uvx acme-mcp==1.2.3", [("acme-mcp", "1.2.3")]),
        (f"claude mcp add-json py '{ENTRY}'", [("acme-mcp", "1.2.3")]),
        (f"claude -p go --mcp-config '{SERVERS}'", [("acme-mcp", "1.2.3")]),
        (f"claude -p go --mcp-config='{SERVERS}'", [("acme-mcp", "1.2.3")]),
        (f"claude mcp add-json py '\n  {ENTRY}\n'", [("acme-mcp", "1.2.3")]),
        (f"cat > .mcp.json <<'X'\n{SERVERS}\nX", [("acme-mcp", "1.2.3")]),
        (f"uvx acme-mcp==1.2.3 --config '{SERVERS}'", [("acme-mcp", "1.2.3"), ("acme-mcp", "1.2.3")]),
        ("xargs -I{} uvx {}", [("{}", None)]),
    ],
)
def test_packages(text: str, expected: list[tuple[str, str | None]]) -> None:
    launches = script_launches(Document("setup.sh", text, frozenset(("script",))))
    assert [(str(each.package), each.version and str(each.version)) for each in launches if each.package] == expected
    for each in launches:
        if each.package:
            assert text[each.package.start : each.package.end] == each.package
