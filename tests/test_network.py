"""No hook but those that audit uses the network: every one runs where opening a socket fails, and is noted.

What a hook starts counts as well: git, with subcommands that stay in the repository, is all there may be.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from claude_preflight.catalogue import HOOKS, TASKS, UMBRELLA
from claude_preflight.generate import ROOT
from conftest import MakeRepository, git, run, tool

CHECKS = ROOT / "tests" / "checks"
SESSION = "6f0c0d3e-1111-4222-8333-444455556666"
# Python imports it by itself when it starts, from the first folder of PYTHONPATH.
GUARD = """
import os, sys
log = os.open(os.environ["GUARD_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
os.write(log, b"guarded\\n")
NAMES = ("os.posix_spawn", "os.exec", "os.spawn", "os.system", "os.startfile", "pty.spawn", "subprocess.Popen")

def guard(event, arguments):
    if event in NAMES:
        line = arguments[0] if isinstance(arguments[0], str) else os.fsdecode(arguments[0])
        words = [line, *map(os.fsdecode, list(arguments[1])[1:])] if len(arguments) > 1 else [line]
        os.write(log, ("started " + " ".join(words) + "\\n").encode())
    elif event.startswith("socket."):
        os.write(log, (event + "\\n").encode())
        raise RuntimeError(f"the network: {event}")

sys.addaudithook(guard)
"""
STAYS_HERE = frozenset(
    "cat-file check-ignore diff grep hash-object log ls-files ls-tree rev-list rev-parse show status".split()
)


class Guarded:
    """Runs commands under the guard; `log` is what it noted of the last one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "log"
        (folder / "sitecustomize.py").write_text(GUARD)

    def __call__(self, folder: Path, *command: str, **environment: str) -> tuple[int, str]:
        self.file.unlink(missing_ok=True)
        given = {"PYTHONPATH": str(self.folder), "GUARD_LOG": str(self.file), "GIT_ALLOW_PROTOCOL": ""}
        done = run(folder, *command, **given, **environment)
        return done.returncode, done.stdout + done.stderr

    @property
    def log(self) -> list[str]:
        return self.file.read_text().splitlines() if self.file.exists() else []

    def offences(self) -> list[str]:
        """Return what was noted beside the guard itself and git, which stays in the repository."""
        return [line for line in self.log if line != "guarded" and not _is_local_git(line)]


def _is_local_git(line: str) -> bool:
    words = line.split(" ")
    return words[:3] == ["started", "git", "-C"] and words[4] in STAYS_HERE


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    folder = tmp_path / "guard"
    folder.mkdir()
    return Guarded(folder)


def transcript(config: Path, folder: Path) -> None:
    """Write the transcript of a session in `folder` that has lasted for a day."""
    project = config / "projects" / "".join(letter if letter.isalnum() else "-" for letter in str(folder))
    project.mkdir(parents=True)
    lines = [
        {
            **{"type": kind, "uuid": str(number), "sessionId": SESSION, "cwd": str(folder), "version": "2.1.330"},
            **{"timestamp": f"2026-11-{20 + number}T10:00:00.000Z", "isSidechain": False, "userType": "external"},
            "message": {"role": kind, "content": "go on"},
        }
        for number, kind in enumerate(("user", "assistant", "user"))
    ]
    (project / f"{SESSION}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.mark.parametrize("hook", [hook.id for hook in HOOKS])
def test_hook_keeps_off_the_network(hook: str, guarded: Guarded, make_repository: MakeRepository) -> None:
    folder = make_repository(
        {"CLAUDE.md": "# Project\n", ".mcp.json": '{"mcpServers": {"a": {"url": "https://a.io"}}}'}
    )
    if (CHECKS / hook).exists():
        shutil.copytree(CHECKS / hook, folder / "trees", symlinks=True)
        git(folder, "add", "-A", "-f")
    git(folder, "commit", "-qm", "Start")
    config = guarded.folder / "config"
    transcript(config, folder)
    status, output = guarded(folder, tool(hook), CLAUDE_CONFIG_DIR=str(config), CLAUDE_CODE_SESSION_ID=SESSION)
    assert status == int((CHECKS / hook).exists() or hook == "session-rotation"), output
    assert "guarded" in guarded.log
    assert guarded.offences() == []


@pytest.mark.parametrize("command", [["check"], ["check", "--staged"], ["check", "--fix"], ["check", "--format=sarif"]])
def test_umbrella_keeps_off_the_network(command: list[str], guarded: Guarded, make_repository: MakeRepository) -> None:
    folder = make_repository({})
    for number, example in enumerate(sorted(CHECKS.glob("*/bad-*"))):
        shutil.copytree(example, folder / f"{number:03}", symlinks=True)
    git(folder, "add", "-A", "-f")
    status, output = guarded(folder, tool(UMBRELLA), *command)
    assert status == 1, output[-2000:]
    assert "guarded" in guarded.log
    assert guarded.offences() == []


@pytest.mark.parametrize(
    ("code", "noted"),
    [
        ("import socket; socket.socket()", "socket.__new__"),
        ("import socket; socket.getaddrinfo('localhost', 80)", "socket.getaddrinfo"),
        ("import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')", "socket.getaddrinfo"),
        (
            "try:\n import socket; socket.create_connection(('127.0.0.1', 9))\nexcept Exception: pass",
            "socket.getaddrinfo",
        ),
        ("import subprocess; subprocess.run(['curl', '--version'])", "started curl --version"),
        ("import os; os.waitpid(os.posix_spawnp('git', ('git', '-C', '.', 'fetch'), {}), 0)", "started git -C . fetch"),
    ],
)
def test_guard_notes_what_it_is_there_for(code: str, noted: str, guarded: Guarded) -> None:
    guarded(guarded.folder, sys.executable, "-c", code)
    assert guarded.offences() == [noted]


def test_guard_notes_the_clients_of_an_audit(guarded: Guarded, make_repository: MakeRepository) -> None:
    """The one hook that uses the network does so through the clients of registries; here there are none."""
    (task,) = (task for task in TASKS if task.extra)
    clients = guarded.folder / "bin"
    clients.mkdir()
    for name in ("npm", "git"):
        (clients / name).write_text("#!/bin/sh\nexit 1\n")
        (clients / name).chmod(0o755)
    folder = make_repository(
        {".mcp.json": '{"mcpServers": {"a": {"command": "npx", "args": ["-y", "acme-notes@1.2.3"]}}}'}
    )
    guarded(folder, tool("claude-preflight"), *task.entry.split()[1:])
    assert any(line.startswith("started ") and not _is_local_git(line) for line in guarded.log)
