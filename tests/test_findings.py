"""What a finding says beside its place: the server that it is about, and what its message counts and names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from claude_preflight.agents.files import kinds_of
from claude_preflight.agents.mcp import servers
from claude_preflight.document import Document
from claude_preflight.examine import Options, examine
from claude_preflight.run import Result
from test_examples import EXAMPLES
from test_fix_examples import repository_of


def results_of(example: str, folder: Path) -> tuple[Path, tuple[Result, ...]]:
    repository = repository_of(example, folder)
    return repository, examine(Options(hooks=(example.partition("/")[0],)), str(repository)).results


# A policy exempts by the name of the server: what lists several must not be hidden by an exemption of one of them.
@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.startswith("mcp-") and "/bad-" in each])
def test_a_finding_in_the_entry_of_a_server_is_about_that_server(example: str, tmp_path: Path) -> None:
    repository, results = results_of(example, tmp_path)
    for result in (each for each in results if each.finding.rule.id != "invalid-audit-record"):
        text = (repository / result.path).read_bytes().decode()
        document = Document(result.path, text, kinds_of(result.path))
        start = result.finding.span.start
        names = {str(server.name) for server in servers(document)}
        around = [
            str(server.name)
            for server in servers(document)
            if server.name.start <= start < server.name.end or server.node.span.start <= start < server.node.span.end
        ]
        listed = {part.partition("/")[0] for part in re.split(r", ?|: ", result.finding.key)} & names
        about_all = len(listed) > 1 or result.finding.rule.id == "client-profile-list"
        assert not around or result.finding.server == ("" if about_all else around[-1]), result


@pytest.mark.parametrize(
    ("example", "place", "words"),
    [
        ("agent-file-secrets/bad-repeated", "claude_desktop_config.json:3:45", ", and in 2 more places"),
        ("hidden-instructions/bad-stray", "CLAUDE.md:3:17", "invisible U+00AD, U+200B (2 times): it"),
        ("hidden-instructions/bad-terminal", "gemini-extension.json:1:37", "a control sequence: a terminal"),
        ("mcp-package-identity/bad-vulnerable", ".kiro/settings/mcp.json:6:50", "pin a later version"),
        ("mcp-package-identity/bad-vulnerable", ".kiro/settings/mcp.json:4:41", "pin 2026.1.14 or a later version"),
        ("mcp-package-identity/bad-misspelt", ".vscode/mcp.json:7:53", "write mcp-remote, or allow it"),
        ("mcp-package-identity/bad-misspelt", ".vscode/mcp.json:9:78", "runs awslabs_aws_api_mcp_servr, which"),
        ("mcp-package-identity/bad-lookalike", ".mcp.json:9:55", "look the name up at its publisher, or allow it"),
        ("mcp-package-identity/bad-images-and-repositories", ".mcp.json:7:58", "runs github.com/0raios/serena, which"),
        ("mcp-pinned-version/bad-npm", ".mcp.json:4:47", '"minor" (2.1) and 2 more'),
        ("mcp-review/bad-no-record", ".mcp.json:3:5", "last looked at a and b"),
        ("mcp-review/bad-switched-off", ".mcp.json:10:5", "for everybody: b"),
        ("permission-scope/bad-files-broad", ".claude/settings.json:4:39", '"../sibling", "~/.claude" and "/srv/data"'),
        ("permission-scope/bad-files-broad", ".claude/settings.json:3:15", "; Edit may change any file; Write"),
        ("token-rotation/bad-no-inventory", ".mcp.json:10:25", "when GITHUB_TOKEN, TICKETS_API_KEY must be"),
    ],
)
def test_messages_say_how_many_and_what_to_do(example: str, place: str, words: str, tmp_path: Path) -> None:
    _, results = results_of(example, tmp_path)
    (told,) = (each.finding for each in results if f"{each.path}:{each.line}:{each.column}" == place)
    assert words in f"{told.message}. {told.repair}"
