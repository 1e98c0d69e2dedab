"""Exemptions: by comment, by pragma, by policy; and what is said of those that no longer hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import Files, MakeRepository, git, run, tool, write

ARGUMENTS = '"args": ["-y", "@modelcontextprotocol/server-filesystem@2026.8.31", "/"]'
STRICT = f'{{"mcpServers": {{"files": {{"type": "stdio", "command": "npx", {ARGUMENTS}}}}}}}\n'
PREFLIGHT = tool("claude-preflight")


def rules_and_count(folder: Path, *arguments: str, today: str = "2026-11-22") -> tuple[list[str], int]:
    done = run(folder, PREFLIGHT, "check", "--format", "json", *arguments, CLAUDE_PREFLIGHT_TODAY=today)
    report = json.loads(done.stdout)
    return [f"{each['path']}:{each['line']} {each['rule']}" for each in report["findings"]], report["summary"][
        "suppressed"
    ]


def vscode(before: str, behind: str) -> Files:
    text = f'{{\n  "servers": {{\n{before}    "files": {{"command": "npx", {ARGUMENTS}}}{behind}\n  }}\n}}\n'
    return {".vscode/mcp.json": text}


@pytest.mark.parametrize(
    ("before", "behind", "rules", "suppressed"),
    [
        ("", "", ["3 filesystem-root"], 0),
        ("", " // claude-preflight: ignore[filesystem-root] a demo", [], 1),
        ("    // claude-preflight: ignore[filesystem-root] a demo\n", "", [], 1),
        ("    /* claude-preflight: ignore[mcp-filesystem-scope] a demo */\n", "", [], 1),
        ("", " // claude-preflight: ignore[filesystem-root, filesystem-home] a demo", [], 1),
        ("", " // claude-preflight: ignore[filesystem-root]", ["3 filesystem-root", "3 ignore-without-reason"], 0),
        (
            "    /* claude-preflight: ignore[filesystem-root] */\n",
            "",
            ["3 ignore-without-reason", "4 filesystem-root"],
            0,
        ),
        ("", " // claude-preflight: ignore[filesystem-home] a demo", ["3 filesystem-root", "3 ignore-unused"], 0),
        ('    "x": "// claude-preflight: ignore[filesystem-root] a demo",\n', "", ["4 filesystem-root"], 0),
    ],
)
def test_comment(before: str, behind: str, rules: list[str], suppressed: int, make_repository: MakeRepository) -> None:
    folder = make_repository(vscode(before, behind))
    assert rules_and_count(folder, "--hook", "mcp-filesystem-scope") == (
        [f".vscode/mcp.json:{rule}" for rule in rules],
        suppressed,
    )


POLICY = 'ignore:\n  - {{rule: {rule}, reason: "a demo"{more}}}\n'


@pytest.mark.parametrize(
    ("rule", "more", "rules", "suppressed"),
    [
        ("filesystem-root", "", [], 1),
        ("mcp-filesystem-scope", "", [], 1),
        ("'*'", ", path: '*.json'", [], 1),
        ("filesystem-root", ", path: .mcp.json, server: files", [], 1),
        (
            "filesystem-root",
            ", server: other",
            [".claude-preflight.yaml:2 ignore-unused", ".mcp.json:1 filesystem-root"],
            0,
        ),
        ("filesystem-root", ", until: 2026-11-22", [], 1),
        (
            "filesystem-root",
            ", until: 2026-11-21",
            [".claude-preflight.yaml:2 ignore-expired", ".mcp.json:1 filesystem-root"],
            0,
        ),
        ("filesystem-home", "", [".claude-preflight.yaml:2 ignore-unused", ".mcp.json:1 filesystem-root"], 0),
        ("filesystem-root", ", key: mcpServers/files/argument 0", [], 1),
    ],
)
def test_policy(rule: str, more: str, rules: list[str], suppressed: int, make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": STRICT, ".claude-preflight.yaml": POLICY.format(rule=rule, more=more)})
    assert rules_and_count(folder) == (rules, suppressed)


def test_exemption_of_a_file_that_was_not_read_is_not_called_unused(make_repository: MakeRepository) -> None:
    policy = POLICY.format(rule="filesystem-root", more=", path: other/.mcp.json")
    folder = make_repository({".mcp.json": "{}\n", "other/.mcp.json": "{}\n", ".claude-preflight.yaml": policy})
    assert rules_and_count(folder, ".mcp.json") == ([], 0)
    assert rules_and_count(folder, "other/.mcp.json") == ([".claude-preflight.yaml:2 ignore-unused"], 0)


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        ("ignore:\n  - {rule: filesystem-root}\n", "2:5"),
        ('ignore:\n  - {rule: no-such-rule, reason: "a demo"}\n', "2:12"),
        ("severity: {no-such-rule: error}\n", "1:12"),
        ("severity: {filesystem-root: fatal}\n", "1:29"),
        ("limits: {token_days: soon}\n", "1:22"),
        ("profile: none\n", "1:10"),
        ("profile: client\nprofile: database\n", "2:1"),
        ("- a\n", "1:1"),
        ("a: [\n", "2:1"),
    ],
)
def test_policy_that_cannot_be_used_stops_the_run_with_its_place(
    policy: str, place: str, make_repository: MakeRepository
) -> None:
    done = run(make_repository({".claude-preflight.yaml": policy}), PREFLIGHT, "check")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"claude-preflight: .claude-preflight.yaml:{place}: ")


def test_policy_changes_severities(make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": STRICT, ".claude-preflight.yaml": "severity: {filesystem-root: warning}\n"})
    assert run(folder, PREFLIGHT, "check").returncode == 0
    assert run(folder, PREFLIGHT, "check", "--strict").returncode == 1


def test_policy_of_the_base_branch_counts_when_asked(make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": "{}\n"})
    git(folder, "commit", "-qm", "base")
    write(folder, {".mcp.json": STRICT, ".claude-preflight.yaml": POLICY.format(rule="filesystem-root", more="")})
    assert rules_and_count(folder) == ([], 1)
    assert rules_and_count(folder, "--policy-from", "main") == (
        [".claude-preflight.yaml:2 policy-loosened", ".mcp.json:1 filesystem-root"],
        0,
    )


def test_policy_allows_folders(make_repository: MakeRepository) -> None:
    config = STRICT.replace('"/"]', '"../protos", "../other"]')
    folder = make_repository({".mcp.json": config, ".claude-preflight.yaml": "filesystem: {allow: [../protos]}\n"})
    done = run(folder, PREFLIGHT, "check", "--format", "json")
    assert [each["message"] for each in json.loads(done.stdout)["findings"]] == [
        'filesystem server may read a folder outside of the project: "../other"'
    ]
