"""Which transcript files belong to a project, by the names of folders and the git directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from claude_preflight.sessions.state import common_directory
from claude_preflight.sessions.where import (
    folder_name,
    project_folders,
    project_roots,
    session_id,
    transcripts,
)
from conftest import git


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home/ann/my_repo.v2", "-home-ann-my-repo-v2"),
        ("C:\\w\\x", "C--w-x"),
        ("/srv/e\u0301t\u00e9", "-srv--t-"),
        ("/srv/\U0001f680", "-srv---"),
        ("/" + "a" * 199, "-" + "a" * 199),
        ("/" + "a" * 200, "-" + "a" * 199 + "-b6ymvl"),
        ("", ""),
    ],
)
def test_folder_name(path: str, name: str) -> None:
    assert folder_name(path) == name


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("6f0c0d3e-1111-4222-8333-444455556666", "6f0c0d3e-1111-4222-8333-444455556666"),
        ("", ""),
        ("../../etc/passwd", ""),
        ("a/b", ""),
        ("x" * 200, ""),
        ("-rf", ""),
    ],
)
def test_session_id(value: str, expected: str) -> None:
    assert session_id({"CLAUDE_CODE_SESSION_ID": value}) == expected


def test_no_session_without_the_variable() -> None:
    assert session_id({"CLAUDECODE": "1"}) == ""


def test_project_folders(tmp_path: Path) -> None:
    for name in ("one/projects", "two/projects", "three"):
        (tmp_path / name).mkdir(parents=True)
    given = f"{tmp_path}/one, {tmp_path}/two/projects,{tmp_path}/three,{tmp_path}/one"
    assert project_folders({"CLAUDE_CONFIG_DIR": given}) == [f"{tmp_path}/one/projects", f"{tmp_path}/two/projects"]


def test_default_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (".claude/projects", ".config/claude/projects"):
        (tmp_path / name).mkdir(parents=True)
    expected = [f"{tmp_path}/.config/claude/projects", f"{tmp_path}/.claude/projects"]
    assert project_folders({}) == expected


def test_transcripts_of_a_project(tmp_path: Path) -> None:
    files = {
        "-srv-app/one.jsonl": ("one", True),
        "-srv-app/one/subagents/agent-a.jsonl": ("one", False),
        "-srv-app/one/subagents/deep/agent-b.jsonl": ("one", False),
        "-srv-app/agent-c.jsonl": ("", False),
        "-srv-app-src/two.jsonl": ("two", True),
        "-srv-app/one/tool-results/x.jsonl": None,
        "-srv-app/memory/x.jsonl": None,
        "-srv-app/notes.txt": None,
        "-srv-application/three.jsonl": None,
        "-srv/four.jsonl": None,
        "-srv-other/five.jsonl": ("five", True),
        "-srv-other/five/subagents/agent-d.jsonl": ("five", False),
        "-srv-other/six.jsonl": None,
        "my-name/seven.jsonl": ("seven", True),
    }
    for name in files:
        path = tmp_path / "projects" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}\n")
    (tmp_path / "projects/-srv-app/link.jsonl").symlink_to(tmp_path / "projects/-srv-other/six.jsonl")
    os.mkfifo(tmp_path / "projects/-srv-app/pipe.jsonl")
    environment = {"CLAUDE_CONFIG_DIR": str(tmp_path), "CLAUDE_CODE_PROJECT_DIR_NAME": "my-name"}
    found = {each.path: (each.session, each.main) for each in transcripts(environment, ["/srv/app"], "five")}
    assert found == {f"{tmp_path}/projects/{name}": expected for name, expected in files.items() if expected}


def test_no_folder_at_all(tmp_path: Path) -> None:
    assert transcripts({"CLAUDE_CONFIG_DIR": str(tmp_path / "none")}, ["/srv/app"], "x") == []


def test_worktrees_are_the_same_project(tmp_path: Path) -> None:
    main, tree = tmp_path / "main", tmp_path / "tree"
    main.mkdir()
    git(main, "init", "-q")
    git(main, "commit", "-q", "--allow-empty", "-m", "x")
    git(main, "worktree", "add", "-q", str(tree))
    common = common_directory(str(tree))
    assert common == str(main / ".git") == common_directory(str(main))
    assert set(project_roots(str(tree), common)) == {str(main), str(tree)} == set(project_roots(str(main), common))
