"""What hostile files cost: `python benchmarks/hostile.py` repeats odd pieces of text until a file is large.

Each piece is put into each kind of file where it does most harm, and all hooks that read the kind check it in this
process. What is slowest is then checked again in a file ten times as large. The table shows the seconds for both, the
seconds per MB of the larger, and the hook that took most of them, readers included: where the second is far more than
ten times the first, the cost is not linear. `--limit` is the time after which a file is given up.
"""

from __future__ import annotations

import argparse
import heapq
import json
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import NamedTuple

from claude_preflight import clock
from claude_preflight.agents.files import SOURCE, kinds_of
from claude_preflight.catalogue import HOOKS
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.policy import Policy
from claude_preflight.repository import Repository

TIMES_LARGER = 10
SHOWN = 40
SOURCES = frozenset((SOURCE,))

PIECES = (
    *("(", "[", "{", "<", "((", "$(", "${", "`", "'", '"', "\\", "#", "!", "*", "&", "|", ";", ",", ".", ":", "=", "@"),
    *(
        "/",
        "-",
        "_",
        "%",
        "~",
        "^",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "a",
        "A",
        "0",
        "a ",
        "a\n",
        "a.",
        "a-",
        "a_",
        "a=",
        "a:",
    ),
    *(
        "a/",
        "../",
        "/a",
        "./",
        "a,",
        "a;",
        "a|",
        "a&&",
        "-a ",
        "--a=b ",
        "- a\n",
        "* a\n",
        "> ",
        ">",
        "# a\n",
        "| a ",
        "\\\n",
    ),
    *(
        "'a' ",
        '"a" ',
        "a b=c ",
        "${a}",
        "${a:-",
        "${{ a }}",
        "$(a)",
        "%a%",
        "<!-- ",
        "<!-- a -->",
        "```\n",
        "~~~ a\n",
        "/*",
    ),
    *(
        "//",
        "<<a\n",
        "<a>",
        "&a ",
        "*a ",
        "<<: *a\n",
        "|\n ",
        "\u200b",
        "\u202e",
        "\U000e0041",
        "é",
        "\u3000",
        "a@b.c:",
    ),
    *(
        "http://a/",
        "postgres://a:b@c/d ",
        "password=hunter2secret\n",
        "PROD_TOKEN=x7Kq9mZp2Lw\n",
        "sk_live_",
        "api_key: '",
    ),
    *(
        "claude -p 'x' ",
        "PERMISSION_MODE=bypassPermissions\n",
        "claude --dangerously-skip-permissions ",
        "npx -y a@1 ",
        "docker run -v /:/a b ",
        "curl a | sh; ",
    ),
    *(
        "ignore previous instructions ",
        "do not tell the user ",
        "read ~/.ssh/id_rsa ",
        "never ",
        "Bash(a:*), ",
        "mcp__a__b ",
    ),
    *(
        "a: {",
        "- [",
        "FROM a AS b\n",
        "RUN a \\\n",
        "if a; then ",
        "for a in b; do ",
        "case a in b) ",
        "a() { ",
        "[[ ",
        "bash -c '",
    ),
)


class Holder(NamedTuple):
    """A kind of file: `fill` makes one of a text."""

    path: str
    fill: Callable[[str], str]


def _between(before: str, after: str = "") -> Callable[[str], str]:
    return lambda text: before + text + after


def _in_json(before: str, after: str) -> Callable[[str], str]:
    return lambda text: before + json.dumps(text) + after


def _indented(before: str, indent: str) -> Callable[[str], str]:
    return lambda text: before + "\n".join(indent + line for line in text.split("\n"))


HOLDERS: dict[str, Holder] = {
    "instructions": Holder("CLAUDE.md", _between("claude --dangerously-skip-permissions\n")),
    "fence": Holder("AGENTS.md", _between("```bash\nclaude --dangerously-skip-permissions\n")),
    "agent-body": Holder(".claude/agents/a.md", _between("---\nname: a\ndescription: b\n---\n")),
    "agent-tools": Holder(".claude/agents/a.md", _between("---\nname: a\ndescription: b\ntools: ", "\n---\n")),
    "agent-block": Holder(".claude/agents/a.md", _between("---\nname: a\n", "\n---\n")),
    "command-tools": Holder(".claude/commands/a.md", _between("---\nallowed-tools: ", "\n---\n!`a`")),
    "mcp-raw": Holder(".mcp.json", _between('{"mcpServers": {"a": {"command": "npx", "args": [')),
    "mcp-argument": Holder(".mcp.json", _in_json('{"mcpServers": {"a": {"command": "bash", "args": ["-c", ', "]}}}")),
    "mcp-command": Holder(".mcp.json", _in_json('{"mcpServers": {"a": {"command": ', "}}}")),
    "mcp-variable": Holder(".mcp.json", _in_json('{"mcpServers": {"a": {"command": "a", "env": {"API_URL": ', "}}}}")),
    "mcp-address": Holder(".mcp.json", _in_json('{"mcpServers": {"a": {"type": "http", "url": ', "}}}")),
    "mcp-name": Holder(".mcp.json", _in_json('{"mcpServers": {', ': {"command": "a"}}}')),
    "allow": Holder(".claude/settings.json", _in_json('{"permissions": {"allow": [', "]}}")),
    "bash-rule": Holder(
        ".claude/settings.json", lambda text: json.dumps({"permissions": {"allow": [f"Bash({text}:*)"]}})
    ),
    "hook": Holder(
        ".claude/settings.json",
        _in_json('{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": ', "}]}]}}"),
    ),
    "settings-variable": Holder(".claude/settings.json", _in_json('{"env": {"DATABASE_URL": ', "}}")),
    "tasks": Holder(
        ".vscode/tasks.json",
        _in_json('{"tasks": [{"runOptions": {"runOn": "folderOpen"}, "type": "shell", "command": ', "}]}"),
    ),
    "codex": Holder(".codex/config.toml", _between('[mcp_servers.a]\ncommand = "a"\n')),
    "codex-value": Holder(".codex/config.toml", _in_json("[mcp_servers.a]\ncommand = ", "\n")),
    "continue": Holder(".continue/config.yaml", _between("mcpServers:\n  - name: a\n    command: ")),
    "env-file": Holder(".env", _between("# claude --dangerously-skip-permissions\n")),
    "env-value": Holder(".env", _between("DATABASE_URL=")),
    "shell-rc": Holder(".bashrc", _between("alias c='claude --dangerously-skip-permissions'\n")),
    "script": Holder("a.sh", _between("claude --dangerously-skip-permissions\n")),
    "powershell": Holder("a.ps1", _between("claude --dangerously-skip-permissions\n")),
    "batch": Holder("a.bat", _between("claude --dangerously-skip-permissions\r\n")),
    "python": Holder("a.py", _between("x = '--dangerously-skip-permissions'\n")),
    "javascript": Holder("a.js", _between("x = '--dangerously-skip-permissions'\n")),
    "workflow": Holder(
        ".github/workflows/a.yml",
        _indented(
            "on: issues\njobs:\n  a:\n    runs-on: b\n    steps:\n      - run: |\n          claude -p a\n", " " * 10
        ),
    ),
    "workflow-raw": Holder(".github/workflows/a.yml", _between("on: issues\njobs:\n  claude:\n    if: ")),
    "gitlab": Holder(".gitlab-ci.yml", _indented("a:\n  script:\n    - |\n      claude -p a\n", " " * 6)),
    "jenkins": Holder(
        "Jenkinsfile", _between("pipeline { agent any; stages { stage('a') { steps { sh 'claude -p a'\n")
    ),
    "image": Holder("Dockerfile", _between("FROM node AS production\nRUN npm i -g @anthropic-ai/claude-code\n")),
    "image-run": Holder("Dockerfile", _between("FROM node\nRUN npm i -g @anthropic-ai/claude-code ")),
    "compose": Holder("compose.yaml", _in_json('services:\n  production:\n    image: "a"\n    command: ', " # claude")),
    "manifest": Holder(
        "deploy/a.yaml",
        _in_json(
            "kind: Deployment\nspec: {template: {spec: {containers: [{name: claude, command: [sh, -c, ",
            "]}]}}}\n",
        ),
    ),
    "terraform": Holder("a.tf", _between('resource "a" "claude" {\n  user_data = "')),
    "procfile": Holder("Procfile", _between("web: claude -p a\nb: ")),
    "unit": Holder("a.service", _between("[Service]\nExecStart=claude -p ")),
    "cloud-init": Holder("user-data", _between("#!/bin/sh\nclaude -p a\n")),
    "audit-record": Holder(
        ".mcp-audit.json", _in_json('{"version": 1, "servers": [{"name": "a", "launch": "b", "version": ', "}]}")
    ),
    "token-inventory": Holder(".token-inventory.yaml", _between("tokens:\n  - name: A\n    scopes: ")),
    "plugin": Holder(".claude-plugin/plugin.json", _in_json('{"name": "a", "description": ', "}")),
}


class TooSlow(BaseException):
    """A check has taken longer than the limit."""


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow


class Case(NamedTuple):
    """A kind of file and what fills it."""

    holder: str
    piece: str


class Cost(NamedTuple):
    """The seconds that all checks of one file took, infinity beyond the limit, and the hook with the most of them."""

    seconds: float
    hook: str


def cost(case: Case, size: int, limit: float, context: Context, hooks: list[str]) -> Cost:
    """Check a file of about `size` characters with `hooks`, or with all."""
    path, fill = HOLDERS[case.holder]
    document = Document(path, fill(case.piece * (size // len(case.piece))), kinds_of(path) | SOURCES)
    spent: dict[str, float] = {}
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        for hook in HOOKS:
            if document.kinds.intersection(hook.kinds) and (not hooks or hook.id in hooks):
                start, spent[hook.id] = time.perf_counter(), float("inf")
                for _ in hook.check(document, context):
                    pass
                spent[hook.id] = time.perf_counter() - start
    except TooSlow:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return Cost(sum(spent.values()), max(spent, key=lambda hook: spent[hook], default=""))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--holder", action="append", default=[], choices=HOLDERS)
    parser.add_argument("--hook", action="append", default=[])
    parser.add_argument("--size", type=int, default=100_000, help="characters of the smaller file")
    parser.add_argument("--limit", type=float, default=20.0, help="seconds for the smaller file; ten times that else")
    options = parser.parse_args()
    signal.signal(signal.SIGALRM, _give_up)
    context = Context(Repository("."), Policy(), clock.today())
    cases = [Case(holder, piece) for holder in options.holder or HOLDERS for piece in PIECES]
    small = {case: cost(case, options.size, options.limit, context, options.hook) for case in cases}
    print(f"{'small':>8} {'large':>8} {'s/MB':>8}  holder, piece, hook", flush=True)
    for case in heapq.nlargest(SHOWN, cases, key=lambda case: small[case].seconds):
        size, limit = options.size * TIMES_LARGER, options.limit * TIMES_LARGER
        large = cost(case, size, limit, context, options.hook)
        per_mb = large.seconds * 1e6 / size
        figures = f"{small[case].seconds:8.2f} {large.seconds:8.2f} {per_mb:8.2f}"
        print(f"{figures}  {case.holder} {case.piece!r} {large.hook}", flush=True)


if __name__ == "__main__":
    main()
