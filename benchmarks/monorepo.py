"""A generated monorepo: services with code, and a tenth of the files for coding agents, no two of them the same."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

_WORDS = (
    "the service keeps its state in a table and reads it back before each run tests live beside the code they test run "
    "make check before a change is pushed never edit generated files ask before a migration prefer small functions "
    "names follow the domain logs are structured errors carry context reviewers look at interfaces first"
).split()
# Ten files of each service of a hundred are for agents.
_AGENT_FILES = 10
_FILES = 100


def _sentences(source: random.Random, count: int) -> str:
    return "\n".join(f"- {' '.join(source.choices(_WORDS, k=12)).capitalize()}." for _ in range(count))


def _service(source: random.Random, name: str) -> dict[str, str]:
    """Return the files of one service, by their path below it."""
    servers = {
        "docs": {"type": "http", "url": f"https://mcp.example.com/{name}"},
        "issues": {
            "command": "npx",
            "args": ["-y", f"@modelcontextprotocol/server-memory@0.{source.randrange(9)}.3"],
            "env": {"MEMORY_FILE_PATH": f"./{name}/memory.json"},
        },
    }
    settings = {
        "permissions": {
            "allow": [f"Bash(make test-{name})", "Bash(git status)"],
            "deny": ["Read(.env)", "Read(~/.ssh/**)", "Read(~/.aws/**)"],
        }
    }
    agent = "---\nname: {0}\ndescription: {1}\ntools: Read, Grep, Glob\n---\n\n{2}\n"
    files = {
        "CLAUDE.md": f"# {name}\n\n## Conventions\n\n{_sentences(source, 40)}\n",
        "AGENTS.md": f"# {name}\n\n{_sentences(source, 20)}\n",
        ".mcp.json": json.dumps({"mcpServers": servers}, indent=2) + "\n",
        ".claude/settings.json": json.dumps(settings, indent=2) + "\n",
        ".claude/commands/release.md": f"---\ndescription: Release {name}\n---\n\n{_sentences(source, 6)}\n",
        f".claude/skills/{name}-check/SKILL.md": agent.format(f"{name}-check", "Check it", _sentences(source, 15)),
        f".claude/rules/{name}.md": _sentences(source, 10) + "\n",
    }
    for number in range(_AGENT_FILES - len(files)):
        text = agent.format(f"reviewer-{number}", "Reads a change and says what is wrong", _sentences(source, 12))
        files[f".claude/agents/reviewer-{number}.md"] = text
    for number in range(_FILES - len(files)):
        lines = "\n".join(f"VALUE_{line} = {source.randrange(10**6)}" for line in range(20))
        files[f"src/{name}/part{number // 10}/module{number}.py"] = lines + "\n"
    return files


def make_monorepo(folder: Path, files: int, seed: int = 1) -> int:
    """Write a git repository of about `files` files below `folder`, all of them staged; return how many agents read."""
    source = random.Random(seed)
    services = max(1, files // _FILES)
    for number in range(services):
        name = f"service{number:04}"
        for path, text in _service(source, name).items():
            target = folder / "services" / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    return services * _AGENT_FILES
