"""Processes that are killed while they write: each file is the old one or the new one, and nothing of ours is left.

A child kills itself with SIGKILL right before or behind its N-th call, in the modules that write, of a function of the
operating system or of SQLite. It is Python's own profiler that counts them: no line of ours runs differently.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from claude_preflight.sessions.state import using
from conftest import Files, MakeRepository, git, run, tool

KILLER = """
import os, signal, sys
calls = {"open", "write", "flush", "fsync", "chmod", "replace", "link", "unlink", "mkdir", "execute", "close"}
files = ("atomic.py", "tempfile.py", "fix.py", "check.py", "init.py", "record.py", "state.py")
wanted, count = int(os.environ["KILL_AT"]), 0
def watch(frame, event, function):
    global count
    if event in ("c_call", "c_return") and frame.f_code.co_filename.endswith(files) and function.__name__ in calls:
        count += 1
        if count == wanted:
            os.kill(os.getpid(), signal.SIGKILL)
def told():
    sys.setprofile(None)
    with open(os.environ["KILL_COUNT"], "w") as file:
        file.write(str(count))
if wanted == 0:
    import atexit
    atexit.register(told)
sys.setprofile(watch)
"""
MOST_POINTS = 14
BROKEN = (
    '{"mcpServers": {"f": {"type": "stdio", "command": "npx", "args": ['
    '"-y", "@modelcontextprotocol/server-filesystem@2026.8.31", "/"]}}}\n'
)
AGENT = "---\nname: a\ndescription: b\ntools: Read\n---\n\nRead the\u200b\u200b\u200b\u200b change.\n"
RECORD = "from claude_preflight.audit.record import write\nwrite('.mcp-audit.json', 'new ' * 50_000)\n"
STATE = """
import os
from claude_preflight.sessions.state import using
for number in range(2):
    using(os.path.abspath(".git"), lambda state: [state.told(f"{number} {part}") for part in range(5)])
"""


def killed_at(folder: Path, killer: Path, point: int, *command: str) -> subprocess.CompletedProcess[str]:
    """Run `command` in `folder`, killed at its call number `point`; 0 lets it run and counts."""
    count = str(killer / "count")
    return run(folder, *command, PYTHONPATH=str(killer), KILL_AT=str(point), KILL_COUNT=count)


@pytest.fixture
def killer(tmp_path: Path) -> Path:
    folder = tmp_path / "killer"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(KILLER)
    return folder


def content_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return the content and mode of each file that git would commit."""
    names = git(folder, "ls-files", "-z", "--cached", "--others").split("\0")[:-1]
    paths = {name: folder / name for name in names if (folder / name).exists()}
    return {name: (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) for name, path in paths.items()}


def points(total: int) -> list[int]:
    """Return the calls to be killed at, of `total`: all, or as many as can be tried, evenly."""
    assert total > 8
    return sorted({1 + index * (total - 1) // (MOST_POINTS - 1) for index in range(MOST_POINTS)})


COMMANDS: dict[str, tuple[Files, tuple[str, ...]]] = {
    "fix": (
        {".claude/agents/a.md": AGENT, "b/CLAUDE.md": "a\u200b\u200b\u200bb\n"},
        ("claude-preflight", "check", "--fix"),
    ),
    "baseline": (
        {".mcp.json": BROKEN, ".claude-preflight-baseline.json": '{"version": 1, "findings": []}\n'},
        ("claude-preflight", "check", "--write-baseline"),
    ),
    "new baseline": ({".mcp.json": BROKEN}, ("claude-preflight", "check", "--write-baseline")),
    "init": ({"a.txt": ""}, ("claude-preflight", "init", "--settings")),
    "audit record": ({".mcp-audit.json": "old " * 50_000}, (sys.executable, "-c", RECORD)),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_killed_writer_leaves_old_or_new(
    case: str, make_repository: MakeRepository, killer: Path, tmp_path: Path
) -> None:
    files, (program, *arguments) = COMMANDS[case]
    command = (program if os.path.isabs(program) else tool(program), *arguments)
    folder = make_repository(files)
    for name in files:
        (folder / name).chmod(0o640)
    old = content_of(folder)
    pristine = shutil.copytree(folder, tmp_path / "pristine", symlinks=True)
    done = killed_at(folder, killer, 0, *command)
    assert done.returncode in (0, 1), done.stderr
    new = content_of(folder)
    assert new != old
    states = set()
    for point in points(int((killer / "count").read_text())):
        shutil.rmtree(folder)
        shutil.copytree(pristine, folder, symlinks=True)
        assert killed_at(folder, killer, point, *command).returncode == -signal.SIGKILL
        left = content_of(folder)
        for name in old.keys() | new.keys() | left.keys():
            assert left.get(name) in (old.get(name), new.get(name)), (point, name)
        states.add(tuple(sorted(name for name in new if left.get(name) == new[name] != old.get(name))))
        again = run(folder, *command)
        assert (again.returncode in (0, 1), content_of(folder)) == (True, new), (point, again.stderr)
    assert len(states) > 1, "no kill came early enough, or late enough, to tell old from new"


def facts(folder: Path) -> list[str]:
    """Return what a next run finds in the state."""

    def told(names: list[str]) -> Callable[..., list[str]]:
        return lambda state: [name for name in names if state.told(name)]

    return using(str(folder / ".git"), told([f"{number} {part}" for number in range(2) for part in range(5)]))


def test_killed_session_state_holds_whole_runs(make_repository: MakeRepository, killer: Path, tmp_path: Path) -> None:
    folder = make_repository({"a.txt": ""})
    pristine = shutil.copytree(folder, tmp_path / "pristine")
    command = (sys.executable, "-c", STATE)
    assert killed_at(folder, killer, 0, *command).returncode == 0
    first, second = ([f"{number} {part}" for part in range(5)] for number in range(2))
    assert facts(folder) == [*first, *second]
    seen = set()
    for point in points(int((killer / "count").read_text())):
        shutil.rmtree(folder)
        shutil.copytree(pristine, folder)
        assert killed_at(folder, killer, point, *command).returncode == -signal.SIGKILL
        found = facts(folder)
        assert found in ([], first, [*first, *second]), point
        seen.add(len(found))
        with closing(sqlite3.connect(folder / ".git/claude-preflight/sessions.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert content_of(folder) == content_of(pristine)
    assert {0, 5} <= seen


def no_more_than(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("case", ["fix", "audit record"])
def test_full_disk_keeps_the_old_file_and_leaves_nothing(case: str, make_repository: MakeRepository) -> None:
    files, (program, *arguments) = COMMANDS[case]
    folder = make_repository({name: content * 3 for name, content in files.items()})
    old = content_of(folder)
    done = subprocess.run(
        (program if os.path.isabs(program) else tool(program), *arguments),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=no_more_than(8),
    )
    assert done.returncode != 0
    assert "File too large" in done.stderr
    assert content_of(folder) == old
    assert not list((folder / ".git" / "claude-preflight").iterdir())


def test_leftovers_of_killed_runs_are_removed_in_time(make_repository: MakeRepository) -> None:
    folder = make_repository({".claude/agents/a.md": AGENT})
    scratch = folder / ".git" / "claude-preflight"
    scratch.mkdir()
    for name, age in ((".claude-preflight-old.tmp", 2**20), (".claude-preflight-new.tmp", 0), ("other.tmp", 2**20)):
        (scratch / name).write_text("")
        os.utime(scratch / name, (os.stat(scratch).st_mtime - age,) * 2)
    run(folder, tool("claude-preflight"), "check", "--fix")
    assert sorted(path.name for path in scratch.iterdir()) == [".claude-preflight-new.tmp", "other.tmp"]
    assert "\u200b" not in (folder / ".claude/agents/a.md").read_text()
