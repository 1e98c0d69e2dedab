"""Fixtures: real git repositories in temporary folders."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from claude_preflight.agents.session_environment import MARKERS

Files = dict[str, str | bytes]
MakeRepository = Callable[[Files], Path]

# A gate that fails by chance teaches people to run it again: there Hypothesis tries the same examples each time.
settings.register_profile("gate", derandomize=True)
settings.load_profile("gate")
settings.register_profile("long", settings.get_profile("default"), max_examples=10_000)  # see tests/fuzz


@pytest.fixture(scope="session", autouse=True)
def _own_git_configuration(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the developer's own git configuration, hooks and policy clock out of the tests."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text(
        "[user]\nname = A Tester\nemail = tester@example.com\n[init]\ndefaultBranch = main\n"
    )
    os.environ["HOME"] = str(home)
    os.environ["GIT_CONFIG_NOSYSTEM"] = "1"
    for name in ("XDG_CONFIG_HOME", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        os.environ.pop(name, None)
    os.environ["CLAUDE_PREFLIGHT_TODAY"] = "2026-11-22"  # examples stand as they were written
    for name in MARKERS:  # whoever runs the tests may be an agent
        os.environ.pop(name, None)


def tool(name: str) -> str:
    """Return the path of a command that is installed beside the interpreter that runs the tests."""
    return str(Path(sys.executable).with_name(name))


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `command` in `folder` with its output captured; undecodable bytes come as surrogates."""
    variables = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **environment}
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, encoding="utf-8", errors="surrogateescape", check=False
    )


def git(folder: Path, *arguments: str) -> str:
    """Run git in `folder` and return what it prints."""
    done = subprocess.run(("git", "-C", folder, *arguments), capture_output=True, check=True)
    return done.stdout.decode()


def write(folder: Path, files: Files) -> None:
    """Write `files` (content by relative path) below `folder`; text as UTF-8, line ends as given."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture
def make_repository(tmp_path: Path) -> MakeRepository:
    """Return a function that makes a git repository of the given files, all of them staged."""

    def make(files: Files) -> Path:
        folder = tmp_path / "repository"
        folder.mkdir()
        git(folder, "init", "-q")
        write(folder, files)
        git(folder, "add", "-A", "-f")
        return folder

    return make
