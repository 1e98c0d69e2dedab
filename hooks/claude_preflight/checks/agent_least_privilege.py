"""Every agent has the tools that its role needs, and no others.

What it does
------------
Reads the front matter of agents of Claude Code, GitHub Copilot, opencode, Gemini CLI, Qwen Code, Cursor and plugins.
Asks that an agent names its tools, and does not name all of them. By name and description it knows agents that review,
audit or plan, which need not change files; auditors and writers of documentation, which need no free shell; agents for
CI, which need neither mail nor chat; and it asks of every agent that is not for deployments that it can neither deploy
nor read credentials. `Bash(git diff *)` is no free shell. An agent that says that it also repairs what it finds may
edit, one that says that it writes a report may write.

Why is this bad?
----------------
An agent without `tools` inherits every one, those of all MCP servers included. A reviewer reads what strangers wrote:
what it is talked into there, it can only do with the tools it was given.

Example
-------
```markdown .claude/agents/code-reviewer.md
---
name: code-reviewer
description: Reviews pull requests for correctness
tools: Read, Grep, Glob, Edit
---
Read the diff and report what is wrong.
```

Use instead
-----------
```markdown .claude/agents/code-reviewer.md
---
name: code-reviewer
description: Reviews pull requests for correctness
tools: Read, Grep, Glob, Bash(git diff *)
---
Read the diff and report what is wrong.
```

References
----------
* CWE-250, execution with unnecessary privileges: https://cwe.mitre.org/data/definitions/250.html
* Subagents of Claude Code: https://code.claude.com/docs/en/sub-agents
* Custom agents of GitHub Copilot: https://docs.github.com/en/copilot/reference/custom-agents-configuration
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.config import mapping_of
from claude_preflight.agents.roles import Agent, Power, Role, Tool, agent_of, excess, role_of
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.late import late
from claude_preflight.model import Confidence, Finding, Rule, Severity
from claude_preflight.syntax.nodes import Mapping

NOT_LISTED = Rule("agent-without-tools", Severity.WARNING, Confidence.LOW, "an agent inherits every tool", 250)
ALL_TOOLS = Rule("agent-with-all-tools", Severity.WARNING, Confidence.HIGH, "an agent is given every tool", 250)
BEYOND_ROLE = Rule(
    "agent-tool-beyond-role",
    Severity.WARNING,
    Confidence.MEDIUM,
    "an agent has a tool that its role does not need",
    250,
)
RULES = (NOT_LISTED, ALL_TOOLS, BEYOND_ROLE)

# Elsewhere a file without a name is documentation that happens to lie in a folder of agents.
_NAMED_BY_FILE = late(r"(?:^|/)\.(?:github|opencode|cursor|gemini|qwen)/")
_COPILOT = late(r"(?:^|/)\.github/")
_READERS = frozenset((Role.REVIEWER, Role.AUDITOR, Role.PLANNER, Role.RESEARCHER))
# A skill may be called "agents", as the folder is that agents lie in.
_SKILL = late(r"(?:^|/)(?:SKILL\.md|skills/agents/[^/]+)$")
_ENOUGH = {
    Role.REVIEWER: "Read, Grep, Glob, Bash(git diff *)",
    Role.AUDITOR: "Read, Grep, Glob",
    Role.PLANNER: "Read, Grep, Glob",
    Role.RESEARCHER: "Read, Grep, Glob, WebFetch",
    Role.DOCUMENTATION: "Read, Grep, Glob, Edit, Write",
}
_INSTEAD = {
    Power.WRITE: "an agent that cannot write cannot be talked into it",
    Power.SHELL: "or name the commands it needs, as in Bash(git diff *)",
    Power.MESSAGES: "let the pipeline itself notify people",
    Power.DEPLOY: "leave that to an agent that is for deployments, and to people",
    Power.CREDENTIALS: "hand the one credential it needs to the program that uses it",
}


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield the tools that the agent in `document` does not need."""
    root = mapping_of(document)
    if root is None or not _is_agent(document.known_as, root):
        return
    agent = agent_of(root, document.known_as)
    if agent.tools is None:
        if not agent.restricted:
            yield _not_listed(document.known_as, agent, root)
        return
    everything = next((tool for tool in agent.tools if tool.name.lower() in ("*", "all")), None)
    if everything:
        message = f'"{everything.name}" gives the agent every tool, those of all MCP servers included'
        repair = _enough(document.known_as, agent)
        yield ALL_TOOLS.at(everything.text.span, message, repair=repair, key="tools")
    for power, role, tools in excess(agent):
        yield _beyond(power, role, tools)


def _is_agent(path: str, root: Mapping) -> bool:
    if _SKILL.search(path):
        return False
    named = root.text("name") is not None or _NAMED_BY_FILE.search(path)
    return bool(named and root.text("description") is not None)


def _not_listed(path: str, agent: Agent, root: Mapping) -> Finding:
    place = root.text("name") or root.key("description")
    message = "no tools are named, so the agent inherits every one, those of all MCP servers included"
    return NOT_LISTED.at(place.span if place else root.span, message, repair=_enough(path, agent), key="tools")


def _enough(path: str, agent: Agent) -> str:
    """Return what to list for `agent`, in the words of the client that reads the file at `path`."""
    role = role_of(agent.name, agent.description)
    if _COPILOT.search(path):
        writes = "" if role in _READERS else ', "edit"'
        return f'name what it needs, as in tools: ["read", "search"{writes}]'
    if _NAMED_BY_FILE.search(path):
        writes = "" if role in _READERS else "; those that write, if its work is to change files"
        return f'list under "tools" those that read and search{writes}'
    return f'name what it needs, as in "tools: {_ENOUGH.get(role, "Read, Grep, Glob, Edit")}"'


def _beyond(power: Power, role: Role, tools: list[Tool]) -> Finding:
    names = ", ".join(dict.fromkeys(tool.shown for tool in tools))
    article = "an" if role is Role.AUDITOR else "a"
    message = f"{article} {role.value} agent does not need {names}, by which it can {power.value}"
    repair = f"drop {names}; {_INSTEAD[power]}"
    return BEYOND_ROLE.at(tools[0].text.span, message, repair=repair, key=f"tools/{names}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("agent-least-privilege", argv)


if __name__ == "__main__":
    raise SystemExit(main())
