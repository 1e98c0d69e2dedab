"""How `check` grows with a repository, beside other tools: `python benchmarks/scale.py [--peers] [--files N …]`.

Generates monorepos (a tenth of the files are for coding agents) and prints for each size the time of `claude-preflight
check`, as a multiple of starting Python and doing nothing, with files per second and peak memory. With `--runners` also
of `pre-commit run --all-files` and `prek run --all-files`. With `--peers` it installs other scanners into a temporary
folder, through the package clients as they are configured, and runs each over the largest monorepo in turns with ours.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from monorepo import make_monorepo

BIN = Path(sys.executable).parent
OURS = [str(BIN / "claude-preflight"), "check"]
SIZES = (1_000, 10_000, 100_000)
_PYTHON_PEERS = ("agnix", "agentscanner", "detect-secrets")
_NODE_PEERS = ("ecc-agentshield",)
_LOCAL_HOOK = """repos:
  - repo: local
    hooks:
      - {{id: claude-preflight, name: claude-preflight, entry: "{entry}", language: system, types: [text]}}
"""


class Cost(NamedTuple):
    """Of one process: wall seconds, seconds of CPU, and peak memory in MiB, children included."""

    wall: float
    cpu: float
    memory: float


def cost(command: list[str], folder: Path) -> Cost:
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0  # it is waited for already
    wall = time.perf_counter() - start
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def in_turns(commands: dict[str, list[str]], folder: Path, runs: int) -> dict[str, Cost]:
    """Return the medians over `runs` rounds, in each of which every command runs once."""
    rounds = [{name: cost(command, folder) for name, command in commands.items()} for _ in range(runs)]
    return {
        name: Cost(*(statistics.median(each[name][field] for each in rounds) for field in range(3)))
        for name in commands
    }


def row(name: str, files: int, found: Cost, floor: float) -> str:
    return (
        f"{name:38} {found.wall / floor:8.1f} x  {found.wall:7.2f} s  cpu {found.cpu:7.2f} s"
        f"  {files / found.wall:9.0f} files/s  {found.memory:5.0f} MiB"
    )


def install_peers(folder: Path) -> dict[str, list[str]]:
    """Install other scanners below `folder` and return how each reads a whole repository."""
    environment = folder / "python"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([environment / "bin/pip", "install", "--quiet", *_PYTHON_PEERS], check=True)
    subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--prefix", folder, *_NODE_PEERS], check=True)
    return {
        "agnix (Rust)": [str(environment / "bin/agnix"), "."],
        "agentscanner (Python)": [str(environment / "bin/agentscanner"), "scan", "."],
        "ecc-agentshield (Node)": [str(folder / "node_modules/.bin/agentshield"), "scan", "--path", "."],
        "detect-secrets (Python)": [str(environment / "bin/detect-secrets"), "scan"],
    }


def measure_growth(folders: dict[int, Path], runs: int) -> None:
    print("one run of `check` over the whole repository, a tenth of it agent files")
    for files, folder in folders.items():
        found = in_turns({"floor": [sys.executable, "-c", "pass"], "ours": OURS}, folder, runs)
        print(row(f"{files} files", files, found["ours"], found["floor"].wall))


def measure_runners(folder: Path, files: int, runs: int) -> None:
    (folder / ".pre-commit-config.yaml").write_text(_LOCAL_HOOK.format(entry=" ".join(OURS)))
    commands = {"floor": [sys.executable, "-c", "pass"]}
    commands |= {f"{name} --all-files": [str(BIN / name), "run", "--all-files"] for name in ("pre-commit", "prek")}
    found = in_turns(commands, folder, runs)
    (folder / ".pre-commit-config.yaml").unlink()
    print("through a runner, which hands the files over in pieces")
    for name in list(commands)[1:]:
        print(row(f"{name}, {files} files", files, found[name], found["floor"].wall))


def measure_peers(folder: Path, files: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        commands = {"claude-preflight": OURS, **install_peers(Path(temporary))}
        found = in_turns(commands, folder, runs)
    print(f"beside other tools, {files} files; the factor is theirs over ours")
    for name in commands:
        print(row(name, files, found[name], found["claude-preflight"].wall))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, nargs="+", default=SIZES)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--runners", action="store_true", help="measure pre-commit and prek as well")
    parser.add_argument("--peers", action="store_true", help="install other scanners, and measure them as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folders = {files: Path(temporary) / str(files) for files in options.files}
        for files, folder in folders.items():
            folder.mkdir()
            make_monorepo(folder, files)
        measure_growth(folders, options.runs)
        largest = max(folders)
        if options.runners:
            measure_runners(folders[largest], largest, options.runs)
        if options.peers:
            measure_peers(folders[largest], largest, options.runs)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
