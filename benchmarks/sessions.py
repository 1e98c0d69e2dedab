"""What a long history of sessions costs a commit: `python benchmarks/sessions.py`.

Each figure is the median over interleaved runs of whole processes, as a multiple of `python -c pass`: the three hooks
that read transcripts, beside the same hooks without a session.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

BIN = Path(sys.executable).parent
HOOKS = ("session-rotation", "session-cost", "session-review")
COMMAND = [str(BIN / "claude-preflight"), "check", *(part for name in HOOKS for part in ("--hook", name))]
CURRENT = "6f0c0d3e-1111-4222-8333-444455556666"
MEBIBYTE = 1 << 20
TOOLS = ("Read", "Bash", "Edit", "Grep", "mcp__issues__search", "WebFetch")
RESULT = "words of a result " * 222
GIVEN = {
    "Read": lambda number: {"file_path": f"src/module{number % 700}.py"},
    "Bash": lambda number: {"command": f"make test-{number % 50} && git status"},
    "Edit": lambda number: {"file_path": f"src/module{number % 700}.py", "old_string": "a", "new_string": "b"},
    "Grep": lambda number: {"pattern": f"name{number}", "path": "src"},
    "mcp__issues__search": lambda number: {"query": f"words {number}"},
    "WebFetch": lambda number: {"url": f"https://docs{number % 40}.example.org/page", "prompt": "what it says"},
}


def lines(session: str, cwd: Path, begun: float, *, part: str = "") -> Iterator[bytes]:
    """Yield what Claude Code would write: a call and its result in turn, a prompt before each tenth call."""

    def line(kind: str, number: int, **fields: object) -> bytes:
        moment = datetime.fromtimestamp(begun + number, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = {"parentUuid": None, "isSidechain": False, "userType": "external", "cwd": str(cwd), "version": "2.1.330"}
        told |= {"sessionId": session, "type": kind, "uuid": f"{name}-{number}", "timestamp": moment, **fields}
        return json.dumps(told).encode() + b"\n"

    name = f"{session}{part}"
    for number in count(0, 3):
        if number % 30 == 0:
            yield line("user", number, message={"role": "user", "content": "go on with the next one"})
        tool = TOOLS[number // 3 % len(TOOLS)]
        call = {"type": "tool_use", "id": f"toolu_{name}_{number}", "name": tool, "input": GIVEN[tool](number)}
        usage = {"input_tokens": 12, "output_tokens": 90, "cache_read_input_tokens": 40_000 + number}
        message = {"id": f"msg_{name}_{number}", "role": "assistant", "model": "claude-opus-5-5", "content": [call]}
        request = f"req_{name}_{number}"
        yield line("assistant", number + 1, message=message | {"usage": usage}, requestId=request)
        block = {"type": "tool_result", "tool_use_id": call["id"], "content": RESULT}
        yield line("user", number + 2, message={"role": "user", "content": [block]})


def write(folder: Path, session: str, cwd: Path, mebibytes: float, age: float) -> Path:
    """Write the transcript of a session that began `age` seconds ago."""
    path = folder / f"{session}.jsonl"
    begun, written = time.time() - age, 0
    with open(path, "wb") as file:
        for line in lines(session, cwd, begun):
            written += file.write(line)
            if written >= mebibytes * MEBIBYTE:
                break
    os.utime(path, (begun + 3600, begun + 3600))
    return path


def seconds(command: list[str], cwd: Path, environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, env=environment, check=False, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


class Measured:
    """A project whose sessions are measured: commits are made in `root`, transcripts are in `folder`."""

    def __init__(self, temporary: str, runs: int) -> None:
        self.root, config = Path(temporary, "project"), Path(temporary, "config")
        self.runs = runs
        self.parts = count()
        self.root.mkdir()
        (self.root / "CLAUDE.md").write_text("# Project\n")
        for command in (["git", "init", "-q"], ["git", "add", "-A"]):
            subprocess.run(command, cwd=self.root, check=True)
        self.folder = config / "projects" / re.sub(r"[^A-Za-z0-9]", "-", str(self.root.resolve()))
        self.folder.mkdir(parents=True)
        self.plain = {name: value for name, value in os.environ.items() if not name.startswith("CLAUDE")}
        self.environment = self.plain | {"CLAUDE_CONFIG_DIR": str(config), "CLAUDE_CODE_SESSION_ID": CURRENT}

    def go_on(self) -> None:
        """Append what a session writes between two commits."""
        with open(self.folder / f"{CURRENT}.jsonl", "ab") as file:
            file.writelines(islice(lines(CURRENT, self.root, time.time(), part=f"-{next(self.parts)}"), 20))

    def commit(self, *, session: bool = True) -> float:
        """Return how many seconds the hooks take."""
        return seconds(COMMAND, self.root, self.environment if session else self.plain)

    def measure(self, title: str, *, runs: int = 0, session: bool = True) -> None:
        """Print how long the hooks take, and the most memory that any of them took so far."""
        pairs = []
        for _ in range(runs or self.runs):
            if session and not runs:
                self.go_on()
            mine = self.commit(session=session)
            pairs.append((mine, seconds([sys.executable, "-c", "pass"], self.root, self.plain)))
        ratio = statistics.median(mine / floor for mine, floor in pairs)
        middle, worst = (1000 * choose(mine for mine, _ in pairs) for choose in (statistics.median, max))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"{ratio:6.1f} x  {middle:6.1f} ms, at most {worst:6.1f} ms, {peak:3} MiB  {title}", flush=True)

    def has_more(self) -> bool:
        """Commit, and tell whether that has added to what is known of the history."""
        database = self.root / ".git" / "claude-preflight" / "sessions.sqlite3"
        before = database.stat().st_size
        self.commit()
        return database.stat().st_size > before


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=500)
    parser.add_argument("--runs", type=int, default=11)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        project = Measured(temporary, options.runs)
        project.measure("no session", session=False)
        write(project.folder, CURRENT, project.root, 2, 3600)
        project.measure("a session of 2 MiB, and no other")
        for number in range(options.mebibytes // 5):
            name = f"{number:08d}-1111-4222-8333-444455556666"
            write(project.folder, name, project.root, 5, 86_400.0 + 3600 * number)
        project.measure(f"{options.mebibytes} MiB of earlier sessions, while they are being read")
        while project.has_more():
            pass
        project.measure("the same, all of them read")
        write(project.folder, CURRENT, project.root, options.mebibytes, 3600)
        project.measure(f"the session itself is {options.mebibytes} MiB, first time", runs=1)
        project.measure("the same, while it goes on")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
