"""The command: exit statuses, formats, usage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from claude_preflight import __version__
from claude_preflight.catalogue import HOOKS, all_rules
from conftest import MakeRepository, run, tool

ROOT_SERVER = (
    '{"mcpServers": {"f": {"type": "stdio", "command": "npx", "args": ['
    '"-y", "@modelcontextprotocol/server-filesystem@2026.8.31", "/"]}}}\n'
)
DESKTOP = ROOT_SERVER.replace('"/"', '"/Users/ann/Desktop"')
PREFLIGHT = tool("claude-preflight")


@pytest.mark.parametrize(
    ("files", "arguments", "status"),
    [
        ({"README.md": "x"}, (), 0),
        ({".mcp.json": ROOT_SERVER}, (), 1),
        ({".mcp.json": DESKTOP}, (), 0),
        ({".mcp.json": DESKTOP}, ("--strict",), 1),
        ({".mcp.json": ROOT_SERVER}, ("--hook", "agent-config-schema"), 0),
        ({".mcp.json": ROOT_SERVER}, ("--hook", "no-such-hook"), 2),
        ({".mcp.json": ROOT_SERVER}, ("missing.json",), 2),
        ({".mcp.json": ROOT_SERVER}, ("/",), 2),
        ({".mcp.json": ROOT_SERVER}, ("--staged", ".mcp.json"), 2),
        ({".mcp.json": ROOT_SERVER}, ("--policy-from", "no-such-ref"), 2),
        ({".mcp.json": ROOT_SERVER}, ("--policy-from", "--help"), 2),
        ({".mcp.json": "{}", ".claude-preflight.yaml": "profil: client\n"}, (), 2),
        ({".mcp.json": "{}", ".claude-preflight.yaml": "ignore: [\n"}, (), 2),
        ({".mcp.json": "{}", ".claude-preflight.yaml": b"\xff\xfe"}, (), 2),
        ({".mcp.json": "{}", ".claude-preflight.yaml": ""}, (), 0),
    ],
)
def test_exit_status(
    files: dict[str, str | bytes], arguments: tuple[str, ...], status: int, make_repository: MakeRepository
) -> None:
    done = run(make_repository(files), PREFLIGHT, "check", *arguments)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert (done.stderr != "") == (status == 2)


def test_hook_script_blocks_on_warnings_and_takes_any_file(make_repository: MakeRepository) -> None:
    folder = make_repository({"servers/ours.json": DESKTOP})
    done = run(folder, tool("mcp-filesystem-scope"), "servers/ours.json")
    assert done.returncode == 1
    assert done.stdout.startswith(
        "servers/ours.json:1:126: warning: filesystem server may read a whole personal folder"
    )
    assert run(folder, tool("mcp-filesystem-scope"), "--no-such-option").returncode == 2
    assert run(folder, tool("mcp-filesystem-scope"), "--help").stdout.startswith("usage: mcp-filesystem-scope")


def test_json_has_exactly_the_documented_keys(make_repository: MakeRepository) -> None:
    done = run(make_repository({".mcp.json": ROOT_SERVER}), PREFLIGHT, "check", "--format", "json")
    report = json.loads(done.stdout)
    (finding,) = report.pop("findings")
    assert report == {"version": __version__, "summary": {"findings": 1, "suppressed": 0, "files": 1, "fixable": 1}}
    assert finding.pop("url").endswith("docs/rules.md#filesystem-root")
    assert finding == {
        "hook": "mcp-filesystem-scope",
        "rule": "filesystem-root",
        "severity": "error",
        "confidence": "high",
        "path": ".mcp.json",
        "line": 1,
        "column": 126,
        "end_line": 1,
        "end_column": 129,
        "message": 'filesystem server may read the whole disk: "/"',
        "repair": 'give it the folders it needs, e.g. "./src" (--fix writes ".")',
        "checklist": "MCP filesystem has the most restrictive path possible",
        "key": "mcpServers/f/argument 0",
        "fixable": True,
    }


@pytest.mark.parametrize("command", [(), ("check",)])
def test_help_fits_a_screen(command: tuple[str, ...], make_repository: MakeRepository) -> None:
    lines = run(make_repository({}), PREFLIGHT, *command, "--help", COLUMNS="80").stdout.splitlines()
    assert 5 < len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_explain_prints_the_documentation_of_every_rule_and_hook(make_repository: MakeRepository) -> None:
    folder = make_repository({})
    for name in (*all_rules(), *(hook.id for hook in HOOKS), "claude-preflight"):
        done = run(folder, PREFLIGHT, "explain", name)
        assert done.returncode == 0
        for heading in ("What it does", "Why is this bad?", "Example", "Use instead", "References"):
            assert f"\n{heading}\n-" in done.stdout
    assert run(folder, PREFLIGHT, "explain", "no-such-rule").returncode == 2


def test_rules_lists_every_rule_once(make_repository: MakeRepository) -> None:
    lines = run(make_repository({}), PREFLIGHT, "rules").stdout.splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(all_rules())


def test_outside_of_git_files_must_be_named(tmp_path: Path) -> None:
    (tmp_path / ".mcp.json").write_text(ROOT_SERVER)
    assert run(tmp_path, PREFLIGHT, "check").returncode == 2
    assert run(tmp_path, PREFLIGHT, "check", ".").returncode == 1
    assert run(tmp_path, PREFLIGHT, "check", ".mcp.json").returncode == 1


def test_paths_are_relative_to_the_repository_wherever_it_is_run(make_repository: MakeRepository) -> None:
    folder = make_repository({"a/b/.mcp.json": ROOT_SERVER, "c/.mcp.json": ROOT_SERVER})
    done = run(folder / "a", PREFLIGHT, "check", "b")
    assert [line.split(": ")[0] for line in done.stdout.splitlines()[:1]] == ["a/b/.mcp.json:1:126"]
    assert done.stdout.endswith("1 finding in 1 file, 1 fixable\n")


def test_locale_does_not_matter(make_repository: MakeRepository) -> None:
    folder = make_repository({"ünï/.mcp.json": ROOT_SERVER})
    done = run(folder, PREFLIGHT, "check", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert done.stdout.startswith("ünï/.mcp.json:1:126: ")


def test_no_network_module_is_imported_by_a_check(make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": ROOT_SERVER, "CLAUDE.md": "token = 'nothing to see'\n"})
    done = run(folder, tool("python"), "-X", "importtime", "-m", "claude_preflight", "check")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 1
    assert imported & {"socket", "ssl", "http.client", "urllib.request", "requests"} == set()


@pytest.mark.parametrize("crowd", [0, 150])
@pytest.mark.parametrize("arguments", [(), ("--staged",), ("tools",), ("tools/run.py",)])
def test_other_files_are_read_for_the_words_of_a_hook(
    arguments: tuple[str, ...], crowd: int, make_repository: MakeRepository
) -> None:
    launch = 'import subprocess\n\nsubprocess.run(["claude", "-p", "go", "--dangerously-skip-permissions"])\n'
    others = {f"tools/other{number}.py": "VALUE = 1\n" for number in range(crowd)}
    folder = make_repository({**others, "tools/run.py": launch, "tools/data.bin": b"\0--dangerously-skip-permissions"})
    done = run(folder, PREFLIGHT, "check", *arguments)
    assert done.returncode == 1
    assert done.stdout.startswith("tools/run.py:3:39: ")
    assert done.stdout.endswith("1 finding in 1 file\n")
