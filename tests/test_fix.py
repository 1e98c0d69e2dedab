"""Repairs change what they are about and not a byte more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_preflight.fix import spliced
from claude_preflight.model import Edit, Fix, Span
from conftest import MakeRepository, run, tool
from credentials import characters, sample

PREFLIGHT = tool("claude-preflight")
SERVER = "@modelcontextprotocol/server-filesystem@2026.8.31"


def fixed(folder: Path, name: str) -> bytes:
    done = run(folder, PREFLIGHT, "check", "--fix")
    assert (done.returncode, done.stderr) == (1, f"Fixing {name}\n")
    assert run(folder, PREFLIGHT, "check", "--fix").stderr == ""
    return (folder / name).read_bytes()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_other_byte_stays(end: str, mark: str, make_repository: MakeRepository) -> None:
    lines = [
        "{",
        '\t"servers": { // ünï',
        f'\t\t"f": {{"command": "npx",  "args": ["-y", "{SERVER}", "/", "./docs"]}},',
        "\t},",
        "}",
        "",
    ]
    before = (mark + end.join(lines)).encode()
    folder = make_repository({".vscode/mcp.json": before})
    assert fixed(folder, ".vscode/mcp.json") == before.replace(b'"/"', b'"."')


def test_secret_becomes_a_reference_wherever_it_stands(make_repository: MakeRepository) -> None:
    token = sample("github-pat-classic")
    text = (
        f'{{"mcpServers": {{"a": {{"type": "http", "url": "https://x.dev/mcp?token={token}", '
        f'"headers": {{"Authorization": "Bearer {token}"}}}}}}}}\n'
    )
    folder = make_repository({".mcp.json": text})
    after = fixed(folder, ".mcp.json").decode()
    assert after == text.replace(token, "${GITHUB_TOKEN}")


def test_each_secret_becomes_a_variable_of_its_own(make_repository: MakeRepository) -> None:
    one, two = (characters("alnum", 32, seed) for seed in range(2))
    entries = {"a": one, "b": two, "c": one}
    text = json.dumps({"provider": {name: {"options": {"apiKey": key}} for name, key in entries.items()}})
    folder = make_repository({"opencode.json": text})
    done = run(folder, PREFLIGHT, "check", "--hook", "agent-file-secrets")
    assert [line.rpartition(" ")[2] for line in done.stdout.splitlines() if "repair:" in line] == [
        "{env:A_API_KEY}",
        "{env:B_API_KEY}",
    ]
    after = fixed(folder, "opencode.json").decode()
    assert after == text.replace(one, "{env:A_API_KEY}").replace(two, "{env:B_API_KEY}")


def test_variables_are_called_after_what_owns_them(make_repository: MakeRepository) -> None:
    one, two, three = (characters("alnum", 32, seed) for seed in range(3))
    servers: dict[str, dict[str, object]] = {
        "acme": {"env": {"API_KEY": one, "KEPT": "${B_API_KEY}"}},
        "b-mcp": {"env": {"API_KEY": two}},
        "b": {"env": {"API_KEY": three}},
        "r1": {"env": {"OPENROUTER_API_KEY": sample("openrouter-key", 1)}},
        "r2": {"env": {"OPENROUTER_API_KEY": sample("openrouter-key", 2)}},
        "d": {"env": {"DATABASE_URL": f"postgres://app:{characters('word', 14)}@db.acme.io/x"}},
        "e": {"env": {"TAVILY_API_KEY": f"${{TAVILY_API_KEY:-{sample('tavily-key')}}}"}},
    }
    entry = {"type": "stdio", "command": "x"}
    folder = make_repository({".mcp.json": json.dumps({"mcpServers": {n: entry | s for n, s in servers.items()}})})
    run(folder, PREFLIGHT, "check", "--hook", "agent-file-secrets", "--fix")
    written = json.loads((folder / ".mcp.json").read_text())["mcpServers"]
    assert {name: server["env"] for name, server in written.items()} == {
        "acme": {"API_KEY": "${ACME_API_KEY}", "KEPT": "${B_API_KEY}"},
        "b-mcp": {"API_KEY": "${B_MCP_API_KEY}"},
        "b": {"API_KEY": "${B_API_KEY_2}"},
        "r1": {"OPENROUTER_API_KEY": "${R1_OPENROUTER_API_KEY}"},
        "r2": {"OPENROUTER_API_KEY": "${R2_OPENROUTER_API_KEY}"},
        "d": {"DATABASE_URL": "postgres://app:${DATABASE_PASSWORD}@db.acme.io/x"},
        "e": {"TAVILY_API_KEY": "${TAVILY_API_KEY}"},
    }


def test_defaults_of_one_variable_that_differ_are_not_merged(make_repository: MakeRepository) -> None:
    keys = [characters("alnum", 32, seed) for seed in range(2)]
    servers = {
        name: {"type": "stdio", "command": "x", "env": {"K": f"${{API_KEY:-{key}}}"}}
        for name, key in zip("ab", keys, strict=True)
    }
    text = json.dumps({"mcpServers": servers})
    folder = make_repository({".mcp.json": text})
    run(folder, PREFLIGHT, "check", "--hook", "agent-file-secrets", "--fix")
    for name, key in zip("AB", keys, strict=True):
        text = text.replace(f"${{API_KEY:-{key}}}", f"${{{name}_API_KEY}}")
    assert (folder / ".mcp.json").read_text() == text


def test_misspelt_key_is_corrected(make_repository: MakeRepository) -> None:
    folder = make_repository({".claude/settings.json": '{"permissions": {"denny": ["Read(.env)"]}}\n'})
    after = b'{"permissions": {"deny": ["Read(.env)", "Read(~/.ssh/**)", "Read(~/.aws/**)"]}}\n'
    assert fixed(folder, ".claude/settings.json") == after, "the rules that are missing go into the corrected list"


def test_mode_of_the_file_stays(make_repository: MakeRepository) -> None:
    folder = make_repository(
        {".mcp.json": f'{{"mcpServers": {{"f": {{"type": "stdio", "command": "npx", "args": ["{SERVER}", "/"]}}}}}}'}
    )
    (folder / ".mcp.json").chmod(0o640)
    fixed(folder, ".mcp.json")
    assert (folder / ".mcp.json").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in folder.iterdir()) == [".git", ".mcp.json"]


@given(text=st.text(min_size=1, max_size=30), data=st.data())
def test_splicing_keeps_all_that_no_edit_covers(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=6)))
    spans = [Span(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    result = spliced(text, [Fix((Edit(span, f"<{number}>"),)) for number, span in enumerate(spans)])
    for number, span in reversed(list(enumerate(spans))):
        assert f"<{number}>" in result
        text = text[: span.start] + f"<{number}>" + text[span.end :]
    assert result == text


def test_of_overlapping_fixes_the_first_is_made() -> None:
    fixes = [Fix((Edit(Span(0, 3), "x"),)), Fix((Edit(Span(2, 5), "y"), Edit(Span(6, 7), "z")))]
    assert spliced("0123456789", fixes) == "x3456789"
    assert spliced("0123456789", [fixes[0], fixes[0]]) == "x3456789"


def test_what_was_audited_is_pinned_to_the_audited_version(make_repository: MakeRepository) -> None:
    servers = (
        '{"mcpServers": {"a": {"type": "stdio", "command": "npx", "args": ["-y", "@acme/tool@latest", "x"]}, '
        '"b": {"type": "stdio", "command": "uvx", "args": ["acme-tool"]}, '
        '"c": {"type": "stdio", "command": "npx", "args": ["-y", "unknown-tool"]}}}\n'
    )
    record = '{"servers": [{"package": "@acme/tool", "version": "1.2.3"}, {"package": "acme-tool", "version": "4.5"}]}'
    folder = make_repository({".mcp.json": servers, ".mcp-audit.json": record})
    after = fixed(folder, ".mcp.json").decode()
    assert after == servers.replace("@acme/tool@latest", "@acme/tool@1.2.3").replace('"acme-tool"', '"acme-tool==4.5"')


@pytest.mark.parametrize(
    "record", ["", "[", '{"package": 1, "version": 2}', '{"package": "tool", "version": "latest"}']
)
def test_a_record_that_says_nothing_pins_nothing(record: str, make_repository: MakeRepository) -> None:
    servers = '{"mcpServers": {"a": {"type": "stdio", "command": "npx", "args": ["-y", "tool"]}}}\n'
    folder = make_repository({".mcp.json": servers, ".mcp-audit.json": record})
    run(folder, PREFLIGHT, "check", "--fix")
    assert (folder / ".mcp.json").read_text() == servers


def test_with_staged_the_record_is_that_of_the_index(make_repository: MakeRepository) -> None:
    servers = '{"mcpServers": {"a": {"type": "stdio", "command": "npx", "args": ["-y", "tool"]}}}\n'
    record = '{"version": 1, "servers": [{"name": "a", "package": "tool", "version": "1.2.3"}]}\n'
    folder = make_repository({".mcp.json": servers, ".mcp-audit.json": record})
    (folder / ".mcp-audit.json").unlink()
    fixable = []
    for options in (["--staged"], []):
        done = run(folder, PREFLIGHT, "check", "--format", "json", "--hook", "mcp-pinned-version", *options)
        fixable += [finding["fixable"] for finding in json.loads(done.stdout)["findings"]]
    assert fixable == [True, False]
