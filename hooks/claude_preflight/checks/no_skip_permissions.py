"""No agent runs without permission checks, except in a sandbox.

What it does
------------
Refuses what makes a coding agent run every tool call unasked: `--dangerously-skip-permissions`,
`--permission-mode bypassPermissions` and the like of Codex, Gemini CLI, Qwen Code, Copilot, Cursor, opencode, Goose,
Amp, Kiro and others, in scripts, Makefiles, justfiles, package.json, CI files, tasks and source code; variables and
aliases that carry such a switch; the mode in settings, in a subagent's front matter and in options of the Agent SDK.

A container, a CI job in one, a dev container, an image, a jail or a path listed under `sandboxes:` in the policy makes
it silent, unless that is privileged or is handed the engine's socket, the host's home or secrets of production. So do
`--tools`, or `tools` among the options of the SDK, with no tools but reading ones, and commands that only manage an
agent (`gemini mcp add`). Comments, prose, what `echo` prints and `grep` looks for, deny rules, documentation and tests
of a program's own flags are silent too. Instructions and skills that recommend such a launch, switches that take away a
part of the checks, and code that offers it as a choice, in a branch or under a name that says so, are warnings.

Why is this bad?
----------------
What the agent reads may hold instructions that are not its user's. With the checks on, somebody sees the command that
follows from them; without, it runs: with the user's files, credentials and network, or with the secrets of the CI job.

Example
-------
```sh scripts/nightly.sh
claude -p "$(cat prompts/nightly.md)" --dangerously-skip-permissions
```

Use instead
-----------
```sh scripts/nightly.sh
claude -p "$(cat prompts/nightly.md)" --permission-mode dontAsk --allowedTools "Read,Bash(make test)"
```

or, where it must do anything at all, a container of its own:

```sh scripts/anything.sh
docker run --rm -v "$PWD:/work" agent-box claude -p "$1" --dangerously-skip-permissions
```

References
----------
* Claude Code, permission modes and sandbox environments: https://code.claude.com/docs/en/permission-modes
* CWE-250, execution with unnecessary privileges: https://cwe.mitre.org/data/definitions/250.html
* CWE-862, missing authorization: https://cwe.mitre.org/data/definitions/862.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Finding, Rule, Severity
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_preflight.agents.unsafe_files.reader import Where

SKIPPED = Rule(
    "skipped-permissions",
    Severity.ERROR,
    Confidence.HIGH,
    "an agent is run without permission checks, outside of a sandbox",
    862,
)
SETTING = Rule(
    "bypass-setting", Severity.ERROR, Confidence.HIGH, "a settings file switches an agent's permission checks off", 862
)
ADVISED = Rule(
    "advised-bypass",
    Severity.WARNING,
    Confidence.MEDIUM,
    "text for an agent recommends a launch without permission checks",
    862,
)
REACHABLE = Rule(
    "bypass-within-reach",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a part of an agent's permission checks is off, or all of them are one choice away",
    862,
)
ROOTED = Rule(
    "root-in-sandbox", Severity.WARNING, Confidence.HIGH, "an agent without permission checks is root in its image", 250
)
RULES = (SKIPPED, SETTING, ADVISED, REACHABLE, ROOTED)


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what in `document` switches the permission checks of an agent off."""
    from claude_preflight.agents.unsafe_files.reader import in_file

    for where in in_file(document, context.policy):
        finding = _finding(where)
        if finding:
            yield finding


def _finding(where: Where) -> Finding | None:
    from claude_preflight.agents.unsafe_files.images import ROOT

    found = where.found
    agent, sandbox = found.agent, found.sandbox
    if sandbox and not sandbox.breach:
        return None
    rule = _rule(where)
    message = f"`{found.spelled}`: {agent.name} {found.effect}"
    safe = found.safe or agent.safe
    repair = f"use {safe}, or run it in a container"
    if sandbox and sandbox.breach == ROOT:
        rule, repair = ROOTED, "add a user to the image and a `USER` line with it before this one"
        message += f"; in {sandbox.name} it {sandbox.breach}"
    elif sandbox:
        message += f"; {sandbox.name} that {sandbox.breach} is no sandbox"
        repair = f"take that from the container, or use {safe}"
    elif rule is SETTING:
        repair = "remove it, and allow by name what the work needs"
    elif rule is ADVISED:
        message += ", and this text recommends it"
    return rule.at(found.span, message, repair=repair, key=f"{agent.name} {found.spelled}")


def _rule(where: Where) -> Rule:
    if where.kind == "advice":
        return ADVISED
    if where.found.weak:
        return REACHABLE
    return SETTING if where.kind == "setting" else SKIPPED


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("no-skip-permissions", argv)


if __name__ == "__main__":
    raise SystemExit(main())
