"""How long a hook takes, as a multiple of starting Python and doing nothing: `python benchmarks/speed.py`.

Each figure is the median over interleaved runs of whole processes, so that a machine which slows down slows both sides.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent
MCP = '{"mcpServers": {"docs": {"type": "http", "url": "https://mcp.example.com/mcp"}}}\n'
SETTINGS = (
    '{"permissions": {"allow": ["Bash(make test)"], "deny": ["Read(.env)", "Read(~/.ssh/**)", "Read(~/.aws/**)"]}}\n'
)
AGENT = (
    "---\nname: reviewer\ndescription: Reads a change and says what is wrong with it\ntools: Read, Grep, Glob\n---\n\n"
    "Read the change.\n"
)
GUIDE = (
    "# Project\n\n## Commands\n\n"
    + "- Run `make test` before each commit; see docs/testing.md for how the suite is laid out.\n" * 60
)
# What an ordinary repository with a coding agent holds: four agents, two skills, a command, and its code.
CLEAN = {
    "CLAUDE.md": GUIDE,
    "AGENTS.md": GUIDE,
    ".mcp.json": MCP,
    ".claude/settings.json": SETTINGS,
    **{f".claude/agents/agent{number}.md": AGENT for number in range(4)},
    **{f".claude/skills/skill{number}/SKILL.md": AGENT for number in range(2)},
    ".claude/commands/release.md": "---\ndescription: Make a release\n---\n\nMake a release.\n",
    **{f"src/package{number // 20}/module{number}.py": "VALUE = 1\n" for number in range(400)},
}


def seconds(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def ratio(command: list[str], folder: Path, runs: int) -> tuple[float, float]:
    """Return the median of `command`'s time over that of an empty program, pair by pair, and its milliseconds."""
    empty = [sys.executable, "-c", "pass"]
    pairs = [(seconds(command, folder), seconds(empty, folder)) for _ in range(runs + 1)][1:]
    return statistics.median(mine / floor for mine, floor in pairs), 1000 * statistics.median(mine for mine, _ in pairs)


def make(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make(folder, CLEAN)
        rows = {
            "umbrella, clean repository (aim 5)": [str(BIN / "claude-preflight"), "check"],
            "mcp-filesystem-scope, one file (aim 3)": [str(BIN / "mcp-filesystem-scope"), ".mcp.json"],
            "agent-file-secrets, one file (aim 3)": [str(BIN / "agent-file-secrets"), "CLAUDE.md"],
            "no-production-credentials, one file (aim 3)": [str(BIN / "no-production-credentials"), ".mcp.json"],
            "agent-config-schema, one file (aim 3)": [str(BIN / "agent-config-schema"), ".claude/settings.json"],
        }
        for title, command in rows.items():
            times, milliseconds = ratio(command, folder, runs)
            print(f"{times:5.2f} x  {milliseconds:6.1f} ms  {title}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
