"""Hostile files: each gets a clear finding, the others are still checked, and no byte of theirs is echoed."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from conftest import Files, MakeRepository, git, run, tool

BROKEN = (
    '{"mcpServers": {"f": {"type": "stdio", "command": "npx", "args": ['
    '"-y", "@modelcontextprotocol/server-filesystem@2026.8.31", "/"]}}}\n'
)
DEEP = 200_000
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CASES: dict[str, tuple[Files, str]] = {
    "unparsable": ({"a/.mcp.json": '{"mcpServers": {'}, "a/.mcp.json:1:17 config-syntax"),
    "empty": ({"a/.mcp.json": ""}, "a/.mcp.json:1:1 config-syntax"),
    "invalid UTF-8": ({"a/CLAUDE.md": b"# x\n\xff\xfe\xfa\n"}, "a/CLAUDE.md:1:1 unreadable-file"),
    "UTF-16": ({"a/.mcp.json": "{}".encode("utf-16")}, "a/.mcp.json:1:1 unreadable-file"),
    "50 MB": ({"a/CLAUDE.md": b"x" * 50_000_000}, "a/CLAUDE.md:1:1 oversized-file"),
    "deep JSON": ({"a/.mcp.json": "[" * DEEP}, "a/.mcp.json:1:101 config-syntax"),
    "deep objects": ({"a/.claude/settings.json": '{"a":' * DEEP}, "a/.claude/settings.json:1:501 config-syntax"),
    "deep YAML": (
        {"a/.claude/agents/x.md": "---\nname: x\ndescription: " + "[" * DEEP + "\n---\n"},
        "front-matter-syntax",
    ),
    "deep TOML": ({"a/.codex/config.toml": "a = " + "[" * DEEP}, "a/.codex/config.toml"),
    "NUL": ({"a/CLAUDE.md": b"# x\n\0\n"}, "a/CLAUDE.md:1:1 unreadable-file"),
    "long line": ({"a/CLAUDE.md": "x" * 3_000_000 + "\n"}, ""),
    "many quotes": (
        {"a/.mcp.json": '{"mcpServers": {"a": {"command": "bash", "args": ["-c", "' + "'" * 100_000 + '"]}}}'},
        "",
    ),
    "YAML alias bomb": ({"a/.claude/agents/x.md": f"---\nname: x\ndescription: y\ntools: Read\n{BOMB}---\n"}, ""),
    "control characters": (
        {"a/.mcp.json": '{"mcpServers": {"\\u001b[2J": {"command": "x", "args": "\x1b]0;owned\x07"}}}'},
        "config-syntax",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_hostile_file_does_not_hide_another(case: str, make_repository: MakeRepository) -> None:
    files, expected = CASES[case]
    folder = make_repository({**files, "z/.mcp.json": BROKEN})
    done = run(folder, tool("claude-preflight"), "check", "--format", "json")
    assert (done.returncode, done.stderr) == (1, "")
    found = [
        f"{each['path']}:{each['line']}:{each['column']} {each['rule']}" for each in json.loads(done.stdout)["findings"]
    ]
    assert any(line.startswith("z/.mcp.json:1:126 filesystem-root") for line in found)
    if expected:
        assert any(expected in line for line in found), found
    else:
        assert [line for line in found if not line.startswith("z/")] == []


NAMES = [
    "--help",
    "-rf",
    "a\nb/.mcp.json",
    "a\x1b[31mb/.mcp.json",
    "::error file=x::y/.mcp.json",
    "a b/.mcp.json",
    "ü/.mcp.json",
    "\u202etxt/.mcp.json",
]


def test_odd_file_names_are_checked_and_shown_safely(make_repository: MakeRepository) -> None:
    folder = make_repository(dict.fromkeys(NAMES, BROKEN))
    for form in ("text", "json"):
        done = run(folder, tool("claude-preflight"), "check", "--format", form)
        assert done.returncode == 1
        assert done.stdout.count("may read the whole disk") == 6
        assert re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", done.stdout) is None
        assert re.search("^ *::", done.stdout, re.MULTILINE) is None
    by_name = run(folder, tool("mcp-filesystem-scope"), *NAMES)
    assert by_name.returncode == 1
    assert by_name.stdout.count("[filesystem-root]") == 6
    assert by_name.stdout.count("[option-like-file-name]") == 2


def test_name_that_is_not_unicode(make_repository: MakeRepository) -> None:
    folder = make_repository({"z/.mcp.json": BROKEN})
    odd = os.fsdecode(b"\xff\xfe")
    (folder / odd).mkdir()
    (folder / odd / ".mcp.json").write_text(BROKEN)
    git(folder, "add", "-A")
    done = run(folder, tool("claude-preflight"), "check")
    assert done.returncode == 1
    assert "\\udcff\\udcfe/.mcp.json:1:126: " in done.stdout


def link(folder: Path, name: str, target: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
    git(folder, "add", "-A", "-f")


@pytest.mark.parametrize("arguments", [(), ("--staged",)])
def test_links_are_followed_inside_the_repository_only(
    arguments: tuple[str, ...], make_repository: MakeRepository, tmp_path: Path
) -> None:
    (tmp_path / "secret.json").write_text(BROKEN)
    folder = make_repository({"servers/list.json": BROKEN})
    link(folder, "inside/.mcp.json", "../servers/list.json")
    link(folder, "outside/.mcp.json", "../../secret.json")
    link(folder, "absolute/.mcp.json", str(tmp_path / "secret.json"))
    link(folder, "dangling/.mcp.json", "nothing.json")
    done = run(folder, tool("claude-preflight"), "check", "--format", "json", *arguments)
    found = [(each["path"], each["rule"]) for each in json.loads(done.stdout)["findings"]]
    assert found == [
        ("absolute/.mcp.json", "link-outside-repository"),
        ("outside/.mcp.json", "link-outside-repository"),
        ("servers/list.json", "filesystem-root"),
    ]


def test_links_in_a_circle_and_linked_agent_folders(make_repository: MakeRepository, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder = make_repository({"shared/agent/settings.json": '{"permissions": {"deny": "x"}}\n'})
    link(folder, "a/CLAUDE.md", "AGENTS.md")
    link(folder, "a/AGENTS.md", "CLAUDE.md")
    link(folder, "b/.claude", "../shared/agent")
    link(folder, "c/.claude", str(tmp_path / "elsewhere"))
    done = run(folder, tool("claude-preflight"), "check", "--format", "json")
    found = {(each["path"], each["rule"]) for each in json.loads(done.stdout)["findings"]}
    assert found == {
        ("a/AGENTS.md", "unreadable-file"),
        ("a/CLAUDE.md", "unreadable-file"),
        ("c/.claude", "link-outside-repository"),
        ("shared/agent/settings.json", "invalid-setting"),
        ("shared/agent/settings.json", "sensitive-path-not-denied"),
    }


def test_file_without_read_permission_is_a_finding(make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": BROKEN})
    (folder / ".mcp.json").chmod(0)
    if os.access(folder / ".mcp.json", os.R_OK):
        pytest.skip("this user reads everything")
    done = run(folder, tool("claude-preflight"), "check")
    assert done.returncode == 1
    assert "[unreadable-file]" in done.stdout


@pytest.mark.parametrize("command", [("claude-preflight", "check"), ("mcp-filesystem-scope",)])
def test_a_missing_file_is_named_safely(command: tuple[str, ...], make_repository: MakeRepository) -> None:
    done = run(make_repository({}), tool(command[0]), *command[1:], "a\x1b[2Jb\n::error::c")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{command[0]}: a\\x1b[2Jb\\n::error::c: no such file\n"
