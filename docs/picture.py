"""Draw `docs/blocked-commit.svg`, the picture in the README, from a real commit: `python docs/picture.py`.

Makes a repository, installs the hook as a local one, commits a file that it refuses, and draws what the terminal shows.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BIN = Path(sys.executable).parent
PICTURE = Path(__file__).with_name("blocked-commit.svg")
COMMIT = 'git commit -m "add filesystem server"'
_CONFIGURATION = """repos:
  - repo: local
    hooks:
      - {id: claude-preflight, name: claude-preflight, entry: claude-preflight check, language: system, types: [text]}
"""
_SERVERS = """{
  "mcpServers": {
    "files": {
      "type": "stdio",
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-filesystem@2025.8.21", "/"]
    }
  }
}
"""
_COLOURS = {"1": "font-weight:bold", "31": "fill:#f47067", "33": "fill:#daaa3f", "2": "fill:#8b949e"}
_DOTS = ("#f47067", "#daaa3f", "#57ab5a")
_WIDTH, _HEIGHT, _LEFT, _TOP = 8.43, 20, 16, 46


def refused_commit(*, coloured: bool) -> str:
    """Return what a refused commit prints."""
    with tempfile.TemporaryDirectory() as temporary:
        environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "TERM": "xterm"}
        environment |= {"FORCE_COLOR": "1"} if coloured else {"NO_COLOR": "1"}
        for name in ("user.name=A Developer", "user.email=dev@example.com"):
            number = sum(key.startswith("GIT_CONFIG_KEY_") for key in environment)
            key, _, value = name.partition("=")
            environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
            environment["GIT_CONFIG_COUNT"] = str(number + 1)
        folder = Path(temporary)
        (folder / ".pre-commit-config.yaml").write_text(_CONFIGURATION)
        (folder / ".mcp.json").write_text(_SERVERS)
        for command in (["git", "init", "-q"], ["git", "add", "-A"], [str(BIN / "pre-commit"), "install"]):
            subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
        commit = ["git", "commit", "-m", "add filesystem server"]
        done = subprocess.run(commit, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        return done.stderr + done.stdout


def svg(lines: list[str]) -> str:
    """Return the picture of a terminal that shows `lines`, whose colours are escape sequences."""
    columns = max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines)
    width, height = int(columns * _WIDTH + 2 * _LEFT), _TOP + _HEIGHT * len(lines)
    shown = "".join(
        f'<text x="{_LEFT}" y="{_TOP + _HEIGHT * number}">{_spans(line)}</text>\n' for number, line in enumerate(lines)
    )
    dots = "".join(f'<circle cx="{20 + 18 * at}" cy="16" r="6" fill="{colour}"/>' for at, colour in enumerate(_DOTS))
    style = "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#d1d7e0;white-space:pre}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img"'
        f' aria-label="A commit that claude-preflight refuses"><style>{style}</style>'
        f'<rect width="100%" height="100%" rx="8" fill="#212830"/>{dots}\n{shown}</svg>\n'
    )


def _spans(line: str) -> str:
    styles: list[str] = []
    spans = []
    for code, text in re.findall(r"(?:\x1b\[([\d;]*)m)?([^\x1b]*)", line):
        if code:
            styles = [] if code == "0" else [*styles, *(_COLOURS[part] for part in code.split(";") if part in _COLOURS)]
        if text:
            attribute = f' style="{";".join(styles)}"' if styles else ""
            spans.append(f"<tspan{attribute}>{html.escape(text)}</tspan>")
    return "".join(spans)


def main() -> int:
    lines = [f"$ {COMMIT}", *refused_commit(coloured=True).rstrip("\n").splitlines()]
    PICTURE.write_text(svg(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
