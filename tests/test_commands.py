"""The commands beside `check`: init, checklist, and the hook of a coding agent."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from claude_preflight.catalogue import HOOKS
from conftest import MakeRepository, git, run, tool

_FILES = "@modelcontextprotocol/server-filesystem@2025.8.21"
ROOT_SERVER = f'{{"mcpServers": {{"files": {{"command": "npx", "args": ["-y", "{_FILES}", "/"]}}}}}}'


def preflight(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [tool("claude-preflight"), *arguments], cwd=folder, input=stdin, capture_output=True, text=True, check=False
    )


# --- init


def test_init_writes_what_is_missing_and_the_result_is_valid(make_repository: MakeRepository) -> None:
    folder = make_repository({"README.md": "x"})
    done = preflight(folder, "init", "--settings", "--profile", "database")
    assert (done.returncode, done.stderr) == (0, "")
    assert run(folder, tool("pre-commit"), "validate-config", ".pre-commit-config.yaml").returncode == 0
    stanza = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text())
    assert [hook["id"] for hook in stanza["repos"][0]["hooks"]] == ["claude-preflight"]
    assert yaml.safe_load((folder / ".claude-preflight.yaml").read_text()) == {"profile": "database"}
    assert "Read(~/.ssh/**)" in json.loads((folder / ".claude/settings.json").read_text())["permissions"]["deny"]
    git(folder, "add", "-A")
    checked = preflight(folder, "check", "--strict")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_init_overwrites_nothing_and_says_what_to_add(make_repository: MakeRepository) -> None:
    own = {".pre-commit-config.yaml": "repos: []\n", ".claude/settings.json": '{"model": "opus"}\n'}
    folder = make_repository({**own})
    done = preflight(folder, "init", "--settings")
    assert done.returncode == 0
    assert {name: (folder / name).read_text() for name in own} == own
    assert "left as it is: .pre-commit-config.yaml\nadd to it what you need of this:\n\n  - repo: " in done.stdout
    assert "left as it is: .claude/settings.json\n" in done.stdout
    again = preflight(folder, "init")
    assert "left as it is: .claude-preflight.yaml\nnext:" in again.stdout


def test_init_follows_no_link_and_says_what_it_cannot_write(make_repository: MakeRepository, tmp_path: Path) -> None:
    folder = make_repository({"README.md": "x"})
    (folder / ".claude-preflight.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    (folder / ".claude").write_text("a file where a folder should be")
    done = preflight(folder, "init", "--settings")
    assert not (tmp_path / "elsewhere.yaml").exists()
    assert done.returncode == 2
    assert "cannot write" in done.stderr


# --- checklist


def test_checklist_shows_every_item_with_its_state_and_evidence(make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": ROOT_SERVER, "CLAUDE.md": "# Guide\n"})
    done = preflight(folder, "checklist")
    assert (done.returncode, done.stderr) == (0, "")
    shown = re.findall(r"^- \[.\] .* \(`([a-z-]+)`\): .+$", done.stdout, re.MULTILINE)
    assert sorted(shown) == sorted(hook.id for hook in HOOKS)
    assert re.search(
        r"- \[ \] .*`mcp-filesystem-scope`\): 1 error, first `filesystem-root` at `\.mcp\.json:1:\d+`\n", done.stdout
    )
    assert re.search(r"- \[x\] .*`agent-file-secrets`\): 2 files read, nothing found\n", done.stdout)
    assert re.search(r"- \[-\] .*`sensitive-path-deny`\): no file of this kind\n", done.stdout)
    assert re.search(r"- \[\?\] .*`session-cost`\): look at `/cost`", done.stdout)


def test_checklist_counts_what_is_suppressed(make_repository: MakeRepository) -> None:
    policy = 'ignore: [{rule: filesystem-root, reason: "a test"}]\n'
    folder = make_repository({".mcp.json": ROOT_SERVER, ".claude-preflight.yaml": policy})
    done = preflight(folder, "checklist")
    assert re.search(r"- \[x\] .*`mcp-filesystem-scope`\): 1 file read, nothing found, 1 suppressed\n", done.stdout)


def test_checklist_holds_nothing_for_done_that_could_not_be_read(make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": b"\xff", "a/.mcp.json": '{"mcpServers": {}}'})
    done = preflight(folder, "checklist")
    line = r"- \[\?\] .*`mcp-filesystem-scope`\): 1 file could not be read, first `\.mcp\.json`\n"
    assert re.search(line, done.stdout), done.stdout


# --- the hook of an agent


def message(**fields: object) -> str:
    return json.dumps({"session_id": "s", "hook_event_name": "PostToolUse", "tool_name": "Write", **fields})


def test_agent_is_told_what_it_broke(make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": ROOT_SERVER})
    told = preflight(folder, "agent-hook", stdin=message(cwd=str(folder), tool_input={"file_path": ".mcp.json"}))
    assert told.returncode == 2
    assert re.match(r"\.mcp\.json:1:\d+: .*\[filesystem-root\]\n {4}repair: ", told.stderr)
    assert told.stdout == ""


def test_agent_is_told_of_a_file_named_from_elsewhere_and_of_a_changed_configuration(
    make_repository: MakeRepository, tmp_path: Path
) -> None:
    folder = make_repository({"sub/.mcp.json": ROOT_SERVER})
    full = str(folder / "sub" / ".mcp.json")
    for fields in ({"cwd": str(folder / "sub"), "tool_input": {"file_path": full}}, {"file_path": full}):
        told = preflight(folder, "agent-hook", stdin=message(**fields))
        assert (told.returncode, told.stderr.split(":", 1)[0]) == (2, "sub/.mcp.json")


def test_agent_is_told_of_a_part_of_a_plugin(make_repository: MakeRepository) -> None:
    manifest = '{"name": "p", "mcpServers": "./servers.json"}'
    folder = make_repository({"servers.json": ROOT_SERVER, ".claude-plugin/plugin.json": manifest})
    told = preflight(folder, "agent-hook", stdin=message(cwd=str(folder), tool_input={"file_path": "servers.json"}))
    assert (told.returncode, told.stderr.split(":", 1)[0]) == (2, "servers.json")


@pytest.mark.parametrize(
    "fields",
    [
        {"tool_input": {"file_path": "main.py"}},
        {"tool_input": {"file_path": "gone/.mcp.json"}},
        {"tool_input": {"file_path": "/nowhere/.mcp.json"}},
        {"tool_input": {"command": "ls"}},
        {"tool_input": {"file_path": "good/.mcp.json"}},
        {},
    ],
)
def test_agent_hears_nothing_of_other_files(make_repository: MakeRepository, fields: dict[str, object]) -> None:
    folder = make_repository({".mcp.json": ROOT_SERVER, "main.py": "x", "good/.mcp.json": '{"mcpServers": {}}'})
    done = preflight(folder, "agent-hook", stdin=message(cwd=str(folder), **fields))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("stdin", ["", "no json", "[]", '{"tool_input": 3}', '{"cwd": 3}', "[" * 100_000])
def test_what_is_no_message_of_an_agent_is_refused(make_repository: MakeRepository, stdin: str) -> None:
    done = preflight(make_repository({"a": "b"}), "agent-hook", stdin=stdin)
    assert (done.returncode, done.stderr) == (
        2,
        "claude-preflight: standard input holds no message of an agent's hook\n",
    )


def test_warnings_are_told_on_request_only(make_repository: MakeRepository) -> None:
    loose = '{"mcpServers": {"docs": {"command": "npx", "args": ["-y", "@upstash/context7-mcp"]}}}'
    folder = make_repository({".mcp.json": loose})
    stdin = message(cwd=str(folder), tool_input={"file_path": ".mcp.json"})
    assert preflight(folder, "agent-hook", stdin=stdin).returncode == 0
    assert "[unpinned-version]" in preflight(folder, "agent-hook", "--strict", stdin=stdin).stderr
